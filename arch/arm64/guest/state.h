/* SPDX-License-Identifier: MIT */
#ifndef VMB_ARCH_ARM64_GUEST_STATE_H
#define VMB_ARCH_ARM64_GUEST_STATE_H
/*
 * The guest state that lifted A64 code refers to. Zero-initialised it is that of a new thread, but
 * for the registers that the system sets. FPCR and FPSR are the floating-point environment of the
 * execution (struct ir_fpenv): its rounding mode is FPCR.RMode, its flags are those of FPSR.
 */

#include "vmcore/ir/eval.h"

/* Number of the stack pointer in a64_state.x; where an instruction's 31 is the zero register the
 * lifter never touches it.
 */
#define A64_SP 31u

/**
 * struct a64_state - registers of a guest thread.
 * @x: X0..X30, SP
 * @pc: address of the next instruction, while no unit runs
 * @tpidr: TPIDR_EL0
 * @monitor: ~address of the last load-exclusive; 0: the local monitor is open
 * @monitor_lo, @monitor_hi: what that load read, zero-extended
 * @n, @z, @c, @v: condition flags, 0 or 1
 * @q: V0..V31
 * @qc: FPSR.QC is set if this is not 0
 */
struct a64_state {
	uint64_t x[32];
	uint64_t pc;
	uint64_t tpidr;
	uint64_t monitor;
	uint64_t monitor_lo;
	uint64_t monitor_hi;
	uint8_t n;
	uint8_t z;
	uint8_t c;
	uint8_t v;
	union ir_val q[32];
	union ir_val qc;
};

#endif /* VMB_ARCH_ARM64_GUEST_STATE_H */
