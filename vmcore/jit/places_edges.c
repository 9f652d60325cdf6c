// SPDX-License-Identifier: MIT
/*
 * Edges in tier 2. First the parameters that live in slots, then those in registers, all at once; if
 * the slot of a parameter that is overwritten is an argument, by way of other slots.
 */
#include "vmcore/jit/values.h"

static uint64_t bit(unsigned int reg)
{
	return UINT64_C(1) << reg;
}

static unsigned int type_of(const struct jit_places *p, uint32_t value)
{
	return p->unit->insn[value].type;
}

static uint32_t param_of(const struct jit_places *p, const struct ir_edge *edge, uint32_t i)
{
	return p->unit->block[edge->block].first + i;
}

static uint32_t arg_of(const struct jit_places *p, const struct ir_edge *edge, uint32_t i)
{
	return p->unit->arg[edge->first_arg + i];
}

static bool is_moved(const struct jit_places *p, uint32_t param, uint32_t arg)
{
	if (!p->value[param].uses)
		return false;
	if (p->value[param].flags & JIT_HOME)
		return p->value[arg].reg != p->homes->home[param].reg;
	return arg != param;
}

bool jit_places_is_passed(const struct jit_places *p, const struct ir_edge *edge)
{
	uint32_t i;

	for (i = 0; i < edge->nr_args; i++) {
		if (is_moved(p, param_of(p, edge, i), arg_of(p, edge, i)))
			return false;
	}
	return true;
}

static bool overlaps(const struct jit_places *p, const struct ir_edge *edge)
{
	uint32_t first = p->unit->block[edge->block].first, i;

	for (i = 0; i < edge->nr_args; i++) {
		uint32_t arg = arg_of(p, edge, i);

		if (arg - first < edge->nr_args && arg != first + i &&
		    !(p->value[arg].flags & JIT_HOME) && p->value[arg].reg == JIT_NO_REG)
			return true;
	}
	return false;
}

/* The parameters in slots; with @temporary from there, or to there. */
static void pass_slots(struct jit_places *p, const struct ir_edge *edge, uint32_t temporary,
		       bool back)
{
	uint32_t i;

	for (i = 0; i < edge->nr_args; i++) {
		uint32_t param = param_of(p, edge, i), arg = arg_of(p, edge, i);

		if (p->value[param].flags & JIT_HOME || !is_moved(p, param, arg))
			continue;
		if (back)
			p->ops->copy_slot(p, type_of(p, param), p->value[param].slot,
					  temporary + 2 * i);
		else
			jit_to_slot(p, p->ops, temporary == IR_NONE ? p->value[param].slot :
				    temporary + 2 * i, arg);
	}
}

/*
 * @arg: [register] what goes there, if its bit in @to is set
 * @from: [register] where that is
 */
struct moves {
	uint32_t arg[JIT_CACHE_REGS];
	uint8_t from[JIT_CACHE_REGS];
	uint64_t to;
};

static bool is_read(const struct moves *moves, unsigned int reg, unsigned int except)
{
	uint64_t m;

	for (m = moves->to & ~bit(except); m; m &= m - 1) {
		if (moves->from[__builtin_ctzll(m)] == reg)
			return true;
	}
	return false;
}

/* Do the moves from registers to such as no other move reads. Return: was there one? */
static bool move_some(struct jit_places *p, struct moves *moves)
{
	uint64_t m;
	bool any = false;

	for (m = moves->to; m; m &= m - 1) {
		unsigned int reg = (unsigned int)__builtin_ctzll(m);

		if (moves->from[reg] == JIT_NO_REG || is_read(moves, reg, reg))
			continue;
		p->ops->move(p, type_of(p, moves->arg[reg]), reg, moves->from[reg]);
		moves->to &= ~bit(reg);
		any = true;
	}
	return any;
}

/* What is left are circles: what one register holds goes to a scratch register. */
static void open_circle(struct jit_places *p, struct moves *moves, unsigned int reg)
{
	bool general = bit(reg) & p->job->home_general;
	unsigned int scratch = general ? p->ops->scratch_general : p->ops->scratch_vector;
	uint64_t m;

	p->ops->move(p, general ? IR_I64 : IR_V128, scratch, reg);
	for (m = moves->to; m; m &= m - 1) {
		if (moves->from[__builtin_ctzll(m)] == reg)
			moves->from[__builtin_ctzll(m)] = (uint8_t)scratch;
	}
}

static uint64_t from_registers(const struct moves *moves)
{
	uint64_t from = 0, m;

	for (m = moves->to; m; m &= m - 1) {
		if (moves->from[__builtin_ctzll(m)] != JIT_NO_REG)
			from |= m & -m;
	}
	return from;
}

static void pass_registers(struct jit_places *p, const struct ir_edge *edge)
{
	struct moves moves;
	uint32_t i;
	uint64_t m;

	moves.to = 0;
	for (i = 0; i < edge->nr_args; i++) {
		uint32_t param = param_of(p, edge, i), arg = arg_of(p, edge, i);
		unsigned int home = p->homes->home[param].reg;

		if (!(p->value[param].flags & JIT_HOME) || !is_moved(p, param, arg))
			continue;
		moves.to |= bit(home);
		p->touched |= bit(home);
		moves.arg[home] = arg;
		moves.from[home] = p->value[arg].reg;
	}
	while (from_registers(&moves)) {
		if (!move_some(p, &moves))
			open_circle(p, &moves, (unsigned int)__builtin_ctzll(from_registers(&moves)));
	}
	for (m = moves.to; m; m &= m - 1) {
		unsigned int reg = (unsigned int)__builtin_ctzll(m);

		jit_copy_to(p, p->ops, reg, moves.arg[reg]);
	}
}

void jit_places_pass(struct jit_places *p, const struct ir_edge *edge)
{
	uint32_t temporary = IR_NONE;

	if (overlaps(p, edge)) {
		temporary = p->next_slot + (p->next_slot & 1);
		p->next_slot = temporary + 2 * edge->nr_args;
	}
	pass_slots(p, edge, temporary, false);
	pass_registers(p, edge);
	if (temporary != IR_NONE)
		pass_slots(p, edge, temporary, true);
}
