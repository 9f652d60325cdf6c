// SPDX-License-Identifier: MIT
#include "arch/riscv64/guest/lift.h"

#include <elf.h>
#include <errno.h>

#include "arch/riscv64/guest/signal.h"

static void (*const lift_insn[RV_NR_INSNS])(struct rv_lift *l) = {
#define RV_GROUP(opcode)
#define RV_INSN(name, mask, match, format) [RV_##name] = rv_lift_##name,
#define RV_END(opcode)
#include "arch/riscv64/guest/insn.def"
#undef RV_GROUP
#undef RV_INSN
#undef RV_END
};

static int lift(struct guest_lift *lift, const struct guest_code *code)
{
	struct rv_insn insn;
	struct rv_lift l = { .lift = lift, .b = lift->build, .i = &insn, .pc = code->pc };
	int bytes = rv_decode(code->bytes, code->nr_bytes, &insn);

	if (bytes <= 0)
		return bytes;
	if (insn.id >= RV_csrrw && insn.id <= RV_csrrci && !rv_csr_known(&insn))
		return -EILSEQ;
	l.next = code->pc + (uint64_t)bytes;
	ir_guest_pc(l.b, l.pc);
	lift_insn[insn.id](&l);
	return bytes;
}

#define ISA(letter) (UINT64_C(1) << ((letter) - 'A'))

static const struct guest_linux linux_abi = {
	.elf_machine = EM_RISCV,
	.machine = "riscv64",
	.hwcap = ISA('I') | ISA('M') | ISA('A') | ISA('F') | ISA('D') | ISA('C'),
	.number = RV_X(17),
	.arg = { RV_X(10), RV_X(11), RV_X(12), RV_X(13), RV_X(14), RV_X(15) },
	.result = RV_X(10),
	.sp = RV_X(2),
	.tls = RV_X(4),
	.o_direct = 040000,
	.o_largefile = 0100000,
	.o_directory = 0200000,
	.o_nofollow = 0400000,
	.signal = &rv_guest_signal,
};

const struct guest_ops rv_guest_ops = {
	.name = "riscv64",
	.state_bytes = sizeof(struct rv_state),
	.pc_offset = RV_PC,
	.nan = IR_NAN_DEF,
	.max_insn_bytes = 4,
	.unit_flags = IR_UNIT_FPFLAGS,
	.linux_abi = &linux_abi,
	.lift = lift,
};
