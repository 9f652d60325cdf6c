/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef VMB_KMOD_WINDOW_H
#define VMB_KMOD_WINDOW_H
/*
 * A window is one stretch between two time stamps, with preemption off and usually interrupts off.
 */

#include <linux/types.h>
#include <linux/uaccess.h>

#include "arch/cpu.h"
#include "kmod/pmu.h"

/**
 * struct vmb_flush - what a TLB flush is to flush; given by value to everything that flushes, so
 * that the compiler keeps it in registers.
 * @addr: first user address
 * @pages: how many pages
 * @asid: address-space tag of the caller's memory (arm64, riscv64); unused elsewhere
 */
struct vmb_flush {
	unsigned long addr;
	unsigned int pages;
	unsigned long asid;
};

/**
 * struct vmb_window - one sample in the making.
 * @ops: operations to do, > 0; a probe that can do only one per window sets it to 1
 * @flush: for TLB probes
 * @touch_pages: pages to touch after each flush, from @flush.addr
 * @begin_ticks: set by vmb_window_begin()
 * @end_ticks: set by vmb_window_end()
 * @cpu: where the window ended
 * @detail: VMB_KMOD_MAX_DETAIL values, zeroed before the window
 * @pmu: counters to read around the window
 */
struct vmb_window {
	u32 ops;
	struct vmb_flush flush;
	unsigned int touch_pages;
	u64 begin_ticks;
	u64 end_ticks;
	u32 cpu;
	u64 detail[VMB_KMOD_MAX_DETAIL];
	struct vmb_pmu *pmu;
};

/* Counters outside, time stamps inside: reading a counter costs many times what a stamp costs. */
static __always_inline void vmb_window_begin(struct vmb_window *w)
{
	vmb_pmu_begin(w->pmu);
	w->begin_ticks = cpu_ticks_begin();
}

static __always_inline void vmb_window_end(struct vmb_window *w)
{
	u32 cpu;

	w->end_ticks = cpu_ticks_end(&cpu);
	vmb_pmu_end(w->pmu);
}

/* @op is a constant at every call, so that the loop holds no call. */
static __always_inline int vmb_flush_loop(struct vmb_window *w, void (*op)(struct vmb_flush f))
{
	struct vmb_flush f = w->flush;
	u32 n = w->ops;

	vmb_window_begin(w);
	do {
		op(f);
	} while (--n);
	vmb_window_end(w);
	return 0;
}

/*
 * Flush and touch. User access is opened once for the whole window: its cost, which is not small, is
 * no part of a refill. Nothing may be called while it is open.
 *
 * Return: 0, or -EFAULT when a page is not there; the caller makes it present and tries again.
 */
static __always_inline int vmb_touch_loop(struct vmb_window *w, void (*op)(struct vmb_flush f))
{
	const u8 __user *p = (const u8 __user *)w->flush.addr;
	unsigned long len = (unsigned long)w->touch_pages << PAGE_SHIFT;
	unsigned int i, pages = w->touch_pages;
	struct vmb_flush f = w->flush;
	u32 n = w->ops, cpu;
	u64 t0, t1;
	u8 byte;

	vmb_pmu_begin(w->pmu);
	if (!user_access_begin(p, len))
		return -EFAULT;
	t0 = cpu_ticks_begin();
	do {
		op(f);
		for (i = 0; i < pages; i++)
			unsafe_get_user(byte, p + ((unsigned long)i << PAGE_SHIFT), fault);
	} while (--n);
	t1 = cpu_ticks_end(&cpu);
	user_access_end();
	vmb_pmu_end(w->pmu);
	w->begin_ticks = t0;
	w->end_ticks = t1;
	(void)byte;
	return 0;
fault:
	user_access_end();
	return -EFAULT;
}

#endif /* VMB_KMOD_WINDOW_H */
