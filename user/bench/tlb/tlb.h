/* SPDX-License-Identifier: MIT */
#ifndef VMB_USER_BENCH_TLB_TLB_H
#define VMB_USER_BENCH_TLB_TLB_H

#include "user/bench.h"

extern const struct vmb_bench bench_tlb_host_reach;

#endif /* VMB_USER_BENCH_TLB_TLB_H */
