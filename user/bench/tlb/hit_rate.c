// SPDX-License-Identifier: MIT
/*
 * How often the software TLB, at its default size, has what is asked for, by working set (in pages of
 * 4 KiB) and pattern. One operation is one lookup, with the walk if it is needed; the metrics are
 * the rates: hit_rate of the inline compare, hit_rate_with_victims of all that needs no walk.
 *
 * Patterns, one access to each page that comes up, which is hard on a TLB (a program stays in a page
 * for a while): page by page; any page; by Zipf's law with exponent 1 (guest.h). Set-up: up to 40 ms.
 */
#include "user/bench/guest.h"
#include "user/bench/tlb/tlb.h"

static const struct vmb_value sets[] = {
	{ "256", 256 }, { "1K", 1024 }, { "4K", 4096 }, { "16K", 16384 }, { "64K", 65536 },
};

static const struct vmb_value patterns[] = {
	{ "sequential", BENCH_IN_ORDER }, { "random", BENCH_RANDOM }, { "zipf", BENCH_ZIPF },
};

static const struct vmb_axis axes[] = {
	VMB_AXIS("working_set", sets), VMB_AXIS("pattern", patterns),
};

static int setup(struct vmb_state *st)
{
	const struct bench_guest_plan plan = {
		.arch = "x86_64", .pages = (uint32_t)st->arg[0].num,
		.trace = (enum bench_trace)st->arg[1].num, .seed = st->seed,
	};
	int err = bench_guest_setup(st, &plan, sizeof(struct bench_guest));

	if (!err)	/* not the first encounter is of interest */
		(void)bench_guest_count(st->priv);
	return err;
}

const struct vmb_bench bench_tlb_hit_rate = {
	.name = "hit_rate",
	.what = "software TLB of the default size: lookups in a working set of so many pages (x86_64)",
	.unit = "lookup",
	.axes = axes,
	.nr_axes = VMB_ARRAY_SIZE(axes),
	.setup = setup,
	.run = bench_guest_run,
	.check = bench_guest_check,
	.teardown = bench_guest_report_and_free,
};
