/* SPDX-License-Identifier: MIT */
#ifndef VMB_USER_BENCH_LOOP_H
#define VMB_USER_BENCH_LOOP_H

#include <stdint.h>

/**
 * bench_empty_loop - the loop that a benchmark's body stands in, without a body; for
 * vmb_bench.baseline of a body that does not overlap with the counting.
 */
void bench_empty_loop(void *priv, uint64_t iters);

#endif /* VMB_USER_BENCH_LOOP_H */
