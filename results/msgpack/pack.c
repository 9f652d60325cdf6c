// SPDX-License-Identifier: MIT
#include "results/msgpack/payload.h"

#include <errno.h>
#include <math.h>
#include <msgpack.h>
#include <stdlib.h>
#include <string.h>

#include "results/field.h"
#include "results/msgpack/walk.h"
#include "results/text.h"

/* Bytes that grow. Errors are sticky. */

struct sink {
	uint8_t *data;
	size_t len, cap, max;
	int error;
};

#define FIRST_BYTES	4096u

static int grow(struct sink *s, size_t more)
{
	size_t cap = s->cap;
	uint8_t *data;

	if (s->len + more > s->max)
		return -EFBIG;
	while (cap < s->len + more)
		cap *= 2;
	if (cap == s->cap)
		return 0;
	data = realloc(s->data, cap);
	if (!data)
		return -ENOMEM;
	s->data = data;
	s->cap = cap;
	return 0;
}

static int sink_write(void *opaque, const char *bytes, size_t len)
{
	struct sink *s = opaque;

	if (!s->error)
		s->error = grow(s, len);
	if (s->error)
		return -1;
	memcpy(s->data + s->len, bytes, len);
	s->len += len;
	return 0;
}

typedef void pack_fn(msgpack_packer *pk, const struct vmb_field *f, const void *object);
typedef bool present_fn(const struct vmb_field *f, const void *object);

static void pack_struct(msgpack_packer *pk, const struct vmb_struct *s, const void *object,
			uint32_t version);

/* Readers in other languages refuse a str that is not UTF-8; as bin it is still readable. */
static void pack_string(msgpack_packer *pk, const char *s)
{
	if (vmb_utf8_valid(s))
		msgpack_pack_str_with_body(pk, s, strlen(s));
	else
		msgpack_pack_bin_with_body(pk, s, strlen(s));
}

static void pack_real(msgpack_packer *pk, double v)
{
	if (isfinite(v))
		msgpack_pack_double(pk, v);
	else
		msgpack_pack_nil(pk);
}

static void pack_truth(msgpack_packer *pk, bool v)
{
	if (v)
		msgpack_pack_true(pk);
	else
		msgpack_pack_false(pk);
}

static void pack_field_uint(msgpack_packer *pk, const struct vmb_field *f, const void *object)
{
	msgpack_pack_uint64(pk, vmb_field_uint(f, object));
}

static void pack_field_bool(msgpack_packer *pk, const struct vmb_field *f, const void *object)
{
	pack_truth(pk, vmb_field_uint(f, object));
}

static void pack_field_real(msgpack_packer *pk, const struct vmb_field *f, const void *object)
{
	pack_real(pk, vmb_field_real(f, object));
}

static void pack_field_enum(msgpack_packer *pk, const struct vmb_field *f, const void *object)
{
	pack_string(pk, f->names[vmb_field_uint(f, object)]);
}

static void pack_field_text(msgpack_packer *pk, const struct vmb_field *f, const void *object)
{
	pack_string(pk, vmb_field_text(f, object));
}

static void pack_field_map(msgpack_packer *pk, const struct vmb_field *f, const void *object)
{
	pack_struct(pk, f->sub, vmb_field_at(f, object), 0);
}

static void pack_field_list(msgpack_packer *pk, const struct vmb_field *f, const void *object)
{
	const char *at = vmb_field_elements(f, object);
	size_t count = vmb_field_count(f, object);

	msgpack_pack_array(pk, count);
	for (size_t i = 0; i < count; i++)
		pack_struct(pk, f->sub, at + i * f->sub->size, 0);
}

static void pack_field_reals(msgpack_packer *pk, const struct vmb_field *f, const void *object)
{
	const double *at = vmb_field_elements(f, object);
	size_t count = vmb_field_count(f, object);

	msgpack_pack_array(pk, count);
	for (size_t i = 0; i < count; i++)
		pack_real(pk, at[i]);
}

static void pack_column(msgpack_packer *pk, const struct vmb_field *f, const struct vmb_round *r)
{
	pack_string(pk, f->key);
	msgpack_pack_array(pk, r->nr_samples);
	for (size_t i = 0; i < r->nr_samples; i++)
		msgpack_pack_uint64(pk, vmb_field_uint(f, &r->samples[i]));
}

static void pack_counter(msgpack_packer *pk, const struct vmb_round *r, uint32_t counter)
{
	msgpack_pack_array(pk, r->nr_samples);
	for (size_t i = 0; i < r->nr_samples; i++)
		if (r->samples[i].counted & (1u << counter))
			msgpack_pack_uint64(pk, r->samples[i].counter[counter]);
		else
			msgpack_pack_nil(pk);
}

static void pack_field_samples(msgpack_packer *pk, const struct vmb_field *f, const void *object)
{
	const struct vmb_round *r = object;

	(void)f;
	msgpack_pack_map(pk, vmb_schema_sample.nr + 1);
	for (size_t i = 0; i < vmb_schema_sample.nr; i++)
		pack_column(pk, &vmb_schema_sample.fields[i], r);
	pack_string(pk, VMB_KEY_COUNTERS);
	msgpack_pack_array(pk, r->nr_counters);
	for (uint32_t i = 0; i < r->nr_counters; i++)
		pack_counter(pk, r, i);
}

static void pack_field_value(msgpack_packer *pk, const struct vmb_field *f, const void *object)
{
	const struct vmb_fact *fact = object;

	(void)f;
	if (fact->type == VMB_FACT_TEXT)
		pack_string(pk, fact->text);
	else if (fact->type == VMB_FACT_BOOL)
		pack_truth(pk, fact->number != 0);
	else
		pack_real(pk, fact->number);
}

static bool always(const struct vmb_field *f, const void *object)
{
	(void)f, (void)object;
	return true;
}

static bool is_not_zero(const struct vmb_field *f, const void *object)
{
	return vmb_field_uint(f, object) != 0;
}

static bool is_finite(const struct vmb_field *f, const void *object)
{
	return isfinite(vmb_field_real(f, object));
}

static bool is_not_empty(const struct vmb_field *f, const void *object)
{
	return *vmb_field_text(f, object) != '\0';
}

static bool has_elements(const struct vmb_field *f, const void *object)
{
	return vmb_field_count(f, object) != 0;
}

static const struct packer {
	pack_fn *pack;
	present_fn *present;	/* is an optional one worth a key? */
} packers[] = {
	[VMB_FIELD_UINT] = { pack_field_uint, is_not_zero },
	[VMB_FIELD_BOOL] = { pack_field_bool, is_not_zero },
	[VMB_FIELD_REAL] = { pack_field_real, is_finite },
	[VMB_FIELD_ENUM] = { pack_field_enum, always },
	[VMB_FIELD_STRING] = { pack_field_text, is_not_empty },
	[VMB_FIELD_TEXT] = { pack_field_text, is_not_empty },
	[VMB_FIELD_MAP] = { pack_field_map, always },
	[VMB_FIELD_LIST] = { pack_field_list, has_elements },
	[VMB_FIELD_REALS] = { pack_field_reals, has_elements },
	[VMB_FIELD_SAMPLES] = { pack_field_samples, always },
	[VMB_FIELD_VALUE] = { pack_field_value, always },
};

static bool is_present(const struct vmb_struct *s, const struct vmb_field *f, const void *object)
{
	if (f->known)
		return vmb_field_known(s, f, object);
	if (s->gate && !vmb_field_uint(s->gate, object))
		return f->required;
	return f->required || packers[f->type].present(f, object);
}

/* @version: of the outermost map, which carries it; 0 for the others. */
static void pack_struct(msgpack_packer *pk, const struct vmb_struct *s, const void *object,
			uint32_t version)
{
	size_t nr = version ? 1 : 0;

	for (size_t i = 0; i < s->nr; i++)
		nr += is_present(s, &s->fields[i], object);
	msgpack_pack_map(pk, nr);
	if (version) {
		pack_string(pk, VMB_KEY_SCHEMA);
		msgpack_pack_uint32(pk, version);
	}
	for (size_t i = 0; i < s->nr; i++) {
		if (!is_present(s, &s->fields[i], object))
			continue;
		pack_string(pk, s->fields[i].key);
		packers[s->fields[i].type].pack(pk, &s->fields[i], object);
	}
}

int vmb_payload_pack(const struct vmb_struct *s, const void *object, size_t room,
		     struct vmb_bytes *out)
{
	static const struct vmb_walk_limits limits = { VMB_MAX_DEPTH, VMB_MAX_OBJECTS };
	struct sink sink = {
		.len = room, .cap = room + FIRST_BYTES, .max = room + VMB_MAX_PAYLOAD_BYTES,
	};
	const char *why;
	msgpack_packer pk;
	int err;

	sink.data = calloc(1, sink.cap);
	if (!sink.data)
		return -ENOMEM;
	msgpack_packer_init(&pk, &sink, sink_write);
	pack_struct(&pk, s, object, VMB_SCHEMA_VERSION);
	err = sink.error;
	/* What a reader would refuse must not be written. */
	if (!err)
		err = vmb_walk(sink.data + room, sink.len - room, &limits, &why);
	if (err)
		free(sink.data);
	else
		*out = (struct vmb_bytes){ .data = sink.data, .len = sink.len };
	return err;
}
