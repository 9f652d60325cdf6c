/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef VMB_ARCH_ARM64_CPU_H
#define VMB_ARCH_ARM64_CPU_H
/*
 * The contract is in arch/cpu.h; include that, not this.
 *
 * Source: Arm ARM (DDI 0487), D24.11 "Generic Timer registers", C6.2 (ISB, DSB, DC CIVAC),
 * D24.5 "Performance Monitors registers".
 */

#include "arch/base/attr.h"
#include "arch/base/types.h"

#define CPU_NAME		"arm64"
#define CPU_TICKS_NAME		"cntvct_el0"
#define CPU_HAS_FLUSH_LINE	1	/* Linux sets SCTLR_EL1.UCI */
#define CPU_HAS_USER_PMC	1	/* where kernel.perf_user_access is 1 */

VMB_INLINE uint64_t cpu_ticks(void)
{
	uint64_t t;

	__asm__ volatile("mrs %0, cntvct_el0" : "=r"(t));
	return t;
}

VMB_INLINE uint64_t cpu_ticks_begin(void)
{
	uint64_t t;

	__asm__ volatile("isb\n\tmrs %0, cntvct_el0\n\tisb" : "=r"(t) : : "memory");
	return t;
}

VMB_INLINE uint64_t cpu_ticks_end(uint32_t *cpu)
{
	*cpu = ~0u;
	return cpu_ticks_begin();
}

VMB_INLINE uint64_t cpu_ticks_nominal_hz(void)
{
	uint64_t hz;

	__asm__ volatile("mrs %0, cntfrq_el0" : "=r"(hz));
	return hz;
}

VMB_INLINE void cpu_pause(void)
{
	__asm__ volatile("yield" : : : "memory");
}

VMB_INLINE void cpu_serialise(void)
{
	__asm__ volatile("isb" : : : "memory");
}

VMB_INLINE void cpu_fence_all(void)
{
	__asm__ volatile("dsb sy" : : : "memory");
}

VMB_INLINE void cpu_flush_line(const void *p)
{
	__asm__ volatile("dc civac, %0" : : "r"(p) : "memory");
}

#define CPU_PMEVCNTR(n)								\
	case n:									\
		__asm__ volatile("mrs %0, pmevcntr" #n "_el0" : "=r"(v));	\
		break;

/*
 * A counter's number is part of the instruction. PMSELR_EL0 would allow a variable, but it is state
 * that a signal handler between the two instructions could change.
 */
VMB_INLINE uint64_t cpu_rdpmc(uint32_t index)
{
	uint64_t v = 0;

	switch (index) {
	CPU_PMEVCNTR(0) CPU_PMEVCNTR(1) CPU_PMEVCNTR(2) CPU_PMEVCNTR(3) CPU_PMEVCNTR(4)
	CPU_PMEVCNTR(5) CPU_PMEVCNTR(6) CPU_PMEVCNTR(7) CPU_PMEVCNTR(8) CPU_PMEVCNTR(9)
	CPU_PMEVCNTR(10) CPU_PMEVCNTR(11) CPU_PMEVCNTR(12) CPU_PMEVCNTR(13) CPU_PMEVCNTR(14)
	CPU_PMEVCNTR(15) CPU_PMEVCNTR(16) CPU_PMEVCNTR(17) CPU_PMEVCNTR(18) CPU_PMEVCNTR(19)
	CPU_PMEVCNTR(20) CPU_PMEVCNTR(21) CPU_PMEVCNTR(22) CPU_PMEVCNTR(23) CPU_PMEVCNTR(24)
	CPU_PMEVCNTR(25) CPU_PMEVCNTR(26) CPU_PMEVCNTR(27) CPU_PMEVCNTR(28) CPU_PMEVCNTR(29)
	CPU_PMEVCNTR(30)
	case 31:	/* perf's index of the cycle counter */
		__asm__ volatile("mrs %0, pmccntr_el0" : "=r"(v));
		break;
	}
	return v;
}
#undef CPU_PMEVCNTR

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

#endif /* VMB_ARCH_ARM64_CPU_H */
