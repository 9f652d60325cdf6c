// SPDX-License-Identifier: MIT
/*
 * Tier 2: values have homes. Between blocks a value that others use is in its home; within a block
 * registers are a cache as in tier 1, which takes the one whose value is used last.
 */
#include "arch/x86_64/host/lower.h"

static struct jit_home *home_of(const struct x64_lower *l, uint32_t value)
{
	return &l->homes->home[value];
}

static uint32_t bit(unsigned int reg)
{
	return reg == JIT_NO_HOME ? 0 : 1u << reg;
}

static uint32_t class_of(const struct x64_lower *l, uint32_t value)
{
	return x64_type(l, value) >= IR_F32 ? X64_VECTOR : X64_GENERAL;
}

static uint32_t block_end(const struct x64_lower *l)
{
	const struct ir_block *block = &l->unit->block[l->block];

	return block->first + block->nr - 1;
}

/* The values of several blocks that are defined at @at or before. */
static void advance_globals(struct x64_lower *l, uint32_t at)
{
	uint32_t m;

	for (m = X64_GENERAL | X64_VECTOR; m; m &= m - 1) {
		unsigned int reg = (unsigned int)__builtin_ctz(m);
		uint32_t now = l->global[reg], next;

		for (;;) {
			next = now == IR_NONE ? l->homes->first[reg] : home_of(l, now)->next;
			if (next == IR_NONE || next > at)
				break;
			now = next;
		}
		l->global[reg] = now;
	}
}

/* When a register that is free will be wanted as a home. */
static uint32_t wanted_at(const struct x64_lower *l, unsigned int reg)
{
	uint32_t now = l->global[reg], next = l->homes->first[reg];

	if (now != IR_NONE) {
		if (home_of(l, now)->end > l->at)
			return l->at;
		next = home_of(l, now)->next;
	}
	return next;
}

/* Of free registers the one that is wanted last. */
static unsigned int longest_free(const struct x64_lower *l, uint32_t free)
{
	unsigned int found = JIT_NO_REG;
	uint32_t m, latest = 0;

	for (m = free; m; m &= m - 1) {
		unsigned int reg = (unsigned int)__builtin_ctz(m);
		uint32_t wanted = wanted_at(l, reg);

		if (found == JIT_NO_REG || wanted > latest) {
			found = reg;
			latest = wanted;
		}
	}
	return found;
}

/* When the value in a register is used next; one of other blocks must be back at the block's end. */
static uint32_t next_use(const struct x64_lower *l, unsigned int reg)
{
	uint32_t value = l->owner[reg], use = home_of(l, value)->use;

	if (use >= l->at)
		return use;
	return l->value[value].flags & JIT_HOME ? block_end(l) : IR_NONE;
}

static unsigned int used_last(const struct x64_lower *l, uint32_t regs)
{
	unsigned int found = JIT_NO_REG;
	uint64_t m, furthest = 0;

	for (m = regs; m; m &= m - 1) {
		unsigned int reg = (unsigned int)__builtin_ctz((uint32_t)m);
		uint64_t use = next_use(l, reg), far = 2 * (use - l->at) + 1;

		/* What must be stored first is worth twice the distance. */
		far += x64_is_saved(l, l->owner[reg]) ? far : 0;
		if (far > furthest) {
			furthest = far;
			found = reg;
		}
	}
	return found;
}

static bool is_needed(const struct x64_lower *l, uint32_t value)
{
	return l->value[value].last >= l->at;
}

/* Free a register, keeping its value elsewhere if it is needed. */
static void displace(struct x64_lower *l, unsigned int reg)
{
	uint32_t value = l->owner[reg];
	uint32_t others = class_of(l, value) & ~(l->used | l->locked | l->read | bit(reg));
	unsigned int to;

	if (others && is_needed(l, value) && !x64_is_saved(l, value)) {
		to = longest_free(l, others);
		x64_move(l, x64_type(l, value), to, reg);
		x64_forget(l, reg);
		l->owner[to] = value;
		l->used |= bit(to);
		l->value[value].reg = (uint8_t)to;
		return;
	}
	if (is_needed(l, value))
		x64_save(l, value);
	x64_forget(l, reg);
}

unsigned int x64_home_allocate(struct x64_lower *l, uint32_t from, uint32_t value)
{
	uint32_t candidates = from & ~l->locked, free = candidates & ~l->used;
	unsigned int home = home_of(l, value)->reg, reg;

	if (bit(home) & free)
		return home;
	if (bit(home) & candidates && l->value[value].flags & JIT_HOME) {
		displace(l, home);
		return home;
	}
	if (free)
		return longest_free(l, free);
	reg = used_last(l, candidates);
	if (reg == JIT_NO_REG)
		return reg;
	if (is_needed(l, l->owner[reg]))
		x64_save(l, l->owner[reg]);
	x64_forget(l, reg);
	return reg;
}

void x64_home_advance(struct x64_lower *l)
{
	const struct ir_insn *insn = &l->unit->insn[l->at];
	uint32_t operand[3], i;

	jit_operands(insn, l->unit->nr_insns, operand);
	for (i = 0; i < 3; i++)
		home_of(l, operand[i])->use = l->homes->use_after[3 * l->at + i];
	for (i = 0; insn->op == IR_call && i < l->unit->helper[insn->lo].nr_args; i++)
		home_of(l, l->unit->arg[insn->hi + i])->use = l->homes->arg_after[insn->hi + i];
}

bool x64_home_is_last_use(const struct x64_lower *l, uint32_t value)
{
	const struct jit_value *v = &l->value[value];
	uint32_t use, operand[3], i;

	if (!l->homes || v->last == l->at)
		return v->last == l->at;
	use = home_of(l, value)->use;
	if (!x64_is_saved(l, value) || use > l->at)
		return false;
	jit_operands(&l->unit->insn[use], l->unit->nr_insns, operand);
	for (i = 0; i < 3; i++) {
		if (operand[i] == value && l->homes->use_after[3 * use + i] >= use)
			return false;
	}
	return true;
}

static void move_home(struct x64_lower *l, uint32_t value)
{
	unsigned int home = home_of(l, value)->reg, reg = l->value[value].reg;

	if (l->used & bit(home))
		displace(l, home);
	if (reg == JIT_NO_REG) {
		x64_copy_to(l, home, value);
	} else {
		x64_move(l, x64_type(l, value), home, reg);
		x64_forget(l, reg);
	}
	x64_own(l, home, value);
}

void x64_home_finish(struct x64_lower *l)
{
	unsigned int home = home_of(l, l->at)->reg;

	l->locked = l->read = 0;
	l->global[home] = l->at;
	if (l->value[l->at].reg != home)
		move_home(l, l->at);
}

/* Registers whose home value is needed behind @at. */
static uint32_t live_homes(const struct x64_lower *l, uint32_t at)
{
	uint32_t live = 0, m;

	for (m = X64_GENERAL | X64_VECTOR; m; m &= m - 1) {
		unsigned int reg = (unsigned int)__builtin_ctz(m);

		if (l->global[reg] != IR_NONE && home_of(l, l->global[reg])->end > at)
			live |= bit(reg);
	}
	return live;
}

void x64_home_enter(struct x64_lower *l, uint32_t block)
{
	const struct ir_block *b = &l->unit->block[block];
	uint32_t m;

	jit_homes_look_ahead(l->job, block);
	if (!block)
		return;
	/* Of the block's own values its parameters alone are there. */
	advance_globals(l, b->first + b->nr_params - 1);
	for (m = live_homes(l, b->first - 1); m; m &= m - 1) {
		unsigned int reg = (unsigned int)__builtin_ctz(m);
		uint32_t value = l->global[reg];

		if (l->used & bit(reg))
			x64_forget(l, reg);
		if (l->value[value].reg != JIT_NO_REG)
			x64_forget(l, l->value[value].reg);
		x64_own(l, reg, value);
	}
}

void x64_home_leave(struct x64_lower *l)
{
	uint32_t live, m;

	l->locked = 0;
	if (!ir_nr_edges(&l->unit->insn[l->at]))
		return;
	live = live_homes(l, l->at);
	/* What is elsewhere has been saved. */
	for (m = live; m; m &= m - 1) {
		unsigned int reg = (unsigned int)__builtin_ctz(m), at;

		at = l->value[l->global[reg]].reg;
		if (at != reg && at != JIT_NO_REG)
			x64_forget(l, at);
	}
	l->locked = live;
	for (m = live; m; m &= m - 1) {
		unsigned int reg = (unsigned int)__builtin_ctz(m);

		if (l->value[l->global[reg]].reg != reg)
			move_home(l, l->global[reg]);
	}
}

/*
 * Edges. First the parameters that live in slots, then those in registers, all at once; if the slot
 * of a parameter that is overwritten is an argument, by way of other slots.
 */

static uint32_t param_of(const struct x64_lower *l, const struct ir_edge *edge, uint32_t i)
{
	return l->unit->block[edge->block].first + i;
}

static uint32_t arg_of(const struct x64_lower *l, const struct ir_edge *edge, uint32_t i)
{
	return l->unit->arg[edge->first_arg + i];
}

static bool is_moved(const struct x64_lower *l, uint32_t param, uint32_t arg)
{
	if (!l->value[param].uses)
		return false;
	if (l->value[param].flags & JIT_HOME)
		return l->value[arg].reg != home_of(l, param)->reg;
	return arg != param;
}

bool x64_home_is_passed(const struct x64_lower *l, const struct ir_edge *edge)
{
	uint32_t i;

	for (i = 0; i < edge->nr_args; i++) {
		if (is_moved(l, param_of(l, edge, i), arg_of(l, edge, i)))
			return false;
	}
	return true;
}

static bool overlaps(const struct x64_lower *l, const struct ir_edge *edge)
{
	uint32_t first = l->unit->block[edge->block].first, i;

	for (i = 0; i < edge->nr_args; i++) {
		uint32_t arg = arg_of(l, edge, i);

		if (arg - first < edge->nr_args && arg != first + i &&
		    !(l->value[arg].flags & JIT_HOME) && l->value[arg].reg == JIT_NO_REG)
			return true;
	}
	return false;
}

/* The parameters in slots; with @temporary from there, or to there. */
static void pass_slots(struct x64_lower *l, const struct ir_edge *edge, uint32_t temporary,
		       bool back)
{
	uint32_t i;

	for (i = 0; i < edge->nr_args; i++) {
		uint32_t param = param_of(l, edge, i), arg = arg_of(l, edge, i);

		if (l->value[param].flags & JIT_HOME || !is_moved(l, param, arg))
			continue;
		if (back)
			x64_copy_slot(l, x64_type(l, param), l->value[param].slot, temporary + 2 * i);
		else
			x64_to_slot(l, temporary == IR_NONE ? l->value[param].slot :
					temporary + 2 * i, arg);
	}
}

/*
 * @arg: [register] what goes there, if its bit in @to is set
 * @from: [register] where that is
 */
struct moves {
	uint32_t arg[JIT_NR_REGS];
	uint8_t from[JIT_NR_REGS];
	uint32_t to;
};

static bool is_read(const struct moves *moves, unsigned int reg, unsigned int except)
{
	uint32_t m;

	for (m = moves->to & ~bit(except); m; m &= m - 1) {
		if (moves->from[__builtin_ctz(m)] == reg)
			return true;
	}
	return false;
}

/* Do the moves from registers to such as no other move reads. Return: was there one? */
static bool move_some(struct x64_lower *l, struct moves *moves)
{
	uint32_t m;
	bool any = false;

	for (m = moves->to; m; m &= m - 1) {
		unsigned int reg = (unsigned int)__builtin_ctz(m);

		if (moves->from[reg] == JIT_NO_REG || is_read(moves, reg, reg))
			continue;
		x64_move(l, x64_type(l, moves->arg[reg]), reg, moves->from[reg]);
		moves->to &= ~bit(reg);
		any = true;
	}
	return any;
}

/* What is left are circles: what one register holds goes to a scratch register. */
static void open_circle(struct x64_lower *l, struct moves *moves, unsigned int reg)
{
	unsigned int scratch = reg < 16 ? RAX : X64_XMM(0);
	uint32_t m;

	x64_move(l, reg < 16 ? IR_I64 : IR_V128, scratch, reg);
	for (m = moves->to; m; m &= m - 1) {
		if (moves->from[__builtin_ctz(m)] == reg)
			moves->from[__builtin_ctz(m)] = (uint8_t)scratch;
	}
}

static uint32_t from_registers(const struct moves *moves)
{
	uint32_t from = 0, m;

	for (m = moves->to; m; m &= m - 1) {
		if (moves->from[__builtin_ctz(m)] != JIT_NO_REG)
			from |= m & -m;
	}
	return from;
}

static void pass_registers(struct x64_lower *l, const struct ir_edge *edge)
{
	struct moves moves;
	uint32_t i, m;

	moves.to = 0;
	for (i = 0; i < edge->nr_args; i++) {
		uint32_t param = param_of(l, edge, i), arg = arg_of(l, edge, i);
		unsigned int home = home_of(l, param)->reg;

		if (!(l->value[param].flags & JIT_HOME) || !is_moved(l, param, arg))
			continue;
		moves.to |= bit(home);
		moves.arg[home] = arg;
		moves.from[home] = l->value[arg].reg;
	}
	while (from_registers(&moves)) {
		if (!move_some(l, &moves))
			open_circle(l, &moves, (unsigned int)__builtin_ctz(from_registers(&moves)));
	}
	for (m = moves.to; m; m &= m - 1) {
		unsigned int reg = (unsigned int)__builtin_ctz(m);

		x64_copy_to(l, reg, moves.arg[reg]);
	}
}

void x64_home_pass(struct x64_lower *l, const struct ir_edge *edge)
{
	uint32_t temporary = IR_NONE;

	if (overlaps(l, edge)) {
		temporary = l->next_slot + (l->next_slot & 1);
		l->next_slot = temporary + 2 * edge->nr_args;
	}
	pass_slots(l, edge, temporary, false);
	pass_registers(l, edge);
	if (temporary != IR_NONE)
		pass_slots(l, edge, temporary, true);
}
