// SPDX-License-Identifier: MIT
/*
 * Jumps, branches, system calls.
 */
#include "arch/riscv64/guest/lift.h"

static bool is_link(unsigned int reg)
{
	return reg == 1 || reg == 5;
}

static void branch(struct rv_lift *l, unsigned int cond)
{
	uint32_t a = rv_get(l, l->i->rs1), b = rv_get(l, l->i->rs2);
	const struct ir_target way[] = {
		{ .block = l->lift->block(l->lift, l->pc + (uint64_t)l->i->imm) },
		{ .block = l->lift->block(l->lift, l->next) },
	};

	ir_emit_branch(l->b, &(struct ir_insn){ .op = IR_brcmp, .aux = (uint8_t)cond, .a = a, .b = b,
						.c = IR_NONE }, way, 2);
	l->lift->ends = true;
}

#define BRANCH(name, cond) RV_LIFT(name) { branch(l, cond); }

BRANCH(beq, IR_EQ)
BRANCH(bne, IR_NE)
BRANCH(blt, IR_SLT)
BRANCH(bge, IR_SGE)
BRANCH(bltu, IR_ULT)
BRANCH(bgeu, IR_UGE)

RV_LIFT(jal)
{
	uint64_t target = l->pc + (uint64_t)l->i->imm;

	l->lift->ends = true;
	rv_set(l, rv_const(l, l->next));
	if (is_link(l->i->rd)) {
		ir_guest_pc(l->b, l->next);
		ir_exit_to(l->b, IR_EXIT_CALL, target);
		return;
	}
	ir_emit_branch(l->b, &(struct ir_insn){ .op = IR_br, .a = IR_NONE, .b = IR_NONE,
						.c = IR_NONE },
		       &(struct ir_target){ .block = l->lift->block(l->lift, target) }, 1);
}

RV_LIFT(jalr)
{
	uint32_t target = rv_get(l, l->i->rs1);
	uint8_t hint = is_link(l->i->rd) ? IR_JUMP_CALL : is_link(l->i->rs1) ? IR_JUMP_RET : IR_JUMP;

	if (l->i->imm)
		target = rv_op(l, IR_add, target, rv_const(l, (uint64_t)l->i->imm));
	target = rv_op(l, IR_and, target, rv_const(l, ~UINT64_C(1)));
	rv_set(l, rv_const(l, l->next));
	if (hint == IR_JUMP_CALL)
		ir_guest_pc(l->b, l->next);
	ir_emit(l->b, &(struct ir_insn){ .op = IR_exit_indirect, .aux = hint, .a = target,
					 .b = IR_NONE, .c = IR_NONE });
	l->lift->ends = true;
}

RV_LIFT(ecall)
{
	ir_exit_to(l->b, IR_EXIT_SYSCALL, l->next);
	l->lift->ends = true;
}

RV_LIFT(ebreak)
{
	ir_exit_to(l->b, IR_EXIT_BREAK, l->pc);
	l->lift->ends = true;
}
