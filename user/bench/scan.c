// SPDX-License-Identifier: MIT
#include "user/bench/scan.h"

#include <errno.h>
#include <inttypes.h>

#define LINE_WORDS	(BENCH_LINE_BYTES / sizeof(uint64_t))

/* 16 bytes: what every x86_64 and arm64 loads at once; elsewhere the compiler splits it. */
typedef uint64_t pair __attribute__((vector_size(16)));

void bench_scan_fill(struct bench_scan *s, char *base, size_t nr, uint64_t seed)
{
	uint64_t *word = (uint64_t *)(void *)base;

	*s = (struct bench_scan){ .base = base, .nr = nr, .first = seed };
	for (size_t i = 0; i < nr; i++)
		for (size_t j = 0; j < LINE_WORDS; j++)
			*word++ = seed + i;
}

/* Four sums, because one alone would wait a cycle for each addition. */
static uint64_t sum_lines(const pair *p, size_t nr)
{
	pair a = { 0 }, b = { 0 }, c = { 0 }, d = { 0 };

	for (; nr; nr--, p += 4) {
		a += p[0];
		b += p[1];
		c += p[2];
		d += p[3];
	}
	a += b + c + d;
	return a[0] + a[1];
}

void bench_scan_run(struct bench_scan *s, uint64_t iters)
{
	s->read += iters;
	while (iters) {
		uint64_t left = s->nr - s->at, n = iters < left ? iters : left;

		s->sum += sum_lines((const pair *)(const void *)(s->base + s->at * BENCH_LINE_BYTES),
				    n);
		s->at = n == left ? 0 : s->at + n;
		iters -= n;
	}
}

/* Sum of the words of the first @nr lines. */
static uint64_t sum_of_first(const struct bench_scan *s, uint64_t nr)
{
	uint64_t triangle = nr & 1 ? (nr - 1) / 2 * nr : nr / 2 * (nr - 1);

	return LINE_WORDS * (nr * s->first + triangle);
}

int bench_scan_check(const struct bench_scan *s, struct vmb_why *why)
{
	uint64_t want = s->read / s->nr * sum_of_first(s, s->nr) + sum_of_first(s, s->read % s->nr);

	if (s->read && s->sum == want)
		return 0;
	vmb_why_set(why, "%" PRIu64 " lines sum up to %#" PRIx64 ", not to %#" PRIx64, s->read, s->sum,
		    want);
	return -EIO;
}
