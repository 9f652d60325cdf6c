/* SPDX-License-Identifier: MIT */
#ifndef VMB_VMCORE_MMU_TLB_H
#define VMB_VMCORE_MMU_TLB_H
/*
 * The part of the TLB that compiled code contains: index, compare, add.
 *
 *	slot = base + first[access] + ((va >> index_shift) & index_mask)
 *	if (((va + bytes - 1) & compare_mask) + key == slot->tag)
 *		the access is at host address va + slot->addend
 *	else
 *		call mmu->miss
 *
 * One compare decides about page, permission, alignment, address space, mode and age. Permission:
 * each kind of access has entries of its own, filled only with what is allowed. Page crossing: the
 * last byte is looked up under the first one's index, and the lowest bit of the page number is
 * compared, which differs on the next page. Where an access must be aligned, look up
 * va & (compare_mask | (bytes - 1)) instead: a tag has zeros there. Space, mode and age: the key, a
 * number that is in use by one space and mode until it is flushed; it is spread over those bits of
 * the tag that nothing else needs: 4 to 11, and those of the page number that the index implies.
 */

#include <stdbool.h>

#include "arch/base/attr.h"
#include "vmcore/mmu/types.h"

#define TLB_MIN_ENTRIES	    64u
#define TLB_MAX_ENTRIES	    65536u
#define TLB_DEFAULT_ENTRIES 4096u

/** struct tlb_entry - @tag is 0 in an empty one, which is no tag of any access. */
struct tlb_entry {
	uint64_t tag;
	uint64_t addend;
};

#define TLB_ENTRY_SHIFT 4
#define TLB_INDEX_SHIFT (MMU_PAGE_SHIFT - TLB_ENTRY_SHIFT)

_Static_assert(sizeof(struct tlb_entry) == 1u << TLB_ENTRY_SHIFT, "the index is a byte offset");

/**
 * struct tlb_view - what an access keeps in registers.
 * @entries: those of MMU_READ; the other kinds' follow, @stride bytes apart
 * @index_mask: of byte offsets: (entries - 1) * 16
 * @compare_mask: of the page number without what the index implies
 * @key: of the current space and mode. It changes on every switch and flush
 */
struct tlb_view {
	char *entries;
	uint64_t index_mask;
	uint64_t compare_mask;
	uint64_t stride;
	uint64_t key;
};

/**
 * struct tlb_layout - the same as data, for a compiler. All constant for the life of an mmu, but
 * what is at @key_offset.
 * @index_shift, @index_mask: (va >> index_shift) & index_mask is the byte offset of an entry
 * @first: [access] byte offset of the first entry from mmu.view.entries
 * @tag_offset, @addend_offset: in an entry
 * @compare_mask: without the bits of the alignment
 * @entries_offset, @key_offset, @miss_offset: in struct mmu
 */
struct tlb_layout {
	uint32_t index_shift;
	uint32_t index_mask;
	uint32_t first[MMU_NR_ACCESS];
	uint32_t tag_offset;
	uint32_t addend_offset;
	uint64_t compare_mask;
	uint32_t entries_offset;
	uint32_t key_offset;
	uint32_t miss_offset;
};

/** tlb_slot - the only entry where an access can be. */
VMB_INLINE struct tlb_entry *tlb_slot(const struct tlb_view *v, uint64_t va, enum mmu_access access)
{
	return (struct tlb_entry *)(void *)(v->entries + access * v->stride +
					    ((va >> TLB_INDEX_SHIFT) & v->index_mask));
}

/** tlb_hits - does @e hold an access of @bytes at @va, aligned or not? */
VMB_INLINE bool tlb_hits(const struct tlb_view *v, const struct tlb_entry *e, uint64_t va,
			 uint32_t bytes)
{
	return ((va + bytes - 1) & v->compare_mask) + v->key == e->tag;
}

/** tlb_hits_aligned - the same, and is @va a multiple of @bytes (a power of two up to 16)? */
VMB_INLINE bool tlb_hits_aligned(const struct tlb_view *v, const struct tlb_entry *e, uint64_t va,
				 uint32_t bytes)
{
	return (va & (v->compare_mask | (bytes - 1))) + v->key == e->tag;
}

#endif /* VMB_VMCORE_MMU_TLB_H */
