// SPDX-License-Identifier: MIT
/* Memory and caches as a program sees them, and the core's own memory management. */
#include "user/bench/memory/memory.h"

static const struct vmb_bench *const benches[] = {
	&bench_memory_copy,
	&bench_memory_numa,
	&bench_memory_numa_latency,
	&bench_memory_access,
	&bench_memory_alloc,
	&bench_memory_pool,
	&bench_memory_mmu_translate,
};

extern const struct vmb_category vmb_category_memory;

const struct vmb_category vmb_category_memory = {
	.name = "memory",
	.what = "caches and memory: copies, access patterns, NUMA nodes; allocators, the software MMU",
	.benches = benches,
	.nr = VMB_ARRAY_SIZE(benches),
};
