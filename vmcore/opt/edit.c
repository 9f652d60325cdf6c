// SPDX-License-Identifier: MIT
#include <errno.h>
#include <string.h>

#include "vmcore/ir/dom.h"
#include "vmcore/opt/pass.h"

int opt_edit_init(struct opt_edit *edit, const struct ir_unit *unit, struct ir_arena *scratch)
{
	edit->same_as = ir_arena_alloc(scratch, unit->nr_insns * sizeof(*edit->same_as));
	edit->dead = ir_arena_alloc(scratch, unit->nr_insns * sizeof(*edit->dead));
	if (!edit->same_as || !edit->dead)
		return -ENOMEM;
	memset(edit->same_as, 0xff, unit->nr_insns * sizeof(*edit->same_as));
	memset(edit->dead, 0, unit->nr_insns * sizeof(*edit->dead));
	return 0;
}

/* Chains are halved as they are followed. */
uint32_t opt_value(const struct opt_edit *edit, uint32_t value)
{
	while (edit->same_as[value] != IR_NONE) {
		uint32_t next = edit->same_as[value];

		if (edit->same_as[next] != IR_NONE)
			edit->same_as[value] = edit->same_as[next];
		value = next;
	}
	return value;
}

void opt_rename(const struct opt_edit *edit, struct ir_insn *insn)
{
	unsigned int nr = ir_ops[insn->op].nr_operands;

	if (nr)
		insn->a = opt_value(edit, insn->a);
	if (nr > 1)
		insn->b = opt_value(edit, insn->b);
	if (nr > 2)
		insn->c = opt_value(edit, insn->c);
}

uint32_t *opt_array(struct ir_arena *scratch, uint32_t nr, int fill, int *status)
{
	uint32_t *array = ir_arena_alloc(scratch, nr * sizeof(*array));

	if (array)
		memset(array, fill, nr * sizeof(*array));
	else
		*status = -ENOMEM;
	return array;
}

uint32_t *opt_count_uses(const struct ir_unit *unit, struct ir_arena *scratch, int *status)
{
	uint32_t *uses = opt_array(scratch, unit->nr_insns, 0, status), i;

	for (i = 0; uses && i < unit->nr_insns; i++) {
		const struct ir_insn *insn = &unit->insn[i];
		unsigned int nr = ir_ops[insn->op].nr_operands;

		if (nr)
			uses[insn->a]++;
		if (nr > 1)
			uses[insn->b]++;
		if (nr > 2)
			uses[insn->c]++;
	}
	for (i = 0; uses && i < unit->nr_args; i++)
		uses[unit->arg[i]]++;
	return uses;
}

static void renumber_args(struct ir_unit *unit, const uint32_t *new_insn)
{
	uint32_t i;

	for (i = 0; i < unit->nr_args; i++)
		unit->arg[i] = new_insn[unit->arg[i]];
}

void opt_renumber(struct ir_unit *unit, struct ir_insn *insn, const uint32_t *new_insn)
{
	uint32_t i;

	for (i = 0; i < unit->nr_insns; i++)
		opt_renumber_insn(&insn[i], new_insn);
	renumber_args(unit, new_insn);
}

void opt_replace_insns(struct ir_unit *unit, struct ir_insn *insn, uint32_t nr_insns,
		       const uint32_t *new_insn)
{
	renumber_args(unit, new_insn);
	unit->insn = insn;
	unit->nr_insns = unit->cap_insns = nr_insns;
}

int opt_preds_build(struct opt_preds *preds, const struct ir_unit *unit, struct ir_arena *scratch)
{
	uint32_t b, i;

	preds->first = ir_arena_alloc(scratch, (unit->nr_blocks + 2) * sizeof(*preds->first));
	preds->edge = ir_arena_alloc(scratch, unit->nr_edges * sizeof(*preds->edge));
	preds->from = ir_arena_alloc(scratch, unit->nr_edges * sizeof(*preds->from));
	if (!preds->first || !preds->edge || !preds->from)
		return -ENOMEM;
	memset(preds->first, 0, (unit->nr_blocks + 2) * sizeof(*preds->first));
	for (b = 0; b < unit->nr_blocks; b++) {
		const struct ir_insn *term = ir_terminator(unit, b);

		for (i = 0; i < ir_nr_edges(term); i++)
			preds->first[unit->edge[term->lo + i].block + 2]++;
	}
	for (b = 2; b < unit->nr_blocks + 2; b++)
		preds->first[b] += preds->first[b - 1];
	for (b = 0; b < unit->nr_blocks; b++) {
		const struct ir_insn *term = ir_terminator(unit, b);

		for (i = 0; i < ir_nr_edges(term); i++) {
			uint32_t at = preds->first[unit->edge[term->lo + i].block + 1]++;

			preds->edge[at] = term->lo + i;
			preds->from[at] = b;
		}
	}
	return 0;
}

bool opt_touches_fpenv(const struct ir_unit *unit)
{
	uint32_t i;

	for (i = 0; i < unit->nr_insns; i++) {
		if (ir_effects(unit, &unit->insn[i]) & E_FPENV)
			return true;
	}
	return false;
}

/*
 * The new arrays of edges and arguments are made in scratch memory and copied back: their order
 * changes. Instructions and blocks only move towards the front.
 */
struct rewrite {
	const struct opt_edit *edit;
	struct ir_unit *unit;
	uint32_t *new_insn;
	uint32_t *new_block;
	struct ir_edge *edge;
	uint32_t *arg;
	uint32_t nr_insns, nr_blocks, nr_edges, nr_args;
};

static int reach(struct rewrite *r, struct ir_arena *scratch)
{
	const struct ir_unit *unit = r->unit;
	uint32_t *stack = ir_arena_alloc(scratch, unit->nr_blocks * sizeof(*stack));
	uint32_t depth = 0, i;

	if (!stack)
		return -ENOMEM;
	memset(r->new_block, 0xff, unit->nr_blocks * sizeof(*r->new_block));
	r->new_block[0] = 0;
	stack[depth++] = 0;
	while (depth) {
		const struct ir_insn *term = ir_terminator(unit, stack[--depth]);

		for (i = 0; i < ir_nr_edges(term); i++) {
			uint32_t to = unit->edge[term->lo + i].block;

			if (r->new_block[to] == IR_NONE) {
				r->new_block[to] = 0;
				stack[depth++] = to;
			}
		}
	}
	for (i = 0; i < unit->nr_blocks; i++) {
		if (r->new_block[i] != IR_NONE)
			r->new_block[i] = r->nr_blocks++;
	}
	return 0;
}

static uint32_t moved(const struct rewrite *r, uint32_t value)
{
	return r->new_insn[opt_value(r->edit, value)];
}

static bool goes(const struct rewrite *r, uint32_t at)
{
	return r->edit->dead[at] || r->edit->same_as[at] != IR_NONE;
}

/* Old edge @at; arguments of parameters that go are dropped. The target may not have moved yet. */
static void move_edge(struct rewrite *r, uint32_t at, const uint32_t *first)
{
	const struct ir_edge *old = &r->unit->edge[at];
	struct ir_edge *edge = &r->edge[r->nr_edges++];
	uint32_t i;

	*edge = (struct ir_edge){ .block = r->new_block[old->block], .first_arg = r->nr_args };
	for (i = 0; i < old->nr_args; i++) {
		if (!goes(r, first[old->block] + i))
			r->arg[r->nr_args++] = moved(r, r->unit->arg[old->first_arg + i]);
	}
	edge->nr_args = r->nr_args - edge->first_arg;
}

static void move_lists(struct rewrite *r, struct ir_insn *insn, const uint32_t *first)
{
	uint32_t old = insn->lo, nr = ir_nr_edges(insn), i;

	if (insn->op == IR_call) {
		old = insn->hi;
		insn->hi = r->nr_args;
		for (i = 0; i < r->unit->helper[insn->lo].nr_args; i++)
			r->arg[r->nr_args++] = moved(r, r->unit->arg[old + i]);
	} else if (nr) {
		insn->lo = r->nr_edges;
		for (i = 0; i < nr; i++)
			move_edge(r, old + i, first);
	}
}

static void move_insn(struct rewrite *r, uint32_t at, const uint32_t *first)
{
	struct ir_insn insn = r->unit->insn[at];
	unsigned int nr = ir_ops[insn.op].nr_operands;

	if (nr)
		insn.a = moved(r, insn.a);
	if (nr > 1)
		insn.b = moved(r, insn.b);
	if (nr > 2)
		insn.c = moved(r, insn.c);
	move_lists(r, &insn, first);
	r->new_insn[at] = r->nr_insns;
	r->unit->insn[r->nr_insns++] = insn;
}

static void move_block(struct rewrite *r, uint32_t at, const uint32_t *first)
{
	const struct ir_block old = r->unit->block[at];
	struct ir_block block = { .first = r->nr_insns };
	uint32_t i;

	for (i = 0; i < old.nr; i++) {
		if (goes(r, old.first + i))
			continue;
		move_insn(r, old.first + i, first);
		block.nr_params += i < old.nr_params;
	}
	block.nr = r->nr_insns - block.first;
	r->unit->block[r->new_block[at]] = block;
}

int opt_apply(const struct opt_edit *edit, struct ir_unit *unit, struct ir_arena *scratch)
{
	struct rewrite r = { .edit = edit, .unit = unit };
	uint32_t *first = ir_arena_alloc(scratch, unit->nr_blocks * sizeof(*first));
	uint32_t nr_blocks = unit->nr_blocks, i;

	r.new_insn = ir_arena_alloc(scratch, unit->nr_insns * sizeof(*r.new_insn));
	r.new_block = ir_arena_alloc(scratch, unit->nr_blocks * sizeof(*r.new_block));
	r.edge = ir_arena_alloc(scratch, unit->nr_edges * sizeof(*r.edge));
	r.arg = ir_arena_alloc(scratch, unit->nr_args * sizeof(*r.arg));
	if (!first || !r.new_insn || !r.new_block || !r.edge || !r.arg || reach(&r, scratch))
		return -ENOMEM;
	for (i = 0; i < nr_blocks; i++)
		first[i] = unit->block[i].first;
	for (i = 0; i < nr_blocks; i++) {
		if (r.new_block[i] != IR_NONE)
			move_block(&r, i, first);
	}
	unit->nr_insns = r.nr_insns;
	unit->nr_blocks = r.nr_blocks;
	unit->nr_edges = r.nr_edges;
	unit->nr_args = r.nr_args;
	if (r.nr_edges)
		memcpy(unit->edge, r.edge, r.nr_edges * sizeof(*r.edge));
	if (r.nr_args)
		memcpy(unit->arg, r.arg, r.nr_args * sizeof(*r.arg));
	return 0;
}
