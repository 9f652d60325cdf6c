// SPDX-License-Identifier: MIT
/*
 * Floating point by the host's arithmetic, whose control register holds the guest's rounding mode
 * and collects its flags while a unit runs. Its NaNs are the default ones. Where the host's answer
 * may differ from the instruction's (another rule for NaNs, another result out of range), the answer
 * shows it, and the interpreter is asked; that raises the same flags once more.
 */
#include "arch/riscv64/host/lower.h"

static uint32_t width(unsigned int type)
{
	return type == IR_F64 ? RV_DOUBLE : 0;
}

static unsigned int nan_rule(const struct ir_insn *insn)
{
	return (insn->aux2 & IR_NAN_MASK) >> IR_NAN_SHIFT;
}

#define EVAL_BYTES 64

/*
 * If the test does not hold, the interpreter computes @insn's result, whose operands are in
 * registers.
 */
static void ask_unless(struct rv_lower *l, const struct ir_insn *insn, struct rv_test test,
		       unsigned int dst)
{
	uint32_t over = rv_over(l, test, EVAL_BYTES);

	rv_eval(l, insn);
	rv_take_result(l, insn->type, dst);
	rv_bind(l, over);
}

static void ask_if_nan(struct rv_lower *l, const struct ir_insn *insn, unsigned int dst)
{
	if (nan_rule(insn) == IR_NAN_DEF)
		return;
	rv_r(l->buf, RV_FEQ | width(insn->type), RV_T1, dst, dst);
	ask_unless(l, insn, (struct rv_test){ RV_BNE, RV_T1, RV_ZERO }, dst);
}

/* Where the operands are needed after the result, they keep their registers. */
static unsigned int result(struct rv_lower *l, const struct ir_insn *insn)
{
	return nan_rule(insn) == IR_NAN_DEF ? rv_result_last(l, insn) : rv_result(l);
}

RV_LOWER(bitcast)
{
	uint32_t wide = ir_type_bytes(insn->type) == 8 ? RV_DOUBLE : 0;
	unsigned int a = rv_value(l, insn->a), dst;

	if (ir_is_int(insn->type) == ir_is_int(rv_type(l, insn->a))) {
		rv_result_from(l, insn->a);
		return;
	}
	dst = rv_result_last(l, insn);
	rv_r(l->buf, (dst < RV_NR_GENERAL ? RV_FMV_X : RV_FMV_F) | wide, dst, a, 0);
}

RV_LOWER(fbinary)
{
	static const uint32_t ops[IR_NR_OPS] = {
		[IR_fadd] = RV_FADD, [IR_fsub] = RV_FSUB, [IR_fmul] = RV_FMUL, [IR_fdiv] = RV_FDIV,
	};
	unsigned int a = rv_value(l, insn->a), b = rv_value(l, insn->b), dst = result(l, insn);

	rv_r(l->buf, ops[insn->op] | width(insn->type), dst, a, b);
	ask_if_nan(l, insn, dst);
}

RV_LOWER(fsqrt)
{
	unsigned int a = rv_value(l, insn->a), dst = result(l, insn);

	rv_r(l->buf, RV_FSQRT | width(insn->type), dst, a, 0);
	ask_if_nan(l, insn, dst);
}

/* Under the rule x86 infinity by zero plus a NaN raises nothing, and here it does. */
RV_LOWER(ffma)
{
	unsigned int a, b, c, dst;

	if (nan_rule(insn) == IR_NAN_X86) {
		rv_lower_eval(l, insn);
		return;
	}
	a = rv_value(l, insn->a);
	b = rv_value(l, insn->b);
	c = rv_value(l, insn->c);
	dst = result(l, insn);
	rv_r4(l->buf, RV_FMADD | width(insn->type), dst, a, b, c);
	ask_if_nan(l, insn, dst);
}

/* Also of NaNs, which these instructions leave as they are. */
RV_LOWER(fsign)
{
	static const uint32_t ops[IR_NR_OPS] = {
		[IR_fneg] = RV_FSGNJN, [IR_fabs] = RV_FSGNJX, [IR_fcopysign] = RV_FSGNJ,
	};
	unsigned int a = rv_value(l, insn->a);
	unsigned int b = insn->op == IR_fcopysign ? rv_value(l, insn->b) : a;

	rv_r(l->buf, ops[insn->op] | width(insn->type), rv_result_last(l, insn), a, b);
}

static uint32_t min_or_max(const struct ir_insn *insn)
{
	return insn->op == IR_fminnum || insn->op == IR_fminimum ? RV_FMIN : RV_FMAX;
}

RV_LOWER(fminnum)
{
	unsigned int a, b;

	if (nan_rule(insn) != IR_NAN_DEF) {
		rv_lower_eval(l, insn);
		return;
	}
	a = rv_value(l, insn->a);
	b = rv_value(l, insn->b);
	rv_r(l->buf, min_or_max(insn) | width(insn->type), rv_result_last(l, insn), a, b);
}

/* t1 = are both numbers? Raises invalid for a signalling NaN only. */
static void ordered(struct rv_lower *l, unsigned int type, unsigned int a, unsigned int b)
{
	rv_r(l->buf, RV_FEQ | width(type), RV_T1, a, a);
	rv_r(l->buf, RV_FEQ | width(type), RV_T2, b, b);
	rv_r(l->buf, RV_AND, RV_T1, RV_T1, RV_T2);
}

/* With a NaN the sum is one. */
RV_LOWER(fminimum)
{
	unsigned int a, b, dst;
	uint32_t over, done;

	if (nan_rule(insn) != IR_NAN_DEF) {
		rv_lower_eval(l, insn);
		return;
	}
	a = rv_value(l, insn->a);
	b = rv_value(l, insn->b);
	dst = rv_result(l);
	ordered(l, insn->type, a, b);
	over = rv_over(l, (struct rv_test){ RV_BNE, RV_T1, RV_ZERO }, 8);
	rv_r(l->buf, RV_FADD | width(insn->type), dst, a, b);
	done = rv_jump(l->buf, RV_MID, 0);
	rv_bind(l, over);
	rv_r(l->buf, min_or_max(insn) | width(insn->type), dst, a, b);
	rv_bind(l, done);
}

RV_LOWER(fminsel)
{
	unsigned int a = rv_value(l, insn->a), b = rv_value(l, insn->b), dst = rv_result(l);
	bool min = insn->op == IR_fminsel;
	uint32_t over;

	rv_r(l->buf, RV_FLT | width(insn->type), RV_T1, min ? a : b, min ? b : a);
	rv_r(l->buf, RV_FSGNJ | RV_DOUBLE, dst, a, a);
	over = rv_over(l, (struct rv_test){ RV_BNE, RV_T1, RV_ZERO }, 4);
	rv_r(l->buf, RV_FSGNJ | RV_DOUBLE, dst, b, b);
	rv_bind(l, over);
}

/*
 * A condition is one of these, or the negation of one: less and less-or-equal are the host's, which
 * are false if unordered and raise invalid for any NaN.
 */
enum how { EQ, LT, LE, ORD, ONE };

static const struct {
	uint8_t how;
	bool swap;
} compares[IR_NR_FCONDS] = {
	[IR_F_OEQ] = { EQ, false }, [IR_F_UNE] = { EQ, false },
	[IR_F_OLT] = { LT, false }, [IR_F_UGE] = { LT, false },
	[IR_F_OLE] = { LE, false }, [IR_F_UGT] = { LE, false },
	[IR_F_OGT] = { LT, true },  [IR_F_ULE] = { LT, true },
	[IR_F_OGE] = { LE, true },  [IR_F_ULT] = { LE, true },
	[IR_F_ORD] = { ORD, false }, [IR_F_UNO] = { ORD, false },
	[IR_F_ONE] = { ONE, false }, [IR_F_UEQ] = { ONE, false },
};

/* t1 = the condition without its negation, quietly but for ordered ones. */
static void compare(struct rv_lower *l, unsigned int how, unsigned int type, unsigned int a,
		    unsigned int b)
{
	if (how == EQ) {
		rv_r(l->buf, RV_FEQ | width(type), RV_T1, a, b);
	} else if (how == LT || how == LE) {
		rv_r(l->buf, (how == LT ? RV_FLT : RV_FLE) | width(type), RV_T1, a, b);
	} else {
		ordered(l, type, a, b);
		if (how == ORD)
			return;
		rv_r(l->buf, RV_FEQ | width(type), RV_T2, a, b);
		rv_i(l->buf, RV_XORI, RV_T2, RV_T2, 1);
		rv_r(l->buf, RV_AND, RV_T1, RV_T1, RV_T2);
	}
}

/*
 * A quiet comparison for order must not raise invalid for a quiet NaN: with one it is not made. That
 * matters where flags are exact.
 */
static void compare_quietly(struct rv_lower *l, unsigned int how, unsigned int type, unsigned int a,
			    unsigned int b)
{
	uint32_t over;

	if ((how != LT && how != LE) || !(l->unit->flags & IR_UNIT_FPFLAGS)) {
		compare(l, how, type, a, b);
		return;
	}
	ordered(l, type, a, b);
	over = rv_over(l, (struct rv_test){ RV_BEQ, RV_T1, RV_ZERO }, 4);
	compare(l, how, type, a, b);
	rv_bind(l, over);
}

RV_LOWER(fcmp)
{
	unsigned int cond = insn->aux & IR_FCOND_MASK, type = rv_type(l, insn->a);
	unsigned int a = rv_value(l, insn->a), b = rv_value(l, insn->b), dst;
	unsigned int how = compares[cond].how, first = compares[cond].swap ? b : a;
	unsigned int second = compares[cond].swap ? a : b;

	if (insn->aux & IR_FCOND_SIGNAL) {
		compare(l, how, type, first, second);
		if (how != LT && how != LE)
			rv_r(l->buf, RV_FLE | width(type), RV_ZERO, a, b);
	} else {
		compare_quietly(l, how, type, first, second);
	}
	dst = rv_result_last(l, insn);
	if (cond & 1)
		rv_i(l->buf, RV_XORI, dst, RV_T1, 1);
	else
		rv_mv(l->buf, dst, RV_T1);
}

/* t1 = the exponent of @a as it is encoded. Return: the least of those without a fraction. */
static int32_t exponent(struct rv_lower *l, unsigned int type, unsigned int a)
{
	bool wide = type == IR_F64;

	rv_r(l->buf, RV_FMV_X | width(type), RV_T1, a, 0);
	rv_i(l->buf, RV_SLLI, RV_T1, RV_T1, wide ? 1 : 33);
	rv_i(l->buf, RV_SRLI, RV_T1, RV_T1, wide ? 53 : 56);
	return wide ? 1023 + 52 : 127 + 23;
}

/*
 * By way of an integer, which raises inexact: the flags are put back. What has no fraction, and a
 * NaN, is the lesser of itself and itself.
 */
RV_LOWER(fround)
{
	unsigned int mode = insn->aux2 & IR_RND_MASK, rm = mode == IR_DYN ? RV_RM_DYN : mode;
	unsigned int a = rv_value(l, insn->a), dst = rv_result(l);
	uint32_t wide = width(insn->type), over;

	rv_li(l->buf, RV_T2, exponent(l, insn->type, a));
	rv_r(l->buf, RV_FMIN | wide, dst, a, a);
	over = rv_over(l, (struct rv_test){ RV_BGEU, RV_T1, RV_T2 }, 20);
	rv_i(l->buf, RV_FRFLAGS, RV_T2, 0, 0);
	rv_fcvt(l->buf, RV_FCVT_X | wide, RV_T1, a, RV_INT_L, rm);
	rv_fcvt(l->buf, RV_FCVT_F | wide, dst, RV_T1, RV_INT_L, RV_RM_DYN);
	rv_r(l->buf, RV_FSGNJ | wide, dst, dst, a);
	rv_i(l->buf, RV_FSFLAGS, RV_ZERO, RV_T2, 0);
	rv_bind(l, over);
	ask_if_nan(l, insn, dst);
}

RV_LOWER(fcvt)
{
	unsigned int a = rv_value(l, insn->a), dst = result(l, insn);

	rv_r(l->buf, insn->type == IR_F32 ? RV_FCVT_S_D : RV_FCVT_D_S, dst, a, 0);
	ask_if_nan(l, insn, dst);
}

static enum rv_int int_kind(unsigned int type, bool is_unsigned)
{
	if (type == IR_I64)
		return is_unsigned ? RV_INT_LU : RV_INT_L;
	return is_unsigned ? RV_INT_WU : RV_INT_W;
}

RV_LOWER(int_to_f)
{
	unsigned int a = rv_value(l, insn->a);
	enum rv_int kind = int_kind(rv_type(l, insn->a), insn->op == IR_ui2f);

	rv_fcvt(l->buf, RV_FCVT_F | width(insn->type), rv_result_last(l, insn), a, kind, RV_RM_DYN);
}

/* The host's answer out of range is the limit, and of a NaN the upper one. */
static void zero_if_nan(struct rv_lower *l, unsigned int type, unsigned int a, unsigned int dst)
{
	rv_r(l->buf, RV_FEQ | width(type), RV_T1, a, a);
	rv_r(l->buf, RV_SUB, RV_T1, RV_ZERO, RV_T1);
	rv_r(l->buf, RV_AND, dst, dst, RV_T1);
}

/* With the rule ind only the answers that it would not be right for are asked about. */
static void ask_if_limit(struct rv_lower *l, const struct ir_insn *insn, unsigned int dst)
{
	int64_t limit = insn->type == IR_I64 ? INT64_MAX : INT32_MAX;

	if (insn->op == IR_f2ui) {
		ask_unless(l, insn, (struct rv_test){ RV_BNE, dst, RV_ZERO }, dst);
		return;
	}
	rv_li(l->buf, RV_T1, limit);
	ask_unless(l, insn, (struct rv_test){ RV_BNE, dst, RV_T1 }, dst);
}

RV_LOWER(f_to_int)
{
	unsigned int mode = insn->aux2 & IR_RND_MASK, sat = (insn->aux2 & IR_SAT_MASK) >> IR_SAT_SHIFT;
	unsigned int a = rv_value(l, insn->a), type = rv_type(l, insn->a), dst = rv_result(l);

	static_assert(IR_RMM == 4, "modes are numbered as here");
	rv_fcvt(l->buf, RV_FCVT_X | width(type), dst, a,
		int_kind(insn->type, insn->op == IR_f2ui), mode == IR_DYN ? RV_RM_DYN : mode);
	if (sat == IR_SAT0)
		zero_if_nan(l, type, a, dst);
	else if (sat == IR_SATIND)
		ask_if_limit(l, insn, dst);
}
