/* SPDX-License-Identifier: MIT */
#ifndef VMB_VMCORE_OPT_LOOPS_H
#define VMB_VMCORE_OPT_LOOPS_H
/*
 * The natural loops of a unit: a block, the head, that dominates one from which an edge leads back to
 * it, and all blocks on the ways between the two. Cycles that are entered at several places are none.
 */

#include "vmcore/ir/dom.h"
#include "vmcore/opt/pass.h"

/**
 * struct opt_loops - which loop each block is in.
 * @loop: [block] head of the innermost loop around it, IR_NONE: none
 * @outer: [head] head of the loop around that loop, IR_NONE: none
 * @any: there is a loop
 */
struct opt_loops {
	uint32_t *loop;
	uint32_t *outer;
	bool any;
};

/**
 * opt_loops_build - find them. Time is bounded by a multiple of the number of blocks: a unit whose
 * loops are nested deeper than that has none, as far as this tells.
 * Return: 0 or -ENOMEM.
 */
int opt_loops_build(struct opt_loops *loops, const struct ir_unit *unit, const struct ir_dom *dom,
		    const struct opt_preds *preds, struct ir_arena *scratch);

#endif /* VMB_VMCORE_OPT_LOOPS_H */
