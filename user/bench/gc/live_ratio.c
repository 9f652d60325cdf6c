// SPDX-License-Identifier: MIT
/*
 * The program of work.h on a heap of 64 MiB, by how much of it lives. One operation is one object. The
 * metrics are all pauses but those of minor collections, if there were any.
 */
#include "user/bench/gc/gc.h"
#include "user/bench/gc/work.h"

#define HEAP (64u << 20)

static const struct vmb_value ratios[] = {
	{ "10", 10 }, { "30", 30 }, { "50", 50 }, { "70", 70 }, { "90", 90 },
};

static const struct vmb_axis axes[] = { VMB_AXIS("live", ratios) };

static int setup(struct vmb_state *st)
{
	st->throughput_per_op = GC_NODE_BYTES;
	st->throughput_unit = "B";
	return gc_work_setup(st, HEAP, HEAP / 100 * st->arg[0].num);
}

static void teardown(struct vmb_state *st)
{
	struct gc_work *w = st->priv;

	pauses_report(&w->pauses, &w->pauses.major, st);
	pauses_report_share(&w->pauses, st);
	gc_work_close(st);
}

const struct vmb_bench bench_gc_live_ratio = {
	.name = "live_ratio",
	.what = "objects of 32 bytes on a heap of 64 MiB, by how many per cent of it live",
	.unit = "object",
	.axes = axes,
	.nr_axes = VMB_ARRAY_SIZE(axes),
	.setup = setup,
	.run = gc_work_run,
	.check = gc_work_check,
	.teardown = teardown,
};
