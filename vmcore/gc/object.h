/* SPDX-License-Identifier: MIT */
#ifndef VMB_VMCORE_GC_OBJECT_H
#define VMB_VMCORE_GC_OBJECT_H
/*
 * What an object looks like in memory: a header of one word, then its words.
 *
 *	bit 0		0; 1: the object has moved, the rest of the word is where to
 *	bits 1-15	the type
 *	bits 16-31	how many references lead it; GC_ASK_TYPE: the type knows
 *	bits 32-63	size in grains, with the header
 *
 * An object of fixed size that has only leading references is scanned without looking at its type.
 */

#include "vmcore/gc/inside.h"

#define GC_ASK_TYPE 0xffffu
#define GC_MOVED    1u

VMB_INLINE uint64_t gc_header(uint32_t type, uint32_t refs, uint64_t grains)
{
	return (uint64_t)type << 1 | (uint64_t)refs << 16 | grains << 32;
}

VMB_INLINE uint64_t *gc_header_of(uintptr_t object)
{
	return (uint64_t *)object;
}

VMB_INLINE size_t gc_header_bytes(uint64_t header)
{
	return (size_t)(header >> 32) * GC_GRAIN_BYTES;
}

VMB_INLINE uint32_t gc_header_refs(uint64_t header)
{
	return (uint32_t)(header >> 16) & 0xffff;
}

VMB_INLINE uint32_t gc_header_type(uint64_t header)
{
	return (uint32_t)(header >> 1) & 0x7fff;
}

VMB_INLINE struct gc_ref *gc_words_of(uintptr_t object)
{
	return (struct gc_ref *)(object + GC_HEADER_BYTES);
}

typedef void gc_slot_visitor(void *ctx, struct gc_ref *slot);

/** gc_visit_by_type - the slots of an object whose header says GC_ASK_TYPE. */
VMB_INLINE void gc_visit_by_type(const struct gc_heap *h, uintptr_t object, uint64_t header,
				 gc_slot_visitor *visit, void *ctx)
{
	const struct gc_shape *shape = &h->shape[gc_header_type(header)];
	struct gc_ref *word = gc_words_of(object);

	if (shape->layout == GC_LAYOUT_MAP) {
		for (uint64_t map = shape->map; map; map &= map - 1)
			visit(ctx, word + __builtin_ctzll(map));
		return;
	}
	for (uint64_t i = 1, nr = word->addr; i <= nr; i++)
		visit(ctx, word + i);
}

/** gc_visit_slots - all references of an object, null or not. */
VMB_INLINE void gc_visit_slots(const struct gc_heap *h, uintptr_t object, uint64_t header,
			       gc_slot_visitor *visit, void *ctx)
{
	struct gc_ref *word = gc_words_of(object);
	uint32_t refs = gc_header_refs(header);

	if (VMB_UNLIKELY(refs == GC_ASK_TYPE)) {
		gc_visit_by_type(h, object, header, visit, ctx);
		return;
	}
	for (uint32_t i = 0; i < refs; i++)
		visit(ctx, word + i);
}

/* ---- marks: a bit for each grain of an object; of a large one, its first ---- */

VMB_INLINE size_t gc_grain_of(const struct gc_heap *h, uintptr_t object)
{
	return (object - h->old) / GC_GRAIN_BYTES;
}

VMB_INLINE bool gc_is_marked(const struct gc_heap *h, uintptr_t object)
{
	size_t grain = gc_grain_of(h, object);

	return h->mark[grain / 64] >> grain % 64 & 1;
}

/* Bits [from, from + nr) of a bitmap, across words; @nr is not 0. */
VMB_INLINE void gc_bits_set(uint64_t *bits, size_t from, size_t nr)
{
	uint64_t *word = bits + from / 64;
	size_t at = from % 64;

	for (; VMB_UNLIKELY(at + nr > 64); at = 0) {
		*word++ |= ~(uint64_t)0 << at;
		nr -= 64 - at;
	}
	*word |= ~(uint64_t)0 >> (-nr & 63) << at;
}

VMB_INLINE void gc_set_marked(struct gc_heap *h, uintptr_t object, size_t bytes)
{
	gc_bits_set(h->mark, gc_grain_of(h, object),
		    VMB_UNLIKELY(bytes > GC_SMALL_BYTES) ? 1 : bytes / GC_GRAIN_BYTES);
}

#endif /* VMB_VMCORE_GC_OBJECT_H */
