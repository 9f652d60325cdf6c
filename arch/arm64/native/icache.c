// SPDX-License-Identifier: MIT
/*
 * The instruction caches of this architecture need not see what has been stored.
 *
 * Source: Arm ARM (DDI 0487), B2.7.4.2 "Synchronization and coherency issues between data and
 * instruction accesses".
 */
#include "arch/arm64/native/enter.h"

/* Smallest lines of the data and the instruction caches, in words: logarithms in CTR_EL0. */
#define CTR_ILINE(ctr) (4u << ((ctr) & 15))
#define CTR_DLINE(ctr) (4u << ((ctr) >> 16 & 15))

/* By virtual address through any mapping of the same memory: it is where the lines are looked for. */
void a64_sync(const void *code, size_t bytes)
{
	uintptr_t begin = (uintptr_t)code, end = begin + bytes, at;
	uint64_t ctr, line;

	__asm__("mrs %0, ctr_el0" : "=r"(ctr));
	line = CTR_DLINE(ctr);
	for (at = begin & ~(line - 1); at < end; at += line)
		__asm__ volatile("dc cvau, %0" : : "r"(at) : "memory");
	__asm__ volatile("dsb ish" : : : "memory");
	line = CTR_ILINE(ctr);
	for (at = begin & ~(line - 1); at < end; at += line)
		__asm__ volatile("ic ivau, %0" : : "r"(at) : "memory");
	__asm__ volatile("dsb ish\n\tisb" : : : "memory");
}
