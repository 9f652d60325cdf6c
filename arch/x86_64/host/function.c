// SPDX-License-Identifier: MIT
/*
 * A unit of tier 2 as a function of the host's calling convention, which gets the frame: it saves what it
 * uses of the registers that belong to its caller, and is entered by nothing else. What is in between
 * otherwise (x64_enter()) takes longer than a short unit.
 *
 * The stack pointer is 8 bytes off a multiple of 16 where code begins, as everywhere in it: so an even
 * number of registers is saved.
 */
#include "arch/x86_64/host/lower.h"

#define BIT(reg) (1u << (reg))

static const uint8_t callee_saved[] = { RBX, RBP, R12, R13, R14, R15 };

static const uint32_t all_saved = BIT(RBX) | BIT(RBP) | BIT(R12) | BIT(R13) | BIT(R14) | BIT(R15);

static void push_all(struct code_buf *buf, uint32_t regs)
{
	unsigned int i;

	for (i = 0; i < VMB_ARRAY_SIZE(callee_saved); i++) {
		if (regs & BIT(callee_saved[i]))
			x64_push(buf, callee_saved[i]);
	}
}

static void pop_all(struct code_buf *buf, uint32_t regs)
{
	unsigned int i;

	for (i = VMB_ARRAY_SIZE(callee_saved); i-- > 0;) {
		if (regs & BIT(callee_saved[i]))
			x64_pop(buf, callee_saved[i]);
	}
}

static bool is_odd(uint32_t regs)
{
	return __builtin_popcount(regs) & 1;
}

bool x64_can_be_function(const struct jit_job *job)
{
	const struct jit_target *target = job->target;
	uint32_t i;

	if (!job->homes || target->chained || target->precise || job->links || job->uses_fp ||
	    !target->flat)
		return false;
	for (i = 0; i < job->unit->nr_insns; i++) {
		if (job->unit->insn[i].op == IR_call ||
		    (job->unit->insn[i].op == IR_cas && job->unit->insn[i].type == IR_V128))
			return false;
	}
	return true;
}

/* With room for one more if the number is odd. */
static void enter(struct x64_lower *l)
{
	push_all(l->buf, l->saved);
	if (is_odd(l->saved))
		x64_push(l->buf, RBX);
}

/* rcx is free where a unit is left. */
static void leave(struct x64_lower *l)
{
	if (is_odd(l->saved))
		x64_pop(l->buf, RCX);
	pop_all(l->buf, l->saved);
	x64_ret(l->buf);
}

void x64_enter_function(struct x64_lower *l, uint64_t touched)
{
	uint64_t own = l->general | x64_guard_registers(l->job->select);
	uint64_t memory = (l->general & BIT(X64_MEMORY)) ? 0 : BIT(X64_MEMORY);
	uint64_t limit = (own & BIT(X64_LIMIT)) ? 0 : BIT(X64_LIMIT);

	if (!l->job->function)
		return;
	touched |= BIT(X64_STATE) | BIT(X64_FRAME) | memory | limit | (own & ~l->general);
	l->saved = (uint32_t)touched & all_saved;
	enter(l);
	x64_rm(l->buf, X64_LEA | X64_W, X64_FRAME, x64_at(RDI, JIT_FRAME_SLOT));
	x64_load(l->buf, 8, X64_STATE, x64_frame(JIT_FRAME_STATE));
	if (memory)
		x64_load(l->buf, 8, X64_MEMORY, x64_frame(JIT_FRAME_MEMORY));
	if (limit)
		x64_load(l->buf, 8, X64_LIMIT, x64_frame(JIT_FRAME_LIMIT));
}

void x64_return(struct x64_lower *l)
{
	if (l->job->function)
		leave(l);
	else
		x64_ret(l->buf);
}

/*
 * Code below is no function: it is called as x64_enter() does, and may use all registers. Where guards
 * do not hold bases have no registers yet, but values may, and a function has set what it needs only.
 */
void x64_go_below(struct x64_lower *l)
{
	uint32_t others = all_saved & ~l->saved;

	if (!l->job->function) {
		x64_restore(l, l->general);
		x64_link(l->buf, x64_jmp(l->buf), l->job->below_at);
		return;
	}
	push_all(l->buf, others);
	if (!is_odd(others))
		x64_push(l->buf, RBX);
	x64_restore_memory(l);
	x64_alu_ri(l->buf, X64_SUB, 8, X64_STATE, -X64_STATE_BIAS);
	x64_rm(l->buf, X64_LEA | X64_W, RAX, x64_at(RSP, -8));
	x64_store(l->buf, 8, x64_frame(JIT_FRAME_STACK), RAX);
	x64_link(l->buf, x64_call(l->buf), l->job->below_at);
	if (!is_odd(others))
		x64_pop(l->buf, RCX);
	pop_all(l->buf, others);
	leave(l);
}

/* Where a stub returns that leaves: it takes the address from the stack that lies above its own. */
void x64_begin_leaving_call(struct x64_lower *l)
{
	uint32_t over;

	if (!l->job->function)
		return;
	x64_push(l->buf, RCX);
	over = x64_call(l->buf);
	x64_pop(l->buf, RCX);
	leave(l);
	x64_bind(l->buf, over);
	x64_store(l->buf, 8, x64_frame(JIT_FRAME_STACK), RSP);
}

void x64_end_leaving_call(struct x64_lower *l)
{
	if (l->job->function)
		x64_rm(l->buf, X64_LEA | X64_W, RSP, x64_at(RSP, 16));
}
