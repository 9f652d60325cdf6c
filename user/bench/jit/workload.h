/* SPDX-License-Identifier: MIT */
#ifndef VMB_USER_BENCH_JIT_WORKLOAD_H
#define VMB_USER_BENCH_JIT_WORKLOAD_H
/*
 * Units to compile. A seed gives the same unit everywhere; each runs to its end whatever the guest's
 * state holds, as long as slot 0 is WORKLOAD_FIRST.
 */

#include "vmcore/ir/ir.h"

#define WORKLOAD_STATE_BYTES  128u
#define WORKLOAD_FIRST	      0x10000u
#define WORKLOAD_MEMORY_BYTES 8192u

/**
 * workload_mix - exactly @nr_insns instructions (at least 10): of 100 about 60 integer arithmetic
 * with its constants, 18 loads, 10 stores, 12 that end a block. All branches go forward.
 * @unit: initialised and empty
 * Return: as ir_build_end().
 */
int workload_mix(struct ir_unit *unit, uint64_t seed, uint32_t nr_insns);

/**
 * workload_function - a function of @nr_blocks blocks (1, or at least 4): a loop of a few rounds
 * whose body branches and calls the helper "mix" in every other block.
 */
int workload_function(struct ir_unit *unit, uint64_t seed, uint32_t nr_blocks);

#endif /* VMB_USER_BENCH_JIT_WORKLOAD_H */
