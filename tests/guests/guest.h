/* SPDX-License-Identifier: MIT */
#ifndef VMB_TESTS_GUESTS_GUEST_H
#define VMB_TESTS_GUESTS_GUEST_H
/*
 * What the guest programs share. They are compiled for every architecture and print the same on all:
 * nothing that they print depends on addresses, time or the machine.
 */

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Numbers that look random, the same everywhere. */
static inline uint64_t next(uint64_t *seed)
{
	uint64_t z = *seed += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

/* How often to do the work: the program's first argument, 1 without one. */
static inline long repeats(int argc, char **argv)
{
	return argc > 1 ? strtol(argv[1], NULL, 10) : 1;
}

#endif /* VMB_TESTS_GUESTS_GUEST_H */
