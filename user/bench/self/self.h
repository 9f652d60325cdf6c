/* SPDX-License-Identifier: MIT */
#ifndef VMB_USER_BENCH_SELF_SELF_H
#define VMB_USER_BENCH_SELF_SELF_H

#include "user/bench.h"

extern const struct vmb_bench bench_self_empty;
extern const struct vmb_bench bench_self_add_chain;
extern const struct vmb_bench bench_self_work;

#endif /* VMB_USER_BENCH_SELF_SELF_H */
