// SPDX-License-Identifier: MIT
/*
 * msgpack-c allocates as much as an array claims; it gets bytes only after walk.c has found that
 * everything they claim is there.
 */
#include "results/msgpack/payload.h"

#include <errno.h>
#include <math.h>
#include <msgpack.h>
#include <stdlib.h>
#include <string.h>

#include "results/check.h"
#include "results/field.h"
#include "results/msgpack/walk.h"

struct reader {
	struct vmb_path path;
	struct vmb_error *err;
	uint64_t heap_bytes;
};

typedef int unpack_fn(struct reader *r, const struct vmb_field *f, const msgpack_object *o,
		      void *object);

static int unpack_struct(struct reader *r, const struct vmb_struct *s, const msgpack_object *o,
			 void *object);

static int refuse(struct reader *r, const char *what)
{
	vmb_error_set(r->err, "corrupt: %s %s", r->path.len ? r->path.text : "the whole", what);
	return -EBADMSG;
}

static int no_memory(struct vmb_error *err)
{
	vmb_error_set(err, "out of memory");
	return -ENOMEM;
}

/* Memory for a list, counted against the whole. Zeroed. */
static int allocate(struct reader *r, uint64_t bytes, void **out)
{
	r->heap_bytes += bytes;
	if (r->heap_bytes > VMB_MAX_HEAP_BYTES) {
		vmb_error_set(r->err, "too large: it would take more than %llu MiB of memory",
			      VMB_MAX_HEAP_BYTES >> 20);
		return -EFBIG;
	}
	*out = calloc(1, bytes);
	return *out ? 0 : no_memory(r->err);
}

static int unpack_uint(struct reader *r, const msgpack_object *o, uint64_t *value)
{
	if (o->type != MSGPACK_OBJECT_POSITIVE_INTEGER)
		return refuse(r, "is not an unsigned integer");
	*value = o->via.u64;
	return 0;
}

static int unpack_real(struct reader *r, const msgpack_object *o, double *value)
{
	if (o->type == MSGPACK_OBJECT_FLOAT64 || o->type == MSGPACK_OBJECT_FLOAT32)
		*value = o->via.f64;
	else if (o->type == MSGPACK_OBJECT_POSITIVE_INTEGER)
		*value = (double)o->via.u64;
	else if (o->type == MSGPACK_OBJECT_NEGATIVE_INTEGER)
		*value = (double)o->via.i64;
	else
		return refuse(r, "is not a number");
	return isfinite(*value) ? 0 : refuse(r, "is not a finite number");
}

/* Borrowed from the object; not terminated. */
static int unpack_string(struct reader *r, const msgpack_object *o, size_t max, const char **s,
			 size_t *len)
{
	bool bin = o->type == MSGPACK_OBJECT_BIN;

	if (!bin && o->type != MSGPACK_OBJECT_STR)
		return refuse(r, "is not a string");
	*s = bin ? o->via.bin.ptr : o->via.str.ptr;
	*len = bin ? o->via.bin.size : o->via.str.size;
	if (*len > max)
		return refuse(r, "is too long");
	return *len && memchr(*s, '\0', *len) ? refuse(r, "has a NUL inside") : 0;
}

static int unpack_array(struct reader *r, const msgpack_object *o, size_t max)
{
	if (o->type != MSGPACK_OBJECT_ARRAY)
		return refuse(r, "is not an array");
	return o->via.array.size <= max ? 0 : refuse(r, "has too many elements");
}

static int unpack_field_uint(struct reader *r, const struct vmb_field *f, const msgpack_object *o,
			     void *object)
{
	uint64_t value = 0;
	int err = unpack_uint(r, o, &value);

	if (!err && !vmb_field_set_uint(f, object, value))
		err = refuse(r, "is too large");
	return err;
}

static int unpack_field_bool(struct reader *r, const struct vmb_field *f, const msgpack_object *o,
			     void *object)
{
	if (o->type != MSGPACK_OBJECT_BOOLEAN)
		return refuse(r, "is neither true nor false");
	vmb_field_set_uint(f, object, o->via.boolean);
	return 0;
}

static int unpack_field_real(struct reader *r, const struct vmb_field *f, const msgpack_object *o,
			     void *object)
{
	double value = 0;
	int err = unpack_real(r, o, &value);

	memcpy(vmb_field_in(f, object), &value, sizeof(value));
	return err;
}

static int unpack_field_enum(struct reader *r, const struct vmb_field *f, const msgpack_object *o,
			     void *object)
{
	const char *s;
	size_t len;
	int err = unpack_string(r, o, 64, &s, &len);

	if (err)
		return err;
	for (uint64_t i = 0; i <= f->max; i++)
		if (strlen(f->names[i]) == len && !memcmp(f->names[i], s, len)) {
			vmb_field_set_uint(f, object, i);
			return 0;
		}
	return refuse(r, "is not a known word");
}

static int unpack_field_string(struct reader *r, const struct vmb_field *f,
			       const msgpack_object *o, void *object)
{
	char *to = vmb_field_in(f, object);
	const char *s;
	size_t len;
	int err = unpack_string(r, o, f->size - 1, &s, &len);

	if (err)
		return err;
	memcpy(to, s, len);
	to[len] = '\0';
	return 0;
}

static int unpack_field_text(struct reader *r, const struct vmb_field *f, const msgpack_object *o,
			     void *object)
{
	const char *s;
	void *copy;
	size_t len;
	int err = unpack_string(r, o, f->max, &s, &len);

	if (!err)
		err = allocate(r, len + 1, &copy);
	if (err)
		return err;
	memcpy(copy, s, len);
	memcpy(vmb_field_in(f, object), &copy, sizeof(copy));
	return 0;
}

static int unpack_field_map(struct reader *r, const struct vmb_field *f, const msgpack_object *o,
			    void *object)
{
	return unpack_struct(r, f->sub, o, vmb_field_in(f, object));
}

/* The list belongs to @object as soon as it exists, so that a failure frees it with the rest. */
static int make_list(struct reader *r, const struct vmb_field *f, size_t count, void *object)
{
	uint64_t bytes = vmb_field_heap_bytes(f, count);
	void *elements;
	int err;

	if (bytes) {
		err = allocate(r, bytes, &elements);
		if (err)
			return err;
		memcpy(vmb_field_in(f, object), &elements, sizeof(elements));
	}
	vmb_field_set_count(f, object, count);
	return 0;
}

static char *list_of(const struct vmb_field *f, void *object)
{
	char *elements = vmb_field_in(f, object);

	if (f->type != VMB_FIELD_LIST || f->heap)
		memcpy(&elements, vmb_field_in(f, object), sizeof(elements));
	return elements;
}

static int unpack_field_list(struct reader *r, const struct vmb_field *f, const msgpack_object *o,
			     void *object)
{
	int err = unpack_array(r, o, f->max);

	if (!err)
		err = make_list(r, f, o->via.array.size, object);
	for (uint32_t i = 0; !err && i < o->via.array.size; i++) {
		size_t back = vmb_path_index(&r->path, i);

		err = unpack_struct(r, f->sub, &o->via.array.ptr[i],
				    list_of(f, object) + i * f->sub->size);
		vmb_path_back(&r->path, back);
	}
	return err;
}

static int unpack_field_reals(struct reader *r, const struct vmb_field *f, const msgpack_object *o,
			      void *object)
{
	double value;
	int err = unpack_array(r, o, f->max);

	if (!err)
		err = make_list(r, f, o->via.array.size, object);
	for (uint32_t i = 0; !err && i < o->via.array.size; i++) {
		value = NAN;
		if (o->via.array.ptr[i].type != MSGPACK_OBJECT_NIL)
			err = unpack_real(r, &o->via.array.ptr[i], &value);
		memcpy(list_of(f, object) + i * sizeof(value), &value, sizeof(value));
	}
	return err;
}

static bool key_is(const msgpack_object *o, const char *key)
{
	return o->type == MSGPACK_OBJECT_STR && o->via.str.size == strlen(key) &&
	       !memcmp(o->via.str.ptr, key, o->via.str.size);
}

/* Writers keep the order of the tables, so the search starts where the last one ended. */
static const msgpack_object *find(const msgpack_object *map, const char *key, uint32_t *hint)
{
	uint32_t size = map->via.map.size;

	for (uint32_t i = 0; i < size; i++) {
		uint32_t at = (*hint + i) % size;

		if (!key_is(&map->via.map.ptr[at].key, key))
			continue;
		*hint = at + 1;
		return &map->via.map.ptr[at].val;
	}
	return NULL;
}

static int unpack_map(struct reader *r, const msgpack_object *o)
{
	if (o->type != MSGPACK_OBJECT_MAP)
		return refuse(r, "is not a map");
	return o->via.map.size <= VMB_MAX_KEYS ? 0 : refuse(r, "has too many keys");
}

/* One array of the samples map. */
static int find_column(struct reader *r, const msgpack_object *map, const char *key, uint32_t *hint,
		       const msgpack_object **array)
{
	*array = find(map, key, hint);
	if (!*array || (*array)->type != MSGPACK_OBJECT_ARRAY) {
		vmb_path_key(&r->path, key);
		return refuse(r, "is missing or not an array");
	}
	return 0;
}

static int unpack_column(struct reader *r, const struct vmb_field *f, const msgpack_object *array,
			 struct vmb_round *round)
{
	int err = array->via.array.size == round->nr_samples ? 0 :
		  refuse(r, "have columns of different lengths");

	for (size_t i = 0; !err && i < round->nr_samples; i++)
		err = unpack_field_uint(r, f, &array->via.array.ptr[i], &round->samples[i]);
	return err;
}

static int unpack_counter(struct reader *r, const msgpack_object *array, struct vmb_round *round,
			  uint32_t counter)
{
	int err = 0;

	if (array->type != MSGPACK_OBJECT_ARRAY || array->via.array.size != round->nr_samples)
		return refuse(r, "have a counter of a different length");
	for (size_t i = 0; !err && i < round->nr_samples; i++) {
		if (array->via.array.ptr[i].type == MSGPACK_OBJECT_NIL)
			continue;
		round->samples[i].counted |= 1u << counter;
		err = unpack_uint(r, &array->via.array.ptr[i], &round->samples[i].counter[counter]);
	}
	return err;
}

static int unpack_counters(struct reader *r, const msgpack_object *array, struct vmb_round *round)
{
	int err = 0;

	if (array->via.array.size != round->nr_counters)
		return refuse(r, "have not one array per counter");
	for (uint32_t i = 0; !err && i < round->nr_counters; i++)
		err = unpack_counter(r, &array->via.array.ptr[i], round, i);
	return err;
}

static int unpack_field_samples(struct reader *r, const struct vmb_field *f,
				const msgpack_object *o, void *object)
{
	struct vmb_round *round = object;
	const msgpack_object *array = NULL;
	uint32_t hint = 0;
	int err = unpack_map(r, o);

	for (size_t i = 0; !err && i < vmb_schema_sample.nr; i++) {
		const struct vmb_field *column = &vmb_schema_sample.fields[i];

		err = find_column(r, o, column->key, &hint, &array);
		if (!err && !i)
			err = unpack_array(r, array, f->max);
		if (!err && !i)
			err = make_list(r, f, array->via.array.size, object);
		if (!err)
			err = unpack_column(r, column, array, round);
	}
	if (!err)
		err = find_column(r, o, VMB_KEY_COUNTERS, &hint, &array);
	return err ? err : unpack_counters(r, array, round);
}

static int unpack_field_value(struct reader *r, const struct vmb_field *f, const msgpack_object *o,
			      void *object)
{
	struct vmb_fact *fact = object;

	fact->number = NAN;
	fact->type = VMB_FACT_NUMBER;
	if (o->type == MSGPACK_OBJECT_NIL)
		return 0;
	if (o->type == MSGPACK_OBJECT_BOOLEAN) {
		fact->type = VMB_FACT_BOOL;
		fact->number = o->via.boolean;
		return 0;
	}
	if (o->type != MSGPACK_OBJECT_STR && o->type != MSGPACK_OBJECT_BIN)
		return unpack_real(r, o, &fact->number);
	fact->type = VMB_FACT_TEXT;
	fact->number = 0;
	return unpack_field_text(r, f, o, object);
}

/* What an optional field is when its key is not there; the rest is zero already. */
static int no_default(struct reader *r, const struct vmb_field *f, void *object)
{
	(void)r, (void)f, (void)object;
	return 0;
}

static int default_real(struct reader *r, const struct vmb_field *f, void *object)
{
	double value = NAN;

	(void)r;
	memcpy(vmb_field_in(f, object), &value, sizeof(value));
	return 0;
}

static int default_text(struct reader *r, const struct vmb_field *f, void *object)
{
	void *empty;
	int err = allocate(r, 1, &empty);

	if (!err)
		memcpy(vmb_field_in(f, object), &empty, sizeof(empty));
	return err;
}

static const struct unpacker {
	unpack_fn *unpack;
	int (*absent)(struct reader *r, const struct vmb_field *f, void *object);
} unpackers[] = {
	[VMB_FIELD_UINT] = { unpack_field_uint, no_default },
	[VMB_FIELD_BOOL] = { unpack_field_bool, no_default },
	[VMB_FIELD_REAL] = { unpack_field_real, default_real },
	[VMB_FIELD_ENUM] = { unpack_field_enum, no_default },
	[VMB_FIELD_STRING] = { unpack_field_string, no_default },
	[VMB_FIELD_TEXT] = { unpack_field_text, default_text },
	[VMB_FIELD_MAP] = { unpack_field_map, no_default },
	[VMB_FIELD_LIST] = { unpack_field_list, no_default },
	[VMB_FIELD_REALS] = { unpack_field_reals, no_default },
	[VMB_FIELD_SAMPLES] = { unpack_field_samples, no_default },
	[VMB_FIELD_VALUE] = { unpack_field_value, no_default },
};

static int unpack_field(struct reader *r, const struct vmb_struct *s, const struct vmb_field *f,
			const msgpack_object *o, void *object)
{
	size_t back = vmb_path_key(&r->path, f->key);
	int err;

	if (o) {
		vmb_field_set_known(s, f, object);
		err = unpackers[f->type].unpack(r, f, o, object);
	} else {
		err = f->required ? refuse(r, "is missing") :
		      unpackers[f->type].absent(r, f, object);
	}
	vmb_path_back(&r->path, back);
	return err;
}

/* Figures that are measured together share a bit: half a pair would read as a zero. */
static int check_known(struct reader *r, const struct vmb_struct *s, const msgpack_object *o,
		       const void *object)
{
	uint32_t hint = 0;

	for (size_t i = 0; i < s->nr; i++)
		if (s->fields[i].known && vmb_field_known(s, &s->fields[i], object) &&
		    !find(o, s->fields[i].key, &hint)) {
			vmb_path_key(&r->path, s->fields[i].key);
			return refuse(r, "is missing");
		}
	return 0;
}

static int unpack_struct(struct reader *r, const struct vmb_struct *s, const msgpack_object *o,
			 void *object)
{
	uint32_t hint = 0;
	int err = unpack_map(r, o);

	for (size_t i = 0; !err && i < s->nr; i++)
		err = unpack_field(r, s, &s->fields[i], find(o, s->fields[i].key, &hint), object);
	return err ? err : check_known(r, s, o, object);
}

static int unpack_root(const struct vmb_struct *s, const msgpack_object *root, void *object,
		       struct vmb_error *err)
{
	struct reader r = { .err = err };
	const msgpack_object *version;
	struct vmb_error why;
	uint32_t hint = 0;
	int ret = unpack_map(&r, root);

	if (ret)
		return ret;
	version = find(root, VMB_KEY_SCHEMA, &hint);
	if (!version || version->type != MSGPACK_OBJECT_POSITIVE_INTEGER ||
	    version->via.u64 != VMB_SCHEMA_VERSION)
		return refuse(&r, "has another schema version than its header");
	ret = unpack_struct(&r, s, root, object);
	if (ret || !vmb_check(s, object, &why))
		return ret;
	vmb_error_set(err, "corrupt: %.200s", why.text);
	return -EBADMSG;
}

int vmb_payload_unpack(const struct vmb_struct *s, const void *data, size_t len, void *object,
		       struct vmb_error *err)
{
	static const struct vmb_walk_limits limits = { VMB_MAX_DEPTH, VMB_MAX_OBJECTS };
	msgpack_unpacked unpacked;
	const char *why;
	size_t end = 0;
	int ret = vmb_walk(data, len, &limits, &why);

	if (ret) {
		vmb_error_set(err, "%s: %s", ret == -EFBIG ? "too large" : "corrupt", why);
		return ret;
	}
	msgpack_unpacked_init(&unpacked);
	if (msgpack_unpack_next(&unpacked, data, len, &end) != MSGPACK_UNPACK_SUCCESS)
		ret = no_memory(err);	/* the walk has excluded all other reasons */
	else
		ret = unpack_root(s, &unpacked.data, object, err);
	msgpack_unpacked_destroy(&unpacked);
	return ret;
}
