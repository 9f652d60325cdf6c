/* SPDX-License-Identifier: MIT */
#ifndef VMB_TESTS_ISA_RISCV_TEST_H
#define VMB_TESTS_ISA_RISCV_TEST_H
/*
 * An environment for the tests of riscv-tests: a program of Linux, that ends by exit(2) with 0 or the
 * number of the case that failed. tests/isa_build.sh builds with it.
 *
 * VMB_REPEAT: how often the test is run before it has passed, so that its code becomes hot. Its data is
 * each time what it was at first: a copy of it is taken at the start.
 */

#define TESTNUM gp

#ifndef VMB_REPEAT
#define VMB_REPEAT 1
#endif

#define RVTEST_RV64U
#define RVTEST_RV64UF
#define RVTEST_RV32U
#define RVTEST_RV32UF

/* Copy what is between two symbols to a third; 8 bytes more at most. */
#define VMB_COPY(from, to)                      \
	la t0, from;                            \
	la t1, to;                              \
	la t2, vmb_data_begin;                  \
	la t3, vmb_data_end;                    \
	sub t2, t3, t2;                         \
95:	blez t2, 96f;                           \
	ld t3, 0(t0);                           \
	sd t3, 0(t1);                           \
	addi t0, t0, 8;                         \
	addi t1, t1, 8;                         \
	addi t2, t2, -8;                        \
	j 95b;                                  \
96:

#define RVTEST_CODE_BEGIN                       \
	.text;                                  \
	.globl _start;                          \
_start:                                         \
	VMB_COPY(vmb_data_begin, vmb_copy)      \
vmb_again:                                      \
	VMB_COPY(vmb_copy, vmb_data_begin)      \
	fsflags x0;                             \
	fsrm x0;                                \
	li TESTNUM, 0;

#define RVTEST_CODE_END                         \
	.pushsection .bss;                      \
	.balign 8;                              \
vmb_copy:                                       \
	.zero 65536;                            \
vmb_count:                                      \
	.zero 8;                                \
	.popsection;                            \
	unimp

#define RVTEST_PASS                             \
	la t0, vmb_count;                       \
	ld t1, 0(t0);                           \
	addi t1, t1, 1;                         \
	sd t1, 0(t0);                           \
	li t2, VMB_REPEAT;                      \
	bltu t1, t2, vmb_again;                 \
	li a0, 0;                               \
	li a7, 93;                              \
	ecall;

/* A failure before the first case has no number. */
#define RVTEST_FAIL                             \
	mv a0, TESTNUM;                         \
	bnez a0, 97f;                           \
	li a0, 255;                             \
97:	li a7, 93;                              \
	ecall;

#define RVTEST_DATA_BEGIN                       \
	.balign 8;                              \
vmb_data_begin:

#define RVTEST_DATA_END                         \
	.balign 8;                              \
vmb_data_end:

#endif /* VMB_TESTS_ISA_RISCV_TEST_H */
