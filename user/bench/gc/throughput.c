// SPDX-License-Identifier: MIT
/*
 * The program of work.h on a heap of 64 MiB, of which a tenth lives: bytes allocated per second, and
 * "reclaimed": bytes that the collector got back for each millisecond that it made the program wait.
 */
#include "user/bench/gc/gc.h"
#include "user/bench/gc/work.h"

static int setup(struct vmb_state *st)
{
	st->throughput_per_op = GC_NODE_BYTES;
	st->throughput_unit = "B";
	return gc_work_setup(st, 64 << 20, (64 << 20) / 10);
}

static void teardown(struct vmb_state *st)
{
	struct gc_work *w = st->priv;
	struct gc_stats s = gc_work_stats(w);
	double ms = pauses_ns(&w->pauses, w->pauses.minor.sum + w->pauses.major.sum) / 1e6;
	double more = (double)s.used_bytes - (double)w->first.used_bytes;

	if (ms > 0 && (double)s.allocated_bytes > more)
		st->metric(st, "reclaimed", "B/ms", ((double)s.allocated_bytes - more) / ms,
			   VMB_METRIC_MEDIAN);
	pauses_report_share(&w->pauses, st);
	gc_work_close(st);
}

const struct vmb_bench bench_gc_throughput = {
	.name = "throughput",
	.what = "objects of 32 bytes, one of 16 kept for a while, and bytes reclaimed per pause time",
	.unit = "object",
	.setup = setup,
	.run = gc_work_run,
	.check = gc_work_check,
	.teardown = teardown,
};
