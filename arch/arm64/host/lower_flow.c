// SPDX-License-Identifier: MIT
#include "arch/arm64/host/lower.h"

/* A branch leads to a block, now or when its code begins. */
static void to_block(struct a64_lower *l, uint32_t at, uint32_t block)
{
	struct jit_label *label = &l->job->scratch->label[block];

	if (label->at != JIT_UNBOUND) {
		a64_lead(l, at, label->at);
		return;
	}
	if (!a64_keep(l->buf, at, label->chain))
		l->too_far = l->buf->overflow = true;
	label->chain = at / 4 + 1;
}

void a64_leave_unit(struct a64_lower *l, uint32_t kind, uint32_t code)
{
	a64_mov_imm(l->buf, 1, jit_exit_word(kind, code));
	a64_access(l->buf, A64_LDR_X, A64_LINK, A64_SP, 0);
	a64_put(l->buf, A64_RET | a64_rn(A64_LINK));
}

void a64_burn(struct a64_lower *l, uint32_t nr)
{
	uint32_t field;

	if (a64_arith_imm(nr, &field)) {
		a64_rr(l->buf, A64_SUBS_IMM | A64_X | field, A64_FUEL, A64_FUEL);
	} else {
		a64_mov_imm(l->buf, A64_ADDRESS, nr);
		a64_rrr(l->buf, A64_SUBS | A64_X, A64_FUEL, A64_FUEL, A64_ADDRESS);
	}
}

/* @last: the next block's code follows. */
static void follow(struct a64_lower *l, const struct ir_edge *edge, bool last)
{
	if (jit_follow(&l->p, edge, last))
		to_block(l, a64_b(l->buf), edge->block);
}

A64_LOWER(br)
{
	jit_ask_before(&l->p, insn);
	follow(l, &l->unit->edge[insn->lo], true);
}

/* If @test holds the first edge, else the second. */
static void branch(struct a64_lower *l, const struct ir_insn *insn, struct a64_test test)
{
	const struct ir_edge *yes = &l->unit->edge[insn->lo], *no = yes + 1;
	struct a64_test not = test;
	uint32_t over;

	not.cc ^= 1;
	if (jit_is_plain(&l->p, no) && (!jit_is_plain(&l->p, yes) || yes->block == l->p.block + 1)) {
		to_block(l, a64_branch_if(l, not), no->block);
		follow(l, yes, true);
	} else if (jit_is_plain(&l->p, yes)) {
		to_block(l, a64_branch_if(l, test), yes->block);
		follow(l, no, true);
	} else {
		over = a64_branch_if(l, not);
		follow(l, yes, false);
		a64_lead_here(l, over);
		follow(l, no, true);
	}
}

A64_LOWER(brcond)
{
	jit_ask_before(&l->p, insn);
	branch(l, insn, a64_truth(l, insn));
}

A64_LOWER(brcmp)
{
	jit_ask_before(&l->p, insn);
	branch(l, insn, a64_compare(l, insn));
}

/* Bytes of a branch in the table, and from the instruction that makes its address to the table. */
#define ENTRY	 4u
#define TO_TABLE 12u

static void jump_to_entry(struct a64_lower *l, unsigned int number)
{
	a64_put(l->buf, A64_ADR | TO_TABLE / 4 << 5 | a64_rd(0));
	a64_shifted(l->buf, A64_ADD | A64_X, 0, 0, number, A64_LSL, 2);
	a64_put(l->buf, A64_BR | a64_rn(0));
}

/*
 * A table of branches, one for each number. Edges that are more than a branch come behind the table,
 * and their entries lead there.
 */
A64_LOWER(switch)
{
	const struct ir_edge *edge = &l->unit->edge[insn->lo];
	uint32_t nr = insn->hi - 1, i, past, first;
	unsigned int a = a64_value(l, insn->a);

	jit_ask_before(&l->p, insn);
	a64_compare_number(l, a64_width(a64_type(l, insn->a)), a, nr);
	past = a64_branch_if(l, (struct a64_test){ .cc = A64_CS, .reg = JIT_NO_REG });
	jump_to_entry(l, a);
	first = code_buf_at(l->buf);
	for (i = 0; i < nr && !l->buf->overflow; i++) {
		uint32_t entry = a64_b(l->buf);

		if (jit_is_plain(&l->p, &edge[i + 1]))
			to_block(l, entry, edge[i + 1].block);
	}
	for (i = 0; i < nr && !l->buf->overflow; i++) {
		if (jit_is_plain(&l->p, &edge[i + 1]))
			continue;
		a64_lead_here(l, first + i * ENTRY);
		follow(l, &edge[i + 1], false);
	}
	a64_lead_here(l, past);
	follow(l, edge, true);
}

A64_LOWER(exit)
{
	if (l->job->target->chained && a64_chain_exit(l, insn))
		return;
	a64_mov_imm(l->buf, 0, insn->imm);
	if (l->job->links && insn->aux <= IR_EXIT_CALL)
		a64_leave_by_link(l, insn);
	else
		a64_leave_unit(l, IR_LEAVE_EXIT, insn->aux);
}

A64_LOWER(exit_indirect)
{
	a64_copy_to(l, 0, insn->a);
	if (l->job->target->chained)
		a64_look_up(l);
	a64_leave_unit(l, IR_LEAVE_INDIRECT, insn->aux);
}

A64_LOWER(trap)
{
	a64_mov_imm(l->buf, 0, insn->imm);
	a64_leave_unit(l, IR_LEAVE_TRAP, insn->aux);
}

/* Arguments are sixteen bytes each, a scalar zero-extended. */
static void put_argument(struct a64_lower *l, uint32_t index, uint32_t arg)
{
	int64_t offset = (int64_t)offsetof(struct jit_frame, arg) + 16 * index;
	unsigned int type = a64_type(l, arg), reg = a64_source(l, arg);

	if (type == IR_F32 || type == IR_F64)
		a64_rr(l->buf, A64_FMOV | (type == IR_F64 ? A64_D : 0), A64_V(0), reg);
	if (type == IR_F32 || type == IR_F64)
		reg = A64_V(0);
	a64_access(l->buf, reg < 32 ? A64_STR_X : A64_STR_Q, reg, A64_FRAME, offset);
	if (reg < 32)
		a64_access(l->buf, A64_STR_X, A64_ZR, A64_FRAME, offset + 8);
	l->p.regs.locked = 0;
}

A64_LOWER(call)
{
	const struct ir_helper *helper = &l->unit->helper[insn->lo];
	unsigned int stub = JIT_STUB_CALL + (l->job->uses_fp ? JIT_STUB_FP : 0), rd;
	uint32_t i;

	for (i = 0; i < helper->nr_args; i++)
		put_argument(l, i, l->unit->arg[insn->hi + i]);
	a64_mov_imm(l->buf, 0, insn->lo);
	a64_mov_imm(l->buf, 1, l->p.pc);
	a64_call_stub(l, stub);
	for (i = 0; i < helper->nr_args; i++)
		a64_release(l, l->unit->arg[insn->hi + i]);
	if (insn->type == IR_VOID)
		return;
	rd = a64_result(l);
	if (rd < 32)
		a64_mov(l->buf, 8, rd, 0);
	else
		a64_vmov(l->buf, rd, A64_V(0));
}
