/* SPDX-License-Identifier: MIT */
#ifndef VMB_TESTS_ARCH_RV_CASE_H
#define VMB_TESTS_ARCH_RV_CASE_H
/*
 * What rv64_lift_test and the program that it runs under qemu-riscv64 tell each other: a state, a few
 * instructions, and the state after them. x31 is the runner's.
 */

#include <stdint.h>

#define RV_CASE_BYTES	  16u
#define RV_CASE_MEM_BYTES 512u

/*
 * Where the instructions of case number n of a batch are, within reach of a jump from the runner, and
 * the memory that they use, which has the end of a page in its middle. Slots hold an instruction of
 * the runner before the case's and two jumps behind them.
 */
#define RV_TEXT	       "0x4000000"
#define RV_CODE	       UINT64_C(0x4080000)
#define RV_SLOT_BYTES  32u
#define RV_SLOT_FIRST  4u
#define RV_SLOT_LANDED 24u
#define RV_BATCH       128u
#define RV_DATA	       UINT64_C(0x4090f00)

struct rv_case {
	uint64_t x[32];
	uint64_t f[32];
	uint32_t fcsr;
	uint32_t landed; /* after: 1 if the jump behind the instructions was jumped to */
	uint8_t code[RV_CASE_BYTES];
	uint8_t memory[RV_CASE_MEM_BYTES];
};

#endif /* VMB_TESTS_ARCH_RV_CASE_H */
