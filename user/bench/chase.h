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
 * @spacing: bytes of one line's slot, a power of two: BENCH_LINE_BYTES when they are packed
 * @shift: line i is (i * @shift) modulo @spacing bytes inside its slot; a multiple of the line.
 *	Lines at the same offset of every page would compete for one set of each cache
 */
struct bench_layout { char *base; size_t nr, spacing, shift; };

/** struct bench_chase - a chase under way. @steps: since it was linked. */
struct bench_chase {
	struct bench_layout layout;
	struct bench_line *at;
	uint64_t steps;
};

/**
 * bench_random_order - a uniformly random order of 0 ... @nr - 1 (Fisher-Yates). Closed to a ring it
 * is a uniformly random cycle, as Sattolo's algorithm makes; but with the order at hand the places in
 * the cycle are known without walking it, which for a set in DRAM takes most of the set-up.
 * @order: [nr]
 */
void bench_random_order(uint32_t *order, size_t nr, uint64_t seed);

/**
 * bench_strided_order - 0, @step, 2 * @step ... modulo @nr; where that returns before it has been
 * everywhere, it goes on beside its beginning.
 */
void bench_strided_order(uint32_t *order, size_t nr, size_t step);

/**
 * bench_chase_link - write a chain through the lines of @layout in the order @order and back to
 * its beginning, where the chase starts.
 * @order: [@layout->nr], each line once
 * @rank: [@layout->nr], scratch
 */
void bench_chase_link(struct bench_chase *c, const struct bench_layout *layout,
		      const uint32_t *order, uint32_t *rank);

/**
 * bench_chase_random, bench_chase_strided - order and link.
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
