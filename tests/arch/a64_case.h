/* SPDX-License-Identifier: MIT */
#ifndef VMB_TESTS_ARCH_A64_CASE_H
#define VMB_TESTS_ARCH_A64_CASE_H
/*
 * What a64_lift_test and the program that it runs under qemu-aarch64 tell each other: a state, a few
 * instructions, and the state after them.
 */

#include <stdint.h>

#define A64_CASE_WORDS	   4
#define A64_CASE_MEM_BYTES 512

/*
 * Where the instructions of case number n of a batch are, within reach of a branch from the runner,
 * and the memory that they use. Slots hold two instructions of the runner before the case's and two
 * branches behind them.
 */
#define A64_CODE	UINT64_C(0x4000000)
#define A64_SLOT_BYTES	32u
#define A64_SLOT_FIRST	8u
#define A64_SLOT_LANDED 28u
#define A64_BATCH	128u
#define A64_DATA	UINT64_C(0x4080000)

struct a64_case {
	uint64_t x[32];
	uint64_t tpidr;
	uint32_t nzcv, fpcr, fpsr;
	uint32_t landed; /* after: 1 if the branch behind the instructions was jumped to */
	uint32_t word[A64_CASE_WORDS];
	uint8_t pad[8];
	uint8_t q[32][16];
	uint8_t memory[A64_CASE_MEM_BYTES];
};

#endif /* VMB_TESTS_ARCH_A64_CASE_H */
