/* SPDX-License-Identifier: MIT */
#ifndef VMB_VMCORE_JIT_LIVE_H
#define VMB_VMCORE_JIT_LIVE_H
/*
 * Which values are live at the beginning of which blocks: value by value, along the ways from its
 * uses back to its definition.
 */

#include "vmcore/ir/ir.h"

/**
 * struct live - a unit looked at that way.
 * @block_of: [nr_insns] block of each instruction
 * @first_pred, @pred: blocks with an edge to block b: pred[first_pred[b] .. first_pred[b + 1])
 * @head, @use: blocks that use a value of another block: a list for each value
 * @seen: [nr_blocks] the last value that was found live there
 * @found: [nr_blocks] the blocks of live_blocks()
 * @steps: that may still be taken
 */
struct live {
	const struct ir_unit *unit;
	uint32_t *block_of;
	uint32_t *first_pred, *pred;
	uint32_t *head;
	struct live_use {
		uint32_t block;
		uint32_t next;
	} *use;
	uint32_t nr_uses;
	uint32_t *seen;
	uint32_t *found;
	uint64_t steps;
};

/** live_init - @unit: verified; borrowed. Return: 0 or -ENOMEM. */
int live_init(struct live *live, const struct ir_unit *unit, struct ir_arena *arena);

/**
 * live_blocks - find the blocks at whose beginning @value is live, other than as a parameter of theirs.
 * @nr: gets their number; they are in @live->found until the next call
 * Return: 0; -E2BIG if all calls together would take too long.
 */
int live_blocks(struct live *live, uint32_t value, uint32_t *nr);

#endif /* VMB_VMCORE_JIT_LIVE_H */
