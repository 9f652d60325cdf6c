// SPDX-License-Identifier: MIT
#include "results/field.h"

#include <stdio.h>
#include <string.h>

static size_t extend(struct vmb_path *p, int written)
{
	size_t old = p->len;

	p->len += written > 0 ? (size_t)written : 0;
	if (p->len >= sizeof(p->text))
		p->len = sizeof(p->text) - 1;
	return old;
}

size_t vmb_path_key(struct vmb_path *p, const char *key)
{
	return extend(p, snprintf(p->text + p->len, sizeof(p->text) - p->len, "%s%s",
				  p->len ? "." : "", key));
}

size_t vmb_path_index(struct vmb_path *p, size_t i)
{
	return extend(p, snprintf(p->text + p->len, sizeof(p->text) - p->len, "[%zu]", i));
}

void vmb_path_back(struct vmb_path *p, size_t to)
{
	p->len = to;
	p->text[to] = '\0';
}

const void *vmb_field_at(const struct vmb_field *f, const void *object)
{
	return (const char *)object + f->offset;
}

void *vmb_field_in(const struct vmb_field *f, void *object)
{
	return (char *)object + f->offset;
}

/* size_t is one of the two on every host. */
static uint64_t load(const void *at, size_t size)
{
	uint64_t wide = 0;
	uint32_t narrow;

	if (size == sizeof(bool))
		return *(const unsigned char *)at != 0;
	if (size == sizeof(narrow)) {
		memcpy(&narrow, at, sizeof(narrow));
		return narrow;
	}
	memcpy(&wide, at, sizeof(wide));
	return wide;
}

static bool save(void *at, size_t size, uint64_t value)
{
	uint32_t narrow = (uint32_t)value;
	bool truth = value;

	if (size == sizeof(truth))
		memcpy(at, &truth, sizeof(truth));
	else if (size == sizeof(narrow))
		memcpy(at, &narrow, sizeof(narrow));
	else
		memcpy(at, &value, sizeof(value));
	return size == sizeof(value) || value <= (size == sizeof(truth) ? 1 : UINT32_MAX);
}

uint64_t vmb_field_uint(const struct vmb_field *f, const void *object)
{
	return load(vmb_field_at(f, object), f->size);
}

bool vmb_field_set_uint(const struct vmb_field *f, void *object, uint64_t value)
{
	return save(vmb_field_in(f, object), f->size, value);
}

double vmb_field_real(const struct vmb_field *f, const void *object)
{
	double v;

	memcpy(&v, vmb_field_at(f, object), sizeof(v));
	return v;
}

static const void *pointer_at(const struct vmb_field *f, const void *object)
{
	const void *p;

	memcpy(&p, vmb_field_at(f, object), sizeof(p));
	return p;
}

const char *vmb_field_text(const struct vmb_field *f, const void *object)
{
	const char *text;

	if (f->type == VMB_FIELD_STRING)
		return vmb_field_at(f, object);
	text = pointer_at(f, object);
	return text ? text : "";
}

size_t vmb_field_count(const struct vmb_field *f, const void *object)
{
	return load((const char *)object + f->count_offset, f->count_size);
}

void vmb_field_set_count(const struct vmb_field *f, void *object, size_t count)
{
	save((char *)object + f->count_offset, f->count_size, count);
}

const void *vmb_field_elements(const struct vmb_field *f, const void *object)
{
	bool inlined = f->type == VMB_FIELD_LIST && !f->heap;

	return inlined ? vmb_field_at(f, object) : pointer_at(f, object);
}

bool vmb_field_known(const struct vmb_struct *s, const struct vmb_field *f, const void *object)
{
	return !f->known || (load((const char *)object + s->known_offset, 4) & f->known);
}

void vmb_field_set_known(const struct vmb_struct *s, const struct vmb_field *f, void *object)
{
	char *mask = (char *)object + s->known_offset;

	if (f->known)
		save(mask, 4, load(mask, 4) | f->known);
}

uint64_t vmb_field_heap_bytes(const struct vmb_field *f, size_t count)
{
	if (f->type == VMB_FIELD_LIST)
		return f->heap ? (uint64_t)count * f->sub->size : 0;
	if (f->type == VMB_FIELD_REALS)
		return (uint64_t)count * sizeof(double);
	return f->type == VMB_FIELD_SAMPLES ? (uint64_t)count * sizeof(struct vmb_sample) : 0;
}
