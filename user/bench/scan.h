/* SPDX-License-Identifier: MIT */
#ifndef VMB_USER_BENCH_SCAN_H
#define VMB_USER_BENCH_SCAN_H
/*
 * Reading lines in order, all bytes of each, with sums that do not wait for each other: what counts
 * is how fast lines arrive.
 */

#include <stddef.h>
#include <stdint.h>

#include "user/bench/caches.h"

/**
 * struct bench_scan - a scan under way.
 * @base: [nr] lines; borrowed
 * @at: line that is read next
 * @read: lines read so far
 * @first: every word of line i holds @first + i
 * @sum: of all words read, modulo 2^64
 */
struct bench_scan {
	const char *base;
	size_t nr, at;
	uint64_t read, first, sum;
};

/** bench_scan_fill - write the lines' words and start before the first line. */
void bench_scan_fill(struct bench_scan *s, char *base, size_t nr, uint64_t seed);

/** bench_scan_run - read @iters lines, from the last to the first again. Context: measured path. */
void bench_scan_run(struct bench_scan *s, uint64_t iters);

/** bench_scan_check - is the sum what these lines hold? Return: 0; -EIO with @why. */
VMB_MUST_CHECK int bench_scan_check(const struct bench_scan *s, struct vmb_why *why);

#endif /* VMB_USER_BENCH_SCAN_H */
