/* SPDX-License-Identifier: MIT */
#ifndef VMB_VMCORE_IR_DOM_H
#define VMB_VMCORE_IR_DOM_H
/*
 * The dominator tree of a unit's blocks (Lengauer and Tarjan 1979, path compression): time
 * O(edges * log blocks) whatever the shape, without recursion.
 */

#include "vmcore/ir/ir.h"

/**
 * struct ir_dom - who dominates whom, and an order of the blocks.
 * @nr: number of blocks that can be reached
 * @preorder: the reachable blocks in the depth-first order that found them
 * @idom: immediate dominator of each block, IR_NONE for the entry and the unreachable
 * @in, @out: when a walk of the tree enters and leaves the block; 0 for the unreachable
 */
struct ir_dom {
	uint32_t nr;
	uint32_t *preorder;
	uint32_t *idom;
	uint32_t *in;
	uint32_t *out;
};

/**
 * ir_dom_build - find the tree.
 * @unit: its blocks and edges must be in range, its last instructions of blocks terminators
 * @scratch: where the arrays live
 * Return: 0 or -ENOMEM.
 */
int ir_dom_build(struct ir_dom *dom, const struct ir_unit *unit, struct ir_arena *scratch);

/** ir_dominates - does every way from the entry to reachable @b lead through @a? */
VMB_INLINE bool ir_dominates(const struct ir_dom *dom, uint32_t a, uint32_t b)
{
	return dom->in[a] && dom->in[a] <= dom->in[b] && dom->out[b] <= dom->out[a];
}

/** ir_terminator - the last instruction of a block. */
VMB_INLINE const struct ir_insn *ir_terminator(const struct ir_unit *unit, uint32_t block)
{
	return &unit->insn[unit->block[block].first + unit->block[block].nr - 1];
}

#endif /* VMB_VMCORE_IR_DOM_H */
