/* SPDX-License-Identifier: MIT */
#ifndef VMB_USER_BENCH_GC_GC_H
#define VMB_USER_BENCH_GC_GC_H

#include "user/bench.h"

extern const struct vmb_bench bench_gc_minor_pause;
extern const struct vmb_bench bench_gc_major_pause;
extern const struct vmb_bench bench_gc_alloc_throughput;
extern const struct vmb_bench bench_gc_throughput;
extern const struct vmb_bench bench_gc_generational;
extern const struct vmb_bench bench_gc_frequency;
extern const struct vmb_bench bench_gc_live_ratio;
extern const struct vmb_bench bench_gc_heap_size;

#endif /* VMB_USER_BENCH_GC_GC_H */
