// SPDX-License-Identifier: MIT
/*
 * Vectors from SSE3 on.
 */
#include "arch/x86_64/guest/vector.h"

/* Operations on neighbours: those of the destination in the low half, of the source in the high one. */
bool x86_horizontal(struct x86 *t)
{
	unsigned int op = VEC_OP(t->i->line->arg), lane = VEC_LANE(t->i->line->arg);
	unsigned int whole = lane == IR_F32X4 ? IR_I32X4 : lane == IR_F64X2 ? IR_I64X2 : lane;
	uint32_t b = x86_get(t, 1), a = x86_get(t, 0);
	uint32_t even = x86_vec(t, IR_vuzp1, whole, 0, a, b, IR_NONE);
	uint32_t odd = x86_vec(t, IR_vuzp2, whole, 0, a, b, IR_NONE);

	x86_set(t, 0, x86_vec(t, op, lane, lane >= IR_F32X4 ? X86_NAN : 0, even, odd, IR_NONE));
	return true;
}

/* All ones in the odd lanes. */
static uint32_t odd_lanes(const struct x86 *t, unsigned int lane)
{
	if (lane == IR_F64X2)
		return x86_const_v(t, 0, ~UINT64_C(0));
	return x86_const_v(t, UINT64_C(0xffffffff) << 32, UINT64_C(0xffffffff) << 32);
}

/* Even lanes are subtracted, odd ones added; what is not wanted is computed of zeros, and raises
 * nothing.
 */
bool x86_add_sub(struct x86 *t)
{
	unsigned int lane = VEC_LANE(t->i->line->arg);
	uint32_t b = x86_get(t, 1), a = x86_get(t, 0), odd = odd_lanes(t, lane), sum, difference;

	sum = x86_vec(t, IR_vfadd, lane, X86_NAN, x86_vec(t, IR_vand, 0, 0, a, odd, IR_NONE),
		      x86_vec(t, IR_vand, 0, 0, b, odd, IR_NONE), IR_NONE);
	difference = x86_vec(t, IR_vfsub, lane, X86_NAN,
			     x86_vec(t, IR_vandn, 0, 0, a, odd, IR_NONE),
			     x86_vec(t, IR_vandn, 0, 0, b, odd, IR_NONE), IR_NONE);
	x86_set(t, 0, x86_vec(t, IR_vbsl, 0, 0, odd, sum, difference));
	return true;
}

bool x86_movddup(struct x86 *t)
{
	uint32_t value = x86_low(t, 1, IR_I64X2);

	x86_set(t, 0, x86_vec(t, IR_vzip1, IR_I64X2, 0, value, value, IR_NONE));
	return true;
}

/* MOVSLDUP, MOVSHDUP; arg: which lanes, as PSHUFD says it. */
bool x86_duplicate(struct x86 *t)
{
	uint32_t value = x86_get(t, 1);

	x86_set(t, 0, x86_vec_imm(t, IR_vshuf4, 0, value, value, t->i->line->arg));
	return true;
}

static uint32_t repeat_byte(const struct x86 *t, uint64_t byte)
{
	byte *= UINT64_C(0x0101010101010101);
	return x86_const_v(t, byte, byte);
}

/* An index with its top bit gives 0, of others four bits count. */
bool x86_pshufb(struct x86 *t)
{
	uint32_t index = repeat_byte(t, 0x80u | (x86_bytes(t, 0) - 1));

	index = x86_vec(t, IR_vand, 0, 0, x86_get(t, 1), index, IR_NONE);

	x86_set(t, 0, x86_vec(t, IR_vtbl, 0, 0, x86_get(t, 0), index, IR_NONE));
	return true;
}

/* Unsigned bytes by signed ones, each product a word. */
bool x86_pmaddubsw(struct x86 *t)
{
	uint32_t b = x86_get(t, 1), a = x86_get(t, 0), even, odd, low;

	even = x86_vec_imm(t, IR_vshri, IR_I16X8, x86_vec_imm(t, IR_vshli, IR_I16X8, a, IR_NONE, 8),
			   IR_NONE, 8);
	low = x86_vec_imm(t, IR_vsari, IR_I16X8, x86_vec_imm(t, IR_vshli, IR_I16X8, b, IR_NONE, 8),
			  IR_NONE, 8);
	even = x86_vec(t, IR_vmul, IR_I16X8, 0, even, low, IR_NONE);
	odd = x86_vec(t, IR_vmul, IR_I16X8, 0, x86_vec_imm(t, IR_vshri, IR_I16X8, a, IR_NONE, 8),
		      x86_vec_imm(t, IR_vsari, IR_I16X8, b, IR_NONE, 8), IR_NONE);
	x86_set(t, 0, x86_vec(t, IR_vsqadd, IR_I16X8, 0, even, odd, IR_NONE));
	return true;
}

/* The destination, its negative or 0, by the source's sign; arg: lanes. */
bool x86_psign(struct x86 *t)
{
	unsigned int lane = t->i->line->arg;
	uint32_t b = x86_get(t, 1), a = x86_get(t, 0), zero = x86_const_v(t, 0, 0), less, none;

	less = x86_vec(t, IR_vcmp, lane, IR_SGT, zero, b, IR_NONE);
	none = x86_vec(t, IR_vcmp, lane, IR_EQ, zero, b, IR_NONE);
	a = x86_vec(t, IR_vbsl, 0, 0, less, x86_vec(t, IR_vneg, lane, 0, a, IR_NONE, IR_NONE), a);
	x86_set(t, 0, x86_vec(t, IR_vandn, 0, 0, a, none, IR_NONE));
	return true;
}

/* Half of the products, @op of one half: bits 14 on, rounded. */
static uint32_t rounded_products(const struct x86 *t, unsigned int op, uint32_t a, uint32_t b)
{
	const uint64_t one = UINT64_C(0x0000000100000001);
	uint32_t product = x86_vec(t, op, IR_I16X8, 0, a, b, IR_NONE);

	product = x86_vec_imm(t, IR_vsari, IR_I32X4, product, IR_NONE, 14);
	product = x86_vec(t, IR_vadd, IR_I32X4, 0, product, x86_const_v(t, one, one), IR_NONE);
	return x86_vec_imm(t, IR_vsari, IR_I32X4, product, IR_NONE, 1);
}

bool x86_pmulhrsw(struct x86 *t)
{
	uint32_t b = x86_get(t, 1), a = x86_get(t, 0), low = rounded_products(t, IR_vsmull, a, b);

	x86_set(t, 0, x86_vec(t, IR_vnarrow, IR_I32X4, 0, low,
			      rounded_products(t, IR_vsmulh2, a, b), IR_NONE));
	return true;
}

bool x86_vector_unary(struct x86 *t)
{
	x86_set(t, 0, x86_vec(t, VEC_OP(t->i->line->arg), VEC_LANE(t->i->line->arg), 0,
			      x86_get(t, 1), IR_NONE, IR_NONE));
	return true;
}

bool x86_palignr(struct x86 *t)
{
	unsigned int from = t->i->imm > 32 ? 32 : (unsigned int)t->i->imm;
	uint32_t low = x86_get(t, 1), high = x86_get(t, 0), zero = x86_const_v(t, 0, 0);

	if (from >= 16) {
		low = from == 32 ? zero : high;
		high = zero;
		from &= 15;
	}
	x86_set(t, 0, from ? x86_vec_imm(t, IR_vext, 0, low, high, from) : low);
	return true;
}

/* By the signs of the lanes of XMM0. */
bool x86_blend_by_xmm0(struct x86 *t)
{
	uint32_t b = x86_get(t, 1), a = x86_get(t, 0), mask;

	mask = x86_vec(t, IR_vcmp, t->i->line->arg, IR_SGT, x86_const_v(t, 0, 0), x86_xmm(t, 0),
		       IR_NONE);
	x86_set(t, 0, x86_vec(t, IR_vbsl, 0, 0, mask, b, a));
	return true;
}

/*
 * Bytes to [RDI] where the mask's have their highest bit; arg: the type. The others are stored as they were
 * read, so that another thread's stores to them could be lost.
 */
bool x86_mask_move(struct x86 *t)
{
	unsigned int type = t->i->line->arg;
	uint32_t value = x86_get(t, 0), mask = x86_get(t, 1), old, address;

	if (t->i->segment || t->i->address32)
		return false;
	address = x86_reg(t, IR_I64, X86_RDI);
	old = x86_load(t, type, address, 0);
	if (type == IR_I64)
		old = x86_move0(t, IR_I64X2, old);
	mask = x86_vec(t, IR_vcmp, IR_I8X16, IR_SGT, x86_const_v(t, 0, 0), mask, IR_NONE);
	value = x86_vec(t, IR_vbsl, 0, 0, mask, value, old);
	if (type == IR_I64)
		value = x86_extract(t, IR_I64X2, value, 0);
	x86_store(t, type, address, 0, value);
	x86_enter_mmx(t);
	return true;
}

/* Lanes of @lane by the bits of @bits. */
static uint32_t lanes_by(const struct x86 *t, unsigned int lane, unsigned int bits)
{
	unsigned int bytes = ir_type_bytes(x86_lane_type(lane)), k;
	union ir_val mask;

	for (k = 0; k < 16; k++)
		mask.b[k] = bits >> k / bytes & 1 ? 0xff : 0;
	return x86_const_v(t, mask.d[0], mask.d[1]);
}

bool x86_blend(struct x86 *t)
{
	uint32_t b = x86_get(t, 1), a = x86_get(t, 0);
	uint32_t mask = lanes_by(t, t->i->line->arg, (unsigned int)t->i->imm);

	x86_set(t, 0, x86_vec(t, IR_vbsl, 0, 0, mask, b, a));
	return true;
}

/* PMOVSX, PMOVZX: lanes of 1, 2 or 4 bytes, so many steps to twice their length. */
bool x86_extend(struct x86 *t)
{
	unsigned int arg = t->i->line->arg, steps = VEC_COND_OF(arg), lane = VEC_LANE(arg);
	unsigned int from = x86_type(x86_bytes(t, 1));
	uint32_t value = x86_get(t, 1);

	if (x86_in_memory(t, 1))
		value = x86_move0(t, from == IR_I64 ? IR_I64X2 : from == IR_I32 ? IR_I32X4 : IR_I16X8,
				  value);
	for (; steps; steps--)
		value = x86_vec(t, VEC_OP(arg), lane++, 0, value, IR_NONE, IR_NONE);
	x86_set(t, 0, value);
	return true;
}

/* Bits 7..6 of the immediate: which lane of a register; 5..4: where to; 3..0: what is cleared. */
bool x86_insertps(struct x86 *t)
{
	unsigned int imm = (unsigned int)t->i->imm, k;
	union ir_val keep;
	uint32_t value = x86_in_memory(t, 1) ? x86_get(t, 1) :
					       x86_extract(t, IR_I32X4, x86_get(t, 1), imm >> 6);

	value = x86_insert(t, IR_I32X4, x86_get(t, 0), imm >> 4 & 3, value);
	for (k = 0; k < 4; k++)
		keep.w[k] = imm >> k & 1 ? 0 : ~0u;
	x86_set(t, 0, x86_vec(t, IR_vand, 0, 0, value, x86_const_v(t, keep.d[0], keep.d[1]), IR_NONE));
	return true;
}

/* Is @vector 0? */
static uint32_t is_zero(const struct x86 *t, uint32_t vector)
{
	uint32_t either = x86_op2(t, IR_or, IR_I64, x86_extract(t, IR_I64X2, vector, 0),
				  x86_extract(t, IR_I64X2, vector, 1));

	return x86_cmp(t, IR_EQ, either, x86_const(t, IR_I64, 0));
}

bool x86_ptest(struct x86 *t)
{
	uint32_t b = x86_get(t, 1), a = x86_get(t, 0), zero = x86_const(t, IR_I8, 0);

	x86_set_flag(t, X86_Z, is_zero(t, x86_vec(t, IR_vand, 0, 0, b, a, IR_NONE)));
	x86_set_flag(t, X86_C, is_zero(t, x86_vec(t, IR_vandn, 0, 0, b, a, IR_NONE)));
	x86_set_flag(t, X86_S, zero);
	x86_set_flag(t, X86_O, zero);
	x86_set_flag(t, X86_A, zero);
	x86_set_flag(t, X86_P, x86_const(t, IR_I8, 1));
	return true;
}

/* How the immediate says to round, with the rule for NaNs. */
static unsigned int rounding(const struct x86 *t)
{
	static const uint8_t modes[] = { IR_RNE, IR_RDN, IR_RUP, IR_RTZ };

	return (t->i->imm & 4 ? IR_DYN : modes[t->i->imm & 3]) | X86_NAN;
}

/* Without bit 3 of the immediate what is not exact is noted: where the result differs. */
static void note_inexact(const struct x86 *t, uint32_t differs)
{
	uint32_t flags;

	flags = x86_emit(t, (struct ir_insn){ .op = IR_get_fpflags, .type = IR_I32, .a = IR_NONE,
					      .b = IR_NONE, .c = IR_NONE });
	flags = x86_op2(t, IR_or, IR_I32, flags, differs);
	x86_emit(t, (struct ir_insn){ .op = IR_set_fpflags, .a = flags, .b = IR_NONE, .c = IR_NONE });
}

bool x86_round_scalar(struct x86 *t)
{
	unsigned int lane = t->i->line->arg, type = x86_lane_type(lane);
	uint32_t value = x86_scalar(t, 1, lane), result;

	result = x86_emit(t, (struct ir_insn){ .op = IR_fround, .type = (uint8_t)type,
					       .aux2 = (uint8_t)rounding(t), .a = value,
					       .b = IR_NONE, .c = IR_NONE });
	x86_set(t, 0, x86_insert(t, lane, x86_get(t, 0), 0, result));
	if (!(t->i->imm & 8))
		note_inexact(t, x86_emit(t, (struct ir_insn){ .op = IR_fcmp, .type = IR_I32,
							      .aux = IR_F_ONE, .a = value,
							      .b = result, .c = IR_NONE }));
	return true;
}

bool x86_round_vector(struct x86 *t)
{
	unsigned int lane = t->i->line->arg;
	uint32_t value = x86_get(t, 1), result, differs;

	result = x86_vec(t, IR_vfround, lane, rounding(t), value, IR_NONE, IR_NONE);
	x86_set(t, 0, result);
	if (!(t->i->imm & 8)) {
		differs = x86_vec(t, IR_vfcmp, lane, IR_F_ONE, value, result, IR_NONE);
		note_inexact(t, x86_op2(t, IR_xor, IR_I32,
					x86_op1(t, IR_zext, IR_I32, is_zero(t, differs)),
					x86_const(t, IR_I32, 1)));
	}
	return true;
}

/* The least word, and above it which was the first. */
bool x86_phminposuw(struct x86 *t)
{
	uint32_t value = x86_get(t, 1), least, where, found;

	least = x86_emit(t, (struct ir_insn){ .op = IR_vredumin, .type = IR_I16, .aux = IR_I16X8,
					      .a = value, .b = IR_NONE, .c = IR_NONE });
	found = x86_vec(t, IR_vcmp, IR_I16X8, IR_EQ, value, x86_splat(t, IR_I16X8, least), IR_NONE);
	where = x86_emit(t, (struct ir_insn){ .op = IR_vmovmsk, .type = IR_I32, .aux = IR_I16X8,
					      .a = found, .b = IR_NONE, .c = IR_NONE });
	where = x86_opi(t, IR_shl, IR_I32, x86_op1(t, IR_ctz, IR_I32, where), 16);
	where = x86_op2(t, IR_or, IR_I32, where, x86_op1(t, IR_zext, IR_I32, least));
	x86_set(t, 0, x86_move0(t, IR_I32X4, where));
	return true;
}

/* |a - b| of unsigned bytes. */
static uint32_t distance(const struct x86 *t, uint32_t a, uint32_t b)
{
	return x86_vec(t, IR_vor, 0, 0, x86_vec(t, IR_vuqsub, IR_I8X16, 0, a, b, IR_NONE),
		       x86_vec(t, IR_vuqsub, IR_I8X16, 0, b, a, IR_NONE), IR_NONE);
}

/* Eight sums: of four bytes of the source with four of the destination, from the next one each time. */
bool x86_mpsadbw(struct x86 *t)
{
	unsigned int from = t->i->imm & 4, of = (t->i->imm & 3) * 4, k;
	uint32_t b = x86_get(t, 1), a = x86_get(t, 0), zero = x86_const_v(t, 0, 0), sum = zero, d;

	for (k = 0; k < 4; k++) {
		d = from + k ? x86_vec_imm(t, IR_vext, 0, a, zero, from + k) : a;
		d = distance(t, d, x86_splat(t, IR_I8X16, x86_extract(t, IR_I8X16, b, of + k)));
		d = x86_vec(t, IR_vuxtl, IR_I8X16, 0, d, IR_NONE, IR_NONE);
		sum = x86_vec(t, IR_vadd, IR_I16X8, 0, sum, d, IR_NONE);
	}
	x86_set(t, 0, sum);
	return true;
}

static uint32_t add_lanes(const struct x86 *t, unsigned int lane, uint32_t vector, unsigned int a)
{
	return x86_emit(t, (struct ir_insn){ .op = IR_fadd, .type = (uint8_t)x86_lane_type(lane),
					     .aux2 = X86_NAN, .a = x86_extract(t, lane, vector, a),
					     .b = x86_extract(t, lane, vector, a + 1),
					     .c = IR_NONE });
}

/* Products of the lanes that bits 4.. of the immediate name, to those that bits 0.. name. */
bool x86_dot_product(struct x86 *t)
{
	unsigned int lane = t->i->line->arg, imm = (unsigned int)t->i->imm;
	uint32_t b = x86_get(t, 1), a = x86_get(t, 0), mask = lanes_by(t, lane, imm >> 4), sum;

	a = x86_vec(t, IR_vfmul, lane, X86_NAN, x86_vec(t, IR_vand, 0, 0, a, mask, IR_NONE),
		    x86_vec(t, IR_vand, 0, 0, b, mask, IR_NONE), IR_NONE);
	sum = add_lanes(t, lane, a, 0);
	if (lane == IR_F32X4)
		sum = x86_emit(t, (struct ir_insn){ .op = IR_fadd, .type = IR_F32, .aux2 = X86_NAN,
						    .a = sum, .b = add_lanes(t, lane, a, 2),
						    .c = IR_NONE });
	x86_set(t, 0, x86_vec(t, IR_vand, 0, 0, x86_splat(t, lane, sum), lanes_by(t, lane, imm),
			      IR_NONE));
	return true;
}
