// SPDX-License-Identifier: MIT
/* What vmcore/jit/values.h asks for. */
#include "arch/arm64/host/lower.h"

#include "vmcore/jit/values.h"

const uint32_t a64_load_of[IR_NR_TYPES] = {
	[IR_I8] = A64_LDRB, [IR_I16] = A64_LDRH, [IR_I32] = A64_LDR_W, [IR_I64] = A64_LDR_X,
	[IR_F32] = A64_LDR_S, [IR_F64] = A64_LDR_D, [IR_V128] = A64_LDR_Q,
};

const uint32_t a64_store_of[IR_NR_TYPES] = {
	[IR_I8] = A64_STRB, [IR_I16] = A64_STRH, [IR_I32] = A64_STR_W, [IR_I64] = A64_STR_X,
	[IR_F32] = A64_STR_S, [IR_F64] = A64_STR_D, [IR_V128] = A64_STR_Q,
};

/* Integers are whole words in their slots. */
static unsigned int slot_type(unsigned int type)
{
	return type < IR_F32 ? IR_I64 : type;
}

static void access_slot(struct a64_lower *l, uint32_t op, unsigned int reg, uint32_t slot)
{
	a64_access(l->buf, op, reg, A64_FRAME, JIT_FRAME_SLOT + 8 * (int64_t)slot);
}

static void store_slot(struct jit_places *p, unsigned int type, uint32_t slot, unsigned int reg)
{
	access_slot(a64_lower_of(p), a64_store_of[slot_type(type)], reg, slot);
}

static void load_slot(struct a64_lower *l, unsigned int type, uint32_t slot, unsigned int reg)
{
	access_slot(l, a64_load_of[slot_type(type)], reg, slot);
}

/* Bits of a constant in a vector register. */
static void make_vector(struct a64_lower *l, const struct ir_insn *insn, unsigned int reg)
{
	uint64_t high = insn->type == IR_V128 ? (uint64_t)insn->c << 32 | insn->b : 0;

	if (!insn->imm) {
		a64_put(l->buf, A64_VZERO | a64_rd(reg));
	} else {
		a64_mov_imm(l->buf, A64_ADDRESS, insn->imm);
		a64_rr(l->buf, A64_FMOV_D_X, reg, A64_ADDRESS);
	}
	if (!high)
		return;
	if (high != insn->imm)
		a64_mov_imm(l->buf, A64_ADDRESS, high);
	a64_lane(l->buf, A64_VINS_GENERAL, 3, 1, reg, A64_ADDRESS);
}

static void load(struct jit_places *p, unsigned int reg, uint32_t value)
{
	struct a64_lower *l = a64_lower_of(p);
	const struct ir_insn *insn = &l->unit->insn[value];

	if (!a64_is_const(l, value))
		load_slot(l, insn->type, l->value[value].slot, reg);
	else if (reg < 32)
		a64_mov_imm(l->buf, reg, insn->imm);
	else
		make_vector(l, insn, reg);
}

static void move(struct jit_places *p, unsigned int type, unsigned int rd, unsigned int rn)
{
	struct a64_lower *l = a64_lower_of(p);

	(void)type;
	if (rd < 32)
		a64_mov(l->buf, 8, rd, rn);
	else
		a64_vmov(l->buf, rd, rn);
}

static void store_bits(struct a64_lower *l, uint32_t slot, uint64_t bits)
{
	if (bits)
		a64_mov_imm(l->buf, 0, bits);
	access_slot(l, A64_STR_X, bits ? 0 : A64_ZR, slot);
}

static void const_to_slot(struct jit_places *p, uint32_t slot, const struct ir_insn *insn)
{
	struct a64_lower *l = a64_lower_of(p);

	store_bits(l, slot, insn->imm);
	if (insn->type == IR_V128)
		store_bits(l, slot + 1, (uint64_t)insn->c << 32 | insn->b);
}

static void copy_slot(struct jit_places *p, unsigned int type, uint32_t to, uint32_t from)
{
	unsigned int reg = type == IR_V128 ? A64_V(0) : 0;

	type = type == IR_V128 ? IR_V128 : IR_I64;
	load_slot(a64_lower_of(p), type, from, reg);
	store_slot(p, type, to, reg);
}

const struct jit_places_ops a64_places_ops = {
	.general = A64_GENERAL,
	.vectors = A64_VECTOR,
	.scratch_general = 0,
	.scratch_vector = A64_V(0),
	.end = { 1, 2 },
	.move = move,
	.load = load,
	.store_slot = store_slot,
	.const_to_slot = const_to_slot,
	.copy_slot = copy_slot,
	.ask = a64_ask,
};

unsigned int a64_value(struct a64_lower *l, uint32_t value)
{
	return jit_register_of(&l->p, &a64_places_ops, value);
}

unsigned int a64_source(struct a64_lower *l, uint32_t value)
{
	const struct ir_insn *insn = &l->unit->insn[value];

	if (insn->op == IR_const && insn->type < IR_F32 && !insn->imm)
		return A64_ZR;
	return a64_value(l, value);
}

unsigned int a64_result(struct a64_lower *l)
{
	return jit_result(&l->p, &a64_places_ops);
}

unsigned int a64_result_last(struct a64_lower *l, const struct ir_insn *insn)
{
	return jit_result_last(&l->p, &a64_places_ops, insn);
}

unsigned int a64_result_from(struct a64_lower *l, uint32_t value)
{
	return jit_result_from(&l->p, &a64_places_ops, value);
}

void a64_copy_to(struct a64_lower *l, unsigned int reg, uint32_t value)
{
	jit_copy_to(&l->p, &a64_places_ops, reg, value);
}

void a64_finish(struct a64_lower *l)
{
	jit_finish(&l->p, &a64_places_ops);
}
