// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * VMB_KMOD_IOC_RUN: check the request, then windows until there are enough samples, time is over or
 * a signal comes.
 */
#include <linux/irqflags.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/mm.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/uaccess.h>

#include "kmod/probe.h"
#include "kmod/session.h"

#define MAX_CPUS_BYTES	1024
#define TRIES		4	/* times that a page may go away before its window is done */

static bool touches(const struct vmb_run *r)
{
	return r->probe->id == VMB_PROBE_TLB_TOUCH || r->req.flags & VMB_KMOD_RUN_TOUCH;
}

/* Pages from addr that the probe works on. */
static u32 pages(const struct vmb_run *r)
{
	return touches(r) || r->probe->needs & VMB_KMOD_NEEDS_PAGES ? r->req.pages : 1;
}

static int check_numbers(struct vmb_run *r)
{
	const struct vmb_kmod_run *q = &r->req;

	if (q->flags & ~r->probe->flags)
		return vmb_reason(r, -EINVAL, "flags: %s takes %#x, not %#x", r->probe->name,
				  r->probe->flags, q->flags);
	if (!q->iters || q->iters > VMB_KMOD_MAX_ITERS)
		return vmb_reason(r, -EINVAL, "iters must be 1 to %u", VMB_KMOD_MAX_ITERS);
	if (!q->samples || q->samples > VMB_KMOD_MAX_SAMPLES)
		return vmb_reason(r, -EINVAL, "samples must be 1 to %u", VMB_KMOD_MAX_SAMPLES);
	if (!q->pages || q->pages > VMB_KMOD_MAX_PAGES)
		return vmb_reason(r, -EINVAL, "pages must be 1 to %u", VMB_KMOD_MAX_PAGES);
	if (q->nr_counters > VMB_KMOD_MAX_COUNTERS)
		return vmb_reason(r, -EINVAL, "nr_counters must be 0 to %u", VMB_KMOD_MAX_COUNTERS);
	if (q->nr_counters && r->probe->needs & VMB_KMOD_NO_COUNTERS)
		return vmb_reason(r, -EINVAL, "%s is done by other threads: no counters",
				  r->probe->name);
	if (q->timeout_ns > VMB_KMOD_MAX_TIMEOUT_NS)
		return vmb_reason(r, -EINVAL, "timeout_ns must be at most %llu",
				  VMB_KMOD_MAX_TIMEOUT_NS);
	if (q->reserved)
		return vmb_reason(r, -EINVAL, "reserved must be 0");
	if ((!q->cpus != !q->cpus_bytes) || q->cpus_bytes % 8 ||
	    q->cpus_bytes > MAX_CPUS_BYTES)
		return vmb_reason(r, -EINVAL,
				  "cpus_bytes must be a multiple of 8 up to %u, and 0 without cpus",
				  MAX_CPUS_BYTES);
	if (memchr_inv(&q->counters[q->nr_counters], 0,
		       sizeof(q->counters) - q->nr_counters * sizeof(q->counters[0])))
		return vmb_reason(r, -EINVAL, "counters beyond nr_counters must be 0");
	return 0;
}

static int check_addr(struct vmb_run *r)
{
	unsigned long len = (unsigned long)pages(r) << PAGE_SHIFT;
	u64 addr = r->req.addr;

	if (!(r->probe->needs & VMB_KMOD_NEEDS_ADDR))
		return addr ? vmb_reason(r, -EINVAL, "%s takes no addr", r->probe->name) : 0;
	if (!addr || addr & ~PAGE_MASK)
		return vmb_reason(r, -EINVAL, "addr must be a multiple of the page size");
	/* Also against addresses that access_ok() lets pass with tag bits: the walk has none. */
	if (addr >= TASK_SIZE || TASK_SIZE - addr < len ||
	    !access_ok((void __user *)(unsigned long)addr, len))
		return vmb_reason(r, -EFAULT, "addr is not in user memory");
	return 0;
}

static int copy_cpus(struct vmb_run *r)
{
	u32 bytes = min_t(u32, r->req.cpus_bytes, BITS_TO_LONGS(nr_cpu_ids) * sizeof(long));

	if (!r->req.cpus) {
		cpumask_copy(r->cpus, cpu_online_mask);
		return 0;
	}
	cpumask_clear(r->cpus);
	if (copy_from_user(cpumask_bits(r->cpus), (void __user *)(unsigned long)r->req.cpus, bytes))
		return vmb_reason(r, -EFAULT, "cpus cannot be read");
	cpumask_and(r->cpus, r->cpus, cpu_online_mask);
	if (cpumask_empty(r->cpus))
		return vmb_reason(r, -ENODEV, "none of cpus is online");
	return 0;
}

static int choose_method(struct vmb_run *r)
{
	if (!(r->probe->needs & VMB_KMOD_TAKES_METHOD)) {
		if (r->req.method)
			return vmb_reason(r, -EINVAL, "%s takes no method", r->probe->name);
		return 0;
	}
	if (r->req.method > VMB_KMOD_MAX_METHOD)
		return vmb_reason(r, -EINVAL, "method must be 0 to %u", VMB_KMOD_MAX_METHOD);
	r->method = vmb_probe_method(r->probe, r->req.method);
	if (!r->method)
		return vmb_reason(r, -EOPNOTSUPP,
				  "method %u does not exist on this CPU or does not fit %s",
				  r->req.method, r->probe->name);
	return 0;
}

static int check(struct vmb_run *r)
{
	const char *why;
	int err;

	r->probe = vmb_probe_find(r->req.probe);
	if (!r->probe)
		return vmb_reason(r, -ENOENT, "no probe %#x; ask VMB_KMOD_IOC_PROBE for the list",
				  r->req.probe);
	err = check_numbers(r);
	if (!err)
		err = check_addr(r);
	if (!err)
		err = choose_method(r);
	if (err)
		return err;
	why = r->probe->missing ? r->probe->missing() : NULL;
	if (why)
		return vmb_reason(r, -EOPNOTSUPP, "%s", why);
	return r->probe->needs & VMB_KMOD_NEEDS_CPUS ? copy_cpus(r) : 0;
}

/* Make the pages present; the window itself cannot wait for that. */
static int prefault(struct vmb_run *r)
{
	const u8 __user *p = (const u8 __user *)(unsigned long)r->req.addr;
	u32 i, n = pages(r);
	u8 byte;

	if (!touches(r) && r->probe->tables == VMB_TABLES_NONE)
		return 0;
	for (i = 0; i < n; i++)
		if (get_user(byte, p + ((unsigned long)i << PAGE_SHIFT)))
			return vmb_reason(r, -EFAULT, "page %u from addr is not accessible", i);
	(void)byte;
	return 0;
}

static int on_cpu(struct vmb_run *r)
{
	r->w.cpu = smp_processor_id();
	if (r->req.cpu != VMB_KMOD_CPU_ANY && r->req.cpu != r->w.cpu)
		return vmb_reason(r, -EXDEV, "the caller runs on CPU %u, not %u: bind it first",
				  r->w.cpu, r->req.cpu);
	if (r->probe->needs & VMB_KMOD_NEEDS_ADDR)
		r->w.flush.asid = vmb_arch_asid(current->mm);
	return 0;
}

static int call_window(struct vmb_run *r)
{
	unsigned long flags;
	int err;

	if (r->probe->context == VMB_CTX_SLEEPS) {
		r->w.cpu = raw_smp_processor_id();
		return r->probe->window(r);
	}
	preempt_disable();
	pagefault_disable();
	err = on_cpu(r);
	if (!err && r->probe->context == VMB_CTX_IRQS_OFF) {
		local_irq_save(flags);
		err = r->probe->window(r);
		local_irq_restore(flags);
	} else if (!err) {
		err = r->probe->window(r);
	}
	pagefault_enable();
	preempt_enable();
	return err;
}

static int with_entries(struct vmb_run *r)
{
	int err = vmb_path_lock_entries(&r->path, r->req.addr, pages(r));

	if (err == -EOPNOTSUPP)
		return vmb_reason(r, err, "addr must lead to base pages of one page table (leaf is 2^%u bytes)",
				  r->path.leaf_shift);
	if (err)
		return err;
	err = call_window(r);
	vmb_path_unlock_entries(&r->path);
	return err;
}

static int with_tables(struct vmb_run *r)
{
	bool entries = r->probe->tables == VMB_TABLES_ENTRIES;
	unsigned long len = (unsigned long)pages(r) << PAGE_SHIFT;
	int err = vmb_path_lock(&r->path, r->req.addr, len, !entries);

	if (err == -EOPNOTSUPP)
		return vmb_reason(r, err, "addr must be in private anonymous memory");
	if (err)
		return err;
	r->req.levels = r->path.nr;
	r->req.leaf_shift = r->path.leaf_shift;
	err = entries ? with_entries(r) : call_window(r);
	vmb_path_unlock();
	return err;
}

static int try_window(struct vmb_run *r, u32 ops)
{
	int err = prefault(r);

	if (err)
		return err;
	memset(r->w.detail, 0, sizeof(r->w.detail));
	r->w.ops = ops;
	err = r->probe->tables == VMB_TABLES_NONE ? call_window(r) : with_tables(r);
	if (r->probe->settle)
		r->probe->settle(r);
	return err;
}

/* A page may be reclaimed or migrated between prefault() and the window. */
static int window(struct vmb_run *r, u32 ops)
{
	int i, err;

	for (i = 0; i < TRIES; i++) {
		err = try_window(r, ops);
		if (err != -EFAULT && err != -EAGAIN)
			return err;
		if (signal_pending(current))
			return -EINTR;
	}
	if (!r->req.reason[0])
		vmb_reason(r, err, "the pages at addr do not stay accessible");
	return -EFAULT;
}

static u64 window_ticks(void)
{
	return div_u64(vmb_arch_tick_hz(), NSEC_PER_SEC / VMB_KMOD_WINDOW_NS);
}

static u64 took_ticks(const struct vmb_run *r)
{
	return r->w.end_ticks - r->w.begin_ticks;
}

/* How many operations fit: half a window by the cost of a warm one, measured. */
static int fit_ops(struct vmb_run *r, u32 *ops)
{
	u64 cost;
	int i, err;

	for (i = 0; i < 2; i++) {
		err = window(r, 1);
		if (err)
			return err;
	}
	cost = max_t(u64, took_ticks(r), 1);
	*ops = clamp_t(u64, div64_u64(window_ticks() / 2, cost), 1, r->req.iters);
	return 0;
}

static void store(const struct vmb_run *r, struct vmb_kmod_sample *s)
{
	s->begin_ticks = r->w.begin_ticks;
	s->end_ticks = r->w.end_ticks;
	s->ops = r->w.ops;
	s->cpu = r->w.cpu;
	if (took_ticks(r) > window_ticks())
		s->flags |= VMB_KMOD_SAMPLE_LONG;
	if (r->pmu.nr) {
		s->counted = r->pmu.counted;
		memcpy(s->counter, r->pmu.delta, sizeof(s->counter));
	}
	memcpy(s->detail, r->w.detail, sizeof(s->detail));
}

/* A caller that is not bound may come to a CPU where the self-test has not been. */
static int tested(struct vmb_session *session, struct vmb_run *r)
{
	int err;

	if (!(r->probe->needs & VMB_KMOD_SELFTESTED))
		return 0;
	err = r->probe->everywhere ? vmb_session_test_remote(session) : vmb_session_test(session);
	return err ? vmb_reason(r, err, "%s", session->test_text) : 0;
}

static int run_samples(struct vmb_session *session, struct vmb_run *r, struct vmb_kmod_sample *buf)
{
	u64 limit_ns = r->req.timeout_ns ?: VMB_KMOD_TIMEOUT_NS;
	u64 start_ns = ktime_get_ns();
	u32 ops;
	int err = fit_ops(r, &ops);

	while (!err && r->req.done < r->req.samples) {
		if (signal_pending(current)) {
			r->req.result |= VMB_KMOD_RESULT_SIGNAL;
			break;
		}
		if (r->req.done && ktime_get_ns() - start_ns > limit_ns) {
			r->req.result |= VMB_KMOD_RESULT_TIMEOUT;
			break;
		}
		err = tested(session, r);
		if (!err)
			err = window(r, ops);
		if (err)
			break;
		store(r, &buf[r->req.done]);
		/* It was slower than the fit: do less, interrupts must not stay off. */
		if (buf[r->req.done].flags & VMB_KMOD_SAMPLE_LONG)
			ops = max(ops / 2, 1u);
		r->req.done++;
		cond_resched();
	}
	if (err == -EINTR && r->req.done) {
		r->req.result |= VMB_KMOD_RESULT_SIGNAL;
		err = 0;
	}
	return !err && !r->req.done ? -EINTR : err;
}

static int measure(struct vmb_session *session, struct vmb_run *r)
{
	struct vmb_kmod_sample *buf;
	int err;

	buf = kvcalloc(r->req.samples, sizeof(*buf), GFP_KERNEL_ACCOUNT);
	if (!buf)
		return -ENOMEM;
	r->w.pmu = &r->pmu;
	r->w.flush.addr = r->req.addr;
	r->w.flush.pages = r->probe->needs & VMB_KMOD_NEEDS_PAGES ? r->req.pages : 1;
	r->w.touch_pages = pages(r);
	err = tested(session, r);
	if (err)
		goto out_buf;
	err = vmb_pmu_open(&r->pmu, r->req.counters, r->req.nr_counters, r->req.reason);
	if (err)
		goto out_buf;
	if (r->probe->prepare)
		err = r->probe->prepare(r);
	if (!err) {
		err = run_samples(session, r, buf);
		if (r->probe->finish)
			r->probe->finish(r);
	}
	vmb_pmu_close(&r->pmu);
	if (!err && copy_to_user((void __user *)(unsigned long)r->req.sample_buf, buf,
				 r->req.done * sizeof(*buf)))
		err = vmb_reason(r, -EFAULT, "sample_buf cannot be written");
out_buf:
	kvfree(buf);
	return err;
}

int vmb_run_ioctl(struct vmb_session *session, void __user *arg)
{
	struct vmb_run *r;
	int err = -ENOMEM;

	r = kzalloc(sizeof(*r), GFP_KERNEL_ACCOUNT);
	if (!r)
		return -ENOMEM;
	if (!zalloc_cpumask_var(&r->cpus, GFP_KERNEL_ACCOUNT))
		goto out_run;
	err = -EFAULT;
	if (copy_from_user(&r->req, arg, sizeof(r->req)))
		goto out_cpus;
	r->req.done = r->req.result = r->req.levels = r->req.leaf_shift = 0;
	memset(r->req.reason, 0, sizeof(r->req.reason));
	err = check(r);
	if (!err)
		err = measure(session, r);
	if (!err)
		memset(r->req.reason, 0, sizeof(r->req.reason));
	else
		r->req.done = 0;
	if (copy_to_user(arg, &r->req, sizeof(r->req)))
		err = -EFAULT;
out_cpus:
	free_cpumask_var(r->cpus);
out_run:
	kfree(r);
	return err;
}
