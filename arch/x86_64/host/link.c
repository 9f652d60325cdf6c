// SPDX-License-Identifier: MIT
/*
 * Links between units (vmcore/jit/link.h). Each exit to a constant address has a word behind its
 * unit: 0, or the struct jit_code of the unit to go on with, whose first member is the address to
 * jump to. The word is data, written at once: no instruction is ever changed while others run it.
 */
#include "arch/x86_64/host/lower.h"

#include "vmcore/jit/jit.h"

static_assert(offsetof(struct jit_code, link_entry) == 0, "what code jumps by");

/* The unit's code arrives in rcx. */
void x64_enter_by_link(struct x64_lower *l)
{
	x64_store(l->buf, 8, x64_frame(offsetof(struct jit_frame, code)), RCX);
	VMB_ASSERT(l->buf->overflow || code_buf_at(l->buf) == X64_LINK_BYTES);
}

/* mov rcx, [rip + ...]. Return: where the displacement is. */
static uint32_t load_word(struct code_buf *buf)
{
	uint8_t *p = x64_put_opcode(code_buf_room(buf), X64_MOV | X64_W, x64_rex_of(RCX, 0, 0));

	*p++ = (RCX & 7) << 3 | 5;
	buf->at = x64_put32(p, 0);
	return code_buf_at(buf) - 4;
}

/* A circle of links has to end, too, when the fuel does: each costs the instructions up to here. */
void x64_leave_by_link(struct x64_lower *l, const struct ir_insn *exit)
{
	const struct ir_block *here = &l->unit->block[l->p.block];
	uint32_t nr = here->first + here->nr, none, over;

	x64_mov_imm(l->buf, RDX, jit_exit_word(IR_LEAVE_EXIT, exit->aux));
	l->job->scratch->label[l->p.block].link = load_word(l->buf);
	x64_test_rr(l->buf, 8, RCX, RCX);
	none = x64_jcc_short(l->buf, CC_E);
	x64_alu_mi(l->buf, X64_SUB, 8, x64_frame(JIT_FRAME_FUEL), (int32_t)nr);
	over = x64_jcc_short(l->buf, CC_S);
	x64_restore_memory(l);
	x64_rm(l->buf, 0xff, 4, x64_at(RCX, 0));
	x64_bind_short(l->buf, none);
	x64_bind_short(l->buf, over);
	x64_ret(l->buf);
}

static void align(struct code_buf *buf)
{
	static const uint8_t int3[8] = { 0xcc, 0xcc, 0xcc, 0xcc, 0xcc, 0xcc, 0xcc, 0xcc };

	x64_data(buf, int3, -code_buf_at(buf) & 7);
}

void x64_write_links(struct x64_lower *l)
{
	struct jit_label *label = l->job->scratch->label;
	const uint64_t none = 0;
	uint32_t b;

	align(l->buf);
	for (b = 0; b < l->unit->nr_blocks && !l->buf->overflow; b++) {
		uint32_t word = code_buf_at(l->buf);

		if (!label[b].link)
			continue;
		x64_link(l->buf, label[b].link, word);
		label[b].link = word;
		x64_data(l->buf, &none, sizeof(none));
	}
}
