// SPDX-License-Identifier: MIT
#include "user/bench/guest.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#define GUEST_FIRST	0x40000000ull	/* where the guest's memory begins, physically */
#define STRIDE_PAGES	5
#define TRACE_RANDOM	65536u
#define TRACE_SHORT	4096u

/* Tables: one per 512 pages, and fewer than as many above. */
static uint64_t table_bytes(uint32_t pages)
{
	return (2 * (uint64_t)(pages / MMU_TABLE_ENTRIES) + 8) * MMU_PAGE_BYTES;
}

static void shuffle(uint32_t *v, uint32_t nr, uint64_t *stream)
{
	for (uint32_t i = nr; i > 1; i--) {
		uint32_t j = (uint32_t)(vmb_random(stream) % i), swap = v[i - 1];

		v[i - 1] = v[j];
		v[j] = swap;
	}
}

static uint32_t *numbers(uint32_t nr)
{
	uint32_t *v = malloc(nr * sizeof(*v));

	for (uint32_t i = 0; v && i < nr; i++)
		v[i] = i;
	return v;
}

static int map_pages(struct bench_guest *g, struct mmu_builder *b)
{
	uint64_t first = GUEST_FIRST + table_bytes(g->pages);
	int err = 0;

	for (uint32_t i = 0; !err && i < g->pages; i++)
		err = mmu_builder_map(b, GVA(BENCH_GUEST_VA + (uint64_t)i * MMU_PAGE_BYTES),
				      GPA(first + (uint64_t)g->frame[i] * MMU_PAGE_BYTES), 1,
				      MMU_PROT_READ | MMU_PROT_WRITE | MMU_PROT_USED);
	return err;
}

static int make_mmu(struct bench_guest *g, const struct bench_guest_plan *plan)
{
	const struct mmu_format *f = vmb_arch_by_name(plan->arch)->mmu_format;
	const struct mmu_region memory = { GPA(GUEST_FIRST), g->arena.bytes, g->arena.base };
	struct mmu_setup setup = {
		.format = f, .region = &memory, .nr_regions = 1, .tlb_entries = plan->entries,
		.prefetch = plan->prefetch,
		.config = { .levels = f->default_levels, .pa_bits = f->default_pa_bits,
			    .control = f->default_control },
	};
	struct mmu_builder b;
	int err = mmu_builder_init(&b, f, f->default_levels, &memory, GPA(GUEST_FIRST),
				   GPA(GUEST_FIRST + table_bytes(g->pages)));

	if (!err)
		err = map_pages(g, &b);
	if (err)
		return err;
	setup.config.root[0] = b.root;
	return mmu_create(&setup, &g->mmu);
}

/* The page of a rank that is drawn with probability 1 / (rank + 1) over the sum of all. */
static int zipf(struct bench_guest *g, uint64_t *stream)
{
	uint32_t *page = numbers(g->pages);
	double *upto = malloc(g->pages * sizeof(*upto)), sum = 0;

	for (uint32_t i = 0; upto && i < g->pages; i++)
		upto[i] = sum += 1.0 / (i + 1);
	if (page && upto)
		shuffle(page, g->pages, stream);
	for (uint32_t k = 0; page && upto && k < g->nr; k++) {
		double x = (double)(vmb_random(stream) >> 11) * 0x1p-53 * sum;
		uint32_t low = 0, high = g->pages - 1;

		while (low < high) {
			uint32_t middle = (low + high) / 2;

			if (upto[middle] > x)
				high = middle;
			else
				low = middle + 1;
		}
		g->offset[k] = page[low];
	}
	free(page);
	free(upto);
	return page && upto ? 0 : -ENOMEM;
}

static uint32_t trace_length(const struct bench_guest_plan *plan)
{
	switch (plan->trace) {
	case BENCH_ONE:
		return TRACE_SHORT;
	case BENCH_RANDOM:
	case BENCH_ZIPF:
		return plan->pages > TRACE_RANDOM / 4 ? 4 * plan->pages : TRACE_RANDOM;
	default:
		return plan->pages;
	}
}

static int choose_pages(struct bench_guest *g, enum bench_trace trace, uint64_t *stream)
{
	if (trace == BENCH_ZIPF)
		return zipf(g, stream);
	for (uint32_t k = 0; k < g->nr; k++)
		g->offset[k] = trace == BENCH_ONE ? g->pages / 2 :
			       trace == BENCH_RANDOM ? (uint32_t)(vmb_random(stream) % g->pages) :
			       trace == BENCH_STRIDED ?
				       (uint32_t)((uint64_t)k * STRIDE_PAGES % g->pages) : k;
	if (trace == BENCH_CYCLE)
		shuffle(g->offset, g->nr, stream);
	return 0;
}

/* A page's number becomes the address of some word in it. */
static int make_trace(struct bench_guest *g, const struct bench_guest_plan *plan, uint64_t *stream)
{
	int err;

	g->nr = trace_length(plan);
	g->offset = malloc(g->nr * sizeof(*g->offset));
	if (!g->offset)
		return -ENOMEM;
	err = choose_pages(g, plan->trace, stream);
	for (uint32_t k = 0; !err && k < g->nr; k++)
		g->offset[k] = g->offset[k] * MMU_PAGE_BYTES +
			       (uint32_t)(vmb_random(stream) % (MMU_PAGE_BYTES / 8)) * 8;
	return err;
}

int bench_guest_make(struct bench_guest *g, const struct bench_guest_plan *plan,
		     struct vmb_why *why)
{
	uint64_t tables = table_bytes(plan->pages), stream = plan->seed;
	int err;

	*g = (struct bench_guest){ .pages = plan->pages };
	err = bench_arena_reserve(&g->arena, tables + (uint64_t)plan->pages * MMU_PAGE_BYTES,
				  BENCH_PAGES_BASE, why);
	if (err)
		return err;
	g->frames = g->arena.base + tables;
	g->frame = numbers(g->pages);
	if (!g->frame)
		return -ENOMEM;
	shuffle(g->frame, g->pages, &stream);
	err = make_trace(g, plan, &stream);
	if (!err)
		err = make_mmu(g, plan);
	if (err)
		vmb_why_set(why, "cannot make an address space of %" PRIu32 " pages: %s", plan->pages,
			    strerror(-err));
	return err;
}

void bench_guest_drop(struct bench_guest *g)
{
	mmu_destroy(g->mmu);
	free(g->frame);
	free(g->offset);
	bench_arena_unmap(&g->arena);
	*g = (struct bench_guest){ 0 };
}

char *bench_guest_host(const struct bench_guest *g, uint32_t offset)
{
	return g->frames + (uint64_t)g->frame[offset / MMU_PAGE_BYTES] * MMU_PAGE_BYTES +
	       offset % MMU_PAGE_BYTES;
}

/* The view is what compiled code holds in registers. A miss changes nothing in it. */
void bench_guest_run(void *guest, uint64_t iters)
{
	struct bench_guest *g = guest;
	const struct tlb_view view = g->mmu->view;
	const uint32_t *offset = g->offset;
	uint32_t at = g->at, nr = g->nr;
	uint64_t sum = g->sum;

	g->steps += iters;
	for (; iters; iters--) {
		uint64_t va = BENCH_GUEST_VA + offset[at];
		const struct tlb_entry *e = tlb_slot(&view, va, MMU_READ);

		if (VMB_LIKELY(tlb_hits(&view, e, va, 8)))
			sum += va + e->addend;
		else
			sum += (uintptr_t)g->mmu->miss(g->mmu, GVA(va), MMU_READ, 8);
		if (++at == nr)
			at = 0;
	}
	g->at = at;
	g->sum = sum;
}

int bench_guest_check(const void *guest, struct vmb_why *why)
{
	const struct bench_guest *g = guest;
	uint64_t round = 0, rest = 0;

	for (uint32_t k = 0; k < g->nr; k++) {
		if (k == g->at)
			rest = round;
		round += (uintptr_t)bench_guest_host(g, g->offset[k]);
	}
	if (!g->nr || !g->steps || g->steps % g->nr != g->at) {
		vmb_why_set(why, "after %" PRIu64 " translations the trace of %" PRIu32
			    " is at place %" PRIu32, g->steps, g->nr, g->at);
		return -EIO;
	}
	if (g->sum == g->steps / g->nr * round + rest)
		return 0;
	vmb_why_set(why, "the sum of %" PRIu64 " host addresses is %#" PRIx64 ", not %#" PRIx64,
		    g->steps, g->sum, g->steps / g->nr * round + rest);
	return -EIO;
}

static void count(void *priv, enum mmu_event event, gva_t va, enum mmu_access access, uint32_t slot)
{
	struct bench_hits *hits = priv;

	(void)va, (void)access, (void)slot;
	hits->hit += event == MMU_EVENT_HIT;
	hits->victim += event == MMU_EVENT_VICTIM;
	hits->walked += event == MMU_EVENT_FILL;
}

struct bench_hits bench_guest_count(struct bench_guest *g)
{
	struct bench_hits hits = { .total = g->nr };
	const struct mmu_observer observer = { &hits, count };
	struct bench_guest rest = *g;

	mmu_observe(g->mmu, &observer);
	bench_guest_run(&rest, g->nr);
	mmu_observe(g->mmu, NULL);
	return hits;
}

void bench_guest_report(struct bench_guest *g, struct vmb_state *st)
{
	struct bench_hits hits = bench_guest_count(g);

	st->metric(st, "hit_rate", "%", 100.0 * (double)hits.hit / (double)hits.total,
		   VMB_METRIC_MEDIAN);
	st->metric(st, "hit_rate_with_victims", "%",
		   100.0 * (double)(hits.hit + hits.victim) / (double)hits.total,
		   VMB_METRIC_MEDIAN);
}

int bench_guest_setup(struct vmb_state *st, const struct bench_guest_plan *plan, size_t bytes)
{
	struct bench_guest *g = calloc(1, bytes);
	int err;

	if (!g)
		return -ENOMEM;
	err = bench_guest_make(g, plan, &st->why);
	if (err) {
		bench_guest_drop(g);
		free(g);
		return err;
	}
	st->priv = g;
	return 0;
}

void bench_guest_free(struct vmb_state *st)
{
	bench_guest_drop(st->priv);
	free(st->priv);
}

void bench_guest_report_and_free(struct vmb_state *st)
{
	bench_guest_report(st->priv, st);
	bench_guest_free(st);
}
