// SPDX-License-Identifier: MIT
/*
 * How units follow each other, as arch/arm64/host/link.c does it: an exit to a constant address goes
 * by a word of data behind its own jump, which is written at once.
 */
#include "arch/riscv64/host/lower.h"

#include "vmcore/jit/jit.h"

static_assert(offsetof(struct jit_code, link_entry) == 0, "what code jumps by");

/* The unit's code arrives in t2. */
void rv_enter_by_link(struct rv_lower *l)
{
	rv_store(l->buf, RV_SD, RV_T2, rv_frame(JIT_FRAME_CODE));
	VMB_ASSERT(l->buf->overflow || code_buf_at(l->buf) == RV_LINK_BYTES);
}

/* Where the word is that comes behind the @insns instructions from here on. */
static uint32_t word_behind(const struct rv_lower *l, uint32_t insns)
{
	return (code_buf_at(l->buf) + 4 * insns + 7) & ~7u;
}

/* The word at offset @word, which is near, to @reg. Two instructions. */
static void load_word(struct rv_lower *l, unsigned int reg, uint32_t word)
{
	uint32_t here = code_buf_at(l->buf);

	rv_u(l->buf, RV_AUIPC, RV_T0, 0);
	rv_i(l->buf, RV_LD, reg, RV_T0, (int32_t)(word - here));
}

static void jump_by(struct rv_lower *l, unsigned int reg)
{
	rv_i(l->buf, RV_JALR, RV_ZERO, reg, 0);
}

/* Zeros, which are no instruction, up to the word's end. */
static void put_word(struct rv_lower *l, uint32_t word)
{
	while (code_buf_at(l->buf) < word + 8 && !l->buf->overflow)
		rv_put(l->buf, 0);
}

/* Instructions from the load of a link's word to its jump, at most. */
#define LINK_INSNS 18u

/* A circle of links has to end, too, when the fuel does: each costs the instructions up to here. */
void rv_leave_by_link(struct rv_lower *l, const struct ir_insn *exit)
{
	const struct ir_block *here = &l->unit->block[l->p.block];
	uint32_t none, over, word;

	rv_li(l->buf, RV_A1, jit_exit_word(IR_LEAVE_EXIT, exit->aux));
	word = word_behind(l, LINK_INSNS);
	load_word(l, RV_A7, word);
	none = rv_over(l, (struct rv_test){ RV_BEQ, RV_A7, RV_ZERO }, 4 * LINK_INSNS);
	rv_burn(l, here->first + here->nr);
	over = rv_over(l, (struct rv_test){ RV_BLT, RV_T1, RV_ZERO }, 4 * LINK_INSNS);
	rv_restore_memory(l);
	rv_mv(l->buf, RV_T2, RV_A7);
	rv_load(l->buf, RV_LD, RV_T1, (struct rv_mem){ RV_T2, 0 });
	jump_by(l, RV_T1);
	VMB_ASSERT(l->buf->overflow || code_buf_at(l->buf) <= word);
	rv_bind(l, none);
	rv_bind(l, over);
	jump_by(l, RV_RA);
	VMB_ASSERT(l->buf->overflow || code_buf_at(l->buf) <= word);
	put_word(l, word);
	l->job->scratch->label[l->p.block].link = word;
}

bool rv_chain_exit(struct rv_lower *l, const struct ir_insn *insn)
{
	struct jit_scratch *s = l->job->scratch;
	struct jit_way *way;
	uint32_t number;

	if (insn->aux != IR_EXIT_JUMP && insn->aux != IR_EXIT_CALL)
		return false;
	number = jit_add_way(l->job, insn->imm);
	way = &s->way[s->nr_ways - 1];
	rv_restore_memory(l);
	way->word = word_behind(l, 3);
	load_word(l, RV_T1, way->word);
	jump_by(l, RV_T1);
	put_word(l, way->word);
	way->stub = code_buf_at(l->buf);
	rv_leave_unit(l, JIT_LEAVE_WAY, number);
	return true;
}

void rv_look_up(struct rv_lower *l)
{
	const int32_t disp = -(int32_t)(JIT_FRAME_SLOT + JIT_TABLE_BYTES), low = rv_low12(disp);
	const int32_t bits = __builtin_ctz(JIT_TABLE_ENTRIES);
	uint32_t other;

	static_assert(sizeof(struct jit_target_entry) == 16, "the index is scaled by 16");
	rv_i(l->buf, RV_SLLI, RV_T1, RV_A0, 63 - bits);
	rv_i(l->buf, RV_SRLI, RV_T1, RV_T1, 64 - bits);
	rv_i(l->buf, RV_SLLI, RV_T1, RV_T1, 4);
	rv_u(l->buf, RV_LUI, RV_T2, rv_high20(disp));
	rv_r(l->buf, RV_ADD, RV_T2, RV_T2, RV_FRAME);
	rv_r(l->buf, RV_ADD, RV_T1, RV_T1, RV_T2);
	rv_i(l->buf, RV_LD, RV_T2, RV_T1, low + (int32_t)offsetof(struct jit_target_entry, pc));
	other = rv_over(l, (struct rv_test){ RV_BNE, RV_T2, RV_A0 }, 16);
	rv_restore_memory(l);
	rv_i(l->buf, RV_LD, RV_T1, RV_T1, low + (int32_t)offsetof(struct jit_target_entry, code));
	jump_by(l, RV_T1);
	rv_bind(l, other);
}
