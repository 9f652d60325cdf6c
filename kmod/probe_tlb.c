// SPDX-License-Identifier: GPL-2.0-only OR MIT
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/smp.h>

#include "kmod/probe.h"

static __always_inline void op_none(struct vmb_flush f)
{
}

static int window_timer(struct vmb_run *r)
{
	r->w.ops = 1;
	vmb_window_begin(&r->w);
	vmb_window_end(&r->w);
	return 0;
}

static int window_touch(struct vmb_run *r)
{
	return vmb_touch_loop(&r->w, op_none);
}

static int window_flush(struct vmb_run *r)
{
	if (r->req.flags & VMB_KMOD_RUN_TOUCH)
		return r->method->loop_touch(&r->w);
	return r->method->loop(&r->w);
}

/*
 * A flush sent by interrupt. Each CPU notes when its handler began and ended; the initiator's stamp
 * is the origin, so on machines whose time stamps are not in step the figures show it.
 */
struct shoot {
	void (*once)(struct vmb_flush f);
	struct vmb_flush flush;
	struct { u64 entry, done; } at[];	/* [nr_cpu_ids] */
};

static void shoot_handler(void *info)
{
	struct shoot *s = info;
	unsigned int cpu = smp_processor_id();

	s->at[cpu].entry = cpu_ticks();
	s->once(s->flush);
	s->at[cpu].done = cpu_ticks();
}

static int prepare_shoot(struct vmb_run *r)
{
	struct shoot *s;

	if (r->method->broadcast) {
		if (!cpumask_equal(r->cpus, cpu_online_mask))
			return vmb_reason(r, -EOPNOTSUPP,
					  "method %u reaches every CPU: cpus must be 0 or all of them",
					  r->method->method);
		return 0;
	}
	s = kvzalloc(struct_size(s, at, nr_cpu_ids), GFP_KERNEL_ACCOUNT);
	if (!s)
		return -ENOMEM;
	s->once = r->method->once;
	r->priv = s;
	return 0;
}

static void finish_shoot(struct vmb_run *r)
{
	kvfree(r->priv);
}

static int touch_each(const struct vmb_run *r)
{
	const u8 __user *p = (const u8 __user *)r->w.flush.addr;
	unsigned int i;
	u8 byte;

	for (i = 0; i < r->w.touch_pages; i++)
		if (__get_user(byte, p + ((unsigned long)i << PAGE_SHIFT)))
			return -EFAULT;
	(void)byte;
	return 0;
}

static void shoot_detail(struct vmb_run *r, const struct shoot *s, u64 last_begin)
{
	unsigned int cpu, n = 0, self = smp_processor_id();

	r->w.detail[0] = cpumask_weight(r->cpus);
	for_each_cpu(cpu, r->cpus) {
		if (2 * n + 2 >= VMB_KMOD_MAX_DETAIL)
			break;
		if (cpu != self) {
			r->w.detail[2 * n + 1] = s->at[cpu].entry - last_begin;
			r->w.detail[2 * n + 2] = s->at[cpu].done - last_begin;
		}
		n++;
	}
}

static int shoot_by_interrupt(struct vmb_run *r)
{
	bool touch = r->req.flags & VMB_KMOD_RUN_TOUCH;
	struct shoot *s = r->priv;
	u64 last_begin = 0;
	u32 n = r->w.ops;
	int err = 0;

	s->flush = r->w.flush;
	vmb_window_begin(&r->w);
	do {
		last_begin = cpu_ticks();
		on_each_cpu_cond_mask(NULL, shoot_handler, s, true, r->cpus);
		if (touch)
			err = touch_each(r);
	} while (--n && !err);
	vmb_window_end(&r->w);
	shoot_detail(r, s, last_begin);
	return err;
}

static int window_shoot(struct vmb_run *r)
{
	return r->method->broadcast ? window_flush(r) : shoot_by_interrupt(r);
}

#define NEEDS	(VMB_KMOD_NEEDS_ADDR | VMB_KMOD_TAKES_METHOD | VMB_KMOD_SELFTESTED)

#define FLUSH(_id, _name, _scope, _needs) {					\
	.id = (_id), .name = "tlb/" _name, .needs = NEEDS | (_needs),		\
	.flags = VMB_KMOD_RUN_TOUCH, .context = VMB_CTX_IRQS_OFF,		\
	.scope = (_scope), .window = window_flush }

#define SHOOT(_id, _name, _scope, _needs) {					\
	.id = (_id), .name = "tlb/" _name,					\
	.needs = NEEDS | VMB_KMOD_NEEDS_CPUS | VMB_KMOD_IRQS_ON | (_needs),	\
	.flags = VMB_KMOD_RUN_TOUCH, .context = VMB_CTX_IRQS_ON,		\
	.scope = (_scope), .everywhere = true, .prepare = prepare_shoot,	\
	.window = window_shoot, .finish = finish_shoot }

static const struct vmb_probe probes[] = {
	{ .id = VMB_PROBE_TIMER, .name = "timer", .context = VMB_CTX_IRQS_OFF,
	  .window = window_timer },
	{ .id = VMB_PROBE_TLB_TOUCH, .name = "tlb/touch", .context = VMB_CTX_IRQS_OFF,
	  .needs = VMB_KMOD_NEEDS_ADDR | VMB_KMOD_NEEDS_PAGES | VMB_KMOD_SELFTESTED,
	  .window = window_touch },
	FLUSH(VMB_PROBE_TLB_FLUSH_PAGE, "flush_page", VMB_SCOPE_PAGES, 0),
	FLUSH(VMB_PROBE_TLB_FLUSH_RANGE, "flush_range", VMB_SCOPE_PAGES, VMB_KMOD_NEEDS_PAGES),
	FLUSH(VMB_PROBE_TLB_FLUSH_SPACE, "flush_space", VMB_SCOPE_SPACE, 0),
	FLUSH(VMB_PROBE_TLB_FLUSH_ALL, "flush_all", VMB_SCOPE_ALL, 0),
	SHOOT(VMB_PROBE_TLB_SHOOT_PAGE, "shoot_page", VMB_SCOPE_PAGES, 0),
	SHOOT(VMB_PROBE_TLB_SHOOT_RANGE, "shoot_range", VMB_SCOPE_PAGES, VMB_KMOD_NEEDS_PAGES),
	SHOOT(VMB_PROBE_TLB_SHOOT_SPACE, "shoot_space", VMB_SCOPE_SPACE, 0),
	SHOOT(VMB_PROBE_TLB_SHOOT_ALL, "shoot_all", VMB_SCOPE_ALL, 0),
};

const struct vmb_probe_table vmb_probes_tlb = { probes, ARRAY_SIZE(probes) };
