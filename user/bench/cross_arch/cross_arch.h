/* SPDX-License-Identifier: MIT */
#ifndef VMB_USER_BENCH_CROSS_ARCH_CROSS_ARCH_H
#define VMB_USER_BENCH_CROSS_ARCH_CROSS_ARCH_H
/* The benchmarks of this folder; cross_arch.c is their table. */

#include "user/bench.h"

extern const struct vmb_bench bench_cross_arch_single_insn;
extern const struct vmb_bench bench_cross_arch_block;
extern const struct vmb_bench bench_cross_arch_cache;
extern const struct vmb_bench bench_cross_arch_throughput;
extern const struct vmb_bench bench_cross_arch_complex;
extern const struct vmb_bench bench_cross_arch_density;
extern const struct vmb_bench bench_cross_arch_opt;
extern const struct vmb_bench bench_cross_arch_run;

#endif /* VMB_USER_BENCH_CROSS_ARCH_CROSS_ARCH_H */
