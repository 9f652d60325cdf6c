// SPDX-License-Identifier: MIT
#include <errno.h>
#include <string.h>

#include "vmcore/ir/dom.h"
#include "vmcore/opt/pass.h"
#include "vmcore/opt/slots.h"

/*
 * Guest state in values across blocks. A slot whose every access has one offset and type is a
 * variable; where it has been stored or loaded on every way to a block and is loaded later, it
 * becomes a parameter of the block, and the loads become its value. What a loop loads is loaded
 * once more at the entry, so that it is known on every way. Stores stay: exits and faults see the
 * state. Parameters that turn out to have one value are left to the next pass.
 */
/* Rounds that the data flow may take: about the depth of loops; a unit that needs more stays. */
#define MAX_ROUNDS 30u
/* Loops in loops that count. */
#define MAX_DEPTH 4u
/* Parameters that are worth a load: where the edges of most have one value, which they become. */
#define GAIN 8u
/* Of what nothing writes: about the registers of a host, and a load in a loop. */
#define MAX_FIXED      8u
#define MIN_FIXED_GAIN 4u

/*
 * Per block, a bit per slot. @avail: on entry, its value is known on every way; @gen: known at the
 * end whatever was known before; @keeps: no call forgets it; @want: on entry, it is loaded later
 * before it is stored; @exposed: loaded in the block before it is stored.
 */
struct flow {
	uint64_t avail, gen, want, exposed;
	bool keeps;
};

struct work {
	struct ir_unit *unit;
	struct opt_preds preds;
	struct opt_slots slots;
	struct flow *flow;
	uint64_t written, fixed;
	uint32_t *weight;
	uint32_t *new_insn;
	uint32_t value[OPT_MAX_SLOTS], entry_value[OPT_MAX_SLOTS];
	struct ir_unit out;
};

static void scan_block(struct work *w, uint32_t b)
{
	const struct ir_block *block = &w->unit->block[b];
	struct flow *flow = &w->flow[b];
	uint32_t i;

	*flow = (struct flow){ .keeps = true, .avail = ~UINT64_C(0) };
	for (i = 0; i < block->nr; i++) {
		const struct ir_insn *insn = &w->unit->insn[block->first + i];
		uint32_t slot = opt_slot_of(&w->slots, w->unit, insn);

		if (slot != OPT_NO_SLOT) {
			if (insn->op == IR_ld_state && flow->keeps &&
			    !(flow->gen >> slot & 1))
				flow->exposed |= UINT64_C(1) << slot;
			flow->gen |= UINT64_C(1) << slot;
			w->written |= (uint64_t)(insn->op == IR_st_state) << slot;
		} else if (insn->op == IR_call && ir_effects(w->unit, insn) & E_WRS) {
			flow->keeps = false;
			flow->gen = 0;
			w->written = ~UINT64_C(0);
		}
	}
}

static uint64_t leaving(const struct flow *flow)
{
	return flow->gen | (flow->keeps ? flow->avail : 0);
}

/*
 * The slots that blocks between the ends of a back edge load: what is loaded from the state cannot
 * fault, so the entry may do it. Blocks that follow each other in the array approximate the loop.
 */
static uint64_t loaded_in_loops(const struct work *w)
{
	uint64_t loaded = 0;
	uint32_t b, i, end = w->unit->nr_blocks;

	for (b = w->unit->nr_blocks; b-- > 0;) {
		const struct ir_insn *term = ir_terminator(w->unit, b);

		for (i = 0; i < ir_nr_edges(term); i++) {
			uint32_t to = w->unit->edge[term->lo + i].block;

			if (to <= b && (end > b || to < end))
				end = to;
		}
		if (end <= b)
			loaded |= w->flow[b].exposed;
	}
	return loaded;
}

/* Return: does the solution stand? */
static bool solve_avail(struct work *w)
{
	uint32_t b, i, rounds;
	bool changed = true;

	for (rounds = 0; changed && rounds < MAX_ROUNDS; rounds++) {
		changed = false;
		for (b = 1; b < w->unit->nr_blocks; b++) {
			uint64_t avail = ~UINT64_C(0);

			for (i = w->preds.first[b]; i < w->preds.first[b + 1]; i++)
				avail &= leaving(&w->flow[w->preds.from[i]]);
			changed |= avail != w->flow[b].avail;
			w->flow[b].avail = avail;
		}
	}
	return !changed;
}

static bool solve_want(struct work *w)
{
	uint32_t b, i, rounds;
	bool changed = true;

	for (rounds = 0; changed && rounds < MAX_ROUNDS; rounds++) {
		changed = false;
		for (b = w->unit->nr_blocks; b-- > 0;) {
			const struct ir_insn *term = ir_terminator(w->unit, b);
			struct flow *flow = &w->flow[b];
			uint64_t want = 0;

			for (i = 0; i < ir_nr_edges(term); i++)
				want |= w->flow[w->unit->edge[term->lo + i].block].want;
			want = flow->keeps ? want & ~flow->gen : 0;
			want = (want | flow->exposed) & flow->avail;
			changed |= want != flow->want;
			flow->want = want;
		}
	}
	return !changed;
}

/*
 * How often each block is executed, as loops multiply it. Blocks that follow each other in the array
 * approximate a loop.
 */
static int guess_weights(struct work *w, struct ir_arena *scratch)
{
	uint32_t nr = w->unit->nr_blocks, b, i, depth = 0;
	uint32_t *last = ir_arena_alloc(scratch, nr * sizeof(*last));
	uint32_t *ends = ir_arena_alloc(scratch, nr * sizeof(*ends));

	w->weight = ir_arena_alloc(scratch, nr * sizeof(*w->weight));
	if (!last || !ends || !w->weight)
		return -ENOMEM;
	memset(last, 0xff, nr * sizeof(*last));
	memset(ends, 0, nr * sizeof(*ends));
	for (b = 0; b < nr; b++) {
		const struct ir_insn *term = ir_terminator(w->unit, b);

		for (i = 0; i < ir_nr_edges(term); i++) {
			uint32_t to = w->unit->edge[term->lo + i].block;

			if (to <= b)
				last[to] = b;
		}
	}
	for (b = 0; b < nr; b++) {
		if (last[b] != UINT32_MAX) {
			ends[last[b]]++;
			depth++;
		}
		w->weight[b] = 1u << 2 * (depth < MAX_DEPTH ? depth : MAX_DEPTH);
		depth -= ends[b];
	}
	return 0;
}

/* Add @amount to the sum of each slot in @slots. */
static void add_to(uint64_t sum[OPT_MAX_SLOTS], uint64_t slots, uint64_t amount)
{
	for (; slots; slots &= slots - 1)
		sum[__builtin_ctzll(slots)] += amount;
}

/* The slots, of @among, with the highest sums: at most @most, and no sum below @least. */
static uint64_t highest(const uint64_t sum[OPT_MAX_SLOTS], uint64_t among, uint32_t most,
			uint64_t least)
{
	uint64_t chosen = 0, left, best;

	for (; most; most--) {
		best = 0;
		for (left = among & ~chosen; left; left &= left - 1) {
			uint32_t slot = (uint32_t)__builtin_ctzll(left);

			if (sum[slot] >= least && (!best || sum[slot] > sum[__builtin_ctzll(best)]))
				best = left & -left;
		}
		chosen |= best;
	}
	return chosen;
}

/*
 * A parameter where edges meet is a move on each, or a register that others would need, and loops that
 * follow each other pass on what only the last one loads. A slot stays in the state if that costs
 * more than its loads. What nothing writes is one value for the whole unit; more of them than there
 * are registers would be loaded from the frame instead of from the state.
 */
static int leave_costly(struct work *w, struct ir_arena *scratch)
{
	uint64_t gain[OPT_MAX_SLOTS] = { 0 }, cost[OPT_MAX_SLOTS] = { 0 }, worth = 0;
	uint32_t b, i;
	int status = guess_weights(w, scratch);

	if (status)
		return status;
	for (b = 0; b < w->unit->nr_blocks; b++) {
		add_to(gain, w->flow[b].exposed & w->flow[b].avail, w->weight[b]);
		if (w->preds.first[b + 1] - w->preds.first[b] > 1)
			add_to(cost, w->flow[b].want, w->weight[b]);
	}
	for (i = 0; i < OPT_MAX_SLOTS; i++)
		worth |= (uint64_t)(cost[i] <= gain[i] * GAIN) << i;
	w->fixed = highest(gain, w->flow[0].avail & ~w->written, MAX_FIXED, MIN_FIXED_GAIN);
	worth &= w->written;
	for (b = 0; b < w->unit->nr_blocks; b++) {
		w->flow[b].avail &= worth | w->fixed;
		w->flow[b].want &= b ? worth : worth | w->fixed;
	}
	return 0;
}

static uint32_t nr_wanted(const struct work *w, uint32_t b)
{
	return (uint32_t)__builtin_popcountll(w->flow[b].want);
}

/* Room for the unit as it will be. Return: 0, -ENOMEM, -E2BIG to leave it as it is. */
static int make_room(struct work *w, struct ir_arena *scratch)
{
	struct ir_unit *out = &w->out;
	uint64_t nr_insns = w->unit->nr_insns, nr_args = w->unit->nr_args;
	uint32_t b;

	for (b = 0; b < w->unit->nr_blocks; b++) {
		uint64_t nr_preds = w->preds.first[b + 1] - w->preds.first[b];

		if (w->unit->block[b].nr_params + nr_wanted(w, b) > IR_MAX_PARAMS)
			return -E2BIG;
		nr_insns += nr_wanted(w, b);
		nr_args += nr_wanted(w, b) * nr_preds;
	}
	if (nr_insns > IR_MAX_INSNS || nr_args > IR_MAX_ARGS)
		return -E2BIG;
	*out = *w->unit;
	out->cap_insns = (uint32_t)nr_insns;
	out->cap_args = (uint32_t)nr_args;
	out->insn = ir_arena_alloc(w->unit->arena, nr_insns * sizeof(*out->insn));
	out->arg = ir_arena_alloc(w->unit->arena, nr_args * sizeof(*out->arg));
	out->nr_insns = out->nr_args = 0;
	w->new_insn = ir_arena_alloc(scratch, w->unit->nr_insns * sizeof(*w->new_insn));
	return out->insn && out->arg && w->new_insn ? 0 : -ENOMEM;
}

static uint32_t append(struct work *w, const struct ir_insn *insn)
{
	w->out.insn[w->out.nr_insns] = *insn;
	return w->out.nr_insns++;
}

/* A parameter; in the entry block a load, which is known everywhere if nothing writes the slot. */
static void add_params(struct work *w, uint32_t b)
{
	uint64_t want = w->flow[b].want;

	memcpy(w->value, w->entry_value, sizeof(w->value));
	for (; want; want &= want - 1) {
		uint32_t slot = (uint32_t)__builtin_ctzll(want);

		w->value[slot] = append(w, &(struct ir_insn){
			.op = b ? IR_param : IR_ld_state, .type = w->slots.slot[slot].type,
			.a = IR_NONE, .b = IR_NONE, .c = IR_NONE,
			.imm = b ? 0 : w->slots.slot[slot].offset,
		});
		if (w->fixed >> slot & 1)
			w->entry_value[slot] = w->value[slot];
	}
}

static void copy_args(struct work *w, uint32_t first, uint32_t nr)
{
	uint32_t i;

	for (i = 0; i < nr; i++)
		w->out.arg[w->out.nr_args++] = w->new_insn[w->unit->arg[first + i]];
}

/* The edge's own arguments, then the values of what the target wants. */
static void extend_edge(struct work *w, uint32_t at)
{
	struct ir_edge *edge = &w->unit->edge[at];
	uint64_t want = w->flow[edge->block].want;
	uint32_t first = w->out.nr_args;

	copy_args(w, edge->first_arg, edge->nr_args);
	for (; want; want &= want - 1)
		w->out.arg[w->out.nr_args++] = w->value[__builtin_ctzll(want)];
	edge->first_arg = first;
	edge->nr_args = w->out.nr_args - first;
}

static void copy_insn(struct work *w, uint32_t at)
{
	struct ir_insn insn = w->unit->insn[at];
	uint32_t slot = opt_slot_of(&w->slots, w->unit, &w->unit->insn[at]), i;

	if (insn.op == IR_ld_state && slot != OPT_NO_SLOT && w->value[slot] != IR_NONE) {
		w->new_insn[at] = w->value[slot];
		return;
	}
	opt_renumber_insn(&insn, w->new_insn);
	if (insn.op == IR_call) {
		uint32_t first = w->out.nr_args;

		copy_args(w, insn.hi, w->unit->helper[insn.lo].nr_args);
		insn.hi = first;
		if (ir_effects(w->unit, &insn) & E_WRS)
			memset(w->value, 0xff, sizeof(w->value));
	}
	for (i = 0; i < ir_nr_edges(&insn); i++)
		extend_edge(w, insn.lo + i);
	w->new_insn[at] = append(w, &insn);
	if (slot != OPT_NO_SLOT)
		w->value[slot] = insn.op == IR_ld_state ? w->new_insn[at] : insn.a;
}

static void rewrite(struct work *w)
{
	uint32_t b, i;

	memset(w->entry_value, 0xff, sizeof(w->entry_value));
	for (b = 0; b < w->unit->nr_blocks; b++) {
		struct ir_block *block = &w->unit->block[b];
		uint32_t old = block->first;

		block->first = w->out.nr_insns;
		for (i = 0; i < block->nr_params; i++)
			w->new_insn[old + i] = append(w, &w->unit->insn[old + i]);
		add_params(w, b);
		for (; i < block->nr; i++)
			copy_insn(w, old + i);
		block->nr_params += b ? nr_wanted(w, b) : 0;
		block->nr = w->out.nr_insns - block->first;
	}
	*w->unit = w->out;
}

static int take_arrays(struct work *w, struct ir_arena *scratch)
{
	w->flow = ir_arena_alloc(scratch, w->unit->nr_blocks * sizeof(*w->flow));
	if (!w->flow || opt_slots_find(&w->slots, w->unit, scratch))
		return -ENOMEM;
	return opt_preds_build(&w->preds, w->unit, scratch);
}

int opt_promote(struct ir_unit *unit, struct ir_arena *scratch)
{
	struct work w = { .unit = unit };
	uint32_t b;
	int status = take_arrays(&w, scratch);

	if (status)
		return status;
	for (b = 0; b < unit->nr_blocks; b++)
		scan_block(&w, b);
	w.flow[0].avail = loaded_in_loops(&w);
	if (!solve_avail(&w) || !solve_want(&w))
		return 0;
	status = leave_costly(&w, scratch);
	if (!status)
		status = make_room(&w, scratch);
	if (status == -E2BIG)
		return 0;
	if (!status)
		rewrite(&w);
	return status;
}
