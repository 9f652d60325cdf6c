/* SPDX-License-Identifier: MIT */
#ifndef VMB_USER_BENCH_CHASE_H
#define VMB_USER_BENCH_CHASE_H
/*
 * A chain of cache lines, each holding the address of the next: a load cannot begin before the one
 * before it is done, so the time of a step is the latency of a load. The chain is one cycle through
 * every line, so a working set is used as a whole.
 */

#include "user/bench/arena.h"
#include "user/bench/caches.h"

/** struct bench_line - one line. @rank: its place in the cycle, 0 for where the chase begins. */
struct bench_line {
	struct bench_line *next;
	uint64_t rank;
	uint64_t unused[BENCH_LINE_BYTES / sizeof(uint64_t) - 2];
};

/**
 * struct bench_layout - where the lines are.
 * @base: line 0; borrowed
 * @nr: number of lines, 1 to UINT32_MAX
 * @spacing: bytes from one line's slot to the next: BENCH_LINE_BYTES when they are packed
 * @scatter: line i is (i modulo @scatter) lines further inside its slot: lines at the same offset
 *	of every page would compete for one set of each cache. A power of two, 1 for none
 */
struct bench_layout { char *base; size_t nr, spacing, scatter; };

/** struct bench_chase - a chase under way. @steps: since it was linked. */
struct bench_chase {
	struct bench_layout layout;
	struct bench_line *at;
	uint64_t steps;
};

/**
 * bench_sattolo - a random cyclic permutation: every one of the (n - 1)! cycles is as likely.
 * Source: S. Sattolo, "An algorithm to generate a random cyclic permutation", Information
 * Processing Letters 22 (1986).
 * @next: [nr], gets the successor of each index
 */
void bench_sattolo(uint32_t *next, size_t nr, uint64_t seed);

/**
 * bench_stride_cycle - one cycle by steps of @step modulo @nr; where these return before they have
 * been everywhere, the cycle goes on beside its beginning.
 */
void bench_stride_cycle(uint32_t *next, size_t nr, size_t step);

/** bench_chase_link - write the chain @next into the lines of @layout; begins at line 0. */
void bench_chase_link(struct bench_chase *c, const struct bench_layout *layout,
		      const uint32_t *next);

/**
 * bench_chase_random, bench_chase_strided - permute and link.
 * Return: 0; -ENOMEM with @why.
 */
VMB_MUST_CHECK int bench_chase_random(struct bench_chase *c, const struct bench_layout *layout,
				      uint64_t seed, struct vmb_why *why);
VMB_MUST_CHECK int bench_chase_strided(struct bench_chase *c, const struct bench_layout *layout,
				       size_t step, struct vmb_why *why);

/** bench_chase_run - @iters steps. Context: the measured path. */
void bench_chase_run(struct bench_chase *c, uint64_t iters);

/**
 * bench_chase_check - is the chain one cycle through every line, and is the chase where its steps
 * must have led it?
 * Return: 0; -EIO with @why, also when it never moved.
 */
VMB_MUST_CHECK int bench_chase_check(const struct bench_chase *c, struct vmb_why *why);

#endif /* VMB_USER_BENCH_CHASE_H */
