// SPDX-License-Identifier: MIT
#include "vmcore/jit/live.h"

#include <errno.h>
#include <string.h>

#include "vmcore/ir/dom.h"

/* Blocks that are looked at, of all values. */
#define MAX_STEPS (UINT64_C(1) << 24)

static void *filled(struct ir_arena *arena, size_t nr, int byte)
{
	void *at = ir_arena_alloc(arena, (nr + 1) * sizeof(uint32_t));

	if (at)
		memset(at, byte, (nr + 1) * sizeof(uint32_t));
	return at;
}

static void number_blocks(struct live *live)
{
	uint32_t b, i;

	for (b = 0; b < live->unit->nr_blocks; b++) {
		const struct ir_block *block = &live->unit->block[b];

		for (i = 0; i < block->nr; i++)
			live->block_of[block->first + i] = b;
	}
}

/* first_pred[b + 2] counts, then first_pred[b + 1] is where the next one goes. */
static void find_preds(struct live *live)
{
	const struct ir_unit *unit = live->unit;
	uint32_t b, i;

	for (i = 0; i < unit->nr_edges; i++)
		live->first_pred[unit->edge[i].block + 2]++;
	for (b = 1; b <= unit->nr_blocks; b++)
		live->first_pred[b + 1] += live->first_pred[b];
	for (b = 0; b < unit->nr_blocks; b++) {
		const struct ir_insn *term = ir_terminator(unit, b);

		for (i = 0; i < ir_nr_edges(term); i++)
			live->pred[live->first_pred[unit->edge[term->lo + i].block + 1]++] = b;
	}
}

/* Uses of a block come one after the other, so that the list's head tells if it is there. */
static void note_use(struct live *live, uint32_t value, uint32_t block)
{
	struct live_use *head;

	if (value == IR_NONE || live->block_of[value] == block)
		return;
	head = live->head[value] == IR_NONE ? NULL : &live->use[live->head[value]];
	if (head && head->block == block)
		return;
	live->use[live->nr_uses] = (struct live_use){ block, live->head[value] };
	live->head[value] = live->nr_uses++;
}

static void note_list(struct live *live, uint32_t first, uint32_t nr, uint32_t block)
{
	while (nr--)
		note_use(live, live->unit->arg[first++], block);
}

static void find_uses(struct live *live)
{
	const struct ir_unit *unit = live->unit;
	uint32_t i, n;

	for (i = 0; i < unit->nr_insns; i++) {
		const struct ir_insn *insn = &unit->insn[i];
		uint32_t block = live->block_of[i];

		for (n = 0; n < ir_ops[insn->op].nr_operands; n++)
			note_use(live, ir_operand(insn, n), block);
		if (insn->op == IR_call)
			note_list(live, insn->hi, unit->helper[insn->lo].nr_args, block);
		for (n = 0; n < ir_nr_edges(insn); n++)
			note_list(live, unit->edge[insn->lo + n].first_arg,
				  unit->edge[insn->lo + n].nr_args, block);
	}
}

int live_init(struct live *live, const struct ir_unit *unit, struct ir_arena *arena)
{
	size_t nr_uses = 3 * (size_t)unit->nr_insns + unit->nr_args;

	*live = (struct live){
		.unit = unit, .steps = MAX_STEPS,
		.block_of = filled(arena, unit->nr_insns, 0),
		.first_pred = filled(arena, unit->nr_blocks + 1, 0),
		.pred = filled(arena, unit->nr_edges, 0),
		.head = filled(arena, unit->nr_insns, 0xff),
		.use = ir_arena_alloc(arena, (nr_uses + 1) * sizeof(*live->use)),
		.seen = filled(arena, unit->nr_blocks, 0xff),
		.found = filled(arena, unit->nr_blocks, 0),
	};
	if (!live->block_of || !live->first_pred || !live->pred || !live->head || !live->use ||
	    !live->seen || !live->found)
		return -ENOMEM;
	number_blocks(live);
	find_preds(live);
	find_uses(live);
	return 0;
}

static void add(struct live *live, uint32_t value, uint32_t block, uint32_t *nr)
{
	if (live->seen[block] == value || live->block_of[value] == block)
		return;
	live->seen[block] = value;
	live->found[(*nr)++] = block;
}

int live_blocks(struct live *live, uint32_t value, uint32_t *nr)
{
	uint32_t done, use, p;

	*nr = 0;
	for (use = live->head[value]; use != IR_NONE; use = live->use[use].next)
		add(live, value, live->use[use].block, nr);
	for (done = 0; done < *nr; done++) {
		uint32_t block = live->found[done], end = live->first_pred[block + 1];

		if (live->steps < 1 + (uint64_t)end - live->first_pred[block])
			return -E2BIG;
		live->steps -= 1 + (uint64_t)end - live->first_pred[block];
		for (p = live->first_pred[block]; p < end; p++)
			add(live, value, live->pred[p], nr);
	}
	return 0;
}
