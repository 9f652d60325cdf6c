// SPDX-License-Identifier: GPL-2.0-only OR MIT
#include <linux/completion.h>
#include <linux/err.h>
#include <linux/interrupt.h>
#include <linux/irq_work.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/math64.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/smp.h>

#include "kmod/probe.h"

/* Where the entry of a handler is noted: ticks of the last operation. */
struct entry {
	u64 at;
	bool seen;
	struct irq_work work;
	struct tasklet_struct tasklet;
};

static void entry_note(struct entry *e)
{
	e->at = cpu_ticks();
	WRITE_ONCE(e->seen, true);
}

static int prepare_entry(struct vmb_run *r)
{
	r->priv = kzalloc(sizeof(struct entry), GFP_KERNEL_ACCOUNT);
	return r->priv ? 0 : -ENOMEM;
}

static void finish_entry(struct vmb_run *r)
{
	kfree(r->priv);
}

/* --- call on another CPU --- */

static const char *no_other_cpu(void)
{
	return num_online_cpus() > 1 ? NULL : "only one CPU is online";
}

static void ipi_handler(void *info)
{
	entry_note(info);
}

static int window_ipi(struct vmb_run *r)
{
	unsigned int target = cpumask_any_but(r->cpus, smp_processor_id());
	struct entry *e = r->priv;
	u64 last_begin = 0;
	u32 n = r->w.ops;
	int err = 0;

	if (target >= nr_cpu_ids)
		return vmb_reason(r, -ENODEV, "cpus has no CPU but the caller's own");
	vmb_window_begin(&r->w);
	do {
		last_begin = cpu_ticks();
		err = smp_call_function_single(target, ipi_handler, e, 1);
	} while (--n && !err);
	vmb_window_end(&r->w);
	if (err)
		return vmb_reason(r, -ENODEV, "CPU %u went offline", target);
	r->w.detail[0] = e->at - last_begin;
	return 0;
}

/* --- interrupt to oneself --- */

static const char *no_self_irq(void)
{
	return IS_ENABLED(CONFIG_IRQ_WORK) ? NULL : "the kernel has no CONFIG_IRQ_WORK";
}

static void self_irq_handler(struct irq_work *work)
{
	entry_note(container_of(work, struct entry, work));
}

static int prepare_self_irq(struct vmb_run *r)
{
	int err = prepare_entry(r);

	if (!err)
		((struct entry *)r->priv)->work = IRQ_WORK_INIT_HARD(self_irq_handler);
	return err;
}

static void finish_self_irq(struct vmb_run *r)
{
	irq_work_sync(&((struct entry *)r->priv)->work);
	finish_entry(r);
}

/*
 * Without an interrupt of its own the work waits for the next clock tick: 10 ms at the most. Its flags
 * are settled just after the handler returns; irq_work_sync() would wait for them too, but it may
 * sleep, and preemption is off.
 */
static bool wait_seen(struct entry *e)
{
	u64 until = cpu_ticks() + div_u64(vmb_arch_tick_hz(), 50);

	while (!READ_ONCE(e->seen) || irq_work_is_busy(&e->work)) {
		if (cpu_ticks() > until)
			return false;
		cpu_relax();
	}
	return true;
}

static int window_self_irq(struct vmb_run *r)
{
	struct entry *e = r->priv;
	u64 last_begin = 0;
	u32 n = r->w.ops;

	vmb_window_begin(&r->w);
	do {
		e->seen = false;
		last_begin = cpu_ticks();
		irq_work_queue(&e->work);
		if (!wait_seen(e))
			return vmb_reason(r, -EIO, "the interrupt did not come within 20 ms");
	} while (--n);
	vmb_window_end(&r->w);
	r->w.detail[0] = e->at - last_begin;
	return 0;
}

/* --- softirq --- */

static const char *no_softirq(void)
{
	return IS_ENABLED(CONFIG_PREEMPT_RT) ? "with CONFIG_PREEMPT_RT softirqs run in threads" : NULL;
}

static void tasklet_handler(struct tasklet_struct *t)
{
	entry_note(from_tasklet((struct entry *)NULL, t, tasklet));
}

static int prepare_softirq(struct vmb_run *r)
{
	int err = prepare_entry(r);

	if (!err)
		tasklet_setup(&((struct entry *)r->priv)->tasklet, tasklet_handler);
	return err;
}

static void finish_softirq(struct vmb_run *r)
{
	tasklet_kill(&((struct entry *)r->priv)->tasklet);
	finish_entry(r);
}

/* With bottom halves off the tasklet waits for local_bh_enable(), which runs it then and there. */
static int window_softirq(struct vmb_run *r)
{
	struct entry *e = r->priv;
	u64 last_begin = 0;
	u32 n = r->w.ops;

	e->seen = true;
	vmb_window_begin(&r->w);
	do {
		e->seen = false;
		last_begin = cpu_ticks();
		local_bh_disable();
		tasklet_schedule(&e->tasklet);
		local_bh_enable();
	} while (--n && e->seen);
	vmb_window_end(&r->w);
	/* Softirqs were put off to ksoftirqd because there were too many: not what is measured. */
	if (!e->seen)
		return -EAGAIN;
	r->w.detail[0] = e->at - last_begin;
	return 0;
}

/* --- two kernel threads of one CPU --- */

/*
 * struct pair - the leader wakes the follower and sleeps until the follower has woken it: one
 * operation. @turn says whose turn it is; only who has the turn writes it.
 */
struct pair {
	struct task_struct *leader, *follower;
	struct task_struct *turn;
	u32 ops;			/* set before @start */
	u64 begin_ticks, end_ticks;
	u32 cpu;
	struct completion start, done;
};

static bool pair_wait(struct pair *p)
{
	for (;;) {
		set_current_state(TASK_IDLE);
		if (READ_ONCE(p->turn) == current || kthread_should_stop())
			break;
		schedule();
	}
	__set_current_state(TASK_RUNNING);
	return !kthread_should_stop();
}

static void pair_pass(struct pair *p, struct task_struct *to)
{
	smp_store_release(&p->turn, to);
	wake_up_process(to);
}

static int follower_thread(void *data)
{
	struct pair *p = data;

	while (pair_wait(p))
		pair_pass(p, p->leader);
	return 0;
}

static void pair_round(struct pair *p)
{
	u32 n = p->ops;

	p->begin_ticks = cpu_ticks_begin();
	do {
		pair_pass(p, p->follower);
	} while (pair_wait(p) && --n);
	p->end_ticks = cpu_ticks_end(&p->cpu);
	p->cpu = raw_smp_processor_id();
}

static int leader_thread(void *data)
{
	struct pair *p = data;

	while (!kthread_should_stop()) {
		if (wait_for_completion_interruptible(&p->start) || kthread_should_stop())
			continue;
		pair_round(p);
		complete(&p->done);
	}
	return 0;
}

static struct task_struct *pair_thread(struct pair *p, int (*fn)(void *), unsigned int cpu,
				       const char *name)
{
	struct task_struct *t = kthread_create(fn, p, "vmbench/%s", name);

	if (!IS_ERR(t)) {
		kthread_bind(t, cpu);
		get_task_struct(t);
	}
	return t;
}

static int prepare_switch(struct vmb_run *r)
{
	unsigned int cpu = r->req.cpu == VMB_KMOD_CPU_ANY ? raw_smp_processor_id() : r->req.cpu;
	struct pair *p;

	if (r->req.cpu != VMB_KMOD_CPU_ANY && r->req.cpu != raw_smp_processor_id())
		return vmb_reason(r, -EXDEV, "the caller does not run on CPU %u: bind it first", cpu);
	p = kzalloc(sizeof(*p), GFP_KERNEL_ACCOUNT);
	if (!p)
		return -ENOMEM;
	init_completion(&p->start);
	init_completion(&p->done);
	p->leader = pair_thread(p, leader_thread, cpu, "leader");
	if (IS_ERR(p->leader))
		goto err_pair;
	p->follower = pair_thread(p, follower_thread, cpu, "follower");
	if (IS_ERR(p->follower))
		goto err_leader;
	p->turn = p->leader;
	wake_up_process(p->follower);
	wake_up_process(p->leader);
	r->priv = p;
	return 0;

err_leader:
	kthread_stop(p->leader);
	put_task_struct(p->leader);
err_pair:
	kfree(p);
	return vmb_reason(r, -ENOMEM, "no kernel thread could be started");
}

static void finish_switch(struct vmb_run *r)
{
	struct pair *p = r->priv;

	complete(&p->start);	/* the leader looks up from its wait */
	kthread_stop(p->leader);
	kthread_stop(p->follower);
	put_task_struct(p->leader);
	put_task_struct(p->follower);
	kfree(p);
}

/* A started round is at most MAX_ITERS switches: it ends by itself, or finish_switch() ends it. */
static int window_switch(struct vmb_run *r)
{
	struct pair *p = r->priv;

	p->ops = r->w.ops;
	complete(&p->start);
	if (wait_for_completion_interruptible(&p->done))
		return -EINTR;
	r->w.begin_ticks = p->begin_ticks;
	r->w.end_ticks = p->end_ticks;
	r->w.cpu = p->cpu;
	return 0;
}

static const struct vmb_probe probes[] = {
	{ .id = VMB_PROBE_ENTRY_IPI, .name = "entry/ipi",
	  .needs = VMB_KMOD_NEEDS_CPUS | VMB_KMOD_IRQS_ON, .context = VMB_CTX_IRQS_ON,
	  .missing = no_other_cpu, .prepare = prepare_entry, .window = window_ipi,
	  .finish = finish_entry },
	{ .id = VMB_PROBE_ENTRY_SELF_IRQ, .name = "entry/self_irq", .needs = VMB_KMOD_IRQS_ON,
	  .context = VMB_CTX_IRQS_ON, .missing = no_self_irq, .prepare = prepare_self_irq,
	  .window = window_self_irq, .finish = finish_self_irq },
	{ .id = VMB_PROBE_ENTRY_SOFTIRQ, .name = "entry/softirq", .needs = VMB_KMOD_IRQS_ON,
	  .context = VMB_CTX_IRQS_ON, .missing = no_softirq, .prepare = prepare_softirq,
	  .window = window_softirq, .finish = finish_softirq },
	{ .id = VMB_PROBE_ENTRY_SWITCH, .name = "entry/switch",
	  .needs = VMB_KMOD_IRQS_ON | VMB_KMOD_NO_COUNTERS, .context = VMB_CTX_SLEEPS,
	  .prepare = prepare_switch, .window = window_switch, .finish = finish_switch },
};

const struct vmb_probe_table vmb_probes_entry = { probes, ARRAY_SIZE(probes) };
