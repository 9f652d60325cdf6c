// SPDX-License-Identifier: MIT
/*
 * Fuzzes what reads result files and round frames. The first byte of an input says what follows:
 *
 *	F  a whole file		R  the payload of one, to be framed with a right checksum
 *	f  a whole round frame	r  the payload of one
 *
 * Whatever is accepted must be written again, and read again to the same bytes; and every report of
 * it must be printable, the JSON one valid.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arch/base/assert.h"
#include "results/checksum.h"
#include "results/codec.h"
#include "results/report.h"
#include "results/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void put_be(uint8_t *at, size_t bytes, uint64_t value)
{
	for (; bytes; bytes--, value >>= 8)
		at[bytes - 1] = (uint8_t)value;
}

/* Offsets as docs/FORMAT.md gives them. */
static struct vmb_bytes frame(const char *magic, const uint8_t *payload, size_t len)
{
	struct vmb_bytes b = { .data = malloc(len + 35), .len = len + 35 };

	VMB_ASSERT(b.data);
	memcpy(b.data, "\x94\xae", 2);
	memcpy(b.data + 2, magic, 14);
	b.data[16] = 0xce;
	put_be(b.data + 17, 4, VMB_SCHEMA_VERSION);
	b.data[21] = 0xcf;
	put_be(b.data + 22, 8, vmb_checksum(payload, len));
	b.data[30] = 0xc6;
	put_be(b.data + 31, 4, len);
	memcpy(b.data + 35, payload, len);
	return b;
}

static void check_printable(const char *text)
{
	uint32_t cp;

	while (*text) {
		size_t n = vmb_utf8_next(text, &cp);

		VMB_ASSERT(n && (cp == '\n' || (cp >= 0x20 && cp < 0x7f) || cp >= 0xa0));
		VMB_ASSERT(cp < 0x202a || cp > 0x202e);
		text += n;
	}
}

static void check_json(const char *text)
{
	json_t *root = json_loads(text, JSON_REJECT_DUPLICATES, NULL);

	VMB_ASSERT(json_is_object(root));
	VMB_ASSERT(json_is_array(json_object_get(root, "benchmarks")));
	json_decref(root);
}

static void check_report(const struct vmb_report_format *f, const struct vmb_result *res)
{
	struct vmb_report_opts opts = { .verbose = true, .width = 80 };
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	VMB_ASSERT(out && !f->write(out, res, &opts));
	VMB_ASSERT(!fclose(out));
	check_printable(text);
	if (!strcmp(f->name, "json"))
		check_json(text);
	free(text);
}

static void check_same(const struct vmb_bytes *a, const struct vmb_bytes *b)
{
	VMB_ASSERT(a->len == b->len && !memcmp(a->data, b->data, a->len));
}

static void fuzz_result(const void *data, size_t len)
{
	struct vmb_result res, again;
	struct vmb_bytes first, second;
	struct vmb_error err = { "" };

	if (vmb_result_decode(data, len, &res, &err)) {
		VMB_ASSERT(err.text[0]);
		check_printable(err.text);
		return;
	}
	VMB_ASSERT(!vmb_result_encode(&res, &first));
	VMB_ASSERT(!vmb_result_decode(first.data, first.len, &again, &err));
	VMB_ASSERT(!vmb_result_encode(&again, &second));
	check_same(&first, &second);
	for (const struct vmb_report_format *f = vmb_report_formats(); f->name; f++)
		check_report(f, &res);
	vmb_bytes_fini(&first);
	vmb_bytes_fini(&second);
	vmb_result_fini(&res);
	vmb_result_fini(&again);
}

static void fuzz_round(const void *data, size_t len)
{
	struct vmb_round r, again;
	struct vmb_bytes first, second;
	struct vmb_error err = { "" };

	if (vmb_round_decode(data, len, &r, &err)) {
		VMB_ASSERT(err.text[0]);
		check_printable(err.text);
		return;
	}
	VMB_ASSERT(!vmb_round_encode(&r, &first));
	VMB_ASSERT(!vmb_round_decode(first.data, first.len, &again, &err));
	VMB_ASSERT(!vmb_round_encode(&again, &second));
	check_same(&first, &second);
	vmb_bytes_fini(&first);
	vmb_bytes_fini(&second);
	vmb_round_fini(&r);
	vmb_round_fini(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct vmb_bytes framed;

	if (!size)
		return 0;
	if (*data == 'F') {
		fuzz_result(data + 1, size - 1);
	} else if (*data == 'f') {
		fuzz_round(data + 1, size - 1);
	} else if (*data == 'R') {
		framed = frame("vmbench-result", data + 1, size - 1);
		fuzz_result(framed.data, framed.len);
		vmb_bytes_fini(&framed);
	} else if (*data == 'r') {
		framed = frame("vmbench-round ", data + 1, size - 1);
		fuzz_round(framed.data, framed.len);
		vmb_bytes_fini(&framed);
	}
	return 0;
}
