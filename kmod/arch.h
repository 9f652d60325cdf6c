/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef VMB_KMOD_ARCH_H
#define VMB_KMOD_ARCH_H
/*
 * What arch_<isa>.c gives to the rest of the module.
 */

#include <linux/mm_types.h>
#include <linux/types.h>

#include "kmod/uapi/vmbench.h"
#include "kmod/window.h"

enum vmb_scope { VMB_SCOPE_PAGES, VMB_SCOPE_SPACE, VMB_SCOPE_ALL };

/**
 * struct vmb_flush_method - one way to flush the TLB.
 * @method: enum vmb_kmod_method
 * @scope: what is gone after it
 * @broadcast: it reaches every CPU, without interrupts
 * @missing: NULL, or why this CPU does not have it; NULL when it has
 * @once: do it
 * @loop: window of @ops flushes
 * @loop_touch: window of @ops times flush and touch
 */
struct vmb_flush_method {
	u32 method;
	enum vmb_scope scope;
	bool broadcast;
	const char *(*missing)(void);
	void (*once)(struct vmb_flush f);
	int (*loop)(struct vmb_window *w);
	int (*loop_touch)(struct vmb_window *w);
};

/* The functions of one row, from an inline op(struct vmb_flush). */
#define VMB_FLUSH_OP(op)							\
	static void op##_once(struct vmb_flush f) { op(f); }			\
	static int op##_loop(struct vmb_window *w) { return vmb_flush_loop(w, op); } \
	static int op##_loop_touch(struct vmb_window *w) { return vmb_touch_loop(w, op); }
#define VMB_FLUSH_FNS(op) .once = op##_once, .loop = op##_loop, .loop_touch = op##_loop_touch

/* In order of preference; ends with a row whose once is NULL. */
extern const struct vmb_flush_method vmb_arch_flush_methods[];

/** vmb_arch_unusable - why the module cannot work on this machine at all, or NULL. */
const char *vmb_arch_unusable(void);

/** vmb_arch_info - fill elf_machine, levels, va_bits, asid_bits, features, line_bytes, tick_hz. */
void vmb_arch_info(struct vmb_kmod_info *info);

/** vmb_arch_levels - levels of the page tables of user addresses, 3 to 5. */
unsigned int vmb_arch_levels(void);

/** vmb_arch_tick_hz - frequency of cpu_ticks(), > 0 unless vmb_arch_unusable(). */
u64 vmb_arch_tick_hz(void);

/** vmb_arch_asid - address-space tag of @mm, for struct vmb_flush. Context: preemption off. */
unsigned long vmb_arch_asid(struct mm_struct *mm);

/** vmb_arch_entry_barrier - after a page-table entry became valid: the walker sees it. */
void vmb_arch_entry_barrier(void);

/** vmb_arch_settle_page - make sure that no CPU holds a stale entry for one page of current->mm
 * whose entry was made stricter for a while, where the kernel would not clear that up by itself.
 */
void vmb_arch_settle_page(unsigned long addr, unsigned long asid);

/** vmb_arch_write_back_missing - why vmb_arch_write_back_all() cannot be called, or NULL. */
const char *vmb_arch_write_back_missing(void);
void vmb_arch_write_back_all(void);

#endif /* VMB_KMOD_ARCH_H */
