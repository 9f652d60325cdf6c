/* SPDX-License-Identifier: MIT */
#ifndef VMB_VMCORE_MMU_TYPES_H
#define VMB_VMCORE_MMU_TYPES_H
/*
 * Guest addresses. Structs of one field, so that a virtual address cannot be passed for a physical
 * one; they travel in a register as the integer would.
 */

#include <stddef.h>
#include <stdint.h>

/** gva_t - a guest virtual address, all 64 bits as the guest computed it. */
typedef struct {
	uint64_t v;
} gva_t;

/** gpa_t - a guest physical address. */
typedef struct {
	uint64_t v;
} gpa_t;

#define GVA(x) ((gva_t){(x)})
#define GPA(x) ((gpa_t){(x)})

/* Every format has a base page of 4 KiB and tables of 512 entries of 8 bytes. */
#define MMU_PAGE_SHIFT	 12
#define MMU_PAGE_BYTES	 (1u << MMU_PAGE_SHIFT)
#define MMU_INDEX_BITS	 9
#define MMU_TABLE_ENTRIES (1u << MMU_INDEX_BITS)
#define MMU_MAX_LEVELS	 5

/** enum mmu_access - what an access does; also the number of its array in the TLB. */
enum mmu_access { MMU_READ, MMU_WRITE, MMU_EXEC, MMU_NR_ACCESS };

/**
 * mmu_level_shift - how many address bits one entry of a level maps.
 * @level: 1 is the level of the 4 KiB pages, 2 that of 2 MiB, 3 of 1 GiB, up to MMU_MAX_LEVELS
 */
static inline unsigned int mmu_level_shift(unsigned int level)
{
	return MMU_PAGE_SHIFT + MMU_INDEX_BITS * (level - 1);
}

#endif /* VMB_VMCORE_MMU_TYPES_H */
