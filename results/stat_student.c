// SPDX-License-Identifier: MIT
#include "results/stat_student.h"

#include <float.h>
#include <math.h>

double vmb_normal_cdf(double z)
{
	return 0.5 * erfc(-z * M_SQRT1_2);
}

/* Abramowitz & Stegun 26.2.23 for p < 1/2: good to 4.5e-4, where Newton starts. */
static double rough_normal_quantile(double p)
{
	double t = sqrt(-2 * log(p));

	return -(t - (2.515517 + t * (0.802853 + t * 0.010328)) /
			 (1 + t * (1.432788 + t * (0.189269 + t * 0.001308))));
}

double vmb_normal_quantile(double p)
{
	double z;

	if (!(p > 0 && p < 1))
		return p == 0 ? -INFINITY : p == 1 ? INFINITY : NAN;
	if (p > 0.5)
		return -vmb_normal_quantile(1 - p);
	z = rough_normal_quantile(p);
	for (int i = 0; i < 3; i++) {
		double density = exp(-z * z / 2) / sqrt(2 * M_PI);
		double step = (vmb_normal_cdf(z) - p) / density;

		/* Halley: the normal density's own derivative is -z times itself. */
		z -= step / (1 + z * step / 2);
	}
	return z;
}

static double log_gamma(double x)
{
	int sign;

	return lgamma_r(x, &sign);	/* lgamma() writes a global */
}

static double away_from_zero(double x)
{
	return fabs(x) < DBL_MIN ? DBL_MIN : x;
}

/* Continued fraction of the incomplete beta function by Lentz's method (DLMF 8.17.22). */
static double beta_fraction(double a, double b, double x)
{
	double c = 1, d = 1 / away_from_zero(1 - (a + b) * x / (a + 1)), f = d;

	for (int m = 1; m < 1000; m++) {
		double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
		double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
		double change;

		d = 1 / away_from_zero(1 + even * d);
		c = away_from_zero(1 + even / c);
		f *= c * d;
		d = 1 / away_from_zero(1 + odd * d);
		c = away_from_zero(1 + odd / c);
		change = c * d;
		f *= change;
		if (fabs(change - 1) < 4 * DBL_EPSILON)
			break;
	}
	return f;
}

/* Regularised incomplete beta function I_x(a, b); @y is 1 - x, given without cancellation. */
static double beta_regularised(double a, double b, double x, double y)
{
	double front;

	if (x <= 0 || y <= 0)
		return x <= 0 ? 0 : 1;
	front = exp(log_gamma(a + b) - log_gamma(a) - log_gamma(b) + a * log(x) + b * log(y));
	if (x < (a + 1) / (a + b + 2))
		return front * beta_fraction(a, b, x) / a;
	return 1 - front * beta_fraction(b, a, y) / b;
}

double vmb_t_cdf(double t, double df)
{
	double tail;

	if (isnan(t) || !(df > 0))
		return NAN;
	if (isinf(df))
		return vmb_normal_cdf(t);
	tail = 0.5 * beta_regularised(df / 2, 0.5, df / (df + t * t), t * t / (df + t * t));
	return t > 0 ? 1 - tail : tail;
}

/* Bisection of the lower tail: the distribution function is monotone, and 200 halvings of any
 * bracket reach the last bit. */
static double lower_t_quantile(double p, double df)
{
	double low = -1, high = 0;

	while (vmb_t_cdf(low, df) > p && low > -1e300)
		low *= 2;
	for (int i = 0; i < 200; i++) {
		double mid = low + (high - low) / 2;

		if (mid <= low || mid >= high)
			break;
		if (vmb_t_cdf(mid, df) < p)
			low = mid;
		else
			high = mid;
	}
	return low + (high - low) / 2;
}

double vmb_t_quantile(double p, double df)
{
	if (!(p > 0 && p < 1) || !(df > 0))
		return !(df > 0) ? NAN : p == 0 ? -INFINITY : p == 1 ? INFINITY : NAN;
	if (isinf(df))
		return vmb_normal_quantile(p);
	if (p > 0.5)
		return -lower_t_quantile(1 - p, df);
	return lower_t_quantile(p, df);
}
