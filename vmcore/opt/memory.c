// SPDX-License-Identifier: MIT
/*
 * A load from guest memory of what was loaded from there or stored there before is that value. It
 * cannot fault, since the access before did not: what can be written can be read.
 */
#include <errno.h>

#include "vmcore/opt/pass.h"

/* Accesses that are remembered: the last ones. */
#define NR_KNOWN 16u

/**
 * struct known - what lies at an address.
 * @base: value that the address counts from, IR_NONE: none
 * @offset: from there
 * @bytes: 0: nothing is known
 * @insn: the ld or st
 * @value: what it has loaded, or stored of it the low bytes
 */
struct known {
	uint32_t base;
	uint32_t bytes;
	uint64_t offset;
	uint32_t insn;
	uint32_t value;
};

struct work {
	struct ir_unit *unit;
	struct opt_preds preds;
	struct opt_edit edit;
	struct known known[NR_KNOWN];
	uint32_t next;
};

static void forget_all(struct work *w)
{
	uint32_t i;

	for (i = 0; i < NR_KNOWN; i++)
		w->known[i].bytes = 0;
}

static struct known where(const struct work *w, uint32_t at)
{
	const struct ir_insn *insn = &w->unit->insn[at];
	struct known k = { .base = insn->a, .offset = insn->imm, .insn = at,
			   .bytes = 1u << (insn->aux & IR_MEM_SIZE_MASK) };
	uint64_t bits;

	k.value = insn->op == IR_st ? insn->b : at;
	if (opt_is_const(w->unit, insn->a, &bits)) {
		k.base = IR_NONE;
		k.offset += bits;
	}
	return k;
}

static void learn(struct work *w, const struct known *k)
{
	w->known[w->next++ % NR_KNOWN] = *k;
}

/* Addresses that count from two values may be the same. */
static bool may_meet(const struct known *a, const struct known *b)
{
	return a->base != b->base || a->offset - b->offset < b->bytes ||
	       b->offset - a->offset < a->bytes;
}

static void forget(struct work *w, const struct known *stored)
{
	uint32_t i;

	for (i = 0; i < NR_KNOWN; i++) {
		if (may_meet(&w->known[i], stored))
			w->known[i].bytes = 0;
	}
}

/* The low bytes of a value that was stored, extended as the load does. */
static bool extend(const struct work *w, struct ir_insn *load, const struct known *k)
{
	if (w->unit->insn[k->value].type != load->type || !ir_is_int(load->type))
		return false;
	*load = (struct ir_insn){ .op = load->aux & IR_MEM_SIGNED ? IR_sbfx : IR_ubfx,
				  .type = load->type, .a = k->value, .b = IR_NONE, .c = IR_NONE,
				  .lo = 0, .hi = 8 * k->bytes };
	return true;
}

/* Is the load replaced by what is known? */
static bool replace(struct work *w, uint32_t at, const struct known *k)
{
	struct ir_insn *load = &w->unit->insn[at];
	const struct ir_insn *before = &w->unit->insn[k->insn];
	bool whole = w->unit->insn[k->value].type == load->type &&
		     k->bytes == ir_type_bytes(load->type);

	if (before->op == IR_ld ? before->type == load->type && before->aux == load->aux : whole) {
		w->edit.same_as[at] = k->value;
		return true;
	}
	return before->op == IR_st && extend(w, load, k);
}

static void forward_load(struct work *w, uint32_t at)
{
	struct known k = where(w, at);
	uint32_t i;

	for (i = 0; i < NR_KNOWN; i++) {
		const struct known *known = &w->known[i];

		if (known->bytes == k.bytes && known->base == k.base && known->offset == k.offset &&
		    replace(w, at, known))
			return;
	}
	learn(w, &k);
}

static void forward_store(struct work *w, uint32_t at)
{
	struct known k = where(w, at);

	forget(w, &k);
	learn(w, &k);
}

static bool is_relaxed(const struct ir_insn *insn)
{
	return insn->aux2 == IR_RLX;
}

static void forward_insn(struct work *w, uint32_t at)
{
	struct ir_insn *insn = &w->unit->insn[at];

	opt_rename(&w->edit, insn);
	if (insn->op == IR_ld && is_relaxed(insn))
		forward_load(w, at);
	else if (insn->op == IR_st && is_relaxed(insn))
		forward_store(w, at);
	else if (ir_effects(w->unit, insn) & (E_RDM | E_WRM))
		forget_all(w);
}

static bool continues(const struct work *w, uint32_t block)
{
	uint32_t first = w->preds.first[block];

	return block && w->preds.first[block + 1] - first == 1 && w->preds.from[first] == block - 1;
}

int opt_memory(struct ir_unit *unit, struct ir_arena *scratch)
{
	struct work w = { .unit = unit };
	uint32_t b, i;
	int status = opt_edit_init(&w.edit, unit, scratch);

	if (!status)
		status = opt_preds_build(&w.preds, unit, scratch);
	if (status)
		return status;
	for (b = 0; b < unit->nr_blocks; b++) {
		const struct ir_block *block = &unit->block[b];

		if (!continues(&w, b))
			forget_all(&w);
		for (i = 0; i < block->nr; i++)
			forward_insn(&w, block->first + i);
	}
	return opt_apply(&w.edit, unit, scratch);
}
