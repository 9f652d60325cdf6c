/* SPDX-License-Identifier: MIT */
#ifndef VMB_USER_BENCH_FAULT_FAULT_H
#define VMB_USER_BENCH_FAULT_FAULT_H
/*
 * Benchmarks that misbehave on purpose: they prove that a crash, a hang or a wrong answer costs one
 * benchmark and not the run. Offered only when VMBENCH_FAULTS is set in the environment.
 */

#include "user/bench.h"

extern const struct vmb_category vmb_category_fault;

#endif /* VMB_USER_BENCH_FAULT_FAULT_H */
