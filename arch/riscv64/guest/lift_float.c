// SPDX-License-Identifier: MIT
/*
 * Floating point: F and D, in the host's arithmetic with RISC-V's NaNs and flags. A register whose
 * upper half is not all ones is a NaN to instructions of single precision.
 */
#include "arch/riscv64/guest/lift.h"

#define NAN32 UINT64_C(0x7fc00000)
#define BOX   (UINT64_C(0xffffffff) << 32)
#define RM_DYN 7

static uint32_t get_bits(struct rv_lift *l, unsigned int reg)
{
	return ir_unary(l->b, IR_bitcast, IR_I64, ir_get_state(l->b, IR_F64, RV_F(reg)));
}

static void set_bits(struct rv_lift *l, uint32_t bits)
{
	ir_set_state(l->b, RV_F(l->i->rd), ir_unary(l->b, IR_bitcast, IR_F64, bits));
}

static uint32_t get_single(struct rv_lift *l, unsigned int reg)
{
	uint32_t bits = get_bits(l, reg);
	uint32_t boxed = ir_compare(l->b, IR_UGE, IR_I32, bits, rv_const(l, BOX));
	uint32_t word = ir_emit(l->b, &(struct ir_insn){
		.op = IR_select, .type = IR_I32, .a = boxed,
		.b = ir_unary(l->b, IR_trunc, IR_I32, bits),
		.c = ir_const(l->b, IR_I32, NAN32) });

	return ir_unary(l->b, IR_bitcast, IR_F32, word);
}

static uint32_t get(struct rv_lift *l, unsigned int type, unsigned int reg)
{
	return type == IR_F64 ? ir_get_state(l->b, IR_F64, RV_F(reg)) : get_single(l, reg);
}

static void set(struct rv_lift *l, unsigned int type, uint32_t value)
{
	if (type == IR_F64) {
		ir_set_state(l->b, RV_F(l->i->rd), value);
		return;
	}
	value = ir_unary(l->b, IR_zext, IR_I64, ir_unary(l->b, IR_bitcast, IR_I32, value));
	set_bits(l, rv_op(l, IR_or, value, rv_const(l, BOX)));
}

static void set_mode(struct rv_lift *l, uint32_t mode)
{
	ir_emit(l->b, &(struct ir_insn){ .op = IR_set_rm, .a = mode, .b = IR_NONE, .c = IR_NONE });
}

/* A mode in the instruction instead of the current one, which compilers hardly use. */
static uint32_t begin_mode(struct rv_lift *l)
{
	uint32_t old;

	if (l->i->rm == RM_DYN)
		return IR_NONE;
	old = ir_emit(l->b, &(struct ir_insn){ .op = IR_get_rm, .type = IR_I32, .a = IR_NONE,
					       .b = IR_NONE, .c = IR_NONE });
	set_mode(l, ir_const(l->b, IR_I32, l->i->rm));
	return old;
}

static void end_mode(struct rv_lift *l, uint32_t old)
{
	if (old != IR_NONE)
		set_mode(l, old);
}

static void arithmetic(struct rv_lift *l, unsigned int op, unsigned int type)
{
	uint32_t a = get(l, type, l->i->rs1), b = get(l, type, l->i->rs2), old = begin_mode(l);
	uint32_t value = ir_binary(l->b, op, type, a, b);

	end_mode(l, old);
	set(l, type, value);
}

#define BOTH(name, call)                                                                           \
	RV_LIFT(name##_d) { const unsigned int type = IR_F64; call; }                              \
	RV_LIFT(name##_s) { const unsigned int type = IR_F32; call; }

BOTH(fadd, arithmetic(l, IR_fadd, type))
BOTH(fsub, arithmetic(l, IR_fsub, type))
BOTH(fmul, arithmetic(l, IR_fmul, type))
BOTH(fdiv, arithmetic(l, IR_fdiv, type))

static void square_root(struct rv_lift *l, unsigned int type)
{
	uint32_t a = get(l, type, l->i->rs1), old = begin_mode(l);
	uint32_t value = ir_unary(l->b, IR_fsqrt, type, a);

	end_mode(l, old);
	set(l, type, value);
}

BOTH(fsqrt, square_root(l, type))

static uint32_t negated(struct rv_lift *l, unsigned int type, uint32_t a, bool negate)
{
	return negate ? ir_unary(l->b, IR_fneg, type, a) : a;
}

static void fused(struct rv_lift *l, unsigned int type, bool minus_product, bool minus_c)
{
	uint32_t a = negated(l, type, get(l, type, l->i->rs1), minus_product);
	uint32_t b = get(l, type, l->i->rs2);
	uint32_t c = negated(l, type, get(l, type, l->i->rs3), minus_c), old = begin_mode(l);
	uint32_t value = ir_emit(l->b, &(struct ir_insn){ .op = IR_ffma, .type = (uint8_t)type,
							  .a = a, .b = b, .c = c });

	end_mode(l, old);
	set(l, type, value);
}

BOTH(fmadd, fused(l, type, false, false))
BOTH(fmsub, fused(l, type, false, true))
BOTH(fnmsub, fused(l, type, true, false))
BOTH(fnmadd, fused(l, type, true, true))

static void lesser(struct rv_lift *l, unsigned int op, unsigned int type)
{
	set(l, type, ir_binary(l->b, op, type, get(l, type, l->i->rs1), get(l, type, l->i->rs2)));
}

BOTH(fmin, lesser(l, IR_fminnum, type))
BOTH(fmax, lesser(l, IR_fmaxnum, type))

/* What assemblers call fmv, fneg and fabs has the same register twice. */
static void sign(struct rv_lift *l, unsigned int type, bool negate)
{
	uint32_t a = get(l, type, l->i->rs1);

	if (l->i->rs1 == l->i->rs2)
		set(l, type, negated(l, type, a, negate));
	else
		set(l, type, ir_binary(l->b, IR_fcopysign, type, a,
				       negated(l, type, get(l, type, l->i->rs2), negate)));
}

BOTH(fsgnj, sign(l, type, false))
BOTH(fsgnjn, sign(l, type, true))

static void sign_xor(struct rv_lift *l, unsigned int type)
{
	unsigned int bits = type == IR_F64 ? IR_I64 : IR_I32;
	uint32_t a = get(l, type, l->i->rs1), b;

	if (l->i->rs1 == l->i->rs2) {
		set(l, type, ir_unary(l->b, IR_fabs, type, a));
		return;
	}
	b = ir_unary(l->b, IR_bitcast, bits, get(l, type, l->i->rs2));
	b = ir_binary(l->b, IR_and, bits, b,
		      ir_const(l->b, bits, type == IR_F64 ? UINT64_C(1) << 63 : UINT64_C(1) << 31));
	a = ir_binary(l->b, IR_xor, bits, ir_unary(l->b, IR_bitcast, bits, a), b);
	set(l, type, ir_unary(l->b, IR_bitcast, type, a));
}

BOTH(fsgnjx, sign_xor(l, type))

static void compare(struct rv_lift *l, unsigned int type, unsigned int cond)
{
	rv_set(l, ir_emit(l->b, &(struct ir_insn){
		.op = IR_fcmp, .type = IR_I64, .aux = (uint8_t)cond, .a = get(l, type, l->i->rs1),
		.b = get(l, type, l->i->rs2), .c = IR_NONE }));
}

BOTH(feq, compare(l, type, IR_F_OEQ))
BOTH(flt, compare(l, type, IR_F_OLT | IR_FCOND_SIGNAL))
BOTH(fle, compare(l, type, IR_F_OLE | IR_FCOND_SIGNAL))

static void to_integer(struct rv_lift *l, unsigned int type, unsigned int op, unsigned int to)
{
	unsigned int mode = l->i->rm == RM_DYN ? IR_DYN : l->i->rm;
	uint32_t value = ir_emit(l->b, &(struct ir_insn){
		.op = (uint8_t)op, .type = (uint8_t)to,
		.aux2 = (uint8_t)(mode | IR_SATMAX << IR_SAT_SHIFT),
		.a = get(l, type, l->i->rs1), .b = IR_NONE, .c = IR_NONE });

	if (to == IR_I32)
		rv_set32(l, value);
	else
		rv_set(l, value);
}

BOTH(fcvt_w, to_integer(l, type, IR_f2si, IR_I32))
BOTH(fcvt_wu, to_integer(l, type, IR_f2ui, IR_I32))
BOTH(fcvt_l, to_integer(l, type, IR_f2si, IR_I64))
BOTH(fcvt_lu, to_integer(l, type, IR_f2ui, IR_I64))

/* Every word is a double: the mode does not matter, and compilers write one into the instruction. */
static void from_integer(struct rv_lift *l, unsigned int type, unsigned int op, unsigned int from)
{
	uint32_t a = from == IR_I32 ? rv_get32(l, l->i->rs1) : rv_get(l, l->i->rs1);
	bool exact = from == IR_I32 && type == IR_F64;
	uint32_t old = exact ? IR_NONE : begin_mode(l), value = ir_unary(l->b, op, type, a);

	end_mode(l, old);
	set(l, type, value);
}

#define FROM_INTEGER(name, type)                                                                   \
	RV_LIFT(name##_w) { from_integer(l, type, IR_si2f, IR_I32); }                              \
	RV_LIFT(name##_wu) { from_integer(l, type, IR_ui2f, IR_I32); }                             \
	RV_LIFT(name##_l) { from_integer(l, type, IR_si2f, IR_I64); }                              \
	RV_LIFT(name##_lu) { from_integer(l, type, IR_ui2f, IR_I64); }

FROM_INTEGER(fcvt_d, IR_F64)
FROM_INTEGER(fcvt_s, IR_F32)

RV_LIFT(fcvt_d_s)
{
	set(l, IR_F64, ir_unary(l->b, IR_fcvt, IR_F64, get(l, IR_F32, l->i->rs1)));
}

RV_LIFT(fcvt_s_d)
{
	uint32_t a = get(l, IR_F64, l->i->rs1), old = begin_mode(l);
	uint32_t value = ir_unary(l->b, IR_fcvt, IR_F32, a);

	end_mode(l, old);
	set(l, IR_F32, value);
}

RV_LIFT(fmv_x_d)
{
	rv_set(l, get_bits(l, l->i->rs1));
}

RV_LIFT(fmv_d_x)
{
	set_bits(l, rv_get(l, l->i->rs1));
}

RV_LIFT(fmv_x_w)
{
	rv_set32(l, ir_unary(l->b, IR_trunc, IR_I32, get_bits(l, l->i->rs1)));
}

RV_LIFT(fmv_w_x)
{
	set_bits(l, rv_op(l, IR_or, rv_get(l, l->i->rs1), rv_const(l, BOX)));
}

static uint32_t choose(struct rv_lift *l, uint32_t truth, uint32_t yes, uint32_t no)
{
	return ir_emit(l->b, &(struct ir_insn){ .op = IR_select, .type = IR_I64, .a = truth,
						.b = yes, .c = no });
}

/*
 * Classes are bits: 0 -inf, 1 -normal, 2 -subnormal, 3 -0, 4 +0, 5 +subnormal, 6 +normal, 7 +inf,
 * 8 signalling NaN, 9 quiet NaN. @bits: as an i64; @top: the exponent's place.
 */
static void classify(struct rv_lift *l, uint32_t bits, unsigned int top, unsigned int width)
{
	uint64_t inf = ((UINT64_C(1) << (width - 1)) - 1) & ~((UINT64_C(1) << top) - 1);
	uint32_t magnitude = rv_op(l, IR_and, bits,
				   rv_const(l, (UINT64_C(1) << (width - 1)) - 1));
	uint32_t negative = rv_op(l, IR_shr, bits, rv_const(l, width - 1));
	uint32_t class, is;

	class = choose(l, negative, rv_const(l, 1 << 1), rv_const(l, 1 << 6));
	is = ir_compare(l->b, IR_ULT, IR_I64, magnitude, rv_const(l, UINT64_C(1) << top));
	class = choose(l, is, choose(l, negative, rv_const(l, 1 << 2), rv_const(l, 1 << 5)), class);
	is = ir_compare(l->b, IR_EQ, IR_I64, magnitude, rv_const(l, 0));
	class = choose(l, is, choose(l, negative, rv_const(l, 1 << 3), rv_const(l, 1 << 4)), class);
	is = ir_compare(l->b, IR_EQ, IR_I64, magnitude, rv_const(l, inf));
	class = choose(l, is, choose(l, negative, rv_const(l, 1), rv_const(l, 1 << 7)), class);
	is = ir_compare(l->b, IR_UGT, IR_I64, magnitude, rv_const(l, inf));
	class = choose(l, is, rv_const(l, 1 << 8), class);
	is = ir_compare(l->b, IR_UGE, IR_I64, magnitude,
			rv_const(l, inf | UINT64_C(1) << (top - 1)));
	rv_set(l, choose(l, is, rv_const(l, 1 << 9), class));
}

RV_LIFT(fclass_d)
{
	classify(l, get_bits(l, l->i->rs1), 52, 64);
}

RV_LIFT(fclass_s)
{
	uint32_t bits = ir_unary(l->b, IR_bitcast, IR_I32, get_single(l, l->i->rs1));

	classify(l, ir_unary(l->b, IR_zext, IR_I64, bits), 23, 32);
}
