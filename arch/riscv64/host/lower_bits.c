// SPDX-License-Identifier: MIT
/*
 * Shifts, rotations, counts and fields.
 */
#include "arch/riscv64/host/lower.h"

static bool has_zbb(const struct rv_lower *l)
{
	return l->features & RV_HAS_ZBB;
}

static unsigned int width(const struct ir_insn *insn)
{
	return 8 * ir_type_bytes(insn->type);
}

/* A shift's count modulo the width; the host takes those of 32 and 64 bits so itself. */
static unsigned int count_of(struct rv_lower *l, const struct ir_insn *insn, uint32_t value)
{
	unsigned int count = rv_value(l, value);

	if (insn->type >= IR_I32)
		return count;
	rv_i(l->buf, RV_ANDI, RV_T2, count, (int32_t)width(insn) - 1);
	return RV_T2;
}

static unsigned int const_count(const struct rv_lower *l, const struct ir_insn *insn,
				uint32_t value)
{
	return (unsigned int)l->unit->insn[value].imm & (width(insn) - 1);
}

/* What a shift begins with: bits above a narrow value that enter from the left must be zeros. */
static unsigned int shifted(struct rv_lower *l, const struct ir_insn *insn)
{
	unsigned int a = rv_value(l, insn->a);

	if (insn->op != IR_shr || insn->type >= IR_I32)
		return a;
	rv_zext(l, insn->type, RV_T1, a);
	return RV_T1;
}

RV_LOWER(shift)
{
	static const uint32_t by_register[IR_NR_OPS][2] = {
		[IR_shl] = { RV_SLL, RV_SLLW }, [IR_shr] = { RV_SRL, RV_SRLW },
		[IR_sar] = { RV_SRA, RV_SRAW },
	};
	static const uint32_t by_count[IR_NR_OPS][2] = {
		[IR_shl] = { RV_SLLI, RV_SLLIW }, [IR_shr] = { RV_SRLI, RV_SRLIW },
		[IR_sar] = { RV_SRAI, RV_SRAIW },
	};
	unsigned int word = insn->type == IR_I32, a = shifted(l, insn), count, dst;

	if (rv_is_const(l, insn->b)) {
		dst = rv_result_last(l, insn);
		rv_i(l->buf, by_count[insn->op][word], dst, a,
		     (int32_t)const_count(l, insn, insn->b));
	} else {
		count = count_of(l, insn, insn->b);
		dst = rv_result_last(l, insn);
		rv_r(l->buf, by_register[insn->op][word], dst, a, count);
	}
	if (insn->type < IR_I32 && insn->op != IR_sar)
		rv_sext(l, insn->type, dst, dst);
}

/* Two copies of a narrow value, side by side in @reg. */
static void double_up(struct rv_lower *l, const struct ir_insn *insn, unsigned int reg,
		      unsigned int a)
{
	rv_zext(l, insn->type, reg, a);
	rv_i(l->buf, RV_SLLI, RV_A6, reg, (int32_t)width(insn));
	rv_r(l->buf, RV_OR, reg, reg, RV_A6);
}

static void rotate_narrow(struct rv_lower *l, const struct ir_insn *insn)
{
	unsigned int a = rv_value(l, insn->a), count = count_of(l, insn, insn->b), dst;

	double_up(l, insn, RV_T1, a);
	dst = rv_result_last(l, insn);
	rv_r(l->buf, insn->op == IR_rotl ? RV_SLL : RV_SRL, dst, RV_T1, count);
	if (insn->op == IR_rotl)
		rv_i(l->buf, RV_SRLI, dst, dst, (int32_t)width(insn));
	rv_sext(l, insn->type, dst, dst);
}

/* The part that leaves at one end and the part that enters at the other. */
static void rotate_in_parts(struct rv_lower *l, const struct ir_insn *insn)
{
	unsigned int word = insn->type == IR_I32, left = insn->op == IR_rotl;
	unsigned int a = rv_value(l, insn->a), b = rv_value(l, insn->b), dst;
	uint32_t up = word ? RV_SLLW : RV_SLL, down = word ? RV_SRLW : RV_SRL;

	rv_r(l->buf, RV_SUB, RV_T1, RV_ZERO, b);
	rv_r(l->buf, left ? down : up, RV_T1, a, RV_T1);
	rv_r(l->buf, left ? up : down, RV_T2, a, b);
	dst = rv_result_last(l, insn);
	rv_r(l->buf, RV_OR, dst, RV_T1, RV_T2);
}

static void rotate_by_count(struct rv_lower *l, const struct ir_insn *insn)
{
	unsigned int word = insn->type == IR_I32, a = rv_value(l, insn->a), dst;
	unsigned int right = const_count(l, insn, insn->b);

	if (insn->op == IR_rotl)
		right = (width(insn) - right) & (width(insn) - 1);
	if (has_zbb(l)) {
		dst = rv_result_last(l, insn);
		rv_i(l->buf, word ? RV_RORIW : RV_RORI, dst, a, (int32_t)right);
		return;
	}
	rv_i(l->buf, word ? RV_SRLIW : RV_SRLI, RV_T1, a, (int32_t)right);
	rv_i(l->buf, word ? RV_SLLIW : RV_SLLI, RV_T2, a,
	     (int32_t)(-right & (width(insn) - 1)));
	dst = rv_result_last(l, insn);
	rv_r(l->buf, RV_OR, dst, RV_T1, RV_T2);
}

RV_LOWER(rotate)
{
	static const uint32_t ops[IR_NR_OPS][2] = {
		[IR_rotl] = { RV_ROL, RV_ROLW }, [IR_rotr] = { RV_ROR, RV_RORW },
	};
	unsigned int a, b;

	if (insn->type < IR_I32) {
		rotate_narrow(l, insn);
	} else if (rv_is_const(l, insn->b)) {
		rotate_by_count(l, insn);
	} else if (has_zbb(l)) {
		a = rv_value(l, insn->a);
		b = rv_value(l, insn->b);
		rv_r(l->buf, ops[insn->op][insn->type == IR_I32], rv_result_last(l, insn), a, b);
	} else {
		rotate_in_parts(l, insn);
	}
}

/* a:b fits a register. */
static void funnel_narrow(struct rv_lower *l, const struct ir_insn *insn)
{
	unsigned int a = rv_value(l, insn->a), b = rv_value(l, insn->b);
	unsigned int c = rv_value(l, insn->c), dst;

	rv_zext(l, insn->type, RV_T1, b);
	rv_i(l->buf, RV_SLLI, RV_A6, a, (int32_t)width(insn));
	rv_r(l->buf, RV_OR, RV_T1, RV_T1, RV_A6);
	rv_i(l->buf, RV_ANDI, RV_T2, c, (int32_t)width(insn) - 1);
	dst = rv_result_last(l, insn);
	rv_r(l->buf, insn->op == IR_fshl ? RV_SLL : RV_SRL, dst, RV_T1, RV_T2);
	if (insn->op == IR_fshl)
		rv_i(l->buf, RV_SRLI, dst, dst, (int32_t)width(insn));
	rv_sext(l, insn->type, dst, dst);
}

/* The other part is shifted by one and by the count's complement, so that a count of 0 is right. */
RV_LOWER(funnel)
{
	bool left = insn->op == IR_fshl;
	unsigned int a, b, c, dst;

	if (insn->type != IR_I64) {
		funnel_narrow(l, insn);
		return;
	}
	a = rv_value(l, insn->a);
	b = rv_value(l, insn->b);
	c = rv_value(l, insn->c);
	rv_i(l->buf, RV_XORI, RV_T2, c, -1);
	rv_i(l->buf, left ? RV_SRLI : RV_SLLI, RV_T1, left ? b : a, 1);
	rv_r(l->buf, left ? RV_SRL : RV_SLL, RV_T1, RV_T1, RV_T2);
	rv_r(l->buf, left ? RV_SLL : RV_SRL, RV_T2, left ? a : b, c);
	dst = rv_result_last(l, insn);
	rv_r(l->buf, RV_OR, dst, RV_T1, RV_T2);
}

/* Zeros above a narrow value are counted and taken off; a one above it stops counting below. */
static void count_narrow(struct rv_lower *l, const struct ir_insn *insn, uint32_t op)
{
	unsigned int a = rv_value(l, insn->a), dst;

	rv_zext(l, insn->type, RV_T1, a);
	if (insn->op == IR_ctz) {
		rv_i(l->buf, RV_ADDI, RV_T2, RV_ZERO, 1);
		rv_i(l->buf, RV_SLLI, RV_T2, RV_T2, (int32_t)width(insn));
		rv_r(l->buf, RV_OR, RV_T1, RV_T1, RV_T2);
	}
	dst = rv_result_last(l, insn);
	rv_i(l->buf, op, dst, RV_T1, 0);
	if (insn->op == IR_clz)
		rv_i(l->buf, RV_ADDI, dst, dst, (int32_t)width(insn) - 64);
}

RV_LOWER(count)
{
	static const uint32_t ops[IR_NR_OPS][2] = {
		[IR_clz] = { RV_CLZ, RV_CLZW }, [IR_ctz] = { RV_CTZ, RV_CTZW },
		[IR_popcnt] = { RV_CPOP, RV_CPOPW },
	};
	unsigned int a;

	if (!has_zbb(l)) {
		rv_lower_eval(l, insn);
	} else if (insn->type < IR_I32) {
		count_narrow(l, insn, ops[insn->op][0]);
	} else {
		a = rv_value(l, insn->a);
		rv_i(l->buf, ops[insn->op][insn->type == IR_I32], rv_result_last(l, insn), a, 0);
	}
}

/* Without an instruction for it, two bytes are done here. */
static void swap_two(struct rv_lower *l, const struct ir_insn *insn)
{
	unsigned int a = rv_value(l, insn->a), dst;

	rv_i(l->buf, RV_ANDI, RV_T1, a, 0xff);
	rv_i(l->buf, RV_SLLI, RV_T1, RV_T1, 8);
	rv_zext(l, IR_I16, RV_T2, a);
	rv_i(l->buf, RV_SRLI, RV_T2, RV_T2, 8);
	dst = rv_result_last(l, insn);
	rv_r(l->buf, RV_OR, dst, RV_T1, RV_T2);
	rv_sext(l, IR_I16, dst, dst);
}

RV_LOWER(bswap)
{
	unsigned int a, dst;

	if (insn->type == IR_I8) {
		rv_result_from(l, insn->a);
	} else if (has_zbb(l)) {
		a = rv_value(l, insn->a);
		dst = rv_result_last(l, insn);
		rv_i(l->buf, RV_REV8, dst, a, 0);
		if (insn->type != IR_I64)
			rv_i(l->buf, RV_SRAI, dst, dst, (int32_t)(64 - width(insn)));
	} else if (insn->type == IR_I16) {
		swap_two(l, insn);
	} else {
		rv_lower_eval(l, insn);
	}
}

/* A field to the top, and down again. */
static void extract(struct rv_lower *l, const struct ir_insn *insn, uint32_t down)
{
	unsigned int a = rv_value(l, insn->a), dst = rv_result_last(l, insn);

	rv_i(l->buf, RV_SLLI, dst, a, (int32_t)(64 - insn->lo - insn->hi));
	rv_i(l->buf, down, dst, dst, (int32_t)(64 - insn->hi));
}

RV_LOWER(ubfx)
{
	unsigned int a, dst;

	if (!insn->lo && insn->hi < 12) {
		a = rv_value(l, insn->a);
		dst = rv_result_last(l, insn);
		rv_i(l->buf, RV_ANDI, dst, a, (int32_t)((1u << insn->hi) - 1));
	} else {
		extract(l, insn, RV_SRLI);
		dst = l->value[l->p.at].reg;
	}
	/* The whole of a narrow value has a sign. */
	if (insn->hi == width(insn) && insn->type != IR_I64)
		rv_sext(l, insn->type, dst, dst);
}

RV_LOWER(sbfx)
{
	extract(l, insn, RV_SRAI);
}

RV_LOWER(bfi)
{
	uint64_t mask = ~UINT64_C(0) >> (64 - insn->hi) << insn->lo;
	unsigned int a = rv_value(l, insn->a), b = rv_value(l, insn->b), dst;

	rv_li(l->buf, RV_T1, (int64_t)~mask);
	rv_r(l->buf, RV_AND, RV_T1, RV_T1, a);
	rv_i(l->buf, RV_SLLI, RV_T2, b, (int32_t)(64 - insn->hi));
	rv_i(l->buf, RV_SRLI, RV_T2, RV_T2, (int32_t)(64 - insn->hi - insn->lo));
	dst = rv_result_last(l, insn);
	rv_r(l->buf, RV_OR, dst, RV_T1, RV_T2);
	if (insn->type != IR_I64)
		rv_sext(l, insn->type, dst, dst);
}
