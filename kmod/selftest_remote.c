// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * The stale-entry oracle for other CPUs. A kernel thread there borrows the caller's address space and
 * touches a page, so that its TLB has it. Here the page-table entry is taken away behind its back: the
 * next touch there must still work. Then the flush that is to reach every CPU: the next touch there
 * must fault. The thread has preemption off from its first touch to its last, and interrupts on.
 */
#include <linux/completion.h>
#include <linux/cpumask.h>
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/smp.h>
#include <linux/uaccess.h>

#include "arch/cpu.h"
#include "kmod/arch.h"
#include "kmod/pagetable.h"
#include "kmod/session.h"

#define TRIES	16	/* a TLB may lose any entry at any time; not so often */

enum { BEFORE, STALE, FLUSHED, NR_TOUCHES };

/**
 * struct remote - what the two CPUs share.
 * @mm: the caller's
 * @addr: the page
 * @method: under test
 * @flush: its argument
 * @ready: the thread runs, with preemption off
 * @asked: touches asked for
 * @answered: touches done
 * @seen: 0 or -EFAULT of each
 */
struct remote {
	struct mm_struct *mm;
	unsigned long addr;
	const struct vmb_flush_method *method;
	struct vmb_flush flush;
	struct completion ready;
	unsigned int asked;
	unsigned int answered;
	int seen[NR_TOUCHES];
};

/* The other CPU may be a thread of a hypervisor's that does not run just now: 0.1 s, then again. */
static bool wait_for(unsigned int *count, unsigned int value)
{
	u64 until = cpu_ticks() + vmb_arch_tick_hz() / 10;

	while (smp_load_acquire(count) < value) {
		if (cpu_ticks() > until)
			return false;
		cpu_relax();
	}
	return true;
}

static int touch(unsigned long addr)
{
	u8 byte;
	int err = __get_user(byte, (const u8 __user *)addr);

	(void)byte;
	return err;
}

static int toucher(void *data)
{
	struct remote *r = data;
	unsigned int i;

	kthread_use_mm(r->mm);
	preempt_disable();
	pagefault_disable();
	complete(&r->ready);
	for (i = 0; i < NR_TOUCHES && wait_for(&r->asked, i + 1); i++) {
		r->seen[i] = touch(r->addr);
		smp_store_release(&r->answered, i + 1);
	}
	pagefault_enable();
	preempt_enable();
	kthread_unuse_mm(r->mm);
	return 0;
}

static bool ask(struct remote *r, unsigned int which)
{
	smp_store_release(&r->asked, which + 1);
	return wait_for(&r->answered, which + 1);
}

static void flush_handler(void *info)
{
	const struct remote *r = info;

	r->method->once(r->flush);
}

static void flush_everywhere(struct remote *r)
{
	if (r->method->broadcast)
		r->method->once(r->flush);
	else
		on_each_cpu_cond_mask(NULL, flush_handler, r, true, cpu_online_mask);
}

/* With the lock of the page table held. Return: were all touches answered? */
static bool look(struct remote *r, struct vmb_path *path)
{
	unsigned long *entry = path->entry[path->nr - 1];
	unsigned long old;
	bool all;

	r->flush = (struct vmb_flush){ .addr = r->addr, .pages = 1,
				       .asid = vmb_arch_asid(r->mm) };
	if (!ask(r, BEFORE))
		return false;
	old = vmb_entry_take(entry);
	all = ask(r, STALE);
	flush_everywhere(r);
	all = all && ask(r, FLUSHED);
	WRITE_ONCE(*entry, old);
	vmb_arch_entry_barrier();
	return all;
}

/* Return: 0 the flush works, -EIO it does not, -EAGAIN try again, other errors: cannot test. */
static int judge(struct remote *r)
{
	struct vmb_path path;
	bool all = false;
	int err = vmb_path_lock(&path, r->addr, PAGE_SIZE, false);

	if (err)
		return err == -EFAULT ? -EAGAIN : err;
	err = vmb_path_lock_entries(&path, r->addr, 1);
	if (!err) {
		all = look(r, &path);
		vmb_path_unlock_entries(&path);
	}
	vmb_path_unlock();
	if (err == -EFAULT || (!err && !all))
		return -EAGAIN;
	if (err)
		return err;
	if (r->seen[BEFORE] || r->seen[STALE])
		return -EAGAIN;
	return r->seen[FLUSHED] ? 0 : -EIO;
}

static int oracle(const struct vmb_flush_method *m, unsigned long addr, unsigned int cpu)
{
	struct remote r = { .mm = current->mm, .addr = addr, .method = m };
	struct task_struct *t;
	int err;

	if (put_user(1, (u8 __user *)addr))
		return -ENOMEM;
	init_completion(&r.ready);
	t = kthread_create(toucher, &r, "vmbench/remote");
	if (IS_ERR(t))
		return PTR_ERR(t);
	kthread_bind(t, cpu);
	get_task_struct(t);
	wake_up_process(t);
	wait_for_completion(&r.ready);
	err = judge(&r);
	kthread_stop(t);
	put_task_struct(t);
	return err;
}

static int test_method(const struct vmb_flush_method *m, unsigned long addr, unsigned int cpu,
		       char *text)
{
	int i, err = -EAGAIN;

	for (i = 0; i < TRIES && err == -EAGAIN; i++)
		err = oracle(m, addr, cpu);
	if (err == -EIO)
		snprintf(text, VMB_KMOD_REASON_BYTES,
			 "flush method %u, sent to all CPUs, left the TLB entry of CPU %u in place",
			 m->method, cpu);
	else if (err == -EAGAIN)
		snprintf(text, VMB_KMOD_REASON_BYTES,
			 "flush method %u: no stale TLB entry was seen on CPU %u in %d tries",
			 m->method, cpu, TRIES);
	else if (err)
		snprintf(text, VMB_KMOD_REASON_BYTES,
			 "the self-test of CPU %u could not be run (error %d)", cpu, -err);
	return err;
}

static int test_cpu(unsigned long addr, unsigned int cpu, char *text)
{
	const struct vmb_flush_method *m;
	int err = 0;

	for (m = vmb_arch_flush_methods; m->once && !err; m++)
		if (!m->missing || !m->missing())
			err = test_method(m, addr, cpu, text);
	/* The thread was moved elsewhere. */
	return err == -EAGAIN && !cpu_online(cpu) ? 0 : err;
}

/* The caller stays on its CPU while the others are looked at; its own has had the other self-test. */
static int test_cpus(unsigned long addr, struct cpumask *reached, char *text)
{
	unsigned int cpu;
	int err = 0;

	migrate_disable();
	cpumask_set_cpu(smp_processor_id(), reached);
	for_each_online_cpu(cpu) {
		if (cpumask_test_cpu(cpu, reached))
			continue;
		err = fatal_signal_pending(current) ? -EINTR : test_cpu(addr, cpu, text);
		if (err)
			break;
		cpumask_set_cpu(cpu, reached);
	}
	migrate_enable();
	return err;
}

int vmb_selftest_remote(struct cpumask *reached, char *text)
{
	unsigned long addr;
	int err;

	if (num_online_cpus() < 2 || cpumask_subset(cpu_online_mask, reached))
		return 0;
	addr = vm_mmap(NULL, 0, PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, 0);
	if (IS_ERR_VALUE(addr)) {
		snprintf(text, VMB_KMOD_REASON_BYTES,
			 "the self-test got no page of memory in the caller (error %ld)", -(long)addr);
		return -ENOMEM;
	}
	err = test_cpus(addr, reached, text);
	vm_munmap(addr, PAGE_SIZE);
	return err;
}
