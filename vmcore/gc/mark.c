// SPDX-License-Identifier: MIT
/*
 * Marking. The stack holds objects that are to be looked at; their memory is asked for some objects
 * ahead, so that a heap in no order costs the memory's bandwidth and not its latency. What an array
 * refers to in the order of memory is looked at as it comes: the caches have it, and waiting for one's
 * own stores is what costs then [gc.near].
 */
#include "vmcore/gc/object.h"

/*
 * [gc.stack] An entry is an object that is to be scanned; PART: an array of references, and below it
 * the index of the element where to go on. An object is claimed, by its first bit, when it is pushed,
 * so that it is pushed once; the other bits follow when its size is known, that is, when its memory
 * has arrived. A stack that overflows does not exist: a word for each object was reserved.
 */
#define PART 1u

#define AHEAD	   32u	/* objects whose memory is asked for; a power of two */
#define PART_SLOTS 256u /* of an array at a time */
#define NEAR_GRAINS 512u /* their bits are in one or two lines of the cache */

/**
 * struct marker - what marking keeps at hand. Neighbours that are used apart: each in a register.
 * @near: grains from here on are near the object that was looked at last
 */
struct marker {
	struct gc_heap *heap;
	uintptr_t old;
	uint64_t *mark;
	uintptr_t old_bytes;
	uintptr_t *top;
	uint64_t objects;
	uintptr_t *stack;
	uint64_t grains;
	size_t near;
};

/* What is null or in the nursery is taken for the object behind the old space: always claimed. */
VMB_INLINE size_t grain_of(const struct marker *k, uintptr_t object)
{
	uintptr_t at = object - k->old;

	return (at < k->old_bytes ? at : k->old_bytes) / GC_GRAIN_BYTES;
}

/*
 * Whether an object has been claimed before is as good as random, and asking for its bit may take the
 * time of a hundred instructions: so there is no branch that waits for the answer.
 */
VMB_INLINE void claim(void *ctx, struct gc_ref *slot)
{
	struct marker *k = ctx;
	uintptr_t object = slot->addr;
	size_t grain = grain_of(k, object);
	uint64_t *word = &k->mark[grain / 64], was = *word, now = was | (uint64_t)1 << grain % 64;

	*word = now;
	*k->top = object;
	k->top += now != was;
}

/*
 * The same where neighbours are looked at one after the other. A bit that is set already is not set
 * again: the next one to ask would have to wait for the store.
 */
VMB_INLINE void claim_near(void *ctx, struct gc_ref *slot)
{
	struct marker *k = ctx;
	uintptr_t object = slot->addr;
	size_t grain = grain_of(k, object);
	uint64_t *word = &k->mark[grain / 64], was = *word, now = was | (uint64_t)1 << grain % 64;

	if (grain - k->near < NEAR_GRAINS && now == was)
		return;
	*word = now;
	*k->top = object;
	k->top += now != was;
}

/* For many slots that refer to neighbours: their word of bits stays in a register. */
static void claim_neighbours(struct marker *k, const struct gc_ref *slot, const struct gc_ref *end)
{
	uint64_t *word = k->mark, bits = *word;
	uintptr_t *top = k->top;

	for (; slot < end; slot++) {
		size_t grain = grain_of(k, slot->addr);
		uint64_t now;

		if (&k->mark[grain / 64] != word) {
			*word = bits;
			word = &k->mark[grain / 64];
			bits = *word;
		}
		now = bits | (uint64_t)1 << grain % 64;
		*top = slot->addr;
		top += now != bits;
		bits = now;
	}
	*word = bits;
	k->top = top;
}

static uint64_t part_end(uint64_t nr, uint64_t from)
{
	return nr - from > PART_SLOTS ? from + PART_SLOTS : nr;
}

/* By the first slot and the last one. */
static bool has_neighbours(const struct marker *k, uintptr_t array, uint64_t from)
{
	const struct gc_ref *word = gc_words_of(array) + 1;
	uint64_t to = part_end(word[-1].addr, from);

	return from < to && grain_of(k, word[to - 1].addr) - grain_of(k, word[from].addr) <
			    PART_SLOTS * NEAR_GRAINS / 8;
}

static VMB_NOINLINE void claim_part(struct marker *k, uintptr_t array, uint64_t from)
{
	struct gc_ref *word = gc_words_of(array) + 1;
	uint64_t nr = word[-1].addr, to = part_end(nr, from);

	if (to < nr) {
		*k->top++ = to;
		*k->top++ = array | PART;
	}
	k->objects += (to - from) / 8;
	if (has_neighbours(k, array, from)) {
		claim_neighbours(k, word + from, word + to);
		return;
	}
	for (; from < to; from++)
		claim(k, word + from);
}

/* @k lives in registers, but while a part of an array is looked at. */
VMB_INLINE void claim_part_of(struct marker *k, uintptr_t array, uint64_t from)
{
	struct marker copy = *k;

	claim_part(&copy, array, from);
	*k = copy;
}

/* Its first bit is all that a large object has. */
VMB_INLINE void scan_large(struct marker *k, uintptr_t object, uint64_t header)
{
	if (k->heap->shape[gc_header_type(header)].layout == GC_LAYOUT_REFS)
		claim_part_of(k, object, 0);
	else
		gc_visit_slots(k->heap, object, header, claim, k);
}

VMB_INLINE void scan(struct marker *k, uintptr_t object, gc_slot_visitor *claim_slot)
{
	uint64_t header = *gc_header_of(object);
	size_t grains = header >> 32;

	k->objects++;
	k->grains += grains;
	if (VMB_UNLIKELY(grains > GC_SMALL_BYTES / GC_GRAIN_BYTES)) {
		scan_large(k, object, header);
		return;
	}
	gc_bits_set(k->mark, (object - k->old) / GC_GRAIN_BYTES, grains);
	gc_visit_slots(k->heap, object, header, claim_slot, k);
}

/*
 * A part of an array, and what hangs on it, as long as each object is near the one before, or the first
 * of a part.
 */
static void drain_near(struct marker *marker, uint64_t objects)
{
	struct marker k = *marker;
	bool begins = true;

	while (k.objects < objects && k.top > k.stack) {
		uintptr_t entry = k.top[-1];
		size_t grain = (entry - k.old) / GC_GRAIN_BYTES;

		if (VMB_UNLIKELY(entry & PART)) {
			k.top -= 2;
			claim_part_of(&k, entry & ~(uintptr_t)PART, *k.top);
			begins = true;
			continue;
		}
		if (VMB_UNLIKELY(grain - k.near >= NEAR_GRAINS && !begins))
			break;
		begins = false;
		k.top--;
		k.near = grain - NEAR_GRAINS / 2;
		scan(&k, entry, claim_near);
	}
	*marker = k;
}

/* The ring goes back to the stack; on top a part of an array, whose index still lies there. */
static void give_back(struct marker *k, const uintptr_t *ring, uintptr_t part)
{
	uint64_t from = *k->top;

	for (uint32_t at = 0; at < AHEAD; at++)
		if (ring[at])
			*k->top++ = ring[at];
	if (part) {
		*k->top++ = from;
		*k->top++ = part | PART;
	}
}

/*
 * Objects whose memory has been asked for wait in a ring, which is full as long as the stack is not
 * empty: who comes in takes the place of the one that has waited longest. What is in it, if it is not
 * full, lies before @at without a gap; the last one comes first. A part of an array that refers to
 * neighbours is left to drain_near().
 */
static void drain_far(struct marker *marker, uint64_t objects)
{
	uintptr_t ring[AHEAD] = { 0 }, object, part = 0;
	struct marker k = *marker;
	uint32_t at = 0;

	while (k.objects < objects) {
		if (VMB_LIKELY(k.top > k.stack)) {
			uintptr_t entry = *--k.top;

			if (VMB_UNLIKELY(entry & PART)) {
				uint64_t from = *--k.top;

				part = entry & ~(uintptr_t)PART;
				if (has_neighbours(&k, part, from))
					break;
				claim_part_of(&k, part, from);
				part = 0;
				continue;
			}
			__builtin_prefetch((const void *)entry);
			object = ring[at];
			ring[at] = entry;
			at = (at + 1) % AHEAD;
			if (VMB_UNLIKELY(!object))
				continue;
		} else {
			at = (at - 1) % AHEAD;
			object = ring[at];
			if (!object)
				break;
			ring[at] = 0;
		}
		scan(&k, object, claim);
	}
	*marker = k;
	give_back(marker, ring, part);
}

static void drain(struct marker *k, uint64_t objects)
{
	while (k->objects < objects && k->top > k->stack) {
		drain_far(k, objects);
		drain_near(k, objects);
	}
}

static bool mark_some(struct gc_heap *h, uint64_t objects)
{
	struct marker k = {
		.heap = h,
		.old = h->old,
		.old_bytes = h->old_bytes,
		.mark = h->mark,
		.top = h->top,
		.stack = h->stack,
	};

	drain(&k, objects);
	h->top = k.top;
	h->marked_objects += k.objects;
	h->marked_bytes += k.grains * GC_GRAIN_BYTES;
	if (h->peak < h->top)
		h->peak = h->top;
	return h->top == h->stack;
}

/** gc_mark_some - mark about so many objects. Return: true when there are no more. */
bool gc_mark_some(struct gc_heap *h, uint64_t objects)
{
	if (VMB_LIKELY(!h->moving))
		return mark_some(h, objects);
	gc_move_all(h);
	return true;
}

/** gc_mark_ref - claim now, scan later. */
void gc_mark_ref(struct gc_heap *h, struct gc_ref r)
{
	size_t grain = gc_grain_of(h, r.addr);
	uint64_t bit = (uint64_t)1 << grain % 64;

	if (!gc_in_old(h, r.addr) || h->mark[grain / 64] & bit)
		return;
	h->mark[grain / 64] |= bit;
	*h->top++ = r.addr;
}

/** gc_mark_slot - the same; of a mark that moves objects, which may change @slot. */
void gc_mark_slot(struct gc_heap *h, struct gc_ref *slot)
{
	if (h->moving)
		gc_move_slot(h, slot);
	else
		gc_mark_ref(h, *slot);
}

void gc_set_while_marking(struct gc_mutator *m, struct gc_ref old)
{
	gc_books_lock(m->heap);
	gc_mark_ref(m->heap, old);
	gc_books_unlock(m->heap);
}

static void mark_roots(struct gc_roots *visitor, struct gc_ref *root, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		gc_mark_slot(visitor->heap, root + i);
}

void gc_mark_roots(struct gc_heap *h)
{
	struct gc_roots r = { h, mark_roots };

	gc_each_root(h, &r);
}
