/* SPDX-License-Identifier: MIT */
#ifndef VMB_VMCORE_MMU_BUILD_H
#define VMB_VMCORE_MMU_BUILD_H
/*
 * Making page tables in guest memory, for a guest that is started with the MMU on.
 */

#include "vmcore/mmu/mmu.h"

/**
 * struct mmu_builder - tables of one address space.
 * @format, @levels: of the tables
 * @memory: guest memory, borrowed
 * @next: where the next table goes; tables are taken upwards from here
 * @end: where it ends
 * @root: the top table
 */
struct mmu_builder {
	const struct mmu_format *format;
	unsigned int levels;
	struct mmu_region memory;
	gpa_t next;
	gpa_t end;
	gpa_t root;
};

/**
 * mmu_builder_init - take and clear the top table.
 * @first, @end: the part of @memory that tables may use, of whole pages
 * Return: 0; -EINVAL: the part is not in @memory; -ENOSPC: it has no room for a table.
 */
int mmu_builder_init(struct mmu_builder *b, const struct mmu_format *format, unsigned int levels,
		     const struct mmu_region *memory, gpa_t first, gpa_t end) VMB_MUST_CHECK;

/**
 * mmu_builder_map - map one page.
 * @level: its size: 1: 4 KiB, 2: 2 MiB, 3: 1 GiB; both addresses are multiples of it
 * @prot: MMU_PROT_...
 * Return: 0; -EEXIST: something is mapped there; -ENOSPC: no room for a table; -EINVAL: misaligned.
 */
int mmu_builder_map(struct mmu_builder *b, gva_t va, gpa_t pa, unsigned int level,
		    unsigned int prot) VMB_MUST_CHECK;

#endif /* VMB_VMCORE_MMU_BUILD_H */
