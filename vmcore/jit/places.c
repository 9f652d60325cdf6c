// SPDX-License-Identifier: MIT
#include "vmcore/jit/values.h"

#include <string.h>

static struct jit_home *home_of(const struct jit_places *p, uint32_t value)
{
	return &p->homes->home[value];
}

static uint64_t bit(unsigned int reg)
{
	return reg == JIT_NO_HOME ? 0 : UINT64_C(1) << reg;
}

static unsigned int type_of(const struct jit_places *p, uint32_t value)
{
	return p->unit->insn[value].type;
}

static uint64_t all_homes(const struct jit_places *p)
{
	return p->job->home_general | p->job->home_float;
}

static void forget(struct jit_places *p, unsigned int reg)
{
	jit_regcache_forget(&p->regs, p->value, reg);
}

static void own(struct jit_places *p, unsigned int reg, uint32_t value)
{
	p->touched |= UINT64_C(1) << reg;
	jit_regcache_own(&p->regs, p->value, reg, value);
}

static uint32_t block_end(const struct jit_places *p)
{
	const struct ir_block *block = &p->unit->block[p->block];

	return block->first + block->nr - 1;
}

void jit_places_begin(struct jit_places *p)
{
	memset(p->homes->now, 0xff, sizeof(p->homes->now));
}

/* The values of several blocks that are defined at @at or before. */
static void advance_globals(struct jit_places *p, uint32_t at)
{
	uint64_t m;

	for (m = all_homes(p); m; m &= m - 1) {
		unsigned int reg = (unsigned int)__builtin_ctzll(m);
		uint32_t now = p->homes->now[reg], next;

		for (;;) {
			next = now == IR_NONE ? p->homes->first[reg] : home_of(p, now)->next;
			if (next == IR_NONE || next > at)
				break;
			now = next;
		}
		p->homes->now[reg] = now;
	}
}

/* When a register that is free will be wanted as a home. */
static uint32_t wanted_at(const struct jit_places *p, unsigned int reg)
{
	uint32_t now = p->homes->now[reg], next = p->homes->first[reg];

	if (now != IR_NONE) {
		if (home_of(p, now)->end > p->at)
			return p->at;
		next = home_of(p, now)->next;
	}
	return next;
}

/* Of free registers the one that is wanted last. */
static unsigned int longest_free(const struct jit_places *p, uint64_t free)
{
	unsigned int found = JIT_NO_REG;
	uint32_t latest = 0;
	uint64_t m;

	for (m = free; m; m &= m - 1) {
		unsigned int reg = (unsigned int)__builtin_ctzll(m);
		uint32_t wanted = wanted_at(p, reg);

		if (found == JIT_NO_REG || wanted > latest) {
			found = reg;
			latest = wanted;
		}
	}
	return found;
}

/* When the value in a register is used next; one of other blocks must be back at the block's end. */
static uint32_t next_use(const struct jit_places *p, unsigned int reg)
{
	uint32_t value = p->regs.owner[reg], use = home_of(p, value)->use;

	if (use >= p->at)
		return use;
	return p->value[value].flags & JIT_HOME ? block_end(p) : IR_NONE;
}

static unsigned int used_last(const struct jit_places *p, uint64_t regs)
{
	unsigned int found = JIT_NO_REG;
	uint64_t m, furthest = 0;

	for (m = regs; m; m &= m - 1) {
		unsigned int reg = (unsigned int)__builtin_ctzll(m);
		uint64_t use = next_use(p, reg), far = 2 * (use - p->at) + 1;

		/* What must be stored first is worth twice the distance. */
		far += jit_places_is_saved(p, p->regs.owner[reg]) ? far : 0;
		if (far > furthest) {
			furthest = far;
			found = reg;
		}
	}
	return found;
}

static bool is_needed(const struct jit_places *p, uint32_t value)
{
	return p->value[value].last >= p->at;
}

/* Free a register, keeping its value elsewhere if it is needed. */
static void displace(struct jit_places *p, unsigned int reg)
{
	uint32_t value = p->regs.owner[reg];
	uint64_t taken = p->regs.used | p->regs.locked | p->read | UINT64_C(1) << reg;
	uint64_t others = jit_home_class(p->job, type_of(p, value)) & ~taken;
	unsigned int to;

	if (others && is_needed(p, value) && !jit_places_is_saved(p, value)) {
		to = longest_free(p, others);
		p->ops->move(p, type_of(p, value), to, reg);
		forget(p, reg);
		p->regs.owner[to] = value;
		p->regs.used |= bit(to);
		p->touched |= bit(to);
		p->value[value].reg = (uint8_t)to;
		return;
	}
	if (is_needed(p, value))
		jit_save(p, p->ops, value);
	forget(p, reg);
}

void jit_places_vacate(struct jit_places *p, unsigned int reg)
{
	if (p->regs.used >> reg & 1)
		displace(p, reg);
	jit_regcache_lock(&p->regs, reg);
}

/* What lazy stores have kept is not released by an instruction that uses it last. */
static void forget_dead(struct jit_places *p, uint64_t regs)
{
	uint64_t m;

	for (m = regs & p->regs.used; m; m &= m - 1) {
		unsigned int reg = (unsigned int)__builtin_ctzll(m);

		if (!is_needed(p, p->regs.owner[reg]))
			forget(p, reg);
	}
}

static unsigned int allocate(struct jit_places *p, uint64_t from, uint32_t value)
{
	uint64_t candidates = from & ~p->regs.locked, free;
	unsigned int home = home_of(p, value)->reg, reg;

	if (!(bit(home) & candidates & ~p->regs.used))
		forget_dead(p, candidates);
	free = candidates & ~p->regs.used;
	if (bit(home) & free)
		return home;
	if (bit(home) & candidates && p->value[value].flags & JIT_HOME) {
		displace(p, home);
		return home;
	}
	if (free)
		return longest_free(p, free);
	reg = used_last(p, candidates);
	if (reg == JIT_NO_REG)
		return reg;
	if (is_needed(p, p->regs.owner[reg]))
		jit_save(p, p->ops, p->regs.owner[reg]);
	forget(p, reg);
	return reg;
}

unsigned int jit_places_allocate(struct jit_places *p, uint64_t from, uint32_t value)
{
	unsigned int reg = allocate(p, from, value);

	p->touched |= bit(reg);
	return reg;
}

void jit_places_advance(struct jit_places *p)
{
	const struct ir_insn *insn = &p->unit->insn[p->at];
	uint32_t operand[3], i;

	jit_operands(insn, p->unit->nr_insns, operand);
	for (i = 0; i < 3; i++)
		home_of(p, operand[i])->use = p->homes->use_after[3 * p->at + i];
	for (i = 0; insn->op == IR_call && i < p->unit->helper[insn->lo].nr_args; i++)
		home_of(p, p->unit->arg[insn->hi + i])->use =
			p->homes->arg_after[insn->hi + i];
}

bool jit_places_is_last_use(const struct jit_places *p, uint32_t value)
{
	const struct jit_value *v = &p->value[value];
	uint32_t use, operand[3], i;

	if (!p->homes || v->last == p->at)
		return v->last == p->at;
	use = home_of(p, value)->use;
	if (!jit_places_is_saved(p, value) || use > p->at)
		return false;
	jit_operands(&p->unit->insn[use], p->unit->nr_insns, operand);
	for (i = 0; i < 3; i++) {
		if (operand[i] == value && p->homes->use_after[3 * use + i] >= use)
			return false;
	}
	return true;
}

void jit_places_changed(struct jit_places *p, uint32_t value)
{
	unsigned int flags = p->value[value].flags;
	bool stored = flags & JIT_STORED || (flags & JIT_IN_STATE && flags & JIT_GLOBAL);

	p->value[value].flags &= (uint8_t)~(JIT_STORED | JIT_IN_STATE);
	if (p->value[value].flags & JIT_HOME)
		home_of(p, value)->saved = 0;
	if (stored)
		jit_save(p, p->ops, value);
}

static void move_home(struct jit_places *p, uint32_t value)
{
	unsigned int home = home_of(p, value)->reg, reg = p->value[value].reg;

	VMB_ASSERT(home != JIT_NO_HOME);
	if (p->regs.used & bit(home))
		displace(p, home);
	if (reg == JIT_NO_REG) {
		jit_copy_to(p, p->ops, home, value);
	} else {
		p->ops->move(p, type_of(p, value), home, reg);
		forget(p, reg);
	}
	own(p, home, value);
}

void jit_places_finish(struct jit_places *p)
{
	unsigned int home = home_of(p, p->at)->reg;

	p->regs.locked = p->read = 0;
	p->homes->now[home] = p->at;
	if (p->value[p->at].reg != home)
		move_home(p, p->at);
}

/* Registers whose home value is needed behind @at. */
static uint64_t live_homes(const struct jit_places *p, uint32_t at)
{
	uint64_t live = 0, m;

	for (m = all_homes(p); m; m &= m - 1) {
		unsigned int reg = (unsigned int)__builtin_ctzll(m);

		if (p->homes->now[reg] != IR_NONE && home_of(p, p->homes->now[reg])->end > at)
			live |= m & -m;
	}
	return live;
}

void jit_places_enter(struct jit_places *p, uint32_t block)
{
	const struct ir_block *b = &p->unit->block[block];
	uint64_t m;

	jit_homes_look_ahead(p->job, block);
	p->nr_waiting = 0;
	if (!block)
		return;
	/* Of the block's own values its parameters alone are there. */
	advance_globals(p, b->first + b->nr_params - 1);
	for (m = live_homes(p, b->first - 1); m; m &= m - 1) {
		unsigned int reg = (unsigned int)__builtin_ctzll(m);
		uint32_t value = p->homes->now[reg];

		if (p->regs.used & m & -m)
			forget(p, reg);
		if (p->value[value].reg != JIT_NO_REG)
			forget(p, p->value[value].reg);
		own(p, reg, value);
	}
}

void jit_places_leave(struct jit_places *p)
{
	uint64_t live, m;

	p->regs.locked = 0;
	if (!ir_nr_edges(&p->unit->insn[p->at]))
		return;
	live = live_homes(p, p->at);
	/* What is elsewhere and has been saved is loaded: its register may be another's home. */
	for (m = live; m; m &= m - 1) {
		unsigned int reg = (unsigned int)__builtin_ctzll(m), at;

		at = p->value[p->homes->now[reg]].reg;
		if (at != reg && at != JIT_NO_REG && jit_places_is_saved(p, p->homes->now[reg]))
			forget(p, at);
	}
	p->regs.locked = live;
	for (m = live; m; m &= m - 1) {
		unsigned int reg = (unsigned int)__builtin_ctzll(m);

		if (p->value[p->homes->now[reg]].reg != reg)
			move_home(p, p->homes->now[reg]);
	}
}
