// SPDX-License-Identifier: MIT
/*
 * Minor collections that are asked for after so many objects, on a heap of 64 MiB of which a tenth
 * lives. One operation is that many objects, rounded up to lists, and the collection.
 */
#include "user/bench/gc/gc.h"
#include "user/bench/gc/work.h"

static const struct vmb_value counts[] = {
	{ "100", 100 }, { "500", 500 }, { "1000", 1000 }, { "5000", 5000 },
};

static const struct vmb_axis axes[] = { VMB_AXIS("allocations", counts) };

static int setup(struct vmb_state *st)
{
	int err = gc_work_setup(st, 64 << 20, (64 << 20) / 10);
	struct gc_work *w = st->priv;

	if (err)
		return err;
	w->parameter = (st->arg[0].num + GC_LIST_NODES - 1) / GC_LIST_NODES;
	st->throughput_per_op = 1;
	st->throughput_unit = "collections";
	return 0;
}

static void run(void *priv, uint64_t iters)
{
	struct gc_work *w = priv;

	pauses_run_begin(&w->pauses);
	w->done += iters;
	for (; iters; iters--) {
		for (uint64_t i = 0; i < w->parameter; i++)
			gc_work_list(w);
		gc_collect(w->m, GC_COLLECT_MINOR);
	}
	pauses_run_end(&w->pauses);
}

static void teardown(struct vmb_state *st)
{
	struct gc_work *w = st->priv;

	pauses_report_share(&w->pauses, st);
	gc_work_close(st);
}

const struct vmb_bench bench_gc_frequency = {
	.name = "frequency",
	.what = "minor collections after so many objects: how often, and what is left to the program",
	.unit = "collection",
	.axes = axes,
	.nr_axes = VMB_ARRAY_SIZE(axes),
	.setup = setup,
	.run = run,
	.check = gc_work_check,
	.teardown = teardown,
};
