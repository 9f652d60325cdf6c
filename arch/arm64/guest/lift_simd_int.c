// SPDX-License-Identifier: MIT
/*
 * Advanced SIMD on integers: three registers of one arrangement. Source: Arm ARM (DDI 0487), C4.1,
 * "Advanced SIMD three same", "Advanced SIMD vector x indexed element", and their scalar forms.
 */
#include "arch/arm64/guest/simd.h"

/* arg: an instruction of the IR, the greatest size << 8. */
bool a64_v_binary(const struct a64 *t)
{
	struct a64_vec v;
	uint32_t m;

	if (!a64_vec_int(t, t->arg >> 8, &v) || !a64_in_m(t, &v, false, &m))
		return false;
	a64_out(t, &v, a64_v2(t, t->arg & 0xff, v.lane, a64_in(t, &v, a64_rn(t)), m));
	return true;
}

/*
 * On pairs of neighbours. Of one register with itself those of bytes and words are computed where the
 * first of each pair is, as string functions do to look whether any byte is set.
 */
bool a64_v_pairwise(const struct a64 *t)
{
	uint32_t even, odd;
	struct a64_vec v;

	if (!a64_vec_int(t, t->arg >> 8, &v))
		return false;
	if (v.lane < IR_I32X4 && v.form != A64_HALF && a64_rn(t) == a64_rm(t)) {
		even = a64_in(t, &v, a64_rn(t));
		odd = a64_vec_imm(t, IR_vshri, v.lane + 1, 8 * ir_lane_bytes(v.lane), even,
				  IR_NONE);
		even = a64_v2(t, t->arg & 0xff, v.lane, even, odd);
		a64_out(t, &v, a64_v2(t, IR_vuzp1, v.lane, even, even));
		return true;
	}
	a64_neighbours(t, &v, a64_in(t, &v, a64_rn(t)), a64_in(t, &v, a64_rm(t)), &even, &odd);
	a64_out(t, &v, a64_v2(t, t->arg & 0xff, v.lane, even, odd));
	return true;
}

/* arg: enum ir_cond. */
bool a64_v_compare(const struct a64 *t)
{
	struct a64_vec v;

	if (!a64_vec_int(t, 3, &v))
		return false;
	a64_out(t, &v, a64_vec(t, IR_vcmp, v.lane, t->arg, a64_in(t, &v, a64_rn(t)),
			       a64_in(t, &v, a64_rm(t)), IR_NONE));
	return true;
}

/* MLA and MLS; arg: vadd or vsub. */
bool a64_v_multiply_add(const struct a64 *t)
{
	uint32_t m, product;
	struct a64_vec v;

	if (!a64_vec_int(t, 2, &v) || !a64_in_m(t, &v, false, &m))
		return false;
	product = a64_v2(t, IR_vmul, v.lane, a64_in(t, &v, a64_rn(t)), m);
	a64_out(t, &v, a64_v2(t, t->arg, v.lane, a64_in(t, &v, a64_rd(t)), product));
	return true;
}

/* arg: instruction that saturates, the one that wraps << 8. */
bool a64_v_saturate(const struct a64 *t)
{
	uint32_t n, m, result, wrapped;
	struct a64_vec v;

	if (!a64_vec_int(t, 3, &v))
		return false;
	n = a64_in_exact(t, &v, a64_rn(t));
	m = a64_in_exact(t, &v, a64_rm(t));
	result = a64_v2(t, t->arg & 0xff, v.lane, n, m);
	wrapped = a64_v2(t, t->arg >> 8, v.lane, n, m);
	a64_saturated(t, a64_bitwise(t, IR_vxor, result, wrapped));
	a64_out(t, &v, result);
	return true;
}

/* The halves of the bits that differ; arg: vsari or vshri. */
static uint32_t half_difference(const struct a64 *t, unsigned int lane, uint32_t n, uint32_t m)
{
	return a64_vec_imm(t, t->arg, lane, 1, a64_bitwise(t, IR_vxor, n, m), IR_NONE);
}

/* SHADD and UHADD: what both have, and half of what one has. */
bool a64_v_halving_add(const struct a64 *t)
{
	struct a64_vec v;
	uint32_t n, m;

	if (!a64_vec_int(t, 2, &v))
		return false;
	n = a64_in(t, &v, a64_rn(t));
	m = a64_in(t, &v, a64_rm(t));
	a64_out(t, &v, a64_v2(t, IR_vadd, v.lane, a64_bitwise(t, IR_vand, n, m),
			      half_difference(t, v.lane, n, m)));
	return true;
}

/* SRHADD and URHADD: what one has at least, less half of what the other lacks. */
bool a64_v_rounding_halving_add(const struct a64 *t)
{
	struct a64_vec v;
	uint32_t n, m;

	if (!a64_vec_int(t, 2, &v))
		return false;
	n = a64_in(t, &v, a64_rn(t));
	m = a64_in(t, &v, a64_rm(t));
	a64_out(t, &v, a64_v2(t, IR_vsub, v.lane, a64_bitwise(t, IR_vor, n, m),
			      half_difference(t, v.lane, n, m)));
	return true;
}

/* SHSUB and UHSUB: half the difference, less what only the second has. */
bool a64_v_halving_sub(const struct a64 *t)
{
	struct a64_vec v;
	uint32_t n, m;

	if (!a64_vec_int(t, 2, &v))
		return false;
	n = a64_in(t, &v, a64_rn(t));
	m = a64_in(t, &v, a64_rm(t));
	a64_out(t, &v, a64_v2(t, IR_vsub, v.lane, half_difference(t, v.lane, n, m),
			      a64_bitwise(t, IR_vandn, m, n)));
	return true;
}

/* |n - m| as an unsigned number. */
static uint32_t distance(const struct a64 *t, bool is_unsigned, unsigned int lane, uint32_t n,
			 uint32_t m)
{
	uint32_t greater = a64_v2(t, is_unsigned ? IR_vumax : IR_vsmax, lane, n, m);
	uint32_t less = a64_v2(t, is_unsigned ? IR_vumin : IR_vsmin, lane, n, m);

	return a64_v2(t, IR_vsub, lane, greater, less);
}

/* SABD, UABD, SABA, UABA; arg: 1 accumulates. */
bool a64_v_distance(const struct a64 *t)
{
	uint32_t result;
	struct a64_vec v;

	if (!a64_vec_int(t, 2, &v))
		return false;
	result = distance(t, a64_bit(t, 29), v.lane, a64_in(t, &v, a64_rn(t)),
			  a64_in(t, &v, a64_rm(t)));
	if (t->arg)
		result = a64_v2(t, IR_vadd, v.lane, a64_in(t, &v, a64_rd(t)), result);
	a64_out(t, &v, result);
	return true;
}

/* Counts of a shift by register: the lowest byte of each lane, signed. */
struct counts {
	uint32_t left, right, is_right;
};

static struct counts counts(const struct a64 *t, unsigned int lane, uint32_t m)
{
	unsigned int above = 8 * ir_lane_bytes(lane) - 8;
	struct counts c;

	if (above) {
		m = a64_vec_imm(t, IR_vshli, lane, above, m, IR_NONE);
		m = a64_vec_imm(t, IR_vsari, lane, above, m, IR_NONE);
	}
	c.left = m;
	c.right = a64_v1(t, IR_vneg, lane, m);
	c.is_right = a64_vec(t, IR_vcmp, lane, IR_SLT, m, a64_const_v(t, 0, 0), IR_NONE);
	return c;
}

/* The right shift of those that are shifted by register; arg: vsar or vshr, 1 << 8 rounds. */
static uint32_t shifted_right(const struct a64 *t, unsigned int lane, uint32_t n,
			      const struct counts *by)
{
	unsigned int op = t->arg & 0xff;
	uint32_t result = a64_v2(t, op, lane, n, by->right), one, half;

	if (!(t->arg & 1 << 8))
		return result;
	one = a64_every(t, lane, 1);
	half = a64_v2(t, op, lane, n, a64_v2(t, IR_vsub, lane, by->right, one));
	return a64_v2(t, IR_vadd, lane, result, a64_bitwise(t, IR_vand, half, one));
}

/* SSHL, USHL, SRSHL, URSHL. */
bool a64_v_shift(const struct a64 *t)
{
	uint32_t n, left, right;
	struct counts by;
	struct a64_vec v;

	if (!a64_vec_int(t, 3, &v))
		return false;
	n = a64_in(t, &v, a64_rn(t));
	by = counts(t, v.lane, a64_in(t, &v, a64_rm(t)));
	left = a64_v2(t, IR_vshl, v.lane, n, by.left);
	right = shifted_right(t, v.lane, n, &by);
	a64_out(t, &v, a64_vsl(t, by.is_right, right, left));
	return true;
}

/* SQSHL, UQSHL, SQRSHL, UQRSHL: what does not come back from the left is replaced by a limit. */
bool a64_v_shift_saturating(const struct a64 *t)
{
	bool is_signed = (t->arg & 0xff) == IR_vsar;
	uint32_t n, left, fits, limit;
	unsigned int bits;
	struct counts by;
	struct a64_vec v;

	if (!a64_vec_int(t, 3, &v))
		return false;
	bits = 8 * ir_lane_bytes(v.lane);
	n = a64_in_exact(t, &v, a64_rn(t));
	by = counts(t, v.lane, a64_in_exact(t, &v, a64_rm(t)));
	left = a64_v2(t, IR_vshl, v.lane, n, by.left);
	fits = a64_v2(t, t->arg & 0xff, v.lane, left, by.left);
	fits = a64_vec(t, IR_vcmp, v.lane, IR_EQ, fits, n, IR_NONE);
	limit = a64_every(t, v.lane, ~UINT64_C(0) >> (64 - bits + is_signed));
	if (is_signed)
		limit = a64_bitwise(t, IR_vxor, limit,
				    a64_vec_imm(t, IR_vsari, v.lane, bits - 1, n, IR_NONE));
	a64_saturated(t, a64_v1(t, IR_vnot, 0, a64_bitwise(t, IR_vor, fits, by.is_right)));
	left = a64_vsl(t, fits, left, limit);
	a64_out(t, &v, a64_vsl(t, by.is_right, shifted_right(t, v.lane, n, &by), left));
	return true;
}

/*
 * SQDMULH and SQRDMULH: the upper half of the doubled product, of which the rounded one adds half of
 * the last place. Only the product of the least numbers does not fit, and gives just the sign bit.
 */
bool a64_v_double_high(const struct a64 *t)
{
	uint32_t n, m, high, low, half, carry, least;
	unsigned int bits;
	struct a64_vec v;

	if (!a64_vec_int(t, 2, &v) || v.lane == IR_I8X16 || !a64_in_m(t, &v, true, &m))
		return false;
	bits = 8 * ir_lane_bytes(v.lane);
	n = a64_in_exact(t, &v, a64_rn(t));
	high = a64_v2(t, IR_vmulhs, v.lane, n, m);
	low = a64_v2(t, IR_vmul, v.lane, n, m);
	if (t->arg) {
		half = a64_every(t, v.lane, UINT64_C(1) << (bits - 2));
		low = a64_v2(t, IR_vadd, v.lane, low, half);
		carry = a64_vec(t, IR_vcmp, v.lane, IR_ULT, low, half, IR_NONE);
		high = a64_v2(t, IR_vsub, v.lane, high, carry);
	}
	high = a64_vec_imm(t, IR_vshli, v.lane, 1, high, IR_NONE);
	low = a64_vec_imm(t, IR_vshri, v.lane, bits - 1, low, IR_NONE);
	high = a64_bitwise(t, IR_vor, high, low);
	least = a64_every(t, v.lane, UINT64_C(1) << (bits - 1));
	least = a64_vec(t, IR_vcmp, v.lane, IR_EQ, high, least, IR_NONE);
	a64_saturated(t, least);
	a64_out(t, &v, a64_bitwise(t, IR_vxor, high, least));
	return true;
}

/* arg: vand, vandn, vor or vxor; 1 << 8 inverts the second operand. */
bool a64_v_logic(const struct a64 *t)
{
	struct a64_vec v = { IR_I8X16, a64_is_q(t) ? A64_FULL : A64_HALF };
	uint32_t n = a64_q(t, a64_rn(t)), m = a64_q(t, a64_rm(t));

	if (t->arg >> 8)
		m = a64_v1(t, IR_vnot, 0, m);
	a64_out(t, &v, a64_bitwise(t, t->arg & 0xff, n, m));
	return true;
}

/* BSL, BIT, BIF: arg 0: Rd chooses; 1: Rm, bits of Rn where it is set; 2: where it is not. */
bool a64_v_choose(const struct a64 *t)
{
	struct a64_vec v = { IR_I8X16, a64_is_q(t) ? A64_FULL : A64_HALF };
	uint32_t d = a64_q(t, a64_rd(t)), n = a64_q(t, a64_rn(t)), m = a64_q(t, a64_rm(t));

	if (t->arg == 0)
		d = a64_vsl(t, d, n, m);
	else if (t->arg == 1)
		d = a64_vsl(t, m, n, d);
	else
		d = a64_vsl(t, m, d, n);
	a64_out(t, &v, d);
	return true;
}

/* Products of polynomials over {0, 1}: for each bit of m, n shifted. */
static uint32_t polynomial_product(const struct a64 *t, unsigned int lane, uint32_t n, uint32_t m)
{
	uint32_t zero = a64_const_v(t, 0, 0), sum = zero, bit, shifted;
	unsigned int i;

	for (i = 0; i < 8; i++) {
		bit = a64_vec(t, IR_vcmp, lane, IR_TST, m, a64_every(t, lane, 1u << i), IR_NONE);
		shifted = i ? a64_vec_imm(t, IR_vshli, lane, i, n, IR_NONE) : n;
		sum = a64_bitwise(t, IR_vxor, sum, a64_bitwise(t, IR_vand, bit, shifted));
	}
	return sum;
}

bool a64_v_pmul(const struct a64 *t)
{
	struct a64_vec v;

	if (!a64_vec_int(t, 0, &v))
		return false;
	a64_out(t, &v, polynomial_product(t, v.lane, a64_in(t, &v, a64_rn(t)),
					  a64_in(t, &v, a64_rm(t))));
	return true;
}

/* Three different: the second half of narrow operands is chosen by Q. */

static_assert(IR_vuxth == IR_vuxtl + 1 && IR_vsxth == IR_vsxtl + 1, "low, high");
static_assert(IR_vumulh2 == IR_vumull + 1 && IR_vsmulh2 == IR_vsmull + 1, "low, high");

/* Which half: scalars are in the low one. */
static unsigned int high_half(const struct a64 *t)
{
	return a64_is_q(t) && !a64_bit(t, 28);
}

static uint32_t lengthen(const struct a64 *t, unsigned int lane, uint32_t value)
{
	return a64_v1(t, (a64_bit(t, 29) ? IR_vuxtl : IR_vsxtl) + high_half(t), lane, value);
}

static bool long_form(const struct a64 *t, struct a64_vec *v)
{
	v->lane = IR_I8X16 + a64_bits(t, 22, 2);
	v->form = a64_bit(t, 28) ? A64_SCALAR : A64_FULL;
	return v->lane < IR_I64X2;
}

/* SADDL, SSUBL, SADDW, SSUBW and their unsigned kin; arg: vadd or vsub, 1 << 8 if Rn is wide. */
bool a64_v_add_long(const struct a64 *t)
{
	struct a64_vec v;
	uint32_t n;

	if (!long_form(t, &v))
		return false;
	n = a64_q(t, a64_rn(t));
	if (!(t->arg >> 8))
		n = lengthen(t, v.lane, n);
	a64_set_q(t, a64_rd(t), a64_v2(t, t->arg & 0xff, v.lane + 1, n,
				       lengthen(t, v.lane, a64_q(t, a64_rm(t)))));
	return true;
}

/* ADDHN, SUBHN and rounding: the upper halves of the sums; arg: vadd or vsub, 1 << 8 rounds. */
bool a64_v_add_high(const struct a64 *t)
{
	unsigned int bits;
	struct a64_vec v;
	uint32_t sum;

	if (!long_form(t, &v))
		return false;
	bits = 8 * ir_lane_bytes(v.lane);
	sum = a64_v2(t, t->arg & 0xff, v.lane + 1, a64_q(t, a64_rn(t)), a64_q(t, a64_rm(t)));
	if (t->arg >> 8)
		sum = a64_v2(t, IR_vadd, v.lane + 1, sum,
			     a64_every(t, v.lane + 1, UINT64_C(1) << (bits - 1)));
	sum = a64_vec_imm(t, IR_vshri, v.lane + 1, bits, sum, IR_NONE);
	a64_out_narrow(t, a64_v2(t, IR_vnarrow, v.lane + 1, sum, sum));
	return true;
}

/* SABDL, UABDL, SABAL, UABAL; arg: 1 accumulates. */
bool a64_v_distance_long(const struct a64 *t)
{
	struct a64_vec v;
	uint32_t result;

	if (!long_form(t, &v))
		return false;
	result = distance(t, a64_bit(t, 29), v.lane, a64_q(t, a64_rn(t)), a64_q(t, a64_rm(t)));
	result = a64_v1(t, IR_vuxtl + high_half(t), v.lane, result);
	if (t->arg)
		result = a64_v2(t, IR_vadd, v.lane + 1, a64_q(t, a64_rd(t)), result);
	a64_set_q(t, a64_rd(t), result);
	return true;
}

static bool product_long(const struct a64 *t, const struct a64_vec *v, bool exact, uint32_t *product)
{
	uint32_t m;

	/* Of 16-byte operands every lane counts, whatever half it is in. */
	if (!a64_in_m(t, v, exact, &m))
		return false;
	*product = a64_v2(t, (a64_bit(t, 29) ? IR_vumull : IR_vsmull) + high_half(t), v->lane,
			  exact ? a64_in_exact(t, v, a64_rn(t)) : a64_q(t, a64_rn(t)), m);
	return true;
}

/* SMULL, SMLAL, SMLSL and their unsigned kin; arg: vadd, vsub, or 0 without an accumulator. */
bool a64_v_multiply_long(const struct a64 *t)
{
	struct a64_vec v;
	uint32_t result;

	if (!long_form(t, &v) || !product_long(t, &v, false, &result))
		return false;
	if (t->arg)
		result = a64_v2(t, t->arg, v.lane + 1, a64_q(t, a64_rd(t)), result);
	a64_set_q(t, a64_rd(t), result);
	return true;
}

static uint32_t saturating(const struct a64 *t, bool subtract, unsigned int lane, uint32_t a,
			   uint32_t b)
{
	uint32_t result = a64_v2(t, subtract ? IR_vsqsub : IR_vsqadd, lane, a, b);

	a64_saturated(t, a64_bitwise(t, IR_vxor, result,
				     a64_v2(t, subtract ? IR_vsub : IR_vadd, lane, a, b)));
	return result;
}

/* SQDMULL, SQDMLAL, SQDMLSL: the doubled product saturates, and so does the sum. */
bool a64_v_double_long(const struct a64 *t)
{
	struct a64_vec v, wide;
	uint32_t result;

	if (!long_form(t, &v) || v.lane == IR_I8X16 || !product_long(t, &v, true, &result))
		return false;
	wide = (struct a64_vec){ v.lane + 1, v.form };
	result = saturating(t, false, wide.lane, result, result);
	if (t->arg)
		result = saturating(t, t->arg == IR_vsub, wide.lane,
				    a64_in_exact(t, &wide, a64_rd(t)), result);
	a64_out(t, &wide, result);
	return true;
}

bool a64_v_pmull(const struct a64 *t)
{
	struct a64_vec v;

	if (!long_form(t, &v) || v.lane != IR_I8X16)
		return false;
	a64_set_q(t, a64_rd(t),
		  polynomial_product(t, IR_I16X8,
				     a64_v1(t, IR_vuxtl + high_half(t), v.lane, a64_q(t, a64_rn(t))),
				     a64_v1(t, IR_vuxtl + high_half(t), v.lane,
					    a64_q(t, a64_rm(t)))));
	return true;
}
