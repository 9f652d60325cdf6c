// SPDX-License-Identifier: MIT
/*
 * Exchanges and fences. XCHG with memory is atomic with and without LOCK; CMPXCHG is lifted so.
 */
#include "arch/x86_64/guest/insns.h"

/* 90, which with REX.B exchanges R8, else does nothing: it does not even extend EAX. */
static bool is_nop(const struct x86 *t)
{
	return t->i->line->operand[0] == X86_Zv && t->i->opcode == 0x90 && !(t->i->rex & 1);
}

bool x86_xchg(struct x86 *t)
{
	unsigned int type = x86_operand_type(t, 0);
	uint32_t b, a;

	if (is_nop(t))
		return true;
	b = x86_get(t, 1);
	if (x86_in_memory(t, 0)) {
		x86_set(t, 1, x86_atomic(t, IR_rmw_swap, type, x86_address(t), b, IR_NONE));
		return true;
	}
	a = x86_get(t, 0);
	x86_set(t, 0, b);
	x86_set(t, 1, a);
	return true;
}

bool x86_xadd(struct x86 *t)
{
	unsigned int type = x86_operand_type(t, 0);
	uint32_t b = x86_get(t, 1), a, sum;

	if (t->i->lock) {
		a = x86_atomic(t, IR_rmw_add, type, x86_address(t), b, IR_NONE);
		sum = x86_op2(t, IR_add, type, a, b);
		x86_set(t, 1, a);
	} else if (x86_in_memory(t, 0)) {
		a = x86_get(t, 0);
		sum = x86_op2(t, IR_add, type, a, b);
		x86_set(t, 0, sum);
		x86_set(t, 1, a);
	} else {
		a = x86_get(t, 0);
		sum = x86_op2(t, IR_add, type, a, b);
		/* The destination goes last: it stays if both are the same register. */
		x86_set(t, 1, a);
		x86_set(t, 0, sum);
	}
	x86_flags_of(t, IR_flag_add, X86_ALL_FLAGS, a, b, IR_NONE, sum);
	return true;
}

/* Register @number becomes @value if @which, else stays as it is: its upper half, too. */
static void set_if(const struct x86 *t, unsigned int type, unsigned int number, uint32_t which,
		   uint32_t value)
{
	uint32_t all = x86_reg(t, IR_I64, number);

	if (type < IR_I32)
		x86_set_reg(t, type, number,
			    x86_select(t, type, which, value, x86_op1(t, IR_trunc, type, all)));
	else
		x86_set_reg(t, IR_I64, number,
			    x86_select(t, IR_I64, which,
				       x86_resize(t, IR_zext, type, IR_I64, value), all));
}

bool x86_cmpxchg(struct x86 *t)
{
	unsigned int type = x86_operand_type(t, 0);
	uint32_t expected = x86_reg(t, type, X86_RAX), desired = x86_get(t, 1), old, differs, same;

	old = x86_in_memory(t, 0) ?
		      x86_atomic(t, IR_cas, type, x86_address(t), expected, desired) :
		      x86_get(t, 0);
	differs = x86_cmp(t, IR_NE, expected, old);
	if (x86_in_memory(t, 0)) {
		set_if(t, type, X86_RAX, differs, old);
	} else if (type == IR_I8) {
		/* It may be the high byte of a register. */
		same = x86_cmp(t, IR_EQ, expected, old);
		set_if(t, type, X86_RAX, differs, old);
		x86_set(t, 0, x86_select(t, type, same, desired, x86_get(t, 0)));
	} else {
		same = x86_cmp(t, IR_EQ, expected, old);
		set_if(t, type, X86_RAX, differs, old);
		set_if(t, type, t->i->rm, same, desired);
	}
	x86_flags_of(t, IR_flag_sub, X86_ALL_FLAGS, expected, old, IR_NONE,
		     x86_op2(t, IR_sub, type, expected, old));
	return true;
}

/* CMPXCHG8B: EDX:EAX and ECX:EBX as one value. */
static void cmpxchg_two_words(struct x86 *t)
{
	const unsigned int reg[] = { X86_RAX, X86_RDX, X86_RBX, X86_RCX };
	uint32_t part[4], value[2], old, same;
	unsigned int k;

	for (k = 0; k < 4; k++)
		part[k] = x86_bits(t, IR_I64, x86_reg(t, IR_I64, reg[k]), 0, 32);
	for (k = 0; k < 2; k++)
		value[k] = x86_op2(t, IR_or, IR_I64, part[2 * k],
				   x86_opi(t, IR_shl, IR_I64, part[2 * k + 1], 32));
	old = x86_atomic(t, IR_cas, IR_I64, x86_address(t), value[0], value[1]);
	same = x86_cmp(t, IR_EQ, old, value[0]);
	part[0] = x86_bits(t, IR_I64, old, 0, 32);
	part[1] = x86_bits(t, IR_I64, old, 32, 32);
	for (k = 0; k < 2; k++)
		x86_set_reg(t, IR_I64, reg[k],
			    x86_select(t, IR_I64, same, x86_reg(t, IR_I64, reg[k]), part[k]));
	x86_set_flag(t, X86_Z, same);
}

static uint32_t half(const struct x86 *t, uint32_t value, uint32_t which)
{
	return x86_emit(t, (struct ir_insn){ .op = IR_vextr, .type = IR_I64, .aux = IR_I64X2,
					     .a = value, .b = IR_NONE, .c = IR_NONE, .imm = which });
}

static void cmpxchg_quadwords(struct x86 *t)
{
	uint32_t low = x86_reg(t, IR_I64, X86_RAX), high = x86_reg(t, IR_I64, X86_RDX), old, same;
	uint32_t desired = x86_op2(t, IR_vpair, IR_V128, x86_reg(t, IR_I64, X86_RBX),
				   x86_reg(t, IR_I64, X86_RCX));

	old = x86_atomic(t, IR_cas, IR_V128, x86_address(t),
			 x86_op2(t, IR_vpair, IR_V128, low, high), desired);
	same = x86_op2(t, IR_and, IR_I8, x86_cmp(t, IR_EQ, half(t, old, 0), low),
		       x86_cmp(t, IR_EQ, half(t, old, 1), high));
	x86_set_reg(t, IR_I64, X86_RAX, half(t, old, 0));
	x86_set_reg(t, IR_I64, X86_RDX, half(t, old, 1));
	x86_set_flag(t, X86_Z, same);
}

bool x86_cmpxchg_pair(struct x86 *t)
{
	if (x86_bytes(t, 0) == 16)
		cmpxchg_quadwords(t);
	else
		cmpxchg_two_words(t);
	return true;
}

/* arg: enum ir_fence. */
bool x86_fence(struct x86 *t)
{
	x86_emit(t, (struct ir_insn){ .op = IR_fence, .aux = (uint8_t)t->i->line->arg, .a = IR_NONE,
				      .b = IR_NONE, .c = IR_NONE });
	return true;
}

/* A flush faults as a load does. */
bool x86_clflush(struct x86 *t)
{
	x86_load(t, IR_I8, x86_address(t), 0);
	return true;
}
