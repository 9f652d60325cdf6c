// SPDX-License-Identifier: MIT
/*
 * What a loop computes anew each time from what it does not change is computed before it: at the end
 * of the one block that enters the loop, and from there out of the loops around that.
 */
#include <errno.h>
#include <string.h>

#include "vmcore/opt/loops.h"

/* Values that leave a loop, at most: each takes a register all through it. */
#define MAX_PER_LOOP 6u

/**
 * struct work - blocks and where instructions go.
 * @entry: [head] the one block that enters the loop, IR_NONE
 * @nr_moved: [head] what has left it
 * @place: [insn] block in which it is computed
 * @first, @last, @next: lists of what has come to a block, in the order of the array
 */
struct work {
	struct ir_unit *unit;
	struct ir_dom dom;
	struct opt_preds preds;
	struct opt_loops loops;
	uint32_t *entry, *nr_moved;
	uint32_t *place, *next;
	uint32_t *first, *last;
	uint32_t *new_insn;
	bool moved;
};

/* It costs little, so that it may be in vain. */
static bool is_cheap(unsigned int op)
{
	static const bool cheap[IR_NR_OPS] = {
		[IR_add] = true, [IR_sub] = true, [IR_and] = true, [IR_or] = true, [IR_xor] = true,
		[IR_shl] = true, [IR_shr] = true, [IR_sar] = true, [IR_rotl] = true,
		[IR_rotr] = true, [IR_mul] = true, [IR_neg] = true, [IR_not] = true,
		[IR_andn] = true, [IR_smin] = true, [IR_smax] = true, [IR_umin] = true,
		[IR_umax] = true, [IR_zext] = true, [IR_sext] = true, [IR_trunc] = true,
		[IR_ubfx] = true, [IR_sbfx] = true, [IR_bfi] = true, [IR_cmp] = true,
		[IR_select] = true, [IR_bitcast] = true, [IR_bswap] = true,
		[IR_vsplat] = true, [IR_vpair] = true, [IR_vmov0] = true,
	};

	return cheap[op];
}

/*
 * The block that enters the loop of @head, if it is one, and lies before it, as what is defined there
 * must.
 */
static void find_entry(struct work *w, uint32_t head)
{
	uint32_t entry = IR_NONE, i;
	bool one = true;

	for (i = w->preds.first[head]; i < w->preds.first[head + 1]; i++) {
		if (ir_dominates(&w->dom, head, w->preds.from[i]))
			continue;
		one = one && (entry == IR_NONE || entry == w->preds.from[i]);
		entry = w->preds.from[i];
	}
	w->entry[head] = one && entry == w->dom.idom[head] && entry < head ?
			 entry : IR_NONE;
}

static void find_entries(struct work *w)
{
	uint32_t b;

	for (b = 0; b < w->unit->nr_blocks; b++) {
		if (w->loops.loop[b] == b)
			find_entry(w, b);
	}
}

static bool is_in(const struct work *w, uint32_t block, uint32_t head)
{
	uint32_t loop = w->loops.loop[block];

	while (loop != IR_NONE && loop != head)
		loop = w->loops.outer[loop];
	return loop == head;
}

static bool is_const(const struct work *w, uint32_t value)
{
	return w->unit->insn[value].op == IR_const;
}

/*
 * Is what the instruction uses there at the end of the block that enters the loop, or can it be? That
 * block may lie behind those of the loop: then what uses the value would come before it in the array.
 */
static bool can_leave(const struct work *w, uint32_t insn_at, uint32_t head)
{
	const struct ir_insn *insn = &w->unit->insn[insn_at];
	uint32_t entry = w->entry[head], i;

	if (entry == IR_NONE || entry >= w->place[insn_at] || w->nr_moved[head] >= MAX_PER_LOOP)
		return false;
	for (i = 0; i < ir_ops[insn->op].nr_operands; i++) {
		uint32_t operand = ir_operand(insn, i), at = w->place[operand];

		if (is_in(w, at, head) ? !is_const(w, operand) || entry >= at : at > entry)
			return false;
	}
	return true;
}

/* Constants go with what uses them. */
static void take_constants(struct work *w, const struct ir_insn *insn, uint32_t head)
{
	uint32_t i;

	for (i = 0; i < ir_ops[insn->op].nr_operands; i++) {
		uint32_t operand = ir_operand(insn, i);

		if (is_in(w, w->place[operand], head))
			w->place[operand] = w->entry[head];
	}
}

static void move_out(struct work *w, uint32_t at, uint32_t block)
{
	const struct ir_insn *insn = &w->unit->insn[at];
	uint32_t head = w->loops.loop[block];

	while (head != IR_NONE && can_leave(w, at, head)) {
		take_constants(w, insn, head);
		w->place[at] = w->entry[head];
		w->nr_moved[head]++;
		w->moved = true;
		head = w->loops.loop[w->entry[head]];
	}
}

static void move_all(struct work *w)
{
	uint32_t b, i, at = 0;

	for (b = 0; b < w->unit->nr_blocks; b++) {
		for (i = 0; i < w->unit->block[b].nr; i++, at++) {
			w->place[at] = b;
			if (w->loops.loop[b] != IR_NONE && is_cheap(w->unit->insn[at].op))
				move_out(w, at, b);
		}
	}
}

static void list_moved(struct work *w)
{
	uint32_t b, i, at = 0;

	for (b = 0; b < w->unit->nr_blocks; b++) {
		for (i = 0; i < w->unit->block[b].nr; i++, at++) {
			uint32_t to = w->place[at];

			if (to == b)
				continue;
			w->next[at] = IR_NONE;
			if (w->first[to] == IR_NONE)
				w->first[to] = at;
			else
				w->next[w->last[to]] = at;
			w->last[to] = at;
		}
	}
}

static uint32_t put(struct work *w, struct ir_insn *to, uint32_t at, uint32_t from)
{
	w->new_insn[from] = at;
	to[at] = w->unit->insn[from];
	return at + 1;
}

/* What has come stands before the block's last instruction. */
static void order(struct work *w, struct ir_insn *to)
{
	uint32_t b, i, at = 0;

	for (b = 0; b < w->unit->nr_blocks; b++) {
		struct ir_block *block = &w->unit->block[b];
		uint32_t old = block->first, last = old + block->nr - 1;

		block->first = at;
		for (i = old; i < last; i++) {
			if (w->place[i] == b)
				at = put(w, to, at, i);
		}
		for (i = w->first[b]; i != IR_NONE; i = w->next[i])
			at = put(w, to, at, i);
		at = put(w, to, at, last);
		block->nr = at - block->first;
	}
}

static int take_arrays(struct work *w, struct ir_arena *scratch)
{
	uint32_t nr_blocks = w->unit->nr_blocks, nr_insns = w->unit->nr_insns;
	int status = 0;

	w->entry = opt_array(scratch, nr_blocks, 0xff, &status);
	w->nr_moved = opt_array(scratch, nr_blocks, 0, &status);
	w->first = opt_array(scratch, nr_blocks, 0xff, &status);
	w->last = opt_array(scratch, nr_blocks, 0xff, &status);
	w->place = opt_array(scratch, nr_insns, 0, &status);
	w->next = opt_array(scratch, nr_insns, 0xff, &status);
	w->new_insn = opt_array(scratch, nr_insns, 0, &status);
	return status;
}

int opt_licm(struct ir_unit *unit, struct ir_arena *scratch)
{
	struct work w = { .unit = unit };
	struct ir_insn *to;
	int status = ir_dom_build(&w.dom, unit, scratch);

	if (!status)
		status = opt_preds_build(&w.preds, unit, scratch);
	if (!status)
		status = opt_loops_build(&w.loops, unit, &w.dom, &w.preds, scratch);
	if (status || !w.loops.any)
		return status;
	status = take_arrays(&w, scratch);
	if (status)
		return status;
	find_entries(&w);
	move_all(&w);
	if (!w.moved)
		return 0;
	to = ir_arena_alloc(scratch, unit->nr_insns * sizeof(*to));
	if (!to)
		return -ENOMEM;
	list_moved(&w);
	order(&w, to);
	opt_renumber(unit, to, w.new_insn);
	memcpy(unit->insn, to, unit->nr_insns * sizeof(*to));
	return 0;
}
