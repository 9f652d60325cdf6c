// SPDX-License-Identifier: MIT
/*
 * Stores to the guest's state that only faults look at become notes (IR_LAZY): code does nothing, and
 * whoever handles the fault writes the state. A slot is *pending* where the state has not what it is
 * to hold. What is pending in a block is noted in it again, where it begins, by the value that the
 * slot has there, so that a block needs no other's notes.
 *
 * A store that another one of its block overwrites is lazy. The last one of a block is lazy, and the
 * slot pending in the blocks behind it, in loops that carry the slot in a parameter of their head;
 * where such a loop is left, the state gets the value.
 */
#include <errno.h>
#include <string.h>

#include "vmcore/ir/dom.h"
#include "vmcore/opt/pass.h"
#include "vmcore/opt/pipeline.h"
#include "vmcore/opt/slots.h"

#define MAX_ROUNDS 30u
/* Of a slot's value where a block begins: not yet looked at. IR_NONE: there is none for all ways. */
#define UNSEEN	   (IR_NONE - 1)

/*
 * @value: [slot] on entry; @last: what the block stores or loads last, IR_NONE: neither
 * @known: slots whose value on entry is known; @stored, @loaded: in the block
 * @lazy: may be pending where the block begins; @keeps: at its end, since all blocks behind it allow it
 * @pending: on entry
 * @loop: the head of the innermost loop, IR_NONE; @end: of a head, the loop's last block
 */
struct flow {
	uint32_t value[OPT_MAX_SLOTS], last[OPT_MAX_SLOTS];
	uint64_t known, stored, loaded, lazy, keeps, pending;
	uint32_t loop, end;
};

struct work {
	struct ir_unit *unit;
	struct opt_preds preds;
	struct opt_slots slots;
	struct flow *flow;
	uint32_t *new_insn;
	struct ir_insn *insn;
	uint32_t nr_insns;
};

static uint64_t bit(uint32_t slot)
{
	return UINT64_C(1) << slot;
}

static void scan_block(struct work *w, uint32_t b)
{
	const struct ir_block *block = &w->unit->block[b];
	struct flow *flow = &w->flow[b];
	uint32_t i;

	*flow = (struct flow){ .loop = IR_NONE };
	memset(flow->last, 0xff, sizeof(flow->last));
	for (i = 0; i < OPT_MAX_SLOTS; i++)
		flow->value[i] = b ? UNSEEN : IR_NONE;
	for (i = block->first; i < block->first + block->nr; i++) {
		const struct ir_insn *insn = &w->unit->insn[i];
		uint32_t slot = opt_slot_of(&w->slots, w->unit, insn);

		if (slot == OPT_NO_SLOT)
			continue;
		flow->last[slot] = insn->op == IR_st_state ? insn->a : i;
		if (insn->op == IR_st_state)
			flow->stored |= bit(slot);
		else
			flow->loaded |= bit(slot);
	}
}

/* What a slot is at the end of the block that an edge leaves. */
static uint32_t brought(const struct work *w, uint32_t pred, uint32_t slot)
{
	const struct flow *from = &w->flow[w->preds.from[pred]];

	return from->last[slot] == IR_NONE ? from->value[slot] : from->last[slot];
}

/* Is parameter @k of block @b the slot's value on all edges that have been looked at? */
static bool carries(const struct work *w, uint32_t b, uint32_t k, uint32_t slot)
{
	uint32_t i;

	if (w->unit->insn[w->unit->block[b].first + k].type != w->slots.slot[slot].type)
		return false;
	for (i = w->preds.first[b]; i < w->preds.first[b + 1]; i++) {
		const struct ir_edge *edge = &w->unit->edge[w->preds.edge[i]];
		uint32_t value = brought(w, i, slot);

		if (value != UNSEEN && w->unit->arg[edge->first_arg + k] != value)
			return false;
	}
	return true;
}

/* The value of @slot on entry to a block: what all edges bring, or the parameter that it is on each. */
static uint32_t merged(const struct work *w, uint32_t b, uint32_t slot)
{
	uint32_t value = UNSEEN, i;
	bool same = true;

	for (i = w->preds.first[b]; i < w->preds.first[b + 1]; i++) {
		uint32_t other = brought(w, i, slot);

		if (other == IR_NONE)
			return IR_NONE;
		if (other == UNSEEN)
			continue;
		same &= value == UNSEEN || value == other;
		value = other;
	}
	if (same)
		return value;
	for (i = 0; i < w->unit->block[b].nr_params; i++) {
		if (carries(w, b, i, slot))
			return w->unit->block[b].first + i;
	}
	return IR_NONE;
}

static bool merge_block(struct work *w, uint32_t b)
{
	struct flow *flow = &w->flow[b];
	bool changed = false;
	uint32_t s;

	for (s = 0; s < w->slots.nr; s++) {
		uint32_t value = flow->value[s] == IR_NONE ? IR_NONE : merged(w, b, s);

		changed |= value != flow->value[s];
		flow->value[s] = value;
	}
	return changed;
}

/* Return: does the solution stand? */
static bool find_values(struct work *w)
{
	uint32_t b, s, rounds;
	bool changed = true;

	for (rounds = 0; changed && rounds < MAX_ROUNDS; rounds++) {
		changed = false;
		for (b = 1; b < w->unit->nr_blocks; b++)
			changed |= merge_block(w, b);
	}
	for (b = 0; b < w->unit->nr_blocks; b++) {
		for (s = 0; s < w->slots.nr; s++) {
			const struct ir_block *block = &w->unit->block[b];

			/* Which comes before its use in the array, too. */
			if (w->flow[b].value[s] < block->first + block->nr_params)
				w->flow[b].known |= bit(s);
		}
	}
	return !changed;
}

/* Blocks that follow each other in the array approximate a loop, as they do for the allocator. */
static void find_loops(struct work *w)
{
	uint32_t b, i, k;

	for (b = 0; b < w->unit->nr_blocks; b++) {
		const struct ir_insn *term = ir_terminator(w->unit, b);

		for (i = 0; i < ir_nr_edges(term); i++) {
			uint32_t head = w->unit->edge[term->lo + i].block;

			if (head <= b)
				w->flow[head].end = b + 1;
		}
	}
	/* Inner heads come later and replace outer ones. */
	for (b = 0; b < w->unit->nr_blocks; b++) {
		for (k = b; k < w->flow[b].end; k++)
			w->flow[k].loop = b;
	}
}

/* What the loop's head has in parameters, and this block knows. */
static void find_lazy(struct work *w)
{
	uint32_t b, s;

	for (b = 0; b < w->unit->nr_blocks; b++) {
		struct flow *flow = &w->flow[b];
		uint32_t head = flow->loop;

		if (head == IR_NONE)
			continue;
		for (s = 0; s < w->slots.nr; s++) {
			const struct ir_block *h = &w->unit->block[head];

			if (w->flow[head].value[s] - h->first < h->nr_params)
				flow->lazy |= bit(s) & flow->known & ~flow->loaded;
		}
	}
}

/* The slots that may be pending on an edge: in the block that it leads to, or written there at once. */
static uint64_t allowed(const struct work *w, uint32_t from, uint32_t to)
{
	uint32_t head = w->flow[from].loop;
	bool leaves = head != IR_NONE && (to < head || to >= w->flow[head].end);

	return w->flow[to].lazy | (leaves ? w->flow[to].known : 0);
}

/* Pending on entry; a slot of the block's own is pending behind it if it is stored lazily. */
static void find_pending(struct work *w)
{
	uint32_t b, i;
	bool changed = true;

	for (b = 0; b < w->unit->nr_blocks; b++) {
		const struct ir_insn *term = ir_terminator(w->unit, b);

		w->flow[b].keeps = ir_nr_edges(term) ? ~w->flow[b].loaded : 0;
		for (i = 0; i < ir_nr_edges(term); i++)
			w->flow[b].keeps &= allowed(w, b, w->unit->edge[term->lo + i].block);
		/* Outside of loops nothing is gained. */
		if (w->flow[b].loop == IR_NONE)
			w->flow[b].keeps = 0;
	}
	while (changed) {
		changed = false;
		for (b = 1; b < w->unit->nr_blocks; b++) {
			uint64_t pending = 0;

			for (i = w->preds.first[b]; i < w->preds.first[b + 1]; i++) {
				const struct flow *from = &w->flow[w->preds.from[i]];

				pending |= (from->stored | (from->pending & from->lazy)) & from->keeps;
			}
			changed |= pending != w->flow[b].pending;
			w->flow[b].pending = pending;
		}
	}
}

static void append(struct work *w, const struct ir_insn *insn)
{
	w->insn[w->nr_insns++] = *insn;
}

/*
 * What is pending on entry: noted, or written if it may not be pending, or not behind the block, and
 * the block itself stores nothing else there.
 */
static void note_pending(struct work *w, uint32_t b)
{
	const struct flow *flow = &w->flow[b];
	uint64_t m;

	for (m = flow->pending; m; m &= m - 1) {
		uint32_t slot = (uint32_t)__builtin_ctzll(m), value = flow->value[slot];
		bool lazy = flow->lazy >> slot & 1 && (flow->keeps | flow->stored) >> slot & 1;

		/* A parameter, or of a block before: renamed already, since blocks are in order. */
		append(w, &(struct ir_insn){ .op = IR_st_state, .aux = lazy ? IR_LAZY : 0,
					     .a = w->new_insn[value], .b = IR_NONE, .c = IR_NONE,
					     .imm = w->slots.slot[slot].offset });
	}
}

static void copy_insn(struct work *w, uint32_t at)
{
	struct ir_insn insn = w->unit->insn[at];

	opt_renumber_insn(&insn, w->new_insn);
	w->new_insn[at] = w->nr_insns;
	append(w, &insn);
}

/* From the back: the last store of a slot is lazy if the block keeps it, those before it are. */
static void mark(struct work *w, uint32_t b)
{
	const struct ir_block *block = &w->unit->block[b];
	const struct flow *flow = &w->flow[b];
	uint64_t overwritten = flow->keeps;
	uint32_t i;

	for (i = block->first + block->nr; i-- > block->first;) {
		struct ir_insn *insn = &w->unit->insn[i];
		uint32_t slot = opt_slot_of(&w->slots, w->unit, insn);

		if (slot == OPT_NO_SLOT || insn->op != IR_st_state || flow->loaded >> slot & 1)
			continue;
		if (overwritten >> slot & 1)
			insn->aux |= IR_LAZY;
		overwritten |= bit(slot);
	}
}

/* Notes come behind the guest_pc that a block begins with: there it can be entered. */
static void rewrite_block(struct work *w, uint32_t b)
{
	struct ir_block *block = &w->unit->block[b];
	uint32_t old = block->first, first = w->nr_insns, i, at = block->nr_params;

	if (at < block->nr && w->unit->insn[old + at].op == IR_guest_pc)
		at++;
	for (i = 0; i < block->nr; i++) {
		if (i == at)
			note_pending(w, b);
		copy_insn(w, old + i);
	}
	block->first = first;
	block->nr = w->nr_insns - first;
}

static int rewrite(struct work *w, struct ir_arena *scratch)
{
	uint64_t nr = w->unit->nr_insns;
	uint32_t b;

	for (b = 0; b < w->unit->nr_blocks; b++)
		nr += (uint32_t)__builtin_popcountll(w->flow[b].pending);
	if (nr > IR_MAX_INSNS)
		return 0;
	w->insn = ir_arena_alloc(w->unit->arena, nr * sizeof(*w->insn));
	w->new_insn = ir_arena_alloc(scratch, w->unit->nr_insns * sizeof(*w->new_insn));
	if (!w->insn || !w->new_insn)
		return -ENOMEM;
	for (b = 0; b < w->unit->nr_blocks; b++)
		mark(w, b);
	for (b = 0; b < w->unit->nr_blocks; b++)
		rewrite_block(w, b);
	opt_replace_insns(w->unit, w->insn, w->nr_insns, w->new_insn);
	return 0;
}

static bool calls(const struct ir_unit *unit)
{
	uint32_t i;

	for (i = 0; i < unit->nr_insns; i++) {
		if (unit->insn[i].op == IR_call)
			return true;
	}
	return false;
}

int opt_lazy(struct ir_unit *unit, struct ir_arena *scratch)
{
	struct work w = { .unit = unit };
	uint32_t b;

	/* What a helper does is not known, and units that have one are rare. */
	if (calls(unit))
		return 0;
	w.flow = ir_arena_alloc(scratch, unit->nr_blocks * sizeof(*w.flow));
	if (!w.flow || opt_slots_find(&w.slots, unit, scratch) ||
	    opt_preds_build(&w.preds, unit, scratch))
		return -ENOMEM;
	for (b = 0; b < unit->nr_blocks; b++)
		scan_block(&w, b);
	if (!find_values(&w))
		return 0;
	find_loops(&w);
	find_lazy(&w);
	find_pending(&w);
	return rewrite(&w, scratch);
}
