/* SPDX-License-Identifier: MIT */
#ifndef VMB_TOOLS_PEERS_HARNESS_CHAIN_H
#define VMB_TOOLS_PEERS_HARNESS_CHAIN_H
/*
 * The body that every tool measures: register additions of which each needs the one before, one cycle
 * each, as in user/bench/self/work.c. In C and in C++, on every machine.
 */

#include <stdint.h>

#define CHAIN_ADD	do { x += one; __asm__ volatile("" : "+r"(x)); } while (0)
#define CHAIN_ADD_4	do { CHAIN_ADD; CHAIN_ADD; CHAIN_ADD; CHAIN_ADD; } while (0)

/** chain - @n additions, a multiple of 16, one after the other. Return: @x + @n */
static inline uint64_t chain(uint64_t x, uint64_t n)
{
	uint64_t one = 1;

	__asm__ volatile("" : "+r"(one));	/* in a register, not an immediate that may be merged */
	for (; n; n -= 16) {
		CHAIN_ADD_4;
		CHAIN_ADD_4;
		CHAIN_ADD_4;
		CHAIN_ADD_4;
	}
	return x;
}

#endif /* VMB_TOOLS_PEERS_HARNESS_CHAIN_H */
