/* SPDX-License-Identifier: MIT */
#ifndef VMB_ARCH_RISCV64_HOST_REGS_H
#define VMB_ARCH_RISCV64_HOST_REGS_H
/*
 * Registers, and what compiled code uses them for.
 */

#include <stdint.h>

enum rv_reg {
	RV_ZERO, RV_RA, RV_SP, RV_GP, RV_TP, RV_T0, RV_T1, RV_T2, RV_S0, RV_S1, RV_A0, RV_A1, RV_A2,
	RV_A3, RV_A4, RV_A5, RV_A6, RV_A7, RV_S2, RV_S3, RV_S4, RV_S5, RV_S6, RV_S7, RV_S8, RV_S9,
	RV_S10, RV_S11, RV_T3, RV_T4, RV_T5, RV_T6,
};

/*
 * A register of either kind as one number: floating-point registers come after the general ones.
 * The encoder looks at the low five bits.
 */
#define RV_NR_GENERAL 32u
#define RV_F(n)	      (RV_NR_GENERAL + (n))

/*
 * t0			links calls of the runtime; else scratch for an address
 * t1 t2 a6 a7 ft0-ft2	scratch within one IR instruction
 * s0			frame
 * s1			guest state
 * s9			host address of the guest's address 0: s10 less the first address of its memory
 * s10			host address of the guest memory's first byte
 * s11			last offset at which 16 bytes of it can be accessed
 * ra			where code returns to; sp gp tp are the host's
 * ft11			not used: values.c takes its number for no register
 * others		hold values
 */
#define RV_STATE  RV_S1
#define RV_FRAME  RV_S0
#define RV_BIASED RV_S9
#define RV_MEMORY RV_S10
#define RV_LIMIT  RV_S11

#define RV_GENERAL                                                                                 \
	(0x3full << RV_A0 | 0x7full << RV_S2 | 0xfull << RV_T3)
#define RV_FLOAT (0x7ffffff8ull << 32)

#endif /* VMB_ARCH_RISCV64_HOST_REGS_H */
