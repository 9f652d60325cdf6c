// SPDX-License-Identifier: MIT
/*
 * What a hit costs where it counts: in front of a load. 64 pages, one word of each, so that data and
 * entries are in the first-level cache. Best of several passes, each long against the clock.
 */
#include "user/bench/tlb/loads.h"

#include <time.h>

#include "user/bench/guest.h"

#define PAGES	64
#define STEPS	100000
#define PASSES	8

typedef uint64_t pass(const struct bench_guest *g, uint64_t start);

static double now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

VMB_INLINE const uint64_t *translate(const struct bench_guest *g, const struct tlb_view *view,
				     uint64_t va)
{
	const struct tlb_entry *e = tlb_slot(view, va, MMU_READ);

	if (VMB_LIKELY(tlb_hits(view, e, va, 8)))
		return (const uint64_t *)(va + e->addend);
	return g->mmu->miss(g->mmu, GVA(va), MMU_READ, 8);
}

static VMB_NOINLINE uint64_t load(const struct bench_guest *g, uint64_t sum)
{
	const struct tlb_view view = g->mmu->view;
	const uint32_t *offset = g->offset;

	for (uint32_t i = 0; i < STEPS; i++)
		sum += *translate(g, &view, BENCH_GUEST_VA + offset[i % PAGES]);
	return sum;
}

static VMB_NOINLINE uint64_t load_raw(const struct bench_guest *g, uint64_t sum)
{
	const uint32_t *offset = g->offset;
	const char *base = g->frames;

	for (uint32_t i = 0; i < STEPS; i++)
		sum += *(const uint64_t *)(const void *)(base + offset[i % PAGES]);
	return sum;
}

static VMB_NOINLINE uint64_t chase(const struct bench_guest *g, uint64_t va)
{
	const struct tlb_view view = g->mmu->view;

	for (uint32_t i = 0; i < STEPS; i++)
		va = *translate(g, &view, va);
	return va;
}

static VMB_NOINLINE uint64_t chase_raw(const struct bench_guest *g, uint64_t at)
{
	(void)g;
	for (uint32_t i = 0; i < STEPS; i++)
		at = *(const uint64_t *)(uintptr_t)at;
	return at;
}

/* The words lead from one page of the trace to the next: by guest addresses, or by the host's. */
static void link_words(const struct bench_guest *g, bool host)
{
	for (uint32_t k = 0; k < PAGES; k++) {
		uint32_t next = g->offset[(k + 1) % PAGES];
		uint64_t value = host ? (uintptr_t)bench_guest_host(g, next) : BENCH_GUEST_VA + next;

		memcpy(bench_guest_host(g, g->offset[k]), &value, sizeof(value));
	}
}

static double best(const struct bench_guest *g, pass *fn, uint64_t start, uint64_t *end)
{
	double least = 1e18;

	for (int i = 0; i < PASSES; i++) {
		double t0 = now_ns(), ns;

		*end = fn(g, start);
		ns = (now_ns() - t0) / STEPS;
		least = ns < least ? ns : least;
	}
	vmb_keep(*end);
	return least;
}

static void report(struct vmb_state *st, const char *name, double ns)
{
	st->metric(st, name, "ns", ns, VMB_METRIC_MEDIAN);
}

void bench_loads_report(struct vmb_state *st, uint32_t entries)
{
	const struct bench_guest_plan plan = {
		.arch = "x86_64", .pages = PAGES, .trace = BENCH_CYCLE, .entries = entries,
		.seed = st->seed,
	};
	struct bench_guest g;
	struct vmb_why why;
	uint64_t first, end;

	if (!bench_guest_make(&g, &plan, &why)) {
		link_words(&g, false);
		report(st, "load", best(&g, load, 0, &end));
		report(st, "load_raw", best(&g, load_raw, 0, &end));
		first = BENCH_GUEST_VA + g.offset[0];
		report(st, "chase", best(&g, chase, first, &end));
		/* it must have gone round, or it has timed something else */
		if (end != BENCH_GUEST_VA + g.offset[STEPS % PAGES])
			report(st, "chase_is_wrong", 1);
		link_words(&g, true);
		first = (uintptr_t)bench_guest_host(&g, g.offset[0]);
		report(st, "chase_raw", best(&g, chase_raw, first, &end));
	}
	bench_guest_drop(&g);
}
