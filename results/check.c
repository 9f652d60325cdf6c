// SPDX-License-Identifier: MIT
#include "results/check.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "results/field.h"

struct checker {
	struct vmb_path path;
	struct vmb_error *err;
	uint64_t heap_bytes;
};

typedef int check_fn(struct checker *c, const struct vmb_field *f, const void *object);

static int check_struct(struct checker *c, const struct vmb_struct *s, const void *object);

static int refuse(struct checker *c, const char *what)
{
	vmb_error_set(c->err, "%s %s", c->path.len ? c->path.text : "it", what);
	return -EINVAL;
}

static int check_uint(struct checker *c, const struct vmb_field *f, const void *object)
{
	return vmb_field_uint(f, object) <= f->max ? 0 : refuse(c, "is too large");
}

static int check_nothing(struct checker *c, const struct vmb_field *f, const void *object)
{
	(void)c, (void)f, (void)object;
	return 0;
}

static int check_enum(struct checker *c, const struct vmb_field *f, const void *object)
{
	return vmb_field_uint(f, object) <= f->max ? 0 : refuse(c, "is not a known word");
}

static int check_real(struct checker *c, const struct vmb_field *f, const void *object)
{
	double v = vmb_field_real(f, object);

	if (!isfinite(v) || (!f->low && !f->high))
		return 0;
	return v >= f->low && v <= f->high ? 0 : refuse(c, "is out of range");
}

static int check_string(struct checker *c, const struct vmb_field *f, const void *object)
{
	const char *s = vmb_field_at(f, object);

	if (!memchr(s, '\0', f->size))
		return refuse(c, "is not terminated");
	return f->required && !*s ? refuse(c, "is empty") : 0;
}

static int check_text(struct checker *c, const struct vmb_field *f, const void *object)
{
	size_t len = strlen(vmb_field_text(f, object));

	c->heap_bytes += len + 1;
	return len <= f->max ? 0 : refuse(c, "is too long");
}

static int check_map(struct checker *c, const struct vmb_field *f, const void *object)
{
	return check_struct(c, f->sub, vmb_field_at(f, object));
}

/* The elements themselves are looked at only when their number is right. */
static int check_count(struct checker *c, const struct vmb_field *f, const void *object)
{
	size_t count = vmb_field_count(f, object);

	if (count > f->max)
		return refuse(c, "has too many elements");
	c->heap_bytes += vmb_field_heap_bytes(f, count);
	if (c->heap_bytes > VMB_MAX_HEAP_BYTES) {
		refuse(c, "makes the whole too large");
		return -EFBIG;
	}
	return count && !vmb_field_elements(f, object) ? refuse(c, "has no elements") : 0;
}

static int check_list(struct checker *c, const struct vmb_field *f, const void *object)
{
	const char *at = vmb_field_elements(f, object);
	size_t count = vmb_field_count(f, object);
	int err = check_count(c, f, object);

	for (size_t i = 0; !err && i < count; i++) {
		size_t back = vmb_path_index(&c->path, i);

		err = check_struct(c, f->sub, at + i * f->sub->size);
		vmb_path_back(&c->path, back);
	}
	return err;
}

static int check_samples(struct checker *c, const struct vmb_field *f, const void *object)
{
	const struct vmb_sample *s = vmb_field_elements(f, object);
	size_t count = vmb_field_count(f, object);
	int err = check_count(c, f, object);

	for (size_t i = 0; !err && i < count; i++) {
		if (!s[i].iters)
			err = refuse(c, "have a batch without iterations");
		else if (s[i].flags & ~VMB_SAMPLE_FLAGS)
			err = refuse(c, "have an unknown flag");
	}
	return err;
}

static int check_value(struct checker *c, const struct vmb_field *f, const void *object)
{
	const struct vmb_fact *fact = object;

	if (fact->type == VMB_FACT_NUMBER || fact->type == VMB_FACT_BOOL)
		return 0;
	if (fact->type != VMB_FACT_TEXT || !fact->text)
		return refuse(c, "is neither text nor number nor truth");
	return check_text(c, f, object);
}

static check_fn *const checks[] = {
	[VMB_FIELD_UINT] = check_uint,
	[VMB_FIELD_BOOL] = check_nothing,
	[VMB_FIELD_REAL] = check_real,
	[VMB_FIELD_ENUM] = check_enum,
	[VMB_FIELD_STRING] = check_string,
	[VMB_FIELD_TEXT] = check_text,
	[VMB_FIELD_MAP] = check_map,
	[VMB_FIELD_LIST] = check_list,
	[VMB_FIELD_REALS] = check_count,
	[VMB_FIELD_SAMPLES] = check_samples,
	[VMB_FIELD_VALUE] = check_value,
};

static int check_struct(struct checker *c, const struct vmb_struct *s, const void *object)
{
	const char *wrong;

	for (size_t i = 0; i < s->nr; i++) {
		size_t back = vmb_path_key(&c->path, s->fields[i].key);
		int err = checks[s->fields[i].type](c, &s->fields[i], object);

		vmb_path_back(&c->path, back);
		if (err)
			return err;
	}
	wrong = s->check ? s->check(object) : NULL;
	return wrong ? refuse(c, wrong) : 0;
}

int vmb_check(const struct vmb_struct *s, const void *object, struct vmb_error *err)
{
	struct checker c = { .err = err };

	return check_struct(&c, s, object);
}
