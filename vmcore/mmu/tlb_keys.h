/* SPDX-License-Identifier: MIT */
#ifndef VMB_VMCORE_MMU_TLB_KEYS_H
#define VMB_VMCORE_MMU_TLB_KEYS_H
/*
 * Inside the MMU: who may use which cached translation.
 */

#include "vmcore/mmu/walk.h"

/** tlb_keys_init - all keys are free; what is cached must be empty. */
void tlb_keys_init(struct mmu *m);

/** tlb_key_observed - a key that no entry has. */
uint64_t tlb_key_observed(void);

/** tlb_space_find - a space that has keys; NULL: nothing of it is cached. */
struct mmu_space *tlb_space_find(struct mmu *m, uint32_t asid);

/** tlb_activate - use the keys of the current space and mode; new ones if it has none. */
void tlb_activate(struct mmu *m);

/** tlb_restart - give the current space and mode new keys, and the other modes none. */
void tlb_restart(struct mmu *m);

/** tlb_renew_tables - forget the cached tables of a space. */
void tlb_renew_tables(struct mmu *m, struct mmu_space *s);

/** tlb_drop_page - forget the 4 KiB page at @va, in every space. */
void tlb_drop_page(struct mmu *m, uint64_t va);

#endif /* VMB_VMCORE_MMU_TLB_KEYS_H */
