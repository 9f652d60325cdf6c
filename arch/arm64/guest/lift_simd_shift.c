// SPDX-License-Identifier: MIT
/*
 * Advanced SIMD: shifts by an immediate, and the modified immediate. Source: Arm ARM (DDI 0487),
 * C4.1, "Advanced SIMD shift by immediate", "Advanced SIMD modified immediate".
 */
#include "arch/arm64/guest/simd.h"

/* The highest bit of immh (22..19) is the size, what is below it and immb the count. */
static bool shift_size(const struct a64 *t, struct a64_vec *v, unsigned int *bits)
{
	unsigned int immh = a64_bits(t, 19, 4);

	if (!immh)
		return false;
	v->lane = IR_I8X16 + 31u - (unsigned int)__builtin_clz(immh);
	*bits = 8 * ir_lane_bytes(v->lane);
	if (a64_bit(t, 28))
		v->form = A64_SCALAR;
	else
		v->form = a64_is_q(t) ? A64_FULL : A64_HALF;
	return v->lane != IR_I64X2 || v->form != A64_HALF;
}

static unsigned int right_count(const struct a64 *t, unsigned int bits)
{
	return 2 * bits - a64_bits(t, 16, 7);
}

static unsigned int left_count(const struct a64 *t, unsigned int bits)
{
	return a64_bits(t, 16, 7) - bits;
}

static uint32_t shift(const struct a64 *t, unsigned int op, unsigned int lane, uint32_t value,
		      unsigned int by)
{
	return by ? a64_vec_imm(t, op, lane, by, value, IR_NONE) : value;
}

/* SSHR, SSRA, SRSHR, SRSRA and their unsigned kin; arg: the shift, 1 << 8 rounds, 1 << 9 adds. */
bool a64_vs_right(const struct a64 *t)
{
	unsigned int bits, by, op = t->arg & 0xff;
	struct a64_vec v;
	uint32_t value;

	if (!shift_size(t, &v, &bits))
		return false;
	by = right_count(t, bits);
	value = a64_in(t, &v, a64_rn(t));
	value = t->arg & 1 << 8 ? a64_right_round(t, op, v.lane, value, by) :
				  shift(t, op, v.lane, value, by);
	if (t->arg & 1 << 9)
		value = a64_v2(t, IR_vadd, v.lane, a64_in(t, &v, a64_rd(t)), value);
	a64_out(t, &v, value);
	return true;
}

bool a64_vs_shl(const struct a64 *t)
{
	struct a64_vec v;
	unsigned int bits;

	if (!shift_size(t, &v, &bits))
		return false;
	a64_out(t, &v, shift(t, IR_vshli, v.lane, a64_in(t, &v, a64_rn(t)), left_count(t, bits)));
	return true;
}

/* SLI and SRI: the bits that the shift leaves empty keep Rd's; arg: the shift. */
bool a64_vs_insert(const struct a64 *t)
{
	uint64_t all;
	unsigned int bits, by;
	struct a64_vec v;
	uint32_t value, mask;

	if (!shift_size(t, &v, &bits))
		return false;
	all = ~UINT64_C(0) >> (64 - bits);
	by = t->arg == IR_vshli ? left_count(t, bits) : right_count(t, bits);
	value = shift(t, t->arg, v.lane, a64_in(t, &v, a64_rn(t)), by);
	if (by == bits)
		all = 0;
	else
		all = t->arg == IR_vshli ? all << by : all >> by;
	mask = a64_every(t, v.lane, all);
	a64_out(t, &v, a64_vsl(t, mask, value, a64_in(t, &v, a64_rd(t))));
	return true;
}

/* What of a shift to the left does not come back is replaced by a limit. */
static uint32_t left_saturating(const struct a64 *t, const struct a64_vec *v, unsigned int bits,
				bool is_signed, uint32_t value)
{
	unsigned int back = is_signed ? IR_vsari : IR_vshri, by = left_count(t, bits);
	uint32_t result = shift(t, IR_vshli, v->lane, value, by), fits, limit;

	fits = a64_vec(t, IR_vcmp, v->lane, IR_EQ, shift(t, back, v->lane, result, by), value,
		       IR_NONE);
	limit = a64_every(t, v->lane, is_signed ? ~UINT64_C(0) >> (65 - bits) : ~UINT64_C(0));
	if (is_signed)
		limit = a64_bitwise(t, IR_vxor, limit, shift(t, IR_vsari, v->lane, value, bits - 1));
	a64_saturated(t, a64_v1(t, IR_vnot, 0, fits));
	return a64_vsl(t, fits, result, limit);
}

/* SQSHL and UQSHL; SQSHLU, of which negative numbers become 0, is arg 2. */
bool a64_vs_left_saturating(const struct a64 *t)
{
	struct a64_vec v;
	unsigned int bits;
	uint32_t value, zero, positive;

	if (!shift_size(t, &v, &bits))
		return false;
	value = a64_in_exact(t, &v, a64_rn(t));
	if (t->arg == 2) {
		zero = a64_const_v(t, 0, 0);
		positive = a64_vec(t, IR_vcmp, v.lane, IR_SGE, value, zero, IR_NONE);
		a64_saturated(t, a64_v1(t, IR_vnot, 0, positive));
		value = a64_bitwise(t, IR_vand, value, positive);
	}
	a64_out(t, &v, left_saturating(t, &v, bits, t->arg == 1, value));
	return true;
}

/* SSHLL and USHLL. */
bool a64_vs_long(const struct a64 *t)
{
	unsigned int bits, op = a64_bit(t, 29) ? IR_vuxtl : IR_vsxtl;
	struct a64_vec v;
	uint32_t value;

	if (!shift_size(t, &v, &bits) || v.lane == IR_I64X2)
		return false;
	value = a64_v1(t, op + a64_is_q(t), v.lane, a64_q(t, a64_rn(t)));
	a64_set_q(t, a64_rd(t), shift(t, IR_vshli, v.lane + 1, value, left_count(t, bits)));
	return true;
}

/* SHRN, RSHRN: the bits below the narrow result's decide the rounding; arg: 1 << 8 rounds. */
bool a64_vs_narrow(const struct a64 *t)
{
	unsigned int bits, by;
	struct a64_vec v;
	uint32_t value;

	if (!shift_size(t, &v, &bits) || v.lane == IR_I64X2)
		return false;
	by = right_count(t, bits);
	value = a64_q(t, a64_rn(t));
	value = t->arg >> 8 ? a64_right_round(t, IR_vshri, v.lane + 1, value, by) :
			      shift(t, IR_vshri, v.lane + 1, value, by);
	a64_out_narrow(t, a64_v2(t, IR_vnarrow, v.lane + 1, value, value));
	return true;
}

uint32_t a64_narrow_saturating(const struct a64 *t, unsigned int op, unsigned int narrow,
			       uint32_t value)
{
	uint32_t result = a64_v2(t, op, narrow + 1, value, value);
	uint32_t back = a64_v1(t, op == IR_vsqxtn ? IR_vsxtl : IR_vuxtl, narrow, result);

	a64_saturated(t, a64_bitwise(t, IR_vxor, back, value));
	return result;
}

/* SQSHRN, UQSHRN, SQSHRUN and rounding; arg: the narrowing instruction, 1 << 8 rounds. */
bool a64_vs_narrow_saturating(const struct a64 *t)
{
	unsigned int bits, by, op = t->arg & 0xff;
	unsigned int right = op == IR_vuqxtn ? IR_vshri : IR_vsari;
	struct a64_vec v, wide;
	uint32_t value;

	if (!shift_size(t, &v, &bits) || v.lane == IR_I64X2)
		return false;
	wide = (struct a64_vec){ v.lane + 1, v.form == A64_SCALAR ? A64_SCALAR : A64_FULL };
	by = right_count(t, bits);
	value = a64_in_exact(t, &wide, a64_rn(t));
	value = t->arg >> 8 ? a64_right_round(t, right, wide.lane, value, by) :
			      shift(t, right, wide.lane, value, by);
	value = a64_narrow_saturating(t, op, v.lane, value);
	if (v.form == A64_SCALAR)
		a64_out(t, &v, value);
	else
		a64_out_narrow(t, value);
	return true;
}

/* The modified immediate without its inversion. */
static uint64_t expand(const struct a64 *t)
{
	unsigned int cmode = a64_bits(t, 12, 4), i;
	uint64_t imm = a64_bits(t, 16, 3) << 5 | a64_bits(t, 5, 5), mask = 0;

	if (cmode < 8)
		return (imm << 8 * (cmode >> 1)) * UINT64_C(0x100000001);
	if (cmode < 12)
		return (imm << 8 * (cmode >> 1 & 1)) * UINT64_C(0x1000100010001);
	if (cmode < 14)
		return ((imm + 1) << (cmode & 1 ? 16 : 8)) * UINT64_C(0x100000001) -
		       UINT64_C(0x100000001);
	if (cmode == 14 && !a64_bit(t, 29))
		return imm * UINT64_C(0x101010101010101);
	if (cmode == 15)
		return a64_bit(t, 29) ? a64_fp_imm(IR_F64, (unsigned int)imm) :
					a64_fp_imm(IR_F32, (unsigned int)imm) * UINT64_C(0x100000001);
	for (i = 0; i < 8; i++)
		mask |= imm >> i & 1 ? UINT64_C(0xff) << 8 * i : 0;
	return mask;
}

/* MOVI, MVNI, FMOV, and with arg ORR and BIC. */
bool a64_v_imm(const struct a64 *t)
{
	unsigned int cmode = a64_bits(t, 12, 4);
	struct a64_vec v = { IR_I8X16, a64_is_q(t) ? A64_FULL : A64_HALF };
	uint64_t imm = expand(t);

	/* The two that expand otherwise are not inverted; FMOV of a double has 16 bytes only. */
	if (cmode == 15 && a64_bit(t, 29) && !a64_is_q(t))
		return false;
	if (cmode < 14 && a64_bit(t, 29))
		imm = ~imm;
	if (t->arg)
		a64_out(t, &v, a64_bitwise(t, t->arg, a64_q(t, a64_rd(t)), a64_const_v(t, imm, imm)));
	else
		a64_set_q(t, a64_rd(t), a64_const_v(t, imm, v.form == A64_FULL ? imm : 0));
	return true;
}
