// SPDX-License-Identifier: MIT
/*
 * Floating point in vectors. NaNs follow the rule x86 of the IR. MXCSR: the exceptions are masked and
 * numbers are never flushed to zero; whether an operand was denormal (DE) is not kept, and reads as 0.
 */
#include "arch/x86_64/guest/vector.h"

/* Those that have no NaN to choose. */
static unsigned int nan_of(unsigned int op)
{
	return op == IR_fminsel || op == IR_fmaxsel || op == IR_vfminsel || op == IR_vfmaxsel ?
		       0 : X86_NAN;
}

bool x86_vector_float(struct x86 *t)
{
	unsigned int op = VEC_OP(t->i->line->arg), lane = VEC_LANE(t->i->line->arg);
	uint32_t b = x86_get(t, 1);

	x86_set(t, 0, x86_vec(t, op, lane, nan_of(op), x86_get(t, 0), b, IR_NONE));
	return true;
}

static uint32_t float_op(const struct x86 *t, unsigned int op, unsigned int type, uint32_t a,
			 uint32_t b)
{
	return x86_emit(t, (struct ir_insn){ .op = (uint8_t)op, .type = (uint8_t)type,
					     .aux2 = (uint8_t)nan_of(op), .a = a, .b = b,
					     .c = IR_NONE });
}

/* The lowest lane of the destination. */
static void set_scalar(struct x86 *t, unsigned int lane, uint32_t value)
{
	x86_set(t, 0, x86_insert(t, lane, x86_get(t, 0), 0, value));
}

bool x86_scalar_float(struct x86 *t)
{
	unsigned int op = VEC_OP(t->i->line->arg), lane = VEC_LANE(t->i->line->arg);
	uint32_t b = x86_scalar(t, 1, lane), a = x86_extract(t, lane, x86_get(t, 0), 0);

	set_scalar(t, lane, float_op(t, op, x86_lane_type(lane), a, b));
	return true;
}

bool x86_vector_sqrt(struct x86 *t)
{
	x86_set(t, 0, x86_vec(t, IR_vfsqrt, VEC_LANE(t->i->line->arg), X86_NAN, x86_get(t, 1),
			      IR_NONE, IR_NONE));
	return true;
}

bool x86_scalar_sqrt(struct x86 *t)
{
	unsigned int lane = t->i->line->arg;
	uint32_t value = x86_scalar(t, 1, lane);

	set_scalar(t, lane, float_op(t, IR_fsqrt, x86_lane_type(lane), value, IR_NONE));
	return true;
}

static uint32_t fcmp(const struct x86 *t, unsigned int type, unsigned int cond, uint32_t a, uint32_t b)
{
	return x86_emit(t, (struct ir_insn){ .op = IR_fcmp, .type = (uint8_t)type,
					     .aux = (uint8_t)cond, .a = a, .b = b, .c = IR_NONE });
}

/* UCOMISS and its kin; arg: lanes, and at bit 8 whether quiet NaNs raise invalid. */
bool x86_compare_scalar(struct x86 *t)
{
	unsigned int lane = t->i->line->arg & 255;
	unsigned int signal = t->i->line->arg >> 8 ? IR_FCOND_SIGNAL : 0;
	uint32_t b = x86_scalar(t, 1, lane), a = x86_extract(t, lane, x86_get(t, 0), 0), zero;

	x86_set_flag(t, X86_C, fcmp(t, IR_I8, IR_F_ULT | signal, a, b));
	x86_set_flag(t, X86_Z, fcmp(t, IR_I8, IR_F_UEQ | signal, a, b));
	/* A byte whose parity is even if unordered: 0 or 1. */
	x86_set_flag(t, X86_P, fcmp(t, IR_I8, IR_F_ORD | signal, a, b));
	zero = x86_const(t, IR_I8, 0);
	x86_set_flag(t, X86_S, zero);
	x86_set_flag(t, X86_O, zero);
	x86_set_flag(t, X86_A, zero);
	/* It raises exceptions also if nobody reads the flags. */
	if (!(t->live & (FLAG(C) | FLAG(Z) | FLAG(P))))
		fcmp(t, IR_I8, IR_F_ULT | signal, a, b);
	return true;
}

/* By the immediate: EQ, LT, LE, UNORD, NEQ, NLT, NLE, ORD. */
static unsigned int predicate(const struct x86 *t)
{
	static const uint8_t conds[] = {
		IR_F_OEQ, IR_F_OLT | IR_FCOND_SIGNAL, IR_F_OLE | IR_FCOND_SIGNAL, IR_F_UNO,
		IR_F_UNE, IR_F_UGE | IR_FCOND_SIGNAL, IR_F_UGT | IR_FCOND_SIGNAL, IR_F_ORD,
	};

	return conds[t->i->imm & 7];
}

bool x86_mask_vector(struct x86 *t)
{
	uint32_t b = x86_get(t, 1);

	x86_set(t, 0, x86_vec(t, IR_vfcmp, t->i->line->arg, predicate(t), x86_get(t, 0), b, IR_NONE));
	return true;
}

bool x86_mask_scalar(struct x86 *t)
{
	unsigned int lane = t->i->line->arg, type = lane == IR_F32X4 ? IR_I32 : IR_I64;
	uint32_t b = x86_scalar(t, 1, lane), a = x86_extract(t, lane, x86_get(t, 0), 0);
	uint32_t holds = fcmp(t, type, predicate(t), a, b);

	set_scalar(t, lane == IR_F32X4 ? IR_I32X4 : IR_I64X2, x86_op1(t, IR_neg, type, holds));
	return true;
}

bool x86_from_integer(struct x86 *t)
{
	unsigned int lane = t->i->line->arg;

	set_scalar(t, lane, x86_op1(t, IR_si2f, x86_lane_type(lane), x86_get(t, 1)));
	return true;
}

static uint32_t to_int(const struct x86 *t, unsigned int type, unsigned int round, uint32_t value)
{
	return x86_emit(t, (struct ir_insn){ .op = IR_f2si, .type = (uint8_t)type,
					     .aux2 = (uint8_t)(round | IR_SATIND << IR_SAT_SHIFT),
					     .a = value, .b = IR_NONE, .c = IR_NONE });
}

/* arg: lanes, and at bit 8 how to round. */
bool x86_to_integer(struct x86 *t)
{
	uint32_t value = x86_scalar(t, 1, t->i->line->arg & 255);

	x86_set(t, 0, to_int(t, x86_operand_type(t, 0), t->i->line->arg >> 8, value));
	return true;
}

bool x86_widen_floats(struct x86 *t)
{
	uint32_t value = x86_low(t, 1, IR_I64X2);

	x86_set(t, 0, x86_vec(t, IR_vfcvtl, 0, X86_NAN, value, IR_NONE, IR_NONE));
	return true;
}

bool x86_narrow_floats(struct x86 *t)
{
	x86_set(t, 0, x86_vec(t, IR_vfcvtn, 0, X86_NAN, x86_get(t, 1), IR_NONE, IR_NONE));
	return true;
}

/* arg: lanes of the result. */
bool x86_convert_scalar(struct x86 *t)
{
	unsigned int to = t->i->line->arg, from = to == IR_F32X4 ? IR_F64X2 : IR_F32X4;
	uint32_t value = x86_scalar(t, 1, from);

	value = x86_emit(t, (struct ir_insn){ .op = IR_fcvt, .type = (uint8_t)x86_lane_type(to),
					      .aux2 = X86_NAN, .a = value, .b = IR_NONE,
					      .c = IR_NONE });
	set_scalar(t, to, value);
	return true;
}

bool x86_vector_from_ints(struct x86 *t)
{
	x86_set(t, 0, x86_vec(t, IR_vsi2f, IR_F32X4, 0, x86_get(t, 1), IR_NONE, IR_NONE));
	return true;
}

/* arg: how to round. */
bool x86_vector_to_ints(struct x86 *t)
{
	x86_set(t, 0, x86_vec(t, IR_vf2si, IR_F32X4,
			      t->i->line->arg | IR_SATIND << IR_SAT_SHIFT, x86_get(t, 1), IR_NONE,
			      IR_NONE));
	return true;
}

bool x86_doubles_from_ints(struct x86 *t)
{
	uint32_t value = x86_low(t, 1, IR_I64X2), part[2];
	unsigned int k;

	for (k = 0; k < 2; k++)
		part[k] = x86_op1(t, IR_si2f, IR_F64, x86_extract(t, IR_I32X4, value, k));
	value = x86_move0(t, IR_F64X2, part[0]);
	x86_set(t, 0, x86_insert(t, IR_F64X2, value, 1, part[1]));
	return true;
}

/* The first two lanes of a vector, as words; above them zeros. */
static bool two_to_ints(struct x86 *t, unsigned int lane, uint32_t value)
{
	uint32_t part[2];
	unsigned int k;

	for (k = 0; k < 2; k++)
		part[k] = to_int(t, IR_I32, t->i->line->arg, x86_extract(t, lane, value, k));
	value = x86_move0(t, IR_I32X4, part[0]);
	x86_set(t, 0, x86_insert(t, IR_I32X4, value, 1, part[1]));
	return true;
}

bool x86_doubles_to_ints(struct x86 *t)
{
	return two_to_ints(t, IR_F64X2, x86_get(t, 1));
}

/* CVTPS2PI, CVTTPS2PI; arg: how to round. */
bool x86_mmx_to_ints(struct x86 *t)
{
	return two_to_ints(t, IR_F32X4, x86_low(t, 1, IR_I64X2));
}

/* CVTPI2PS: the upper half stays. */
bool x86_mmx_from_ints(struct x86 *t)
{
	uint32_t value = x86_get(t, 1), result = x86_get(t, 0), part;
	unsigned int k;

	for (k = 0; k < 2; k++) {
		part = x86_op1(t, IR_si2f, IR_F32, x86_extract(t, IR_I32X4, value, k));
		result = x86_insert(t, IR_F32X4, result, k, part);
	}
	x86_set(t, 0, result);
	return true;
}

/* MXCSR. Source: Intel SDM, volume 1, 10.2.3. */
#define MASKS	  0x1f80u
#define ROUND_BIT 13

/* Exceptions: bit in MXCSR, bit in the environment. */
static const struct {
	uint8_t mxcsr, ir;
} exceptions[] = { { 0, 4 }, { 2, 3 }, { 3, 2 }, { 4, 1 }, { 5, 0 } };

static uint32_t environment(const struct x86 *t, unsigned int op)
{
	return x86_emit(t, (struct ir_insn){ .op = (uint8_t)op, .type = IR_I32, .a = IR_NONE,
					     .b = IR_NONE, .c = IR_NONE });
}

static void set_environment(const struct x86 *t, unsigned int op, uint32_t value)
{
	x86_emit(t, (struct ir_insn){ .op = (uint8_t)op, .a = value, .b = IR_NONE, .c = IR_NONE });
}

/* Both number nearest 0; down, up, zero are 1, 2, 3 here and 2, 3, 1 there. */
static uint32_t recode(const struct x86 *t, uint32_t mode, unsigned int table)
{
	uint32_t shift = x86_opi(t, IR_shl, IR_I32, mode, 1);

	return x86_opi(t, IR_and, IR_I32,
		       x86_op2(t, IR_shr, IR_I32, x86_const(t, IR_I32, table), shift), 3);
}

#define TO_IR	(0u | 2u << 2 | 3u << 4 | 1u << 6)
#define FROM_IR (0u | 3u << 2 | 1u << 4 | 2u << 6)

uint32_t x86_mxcsr(const struct x86 *t)
{
	uint32_t mode = recode(t, environment(t, IR_get_rm), FROM_IR);
	uint32_t flags = environment(t, IR_get_fpflags), value, bit;
	unsigned int k;

	value = x86_opi(t, IR_or, IR_I32, x86_opi(t, IR_shl, IR_I32, mode, ROUND_BIT), MASKS);
	for (k = 0; k < VMB_ARRAY_SIZE(exceptions); k++) {
		bit = x86_bits(t, IR_I32, flags, exceptions[k].ir, 1);
		bit = x86_opi(t, IR_shl, IR_I32, bit, exceptions[k].mxcsr);
		value = x86_op2(t, IR_or, IR_I32, value, bit);
	}
	return value;
}

bool x86_stmxcsr(struct x86 *t)
{
	x86_set(t, 0, x86_mxcsr(t));
	return true;
}

/* Unmasked exceptions, FTZ and DAZ are not supported: a value that asks for them is illegal. */
void x86_set_mxcsr(const struct x86 *t, uint32_t value)
{
	uint32_t flags, bit, odd;
	uint32_t illegal = ir_new_block(t->build), next = ir_new_block(t->build);
	struct x86_test test;
	unsigned int k;

	odd = x86_opi(t, IR_and, IR_I32, x86_opi(t, IR_xor, IR_I32, value, MASKS), 0xffff9fc0);
	test = (struct x86_test){ IR_NE, odd, x86_const(t, IR_I32, 0) };
	x86_branch_blocks(t, &test, illegal, next);
	ir_start_block(t->build, illegal);
	x86_emit(t, (struct ir_insn){ .op = IR_trap, .aux = IR_TRAP_ILLEGAL, .a = IR_NONE,
				      .b = IR_NONE, .c = IR_NONE, .imm = t->pc });
	x86_begin(t, next);
	flags = x86_const(t, IR_I32, 0);
	for (k = 0; k < VMB_ARRAY_SIZE(exceptions); k++) {
		bit = x86_bits(t, IR_I32, value, exceptions[k].mxcsr, 1);
		bit = x86_opi(t, IR_shl, IR_I32, bit, exceptions[k].ir);
		flags = x86_op2(t, IR_or, IR_I32, flags, bit);
	}
	set_environment(t, IR_set_fpflags, flags);
	set_environment(t, IR_set_rm, recode(t, x86_bits(t, IR_I32, value, ROUND_BIT, 2), TO_IR));
}

bool x86_ldmxcsr(struct x86 *t)
{
	x86_set_mxcsr(t, x86_get(t, 0));
	return true;
}
