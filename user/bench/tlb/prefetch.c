// SPDX-License-Identifier: MIT
/*
 * Translating the next pages in advance, when misses come in order. 16384 pages, four times what the
 * TLB of the default size holds: without it every lookup of these patterns walks, but for the random
 * one. One operation is one lookup in a page of its own.
 *
 * Metrics: the hit rates, and in the rows with it, "lookup_off": the same trace in this process
 * without it, so that the difference is what is saved. Set-up: about 3 ms.
 */
#include <time.h>

#include "user/bench/guest.h"
#include "user/bench/tlb/tlb.h"

#define PAGES	(4 * TLB_DEFAULT_ENTRIES)
#define AHEAD	7
#define PASSES	5

struct prefetch_work {
	struct bench_guest guest;
	struct bench_guest_plan plan;
};

static const struct vmb_value states[] = { { "on", AHEAD }, { "off", 0 } };

static const struct vmb_value patterns[] = {
	{ "sequential", BENCH_IN_ORDER }, { "strided", BENCH_STRIDED }, { "random", BENCH_RANDOM },
};

static const struct vmb_axis axes[] = {
	VMB_AXIS("prefetch", states), VMB_AXIS("pattern", patterns),
};

static int setup(struct vmb_state *st)
{
	const struct bench_guest_plan plan = {
		.arch = "x86_64", .pages = PAGES, .prefetch = (uint32_t)st->arg[0].num,
		.trace = (enum bench_trace)st->arg[1].num, .seed = st->seed,
	};
	struct prefetch_work *w;
	int err = bench_guest_setup(st, &plan, sizeof(*w));

	if (err)
		return err;
	w = st->priv;
	w->plan = plan;
	(void)bench_guest_count(&w->guest);
	return 0;
}

static double now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void report_off(struct vmb_state *st, struct bench_guest_plan plan)
{
	struct bench_guest g;
	struct vmb_why why;
	double least = 1e18;

	plan.prefetch = 0;
	if (!bench_guest_make(&g, &plan, &why)) {
		bench_guest_run(&g, g.nr);
		for (int i = 0; i < PASSES; i++) {
			double t0 = now_ns(), ns;

			bench_guest_run(&g, g.nr);
			ns = (now_ns() - t0) / g.nr;
			least = ns < least ? ns : least;
		}
		st->metric(st, "lookup_off", "ns", least, VMB_METRIC_MEDIAN);
	}
	bench_guest_drop(&g);
}

static void teardown(struct vmb_state *st)
{
	struct prefetch_work *w = st->priv;

	bench_guest_report(&w->guest, st);
	if (w->plan.prefetch)
		report_off(st, w->plan);
	bench_guest_free(st);
}

const struct vmb_bench bench_tlb_prefetch = {
	.name = "prefetch",
	.what = "software TLB: lookups while the next pages are translated in advance, or not (x86_64)",
	.unit = "lookup",
	.axes = axes,
	.nr_axes = VMB_ARRAY_SIZE(axes),
	.setup = setup,
	.run = bench_guest_run,
	.check = bench_guest_check,
	.teardown = teardown,
};
