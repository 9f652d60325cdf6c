// SPDX-License-Identifier: MIT
/*
 * Integer arithmetic. A value is its register's number, as a signed one; so comparisons of either
 * kind, and all that is done to 32 bits by instructions of their own, need nothing else, and
 * narrower results are extended again.
 */
#include "arch/riscv64/host/lower.h"

static bool has(const struct rv_lower *l, uint64_t feature)
{
	return l->features & feature;
}

static void by_two_shifts(struct rv_lower *l, uint32_t back, unsigned int bits, unsigned int dst,
			  unsigned int src)
{
	rv_i(l->buf, RV_SLLI, dst, src, (int32_t)(64 - bits));
	rv_i(l->buf, back, dst, dst, (int32_t)(64 - bits));
}

void rv_sext(struct rv_lower *l, unsigned int type, unsigned int dst, unsigned int src)
{
	if (type == IR_I64)
		rv_mv(l->buf, dst, src);
	else if (type == IR_I32)
		rv_i(l->buf, RV_ADDIW, dst, src, 0);
	else if (has(l, RV_HAS_ZBB))
		rv_i(l->buf, type == IR_I8 ? RV_SEXT_B : RV_SEXT_H, dst, src, 0);
	else
		by_two_shifts(l, RV_SRAI, 8 * ir_type_bytes(type), dst, src);
}

void rv_zext(struct rv_lower *l, unsigned int type, unsigned int dst, unsigned int src)
{
	if (type == IR_I64)
		rv_mv(l->buf, dst, src);
	else if (type == IR_I8)
		rv_i(l->buf, RV_ANDI, dst, src, 0xff);
	else if (type == IR_I32 && has(l, RV_HAS_ZBA))
		rv_r(l->buf, RV_ADD_UW, dst, src, RV_ZERO);
	else if (type == IR_I16 && has(l, RV_HAS_ZBB))
		rv_i(l->buf, RV_ZEXT_H, dst, src, 0);
	else
		by_two_shifts(l, RV_SRLI, 8 * ir_type_bytes(type), dst, src);
}

/* After arithmetic whose result is right in its low bits, and that of 32 bits altogether. */
static void narrow(struct rv_lower *l, unsigned int type, unsigned int reg)
{
	if (type < IR_I32)
		rv_sext(l, type, reg, reg);
}

static bool alu_with_imm(struct rv_lower *l, const struct ir_insn *insn)
{
	static const uint32_t ops[IR_NR_OPS] = {
		[IR_and] = RV_ANDI, [IR_or] = RV_ORI, [IR_xor] = RV_XORI,
	};
	bool swap = insn->op != IR_sub && rv_is_const(l, insn->a);
	uint32_t left = swap ? insn->b : insn->a, right = swap ? insn->a : insn->b, op;
	unsigned int a, dst;
	int32_t imm;

	if (!rv_is_imm12(l, right, &imm) || (insn->op == IR_sub && imm == -2048))
		return false;
	op = ops[insn->op];
	if (!op)
		op = insn->type == IR_I32 ? RV_ADDIW : RV_ADDI;
	a = rv_value(l, left);
	dst = rv_result_last(l, insn);
	rv_i(l->buf, op, dst, a, insn->op == IR_sub ? -imm : imm);
	if (!ops[insn->op])
		narrow(l, insn->type, dst);
	return true;
}

RV_LOWER(alu)
{
	static const uint32_t ops[IR_NR_OPS] = {
		[IR_add] = RV_ADD, [IR_sub] = RV_SUB, [IR_and] = RV_AND, [IR_or] = RV_OR,
		[IR_xor] = RV_XOR,
	};
	static const uint32_t words[IR_NR_OPS] = { [IR_add] = RV_ADDW, [IR_sub] = RV_SUBW };
	uint32_t op = ops[insn->op];
	unsigned int a, b, dst;

	if (alu_with_imm(l, insn))
		return;
	if (words[insn->op] && insn->type == IR_I32)
		op = words[insn->op];
	a = rv_value(l, insn->a);
	b = rv_value(l, insn->b);
	dst = rv_result_last(l, insn);
	rv_r(l->buf, op, dst, a, b);
	if (words[insn->op])
		narrow(l, insn->type, dst);
}

RV_LOWER(carry)
{
	unsigned int a = rv_value(l, insn->a), b = rv_value(l, insn->b), c = rv_value(l, insn->c);
	bool add = insn->op == IR_adc;
	unsigned int dst;

	rv_r(l->buf, RV_SLTU, RV_T1, RV_ZERO, c);
	rv_r(l->buf, add ? RV_ADD : RV_SUB, RV_T2, a, b);
	dst = rv_result_last(l, insn);
	rv_r(l->buf, add ? RV_ADD : RV_SUB, dst, RV_T2, RV_T1);
	if (insn->type != IR_I64)
		rv_sext(l, insn->type, dst, dst);
}

RV_LOWER(unary)
{
	unsigned int a = rv_value(l, insn->a), dst = rv_result_last(l, insn);

	if (insn->op == IR_not) {
		rv_i(l->buf, RV_XORI, dst, a, -1);
		return;
	}
	rv_r(l->buf, insn->type == IR_I32 ? RV_SUBW : RV_SUB, dst, RV_ZERO, a);
	narrow(l, insn->type, dst);
}

RV_LOWER(mul)
{
	unsigned int a = rv_value(l, insn->a), b = rv_value(l, insn->b);
	unsigned int dst = rv_result_last(l, insn);

	rv_r(l->buf, insn->type == IR_I32 ? RV_MULW : RV_MUL, dst, a, b);
	narrow(l, insn->type, dst);
}

/* The product of narrow values fits a register. */
static void mulh_narrow(struct rv_lower *l, const struct ir_insn *insn)
{
	unsigned int a = rv_value(l, insn->a), b = rv_value(l, insn->b), dst;

	if (insn->op == IR_mulhu) {
		rv_zext(l, insn->type, RV_T1, a);
		a = RV_T1;
	}
	if (insn->op != IR_mulhs) {
		rv_zext(l, insn->type, RV_T2, b);
		b = RV_T2;
	}
	dst = rv_result_last(l, insn);
	rv_r(l->buf, RV_MUL, dst, a, b);
	rv_i(l->buf, RV_SRAI, dst, dst, (int32_t)(8 * ir_type_bytes(insn->type)));
	narrow(l, insn->type, dst);
}

RV_LOWER(mulh)
{
	static const uint32_t ops[IR_NR_OPS] = {
		[IR_mulhu] = RV_MULHU, [IR_mulhs] = RV_MULH, [IR_mulhsu] = RV_MULHSU,
	};
	unsigned int a, b;

	if (insn->type != IR_I64) {
		mulh_narrow(l, insn);
		return;
	}
	a = rv_value(l, insn->a);
	b = rv_value(l, insn->b);
	rv_r(l->buf, ops[insn->op], rv_result_last(l, insn), a, b);
}

/* Division by zero, and of the least integer by -1, are defined as in the IR. */
RV_LOWER(div)
{
	static const uint32_t ops[IR_NR_OPS][2] = {
		[IR_udiv] = { RV_DIVU, RV_DIVUW }, [IR_sdiv] = { RV_DIV, RV_DIVW },
		[IR_urem] = { RV_REMU, RV_REMUW }, [IR_srem] = { RV_REM, RV_REMW },
	};
	bool is_unsigned = insn->op == IR_udiv || insn->op == IR_urem;
	unsigned int a = rv_value(l, insn->a), b = rv_value(l, insn->b), dst;

	if (is_unsigned && insn->type < IR_I32) {
		rv_zext(l, insn->type, RV_T1, a);
		rv_zext(l, insn->type, RV_T2, b);
		a = RV_T1;
		b = RV_T2;
	}
	dst = rv_result_last(l, insn);
	rv_r(l->buf, ops[insn->op][insn->type != IR_I64], dst, a, b);
	narrow(l, insn->type, dst);
}

RV_LOWER(andn)
{
	unsigned int a = rv_value(l, insn->a), b = rv_value(l, insn->b), dst;

	if (has(l, RV_HAS_ZBB)) {
		rv_r(l->buf, RV_ANDN, rv_result_last(l, insn), a, b);
		return;
	}
	rv_i(l->buf, RV_XORI, RV_T1, b, -1);
	dst = rv_result_last(l, insn);
	rv_r(l->buf, RV_AND, dst, a, RV_T1);
}

RV_LOWER(minmax)
{
	static const uint32_t ops[IR_NR_OPS] = {
		[IR_smin] = RV_MIN, [IR_smax] = RV_MAX, [IR_umin] = RV_MINU, [IR_umax] = RV_MAXU,
	};
	/* When a is kept. */
	static const uint32_t keep[IR_NR_OPS] = {
		[IR_smin] = RV_BLT, [IR_smax] = RV_BGE, [IR_umin] = RV_BLTU, [IR_umax] = RV_BGEU,
	};
	unsigned int a = rv_value(l, insn->a), b = rv_value(l, insn->b), dst;
	uint32_t over;

	if (has(l, RV_HAS_ZBB)) {
		rv_r(l->buf, ops[insn->op], rv_result_last(l, insn), a, b);
		return;
	}
	dst = rv_result(l);
	rv_mv(l->buf, dst, a);
	over = rv_over(l, (struct rv_test){ keep[insn->op], a, b }, 4);
	rv_mv(l->buf, dst, b);
	rv_bind(l, over);
}

/* Also sext: a narrower value is extended already. */
RV_LOWER(copy)
{
	struct rv_mem mem;

	if (insn->type != IR_V128) {
		rv_result_from(l, insn->a);
		return;
	}
	mem = rv_vector_result(l);
	rv_copy_vector(l, mem, rv_vector(l, insn->a, 0));
	rv_vector_done(l, mem);
}

RV_LOWER(zext)
{
	unsigned int a = rv_value(l, insn->a);

	rv_zext(l, rv_type(l, insn->a), rv_result_last(l, insn), a);
}

RV_LOWER(trunc)
{
	unsigned int a = rv_value(l, insn->a);

	rv_sext(l, insn->type, rv_result_last(l, insn), a);
}
