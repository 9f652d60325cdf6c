// SPDX-License-Identifier: MIT
/*
 * Compaction: a mark that is done at once moves what lives in sparse blocks into the holes of others,
 * and corrects each reference when it comes to it. What finds no hole stays where it is [gc.move].
 */
#include <string.h>

#include "vmcore/gc/object.h"

#define DENSE	 48u /* of CLASSES: blocks of which more lives are not worth the copying */
#define CLASSES	 64u
#define MIN_GAIN 64u /* one of so many blocks should become free */

/* ---- which blocks are to be emptied ---- */

/** struct census - of the small blocks, by how much of them lives. */
struct census {
	uint32_t blocks[CLASSES];
	uint64_t live[CLASSES]; /* bytes */
};

static uint32_t live_grains(const struct gc_heap *h, uint32_t block)
{
	const uint64_t *bits = h->live + (size_t)block * GC_BLOCK_WORDS;
	uint32_t nr = 0;

	for (size_t i = 0; i < GC_BLOCK_WORDS; i++)
		nr += (uint32_t)__builtin_popcountll(bits[i]);
	return nr;
}

static uint32_t class_of(uint32_t grains)
{
	uint32_t class = grains / (uint32_t)(GC_BLOCK_GRAINS / CLASSES);

	return class < CLASSES ? class : CLASSES - 1;
}

static void count(const struct gc_heap *h, struct census *c)
{
	*c = (struct census){ { 0 }, { 0 } };
	for (uint32_t i = 0; i < h->fresh_from; i++) {
		uint32_t grains;

		if (h->state[i] != GC_BLOCK_SMALL)
			continue;
		grains = live_grains(h, i);
		c->blocks[class_of(grains)]++;
		c->live[class_of(grains)] += grains * (uint64_t)GC_GRAIN_BYTES;
	}
}

/*
 * The classes below the result are emptied: as many as find a place for sure, were there no objects
 * that are larger than a hole. @gain: how many blocks that would make free.
 */
static uint32_t sparse_classes(const struct gc_heap *h, const struct census *c, uint64_t *gain)
{
	uint64_t moved = 0, emptied = 0, holes = 0, need;
	uint32_t class;

	*gain = 0;
	for (class = 0; class < CLASSES; class++)
		holes += c->blocks[class] * GC_BLOCK_BYTES - c->live[class];
	for (class = 0; class < DENSE; class++) {
		uint64_t lost = c->blocks[class] * GC_BLOCK_BYTES - c->live[class];
		uint64_t room = holes - lost + ((uint64_t)h->nr_free << GC_BLOCK_SHIFT);

		if (moved + c->live[class] > room / 4 * 3)
			break;
		holes -= lost;
		moved += c->live[class];
		emptied += c->blocks[class];
	}
	need = (moved > holes ? moved - holes : 0) >> GC_BLOCK_SHIFT;
	*gain = emptied > need ? emptied - need : 0;
	return class;
}

/* A block that is to be emptied is no place to move to. */
static void leave_out_sparse(struct gc_heap *h)
{
	uint32_t nr = 0;

	for (uint32_t i = h->recycle_at; i < h->nr_recycle; i++)
		if (!h->sparse[h->recycle[i]])
			h->recycle[nr++] = h->recycle[i];
	h->recycle_at = 0;
	h->nr_recycle = nr;
	h->hole = h->spill = (struct gc_space){ 0 };
	h->hole_grain = GC_BLOCK_GRAINS;
}

/**
 * gc_compact_begin - choose the blocks to empty, all are swept; the mark that follows moves objects.
 * @force: even if little is to be gained
 * Return: false: it would not be worth it.
 */
bool gc_compact_begin(struct gc_heap *h, bool force)
{
	struct census c;
	uint64_t gain;
	uint32_t below;

	count(h, &c);
	below = sparse_classes(h, &c, &gain);
	if (!force && gain <= h->nr_blocks / MIN_GAIN + 1)
		return false;
	for (uint32_t i = 0; i < h->fresh_from; i++)
		h->sparse[i] = h->state[i] == GC_BLOCK_SMALL && class_of(live_grains(h, i)) < below;
	leave_out_sparse(h);
	h->moving = true;
	h->stats.compactions++;
	return true;
}

void gc_compact_end(struct gc_heap *h)
{
	memset(h->sparse, 0, h->nr_blocks);
	h->moving = false;
}

/* ---- the mark that moves ---- */

/* A medium object would skip many holes: it moves as long as there are free blocks. */
static uintptr_t place_for(struct gc_heap *h, size_t bytes)
{
	if (bytes >= GC_MEDIUM_BYTES && !h->nr_free && h->spill.end - h->spill.cur < bytes)
		return 0;
	if (h->hole.end - h->hole.cur >= bytes)
		return gc_old_alloc(h, bytes);
	return gc_old_try(h, bytes);
}

/* Return: where the object is now. */
static uintptr_t move(struct gc_heap *h, uintptr_t object)
{
	uint64_t header = *gc_header_of(object);
	uintptr_t to = place_for(h, gc_header_bytes(header));

	if (!to)
		return object;
	memcpy(gc_header_of(to), gc_header_of(object), gc_header_bytes(header));
	*gc_header_of(object) = to | GC_MOVED;
	return to;
}

/** gc_forwarded - Return: where an object of the old space has been moved to, or @object. */
uintptr_t gc_forwarded(const struct gc_heap *h, uintptr_t object)
{
	uint64_t header;

	if (!gc_in_old(h, object) || !h->sparse[gc_block_of(h, object)])
		return object;
	header = *gc_header_of(object);
	return header & GC_MOVED ? (uintptr_t)header & ~(uintptr_t)GC_MOVED : object;
}

/** gc_move_slot - claim what @slot refers to; move it, or follow it where it has moved. */
void gc_move_slot(struct gc_heap *h, struct gc_ref *slot)
{
	uintptr_t object = gc_forwarded(h, slot->addr);

	if (gc_in_old(h, object) && !gc_is_marked(h, object)) {
		if (h->sparse[gc_block_of(h, object)])
			object = move(h, object);
		gc_mark_ref(h, (struct gc_ref){ object });
	}
	slot->addr = object;
}

static inline void visit(void *ctx, struct gc_ref *slot)
{
	gc_move_slot(ctx, slot);
}

/** gc_move_all - scan until nothing is left on the mark's stack. */
void gc_move_all(struct gc_heap *h)
{
	while (h->top > h->stack) {
		uintptr_t object = *--h->top;
		uint64_t header = *gc_header_of(object);

		gc_set_marked(h, object, gc_header_bytes(header));
		h->marked_objects++;
		h->marked_bytes += gc_header_bytes(header);
		gc_visit_slots(h, object, header, visit, h);
		if (h->peak < h->top)
			h->peak = h->top;
	}
}
