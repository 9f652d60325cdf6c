// SPDX-License-Identifier: MIT
/*
 * A branch around a few cheap instructions, or between two such blocks, that only choose values:
 * both are computed and what comes behind gets the one that the condition selects. Processors
 * guess branches that depend on data wrong, and compilers for guests without conditional moves can
 * do nothing else.
 */
#include <errno.h>
#include <string.h>

#include "vmcore/ir/dom.h"
#include "vmcore/opt/pass.h"

/* Instructions that are computed in vain, all of such a block, and values that are selected. */
#define MAX_COST    4u
#define MAX_SIDE    24u
#define MAX_SELECTS 3u
/* Blocks before, each the only way to the next, in which the value of a slot is looked for. */
#define MAX_BEFORE  4u

/* Of the host one instruction or two. */
static const bool is_cheap[IR_NR_OPS] = {
	[IR_add] = true, [IR_sub] = true, [IR_and] = true, [IR_or] = true, [IR_xor] = true,
	[IR_andn] = true, [IR_neg] = true, [IR_not] = true, [IR_shl] = true, [IR_shr] = true,
	[IR_sar] = true, [IR_rotl] = true, [IR_rotr] = true, [IR_zext] = true, [IR_sext] = true,
	[IR_trunc] = true, [IR_ubfx] = true, [IR_sbfx] = true, [IR_cmp] = true, [IR_copy] = true,
};

/*
 * struct choice - what a block's branch chooses between.
 * @side: [2] block behind the condition's edge and behind the other, IR_NONE: the edge leads to @join
 * @into: [2] the branch's edges; @edge: the edge to @join on either way
 * @yes, @no, @select: [@nr] pairs of values, and which is selected
 * @store, @stored: [@nr_stored] stores to the state on one of the ways, and the pair
 */
struct choice {
	uint32_t join, side[2], into[2], edge[2];
	uint32_t yes[MAX_SELECTS], no[MAX_SELECTS], select[MAX_SELECTS], nr;
	uint32_t store[MAX_SELECTS], stored[MAX_SELECTS], nr_stored;
};

/* @from, @to: [@nr_copied] values of sides, and their copies in the block that is being written */
struct work {
	struct ir_unit *unit;
	struct opt_preds preds;
	struct ir_unit out;
	uint32_t *new_insn, *first;
	uint32_t from[2 * MAX_SIDE], to[2 * MAX_SIDE], nr_copied;
};

static const struct ir_insn *at(const struct work *w, uint32_t i)
{
	return &w->unit->insn[i];
}

static uint32_t nr_preds(const struct work *w, uint32_t block)
{
	return w->preds.first[block + 1] - w->preds.first[block];
}

/*
 * Does a block only compute what is cheap, for whoever comes next? It lies behind the branch, @from, so
 * that nothing there is one of its values.
 */
static bool is_side(const struct work *w, uint32_t from, uint32_t block, uint32_t *cost)
{
	const struct ir_block *b = &w->unit->block[block];
	uint32_t i;

	if (block <= from || b->nr > MAX_SIDE || ir_terminator(w->unit, block)->op != IR_br)
		return false;
	for (i = b->first + b->nr_params; i < b->first + b->nr - 1; i++) {
		const struct ir_insn *insn = at(w, i);

		if (is_cheap[insn->op])
			++*cost;
		else if (insn->op != IR_st_state && insn->op != IR_const &&
			 insn->op != IR_guest_pc)
			return false;
	}
	return *cost <= MAX_COST;
}

/* Where the ways of a branch come together again. */
static bool find_join(const struct work *w, uint32_t block, const struct ir_insn *term,
		      struct choice *c)
{
	uint32_t i, cost = 0, to[2], behind[2];

	for (i = 0; i < 2; i++) {
		c->into[i] = term->lo + i;
		to[i] = w->unit->edge[c->into[i]].block;
		c->side[i] = is_side(w, block, to[i], &cost) ? to[i] : IR_NONE;
		behind[i] = c->side[i] == IR_NONE ? IR_NONE :
			    w->unit->edge[ir_terminator(w->unit, to[i])->lo].block;
	}
	/* A side is none if the other edge leads there, too, or past it. */
	if (to[0] == to[1])
		c->side[0] = c->side[1] = IR_NONE;
	else if (behind[0] != IR_NONE && behind[0] == to[1])
		c->side[1] = IR_NONE;
	else if (behind[1] != IR_NONE && behind[1] == to[0])
		c->side[0] = IR_NONE;
	else if (behind[0] == IR_NONE || behind[0] != behind[1])
		return false;
	c->join = c->side[0] == IR_NONE ? to[0] : behind[0];
	for (i = 0; i < 2; i++)
		c->edge[i] = c->side[i] == IR_NONE ? c->into[i] :
			     ir_terminator(w->unit, c->side[i])->lo;
	return cost <= MAX_COST;
}

static bool overlaps(const struct work *w, const struct ir_insn *a, const struct ir_insn *b)
{
	uint32_t a_bytes = ir_type_bytes(a->op == IR_st_state ? at(w, a->a)->type : a->type);
	uint32_t b_bytes = ir_type_bytes(b->op == IR_st_state ? at(w, b->a)->type : b->type);

	return a->imm < b->imm + b_bytes && b->imm < a->imm + a_bytes;
}

/* What the slot of @store holds at the end of a block; IR_NONE: it is not known there. */
static uint32_t held_before(const struct work *w, uint32_t block, const struct ir_insn *store)
{
	uint32_t steps, i;

	for (steps = 0; steps < MAX_BEFORE; steps++) {
		const struct ir_block *b = &w->unit->block[block];

		for (i = b->first + b->nr; i-- > b->first;) {
			const struct ir_insn *insn = at(w, i);
			uint32_t value = insn->op == IR_st_state ? insn->a : i;

			if (ir_effects(w->unit, insn) & E_WRS && insn->op != IR_st_state)
				return IR_NONE;
			if ((insn->op != IR_st_state && insn->op != IR_ld_state) ||
			    !overlaps(w, insn, store))
				continue;
			return insn->imm == store->imm && at(w, value)->type == at(w, store->a)->type ?
			       value : IR_NONE;
		}
		if (!block || nr_preds(w, block) != 1)
			return IR_NONE;
		block = w->preds.from[w->preds.first[block]];
	}
	return IR_NONE;
}

/* Number of the pair, which is new or was there; MAX_SELECTS: it cannot be selected. */
static uint32_t pair(const struct work *w, struct choice *c, uint32_t yes, uint32_t no)
{
	uint32_t i;

	for (i = 0; i < c->nr && (c->yes[i] != yes || c->no[i] != no); i++)
		;
	if (i == MAX_SELECTS || !ir_is_int(at(w, yes)->type))
		return MAX_SELECTS;
	c->yes[i] = yes;
	c->no[i] = no;
	c->nr += i == c->nr;
	return i;
}

static uint32_t arg(const struct work *w, uint32_t edge, uint32_t k)
{
	return w->unit->arg[w->unit->edge[edge].first_arg + k];
}

/* A parameter of a side is the argument of the edge that leads there. */
static uint32_t resolved(const struct work *w, const struct choice *c, unsigned int side,
			 uint32_t value)
{
	const struct ir_block *b;

	if (c->side[side] == IR_NONE)
		return value;
	b = &w->unit->block[c->side[side]];
	return value - b->first < b->nr_params ? arg(w, c->into[side], value - b->first) : value;
}

/* What a side stores to the slot of @store; IR_NONE: nothing. */
static uint32_t stored_by(const struct work *w, const struct choice *c, unsigned int side,
			  const struct ir_insn *store)
{
	const struct ir_block *b;
	uint32_t i;

	if (c->side[side] == IR_NONE)
		return IR_NONE;
	b = &w->unit->block[c->side[side]];

	for (i = b->first; i < b->first + b->nr; i++) {
		const struct ir_insn *insn = at(w, i);

		if (insn->op == IR_st_state && insn->imm == store->imm &&
		    at(w, insn->a)->type == at(w, store->a)->type)
			return resolved(w, c, side, insn->a);
	}
	return IR_NONE;
}

static bool was_found(const struct work *w, const struct choice *c, const struct ir_insn *store)
{
	uint32_t k;

	for (k = 0; k < c->nr_stored; k++) {
		if (overlaps(w, at(w, c->store[k]), store))
			return true;
	}
	return false;
}

/* A store of @side: what the slot gets on either way. */
static bool add_store(const struct work *w, struct choice *c, uint32_t block, unsigned int side,
		      uint32_t store)
{
	const struct ir_insn *insn = at(w, store);
	uint32_t mine = resolved(w, c, side, insn->a), other = stored_by(w, c, !side, insn);
	uint32_t number;

	if (other == IR_NONE)
		other = held_before(w, block, insn);
	if (other == IR_NONE || c->nr_stored == MAX_SELECTS)
		return false;
	number = side ? pair(w, c, other, mine) : pair(w, c, mine, other);
	c->store[c->nr_stored] = store;
	c->stored[c->nr_stored++] = number;
	return number < MAX_SELECTS;
}

/* Slots that one side writes twice, or in parts, are left alone. */
static bool find_stores(const struct work *w, struct choice *c, uint32_t block, unsigned int side)
{
	const struct ir_block *b = &w->unit->block[c->side[side]];
	uint32_t nr_before = c->nr_stored, i;

	for (i = b->first; i < b->first + b->nr; i++) {
		const struct ir_insn *insn = at(w, i);

		if (insn->op != IR_st_state)
			continue;
		if (was_found(w, c, insn)) {
			/* The other side may have stored to this slot, to no part of it. */
			if (nr_before && stored_by(w, c, !side, insn) != IR_NONE)
				continue;
			return false;
		}
		if (!add_store(w, c, block, side, i))
			return false;
	}
	return true;
}

/* Argument @k of @join on either way. */
static uint32_t joins(const struct work *w, const struct choice *c, unsigned int side, uint32_t k)
{
	return resolved(w, c, side, arg(w, c->edge[side], k));
}

/* Return: can the block's branch become a choice? */
static bool find_choice(const struct work *w, uint32_t block, struct choice *c)
{
	const struct ir_insn *term = ir_terminator(w->unit, block);
	uint32_t k;

	*c = (struct choice){ 0 };
	if ((term->op != IR_brcond && term->op != IR_brcmp) || !find_join(w, block, term, c))
		return false;
	for (k = 0; k < 2; k++) {
		if (c->side[k] != IR_NONE && !find_stores(w, c, block, k))
			return false;
	}
	for (k = 0; k < w->unit->edge[c->edge[0]].nr_args; k++) {
		uint32_t yes = joins(w, c, 0, k), no = joins(w, c, 1, k);

		if (yes != no && pair(w, c, yes, no) == MAX_SELECTS)
			return false;
	}
	return true;
}

static uint32_t append(struct work *w, const struct ir_insn *insn)
{
	w->out.insn[w->out.nr_insns] = *insn;
	return w->out.nr_insns++;
}

/* The new number of a value, in the block that is being written. */
static uint32_t now(const struct work *w, uint32_t value)
{
	uint32_t i;

	for (i = 0; i < w->nr_copied; i++) {
		if (w->from[i] == value)
			return w->to[i];
	}
	return w->new_insn[value];
}

static void copied_to(struct work *w, uint32_t value, uint32_t copy)
{
	w->from[w->nr_copied] = value;
	w->to[w->nr_copied++] = copy;
}

static struct ir_insn renamed(const struct work *w, const struct ir_insn *old)
{
	unsigned int nr = ir_ops[old->op].nr_operands;
	struct ir_insn insn = *old;

	insn.a = nr ? now(w, insn.a) : insn.a;
	insn.b = nr > 1 ? now(w, insn.b) : insn.b;
	insn.c = nr > 2 ? now(w, insn.c) : insn.c;
	return insn;
}

static void copy_insn(struct work *w, uint32_t i)
{
	struct ir_insn insn = renamed(w, at(w, i));

	w->new_insn[i] = append(w, &insn);
}

/* A select, with a comparison of its own before it, whose flags the host can use. */
static uint32_t append_select(struct work *w, const struct ir_insn *term, uint32_t yes, uint32_t no)
{
	struct ir_insn condition = renamed(w, term);
	uint32_t truth = condition.a;

	if (term->op == IR_brcmp) {
		condition = (struct ir_insn){ .op = IR_cmp, .type = IR_I8, .aux = term->aux,
					      .a = condition.a, .b = condition.b, .c = IR_NONE };
		truth = append(w, &condition);
	}
	return append(w, &(struct ir_insn){ .op = IR_select, .type = at(w, yes)->type, .a = truth,
					    .b = now(w, yes), .c = now(w, no) });
}

/* What a side computes, without its stores; the side itself stays for whoever else goes there. */
static void copy_side(struct work *w, const struct choice *c, unsigned int side)
{
	const struct ir_block *b = &w->unit->block[c->side[side]];
	uint32_t i;

	for (i = 0; i < b->nr_params; i++)
		copied_to(w, b->first + i, now(w, arg(w, c->into[side], i)));
	for (i = b->first + b->nr_params; i < b->first + b->nr - 1; i++) {
		struct ir_insn insn = renamed(w, at(w, i));

		if (insn.op != IR_st_state && insn.op != IR_guest_pc)
			copied_to(w, i, append(w, &insn));
	}
}

/* The block's last instruction: a jump, with what is selected. */
static void write_choice(struct work *w, uint32_t block, struct choice *c)
{
	const struct ir_insn *term = ir_terminator(w->unit, block);
	struct ir_edge *edge = &w->unit->edge[term->lo];
	uint32_t i, k, nr = w->unit->edge[c->edge[0]].nr_args;

	for (i = 0; i < 2; i++) {
		if (c->side[i] != IR_NONE)
			copy_side(w, c, i);
	}
	for (i = 0; i < c->nr; i++)
		c->select[i] = append_select(w, term, c->yes[i], c->no[i]);
	for (i = 0; i < c->nr_stored; i++)
		append(w, &(struct ir_insn){ .op = IR_st_state, .a = c->select[c->stored[i]],
					     .b = IR_NONE, .c = IR_NONE,
					     .imm = at(w, c->store[i])->imm });
	for (k = 0; k < nr; k++) {
		uint32_t yes = joins(w, c, 0, k), no = joins(w, c, 1, k);

		w->out.arg[w->out.nr_args++] = yes == no ? now(w, yes) :
					       c->select[pair(w, c, yes, no)];
	}
	*edge = (struct ir_edge){ c->join, w->out.nr_args - nr, nr };
	append(w, &(struct ir_insn){ .op = IR_br, .a = IR_NONE, .b = IR_NONE, .c = IR_NONE,
				     .lo = term->lo, .hi = 1 });
	w->nr_copied = 0;
}

/* Room for the unit as it will be. Return: 0, -ENOMEM, -E2BIG to leave it as it is. */
static int make_room(struct work *w, const struct choice *choice, struct ir_arena *scratch)
{
	uint64_t nr_insns = w->unit->nr_insns, nr_args = w->unit->nr_args;
	uint32_t b, i;

	for (b = 0; b < w->unit->nr_blocks; b++) {
		const struct choice *c = &choice[b];

		for (i = 0; c->join && i < 2; i++)
			nr_insns += c->side[i] == IR_NONE ? 0 : w->unit->block[c->side[i]].nr;
		nr_insns += 2 * c->nr + c->nr_stored;
		nr_args += c->join ? w->unit->edge[c->edge[0]].nr_args : 0;
	}
	if (nr_insns > IR_MAX_INSNS || nr_args > IR_MAX_ARGS)
		return -E2BIG;
	w->out = *w->unit;
	w->out.cap_insns = (uint32_t)nr_insns;
	w->out.cap_args = (uint32_t)nr_args;
	w->out.insn = ir_arena_alloc(w->unit->arena, nr_insns * sizeof(*w->out.insn));
	w->out.arg = ir_arena_alloc(w->unit->arena, (nr_args + 1) * sizeof(*w->out.arg));
	w->out.nr_insns = 0;
	w->new_insn = ir_arena_alloc(scratch, w->unit->nr_insns * sizeof(*w->new_insn));
	return w->out.insn && w->out.arg && w->new_insn ? 0 : -ENOMEM;
}

static void rewrite(struct work *w, struct choice *choice)
{
	uint32_t b, i;

	for (b = 0; b < w->unit->nr_blocks; b++) {
		struct ir_block *block = &w->unit->block[b];
		uint32_t first = w->out.nr_insns, nr = block->nr - (choice[b].join ? 1 : 0);

		for (i = block->first; i < block->first + nr; i++)
			copy_insn(w, i);
		if (choice[b].join)
			write_choice(w, b, &choice[b]);
		w->first[b] = first;
	}
	for (i = 0; i < w->unit->nr_args; i++)
		w->out.arg[i] = w->new_insn[w->unit->arg[i]];
	for (b = 0; b < w->unit->nr_blocks; b++) {
		uint32_t end = b + 1 < w->unit->nr_blocks ? w->first[b + 1] : w->out.nr_insns;

		w->unit->block[b].first = w->first[b];
		w->unit->block[b].nr = end - w->first[b];
	}
	*w->unit = w->out;
}

int opt_choose(struct ir_unit *unit, struct ir_arena *scratch)
{
	struct work w = { .unit = unit };
	struct choice *choice = ir_arena_alloc(scratch, unit->nr_blocks * sizeof(*choice));
	struct opt_edit edit;
	uint32_t b, found = 0;
	int status = opt_preds_build(&w.preds, unit, scratch);

	w.first = opt_array(scratch, unit->nr_blocks, 0, &status);
	if (!choice || status)
		return -ENOMEM;
	for (b = 0; b < unit->nr_blocks; b++) {
		if (find_choice(&w, b, &choice[b]))
			found++;
		else
			choice[b] = (struct choice){ 0 };
	}
	if (!found)
		return 0;
	status = make_room(&w, choice, scratch);
	if (status)
		return status == -E2BIG ? 0 : status;
	rewrite(&w, choice);
	status = opt_edit_init(&edit, unit, scratch);
	return status ? status : opt_apply(&edit, unit, scratch);
}
