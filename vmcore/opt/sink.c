// SPDX-License-Identifier: MIT
/*
 * Stores to the guest's state go down the ways on which something sees them. A store at the end of a
 * block that on one way is overwritten before anything looks is made at the begin of the blocks on
 * the others: most of all the flags of comparisons that follow each other, each with a branch.
 *
 * Where a unit goes back it can be left for want of fuel, so that all is seen there.
 */
#include <errno.h>
#include <string.h>

#include "vmcore/ir/dom.h"
#include "vmcore/opt/pass.h"
#include "vmcore/opt/pipeline.h"
#include "vmcore/opt/slots.h"

/*
 * @dead: slots that are overwritten before anything sees them, from the block's begin on
 * @sees: something sees all slots; @touched: stored or loaded in the block
 * @come: slots whose store has come here, @value: [slot] what is to be stored
 */
struct flow {
	uint64_t dead, touched, come;
	uint32_t value[OPT_MAX_SLOTS];
	bool sees;
};

struct work {
	struct ir_unit *unit;
	struct opt_preds preds;
	struct opt_slots slots;
	struct flow *flow;
	uint32_t *uses, *new_insn;
	bool *gone;
	struct ir_insn *insn;
	uint32_t nr_insns;
	bool any;
};

static uint64_t bit(uint32_t slot)
{
	return UINT64_C(1) << slot;
}

static bool is_observer(const struct work *w, const struct ir_insn *insn)
{
	return ir_effects(w->unit, insn) & (E_FAULT | E_CALL) ||
	       (ir_is_term(insn) && !ir_nr_edges(insn));
}

/* What is dead behind the block: on all its ways. */
static uint64_t dead_behind(const struct work *w, uint32_t b)
{
	const struct ir_insn *term = ir_terminator(w->unit, b);
	uint64_t dead = ~UINT64_C(0);
	uint32_t i;

	for (i = 0; i < ir_nr_edges(term); i++) {
		uint32_t to = w->unit->edge[term->lo + i].block;

		dead &= to > b ? w->flow[to].dead : 0;
	}
	return dead;
}

/* From the last block to the first: edges back count as ways on which all is seen. */
static void scan_block(struct work *w, uint32_t b)
{
	const struct ir_block *block = &w->unit->block[b];
	struct flow *flow = &w->flow[b];
	uint32_t i;

	*flow = (struct flow){ .dead = dead_behind(w, b) };
	for (i = block->first + block->nr; i-- > block->first;) {
		const struct ir_insn *insn = &w->unit->insn[i];
		uint32_t slot = opt_slot_of(&w->slots, w->unit, insn);

		if (is_observer(w, insn)) {
			flow->dead = 0;
			flow->sees = true;
		}
		if (slot == OPT_NO_SLOT)
			continue;
		flow->touched |= bit(slot);
		if (insn->op == IR_st_state)
			flow->dead |= bit(slot);
		else
			flow->dead &= ~bit(slot);
	}
}

/* Can a store at the end of the block go down its ways, and is it spared on one of them? */
static bool sinks(const struct work *w, uint32_t b, uint32_t slot)
{
	const struct ir_insn *term = ir_terminator(w->unit, b);
	bool spared = false;
	uint32_t i;

	for (i = 0; i < ir_nr_edges(term); i++) {
		uint32_t to = w->unit->edge[term->lo + i].block;

		if (to <= b)
			return false;
		if (w->flow[to].dead & bit(slot))
			spared = true;
		else if (w->preds.first[to + 1] - w->preds.first[to] != 1)
			return false;
	}
	return spared;
}

static bool sink(struct work *w, uint32_t b, uint32_t slot, uint32_t value)
{
	const struct ir_insn *term = ir_terminator(w->unit, b);
	uint32_t i;

	if (!sinks(w, b, slot))
		return false;
	for (i = 0; i < ir_nr_edges(term); i++) {
		struct flow *to = &w->flow[w->unit->edge[term->lo + i].block];

		if (to->dead & bit(slot))
			continue;
		to->come |= bit(slot);
		to->value[slot] = value;
	}
	w->any = true;
	return true;
}

/* The stores behind which nothing in the block looks, and those that have come to it. */
static void sink_block(struct work *w, uint32_t b)
{
	const struct ir_block *block = &w->unit->block[b];
	struct flow *flow = &w->flow[b];
	uint64_t done = 0, m;
	uint32_t i;

	for (i = block->first + block->nr; i-- > block->first + block->nr_params;) {
		const struct ir_insn *insn = &w->unit->insn[i];
		uint32_t slot = opt_slot_of(&w->slots, w->unit, insn);

		if (is_observer(w, insn))
			return;
		if (slot == OPT_NO_SLOT || done & bit(slot))
			continue;
		done |= bit(slot);
		if (insn->op == IR_st_state)
			w->gone[i] = sink(w, b, slot, insn->a);
	}
	for (m = flow->come & ~flow->touched; m; m &= m - 1) {
		uint32_t slot = (uint32_t)__builtin_ctzll(m);

		if (sink(w, b, slot, flow->value[slot]))
			flow->come &= ~bit(slot);
	}
}

/* A flag that is only stored is computed where that is. */
static bool goes_along(const struct work *w, uint32_t value)
{
	static const bool is_flag[IR_NR_OPS] = {
		[IR_flag_sub] = true, [IR_flag_add] = true, [IR_flag_res] = true, [IR_cmp] = true,
	};

	return is_flag[w->unit->insn[value].op] && w->uses[value] == 1;
}

static uint32_t copy_insn(struct work *w, uint32_t at)
{
	struct ir_insn insn = w->unit->insn[at];

	opt_renumber_insn(&insn, w->new_insn);
	w->insn[w->nr_insns] = insn;
	return w->nr_insns++;
}

/* Flags first, so that they stand together. */
static void write_stores(struct work *w, uint32_t b)
{
	const struct flow *flow = &w->flow[b];
	uint32_t now[OPT_MAX_SLOTS] = { 0 };
	uint64_t m;

	for (m = flow->come; m; m &= m - 1) {
		uint32_t slot = (uint32_t)__builtin_ctzll(m), value = flow->value[slot];

		now[slot] = goes_along(w, value) ? copy_insn(w, value) : w->new_insn[value];
	}
	for (m = flow->come; m; m &= m - 1) {
		uint32_t slot = (uint32_t)__builtin_ctzll(m);

		w->insn[w->nr_insns++] = (struct ir_insn){
			.op = IR_st_state, .a = now[slot], .b = IR_NONE, .c = IR_NONE,
			.imm = w->slots.slot[slot].offset };
	}
}

/* Behind the guest_pc that a block begins with, so that it can be entered there. */
static void rewrite_block(struct work *w, uint32_t b)
{
	struct ir_block *block = &w->unit->block[b];
	uint32_t old = block->first, first = w->nr_insns, i, at = block->nr_params;

	if (w->unit->insn[old + at].op == IR_guest_pc)
		at++;
	for (i = 0; i < block->nr; i++) {
		if (i == at)
			write_stores(w, b);
		if (!w->gone[old + i])
			w->new_insn[old + i] = copy_insn(w, old + i);
	}
	block->first = first;
	block->nr = w->nr_insns - first;
}

static int rewrite(struct work *w)
{
	uint64_t nr = w->unit->nr_insns;
	uint32_t b;

	for (b = 0; b < w->unit->nr_blocks; b++)
		nr += 2 * (uint64_t)__builtin_popcountll(w->flow[b].come);
	if (nr > IR_MAX_INSNS)
		return 0;
	w->insn = ir_arena_alloc(w->unit->arena, nr * sizeof(*w->insn));
	if (!w->insn)
		return -ENOMEM;
	for (b = 0; b < w->unit->nr_blocks; b++)
		rewrite_block(w, b);
	opt_replace_insns(w->unit, w->insn, w->nr_insns, w->new_insn);
	return 0;
}

static int take_arrays(struct work *w, struct ir_arena *scratch)
{
	int status = opt_preds_build(&w->preds, w->unit, scratch);

	w->uses = opt_count_uses(w->unit, scratch, &status);
	w->new_insn = opt_array(scratch, w->unit->nr_insns, 0xff, &status);
	w->flow = ir_arena_alloc(scratch, w->unit->nr_blocks * sizeof(*w->flow));
	w->gone = ir_arena_alloc(scratch, w->unit->nr_insns * sizeof(*w->gone));
	if (status || !w->flow || !w->gone)
		return -ENOMEM;
	memset(w->gone, 0, w->unit->nr_insns * sizeof(*w->gone));
	return opt_slots_find(&w->slots, w->unit, scratch);
}

int opt_sink(struct ir_unit *unit, struct ir_arena *scratch)
{
	struct work w = { .unit = unit };
	int status = take_arrays(&w, scratch);
	uint32_t b;

	if (status)
		return status;
	for (b = unit->nr_blocks; b-- > 0;)
		scan_block(&w, b);
	for (b = 0; b < unit->nr_blocks; b++)
		sink_block(&w, b);
	if (!w.any)
		return 0;
	status = rewrite(&w);
	/* What has gone along is computed in vain where it was. */
	return status ? status : opt_dce(unit, scratch);
}
