// SPDX-License-Identifier: GPL-2.0-only OR MIT
#include "kmod/pagetable.h"

#include <linux/errno.h>
#include <linux/hugetlb.h>
#include <linux/mm.h>
#include <linux/mmap_lock.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/string.h>

#include "kmod/arch.h"
#include "kmod/compat.h"

static int check_mapping(unsigned long addr, unsigned long len, bool hugetlb)
{
	struct vm_area_struct *vma = vma_lookup(current->mm, addr);

	if (!vma || vma->vm_end - addr < len)
		return -EFAULT;
	if (vma->vm_flags & (VM_SHARED | VM_MAYSHARE | VM_IO | VM_PFNMAP | VM_MIXEDMAP))
		return -EOPNOTSUPP;
	if (is_vm_hugetlb_page(vma))
		return hugetlb ? 0 : -EOPNOTSUPP;
	return vma_is_anonymous(vma) ? 0 : -EOPNOTSUPP;
}

/*
 * The kernel's five names for the levels, of which a machine has the last three to five: a folded
 * level is always at the top, and its name leads to the entry of the level below or to a dummy.
 */
struct five {
	unsigned long *entry[VMB_MAX_LEVELS];
	unsigned int nr;
};

static void five_add(struct five *f, void *entry)
{
	f->entry[f->nr++] = entry;
}

static int walk(struct mm_struct *mm, unsigned long addr, struct five *f, struct vmb_path *path)
{
	pgd_t *pgd = pgd_offset(mm, addr);
	p4d_t *p4d;
	pud_t *pud;
	pmd_t *pmd;

	five_add(f, pgd);
	if (pgd_none(*pgd) || pgd_bad(*pgd))
		return -EFAULT;
	p4d = p4d_offset(pgd, addr);
	five_add(f, p4d);
	if (p4d_none(*p4d) || p4d_bad(*p4d))
		return -EFAULT;
	pud = pud_offset(p4d, addr);
	five_add(f, pud);
	if (pud_none(*pud) || !pud_present(*pud))
		return -EFAULT;
	path->leaf_shift = PUD_SHIFT;
	if (pud_leaf(*pud))
		return 0;
	if (pud_bad(*pud))
		return -EFAULT;
	pmd = pmd_offset(pud, addr);
	five_add(f, pmd);
	if (pmd_none(*pmd) || !pmd_present(*pmd))
		return -EFAULT;
	path->leaf_shift = PMD_SHIFT;
	if (pmd_leaf(*pmd))
		return 0;
	if (pmd_bad(*pmd))
		return -EFAULT;
	path->pmd = pmd;
	path->ptl = pte_lockptr(mm, pmd);
	five_add(f, pte_offset_kernel(pmd, addr));
	path->leaf_shift = PAGE_SHIFT;
	return 0;
}

static int find(struct vmb_path *path, unsigned long addr)
{
	unsigned int i, folded = VMB_MAX_LEVELS - vmb_arch_levels();
	struct five f = { .nr = 0 };
	int err;

	memset(path, 0, sizeof(*path));
	err = walk(current->mm, addr, &f, path);
	if (err)
		return err;
	if (f.nr <= folded)
		return -EFAULT;
	path->nr = f.nr - folded;
	for (i = 0; i < path->nr; i++)
		path->entry[i] = f.entry[folded + i];
	return 0;
}

/*
 * RCU as well: newer kernels free an emptied table under the mmap lock held for reading (by
 * MADV_DONTNEED of another thread), after a grace period.
 */
int vmb_path_lock(struct vmb_path *path, unsigned long addr, unsigned long len, bool hugetlb)
{
	int err;

	if (mmap_read_lock_killable(current->mm))
		return -EINTR;
	err = check_mapping(addr, len, hugetlb);
	if (err) {
		mmap_read_unlock(current->mm);
		return err;
	}
	rcu_read_lock();
	err = find(path, addr);
	if (err)
		vmb_path_unlock();
	return err;
}

void vmb_path_unlock(void)
{
	rcu_read_unlock();
	mmap_read_unlock(current->mm);
}

/* A group of entries that the TLB may treat as one must not be changed one by one. */
static bool contiguous(pte_t pte)
{
#ifdef pte_cont
	return pte_cont(pte);
#else
	return false;
#endif
}

static int check_entries(const struct vmb_path *path, unsigned int nr)
{
	unsigned long *leaf = path->entry[path->nr - 1];
	unsigned int i;

	for (i = 0; i < nr; i++) {
		pte_t pte = __pte(vmb_entry_read(leaf + i));

		if (pte_none(pte) || !pte_present(pte))
			return -EFAULT;
		if (contiguous(pte))
			return -EOPNOTSUPP;
	}
	return 0;
}

int vmb_path_lock_entries(struct vmb_path *path, unsigned long addr, unsigned int nr)
{
	int err;

	if (!path->pmd || pte_index(addr) + nr > PTRS_PER_PTE)
		return -EOPNOTSUPP;
	spin_lock(path->ptl);
	if (pmd_none(*path->pmd) || pmd_leaf(*path->pmd) ||
	    pte_offset_kernel(path->pmd, addr) != (pte_t *)path->entry[path->nr - 1])
		err = -EAGAIN;
	else
		err = check_entries(path, nr);
	if (err)
		spin_unlock(path->ptl);
	return err;
}

void vmb_path_unlock_entries(struct vmb_path *path)
{
	spin_unlock(path->ptl);
}
