/* SPDX-License-Identifier: MIT */
#ifndef VMB_RESULTS_RNG_H
#define VMB_RESULTS_RNG_H
/*
 * Random numbers for resampling and permutation: a state on the caller's stack, no global, the
 * same numbers from the same seed on every machine.
 *
 * Source: Blackman & Vigna, "Scrambled linear pseudorandom number generators", ACM TOMS 47(4),
 * 2021 (xoshiro256**); Steele, Lea & Flood, OOPSLA 2014 (splitmix64); Lemire, "Fast random integer
 * generation in an interval", ACM TOMACS 29(1), 2019.
 */

#include <math.h>
#include <stddef.h>
#include <stdint.h>

/** struct vmb_rng - a stream. Start it with vmb_rng_init(); never all zero. */
struct vmb_rng {
	uint64_t s[4];
};

/** vmb_splitmix64 - next number of a 64-bit stream; spreads a poor seed over a large state. */
static inline uint64_t vmb_splitmix64(uint64_t *state)
{
	uint64_t z = (*state += 0x9e3779b97f4a7c15ull);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
	return z ^ (z >> 31);
}

/** vmb_rng_init - start a stream. @seed: any value, also 0 */
static inline void vmb_rng_init(struct vmb_rng *g, uint64_t seed)
{
	for (size_t i = 0; i < 4; i++)
		g->s[i] = vmb_splitmix64(&seed);
}

static inline uint64_t vmb_rng_rotl(uint64_t x, unsigned int k)
{
	return (x << k) | (x >> (64 - k));
}

/** vmb_rng_next - 64 random bits (xoshiro256**). */
static inline uint64_t vmb_rng_next(struct vmb_rng *g)
{
	uint64_t *s = g->s;
	uint64_t out = vmb_rng_rotl(s[1] * 5, 7) * 9;
	uint64_t t = s[1] << 17;

	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= t;
	s[3] = vmb_rng_rotl(s[3], 45);
	return out;
}

/**
 * vmb_rng_below - uniform in [0, n), without the bias of a remainder.
 * @n: > 0
 */
static inline uint64_t vmb_rng_below(struct vmb_rng *g, uint64_t n)
{
	unsigned __int128 m = (unsigned __int128)vmb_rng_next(g) * n;

	if ((uint64_t)m < n) {
		uint64_t reject_below = -n % n;

		while ((uint64_t)m < reject_below)
			m = (unsigned __int128)vmb_rng_next(g) * n;
	}
	return (uint64_t)(m >> 64);
}

/** vmb_rng_uniform - uniform in [0, 1), 53 bits. */
static inline double vmb_rng_uniform(struct vmb_rng *g)
{
	return (double)(vmb_rng_next(g) >> 11) * 0x1p-53;
}

/**
 * vmb_rng_gauss - standard normal (Marsaglia's polar method). The second value of each pair is
 * thrown away, so that the stream has no state beside @g.
 */
static inline double vmb_rng_gauss(struct vmb_rng *g)
{
	double u, v, s;

	do {
		u = 2 * vmb_rng_uniform(g) - 1;
		v = 2 * vmb_rng_uniform(g) - 1;
		s = u * u + v * v;
	} while (s >= 1 || s == 0);
	return u * sqrt(-2 * log(s) / s);
}

/** vmb_rng_shuffle - put @x in random order (Fisher-Yates). */
static inline void vmb_rng_shuffle(struct vmb_rng *g, double *x, size_t n)
{
	for (size_t i = n; i > 1; i--) {
		size_t j = (size_t)vmb_rng_below(g, i);
		double t = x[i - 1];

		x[i - 1] = x[j];
		x[j] = t;
	}
}

#endif /* VMB_RESULTS_RNG_H */
