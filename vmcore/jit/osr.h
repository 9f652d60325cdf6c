/* SPDX-License-Identifier: MIT */
#ifndef VMB_VMCORE_JIT_OSR_H
#define VMB_VMCORE_JIT_OSR_H
/*
 * On-stack replacement: going on with a unit in the middle, in code that was made for that. Where a
 * loop begins, what is needed of a run so far is the values that are live there; a unit that begins
 * at the loop's head, and asks for them, is compiled like any other.
 */

#include "vmcore/ir/ir.h"

/**
 * struct osr_point - the head of a loop, where a run can change from one code to another.
 * @block: its number
 * @nr, @value: values that are live there, its parameters first, then those of other blocks, by
 *	their numbers; among them constants
 */
struct osr_point {
	uint32_t block;
	uint32_t nr;
	uint32_t *value;
};

/**
 * osr_find_points - find the heads of a unit's loops: blocks that an edge leads to from the same block
 * or one behind it.
 * @unit: verified
 * @arena: where the result lives; also what is needed on the way
 * @points, @nr: get the result, by block
 * Return: 0; -ENOMEM; -E2BIG if the values are live in too many blocks to look at each.
 */
int osr_find_points(const struct ir_unit *unit, struct ir_arena *arena, struct osr_point **points,
		    uint32_t *nr);

/**
 * osr_build - make the unit that goes on at a point.
 * @out: initialised; gets a unit that begins with calls of helpers, one for each live value that is
 *	no constant, and goes on as @unit does at the point's block. The helpers follow those of @unit;
 *	there is one per type, each a function of a number: i of @point->value[i]
 * @unit: verified
 * @scratch: what is taken is not given back
 * Return: 0; -ENOMEM; -E2BIG for a limit of the IR's, or as osr_find_points(); -EEXIST if @unit has
 * helpers of the same names.
 */
int osr_build(struct ir_unit *out, const struct ir_unit *unit, const struct osr_point *point,
	      struct ir_arena *scratch);

#endif /* VMB_VMCORE_JIT_OSR_H */
