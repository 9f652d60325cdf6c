/* SPDX-License-Identifier: MIT */
#ifndef VMB_ARCH_ARM64_HOST_REGS_H
#define VMB_ARCH_ARM64_HOST_REGS_H
/*
 * Registers, and what compiled code uses them for.
 */

#include <stdint.h>

/*
 * A register of either kind as one number: vector registers come after the general ones. The
 * encoder looks at the low five bits.
 */
#define A64_V(n)   (32u + (n))
/* Reads as zero, in the instructions that do not take it for the stack pointer. */
#define A64_ZR 31u

/*
 * x0 x1 x2 x16 v0 v1 v2 v3	scratch within one IR instruction; x16 for addresses and constants
 * x17 x30			calls
 * x18 x29			the host's
 * x23				fuel
 * x24				host address of the guest address 0
 * x25				guest state
 * x26				frame
 * x27				host address of the guest memory's first byte
 * x28				last offset at which 16 bytes of it can be accessed
 * sp				the host's stack: where code returns to lies on top
 * v31				not used: values.c takes its number for no register
 * others			hold values
 */
#define A64_ADDRESS 16u
#define A64_TARGET  17u
#define A64_FUEL    23u
#define A64_ORIGIN  24u
#define A64_STATE   25u
#define A64_FRAME   26u
#define A64_MEMORY  27u
#define A64_LIMIT   28u
#define A64_LINK    30u
#define A64_SP	    31u

/* x3 - x15, x19 - x22; v4 - v30. */
#define A64_GENERAL UINT64_C(0x0078fff8)
#define A64_VECTOR  UINT64_C(0x7ffffff000000000)

#endif /* VMB_ARCH_ARM64_HOST_REGS_H */
