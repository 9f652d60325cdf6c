// SPDX-License-Identifier: MIT
/*
 * Jumps, calls and returns.
 */
#include "arch/x86_64/guest/insns.h"

static uint64_t target(const struct x86 *t)
{
	return t->next + (uint64_t)t->i->imm;
}

bool x86_jcc(struct x86 *t)
{
	struct x86_test test = x86_test(t, t->i->opcode & 15);

	x86_branch(t, &test, target(t), t->next);
	return true;
}

bool x86_jmp(struct x86 *t)
{
	x86_jump(t, target(t));
	return true;
}

static void push_return(const struct x86 *t)
{
	uint32_t below = x86_opi(t, IR_sub, IR_I64, x86_reg(t, IR_I64, X86_RSP), 8);

	x86_store(t, IR_I64, below, 0, x86_const(t, IR_I64, t->next));
	x86_set_reg(t, IR_I64, X86_RSP, below);
	ir_guest_pc(t->build, t->next);
}

bool x86_call(struct x86 *t)
{
	push_return(t);
	x86_leave(t, IR_EXIT_CALL, target(t));
	return true;
}

bool x86_call_to(struct x86 *t)
{
	uint32_t to = x86_get(t, 0);

	push_return(t);
	x86_exit_indirect(t, IR_JUMP_CALL, to);
	return true;
}

bool x86_jmp_to(struct x86 *t)
{
	x86_exit_indirect(t, IR_JUMP, x86_get(t, 0));
	return true;
}

bool x86_ret(struct x86 *t)
{
	uint32_t stack = x86_reg(t, IR_I64, X86_RSP), to = x86_load(t, IR_I64, stack, 0);

	x86_set_reg(t, IR_I64, X86_RSP,
		    x86_opi(t, IR_add, IR_I64, stack, 8 + (uint64_t)t->i->imm));
	x86_exit_indirect(t, IR_JUMP_RET, to);
	return true;
}

/* LOOPNE, LOOPE, LOOP, JRCXZ; arg 0 to 3. */
bool x86_loop(struct x86 *t)
{
	unsigned int arg = t->i->line->arg, type = t->i->address32 ? IR_I32 : IR_I64;
	uint32_t count = x86_reg(t, type, X86_RCX), zero = x86_const(t, type, 0), goes_on;
	struct x86_test test = { IR_EQ, count, zero };

	if (arg < 3) {
		test.a = count = x86_opi(t, IR_sub, type, count, 1);
		test.cond = IR_NE;
		x86_set_reg(t, type, X86_RCX, count);
	}
	if (arg < 2) {
		goes_on = x86_op2(t, IR_and, IR_I8, x86_cmp(t, IR_NE, count, zero),
				  x86_cmp(t, IR_EQ, x86_flag(t, X86_Z), x86_const(t, IR_I8, arg)));
		test = (struct x86_test){ IR_NE, goes_on, x86_const(t, IR_I8, 0) };
	}
	x86_branch(t, &test, target(t), t->next);
	return true;
}
