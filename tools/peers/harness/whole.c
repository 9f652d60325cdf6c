// SPDX-License-Identifier: MIT
/*
 * The body for hyperfine: a whole program of about 50 ms, built once with -DADDS=1600 and once with
 * -DADDS=1632. It repeats the body as often in both, so the second one does 2 % more.
 */
#include "tools/peers/harness/chain.h"

#define REPEATS	115000

int main(void)
{
	uint64_t sum = 0;

	for (int i = 0; i < REPEATS; i++)
		sum = chain(sum, ADDS);
	return sum != (uint64_t)REPEATS * ADDS;
}
