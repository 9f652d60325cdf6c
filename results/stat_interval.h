/* SPDX-License-Identifier: MIT */
#ifndef VMB_RESULTS_STAT_INTERVAL_H
#define VMB_RESULTS_STAT_INTERVAL_H
/*
 * Intervals for one sample of independent values: the estimates of a benchmark's rounds.
 *
 * Context: pure; the bootstrap allocates and is repeatable by its seed.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arch/base/attr.h"

/**
 * struct vmb_median_interval
 * @coverage: what the interval really attains, 0-1: at least what was asked for if @enough
 * @enough: false: there are too few values; @low and @high are their range
 */
struct vmb_median_interval {
	double low, high, coverage;
	bool enough;
};

/**
 * vmb_median_interval_sorted - exact interval of the median between two order statistics. No
 * assumption about the distribution; with ties it covers more than it says.
 * @sorted: [n], ascending, finite
 * @n: > 0
 * @confidence: nominal coverage, 0-1
 * Source: David & Nagaraja, "Order Statistics", 3rd ed., section 7.1.
 */
struct vmb_median_interval vmb_median_interval_sorted(const double *sorted, size_t n,
						      double confidence);

/**
 * enum vmb_mean_method - how the interval of a mean was made.
 * @VMB_MEAN_BOOTSTRAP_LOG: bootstrap-t on the logarithm of the mean; needs values > 0
 * @VMB_MEAN_BOOTSTRAP: bootstrap-t on the plain mean
 * @VMB_MEAN_STUDENT: Student's t, for fewer than VMB_BOOTSTRAP_MIN values, too many ties, or one
 *                    outlier beside values that hardly differ
 * @VMB_MEAN_POINT: one value or all equal: low = mean = high
 */
enum vmb_mean_method {
	VMB_MEAN_BOOTSTRAP_LOG, VMB_MEAN_BOOTSTRAP, VMB_MEAN_STUDENT, VMB_MEAN_POINT,
};

#define VMB_BOOTSTRAP_MIN	6
#define VMB_BOOTSTRAP_MAX	(1u << 20)

/** struct vmb_mean_interval - the arithmetic mean and its interval. */
struct vmb_mean_interval {
	double mean, low, high;
	enum vmb_mean_method method;
};

/**
 * vmb_mean_interval - arithmetic mean with a bootstrap-t interval.
 * @x: [n], finite; their order does not matter
 * @n: > 0
 * @confidence: nominal coverage, 0-1 without the ends
 * @resamples: 100 to VMB_BOOTSTRAP_MAX
 * @seed: the same values and seed give the same interval
 * Return: 0; -EINVAL; -ENOMEM.
 * Source: Efron & Tibshirani, "An Introduction to the Bootstrap", 1993, chapter 12.
 */
VMB_MUST_CHECK int vmb_mean_interval(const double *x, size_t n, double confidence,
				     uint32_t resamples, uint64_t seed,
				     struct vmb_mean_interval *out);

#endif /* VMB_RESULTS_STAT_INTERVAL_H */
