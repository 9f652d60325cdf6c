// SPDX-License-Identifier: MIT
/*
 * Integers: I, M, Zba, Zbb, Zbs.
 */
#include "arch/riscv64/guest/lift.h"

/* rd = rs1 op rs2 */
#define REGISTERS(name, op) \
	RV_LIFT(name) { rv_set(l, rv_op(l, op, rv_get(l, l->i->rs1), rv_get(l, l->i->rs2))); }

REGISTERS(add, IR_add)
REGISTERS(sub, IR_sub)
REGISTERS(sll, IR_shl)
REGISTERS(srl, IR_shr)
REGISTERS(sra, IR_sar)
REGISTERS(xor, IR_xor)
REGISTERS(or, IR_or)
REGISTERS(and, IR_and)
REGISTERS(mul, IR_mul)
REGISTERS(mulh, IR_mulhs)
REGISTERS(mulhsu, IR_mulhsu)
REGISTERS(mulhu, IR_mulhu)
REGISTERS(div, IR_sdiv)
REGISTERS(divu, IR_udiv)
REGISTERS(rem, IR_srem)
REGISTERS(remu, IR_urem)
REGISTERS(andn, IR_andn)
REGISTERS(min, IR_smin)
REGISTERS(minu, IR_umin)
REGISTERS(max, IR_smax)
REGISTERS(maxu, IR_umax)
REGISTERS(rol, IR_rotl)
REGISTERS(ror, IR_rotr)

/* rd = rs1 op immediate */
#define IMMEDIATE(name, op)                                                                        \
	RV_LIFT(name)                                                                              \
	{                                                                                          \
		rv_set(l, rv_op(l, op, rv_get(l, l->i->rs1),                                       \
				rv_const(l, (uint64_t)l->i->imm)));                                \
	}

IMMEDIATE(andi, IR_and)
IMMEDIATE(ori, IR_or)
IMMEDIATE(xori, IR_xor)
IMMEDIATE(slli, IR_shl)
IMMEDIATE(srli, IR_shr)
IMMEDIATE(srai, IR_sar)
IMMEDIATE(rori, IR_rotr)

/* The same in 32 bits. */
#define REGISTERS32(name, op)                                                                      \
	RV_LIFT(name)                                                                              \
	{                                                                                          \
		rv_set32(l, ir_binary(l->b, op, IR_I32, rv_get32(l, l->i->rs1),                    \
				      rv_get32(l, l->i->rs2)));                                    \
	}

REGISTERS32(addw, IR_add)
REGISTERS32(subw, IR_sub)
REGISTERS32(sllw, IR_shl)
REGISTERS32(srlw, IR_shr)
REGISTERS32(sraw, IR_sar)
REGISTERS32(mulw, IR_mul)
REGISTERS32(divw, IR_sdiv)
REGISTERS32(divuw, IR_udiv)
REGISTERS32(remw, IR_srem)
REGISTERS32(remuw, IR_urem)
REGISTERS32(rolw, IR_rotl)
REGISTERS32(rorw, IR_rotr)

#define IMMEDIATE32(name, op)                                                                      \
	RV_LIFT(name)                                                                              \
	{                                                                                          \
		rv_set32(l, ir_binary(l->b, op, IR_I32, rv_get32(l, l->i->rs1),                    \
				      ir_const(l->b, IR_I32, (uint64_t)l->i->imm)));               \
	}

IMMEDIATE32(addiw, IR_add)
IMMEDIATE32(slliw, IR_shl)
IMMEDIATE32(srliw, IR_shr)
IMMEDIATE32(sraiw, IR_sar)
IMMEDIATE32(roriw, IR_rotr)

/* What assemblers call li and mv is common. */
RV_LIFT(addi)
{
	if (!l->i->rs1)
		rv_set(l, rv_const(l, (uint64_t)l->i->imm));
	else if (!l->i->imm)
		rv_set(l, rv_get(l, l->i->rs1));
	else
		rv_set(l, rv_op(l, IR_add, rv_get(l, l->i->rs1), rv_const(l, (uint64_t)l->i->imm)));
}

RV_LIFT(lui)
{
	rv_set(l, rv_const(l, (uint64_t)l->i->imm));
}

RV_LIFT(auipc)
{
	rv_set(l, rv_const(l, l->pc + (uint64_t)l->i->imm));
}

static void compare(struct rv_lift *l, unsigned int cond, uint32_t b)
{
	rv_set(l, ir_compare(l->b, cond, IR_I64, rv_get(l, l->i->rs1), b));
}

RV_LIFT(slt)
{
	compare(l, IR_SLT, rv_get(l, l->i->rs2));
}

RV_LIFT(sltu)
{
	compare(l, IR_ULT, rv_get(l, l->i->rs2));
}

RV_LIFT(slti)
{
	compare(l, IR_SLT, rv_const(l, (uint64_t)l->i->imm));
}

RV_LIFT(sltiu)
{
	compare(l, IR_ULT, rv_const(l, (uint64_t)l->i->imm));
}

static uint32_t inverted(struct rv_lift *l)
{
	return ir_unary(l->b, IR_not, IR_I64, rv_get(l, l->i->rs2));
}

RV_LIFT(orn)
{
	rv_set(l, rv_op(l, IR_or, rv_get(l, l->i->rs1), inverted(l)));
}

RV_LIFT(xnor)
{
	rv_set(l, rv_op(l, IR_xor, rv_get(l, l->i->rs1), inverted(l)));
}

/* rd = rs2 + (a << shift) */
static void shift_add(struct rv_lift *l, uint32_t a, unsigned int shift)
{
	uint32_t shifted = shift ? rv_op(l, IR_shl, a, rv_const(l, shift)) : a;

	rv_set(l, rv_op(l, IR_add, shifted, rv_get(l, l->i->rs2)));
}

static uint32_t low_word(struct rv_lift *l)
{
	return ir_unary(l->b, IR_zext, IR_I64, rv_get32(l, l->i->rs1));
}

#define SHIFT_ADD(name, shift) \
	RV_LIFT(name) { shift_add(l, rv_get(l, l->i->rs1), shift); }
#define SHIFT_ADD_WORD(name, shift) \
	RV_LIFT(name) { shift_add(l, low_word(l), shift); }

SHIFT_ADD(sh1add, 1)
SHIFT_ADD(sh2add, 2)
SHIFT_ADD(sh3add, 3)
SHIFT_ADD_WORD(add_uw, 0)
SHIFT_ADD_WORD(sh1add_uw, 1)
SHIFT_ADD_WORD(sh2add_uw, 2)
SHIFT_ADD_WORD(sh3add_uw, 3)

RV_LIFT(slli_uw)
{
	rv_set(l, rv_op(l, IR_shl, low_word(l), rv_const(l, (uint64_t)l->i->imm)));
}

#define UNARY(name, op) \
	RV_LIFT(name) { rv_set(l, ir_unary(l->b, op, IR_I64, rv_get(l, l->i->rs1))); }
#define UNARY32(name, op) \
	RV_LIFT(name) { rv_set32(l, ir_unary(l->b, op, IR_I32, rv_get32(l, l->i->rs1))); }

UNARY(clz, IR_clz)
UNARY(ctz, IR_ctz)
UNARY(cpop, IR_popcnt)
UNARY(rev8, IR_bswap)
UNARY32(clzw, IR_clz)
UNARY32(ctzw, IR_ctz)
UNARY32(cpopw, IR_popcnt)

static void extend(struct rv_lift *l, unsigned int op, unsigned int type)
{
	uint32_t narrow = ir_unary(l->b, IR_trunc, type, rv_get(l, l->i->rs1));

	rv_set(l, ir_unary(l->b, op, IR_I64, narrow));
}

RV_LIFT(sext_b)
{
	extend(l, IR_sext, IR_I8);
}

RV_LIFT(sext_h)
{
	extend(l, IR_sext, IR_I16);
}

RV_LIFT(zext_h)
{
	extend(l, IR_zext, IR_I16);
}

/* Seven ones carry into the top bit of a byte if any of its low seven bits is one. */
RV_LIFT(orc_b)
{
	const uint64_t low = UINT64_C(0x7f7f7f7f7f7f7f7f);
	uint32_t a = rv_get(l, l->i->rs1), mask = rv_const(l, low);
	uint32_t top = rv_op(l, IR_or, a, rv_op(l, IR_add, rv_op(l, IR_and, a, mask), mask));

	top = rv_op(l, IR_shr, rv_op(l, IR_and, top, rv_const(l, ~low)), rv_const(l, 7));
	rv_set(l, rv_op(l, IR_mul, top, rv_const(l, 255)));
}

/* A single bit: @index modulo 64. */
static uint32_t single(struct rv_lift *l, uint32_t index)
{
	return rv_op(l, IR_shl, rv_const(l, 1), index);
}

static void extract(struct rv_lift *l, uint32_t index)
{
	rv_set(l, rv_op(l, IR_and, rv_op(l, IR_shr, rv_get(l, l->i->rs1), index), rv_const(l, 1)));
}

#define BIT(name, op)                                                                              \
	RV_LIFT(name)                                                                              \
	{                                                                                          \
		rv_set(l, rv_op(l, op, rv_get(l, l->i->rs1), single(l, rv_get(l, l->i->rs2))));    \
	}                                                                                          \
	RV_LIFT(name##i)                                                                           \
	{                                                                                          \
		rv_set(l, rv_op(l, op, rv_get(l, l->i->rs1),                                       \
				rv_const(l, UINT64_C(1) << l->i->imm)));                           \
	}

BIT(bclr, IR_andn)
BIT(binv, IR_xor)
BIT(bset, IR_or)

RV_LIFT(bext)
{
	extract(l, rv_get(l, l->i->rs2));
}

RV_LIFT(bexti)
{
	extract(l, rv_const(l, (uint64_t)l->i->imm));
}
