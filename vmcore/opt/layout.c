// SPDX-License-Identifier: MIT
/*
 * Blocks come in the order in which control passes through them, the blocks of a loop together: a
 * reverse postorder, in which the first block of a loop takes the others with it. What is found in one
 * walk over the array, as live ranges are, then follows the loops; a lifter finds blocks in the order
 * of addresses and of the branches to them.
 *
 * What dominates a block comes before it: a loop's head dominates its blocks, and what dominates
 * one of them from outside dominates the head.
 */
#include <errno.h>
#include <string.h>

#include "vmcore/opt/loops.h"

/**
 * struct work - lists, one per loop and one of what is in none: blocks, and heads of inner loops that
 * stand for them.
 * @post: [nr_blocks] blocks in postorder
 * @first: of the list of what is in no loop
 * @last: [nr_blocks + 1] the end of the list of a loop's head, and of what is in none
 * @next: [block] what follows it in the list of the loop that it is in, or of the loop around its own
 * @body: [head] what follows it in its own loop's list
 * @order: [nr_blocks] what comes where in the end
 */
struct work {
	struct ir_unit *unit;
	struct opt_loops loops;
	uint32_t *post, *stack, *next_edge;
	uint32_t *last, *next, *body;
	uint32_t *order, *new_block, *new_insn;
	uint32_t first, nr_post, nr_placed;
};

/* Of several edges the last is followed last, so that its block comes next. */
static void find_postorder(struct work *w, uint8_t *seen)
{
	const struct ir_unit *unit = w->unit;
	uint32_t depth = 0;

	w->stack[depth++] = 0;
	seen[0] = true;
	while (depth) {
		uint32_t block = w->stack[depth - 1], to;
		const struct ir_insn *term = ir_terminator(unit, block);

		if (w->next_edge[block] == ir_nr_edges(term)) {
			w->post[w->nr_post++] = block;
			depth--;
			continue;
		}
		to = unit->edge[term->lo + w->next_edge[block]++].block;
		if (!seen[to]) {
			seen[to] = true;
			w->stack[depth++] = to;
		}
	}
}

/* Behind what is last in the loop of @head, IR_NONE: in none. */
static void append(struct work *w, uint32_t head, uint32_t block)
{
	uint32_t list = head == IR_NONE ? w->unit->nr_blocks : head;
	uint32_t last = w->last[list];

	if (last != IR_NONE)
		w->next[last] = block;
	else if (head == IR_NONE)
		w->first = block;
	else
		w->body[head] = block;
	w->last[list] = block;
}

static void fill_lists(struct work *w)
{
	uint32_t i;

	for (i = w->nr_post; i-- > 0;) {
		uint32_t block = w->post[i], loop = w->loops.loop[block];

		append(w, loop == block ? w->loops.outer[block] : loop, block);
	}
}

/* A head brings its loop's list before what follows it. */
static void place_lists(struct work *w)
{
	uint32_t depth = 0, block = w->first;

	while (block != IR_NONE || depth) {
		if (block == IR_NONE) {
			block = w->next[w->stack[--depth]];
			continue;
		}
		w->new_block[block] = w->nr_placed;
		w->order[w->nr_placed++] = block;
		w->stack[depth++] = block;
		block = w->body[block];
	}
}

static bool changes(const struct work *w)
{
	uint32_t i;

	for (i = 0; i < w->nr_placed; i++) {
		if (w->order[i] != i)
			return true;
	}
	return false;
}

static int rewrite(struct work *w, struct ir_arena *scratch)
{
	struct ir_unit *unit = w->unit;
	struct ir_insn *insn = ir_arena_alloc(scratch, unit->nr_insns * sizeof(*insn));
	struct ir_block *block = ir_arena_alloc(scratch, unit->nr_blocks * sizeof(*block));
	uint32_t b, i, at = 0;

	w->new_insn = ir_arena_alloc(scratch, unit->nr_insns * sizeof(*w->new_insn));
	if (!insn || !block || !w->new_insn)
		return -ENOMEM;
	for (b = 0; b < unit->nr_blocks; b++) {
		const struct ir_block *old = &unit->block[w->order[b]];

		block[b] = *old;
		block[b].first = at;
		for (i = 0; i < old->nr; i++)
			w->new_insn[old->first + i] = at + i;
		memcpy(insn + at, unit->insn + old->first, old->nr * sizeof(*insn));
		at += old->nr;
	}
	opt_renumber(unit, insn, w->new_insn);
	for (i = 0; i < unit->nr_edges; i++)
		unit->edge[i].block = w->new_block[unit->edge[i].block];
	memcpy(unit->insn, insn, at * sizeof(*insn));
	memcpy(unit->block, block, unit->nr_blocks * sizeof(*block));
	return 0;
}

static int find_order(struct work *w, struct ir_arena *scratch)
{
	uint32_t nr = w->unit->nr_blocks;
	uint8_t *seen = ir_arena_alloc(scratch, nr);
	int status = 0;

	w->post = opt_array(scratch, nr, 0, &status);
	w->stack = opt_array(scratch, nr, 0, &status);
	w->next_edge = opt_array(scratch, nr, 0, &status);
	w->last = opt_array(scratch, nr + 1, 0xff, &status);
	w->next = opt_array(scratch, nr, 0xff, &status);
	w->body = opt_array(scratch, nr, 0xff, &status);
	w->order = opt_array(scratch, nr, 0, &status);
	w->new_block = opt_array(scratch, nr, 0xff, &status);
	if (status || !seen)
		return -ENOMEM;
	memset(seen, 0, nr);
	find_postorder(w, seen);
	if (w->nr_post < nr)
		return 0;
	fill_lists(w);
	place_lists(w);
	return 0;
}

int opt_layout(struct ir_unit *unit, struct ir_arena *scratch)
{
	struct work w = { .unit = unit, .first = IR_NONE };
	struct opt_preds preds;
	struct ir_dom dom;
	int status = ir_dom_build(&dom, unit, scratch);

	if (!status)
		status = opt_preds_build(&preds, unit, scratch);
	if (!status)
		status = opt_loops_build(&w.loops, unit, &dom, &preds, scratch);
	if (!status && w.loops.any)
		status = find_order(&w, scratch);
	return status || !changes(&w) ? status : rewrite(&w, scratch);
}
