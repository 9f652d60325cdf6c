/* SPDX-License-Identifier: MIT */
#ifndef VMB_ARCH_X86_64_GUEST_LIFT_H
#define VMB_ARCH_X86_64_GUEST_LIFT_H
/*
 * What the functions that lift one instruction each share. They are called x86_<lift>, are named by
 * insn.def, and refuse an instruction before they append anything that a truncation of the open block
 * could not take back: no blocks, no edges, no terminators.
 */

#include "arch/x86_64/guest/decode.h"
#include "arch/x86_64/guest/state.h"
#include "vmcore/ports.h"

/**
 * struct x86 - an instruction that is being lifted.
 * @lift, @build: where to
 * @i: its fields
 * @pc, @next: its address and the next one's
 * @address, @offset: of its operand in memory, once it is computed; IR_NONE
 * @live: flags whose values may be read before they are overwritten, as a mask of enum x86_flag
 */
struct x86 {
	struct guest_lift *lift;
	struct ir_build *build;
	const struct x86_insn *i;
	uint64_t pc, next;
	uint32_t address;
	int32_t offset;
	uint32_t live;
};

#define X86_STATE(field)    ((uint32_t)offsetof(struct x86_state, field))
#define X86_STATE_R(number) (X86_STATE(r) + 8u * (number))
#define X86_STATE_X(number) (X86_STATE(xmm) + 16u * (number))
#define X86_STATE_FLAG(f)   (X86_STATE(flag) + (f))

/* aux2 of floating-point instructions. */
#define X86_NAN (IR_NAN_X86 << IR_NAN_SHIFT)

/* IR. */

VMB_INLINE uint32_t x86_const(const struct x86 *t, unsigned int type, uint64_t bits)
{
	return ir_const(t->build, type, bits);
}

VMB_INLINE uint32_t x86_op1(const struct x86 *t, unsigned int op, unsigned int type, uint32_t a)
{
	return ir_unary(t->build, op, type, a);
}

VMB_INLINE uint32_t x86_op2(const struct x86 *t, unsigned int op, unsigned int type, uint32_t a,
			    uint32_t b)
{
	return ir_binary(t->build, op, type, a, b);
}

VMB_INLINE uint32_t x86_op3(const struct x86 *t, unsigned int op, unsigned int type, uint32_t a,
			    uint32_t b, uint32_t c)
{
	return ir_emit(t->build, &(struct ir_insn){ .op = (uint8_t)op, .type = (uint8_t)type,
						    .a = a, .b = b, .c = c });
}

/* @a and a constant. */
VMB_INLINE uint32_t x86_opi(const struct x86 *t, unsigned int op, unsigned int type, uint32_t a,
			    uint64_t b)
{
	return x86_op2(t, op, type, a, x86_const(t, type, b));
}

/* With attributes and an immediate; operands that it does not have are IR_NONE. */
VMB_INLINE uint32_t x86_emit(const struct x86 *t, struct ir_insn insn)
{
	return ir_emit(t->build, &insn);
}

VMB_INLINE uint32_t x86_select(const struct x86 *t, unsigned int type, uint32_t which, uint32_t yes,
			       uint32_t no)
{
	return x86_op3(t, IR_select, type, which, yes, no);
}

VMB_INLINE uint32_t x86_cmp(const struct x86 *t, unsigned int cond, uint32_t a, uint32_t b)
{
	return ir_compare(t->build, cond, IR_I8, a, b);
}

/* Integer type of @bytes; v128 for 16. */
unsigned int x86_type(unsigned int bytes);

/* @value of type @from as @to: cut, or extended by @op, zext or sext. */
uint32_t x86_resize(const struct x86 *t, unsigned int op, unsigned int from, unsigned int to,
		    uint32_t value);

/* Bits pos .. pos + len - 1, zeros above. */
uint32_t x86_bits(const struct x86 *t, unsigned int type, uint32_t a, unsigned int pos,
		  unsigned int len);

/* Type of a value that has been appended. */
unsigned int x86_type_of(const struct x86 *t, uint32_t value);

/* General registers by number. Writing 32 bits clears those above, writing fewer keeps them. */
uint32_t x86_reg(const struct x86 *t, unsigned int type, unsigned int number);
void x86_set_reg(const struct x86 *t, unsigned int type, unsigned int number, uint32_t value);

/* Vector registers. */
uint32_t x86_xmm(const struct x86 *t, unsigned int number);
void x86_set_xmm(const struct x86 *t, unsigned int number, uint32_t value);

/* Memory, in the order that x86 has where it can be seen: loads acquire, stores release. */
uint8_t x86_load_order(const struct x86 *t);
uint32_t x86_load(const struct x86 *t, unsigned int type, uint32_t address, int32_t offset);
void x86_store(const struct x86 *t, unsigned int type, uint32_t address, int32_t offset,
	       uint32_t value);

/* Atomic: op is cas or one of rmw; sequentially consistent. Return: the old value. */
uint32_t x86_atomic(const struct x86 *t, unsigned int op, unsigned int type, uint32_t address,
		    uint32_t b, uint32_t c);

/* Operands. */

/** x86_bytes - the size of operand @n. */
unsigned int x86_bytes(const struct x86 *t, unsigned int n);

/** x86_operand_type - its type, an integer or v128. */
unsigned int x86_operand_type(const struct x86 *t, unsigned int n);

/** x86_in_memory - is operand @n there? */
bool x86_in_memory(const struct x86 *t, unsigned int n);

/** x86_address - address of the operand in memory. */
uint32_t x86_address(struct x86 *t);

/** x86_effective - the same without the segment, as LEA has it. */
uint32_t x86_effective(const struct x86 *t);

/** x86_get, x86_set - operand @n of its type. */
uint32_t x86_get(struct x86 *t, unsigned int n);
void x86_set(struct x86 *t, unsigned int n, uint32_t value);

/* Whatever uses an MMX register makes all of the x87's full, and the first the top; x86_set() does so. */
void x86_enter_mmx(const struct x86 *t);

/** x86_get_as - operand @n, extended by @op (zext, sext) or cut to @type. */
uint32_t x86_get_as(struct x86 *t, unsigned int n, unsigned int op, unsigned int type);

/* Flags. */

/** x86_set_flag - @value: i8, 0 or 1; of P a byte with its parity. Nothing if it is not live. */
void x86_set_flag(const struct x86 *t, enum x86_flag flag, uint32_t value);

/** x86_flag - the flag's value: i8, 0 or 1, also of P. */
uint32_t x86_flag(const struct x86 *t, enum x86_flag flag);

/** x86_flags_of - those of IR @op (flag_add, flag_adc, flag_sub, flag_sbb); @c: carry or IR_NONE. */
void x86_flags_of(const struct x86 *t, unsigned int op, uint32_t mask, uint32_t a, uint32_t b,
		  uint32_t c, uint32_t result);

/** x86_flags_result - S, Z and P of @result. */
void x86_flags_result(const struct x86 *t, uint32_t result);

/** x86_flags_logic - the same; C, O and A are 0. */
void x86_flags_logic(const struct x86 *t, uint32_t result);

/** x86_keep_flag_unless - the flag becomes @value if @holds is not 0. */
void x86_keep_flag_unless(const struct x86 *t, uint32_t holds, enum x86_flag flag, uint32_t value);

/** struct x86_test - a comparison of two integers: what ir_cond @cond says of @a and @b. */
struct x86_test {
	unsigned int cond;
	uint32_t a, b;
};

/**
 * x86_test - condition @cond (0..15) as one comparison.
 *
 * If the open block shows what set the flags, it compares that; the flags themselves are then not
 * read.
 */
struct x86_test x86_test(const struct x86 *t, unsigned int cond);

/** x86_holds - 1 if condition @cond holds, else 0; i8. */
uint32_t x86_holds(const struct x86 *t, unsigned int cond);

/** x86_rflags - RFLAGS; i64. */
uint32_t x86_rflags(const struct x86 *t);

/** x86_call_helper - call @helper, which the unit declares once. */
uint32_t x86_call_helper(const struct x86 *t, const struct ir_helper *helper, const uint32_t *arg);

/* Ends of blocks. */

/** x86_leave - exit to @target for @reason. */
void x86_leave(const struct x86 *t, unsigned int reason, uint64_t target);

/** x86_jump - go on at @target. */
void x86_jump(const struct x86 *t, uint64_t target);

/** x86_branch - go on at @yes if the test holds, else at @no. */
void x86_branch(const struct x86 *t, const struct x86_test *test, uint64_t yes, uint64_t no);

/** x86_exit_indirect - leave for the value @target; enum ir_jump @kind. */
void x86_exit_indirect(const struct x86 *t, unsigned int kind, uint32_t target);

/**
 * x86_branch_blocks - end the block: @yes if the test holds, else @no. guest_pc has to be repeated by
 * x86_begin().
 */
void x86_branch_blocks(const struct x86 *t, const struct x86_test *test, uint32_t yes, uint32_t no);

/** x86_begin - open a block of this instruction. */
void x86_begin(const struct x86 *t, uint32_t block);

#endif /* VMB_ARCH_X86_64_GUEST_LIFT_H */
