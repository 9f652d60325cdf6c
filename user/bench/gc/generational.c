// SPDX-License-Identifier: MIT
/*
 * What an object costs when it dies young, and when one of 16 does not. One operation is one object.
 *
 * minor - all die before the nursery is full: the old space has nothing to do
 * mixed - the program of work.h on a heap of 64 MiB, of which a tenth lives
 */
#include "user/bench/gc/gc.h"
#include "user/bench/gc/work.h"

static const struct vmb_value mixes[] = { { "minor", 0 }, { "mixed", 1 } };

static const struct vmb_axis axes[] = { VMB_AXIS("mix", mixes) };

static int setup(struct vmb_state *st)
{
	st->throughput_per_op = 1;
	st->throughput_unit = "objects";
	return gc_work_setup(st, 64 << 20, st->arg[0].num ? (64 << 20) / 10 : 0);
}

static void teardown(struct vmb_state *st)
{
	struct gc_work *w = st->priv;
	struct gc_stats s = gc_work_stats(w);

	if (s.allocated_bytes)
		st->metric(st, "promoted", "%",
			   100 * (double)s.promoted_bytes / (double)s.allocated_bytes,
			   VMB_METRIC_MEDIAN);
	pauses_report_share(&w->pauses, st);
	gc_work_close(st);
}

const struct vmb_bench bench_gc_generational = {
	.name = "generational",
	.what = "objects of 32 bytes that all die young, or of which one of 16 is promoted",
	.unit = "object",
	.axes = axes,
	.nr_axes = VMB_ARRAY_SIZE(axes),
	.setup = setup,
	.run = gc_work_run,
	.check = gc_work_check,
	.teardown = teardown,
};
