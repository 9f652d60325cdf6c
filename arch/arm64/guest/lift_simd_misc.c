// SPDX-License-Identifier: MIT
/*
 * Advanced SIMD on integers: one source, across lanes, copies and permutations. Source: Arm ARM (DDI
 * 0487), C4.1, "Advanced SIMD two-register miscellaneous", "across lanes", "copy", "permute",
 * "extract", "table lookup".
 */
#include "arch/arm64/guest/simd.h"

/* arg: an instruction of the IR, the greatest size << 8. */
bool a64_v_unary(const struct a64 *t)
{
	struct a64_vec v;

	if (!a64_vec_int(t, t->arg >> 8, &v))
		return false;
	a64_out(t, &v, a64_v1(t, t->arg & 0xff, v.lane, a64_in(t, &v, a64_rn(t))));
	return true;
}

/* Comparisons with zero; arg: enum ir_cond. */
bool a64_v_compare0(const struct a64 *t)
{
	struct a64_vec v;

	if (!a64_vec_int(t, 3, &v))
		return false;
	a64_out(t, &v, a64_vec(t, IR_vcmp, v.lane, t->arg, a64_in(t, &v, a64_rn(t)),
			       a64_const_v(t, 0, 0), IR_NONE));
	return true;
}

/* REV16, REV32, REV64; arg: bytes of a group. */
bool a64_v_rev(const struct a64 *t)
{
	struct a64_vec v;

	if (!a64_vec_int(t, 2, &v) || ir_lane_bytes(v.lane) >= t->arg)
		return false;
	a64_out(t, &v, a64_vec_imm(t, IR_vrev, v.lane, t->arg, a64_in(t, &v, a64_rn(t)), IR_NONE));
	return true;
}

bool a64_v_not(const struct a64 *t)
{
	struct a64_vec v = { IR_I8X16, a64_is_q(t) ? A64_FULL : A64_HALF };

	a64_out(t, &v, a64_v1(t, IR_vnot, 0, a64_q(t, a64_rn(t))));
	return true;
}

/* The bits of each byte reversed, by halves. */
bool a64_v_rbit(const struct a64 *t)
{
	struct a64_vec v = { IR_I8X16, a64_is_q(t) ? A64_FULL : A64_HALF };
	uint32_t table = a64_const_v(t, UINT64_C(0x0e060a020c040800), UINT64_C(0x0f070b030d050901));
	uint32_t value = a64_q(t, a64_rn(t));
	uint32_t low = a64_bitwise(t, IR_vand, value, a64_every(t, IR_I8X16, 15));
	uint32_t high = a64_vec_imm(t, IR_vshri, IR_I8X16, 4, value, IR_NONE);

	low = a64_vec_imm(t, IR_vshli, IR_I8X16, 4, a64_v2(t, IR_vtbl, 0, table, low), IR_NONE);
	a64_out(t, &v, a64_bitwise(t, IR_vor, low, a64_v2(t, IR_vtbl, 0, table, high)));
	return true;
}

bool a64_v_cls(const struct a64 *t)
{
	uint32_t value;
	struct a64_vec v;

	if (!a64_vec_int(t, 2, &v))
		return false;
	value = a64_in(t, &v, a64_rn(t));
	value = a64_bitwise(t, IR_vxor, value, a64_vec_imm(t, IR_vsari, v.lane, 1, value, IR_NONE));
	value = a64_v1(t, IR_vclz, v.lane, value);
	a64_out(t, &v, a64_v2(t, IR_vsub, v.lane, value, a64_every(t, v.lane, 1)));
	return true;
}

/* Sums of neighbours in lanes of twice the width. */
static uint32_t add_pairs_long(const struct a64 *t, unsigned int lane, uint32_t value)
{
	unsigned int right = a64_bit(t, 29) ? IR_vshri : IR_vsari, bits = 8 * ir_lane_bytes(lane);
	uint32_t even = a64_vec_imm(t, IR_vshli, lane + 1, bits, value, IR_NONE);

	even = a64_vec_imm(t, right, lane + 1, bits, even, IR_NONE);
	return a64_v2(t, IR_vadd, lane + 1, even,
		      a64_vec_imm(t, right, lane + 1, bits, value, IR_NONE));
}

/* SADDLP, UADDLP, SADALP, UADALP; arg: 1 accumulates. */
bool a64_v_add_pairs_long(const struct a64 *t)
{
	uint32_t sum;
	struct a64_vec v;

	if (!a64_vec_int(t, 2, &v))
		return false;
	sum = add_pairs_long(t, v.lane, a64_in(t, &v, a64_rn(t)));
	if (t->arg)
		sum = a64_v2(t, IR_vadd, v.lane + 1, a64_in(t, &v, a64_rd(t)), sum);
	a64_out(t, &v, sum);
	return true;
}

/* SQABS and SQNEG: only the least number is its own negation; arg: 1 for the absolute value. */
bool a64_v_negate_saturating(const struct a64 *t)
{
	uint32_t value, negated;
	struct a64_vec v;

	if (!a64_vec_int(t, 3, &v))
		return false;
	value = a64_in_exact(t, &v, a64_rn(t));
	negated = a64_v2(t, IR_vsqsub, v.lane, a64_const_v(t, 0, 0), value);
	a64_saturated(t, a64_bitwise(t, IR_vxor, negated, a64_v1(t, IR_vneg, v.lane, value)));
	a64_out(t, &v, t->arg ? a64_v2(t, IR_vsmax, v.lane, value, negated) : negated);
	return true;
}

bool a64_v_xtn(const struct a64 *t)
{
	uint32_t value = a64_q(t, a64_rn(t));
	unsigned int wide = IR_I16X8 + a64_bits(t, 22, 2);

	if (wide > IR_I64X2)
		return false;
	a64_out_narrow(t, a64_v2(t, IR_vnarrow, wide, value, value));
	return true;
}

/* SQXTN, SQXTUN, UQXTN; arg: instruction. */
bool a64_v_xtn_saturating(const struct a64 *t)
{
	struct a64_vec v = { IR_I8X16 + a64_bits(t, 22, 2), a64_bit(t, 28) ? A64_SCALAR : A64_FULL };
	struct a64_vec wide = { v.lane + 1, v.form };
	uint32_t value;

	if (v.lane > IR_I32X4)
		return false;
	value = a64_narrow_saturating(t, t->arg, v.lane, a64_in_exact(t, &wide, a64_rn(t)));
	if (v.form == A64_SCALAR)
		a64_out(t, &v, value);
	else
		a64_out_narrow(t, value);
	return true;
}

bool a64_v_shll(const struct a64 *t)
{
	unsigned int lane = IR_I8X16 + a64_bits(t, 22, 2);
	uint32_t value;

	if (lane > IR_I32X4)
		return false;
	value = a64_v1(t, IR_vuxtl + a64_is_q(t), lane, a64_q(t, a64_rn(t)));
	a64_set_q(t, a64_rd(t), a64_vec_imm(t, IR_vshli, lane + 1, 8 * ir_lane_bytes(lane), value,
					    IR_NONE));
	return true;
}

/* Across lanes; two lanes of 32 bits are not enough. */
static bool across(const struct a64 *t, struct a64_vec *v)
{
	return a64_vec_int(t, 2, v) && (v->lane != IR_I32X4 || v->form == A64_FULL);
}

static void out_lane(const struct a64 *t, unsigned int lane, uint32_t value)
{
	a64_set_q(t, a64_rd(t), a64_move0(t, lane, value));
}

static uint32_t reduce(const struct a64 *t, unsigned int op, unsigned int lane, uint32_t value)
{
	return a64_emit(t, (struct ir_insn){ .op = (uint8_t)op, .type = (uint8_t)ir_lane_type(lane),
					     .aux = (uint8_t)lane, .a = value, .b = IR_NONE,
					     .c = IR_NONE });
}

bool a64_v_addv(const struct a64 *t)
{
	struct a64_vec v;
	uint32_t value;

	if (!across(t, &v))
		return false;
	value = a64_q(t, a64_rn(t));
	if (v.form == A64_HALF)
		value = a64_low(t, value);
	out_lane(t, v.lane, reduce(t, IR_vredadd, v.lane, value));
	return true;
}

/* SADDLV and UADDLV. */
bool a64_v_addlv(const struct a64 *t)
{
	struct a64_vec v;
	uint32_t value;

	if (!across(t, &v))
		return false;
	value = a64_q(t, a64_rn(t));
	if (v.form == A64_HALF)
		value = a64_low(t, value);
	value = add_pairs_long(t, v.lane, value);
	out_lane(t, v.lane + 1, reduce(t, IR_vredadd, v.lane + 1, value));
	return true;
}

/* SMAXV and its kin; arg: instruction. */
bool a64_v_extremum(const struct a64 *t)
{
	struct a64_vec v;

	if (!across(t, &v))
		return false;
	out_lane(t, v.lane, reduce(t, t->arg, v.lane, a64_in_exact(t, &v, a64_rn(t))));
	return true;
}

/* ADDP of two doublewords to a scalar. */
bool a64_s_addp(const struct a64 *t)
{
	out_lane(t, IR_I64X2, reduce(t, IR_vredadd, IR_I64X2, a64_q(t, a64_rn(t))));
	return true;
}

/* imm5: the lowest 1 is the size, what is above it the index. */
static bool lane_index(const struct a64 *t, unsigned int *lane, uint32_t *index)
{
	unsigned int imm5 = a64_bits(t, 16, 5), size;

	if (!(imm5 & 15))
		return false;
	size = (unsigned int)__builtin_ctz(imm5);
	*lane = IR_I8X16 + size;
	*index = imm5 >> (size + 1);
	return true;
}

/* DUP of an element, to all lanes or to a scalar. */
bool a64_v_dup(const struct a64 *t)
{
	struct a64_vec v = { .form = a64_is_q(t) ? A64_FULL : A64_HALF };
	uint32_t index, value;

	if (!lane_index(t, &v.lane, &index))
		return false;
	value = a64_extract(t, v.lane, a64_q(t, a64_rn(t)), index);
	if (a64_bit(t, 28)) {
		out_lane(t, v.lane, value);
		return true;
	}
	if (v.lane == IR_I64X2 && v.form == A64_HALF)
		return false;
	a64_out(t, &v, a64_splat(t, v.lane, value));
	return true;
}

/* The low end of a general register, as one lane. */
static uint32_t general(const struct a64 *t, unsigned int lane)
{
	unsigned int type = ir_lane_type(lane);
	uint32_t value = a64_x(t, IR_I64, a64_rn(t));

	return type == IR_I64 ? value : a64_op1(t, IR_trunc, type, value);
}

bool a64_v_dup_general(const struct a64 *t)
{
	struct a64_vec v = { .form = a64_is_q(t) ? A64_FULL : A64_HALF };
	uint32_t index;

	if (!lane_index(t, &v.lane, &index) || (v.lane == IR_I64X2 && v.form == A64_HALF))
		return false;
	a64_out(t, &v, a64_splat(t, v.lane, general(t, v.lane)));
	return true;
}

bool a64_v_ins_general(const struct a64 *t)
{
	unsigned int lane;
	uint32_t index;

	if (!lane_index(t, &lane, &index))
		return false;
	a64_set_q(t, a64_rd(t), a64_insert(t, lane, a64_q(t, a64_rd(t)), index, general(t, lane)));
	return true;
}

/* INS of an element: imm4, above the size, is the index in Rn. */
bool a64_v_ins(const struct a64 *t)
{
	uint32_t index, from, value;
	unsigned int lane;

	if (!lane_index(t, &lane, &index))
		return false;
	from = a64_bits(t, 11, 4) >> (lane - IR_I8X16);
	value = a64_extract(t, lane, a64_q(t, a64_rn(t)), from);
	a64_set_q(t, a64_rd(t), a64_insert(t, lane, a64_q(t, a64_rd(t)), index, value));
	return true;
}

/* SMOV and UMOV; arg: the extension. The target is wider, but for UMOV of words and doublewords. */
bool a64_v_mov(const struct a64 *t)
{
	unsigned int to = a64_is_q(t) ? IR_I64 : IR_I32, lane, type;
	uint32_t index, value;

	if (!lane_index(t, &lane, &index))
		return false;
	type = ir_lane_type(lane);
	if (type > to || (t->arg == IR_sext && type == to))
		return false;
	/* UMOV to 64 bits is of doublewords only. */
	if (t->arg == IR_zext && to == IR_I64 && type != IR_I64)
		return false;
	value = a64_extract(t, lane, a64_q(t, a64_rn(t)), index);
	a64_set_x(t, to, a64_rd(t), type == to ? value : a64_op1(t, t->arg, to, value));
	return true;
}

bool a64_v_ext(const struct a64 *t)
{
	struct a64_vec v = { IR_I8X16, a64_is_q(t) ? A64_FULL : A64_HALF };
	unsigned int at = a64_bits(t, 11, 4);
	uint32_t n = a64_q(t, a64_rn(t)), m = a64_q(t, a64_rm(t));

	if (v.form == A64_HALF) {
		if (at > 7)
			return false;
		n = m = a64_v2(t, IR_vzip1, IR_I64X2, n, m);
	}
	a64_out(t, &v, a64_vec_imm(t, IR_vext, 0, at, n, m));
	return true;
}

/* ZIP1 and ZIP2: of 8 bytes both halves are in the low half's interleaving. arg: 1 for ZIP2. */
bool a64_v_zip(const struct a64 *t)
{
	uint32_t n, m, value;
	struct a64_vec v;

	if (!a64_vec_int(t, 3, &v))
		return false;
	n = a64_q(t, a64_rn(t));
	m = a64_q(t, a64_rm(t));
	value = a64_v2(t, t->arg && v.form == A64_FULL ? IR_vzip2 : IR_vzip1, v.lane, n, m);
	if (t->arg && v.form == A64_HALF)
		value = a64_vec_imm(t, IR_vext, 0, 8, value, value);
	a64_out(t, &v, value);
	return true;
}

/* UZP1 and UZP2; arg: 1 for UZP2. */
bool a64_v_uzp(const struct a64 *t)
{
	uint32_t even, odd;
	struct a64_vec v;

	if (!a64_vec_int(t, 3, &v))
		return false;
	a64_neighbours(t, &v, a64_q(t, a64_rn(t)), a64_q(t, a64_rm(t)), &even, &odd);
	a64_out(t, &v, t->arg ? odd : even);
	return true;
}

bool a64_v_trn(const struct a64 *t)
{
	struct a64_vec v;

	if (!a64_vec_int(t, 3, &v))
		return false;
	a64_out(t, &v, a64_v2(t, t->arg, v.lane, a64_q(t, a64_rn(t)), a64_q(t, a64_rm(t))));
	return true;
}

/* @nr registers from Rn on, which wraps, as a table of bytes; 0 where @index is beyond them. */
static uint32_t look_up(const struct a64 *t, unsigned int nr, uint32_t index)
{
	uint32_t reg[4], result, rest;
	unsigned int i;

	for (i = 0; i < nr; i++)
		reg[i] = a64_q(t, (a64_rn(t) + i) & 31);
	if (nr == 1)
		return a64_v2(t, IR_vtbl, 0, reg[0], index);
	result = a64_vec(t, IR_vtbl2, 0, 0, reg[0], reg[1], index);
	if (nr == 2)
		return result;
	index = a64_v2(t, IR_vsub, IR_I8X16, index, a64_every(t, IR_I8X16, 32));
	rest = nr == 3 ? a64_v2(t, IR_vtbl, 0, reg[2], index) :
			 a64_vec(t, IR_vtbl2, 0, 0, reg[2], reg[3], index);
	return a64_bitwise(t, IR_vor, result, rest);
}

/* TBL and TBX; arg: 1 for TBX, which keeps Rd where the index is beyond the table. */
bool a64_v_table(const struct a64 *t)
{
	struct a64_vec v = { IR_I8X16, a64_is_q(t) ? A64_FULL : A64_HALF };
	unsigned int nr = a64_bits(t, 13, 2) + 1;
	uint32_t index = a64_q(t, a64_rm(t));
	uint32_t result = look_up(t, nr, index), within;

	if (t->arg) {
		within = a64_vec(t, IR_vcmp, IR_I8X16, IR_ULT, index,
				 a64_every(t, IR_I8X16, 16 * nr), IR_NONE);
		result = a64_vsl(t, within, result, a64_q(t, a64_rd(t)));
	}
	a64_out(t, &v, result);
	return true;
}
