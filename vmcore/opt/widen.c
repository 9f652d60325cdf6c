// SPDX-License-Identifier: MIT
#include <errno.h>
#include <string.h>

#include "vmcore/opt/pass.h"

/*
 * Guests of 64 bits compute with words: two registers are truncated, and what comes out is extended.
 * Where the low half of a result depends on low halves only, and nobody looks at it but extensions of
 * its sign, the whole registers are computed with, and only the result is extended. Extensions of a
 * field, and pairs of shifts, become its extraction.
 */

#define MAX_ROUNDS 16u

/* The low half of the result depends on the low halves of the operands only. */
static const bool is_low[IR_NR_OPS] = {
	[IR_add] = true, [IR_sub] = true, [IR_mul] = true, [IR_and] = true, [IR_or] = true,
	[IR_xor] = true, [IR_neg] = true, [IR_not] = true, [IR_shl] = true,
};

/*
 * @wide: the value is computed in 64 bits; what is above the low half of it is nobody's business
 * @field: a word that is shifted to the right, and then extended only: the extensions are fields of it
 */
struct work {
	struct ir_unit *unit;
	bool *wide, *field;
	uint32_t *new_insn;
	struct ir_insn *insn;
	uint32_t nr_insns, nr_wide;
};

static const struct ir_insn *at(const struct work *w, uint32_t value)
{
	return &w->unit->insn[value];
}

static bool is_word(const struct work *w, uint32_t value)
{
	const struct ir_insn *insn = at(w, value);

	return insn->op == IR_trunc && insn->type == IR_I32 && at(w, insn->a)->type == IR_I64;
}

static bool is_shifted(const struct work *w, const struct ir_insn *insn)
{
	uint64_t count;

	return (insn->op == IR_shr || insn->op == IR_sar) && insn->type == IR_I32 &&
	       opt_is_const(w->unit, insn->b, &count) && count && count < 32;
}

static bool extends(const struct work *w, const struct ir_insn *insn)
{
	return insn->type == IR_I64 &&
	       (insn->op == IR_sext || (insn->op == IR_zext && at(w, insn->a)->op == IR_shr));
}

static void find_fields(struct work *w)
{
	uint32_t i, k;

	for (i = 0; i < w->unit->nr_insns; i++)
		w->field[i] = is_shifted(w, at(w, i));
	for (i = 0; i < w->unit->nr_insns; i++) {
		const struct ir_insn *insn = at(w, i);

		for (k = 0; k < ir_ops[insn->op].nr_operands; k++)
			w->field[ir_operand(insn, k)] &= extends(w, insn);
	}
	for (i = 0; i < w->unit->nr_args; i++)
		w->field[w->unit->arg[i]] = false;
}

static void choose(struct work *w)
{
	uint32_t i;

	for (i = 0; i < w->unit->nr_insns; i++) {
		const struct ir_insn *insn = at(w, i);
		uint64_t count;

		w->wide[i] = is_low[insn->op] && insn->type == IR_I32;
		if (insn->op == IR_shl)
			w->wide[i] &= opt_is_const(w->unit, insn->b, &count) && count < 32;
	}
}

static bool operand_fits(const struct work *w, uint32_t value)
{
	uint64_t bits;

	return w->wide[value] || is_word(w, value) || opt_is_const(w->unit, value, &bits);
}

/* May a wide value be an operand of it? */
static bool user_fits(const struct work *w, uint32_t user)
{
	const struct ir_insn *insn = at(w, user);

	return w->wide[user] || (insn->op == IR_sext && insn->type == IR_I64) ||
	       insn->op == IR_trunc || w->field[user];
}

static bool drop(struct work *w, uint32_t value)
{
	bool was = w->wide[value];

	w->wide[value] = false;
	return was;
}

static bool drop_insn(struct work *w, uint32_t i)
{
	const struct ir_insn *insn = at(w, i);
	unsigned int nr = ir_ops[insn->op].nr_operands, k;
	bool changed = false;

	for (k = 0; k < nr; k++) {
		if (!operand_fits(w, ir_operand(insn, k)))
			changed |= drop(w, i);
	}
	for (k = 0; k < nr; k++) {
		if (!user_fits(w, i))
			changed |= drop(w, ir_operand(insn, k));
	}
	return changed;
}

/* From the back and from the front in turn, until all that are left fit together. */
static void settle(struct work *w)
{
	uint32_t nr = w->unit->nr_insns, rounds, i;
	bool changed = true;

	for (i = 0; i < w->unit->nr_args; i++)
		drop(w, w->unit->arg[i]);
	for (rounds = 0; changed && rounds < MAX_ROUNDS; rounds++) {
		changed = false;
		for (i = 0; i < nr; i++)
			changed |= drop_insn(w, rounds & 1 ? i : nr - 1 - i);
	}
	if (changed)
		memset(w->wide, 0, nr * sizeof(*w->wide));
	for (i = 0; i < w->unit->nr_insns; i++)
		w->nr_wide += w->wide[i];
}

static struct ir_insn field(unsigned int op, unsigned int type, uint32_t a, uint32_t lo,
			    uint32_t hi)
{
	return (struct ir_insn){ .op = (uint8_t)op, .type = (uint8_t)type, .a = a, .b = IR_NONE,
				 .c = IR_NONE, .lo = lo, .hi = hi };
}

/* An extension of a word, of a wide value, or of a part of a word. */
static void extend(const struct work *w, struct ir_insn *insn)
{
	const struct ir_insn *inner = at(w, insn->a);
	bool sign = insn->op == IR_sext;
	uint64_t n;

	if (inner->type != IR_I32 || insn->type != IR_I64)
		return;
	if (w->wide[insn->a])
		*insn = field(IR_sbfx, IR_I64, insn->a, 0, 32);
	else if (is_word(w, insn->a))
		*insn = field(sign ? IR_sbfx : IR_ubfx, IR_I64, inner->a, 0, 32);
	else if (w->field[insn->a] && w->wide[inner->a] && opt_is_const(w->unit, inner->b, &n))
		*insn = field(inner->op == IR_sar ? IR_sbfx : IR_ubfx, IR_I64, inner->a,
			      (uint32_t)n, 32 - (uint32_t)n);
	else if ((inner->op == IR_shr || (inner->op == IR_sar && sign)) && is_word(w, inner->a) &&
		 opt_is_const(w->unit, inner->b, &n) && n && n < 32)
		*insn = field(inner->op == IR_sar ? IR_sbfx : IR_ubfx, IR_I64,
			      at(w, inner->a)->a, (uint32_t)n, 32 - (uint32_t)n);
}

/* Shifted left, and as far or farther right again. */
static void extract(const struct work *w, struct ir_insn *insn)
{
	const struct ir_insn *inner = at(w, insn->a);
	uint32_t width = 8 * ir_type_bytes(insn->type);
	uint64_t left, right;

	if (inner->op != IR_shl || !opt_is_const(w->unit, inner->b, &left) ||
	    !opt_is_const(w->unit, insn->b, &right) || right >= width || left > right)
		return;
	*insn = field(insn->op == IR_sar ? IR_sbfx : IR_ubfx, insn->type, inner->a,
		      (uint32_t)(right - left), width - (uint32_t)right);
}

/* What an operand of a wide instruction is now: the whole of it. */
static uint32_t whole(struct work *w, uint32_t value)
{
	const struct ir_insn *insn = at(w, value);

	if (insn->op != IR_const)
		return w->new_insn[w->wide[value] ? value : insn->a];
	w->insn[w->nr_insns] = (struct ir_insn){ .op = IR_const, .type = IR_I64, .a = IR_NONE,
						 .imm = (uint64_t)(int64_t)(int32_t)insn->imm };
	return w->nr_insns++;
}

static void copy_insn(struct work *w, uint32_t i)
{
	struct ir_insn insn = *at(w, i);
	unsigned int nr;

	if (insn.op == IR_sext || insn.op == IR_zext)
		extend(w, &insn);
	else if (w->field[i] && w->wide[insn.a])
		insn = (struct ir_insn){ .op = IR_const, .type = IR_I32, .a = IR_NONE };
	else if (!w->wide[i] && (insn.op == IR_shr || insn.op == IR_sar))
		extract(w, &insn);
	nr = ir_ops[insn.op].nr_operands;
	if (w->wide[i]) {
		insn.type = IR_I64;
		insn.a = whole(w, insn.a);
		insn.b = nr > 1 ? whole(w, insn.b) : insn.b;
	} else {
		opt_renumber_insn(&insn, w->new_insn);
	}
	w->new_insn[i] = w->nr_insns;
	w->insn[w->nr_insns++] = insn;
}

static void rewrite(struct work *w)
{
	uint32_t b, i;

	for (b = 0; b < w->unit->nr_blocks; b++) {
		struct ir_block *block = &w->unit->block[b];
		uint32_t old = block->first, first = w->nr_insns;

		for (i = 0; i < block->nr; i++)
			copy_insn(w, old + i);
		block->first = first;
		block->nr = w->nr_insns - first;
	}
	opt_replace_insns(w->unit, w->insn, w->nr_insns, w->new_insn);
}

int opt_widen(struct ir_unit *unit, struct ir_arena *scratch)
{
	struct work w = { .unit = unit };
	uint64_t nr;

	w.wide = ir_arena_alloc(scratch, unit->nr_insns * sizeof(*w.wide));
	w.new_insn = ir_arena_alloc(scratch, unit->nr_insns * sizeof(*w.new_insn));
	w.field = ir_arena_alloc(scratch, unit->nr_insns * sizeof(*w.field));
	if (!w.wide || !w.new_insn || !w.field)
		return -ENOMEM;
	find_fields(&w);
	choose(&w);
	settle(&w);
	nr = unit->nr_insns + UINT64_C(2) * w.nr_wide;
	if (nr > IR_MAX_INSNS)
		return 0;
	w.insn = ir_arena_alloc(unit->arena, nr * sizeof(*w.insn));
	if (!w.insn)
		return -ENOMEM;
	rewrite(&w);
	return 0;
}
