// SPDX-License-Identifier: MIT
/*
 * A linear scan over live ranges that are intervals of the array of instructions. Definitions come
 * before uses there, so a value is needed from its definition to its last use; and to the end of
 * every loop that it is used in and was defined before. Where that is not all, since blocks are out of
 * their order, values of several blocks go without a home. The array is walked once, and where there
 * are more values than registers the one that is used least for its length goes without a home.
 */
#include "vmcore/jit/homes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A loop's body counts as so many executions, to this depth of nesting. */
#define LOOP_ROUNDS 8.0f
#define MAX_DEPTH   6

/* What is there stays there if it cannot grow. */
static void *grown(void *array, size_t nr, size_t bytes, int *status)
{
	void *larger = *status ? NULL : realloc(array, nr * bytes);

	if (!larger)
		*status = -ENOMEM;
	return larger ? larger : array;
}

static uint32_t room(uint32_t nr)
{
	return nr + nr / 2 + 64;
}

static void reserve_insns(struct jit_homes *h, uint32_t nr, int *status)
{
	h->home = grown(h->home, nr, sizeof(*h->home), status);
	h->use_after = grown(h->use_after, 3 * (size_t)nr, sizeof(*h->use_after), status);
	if (!*status)
		h->cap_insns = nr;
}

static void reserve_blocks(struct jit_homes *h, uint32_t nr, int *status)
{
	h->block = grown(h->block, nr, sizeof(*h->block), status);
	h->span = grown(h->span, nr, sizeof(*h->span), status);
	if (!*status)
		h->cap_blocks = nr;
}

static void reserve_args(struct jit_homes *h, uint32_t nr, int *status)
{
	h->arg_after = grown(h->arg_after, nr, sizeof(*h->arg_after), status);
	if (!*status)
		h->cap_args = nr;
}

static void reserve_edges(struct jit_homes *h, uint32_t nr, int *status)
{
	h->jump = grown(h->jump, nr, sizeof(*h->jump), status);
	if (!*status)
		h->cap_edges = nr;
}

/* One more than there are: jit_operands() names it for an operand that is none. */
int jit_homes_reserve(struct jit_homes *h, const struct ir_unit *unit)
{
	int status = 0;

	if (unit->nr_insns >= h->cap_insns)
		reserve_insns(h, room(unit->nr_insns), &status);
	if (unit->nr_blocks >= h->cap_blocks)
		reserve_blocks(h, room(unit->nr_blocks), &status);
	if (unit->nr_args >= h->cap_args)
		reserve_args(h, room(unit->nr_args), &status);
	if (unit->nr_edges >= h->cap_edges)
		reserve_edges(h, room(unit->nr_edges), &status);
	return status;
}

void jit_homes_fini(struct jit_homes *h)
{
	free(h->home);
	free(h->use_after);
	free(h->block);
	free(h->span);
	free(h->arg_after);
	free(h->jump);
	*h = (struct jit_homes){ 0 };
}

static uint32_t last_of(const struct ir_block *block)
{
	return block->first + block->nr - 1;
}

/*
 * An edge back to a block that is not entered from before: no loop's head, but a block that lies
 * before one that must be executed first. What is defined between the two, and used behind them, is
 * needed in the block though its interval begins later.
 */
static void note_late(const struct ir_unit *unit, struct jit_homes *h, uint32_t head, uint32_t last)
{
	uint32_t behind = last_of(&unit->block[head]) + 1;

	if (h->late.first > behind)
		h->late.first = behind;
	h->late.last = last;
}

/* A loop is what lies between a block and the last edge back to it. */
static void find_loops(const struct ir_unit *unit, struct jit_homes *h)
{
	uint32_t b, i;
	int32_t depth = 0;

	memset(h->block, 0, (unit->nr_blocks + 1) * sizeof(*h->block));
	h->block[0].early = true;
	h->late = (struct jit_span){ IR_NONE, 0 };
	for (b = 0; b < unit->nr_blocks; b++) {
		uint32_t last = last_of(&unit->block[b]);
		const struct ir_insn *term = &unit->insn[last];

		for (i = 0; i < ir_nr_edges(term); i++) {
			uint32_t head = unit->edge[term->lo + i].block;

			if (head > b) {
				h->block[head].early |= h->block[b].early;
				continue;
			}
			if (!h->block[head].early)
				note_late(unit, h, head, last);
			h->block[head].depth += !h->block[head].loop_end;
			h->block[head].loop_end = last;
		}
	}
	/* Each begin adds one until behind its end. */
	for (b = 0; b < unit->nr_blocks; b++) {
		struct jit_home_block *block = &h->block[b];

		h->span[b].first = 0;
		depth += block->depth;
		block->depth = depth;
	}
}

/* find_loops() has counted begins; take away the loops that have ended before each block. */
static void end_loops(const struct ir_unit *unit, struct jit_homes *h)
{
	uint32_t b, lo, hi, ended = 0;

	for (b = 0; b < unit->nr_blocks; b++) {
		if (!h->block[b].loop_end)
			continue;
		/* The block behind the loop's end, by bisection. */
		for (lo = b, hi = unit->nr_blocks; lo < hi;) {
			uint32_t mid = lo + (hi - lo) / 2;

			if (unit->block[mid].first <= h->block[b].loop_end)
				lo = mid + 1;
			else
				hi = mid;
		}
		if (lo < unit->nr_blocks)
			h->span[lo].first++;
	}
	for (b = 0; b < unit->nr_blocks; b++) {
		ended += h->span[b].first;
		h->block[b].depth -= (int32_t)ended;
	}
}

/*
 * From the back, so that the loops that begin behind a definition are known: as disjoint spans, the
 * leftmost at the top, since a value needed in one of two that overlap is needed to the end of both.
 */
static void push_span(struct jit_homes *h, uint32_t *nr, uint32_t first, uint32_t last)
{
	while (*nr && h->span[*nr - 1].first <= last) {
		if (h->span[*nr - 1].last > last)
			last = h->span[*nr - 1].last;
		--*nr;
	}
	h->span[(*nr)++] = (struct jit_span){ first, last };
}

/* In a loop a value is needed beyond the last instruction, which goes back. */
static uint32_t end_of(const struct jit_homes *h, uint32_t nr, uint32_t last)
{
	uint32_t lo = 0, hi = nr;

	/* The rightmost span that begins at or before it; they lie in the stack from right to left. */
	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;

		if (h->span[mid].first <= last)
			hi = mid;
		else
			lo = mid + 1;
	}
	return lo < nr && h->span[lo].last >= last ? h->span[lo].last + 1 : last;
}

static void find_ends(const struct jit_job *job, struct jit_homes *h)
{
	const struct ir_unit *unit = job->unit;
	uint32_t b, i, nr = 0;

	for (b = unit->nr_blocks; b-- > 0;) {
		const struct ir_block *block = &unit->block[b];

		for (i = block->first; i < block->first + block->nr; i++) {
			const struct jit_value *value = &job->scratch->value[i];

			h->home[i] = (struct jit_home){
				.end = value->flags & JIT_GLOBAL ? end_of(h, nr, value->last) :
								   value->last,
				.next = IR_NONE, .hint = IR_NONE, .reg = JIT_NO_HOME,
			};
		}
		if (h->block[b].loop_end)
			push_span(h, &nr, block->first, h->block[b].loop_end);
	}
}

static float rounds(int32_t depth)
{
	float weight = 1;

	for (; depth > 0; depth--)
		weight *= LOOP_ROUNDS;
	return weight;
}

/* An argument and its parameter wish for the same home: the later of the two asks the earlier. */
static void hint_edge(const struct ir_unit *unit, struct jit_homes *h, const struct ir_edge *edge,
		      float weight)
{
	uint32_t param = unit->block[edge->block].first, i;

	for (i = 0; i < edge->nr_args; i++, param++) {
		uint32_t arg = unit->arg[edge->first_arg + i];

		h->home[arg].weight += weight;
		h->home[param].weight += weight;
		if (arg > param) {
			h->home[arg].hint = param;
			if (unit->insn[arg].op != IR_const &&
			    (!h->home[param].heir || arg < h->home[param].heir))
				h->home[param].heir = arg;
		} else {
			h->home[param].hint = arg;
		}
	}
}

/* Where it is defined a value that the state has is only loaded once more than elsewhere. */
static void weigh_block(const struct jit_job *job, struct jit_homes *h, uint32_t b, float weight)
{
	const struct ir_unit *unit = job->unit;
	const struct ir_block *block = &unit->block[b];
	uint32_t i, k, operand[3];

	for (i = block->first + block->nr_params; i < block->first + block->nr; i++) {
		const struct ir_insn *insn = &unit->insn[i];

		jit_operands(insn, unit->nr_insns, operand);
		for (k = 0; k < 3; k++)
			h->home[operand[k]].weight += weight;
		if (!(job->scratch->value[i].flags & JIT_IN_STATE))
			h->home[i].weight += weight;
		for (k = 0; insn->op == IR_call && k < unit->helper[insn->lo].nr_args; k++)
			h->home[unit->arg[insn->hi + k]].weight += weight;
		for (k = 0; k < ir_nr_edges(insn); k++)
			hint_edge(unit, h, &unit->edge[insn->lo + k], weight);
	}
}

static void weigh(const struct jit_job *job, struct jit_homes *h)
{
	const struct ir_unit *unit = job->unit;
	uint32_t b;

	h->home[unit->nr_insns] = (struct jit_home){ .hint = IR_NONE, .reg = JIT_NO_HOME };
	for (b = 0; b < unit->nr_blocks; b++) {
		int32_t depth = h->block[b].depth;

		weigh_block(job, h, b, rounds(depth < MAX_DEPTH ? depth : MAX_DEPTH));
	}
}

/*
 * The scan.
 * @owner: the value that has a register last; @heir: the one that is to have it, if it comes later
 * @last, @before: of several blocks, the last value with that home, and the one before
 */
struct scan {
	struct jit_job *job;
	struct jit_homes *h;
	uint32_t owner[JIT_HOME_REGS], heir[JIT_HOME_REGS];
	uint32_t last[JIT_HOME_REGS], before[JIT_HOME_REGS];
};

static uint64_t class_of(const struct scan *s, uint32_t value)
{
	return jit_home_class(s->job, s->job->unit->insn[value].type);
}

static uint64_t free_at(const struct scan *s, uint64_t regs, uint32_t at)
{
	uint64_t free = 0, m;

	for (m = regs; m; m &= m - 1) {
		unsigned int reg = (unsigned int)__builtin_ctzll(m);
		uint32_t owner = s->owner[reg];

		if (owner == IR_NONE || s->h->home[owner].end < at)
			free |= UINT64_C(1) << reg;
	}
	return free;
}

/* The result may take the register of an operand that is not needed any more. */
static uint64_t dying(const struct scan *s, uint64_t regs, uint32_t value, uint32_t at)
{
	const struct jit_home *home = &s->h->home[value];

	if (home->reg == JIT_NO_HOME || home->end != at || s->owner[home->reg] != value)
		return 0;
	return regs & UINT64_C(1) << home->reg;
}

static bool commutes(unsigned int op)
{
	return op == IR_add || op == IR_mul || op == IR_and || op == IR_or || op == IR_xor ||
	       op == IR_vadd || op == IR_vand || op == IR_vor || op == IR_vxor;
}

static uint64_t reusable(const struct scan *s, uint64_t regs, uint32_t at)
{
	const struct ir_insn *insn = &s->job->unit->insn[at];
	uint32_t operand[3];
	uint64_t found;

	if (insn->op == IR_param)
		return 0;
	jit_operands(insn, s->job->unit->nr_insns, operand);
	found = dying(s, regs, operand[insn->op == IR_select ? 2 : 0], at);
	return commutes(insn->op) ? found | dying(s, regs, operand[1], at) : found;
}

/* A value and those that it is to become: arguments are hinted at their parameters in turn. */
static uint64_t wished(const struct scan *s, uint32_t value)
{
	uint32_t hint = s->h->home[value].hint, reg;

	if (hint == IR_NONE || hint >= value)
		return 0;
	reg = s->h->home[hint].reg;
	return reg == JIT_NO_HOME ? 0 : UINT64_C(1) << reg;
}

static float density(const struct scan *s, uint32_t value)
{
	const struct jit_home *home = &s->h->home[value];

	return home->weight / (float)(home->end - value + 1);
}

/* The register of the value that is needed least, if that is less than @value. */
static unsigned int take(const struct scan *s, uint64_t regs, uint32_t value)
{
	float least = density(s, value);
	unsigned int found = JIT_NO_HOME;
	uint64_t m;

	for (m = regs; m; m &= m - 1) {
		unsigned int reg = (unsigned int)__builtin_ctzll(m);
		float d = density(s, s->owner[reg]);

		if (d < least) {
			least = d;
			found = reg;
		}
	}
	return found;
}

static bool is_global(const struct scan *s, uint32_t value)
{
	return s->job->scratch->value[value].flags & JIT_GLOBAL;
}

static void evict(struct scan *s, unsigned int reg)
{
	uint32_t owner = s->owner[reg];

	s->h->home[owner].reg = JIT_NO_HOME;
	if (!is_global(s, owner))
		return;
	s->last[reg] = s->before[reg];
	if (s->last[reg] == IR_NONE)
		s->h->first[reg] = IR_NONE;
	else
		s->h->home[s->last[reg]].next = IR_NONE;
}

static void settle(struct scan *s, uint32_t value, unsigned int reg)
{
	s->h->home[value].reg = (uint8_t)reg;
	s->owner[reg] = value;
	if (s->h->home[value].heir)
		s->heir[reg] = s->h->home[value].heir;
	if (!is_global(s, value))
		return;
	if (s->last[reg] == IR_NONE)
		s->h->first[reg] = value;
	else
		s->h->home[s->last[reg]].next = value;
	s->before[reg] = s->last[reg];
	s->last[reg] = value;
}

/* Of these registers those that another value is to have before this one is done with. */
static uint64_t promised(const struct scan *s, uint64_t regs, uint32_t value)
{
	uint64_t found = 0, m;

	for (m = regs; m; m &= m - 1) {
		uint32_t heir = s->heir[__builtin_ctzll(m)];

		if (heir > value && heir <= s->h->home[value].end)
			found |= m & -m;
	}
	return found;
}

/* One of @free: the first of these that there is. */
static unsigned int choose(const struct scan *s, uint32_t value, uint64_t free, uint64_t reuse)
{
	uint64_t wish = wished(s, value) & free, kept = promised(s, free, value);
	uint64_t from[] = { wish, reuse & ~kept, free & ~kept, reuse, free };
	unsigned int i;

	for (i = 0; !from[i]; i++)
		;
	return (unsigned int)__builtin_ctzll(from[i]);
}

static void place(struct scan *s, uint32_t value)
{
	uint64_t regs = class_of(s, value), reuse = reusable(s, regs, value);
	uint64_t free = free_at(s, regs, value) | reuse;
	unsigned int reg;

	if (free) {
		settle(s, value, choose(s, value, free, reuse));
		return;
	}
	reg = take(s, regs, value);
	if (reg == JIT_NO_HOME)
		return;
	evict(s, reg);
	settle(s, value, reg);
}

void jit_homes_find(struct jit_job *job)
{
	struct scan s = { .job = job, .h = job->homes };
	const struct ir_unit *unit = job->unit;
	uint32_t i;

	find_loops(unit, s.h);
	end_loops(unit, s.h);
	find_ends(job, s.h);
	weigh(job, s.h);
	memset(s.owner, 0xff, sizeof(s.owner));
	memset(s.heir, 0, sizeof(s.heir));
	memset(s.last, 0xff, sizeof(s.last));
	memset(s.before, 0xff, sizeof(s.before));
	memset(s.h->first, 0xff, sizeof(s.h->first));
	for (i = 0; i < unit->nr_insns; i++) {
		const struct jit_value *value = &job->scratch->value[i];

		if (i >= s.h->late.first && i <= s.h->late.last && is_global(&s, i))
			continue;
		/* One use of what the state has is an operand in memory. */
		if (value->flags & JIT_IN_STATE && s.h->home[i].weight <= 1)
			continue;
		if (unit->insn[i].type != IR_VOID && value->uses && !(value->flags & JIT_CONST))
			place(&s, i);
	}
}

void jit_homes_apply(struct jit_job *job)
{
	struct jit_home *home = job->homes->home;
	uint32_t i;

	for (i = 0; i < job->unit->nr_insns; i++) {
		struct jit_value *value = &job->scratch->value[i];

		home[i].saved = home[i].use = 0;
		if (!(value->flags & JIT_GLOBAL) || home[i].reg == JIT_NO_HOME)
			continue;
		value->last = home[i].end;
		value->flags = (uint8_t)((value->flags & ~(JIT_GLOBAL | JIT_STORED)) | JIT_HOME);
	}
}

void jit_homes_look_ahead(struct jit_job *job, uint32_t b)
{
	const struct ir_unit *unit = job->unit;
	const struct ir_block *block = &unit->block[b];
	struct jit_homes *h = job->homes;
	uint32_t i, k, j, operand[3];

	for (i = block->first + block->nr; i-- > block->first + block->nr_params;) {
		const struct ir_insn *insn = &unit->insn[i];

		for (k = 0; k < ir_nr_edges(insn); k++) {
			const struct ir_edge *edge = &unit->edge[insn->lo + k];

			for (j = 0; j < edge->nr_args; j++)
				h->home[unit->arg[edge->first_arg + j]].use = i;
		}
		for (k = insn->op == IR_call ? unit->helper[insn->lo].nr_args : 0; k-- > 0;) {
			struct jit_home *home = &h->home[unit->arg[insn->hi + k]];

			h->arg_after[insn->hi + k] = home->use;
			home->use = i;
		}
		jit_operands(insn, unit->nr_insns, operand);
		for (k = 3; k-- > 0;) {
			h->use_after[3 * i + k] = h->home[operand[k]].use;
			h->home[operand[k]].use = i;
		}
	}
}
