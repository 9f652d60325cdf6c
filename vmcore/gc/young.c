// SPDX-License-Identifier: MIT
/*
 * How large the nursery is: as the embedder said, where that is best for the CPU's caches; larger,
 * if it may be, as long as much of it survives: what is given more time to die need not be copied.
 */
#include <sys/mman.h>

#include "vmcore/gc/inside.h"

#define CALM	      64u /* collections before memory is given back */
#define MOST_PATIENCE 64u /* collections before it is halved */

/**
 * gc_reserve_for - [gc.reserve] blocks for all of @young_bytes: each loses at most a small object's
 * size at its end, and two are being filled. What the nursery has grown by is taken from the old
 * space's share.
 */
uint32_t gc_reserve_for(const struct gc_heap *h, size_t young_bytes)
{
	size_t useful = GC_BLOCK_BYTES - GC_SMALL_BYTES;
	size_t grown = young_bytes > h->young_least ? young_bytes - h->young_least : 0;

	return (uint32_t)((young_bytes + useful - 1) / useful + grown / GC_BLOCK_BYTES) + 2;
}

/** gc_young_room - how much of it may be used, so that all of that finds a place. */
size_t gc_young_room(const struct gc_heap *h)
{
	size_t free = h->nr_free > 2 ? h->nr_free - 2 : 0, room, size = h->young_size;

	while (size > h->young_least && gc_reserve_for(h, size) > h->nr_free)
		size = size / 2 > h->young_least ? size / 2 : h->young_least;
	room = free * (GC_BLOCK_BYTES - GC_SMALL_BYTES);
	return room < size ? room : size;
}

/*
 * What the nursery does not need any more goes back to the kernel, but not at once: a size that comes
 * and goes would pay for it each time. The next size is kept.
 */
static void give_back(struct gc_heap *h)
{
	size_t keep = (h->young_size * 2 + GC_HUGE_BYTES - 1) & -GC_HUGE_BYTES;

	if (h->young_touched <= keep) {
		h->young_calm = 0;
		return;
	}
	if (++h->young_calm < CALM)
		return;
	(void)madvise((void *)(h->young + keep), h->young_touched - keep, MADV_DONTNEED);
	h->young_touched = keep;
}

static void grow(struct gc_heap *h)
{
	h->young_size = h->young_size * 2 < h->young_bytes ? h->young_size * 2 : h->young_bytes;
	if (h->young_regrets && h->young_patience < MOST_PATIENCE)
		h->young_patience *= 4;
	h->young_regrets = false;
	h->young_low = 0;
}

static void halve(struct gc_heap *h)
{
	if (h->young_size == h->young_least)
		return;
	h->young_size = h->young_size / 2 > h->young_least ? h->young_size / 2 : h->young_least;
	if (h->young_regrets)
		h->young_patience = h->young_patience > 4 ? h->young_patience / 4 : 1;
	h->young_regrets = true;
	h->young_low = 0;
}

/**
 * gc_young_adapt - after a minor collection: more than a quarter survived, or less than an eighth?
 *
 * What survives may be as much, whatever the size, as of a program that makes a tree after the other:
 * then half the size would let twice as large a part survive. That is found out by trying, and the
 * next attempt is put off. Where little survives at half the size as well, it is halved again at once.
 */
void gc_young_adapt(struct gc_heap *h)
{
	size_t filled = h->young_filled, survived = h->young_survived;

	if (h->young_touched < filled)
		h->young_touched = filled;
	give_back(h);
	if (filled < h->young_size / 2)
		return;
	if (survived > filled / 4)
		grow(h);
	else if (survived >= filled / 8)
		h->young_low = 0;
	else if (++h->young_low >= h->young_patience)
		halve(h);
}

/** gc_young_shrink - memory is wanted elsewhere; the nursery is empty. */
void gc_young_shrink(struct gc_heap *h)
{
	h->young_size = h->young_least;
}

/** gc_young_open - the nursery is empty: how much of it may be filled now. */
void gc_young_open(struct gc_heap *h)
{
	size_t room = gc_young_room(h);

	h->young_limit = h->young + room;
	h->nr_reserve = gc_reserve_for(h, room > h->young_least ? room : h->young_least);
}
