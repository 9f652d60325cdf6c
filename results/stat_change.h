/* SPDX-License-Identifier: MIT */
#ifndef VMB_RESULTS_STAT_CHANGE_H
#define VMB_RESULTS_STAT_CHANGE_H
/*
 * A history: one value for each stored run, in order. Where did it change, and is it creeping?
 *
 * Give logarithms of the times, so that a change means the same at 3 ns and at 3 s.
 *
 * Context: pure; allocates; repeatable by the seed.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arch/base/attr.h"

#define VMB_CHANGE_MAX	1000

/**
 * struct vmb_change_point - a change point.
 * @at: index of the first value of the new state
 * @p: P-value of the permutation test that accepted it
 * @before, @after: medians of the states next to it
 */
struct vmb_change_point {
	size_t at;
	double p, before, after;
};

/**
 * struct vmb_change_opts - zeroed members mean the default.
 * @significance: of each permutation test, default 0.01
 * @permutations: default 499
 * @min_size: fewest values of a state, default 3, at least 2
 * @seed: of the permutations
 */
struct vmb_change_opts {
	double significance;
	uint32_t permutations;
	size_t min_size;
	uint64_t seed;
};

/**
 * vmb_change_points - E-divisive: split where the energy distance between the two sides is
 * greatest, as long as a permutation test says that the split is not chance.
 * @x: [n], finite, in order of time
 * @n: up to VMB_CHANGE_MAX; with fewer than two states' worth of values there is no change point
 * @opts: NULL for defaults
 * @out: [@nr] in order of @at; heap, owned by the caller; NULL if @nr is 0
 * Return: 0; -EINVAL; -E2BIG n is too large; -ENOMEM.
 * Source: Matteson & James, "A nonparametric approach for multiple change point analysis of
 * multivariate data", JASA 109, 2014, with exponent 1.
 */
VMB_MUST_CHECK int vmb_change_points(const double *x, size_t n, const struct vmb_change_opts *opts,
				     struct vmb_change_point **out, size_t *nr);

/**
 * struct vmb_trend - a straight line through the history.
 * @slope: per unit of time, by Theil-Sen; @low, @high: Sen's interval, infinite with few values
 * @significant: the interval excludes 0
 */
struct vmb_trend {
	double slope, low, high;
	bool significant;
};

/**
 * vmb_trend - is it creeping?
 * @when: [n] times of the runs, in any unit, or their numbers
 * @x: [n]
 * @n: 3 to VMB_CHANGE_MAX
 * Return: 0; -EINVAL; -EDOM all times are the same; -ENOMEM.
 */
VMB_MUST_CHECK int vmb_trend(const double *when, const double *x, size_t n, double confidence,
			     struct vmb_trend *out);

#endif /* VMB_RESULTS_STAT_CHANGE_H */
