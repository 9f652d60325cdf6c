/* SPDX-License-Identifier: MIT */
#ifndef VMB_RESULTS_STAT_BASIC_H
#define VMB_RESULTS_STAT_BASIC_H
/*
 * Order statistics, moments and outlier labels of a sample.
 *
 * A function that returns a double returns NaN when the sample does not define it: too few values
 * or, where the sample is not already sorted, a value that is not finite. A function that returns
 * an int refuses such a sample with -EINVAL. Nothing here guesses.
 *
 * Context: pure; may allocate where it says so.
 */

#include <stdbool.h>
#include <stddef.h>

#include "arch/base/attr.h"

/** vmb_all_finite - no NaN and no infinity among @x [n]; true for n = 0. */
bool vmb_all_finite(const double *x, size_t n);

/** vmb_all_positive - every value of @x [n] is finite and > 0. */
bool vmb_all_positive(const double *x, size_t n);

/** vmb_sort - ascending, in place; NaN sorts last. */
void vmb_sort(double *x, size_t n);

/**
 * vmb_sorted_copy - a sorted copy.
 * @out: heap, owned by the caller; untouched on failure
 * Return: 0; -EINVAL a value is not finite; -ENOMEM.
 */
VMB_MUST_CHECK int vmb_sorted_copy(const double *x, size_t n, double **out);

/**
 * vmb_select - the k-th smallest value (0-based) in linear time.
 * @x: [n], finite; reordered: afterwards everything before k is <= x[k] <= everything after
 * @k: < n
 */
double vmb_select(double *x, size_t n, size_t k);

/** vmb_median_inplace - median in linear time; reorders @x [n], which must be finite. */
double vmb_median_inplace(double *x, size_t n);

/**
 * vmb_quantile_sorted - quantile by linear interpolation, "type 7" (R's and numpy's default).
 * @sorted: [n], ascending
 * @p: 0-1
 */
double vmb_quantile_sorted(const double *sorted, size_t n, double p);

/** vmb_median_sorted - the 0.5 quantile. */
double vmb_median_sorted(const double *sorted, size_t n);

/**
 * vmb_mad_sorted - median absolute deviation from the median, unscaled (times 1.4826 it estimates
 * the standard deviation of a normal sample).
 */
double vmb_mad_sorted(const double *sorted, size_t n);

double vmb_mean(const double *x, size_t n);

/** vmb_variance - unbiased (divided by n - 1); NaN for n < 2. */
double vmb_variance(const double *x, size_t n);

/** vmb_std_dev - square root of vmb_variance(). */
double vmb_std_dev(const double *x, size_t n);

/** vmb_mean_ln - mean of natural logarithms; NaN unless every value is > 0. */
double vmb_mean_ln(const double *x, size_t n);

/** vmb_geometric_mean - exp(vmb_mean_ln()). */
double vmb_geometric_mean(const double *x, size_t n);

/** enum vmb_outlier - Tukey's label of one value. */
enum vmb_outlier {
	VMB_OUTLIER_NONE, VMB_OUTLIER_LOW_MILD, VMB_OUTLIER_LOW_SEVERE, VMB_OUTLIER_HIGH_MILD,
	VMB_OUTLIER_HIGH_SEVERE,
};

/**
 * struct vmb_fences - Tukey's fences: quartiles -/+ 1.5 (mild) and 3 (severe) interquartile
 * ranges. A value on a fence is inside.
 */
struct vmb_fences {
	double low_severe, low_mild, high_mild, high_severe;
};

/** vmb_tukey_fences_sorted - all NaN for n = 0, and then nothing is an outlier. */
struct vmb_fences vmb_tukey_fences_sorted(const double *sorted, size_t n);

enum vmb_outlier vmb_tukey_label(const struct vmb_fences *f, double x);

#endif /* VMB_RESULTS_STAT_BASIC_H */
