// SPDX-License-Identifier: MIT
#include "results/stat_interval.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "arch/base/assert.h"
#include "results/rng.h"
#include "results/stat_basic.h"
#include "results/stat_student.h"

static double log_gamma(double x)
{
	int sign;

	return lgamma_r(x, &sign);
}

/* P(K = k) of a fair coin thrown n times. */
static double coin(size_t n, size_t k)
{
	double dn = (double)n, dk = (double)k;

	return exp(log_gamma(dn + 1) - log_gamma(dk + 1) - log_gamma(dn - dk + 1) - dn * M_LN2);
}

struct vmb_median_interval vmb_median_interval_sorted(const double *sorted, size_t n,
						      double confidence)
{
	double outside = 2 * coin(n, 0);	/* both tails beyond the j-th value from each end */
	size_t j = 1;

	VMB_ASSERT(n > 0);
	while (2 * (j + 1) <= n) {
		double next = outside + 2 * coin(n, j);

		if (1 - next < confidence)
			break;
		outside = next;
		j++;
	}
	return (struct vmb_median_interval){
		.low = sorted[j - 1], .high = sorted[n - j], .coverage = fmax(0, 1 - outside),
		.enough = 1 - outside >= confidence,
	};
}

/*
 * What is resampled: the values around their mean, in units that make the squares harmless.
 * @u: [n] x / mean - 1 if @logs, else (x - mean) / standard deviation
 * @unit: one unit of @u in the user's units (not used if @logs)
 * @error: standard error of the statistic in the sample itself, whose statistic is 0
 */
struct pool {
	double *u;
	size_t n;
	bool logs;
	double mean, unit, error;
};

static int pool_init(struct pool *p, const double *x, size_t n)
{
	double mean = vmb_mean(x, n), sd = vmb_std_dev(x, n);
	bool logs = vmb_all_positive(x, n);
	int rc = vmb_sorted_copy(x, n, &p->u);

	if (rc)
		return rc;
	p->n = n;
	p->logs = logs;
	p->mean = mean;
	p->unit = logs ? mean : sd;
	p->error = sd / p->unit / sqrt((double)n);
	for (size_t i = 0; i < n; i++)
		p->u[i] = (p->u[i] - mean) / p->unit;
	return 0;
}

/* Studentised statistic of one resample; without spread it is unbounded. */
static double resampled_t(const struct pool *p, struct vmb_rng *g)
{
	double n = (double)p->n, sum = 0, squares = 0, mean, spread, error;

	for (size_t i = 0; i < p->n; i++) {
		double v = p->u[vmb_rng_below(g, p->n)];

		sum += v;
		squares += v * v;
	}
	mean = sum / n;
	spread = squares - sum * mean;
	if (spread <= 1e-12 * squares)	/* the same value n times, but for rounding */
		return copysign(INFINITY, mean);
	error = sqrt(spread / (n - 1) / n);
	/* Delta method: the error of log(1 + m) is that of m over 1 + m. */
	return p->logs ? log1p(mean) * (1 + mean) / error : mean / error;
}

static void set_from_t(const struct pool *p, double low_t, double high_t,
		       struct vmb_mean_interval *out)
{
	out->low = p->logs ? p->mean * exp(-high_t * p->error)
			   : p->mean - high_t * p->error * p->unit;
	out->high = p->logs ? p->mean * exp(-low_t * p->error)
			    : p->mean - low_t * p->error * p->unit;
}

/*
 * One outlier beside values that hardly differ: more than a third of all resamples miss it, have
 * next to no spread, and their t is beyond all bounds. Skewed data stay well below sixteen times
 * Student's quantile.
 */
static bool degenerate(const struct pool *p, double confidence, double low_t, double high_t)
{
	double bound = 16 * vmb_t_quantile(0.5 + confidence / 2, (double)(p->n - 1));

	return !(low_t >= -bound && high_t <= bound);
}

/* Return: 0; -ERANGE too many resamples without spread to say anything; -ENOMEM. */
static int bootstrap(const struct pool *p, double confidence, uint32_t resamples, uint64_t seed,
		     struct vmb_mean_interval *out)
{
	double *t = malloc(resamples * sizeof(*t)), low_t, high_t;
	struct vmb_rng g;

	if (!t)
		return -ENOMEM;
	vmb_rng_init(&g, seed);
	for (uint32_t b = 0; b < resamples; b++)
		t[b] = resampled_t(p, &g);
	vmb_sort(t, resamples);
	/* No interpolation: between two infinities that would give NaN. */
	low_t = t[(size_t)floor((0.5 - confidence / 2) * (resamples - 1))];
	high_t = t[(size_t)ceil((0.5 + confidence / 2) * (resamples - 1))];
	free(t);
	if (degenerate(p, confidence, low_t, high_t))
		return -ERANGE;
	out->method = p->logs ? VMB_MEAN_BOOTSTRAP_LOG : VMB_MEAN_BOOTSTRAP;
	set_from_t(p, low_t, high_t, out);
	return 0;
}

static void student(const struct pool *p, double confidence, struct vmb_mean_interval *out)
{
	double t = vmb_t_quantile(0.5 + confidence / 2, (double)(p->n - 1));

	out->method = VMB_MEAN_STUDENT;
	set_from_t(p, -t, t, out);
}

int vmb_mean_interval(const double *x, size_t n, double confidence, uint32_t resamples,
		      uint64_t seed, struct vmb_mean_interval *out)
{
	double mean = vmb_mean(x, n);
	struct pool p;
	int rc;

	if (!n || !(confidence > 0 && confidence < 1) || resamples < 100 ||
	    resamples > VMB_BOOTSTRAP_MAX || !isfinite(mean))
		return -EINVAL;
	*out = (struct vmb_mean_interval){mean, mean, mean, VMB_MEAN_POINT};
	if (n < 2 || vmb_std_dev(x, n) <= 1e-12 * fabs(mean))
		return 0;
	rc = pool_init(&p, x, n);
	if (rc)
		return rc;
	rc = n < VMB_BOOTSTRAP_MIN ? -ERANGE : bootstrap(&p, confidence, resamples, seed, out);
	if (rc == -ERANGE) {
		student(&p, confidence, out);
		rc = 0;
	}
	free(p.u);
	return rc;
}
