// SPDX-License-Identifier: MIT
#include "vmcore/opt/pass.h"

/*
 * A parameter whose arguments are, on every edge, one value or the parameter itself, is that value.
 * The value must come before the parameter in the array: a dominator can stand behind a block that
 * it dominates.
 */
static uint32_t only_value(const struct ir_unit *unit, const struct opt_preds *preds,
			   const struct opt_edit *edit, uint32_t block, uint32_t index)
{
	uint32_t param = unit->block[block].first + index, only = IR_NONE, i;

	for (i = preds->first[block]; i < preds->first[block + 1]; i++) {
		const struct ir_edge *edge = &unit->edge[preds->edge[i]];
		uint32_t value = opt_value(edit, unit->arg[edge->first_arg + index]);

		if (value == param || value == only)
			continue;
		if (only != IR_NONE)
			return IR_NONE;
		only = value;
	}
	return only != IR_NONE && only < param ? only : IR_NONE;
}

static void copies(const struct ir_unit *unit, struct opt_edit *edit)
{
	uint32_t i;

	for (i = 0; i < unit->nr_insns; i++) {
		if (unit->insn[i].op == IR_copy)
			edit->same_as[i] = opt_value(edit, unit->insn[i].a);
	}
}

/* Return: was any parameter replaced that was not before? */
static bool replace(const struct ir_unit *unit, const struct opt_preds *preds,
		    struct opt_edit *edit)
{
	bool changed = false;
	uint32_t b, i;

	for (b = 1; b < unit->nr_blocks; b++) {
		for (i = 0; i < unit->block[b].nr_params; i++) {
			uint32_t param = unit->block[b].first + i, value;

			if (edit->same_as[param] != IR_NONE)
				continue;
			value = only_value(unit, preds, edit, b, i);
			if (value != IR_NONE) {
				edit->same_as[param] = value;
				changed = true;
			}
		}
	}
	return changed;
}

int opt_params(struct ir_unit *unit, struct ir_arena *scratch)
{
	struct opt_preds preds;
	struct opt_edit edit;
	int rounds = 3;
	int status = opt_edit_init(&edit, unit, scratch);

	if (!status)
		status = opt_preds_build(&preds, unit, scratch);
	if (status)
		return status;
	copies(unit, &edit);
	while (rounds-- && replace(unit, &preds, &edit))
		;
	return opt_apply(&edit, unit, scratch);
}
