// SPDX-License-Identifier: MIT
/*
 * Accesses to a working set that stays in one level of the memory hierarchy: half of a
 * private cache, midway between the last two for the shared one (caches.h), or four times the last
 * one (at least 64 MiB) for DRAM. An access touches one 64-byte line:
 *
 * sequential - lines in order, all bytes read and summed up; no access waits for another
 * random     - one load whose address comes from the load before: the latency of the level
 * strided    - the same dependent loads, a page and a line apart, so that every step is the same
 *              but each is on another page: latency less what prefetchers make of it
 *
 * The set is advised to be huge pages, so that missing TLB entries do not blur the figures; the
 * metric huge_pages says how far that went. Set-up: below 5 ms in the caches, DRAM 0.1 to 0.3 s.
 */
#include "user/bench/memory/access.h"

#include <errno.h>
#include <stdlib.h>

#include "user/bench/memory/memory.h"

#define STRIDE_LINES	(4096 / BENCH_LINE_BYTES + 1)

static const struct vmb_value patterns[] = {
	{ "sequential", ACCESS_SEQUENTIAL }, { "random", ACCESS_RANDOM },
	{ "strided", ACCESS_STRIDED },
};

static const struct vmb_value levels[] = {
	{ "L1", BENCH_L1 }, { "L2", BENCH_L2 }, { "LLC", BENCH_LLC }, { "DRAM", BENCH_DRAM },
};

static const struct vmb_axis axes[] = { VMB_AXIS("pattern", patterns), VMB_AXIS("level", levels) };

static int supported(const struct vmb_state *st, struct vmb_why *why)
{
	uint64_t bytes;

	return bench_level_bytes(st, (enum bench_level)st->arg[1].num, &bytes, why);
}

static int prepare(struct access_work *w, struct vmb_state *st)
{
	size_t nr = w->bytes / BENCH_LINE_BYTES;
	struct bench_layout packed = {
		.base = w->arena.base, .nr = nr, .spacing = BENCH_LINE_BYTES,
	};

	if (w->pattern == ACCESS_RANDOM)
		return bench_chase_random(&w->chase, &packed, st->seed, &st->why);
	if (w->pattern == ACCESS_STRIDED)
		return bench_chase_strided(&w->chase, &packed, STRIDE_LINES, &st->why);
	bench_scan_fill(&w->scan, packed.base, nr, st->seed);
	return 0;
}

static int setup(struct vmb_state *st)
{
	struct access_work *w = calloc(1, sizeof(*w));
	int err;

	if (!w)
		return -ENOMEM;
	w->pattern = (enum access_pattern)st->arg[0].num;
	err = bench_level_bytes(st, (enum bench_level)st->arg[1].num, &w->bytes, &st->why);
	if (!err)
		err = bench_arena_map(&w->arena, w->bytes, BENCH_PAGES_THP, &st->why);
	if (!err)
		err = prepare(w, st);
	if (err) {
		bench_arena_unmap(&w->arena);
		free(w);
		return err;
	}
	st->priv = w;
	st->throughput_per_op = BENCH_LINE_BYTES;
	st->throughput_unit = "B";
	return 0;
}

static void run(void *priv, uint64_t iters)
{
	struct access_work *w = priv;

	if (w->pattern == ACCESS_SEQUENTIAL)
		bench_scan_run(&w->scan, iters);
	else
		bench_chase_run(&w->chase, iters);
}

static int check(const void *priv, struct vmb_why *why)
{
	const struct access_work *w = priv;

	return w->pattern == ACCESS_SEQUENTIAL ? bench_scan_check(&w->scan, why) :
	       bench_chase_check(&w->chase, why);
}

static void teardown(struct vmb_state *st)
{
	struct access_work *w = st->priv;

	bench_arena_report(&w->arena, st, w->bytes);
	bench_arena_unmap(&w->arena);
	free(w);
}

const struct vmb_bench bench_memory_access = {
	.name = "access",
	.what = "reading one 64-byte line of a working set in huge pages (THP) that stays in one level",
	.unit = "access",
	.axes = axes,
	.nr_axes = VMB_ARRAY_SIZE(axes),
	.supported = supported,
	.setup = setup,
	.run = run,
	.check = check,
	.teardown = teardown,
};
