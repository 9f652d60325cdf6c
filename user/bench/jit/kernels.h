/* SPDX-License-Identifier: MIT */
#ifndef VMB_USER_BENCH_JIT_KERNELS_H
#define VMB_USER_BENCH_JIT_KERNELS_H
/*
 * Loops as a translator makes them of guest code: registers are slots of the guest's state, read and
 * written again and again. Each runs as many rounds as slot 1 says and leaves its answer in slot 3.
 */

#include "user/bench.h"
#include "vmcore/interp/interp.h"

#define KERNEL_STATE_BYTES  64u
#define KERNEL_FIRST	    0x10000u
#define KERNEL_MEMORY_BYTES 8192u
#define KERNEL_ROUNDS	    1000u

/* Integer arithmetic; a loop with branches and a loop in it; loads and stores of an array. */
enum kernel { KERNEL_ALU, KERNEL_LOOP, KERNEL_MEMORY, NR_KERNELS };

/** kernel_axis - the kernels as an axis of a benchmark: VMB_AXIS("unit", kernel_axis). */
extern const struct vmb_value kernel_axis[NR_KERNELS];

/**
 * kernel_make - parse and verify one.
 * @unit: initialised and empty
 * @scratch: for the verifier
 * Return: 0; -EINVAL (which would be a fault of ours), -ENOMEM.
 */
int kernel_make(struct ir_unit *unit, enum kernel kernel, struct ir_arena *scratch);

/** struct kernel_subject - the unit that a benchmark is about; the first member of its priv. */
struct kernel_subject {
	struct ir_arena arena;
	struct ir_unit ir;
};

/**
 * struct kernel_world - the guest's side of a run.
 * @flat, @context: refer to the world itself, which must stay where it is
 */
struct kernel_world {
	uint64_t state[KERNEL_STATE_BYTES / 8] VMB_ALIGNED(16);
	uint8_t memory[KERNEL_MEMORY_BYTES] VMB_ALIGNED(16);
	struct ir_flat flat;
	struct ir_context context;
	struct ir_leave leave;
};

/** kernel_world_open - as every run begins. @seed: of the memory's contents. */
void kernel_world_open(struct kernel_world *world, uint64_t seed, uint64_t rounds);

/** kernel_world_same - did two runs end with the same state and memory, by the same exit? */
bool kernel_world_same(const struct kernel_world *a, const struct kernel_world *b);

/**
 * kernel_expect - let the interpreter run a unit.
 * @insns: gets the number of instructions that were executed; may be NULL
 * Return: as ir_interpret().
 */
int kernel_expect(const struct ir_unit *unit, struct kernel_world *world, uint64_t *insns);

#endif /* VMB_USER_BENCH_JIT_KERNELS_H */
