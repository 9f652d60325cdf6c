/* SPDX-License-Identifier: MIT */
#ifndef VMB_ARCH_X86_64_HOST_REGS_H
#define VMB_ARCH_X86_64_HOST_REGS_H
/*
 * Registers, and what compiled code uses them for.
 */

#include <stdint.h>

enum x64_reg {
	RAX, RCX, RDX, RBX, RSP, RBP, RSI, RDI, R8, R9, R10, R11, R12, R13, R14, R15,
};

/*
 * A register of either kind as one number: vector registers come after the general ones. The
 * encoder looks at the low four bits.
 */
#define X64_XMM(n) (16u + (n))

/*
 * rax rcx rdx xmm0 xmm1 xmm2	scratch within one IR instruction
 * rbx				guest state, and X64_STATE_BIAS behind it but for functions
 * rbp				frame
 * r12				host address of the guest memory's first byte
 * r14				last offset at which 16 bytes of it can be accessed; of precise code
 *				nothing: that is in the frame
 * rsp				the host's stack; code has its return address there, and that of the
 *				guest's calls if it is chained
 * xmm15			not used: values.c takes its number for no register
 * others			hold values
 *
 * In tier 2 rdx holds values as well, r14 in precise code, and both r12 and r14 where the unit does not
 * need them.
 */
#define X64_STATE  RBX
#define X64_FRAME  RBP
#define X64_MEMORY R12
#define X64_LIMIT  R14

/* So the first 256 bytes of the state are within a byte's reach; enter.S knows it. */
#define X64_STATE_BIAS 128

#define X64_GENERAL                                                                                \
	(1u << RSI | 1u << RDI | 1u << R8 | 1u << R9 | 1u << R10 | 1u << R11 | 1u << R13 | 1u << R15)
#define X64_GENERAL_TIER2 (X64_GENERAL | 1u << RDX)
#define X64_VECTOR	  0x7ff80000u

#endif /* VMB_ARCH_X86_64_HOST_REGS_H */
