// SPDX-License-Identifier: MIT
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "vmcore/gc/object.h"

#define MAX_FIXED (UINT32_MAX - GC_HEADER_BYTES - GC_GRAIN_BYTES)

static bool is_array(const struct gc_type_spec *s)
{
	return s->layout == GC_LAYOUT_REFS || s->layout == GC_LAYOUT_BYTES;
}

static bool fixed_is_sound(const struct gc_type_spec *s)
{
	uint32_t words = s->bytes / 8, last;

	if (s->bytes > MAX_FIXED)
		return false;
	if (s->layout == GC_LAYOUT_LEADING)
		return s->refs < GC_ASK_TYPE && s->refs <= words;
	last = s->map ? 64 - (uint32_t)__builtin_clzll(s->map) : 0;
	return last <= words;
}

static bool is_sound(const struct gc_type_spec *s)
{
	switch (s->layout) {
	case GC_LAYOUT_LEADING:
	case GC_LAYOUT_MAP:
		return fixed_is_sound(s);
	case GC_LAYOUT_REFS:
		return true;
	case GC_LAYOUT_BYTES:
		return s->element_bytes && s->element_bytes <= 4096;
	}
	return false;
}

static int make_room(struct gc_heap *h)
{
	uint32_t room = h->room_types ? h->room_types * 2 : 16;
	struct gc_shape *shape;

	if (h->nr_types < h->room_types)
		return 0;
	shape = realloc(h->shape, room * sizeof(*shape));
	if (!shape)
		return -ENOMEM;
	h->shape = shape;
	h->room_types = room;
	return 0;
}

static uint32_t header_refs(const struct gc_type_spec *s)
{
	if (s->layout == GC_LAYOUT_LEADING)
		return s->refs;
	return s->layout == GC_LAYOUT_BYTES ? 0 : GC_ASK_TYPE;
}

static void describe(struct gc_type *t, const struct gc_type_spec *s, uint32_t id)
{
	size_t bytes = (size_t)s->bytes + GC_HEADER_BYTES;

	t->id = id;
	if (is_array(s))
		t->element_bytes = s->layout == GC_LAYOUT_REFS ? 8 : s->element_bytes;
	else
		bytes = (bytes + GC_GRAIN_BYTES - 1) & -(size_t)GC_GRAIN_BYTES;
	t->header = gc_header(id, header_refs(s), t->element_bytes ? 0 : bytes / GC_GRAIN_BYTES);
	t->inline_bytes = t->element_bytes || bytes > GC_SMALL_BYTES ? SIZE_MAX : bytes;
}

static int add(struct gc_heap *h, const struct gc_type_spec *spec, const struct gc_type **out)
{
	struct gc_type *t;
	char *name;
	int err;

	if (!is_sound(spec))
		return -EINVAL;
	if (h->nr_types == GC_MAX_TYPES)
		return -ENOSPC;
	err = make_room(h);
	if (err)
		return err;
	t = calloc(1, sizeof(*t));
	name = strdup(spec->name ? spec->name : "unnamed");
	if (!t || !name) {
		free(t);
		free(name);
		return -ENOMEM;
	}
	describe(t, spec, h->nr_types);
	h->shape[h->nr_types++] = (struct gc_shape){
		.map = spec->map, .layout = spec->layout, .type = t, .name = name,
	};
	*out = t;
	return 0;
}

int gc_type_add(struct gc_heap *h, const struct gc_type_spec *spec, const struct gc_type **out)
{
	int err;

	gc_books_lock(h);
	err = add(h, spec, out);
	gc_books_unlock(h);
	return err;
}
