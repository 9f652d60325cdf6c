// SPDX-License-Identifier: MIT
#include "arch/arm64/host/lower.h"

void a64_compare_number(struct a64_lower *l, unsigned int bytes, unsigned int reg, uint64_t nr)
{
	uint32_t wide = bytes == 8 ? A64_X : 0, field;

	if (a64_arith_imm(nr, &field)) {
		a64_rr(l->buf, A64_SUBS_IMM | wide | field, A64_ZR, reg);
	} else {
		a64_mov_imm(l->buf, A64_ADDRESS, nr);
		a64_rrr(l->buf, A64_SUBS | wide, A64_ZR, reg, A64_ADDRESS);
	}
}

static const uint8_t cc_of[IR_NR_CONDS] = {
	[IR_EQ] = A64_EQ,  [IR_NE] = A64_NE,  [IR_SLT] = A64_LT, [IR_SGE] = A64_GE, [IR_SLE] = A64_LE,
	[IR_SGT] = A64_GT, [IR_ULT] = A64_CC, [IR_UGE] = A64_CS, [IR_ULE] = A64_LS, [IR_UGT] = A64_HI,
	[IR_TST] = A64_NE, [IR_TSN] = A64_EQ,
};

/* The condition between b and a that holds when the given one holds between a and b. */
static const uint8_t swapped[IR_NR_CONDS] = {
	[IR_EQ] = IR_EQ,   [IR_NE] = IR_NE,   [IR_SLT] = IR_SGT, [IR_SGE] = IR_SLE,
	[IR_SLE] = IR_SGE, [IR_SGT] = IR_SLT, [IR_ULT] = IR_UGT, [IR_UGE] = IR_ULE,
	[IR_ULE] = IR_UGE, [IR_UGT] = IR_ULT, [IR_TST] = IR_TST, [IR_TSN] = IR_TSN,
};

static bool is_signed(unsigned int cond)
{
	return cond >= IR_SLT && cond <= IR_SGT;
}

static void test_bits(struct a64_lower *l, unsigned int type, unsigned int a, uint32_t right)
{
	uint32_t field;

	if (a64_is_const(l, right) &&
	    a64_mask_imm(l->unit->insn[right].imm, a64_width(type), &field))
		a64_rr(l->buf, A64_ANDS_IMM | a64_wide(type) | field, A64_ZR, a);
	else
		a64_rrr(l->buf, A64_ANDS | a64_wide(type), A64_ZR, a, a64_source(l, right));
}

/*
 * Compare with @imm of @type. The flags of a + -imm are those of a - imm, but for 0. Return: false if
 * it cannot be an immediate.
 */
static bool compare_imm(struct a64_lower *l, unsigned int type, unsigned int a, uint64_t imm)
{
	uint32_t field;

	if (a64_arith_imm(imm, &field))
		a64_rr(l->buf, A64_SUBS_IMM | a64_wide(type) | field, A64_ZR, a);
	else if (a64_arith_imm(-imm & ir_type_mask(type < IR_I32 ? IR_I32 : type), &field))
		a64_rr(l->buf, A64_ADDS_IMM | a64_wide(type) | field, A64_ZR, a);
	else
		return false;
	return true;
}

/* A narrow value as a signed number of 32 bits. */
static uint64_t signed_imm(unsigned int type, uint64_t imm)
{
	unsigned int unused = 64 - a64_bits(type);

	return (uint32_t)((int64_t)(imm << unused) >> unused);
}

/* Signed order of narrow values: both are extended. */
static void compare_signed_narrow(struct a64_lower *l, unsigned int type, unsigned int a,
				  uint32_t right)
{
	bool is_const = a64_is_const(l, right);
	unsigned int b = is_const ? A64_ZR : a64_value(l, right);

	a64_sign_extend(l, type, 4, 0, a);
	if (!is_const) {
		a64_extended(l->buf, A64_SUBS, A64_ZR, 0, b, type == IR_I8 ? A64_SXTB : A64_SXTH);
	} else if (!compare_imm(l, type, 0, signed_imm(type, l->unit->insn[right].imm))) {
		a64_mov_imm(l->buf, A64_ADDRESS, signed_imm(type, l->unit->insn[right].imm));
		a64_rrr(l->buf, A64_SUBS, A64_ZR, 0, A64_ADDRESS);
	}
}

static void compare_values(struct a64_lower *l, unsigned int cond, unsigned int type,
			   unsigned int a, uint32_t right)
{
	if (cond >= IR_TST)
		test_bits(l, type, a, right);
	else if (type < IR_I32 && is_signed(cond))
		compare_signed_narrow(l, type, a, right);
	else if (!a64_is_const(l, right) ||
		 !compare_imm(l, type, a, l->unit->insn[right].imm))
		a64_rrr(l->buf, A64_SUBS | a64_wide(type), A64_ZR, a, a64_source(l, right));
}

struct a64_test a64_compare(struct a64_lower *l, const struct ir_insn *insn)
{
	unsigned int type = a64_type(l, insn->a), cond = insn->aux;
	struct a64_test test = { .reg = JIT_NO_REG, .bytes = (uint8_t)a64_width(type) };
	uint32_t left = insn->a, right = insn->b;
	unsigned int a;

	if (a64_is_const(l, left)) {
		left = insn->b;
		right = insn->a;
		cond = swapped[cond];
	}
	a = a64_value(l, left);
	test.cc = cc_of[cond];
	if (cond <= IR_NE && a64_is_const(l, right) && !l->unit->insn[right].imm)
		test.reg = (uint8_t)a;
	else
		compare_values(l, cond, type, a, right);
	return test;
}

/* The condition of the flags that says what @test does. */
static enum a64_cc to_flags(struct a64_lower *l, struct a64_test test)
{
	if (test.reg != JIT_NO_REG)
		a64_rr(l->buf, A64_SUBS_IMM | (test.bytes == 8 ? A64_X : 0), A64_ZR, test.reg);
	return test.cc;
}

/* May the comparison at @at be left to the next instruction, which alone uses it as a truth? */
static bool left_to_next(const struct a64_lower *l, uint32_t at)
{
	const struct ir_insn *next = &l->unit->insn[at + 1];

	return l->unit->insn[at].op == IR_cmp && l->value[at].uses == 1 && next->a == at &&
	       (next->op == IR_brcond || next->op == IR_select);
}

struct a64_test a64_truth(struct a64_lower *l, const struct ir_insn *insn)
{
	unsigned int a;

	if (insn->a + 1 == l->p.at && left_to_next(l, insn->a))
		return a64_compare(l, &l->unit->insn[insn->a]);
	a = a64_value(l, insn->a);
	return (struct a64_test){ .cc = A64_NE, .reg = (uint8_t)a,
				  .bytes = (uint8_t)a64_width(a64_type(l, insn->a)) };
}

static void use_in_next(struct a64_lower *l, uint32_t value)
{
	if (l->value[value].last == l->p.at)
		l->value[value].last = l->p.at + 1;
}

A64_LOWER(cmp)
{
	enum a64_cc cc;

	if (left_to_next(l, l->p.at)) {
		use_in_next(l, insn->a);
		use_in_next(l, insn->b);
		return;
	}
	cc = to_flags(l, a64_compare(l, insn));
	a64_set(l->buf, cc, a64_result_last(l, insn));
}

/* The operands of a comparison that was left to a select. */
static void release_compared(struct a64_lower *l, const struct ir_insn *insn)
{
	const struct ir_insn *cmp = &l->unit->insn[insn->a];

	if (insn->a + 1 != l->p.at || !left_to_next(l, insn->a))
		return;
	a64_release(l, cmp->a);
	a64_release(l, cmp->b);
}

static void select_vector(struct a64_lower *l, const struct ir_insn *insn)
{
	unsigned int b = a64_value(l, insn->b), rd;
	enum a64_cc cc = to_flags(l, a64_truth(l, insn));
	uint32_t over;

	rd = a64_result_from(l, insn->c);
	over = a64_b_cond(l->buf, cc ^ 1);
	a64_vmov(l->buf, rd, b);
	a64_bind(l->buf, over);
}

/* Instructions that load and copy leave the flags alone, so the comparison may come first. */
A64_LOWER(select)
{
	unsigned int b, c, rd;
	enum a64_cc cc;
	uint32_t op = A64_CSEL | A64_X;

	if (insn->type == IR_V128) {
		select_vector(l, insn);
		release_compared(l, insn);
		return;
	}
	b = a64_source(l, insn->b);
	c = a64_source(l, insn->c);
	cc = to_flags(l, a64_truth(l, insn));
	if (insn->type >= IR_F32)
		op = A64_FCSEL | (insn->type == IR_F64 ? A64_D : 0);
	release_compared(l, insn);
	rd = a64_result_last(l, insn);
	a64_select(l->buf, op, rd, b, c, cc);
}

A64_LOWER(minmax)
{
	static const uint8_t cc[IR_NR_OPS] = {
		[IR_smin] = A64_LT, [IR_smax] = A64_GT, [IR_umin] = A64_CC, [IR_umax] = A64_HI,
	};
	bool by_sign = insn->op == IR_smin || insn->op == IR_smax;
	unsigned int a = a64_value(l, insn->a), b = a64_value(l, insn->b);
	unsigned int rd = a64_result_last(l, insn);

	if (by_sign && insn->type < IR_I32) {
		a64_sign_extend(l, insn->type, 4, 0, a);
		a64_extended(l->buf, A64_SUBS, A64_ZR, 0, b,
			     insn->type == IR_I8 ? A64_SXTB : A64_SXTH);
	} else {
		a64_rrr(l->buf, A64_SUBS | a64_wide(insn->type), A64_ZR, a, b);
	}
	a64_select(l->buf, A64_CSEL | A64_X, rd, a, b, cc[insn->op]);
}

/* An addition or a subtraction of which a flag is asked for. */
struct sum {
	unsigned int type, a, b, c;
	bool subtract, with_carry;
};

static struct sum sum_of(struct a64_lower *l, const struct ir_insn *insn)
{
	struct sum sum = {
		.type = a64_type(l, insn->a), .a = a64_value(l, insn->a),
		.b = a64_value(l, insn->b), .c = A64_ZR,
		.subtract = insn->op == IR_flag_sub || insn->op == IR_flag_sbb,
		.with_carry = insn->op == IR_flag_adc || insn->op == IR_flag_sbb,
	};

	if (sum.with_carry)
		sum.c = a64_value(l, insn->c);
	return sum;
}

/* Add up in @rd; the host's flags are those of the sum for types of its own width. */
static void add_up(struct a64_lower *l, const struct sum *sum, unsigned int rd)
{
	uint32_t op = sum->with_carry ? A64_ADCS : A64_ADDS;

	if (sum->subtract)
		op = sum->with_carry ? A64_SBCS : A64_SUBS;
	if (sum->with_carry && sum->subtract)
		a64_rrr(l->buf, A64_SUBS, A64_ZR, A64_ZR, sum->c);
	else if (sum->with_carry)
		a64_rr(l->buf, A64_SUBS_IMM | 1 << 10, A64_ZR, sum->c);
	a64_rrr(l->buf, op | a64_wide(sum->type), rd, sum->a, sum->b);
}

static void one_bit(struct a64_lower *l, unsigned int rd, unsigned int rn, unsigned int bit)
{
	a64_bitfield(l->buf, A64_UBFM, 8, rd, rn, bit, bit);
}

/* Signs that say that the sum in x1 has overflowed: it differs from both, or from the minuend. */
static void overflow_of(struct a64_lower *l, const struct sum *sum, unsigned int rd)
{
	a64_rrr(l->buf, A64_EOR, 0, sum->a, sum->subtract ? sum->b : 1);
	a64_rrr(l->buf, A64_EOR, 2, sum->subtract ? sum->a : sum->b, 1);
	a64_rrr(l->buf, A64_AND, 0, 0, 2);
	one_bit(l, rd, 0, a64_bits(sum->type) - 1);
}

/* 1 if the number of ones in the low byte of x1 is even. */
static void parity_of(struct a64_lower *l, unsigned int rd)
{
	a64_shifted(l->buf, A64_EOR, 0, 1, 1, A64_LSR, 4);
	a64_shifted(l->buf, A64_EOR, 0, 0, 0, A64_LSR, 2);
	a64_shifted(l->buf, A64_EOR, 0, 0, 0, A64_LSR, 1);
	a64_rrr(l->buf, A64_ORN, 0, A64_ZR, 0);
	one_bit(l, rd, 0, 0);
}

static void is_zero(struct a64_lower *l, unsigned int type, unsigned int rd, unsigned int rn)
{
	a64_bitfield(l->buf, A64_UBFM, 8, 0, rn, 0, a64_bits(type) - 1);
	a64_rr(l->buf, A64_SUBS_IMM | A64_X, A64_ZR, 0);
	a64_set(l->buf, A64_EQ, rd);
}

/* Flags that the host does not have, or not for this width, from the sum in x1. */
static void flag_by_bits(struct a64_lower *l, const struct sum *sum, unsigned int flag,
			 unsigned int rd)
{
	unsigned int bits = a64_bits(sum->type);

	if (flag == IR_FLAG_N) {
		one_bit(l, rd, 1, bits - 1);
	} else if (flag == IR_FLAG_Z) {
		is_zero(l, sum->type, rd, 1);
	} else if (flag == IR_FLAG_C) {
		one_bit(l, rd, 1, bits);
	} else if (flag == IR_FLAG_V) {
		overflow_of(l, sum, rd);
	} else if (flag == IR_FLAG_P) {
		parity_of(l, rd);
	} else {
		a64_rrr(l->buf, A64_EOR, 0, sum->a, sum->b);
		a64_rrr(l->buf, A64_EOR, 0, 0, 1);
		one_bit(l, rd, 0, 4);
	}
}

A64_LOWER(flag)
{
	static const uint8_t cc_of_flag[] = { [IR_FLAG_N] = A64_MI, [IR_FLAG_Z] = A64_EQ,
					      [IR_FLAG_C] = A64_CS, [IR_FLAG_V] = A64_VS };
	struct sum sum = sum_of(l, insn);
	unsigned int flag = insn->aux, rd = a64_result(l), cc;

	if (sum.type < IR_I32 || flag > IR_FLAG_V) {
		add_up(l, &sum, 1);
		flag_by_bits(l, &sum, flag, rd);
		return;
	}
	add_up(l, &sum, A64_ZR);
	cc = cc_of_flag[flag];
	/* The host's carry is no borrow. */
	a64_set(l->buf, sum.subtract && flag == IR_FLAG_C ? cc ^ 1 : cc, rd);
}

A64_LOWER(flag_res)
{
	unsigned int type = a64_type(l, insn->a), a = a64_value(l, insn->a), rd = a64_result(l);

	if (insn->aux == IR_FLAG_N) {
		one_bit(l, rd, a, a64_bits(type) - 1);
	} else if (insn->aux == IR_FLAG_Z) {
		is_zero(l, type, rd, a);
	} else if (insn->aux == IR_FLAG_P) {
		a64_mov(l->buf, 8, 1, a);
		parity_of(l, rd);
	} else {
		a64_mov_imm(l->buf, rd, 0);
	}
}
