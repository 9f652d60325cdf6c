// SPDX-License-Identifier: MIT
/*
 * Shifts, counts and fields of bits.
 */
#include "arch/arm64/host/lower.h"

/* A field of the value's own width takes what was shifted out with it. */
static void shift_by_const(struct a64_lower *l, const struct ir_insn *insn)
{
	unsigned int bits = a64_bits(insn->type), bytes = a64_width(insn->type);
	unsigned int n = (unsigned int)l->unit->insn[insn->b].imm & (bits - 1);
	unsigned int a = a64_value(l, insn->a), rd = a64_result_last(l, insn);

	if (insn->op == IR_shl) {
		a64_bitfield(l->buf, A64_UBFM, bytes, rd, a, -n & (8 * bytes - 1), bits - 1 - n);
	} else {
		a64_bitfield(l->buf, insn->op == IR_shr ? A64_UBFM : A64_SBFM, bytes, rd, a, n,
			     bits - 1);
		if (insn->op == IR_sar && insn->type < IR_I32)
			a64_narrow(l, insn->type, rd, rd);
	}
}

static void shift_narrow(struct a64_lower *l, const struct ir_insn *insn, uint32_t op)
{
	unsigned int a = a64_value(l, insn->a), b = a64_value(l, insn->b);
	unsigned int rd = a64_result_last(l, insn);

	a64_bitfield(l->buf, A64_UBFM, 4, 0, b, 0, insn->type == IR_I8 ? 2 : 3);
	if (insn->op == IR_sar) {
		a64_sign_extend(l, insn->type, 4, 1, a);
		a = 1;
	}
	a64_rrr(l->buf, op, rd, a, 0);
	a64_narrow(l, insn->type, rd, rd);
}

A64_LOWER(shift)
{
	static const uint32_t ops[IR_NR_OPS] = {
		[IR_shl] = A64_LSLV, [IR_shr] = A64_LSRV, [IR_sar] = A64_ASRV,
	};
	unsigned int a, b;

	if (a64_is_const(l, insn->b)) {
		shift_by_const(l, insn);
	} else if (insn->type < IR_I32) {
		shift_narrow(l, insn, ops[insn->op]);
	} else {
		a = a64_value(l, insn->a);
		b = a64_value(l, insn->b);
		a64_rrr(l->buf, ops[insn->op] | a64_wide(insn->type), a64_result_last(l, insn), a, b);
	}
}

/* A narrow value over and over in the 32 bits of x0, whose rotation shows its own. */
static unsigned int repeat(struct a64_lower *l, unsigned int type, unsigned int a)
{
	if (type == IR_I8) {
		a64_shifted(l->buf, A64_ORR, 0, a, a, A64_LSL, 8);
		a64_shifted(l->buf, A64_ORR, 0, 0, 0, A64_LSL, 16);
		return 0;
	}
	if (type == IR_I16) {
		a64_shifted(l->buf, A64_ORR, 0, a, a, A64_LSL, 16);
		return 0;
	}
	return a;
}

A64_LOWER(rotate)
{
	unsigned int bits = a64_bits(insn->type), bytes = a64_width(insn->type), n, a, b, rd;

	if (a64_is_const(l, insn->b)) {
		n = (unsigned int)l->unit->insn[insn->b].imm;
		n = (insn->op == IR_rotl ? -n : n) & (bits - 1);
		a = repeat(l, insn->type, a64_value(l, insn->a));
		rd = a64_result_last(l, insn);
		a64_extract(l->buf, bytes, rd, a, a, n);
	} else {
		b = a64_value(l, insn->b);
		a = repeat(l, insn->type, a64_value(l, insn->a));
		rd = a64_result_last(l, insn);
		if (insn->op == IR_rotl)
			a64_rrr(l->buf, A64_SUB, 1, A64_ZR, b);
		a64_rrr(l->buf, A64_RORV | a64_wide(insn->type), rd, a, insn->op == IR_rotl ? 1 : b);
	}
	if (insn->type < IR_I32)
		a64_narrow(l, insn->type, rd, rd);
}

/* a:b fits a register. */
static void funnel_narrow(struct a64_lower *l, const struct ir_insn *insn)
{
	unsigned int bits = a64_bits(insn->type), a = a64_value(l, insn->a);
	unsigned int b = a64_value(l, insn->b), c = a64_value(l, insn->c);
	unsigned int rd = a64_result_last(l, insn);

	a64_bitfield(l->buf, A64_UBFM, 4, 1, c, 0, insn->type == IR_I8 ? 2 : 3);
	a64_shifted(l->buf, A64_ORR, 0, b, a, A64_LSL, bits);
	a64_rrr(l->buf, insn->op == IR_fshl ? A64_LSLV : A64_LSRV, rd, 0, 1);
	if (insn->op == IR_fshl)
		a64_bitfield(l->buf, A64_UBFM, 4, rd, rd, bits, 2 * bits - 1);
	else
		a64_narrow(l, insn->type, rd, rd);
}

static void funnel_by_const(struct a64_lower *l, const struct ir_insn *insn)
{
	unsigned int bits = a64_bits(insn->type);
	unsigned int n = (unsigned int)l->unit->insn[insn->c].imm & (bits - 1);
	unsigned int a = a64_source(l, insn->a), b = a64_source(l, insn->b);
	unsigned int rd = a64_result_last(l, insn);

	if (insn->op == IR_fshl && !n)
		a64_mov(l->buf, a64_width(insn->type), rd, a);
	else
		a64_extract(l->buf, a64_width(insn->type), rd, a, b,
			    insn->op == IR_fshl ? bits - n : n);
}

/* Shifting the other half by 1 and by ~c instead of by w - c, which w = c forbids. */
A64_LOWER(funnel)
{
	uint32_t wide = a64_wide(insn->type), there, back;
	unsigned int bytes = a64_width(insn->type), near, other, c, rd;
	bool left = insn->op == IR_fshl;

	if (insn->type < IR_I32) {
		funnel_narrow(l, insn);
		return;
	}
	if (a64_is_const(l, insn->c)) {
		funnel_by_const(l, insn);
		return;
	}
	there = left ? A64_LSLV : A64_LSRV;
	back = left ? A64_LSRV : A64_LSLV;
	near = a64_value(l, left ? insn->a : insn->b);
	other = a64_value(l, left ? insn->b : insn->a);
	c = a64_value(l, insn->c);
	rd = a64_result_last(l, insn);
	a64_rrr(l->buf, A64_ORN | wide, 1, A64_ZR, c);
	if (left)
		a64_lsr(l->buf, bytes, 0, other, 1);
	else
		a64_lsl(l->buf, bytes, 0, other, 1);
	a64_rrr(l->buf, back | wide, 0, 0, 1);
	a64_rrr(l->buf, there | wide, 1, near, c);
	a64_rrr(l->buf, A64_ORR | wide, rd, 1, 0);
}

/* Zeros above a narrow value are counted and taken off. */
A64_LOWER(clz)
{
	unsigned int a = a64_value(l, insn->a), rd = a64_result_last(l, insn);

	a64_rr(l->buf, A64_CLZ | a64_wide(insn->type), rd, a);
	if (insn->type < IR_I32)
		a64_rr(l->buf, A64_SUB_IMM | (32 - a64_bits(insn->type)) << 10, rd, rd);
}

/* A one above a narrow value stops counting. */
A64_LOWER(ctz)
{
	unsigned int a = a64_value(l, insn->a), rd = a64_result_last(l, insn);
	uint32_t field;

	if (insn->type < IR_I32 && a64_mask_imm(UINT64_C(1) << a64_bits(insn->type), 4, &field)) {
		a64_rr(l->buf, A64_ORR_IMM | field, 0, a);
		a = 0;
	}
	a64_rr(l->buf, A64_RBIT | a64_wide(insn->type), rd, a);
	a64_rr(l->buf, A64_CLZ | a64_wide(insn->type), rd, rd);
}

/* By the vector unit, whose lanes above the value are zero. */
A64_LOWER(popcnt)
{
	unsigned int a = a64_value(l, insn->a), rd = a64_result_last(l, insn);

	a64_rr(l->buf, A64_FMOV_D_X, A64_V(0), a);
	a64_rr(l->buf, A64_VCNT, A64_V(0), A64_V(0));
	a64_rr(l->buf, A64_VADDV, A64_V(0), A64_V(0));
	a64_rr(l->buf, A64_FMOV_W_S, rd, A64_V(0));
}

A64_LOWER(bswap)
{
	static const uint32_t ops[] = { [IR_I16] = A64_REV16, [IR_I32] = A64_REV_W,
					[IR_I64] = A64_REV_X };
	unsigned int a = a64_value(l, insn->a), rd = a64_result_last(l, insn);

	if (insn->type == IR_I8)
		a64_mov(l->buf, 4, rd, a);
	else
		a64_rr(l->buf, ops[insn->type], rd, a);
}

A64_LOWER(bitrev)
{
	unsigned int a = a64_value(l, insn->a), rd = a64_result_last(l, insn);

	a64_rr(l->buf, A64_RBIT | a64_wide(insn->type), rd, a);
	if (insn->type < IR_I32)
		a64_lsr(l->buf, 4, rd, rd, 32 - a64_bits(insn->type));
}

A64_LOWER(ubfx)
{
	unsigned int a = a64_value(l, insn->a), rd = a64_result_last(l, insn);

	a64_bitfield(l->buf, A64_UBFM, a64_width(insn->type), rd, a, insn->lo,
		     insn->lo + insn->hi - 1);
}

A64_LOWER(sbfx)
{
	unsigned int a = a64_value(l, insn->a), rd = a64_result_last(l, insn);

	a64_bitfield(l->buf, A64_SBFM, a64_width(insn->type), rd, a, insn->lo,
		     insn->lo + insn->hi - 1);
	if (insn->type < IR_I32)
		a64_narrow(l, insn->type, rd, rd);
}

A64_LOWER(bfi)
{
	unsigned int bytes = a64_width(insn->type), b = a64_source(l, insn->b);

	a64_bitfield(l->buf, A64_BFM, bytes, a64_result_from(l, insn->a), b,
		     -insn->lo & (8 * bytes - 1), insn->hi - 1);
}
