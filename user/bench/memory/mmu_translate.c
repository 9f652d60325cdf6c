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
	int err = bench_guest_setup(st, &plan, sizeof(struct bench_guest));

	st->throughput_per_op = 1;
	st->throughput_unit = "translations";
	return err;
}

const struct vmb_bench bench_memory_mmu_translate = {
	.name = "mmu_translate",
	.what = "software MMU: a guest's virtual address to a host address, by its page tables",
	.unit = "translation",
	.axes = axes,
	.nr_axes = VMB_ARRAY_SIZE(axes),
	.setup = setup,
	.run = bench_guest_run,
	.check = bench_guest_check,
	.teardown = bench_guest_report_and_free,
};
