// SPDX-License-Identifier: MIT
/* Translating one architecture's machine code into another's. */
#include "user/bench/cross_arch/cross_arch.h"

static const struct vmb_bench *const benches[] = {
	&bench_cross_arch_single_insn,
	&bench_cross_arch_block,
	&bench_cross_arch_cache,
	&bench_cross_arch_throughput,
	&bench_cross_arch_complex,
	&bench_cross_arch_density,
	&bench_cross_arch_opt,
	&bench_cross_arch_run,
};

extern const struct vmb_category vmb_category_cross_arch;

const struct vmb_category vmb_category_cross_arch = {
	.name = "cross_arch",
	.what = "translating one architecture's machine code into another's",
	.benches = benches,
	.nr = VMB_ARRAY_SIZE(benches),
};
