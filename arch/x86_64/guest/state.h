/* SPDX-License-Identifier: MIT */
#ifndef VMB_ARCH_X86_64_GUEST_STATE_H
#define VMB_ARCH_X86_64_GUEST_STATE_H
/*
 * The guest state that lifted x86_64 code refers to. Zero-initialised it is that of a new thread, but
 * for the registers that the system sets. The rounding mode and the exception flags of MXCSR are the
 * floating-point environment of the execution (struct ir_fpenv).
 */

#include "arch/x86_64/guest/f80.h"
#include "vmcore/ir/eval.h"

enum x86_reg { X86_RAX, X86_RCX, X86_RDX, X86_RBX, X86_RSP, X86_RBP, X86_RSI, X86_RDI };

/* Bits of RFLAGS. Source: Intel SDM, volume 1, 3.4.3. */
#define X86_RFLAGS_ONE	 0x2u
#define X86_RFLAGS_IF	 0x200u
#define X86_RFLAGS_DF	 10
/* NT, AC, ID: kept and without effect. */
#define X86_RFLAGS_OTHER 0x244000u

/**
 * struct x86_state - registers of a guest thread.
 * @r: general, by their numbers in encodings
 * @pc: address of the next instruction, while no unit runs
 * @fs, @gs: bases of the segments
 * @other: the flags of X86_RFLAGS_OTHER
 * @flag: by enum x86_flag, 0 or 1; of P the byte whose parity it is
 * @back: DF, 0 or 1
 * @xmm: vectors
 * @x87: by register, not by place on the stack
 * @control: the x87's control word, exclusive or its first value
 * @status: its status word; of it, @top of the stack apart
 * @full: registers that are not empty, as bits
 */
struct x86_state {
	uint64_t r[16];
	uint64_t pc;
	uint64_t fs, gs;
	uint64_t other;
	uint8_t flag[6];
	uint8_t back;
	uint8_t unused[9];
	union ir_val xmm[16];
	struct f80 x87[8];
	uint16_t control, status;
	uint8_t top, full;
};

#endif /* VMB_ARCH_X86_64_GUEST_STATE_H */
