// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * The stale-entry oracle. A page of the caller is touched, so that the TLB has it. Its page-table
 * entry is taken away behind the TLB's back: the next touch must still work, which shows that there
 * is a TLB entry and that we can see it. Then the flush: the next touch must fault, which shows that
 * the flush does what it says. With interrupts off and the page-table lock held nobody else notices.
 */
#include <linux/err.h>
#include <linux/irqflags.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/sched.h>
#include <linux/smp.h>
#include <linux/uaccess.h>

#include "kmod/arch.h"
#include "kmod/pagetable.h"
#include "kmod/session.h"

#define TRIES	16	/* a TLB may lose any entry at any time; not so often */

struct seen {
	int before, stale, flushed, after;	/* 0 or -EFAULT of each touch */
};

static int touch(unsigned long addr)
{
	u8 byte;
	int err = __get_user(byte, (const u8 __user *)addr);

	(void)byte;
	return err;
}

static void look(const struct vmb_flush_method *m, struct vmb_path *path, unsigned long addr,
		 struct seen *s, unsigned int *cpu)
{
	unsigned long *entry = path->entry[path->nr - 1];
	struct vmb_flush f = { .addr = addr, .pages = 1 };
	unsigned long flags, old;

	pagefault_disable();
	local_irq_save(flags);
	*cpu = smp_processor_id();
	f.asid = vmb_arch_asid(current->mm);
	s->before = touch(addr);
	old = vmb_entry_take(entry);
	s->stale = touch(addr);
	m->once(f);
	s->flushed = touch(addr);
	WRITE_ONCE(*entry, old);
	vmb_arch_entry_barrier();
	s->after = touch(addr);
	local_irq_restore(flags);
	pagefault_enable();
}

/* Return: 0 the flush works, -EIO it does not, -EAGAIN try again, other errors: cannot test. */
static int oracle(const struct vmb_flush_method *m, unsigned long addr, unsigned int *cpu)
{
	struct vmb_path path;
	struct seen s;
	int err;

	if (put_user(1, (u8 __user *)addr))
		return -ENOMEM;
	err = vmb_path_lock(&path, addr, PAGE_SIZE, false);
	if (err)
		return err == -EFAULT ? -EAGAIN : err;
	err = vmb_path_lock_entries(&path, addr, 1);
	if (!err) {
		look(m, &path, addr, &s, cpu);
		vmb_path_unlock_entries(&path);
	}
	vmb_path_unlock();
	if (err == -EFAULT)
		return -EAGAIN;
	if (err)
		return err;
	if (!s.flushed)
		return -EIO;
	return s.before || s.stale || s.after ? -EAGAIN : 0;
}

static int test_method(const struct vmb_flush_method *m, unsigned long addr, char *text,
		       unsigned int *cpu)
{
	int i, err = -EAGAIN;

	for (i = 0; i < TRIES && err == -EAGAIN; i++)
		err = oracle(m, addr, cpu);
	if (err == -EIO)
		snprintf(text, VMB_KMOD_REASON_BYTES,
			 "flush method %u left the TLB entry of the page in place", m->method);
	else if (err == -EAGAIN)
		snprintf(text, VMB_KMOD_REASON_BYTES,
			 "flush method %u: no stale TLB entry was seen in %d tries, so its work cannot be checked",
			 m->method, TRIES);
	else if (err)
		snprintf(text, VMB_KMOD_REASON_BYTES,
			 "the self-test could not use its page (error %d)", -err);
	return err;
}

int vmb_selftest(char *text, unsigned int *cpu)
{
	const struct vmb_flush_method *m;
	unsigned long addr;
	int err = 0;

	addr = vm_mmap(NULL, 0, PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, 0);
	if (IS_ERR_VALUE(addr)) {
		snprintf(text, VMB_KMOD_REASON_BYTES,
			 "the self-test got no page of memory in the caller (error %ld)", -(long)addr);
		return -ENOMEM;
	}
	for (m = vmb_arch_flush_methods; m->once && !err; m++)
		if (!m->missing || !m->missing())
			err = test_method(m, addr, text, cpu);
	vm_munmap(addr, PAGE_SIZE);
	return err;
}
