// SPDX-License-Identifier: MIT
/*
 * The program of work.h by the size of the heap, of which a tenth lives. One operation is one object.
 */
#include "user/bench/gc/gc.h"
#include "user/bench/gc/work.h"

static const struct vmb_value heaps[] = {
	{ "1", 1 << 20 }, { "4", 4 << 20 }, { "16", 16 << 20 }, { "64", 64 << 20 },
	{ "256", 256 << 20 },
};

static const struct vmb_axis axes[] = { VMB_AXIS("heap", heaps) };

static int setup(struct vmb_state *st)
{
	st->throughput_per_op = GC_NODE_BYTES;
	st->throughput_unit = "B";
	return gc_work_setup(st, st->arg[0].num, st->arg[0].num / 10);
}

static void teardown(struct vmb_state *st)
{
	struct gc_work *w = st->priv;

	pauses_report_share(&w->pauses, st);
	gc_work_close(st);
}

const struct vmb_bench bench_gc_heap_size = {
	.name = "heap_size",
	.what = "objects of 32 bytes by the size of the heap in MiB, and what is left to the program",
	.unit = "object",
	.axes = axes,
	.nr_axes = VMB_ARRAY_SIZE(axes),
	.setup = setup,
	.run = gc_work_run,
	.check = gc_work_check,
	.teardown = teardown,
};
