// SPDX-License-Identifier: MIT
#include "arch/riscv64/host/lower.h"

/* A branch for each condition, and whether it has its operands exchanged. */
static const struct {
	uint32_t cond;
	bool swap;
} branches[IR_NR_CONDS] = {
	[IR_EQ] = { RV_BEQ, false },   [IR_NE] = { RV_BNE, false },
	[IR_SLT] = { RV_BLT, false },  [IR_SGE] = { RV_BGE, false },
	[IR_SLE] = { RV_BGE, true },   [IR_SGT] = { RV_BLT, true },
	[IR_ULT] = { RV_BLTU, false }, [IR_UGE] = { RV_BGEU, false },
	[IR_ULE] = { RV_BGEU, true },  [IR_UGT] = { RV_BLTU, true },
	[IR_TST] = { RV_BNE, false },  [IR_TSN] = { RV_BEQ, false },
};

/* a & b in a scratch register that moves of values leave alone. */
static unsigned int common_bits(struct rv_lower *l, const struct ir_insn *insn)
{
	unsigned int a = rv_value(l, insn->a);
	int32_t imm;

	if (rv_is_imm12(l, insn->b, &imm))
		rv_i(l->buf, RV_ANDI, RV_A7, a, imm);
	else
		rv_r(l->buf, RV_AND, RV_A7, a, rv_value(l, insn->b));
	return RV_A7;
}

struct rv_test rv_compare(struct rv_lower *l, const struct ir_insn *insn)
{
	uint32_t cond = branches[insn->aux].cond;
	unsigned int a, b;

	if (insn->aux >= IR_TST)
		return (struct rv_test){ cond, common_bits(l, insn), RV_ZERO };
	a = rv_value(l, insn->a);
	b = rv_value(l, insn->b);
	if (branches[insn->aux].swap)
		return (struct rv_test){ cond, b, a };
	return (struct rv_test){ cond, a, b };
}

/* May the comparison at @at be left to the next instruction, which alone uses it as a truth? */
static bool left_to_next(const struct rv_lower *l, uint32_t at)
{
	const struct ir_insn *next = &l->unit->insn[at + 1];

	return l->unit->insn[at].op == IR_cmp && l->value[at].uses == 1 && next->a == at &&
	       (next->op == IR_brcond || next->op == IR_select);
}

struct rv_test rv_truth(struct rv_lower *l, const struct ir_insn *insn)
{
	if (insn->a + 1 == l->p.at && left_to_next(l, insn->a))
		return rv_compare(l, &l->unit->insn[insn->a]);
	return (struct rv_test){ RV_BNE, rv_value(l, insn->a), RV_ZERO };
}

static void use_in_next(struct rv_lower *l, uint32_t value)
{
	if (l->value[value].last == l->p.at)
		l->value[value].last = l->p.at + 1;
}

/* dst = a is not b, or is it. */
static void set_equal(struct rv_lower *l, const struct ir_insn *insn)
{
	unsigned int a = rv_value(l, insn->a), b, dst;
	int32_t imm;

	if (rv_is_imm12(l, insn->b, &imm)) {
		if (imm)
			rv_i(l->buf, RV_XORI, RV_T1, a, imm);
	} else {
		b = rv_value(l, insn->b);
		rv_r(l->buf, RV_XOR, RV_T1, a, b);
		imm = 1;
	}
	a = imm ? RV_T1 : a;
	dst = rv_result_last(l, insn);
	if (insn->aux == IR_EQ)
		rv_i(l->buf, RV_SLTIU, dst, a, 1);
	else
		rv_r(l->buf, RV_SLTU, dst, RV_ZERO, a);
}

static void set_common_bits(struct rv_lower *l, const struct ir_insn *insn)
{
	unsigned int bits = common_bits(l, insn), dst = rv_result_last(l, insn);

	if (insn->aux == IR_TSN)
		rv_i(l->buf, RV_SLTIU, dst, bits, 1);
	else
		rv_r(l->buf, RV_SLTU, dst, RV_ZERO, bits);
}

/* A branch on less becomes a set on less; on its contrary, that inverted. */
static void set_ordered(struct rv_lower *l, const struct ir_insn *insn)
{
	struct rv_test test;
	bool is_unsigned, invert;
	unsigned int dst, a;
	int32_t imm;

	is_unsigned = insn->aux >= IR_ULT;
	invert = branches[insn->aux].cond == RV_BGE || branches[insn->aux].cond == RV_BGEU;
	if (!branches[insn->aux].swap && rv_is_imm12(l, insn->b, &imm)) {
		a = rv_value(l, insn->a);
		dst = rv_result_last(l, insn);
		rv_i(l->buf, is_unsigned ? RV_SLTIU : RV_SLTI, dst, a, imm);
	} else {
		test = rv_compare(l, insn);
		dst = rv_result_last(l, insn);
		rv_r(l->buf, is_unsigned ? RV_SLTU : RV_SLT, dst, test.a, test.b);
	}
	if (invert)
		rv_i(l->buf, RV_XORI, dst, dst, 1);
}

RV_LOWER(cmp)
{
	if (left_to_next(l, l->p.at)) {
		use_in_next(l, insn->a);
		use_in_next(l, insn->b);
	} else if (insn->aux <= IR_NE) {
		set_equal(l, insn);
	} else if (insn->aux >= IR_TST) {
		set_common_bits(l, insn);
	} else {
		set_ordered(l, insn);
	}
}

/* The operands of a comparison that was left to a select. */
static void release_compared(struct rv_lower *l, const struct ir_insn *insn)
{
	const struct ir_insn *cmp = &l->unit->insn[insn->a];

	if (insn->a + 1 != l->p.at || !left_to_next(l, insn->a))
		return;
	rv_release(l, cmp->a);
	rv_release(l, cmp->b);
}

static struct rv_test negated(struct rv_test test)
{
	test.cond ^= RV_NEGATE;
	return test;
}

#define VECTOR_COPY_BYTES 64

static void select_vector(struct rv_lower *l, const struct ir_insn *insn)
{
	struct rv_test test = rv_truth(l, insn);
	struct rv_mem b = rv_vector(l, insn->b, 0), c = rv_vector(l, insn->c, 1);
	struct rv_mem mem = rv_vector_result(l);
	uint32_t over;

	rv_copy_vector(l, mem, c);
	over = rv_over(l, negated(test), VECTOR_COPY_BYTES);
	rv_copy_vector(l, mem, b);
	rv_bind(l, over);
	rv_vector_done(l, mem);
	release_compared(l, insn);
}

RV_LOWER(select)
{
	struct rv_test test;
	unsigned int b, dst;
	uint32_t over;

	if (insn->type == IR_V128) {
		select_vector(l, insn);
		return;
	}
	b = rv_value(l, insn->b);
	test = rv_truth(l, insn);
	dst = rv_result_from(l, insn->c);
	over = rv_over(l, negated(test), 4);
	if (dst < RV_NR_GENERAL)
		rv_mv(l->buf, dst, b);
	else
		rv_r(l->buf, RV_FSGNJ | RV_DOUBLE, dst, b, b);
	rv_bind(l, over);
	release_compared(l, insn);
}

/* Even parity of the low byte of @src, by folding it. */
static void parity(struct rv_lower *l, unsigned int dst, unsigned int src)
{
	int32_t bits;

	rv_i(l->buf, RV_ANDI, RV_T1, src, 0xff);
	for (bits = 4; bits; bits /= 2) {
		rv_i(l->buf, RV_SRLI, RV_T2, RV_T1, bits);
		rv_r(l->buf, RV_XOR, RV_T1, RV_T1, RV_T2);
	}
	rv_i(l->buf, RV_ANDI, dst, RV_T1, 1);
	rv_i(l->buf, RV_XORI, dst, dst, 1);
}

/* A flag of a result alone. */
static void flag_of(struct rv_lower *l, unsigned int flag, unsigned int dst, unsigned int result)
{
	if (flag == IR_FLAG_N)
		rv_i(l->buf, RV_SRLI, dst, result, 63);
	else if (flag == IR_FLAG_Z)
		rv_i(l->buf, RV_SLTIU, dst, result, 1);
	else
		parity(l, dst, result);
}

/* An operation whose flag is asked for, in t1 its result; a7 is 1 if c is true. */
struct flagged {
	unsigned int type, a, b;
	bool sub, with_c;
};

static void compute(struct rv_lower *l, const struct flagged *f)
{
	rv_r(l->buf, f->sub ? RV_SUB : RV_ADD, RV_T1, f->a, f->b);
	if (f->with_c)
		rv_r(l->buf, f->sub ? RV_SUB : RV_ADD, RV_T1, RV_T1, RV_A7);
	if (f->type != IR_I64)
		rv_sext(l, f->type, RV_T1, RV_T1);
}

/* A carry of the sum without c, or of the addition of c to it. */
static void carry_out(struct rv_lower *l, const struct flagged *f, unsigned int dst)
{
	struct flagged first = *f;

	first.with_c = false;
	if (f->sub) {
		rv_r(l->buf, RV_SLTU, RV_T2, f->a, f->b);
	} else {
		compute(l, &first);
		rv_r(l->buf, RV_SLTU, RV_T2, RV_T1, f->a);
	}
	if (f->with_c && f->sub) {
		compute(l, &first);
		rv_r(l->buf, RV_SLTU, RV_T1, RV_T1, RV_A7);
	} else if (f->with_c) {
		compute(l, f);
		rv_r(l->buf, RV_SLTU, RV_T1, RV_T1, RV_A7);
	}
	rv_r(l->buf, RV_OR, dst, RV_T2, f->with_c ? RV_T1 : RV_ZERO);
}

/* The operands' signs, as the operation compares them, differ from the result's. */
static void overflow(struct rv_lower *l, const struct flagged *f, unsigned int dst)
{
	compute(l, f);
	rv_r(l->buf, RV_XOR, RV_T2, f->a, f->sub ? f->b : RV_T1);
	rv_r(l->buf, RV_XOR, RV_T1, f->sub ? f->a : f->b, RV_T1);
	rv_r(l->buf, RV_AND, dst, RV_T1, RV_T2);
	rv_i(l->buf, RV_SRLI, dst, dst, 63);
}

/* The carry into bit 4 is where the result differs from a ^ b. */
static void half_carry(struct rv_lower *l, const struct flagged *f, unsigned int dst)
{
	compute(l, f);
	rv_r(l->buf, RV_XOR, RV_T1, RV_T1, f->a);
	rv_r(l->buf, RV_XOR, RV_T1, RV_T1, f->b);
	rv_i(l->buf, RV_SRLI, RV_T1, RV_T1, 4);
	rv_i(l->buf, RV_ANDI, dst, RV_T1, 1);
}

RV_LOWER(flag)
{
	struct flagged f = {
		.type = rv_type(l, insn->a), .a = rv_value(l, insn->a), .b = rv_value(l, insn->b),
		.sub = insn->op == IR_flag_sub || insn->op == IR_flag_sbb,
		.with_c = jit_nr_operands[insn->op] == 3,
	};
	unsigned int dst;

	if (f.with_c)
		rv_r(l->buf, RV_SLTU, RV_A7, RV_ZERO, rv_value(l, insn->c));
	dst = rv_result(l);
	switch (insn->aux) {
	case IR_FLAG_C:
		carry_out(l, &f, dst);
		break;
	case IR_FLAG_V:
		overflow(l, &f, dst);
		break;
	case IR_FLAG_A:
		half_carry(l, &f, dst);
		break;
	default:
		compute(l, &f);
		flag_of(l, insn->aux, dst, RV_T1);
		break;
	}
}

RV_LOWER(flag_res)
{
	unsigned int a = rv_value(l, insn->a), dst = rv_result_last(l, insn);

	if (insn->aux == IR_FLAG_C || insn->aux == IR_FLAG_V || insn->aux == IR_FLAG_A)
		rv_li(l->buf, dst, 0);
	else
		flag_of(l, insn->aux, dst, a);
}
