// SPDX-License-Identifier: MIT
#include "arch/arm64/guest/simd.h"

static unsigned int form_of(const struct a64 *t)
{
	if (a64_bit(t, 28))
		return A64_SCALAR;
	return a64_is_q(t) ? A64_FULL : A64_HALF;
}

bool a64_vec_int(const struct a64 *t, unsigned int most, struct a64_vec *v)
{
	v->lane = IR_I8X16 + a64_bits(t, 22, 2);
	v->form = form_of(t);
	return v->lane <= IR_I8X16 + most && (v->lane != IR_I64X2 || v->form != A64_HALF);
}

bool a64_vec_fp(const struct a64 *t, struct a64_vec *v)
{
	v->lane = a64_bit(t, 22) ? IR_F64X2 : IR_F32X4;
	v->form = form_of(t);
	return v->lane != IR_F64X2 || v->form != A64_HALF;
}

uint32_t a64_in(const struct a64 *t, const struct a64_vec *v, uint32_t n)
{
	(void)v;
	return a64_q(t, n);
}

uint32_t a64_in_exact(const struct a64 *t, const struct a64_vec *v, uint32_t n)
{
	uint32_t value = a64_q(t, n);

	if (v->form == A64_HALF)
		return a64_low_twice(t, value);
	if (v->form == A64_SCALAR)
		return a64_splat(t, v->lane, a64_extract(t, v->lane, value, 0));
	return value;
}

void a64_out(const struct a64 *t, const struct a64_vec *v, uint32_t value)
{
	if (v->form == A64_HALF)
		value = a64_low(t, value);
	else if (v->form == A64_SCALAR)
		value = a64_move0(t, v->lane, a64_extract(t, v->lane, value, 0));
	a64_set_q(t, a64_rd(t), value);
}

/* Index of the element and number of its register: H, L, M are bits 11, 21, 20. */
static bool element(const struct a64 *t, unsigned int bytes, uint32_t *reg, uint32_t *index)
{
	unsigned int h = a64_bit(t, 11), l = a64_bit(t, 21), m = a64_bit(t, 20);

	*reg = a64_rm(t);
	switch (bytes) {
	case 2:
		*reg = a64_bits(t, 16, 4);
		*index = h << 2 | l << 1 | m;
		return true;
	case 4:
		*index = h << 1 | l;
		return true;
	case 8:
		*index = h;
		return !l;
	default:
		return false;
	}
}

bool a64_in_m(const struct a64 *t, const struct a64_vec *v, bool exact, uint32_t *value)
{
	uint32_t reg, index;

	if (!a64_bit(t, 24)) {
		*value = exact ? a64_in_exact(t, v, a64_rm(t)) : a64_in(t, v, a64_rm(t));
		return true;
	}
	if (!element(t, ir_lane_bytes(v->lane), &reg, &index))
		return false;
	*value = a64_splat(t, v->lane, a64_extract(t, v->lane, a64_q(t, reg), index));
	return true;
}

void a64_saturated(const struct a64 *t, uint32_t differs)
{
	uint32_t qc = ir_get_state(t->build, IR_V128, A64_STATE(qc));

	ir_set_state(t->build, A64_STATE(qc), a64_bitwise(t, IR_vor, qc, differs));
}

uint32_t a64_every(const struct a64 *t, unsigned int lane, uint64_t bits)
{
	unsigned int nr = 8 * ir_lane_bytes(lane);

	bits &= ~UINT64_C(0) >> (64 - nr);
	for (; nr < 64; nr *= 2)
		bits |= bits << nr;
	return a64_const_v(t, bits, bits);
}

void a64_neighbours(const struct a64 *t, const struct a64_vec *v, uint32_t n, uint32_t m,
		    uint32_t *even, uint32_t *odd)
{
	/* IR_vuzp1 and 2 are bitwise: floats go as integers. */
	static const uint8_t integer[IR_NR_LANES] = { IR_I8X16, IR_I16X8, IR_I32X4, IR_I64X2,
						      IR_I32X4, IR_I64X2 };
	unsigned int lane = integer[v->lane];

	if (v->form == A64_HALF)
		n = m = a64_v2(t, IR_vzip1, IR_I64X2, n, m);
	*even = a64_v2(t, IR_vuzp1, lane, n, m);
	*odd = a64_v2(t, IR_vuzp2, lane, n, m);
}

void a64_out_narrow(const struct a64 *t, uint32_t value)
{
	if (a64_is_q(t) && !a64_bit(t, 28))
		value = a64_v2(t, IR_vzip1, IR_I64X2, a64_q(t, a64_rd(t)), value);
	else
		value = a64_low(t, value);
	a64_set_q(t, a64_rd(t), value);
}

uint32_t a64_right_round(const struct a64 *t, unsigned int op, unsigned int lane, uint32_t value,
			 unsigned int by)
{
	uint32_t half = a64_vec_imm(t, op, lane, by - 1, value, IR_NONE);

	half = a64_bitwise(t, IR_vand, half, a64_every(t, lane, 1));
	return a64_v2(t, IR_vadd, lane, a64_vec_imm(t, op, lane, by, value, IR_NONE), half);
}
