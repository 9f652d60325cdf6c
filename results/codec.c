// SPDX-License-Identifier: MIT
#include "results/codec.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "results/check.h"
#include "results/checksum.h"
#include "results/msgpack/payload.h"

void vmb_bytes_fini(struct vmb_bytes *b)
{
	if (!b)
		return;
	free(b->data);
	memset(b, 0, sizeof(*b));
}

/*
 * A fixed-offset header that is at the same time the beginning of a msgpack array of four: magic
 * string, schema version, checksum of the payload, and the payload as a bin.
 */
#define MAGIC_BYTES	16u	/* the array's and the string's type bytes, 14 characters */
#define AT_VERSION	16u
#define AT_CHECKSUM	21u
#define AT_LENGTH	30u

static const char round_magic[MAGIC_BYTES + 1] = "\x94\xae" "vmbench-round ";
static const char result_magic[MAGIC_BYTES + 1] = "\x94\xae" "vmbench-result";

static void put_number(uint8_t *at, uint8_t type, size_t bytes, uint64_t value)
{
	*at = type;
	for (size_t i = bytes; i; i--, value >>= 8)
		at[i] = (uint8_t)value;
}

static bool get_number(const uint8_t *at, uint8_t type, size_t bytes, uint64_t *value)
{
	*value = 0;
	for (size_t i = 1; i <= bytes; i++)
		*value = *value << 8 | at[i];
	return *at == type;
}

static void put_header(uint8_t *frame, const char *magic, size_t payload_len)
{
	memcpy(frame, magic, MAGIC_BYTES);
	put_number(frame + AT_VERSION, 0xce, 4, VMB_SCHEMA_VERSION);
	put_number(frame + AT_CHECKSUM, 0xcf, 8,
		   vmb_checksum(frame + VMB_FRAME_HEADER_BYTES, payload_len));
	put_number(frame + AT_LENGTH, 0xc6, 4, payload_len);
}

static int encode(const struct vmb_struct *s, const char *magic, const void *object,
		  struct vmb_bytes *out)
{
	int err = vmb_check(s, object, NULL);

	if (!err)
		err = vmb_payload_pack(s, object, VMB_FRAME_HEADER_BYTES, out);
	if (!err)
		put_header(out->data, magic, out->len - VMB_FRAME_HEADER_BYTES);
	return err;
}

static int check_version(uint64_t version, struct vmb_error *err)
{
	if (version > VMB_SCHEMA_VERSION) {
		vmb_error_set(err, "written by a newer vmbench (schema %llu, this one reads up to "
			      "%d)", (unsigned long long)version, VMB_SCHEMA_VERSION);
		return -EPROTO;
	}
	if (version < 1) {
		vmb_error_set(err, "corrupt: schema version 0 does not exist");
		return -EBADMSG;
	}
	return 0;
}

static int check_length(uint64_t claimed, size_t there, struct vmb_error *err)
{
	if (claimed > VMB_MAX_PAYLOAD_BYTES) {
		vmb_error_set(err, "too large: %llu bytes, at most %u are read",
			      (unsigned long long)claimed, VMB_MAX_PAYLOAD_BYTES);
		return -EFBIG;
	}
	if (claimed == there)
		return 0;
	vmb_error_set(err, claimed > there ? "truncated: %zu bytes of %llu are there" :
		      "corrupt: %zu bytes where the header says %llu", there,
		      (unsigned long long)claimed);
	return -EBADMSG;
}

static int check_frame(const char *magic, const uint8_t *data, size_t len, struct vmb_error *err)
{
	uint64_t version, checksum, length;
	int ret;

	if (len < VMB_FRAME_HEADER_BYTES || memcmp(data, magic, MAGIC_BYTES)) {
		vmb_error_set(err, "not a %s: it does not begin with a whole header", magic + 2);
		return -EBADMSG;
	}
	if (!get_number(data + AT_VERSION, 0xce, 4, &version) ||
	    !get_number(data + AT_CHECKSUM, 0xcf, 8, &checksum) ||
	    !get_number(data + AT_LENGTH, 0xc6, 4, &length)) {
		vmb_error_set(err, "corrupt: the header is damaged");
		return -EBADMSG;
	}
	ret = check_version(version, err);
	if (!ret)
		ret = check_length(length, len - VMB_FRAME_HEADER_BYTES, err);
	if (!ret && checksum != vmb_checksum(data + VMB_FRAME_HEADER_BYTES, length)) {
		vmb_error_set(err, "corrupt: the checksum does not match");
		ret = -EBADMSG;
	}
	return ret;
}

/* @object: zeroed; on failure it holds what was decoded so far. */
static int decode(const struct vmb_struct *s, const char *magic, const void *data, size_t len,
		  void *object, struct vmb_error *err)
{
	int ret = check_frame(magic, data, len, err);

	return ret ? ret : vmb_payload_unpack(s, (const char *)data + VMB_FRAME_HEADER_BYTES,
					      len - VMB_FRAME_HEADER_BYTES, object, err);
}

int vmb_round_encode(const struct vmb_round *r, struct vmb_bytes *out)
{
	return encode(&vmb_schema_round, round_magic, r, out);
}

int vmb_round_decode(const void *data, size_t len, struct vmb_round *out, struct vmb_error *err)
{
	struct vmb_round r = { 0 };
	int ret = decode(&vmb_schema_round, round_magic, data, len, &r, err);

	if (ret)
		vmb_round_fini(&r);
	else
		*out = r;
	return ret;
}

int vmb_result_encode(const struct vmb_result *res, struct vmb_bytes *out)
{
	return encode(&vmb_schema_result, result_magic, res, out);
}

int vmb_result_decode(const void *data, size_t len, struct vmb_result *out, struct vmb_error *err)
{
	struct vmb_result res = { 0 };
	int ret = decode(&vmb_schema_result, result_magic, data, len, &res, err);

	if (ret)
		vmb_result_fini(&res);
	else
		*out = res;
	return ret;
}

int vmb_result_check(const struct vmb_result *res, struct vmb_error *err)
{
	return vmb_check(&vmb_schema_result, res, err);
}

uint32_t vmb_result_probe(const void *data, size_t len)
{
	const uint8_t *header = data;
	uint64_t version = 0;

	if (len < VMB_FRAME_HEADER_BYTES || memcmp(header, result_magic, MAGIC_BYTES) ||
	    !get_number(header + AT_VERSION, 0xce, 4, &version))
		return 0;
	return (uint32_t)version;
}
