// SPDX-License-Identifier: MIT
#include <errno.h>
#include <string.h>

#include "vmcore/opt/pass.h"

/* Widest slot in bytes. */
#define WIDEST 16u

/*
 * @known: per byte of the state, the value of the slot that begins there, as of the current @epoch
 * @unseen: per byte, the epoch in which a later store overwrites it before anything sees it
 */
struct known {
	uint32_t epoch;
	uint32_t value;
	uint32_t bytes;
};

struct work {
	struct ir_unit *unit;
	struct opt_preds preds;
	struct opt_edit edit;
	struct known *known;
	uint32_t *unseen;
	uint32_t epoch;
};

/* Slots that overlap [at, at + bytes) are not known any more. */
static void forget(struct work *w, uint32_t at, uint32_t bytes)
{
	uint32_t i = at >= WIDEST ? at - WIDEST + 1 : 0;

	for (; i < at + bytes; i++) {
		if (i >= at || i + w->known[i].bytes > at)
			w->known[i].epoch = 0;
	}
}

static void learn(struct work *w, uint32_t at, uint32_t bytes, uint32_t value)
{
	w->known[at] = (struct known){ .epoch = w->epoch, .value = value, .bytes = bytes };
}

/* The load as a function of the known value, if there is one. */
static void forward_load(struct work *w, uint32_t at)
{
	struct ir_insn *insn = &w->unit->insn[at];
	const struct known *known = &w->known[insn->imm];
	uint32_t offset = (uint32_t)insn->imm, bytes = ir_type_bytes(insn->type);
	unsigned int type;

	if (known->epoch != w->epoch) {
		learn(w, offset, bytes, at);
		return;
	}
	type = w->unit->insn[known->value].type;
	if (type == insn->type)
		w->edit.same_as[at] = known->value;
	else if (ir_is_int(type) && ir_is_int(insn->type) && type > insn->type)
		*insn = (struct ir_insn){ .op = IR_trunc, .type = insn->type, .a = known->value,
					  .b = IR_NONE, .c = IR_NONE };
	else if (known->bytes == bytes && type != IR_V128)
		*insn = (struct ir_insn){ .op = IR_bitcast, .type = insn->type, .a = known->value,
					  .b = IR_NONE, .c = IR_NONE };
}

static void forward_insn(struct work *w, uint32_t at)
{
	struct ir_insn *insn = &w->unit->insn[at];
	uint32_t bytes;

	opt_rename(&w->edit, insn);
	if (insn->op == IR_ld_state) {
		forward_load(w, at);
	} else if (insn->op == IR_st_state) {
		bytes = ir_type_bytes(w->unit->insn[insn->a].type);
		forget(w, (uint32_t)insn->imm, bytes);
		learn(w, (uint32_t)insn->imm, bytes, insn->a);
	} else if (ir_effects(w->unit, insn) & E_WRS) {
		w->epoch++;
	}
}

/* What is known at the end of a block holds in the next one, if there is no other way to it. */
static bool continues(const struct work *w, uint32_t block)
{
	uint32_t first = w->preds.first[block];

	return block && w->preds.first[block + 1] - first == 1 && w->preds.from[first] == block - 1;
}

static void forward(struct work *w)
{
	uint32_t b, i;

	for (b = 0; b < w->unit->nr_blocks; b++) {
		const struct ir_block *block = &w->unit->block[b];

		if (!continues(w, b))
			w->epoch++;
		for (i = 0; i < block->nr; i++)
			forward_insn(w, block->first + i);
	}
}

static bool all_unseen(const struct work *w, uint32_t at, uint32_t bytes)
{
	uint32_t i;

	for (i = 0; i < bytes; i++) {
		if (w->unseen[at + i] != w->epoch)
			return false;
	}
	return true;
}

static void set_unseen(struct work *w, uint32_t at, uint32_t bytes, uint32_t epoch)
{
	uint32_t i;

	for (i = 0; i < bytes; i++)
		w->unseen[at + i] = epoch;
}

static void drop_insn(struct work *w, uint32_t at)
{
	const struct ir_insn *insn = &w->unit->insn[at];
	uint32_t bytes;

	if (insn->op == IR_st_state) {
		bytes = ir_type_bytes(w->unit->insn[insn->a].type);
		if (all_unseen(w, (uint32_t)insn->imm, bytes))
			w->edit.dead[at] = true;
		else
			set_unseen(w, (uint32_t)insn->imm, bytes, w->epoch);
	} else if (insn->op == IR_ld_state) {
		if (w->edit.same_as[at] == IR_NONE)
			set_unseen(w, (uint32_t)insn->imm, ir_type_bytes(insn->type), 0);
	} else if (ir_effects(w->unit, insn) & (E_FAULT | E_RDS | E_TERM)) {
		w->epoch++;
	}
}

static void drop(struct work *w)
{
	uint32_t at;

	for (at = w->unit->nr_insns; at-- > 0;)
		drop_insn(w, at);
}

int opt_state(struct ir_unit *unit, struct ir_arena *scratch)
{
	struct work w = { .unit = unit, .epoch = 1 };
	int status = opt_edit_init(&w.edit, unit, scratch);

	if (!status)
		status = opt_preds_build(&w.preds, unit, scratch);
	if (status)
		return status;
	w.known = ir_arena_alloc(scratch, unit->state_bytes * sizeof(*w.known));
	w.unseen = ir_arena_alloc(scratch, unit->state_bytes * sizeof(*w.unseen));
	if (!w.known || !w.unseen)
		return -ENOMEM;
	memset(w.known, 0, unit->state_bytes * sizeof(*w.known));
	memset(w.unseen, 0, unit->state_bytes * sizeof(*w.unseen));
	forward(&w);
	drop(&w);
	return opt_apply(&w.edit, unit, scratch);
}
