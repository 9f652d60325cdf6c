// SPDX-License-Identifier: MIT
/*
 * Moves, and the stack. What may fault comes before registers are changed.
 */
#include "arch/x86_64/guest/insns.h"

bool x86_mov(struct x86 *t)
{
	x86_set(t, 0, x86_get(t, 1));
	return true;
}

bool x86_lea(struct x86 *t)
{
	x86_set(t, 0, x86_resize(t, IR_zext, IR_I64, x86_type(t->i->size), x86_effective(t)));
	return true;
}

bool x86_movzx(struct x86 *t)
{
	x86_set(t, 0, x86_get_as(t, 1, IR_zext, x86_operand_type(t, 0)));
	return true;
}

bool x86_movsx(struct x86 *t)
{
	x86_set(t, 0, x86_get_as(t, 1, IR_sext, x86_operand_type(t, 0)));
	return true;
}

bool x86_movbe(struct x86 *t)
{
	x86_set(t, 0, x86_op1(t, IR_bswap, x86_operand_type(t, 0), x86_get(t, 1)));
	return true;
}

/* Of 16 bits it is undefined, and gives 0 as CPUs do. */
bool x86_bswap(struct x86 *t)
{
	unsigned int type = x86_operand_type(t, 0);

	x86_set(t, 0, type == IR_I16 ? x86_const(t, type, 0) :
				       x86_op1(t, IR_bswap, type, x86_get(t, 0)));
	return true;
}

/* The source is read, and a destination of 32 bits extended, whatever the condition says. */
bool x86_cmov(struct x86 *t)
{
	unsigned int type = x86_operand_type(t, 0);
	uint32_t source = x86_get(t, 1), old = x86_get(t, 0);

	x86_set(t, 0, x86_select(t, type, x86_holds(t, t->i->opcode & 15), source, old));
	return true;
}

bool x86_setcc(struct x86 *t)
{
	x86_set(t, 0, x86_holds(t, t->i->opcode & 15));
	return true;
}

/* AL becomes the byte at rBX + AL. */
bool x86_xlat(struct x86 *t)
{
	uint32_t address = x86_op2(t, IR_add, IR_I64, x86_reg(t, IR_I64, X86_RBX),
				   x86_op1(t, IR_zext, IR_I64, x86_reg(t, IR_I8, X86_RAX)));

	if (t->i->segment || t->i->address32)
		return false;
	x86_set_reg(t, IR_I8, X86_RAX, x86_load(t, IR_I8, address, 0));
	return true;
}

static uint32_t stack(const struct x86 *t)
{
	return x86_reg(t, IR_I64, X86_RSP);
}

static void push(const struct x86 *t, unsigned int type, uint32_t value)
{
	uint32_t below = x86_opi(t, IR_sub, IR_I64, stack(t), ir_type_bytes(type));

	x86_store(t, type, below, 0, value);
	x86_set_reg(t, IR_I64, X86_RSP, below);
}

/* The value on the top, and the stack pointer behind it. */
static uint32_t pop(const struct x86 *t, unsigned int type)
{
	uint32_t value = x86_load(t, type, stack(t), 0);

	x86_set_reg(t, IR_I64, X86_RSP,
		    x86_opi(t, IR_add, IR_I64, stack(t), ir_type_bytes(type)));
	return value;
}

bool x86_push(struct x86 *t)
{
	push(t, x86_operand_type(t, 0), x86_get(t, 0));
	return true;
}

/* An address in memory is computed with the stack pointer behind what was popped. */
bool x86_pop(struct x86 *t)
{
	unsigned int type = x86_operand_type(t, 0);
	uint32_t value;

	if (!x86_in_memory(t, 0)) {
		x86_set(t, 0, pop(t, type));
		return true;
	}
	value = x86_load(t, type, stack(t), 0);
	x86_address(t);
	if (t->i->base == X86_RSP)
		t->offset = t->i->size;
	x86_set(t, 0, value);
	x86_set_reg(t, IR_I64, X86_RSP, x86_opi(t, IR_add, IR_I64, stack(t), t->i->size));
	return true;
}

bool x86_leave_frame(struct x86 *t)
{
	uint32_t frame = x86_reg(t, IR_I64, X86_RBP), value = x86_load(t, IR_I64, frame, 0);

	x86_set_reg(t, IR_I64, X86_RSP, x86_opi(t, IR_add, IR_I64, frame, 8));
	x86_set_reg(t, IR_I64, X86_RBP, value);
	return true;
}

bool x86_pushf(struct x86 *t)
{
	unsigned int type = x86_type(t->i->size);

	push(t, type, x86_resize(t, IR_zext, IR_I64, type, x86_rflags(t)));
	return true;
}

/* Flags from their places in @value, an i64: those of @mask. */
static void flags_from(const struct x86 *t, uint32_t value, uint32_t mask)
{
	static const uint8_t bit[] = { [X86_C] = 0, [X86_P] = 2, [X86_A] = 4, [X86_Z] = 6,
				       [X86_S] = 7, [X86_O] = 11 };
	unsigned int f;
	uint32_t one;

	for (f = 0; f < X86_NR_FLAGS; f++) {
		if (!(mask & t->live & 1u << f))
			continue;
		one = x86_op1(t, IR_trunc, IR_I8, x86_bits(t, IR_I64, value, bit[f], 1));
		/* A byte with that parity. */
		if (f == X86_P)
			one = x86_opi(t, IR_xor, IR_I8, one, 1);
		x86_set_flag(t, f, one);
	}
}

/* The single-step flag has no effect and reads as 0. */
bool x86_popf(struct x86 *t)
{
	uint32_t value = pop(t, x86_type(t->i->size)), back, other, kept;

	value = x86_resize(t, IR_zext, x86_type(t->i->size), IR_I64, value);
	flags_from(t, value, X86_ALL_FLAGS);
	back = x86_bits(t, IR_I64, value, X86_RFLAGS_DF, 1);
	ir_set_state(t->build, X86_STATE(back), x86_op1(t, IR_trunc, IR_I8, back));
	other = x86_opi(t, IR_and, IR_I64, value, X86_RFLAGS_OTHER);
	if (t->i->size == 2) {
		kept = ir_get_state(t->build, IR_I64, X86_STATE(other));
		kept = x86_opi(t, IR_and, IR_I64, kept, ~UINT64_C(0xffff));
		other = x86_op2(t, IR_or, IR_I64, other, kept);
	}
	ir_set_state(t->build, X86_STATE(other), other);
	return true;
}

bool x86_sahf(struct x86 *t)
{
	uint32_t value = x86_bits(t, IR_I64, x86_reg(t, IR_I64, X86_RAX), 8, 8);

	flags_from(t, value, X86_ALL_FLAGS & ~FLAG(O));
	return true;
}

bool x86_lahf(struct x86 *t)
{
	uint32_t old = x86_reg(t, IR_I64, X86_RAX), flags = x86_rflags(t);

	flags = x86_emit(t, (struct ir_insn){ .op = IR_bfi, .type = IR_I64, .a = old, .b = flags,
					      .c = IR_NONE, .lo = 8, .hi = 8 });
	x86_set_reg(t, IR_I64, X86_RAX, flags);
	return true;
}

bool x86_cmc(struct x86 *t)
{
	x86_set_flag(t, X86_C, x86_opi(t, IR_xor, IR_I8, x86_flag(t, X86_C), 1));
	return true;
}

/* CLC, STC. */
bool x86_setc(struct x86 *t)
{
	x86_set_flag(t, X86_C, x86_const(t, IR_I8, t->i->line->arg));
	return true;
}

/* CLD, STD. */
bool x86_setd(struct x86 *t)
{
	ir_set_state(t->build, X86_STATE(back), x86_const(t, IR_I8, t->i->line->arg));
	return true;
}
