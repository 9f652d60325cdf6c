/* SPDX-License-Identifier: MIT */
#ifndef VMB_VMCORE_JIT_EXTENT_H
#define VMB_VMCORE_JIT_EXTENT_H
/*
 * How large an unsigned value can be, from how it is computed and from the comparisons that lead to
 * where it is used.
 */

#include "vmcore/ir/arena.h"
#include "vmcore/ir/dom.h"

/**
 * struct jit_extent - a value is at most @max, or (@bound - 1 << @shift) + @max, given that
 * @bound is at least @least.
 * @bound: a value that is known in the entry block before @jit_flow.at; IR_NONE: none
 */
struct jit_extent {
	uint64_t max;
	uint32_t bound;
	uint32_t shift;
	uint32_t least;
};

/**
 * struct jit_flow - a unit's edges, for jit_extent().
 * @at: values defined before this instruction of the entry block can be bounds
 * @in: [nr_blocks] the edges that lead to a block: a number from the first on, by @next
 * @from: [nr_edges] the block that an edge leaves
 */
struct jit_flow {
	const struct ir_unit *unit;
	struct ir_dom dom;
	uint32_t at;
	uint32_t *in, *next, *from;
};

/** jit_flow_build - Return: 0 or -ENOMEM. */
int jit_flow_build(struct jit_flow *flow, const struct ir_unit *unit, uint32_t at,
		   struct ir_arena *arena);

/** jit_extent - of an integer @value where @block uses it. */
struct jit_extent jit_extent(const struct jit_flow *flow, uint32_t value, uint32_t block);

#endif /* VMB_VMCORE_JIT_EXTENT_H */
