// SPDX-License-Identifier: MIT
#include "results/codec.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <sys/resource.h>

#include <cmocka.h>

#include "results/checksum.h"
#include "results/schema.h"
#include "tests/results/made.h"
#include "tests/results/same.h"

/* Making files. */

static struct vmb_bytes encoded(const struct vmb_result *res)
{
	struct vmb_bytes bytes = { 0 };

	assert_int_equal(vmb_result_encode(res, &bytes), 0);
	return bytes;
}

static void put_be(uint8_t *at, size_t bytes, uint64_t value)
{
	for (; bytes; bytes--, value >>= 8)
		at[bytes - 1] = (uint8_t)value;
}

/* Offsets as docs/FORMAT.md gives them. */
static void seal(uint8_t *frame, size_t len)
{
	put_be(frame + 22, 8, vmb_checksum(frame + 35, len - 35));
	put_be(frame + 31, 4, len - 35);
}

/* A frame with the right header around any payload. */
static struct vmb_bytes framed(const void *payload, size_t len)
{
	static const char header[] = "\x94\xae" "vmbench-result\xce\0\0\0\1\xcf\0\0\0\0\0\0\0\0\xc6";
	struct vmb_bytes b = { .data = malloc(len + 35), .len = len + 35 };

	assert_non_null(b.data);
	memcpy(b.data, header, 31);
	memcpy(b.data + 35, payload, len);
	seal(b.data, b.len);
	return b;
}

static int decode_status(const void *data, size_t len, struct vmb_error *err)
{
	struct vmb_result res;
	int ret;

	memset(err, 0, sizeof(*err));
	ret = vmb_result_decode(data, len, &res, err);
	if (!ret)
		vmb_result_fini(&res);
	else
		assert_int_not_equal(err->text[0], 0);	/* always a sentence */
	return ret;
}

static void assert_refused(struct vmb_bytes *b, int status, const char *sentence)
{
	struct vmb_error err;

	assert_int_equal(decode_status(b->data, b->len, &err), status);
	if (!strstr(err.text, sentence))
		fail_msg("\"%s\" does not say \"%s\"", err.text, sentence);
	vmb_bytes_fini(b);
}

static void small_result(struct vmb_result *res)
{
	uint64_t seed = 7;
	struct vmb_bench_result *b;
	struct vmb_round r = { .tick_hz = 1e9, .nr_counters = 1 };

	memset(res, 0, sizeof(*res));
	snprintf(res->id, sizeof(res->id), "20261124T062230Z-3f9a1c");
	snprintf(res->date, sizeof(res->date), "2026-11-24T06:22:30Z");
	vmb_env_text(&res->env, "cpu.model", "libcpuid", "A CPU");
	vmb_env_number(&res->env, "timer.hz", "sysfs", 2.5e9);
	b = vmb_result_add(res);
	snprintf(b->id, sizeof(b->id), "memory/copy/libc/64");
	snprintf(b->category, sizeof(b->category), "memory");
	snprintf(r.counters[0].name, sizeof(r.counters[0].name), "cycles");
	snprintf(r.counters[0].source, sizeof(r.counters[0].source), "rdpmc");
	made_samples(&seed, &r, 5);
	assert_int_equal(vmb_sample_set_add(&b->set, &r), 0);
	b->summary.measured = true;
	b->summary.median = 1.5;
	b->summary.kept = 1;
}

static struct vmb_bytes small_file(void)
{
	struct vmb_result res;
	struct vmb_bytes bytes;

	small_result(&res);
	bytes = encoded(&res);
	vmb_result_fini(&res);
	return bytes;
}

/* Tests. */

static void test_codec_result_round_trip(void **state)
{
	uint64_t seed = 0x5eed;

	(void)state;
	for (int i = 0; i < 200; i++) {
		struct vmb_result a, b;
		struct vmb_bytes first, second;
		struct vmb_error err;

		made_result(&seed, &a);
		first = encoded(&a);
		assert_int_equal(vmb_result_decode(first.data, first.len, &b, &err), 0);
		assert_result(&a, &b);
		second = encoded(&b);
		assert_int_equal(first.len, second.len);
		assert_memory_equal(first.data, second.data, first.len);
		vmb_bytes_fini(&first);
		vmb_bytes_fini(&second);
		vmb_result_fini(&a);
		vmb_result_fini(&b);
	}
}

static void test_codec_round_round_trip(void **state)
{
	uint64_t seed = 0xcafe;

	(void)state;
	for (int i = 0; i < 500; i++) {
		struct vmb_round a, b;
		struct vmb_bytes bytes;
		struct vmb_error err;

		made_round(&seed, &a);
		assert_int_equal(vmb_round_encode(&a, &bytes), 0);
		assert_int_equal(vmb_round_decode(bytes.data, bytes.len, &b, &err), 0);
		assert_round(&a, &b);
		vmb_bytes_fini(&bytes);
		vmb_round_fini(&a);
		vmb_round_fini(&b);
	}
}

static void test_codec_null_texts_are_read_as_empty(void **state)
{
	struct vmb_bytes b = small_file();
	struct vmb_result res;
	struct vmb_error err;

	(void)state;
	assert_int_equal(vmb_result_decode(b.data, b.len, &res, &err), 0);
	assert_string_equal(res.command, "");
	assert_string_equal(res.label, "");
	vmb_result_fini(&res);
	vmb_bytes_fini(&b);
}

static void test_codec_uncounted_is_absent_not_zero(void **state)
{
	struct vmb_round a = { .tick_hz = 1, .nr_counters = 1, .nr_samples = 1 }, b;
	struct vmb_sample s = { .iters = 1, .counter = { 77 } };
	struct vmb_bytes bytes;
	struct vmb_error err;

	(void)state;
	strcpy(a.counters[0].name, "cycles");
	strcpy(a.counters[0].source, "rdpmc");
	a.samples = &s;
	assert_int_equal(vmb_round_encode(&a, &bytes), 0);
	assert_int_equal(bytes.data[bytes.len - 1], 0xc0);	/* nil ends the counter's column */
	assert_int_equal(vmb_round_decode(bytes.data, bytes.len, &b, &err), 0);
	assert_int_equal(b.samples[0].counted, 0);
	assert_int_equal(b.samples[0].counter[0], 0);
	vmb_bytes_fini(&bytes);
	vmb_round_fini(&b);
}

/* 10 benchmarks, 40 rounds, 20 batches, 8 counters: documented to stay below a megabyte. */
static void test_codec_run_of_ten_benchmarks_is_small(void **state)
{
	uint64_t seed = 1;
	struct vmb_result res;
	struct vmb_bytes bytes;

	(void)state;
	small_result(&res);
	for (int b = 0; b < 10; b++) {
		struct vmb_bench_result *bench = b ? vmb_result_add(&res) : &res.benches[0];

		vmb_sample_set_fini(&bench->set);
		snprintf(bench->id, sizeof(bench->id), "memory/copy/libc/%d", b);
		snprintf(bench->category, sizeof(bench->category), "memory");
		for (int i = 0; i < 40; i++) {
			struct vmb_round r;

			made_round(&seed, &r);
			free(r.samples);
			r.reason[0] = '\0';
			r.nr_metrics = 2;
			r.nr_counters = 8;
			for (int c = 0; c < 8; c++) {
				strcpy(r.counters[c].name, "dTLB-misses");
				strcpy(r.counters[c].source, "rdpmc");
				strcpy(r.metrics[c % 2].name, "hit_rate");
			}
			made_samples(&seed, &r, 20);
			for (int s = 0; s < 20; s++) {
				r.samples[s].counted = 0xff;
				r.samples[s].ticks = 200000 + vmb_random(&seed) % 1000000;
				for (int c = 0; c < 8; c++)
					r.samples[s].counter[c] = vmb_random(&seed) % 4000000;
			}
			assert_int_equal(vmb_sample_set_add(&bench->set, &r), 0);
		}
	}
	bytes = encoded(&res);
	assert_in_range(bytes.len, 100000, 999999);
	vmb_bytes_fini(&bytes);
	vmb_result_fini(&res);
}

static void test_codec_header_is_as_documented(void **state)
{
	struct vmb_bytes b = small_file();
	uint8_t expected[35] = "\x94\xae" "vmbench-result\xce\0\0\0\1\xcf";

	(void)state;
	put_be(expected + 22, 8, vmb_checksum(b.data + 35, b.len - 35));
	expected[30] = 0xc6;
	put_be(expected + 31, 4, b.len - 35);
	assert_memory_equal(b.data, expected, 35);
	assert_int_equal(vmb_result_probe(b.data, b.len), 1);
	assert_int_equal(vmb_result_probe(b.data, 34), 0);
	vmb_bytes_fini(&b);
}

static void test_codec_checksum_is_xxh3(void **state)
{
	(void)state;
	/* Known answer: `printf '' | xxhsum -H3`. */
	assert_true(vmb_checksum(NULL, 0) == 0x2d06800538d394c2ull);
}

static void test_codec_refuses_every_truncation(void **state)
{
	struct vmb_bytes b = small_file();
	struct vmb_error err;

	(void)state;
	for (size_t len = 0; len < b.len; len++) {
		uint8_t *copy = malloc(len ? len : 1);	/* so that ASan sees a read past it */

		memcpy(copy, b.data, len);
		assert_int_equal(decode_status(copy, len, &err), -EBADMSG);
		free(copy);
	}
	vmb_bytes_fini(&b);
}

static void test_codec_refuses_every_changed_byte(void **state)
{
	struct vmb_bytes b = small_file();
	struct vmb_error err;

	(void)state;
	for (size_t at = 0; at < b.len; at++)
		for (unsigned int change = 1; change < 256; change++) {
			b.data[at] ^= change;
			assert_int_not_equal(decode_status(b.data, b.len, &err), 0);
			b.data[at] ^= change;
		}
	assert_int_equal(decode_status(b.data, b.len, &err), 0);
	vmb_bytes_fini(&b);
}

/* With a right checksum the payload's own checks are all there is. */
static void test_codec_survives_every_resealed_change(void **state)
{
	static const uint8_t change[] = { 1, 2, 4, 8, 16, 32, 64, 128, 255 };
	static const uint8_t value[] = { 0xc0, 0xc1, 0xc6, 0xcb, 0xdb, 0xdd, 0xdf };
	struct vmb_bytes b = small_file();
	struct vmb_error err;
	size_t refused = 0;

	(void)state;
	for (size_t at = 35; at < b.len; at++) {
		uint8_t old = b.data[at];

		for (size_t i = 0; i < sizeof(change) + sizeof(value); i++) {
			b.data[at] = i < sizeof(change) ? old ^ change[i] :
				     value[i - sizeof(change)];
			seal(b.data, b.len);
			refused += decode_status(b.data, b.len, &err) != 0;
		}
		b.data[at] = old;
	}
	assert_true(refused > b.len);
	vmb_bytes_fini(&b);
}

static void test_codec_refuses_resealed_truncations(void **state)
{
	struct vmb_bytes b = small_file();
	struct vmb_error err;

	(void)state;
	for (size_t len = 35; len < b.len; len++) {
		uint8_t *copy = malloc(len);

		memcpy(copy, b.data, len);
		seal(copy, len);
		assert_int_equal(decode_status(copy, len, &err), -EBADMSG);
		free(copy);
	}
	vmb_bytes_fini(&b);
}

static void test_codec_refuses_newer_version(void **state)
{
	struct vmb_bytes b = small_file();

	(void)state;
	put_be(b.data + 17, 4, 2);
	assert_int_equal(vmb_result_probe(b.data, b.len), 2);
	assert_refused(&b, -EPROTO, "written by a newer vmbench (schema 2, this one reads up to 1)");
}

static void test_codec_refuses_header_and_payload_of_different_versions(void **state)
{
	struct vmb_bytes b = small_file();
	uint8_t *schema = memmem(b.data, b.len, "schema", 6);

	(void)state;
	assert_non_null(schema);
	schema[6] = 2;
	seal(b.data, b.len);
	assert_refused(&b, -EBADMSG, "another schema version");
}

static void test_codec_refuses_trailing_bytes(void **state)
{
	struct vmb_bytes b = small_file();

	(void)state;
	b.data = realloc(b.data, b.len + 1);
	assert_non_null(b.data);
	b.data[b.len++] = 0;
	assert_refused(&b, -EBADMSG, "bytes where the header says");
}

static void test_codec_refuses_trailing_bytes_in_payload(void **state)
{
	struct vmb_bytes b = small_file();

	(void)state;
	b.data = realloc(b.data, b.len + 1);
	assert_non_null(b.data);
	b.data[b.len++] = 0xc0;
	seal(b.data, b.len);
	assert_refused(&b, -EBADMSG, "bytes after the end");
}

static void test_codec_refuses_oversized_header_claim(void **state)
{
	struct vmb_bytes b = small_file();

	(void)state;
	put_be(b.data + 31, 4, VMB_MAX_PAYLOAD_BYTES + 1);
	assert_refused(&b, -EFBIG, "too large");
}

/* No more than @more bytes of memory from now on, whatever the process has already. */
static void limit_memory(uint64_t more, struct rlimit *old)
{
	struct rlimit limit;
	unsigned long long kib = 0;
	char line[256];
	FILE *in = fopen("/proc/self/status", "r");

	assert_non_null(in);
	while (fgets(line, sizeof(line), in))
		if (sscanf(line, "VmData: %llu kB", &kib) == 1)
			break;
	fclose(in);
	assert_true(kib > 0);
	assert_int_equal(getrlimit(RLIMIT_DATA, old), 0);
	limit = *old;
	limit.rlim_cur = kib * 1024 + more;
	assert_int_equal(setrlimit(RLIMIT_DATA, &limit), 0);
}

/* Containers that claim up to 4 G elements: believing them would run into the limit. */
static void test_codec_refuses_claims_without_allocating(void **state)
{
	static const struct { const char *bytes; size_t len; } claims[] = {
		{ "\xdd\xff\xff\xff\xff", 5 }, { "\xdf\xff\xff\xff\xff", 5 },
		{ "\xdb\xff\xff\xff\xff", 5 }, { "\xc6\xff\xff\xff\xff", 5 },
		{ "\xc9\xff\xff\xff\xff", 5 }, { "\xdf\x7f\xff\xff\xff", 5 },
		{ "\xdd\x01\x00\x00\x00", 5 }, { "\x81\xa1" "a\xdd\x10\x00\x00\x00", 8 },
		{ "\x92\xdd\x01\x00\x00\x00", 6 },
	};
	struct rlimit old;

	(void)state;
	limit_memory(64 << 20, &old);
	for (size_t i = 0; i < VMB_ARRAY_SIZE(claims); i++) {
		struct vmb_bytes b = framed(claims[i].bytes, claims[i].len);

		assert_refused(&b, -EBADMSG, "corrupt");
	}
	assert_int_equal(setrlimit(RLIMIT_DATA, &old), 0);
}

static void test_codec_refuses_deep_nesting(void **state)
{
	uint8_t deep[100000];
	struct vmb_bytes b;

	(void)state;
	memset(deep, 0x91, sizeof(deep));
	deep[sizeof(deep) - 1] = 0xc0;
	b = framed(deep, sizeof(deep));
	assert_refused(&b, -EFBIG, "nested too deeply");
}

static void test_codec_refuses_too_many_values(void **state)
{
	size_t len = (1u << 24) + 5;
	uint8_t *many = calloc(1, len);
	struct vmb_bytes b;

	(void)state;
	assert_non_null(many);
	many[0] = 0xdd;
	put_be(many + 1, 4, 1u << 24);
	b = framed(many, len);
	free(many);
	assert_refused(&b, -EFBIG, "too many values");
}

/* Finds @from in the small file's payload, puts @to over it, and expects the refusal. */
static void assert_edit_refused(const char *from, size_t len, const char *to, const char *sentence)
{
	struct vmb_bytes b = small_file();
	uint8_t *at = memmem(b.data + 35, b.len - 35, from, len);

	assert_non_null(at);
	memcpy(at, to, len);
	seal(b.data, b.len);
	assert_refused(&b, -EBADMSG, sentence);
}

#define EDIT(from, to, sentence) \
	assert_edit_refused(from, sizeof(from) - 1, to, sentence)

static void test_codec_refuses_missing_key(void **state)
{
	(void)state;
	EDIT("\xa8" "category", "\xa8" "categorx", "benchmarks[0].category is missing");
	EDIT("\xa5" "ticks", "\xa5" "tocks", "samples.ticks is missing");
	EDIT("\xa4" "kept", "\xa4" "kepd", "summary.kept is missing");
	EDIT("\xa5" "value\xcb", "\xa5" "valuu\xcb", "environment[1].value is missing");
}

static void test_codec_refuses_wrong_types_and_ranges(void **state)
{
	(void)state;
	EDIT("\xa6" "status\xa2ok", "\xa6" "status\xa2no", "status is not a known word");
	EDIT("\xa6" "status\xa2ok", "\xa6" "status\xc4\x01x", "status is not a known word");
	EDIT("\xa8" "measured\xc3", "\xa8" "measured\x01", "measured is neither true nor false");
	EDIT("\xa4" "kept\x01", "\xa4" "kept\xff", "kept is not an unsigned integer");
	EDIT("\xa9" "median_ns\xcb\x3f\xf8\0\0\0\0\0\0", "\xa9" "median_ns\xcb\x7f\xf8\0\0\0\0\0\0",
	     "median_ns is not a finite number");
	EDIT("\xa9" "median_ns\xcb\x3f\xf8\0\0\0\0\0\0", "\xa9" "median_ns\xcb\xff\xf0\0\0\0\0\0\0",
	     "median_ns is not a finite number");
	EDIT("20261124T062230Z-3f9a1c", "../1124T062230Z-3f9a1c!",
	     "corrupt: it has an id that cannot be a file name");
	EDIT("\xa5" "A CPU", "\xa5" "A\0CPU", "environment[0].value has a NUL inside");
}

static void test_codec_ignores_unknown_keys(void **state)
{
	struct vmb_bytes b = small_file();
	struct vmb_result res;
	struct vmb_error err;
	uint8_t *at = memmem(b.data, b.len, "\xa9" "median_ns", 10);

	(void)state;
	assert_non_null(at);
	memcpy(at + 1, "something", 9);
	seal(b.data, b.len);
	assert_int_equal(vmb_result_decode(b.data, b.len, &res, &err), 0);
	assert_true(isnan(res.benches[0].summary.median));
	vmb_result_fini(&res);
	vmb_bytes_fini(&b);
}

static void test_codec_refuses_half_a_pair_of_evidence(void **state)
{
	struct vmb_round r = { .evidence = { .known = VMB_EV_APERF, .aperf = 1 } };
	struct vmb_bytes b;
	struct vmb_error err;
	uint8_t *at;

	(void)state;
	assert_int_equal(vmb_round_encode(&r, &b), 0);
	at = memmem(b.data, b.len, "\xa5mperf", 6);
	assert_non_null(at);
	at[1] = 'x';
	seal(b.data, b.len);
	assert_int_equal(vmb_round_decode(b.data, b.len, &r, &err), -EBADMSG);
	assert_non_null(strstr(err.text, "evidence.mperf is missing"));
	vmb_bytes_fini(&b);
}

static void test_codec_refuses_the_other_kind_of_frame(void **state)
{
	struct vmb_bytes b = small_file();
	struct vmb_round r;
	struct vmb_error err;

	(void)state;
	assert_int_equal(vmb_round_decode(b.data, b.len, &r, &err), -EBADMSG);
	assert_non_null(strstr(err.text, "not a vmbench-round"));
	vmb_bytes_fini(&b);
}

static void test_codec_does_not_write_what_it_would_not_read(void **state)
{
	struct vmb_result res;
	struct vmb_bytes bytes;
	struct vmb_error err;

	(void)state;
	small_result(&res);
	res.benches[0].set.rounds[0].samples[3].iters = 0;
	assert_int_equal(vmb_result_encode(&res, &bytes), -EINVAL);
	assert_int_equal(vmb_result_check(&res, &err), -EINVAL);
	assert_string_equal(err.text,
			    "benchmarks[0].rounds[0].samples have a batch without iterations");
	res.benches[0].set.rounds[0].samples[3].iters = 1;
	res.benches[0].set.rounds[0].tick_hz = 0;
	assert_int_equal(vmb_result_check(&res, &err), -EINVAL);
	assert_non_null(strstr(err.text, "has samples but no tick_hz"));
	res.benches[0].set.rounds[0].tick_hz = 1;
	memset(res.benches[0].unit, 'x', sizeof(res.benches[0].unit));
	assert_int_equal(vmb_result_check(&res, &err), -EINVAL);
	assert_non_null(strstr(err.text, "unit is not terminated"));
	memset(res.benches[0].unit, 0, sizeof(res.benches[0].unit));
	assert_int_equal(vmb_result_check(&res, &err), 0);
	vmb_result_fini(&res);
}

static void test_codec_refuses_too_many_elements(void **state)
{
	struct vmb_result res;
	struct vmb_error err;

	(void)state;
	small_result(&res);
	res.benches[0].set.nr_rounds = VMB_MAX_ROUNDS + 1;
	assert_int_equal(vmb_result_check(&res, &err), -EINVAL);
	assert_string_equal(err.text, "benchmarks[0].rounds has too many elements");
	res.benches[0].set.nr_rounds = 1;
	vmb_result_fini(&res);
}

/* The rounds are shared, so that the test itself does not take what the check would refuse. */
static void test_codec_refuses_more_memory_than_its_limit(void **state)
{
	struct vmb_result res;
	struct vmb_error err;
	struct vmb_round *rounds = calloc(VMB_MAX_ROUNDS, sizeof(*rounds));
	size_t fit = VMB_MAX_HEAP_BYTES / (VMB_MAX_ROUNDS * sizeof(*rounds));
	int ret;

	(void)state;
	assert_non_null(rounds);
	small_result(&res);
	for (size_t i = 0; i <= fit; i++) {
		struct vmb_bench_result *b = vmb_result_add(&res);

		assert_non_null(b);
		strcpy(b->id, "memory/copy");
		strcpy(b->category, "memory");
		b->set.rounds = rounds;
		b->set.nr_rounds = VMB_MAX_ROUNDS;
	}
	ret = vmb_result_check(&res, &err);
	for (size_t i = 1; i < res.nr; i++)
		memset(&res.benches[i].set, 0, sizeof(res.benches[i].set));
	vmb_result_fini(&res);
	free(rounds);
	assert_int_equal(ret, -EFBIG);
	assert_non_null(strstr(err.text, "makes the whole too large"));
}

/* docs/FORMAT.md names every key, or it is not field by field. */
static void assert_documented(const char *doc, const struct vmb_struct *s)
{
	for (size_t i = 0; i < s->nr; i++) {
		const struct vmb_field *f = &s->fields[i];
		char cell[80];

		snprintf(cell, sizeof(cell), "| `%s` |", f->key);
		if (!strstr(doc, cell))
			fail_msg("docs/FORMAT.md has no row for \"%s\" of %s", f->key, s->name);
		for (uint64_t w = 0; f->names && w <= f->max; w++) {
			snprintf(cell, sizeof(cell), "`%s`", f->names[w]);
			if (!strstr(doc, cell))
				fail_msg("docs/FORMAT.md lacks the word %s", f->names[w]);
		}
		if (f->sub)
			assert_documented(doc, f->sub);
	}
}

static char *format_md(void)
{
	char *doc = calloc(1, 1 << 20);
	FILE *in = fopen("docs/FORMAT.md", "r");

	assert_non_null(doc);
	if (!in) {
		free(doc);
		fail_msg("docs/FORMAT.md: run the tests from the root of the repository");
	}
	assert_true(fread(doc, 1, (1 << 20) - 1, in) > 0);
	fclose(in);
	return doc;
}

static void test_codec_every_key_is_documented(void **state)
{
	char *doc = format_md();

	(void)state;
	assert_documented(doc, &vmb_schema_result);
	assert_documented(doc, &vmb_schema_sample);
	free(doc);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_codec_result_round_trip),
		cmocka_unit_test(test_codec_round_round_trip),
		cmocka_unit_test(test_codec_null_texts_are_read_as_empty),
		cmocka_unit_test(test_codec_uncounted_is_absent_not_zero),
		cmocka_unit_test(test_codec_run_of_ten_benchmarks_is_small),
		cmocka_unit_test(test_codec_header_is_as_documented),
		cmocka_unit_test(test_codec_checksum_is_xxh3),
		cmocka_unit_test(test_codec_refuses_every_truncation),
		cmocka_unit_test(test_codec_refuses_every_changed_byte),
		cmocka_unit_test(test_codec_survives_every_resealed_change),
		cmocka_unit_test(test_codec_refuses_resealed_truncations),
		cmocka_unit_test(test_codec_refuses_newer_version),
		cmocka_unit_test(test_codec_refuses_header_and_payload_of_different_versions),
		cmocka_unit_test(test_codec_refuses_trailing_bytes),
		cmocka_unit_test(test_codec_refuses_trailing_bytes_in_payload),
		cmocka_unit_test(test_codec_refuses_oversized_header_claim),
		cmocka_unit_test(test_codec_refuses_claims_without_allocating),
		cmocka_unit_test(test_codec_refuses_deep_nesting),
		cmocka_unit_test(test_codec_refuses_too_many_values),
		cmocka_unit_test(test_codec_refuses_missing_key),
		cmocka_unit_test(test_codec_refuses_wrong_types_and_ranges),
		cmocka_unit_test(test_codec_ignores_unknown_keys),
		cmocka_unit_test(test_codec_refuses_half_a_pair_of_evidence),
		cmocka_unit_test(test_codec_refuses_the_other_kind_of_frame),
		cmocka_unit_test(test_codec_does_not_write_what_it_would_not_read),
		cmocka_unit_test(test_codec_refuses_too_many_elements),
		cmocka_unit_test(test_codec_refuses_more_memory_than_its_limit),
		cmocka_unit_test(test_codec_every_key_is_documented),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
