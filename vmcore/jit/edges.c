// SPDX-License-Identifier: MIT
#include "vmcore/jit/values.h"

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

static bool is_back(const struct jit_places *p, const struct ir_edge *edge)
{
	return edge->block <= p->block;
}

bool jit_is_plain(const struct jit_places *p, const struct ir_edge *edge)
{
	if (p->homes)
		return jit_places_is_passed(p, edge);
	return !edge->nr_args && !is_back(p, edge);
}

/* Does an argument lie in the slot of a parameter, which might be written before it is read? */
static bool overlaps(const struct jit_places *p, const struct ir_edge *edge)
{
	const struct ir_block *to = &p->unit->block[edge->block];
	uint32_t i;

	for (i = 0; i < edge->nr_args; i++) {
		uint32_t arg = p->unit->arg[edge->first_arg + i];

		if (arg - to->first < edge->nr_args && arg != to->first + i &&
		    p->value[arg].reg == JIT_NO_REG)
			return true;
	}
	return false;
}

/* All arguments to slots of their own first, then to the parameters. */
static void pass_in_two_steps(struct jit_places *p, const struct ir_edge *edge)
{
	const struct ir_block *to = &p->unit->block[edge->block];
	uint32_t temporary = p->next_slot + (p->next_slot & 1), i;

	p->next_slot = temporary + 2 * edge->nr_args;
	for (i = 0; i < edge->nr_args; i++)
		jit_to_slot(p, p->ops, temporary + 2 * i, p->unit->arg[edge->first_arg + i]);
	for (i = 0; i < edge->nr_args; i++)
		p->ops->copy_slot(p, p->unit->insn[to->first + i].type,
				  p->value[to->first + i].slot, temporary + 2 * i);
}

/* Tier 1: parameters are in their slots. */
static void pass(struct jit_places *p, const struct ir_edge *edge)
{
	const struct ir_block *to = &p->unit->block[edge->block];
	uint32_t i;

	if (edge->nr_args && overlaps(p, edge)) {
		pass_in_two_steps(p, edge);
		return;
	}
	for (i = 0; i < edge->nr_args; i++) {
		uint32_t arg = p->unit->arg[edge->first_arg + i], param = to->first + i;

		if (arg != param && p->value[param].uses)
			jit_to_slot(p, p->ops, p->value[param].slot, arg);
	}
}

bool jit_follow(struct jit_places *p, const struct ir_edge *edge, bool last)
{
	if (p->homes) {
		jit_places_pass(p, edge);
	} else {
		pass(p, edge);
		/* Last, so that the block can be entered when there is fuel again. */
		if (is_back(p, edge))
			jit_ask_at_back_edge(p, edge);
	}
	return !last || edge->block != p->block + 1;
}

void jit_ask_before(struct jit_places *p, const struct ir_insn *insn)
{
	const struct ir_edge *back = p->homes ? jit_edge_back(p->unit, insn, p->block) : NULL;

	if (back)
		jit_ask_at_back_edge(p, back);
}
