/* SPDX-License-Identifier: MIT */
#ifndef VMB_USER_BENCH_MEMORY_MEMORY_H
#define VMB_USER_BENCH_MEMORY_MEMORY_H

#include "user/bench.h"

extern const struct vmb_bench bench_memory_copy;
extern const struct vmb_bench bench_memory_access;
extern const struct vmb_bench bench_memory_alloc;
extern const struct vmb_bench bench_memory_pool;
extern const struct vmb_bench bench_memory_mmu_translate;
extern const struct vmb_bench bench_memory_numa;
extern const struct vmb_bench bench_memory_numa_latency;

#endif /* VMB_USER_BENCH_MEMORY_MEMORY_H */
