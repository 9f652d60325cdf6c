/* SPDX-License-Identifier: MIT */
#ifndef VMB_ARCH_ARM64_GUEST_LIFT_H
#define VMB_ARCH_ARM64_GUEST_LIFT_H
/*
 * What the functions that lift one instruction each share. They are called a64_<lift>, are named by
 * insn.def, and refuse a word before they append anything that a truncation of the open block could
 * not take back: no blocks, no edges, no terminators.
 */

#include "arch/arm64/guest/decode.h"
#include "arch/arm64/guest/state.h"
#include "vmcore/ports.h"

/**
 * struct a64 - an instruction that is being lifted.
 * @lift, @build: where to
 * @pc: its address
 * @word: its encoding
 * @arg: of its line in insn.def
 */
struct a64 {
	struct guest_lift *lift;
	struct ir_build *build;
	uint64_t pc;
	uint32_t word;
	uint32_t arg;
};

#define A64_STATE(field)    ((uint32_t)offsetof(struct a64_state, field))
#define A64_STATE_X(number) (A64_STATE(x) + 8u * (number))
#define A64_STATE_Q(number) (A64_STATE(q) + 16u * (number))

/* aux2 of floating-point instructions. */
#define A64_NAN (IR_NAN_A64 << IR_NAN_SHIFT)

/* Fields. */

VMB_INLINE uint32_t a64_bits(const struct a64 *t, unsigned int low, unsigned int nr)
{
	return t->word >> low & ((1u << nr) - 1);
}

VMB_INLINE bool a64_bit(const struct a64 *t, unsigned int n)
{
	return t->word >> n & 1;
}

VMB_INLINE int64_t a64_sbits(const struct a64 *t, unsigned int low, unsigned int nr)
{
	return (int64_t)(int32_t)(t->word << (32 - low - nr)) >> (32 - nr);
}

VMB_INLINE uint32_t a64_rd(const struct a64 *t)
{
	return a64_bits(t, 0, 5);
}

VMB_INLINE uint32_t a64_rn(const struct a64 *t)
{
	return a64_bits(t, 5, 5);
}

VMB_INLINE uint32_t a64_ra(const struct a64 *t)
{
	return a64_bits(t, 10, 5);
}

VMB_INLINE uint32_t a64_rm(const struct a64 *t)
{
	return a64_bits(t, 16, 5);
}

/* Type of a general register in an instruction that has sf in bit 31, and its width. */
VMB_INLINE unsigned int a64_type(const struct a64 *t)
{
	return a64_bit(t, 31) ? IR_I64 : IR_I32;
}

VMB_INLINE unsigned int a64_width(unsigned int type)
{
	return 8 * ir_type_bytes(type);
}

/* IR. */

VMB_INLINE uint32_t a64_const(const struct a64 *t, unsigned int type, uint64_t bits)
{
	return ir_const(t->build, type, bits);
}

VMB_INLINE uint32_t a64_op1(const struct a64 *t, unsigned int op, unsigned int type, uint32_t a)
{
	return ir_unary(t->build, op, type, a);
}

VMB_INLINE uint32_t a64_op2(const struct a64 *t, unsigned int op, unsigned int type, uint32_t a,
			    uint32_t b)
{
	return ir_binary(t->build, op, type, a, b);
}

VMB_INLINE uint32_t a64_op3(const struct a64 *t, unsigned int op, unsigned int type, uint32_t a,
			    uint32_t b, uint32_t c)
{
	return ir_emit(t->build, &(struct ir_insn){ .op = (uint8_t)op, .type = (uint8_t)type,
						    .a = a, .b = b, .c = c });
}

/* With attributes and an immediate; operands that it does not have are IR_NONE. */
VMB_INLINE uint32_t a64_emit(const struct a64 *t, struct ir_insn insn)
{
	return ir_emit(t->build, &insn);
}

VMB_INLINE uint32_t a64_select(const struct a64 *t, unsigned int type, uint32_t which, uint32_t yes,
			       uint32_t no)
{
	return a64_op3(t, IR_select, type, which, yes, no);
}

VMB_INLINE uint32_t a64_cmp(const struct a64 *t, unsigned int cond, uint32_t a, uint32_t b)
{
	return ir_compare(t->build, cond, IR_I8, a, b);
}

/* Bits pos .. pos + len - 1; op is ubfx or sbfx. */
uint32_t a64_bfx(const struct a64 *t, unsigned int op, unsigned int type, uint32_t a,
		 unsigned int pos, unsigned int len);

/* @a shifted by a constant; op is shl, shr, sar, rotl or rotr. */
uint32_t a64_shift(const struct a64 *t, unsigned int op, unsigned int type, uint32_t a,
		   unsigned int by);

/* General registers. In a64_x() and a64_set_x() 31 is the zero register, in a64_xsp() and
 * a64_set_xsp() the stack pointer. A 32-bit write clears the upper half.
 */
uint32_t a64_x(const struct a64 *t, unsigned int type, uint32_t n);
uint32_t a64_xsp(const struct a64 *t, unsigned int type, uint32_t n);
void a64_set_x(const struct a64 *t, unsigned int type, uint32_t n, uint32_t value);
void a64_set_xsp(const struct a64 *t, unsigned int type, uint32_t n, uint32_t value);

/* Condition flags. */

/** struct a64_flags - values of type i8, 0 or 1. */
struct a64_flags {
	uint32_t n, z, c, v;
};

/** a64_set_flags - store them, n last: a64_test() looks for that. */
void a64_set_flags(const struct a64 *t, const struct a64_flags *flags);

/** a64_get_flags - load them. */
struct a64_flags a64_get_flags(const struct a64 *t);

/** a64_flags_sub - those of @a - @b. */
struct a64_flags a64_flags_sub(const struct a64 *t, uint32_t a, uint32_t b);

/** a64_flags_add - those of @a + @b, which is @sum. */
struct a64_flags a64_flags_add(const struct a64 *t, uint32_t a, uint32_t b);

/** a64_flags_logic - those of a logical @result. */
struct a64_flags a64_flags_logic(const struct a64 *t, uint32_t result);

/** a64_flags_const - the bits of @nzcv. */
struct a64_flags a64_flags_const(const struct a64 *t, unsigned int nzcv);

/** struct a64_test - a comparison of two integers: what ir_cond @cond says of @a and @b. */
struct a64_test {
	unsigned int cond;
	uint32_t a, b;
};

/**
 * a64_test - a condition of the architecture as one comparison.
 * @cond: 0..13
 *
 * If the open block shows what set the flags, it compares that; the flags themselves are then not
 * read and go when something overwrites them.
 */
struct a64_test a64_test(const struct a64 *t, unsigned int cond);

/** a64_holds - 1 if condition @cond (0..15) holds, else 0. */
uint32_t a64_holds(const struct a64 *t, unsigned int cond);

/* Vector registers. */

uint32_t a64_q(const struct a64 *t, uint32_t n);
void a64_set_q(const struct a64 *t, uint32_t n, uint32_t value);

/* A scalar in the lowest lane: f32, f64 or an integer; writing clears the rest. */
uint32_t a64_f(const struct a64 *t, unsigned int type, uint32_t n);
void a64_set_f(const struct a64 *t, unsigned int type, uint32_t n, uint32_t value);

/* Shape whose lanes have a type, and back. */
unsigned int a64_lane_of(unsigned int type);

/* ops on v128: lane shape, aux2 and immediate; missing operands are IR_NONE. */
uint32_t a64_vec(const struct a64 *t, unsigned int op, unsigned int lane, unsigned int aux2,
		 uint32_t a, uint32_t b, uint32_t c);
uint32_t a64_vec_imm(const struct a64 *t, unsigned int op, unsigned int lane, uint32_t imm,
		     uint32_t a, uint32_t b);
uint32_t a64_extract(const struct a64 *t, unsigned int lane, uint32_t vector, uint32_t index);
uint32_t a64_insert(const struct a64 *t, unsigned int lane, uint32_t vector, uint32_t index,
		    uint32_t value);
uint32_t a64_splat(const struct a64 *t, unsigned int lane, uint32_t value);
uint32_t a64_move0(const struct a64 *t, unsigned int lane, uint32_t value);
uint32_t a64_const_v(const struct a64 *t, uint64_t low, uint64_t high);

/* The low half of @vector, zeros above; and its low half twice. */
uint32_t a64_low(const struct a64 *t, uint32_t vector);
uint32_t a64_low_twice(const struct a64 *t, uint32_t vector);

/* Immediates. */

/** a64_logical_imm - the immediate of AND, ORR, EOR and ANDS. Return: false if it is reserved. */
bool a64_logical_imm(const struct a64 *t, uint64_t *imm);

/** a64_fp_imm - the eight bits of FMOV as a float of @type. */
uint64_t a64_fp_imm(unsigned int type, unsigned int imm8);

/* Ends of blocks. */

/** a64_leave - exit to @target for @reason. */
void a64_leave(const struct a64 *t, unsigned int reason, uint64_t target);

/** a64_jump - go on at @target. */
void a64_jump(const struct a64 *t, uint64_t target);

/** a64_branch - go on at @target if the test holds, else at the next instruction. */
void a64_branch(const struct a64 *t, const struct a64_test *test, uint64_t target);

#endif /* VMB_ARCH_ARM64_GUEST_LIFT_H */
