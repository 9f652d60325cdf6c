// SPDX-License-Identifier: MIT
/*
 * Branches and exceptions. Source: Arm ARM (DDI 0487), C4.1, "Branches, Exception Generating and
 * System instructions".
 */
#include "arch/arm64/guest/insns.h"

static uint64_t target(const struct a64 *t, unsigned int low, unsigned int nr)
{
	return t->pc + ((uint64_t)a64_sbits(t, low, nr) << 2);
}

static void link_register(const struct a64 *t)
{
	a64_set_x(t, IR_I64, 30, a64_const(t, IR_I64, t->pc + 4));
	ir_guest_pc(t->build, t->pc + 4);
}

bool a64_b_cond(const struct a64 *t)
{
	unsigned int cond = a64_bits(t, 0, 4);
	struct a64_test test;

	if (cond >= 14) {
		a64_jump(t, target(t, 5, 19));
		return true;
	}
	test = a64_test(t, cond);
	a64_branch(t, &test, target(t, 5, 19));
	return true;
}

bool a64_b(const struct a64 *t)
{
	a64_jump(t, target(t, 0, 26));
	return true;
}

bool a64_bl(const struct a64 *t)
{
	link_register(t);
	a64_leave(t, IR_EXIT_CALL, target(t, 0, 26));
	return true;
}

/* CBZ and CBNZ. */
bool a64_cb(const struct a64 *t)
{
	unsigned int type = a64_type(t);
	struct a64_test test = { t->arg, a64_x(t, type, a64_rd(t)), a64_const(t, type, 0) };

	a64_branch(t, &test, target(t, 5, 19));
	return true;
}

/* TBZ and TBNZ. */
bool a64_tb(const struct a64 *t)
{
	unsigned int bit = a64_bits(t, 31, 1) << 5 | a64_bits(t, 19, 5);
	struct a64_test test = { t->arg, a64_x(t, IR_I64, a64_rd(t)),
				 a64_const(t, IR_I64, UINT64_C(1) << bit) };

	a64_branch(t, &test, target(t, 5, 14));
	return true;
}

/* BR, BLR and RET; arg is enum ir_jump. */
bool a64_branch_reg(const struct a64 *t)
{
	uint32_t to = a64_x(t, IR_I64, a64_rn(t));

	if (t->arg == IR_JUMP_CALL)
		link_register(t);
	a64_emit(t, (struct ir_insn){ .op = IR_exit_indirect, .aux = (uint8_t)t->arg, .a = to,
				      .b = IR_NONE, .c = IR_NONE });
	t->lift->ends = true;
	return true;
}

/* The kernel looks at no immediate; it goes on behind the instruction. */
bool a64_svc(const struct a64 *t)
{
	a64_leave(t, IR_EXIT_SYSCALL, t->pc + 4);
	return true;
}

/* A breakpoint is reported at its own address. */
bool a64_brk(const struct a64 *t)
{
	a64_leave(t, IR_EXIT_BREAK, t->pc);
	return true;
}
