// SPDX-License-Identifier: MIT
/*
 * The software TLB alone, by its size.
 *
 * hit  - pages in random order, as many as the TLB has entries: all are there. One operation is a
 *        lookup as compiled code does it: index, compare, add
 * miss - four times as many pages, always in the same random order: when a page's turn comes, three
 *        others were in its place since. One operation is a failed lookup, a walk and a fill
 *
 * check() sees to it that these are hits and misses without exception. hit has metrics of what a load
 * through the TLB costs a guest's program, on 64 pages in the first-level cache: "load" and
 * "load_raw" without a TLB, independent; "chase" and "chase_raw", each load's address from the one
 * before. Set-up: below 2 ms.
 */
#include <errno.h>
#include <inttypes.h>

#include "user/bench/guest.h"
#include "user/bench/tlb/loads.h"
#include "user/bench/tlb/tlb.h"

#define CROWD 4		/* pages per entry, to make sure that all lookups fail */

enum outcome { HIT, MISS };

struct lookup_work {
	struct bench_guest guest;
	enum outcome outcome;
};

static const struct vmb_value sizes[] = { { "64", 64 }, { "256", 256 }, { "1024", 1024 } };
static const struct vmb_value outcomes[] = { { "hit", HIT }, { "miss", MISS } };
static const struct vmb_axis axes[] = {
	VMB_AXIS("entries", sizes), VMB_AXIS("outcome", outcomes),
};

static int setup(struct vmb_state *st)
{
	uint32_t entries = (uint32_t)st->arg[0].num;
	struct lookup_work *w;
	struct bench_guest_plan plan = {
		.arch = "x86_64", .pages = entries, .trace = BENCH_CYCLE, .entries = entries,
		.seed = st->seed,
	};
	int err;

	if (st->arg[1].num == MISS)
		plan.pages *= CROWD;
	err = bench_guest_setup(st, &plan, sizeof(*w));
	if (err)
		return err;
	w = st->priv;
	w->outcome = (enum outcome)st->arg[1].num;
	if (w->outcome == HIT)	/* one round, to fill it, whatever the number of iterations */
		(void)bench_guest_count(&w->guest);
	return 0;
}

static int check(const void *priv, struct vmb_why *why)
{
	const struct lookup_work *w = priv;
	struct bench_guest g = w->guest;	/* counting changes nothing but the TLB */
	struct bench_hits hits;
	int err = bench_guest_check(&g, why);

	if (err)
		return err;
	hits = bench_guest_count(&g);
	if ((w->outcome == HIT ? hits.hit : hits.walked) == hits.total)
		return 0;
	vmb_why_set(why, "of %" PRIu64 " lookups %" PRIu64 " hit and %" PRIu64 " walked", hits.total,
		    hits.hit, hits.walked);
	return -EIO;
}

static void teardown(struct vmb_state *st)
{
	struct lookup_work *w = st->priv;

	if (w->outcome == HIT)
		bench_loads_report(st, (uint32_t)st->arg[0].num);
	bench_guest_free(st);
}

const struct vmb_bench bench_tlb_lookup = {
	.name = "lookup",
	.what = "software TLB: a lookup that finds its page, or one that walks and fills (x86_64)",
	.unit = "lookup",
	.axes = axes,
	.nr_axes = VMB_ARRAY_SIZE(axes),
	.setup = setup,
	.run = bench_guest_run,
	.check = check,
	.teardown = teardown,
};
