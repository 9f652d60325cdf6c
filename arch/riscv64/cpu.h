/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef VMB_ARCH_RISCV64_CPU_H
#define VMB_ARCH_RISCV64_CPU_H
/*
 * The contract is in arch/cpu.h; include that, not this.
 *
 * Source: RISC-V Unprivileged ISA 20191213, 2.7 "Memory Ordering Instructions", 3 "Zifencei",
 * 10 "Counters"; Zihintpause 2.0.
 */

#include "arch/base/attr.h"
#include "arch/base/types.h"

#define CPU_NAME		"riscv64"
#define CPU_TICKS_NAME		"time"
#define CPU_HAS_FLUSH_LINE	0	/* Zicbom's CBO.FLUSH is not enabled for user space */
#define CPU_HAS_USER_PMC	1	/* where kernel.perf_user_access is 1 or 2 */

VMB_INLINE uint64_t cpu_ticks(void)
{
	uint64_t t;

	__asm__ volatile("rdtime %0" : "=r"(t));
	return t;
}

VMB_INLINE uint64_t cpu_ticks_begin(void)
{
	uint64_t t;

	__asm__ volatile("fence iorw, iorw\n\trdtime %0" : "=r"(t) : : "memory");
	return t;
}

VMB_INLINE uint64_t cpu_ticks_end(uint32_t *cpu)
{
	*cpu = ~0u;
	return cpu_ticks_begin();
}

/* The frequency is in the device tree or ACPI, no instruction reads it. */
VMB_INLINE uint64_t cpu_ticks_nominal_hz(void)
{
	return 0;
}

/* PAUSE, by its encoding: a hint (FENCE W,0) that assemblers without Zihintpause do not know. */
VMB_INLINE void cpu_pause(void)
{
	__asm__ volatile(".4byte 0x0100000f" : : : "memory");
}

/* FENCE.I, by its encoding: newer assemblers want Zifencei to be named in -march. */
VMB_INLINE void cpu_serialise(void)
{
	__asm__ volatile(".4byte 0x0000100f" : : : "memory");
}

VMB_INLINE void cpu_fence_all(void)
{
	__asm__ volatile("fence iorw, iorw" : : : "memory");
}

/* Declared so that "if (CPU_HAS_FLUSH_LINE)" compiles; a call that is reached does not link. */
void cpu_flush_line(const void *p);

#define CPU_HPMCOUNTER(n)							\
	case n:									\
		__asm__ volatile("csrr %0, 0xc00 + " #n : "=r"(v));		\
		break;

/* A counter's number is part of the instruction. 0 is cycle, 2 instret, from 3 hpmcounter<n>. */
VMB_INLINE uint64_t cpu_rdpmc(uint32_t index)
{
	uint64_t v = 0;

	switch (index) {
	CPU_HPMCOUNTER(0) CPU_HPMCOUNTER(1) CPU_HPMCOUNTER(2) CPU_HPMCOUNTER(3)
	CPU_HPMCOUNTER(4) CPU_HPMCOUNTER(5) CPU_HPMCOUNTER(6) CPU_HPMCOUNTER(7)
	CPU_HPMCOUNTER(8) CPU_HPMCOUNTER(9) CPU_HPMCOUNTER(10) CPU_HPMCOUNTER(11)
	CPU_HPMCOUNTER(12) CPU_HPMCOUNTER(13) CPU_HPMCOUNTER(14) CPU_HPMCOUNTER(15)
	CPU_HPMCOUNTER(16) CPU_HPMCOUNTER(17) CPU_HPMCOUNTER(18) CPU_HPMCOUNTER(19)
	CPU_HPMCOUNTER(20) CPU_HPMCOUNTER(21) CPU_HPMCOUNTER(22) CPU_HPMCOUNTER(23)
	CPU_HPMCOUNTER(24) CPU_HPMCOUNTER(25) CPU_HPMCOUNTER(26) CPU_HPMCOUNTER(27)
	CPU_HPMCOUNTER(28) CPU_HPMCOUNTER(29) CPU_HPMCOUNTER(30) CPU_HPMCOUNTER(31)
	}
	return v;
}
#undef CPU_HPMCOUNTER

VMB_INLINE uint64_t cpu_add_chain(uint64_t x, uint64_t n)
{
	uint64_t one = 1;

	for (; n >= 16; n -= 16)
		__asm__ volatile(".rept 16\n\tadd %0, %0, %1\n\t.endr" : "+r"(x) : "r"(one));
	for (; n; n--)
		__asm__ volatile("add %0, %0, %1" : "+r"(x) : "r"(one));
	return x;
}

VMB_INLINE int cpu_x87(uint8_t opcode, void *image)
{
	(void)opcode;
	(void)image;
	return 0;
}

#endif /* VMB_ARCH_RISCV64_CPU_H */
