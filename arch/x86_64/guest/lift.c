// SPDX-License-Identifier: MIT
#include "arch/x86_64/guest/lift.h"

#include <elf.h>
#include <errno.h>

#include "arch/x86_64/guest/guest.h"
#include "arch/x86_64/guest/helper.h"
#include "arch/x86_64/guest/linux.h"
#include "arch/x86_64/guest/signal.h"

/* How many instructions are looked at to find out which flags are read. */
#define LOOK_AHEAD 12u

void x86_leave(const struct x86 *t, unsigned int reason, uint64_t target)
{
	ir_exit_to(t->build, reason, target);
	t->lift->ends = true;
}

static void go_to(const struct x86 *t, uint32_t block)
{
	struct ir_target to = { .block = block };

	ir_emit_branch(t->build, &(struct ir_insn){ .op = IR_br, .a = IR_NONE, .b = IR_NONE,
						    .c = IR_NONE }, &to, 1);
}

void x86_jump(const struct x86 *t, uint64_t target)
{
	go_to(t, t->lift->block(t->lift, target));
	t->lift->ends = true;
}

void x86_branch_blocks(const struct x86 *t, const struct x86_test *test, uint32_t yes, uint32_t no)
{
	struct ir_target to[] = { { .block = yes }, { .block = no } };

	ir_emit_branch(t->build,
		       &(struct ir_insn){ .op = IR_brcmp, .aux = (uint8_t)test->cond, .a = test->a,
					  .b = test->b, .c = IR_NONE }, to, 2);
}

void x86_branch(const struct x86 *t, const struct x86_test *test, uint64_t yes, uint64_t no)
{
	uint32_t taken = t->lift->block(t->lift, yes);

	x86_branch_blocks(t, test, taken, t->lift->block(t->lift, no));
	t->lift->ends = true;
}

void x86_exit_indirect(const struct x86 *t, unsigned int kind, uint32_t target)
{
	x86_emit(t, (struct ir_insn){ .op = IR_exit_indirect, .aux = (uint8_t)kind, .a = target,
				      .b = IR_NONE, .c = IR_NONE });
	t->lift->ends = true;
}

uint32_t x86_call_helper(const struct x86 *t, const struct ir_helper *helper, const uint32_t *arg)
{
	return ir_emit_call(t->build, ir_use_helper(t->build, helper), arg);
}

void x86_begin(const struct x86 *t, uint32_t block)
{
	ir_start_block(t->build, block);
	ir_guest_pc(t->build, t->pc);
}

/* The instruction at @at, which may lie before the code. Return: false if it cannot be seen. */
static bool peek(const struct guest_code *code, int64_t at, struct x86_insn *i)
{
	uint64_t offset = (uint64_t)at + code->before, nr = code->nr_bytes + code->before;

	return offset < nr && x86_decode(code->bytes + at, (size_t)(nr - offset), i) > 0;
}

/*
 * Flags that may be read at @at bytes of the code, of those in @wanted. Where a jump leads is followed,
 * and counts against the same @budget. What cannot be seen may read all.
 */
static uint32_t read_behind(const struct guest_code *code, int64_t at, uint32_t wanted,
			    unsigned int *budget)
{
	struct x86_insn i;
	uint32_t live = 0;

	while (wanted) {
		if (!*budget || !peek(code, at, &i))
			return live | wanted;
		--*budget;
		at += i.bytes;
		live |= x86_reads(&i) & wanted;
		wanted &= ~(x86_kills(&i) | live);
		if (i.line->attr & X86_STOP)
			return live | wanted;
		if (i.line->operand[0] != X86_Jb && i.line->operand[0] != X86_Jz)
			continue;
		if (i.line->attr & X86_COND) {
			live |= read_behind(code, at + i.imm, wanted, budget);
			wanted &= ~live;
		} else {
			at += i.imm;
		}
	}
	return live;
}

static uint32_t live_behind(const struct x86_insn *i, const struct guest_code *code)
{
	uint32_t changes = i->line->attr & X86_ALL_FLAGS, budget = LOOK_AHEAD;

	/* What changes flags only perhaps says that it reads them. */
	changes |= i->line->attr >> 6 & X86_ALL_FLAGS;
	if (!changes)
		return 0;
	return read_behind(code, i->bytes, changes, &budget);
}

static int lift(struct guest_lift *lift, const struct guest_code *code)
{
	struct x86_insn i;
	struct x86 t = { .lift = lift, .build = lift->build, .i = &i, .pc = code->pc,
			 .address = IR_NONE };
	int bytes = x86_decode(code->bytes, code->nr_bytes, &i);
	uint32_t first;

	lift->ends = false;
	if (bytes <= 0)
		return bytes;
	t.next = code->pc + i.bytes;
	t.live = live_behind(&i, code);
	first = lift->build->unit->nr_insns;
	ir_guest_pc(t.build, t.pc);
	if (i.line->lift(&t))
		return bytes;
	ir_take_back(lift->build, first);
	return -EILSEQ;
}

static const struct guest_linux linux_abi = {
	.elf_machine = EM_X86_64,
	.machine = "x86_64",
	.platform = "x86_64",
	.number = X86_STATE_R(X86_RAX),
	.arg = { X86_STATE_R(X86_RDI), X86_STATE_R(X86_RSI), X86_STATE_R(X86_RDX), X86_STATE_R(10),
		 X86_STATE_R(8), X86_STATE_R(9) },
	.result = X86_STATE_R(X86_RAX),
	.sp = X86_STATE_R(X86_RSP),
	.tls = X86_STATE(fs),
	.stat_x86 = true,
	.call = x86_linux_call,
	.nr_calls = X86_LINUX_CALLS,
	.own = x86_linux_own,
	.o_direct = 040000,
	.o_largefile = 0100000,
	.o_directory = 0200000,
	.o_nofollow = 0400000,
	.signal = &x86_guest_signal,
};

const struct guest_ops guest_ops_x86_64 = {
	.name = "x86_64",
	.state_bytes = sizeof(struct x86_state),
	.pc_offset = X86_STATE(pc),
	.nan = IR_NAN_X86,
	.max_insn_bytes = X86_MAX_BYTES,
	.coherent = true,
	.unit_flags = IR_UNIT_FPFLAGS,
	.linux_abi = &linux_abi,
	.call = x86_helper,
	.lift = lift,
};
