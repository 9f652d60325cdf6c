// SPDX-License-Identifier: MIT
/* What allocation does when the piece of the nursery at hand is used up, or the object is large. */
#include <string.h>

#include "vmcore/gc/object.h"

#define STEP_OBJECTS  4096
#define SHARED_PIECES 32u /* of the nursery at its least, if several threads share it */

/* An exhausted heap is a null reference; the observer is told. */
static struct gc_ref exhausted(struct gc_heap *h, uint64_t bytes)
{
	if (h->events.exhausted)
		h->events.exhausted(h->events.priv, bytes);
	return (struct gc_ref){ 0 };
}

/** gc_exhausted - Return: null, after telling the observer. Context: safepoint. */
struct gc_ref gc_exhausted(struct gc_heap *h, uint64_t bytes)
{
	struct gc_ref null;

	gc_world_enter(h);
	null = exhausted(h, bytes);
	gc_world_exit(h);
	return null;
}

/* ---- pieces of the nursery ---- */

/** gc_account - what has been allocated from the piece at hand gets into the statistics. */
void gc_account(struct gc_heap *h, struct gc_thread *t)
{
	h->stats.allocated_bytes += (size_t)(t->m.cur - t->begin);
	t->begin = t->m.cur;
}

/*
 * While a mark is under way, pieces are small: between them it is moved on. If there are other threads,
 * they are smaller: all want some, and a thread that allocates should come here soon if it is waited
 * for.
 */
static size_t piece_for(const struct gc_heap *h, size_t need)
{
	size_t half = h->young_least / 2, room = h->young_limit - h->young_next;
	size_t piece = h->shared ? h->young_least / SHARED_PIECES : half;

	if (h->options.stress && need < room)
		return need;
	if ((h->phase == GC_IDLE && !h->shared) || room <= piece)
		return room;
	return need > piece ? need : piece;
}

/* As long as nobody else has had a piece, they follow each other, and nothing is lost between them. */
static bool refill(struct gc_thread *t, size_t bytes)
{
	struct gc_mutator *m = &t->m;
	struct gc_heap *h = m->heap;
	bool follows = (uintptr_t)m->limit == h->young_next;
	size_t left = follows ? (size_t)(m->limit - m->cur) : 0, piece = piece_for(h, bytes - left);

	if (left + piece < bytes || piece > h->young_limit - h->young_next)
		return false;
	if (!follows) {
		gc_account(h, t);
		m->cur = m->limit = t->begin = (char *)h->young_next;
	}
	h->young_next += piece;
	m->limit += piece;
	return true;
}

/* ---- collections ---- */

static void collect(struct gc_heap *h, size_t wanted)
{
	gc_world_stop(h);
	gc_minor(h);
	gc_after_minor(h, wanted);
	gc_world_resume(h);
}

static void stress(struct gc_heap *h)
{
	gc_world_stop(h);
	gc_minor(h);
	if (h->options.stress == GC_STRESS_STEP)
		gc_step(h, 4);
	else if (h->options.stress >= GC_STRESS_FULL)
		gc_full(h);
	if (h->options.stress == GC_STRESS_COMPACT)
		gc_compact(h, true);
	gc_settle(h, 0);
	gc_world_resume(h);
}

static void slice(struct gc_heap *h)
{
	gc_world_stop(h);
	gc_slice(h);
	gc_world_resume(h);
}

/* A mark that is under way gets a slice where half the least size of a nursery has been filled. */
static void slice_between(struct gc_heap *h)
{
	if (h->phase == GC_IDLE || h->young_next - h->young_sliced < h->young_least / 2)
		return;
	h->young_sliced = h->young_next;
	slice(h);
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
	slice(h);
}

/* All that can be done, the cheapest first. The world stands still. */
static uintptr_t take_large_by_force(struct gc_heap *h, size_t bytes)
{
	uintptr_t at;

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

static uintptr_t take_large(struct gc_heap *h, size_t bytes)
{
	uintptr_t at;

	if (bytes > h->old_bytes)
		return 0;
	pay_for(h, bytes);
	at = gc_large_take(h, bytes);
	if (at)
		return at;
	gc_world_stop(h);
	at = take_large_by_force(h, bytes);
	gc_world_resume(h);
	return at;
}

/* What is new counts as marked [gc.snapshot]. */
static void count_as_marked(struct gc_heap *h, uintptr_t object, size_t bytes)
{
	gc_books_lock(h);
	gc_set_marked(h, object, bytes);
	gc_books_unlock(h);
	h->marked_bytes += bytes;
}

static struct gc_ref alloc_large(struct gc_heap *h, uint64_t header, size_t bytes)
{
	uintptr_t at;

	if (h->options.stress)
		stress(h);
	at = take_large(h, bytes);
	if (!at)
		return exhausted(h, bytes);
	*gc_header_of(at) = header;
	h->stats.allocated_bytes += bytes;
	if (h->phase == GC_MARKING)
		count_as_marked(h, at, bytes);
	return (struct gc_ref){ at };
}

static struct gc_ref alloc_small(struct gc_thread *t, uint64_t header, size_t bytes)
{
	struct gc_mutator *m = &t->m;
	struct gc_heap *h = m->heap;
	char *p;

	if (VMB_UNLIKELY(h->options.stress))
		stress(h);
	else
		slice_between(h);
	if (VMB_UNLIKELY(!refill(t, bytes))) {
		collect(h, bytes);
		if (!refill(t, bytes))
			return exhausted(h, bytes);
	}
	p = m->cur;
	m->cur += bytes;
	*gc_header_of((uintptr_t)p) = header;
	memset(p + GC_HEADER_BYTES, 0, bytes - GC_HEADER_BYTES);
	return (struct gc_ref){ (uintptr_t)p };
}

/* ---- what the inline functions call ---- */

/** gc_alloc_slowly - an object whose @header says how large it is; zeroed. */
VMB_NOINLINE struct gc_ref gc_alloc_slowly(struct gc_mutator *m, uint64_t header)
{
	size_t bytes = gc_header_bytes(header);
	struct gc_ref object;

	VMB_ASSERT(bytes);
	gc_world_enter(m->heap);
	if (bytes > GC_SMALL_BYTES)
		object = alloc_large(m->heap, header, bytes);
	else
		object = alloc_small(gc_thread_of(m), header, bytes);
	gc_world_exit(m->heap);
	return object;
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

static void collect_as_asked(struct gc_heap *h, enum gc_collection what)
{
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

void gc_collect(struct gc_mutator *m, enum gc_collection what)
{
	struct gc_heap *h = m->heap;

	gc_world_enter(h);
	gc_world_stop(h);
	collect_as_asked(h, what);
	gc_world_resume(h);
	gc_world_exit(h);
}
