// SPDX-License-Identifier: MIT
/*
 * The software MMU: from a guest virtual address to a host address, in the page tables of three
 * architectures, at the TLB's default size.
 *
 * single     - one page: a hit each time
 * sequential - page by page through 64 MiB, four times what the TLB holds: a walk each time, the
 *              tables read in order
 * random     - the same pages in an order without pattern: a walk each time; the tables, 128 KB, are
 *              in the host's second-level cache
 *
 * Nothing is prefetched here; tlb/prefetch measures that. Set-up: 1 to 3 ms.
 */
#include <errno.h>
#include <stdlib.h>

#include "user/bench/guest.h"
#include "user/bench/memory/memory.h"

static const struct vmb_value patterns[] = {
	{ "single", BENCH_ONE }, { "sequential", BENCH_IN_ORDER }, { "random", BENCH_CYCLE },
};

static const struct vmb_value formats[] = { { "x86_64", 0 }, { "arm64", 1 }, { "riscv64", 2 } };

static const struct vmb_axis axes[] = {
	VMB_AXIS("pattern", patterns), VMB_AXIS("format", formats),
};

static int setup(struct vmb_state *st)
{
	const struct bench_guest_plan plan = {
		.arch = st->arg[1].label,
		.pages = 4 * TLB_DEFAULT_ENTRIES,
		.trace = (enum bench_trace)st->arg[0].num,
		.seed = st->seed,
	};
	struct bench_guest *g = calloc(1, sizeof(*g));
	int err;

	if (!g)
		return -ENOMEM;
	err = bench_guest_make(g, &plan, &st->why);
	if (err) {
		bench_guest_drop(g);
		free(g);
		return err;
	}
	st->priv = g;
	st->throughput_per_op = 1;
	st->throughput_unit = "translations";
	return 0;
}

static void run(void *priv, uint64_t iters)
{
	bench_guest_run(priv, iters);
}

static int check(const void *priv, struct vmb_why *why)
{
	return bench_guest_check(priv, why);
}

static void teardown(struct vmb_state *st)
{
	bench_guest_report(st->priv, st);
	bench_guest_drop(st->priv);
	free(st->priv);
}

const struct vmb_bench bench_memory_mmu_translate = {
	.name = "mmu_translate",
	.what = "software MMU: a guest's virtual address to a host address, by its page tables",
	.unit = "translation",
	.axes = axes,
	.nr_axes = VMB_ARRAY_SIZE(axes),
	.setup = setup,
	.run = run,
	.check = check,
	.teardown = teardown,
};
