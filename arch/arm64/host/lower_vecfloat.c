// SPDX-License-Identifier: MIT
/*
 * Vectors of floats by Advanced SIMD, whose lanes follow the rules of the scalar instructions:
 * lower_float.c says where the interpreter is asked.
 */
#include "arch/arm64/host/lower.h"

static bool is_f64(const struct ir_insn *insn)
{
	return insn->aux == IR_F64X2;
}

static uint32_t precision(const struct ir_insn *insn)
{
	return is_f64(insn) ? A64_D : 0;
}

static unsigned int nan_rule(const struct ir_insn *insn)
{
	return (insn->aux2 & IR_NAN_MASK) >> IR_NAN_SHIFT;
}

/* v0 = all ones in the lanes of @rd that are numbers. */
static void find_numbers(struct a64_lower *l, uint32_t is_double, unsigned int rd)
{
	a64_rrr(l->buf, A64_VFCMEQ | is_double, A64_V(0), rd, rd);
}

/* If a lane of @rd is a NaN, the interpreter says what it is. The operands are in registers. */
static void ask_if_nan(struct a64_lower *l, const struct ir_insn *insn, uint32_t is_double,
		       unsigned int rd)
{
	uint32_t over;

	find_numbers(l, is_double, rd);
	a64_rr(l->buf, A64_VUMINV, A64_V(0), A64_V(0));
	a64_lane(l->buf, A64_VUMOV, 0, 0, A64_ADDRESS, A64_V(0));
	over = a64_cb(l->buf, A64_CBNZ, 4, A64_ADDRESS);
	a64_eval(l, insn);
	a64_vmov(l->buf, rd, A64_V(0));
	a64_bind(l->buf, over);
}

/* Lanes of @rd that are NaNs become the default one. */
static void default_if_nan(struct a64_lower *l, uint32_t is_double, unsigned int rd)
{
	find_numbers(l, is_double, rd);
	a64_mov_imm(l->buf, A64_ADDRESS, is_double ? UINT64_C(0x7ff8000000000000) : 0x7fc00000);
	a64_lane(l->buf, A64_VDUP_GENERAL, is_double ? 3 : 2, 0, A64_V(1), A64_ADDRESS);
	a64_rrr(l->buf, A64_VBIF, rd, A64_V(1), A64_V(0));
}

/* @rd, none of the operands' registers, has the host's answer. */
static void obey_rule(struct a64_lower *l, const struct ir_insn *insn, bool exact, unsigned int rd)
{
	if (nan_rule(insn) == IR_NAN_A64)
		return;
	if (nan_rule(insn) == IR_NAN_DEF && exact)
		default_if_nan(l, precision(insn), rd);
	else
		ask_if_nan(l, insn, precision(insn), rd);
}

/* Of minnum and maxnum the rule decides not only which NaN is the answer. */
A64_LOWER(vfbinary)
{
	static const uint32_t ops[IR_NR_OPS] = {
		[IR_vfadd] = A64_VFADD, [IR_vfsub] = A64_VFSUB, [IR_vfmul] = A64_VFMUL,
		[IR_vfdiv] = A64_VFDIV, [IR_vfminnum] = A64_VFMINNM, [IR_vfmaxnum] = A64_VFMAXNM,
		[IR_vfminimum] = A64_VFMIN, [IR_vfmaximum] = A64_VFMAX, [IR_vfaddp] = A64_VFADDP,
	};
	unsigned int a = a64_value(l, insn->a), b = a64_value(l, insn->b), rd = a64_result(l);

	a64_rrr(l->buf, ops[insn->op] | precision(insn), rd, a, b);
	obey_rule(l, insn, insn->op != IR_vfminnum && insn->op != IR_vfmaxnum, rd);
}

A64_LOWER(vfunary)
{
	unsigned int a = a64_value(l, insn->a), rd = a64_result(l);

	a64_rr(l->buf, A64_VFSQRT | precision(insn), rd, a);
	obey_rule(l, insn, true, rd);
}

/* The rule x86 raises no flag for infinity by zero plus a NaN. */
A64_LOWER(vffma)
{
	unsigned int a, b, rd;

	if (nan_rule(insn) == IR_NAN_X86 && l->unit->flags & IR_UNIT_FPFLAGS) {
		a64_lower_eval(l, insn);
		return;
	}
	a = a64_value(l, insn->a);
	b = a64_value(l, insn->b);
	a64_value(l, insn->c);
	rd = a64_result(l);
	a64_vmov(l->buf, rd, l->value[insn->c].reg);
	a64_rrr(l->buf, A64_VFMLA | precision(insn), rd, a, b);
	obey_rule(l, insn, true, rd);
}

A64_LOWER(vfsign)
{
	unsigned int a = a64_value(l, insn->a);

	a64_rr(l->buf, (insn->op == IR_vfneg ? A64_VFNEG : A64_VFABS) | precision(insn),
	       a64_result_last(l, insn), a);
}

/* The comparison raises invalid for any NaN; b is the answer to one. */
A64_LOWER(vfselect)
{
	unsigned int a = a64_value(l, insn->a), b = a64_value(l, insn->b);
	bool less = insn->op == IR_vfminsel;

	a64_rrr(l->buf, A64_VFCMGT | precision(insn), A64_V(0), less ? b : a, less ? a : b);
	a64_rrr(l->buf, A64_VBSL, A64_V(0), a, b);
	a64_vmov(l->buf, a64_result_last(l, insn), A64_V(0));
}

/* A NaN becomes itself, made quiet, under both rules that are not the default's. */
A64_LOWER(vfround)
{
	static const uint32_t ops[] = {
		[IR_RNE] = A64_VFRINTN, [IR_RTZ] = A64_VFRINTZ, [IR_RDN] = A64_VFRINTM,
		[IR_RUP] = A64_VFRINTP, [IR_RMM] = A64_VFRINTA, [IR_DYN] = A64_VFRINTI,
	};
	unsigned int a = a64_value(l, insn->a), rd = a64_result_last(l, insn);

	a64_rr(l->buf, ops[insn->aux2 & IR_RND_MASK] | precision(insn), rd, a);
	if (nan_rule(insn) == IR_NAN_DEF)
		default_if_nan(l, precision(insn), rd);
}

/* v0 = the lanes in which the even condition @cond holds. */
static void compare(struct a64_lower *l, const struct ir_insn *insn, unsigned int cond,
		    unsigned int a, unsigned int b)
{
	bool swap = cond == IR_F_OLT || cond == IR_F_OLE;
	uint32_t op = cond == IR_F_OLT || cond == IR_F_OGT ? A64_VFCMGT : A64_VFCMGE;

	if (cond == IR_F_OEQ)
		op = A64_VFCMEQ;
	if (cond < IR_F_ORD) {
		a64_rrr(l->buf, op | precision(insn), A64_V(0), swap ? b : a, swap ? a : b);
		return;
	}
	find_numbers(l, precision(insn), a);
	a64_rrr(l->buf, A64_VFCMEQ | precision(insn), A64_V(1), b, b);
	a64_rrr(l->buf, A64_VAND, A64_V(0), A64_V(0), A64_V(1));
	if (cond == IR_F_ORD)
		return;
	a64_rrr(l->buf, A64_VFCMEQ | precision(insn), A64_V(1), a, b);
	a64_rrr(l->buf, A64_VBIC, A64_V(0), A64_V(0), A64_V(1));
}

/*
 * An odd condition is the negation of the one before. The host's comparisons of order raise invalid
 * for a quiet NaN, those of equality do not: where flags count and it should be otherwise, the
 * interpreter compares.
 */
A64_LOWER(vfcmp)
{
	unsigned int cond = insn->aux2 & IR_FCOND_MASK, even = cond & ~1u, a, b, rd;
	bool raises = even >= IR_F_OLT && even <= IR_F_OGE;
	bool signals = insn->aux2 & IR_FCOND_SIGNAL;

	if (raises != signals && l->unit->flags & IR_UNIT_FPFLAGS) {
		a64_lower_eval(l, insn);
		return;
	}
	a = a64_value(l, insn->a);
	b = a64_value(l, insn->b);
	compare(l, insn, even, a, b);
	rd = a64_result_last(l, insn);
	if (cond & 1)
		a64_rr(l->buf, A64_VNOT, rd, A64_V(0));
	else
		a64_vmov(l->buf, rd, A64_V(0));
}

A64_LOWER(vint_to_f)
{
	unsigned int a = a64_value(l, insn->a);

	a64_rr(l->buf, A64_VSCVTF | (insn->op == IR_vui2f ? A64_VUNSIGNED : 0) | precision(insn),
	       a64_result_last(l, insn), a);
}

/* Out of range the host answers by the rule sat0. */
A64_LOWER(vf_to_int)
{
	static const uint32_t ops[] = {
		[IR_RNE] = A64_VFCVTNS, [IR_RTZ] = A64_VFCVTZS, [IR_RDN] = A64_VFCVTMS,
		[IR_RUP] = A64_VFCVTPS, [IR_RMM] = A64_VFCVTAS,
	};
	unsigned int mode = insn->aux2 & IR_RND_MASK, a;

	if (mode == IR_DYN || (insn->aux2 & IR_SAT_MASK) >> IR_SAT_SHIFT != IR_SAT0) {
		a64_lower_eval(l, insn);
		return;
	}
	a = a64_value(l, insn->a);
	a64_rr(l->buf, ops[mode] | (insn->op == IR_vf2ui ? A64_VUNSIGNED : 0) | precision(insn),
	       a64_result_last(l, insn), a);
}

/* One NaN becomes one of the other format under both rules that are not the default's. */
A64_LOWER(vfcvtl)
{
	unsigned int a = a64_value(l, insn->a), rd = a64_result_last(l, insn);

	a64_rr(l->buf, A64_VFCVTL, rd, a);
	if (nan_rule(insn) == IR_NAN_DEF)
		default_if_nan(l, A64_D, rd);
}

A64_LOWER(vfcvtn)
{
	unsigned int a = a64_value(l, insn->a), rd = a64_result_last(l, insn);

	a64_rr(l->buf, A64_VFCVTN, rd, a);
	if (nan_rule(insn) == IR_NAN_DEF)
		default_if_nan(l, 0, rd);
}
