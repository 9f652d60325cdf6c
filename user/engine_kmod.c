// SPDX-License-Identifier: MIT
/*
 * Batches of a kernel probe. The module measures in windows of at most 100 µs with interrupts off;
 * a batch is as many windows as its operations need, each less the cost of its own timestamps.
 */
#include "user/engine.h"

#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "arch/base/assert.h"
#include "user/kmod.h"

#define WINDOW_NS	40e3		/* aimed at: well below the module's own limit */
#define TIMER_SAMPLES	201
#define TIMEOUT_NS	VMB_KMOD_MAX_TIMEOUT_NS

struct kmod {
	int fd;
	uint32_t window_iters;		/* operations of one window */
	struct vmb_kmod_run run;	/* prepared; iters and samples vary */
	struct vmb_kmod_sample sample[VMB_KMOD_MAX_SAMPLES];
	double detail[VMB_KMOD_MAX_DETAIL];	/* sums over windows */
	uint64_t details;		/* windows in those sums */
	struct vmb_why broken;		/* sticky: the first failure of a run */
};

static int supported(const struct vmb_bench *bench, struct vmb_why *why)
{
	struct vmb_kmod_info info;
	int fd = vmb_kmod_open(&info, why);

	(void)bench;
	if (fd < 0)
		return fd;
	close(fd);
	return 0;
}

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

/* The module's own timestamps, taken in the kernel: not what a pair costs in user space. */
static int measure_timer(struct kmod *k, double *cost_ticks, struct vmb_why *why)
{
	uint64_t ticks[TIMER_SAMPLES];
	struct vmb_kmod_run run = {
		.probe = VMB_PROBE_TIMER, .cpu = VMB_KMOD_CPU_ANY, .iters = 1,
		.samples = TIMER_SAMPLES, .pages = 1, .sample_buf = (uintptr_t)k->sample,
	};
	int err = vmb_kmod_run(k->fd, &run, why);

	if (err)
		return err;
	for (uint32_t i = 0; i < run.done; i++)
		ticks[i] = k->sample[i].end_ticks - k->sample[i].begin_ticks;
	qsort(ticks, run.done, sizeof(ticks[0]), compare);
	*cost_ticks = (double)ticks[run.done / 2];
	return 0;
}

static void prepare(struct kmod *k, const struct vmb_probe *p)
{
	k->run = (struct vmb_kmod_run){
		.probe = p->id, .flags = p->flags, .cpu = VMB_KMOD_CPU_ANY,
		.pages = p->pages ? p->pages : 1, .addr = (uintptr_t)p->addr,
		.sample_buf = (uintptr_t)k->sample, .timeout_ns = TIMEOUT_NS,
	};
}

/* The module says what of this machine it can use; -ENOTSUP becomes SKIPPED with its reason. */
static int check_probe(struct kmod *k, const struct vmb_kmod_info *info, const struct vmb_probe *p,
		       struct vmb_why *why)
{
	struct vmb_kmod_probe_info pi;
	int err = vmb_kmod_find(k->fd, info, p->id, &pi);

	if (err) {
		vmb_why_set(why, "the loaded kernel module does not know probe %#x: make kmod and load it anew",
			    p->id);
		return -ENOTSUP;
	}
	if (pi.error) {
		vmb_why_set(why, "%.*s", VMB_KMOD_REASON_BYTES - 1, pi.reason);
		return -ENOTSUP;
	}
	return pi.needs & VMB_KMOD_SELFTESTED ? vmb_kmod_selftest(k->fd, why) : 0;
}

/* How many operations fill a window: one first, then as many as WINDOW_NS holds. */
static int size_window(struct kmod *k, double tick_hz, struct vmb_why *why)
{
	double ticks, per_op, iters;
	int err;

	k->run.iters = 1;
	k->run.samples = 16;
	err = vmb_kmod_run(k->fd, &k->run, why);
	if (err)
		return err == -EOPNOTSUPP ? -ENOTSUP : err;
	ticks = (double)(k->sample[k->run.done - 1].end_ticks - k->sample[k->run.done - 1].begin_ticks);
	per_op = ticks > 1 ? ticks : 1;
	iters = WINDOW_NS * tick_hz / 1e9 / per_op;
	iters = iters < 1 ? 1 : iters > VMB_KMOD_MAX_ITERS ? VMB_KMOD_MAX_ITERS : iters;
	k->window_iters = (uint32_t)iters;
	return 0;
}

static int open_engine(struct vmb_engine_ctx *ctx, struct vmb_timer *timer, struct vmb_why *why)
{
	struct kmod *k = calloc(1, sizeof(*k));
	struct vmb_kmod_info info;
	int err = -ENOMEM;

	ctx->own = k;
	ctx->counters.nr = 0;	/* counters of this process would count the way into the kernel */
	if (!k)
		return err;
	k->fd = vmb_kmod_open(&info, why);
	if (k->fd < 0)
		return k->fd;
	prepare(k, &ctx->state->probe);
	err = check_probe(k, &info, &ctx->state->probe, why);
	if (!err)
		err = measure_timer(k, &timer->cost_ticks, why);
	if (!err)
		err = size_window(k, ctx->tick_hz, why);
	timer->resolution_ticks = 1;
	ctx->timer_cost_ticks = timer->cost_ticks;
	return err;
}

static void add_window(struct kmod *k, const struct vmb_kmod_sample *w, double cost,
		       struct vmb_sample *out)
{
	double ticks = (double)(w->end_ticks - w->begin_ticks);

	out->iters += w->ops;
	out->ticks += ticks > cost ? (uint64_t)(ticks - cost + 0.5) : 0;
	out->cpu = w->cpu;
	for (size_t i = 0; i < VMB_KMOD_MAX_DETAIL; i++)
		k->detail[i] += (double)w->detail[i];
	k->details++;
}

static void sample(struct vmb_engine_ctx *ctx, vmb_engine_body *body, uint64_t iters,
		   struct vmb_sample *out)
{
	struct kmod *k = ctx->own;
	uint32_t cpu0 = (uint32_t)sched_getcpu();

	(void)body;
	*out = (struct vmb_sample){ .cpu = cpu0 };
	while (out->iters < iters && !k->broken.text[0]) {
		uint64_t left = iters - out->iters, windows = left / k->window_iters;

		k->run.iters = windows ? k->window_iters : (uint32_t)left;
		k->run.samples = windows > VMB_KMOD_MAX_SAMPLES ? VMB_KMOD_MAX_SAMPLES :
				 windows ? (uint32_t)windows : 1;
		if (vmb_kmod_run(k->fd, &k->run, &k->broken))
			break;
		for (uint32_t i = 0; i < k->run.done; i++)
			add_window(k, &k->sample[i], ctx->timer_cost_ticks, out);
	}
	if (!out->iters)
		out->iters = iters;	/* a broken run fails the round, see close_engine() */
	/* Preemption is off inside a window: only a change of CPU between windows matters. */
	out->flags = vmb_guard_batch(ctx->guard, cpu0, out->cpu) & VMB_SAMPLE_MIGRATED;
}

static void report_details(struct vmb_engine_ctx *ctx, const struct kmod *k)
{
	const struct vmb_probe *p = &ctx->state->probe;

	for (size_t i = 0; p->detail && p->detail[i] && k->details; i++) {
		double mean = k->detail[i] / (double)k->details;

		/* A level that this machine's tables do not have took no time: absent, not 0. */
		if (p->detail_ticks && !(mean > 0))
			continue;
		if (p->detail_ticks)
			mean = (mean - ctx->timer_cost_ticks) * 1e9 / ctx->tick_hz;
		ctx->state->metric(ctx->state, p->detail[i], p->detail_ticks ? "ns" : "", mean,
				   VMB_METRIC_MEDIAN);
	}
}

static void close_engine(struct vmb_engine_ctx *ctx)
{
	struct kmod *k = ctx->own;

	if (!k)
		return;
	report_details(ctx, k);
	if (k->broken.text[0])
		ctx->broken = k->broken;
	if (k->fd >= 0)
		close(k->fd);
	free(k);
	ctx->own = NULL;
}

const struct vmb_engine_ops vmb_engine_kmod = {
	.supported = supported, .open = open_engine, .sample = sample, .close = close_engine,
};
