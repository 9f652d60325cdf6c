// SPDX-License-Identifier: MIT
#include <errno.h>
#include <string.h>

#include "vmcore/opt/pass.h"

/*
 * How many bits values have, by what computes them, also around loops: extensions and masks of what
 * fits already go. Guests of 64 bits extend again what they have loaded or computed as words.
 */

#define MAX_ROUNDS 8u

/* A value is less than 2^@bits, and the extension of the sign of its low @signs bits. */
struct size {
	uint8_t bits, signs;
};

struct work {
	struct ir_unit *unit;
	struct opt_preds preds;
	struct opt_edit edit;
	struct size *size;
};

static uint32_t least(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

static uint32_t most(uint32_t a, uint32_t b)
{
	return a > b ? a : b;
}

static uint32_t width_of(const struct ir_insn *insn)
{
	return 8 * ir_type_bytes(insn->type);
}

/* Of a value of an instruction's type. */
static struct size sized(const struct ir_insn *insn, uint32_t bits, uint32_t signs)
{
	uint32_t width = width_of(insn);

	bits = least(bits, width);
	signs = least(signs, bits < width ? bits + 1 : width);
	return (struct size){ (uint8_t)bits, (uint8_t)signs };
}

static struct size of(const struct work *w, uint32_t value)
{
	return w->size[value];
}

typedef struct size rule(const struct work *w, const struct ir_insn *insn);

static struct size constant(const struct work *w, const struct ir_insn *insn)
{
	uint32_t unused = 64 - width_of(insn);
	int64_t number = (int64_t)(insn->imm << unused) >> unused;
	uint64_t magnitude = (uint64_t)(number < 0 ? ~number : number);

	(void)w;
	return sized(insn, insn->imm ? 64 - (uint32_t)__builtin_clzll(insn->imm) : 0,
		     magnitude ? 65 - (uint32_t)__builtin_clzll(magnitude) : 1);
}

static struct size load(const struct work *w, const struct ir_insn *insn)
{
	uint32_t bits = 8u << (insn->aux & IR_MEM_SIZE_MASK);

	(void)w;
	return insn->aux & IR_MEM_SIGNED ? sized(insn, 64, bits) : sized(insn, bits, 64);
}

static struct size truth(const struct work *w, const struct ir_insn *insn)
{
	(void)w;
	return sized(insn, 1, 2);
}

static struct size both(const struct work *w, const struct ir_insn *insn)
{
	struct size a = of(w, insn->a), b = of(w, insn->b);

	return sized(insn, most(a.bits, b.bits), most(a.signs, b.signs));
}

static struct size either(const struct work *w, const struct ir_insn *insn)
{
	struct size a = of(w, insn->b), b = of(w, insn->c);

	return sized(insn, most(a.bits, b.bits), most(a.signs, b.signs));
}

static struct size conjunction(const struct work *w, const struct ir_insn *insn)
{
	struct size a = of(w, insn->a), b = of(w, insn->b);

	return sized(insn, least(a.bits, b.bits), most(a.signs, b.signs));
}

static struct size without(const struct work *w, const struct ir_insn *insn)
{
	struct size a = of(w, insn->a), b = of(w, insn->b);

	return sized(insn, a.bits, most(a.signs, b.signs));
}

static struct size complement(const struct work *w, const struct ir_insn *insn)
{
	return sized(insn, 64, of(w, insn->a).signs);
}

static struct size sum(const struct work *w, const struct ir_insn *insn)
{
	struct size a = both(w, insn);

	return sized(insn, insn->op == IR_add ? a.bits + 1u : 64, a.signs + 1u);
}

static struct size shift(const struct work *w, const struct ir_insn *insn)
{
	struct size a = of(w, insn->a);
	uint32_t width = width_of(insn), n;
	uint64_t count;

	if (!opt_is_const(w->unit, insn->b, &count))
		return sized(insn, insn->op == IR_shr ? a.bits : 64, insn->op == IR_sar ? a.signs : 64);
	n = (uint32_t)count % width;
	if (insn->op == IR_shl)
		return sized(insn, a.bits + n, a.signs + n);
	if (insn->op == IR_shr)
		return sized(insn, a.bits > n ? a.bits - n : 0, n ? 64 : a.signs);
	return sized(insn, a.bits == width ? 64 : a.bits > n ? a.bits - n : 0,
		     a.signs > n ? a.signs - n : 1);
}

static struct size unsigned_field(const struct work *w, const struct ir_insn *insn)
{
	uint32_t bits = of(w, insn->a).bits;

	return sized(insn, least(insn->hi, bits > insn->lo ? bits - insn->lo : 0), 64);
}

static struct size signed_field(const struct work *w, const struct ir_insn *insn)
{
	struct size a = of(w, insn->a);
	uint32_t bits = a.bits < insn->lo + insn->hi ? a.bits > insn->lo ? a.bits - insn->lo : 0 : 64;

	return sized(insn, bits, insn->lo ? insn->hi : least(insn->hi, a.signs));
}

static struct size same_value(const struct work *w, const struct ir_insn *insn)
{
	struct size a = of(w, insn->a);
	uint32_t width = width_of(&w->unit->insn[insn->a]);

	if (insn->op == IR_sext)
		return sized(insn, a.bits < width ? a.bits : 64, a.signs);
	if (insn->op == IR_zext)
		return sized(insn, a.bits, 64);
	return sized(insn, a.bits, a.signs);
}

static rule *const rules[IR_NR_OPS] = {
	[IR_const] = constant, [IR_copy] = same_value, [IR_add] = sum, [IR_sub] = sum,
	[IR_and] = conjunction, [IR_or] = both, [IR_xor] = both, [IR_andn] = without,
	[IR_not] = complement, [IR_shl] = shift, [IR_shr] = shift, [IR_sar] = shift,
	[IR_smin] = both, [IR_smax] = both, [IR_umin] = both, [IR_umax] = both,
	[IR_zext] = same_value, [IR_sext] = same_value, [IR_trunc] = same_value,
	[IR_ubfx] = unsigned_field, [IR_sbfx] = signed_field, [IR_cmp] = truth, [IR_fcmp] = truth,
	[IR_select] = either, [IR_ld] = load, [IR_flag_add] = truth, [IR_flag_adc] = truth,
	[IR_flag_sub] = truth, [IR_flag_sbb] = truth, [IR_flag_res] = truth,
};

/* Rounded, so that what grows around a loop does not grow for long. */
static uint8_t step(uint32_t bits)
{
	return bits <= 8 ? 8 : bits <= 16 ? 16 : bits <= 32 ? 32 : 64;
}

static struct size parameter(const struct work *w, uint32_t block, uint32_t index)
{
	const struct ir_insn *param = &w->unit->insn[w->unit->block[block].first + index];
	struct size found = { 0, 1 };
	uint32_t i;

	for (i = w->preds.first[block]; i < w->preds.first[block + 1]; i++) {
		const struct ir_edge *edge = &w->unit->edge[w->preds.edge[i]];
		struct size arg = of(w, w->unit->arg[edge->first_arg + index]);

		found.bits = (uint8_t)most(found.bits, step(arg.bits));
		found.signs = (uint8_t)most(found.signs, step(arg.signs));
	}
	return sized(param, found.bits, found.signs);
}

static bool is_integer(unsigned int type)
{
	return type != IR_VOID && type < IR_F32;
}

static bool put(struct work *w, uint32_t at, struct size size)
{
	bool changed = size.bits != w->size[at].bits || size.signs != w->size[at].signs;

	w->size[at] = size;
	return changed;
}

/* @known: whether parameters are looked at. Return: something has changed. */
static bool look(struct work *w, bool known)
{
	bool changed = false;
	uint32_t b, i;

	for (b = 0; b < w->unit->nr_blocks; b++) {
		const struct ir_block *block = &w->unit->block[b];

		for (i = 0; i < block->nr; i++) {
			const struct ir_insn *insn = &w->unit->insn[block->first + i];
			struct size size;

			if (!is_integer(insn->type))
				continue;
			if (insn->op == IR_param && known && b)
				size = parameter(w, b, i);
			else
				size = rules[insn->op] ? rules[insn->op](w, insn) : sized(insn, 64, 64);
			changed |= put(w, block->first + i, size);
		}
	}
	return changed;
}

static bool is_kept_by(const struct work *w, const struct ir_insn *insn, uint64_t mask)
{
	uint32_t bits = of(w, insn->a).bits;

	return bits == 64 ? mask == UINT64_MAX : !(~mask & ((UINT64_C(1) << bits) - 1));
}

/* What the instruction's operand, or what that was truncated from, is the same as, IR_NONE. */
static uint32_t fits(const struct work *w, struct ir_insn *insn)
{
	const struct ir_insn *inner = &w->unit->insn[insn->a];
	uint64_t mask;

	switch (insn->op) {
	case IR_sbfx:
		return !insn->lo && of(w, insn->a).signs <= insn->hi ? insn->a : IR_NONE;
	case IR_ubfx:
		return !insn->lo && of(w, insn->a).bits <= insn->hi ? insn->a : IR_NONE;
	case IR_and:
		return opt_is_const(w->unit, insn->b, &mask) && is_kept_by(w, insn, mask) ? insn->a :
											     IR_NONE;
	case IR_sext:
	case IR_zext:
		if (inner->op == IR_trunc && w->unit->insn[inner->a].type == insn->type &&
		    (insn->op == IR_sext ? of(w, inner->a).signs : of(w, inner->a).bits) <=
			    width_of(inner))
			return inner->a;
		return IR_NONE;
	default:
		return IR_NONE;
	}
}

int opt_fit(struct ir_unit *unit, struct ir_arena *scratch)
{
	struct work w = { .unit = unit };
	uint32_t rounds = MAX_ROUNDS, i;
	int status = opt_edit_init(&w.edit, unit, scratch);

	if (!status)
		status = opt_preds_build(&w.preds, unit, scratch);
	if (status)
		return status;
	w.size = ir_arena_alloc(scratch, unit->nr_insns * sizeof(*w.size));
	if (!w.size)
		return -ENOMEM;
	/* Of what has not been looked at nothing is said, so that it is no reason against anything. */
	for (i = 0; i < unit->nr_insns; i++)
		w.size[i] = (struct size){ 0, 1 };
	while (look(&w, true) && --rounds)
		;
	for (i = 0; !rounds && i < unit->nr_insns; i++)
		w.size[i] = (struct size){ 64, 64 };
	if (!rounds)
		look(&w, false);
	for (i = 0; i < unit->nr_insns; i++) {
		if (is_integer(unit->insn[i].type))
			w.edit.same_as[i] = fits(&w, &unit->insn[i]);
	}
	return opt_apply(&w.edit, unit, scratch);
}
