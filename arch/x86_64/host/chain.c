// SPDX-License-Identifier: MIT
/*
 * Chained code: from unit to unit without the embedder. A jump to a constant address goes by way of a
 * word behind the unit's code, which leads to a stub that leaves until the embedder changes it; so no
 * code is patched. A computed jump looks into the frame's table.
 */
#include "arch/x86_64/host/lower.h"

/* The word's place in the code is at the jump's end until it is known. */
bool x64_chain_exit(struct x64_lower *l, const struct ir_insn *insn)
{
	static const uint8_t jump[] = { 0xff, 0x25, 0, 0, 0, 0 };
	struct jit_scratch *s = l->job->scratch;

	if (insn->aux != IR_EXIT_JUMP && insn->aux != IR_EXIT_CALL)
		return false;
	jit_add_way(l->job, insn->imm);
	x64_restore_memory(l);
	x64_data(l->buf, jump, sizeof(jump));
	s->way[s->nr_ways - 1].word = code_buf_at(l->buf);
	return true;
}

static struct x64_mem entry_of_rcx(size_t field)
{
	return (struct x64_mem){ X64_FRAME, RCX, 3, (int32_t)field - JIT_FRAME_SLOT -
						    (int32_t)JIT_TABLE_BYTES };
}

/* rcx: twice the index, of which an entry has 16 bytes. */
void x64_look_up(struct x64_lower *l)
{
	uint32_t other;

	static_assert(sizeof(struct jit_target_entry) == 16, "rcx is scaled by 8");
	x64_mov(l->buf, 4, RCX, RAX);
	x64_alu_ri(l->buf, X64_AND, 4, RCX, 2 * JIT_TABLE_ENTRIES - 2);
	x64_alu_rm(l->buf, X64_CMP, 8, RAX, entry_of_rcx(offsetof(struct jit_target_entry, pc)));
	other = x64_jcc_short(l->buf, CC_NE);
	x64_restore_memory(l);
	x64_rm(l->buf, 0xff, 4, entry_of_rcx(offsetof(struct jit_target_entry, code)));
	x64_bind_short(l->buf, other);
}

static void write_stubs(struct x64_lower *l)
{
	struct jit_scratch *s = l->job->scratch;
	uint32_t i;

	for (i = 0; i < s->nr_ways; i++) {
		if (!s->way[i].word)
			continue;
		s->way[i].stub = code_buf_at(l->buf);
		x64_leave(l, JIT_LEAVE_WAY, l->job->first_way + i);
	}
}

void x64_write_chain(struct x64_lower *l)
{
	static const uint8_t zeros[8];
	struct jit_scratch *s = l->job->scratch;
	uint32_t i;

	if (!s->nr_ways)
		return;
	write_stubs(l);
	x64_data(l->buf, zeros, -code_buf_at(l->buf) % sizeof(zeros));
	for (i = 0; i < s->nr_ways && !l->buf->overflow; i++) {
		struct jit_way *way = &s->way[i];

		if (!way->word)
			continue;
		x64_bind(l->buf, way->word - 4);
		way->word = code_buf_at(l->buf);
		x64_data(l->buf, zeros, sizeof(zeros));
	}
}
