// SPDX-License-Identifier: MIT
/*
 * Integer arithmetic. Values narrower than 32 bits are computed in 32, and zeros are put above them
 * where something may have come there.
 */
#include "arch/arm64/host/lower.h"

/* Add or subtract a constant. Return: was it done? */
static bool arith_by_imm(struct a64_lower *l, const struct ir_insn *insn, uint32_t left,
			 uint32_t right)
{
	uint64_t imm = l->unit->insn[right].imm;
	bool add = insn->op == IR_add;
	unsigned int a, rd;
	uint32_t field;

	if (!a64_is_const(l, right))
		return false;
	if (!a64_arith_imm(imm, &field)) {
		if (!a64_arith_imm(-imm & ir_type_mask(insn->type), &field))
			return false;
		add = !add;
	}
	a = a64_value(l, left);
	rd = a64_result_last(l, insn);
	a64_rr(l->buf, (add ? A64_ADD_IMM : A64_SUB_IMM) | a64_wide(insn->type) | field, rd, a);
	if (insn->type < IR_I32)
		a64_narrow(l, insn->type, rd, rd);
	return true;
}

A64_LOWER(arith)
{
	bool swap = insn->op == IR_add && a64_is_const(l, insn->a);
	uint32_t left = swap ? insn->b : insn->a, right = swap ? insn->a : insn->b;
	unsigned int a, b, rd;

	if (arith_by_imm(l, insn, left, right))
		return;
	a = a64_source(l, left);
	b = a64_source(l, right);
	rd = a64_result_last(l, insn);
	a64_rrr(l->buf, (insn->op == IR_add ? A64_ADD : A64_SUB) | a64_wide(insn->type), rd, a, b);
	if (insn->type < IR_I32)
		a64_narrow(l, insn->type, rd, rd);
}

A64_LOWER(logic)
{
	static const uint32_t by_reg[IR_NR_OPS] = {
		[IR_and] = A64_AND, [IR_or] = A64_ORR, [IR_xor] = A64_EOR,
	};
	static const uint32_t by_imm[IR_NR_OPS] = {
		[IR_and] = A64_AND_IMM, [IR_or] = A64_ORR_IMM, [IR_xor] = A64_EOR_IMM,
	};
	bool swap = a64_is_const(l, insn->a);
	uint32_t left = swap ? insn->b : insn->a, right = swap ? insn->a : insn->b, field;
	unsigned int a, b;

	if (a64_is_const(l, right) &&
	    a64_mask_imm(l->unit->insn[right].imm, a64_width(insn->type), &field)) {
		a = a64_value(l, left);
		a64_rr(l->buf, by_imm[insn->op] | a64_wide(insn->type) | field,
		       a64_result_last(l, insn), a);
		return;
	}
	a = a64_source(l, left);
	b = a64_source(l, right);
	a64_rrr(l->buf, by_reg[insn->op] | a64_wide(insn->type), a64_result_last(l, insn), a, b);
}

/* The carry flag becomes c != 0; of a subtraction it is the opposite of a borrow. */
A64_LOWER(carry)
{
	unsigned int a = a64_source(l, insn->a), b = a64_source(l, insn->b);
	unsigned int c = a64_value(l, insn->c), rd = a64_result_last(l, insn);

	if (insn->op == IR_adc)
		a64_rr(l->buf, A64_SUBS_IMM | 1 << 10, A64_ZR, c);
	else
		a64_rrr(l->buf, A64_SUBS, A64_ZR, A64_ZR, c);
	a64_rrr(l->buf, (insn->op == IR_adc ? A64_ADC : A64_SBC) | a64_wide(insn->type), rd, a, b);
	if (insn->type < IR_I32)
		a64_narrow(l, insn->type, rd, rd);
}

A64_LOWER(unary)
{
	unsigned int a = a64_value(l, insn->a), rd = a64_result_last(l, insn);

	a64_rrr(l->buf, (insn->op == IR_neg ? A64_SUB : A64_ORN) | a64_wide(insn->type), rd, A64_ZR,
		a);
	if (insn->type < IR_I32)
		a64_narrow(l, insn->type, rd, rd);
}

A64_LOWER(mul)
{
	unsigned int a = a64_source(l, insn->a), b = a64_source(l, insn->b);
	unsigned int rd = a64_result_last(l, insn);

	a64_rrr(l->buf, A64_MUL | a64_wide(insn->type), rd, a, b);
	if (insn->type < IR_I32)
		a64_narrow(l, insn->type, rd, rd);
}

/* What a signed a has too much when it is taken for unsigned: b if it is negative. */
static void mulhsu_of_64(struct a64_lower *l, unsigned int rd, unsigned int a, unsigned int b)
{
	a64_rrr(l->buf, A64_UMULH, rd, a, b);
	a64_shifted(l->buf, A64_AND | A64_X, 0, b, a, A64_ASR, 63);
	a64_rrr(l->buf, A64_SUB | A64_X, rd, rd, 0);
}

A64_LOWER(mulh)
{
	unsigned int a = a64_value(l, insn->a), b = a64_value(l, insn->b), rd = a64_result(l);
	unsigned int bits = a64_bits(insn->type), left = a, right = b;

	if (insn->type == IR_I64) {
		if (insn->op == IR_mulhsu)
			mulhsu_of_64(l, rd, a, b);
		else
			a64_rrr(l->buf, insn->op == IR_mulhs ? A64_SMULH : A64_UMULH, rd, a, b);
		return;
	}
	if (insn->op != IR_mulhu)
		a64_sign_extend(l, insn->type, 8, left = 0, a);
	if (insn->op == IR_mulhs)
		a64_sign_extend(l, insn->type, 8, right = 1, b);
	a64_rrr(l->buf, A64_MUL | A64_X, rd, left, right);
	a64_bitfield(l->buf, A64_UBFM, 8, rd, rd, bits, 2 * bits - 1);
}

/*
 * The quotient, or the remainder, of two registers of @bytes. The host's division by 0 gives 0, and
 * the least integer by -1 itself.
 */
static void divide(struct a64_lower *l, unsigned int op, unsigned int bytes, unsigned int rd,
		   unsigned int a, unsigned int b)
{
	bool is_signed = op == IR_sdiv || op == IR_srem;
	uint32_t wide = bytes == 8 ? A64_X : 0;

	if (op == IR_urem || op == IR_srem) {
		a64_rrr(l->buf, (is_signed ? A64_SDIV : A64_UDIV) | wide, 2, a, b);
		a64_rrrr(l->buf, A64_MSUB | wide, rd, 2, b, a);
		return;
	}
	a64_rrr(l->buf, (is_signed ? A64_SDIV : A64_UDIV) | wide, rd, a, b);
	a64_rr(l->buf, A64_SUBS_IMM | wide, A64_ZR, b);
	a64_select(l->buf, A64_CSINV | wide, rd, rd, A64_ZR, A64_NE);
}

A64_LOWER(div)
{
	bool is_signed = insn->op == IR_sdiv || insn->op == IR_srem;
	unsigned int a = a64_value(l, insn->a), b = a64_value(l, insn->b), rd = a64_result(l);

	if (is_signed && insn->type < IR_I32) {
		a64_sign_extend(l, insn->type, 4, 0, a);
		a64_sign_extend(l, insn->type, 4, 1, b);
		a = 0;
		b = 1;
	}
	divide(l, insn->op, a64_width(insn->type), rd, a, b);
	if (insn->type < IR_I32)
		a64_narrow(l, insn->type, rd, rd);
}

/* Up to 32 bits a:b fits a register. */
A64_LOWER(div2)
{
	static const uint8_t one[IR_NR_OPS] = {
		[IR_udiv2] = IR_udiv, [IR_sdiv2] = IR_sdiv, [IR_urem2] = IR_urem, [IR_srem2] = IR_srem,
	};
	unsigned int bits = a64_bits(insn->type), a, b, c, rd;

	if (insn->type == IR_I64) {
		a64_lower_eval(l, insn);
		return;
	}
	a = a64_value(l, insn->a);
	b = a64_value(l, insn->b);
	c = a64_value(l, insn->c);
	rd = a64_result(l);
	a64_shifted(l->buf, A64_ORR | A64_X, 0, b, a, A64_LSL, bits);
	if (insn->op == IR_sdiv2 || insn->op == IR_srem2) {
		a64_bitfield(l->buf, A64_SBFM, 8, 0, 0, 0, 2 * bits - 1);
		a64_sign_extend(l, insn->type, 8, 1, c);
		c = 1;
	}
	divide(l, one[insn->op], 8, rd, 0, c);
	a64_bitfield(l->buf, A64_UBFM, 8, rd, rd, 0, bits - 1);
}

A64_LOWER(andn)
{
	unsigned int a = a64_source(l, insn->a), b = a64_source(l, insn->b);

	a64_rrr(l->buf, A64_BIC | a64_wide(insn->type), a64_result_last(l, insn), a, b);
}

A64_LOWER(copy)
{
	a64_result_from(l, insn->a);
}

A64_LOWER(sext)
{
	unsigned int a = a64_value(l, insn->a), rd = a64_result_last(l, insn);

	a64_sign_extend(l, a64_type(l, insn->a), a64_width(insn->type), rd, a);
	if (insn->type < IR_I32)
		a64_narrow(l, insn->type, rd, rd);
}

A64_LOWER(trunc)
{
	unsigned int a = a64_value(l, insn->a), rd = a64_result_last(l, insn);

	a64_bitfield(l->buf, A64_UBFM, 4, rd, a, 0, a64_bits(insn->type) - 1);
}
