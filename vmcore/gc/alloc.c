// SPDX-License-Identifier: MIT
/* What allocation does when the piece of the nursery at hand is used up, or the object is large. */
#include <string.h>

#include "vmcore/gc/object.h"

#define STEP_OBJECTS 4096

/** gc_exhausted - Return: null, after telling the observer. */
struct gc_ref gc_exhausted(struct gc_heap *h, uint64_t bytes)
{
	if (h->events.exhausted)
		h->events.exhausted(h->events.priv, bytes);
	return (struct gc_ref){ 0 };
}

/* While a mark is under way, pieces are small: between them it is moved on. */
static size_t piece_for(const struct gc_heap *h, size_t need)
{
	size_t half = h->young_least / 2, room = h->young_limit - h->young_next;

	if (h->options.stress && need < room)
		return need;
	if (h->phase == GC_IDLE || room <= half)
		return room;
	return need > half ? need : half;
}

/* The pieces follow each other, so that nothing is lost between them. */
static bool refill(struct gc_mutator *m, size_t bytes)
{
	struct gc_heap *h = m->heap;
	size_t left = (size_t)(m->limit - m->cur), piece = piece_for(h, bytes - left);

	if (left + piece < bytes)
		return false;
	h->young_next += piece;
	m->limit += piece;
	return true;
}

static void collect(struct gc_heap *h, size_t wanted)
{
	h->stop++;
	gc_minor(h);
	gc_after_minor(h, wanted);
}

static void stress(struct gc_heap *h)
{
	h->stop++;
	gc_minor(h);
	if (h->options.stress == GC_STRESS_STEP)
		gc_step(h, 4);
	else if (h->options.stress >= GC_STRESS_FULL)
		gc_full(h);
	if (h->options.stress == GC_STRESS_COMPACT)
		gc_compact(h, true);
	gc_settle(h, 0);
}

/* A mark that is under way gets a slice where half the least size of a nursery has been filled. */
static void slice_between(struct gc_heap *h)
{
	if (h->phase == GC_IDLE || h->young_next - h->young_sliced < h->young_least / 2)
		return;
	h->young_sliced = h->young_next;
	h->stop++;
	gc_slice(h);
}

/* ---- large objects ---- */

/* Large objects fill the old space without filling the nursery: they too have to move a mark on. */
static void pay_for(struct gc_heap *h, size_t bytes)
{
	if (h->phase == GC_IDLE && h->used_bytes + bytes >= h->trigger_bytes) {
		collect(h, 0);
		return;
	}
	h->debt_bytes += bytes;
	if (h->phase == GC_IDLE || h->debt_bytes < h->young_least / 2)
		return;
	h->debt_bytes = 0;
	h->stop++;
	gc_slice(h);
}

static uintptr_t take_large(struct gc_heap *h, size_t bytes)
{
	uintptr_t at;

	if (bytes > h->old_bytes)
		return 0;
	pay_for(h, bytes);
	at = gc_large_take(h, bytes);
	if (at)
		return at;
	h->stop++;
	gc_minor(h);
	gc_young_shrink(h);
	gc_settle(h, 0);
	at = gc_large_take(h, bytes);
	if (at)
		return at;
	gc_full(h);
	gc_settle(h, 0);
	at = gc_large_take(h, bytes);
	if (at)
		return at;
	gc_compact(h, false);
	gc_settle(h, 0);
	return gc_large_take(h, bytes);
}

static struct gc_ref alloc_large(struct gc_heap *h, uint64_t header, size_t bytes)
{
	uintptr_t at;

	if (h->options.stress)
		stress(h);
	at = take_large(h, bytes);
	if (!at)
		return gc_exhausted(h, bytes);
	*gc_header_of(at) = header;
	h->stats.allocated_bytes += bytes;
	if (h->phase == GC_MARKING) {
		gc_set_marked(h, at, bytes);
		h->marked_bytes += bytes;
	}
	return (struct gc_ref){ at };
}

/* ---- what the inline functions call ---- */

/** gc_alloc_slowly - an object whose @header says how large it is; zeroed. */
VMB_NOINLINE struct gc_ref gc_alloc_slowly(struct gc_mutator *m, uint64_t header)
{
	struct gc_heap *h = m->heap;
	size_t bytes = gc_header_bytes(header);
	char *p;

	VMB_ASSERT(bytes);
	if (bytes > GC_SMALL_BYTES)
		return alloc_large(h, header, bytes);
	if (VMB_UNLIKELY(h->options.stress))
		stress(h);
	else
		slice_between(h);
	if (VMB_UNLIKELY(!refill(m, bytes))) {
		collect(h, bytes);
		if (!refill(m, bytes))
			return gc_exhausted(h, bytes);
	}
	p = m->cur;
	m->cur += bytes;
	*gc_header_of((uintptr_t)p) = header;
	memset(p + GC_HEADER_BYTES, 0, bytes - GC_HEADER_BYTES);
	return (struct gc_ref){ (uintptr_t)p };
}

VMB_NOINLINE struct gc_ref gc_alloc_pair_slowly(struct gc_mutator *m, uint64_t header,
						struct gc_ref keep[2])
{
	struct gc_frame frame;
	struct gc_ref object;

	gc_enter(m, &frame, keep, 2);
	object = gc_alloc_slowly(m, header);
	gc_leave(m, &frame);
	return object;
}

VMB_NOINLINE struct gc_ref gc_alloc_array_slowly(struct gc_mutator *m, const struct gc_type *type,
						 uint64_t length)
{
	struct gc_heap *h = m->heap;
	struct gc_ref array;
	size_t bytes;

	VMB_ASSERT(type->element_bytes);
	if (length > h->old_bytes / type->element_bytes)
		return gc_exhausted(h, UINT64_MAX);
	bytes = gc_array_bytes(type, length);
	array = gc_alloc_slowly(m, type->header | (uint64_t)(bytes / GC_GRAIN_BYTES) << 32);
	if (!gc_is_null(array))
		*(uint64_t *)gc_data(array, 0) = length;
	return array;
}

void gc_collect(struct gc_mutator *m, enum gc_collection what)
{
	struct gc_heap *h = m->heap;

	h->stop++;
	gc_minor(h);
	if (what == GC_COLLECT_MINOR) {
		gc_after_minor(h, 0);
		return;
	}
	if (what == GC_COLLECT_STEP)
		gc_step(h, STEP_OBJECTS);
	else
		gc_full(h);
	if (what == GC_COLLECT_COMPACT)
		gc_compact(h, true);
	gc_settle(h, 0);
}
