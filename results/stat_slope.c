// SPDX-License-Identifier: MIT
#include "results/stat_slope.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "results/rng.h"
#include "results/stat_basic.h"
#include "results/stat_student.h"

#define MAX_PAIRS	((size_t)VMB_SLOPE_ALL_PAIRS * (VMB_SLOPE_ALL_PAIRS - 1) / 2)

static size_t add_slope(const double *x, const double *y, size_t i, size_t j, double *slope,
			size_t nr)
{
	if (x[i] != x[j])
		slope[nr++] = (y[j] - y[i]) / (x[j] - x[i]);
	return nr;
}

static size_t all_slopes(const double *x, const double *y, size_t n, double *slope)
{
	size_t nr = 0;

	for (size_t i = 0; i < n; i++)
		for (size_t j = i + 1; j < n; j++)
			nr = add_slope(x, y, i, j, slope, nr);
	return nr;
}

static size_t sampled_slopes(const double *x, const double *y, size_t n, double *slope)
{
	struct vmb_rng g;
	size_t nr = 0;

	vmb_rng_init(&g, n);
	for (size_t draw = 0; draw < MAX_PAIRS; draw++)
		nr = add_slope(x, y, vmb_rng_below(&g, n), vmb_rng_below(&g, n), slope, nr);
	return nr;
}

/* Return: 0 and at least one slope in *@out (heap), or -errno. */
static int pair_slopes(const double *x, const double *y, size_t n, double **out, size_t *nr)
{
	size_t room = n <= VMB_SLOPE_ALL_PAIRS ? n * (n - 1) / 2 : MAX_PAIRS;
	double *slope;

	if (n < 2 || !vmb_all_finite(x, n) || !vmb_all_finite(y, n))
		return -EINVAL;
	slope = malloc(room * sizeof(*slope));
	if (!slope)
		return -ENOMEM;
	*nr = (n <= VMB_SLOPE_ALL_PAIRS ? all_slopes : sampled_slopes)(x, y, n, slope);
	if (!*nr) {
		free(slope);
		return -EDOM;
	}
	*out = slope;
	return 0;
}

static int median_residual(const double *x, const double *y, size_t n, double slope, double *out)
{
	double *rest = malloc(n * sizeof(*rest));

	if (!rest)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		rest[i] = y[i] - slope * x[i];
	*out = vmb_median_inplace(rest, n);
	free(rest);
	return 0;
}

int vmb_theil_sen(const double *x, const double *y, size_t n, struct vmb_line *out)
{
	double *slope, median, intercept;
	size_t nr;
	int rc;

	rc = pair_slopes(x, y, n, &slope, &nr);
	if (rc)
		return rc;
	median = vmb_median_inplace(slope, nr);
	free(slope);
	rc = median_residual(x, y, n, median, &intercept);
	if (!rc)
		*out = (struct vmb_line){.slope = median, .intercept = intercept};
	return rc;
}

static double tie_term(double t)
{
	return t * (t - 1) * (2 * t + 5);
}

/* Variance of Kendall's S, less what ties among the (sorted) x take away. */
static double kendall_variance(const double *sorted_x, size_t n)
{
	double v = tie_term((double)n);

	for (size_t i = 0, run; i < n; i += run) {
		for (run = 1; i + run < n && sorted_x[i + run] == sorted_x[i]; run++)
			;
		v -= tie_term((double)run);
	}
	return v / 18;
}

int vmb_sen_interval(const double *x, const double *y, size_t n, double confidence, double *low,
		     double *high)
{
	double *slope, *sorted_x, reach;
	size_t nr, cut;
	int rc;

	if (n < 3 || n > VMB_SLOPE_ALL_PAIRS || !(confidence > 0 && confidence < 1))
		return -EINVAL;
	rc = pair_slopes(x, y, n, &slope, &nr);
	if (rc)
		return rc;
	rc = vmb_sorted_copy(x, n, &sorted_x);
	if (rc)
		goto out;
	reach = vmb_normal_quantile(0.5 + confidence / 2) * sqrt(kendall_variance(sorted_x, n));
	free(sorted_x);
	vmb_sort(slope, nr);
	*low = -INFINITY;
	*high = INFINITY;
	if (reach < (double)nr) {
		cut = (size_t)(((double)nr - reach) / 2);
		if (cut) {
			*low = slope[cut - 1];
			*high = slope[nr - cut];
		}
	}
out:
	free(slope);
	return rc;
}
