// SPDX-License-Identifier: MIT
/*
 * The verifier: walks over everything that is reachable, with bits and a list of its own, and believes
 * nothing: where objects are, what their headers say, that no two share memory, that references into
 * the nursery are in the log, and that no hole that may be given out has anything living in it.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vmcore/gc/object.h"

/**
 * struct verifier
 * @begins, @covered: a bit for each grain of nursery and old space
 * @todo: objects to look into
 * @object: the one at hand
 * @logged: the log, sorted
 * @pending: a byte for each block: it has holes that may be given out
 * @marks: what is reachable must be marked
 */
struct verifier {
	struct gc_heap *heap;
	uint64_t *begins, *covered;
	struct gc_words todo;
	struct gc_ref **logged;
	size_t nr_logged;
	uint8_t *pending;
	bool marks;
	char *why;
	size_t why_bytes;
	int err;
	uintptr_t object;
};

static void complain(struct verifier *v, uintptr_t object, const char *what)
{
	if (v->err)
		return;
	v->err = -EIO;
	snprintf(v->why, v->why_bytes, "object %#" PRIxPTR ", reached from %#" PRIxPTR ": %s", object,
		 v->object, what);
}

/* ---- one object ---- */

static bool bits_are(const uint64_t *bits, size_t from, size_t nr, bool set)
{
	for (size_t i = from; i < from + nr; i++)
		if ((bits[i / 64] >> i % 64 & 1) != set)
			return false;
	return true;
}

/* Of the nursery: that it is not what a thread has yet to allocate from. */
static bool was_allocated(const struct gc_heap *h, uintptr_t from, uintptr_t to)
{
	for (const struct gc_thread *t = h->threads; t; t = t->next)
		if (to > (uintptr_t)t->m.cur && from < (uintptr_t)t->m.limit)
			return false;
	return to <= h->young_next;
}

static const char *flaw_of_place(const struct gc_heap *h, uintptr_t object)
{
	uint8_t state;

	if (object % GC_GRAIN_BYTES)
		return "is not aligned";
	if (gc_in_young(h, object))
		return was_allocated(h, object, object + 1) ? NULL : "lies beyond what was allocated";
	if (!gc_in_old(h, object))
		return "lies outside the heap";
	state = h->state[gc_block_of(h, object)];
	if (state == GC_BLOCK_FREE)
		return "lies in a free block";
	if (state == GC_BLOCK_TAIL)
		return "lies within a large object";
	if (state >= GC_BLOCK_LARGE && (object - h->old) % GC_BLOCK_BYTES)
		return "lies within a large object";
	if (object - h->hole.cur < h->hole.end - h->hole.cur ||
	    object - h->spill.cur < h->spill.end - h->spill.cur)
		return "lies in memory that is about to be given out";
	return NULL;
}

static const char *flaw_of_header(const struct gc_heap *h, uintptr_t object, uint64_t header)
{
	uint32_t id = gc_header_type(header);
	const struct gc_type *type;
	size_t bytes;

	if (header & GC_MOVED)
		return "has moved";
	if (!id || id >= h->nr_types)
		return "has no type";
	type = h->shape[id].type;
	if (gc_header_refs(header) != gc_header_refs(type->header))
		return "does not have its type's references";
	bytes = type->element_bytes ? gc_array_bytes(type, gc_words_of(object)->addr) :
				      gc_header_bytes(type->header);
	return bytes == gc_header_bytes(header) ? NULL : "does not have its type's size";
}

static const char *flaw_of_size(const struct gc_heap *h, uintptr_t object, size_t bytes)
{
	uint32_t block = gc_block_of(h, object), nr = gc_blocks_for(bytes);

	if (gc_in_young(h, object))
		return was_allocated(h, object, object + bytes) ? NULL : "is cut off";
	if (bytes <= GC_SMALL_BYTES)
		return gc_block_of(h, object + bytes - 1) == block ? NULL : "leaves its block";
	if (h->state[block] < GC_BLOCK_LARGE)
		return "is large in a block of small ones";
	for (uint32_t i = 1; i < nr; i++)
		if (block + i >= h->nr_blocks || h->state[block + i] != GC_BLOCK_TAIL)
			return "does not have all of its blocks";
	return NULL;
}

/* What the collector's bits say about an object of the old space. */
static const char *flaw_of_bits(const struct verifier *v, uintptr_t object, size_t bytes)
{
	const struct gc_heap *h = v->heap;
	size_t grain = gc_grain_of(h, object);
	size_t nr = bytes > GC_SMALL_BYTES ? 1 : bytes / GC_GRAIN_BYTES;
	uint32_t block = gc_block_of(h, object);
	bool here = block == h->hole_block && grain % GC_BLOCK_GRAINS >= h->hole_grain;

	if (v->marks && !bits_are(h->mark, grain, nr, true))
		return "is reachable, but not marked";
	if ((v->pending[block] || here) && !bits_are(h->live, grain, nr, true))
		return "lies in a hole that may be given out";
	return NULL;
}

static void visit(struct verifier *v, uintptr_t object)
{
	const struct gc_heap *h = v->heap;
	size_t grain = (object - h->young) / GC_GRAIN_BYTES, bytes = 0;
	const char *flaw = flaw_of_place(h, object);

	if (!flaw && bits_are(v->begins, grain, 1, true))
		return;
	if (!flaw)
		flaw = flaw_of_header(h, object, *gc_header_of(object));
	if (!flaw) {
		bytes = gc_header_bytes(*gc_header_of(object));
		flaw = flaw_of_size(h, object, bytes);
	}
	if (!flaw && !bits_are(v->covered, grain, bytes / GC_GRAIN_BYTES, false))
		flaw = "shares memory with another object";
	if (!flaw && gc_in_old(h, object))
		flaw = flaw_of_bits(v, object, bytes);
	if (flaw) {
		complain(v, object, flaw);
		return;
	}
	gc_bits_set(v->begins, grain, 1);
	gc_bits_set(v->covered, grain, bytes / GC_GRAIN_BYTES);
	if (gc_words_room(&v->todo, v->todo.nr + 2))
		v->err = v->err ? v->err : -ENOMEM;
	else
		gc_words_add(&v->todo, object, 0);
}

/* ---- references ---- */

static int by_address(const void *a, const void *b)
{
	const struct gc_ref *const *x = a, *const *y = b;

	return (*x > *y) - (*x < *y);
}

static bool is_logged(const struct verifier *v, const struct gc_ref *slot)
{
	return bsearch(&slot, v->logged, v->nr_logged, sizeof(slot), by_address);
}

static inline void visit_slot(void *ctx, struct gc_ref *slot)
{
	struct verifier *v = ctx;

	if (v->err || !slot->addr)
		return;
	if (gc_in_young(v->heap, slot->addr) && !gc_in_young(v->heap, v->object) &&
	    !is_logged(v, slot))
		complain(v, slot->addr, "is in the nursery, and its referrer's slot is not in the log");
	visit(v, slot->addr);
}

static void look_into(struct verifier *v, uintptr_t object)
{
	const struct gc_heap *h = v->heap;
	uint64_t header = *gc_header_of(object);
	struct gc_ref target;

	v->object = object;
	gc_visit_slots(h, object, header, visit_slot, v);
	if (gc_header_type(header) != GC_TYPE_WEAK)
		return;
	target = *gc_words_of(object);
	if (!target.addr)
		return;
	if (flaw_of_place(h, target.addr) ||
	    flaw_of_header(h, target.addr, *gc_header_of(target.addr)))
		complain(v, target.addr, "is the target of a weak reference, but no object");
	if (gc_in_old(h, object) && gc_in_young(h, target.addr))
		complain(v, target.addr, "is younger than the weak reference to it");
}

struct verify_roots {
	struct gc_roots roots;
	struct verifier *verifier;
};

static void visit_roots(struct gc_roots *visitor, struct gc_ref *root, size_t nr)
{
	struct verifier *v = ((struct verify_roots *)visitor)->verifier;

	for (size_t i = 0; i < nr && !v->err; i++)
		if (root[i].addr)
			visit(v, root[i].addr);
}

/* ---- the whole ---- */

static void copy_logs(struct verifier *v)
{
	struct gc_ref **to = v->logged;

	for (const struct gc_thread *t = v->heap->threads; t; t = t->next) {
		memcpy(to, t->log, (size_t)(t->m.log - t->log) * sizeof(*to));
		to += t->m.log - t->log;
	}
}

static int prepare(struct verifier *v)
{
	const struct gc_heap *h = v->heap;
	size_t words = (h->young_bytes + h->old_bytes) / GC_GRAIN_BYTES / 64 + 1;

	for (const struct gc_thread *t = h->threads; t; t = t->next)
		v->nr_logged += (size_t)(t->m.log - t->log);
	v->begins = calloc(words, sizeof(uint64_t));
	v->covered = calloc(words, sizeof(uint64_t));
	v->logged = calloc(v->nr_logged + 1, sizeof(*v->logged));
	v->pending = calloc(h->nr_blocks, 1);
	if (!v->begins || !v->covered || !v->logged || !v->pending)
		return -ENOMEM;
	copy_logs(v);
	qsort(v->logged, v->nr_logged, sizeof(*v->logged), by_address);
	for (uint32_t i = h->recycle_at; i < h->nr_recycle; i++)
		v->pending[h->recycle[i]] = 1;
	for (uint32_t i = 0; i < h->nr_blocks; i++)
		v->pending[i] |= h->state[i] == GC_BLOCK_SMALL_UNSWEPT ||
				 h->state[i] == GC_BLOCK_LARGE_UNSWEPT;
	return 0;
}

static void release(struct verifier *v)
{
	free(v->begins);
	free(v->covered);
	free(v->logged);
	free(v->pending);
	gc_words_free(&v->todo);
}

static void check_books(struct verifier *v)
{
	const struct gc_heap *h = v->heap;
	uint32_t nr_free = 0;

	for (uint32_t i = 0; i < h->nr_blocks; i++)
		nr_free += h->state[i] == GC_BLOCK_FREE;
	if (nr_free == h->nr_free)
		return;
	v->err = -EIO;
	snprintf(v->why, v->why_bytes, "%" PRIu32 " blocks are free, not %" PRIu32, nr_free, h->nr_free);
}

static int verify(struct gc_heap *h, bool marks, char *why, size_t bytes)
{
	struct verifier v = { .heap = h, .marks = marks, .why = why, .why_bytes = bytes };
	struct verify_roots r = { { h, visit_roots }, &v };

	snprintf(why, bytes, "no memory to verify the heap");
	v.err = prepare(&v);
	if (!v.err)
		check_books(&v);
	if (!v.err)
		gc_each_root(h, &r.roots);
	while (v.todo.nr && !v.err) {
		v.todo.nr -= 2;
		look_into(&v, (uintptr_t)v.todo.word[v.todo.nr]);
	}
	release(&v);
	return v.err;
}

int gc_verify(struct gc_heap *h, char *why, size_t bytes)
{
	return verify(h, false, why, bytes);
}

/** gc_verify_or_die - @marks: a mark is about to end. */
void gc_verify_or_die(struct gc_heap *h, bool marks)
{
	char why[256];

	if (!verify(h, marks, why, sizeof(why)))
		return;
	fprintf(stderr, "the heap is broken: %s\n", why);
	abort();
}
