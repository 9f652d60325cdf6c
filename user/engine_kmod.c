// SPDX-License-Identifier: MIT
/*
 * Batches of a kernel probe. The module measures in windows of at most 100 µs with interrupts off;
 * a batch is as many windows as its operations need, each less the cost of its own timestamps.
 *
 * Counters are read by the module, around each window. This process's own would count the way into
 * the kernel. What an empty window counts is subtracted, as its time is.
 */
#include "user/engine.h"

#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "arch/base/assert.h"
#include "user/kmod.h"

#define TIMER_SAMPLES	201
#define FIT_SAMPLES	8
#define MAX_MEANS	32		/* batches whose details are kept: the last ones of a round */
#define TIMEOUT_NS	VMB_KMOD_MAX_TIMEOUT_NS

struct kmod {
	int fd;
	uint32_t window_iters;		/* operations of one window */
	struct vmb_kmod_run run;	/* prepared; iters and samples vary */
	double empty[VMB_KMOD_MAX_COUNTERS];	/* counted in a window without an operation */
	struct vmb_kmod_sample sample[VMB_KMOD_MAX_SAMPLES];
	double mean[VMB_KMOD_MAX_DETAIL][MAX_MEANS];	/* of a batch's windows; a ring */
	size_t batches;			/* that went into the ring */
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

static double median(uint64_t *v, size_t nr)
{
	if (!nr)
		return 0;
	qsort(v, nr, sizeof(*v), compare);
	return (double)v[nr / 2];
}

static double median_count(const struct kmod *k, uint32_t done, size_t i)
{
	uint64_t count[TIMER_SAMPLES];
	size_t nr = 0;

	for (uint32_t s = 0; s < done; s++)
		if (k->sample[s].counted & (1u << i))
			count[nr++] = k->sample[s].counter[i];
	return median(count, nr);
}

/* Empty windows: the module's own timestamps, taken in the kernel, not what a pair costs here. */
static int measure_timer(struct kmod *k, double *cost_ticks, struct vmb_why *why)
{
	uint64_t ticks[TIMER_SAMPLES];
	struct vmb_kmod_run run = {
		.probe = VMB_PROBE_TIMER, .cpu = VMB_KMOD_CPU_ANY, .iters = 1,
		.samples = TIMER_SAMPLES, .pages = 1, .sample_buf = (uintptr_t)k->sample,
		.nr_counters = k->run.nr_counters,
	};
	int err;

	memcpy(run.counters, k->run.counters, sizeof(run.counters));
	err = vmb_kmod_run(k->fd, &run, why);
	if (err)
		return err;
	for (uint32_t i = 0; i < run.done; i++)
		ticks[i] = k->sample[i].end_ticks - k->sample[i].begin_ticks;
	*cost_ticks = median(ticks, run.done);
	for (size_t i = 0; i < run.nr_counters; i++)
		k->empty[i] = median_count(k, run.done, i);
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
		       uint32_t *needs, struct vmb_why *why)
{
	struct vmb_kmod_probe_info pi;
	int err = vmb_kmod_find(k->fd, info, p->id, &pi);

	*needs = 0;
	if (err) {
		vmb_why_set(why, "the loaded kernel module does not know probe %#x: make kmod and "
			    "load it anew", p->id);
		return -ENOTSUP;
	}
	if (pi.error) {
		vmb_why_set(why, "%.*s", VMB_KMOD_REASON_BYTES - 1, pi.reason);
		return -ENOTSUP;
	}
	*needs = pi.needs;
	return pi.needs & VMB_KMOD_SELFTESTED ? vmb_kmod_selftest(k->fd, why) : 0;
}

/* Of what is to be counted, what the module can: hardware events that happen in the kernel. */
static void choose_counters(struct kmod *k, struct vmb_counter_group *group, uint32_t needs)
{
	size_t nr = 0, most = needs & VMB_KMOD_NO_COUNTERS ? 0 : VMB_KMOD_MAX_COUNTERS;

	for (size_t i = 0; i < group->nr && nr < most; i++) {
		uint32_t type;
		uint64_t config;

		if (vmb_counter_encode(group->id[i].name, &type, &config))
			continue;
		k->run.counters[nr] = (struct vmb_kmod_counter){ .type = type, .config = config };
		group->id[nr] = group->id[i];
		strcpy(group->id[nr++].source, "kmod");
	}
	group->nr = nr;
	k->run.nr_counters = (uint32_t)nr;
}

/* Events that perf gives this process it may not give the kernel: then nothing is counted. */
static int measure_empty(struct kmod *k, struct vmb_counter_group *group, double *cost_ticks,
			 struct vmb_why *why)
{
	int err = measure_timer(k, cost_ticks, why);

	if (!err || !group->nr)
		return err;
	group->nr = 0;
	k->run.nr_counters = 0;
	memset(k->run.counters, 0, sizeof(k->run.counters));
	return measure_timer(k, cost_ticks, why);
}

/* How many operations fill a window: the module finds out what fits. */
static int size_window(struct kmod *k, struct vmb_why *why)
{
	int err;

	k->run.iters = VMB_KMOD_MAX_ITERS;
	k->run.samples = FIT_SAMPLES;
	err = vmb_kmod_run(k->fd, &k->run, why);
	if (err)
		return err == -EOPNOTSUPP ? -ENOTSUP : err;
	k->window_iters = k->sample[k->run.done - 1].ops;
	return 0;
}

static int open_engine(struct vmb_engine_ctx *ctx, struct vmb_timer *timer, struct vmb_why *why)
{
	struct kmod *k = calloc(1, sizeof(*k));
	struct vmb_kmod_info info;
	uint32_t needs;
	int err = -ENOMEM;

	ctx->own = k;
	if (!k)
		return err;
	k->fd = vmb_kmod_open(&info, why);
	if (k->fd < 0)
		return k->fd;
	prepare(k, &ctx->state->probe);
	err = check_probe(k, &info, &ctx->state->probe, &needs, why);
	if (err)
		return err;
	choose_counters(k, &ctx->counters, needs);
	err = measure_empty(k, &ctx->counters, &timer->cost_ticks, why);
	if (!err)
		err = size_window(k, why);
	/* One call of the module: where a window is one operation, time goes into the windows. */
	ctx->max_iters = (uint64_t)k->window_iters * VMB_KMOD_MAX_SAMPLES;
	timer->resolution_ticks = 1;
	ctx->timer_cost_ticks = timer->cost_ticks;
	return err;
}

/* What the windows of a batch add up to, before what is in each of them is taken off. */
struct sums {
	uint64_t windows, iters, ticks;
	uint64_t counter[VMB_KMOD_MAX_COUNTERS], detail[VMB_KMOD_MAX_DETAIL];
	uint32_t counted, cpu;
};

static void add_window(const struct kmod *k, const struct vmb_kmod_sample *w, struct sums *s)
{
	s->windows++;
	s->iters += w->ops;
	s->ticks += w->end_ticks - w->begin_ticks;
	s->counted &= w->counted;
	s->cpu = w->cpu;
	for (size_t i = 0; i < k->run.nr_counters; i++)
		s->counter[i] += w->counter[i];
	for (size_t i = 0; i < VMB_KMOD_MAX_DETAIL; i++)
		s->detail[i] += w->detail[i];
}

static void run_windows(struct kmod *k, uint64_t left, struct sums *s)
{
	uint64_t windows = left / k->window_iters;

	k->run.iters = windows ? k->window_iters : (uint32_t)left;
	k->run.samples = windows > VMB_KMOD_MAX_SAMPLES ? VMB_KMOD_MAX_SAMPLES :
			 windows ? (uint32_t)windows : 1;
	if (vmb_kmod_run(k->fd, &k->run, &k->broken))
		return;
	for (uint32_t i = 0; i < k->run.done; i++)
		add_window(k, &k->sample[i], s);
}

static void keep_details(struct kmod *k, const struct sums *s)
{
	size_t at = k->batches % MAX_MEANS;

	if (!s->windows)
		return;
	for (size_t i = 0; i < VMB_KMOD_MAX_DETAIL; i++)
		k->mean[i][at] = (double)s->detail[i] / (double)s->windows;
	k->batches++;
}

static uint64_t less(uint64_t sum, double each, uint64_t times)
{
	double rest = (double)sum - each * (double)times;

	return rest > 0 ? (uint64_t)(rest + 0.5) : 0;
}

static void sample(struct vmb_engine_ctx *ctx, vmb_engine_body *body, uint64_t iters,
		   struct vmb_sample *out)
{
	struct kmod *k = ctx->own;
	uint32_t cpu0 = (uint32_t)sched_getcpu();
	struct sums s = { .cpu = cpu0, .counted = (1u << k->run.nr_counters) - 1 };

	(void)body;
	while (s.iters < iters && !k->broken.text[0])
		run_windows(k, iters - s.iters, &s);
	keep_details(k, &s);
	*out = (struct vmb_sample){
		/* a broken run fails the round, see close_engine() */
		.iters = s.iters ? s.iters : iters, .cpu = s.cpu, .counted = s.counted,
		.ticks = less(s.ticks, ctx->timer_cost_ticks, s.windows),
	};
	for (size_t i = 0; i < k->run.nr_counters; i++)
		out->counter[i] = less(s.counter[i], k->empty[i], s.windows);
	/* Preemption is off inside a window: only a change of CPU between windows matters. */
	out->flags = vmb_guard_batch(ctx->guard, cpu0, out->cpu) & VMB_SAMPLE_MIGRATED;
}

static int compare_doubles(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

/* The median of the batches: a window in which the CPU was away spoils one of them, not all. */
static double typical(struct kmod *k, size_t i)
{
	size_t nr = k->batches < MAX_MEANS ? k->batches : MAX_MEANS;

	qsort(k->mean[i], nr, sizeof(k->mean[i][0]), compare_doubles);
	return k->mean[i][nr / 2];
}

static void report_details(struct vmb_engine_ctx *ctx, struct kmod *k)
{
	const struct vmb_probe *p = &ctx->state->probe;
	double stamp;

	if (!p->detail || !k->batches)
		return;
	stamp = typical(k, VMB_KMOD_DETAIL_STAMP);
	stamp = stamp > 0 ? stamp : ctx->timer_cost_ticks;
	for (size_t i = 0; p->detail[i]; i++) {
		double value = typical(k, i);

		/* A level that this machine's tables do not have took no time: absent, not 0. */
		if (p->detail_ticks && !(value > 0))
			continue;
		if (p->detail_ticks)
			value = (value - stamp) * 1e9 / ctx->tick_hz;
		ctx->state->metric(ctx->state, p->detail[i], p->detail_ticks ? "ns" : "", value,
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
