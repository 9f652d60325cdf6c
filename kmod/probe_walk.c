// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Page tables of the caller. The walks read entries only. Probes that change an entry take it out
 * atomically, so that accessed and dirty bits set meanwhile by the CPU are not lost, never give more
 * rights than it had, and put it back before the lock is released.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/pgtable.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "kmod/probe.h"

static void make_cold(const struct vmb_path *path)
{
	unsigned int i;

	if (!CPU_HAS_FLUSH_LINE)
		return;
	for (i = 0; i < path->nr; i++)
		cpu_flush_line(path->entry[i]);
	cpu_fence_all();
}

/* Load an entry from an address that depends on the value loaded before, as a walker must. */
static __always_inline unsigned long chase(const unsigned long *entry, unsigned long before)
{
	unsigned long same = before;

	asm volatile("" : "+r"(same));
	return READ_ONCE(*(const unsigned long *)((unsigned long)entry + (before - same)));
}

/*
 * Begin and end of a level are the same stamp, so that the levels tile the whole. What a stamp and
 * its store cost comes before: the client takes it off each level.
 */
static int window_levels(struct vmb_run *r)
{
	const struct vmb_path *path = &r->path;
	unsigned long v = 0;
	u64 at[VMB_MAX_LEVELS + 1], stamp[2];
	unsigned int i;

	r->w.ops = 1;
	WRITE_ONCE(stamp[0], cpu_ticks_begin());
	WRITE_ONCE(stamp[1], cpu_ticks_begin());
	if (r->req.flags & VMB_KMOD_RUN_COLD)
		make_cold(path);
	vmb_pmu_begin(r->w.pmu);
	at[0] = cpu_ticks_begin();
	for (i = 0; i < path->nr; i++) {
		v = chase(path->entry[i], v);
		asm volatile("" : : "r"(v) : "memory");
		at[i + 1] = cpu_ticks_begin();
	}
	vmb_pmu_end(r->w.pmu);
	r->w.begin_ticks = at[0];
	r->w.end_ticks = at[path->nr];
	for (i = 0; i < path->nr; i++)
		r->w.detail[i] = at[i + 1] - at[i];
	r->w.detail[VMB_KMOD_DETAIL_STAMP] = stamp[1] - stamp[0];
	return 0;
}

static int window_whole(struct vmb_run *r)
{
	const struct vmb_path *path = &r->path;
	bool cold = r->req.flags & VMB_KMOD_RUN_COLD;
	unsigned long v = 0;
	unsigned int i;
	u32 n;

	if (cold) {
		r->w.ops = 1;
		make_cold(path);
	}
	n = r->w.ops;
	vmb_window_begin(&r->w);
	do {
		for (i = 0; i < path->nr; i++)
			v = chase(path->entry[i], v);
	} while (--n);
	asm volatile("" : : "r"(v) : "memory");
	vmb_window_end(&r->w);
	return 0;
}

static __always_inline void op_none(struct vmb_flush f)
{
}

static int prepare_hardware(struct vmb_run *r)
{
	static const struct vmb_probe pages_of_this_cpu = { .scope = VMB_SCOPE_PAGES };

	r->method = vmb_probe_method(&pages_of_this_cpu, VMB_METHOD_DEFAULT);
	return r->method ? 0 : -EOPNOTSUPP;
}

/* What flushes a page drops the walker's cached upper levels with it: the whole walk is done. */
static int window_hardware(struct vmb_run *r)
{
	r->w.ops = 1;
	r->method->once(r->w.flush);
	if (r->req.flags & VMB_KMOD_RUN_COLD)
		make_cold(&r->path);
	return vmb_touch_loop(&r->w, op_none);
}

static unsigned long *leaf_of(struct vmb_run *r)
{
	return r->path.entry[r->path.nr - 1];
}

static int window_clear_set(struct vmb_run *r)
{
	unsigned long *entry = leaf_of(r);
	u32 n = r->w.ops;

	vmb_window_begin(&r->w);
	do {
		WRITE_ONCE(*entry, vmb_entry_take(entry));
		vmb_arch_entry_barrier();
	} while (--n);
	vmb_window_end(&r->w);
	return 0;
}

/* The CPU may have marked the entry accessed while it was read-only. */
static int window_protect(struct vmb_run *r)
{
	unsigned long *entry = leaf_of(r);
	struct vmb_flush f = r->w.flush;
	pte_t old, strict;
	u32 n = r->w.ops;

	vmb_window_begin(&r->w);
	do {
		old = __pte(vmb_entry_take(entry));
		WRITE_ONCE(*entry, pte_val(pte_wrprotect(old)));
		vmb_arch_entry_barrier();
		r->method->once(f);
		strict = __pte(vmb_entry_take(entry));
		WRITE_ONCE(*entry, pte_val(pte_young(strict) ? pte_mkyoung(old) : old));
		vmb_arch_entry_barrier();
	} while (--n);
	vmb_window_end(&r->w);
	return 0;
}

/* User space has not run on this CPU since; others may have read the entry while it was stricter. */
static void settle_pages(struct vmb_run *r)
{
	u32 i;

	if (!r->w.flush.asid)
		return;
	for (i = 0; i < r->w.touch_pages; i++)
		vmb_arch_settle_page(r->w.flush.addr + ((unsigned long)i << PAGE_SHIFT),
				     r->w.flush.asid);
}

static int window_scan(struct vmb_run *r)
{
	const unsigned long *entry = leaf_of(r);
	u64 accessed = 0, dirty = 0;
	u32 i, n = r->w.ops;

	vmb_window_begin(&r->w);
	do {
		accessed = dirty = 0;
		for (i = 0; i < r->req.pages; i++) {
			pte_t pte = __pte(vmb_entry_read(entry + i));

			accessed += !!pte_young(pte);
			dirty += !!pte_dirty(pte);
		}
	} while (--n);
	vmb_window_end(&r->w);
	r->w.detail[0] = accessed;
	r->w.detail[1] = dirty;
	return 0;
}

/*
 * struct bits - what a change did to one entry: the bits it touched, and what they were. Putting back
 * exactly these keeps what the CPU sets meanwhile, and the kernel's own software bits.
 */
struct bits {
	unsigned long mask;
	unsigned long were;
};

static int prepare_bits(struct vmb_run *r)
{
	r->priv = kvcalloc(r->req.pages, sizeof(struct bits), GFP_KERNEL_ACCOUNT);
	return r->priv ? 0 : -ENOMEM;
}

static void finish_bits(struct vmb_run *r)
{
	kvfree(r->priv);
}

/*
 * cmpxchg as the kernel's own ageing does where the CPU sets the bits by itself. What changed is
 * written to @did, unless that is NULL. Return: did anything change?
 */
static __always_inline bool change(unsigned long *entry, pte_t (*to)(pte_t), struct bits *did)
{
	unsigned long old = vmb_entry_read(entry), new;

	do {
		new = pte_val(to(__pte(old)));
		if (new == old)
			return false;
	} while (!try_cmpxchg(entry, &old, new));
	if (did) {
		did->mask = old ^ new;
		did->were = old & did->mask;
	}
	return true;
}

static void put_back(unsigned long *entry, const struct bits *b)
{
	unsigned long old = vmb_entry_read(entry), new;

	do {
		new = (old & ~b->mask) | b->were;
	} while (!try_cmpxchg(entry, &old, new));
}

static __always_inline pte_t to_old(pte_t pte)
{
	return pte_mkold(pte);
}

static __always_inline pte_t to_young(pte_t pte)
{
	return pte_mkyoung(pte);
}

static __always_inline pte_t to_clean(pte_t pte)
{
	return pte_mkclean(pte);
}

/*
 * Clear a bit of every entry, timed; afterwards every entry is as it was. One operation per window:
 * a second one would find nothing to clear.
 */
static __always_inline void clear_timed(struct vmb_run *r, pte_t (*clear)(pte_t), struct bits *did)
{
	unsigned long *entry = leaf_of(r);
	u64 cleared = 0;
	u32 i;

	r->w.ops = 1;
	vmb_window_begin(&r->w);
	for (i = 0; i < r->req.pages; i++)
		cleared += change(entry + i, clear, did ? did + i : NULL);
	vmb_window_end(&r->w);
	r->w.detail[0] = cleared;
}

static void put_all_back(struct vmb_run *r)
{
	unsigned long *entry = leaf_of(r);
	const struct bits *b = r->priv;
	u32 i;

	for (i = 0; i < r->req.pages; i++)
		if (b[i].mask)
			put_back(entry + i, &b[i]);
	vmb_arch_entry_barrier();
}

/* All are made accessed first: a page in the TLB is not marked again however often it is touched. */
static int window_clear_accessed(struct vmb_run *r)
{
	unsigned long *entry = leaf_of(r);
	struct bits *b = r->priv;
	u32 i;

	for (i = 0; i < r->req.pages; i++) {
		unsigned long now = vmb_entry_read(entry + i);
		pte_t pte = __pte(now);

		b[i].mask = pte_val(pte_mkold(pte)) ^ pte_val(pte_mkyoung(pte));
		b[i].were = now & b[i].mask;
		change(entry + i, to_young, NULL);
	}
	clear_timed(r, to_old, NULL);
	put_all_back(r);
	return 0;
}

/*
 * A dirty bit that is lost is data that is lost: what to put back is what the atomic change found,
 * not what a look before it saw.
 */
static int window_clear_dirty(struct vmb_run *r)
{
	struct bits *b = r->priv;

	memset(b, 0, r->req.pages * sizeof(*b));
	clear_timed(r, to_clean, b);
	put_all_back(r);
	return 0;
}

#define WALK(_id, _name, _needs, ...) {						\
	.id = (_id), .name = "walk/" _name, .needs = VMB_KMOD_NEEDS_ADDR | (_needs), \
	.flags = CPU_HAS_FLUSH_LINE ? VMB_KMOD_RUN_COLD : 0,			\
	.context = VMB_CTX_IRQS_OFF, .tables = VMB_TABLES_READ, __VA_ARGS__ }

#define PTE(_id, _name, _needs, ...) {						\
	.id = (_id), .name = "pte/" _name, .needs = VMB_KMOD_NEEDS_ADDR | (_needs), \
	.context = VMB_CTX_IRQS_OFF, .tables = VMB_TABLES_ENTRIES, __VA_ARGS__ }

static const struct vmb_probe probes[] = {
	WALK(VMB_PROBE_WALK_LEVELS, "levels", 0, .window = window_levels),
	WALK(VMB_PROBE_WALK_WHOLE, "whole", 0, .window = window_whole),
	WALK(VMB_PROBE_WALK_HARDWARE, "hardware", VMB_KMOD_SELFTESTED,
	     .prepare = prepare_hardware, .window = window_hardware),
	PTE(VMB_PROBE_PTE_CLEAR_SET, "clear_set", 0, .window = window_clear_set),
	PTE(VMB_PROBE_PTE_PROTECT, "protect", VMB_KMOD_SELFTESTED, .prepare = prepare_hardware,
	    .window = window_protect, .settle = settle_pages),
	PTE(VMB_PROBE_PTE_SCAN, "scan", VMB_KMOD_NEEDS_PAGES, .window = window_scan),
	PTE(VMB_PROBE_PTE_CLEAR_ACCESSED, "clear_accessed", VMB_KMOD_NEEDS_PAGES,
	    .prepare = prepare_bits, .window = window_clear_accessed, .finish = finish_bits),
	PTE(VMB_PROBE_PTE_CLEAR_DIRTY, "clear_dirty", VMB_KMOD_NEEDS_PAGES,
	    .prepare = prepare_bits, .window = window_clear_dirty, .settle = settle_pages,
	    .finish = finish_bits),
};

const struct vmb_probe_table vmb_probes_walk = { probes, ARRAY_SIZE(probes) };
