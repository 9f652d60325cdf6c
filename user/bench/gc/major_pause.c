// SPDX-License-Identifier: MIT
/*
 * The old space's collections, by the size of the heap, of which a half lives in no particular order.
 * One operation is a whole cycle: what the program does from one mark's end to the next. The metrics are
 * the pauses that the collector reports besides the minor collections: the slices of marks and sweeps,
 * their beginnings and ends. "full" is one collection of everything at once, asked for at the end.
 */
#include "user/bench/gc/gc.h"

#include <errno.h>
#include <inttypes.h>

#include "user/bench/gc/work.h"
#include "user/bench/sysfile.h"

static const struct vmb_value heaps[] = {
	{ "1M", 1 << 20 }, { "4M", 4 << 20 }, { "16M", 16 << 20 }, { "64M", 64 << 20 },
	{ "256M", 256 << 20 }, { "1G", 1 << 30 },
};

static const struct vmb_axis axes[] = {
	{ .name = "heap", .values = heaps, .nr = VMB_ARRAY_SIZE(heaps), .nr_rigorous = 1 },
};

/* A heap's bitmaps and stacks are a small part of it. */
static int supported(const struct vmb_state *st, struct vmb_why *why)
{
	uint64_t heap = st->arg[0].num, available = bench_memory_available("");

	if (heap <= available / 2)
		return 0;
	vmb_why_set(why, "a heap of %" PRIu64 " MiB is more than a half of the %" PRIu64
		    " MiB of free memory", heap >> 20, available >> 20);
	return -ENOMEM;
}

static int setup(struct vmb_state *st)
{
	return gc_work_setup(st, st->arg[0].num, st->arg[0].num / 2);
}

static void run(void *priv, uint64_t iters)
{
	struct gc_work *w = priv;
	uint64_t until = gc_work_stats(w).major + iters, failed = w->failed;

	while (gc_work_stats(w).major < until && w->failed == failed)
		for (int i = 0; i < 256; i++)
			gc_work_list(w);
	w->done += iters;
}

static int check(const void *priv, struct vmb_why *why)
{
	const struct gc_work *w = priv;

	if (!w->done || gc_work_stats(w).major < w->done) {
		vmb_why_set(why, "%" PRIu64 " marks in %" PRIu64 " operations",
			    gc_work_stats(w).major, w->done);
		return -EIO;
	}
	return gc_work_check(w, why);
}

static void teardown(struct vmb_state *st)
{
	struct gc_work *w = st->priv;

	pauses_report(&w->pauses, &w->pauses.major, st);
	pauses_forget(&w->pauses);
	gc_collect(w->m, GC_COLLECT_FULL);
	st->metric(st, "full", "ms", pauses_ns(&w->pauses, w->pauses.major.longest) / 1e6,
		   VMB_METRIC_MEDIAN);
	gc_work_close(st);
}

const struct vmb_bench bench_gc_major_pause = {
	.name = "major_pause",
	.what = "pauses of the old space's collections, by the size of the heap; a half of it lives",
	.unit = "cycle",
	.axes = axes,
	.nr_axes = VMB_ARRAY_SIZE(axes),
	.timeout_s = 300,
	.supported = supported,
	.setup = setup,
	.run = run,
	.check = check,
	.teardown = teardown,
};
