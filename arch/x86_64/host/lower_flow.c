// SPDX-License-Identifier: MIT
#include "arch/x86_64/host/lower.h"

/* A displacement that leads to a block, now or when its code begins. */
static void to_block(struct x64_lower *l, uint32_t displacement, uint32_t block)
{
	struct jit_label *label = &l->job->scratch->label[block];

	if (label->at != JIT_UNBOUND) {
		x64_link(l->buf, displacement, label->at);
		return;
	}
	code_buf_patch32(l->buf, displacement, label->chain);
	label->chain = displacement;
}

#define ALWAYS 16

/* In tier 2 the code is written twice, and the second time it is known how far jumps lead. */
static void jump(struct x64_lower *l, unsigned int cc, uint32_t block)
{
	struct jit_jump *jump = l->p.homes ? &l->p.homes->jump[l->nr_jumps++] : NULL;
	uint32_t distance = 0;

	if (jump && l->short_jumps)
		distance = l->p.homes->block[jump->to].at - jump->at + 120;
	if (jump && l->short_jumps && distance < 240) {
		jump->short_at = cc == ALWAYS ? x64_jmp_short(l->buf) : x64_jcc_short(l->buf, cc);
		return;
	}
	to_block(l, cc == ALWAYS ? x64_jmp(l->buf) : x64_jcc(l->buf, cc), block);
	if (jump)
		*jump = (struct jit_jump){ .to = block, .at = code_buf_at(l->buf) };
}

void x64_link_short(struct x64_lower *l)
{
	uint32_t i;

	for (i = 0; i < l->nr_jumps && !l->buf->overflow; i++) {
		const struct jit_jump *jump = &l->p.homes->jump[i];
		uint32_t to = l->job->scratch->label[jump->to].at;

		if (jump->short_at)
			l->buf->start[jump->short_at] = (uint8_t)(to - (jump->short_at + 1));
	}
}

void x64_leave(struct x64_lower *l, uint32_t kind, uint32_t code)
{
	x64_mov_imm(l->buf, RDX, jit_exit_word(kind, code));
	if (l->job->target->chained)
		x64_jmp_stub(l, JIT_STUB_LEAVE);
	else
		x64_return(l);
}

/* @last: the next block's code follows. */
static void follow(struct x64_lower *l, const struct ir_edge *edge, bool last)
{
	if (jit_follow(&l->p, edge, last))
		jump(l, ALWAYS, edge->block);
}

X64_LOWER(br)
{
	jit_ask_before(&l->p, insn);
	follow(l, &l->unit->edge[insn->lo], true);
}

void x64_branch(struct x64_lower *l, const struct ir_insn *insn, enum x64_cc cc)
{
	const struct ir_edge *yes = &l->unit->edge[insn->lo], *no = yes + 1;
	uint32_t over;

	if (jit_is_plain(&l->p, no) && (!jit_is_plain(&l->p, yes) || yes->block == l->p.block + 1)) {
		jump(l, cc ^ 1, no->block);
		follow(l, yes, true);
	} else if (jit_is_plain(&l->p, yes)) {
		jump(l, cc, yes->block);
		follow(l, no, true);
	} else {
		over = x64_jcc(l->buf, cc ^ 1);
		follow(l, yes, false);
		x64_bind(l->buf, over);
		follow(l, no, true);
	}
}

X64_LOWER(brcond)
{
	jit_ask_before(&l->p, insn);
	x64_branch(l, insn, x64_truth(l, insn));
}

X64_LOWER(brcmp)
{
	enum x64_cc cc;

	jit_ask_before(&l->p, insn);
	if (!x64_branches_on_floats(l, insn, &cc))
		cc = x64_compare(l, insn);
	x64_branch(l, insn, cc);
}

/* Bytes of a jump in the table. */
#define ENTRY 5

/*
 * A table of jumps, one for each number. Edges that are more than a jump come behind the table, and
 * their entries lead there.
 */
X64_LOWER(switch)
{
	const struct ir_edge *edge = &l->unit->edge[insn->lo];
	uint32_t nr = insn->hi - 1, i, past, table, first;
	unsigned int a = x64_value(l, insn->a), bytes = ir_type_bytes(x64_type(l, insn->a));

	jit_ask_before(&l->p, insn);
	x64_mov(l->buf, 8, RCX, a);
	x64_alu_ri(l->buf, X64_CMP, bytes, RCX, (int32_t)nr);
	past = x64_jcc(l->buf, CC_AE);
	x64_rm(l->buf, X64_LEA | X64_W, RCX, (struct x64_mem){ RCX, RCX, 2, 0 });
	table = x64_lea_rip(l->buf, RAX);
	x64_alu_rr(l->buf, X64_ADD, 8, RAX, RCX);
	x64_jmp_reg(l->buf, RAX);
	x64_bind(l->buf, table);
	first = code_buf_at(l->buf) + 1;
	for (i = 0; i < nr && !l->buf->overflow; i++) {
		uint32_t entry = x64_jmp(l->buf);

		if (jit_is_plain(&l->p, &edge[i + 1]))
			to_block(l, entry, edge[i + 1].block);
	}
	for (i = 0; i < nr && !l->buf->overflow; i++) {
		if (jit_is_plain(&l->p, &edge[i + 1]))
			continue;
		x64_bind(l->buf, first + i * ENTRY);
		follow(l, &edge[i + 1], false);
	}
	x64_bind(l->buf, past);
	follow(l, edge, true);
}

X64_LOWER(exit)
{
	if (l->job->target->chained && x64_chain_exit(l, insn))
		return;
	x64_mov_imm(l->buf, RAX, insn->imm);
	if (l->job->links && insn->aux <= IR_EXIT_CALL)
		x64_leave_by_link(l, insn);
	else
		x64_leave(l, IR_LEAVE_EXIT, insn->aux);
}

X64_LOWER(exit_indirect)
{
	x64_copy_to(l, RAX, insn->a);
	if (l->job->target->chained)
		x64_chain_indirect(l, insn);
	else
		x64_leave(l, IR_LEAVE_INDIRECT, insn->aux);
}

X64_LOWER(trap)
{
	x64_mov_imm(l->buf, RAX, insn->imm);
	x64_leave(l, IR_LEAVE_TRAP, insn->aux);
}

/* Arguments are sixteen bytes each, a scalar zero-extended. */
static void put_argument(struct x64_lower *l, uint32_t index, uint32_t arg)
{
	uint32_t offset = (uint32_t)offsetof(struct jit_frame, arg) + 16 * index;
	unsigned int type = x64_type(l, arg), reg = x64_value(l, arg);

	if (type == IR_F32 || type == IR_F64)
		x64_rr(l->buf, X64_MOVD_STORE | (type == IR_F64 ? X64_W : 0), reg, RAX);
	if (type == IR_F32 || type == IR_F64)
		reg = RAX;
	x64_store_typed(l->buf, type == IR_V128 ? type : IR_I64, x64_frame(offset), reg);
	if (type != IR_V128)
		x64_store_imm(l->buf, x64_frame(offset + 8), 0);
	l->p.regs.locked = 0;
}

X64_LOWER(call)
{
	const struct ir_helper *helper = &l->unit->helper[insn->lo];
	unsigned int stub = JIT_STUB_CALL + (l->job->uses_fp ? JIT_STUB_FP : 0), dst;
	uint32_t i;

	for (i = 0; i < helper->nr_args; i++)
		put_argument(l, i, l->unit->arg[insn->hi + i]);
	x64_mov_imm(l->buf, RAX, insn->lo);
	x64_mov_imm(l->buf, RCX, l->p.pc);
	x64_call_mem(l->buf, x64_frame(JIT_FRAME_STUB + 8 * stub));
	for (i = 0; i < helper->nr_args; i++)
		x64_release(l, l->unit->arg[insn->hi + i]);
	if (insn->type == IR_VOID)
		return;
	dst = x64_result(l);
	if (dst < 16)
		x64_mov(l->buf, 8, dst, RAX);
	else
		x64_rr(l->buf, X64_MOVAPS, dst, X64_XMM(0));
}
