// SPDX-License-Identifier: MIT
#include <errno.h>
#include <string.h>

#include "vmcore/opt/pass.h"

/*
 * Backwards from what has an effect. A parameter makes the arguments of its edges live, when it is
 * live itself: values that only go around a loop are dead.
 */
struct work {
	const struct ir_unit *unit;
	struct opt_preds preds;
	struct opt_edit edit;
	uint32_t *block_of;
	uint32_t *stack;
	uint32_t *uses;
	uint32_t depth;
	bool keep_fp;
};

/* Instructions between two comparisons of the same floats, at most. */
#define WINDOW 16u

static bool is_compared_again(const struct ir_insn *insn, const struct ir_insn *other)
{
	return other->op == IR_fcmp && other->a == insn->a && other->b == insn->b &&
	       (other->aux | (~insn->aux & IR_FCOND_SIGNAL)) & IR_FCOND_SIGNAL;
}

/*
 * A comparison of floats whose result nobody wants is for the flags that it raises: it is not needed
 * if one that is wanted follows close by, or any came before. It may depend on nothing in between
 * whether those are seen.
 */
static bool is_repeated(const struct work *w, const struct ir_block *block, uint32_t at)
{
	const struct ir_insn *insn = &w->unit->insn[at];
	uint32_t i;

	if (insn->op != IR_fcmp || w->uses[at])
		return false;
	for (i = at + 1; i < block->first + block->nr && i < at + WINDOW; i++) {
		const struct ir_insn *other = &w->unit->insn[i];

		if (w->uses[i] && is_compared_again(insn, other))
			return true;
		if (other->op != IR_st_state && !ir_ops[other->op].pure)
			break;
	}
	for (i = at; i-- > block->first && i + WINDOW > at;) {
		if (ir_effects(w->unit, &w->unit->insn[i]) & (E_FPENV | E_CALL))
			return false;
		if (is_compared_again(insn, &w->unit->insn[i]))
			return true;
	}
	return false;
}

static void live(struct work *w, uint32_t value)
{
	if (!w->edit.dead[value])
		return;
	w->edit.dead[value] = false;
	w->stack[w->depth++] = value;
}

static void live_arguments(struct work *w, uint32_t param)
{
	uint32_t block = w->block_of[param], index = param - w->unit->block[block].first, i;

	for (i = w->preds.first[block]; i < w->preds.first[block + 1]; i++)
		live(w, w->unit->arg[w->unit->edge[w->preds.edge[i]].first_arg + index]);
}

static void live_operands(struct work *w, const struct ir_insn *insn)
{
	unsigned int nr = ir_ops[insn->op].nr_operands;
	uint32_t i;

	if (nr)
		live(w, insn->a);
	if (nr > 1)
		live(w, insn->b);
	if (nr > 2)
		live(w, insn->c);
	for (i = 0; insn->op == IR_call && i < w->unit->helper[insn->lo].nr_args; i++)
		live(w, w->unit->arg[insn->hi + i]);
}

/* Reading guest state, the mode or the flags is no effect. */
static bool is_root(const struct work *w, const struct ir_insn *insn)
{
	uint32_t effects = ir_effects(w->unit, insn);

	if (insn->op == IR_get_rm || insn->op == IR_get_fpflags)
		return false;
	if (w->keep_fp && effects & E_FP)
		return true;
	return effects & ~(uint32_t)(E_FP | E_RDS | E_CALL | (insn->op == IR_call ? E_RDM : 0));
}

static void mark(struct work *w)
{
	uint32_t b, i, at = 0;

	memset(w->edit.dead, true, w->unit->nr_insns * sizeof(*w->edit.dead));
	for (b = 0; b < w->unit->nr_blocks; b++) {
		for (i = 0; i < w->unit->block[b].nr; i++, at++) {
			w->block_of[at] = b;
			if (is_root(w, &w->unit->insn[at]) &&
			    !is_repeated(w, &w->unit->block[b], at))
				live(w, at);
		}
	}
	while (w->depth) {
		uint32_t value = w->stack[--w->depth];

		if (w->unit->insn[value].op == IR_param)
			live_arguments(w, value);
		else
			live_operands(w, &w->unit->insn[value]);
	}
}

int opt_dce(struct ir_unit *unit, struct ir_arena *scratch)
{
	struct work w = { .unit = unit, .keep_fp = unit->flags & IR_UNIT_FPFLAGS };
	int status = opt_edit_init(&w.edit, unit, scratch);

	if (!status)
		status = opt_preds_build(&w.preds, unit, scratch);
	if (status)
		return status;
	w.block_of = ir_arena_alloc(scratch, unit->nr_insns * sizeof(*w.block_of));
	w.stack = ir_arena_alloc(scratch, unit->nr_insns * sizeof(*w.stack));
	w.uses = opt_count_uses(unit, scratch, &status);
	if (!w.block_of || !w.stack || status)
		return -ENOMEM;
	mark(&w);
	return opt_apply(&w.edit, unit, scratch);
}
