// SPDX-License-Identifier: MIT
/*
 * Forgetting translations of the software TLB: one page, an address space, everything. One operation
 * is one flush of a TLB that was full before the measurement; what it costs to fill again is in
 * tlb/lookup. check() looks whether what was to be forgotten is forgotten, and after the flush of
 * one page, that the others are not. Set-up: below 1 ms.
 */
#include "user/bench/tlb/flush.h"

#include <errno.h>
#include <inttypes.h>

#include "user/bench/tlb/tlb.h"

static const struct vmb_value sizes[] = { { "64", 64 }, { "256", 256 }, { "1024", 1024 } };

static const struct vmb_value kinds[] = {
	{ "page", FLUSH_PAGE }, { "space", FLUSH_SPACE }, { "all", FLUSH_ALL },
};

static const struct vmb_axis axes[] = { VMB_AXIS("entries", sizes), VMB_AXIS("what", kinds) };

static int setup(struct vmb_state *st)
{
	struct flush_work *w;
	const struct bench_guest_plan plan = {
		.arch = "x86_64", .pages = (uint32_t)st->arg[0].num,
		.entries = (uint32_t)st->arg[0].num, .trace = BENCH_CYCLE, .seed = st->seed,
	};
	int err = bench_guest_setup(st, &plan, sizeof(*w));

	if (err)
		return err;
	w = st->priv;
	w->kind = (enum flush_kind)st->arg[1].num;
	(void)bench_guest_count(&w->guest);
	return 0;
}

static void run_pages(struct flush_work *w, uint64_t iters)
{
	uint32_t nr = w->guest.nr, at = 0;

	for (; iters; iters--) {
		mmu_flush_page(w->guest.mmu, GVA(BENCH_GUEST_VA + w->guest.offset[at]), 0);
		if (++at == nr)
			at = 0;
	}
}

static void run(void *priv, uint64_t iters)
{
	struct flush_work *w = priv;

	w->flushes += iters;
	if (w->kind == FLUSH_PAGE)
		run_pages(w, iters);
	else if (w->kind == FLUSH_SPACE)
		for (; iters; iters--)
			mmu_flush_space(w->guest.mmu, 0);
	else
		for (; iters; iters--)
			mmu_flush_all(w->guest.mmu);
}

/* Fill it, flush once, count: a walk for each page, or for the one. */
static int check(const void *priv, struct vmb_why *why)
{
	struct flush_work w = *(const struct flush_work *)priv;
	struct bench_hits hits;
	uint64_t want;

	if (!w.flushes) {
		vmb_why_set(why, "nothing was flushed");
		return -EIO;
	}
	(void)bench_guest_count(&w.guest);
	run(&w, 1);
	hits = bench_guest_count(&w.guest);
	want = w.kind == FLUSH_PAGE ? 1 : hits.total;
	if (hits.walked == want && hits.hit == hits.total - want)
		return 0;
	vmb_why_set(why, "after the flush %" PRIu64 " of %" PRIu64 " pages were walked, not %" PRIu64,
		    hits.walked, hits.total, want);
	return -EIO;
}

const struct vmb_bench bench_tlb_flush = {
	.name = "flush",
	.what = "software TLB: forgetting one page, an address space, or everything (x86_64)",
	.unit = "flush",
	.axes = axes,
	.nr_axes = VMB_ARRAY_SIZE(axes),
	.setup = setup,
	.run = run,
	.check = check,
	.teardown = bench_guest_free,
};
