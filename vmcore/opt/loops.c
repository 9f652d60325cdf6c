// SPDX-License-Identifier: MIT
#include "vmcore/opt/loops.h"

/* Steps through the bodies of all loops, per block; beyond that nothing is done. */
#define MAX_STEPS 16u

struct work {
	struct opt_loops *loops;
	const struct ir_dom *dom;
	const struct opt_preds *preds;
	uint32_t *stack, *seen;
	uint32_t depth;
	uint64_t steps, max_steps;
};

static void push(struct work *w, uint32_t block, uint32_t head)
{
	if (w->seen[block] == head + 1)
		return;
	w->seen[block] = head + 1;
	w->loops->loop[block] = head;
	w->stack[w->depth++] = block;
	w->steps++;
}

/* Blocks from which edges lead back to @head. Return: false if it is no head. */
static bool push_latches(struct work *w, uint32_t head)
{
	bool found = false;
	uint32_t i;

	for (i = w->preds->first[head]; i < w->preds->first[head + 1]; i++) {
		uint32_t from = w->preds->from[i];

		if (!ir_dominates(w->dom, head, from))
			continue;
		if (!found) {
			w->loops->outer[head] = w->loops->loop[head];
			w->loops->loop[head] = head;
			w->seen[head] = head + 1;
		}
		found = true;
		push(w, from, head);
	}
	return found;
}

/* All blocks from which the loop's back edges are reached without its head. */
static void mark_body(struct work *w, uint32_t head)
{
	uint32_t i;

	while (w->depth && w->steps < w->max_steps) {
		uint32_t block = w->stack[--w->depth];

		for (i = w->preds->first[block]; i < w->preds->first[block + 1]; i++)
			push(w, w->preds->from[i], head);
	}
}

/* Outer loops first, which the depth-first order has before those within. */
int opt_loops_build(struct opt_loops *loops, const struct ir_unit *unit, const struct ir_dom *dom,
		    const struct opt_preds *preds, struct ir_arena *scratch)
{
	struct work w = { .loops = loops, .dom = dom, .preds = preds,
			  .max_steps = (uint64_t)MAX_STEPS * unit->nr_blocks };
	uint32_t i;
	int status = 0;

	loops->loop = opt_array(scratch, unit->nr_blocks, 0xff, &status);
	loops->outer = opt_array(scratch, unit->nr_blocks, 0xff, &status);
	w.stack = opt_array(scratch, unit->nr_blocks, 0, &status);
	w.seen = opt_array(scratch, unit->nr_blocks, 0, &status);
	loops->any = false;
	if (status)
		return status;
	for (i = 0; i < dom->nr && w.steps < w.max_steps; i++) {
		if (!push_latches(&w, dom->preorder[i]))
			continue;
		mark_body(&w, dom->preorder[i]);
		loops->any = true;
	}
	if (w.steps >= w.max_steps)
		loops->any = false;
	return 0;
}
