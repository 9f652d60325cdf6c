// SPDX-License-Identifier: MIT
/*
 * How units follow each other. An exit to a constant address goes by a word of data behind its own
 * branch, which is written at once: no instruction is ever changed while others run it. Of a link
 * (vmcore/jit/link.h) the word is 0, and the unit is left, or the struct jit_code of the unit to go on
 * with, whose first member is the address to jump to. Of chained code it is the address, at first that
 * of a stub that leaves. A computed jump of chained code looks into the frame's table.
 */
#include "arch/arm64/host/lower.h"

#include "vmcore/jit/jit.h"

static_assert(offsetof(struct jit_code, link_entry) == 0, "what code jumps by");

/* The unit's code arrives in x2. */
void a64_enter_by_link(struct a64_lower *l)
{
	a64_access(l->buf, A64_STR_X, 2, A64_FRAME, JIT_FRAME_CODE);
	VMB_ASSERT(l->buf->overflow || code_buf_at(l->buf) == A64_LINK_BYTES);
}

/* Return: offset of a word that is aligned, behind the branch that has just been written. */
static uint32_t put_word(struct a64_lower *l)
{
	uint32_t word;

	if (code_buf_at(l->buf) & 7)
		a64_put(l->buf, A64_UDF);
	word = code_buf_at(l->buf);
	a64_put(l->buf, 0);
	a64_put(l->buf, 0);
	return word;
}

/* A circle of links has to end, too, when the fuel does: each costs the instructions up to here. */
void a64_leave_by_link(struct a64_lower *l, const struct ir_insn *exit)
{
	const struct ir_block *here = &l->unit->block[l->p.block];
	uint32_t load, none, over, word;

	a64_mov_imm(l->buf, 1, jit_exit_word(IR_LEAVE_EXIT, exit->aux));
	load = a64_load_literal(l->buf, 2);
	none = a64_cb(l->buf, A64_CBZ, 8, 2);
	a64_burn(l, here->first + here->nr);
	over = a64_b_cond(l->buf, A64_MI);
	a64_restore_memory(l);
	a64_access(l->buf, A64_LDR_X, A64_ADDRESS, 2, 0);
	a64_put(l->buf, A64_BR | a64_rn(A64_ADDRESS));
	word = put_word(l);
	a64_lead(l, load, word);
	l->job->scratch->label[l->p.block].link = word;
	a64_bind(l->buf, none);
	a64_bind(l->buf, over);
	a64_access(l->buf, A64_LDR_X, A64_LINK, A64_SP, 0);
	a64_put(l->buf, A64_RET | a64_rn(A64_LINK));
}

bool a64_chain_exit(struct a64_lower *l, const struct ir_insn *insn)
{
	struct jit_scratch *s = l->job->scratch;
	uint32_t number, load;
	struct jit_way *way;

	if (insn->aux != IR_EXIT_JUMP && insn->aux != IR_EXIT_CALL)
		return false;
	number = jit_add_way(l->job, insn->imm);
	way = &s->way[s->nr_ways - 1];
	a64_restore_memory(l);
	load = a64_load_literal(l->buf, A64_ADDRESS);
	a64_put(l->buf, A64_BR | a64_rn(A64_ADDRESS));
	way->word = put_word(l);
	a64_lead(l, load, way->word);
	way->stub = code_buf_at(l->buf);
	a64_leave_unit(l, JIT_LEAVE_WAY, number);
	return true;
}

void a64_look_up(struct a64_lower *l)
{
	const unsigned int bits = (unsigned int)__builtin_ctz(JIT_TABLE_ENTRIES);
	uint32_t field, other;
	bool fits = a64_arith_imm(JIT_TABLE_BYTES, &field);

	static_assert(sizeof(struct jit_target_entry) == 16, "the index is scaled by 16");
	VMB_ASSERT(fits);
	a64_bitfield(l->buf, A64_UBFM, 8, 1, 0, 1, bits);
	a64_rr(l->buf, A64_SUB_IMM | A64_X | field, 2, A64_FRAME);
	a64_shifted(l->buf, A64_ADD | A64_X, 1, 2, 1, A64_LSL, 4);
	a64_access(l->buf, A64_LDR_X, 2, 1, offsetof(struct jit_target_entry, pc));
	a64_rrr(l->buf, A64_SUBS | A64_X, A64_ZR, 2, 0);
	other = a64_b_cond(l->buf, A64_NE);
	a64_restore_memory(l);
	a64_access(l->buf, A64_LDR_X, 1, 1, offsetof(struct jit_target_entry, code));
	a64_put(l->buf, A64_BR | a64_rn(1));
	a64_bind(l->buf, other);
}
