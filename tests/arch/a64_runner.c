// SPDX-License-Identifier: MIT
/*
 * Executes the cases that a64_lift_test sends, on an AArch64 CPU or under qemu-aarch64. Built alone,
 * without a C library: the instructions may change every register, TPIDR_EL0 among them.
 */
#include <stddef.h>
#include <stdint.h>

#include "tests/arch/a64_case.h"

struct a64_case *current_case;
uint64_t saved_sp;

void run_case(struct a64_case *c, const void *code);
extern const char case_fell_through[], case_landed[];

/* Offsets of struct a64_case; x is at 0. */
_Static_assert(offsetof(struct a64_case, tpidr) == 256, "run_case");
_Static_assert(offsetof(struct a64_case, nzcv) == 264, "run_case");
_Static_assert(offsetof(struct a64_case, landed) == 276, "run_case");
_Static_assert(offsetof(struct a64_case, q) == 304, "run_case");

#define EACH_PAIR(op)                                                                              \
	op " x2, x3, [x0, #16]\n" op " x4, x5, [x0, #32]\n" op " x6, x7, [x0, #48]\n"              \
	op " x8, x9, [x0, #64]\n" op " x10, x11, [x0, #80]\n" op " x12, x13, [x0, #96]\n"          \
	op " x14, x15, [x0, #112]\n" op " x16, x17, [x0, #128]\n" op " x18, x19, [x0, #144]\n"     \
	op " x20, x21, [x0, #160]\n" op " x22, x23, [x0, #176]\n" op " x24, x25, [x0, #192]\n"     \
	op " x26, x27, [x0, #208]\n" op " x28, x29, [x0, #224]\n"

#define EACH_VECTOR(op)                                                                            \
	op " q0, q1, [x1]\n" op " q2, q3, [x1, #32]\n" op " q4, q5, [x1, #64]\n"                   \
	op " q6, q7, [x1, #96]\n" op " q8, q9, [x1, #128]\n" op " q10, q11, [x1, #160]\n"          \
	op " q12, q13, [x1, #192]\n" op " q14, q15, [x1, #224]\n" op " q16, q17, [x1, #256]\n"     \
	op " q18, q19, [x1, #288]\n" op " q20, q21, [x1, #320]\n" op " q22, q23, [x1, #352]\n"     \
	op " q24, q25, [x1, #384]\n" op " q26, q27, [x1, #416]\n" op " q28, q29, [x1, #448]\n"     \
	op " q30, q31, [x1, #480]\n"

/* x0 is the case, x1 its code. The slot itself loads x30 and x0. */
__asm__(".text\n"
	".globl run_case, case_fell_through, case_landed\n"
	"run_case:\n"
	"stp x29, x30, [sp, #-96]!\n"
	"stp x19, x20, [sp, #16]\n"
	"stp x21, x22, [sp, #32]\n"
	"stp x23, x24, [sp, #48]\n"
	"stp x25, x26, [sp, #64]\n"
	"stp x27, x28, [sp, #80]\n"
	"adrp x2, saved_sp\n"
	"mov x3, sp\n"
	"str x3, [x2, :lo12:saved_sp]\n"
	"mov x30, x1\n"
	"ldr x1, [x0, #256]\n"
	"msr tpidr_el0, x1\n"
	"ldr w1, [x0, #264]\n"
	"ldr w2, [x0, #268]\n"
	"msr nzcv, x1\n"
	"msr fpcr, x2\n"
	"ldr w1, [x0, #272]\n"
	"msr fpsr, x1\n"
	"add x1, x0, #304\n" EACH_VECTOR("ldp")
	"ldr x1, [x0, #248]\n"
	"mov sp, x1\n" EACH_PAIR("ldp")
	"ldr x1, [x0, #8]\n"
	"br x30\n"
	"case_fell_through:\n"
	"msr tpidr_el0, x0\n"
	"adrp x0, current_case\n"
	"ldr x0, [x0, :lo12:current_case]\n"
	"str wzr, [x0, #276]\n"
	"b 1f\n"
	"case_landed:\n"
	"msr tpidr_el0, x0\n"
	"adrp x0, current_case\n"
	"ldr x0, [x0, :lo12:current_case]\n"
	"1:\n"
	"str x1, [x0, #8]\n" EACH_PAIR("stp")
	"str x30, [x0, #240]\n"
	"mov x1, sp\n"
	"str x1, [x0, #248]\n"
	"mrs x1, tpidr_el0\n"
	"str x1, [x0]\n"
	"mrs x1, nzcv\n"
	"mrs x2, fpcr\n"
	"str w1, [x0, #264]\n"
	"str w2, [x0, #268]\n"
	"mrs x1, fpsr\n"
	"str w1, [x0, #272]\n"
	"add x1, x0, #304\n" EACH_VECTOR("stp")
	"msr fpcr, xzr\n"
	"adrp x2, saved_sp\n"
	"ldr x3, [x2, :lo12:saved_sp]\n"
	"mov sp, x3\n"
	"ldp x19, x20, [sp, #16]\n"
	"ldp x21, x22, [sp, #32]\n"
	"ldp x23, x24, [sp, #48]\n"
	"ldp x25, x26, [sp, #64]\n"
	"ldp x27, x28, [sp, #80]\n"
	"ldp x29, x30, [sp], #96\n"
	"ret\n");

static long call(long number, long a, long b, long c, long d, long e, long f)
{
	register long x8 __asm__("x8") = number;
	register long x0 __asm__("x0") = a;
	register long x1 __asm__("x1") = b;
	register long x2 __asm__("x2") = c;
	register long x3 __asm__("x3") = d;
	register long x4 __asm__("x4") = e;
	register long x5 __asm__("x5") = f;

	__asm__ volatile("svc 0"
			 : "+r"(x0)
			 : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
			 : "memory");
	return x0;
}

#include "tests/arch/bare_runner.h"

static uint32_t branch(uint64_t from, const char *to)
{
	return 0x14000000u | (((uint64_t)to - from) >> 2 & 0x3ffffffu);
}

static uint32_t *slot(unsigned int i)
{
	return (uint32_t *)(A64_CODE + i * A64_SLOT_BYTES);
}

static void write_slot(unsigned int i, const struct a64_case *c)
{
	uint32_t *code = slot(i);
	unsigned int k;

	code[0] = 0xf940781e; /* ldr x30, [x0, #240] */
	code[1] = 0xf9400000; /* ldr x0, [x0] */
	for (k = 0; k < A64_CASE_WORDS; k++)
		code[2 + k] = c->word[k];
	code[6] = branch((uint64_t)&code[6], case_fell_through);
	code[7] = branch((uint64_t)&code[7], case_landed);
	__builtin___clear_cache((char *)code, (char *)(code + 8));
}

static struct a64_case batch[A64_BATCH];

void _start(void)
{
	volatile uint8_t *data = (volatile uint8_t *)A64_DATA;
	uint32_t nr, i;

	map(A64_CODE, A64_BATCH * A64_SLOT_BYTES);
	map(A64_DATA, 4096);
	for (;;) {
		transfer(SYS_READ, 0, &nr, sizeof(nr));
		if (nr > A64_BATCH)
			leave(4);
		transfer(SYS_READ, 0, batch, nr * sizeof(batch[0]));
		for (i = 0; i < nr; i++)
			write_slot(i, &batch[i]);
		for (i = 0; i < nr; i++) {
			current_case = &batch[i];
			batch[i].landed = 1;
			copy(data, batch[i].memory, A64_CASE_MEM_BYTES);
			run_case(&batch[i], slot(i));
			copy(batch[i].memory, data, A64_CASE_MEM_BYTES);
		}
		transfer(SYS_WRITE, 1, batch, nr * sizeof(batch[0]));
	}
}
