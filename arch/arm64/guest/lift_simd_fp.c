// SPDX-License-Identifier: MIT
/*
 * Advanced SIMD on floats, vectors and the scalars among the SIMD encodings. Source: Arm ARM (DDI
 * 0487), C4.1, "Advanced SIMD three same", "two-register miscellaneous", "across lanes", "vector x
 * indexed element", "shift by immediate", and their scalar forms.
 *
 * Unused lanes hold copies of used ones, so that they raise no exception of their own.
 */
#include "arch/arm64/guest/simd.h"

static uint32_t fp2(const struct a64 *t, unsigned int op, unsigned int lane, uint32_t a, uint32_t b)
{
	return a64_vec(t, op, lane, A64_NAN, a, b, IR_NONE);
}

/* arg: an instruction of the IR. */
bool a64_vf_binary(const struct a64 *t)
{
	struct a64_vec v;
	uint32_t m;

	if (!a64_vec_fp(t, &v) || !a64_in_m(t, &v, true, &m))
		return false;
	a64_out(t, &v, fp2(t, t->arg, v.lane, a64_in_exact(t, &v, a64_rn(t)), m));
	return true;
}

/* FABD. */
bool a64_vf_distance(const struct a64 *t)
{
	struct a64_vec v;
	uint32_t difference;

	if (!a64_vec_fp(t, &v))
		return false;
	difference = fp2(t, IR_vfsub, v.lane, a64_in_exact(t, &v, a64_rn(t)),
			 a64_in_exact(t, &v, a64_rm(t)));
	a64_out(t, &v, a64_v1(t, IR_vfabs, v.lane, difference));
	return true;
}

/* FMLA and FMLS; arg: 1 negates Rn. */
bool a64_vf_multiply_add(const struct a64 *t)
{
	struct a64_vec v;
	uint32_t n, m;

	if (!a64_vec_fp(t, &v) || !a64_in_m(t, &v, true, &m))
		return false;
	n = a64_in_exact(t, &v, a64_rn(t));
	if (t->arg)
		n = a64_v1(t, IR_vfneg, v.lane, n);
	a64_out(t, &v, a64_vec(t, IR_vffma, v.lane, A64_NAN, n, m, a64_in_exact(t, &v, a64_rd(t))));
	return true;
}

/* FMULX: zero by infinity is 2 with the sign of the product, and not invalid. */
bool a64_vf_mulx(const struct a64 *t)
{
	uint32_t n, m, zero, infinity, special, two, sign;
	bool single;
	struct a64_vec v;
	unsigned int ints;

	if (!a64_vec_fp(t, &v) || !a64_in_m(t, &v, true, &m))
		return false;
	n = a64_in_exact(t, &v, a64_rn(t));
	single = v.lane == IR_F32X4;
	ints = single ? IR_I32X4 : IR_I64X2;
	zero = a64_const_v(t, 0, 0);
	infinity = a64_every(t, ints, single ? 0x7f800000 : UINT64_C(0x7ff0000000000000));
	two = a64_every(t, ints, single ? 0x40000000 : UINT64_C(0x4000000000000000));
	/* |n| and |m| are 0 and infinity if their bits together and in common say so. */
	{
		uint32_t a = a64_v1(t, IR_vfabs, v.lane, n), b = a64_v1(t, IR_vfabs, v.lane, m);
		uint32_t both = a64_bitwise(t, IR_vand, a, b), any = a64_bitwise(t, IR_vor, a, b);

		both = a64_vec(t, IR_vcmp, ints, IR_EQ, both, zero, IR_NONE);
		any = a64_vec(t, IR_vcmp, ints, IR_EQ, any, infinity, IR_NONE);
		special = a64_bitwise(t, IR_vand, both, any);
		a = a64_vec(t, IR_vcmp, ints, IR_EQ, a, zero, IR_NONE);
		b = a64_vec(t, IR_vcmp, ints, IR_EQ, b, zero, IR_NONE);
		special = a64_bitwise(t, IR_vand, special, a64_bitwise(t, IR_vor, a, b));
	}
	sign = a64_every(t, ints, UINT64_C(1) << (8 * ir_lane_bytes(ints) - 1));
	sign = a64_bitwise(t, IR_vand, sign, a64_bitwise(t, IR_vxor, n, m));
	/* 2 by 1 there, with both signs. */
	n = a64_vsl(t, special, a64_bitwise(t, IR_vor, two, sign), n);
	m = a64_vsl(t, special, a64_every(t, ints, single ? 0x3f800000 :
					  UINT64_C(0x3ff0000000000000)), m);
	a64_out(t, &v, fp2(t, IR_vfmul, v.lane, n, m));
	return true;
}

/* Pairs of neighbours, of vectors; arg: instruction. */
bool a64_vf_pairwise(const struct a64 *t)
{
	uint32_t even, odd;
	struct a64_vec v;

	if (!a64_vec_fp(t, &v))
		return false;
	a64_neighbours(t, &v, a64_q(t, a64_rn(t)), a64_q(t, a64_rm(t)), &even, &odd);
	a64_out(t, &v, fp2(t, t->arg, v.lane, even, odd));
	return true;
}

/* The two lowest lanes of Rn to a scalar. */
bool a64_sf_pairwise(const struct a64 *t)
{
	uint32_t n, low, high;
	struct a64_vec v;

	if (!a64_vec_fp(t, &v))
		return false;
	n = a64_q(t, a64_rn(t));
	low = a64_splat(t, v.lane, a64_extract(t, v.lane, n, 0));
	high = a64_splat(t, v.lane, a64_extract(t, v.lane, n, 1));
	a64_out(t, &v, fp2(t, t->arg, v.lane, low, high));
	return true;
}

/* FMAXV and its kin, on four singles: halves of halves. */
bool a64_vf_across(const struct a64 *t)
{
	uint32_t n = a64_q(t, a64_rn(t));
	uint32_t even = a64_v2(t, IR_vuzp1, IR_I32X4, n, n), odd = a64_v2(t, IR_vuzp2, IR_I32X4, n, n);
	uint32_t pairs = fp2(t, t->arg, IR_F32X4, even, odd);
	uint32_t low = a64_splat(t, IR_F32X4, a64_extract(t, IR_F32X4, pairs, 0));
	uint32_t high = a64_splat(t, IR_F32X4, a64_extract(t, IR_F32X4, pairs, 1));
	uint32_t result = fp2(t, t->arg, IR_F32X4, low, high);

	a64_set_q(t, a64_rd(t), a64_move0(t, IR_F32X4, a64_extract(t, IR_F32X4, result, 0)));
	return true;
}

/* arg: enum ir_fcond and IR_FCOND_SIGNAL; 1 << 8 compares absolute values, 1 << 9 with zero. */
bool a64_vf_compare(const struct a64 *t)
{
	uint32_t n, m;
	struct a64_vec v;

	if (!a64_vec_fp(t, &v))
		return false;
	n = a64_in_exact(t, &v, a64_rn(t));
	m = t->arg & 1 << 9 ? a64_const_v(t, 0, 0) : a64_in_exact(t, &v, a64_rm(t));
	if (t->arg & 1 << 8) {
		n = a64_v1(t, IR_vfabs, v.lane, n);
		m = a64_v1(t, IR_vfabs, v.lane, m);
	}
	a64_out(t, &v, a64_vec(t, IR_vfcmp, v.lane, t->arg & 0xff, n, m, IR_NONE));
	return true;
}

/* One source; arg: instruction, aux2 << 8. */
bool a64_vf_unary(const struct a64 *t)
{
	struct a64_vec v;

	if (!a64_vec_fp(t, &v))
		return false;
	a64_out(t, &v, a64_vec(t, t->arg & 0xff, v.lane, t->arg >> 8, a64_in_exact(t, &v, a64_rn(t)),
			       IR_NONE, IR_NONE));
	return true;
}

/* FRINTX: inexact if a lane differs. */
bool a64_vf_frintx(const struct a64 *t)
{
	uint32_t value, result, differs;
	struct a64_vec v;

	if (!a64_vec_fp(t, &v))
		return false;
	value = a64_in_exact(t, &v, a64_rn(t));
	result = a64_vec(t, IR_vfround, v.lane, IR_DYN | A64_NAN, value, IR_NONE, IR_NONE);
	differs = a64_vec(t, IR_vfcmp, v.lane, IR_F_ONE, value, result, IR_NONE);
	differs = a64_op2(t, IR_or, IR_I64, a64_extract(t, IR_I64X2, differs, 0),
			  a64_extract(t, IR_I64X2, differs, 1));
	a64_raise_inexact(t, ir_compare(t->build, IR_NE, IR_I32, differs, a64_const(t, IR_I64, 0)));
	a64_out(t, &v, result);
	return true;
}

/* FCVTL, singles to doubles. */
bool a64_vf_fcvtl(const struct a64 *t)
{
	uint32_t value = a64_q(t, a64_rn(t));

	if (a64_is_q(t))
		value = a64_vec_imm(t, IR_vext, 0, 8, value, value);
	a64_set_q(t, a64_rd(t), a64_vec(t, IR_vfcvtl, 0, A64_NAN, value, IR_NONE, IR_NONE));
	return true;
}

/* FCVTN, doubles to singles. */
bool a64_vf_fcvtn(const struct a64 *t)
{
	a64_out_narrow(t, a64_vec(t, IR_vfcvtn, 0, A64_NAN, a64_q(t, a64_rn(t)), IR_NONE, IR_NONE));
	return true;
}

/* Fixed point, by immh:immb. */
static bool fixed(const struct a64 *t, struct a64_vec *v, int *bits)
{
	unsigned int immh = a64_bits(t, 19, 4);

	v->lane = immh & 8 ? IR_F64X2 : IR_F32X4;
	v->form = a64_bit(t, 28) ? A64_SCALAR : a64_is_q(t) ? A64_FULL : A64_HALF;
	*bits = (immh & 8 ? 128 : 64) - (int)a64_bits(t, 16, 7);
	return immh & 12 && (v->lane != IR_F64X2 || v->form != A64_HALF);
}

static uint32_t power(const struct a64 *t, unsigned int lane, int exponent)
{
	return a64_every(t, lane, a64_power_of_two(ir_lane_type(lane), exponent));
}

/* SCVTF and UCVTF of fixed point: scaling by a power of two is exact. */
bool a64_vf_from_fixed(const struct a64 *t)
{
	struct a64_vec v;
	uint32_t value;
	int bits;

	if (!fixed(t, &v, &bits))
		return false;
	value = a64_v1(t, t->arg, v.lane, a64_in_exact(t, &v, a64_rn(t)));
	a64_out(t, &v, a64_v2(t, IR_vfmul, v.lane, value, power(t, v.lane, -bits)));
	return true;
}

/* FCVTZS and FCVTZU to fixed point: as the scalars do. */
bool a64_vf_to_fixed(const struct a64 *t)
{
	struct a64_vec v;
	uint32_t value;
	int bits;

	if (!fixed(t, &v, &bits))
		return false;
	value = a64_scale_quietly(t, IR_vfmul, v.lane, a64_in_exact(t, &v, a64_rn(t)),
				  power(t, v.lane, bits));
	a64_out(t, &v, a64_vec(t, t->arg, v.lane, IR_RTZ | IR_SAT0 << IR_SAT_SHIFT, value, IR_NONE,
			       IR_NONE));
	return true;
}
