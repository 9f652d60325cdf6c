/* SPDX-License-Identifier: MIT */
#ifndef VMB_VMCORE_OPT_PASS_H
#define VMB_VMCORE_OPT_PASS_H
/*
 * What passes share. A pass changes records in place, notes values that stand for others and
 * instructions that are not needed, and opt_apply() rewrites the unit once.
 */

#include "vmcore/ir/ir.h"

#define OPT_PASS(name, level, what) int opt_##name(struct ir_unit *unit, struct ir_arena *scratch);
#include "vmcore/opt/passes.def"
#undef OPT_PASS

/**
 * struct opt_edit - what is to become of each instruction.
 * @same_as: the value that stands for this one, IR_NONE: itself. It dominates it and comes before
 * @dead: the instruction goes
 */
struct opt_edit {
	uint32_t *same_as;
	bool *dead;
};

/** opt_edit_init - nothing is to change. Return: 0 or -ENOMEM. */
int opt_edit_init(struct opt_edit *edit, const struct ir_unit *unit, struct ir_arena *scratch);

/** opt_value - the value that stands for @value in the end. */
uint32_t opt_value(const struct opt_edit *edit, uint32_t value);

/** opt_rename - replace the operands of an instruction by what stands for them. */
void opt_rename(const struct opt_edit *edit, struct ir_insn *insn);

/**
 * opt_apply - rewrite the unit: rename, remove the dead and what cannot be reached.
 * Return: 0 or -ENOMEM, the unit being unchanged.
 */
int opt_apply(const struct opt_edit *edit, struct ir_unit *unit, struct ir_arena *scratch);

/**
 * opt_array - an array of numbers whose bytes are all @fill.
 * @status: set to -ENOMEM if there is no room
 */
uint32_t *opt_array(struct ir_arena *scratch, uint32_t nr, int fill, int *status);

/** opt_count_uses - an array of how often each value is used. @status: as of opt_array() */
uint32_t *opt_count_uses(const struct ir_unit *unit, struct ir_arena *scratch, int *status);

/** opt_renumber_insn - give the operands of an instruction the new numbers of values. */
VMB_INLINE void opt_renumber_insn(struct ir_insn *insn, const uint32_t *new_insn)
{
	unsigned int nr = ir_ops[insn->op].nr_operands;

	insn->a = nr ? new_insn[insn->a] : insn->a;
	insn->b = nr > 1 ? new_insn[insn->b] : insn->b;
	insn->c = nr > 2 ? new_insn[insn->c] : insn->c;
}

/**
 * opt_renumber - give the operands of moved instructions, and all arguments, the new numbers of values.
 * @insn: [nr_insns] the instructions where they are now
 * @new_insn: [nr_insns] by their old numbers
 */
void opt_renumber(struct ir_unit *unit, struct ir_insn *insn, const uint32_t *new_insn);

/**
 * opt_replace_insns - let a unit have other instructions, whose operands are right; arguments get the
 * new numbers of values.
 * @insn: [nr_insns] of the unit's arena
 * @new_insn: by the old numbers
 */
void opt_replace_insns(struct ir_unit *unit, struct ir_insn *insn, uint32_t nr_insns,
		       const uint32_t *new_insn);

/**
 * struct opt_preds - the edges that lead to each block.
 * @first: edges [first[b], first[b + 1]) of @edge lead to b
 * @from: the block that the edge at the same place in @edge leaves
 */
struct opt_preds {
	uint32_t *first;
	uint32_t *edge;
	uint32_t *from;
};

/** opt_preds_build - find them. Return: 0 or -ENOMEM. */
int opt_preds_build(struct opt_preds *preds, const struct ir_unit *unit, struct ir_arena *scratch);

/** opt_is_const - is the value a constant of a scalar type? Sets *@bits. */
VMB_INLINE bool opt_is_const(const struct ir_unit *unit, uint32_t value, uint64_t *bits)
{
	const struct ir_insn *insn = &unit->insn[value];

	*bits = insn->imm;
	return insn->op == IR_const && insn->type != IR_V128;
}

/** opt_touches_fpenv - does anything read or set the rounding mode or the flags? */
bool opt_touches_fpenv(const struct ir_unit *unit);

#endif /* VMB_VMCORE_OPT_PASS_H */
