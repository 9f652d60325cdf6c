// SPDX-License-Identifier: MIT
/*
 * Chained code: from unit to unit without the embedder. A jump to a constant address leads to a stub
 * that leaves, until the embedder changes that; the code's thread is the embedder's then, and the code
 * is written by way of another mapping. A computed jump looks into the frame's table.
 *
 * The guest's calls are calls of the host, and its returns the host's, which so are predicted. A return
 * has the guest's address in rax. Where it comes to compares that with the address which the call
 * expected, as the guest may return to where it likes; whatever is on the host's stack, the guest goes
 * on at the address in rax. Who leaves takes all calls from the stack (native/enter.S), and where a
 * unit begins it leaves when they have become many.
 */
#include "arch/x86_64/host/lower.h"

void x64_jmp_stub(struct x64_lower *l, unsigned int stub)
{
	x64_rm(l->buf, 0xff, 4, x64_frame(JIT_FRAME_STUB + 8 * stub));
}

/* Where it leads is changed by the embedder. */
static void go_by_way(struct x64_lower *l, uint64_t pc, bool call)
{
	struct jit_scratch *s = l->job->scratch;

	jit_add_way(l->job, pc);
	s->way[s->nr_ways - 1].word = call ? x64_call(l->buf) : x64_jmp(l->buf);
}

static void compare_with_rax(struct x64_lower *l, uint64_t pc)
{
	if (pc == (uint64_t)(int32_t)pc) {
		x64_alu_ri(l->buf, X64_CMP, 8, RAX, (int32_t)pc);
	} else {
		x64_mov_imm(l->buf, RCX, pc);
		x64_alu_rr(l->buf, X64_CMP, 8, RAX, RCX);
	}
}

/* Where a call returns to: tier 1, which is to be small, looks for it. */
static void come_back(struct x64_lower *l)
{
	uint32_t other;

	if (l->p.homes && l->p.pc) {
		compare_with_rax(l, l->p.pc);
		other = x64_jcc_short(l->buf, CC_NE);
		go_by_way(l, l->p.pc, false);
		x64_bind_short(l->buf, other);
	}
	x64_jmp_stub(l, JIT_STUB_JUMP);
}

bool x64_chain_exit(struct x64_lower *l, const struct ir_insn *insn)
{
	bool call = insn->aux == IR_EXIT_CALL;

	if (insn->aux != IR_EXIT_JUMP && !call)
		return false;
	x64_restore_memory(l);
	go_by_way(l, insn->imm, call);
	if (call)
		come_back(l);
	return true;
}

static struct x64_mem entry_of_rcx(size_t field)
{
	return (struct x64_mem){ X64_FRAME, RCX, 3, (int32_t)field - JIT_FRAME_SLOT -
						    (int32_t)JIT_TABLE_BYTES };
}

/* Go on where rax says, if the table knows. rcx: twice the index, of which an entry has 16 bytes. */
static void look_up(struct x64_lower *l, bool call)
{
	uint32_t other, back = 0;

	static_assert(sizeof(struct jit_target_entry) == 16, "rcx is scaled by 8");
	x64_mov(l->buf, 4, RCX, RAX);
	x64_alu_ri(l->buf, X64_AND, 4, RCX, 2 * JIT_TABLE_ENTRIES - 2);
	x64_alu_rm(l->buf, X64_CMP, 8, RAX, entry_of_rcx(offsetof(struct jit_target_entry, pc)));
	other = x64_jcc_short(l->buf, CC_NE);
	x64_rm(l->buf, 0xff, call ? 2 : 4, entry_of_rcx(offsetof(struct jit_target_entry, code)));
	if (call)
		back = x64_jmp_short(l->buf);
	x64_bind_short(l->buf, other);
	x64_rm(l->buf, 0xff, call ? 2 : 4, x64_frame(JIT_FRAME_STUB + 8 * JIT_STUB_JUMP));
	if (call)
		x64_bind_short(l->buf, back);
}

/* The address is in rax. */
void x64_chain_indirect(struct x64_lower *l, const struct ir_insn *insn)
{
	x64_restore_memory(l);
	if (insn->aux == IR_JUMP_RET) {
		x64_ret(l->buf);
		return;
	}
	/* In tier 2 each has a jump of its own, since one for all would be predicted worse. */
	if (l->p.homes)
		look_up(l, insn->aux == IR_JUMP_CALL);
	else if (insn->aux == IR_JUMP_CALL)
		x64_call_mem(l->buf, x64_frame(JIT_FRAME_STUB + 8 * JIT_STUB_JUMP));
	else
		x64_jmp_stub(l, JIT_STUB_JUMP);
	if (insn->aux == IR_JUMP_CALL)
		come_back(l);
}

/*
 * Tier 2 does not count. Calls that are open fill the host's stack: who goes round without tier 1 goes
 * by here.
 */
static void ask_for_stack(struct x64_lower *l)
{
	struct jit_slow *slow;
	uint64_t pc;

	if (!jit_resume_pc(l->unit, 0, &pc))
		return;
	slow = &l->job->scratch->slow[l->nr_slow++];
	x64_alu_rm(l->buf, X64_CMP, 8, RSP, x64_frame(JIT_FRAME_STACK_LIMIT));
	*slow = (struct jit_slow){ .jump = x64_jcc(l->buf, CC_B), .back = jit_add_way(l->job, pc),
				   .desc = { .op = IR_br } };
}

void x64_ask_at_entry(struct x64_lower *l)
{
	if (l->p.homes && l->job->target->chained)
		ask_for_stack(l);
	else
		jit_ask_at_entry(&l->p);
}

void x64_write_chain(struct x64_lower *l)
{
	struct jit_scratch *s = l->job->scratch;
	uint32_t i;

	for (i = 0; i < s->nr_ways && !l->buf->overflow; i++) {
		if (!s->way[i].word)
			continue;
		s->way[i].stub = code_buf_at(l->buf);
		x64_bind(l->buf, s->way[i].word);
		x64_leave(l, JIT_LEAVE_WAY, l->job->first_way + i);
	}
}
