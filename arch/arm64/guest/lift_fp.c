// SPDX-License-Identifier: MIT
/*
 * Scalar floating point. Source: Arm ARM (DDI 0487), C4.1, "Data Processing -- Scalar Floating-Point
 * and Advanced SIMD"; the meaning of each operation: the pseudocode of A1.5 and J1.
 *
 * ftype (bits 23..22) is 0 for single, 1 for double; half precision is not supported.
 */
#include "arch/arm64/guest/insns.h"

static bool fp_type(const struct a64 *t, unsigned int *type)
{
	*type = a64_bit(t, 22) ? IR_F64 : IR_F32;
	return !a64_bit(t, 23);
}

static uint32_t with_attr(const struct a64 *t, unsigned int op, unsigned int type, unsigned int attr,
			  uint32_t a, uint32_t b)
{
	return a64_emit(t, (struct ir_insn){ .op = (uint8_t)op, .type = (uint8_t)type,
					     .aux2 = (uint8_t)attr, .a = a, .b = b, .c = IR_NONE });
}

/* An operation on Rn and Rm. */
bool a64_fp2(const struct a64 *t)
{
	unsigned int type;

	if (!fp_type(t, &type))
		return false;
	a64_set_f(t, type, a64_rd(t), with_attr(t, t->arg, type, A64_NAN, a64_f(t, type, a64_rn(t)),
						a64_f(t, type, a64_rm(t))));
	return true;
}

bool a64_fnmul(const struct a64 *t)
{
	unsigned int type;
	uint32_t product;

	if (!fp_type(t, &type))
		return false;
	product = with_attr(t, IR_fmul, type, A64_NAN, a64_f(t, type, a64_rn(t)),
			    a64_f(t, type, a64_rm(t)));
	a64_set_f(t, type, a64_rd(t), a64_op1(t, IR_fneg, type, product));
	return true;
}

/* An operation on Rn; arg: the instruction, and 1 << 8 if it takes a NaN rule. */
bool a64_fp1(const struct a64 *t)
{
	unsigned int type;

	if (!fp_type(t, &type))
		return false;
	a64_set_f(t, type, a64_rd(t), with_attr(t, t->arg & 0xff, type, t->arg >> 8 ? A64_NAN : 0,
						a64_f(t, type, a64_rn(t)), IR_NONE));
	return true;
}

/* FMOV between registers. */
bool a64_fmov(const struct a64 *t)
{
	unsigned int type;

	if (!fp_type(t, &type))
		return false;
	a64_set_f(t, type, a64_rd(t), a64_f(t, type, a64_rn(t)));
	return true;
}

/* FMADD and its kin; arg: 1 negates the product, 2 the addend. */
bool a64_fp3(const struct a64 *t)
{
	unsigned int type;
	uint32_t n, a;

	if (!fp_type(t, &type))
		return false;
	n = a64_f(t, type, a64_rn(t));
	if (t->arg & 1)
		n = a64_op1(t, IR_fneg, type, n);
	a = a64_f(t, type, a64_ra(t));
	if (t->arg & 2)
		a = a64_op1(t, IR_fneg, type, a);
	a64_set_f(t, type, a64_rd(t),
		  a64_emit(t, (struct ir_insn){ .op = IR_ffma, .type = (uint8_t)type,
						.aux2 = A64_NAN, .a = n,
						.b = a64_f(t, type, a64_rm(t)), .c = a }));
	return true;
}

uint64_t a64_fp_imm(unsigned int type, unsigned int imm8)
{
	uint64_t sign = imm8 >> 7, exponent = imm8 >> 6 & 1, rest = imm8 & 0x3f;

	if (type == IR_F32)
		return sign << 31 | (exponent ? UINT64_C(0x1f) << 25 : UINT64_C(1) << 30) | rest << 19;
	return sign << 63 | (exponent ? UINT64_C(0xff) << 54 : UINT64_C(1) << 62) | rest << 48;
}

bool a64_fmov_imm(const struct a64 *t)
{
	unsigned int type;

	if (!fp_type(t, &type))
		return false;
	a64_set_f(t, type, a64_rd(t), a64_const(t, type, a64_fp_imm(type, a64_bits(t, 13, 8))));
	return true;
}

/* Between single and double; opc (bits 16..15) is the target's ftype. */
bool a64_fcvt(const struct a64 *t)
{
	unsigned int from, to = a64_bit(t, 15) ? IR_F64 : IR_F32;

	if (!fp_type(t, &from) || a64_bit(t, 16) || from == to)
		return false;
	a64_set_f(t, to, a64_rd(t), with_attr(t, IR_fcvt, to, A64_NAN, a64_f(t, from, a64_rn(t)),
					      IR_NONE));
	return true;
}

/* FRINT*; arg: enum ir_round. */
bool a64_frint(const struct a64 *t)
{
	unsigned int type;

	if (!fp_type(t, &type))
		return false;
	a64_set_f(t, type, a64_rd(t), with_attr(t, IR_fround, type, t->arg | A64_NAN,
						a64_f(t, type, a64_rn(t)), IR_NONE));
	return true;
}

void a64_raise_inexact(const struct a64 *t, uint32_t inexact)
{
	uint32_t flags = a64_emit(t, (struct ir_insn){ .op = IR_get_fpflags, .type = IR_I32,
						       .a = IR_NONE, .b = IR_NONE, .c = IR_NONE });

	flags = a64_op2(t, IR_or, IR_I32, flags, inexact);
	a64_emit(t, (struct ir_insn){ .op = IR_set_fpflags, .a = flags, .b = IR_NONE,
				      .c = IR_NONE });
}

/* FRINTX: inexact if the result differs. */
bool a64_frintx(const struct a64 *t)
{
	unsigned int type;
	uint32_t value, result;

	if (!fp_type(t, &type))
		return false;
	value = a64_f(t, type, a64_rn(t));
	result = with_attr(t, IR_fround, type, IR_DYN | A64_NAN, value, IR_NONE);
	a64_raise_inexact(t, a64_emit(t, (struct ir_insn){ .op = IR_fcmp, .type = IR_I32,
							   .aux = IR_F_ONE, .a = value, .b = result,
							   .c = IR_NONE }));
	a64_set_f(t, type, a64_rd(t), result);
	return true;
}

static uint32_t compare(const struct a64 *t, unsigned int cond, uint32_t a, uint32_t b)
{
	return a64_emit(t, (struct ir_insn){ .op = IR_fcmp, .type = IR_I8, .aux = (uint8_t)cond,
					     .a = a, .b = b, .c = IR_NONE });
}

/* a64_test() relies on n: its operands are those of the comparison. */
static struct a64_flags flags_fcmp(const struct a64 *t, uint32_t a, uint32_t b, unsigned int signal)
{
	return (struct a64_flags){
		.n = compare(t, IR_F_OLT | signal, a, b),
		.z = compare(t, IR_F_OEQ, a, b),
		.c = compare(t, IR_F_UGE, a, b),
		.v = compare(t, IR_F_UNO, a, b),
	};
}

/* FCMP and FCMPE: bit 4 of the word signals, bit 3 compares with zero. */
bool a64_fcmp(const struct a64 *t)
{
	struct a64_flags f;
	unsigned int type;
	uint32_t m;

	if (!fp_type(t, &type))
		return false;
	m = a64_bit(t, 3) ? a64_const(t, type, 0) : a64_f(t, type, a64_rm(t));
	f = flags_fcmp(t, a64_f(t, type, a64_rn(t)), m, a64_bit(t, 4) ? IR_FCOND_SIGNAL : 0);
	a64_set_flags(t, &f);
	return true;
}

/* If the condition does not hold there is no comparison: two zeros raise nothing. */
bool a64_fccmp(const struct a64 *t)
{
	struct a64_flags yes, no;
	uint32_t holds, zero, n, m;
	unsigned int type;

	if (!fp_type(t, &type))
		return false;
	holds = a64_holds(t, a64_bits(t, 12, 4));
	zero = a64_const(t, type, 0);
	n = a64_select(t, type, holds, a64_f(t, type, a64_rn(t)), zero);
	m = a64_select(t, type, holds, a64_f(t, type, a64_rm(t)), zero);
	yes = flags_fcmp(t, n, m, a64_bit(t, 4) ? IR_FCOND_SIGNAL : 0);
	no = a64_flags_const(t, a64_bits(t, 0, 4));
	a64_set_flags_if(t, holds, &yes, &no);
	return true;
}

bool a64_fcsel(const struct a64 *t)
{
	unsigned int type;
	uint32_t holds;

	if (!fp_type(t, &type))
		return false;
	holds = a64_holds(t, a64_bits(t, 12, 4));
	a64_set_f(t, type, a64_rd(t), a64_select(t, type, holds, a64_f(t, type, a64_rn(t)),
						 a64_f(t, type, a64_rm(t))));
	return true;
}

/* FCVT<mode>S and FCVT<mode>U; arg: f2si or f2ui, the rounding << 8. */
bool a64_f_to_int(const struct a64 *t)
{
	unsigned int to = a64_type(t), attr = t->arg >> 8 | IR_SAT0 << IR_SAT_SHIFT, from;

	if (!fp_type(t, &from))
		return false;
	a64_set_x(t, to, a64_rd(t), with_attr(t, t->arg & 0xff, to, attr, a64_f(t, from, a64_rn(t)),
					      IR_NONE));
	return true;
}

bool a64_int_to_f(const struct a64 *t)
{
	unsigned int from = a64_type(t), to;

	if (!fp_type(t, &to))
		return false;
	a64_set_f(t, to, a64_rd(t), a64_op1(t, t->arg, to, a64_x(t, from, a64_rn(t))));
	return true;
}

/* 2^@exponent. */
uint64_t a64_power_of_two(unsigned int type, int exponent)
{
	return type == IR_F32 ? (uint64_t)(127 + exponent) << 23 : (uint64_t)(1023 + exponent) << 52;
}

/* Number of fraction bits of a fixed-point operand. */
static bool fraction_bits(const struct a64 *t, unsigned int type, int *bits)
{
	*bits = 64 - (int)a64_bits(t, 10, 6);
	return *bits <= (int)a64_width(type);
}

/* SCVTF and UCVTF of a fixed-point number: scaling by a power of two is exact. */
bool a64_fixed_to_f(const struct a64 *t)
{
	unsigned int from = a64_type(t), to;
	uint32_t value;
	int bits;

	if (!fp_type(t, &to) || !fraction_bits(t, from, &bits))
		return false;
	value = a64_op1(t, t->arg, to, a64_x(t, from, a64_rn(t)));
	value = with_attr(t, IR_fmul, to, 0, value, a64_const(t, to, a64_power_of_two(to, -bits)));
	a64_set_f(t, to, a64_rd(t), value);
	return true;
}

uint32_t a64_scale_quietly(const struct a64 *t, unsigned int op, unsigned int lane,
			   uint32_t value, uint32_t factor)
{
	struct ir_insn get = { .op = IR_get_fpflags, .type = IR_I32, .a = IR_NONE, .b = IR_NONE,
			       .c = IR_NONE };
	uint32_t flags = a64_emit(t, get);
	uint32_t type = op == IR_fmul ? ir_lane_type(lane) : IR_V128;
	uint32_t scaled = a64_emit(t, (struct ir_insn){ .op = (uint8_t)op, .type = (uint8_t)type,
							.aux = op == IR_fmul ? 0 : (uint8_t)lane,
							.a = value, .b = factor, .c = IR_NONE });

	a64_emit(t, (struct ir_insn){ .op = IR_set_fpflags, .a = flags, .b = IR_NONE,
				      .c = IR_NONE });
	return scaled;
}

/*
 * FCVTZS and FCVTZU to fixed point. Scaling up is exact, or gives an infinity where the conversion
 * saturates; its exceptions are not the instruction's. The conversion of any NaN is invalid, so it
 * does not matter that a signalling one becomes quiet.
 */
bool a64_f_to_fixed(const struct a64 *t)
{
	unsigned int to = a64_type(t), from;
	uint32_t value;
	int bits;

	if (!fp_type(t, &from) || !fraction_bits(t, to, &bits))
		return false;
	value = a64_scale_quietly(t, IR_fmul, a64_lane_of(from), a64_f(t, from, a64_rn(t)),
				  a64_const(t, from, a64_power_of_two(from, bits)));
	a64_set_x(t, to, a64_rd(t), with_attr(t, t->arg, to, IR_RTZ | IR_SAT0 << IR_SAT_SHIFT, value,
					      IR_NONE));
	return true;
}

/* FMOV between a general register and a scalar of the same width; arg: 1 to the vector register. */
bool a64_fmov_general(const struct a64 *t)
{
	unsigned int type = a64_type(t);

	if (t->arg)
		a64_set_f(t, type, a64_rd(t), a64_x(t, type, a64_rn(t)));
	else
		a64_set_x(t, type, a64_rd(t), a64_f(t, type, a64_rn(t)));
	return true;
}

/* FMOV between a general register and the upper half of a vector register. */
bool a64_fmov_top(const struct a64 *t)
{
	if (t->arg)
		a64_set_q(t, a64_rd(t), a64_insert(t, IR_I64X2, a64_q(t, a64_rd(t)), 1,
						   a64_x(t, IR_I64, a64_rn(t))));
	else
		a64_set_x(t, IR_I64, a64_rd(t), a64_extract(t, IR_I64X2, a64_q(t, a64_rn(t)), 1));
	return true;
}
