// SPDX-License-Identifier: MIT
/*
 * The same loop in each tier. One operation is one execution of 1000 rounds, through tiers_run().
 * Metrics: what it takes to reach the tier from the unit (tier 0: taking it in), how much faster it
 * runs than in the interpreter, and how many executions it takes until the compilation has paid.
 */
#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "arch/registry.h"
#include "user/bench/jit/jit.h"
#include "user/bench/jit/kernels.h"
#include "user/bench/jit/work.h"
#include "vmcore/jit/tiers.h"

#define ARENA_BYTES (16u << 20)
#define CACHE_BYTES (2u << 20)
#define REPEATS	    15u

static const struct vmb_value tiers_axis[] = { { "0", 0 }, { "1", 1 }, { "2", 2 } };

static const struct vmb_axis axes[] = { VMB_AXIS("tier", tiers_axis),
					VMB_AXIS("unit", kernel_axis) };

/* @insns: that an execution executes; @status: of a run that failed */
struct tier_work {
	struct kernel_subject subject;
	unsigned int tier;
	struct tiers *tiers;
	struct tier_thread *thread;
	struct tier_unit *unit;
	struct kernel_world world;
	uint64_t seed, insns, done;
	int status;
};

static void free_work(struct tier_work *w)
{
	if (w->thread)
		tier_thread_destroy(w->thread);
	if (w->tiers)
		tiers_destroy(w->tiers);
	ir_arena_fini(&w->subject.arena);
	free(w);
}

/* No unit climbs by itself. */
static struct tiers *make_tiers(void)
{
	const struct tiers_options options = {
		.jit = {
			.host = vmb_arch_host()->host_ops, .native = vmb_native()->host_native,
			.cache_bytes = CACHE_BYTES, .flat = true, .first = KERNEL_FIRST,
			.bytes = KERNEL_MEMORY_BYTES,
		},
		.max_tier = 2, .level = 2, .tier1_after = UINT64_MAX, .tier2_after = UINT64_MAX,
	};

	return tiers_create(&options);
}

static int prepare(struct tier_work *w, enum kernel kernel)
{
	int status;

	ir_arena_init(&w->subject.arena, ARENA_BYTES);
	ir_unit_init(&w->subject.ir, &w->subject.arena);
	status = kernel_make(&w->subject.ir, kernel, &w->subject.arena);
	if (status)
		return status;
	w->tiers = make_tiers();
	if (w->tiers)
		w->thread = tier_thread_create(w->tiers);
	if (!w->thread)
		return -errno;
	kernel_world_open(&w->world, w->seed, KERNEL_ROUNDS);
	status = kernel_expect(&w->subject.ir, &w->world, &w->insns);
	if (!status)
		status = tiers_add(w->tiers, &w->subject.ir, &w->unit);
	if (!status && w->tier)
		status = tiers_compile(w->tiers, w->unit, w->tier);
	return status;
}

static int setup(struct vmb_state *st)
{
	struct tier_work *w = calloc(1, sizeof(*w));
	int status = -ENOMEM;

	if (!w)
		return status;
	w->tier = (unsigned int)st->arg[0].num;
	w->seed = st->seed;
	status = prepare(w, (enum kernel)st->arg[1].num);
	if (status) {
		vmb_why_set(&st->why, "cannot bring the unit to tier %u: %s", w->tier,
			    strerror(-status));
		free_work(w);
		return status;
	}
	kernel_world_open(&w->world, w->seed, KERNEL_ROUNDS);
	st->throughput_per_op = (double)w->insns;
	st->throughput_unit = "insns";
	st->priv = w;
	return 0;
}

static void run(void *priv, uint64_t iters)
{
	struct tier_work *w = priv;

	w->done += iters;
	for (; iters; iters--) {
		struct tier_unit *unit = w->unit;
		int status;

		w->world.state[1] = KERNEL_ROUNDS;
		w->world.context.fuel = INT64_MAX;
		status = tiers_run(w->thread, &unit, &w->world.context, &w->world.leave);
		w->status = status ? status : w->status;
	}
}

/* From the same beginning the unit does what the interpreter does, in the tier that was measured. */
static int check(const void *priv, struct vmb_why *why)
{
	static struct kernel_world tiered, interpreted;
	const struct tier_work *w = priv;
	struct tier_unit *unit = w->unit;
	int status = w->status;

	if (!w->done) {
		vmb_why_set(why, "nothing was run");
		return -EIO;
	}
	kernel_world_open(&tiered, w->seed, KERNEL_ROUNDS);
	kernel_world_open(&interpreted, w->seed, KERNEL_ROUNDS);
	if (!status)
		status = tiers_run(w->thread, &unit, &tiered.context, &tiered.leave);
	if (!status)
		status = kernel_expect(&w->subject.ir, &interpreted, NULL);
	if (status) {
		vmb_why_set(why, "the unit cannot be run: %s", strerror(-status));
		return status;
	}
	if (tiers_tier(w->unit) != w->tier) {
		vmb_why_set(why, "the unit ran in tier %u", tiers_tier(w->unit));
		return -EIO;
	}
	if (kernel_world_same(&tiered, &interpreted))
		return 0;
	vmb_why_set(why, "tier %u does something else than the interpreter", w->tier);
	return -EIO;
}

static double now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

/* The least time of taking in a unit and compiling it. Negative: it failed. */
static double time_to_reach(const struct tier_work *w)
{
	double least = -1;
	uint32_t i;

	for (i = 0; i < REPEATS; i++) {
		double begin = now_ns(), took;
		struct tier_unit *unit;

		if (tiers_add(w->tiers, &w->subject.ir, &unit))
			return -1;
		if (w->tier && tiers_compile(w->tiers, unit, w->tier))
			return -1;
		took = now_ns() - begin;
		least = least < 0 || took < least ? took : least;
		tiers_remove(w->tiers, unit);
	}
	return least;
}

static double time_to_run(const struct tier_work *w, struct tier_unit *unit)
{
	static struct kernel_world world;
	double least = -1;
	uint32_t i;

	for (i = 0; i < REPEATS; i++) {
		struct tier_unit *ran = unit;
		double begin, took;

		kernel_world_open(&world, w->seed, KERNEL_ROUNDS);
		begin = now_ns();
		if (tiers_run(w->thread, &ran, &world.context, &world.leave))
			return -1;
		took = now_ns() - begin;
		least = least < 0 || took < least ? took : least;
	}
	return least;
}

static void report(struct vmb_state *st, const struct tier_work *w)
{
	double reach = time_to_reach(w), here, interpreted;
	struct tier_unit *plain;

	if (reach < 0 || tiers_add(w->tiers, &w->subject.ir, &plain))
		return;
	here = time_to_run(w, w->unit);
	interpreted = time_to_run(w, plain);
	st->metric(st, "reach_ns", "ns", reach, VMB_METRIC_MEDIAN);
	if (here <= 0 || interpreted <= 0)
		return;
	st->metric(st, "run_ns_per_insn", "ns", here / (double)w->insns, VMB_METRIC_MEDIAN);
	if (!w->tier)
		return;
	st->metric(st, "speedup", "x", interpreted / here, VMB_METRIC_MEDIAN);
	if (interpreted > here)
		st->metric(st, "break_even", "executions", reach / (interpreted - here),
			   VMB_METRIC_MEDIAN);
}

static void teardown(struct vmb_state *st)
{
	struct tier_work *w = st->priv;

	if (w->done && !w->status)
		report(st, w);
	free_work(w);
}

const struct vmb_bench bench_jit_tier = {
	.name = "tier",
	.what = "the same loop in each tier; what it takes to reach it, and when that has paid (metrics)",
	.unit = "execution",
	.axes = axes,
	.nr_axes = VMB_ARRAY_SIZE(axes),
	.supported = jit_work_supported,
	.setup = setup,
	.run = run,
	.check = check,
	.teardown = teardown,
};
