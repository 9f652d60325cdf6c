/* SPDX-License-Identifier: MIT */
#ifndef VMB_USER_BENCH_TLB_TLB_H
#define VMB_USER_BENCH_TLB_TLB_H

#include "user/bench.h"

extern const struct vmb_bench bench_tlb_lookup;
extern const struct vmb_bench bench_tlb_hit_rate;
extern const struct vmb_bench bench_tlb_flush;
extern const struct vmb_bench bench_tlb_prefetch;
extern const struct vmb_bench bench_tlb_host_reach;
extern const struct vmb_bench bench_tlb_host_flush;
extern const struct vmb_bench bench_tlb_host_refill;
extern const struct vmb_bench bench_tlb_host_walk;
extern const struct vmb_bench bench_tlb_host_pte;
extern const struct vmb_bench bench_tlb_host_flush_user;

#endif /* VMB_USER_BENCH_TLB_TLB_H */
