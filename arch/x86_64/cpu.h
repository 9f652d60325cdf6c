/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef VMB_ARCH_X86_64_CPU_H
#define VMB_ARCH_X86_64_CPU_H
/*
 * The contract is in arch/cpu.h; include that, not this.
 *
 * Source: Intel SDM Vol. 2 (RDTSC, RDTSCP, RDPMC, LFENCE, MFENCE, CLFLUSH, PAUSE, CPUID);
 * AMD APM Vol. 3. LFENCE orders RDTSC on AMD too, because Linux always sets the bit that makes it
 * dispatch-serialising (MSR C001_1029 bit 1).
 */

#include "arch/base/attr.h"
#include "arch/base/types.h"

#define CPU_NAME		"x86_64"
#define CPU_TICKS_NAME		"tsc"
#define CPU_HAS_FLUSH_LINE	1
#define CPU_HAS_USER_PMC	1

/* Linux keeps node << 12 | cpu in TSC_AUX (arch/x86/include/asm/segment.h). */
#define CPU_TSC_AUX_CPU_MASK	0xfffu

VMB_INLINE uint64_t cpu_ticks(void)
{
	uint32_t lo, hi;

	__asm__ volatile("rdtsc" : "=a"(lo), "=d"(hi));
	return (uint64_t)hi << 32 | lo;
}

VMB_INLINE uint64_t cpu_ticks_begin(void)
{
	uint32_t lo, hi;

	__asm__ volatile("lfence\n\trdtsc\n\tlfence" : "=a"(lo), "=d"(hi) : : "memory");
	return (uint64_t)hi << 32 | lo;
}

VMB_INLINE uint64_t cpu_ticks_end(uint32_t *cpu)
{
	uint32_t lo, hi, aux;

	__asm__ volatile("rdtscp\n\tlfence" : "=a"(lo), "=d"(hi), "=c"(aux) : : "memory");
	*cpu = aux & CPU_TSC_AUX_CPU_MASK;
	return (uint64_t)hi << 32 | lo;
}

/* struct cpu_cpuid - what CPUID leaves in the four registers. */
struct cpu_cpuid { uint32_t eax, ebx, ecx, edx; };

VMB_INLINE struct cpu_cpuid cpu_cpuid(uint32_t leaf, uint32_t subleaf)
{
	struct cpu_cpuid r;

	__asm__ volatile("cpuid"
			 : "=a"(r.eax), "=b"(r.ebx), "=c"(r.ecx), "=d"(r.edx)
			 : "a"(leaf), "c"(subleaf)
			 : "memory");
	return r;
}

/* CPUID leaf 15H: EBX/EAX is the ratio of the TSC to the crystal, ECX the crystal in Hz. */
VMB_INLINE uint64_t cpu_tsc_hz_crystal(void)
{
	struct cpu_cpuid r = { 0 };

	if (cpu_cpuid(0, 0).eax >= 0x15)
		r = cpu_cpuid(0x15, 0);
	return r.eax && r.ebx && r.ecx ? (uint64_t)r.ecx * r.ebx / r.eax : 0;
}

/*
 * Leaf 40000010H: the hypervisors' agreed timing leaf, EAX is the TSC's frequency in kHz
 * (VMware KB 1009458; Linux arch/x86/kernel/cpu/vmware.c, QEMU vmware-cpuid-freq).
 */
VMB_INLINE uint64_t cpu_tsc_hz_hypervisor(void)
{
	if (!(cpu_cpuid(1, 0).ecx >> 31))
		return 0;
	if (cpu_cpuid(0x40000000u, 0).eax < 0x40000010u)
		return 0;
	return (uint64_t)cpu_cpuid(0x40000010u, 0).eax * 1000;
}

VMB_INLINE uint64_t cpu_ticks_nominal_hz(void)
{
	uint64_t hz = cpu_tsc_hz_crystal();

	return hz ? hz : cpu_tsc_hz_hypervisor();
}

VMB_INLINE void cpu_pause(void)
{
	__asm__ volatile("pause" : : : "memory");
}

/* CPUID is the serialising instruction that every mode and every x86 has (SDM Vol. 3A,
 * "Serializing Instructions"). */
VMB_INLINE void cpu_serialise(void)
{
	(void)cpu_cpuid(0, 0);
}

VMB_INLINE void cpu_fence_all(void)
{
	__asm__ volatile("mfence" : : : "memory");
}

VMB_INLINE void cpu_flush_line(const void *p)
{
	__asm__ volatile("clflush %0" : : "m"(*(const char *)p) : "memory");
}

VMB_INLINE uint64_t cpu_rdpmc(uint32_t index)
{
	uint32_t lo, hi;

	__asm__ volatile("rdpmc" : "=a"(lo), "=d"(hi) : "c"(index) : "memory");
	return (uint64_t)hi << 32 | lo;
}

/*
 * By the register form: adding an immediate to a register is folded at rename by newer cores
 * (Golden Cove and later), which then do several of these in a cycle.
 */
VMB_INLINE uint64_t cpu_add_chain(uint64_t x, uint64_t n)
{
	uint64_t one = 1;

	for (; n >= 16; n -= 16)
		__asm__ volatile(".rept 16\n\taddq %1, %0\n\t.endr" : "+r"(x) : "r"(one) : "cc");
	for (; n; n--)
		__asm__ volatile("addq %1, %0" : "+r"(x) : "r"(one) : "cc");
	return x;
}

#define CPU_X87_RUN(insn, image, control)                                                          \
	__asm__ volatile("fnstcw %0\n\tfrstor (%1)\n\t" insn "\n\tfnsave (%1)\n\tfldcw %0"         \
			 : "=m"(control) : "r"(image) : "memory")

/* The x87 is empty between functions, as the ABI has it; FNSAVE leaves it so. */
VMB_INLINE int cpu_x87(uint8_t opcode, void *image)
{
	uint16_t control;

	switch (opcode) {
	case 0xf0:
		CPU_X87_RUN("f2xm1", image, control);
		break;
	case 0xf1:
		CPU_X87_RUN("fyl2x", image, control);
		break;
	case 0xf2:
		CPU_X87_RUN("fptan", image, control);
		break;
	case 0xf3:
		CPU_X87_RUN("fpatan", image, control);
		break;
	case 0xf9:
		CPU_X87_RUN("fyl2xp1", image, control);
		break;
	case 0xfb:
		CPU_X87_RUN("fsincos", image, control);
		break;
	case 0xfe:
		CPU_X87_RUN("fsin", image, control);
		break;
	case 0xff:
		CPU_X87_RUN("fcos", image, control);
		break;
	default:
		return 0;
	}
	return 1;
}

#endif /* VMB_ARCH_X86_64_CPU_H */
