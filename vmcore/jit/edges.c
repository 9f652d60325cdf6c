// SPDX-License-Identifier: MIT
#include "vmcore/jit/lower.h"

static bool leads_to(const struct ir_unit *unit, const struct ir_insn *term, uint32_t block)
{
	uint32_t nr = ir_nr_edges(term), i;

	for (i = 0; i < nr; i++) {
		if (unit->edge[term->lo + i].block == block)
			return true;
	}
	return false;
}

bool jit_follows_only(const struct jit_job *job, uint32_t block)
{
	const struct ir_unit *unit = job->unit;

	return block && job->scratch->label[block].preds == 1 &&
	       leads_to(unit, &unit->insn[unit->block[block].first - 1], block);
}

bool jit_args_overlap(const struct jit_job *job, const struct ir_edge *edge)
{
	const struct ir_block *to = &job->unit->block[edge->block];
	uint32_t i;

	for (i = 0; i < edge->nr_args; i++) {
		uint32_t arg = job->unit->arg[edge->first_arg + i];

		if (arg - to->first < edge->nr_args && arg != to->first + i &&
		    job->scratch->value[arg].reg == JIT_NO_REG)
			return true;
	}
	return false;
}

const struct ir_edge *jit_edge_back(const struct ir_unit *unit, const struct ir_insn *term,
				    uint32_t block)
{
	const struct ir_edge *back = NULL;
	uint32_t i;

	for (i = 0; i < ir_nr_edges(term); i++) {
		const struct ir_edge *edge = &unit->edge[term->lo + i];

		if (edge->block <= block && (!back || edge->block < back->block))
			back = edge;
	}
	return back;
}
