// SPDX-License-Identifier: MIT
/*
 * A dependent random chase that touches one line on each of so many pages. The time of a step rises
 * where the pages no longer fit a level of the TLB. The lines are at different offsets, so that they
 * spread over the sets of the caches; still, so many lines need so much cache (metric
 * cache_footprint), and where that no longer fits L1 or L2 the step grows by that as well: compare
 * 4K with 2M at the same number of pages, which differ in nothing else.
 *
 * 4K pages are never huge here, and physically adjacent ones may still share an entry on CPUs that
 * coalesce them. 2M pages are transparent huge pages, or from the reserved pool if those are not to
 * be had. Set-up: 4K below 50 ms, 2M about 0.1 ms per page.
 */
#include "user/bench/tlb/host_reach.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#include "user/bench/sysfile.h"
#include "user/bench/tlb/tlb.h"

#define MEMORY_SHARE	8	/* of the free memory at most one in so many bytes */

/*
 * From one 2M page to the next the line moves on by a line and by 4 KiB. Under a hypervisor that has
 * only 4K pages itself, a TLB holds the 4 KiB piece of a huge page that was used; at the same place
 * of each page these pieces would all compete for one set of the TLB.
 */
#define SHIFT_2M	(4096 + BENCH_LINE_BYTES)
#define THP_DIR		"/sys/kernel/mm/transparent_hugepage/"

static const struct vmb_value page_sizes[] = { { "4K", 4096 }, { "2M", BENCH_HUGE_BYTES } };

static const struct vmb_value page_counts[] = {
	{ "16", 16 }, { "64", 64 }, { "256", 256 }, { "1024", 1024 }, { "4096", 4096 },
	{ "16384", 16384 },
};

static const struct vmb_axis axes[] = {
	VMB_AXIS("page", page_sizes), VMB_AXIS("pages", page_counts),
};

/* Only x86_64 and riscv64 always have them; arm64 kernels may have pages of 16K or 64K. */
static int has_page_size(uint64_t bytes, struct vmb_why *why)
{
	char pmd[32];
	long base = sysconf(_SC_PAGESIZE);

	if (base != 4096) {
		vmb_why_set(why, "the base page of this kernel is %ld KiB", base >> 10);
		return -ENOTSUP;
	}
	if (bytes == 4096 || bench_sys_read(pmd, sizeof(pmd), "", THP_DIR "hpage_pmd_size") ||
	    strtoull(pmd, NULL, 10) == bytes)
		return 0;
	vmb_why_set(why, "the huge page of this kernel is %s bytes", pmd);
	return -ENOTSUP;
}

static int supported(const struct vmb_state *st, struct vmb_why *why)
{
	uint64_t need = st->arg[0].num * st->arg[1].num, available = bench_memory_available("");
	int err = has_page_size(st->arg[0].num, why);

	if (err || need <= available / MEMORY_SHARE)
		return err;
	vmb_why_set(why, "%" PRIu64 " MiB in pages of %s are more than an eighth of the %" PRIu64
		    " MiB of free memory", need >> 20, st->arg[0].label, available >> 20);
	return -ENOMEM;
}

static void explain_huge(struct vmb_why *why, size_t huge, size_t bytes)
{
	char mode[64] = "not offered by this kernel";
	bool off = bench_sys_read(mode, sizeof(mode), "", THP_DIR "enabled") || strstr(mode, "[never]");

	vmb_why_set(why, "%zu of %zu MiB became huge pages (transparent huge pages: %s), and the pool of "
		    "reserved ones is too small; try: %s, or: sysctl vm.nr_hugepages=%zu", huge >> 20,
		    bytes >> 20, mode, off ? "echo madvise > " THP_DIR "enabled" :
		    "sysctl vm.compact_memory=1", (size_t)(bytes / BENCH_HUGE_BYTES));
}

static int map_huge(struct bench_arena *a, size_t bytes, struct vmb_why *why)
{
	int err = bench_arena_map(a, bytes, BENCH_PAGES_THP, why);
	size_t huge = a->huge_bytes;

	if (err || huge == a->bytes)
		return err;
	bench_arena_unmap(a);
	if (!bench_arena_map(a, bytes, BENCH_PAGES_HUGETLB, why))
		return 0;
	explain_huge(why, huge, bytes);
	return -ENOTSUP;
}

static int map_base(struct bench_arena *a, size_t bytes, struct vmb_why *why)
{
	int err = bench_arena_map(a, bytes, BENCH_PAGES_BASE, why);

	if (err || !a->huge_bytes)
		return err;
	vmb_why_set(why, "%zu KiB became huge pages against our advice", a->huge_bytes >> 10);
	bench_arena_unmap(a);
	return -ENOTSUP;
}

static int setup(struct vmb_state *st)
{
	struct reach_work *w = calloc(1, sizeof(*w));
	int err;

	if (!w)
		return -ENOMEM;
	w->page_bytes = st->arg[0].num;
	w->nr_pages = st->arg[1].num;
	err = (w->page_bytes == 4096 ? map_base : map_huge)(&w->arena, w->page_bytes * w->nr_pages,
							    &st->why);
	if (!err) {
		struct bench_layout one_per_page = {
			.base = w->arena.base, .nr = w->nr_pages, .spacing = w->page_bytes,
			.shift = w->page_bytes == 4096 ? BENCH_LINE_BYTES : SHIFT_2M,
		};

		err = bench_chase_random(&w->chase, &one_per_page, st->seed, &st->why);
	}
	if (err) {
		bench_arena_unmap(&w->arena);
		free(w);
		return err;
	}
	st->priv = w;
	return 0;
}

static void run(void *priv, uint64_t iters)
{
	struct reach_work *w = priv;

	bench_chase_run(&w->chase, iters);
}

static int check(const void *priv, struct vmb_why *why)
{
	const struct reach_work *w = priv;

	return bench_chase_check(&w->chase, why);
}

static void teardown(struct vmb_state *st)
{
	struct reach_work *w = st->priv;

	st->metric(st, "reach", "B", (double)(w->page_bytes * w->nr_pages), VMB_METRIC_MEDIAN);
	st->metric(st, "cache_footprint", "B", (double)(w->nr_pages * BENCH_LINE_BYTES),
		   VMB_METRIC_MEDIAN);
	bench_arena_unmap(&w->arena);
	free(w);
}

const struct vmb_bench bench_tlb_host_reach = {
	.name = "host_reach",
	.what = "a dependent load from another page each time: what the machine's own TLB reaches",
	.unit = "access",
	.axes = axes,
	.nr_axes = VMB_ARRAY_SIZE(axes),
	.supported = supported,
	.setup = setup,
	.run = run,
	.check = check,
	.teardown = teardown,
};
