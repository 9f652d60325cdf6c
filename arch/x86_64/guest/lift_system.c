// SPDX-License-Identifier: MIT
/*
 * System calls, CPUID, the time-stamp counter. Source: Intel SDM, volume 2, "CPUID".
 */
#include "arch/x86_64/guest/insns.h"

/* The kernel overwrites RCX and R11. */
bool x86_syscall(struct x86 *t)
{
	x86_set_reg(t, IR_I64, 11, x86_rflags(t));
	x86_set_reg(t, IR_I64, X86_RCX, x86_const(t, IR_I64, t->next));
	x86_leave(t, IR_EXIT_SYSCALL, t->next);
	return true;
}

/* A breakpoint is reported behind itself. */
bool x86_int3(struct x86 *t)
{
	x86_leave(t, IR_EXIT_BREAK, t->next);
	return true;
}

bool x86_nop(struct x86 *t)
{
	(void)t;
	return true;
}

/* The time-stamp counter counts nanoseconds. */
bool x86_rdtsc(struct x86 *t)
{
	static const struct ir_helper helper = { .name = "guest_clock", .type = IR_I64,
						 .effects = E_RDM };
	uint32_t now = x86_call_helper(t, &helper, NULL);

	x86_set_reg(t, IR_I64, X86_RAX, x86_bits(t, IR_I64, now, 0, 32));
	x86_set_reg(t, IR_I64, X86_RDX, x86_bits(t, IR_I64, now, 32, 32));
	return true;
}

/* Leaf 1. */
#define ECX_SSE3     (1u << 0)
#define ECX_CLMUL    (1u << 1)
#define ECX_SSSE3    (1u << 9)
#define ECX_CX16     (1u << 13)
#define ECX_SSE41    (1u << 19)
#define ECX_SSE42    (1u << 20)
#define ECX_MOVBE    (1u << 22)
#define ECX_POPCNT   (1u << 23)
#define ECX_AES	     (1u << 25)
#define EDX_FPU	     (1u << 0)
#define EDX_TSC	     (1u << 4)
#define EDX_CX8	     (1u << 8)
#define EDX_CMOV     (1u << 15)
#define EDX_CLFSH    (1u << 19)
#define EDX_MMX	     (1u << 23)
#define EDX_FXSR     (1u << 24)
#define EDX_SSE	     (1u << 25)
#define EDX_SSE2     (1u << 26)
/* Leaf 7. */
#define EBX_BMI1     (1u << 3)
#define EBX_BMI2     (1u << 8)
/* Leaf 0x80000001. */
#define ECX_LAHF     (1u << 0)
#define ECX_LZCNT    (1u << 5)
#define ECX_PREFETCH (1u << 8)
#define EDX_SYSCALL  (1u << 11)
#define EDX_LM	     (1u << 29)

/* Lines of cache in units of 8 bytes, for CLFLUSH. */
#define CLFLUSH_LINE (8u << 8)

/*
 * Leaf, and what it answers to EAX, EBX, ECX, EDX; others answer 0. The vendor is none that libraries
 * know, so that they go by features.
 */
static const struct {
	uint32_t leaf, value[4];
} leaves[] = {
	{ 0, { 7, 0x626d6576, 0x20202068, 0x636e6562 } }, /* "vmbench   " */
	{ 1, { 0x600, CLFLUSH_LINE, ECX_SSE3 | ECX_CLMUL | ECX_SSSE3 | ECX_CX16 | ECX_SSE41 |
			   ECX_SSE42 | ECX_MOVBE | ECX_POPCNT | ECX_AES,
	       EDX_FPU | EDX_TSC | EDX_CX8 | EDX_CMOV | EDX_CLFSH | EDX_MMX | EDX_FXSR |
		       EDX_SSE | EDX_SSE2 } },
	{ 7, { 0, EBX_BMI1 | EBX_BMI2, 0, 0 } },
	{ 0x80000000, { 0x80000008, 0, 0, 0 } },
	{ 0x80000001, { 0, 0, ECX_LAHF | ECX_LZCNT | ECX_PREFETCH, EDX_SYSCALL | EDX_LM } },
	{ 0x80000008, { 0x3030, 0, 0, 0 } },
};

/* Only leaf 7 has subleaves, and of those only 0. */
bool x86_cpuid(struct x86 *t)
{
	static const uint8_t reg[] = { X86_RAX, X86_RBX, X86_RCX, X86_RDX };
	uint32_t leaf = x86_reg(t, IR_I32, X86_RAX), sub = x86_reg(t, IR_I32, X86_RCX), value, is;
	unsigned int r, k;

	sub = x86_op2(t, IR_and, IR_I8, x86_cmp(t, IR_EQ, leaf, x86_const(t, IR_I32, 7)),
		      x86_cmp(t, IR_NE, sub, x86_const(t, IR_I32, 0)));
	leaf = x86_select(t, IR_I32, sub, x86_const(t, IR_I32, ~0u), leaf);
	for (r = 0; r < 4; r++) {
		value = x86_const(t, IR_I32, 0);
		for (k = 0; k < VMB_ARRAY_SIZE(leaves); k++) {
			is = x86_cmp(t, IR_EQ, leaf, x86_const(t, IR_I32, leaves[k].leaf));
			value = x86_select(t, IR_I32, is,
					   x86_const(t, IR_I32, leaves[k].value[r]), value);
		}
		x86_set_reg(t, IR_I32, reg[r], value);
	}
	return true;
}
