// SPDX-License-Identifier: MIT
#include "tests/fuzz/compiler_mutate.h"

#include <errno.h>
#include <string.h>

#define MOST_CHANGES 4u
#define TRIES	     40u

struct mutator {
	struct ir_unit *unit;
	uint64_t random;
};

static uint64_t draw(struct mutator *m)
{
	m->random ^= m->random << 13;
	m->random ^= m->random >> 7;
	m->random ^= m->random << 17;
	return m->random;
}

static uint32_t below(struct mutator *m, uint32_t n)
{
	return (uint32_t)((draw(m) >> 32) * n >> 32);
}

static struct ir_insn *some_insn(struct mutator *m)
{
	return &m->unit->insn[below(m, m->unit->nr_insns)];
}

/* An earlier value of a type. Whether it dominates is the verifier's affair. */
static uint32_t some_value(struct mutator *m, uint32_t before, unsigned int type)
{
	uint32_t i, at;

	for (i = 0; before && i < TRIES; i++) {
		at = below(m, before);
		if (m->unit->insn[at].type == type)
			return at;
	}
	return IR_NONE;
}

static bool change_operand(struct mutator *m)
{
	struct ir_insn *insn = some_insn(m);
	uint32_t *operand[] = { &insn->a, &insn->b, &insn->c }, nr = ir_ops[insn->op].nr_operands, n;
	uint32_t value;

	if (!nr)
		return false;
	n = below(m, nr);
	if (*operand[n] >= m->unit->nr_insns)
		return false;
	value = some_value(m, (uint32_t)(insn - m->unit->insn), m->unit->insn[*operand[n]].type);
	if (value == IR_NONE)
		return false;
	*operand[n] = value;
	return true;
}

/* Numbers at which something ends. */
static uint64_t edge_number(struct mutator *m)
{
	static const uint64_t number[] = {
		0, 1, 2, 7, 8, 31, 32, 63, 64, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x10000,
		0x10ff8, 0x11000, 0x7fffffff, 0x80000000, 0xffffffff, 0x7fffffffffffffff,
		0x8000000000000000, 0xffffffffffffffff, 0xfffffffffffffff0, 0x3ff0000000000000,
		0x7ff0000000000000, 0x7ff8000000000000, 0x7ff0000000000001, 0x3f800000, 0x7f800000,
		0x7fa00000, 0xffffffffffff0000,
	};
	uint64_t value = number[below(m, VMB_ARRAY_SIZE(number))];

	return below(m, 4) ? value : value + (draw(m) & 15) - 8;
}

static bool change_number(struct mutator *m)
{
	struct ir_insn *insn = some_insn(m);

	switch (ir_ops[insn->op].imm) {
	case I_CONST:
		insn->imm = edge_number(m);
		if (insn->type == IR_V128) {
			insn->b = (uint32_t)edge_number(m);
			insn->c = (uint32_t)edge_number(m);
		} else {
			insn->imm &= ir_type_mask(insn->type);
		}
		return true;
	case I_OFF:
		insn->imm = (uint64_t)(int64_t)(int32_t)edge_number(m);
		return true;
	case I_STATE:
		insn->imm = below(m, m->unit->state_bytes + 1) & ~UINT64_C(7);
		return true;
	case I_U8: case I_B16: case I_LANE: case I_REV:
		insn->imm = 1u << below(m, 6);
		insn->imm -= below(m, 2);
		return true;
	case I_BITS:
		insn->lo = below(m, 64);
		insn->hi = 1 + below(m, 64);
		return true;
	case I_PC:
		insn->imm = edge_number(m);
		return true;
	default:
		return false;
	}
}

/* Another operation with operands of the same kinds. */
static bool change_op(struct mutator *m)
{
	struct ir_insn *insn = some_insn(m);
	const struct ir_op_info *now = &ir_ops[insn->op], *then;
	uint32_t i, op;

	if (now->imm >= I_CALL)
		return false;
	for (i = 0; i < TRIES; i++) {
		op = below(m, IR_NR_OPS);
		then = &ir_ops[op];
		if (op == insn->op || then->nr_operands != now->nr_operands || then->imm != now->imm)
			continue;
		insn->op = (uint8_t)op;
		if (then->aux != now->aux)
			insn->aux = (uint8_t)below(m, 16);
		if (then->aux2 != now->aux2)
			insn->aux2 = 0;
		return true;
	}
	return false;
}

static bool change_attribute(struct mutator *m)
{
	struct ir_insn *insn = some_insn(m);

	if (below(m, 3) && ir_ops[insn->op].aux != X_NONE)
		insn->aux = (uint8_t)(below(m, 4) ? below(m, 16) : below(m, 256));
	else if (ir_ops[insn->op].aux2 != X_NONE)
		insn->aux2 = (uint8_t)below(m, 16);
	else
		return false;
	return true;
}

/* Another block with as many parameters; back edges make loops. */
static bool change_edge(struct mutator *m)
{
	struct ir_edge *edge;
	uint32_t i, block;

	if (!m->unit->nr_edges || m->unit->nr_blocks < 2)
		return false;
	edge = &m->unit->edge[below(m, m->unit->nr_edges)];
	for (i = 0; i < TRIES; i++) {
		block = 1 + below(m, m->unit->nr_blocks - 1);
		if (block == edge->block || m->unit->block[block].nr_params != edge->nr_args)
			continue;
		edge->block = block;
		return true;
	}
	return false;
}

static bool change_argument(struct mutator *m)
{
	uint32_t *arg, value;

	if (!m->unit->nr_args)
		return false;
	arg = &m->unit->arg[below(m, m->unit->nr_args)];
	value = some_value(m, m->unit->nr_insns, m->unit->insn[*arg].type);
	if (value == IR_NONE)
		return false;
	*arg = value;
	return true;
}

/* Values from @at on, which heads no block, are renumbered by @by: one came, or one went. */
static void shift(struct ir_unit *unit, uint32_t at, uint32_t by)
{
	uint32_t i;

	for (i = 0; i < unit->nr_insns; i++) {
		struct ir_insn *insn = &unit->insn[i];
		uint32_t *operand[] = { &insn->a, &insn->b, &insn->c }, n;

		for (n = 0; n < ir_ops[insn->op].nr_operands; n++)
			if (*operand[n] != IR_NONE && *operand[n] >= at)
				*operand[n] += by;
	}
	for (i = 0; i < unit->nr_args; i++)
		if (unit->arg[i] >= at)
			unit->arg[i] += by;
	for (i = 0; i < unit->nr_blocks; i++) {
		struct ir_block *block = &unit->block[i];

		if (block->first > at)
			block->first += by;
		else if (at < block->first + block->nr)
			block->nr += by;
	}
}

static bool used(const struct ir_unit *unit, uint32_t value)
{
	uint32_t i, n;

	for (i = value + 1; i < unit->nr_insns; i++)
		for (n = 0; n < ir_ops[unit->insn[i].op].nr_operands; n++)
			if (ir_operand(&unit->insn[i], n) == value)
				return true;
	for (i = 0; i < unit->nr_args; i++)
		if (unit->arg[i] == value)
			return true;
	return false;
}

/* Not at the head of a block, nor behind its end. */
static bool is_inside(const struct ir_unit *unit, uint32_t at)
{
	return at && unit->insn[at].op != IR_param && !ir_is_term(&unit->insn[at - 1]);
}

static bool remove_insn(struct mutator *m)
{
	struct ir_unit *unit = m->unit;
	uint32_t at = below(m, unit->nr_insns);

	if (!is_inside(unit, at) || ir_is_term(&unit->insn[at]) || used(unit, at))
		return false;
	memmove(&unit->insn[at], &unit->insn[at + 1],
		(unit->nr_insns - at - 1) * sizeof(*unit->insn));
	unit->nr_insns--;
	shift(unit, at, UINT32_MAX);
	return true;
}

/* A copy of an instruction from elsewhere, whose operands are found here. */
static bool insert_insn(struct mutator *m)
{
	struct ir_unit *unit = m->unit;
	struct ir_insn insn = *some_insn(m);
	uint32_t *operand[] = { &insn.a, &insn.b, &insn.c }, at = below(m, unit->nr_insns), n;

	if (!is_inside(unit, at) || unit->nr_insns == unit->cap_insns || insn.op == IR_param ||
	    ir_ops[insn.op].imm >= I_CALL || ir_ops[insn.op].effects & E_TERM)
		return false;
	for (n = 0; n < ir_ops[insn.op].nr_operands; n++) {
		if (*operand[n] == IR_NONE)
			continue;
		*operand[n] = some_value(m, at, unit->insn[*operand[n]].type);
		if (*operand[n] == IR_NONE)
			return false;
	}
	shift(unit, at, 1);
	memmove(&unit->insn[at + 1], &unit->insn[at], (unit->nr_insns - at) * sizeof(*unit->insn));
	unit->insn[at] = insn;
	unit->nr_insns++;
	return true;
}

static bool flip_flags(struct mutator *m)
{
	m->unit->flags ^= IR_UNIT_FPFLAGS;
	return true;
}

static bool (*const changes[])(struct mutator *m) = {
	change_operand, change_operand, change_number, change_number, change_op, change_op,
	change_attribute, change_edge, change_edge, change_argument, remove_insn, insert_insn,
	insert_insn, flip_flags,
};

/* With room for instructions that come. */
static int copy(struct ir_unit *to, const struct ir_unit *from, struct ir_arena *arena)
{
	uint32_t room = from->nr_insns + MOST_CHANGES;
	int status = ir_unit_copy(to, from, arena);
	struct ir_insn *insn;

	if (status)
		return status;
	insn = ir_arena_alloc(arena, room * sizeof(*insn));
	if (!insn)
		return -ENOMEM;
	memcpy(insn, to->insn, to->nr_insns * sizeof(*insn));
	to->insn = insn;
	to->cap_insns = room;
	return 0;
}

int compiler_mutate(struct ir_unit *unit, uint64_t seed, struct ir_arena *scratch)
{
	struct mutator m = { .random = seed | 1 };
	uint32_t wanted = 1 + below(&m, MOST_CHANGES), tries;
	struct ir_error error;
	int done = 0, status;

	for (tries = 0; tries < TRIES && (uint32_t)done < wanted; tries++) {
		struct ir_unit next;

		status = copy(&next, unit, unit->arena);
		if (status)
			return status;
		m.unit = &next;
		if (!changes[below(&m, VMB_ARRAY_SIZE(changes))](&m))
			continue;
		ir_arena_reset(scratch);
		status = ir_verify(&next, scratch, &error);
		if (status == -ENOMEM)
			return status;
		if (!status) {
			*unit = next;
			done++;
		}
	}
	return done;
}
