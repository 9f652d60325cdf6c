// SPDX-License-Identifier: MIT
/* The old space: blocks, the holes in them, runs of blocks for large objects. */
#include <string.h>
#include <sys/mman.h>

#include "vmcore/gc/object.h"

static uintptr_t block_addr(const struct gc_heap *h, uint32_t block)
{
	return h->old + ((uintptr_t)block << GC_BLOCK_SHIFT);
}

/* A hole is used from the moment it is taken, and what is too small for anybody too. */
static void take_space(struct gc_heap *h, struct gc_space *space, uintptr_t from, size_t bytes)
{
	h->used_bytes += bytes;
	if (VMB_UNLIKELY(h->options.verify))
		memset((void *)from, GC_POISON, bytes);
	*space = (struct gc_space){ from, from + bytes };
}

/* ---- free blocks ---- */

static uint32_t take_block(struct gc_heap *h)
{
	const uint8_t *found;
	uint32_t block;

	if (!h->nr_free)
		return UINT32_MAX;
	found = memchr(h->state + h->free_hint, GC_BLOCK_FREE, h->nr_blocks - h->free_hint);
	VMB_ASSERT(found);
	block = (uint32_t)(found - h->state);
	h->state[block] = GC_BLOCK_SMALL;
	h->nr_free--;
	h->free_hint = block + 1;
	if (h->fresh_from <= block)
		h->fresh_from = block + 1;
	return block;
}

void gc_blocks_free(struct gc_heap *h, uint32_t first, uint32_t nr)
{
	memset(h->state + first, GC_BLOCK_FREE, nr);
	h->nr_free += nr;
	if (first < h->free_hint)
		h->free_hint = first;
}

static bool take_fresh(struct gc_heap *h, struct gc_space *space)
{
	uint32_t block = take_block(h);

	if (block == UINT32_MAX)
		return false;
	take_space(h, space, block_addr(h, block), GC_BLOCK_BYTES);
	return true;
}

/**
 * gc_old_ask_huge - [gc.pages] let the kernel make huge pages of what has been used.
 *
 * Not before: the first touch would have to wait for all of a huge page, which is the longest pause
 * there is where the kernel itself has to ask a hypervisor for it.
 */
void gc_old_ask_huge(struct gc_heap *h)
{
	uintptr_t from = (h->huge_to + GC_HUGE_BYTES - 1) & -(uintptr_t)GC_HUGE_BYTES;
	uintptr_t to = block_addr(h, h->fresh_from) & -(uintptr_t)GC_HUGE_BYTES;

	if (from >= to)
		return;
	/* a kernel without huge pages says no, and all is as well but slower */
	(void)madvise((void *)from, to - from, MADV_HUGEPAGE);
	h->huge_to = to;
}

/* ---- holes ---- */

void gc_old_forget_holes(struct gc_heap *h)
{
	h->hole = h->spill = (struct gc_space){ 0 };
	h->hole_block = 0;
	h->hole_grain = GC_BLOCK_GRAINS;
	h->recycle_at = h->nr_recycle = 0;
}

/* First grain from @grain on whose bit is @set, of one block's bits; GC_BLOCK_GRAINS: none. */
static uint32_t find_bit(const uint64_t *bits, uint32_t grain, bool set)
{
	uint64_t flip = set ? 0 : ~(uint64_t)0, word;
	uint32_t i = grain / 64;

	if (grain >= GC_BLOCK_GRAINS)
		return GC_BLOCK_GRAINS;
	word = (bits[i] ^ flip) & ~(uint64_t)0 << grain % 64;
	while (!word && ++i < GC_BLOCK_WORDS)
		word = bits[i] ^ flip;
	return word ? i * 64 + (uint32_t)__builtin_ctzll(word) : GC_BLOCK_GRAINS;
}

/* The next hole of the block at hand that is large enough. */
static bool next_hole_here(struct gc_heap *h, size_t bytes)
{
	const uint64_t *bits = h->live + (size_t)h->hole_block * GC_BLOCK_WORDS;

	while (h->hole_grain < GC_BLOCK_GRAINS) {
		uint32_t from = find_bit(bits, h->hole_grain, false);
		uint32_t to = find_bit(bits, from, true);
		size_t room = (size_t)(to - from) * GC_GRAIN_BYTES;

		h->hole_grain = to;
		if (room >= bytes) {
			take_space(h, &h->hole,
				   block_addr(h, h->hole_block) + from * (size_t)GC_GRAIN_BYTES, room);
			return true;
		}
		h->used_bytes += room;
	}
	return false;
}

/* Sweeping goes on when there is need. */
static bool next_recycled(struct gc_heap *h)
{
	while (h->recycle_at == h->nr_recycle) {
		if (h->phase != GC_SWEEPING)
			return false;
		gc_sweep_some(h, 16);
	}
	h->hole_block = h->recycle[h->recycle_at++];
	h->hole_grain = 0;
	return true;
}

static bool next_hole(struct gc_heap *h, size_t bytes)
{
	while (!next_hole_here(h, bytes))
		if (!next_recycled(h))
			return false;
	return true;
}

static uintptr_t bump(struct gc_space *space, size_t bytes)
{
	uintptr_t at = space->cur;

	space->cur += bytes;
	return at;
}

static uintptr_t spill(struct gc_heap *h, size_t bytes)
{
	if (h->spill.end - h->spill.cur < bytes && !take_fresh(h, &h->spill))
		return 0;
	return bump(&h->spill, bytes);
}

/*
 * [gc.spill] A medium object that does not fit the hole at hand would skip many: it goes to a fresh
 * block as long as there are more of them than must be kept.
 */
uintptr_t gc_old_try(struct gc_heap *h, size_t bytes)
{
	bool fits = h->spill.end - h->spill.cur >= bytes;

	if (bytes >= GC_MEDIUM_BYTES && (fits || h->nr_free > h->nr_reserve))
		return spill(h, bytes);
	if (next_hole(h, bytes) || (bytes < GC_MEDIUM_BYTES && take_fresh(h, &h->hole)))
		return bump(&h->hole, bytes);
	return spill(h, bytes);
}

/** gc_old_alloc_slowly - for a minor collection, for which memory was kept [gc.reserve]. */
VMB_NOINLINE uintptr_t gc_old_alloc_slowly(struct gc_heap *h, size_t bytes)
{
	uintptr_t at = gc_old_try(h, bytes);

	VMB_ASSERT(at);
	return at;
}

/* ---- large objects ---- */

static uint32_t run_from(const struct gc_heap *h, uint32_t from, uint32_t to, uint32_t nr)
{
	while (from + nr <= to) {
		const uint8_t *found = memchr(h->state + from, GC_BLOCK_FREE, to - from);
		uint32_t at;

		if (!found)
			break;
		from = (uint32_t)(found - h->state);
		for (at = from; at < to && at - from < nr && h->state[at] == GC_BLOCK_FREE; at++)
			;
		if (at - from == nr)
			return from;
		from = at;
	}
	return UINT32_MAX;
}

static uint32_t find_run(const struct gc_heap *h, uint32_t nr)
{
	uint32_t first = run_from(h, h->large_hint, h->nr_blocks, nr);

	if (first == UINT32_MAX)
		first = run_from(h, 0, h->nr_blocks, nr);
	return first;
}

/* What was used before is not zero. */
static void clear(struct gc_heap *h, uint32_t first, uint32_t nr)
{
	uint32_t end = first + nr, used = h->fresh_from > first ? h->fresh_from - first : 0;

	memset((void *)block_addr(h, first), 0,
	       (size_t)(used < nr ? used : nr) << GC_BLOCK_SHIFT);
	if (h->fresh_from < end)
		h->fresh_from = end;
}

/**
 * gc_large_take - zeroed blocks for an object, of those that need not be kept.
 * Return: 0 when there is no such run.
 */
uintptr_t gc_large_take(struct gc_heap *h, size_t bytes)
{
	uint32_t nr = gc_blocks_for(bytes), first;

	if (h->nr_free < h->nr_reserve || nr > h->nr_free - h->nr_reserve)
		return 0;
	first = find_run(h, nr);
	if (first == UINT32_MAX)
		return 0;
	h->state[first] = GC_BLOCK_LARGE;
	memset(h->state + first + 1, GC_BLOCK_TAIL, nr - 1);
	h->nr_free -= nr;
	h->large_hint = first + nr;
	h->used_bytes += (uint64_t)nr << GC_BLOCK_SHIFT;
	clear(h, first, nr);
	return block_addr(h, first);
}
