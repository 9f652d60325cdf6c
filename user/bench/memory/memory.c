// SPDX-License-Identifier: MIT
/* The machine's memory and caches as a program sees them. */
#include "user/bench/memory/memory.h"

static const struct vmb_bench *const benches[] = {
	&bench_memory_copy,
	&bench_memory_numa,
	&bench_memory_numa_latency,
	&bench_memory_access,
};

extern const struct vmb_category vmb_category_memory;

const struct vmb_category vmb_category_memory = {
	.name = "memory",
	.what = "caches and memory: copies, access patterns, NUMA nodes",
	.benches = benches,
	.nr = VMB_ARRAY_SIZE(benches),
};
