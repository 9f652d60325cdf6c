// SPDX-License-Identifier: MIT
#include "results/stat_density.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "results/stat_basic.h"

/*
 * Estimates of the integrals of the fourth and sixth derivative of the density times the density,
 * with a Gaussian pilot of width h: the two functionals of the rule.
 */
static double phi4(double d)
{
	return (d * d - 6 * d + 3) * exp(-d / 2);
}

static double phi6(double d)
{
	return (d * d * d - 15 * d * d + 45 * d - 15) * exp(-d / 2);
}

static double functional(const double *x, size_t n, double h, double (*phi)(double), int power)
{
	double sum = 0, dn = (double)n;

	for (size_t i = 0; i < n; i++)
		for (size_t j = i + 1; j < n; j++) {
			double u = (x[i] - x[j]) / h;

			sum += phi(u * u);
		}
	return (2 * sum + dn * phi(0)) / (dn * (dn - 1) * pow(h, power) * sqrt(2 * M_PI));
}

struct rule { const double *x; size_t n; double pilot; };

/* Zero at the bandwidth wanted; positive below it. */
static double rule_at(const struct rule *r, double h)
{
	double a = r->pilot * pow(h, 5.0 / 7);
	double s4 = functional(r->x, r->n, a, phi4, 5);

	return pow(1 / (2 * sqrt(M_PI) * (double)r->n * s4), 0.2) - h;
}

static bool solve(const struct rule *r, double low, double high, double *out)
{
	double at_low = rule_at(r, low), at_high = rule_at(r, high);

	if (!(at_low > 0) || !(at_high < 0))
		return false;
	for (int i = 0; i < 60 && high - low > 1e-6 * high; i++) {
		double mid = low + (high - low) / 2, at = rule_at(r, mid);

		if (isnan(at))
			return false;
		if (at > 0)
			low = mid;
		else
			high = mid;
	}
	*out = low + (high - low) / 2;
	return true;
}

static bool sheather_jones(const double *x, size_t n, double scale, double *out)
{
	double a = 1.24 * scale * pow((double)n, -1.0 / 7);
	double b = 1.23 * scale * pow((double)n, -1.0 / 9);
	double high = 1.144 * scale * pow((double)n, -0.2);
	double s4 = functional(x, n, a, phi4, 5), s6 = -functional(x, n, b, phi6, 7);
	struct rule r = {x, n, 1.357 * pow(s4 / s6, 1.0 / 7)};

	if (!(s4 > 0) || !(s6 > 0) || !isfinite(r.pilot))
		return false;
	return solve(&r, 0.05 * high, 2 * high, out);
}

int vmb_bandwidth(const double *x, size_t n, double *out)
{
	double *sorted, sd = vmb_std_dev(x, n), range, h;
	int rc;

	if (n < 2)
		return -EINVAL;
	rc = vmb_sorted_copy(x, n, &sorted);
	if (rc)
		return rc;
	range = vmb_quantile_sorted(sorted, n, 0.75) - vmb_quantile_sorted(sorted, n, 0.25);
	rc = sorted[0] == sorted[n - 1] ? -EDOM : 0;
	free(sorted);
	if (rc)
		return rc;
	h = 0.9 * (range > 0 ? fmin(sd, range / 1.34) : sd) * pow((double)n, -0.2);
	if (range > 0 && n <= VMB_BANDWIDTH_ALL_PAIRS)
		sheather_jones(x, n, fmin(sd, range / 1.349), &h);
	*out = h;
	return 0;
}

int vmb_density(const double *x, size_t n, double bandwidth, double low, double high, double *out,
		size_t nr_grid)
{
	double norm = 1 / ((double)n * bandwidth * sqrt(2 * M_PI));

	if (!n || nr_grid < 2 || !(bandwidth > 0) || !isfinite(bandwidth) || !(low < high) ||
	    !isfinite(high - low) || !vmb_all_finite(x, n))
		return -EINVAL;
	for (size_t g = 0; g < nr_grid; g++) {
		double at = low + (high - low) * (double)g / (double)(nr_grid - 1), sum = 0;

		for (size_t i = 0; i < n; i++) {
			double u = (at - x[i]) / bandwidth;

			sum += exp(-u * u / 2);
		}
		out[g] = sum * norm;
	}
	return 0;
}
