// SPDX-License-Identifier: MIT
/*
 * Minor collections, by the size of the heap, of which a tenth lives. One operation is what the program
 * does from one to the next, collection included; the metrics are the pauses that the collector
 * reports. The nursery is the default one: 1 MiB, or an eighth of a smaller heap.
 */
#include "user/bench/gc/gc.h"

#include <errno.h>
#include <inttypes.h>

#include "user/bench/gc/work.h"

static const struct vmb_value heaps[] = {
	{ "1M", 1 << 20 }, { "4M", 4 << 20 }, { "16M", 16 << 20 }, { "64M", 64 << 20 },
	{ "256M", 256 << 20 },
};

static const struct vmb_axis axes[] = { VMB_AXIS("heap", heaps) };

static int setup(struct vmb_state *st)
{
	return gc_work_setup(st, st->arg[0].num, st->arg[0].num / 10);
}

static void run(void *priv, uint64_t iters)
{
	struct gc_work *w = priv;
	uint64_t until = w->pauses.minor.nr + iters, failed = w->failed;

	while (w->pauses.minor.nr < until && w->failed == failed)
		gc_work_list(w);
	w->done += iters;
}

static int check(const void *priv, struct vmb_why *why)
{
	const struct gc_work *w = priv;

	if (!w->done || gc_work_stats(w).minor < w->done) {
		vmb_why_set(why, "%" PRIu64 " minor collections in %" PRIu64 " operations",
			    gc_work_stats(w).minor, w->done);
		return -EIO;
	}
	return gc_work_check(w, why);
}

static void teardown(struct vmb_state *st)
{
	struct gc_work *w = st->priv;

	pauses_report(&w->pauses, &w->pauses.minor, st);
	gc_work_close(st);
}

const struct vmb_bench bench_gc_minor_pause = {
	.name = "minor_pause",
	.what = "pauses of minor collections, by the size of the heap; a tenth of it lives",
	.unit = "collection",
	.axes = axes,
	.nr_axes = VMB_ARRAY_SIZE(axes),
	.setup = setup,
	.run = run,
	.check = check,
	.teardown = teardown,
};
