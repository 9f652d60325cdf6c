/* SPDX-License-Identifier: MIT */
#ifndef VMB_TESTS_ARCH_X86_CASE_H
#define VMB_TESTS_ARCH_X86_CASE_H
/*
 * What x86_lift_test and the program that executes its cases on a CPU tell each other: a state, a few
 * instructions, and the state after them.
 */

#include <stdint.h>

#define X86_CASE_MEM_BYTES  512
#define X86_CASE_CODE_BYTES 96
#define X86_CASE_FPU_BYTES  112

/* Where the code of case number n of a batch is, and the memory, behind which nothing is mapped. */
#define X86_CODE       UINT64_C(0x10000000)
#define X86_SLOT_BYTES 128u
/* Where jumps lead. */
#define X86_SLOT_LANDED 112u
#define X86_BATCH      128u
#define X86_DATA_END   UINT64_C(0x10100000)
#define X86_DATA       (X86_DATA_END - X86_CASE_MEM_BYTES)
/* The base of GS. */
#define X86_GS	       (X86_DATA + 64)

/**
 * struct x86_case - a case.
 * @fpu: as FNSAVE stores it: control, status and tags in 28 bytes, ST(0) to ST(7) in 10 each; 4 unused
 * @landed: after: 1 if the code has jumped to X86_SLOT_LANDED
 * @signal: after: the signal that it got, 0 if none
 * @nr_bytes, @code: the instructions
 */
struct x86_case {
	uint64_t r[16];
	uint64_t rflags;
	uint32_t mxcsr;
	uint32_t landed;
	uint32_t signal;
	uint32_t nr_bytes;
	uint8_t xmm[16][16];
	uint8_t fpu[X86_CASE_FPU_BYTES];
	uint8_t code[X86_CASE_CODE_BYTES];
	uint8_t memory[X86_CASE_MEM_BYTES];
};

#endif /* VMB_TESTS_ARCH_X86_CASE_H */
