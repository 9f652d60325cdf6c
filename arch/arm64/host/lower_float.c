// SPDX-License-Identifier: MIT
/*
 * Floating point by the host's arithmetic, whose control and status registers hold the guest's
 * rounding mode and collect its flags while a unit runs. Where the host's answer may differ from the
 * instruction's (another rule for NaNs, another result out of range), the answer shows it, and the
 * interpreter is asked; that raises the same flags once more.
 */
#include "arch/arm64/host/lower.h"

static uint32_t precision(unsigned int type)
{
	return type == IR_F64 ? A64_D : 0;
}

static unsigned int nan_rule(const struct ir_insn *insn)
{
	return (insn->aux2 & IR_NAN_MASK) >> IR_NAN_SHIFT;
}

static void compare(struct a64_lower *l, uint32_t op, unsigned int type, unsigned int a,
		    unsigned int b)
{
	a64_rrr(l->buf, op | precision(type), 0, a, b);
}

/* If @rd is a NaN, it becomes what the interpreter says. The operands are in registers. */
static void ask_if_nan(struct a64_lower *l, const struct ir_insn *insn, unsigned int rd)
{
	uint32_t over;

	compare(l, A64_FCMP, insn->type, rd, rd);
	over = a64_b_cond(l->buf, A64_VC);
	a64_eval(l, insn);
	a64_vmov(l->buf, rd, A64_V(0));
	a64_bind(l->buf, over);
}

/* If @rd is a NaN, it becomes the default one. */
static void default_if_nan(struct a64_lower *l, unsigned int type, unsigned int rd)
{
	uint32_t over;

	compare(l, A64_FCMP, type, rd, rd);
	over = a64_b_cond(l->buf, A64_VC);
	a64_mov_imm(l->buf, A64_ADDRESS, type == IR_F32 ? 0x7fc00000 : UINT64_C(0x7ff8000000000000));
	a64_rr(l->buf, A64_FMOV_D_X, rd, A64_ADDRESS);
	a64_bind(l->buf, over);
}

A64_LOWER(bitcast)
{
	unsigned int a = a64_value(l, insn->a), rd = a64_result_last(l, insn);
	bool wide = ir_type_bytes(insn->type) == 8, to_vector = rd >= 32;

	if (to_vector == (a >= 32))
		a64_rr(l->buf, A64_FMOV | precision(insn->type), rd, a);
	else if (to_vector)
		a64_rr(l->buf, wide ? A64_FMOV_D_X : A64_FMOV_S_W, rd, a);
	else
		a64_rr(l->buf, wide ? A64_FMOV_X_D : A64_FMOV_W_S, rd, a);
}

/* Of minnum and maxnum the host's rule for signalling NaNs is the instruction's own under a64 only. */
A64_LOWER(fbinary)
{
	static const uint32_t ops[IR_NR_OPS] = {
		[IR_fadd] = A64_FADD, [IR_fsub] = A64_FSUB, [IR_fmul] = A64_FMUL,
		[IR_fdiv] = A64_FDIV, [IR_fminnum] = A64_FMINNM, [IR_fmaxnum] = A64_FMAXNM,
		[IR_fminimum] = A64_FMIN, [IR_fmaximum] = A64_FMAX,
	};
	bool number_wins = insn->op == IR_fminnum || insn->op == IR_fmaxnum;
	unsigned int a = a64_value(l, insn->a), b = a64_value(l, insn->b), rd;
	unsigned int rule = nan_rule(insn);
	bool ask = rule == IR_NAN_X86 || (number_wins && rule == IR_NAN_DEF);

	rd = ask ? a64_result(l) : a64_result_last(l, insn);
	a64_rrr(l->buf, ops[insn->op] | precision(insn->type), rd, a, b);
	if (ask)
		ask_if_nan(l, insn, rd);
	else if (rule == IR_NAN_DEF)
		default_if_nan(l, insn->type, rd);
}

/* The comparison raises invalid for any NaN; b is the answer to one. */
A64_LOWER(fselect)
{
	unsigned int a = a64_value(l, insn->a), b = a64_value(l, insn->b);

	compare(l, A64_FCMPE, insn->type, a, b);
	a64_select(l->buf, A64_FCSEL | precision(insn->type), a64_result_last(l, insn), a, b,
		   insn->op == IR_fminsel ? A64_MI : A64_GT);
}

A64_LOWER(fsqrt)
{
	unsigned int a = a64_value(l, insn->a), rd = a64_result(l);

	a64_rr(l->buf, A64_FSQRT | precision(insn->type), rd, a);
	if (nan_rule(insn) == IR_NAN_DEF)
		default_if_nan(l, insn->type, rd);
	else if (nan_rule(insn) == IR_NAN_X86)
		ask_if_nan(l, insn, rd);
}

/* Where a flag that the rule x86 does not raise must not be seen, the host cannot be used. */
static bool is_invalid_elsewhere(const struct a64_lower *l, const struct ir_insn *insn)
{
	return nan_rule(insn) == IR_NAN_X86 && l->unit->flags & IR_UNIT_FPFLAGS;
}

A64_LOWER(ffma)
{
	unsigned int a, b, c, rd;

	if (is_invalid_elsewhere(l, insn)) {
		a64_lower_eval(l, insn);
		return;
	}
	a = a64_value(l, insn->a);
	b = a64_value(l, insn->b);
	c = a64_value(l, insn->c);
	rd = a64_result(l);
	a64_rrrr(l->buf, A64_FMADD | precision(insn->type), rd, a, b, c);
	if (nan_rule(insn) == IR_NAN_DEF)
		default_if_nan(l, insn->type, rd);
	else if (nan_rule(insn) == IR_NAN_X86)
		ask_if_nan(l, insn, rd);
}

A64_LOWER(fsign)
{
	unsigned int a = a64_value(l, insn->a);

	a64_rr(l->buf, (insn->op == IR_fneg ? A64_FNEG : A64_FABS) | precision(insn->type),
	       a64_result_last(l, insn), a);
}

A64_LOWER(fcopysign)
{
	unsigned int b = a64_value(l, insn->b), rd = a64_result_from(l, insn->a);

	a64_mov_imm(l->buf, A64_ADDRESS, UINT64_C(1) << (a64_bits(insn->type) - 1));
	a64_rr(l->buf, A64_FMOV_D_X, A64_V(0), A64_ADDRESS);
	a64_rrr(l->buf, A64_VBIT, rd, b, A64_V(0));
}

A64_LOWER(fround)
{
	static const uint32_t ops[] = {
		[IR_RNE] = A64_FRINTN, [IR_RTZ] = A64_FRINTZ, [IR_RDN] = A64_FRINTM,
		[IR_RUP] = A64_FRINTP, [IR_RMM] = A64_FRINTA, [IR_DYN] = A64_FRINTI,
	};
	unsigned int a = a64_value(l, insn->a), rd = a64_result_last(l, insn);

	a64_rr(l->buf, ops[insn->aux2 & IR_RND_MASK] | precision(insn->type), rd, a);
	if (nan_rule(insn) == IR_NAN_DEF)
		default_if_nan(l, insn->type, rd);
}

/* After a comparison: less MI, equal EQ, greater GT, unordered VS. */
static const uint8_t cc_of[IR_NR_FCONDS] = {
	[IR_F_OEQ] = A64_EQ, [IR_F_UNE] = A64_NE, [IR_F_OLT] = A64_MI, [IR_F_UGE] = A64_PL,
	[IR_F_OLE] = A64_LS, [IR_F_UGT] = A64_HI, [IR_F_OGT] = A64_GT, [IR_F_ULE] = A64_LE,
	[IR_F_OGE] = A64_GE, [IR_F_ULT] = A64_LT, [IR_F_ORD] = A64_VC, [IR_F_UNO] = A64_VS,
	[IR_F_ONE] = A64_MI, [IR_F_UEQ] = A64_EQ,
};

/* One is less or greater; ueq equal or unordered. */
A64_LOWER(fcmp)
{
	unsigned int cond = insn->aux & IR_FCOND_MASK, type = a64_type(l, insn->a);
	unsigned int a = a64_value(l, insn->a), b = a64_value(l, insn->b), rd = a64_result(l);

	compare(l, insn->aux & IR_FCOND_SIGNAL ? A64_FCMPE : A64_FCMP, type, a, b);
	a64_set(l->buf, cc_of[cond], rd);
	if (cond == IR_F_ONE || cond == IR_F_UEQ)
		a64_select(l->buf, A64_CSINC, rd, rd, A64_ZR, cond == IR_F_ONE ? A64_LE : A64_VC);
}

A64_LOWER(fcvt)
{
	unsigned int a = a64_value(l, insn->a), rd = a64_result_last(l, insn);

	a64_rr(l->buf, insn->type == IR_F64 ? A64_FCVT_D_S : A64_FCVT_S_D, rd, a);
	if (nan_rule(insn) == IR_NAN_DEF)
		default_if_nan(l, insn->type, rd);
}

A64_LOWER(int_to_f)
{
	unsigned int a = a64_source(l, insn->a), rd = a64_result_last(l, insn);

	a64_rr(l->buf, (insn->op == IR_si2f ? A64_SCVTF : A64_UCVTF) | precision(insn->type) |
	       a64_wide(a64_type(l, insn->a)), rd, a);
}

static void ask(struct a64_lower *l, const struct ir_insn *insn, unsigned int rd)
{
	a64_eval(l, insn);
	a64_mov(l->buf, 8, rd, 0);
}

/* The host's answer to a NaN is 0. */
static void greatest_if_nan(struct a64_lower *l, const struct ir_insn *insn, unsigned int a,
			    unsigned int rd)
{
	uint64_t all = ir_type_mask(insn->type);
	uint32_t over;

	compare(l, A64_FCMP, a64_type(l, insn->a), a, a);
	over = a64_b_cond(l->buf, A64_VC);
	a64_mov_imm(l->buf, rd, insn->op == IR_f2si ? all / 2 : all);
	a64_bind(l->buf, over);
}

/* Signed: what is too great becomes the greatest, which may be right. Unsigned: less than 0. */
static void ask_if_out_of_range(struct a64_lower *l, const struct ir_insn *insn, unsigned int a,
				unsigned int rd)
{
	uint32_t nan, over;

	if (insn->op == IR_f2ui) {
		a64_rr(l->buf, A64_FCMP_0 | precision(a64_type(l, insn->a)), 0, a);
		over = a64_b_cond(l->buf, A64_GE);
		ask(l, insn, rd);
		a64_bind(l->buf, over);
		return;
	}
	compare(l, A64_FCMP, a64_type(l, insn->a), a, a);
	nan = a64_b_cond(l->buf, A64_VS);
	a64_mov_imm(l->buf, A64_ADDRESS, ir_type_mask(insn->type) / 2);
	a64_rrr(l->buf, A64_SUBS | A64_X, A64_ZR, rd, A64_ADDRESS);
	over = a64_b_cond(l->buf, A64_NE);
	a64_bind(l->buf, nan);
	ask(l, insn, rd);
	a64_bind(l->buf, over);
}

/*
 * The current mode is no mode of the conversions: rounding first is right but for the flags, since
 * what is out of range is not inexact.
 */
A64_LOWER(f_to_int)
{
	static const uint32_t ops[] = {
		[IR_RNE] = A64_FCVTNS, [IR_RTZ] = A64_FCVTZS, [IR_RDN] = A64_FCVTMS,
		[IR_RUP] = A64_FCVTPS, [IR_RMM] = A64_FCVTAS, [IR_DYN] = A64_FCVTZS,
	};
	unsigned int mode = insn->aux2 & IR_RND_MASK, rule = insn->aux2 >> IR_SAT_SHIFT & 3;
	uint32_t from = precision(a64_type(l, insn->a));
	unsigned int a, rd, src;

	if (mode == IR_DYN && l->unit->flags & IR_UNIT_FPFLAGS) {
		a64_lower_eval(l, insn);
		return;
	}
	a = src = a64_value(l, insn->a);
	rd = a64_result(l);
	if (mode == IR_DYN)
		a64_rr(l->buf, A64_FRINTI | from, src = A64_V(0), a);
	a64_rr(l->buf, (ops[mode] + (insn->op == IR_f2ui ? A64_UNSIGNED : 0)) | from |
	       a64_wide(insn->type), rd, src);
	if (rule == IR_SATMAX)
		greatest_if_nan(l, insn, a, rd);
	else if (rule == IR_SATIND)
		ask_if_out_of_range(l, insn, a, rd);
}
