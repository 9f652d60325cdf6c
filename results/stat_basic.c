// SPDX-License-Identifier: MIT
#include "results/stat_basic.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "arch/base/assert.h"

bool vmb_all_finite(const double *x, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!isfinite(x[i]))
			return false;
	return true;
}

bool vmb_all_positive(const double *x, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!isfinite(x[i]) || x[i] <= 0)
			return false;
	return true;
}

static int ascending(const void *pa, const void *pb)
{
	double a = *(const double *)pa, b = *(const double *)pb;

	if (isnan(a) || isnan(b))
		return isnan(a) - isnan(b);
	return (a > b) - (a < b);
}

void vmb_sort(double *x, size_t n)
{
	if (n > 1)
		qsort(x, n, sizeof(*x), ascending);
}

int vmb_sorted_copy(const double *x, size_t n, double **out)
{
	double *copy;

	if (!vmb_all_finite(x, n))
		return -EINVAL;
	copy = malloc((n ? n : 1) * sizeof(*copy));
	if (!copy)
		return -ENOMEM;
	if (n)
		memcpy(copy, x, n * sizeof(*copy));
	vmb_sort(copy, n);
	*out = copy;
	return 0;
}

static void swap(double *a, double *b)
{
	double t = *a;

	*a = *b;
	*b = t;
}

/* Partitions before a hostile input is given up on and sorted instead. */
#define SELECT_PARTITIONS	64

double vmb_select(double *x, size_t n, size_t k)
{
	ptrdiff_t low = 0, high = (ptrdiff_t)n - 1, at = (ptrdiff_t)k;

	VMB_ASSERT(k < n);
	for (int left = SELECT_PARTITIONS; low < high; left--) {
		double pivot = x[at];
		ptrdiff_t i = low, j = high;

		if (!left) {
			vmb_sort(x, n);
			break;
		}
		do {
			while (x[i] < pivot)
				i++;
			while (pivot < x[j])
				j--;
			if (i <= j)
				swap(&x[i++], &x[j--]);
		} while (i <= j);
		if (j < at)
			low = i;
		if (at < i)
			high = j;
	}
	return x[k];
}

double vmb_median_inplace(double *x, size_t n)
{
	double upper, lower;

	if (!n)
		return NAN;
	upper = vmb_select(x, n, n / 2);
	if (n % 2)
		return upper;
	lower = x[0];
	for (size_t i = 1; i < n / 2; i++)
		lower = fmax(lower, x[i]);
	return lower + (upper - lower) / 2;
}

double vmb_quantile_sorted(const double *sorted, size_t n, double p)
{
	double at, below;
	size_t i;

	if (!n || !(p >= 0 && p <= 1))
		return NAN;
	at = p * (double)(n - 1);
	below = floor(at);
	i = (size_t)below;
	if (i + 1 >= n)
		return sorted[n - 1];
	return sorted[i] + (at - below) * (sorted[i + 1] - sorted[i]);
}

double vmb_median_sorted(const double *sorted, size_t n)
{
	return vmb_quantile_sorted(sorted, n, 0.5);
}

/* The deviations left and right of @centre are two sorted lists: merge them up to the k-th. */
static double kth_deviation(const double *sorted, size_t n, double centre, size_t k)
{
	size_t right = 0, left;
	double dev = 0;

	while (right < n && sorted[right] < centre)
		right++;
	left = right;
	for (size_t taken = 0; taken <= k; taken++) {
		if (right == n || (left && centre - sorted[left - 1] <= sorted[right] - centre))
			dev = centre - sorted[--left];
		else
			dev = sorted[right++] - centre;
	}
	return dev;
}

double vmb_mad_sorted(const double *sorted, size_t n)
{
	double centre = vmb_median_sorted(sorted, n);

	if (!n)
		return NAN;
	return (kth_deviation(sorted, n, centre, (n - 1) / 2) +
		kth_deviation(sorted, n, centre, n / 2)) / 2;
}

double vmb_mean(const double *x, size_t n)
{
	double mean = 0;

	if (!n || !vmb_all_finite(x, n))
		return NAN;
	for (size_t i = 0; i < n; i++)
		mean += (x[i] - mean) / (double)(i + 1);
	return mean;
}

double vmb_variance(const double *x, size_t n)
{
	double mean = vmb_mean(x, n), squares = 0;

	if (n < 2)
		return NAN;
	for (size_t i = 0; i < n; i++)
		squares += (x[i] - mean) * (x[i] - mean);
	return squares / (double)(n - 1);
}

double vmb_std_dev(const double *x, size_t n)
{
	return sqrt(vmb_variance(x, n));
}

double vmb_mean_ln(const double *x, size_t n)
{
	double mean = 0;

	if (!n || !vmb_all_positive(x, n))
		return NAN;
	for (size_t i = 0; i < n; i++)
		mean += (log(x[i]) - mean) / (double)(i + 1);
	return mean;
}

double vmb_geometric_mean(const double *x, size_t n)
{
	return exp(vmb_mean_ln(x, n));
}

struct vmb_fences vmb_tukey_fences_sorted(const double *sorted, size_t n)
{
	double q1 = vmb_quantile_sorted(sorted, n, 0.25);
	double q3 = vmb_quantile_sorted(sorted, n, 0.75);
	double range = q3 - q1;

	return (struct vmb_fences){
		.low_severe = q1 - 3 * range, .low_mild = q1 - 1.5 * range,
		.high_mild = q3 + 1.5 * range, .high_severe = q3 + 3 * range,
	};
}

enum vmb_outlier vmb_tukey_label(const struct vmb_fences *f, double x)
{
	if (x < f->low_severe)
		return VMB_OUTLIER_LOW_SEVERE;
	if (x < f->low_mild)
		return VMB_OUTLIER_LOW_MILD;
	if (x > f->high_severe)
		return VMB_OUTLIER_HIGH_SEVERE;
	if (x > f->high_mild)
		return VMB_OUTLIER_HIGH_MILD;
	return VMB_OUTLIER_NONE;
}
