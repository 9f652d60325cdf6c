// SPDX-License-Identifier: MIT
/*
 * After a mark: which blocks are free, which have holes. The bits say so; no object is looked at, but
 * for the size of a large one.
 */
#include <string.h>

#include "vmcore/gc/object.h"

#define WORTHWHILE (GC_BLOCK_GRAINS / 16) /* grains that must be free before a block is recycled */

static void sweep_small(struct gc_heap *h, uint32_t block)
{
	const uint64_t *bits = h->live + (size_t)block * GC_BLOCK_WORDS;
	uint32_t nr = 0;

	for (size_t i = 0; i < GC_BLOCK_WORDS; i++)
		nr += (uint32_t)__builtin_popcountll(bits[i]);
	if (!nr) {
		gc_blocks_free(h, block, 1);
		return;
	}
	h->state[block] = GC_BLOCK_SMALL;
	if (GC_BLOCK_GRAINS - nr >= WORTHWHILE)
		h->recycle[h->nr_recycle++] = block;
	else
		h->used_bytes += (GC_BLOCK_GRAINS - nr) * GC_GRAIN_BYTES;
}

static void sweep_large(struct gc_heap *h, uint32_t block)
{
	uintptr_t object = h->old + ((uintptr_t)block << GC_BLOCK_SHIFT);
	size_t bytes = gc_header_bytes(*gc_header_of(object));
	uint32_t nr = gc_blocks_for(bytes);

	if (!(h->live[(size_t)block * GC_BLOCK_WORDS] & 1)) {
		gc_blocks_free(h, block, nr);
		return;
	}
	h->state[block] = GC_BLOCK_LARGE;
	h->used_bytes += ((size_t)nr << GC_BLOCK_SHIFT) - bytes;
}

/* [gc.bits] The bits of the mark before are of no use any more: the next mark begins with none. */
static void sweep_block(struct gc_heap *h, uint32_t block)
{
	memset(h->mark + (size_t)block * GC_BLOCK_WORDS, 0, GC_BLOCK_WORDS * sizeof(uint64_t));
	if (h->state[block] == GC_BLOCK_SMALL_UNSWEPT)
		sweep_small(h, block);
	else if (h->state[block] == GC_BLOCK_LARGE_UNSWEPT)
		sweep_large(h, block);
}

/** gc_sweep_begin - the mark has ended: its bits say what lives. */
void gc_sweep_begin(struct gc_heap *h)
{
	uint64_t *bits = h->mark;

	h->mark = h->live;
	h->live = bits;
	gc_old_forget_holes(h);
	for (uint32_t i = 0; i < h->fresh_from; i++) {
		if (h->state[i] == GC_BLOCK_SMALL)
			h->state[i] = GC_BLOCK_SMALL_UNSWEPT;
		else if (h->state[i] == GC_BLOCK_LARGE)
			h->state[i] = GC_BLOCK_LARGE_UNSWEPT;
	}
	h->phase = GC_SWEEPING;
	h->sweep_at = 0;
}

/** gc_sweep_some - Return: true when there is nothing left to sweep. */
bool gc_sweep_some(struct gc_heap *h, uint32_t blocks)
{
	uint32_t left = h->nr_blocks - h->sweep_at;
	uint32_t end = h->sweep_at + (blocks < left ? blocks : left);

	for (; h->sweep_at < end; h->sweep_at++)
		sweep_block(h, h->sweep_at);
	/* blocks that have never been used have no bits either */
	if (h->sweep_at >= h->fresh_from)
		h->sweep_at = h->nr_blocks;
	if (h->sweep_at < h->nr_blocks)
		return false;
	h->phase = GC_IDLE;
	return true;
}
