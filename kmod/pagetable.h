/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef VMB_KMOD_PAGETABLE_H
#define VMB_KMOD_PAGETABLE_H

#include <linux/mm_types.h>
#include <linux/pgtable.h>
#include <linux/spinlock.h>
#include <linux/types.h>

#define VMB_MAX_LEVELS	5

/**
 * struct vmb_path - the way from the root to the leaf of one address.
 * @entry: [@nr] entries, root first; the last one is the leaf
 * @nr: levels walked
 * @leaf_shift: log2 of the bytes that the leaf maps
 * @pmd: the entry above the last level; NULL when the leaf is above it
 * @ptl: lock of the last level's table, when @pmd is not NULL
 */
struct vmb_path {
	unsigned long *entry[VMB_MAX_LEVELS];
	unsigned int nr;
	unsigned int leaf_shift;
	pmd_t *pmd;
	spinlock_t *ptl;
};

/**
 * vmb_path_lock - take the mmap lock of current->mm for reading and find the way to @addr.
 * @len: bytes from @addr that must be in the same mapping, > 0
 * @hugetlb: accept private hugetlb mappings too
 *
 * Only private anonymous memory is accepted. Its tables are freed under the mmap lock alone, so
 * that they stay while it is held; tables of file mappings may be freed without it.
 *
 * Return: 0 with the lock held; otherwise not held: -EFAULT no such mapping, or nothing present at
 * @addr; -EOPNOTSUPP another kind of mapping; -EINTR killed. Context: may sleep.
 */
int vmb_path_lock(struct vmb_path *path, unsigned long addr, unsigned long len, bool hugetlb);
void vmb_path_unlock(void);

/**
 * vmb_path_lock_entries - take the lock of the last level's table.
 * @nr: entries from the leaf of @path on that must be present base pages in that table
 *
 * Return: 0 with the lock held and preemption off; -EOPNOTSUPP a larger leaf, a contiguous
 * mapping, or entries in another table; -EFAULT an entry is not present; -EAGAIN the table went
 * away
 */
int vmb_path_lock_entries(struct vmb_path *path, unsigned long addr, unsigned int nr);
void vmb_path_unlock_entries(struct vmb_path *path);

/* The leaf's entry and those after it; atomic, for the CPU sets accessed and dirty by itself. */
static __always_inline unsigned long vmb_entry_take(unsigned long *entry)
{
	return xchg(entry, 0);
}

static __always_inline unsigned long vmb_entry_read(const unsigned long *entry)
{
	return READ_ONCE(*entry);
}

#endif /* VMB_KMOD_PAGETABLE_H */
