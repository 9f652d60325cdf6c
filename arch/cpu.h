/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef VMB_ARCH_CPU_H
#define VMB_ARCH_CPU_H
/*
 * The running CPU: time stamps, fences, cache lines. This is the only place in the tree that
 * selects an architecture by #ifdef; everything else includes this header or goes through
 * arch/registry.h. Usable in kernel and user space, on the measured path, in any context.
 *
 * Every <isa>/cpu.h provides:
 *
 * CPU_NAME - the architecture as the whole project spells it: "x86_64", "arm64", "riscv64"
 * CPU_TICKS_NAME - the time stamp's name for people: "tsc", "cntvct_el0", "time"
 * cpu_ticks() - the time stamp, unordered: it may be read before earlier instructions are done
 * cpu_ticks_begin() - the time stamp at the start of a measured region: everything before it has
 *	been executed, nothing of the region has begun
 * cpu_ticks_end(cpu) - the time stamp at the end: the region is done, nothing after it has begun.
 *	*@cpu is the logical CPU that was read, CPU_UNKNOWN where the instruction does not tell
 * cpu_ticks_nominal_hz() - the frequency that the CPU itself states, 0 when it states none.
 *	Slow: on x86 it executes CPUID, which a hypervisor intercepts
 * cpu_pause() - a hint for spin loops
 * cpu_serialise() - nothing is fetched or executed past this before all before it has finished;
 *	what a core needs before it runs code that was just written. Slow on x86 under a hypervisor
 * cpu_fence_all() - every earlier load, store and flush is visible before any later one
 * CPU_HAS_FLUSH_LINE - 1: cpu_flush_line() exists for user space
 * cpu_flush_line(p) - write back and drop the cache line of *@p from every level. Unordered: follow
 *	it with cpu_fence_all(). Does not compile to code that is reached where it does not exist
 * CPU_HAS_USER_PMC - 1: cpu_rdpmc() may work in user space, if the kernel has allowed it
 * cpu_rdpmc(index) - raw value of a performance counter; @index is perf_event_mmap_page.index - 1.
 *	Faults (SIGSEGV or SIGILL) unless cap_user_rdpmc is set in that page
 * cpu_add_chain(x, n) - @n dependent register additions, one after the other, at one cycle each
 *	on every core that we know of; the loop's own work is hidden beside them. Return: @x + @n
 * cpu_x87(opcode, image) - do the transcendental instruction D9 @opcode of the x87 to the 108 bytes
 *	that FNSAVE stores, in which all exceptions are masked. Return: 0 if the CPU has no x87
 */

#include "arch/base/attr.h"
#include "arch/base/types.h"

#define CPU_UNKNOWN	(~0u)

#if defined(__x86_64__)
#include "arch/x86_64/cpu.h"
#elif defined(__aarch64__)
#include "arch/arm64/cpu.h"
#elif defined(__riscv) && __riscv_xlen == 64
#include "arch/riscv64/cpu.h"
#else
#error "vmbench runs on x86_64, arm64 and riscv64; see arch/README.md to add an architecture"
#endif

#endif /* VMB_ARCH_CPU_H */
