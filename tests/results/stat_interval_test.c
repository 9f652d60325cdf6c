// SPDX-License-Identifier: MIT
#include "results/stat_interval.h"
#include "tests/results/near.h"

#include <gsl/gsl_cdf.h>

#include "results/rng.h"
#include "results/stat_basic.h"
#include "results/stat_student.h"

static void ramp(double *x, size_t n)
{
	for (size_t i = 0; i < n; i++)
		x[i] = (double)(i + 1);
}

/* R: 1 - 2 pbinom(2, 12, .5) and so on: the textbook's table of ranks. */
static void test_interval_median_has_exact_coverage(void **state)
{
	static const struct { size_t n; double low, high, coverage; } known[] = {
		{12, 3, 10, 0.96142578125}, {6, 1, 6, 0.96875}, {40, 14, 27, 0.9615226917158},
	};
	double x[40];

	(void)state;
	ramp(x, 40);
	for (size_t i = 0; i < VMB_ARRAY_SIZE(known); i++) {
		struct vmb_median_interval in = vmb_median_interval_sorted(x, known[i].n, 0.95);

		assert_near(in.low, known[i].low, 0);
		assert_near(in.high, known[i].high, 0);
		assert_near(in.coverage, known[i].coverage, 1e-12);
		assert_true(in.enough);
	}
}

/* For every n: as narrow as the ranks allow, and never below what was asked for. */
static void test_interval_median_is_the_narrowest_that_covers(void **state)
{
	double x[1024];

	(void)state;
	ramp(x, 1024);
	for (unsigned int n = 1; n <= 1024; n += n < 100 ? 1 : 37) {
		struct vmb_median_interval in = vmb_median_interval_sorted(x, n, 0.99);
		unsigned int j = (unsigned int)in.low;

		assert_near(in.high, n + 1.0 - j, 0);
		assert_near(in.coverage, fmax(0, 1 - 2 * gsl_cdf_binomial_P(j - 1, 0.5, n)), 1e-9);
		assert_int_equal(in.enough, in.coverage >= 0.99);
		if (2 * (j + 1) <= n)
			assert_true(1 - 2 * gsl_cdf_binomial_P(j, 0.5, n) < 0.99);
	}
}

static void test_interval_median_of_few_is_the_range(void **state)
{
	double x[5], one[] = {3};
	struct vmb_median_interval in;

	(void)state;
	ramp(x, 5);
	in = vmb_median_interval_sorted(x, 5, 0.95);
	assert_false(in.enough);
	assert_near(in.low, 1, 0);
	assert_near(in.high, 5, 0);
	assert_near(in.coverage, 0.9375, 1e-12);
	in = vmb_median_interval_sorted(one, 1, 0.95);
	assert_false(in.enough);
	assert_near(in.low, 3, 0);
	assert_near(in.high, 3, 0);
	assert_near(in.coverage, 0, 1e-12);
}

enum shape { NORMAL, SKEWED, BIMODAL, NR_SHAPES };

static double draw(struct vmb_rng *g, enum shape s)
{
	if (s == SKEWED)
		return 10 - log(1 - vmb_rng_uniform(g));	/* 10 + exponential: as timings are */
	if (s == BIMODAL)
		return (vmb_rng_uniform(g) < 0.4 ? 12 : 10) + 0.1 * vmb_rng_gauss(g);
	return 10 + 0.2 * vmb_rng_gauss(g);
}

static const double true_mean[NR_SHAPES] = {10, 11, 10.8};

/* Coverage of the median's interval, on 2,000 samples of a skewed distribution. */
static void test_interval_median_covers(void **state)
{
	size_t hit = 0, runs = 2000;
	double median = 10 + M_LN2;
	struct vmb_rng g;

	(void)state;
	vmb_rng_init(&g, 1);
	for (size_t r = 0; r < runs; r++) {
		struct vmb_median_interval in;
		double x[12];

		for (size_t i = 0; i < 12; i++)
			x[i] = draw(&g, SKEWED);
		vmb_sort(x, 12);
		in = vmb_median_interval_sorted(x, 12, 0.95);
		hit += in.low <= median && median <= in.high;
	}
	/* 0.9614 exactly; four standard errors of 2,000 runs are 0.017 */
	assert_between((double)hit / (double)runs, 0.944, 0.979);
}

static double mean_coverage(enum shape s, size_t n, size_t runs)
{
	size_t hit = 0;
	struct vmb_rng g;

	vmb_rng_init(&g, 10 + s);
	for (size_t r = 0; r < runs; r++) {
		struct vmb_mean_interval in;
		double x[40];

		for (size_t i = 0; i < n; i++)
			x[i] = draw(&g, s);
		assert_int_equal(vmb_mean_interval(x, n, 0.95, 399, r, &in), 0);
		assert_int_equal(in.method, VMB_MEAN_BOOTSTRAP_LOG);
		hit += in.low <= true_mean[s] && true_mean[s] <= in.high;
	}
	return (double)hit / (double)runs;
}

static void test_interval_mean_covers(void **state)
{
	(void)state;
	assert_between(mean_coverage(NORMAL, 12, 500), 0.92, 0.98);
	assert_between(mean_coverage(SKEWED, 12, 500), 0.91, 0.98);
	assert_between(mean_coverage(SKEWED, 40, 300), 0.92, 0.98);
	/* Two modes make it too wide, never too narrow. */
	assert_true(mean_coverage(BIMODAL, 12, 500) >= 0.93);
}

/*
 * The definition, written down once more on the same draws: t of ln(mean), whose standard error is
 * that of the mean over the mean. Values so far apart that every factor matters.
 */
static void test_interval_mean_is_bootstrap_t_of_the_logarithm(void **state)
{
	enum { N = 8, B = 2000 };
	double x[N] = {1, 2, 3, 5, 8, 13, 21, 34}, t[B], mean = vmb_mean(x, N);
	double error = vmb_std_dev(x, N) / sqrt(N) / mean;
	struct vmb_mean_interval in;
	struct vmb_rng g;

	(void)state;
	vmb_rng_init(&g, 9);
	for (size_t b = 0; b < B; b++) {
		double y[N], m;

		for (size_t i = 0; i < N; i++)
			y[i] = x[vmb_rng_below(&g, N)];
		m = vmb_mean(y, N);
		t[b] = (log(m) - log(mean)) / (vmb_std_dev(y, N) / sqrt(N) / m);
	}
	vmb_sort(t, B);
	assert_int_equal(vmb_mean_interval(x, N, 0.9, B, 9, &in), 0);
	assert_near(in.low, exp(log(mean) - error * t[(size_t)ceil(0.95 * (B - 1))]), 1e-9);
	assert_near(in.high, exp(log(mean) - error * t[(size_t)floor(0.05 * (B - 1))]), 1e-9);
}

/* For normal data the bootstrap-t must reproduce Student's t, which is exact there. */
static void test_interval_mean_approaches_student(void **state)
{
	double x[40], half, t;
	struct vmb_mean_interval in;
	struct vmb_rng g;

	(void)state;
	vmb_rng_init(&g, 4);
	for (size_t i = 0; i < 40; i++)
		x[i] = 1000 + vmb_rng_gauss(&g);
	assert_int_equal(vmb_mean_interval(x, 40, 0.95, 10000, 1, &in), 0);
	t = vmb_t_quantile(0.975, 39);
	half = t * vmb_std_dev(x, 40) / sqrt(40);
	assert_near((in.high - in.low) / 2 / half, 1, 0.07);
	assert_near(in.mean, vmb_mean(x, 40), 1e-15);
	assert_true(in.low < in.mean && in.mean < in.high);
}

static void test_interval_mean_repeats_and_ignores_order(void **state)
{
	double x[] = {10.1, 10.4, 9.9, 10, 10.2, 12.5, 10.3, 10.1}, y[8];
	struct vmb_mean_interval a, b, c;

	(void)state;
	for (size_t i = 0; i < 8; i++)
		y[i] = x[7 - i];
	assert_int_equal(vmb_mean_interval(x, 8, 0.95, 10000, 1, &a), 0);
	assert_int_equal(vmb_mean_interval(y, 8, 0.95, 10000, 1, &b), 0);
	assert_near(a.low, b.low, 1e-13);
	assert_near(a.high, b.high, 1e-13);
	assert_int_equal(vmb_mean_interval(x, 8, 0.95, 10000, 2, &c), 0);
	assert_true(a.low != c.low);
	assert_near(a.low, c.low, 0.01);
	for (size_t i = 0; i < 8; i++)
		y[i] = 4096 * x[i];
	assert_int_equal(vmb_mean_interval(y, 8, 0.95, 10000, 1, &c), 0);
	assert_near(c.low, 4096 * a.low, 1e-12);
	assert_near(c.high, 4096 * a.high, 1e-12);
	assert_true(a.low > 0);
}

/* An empty body measures about 0, on either side of it: no logarithm of that. */
static void test_interval_mean_without_logs(void **state)
{
	double x[] = {0.01, -0.02, 0, 0.015, -0.01, 0.02, 0.005, -0.005, 0.01, -0.015};
	struct vmb_mean_interval in;

	(void)state;
	assert_int_equal(vmb_mean_interval(x, 10, 0.95, 10000, 1, &in), 0);
	assert_int_equal(in.method, VMB_MEAN_BOOTSTRAP);
	assert_near(in.mean, 0.001, 1e-15);
	assert_between(in.low, -0.02, 0.001);
	assert_between(in.high, 0.001, 0.02);
}

static void test_interval_mean_of_few_is_students(void **state)
{
	double x[] = {-1, 0, 1, 2}, positive[] = {100, 101, 102}, tied[] = {5, 5, 5, 5, 5, 5, 5, 6};
	struct vmb_mean_interval in;

	(void)state;
	assert_int_equal(vmb_mean_interval(x, 4, 0.95, 10000, 1, &in), 0);
	assert_int_equal(in.method, VMB_MEAN_STUDENT);
	assert_near(in.low, 0.5 - 3.18244630528371 * sqrt(5.0 / 3 / 4), 1e-9);	/* R: qt */
	assert_near(in.high, 0.5 + 3.18244630528371 * sqrt(5.0 / 3 / 4), 1e-9);
	assert_int_equal(vmb_mean_interval(positive, 3, 0.95, 10000, 1, &in), 0);
	assert_near(in.high, 101 * exp(4.30265272974946 / sqrt(3) / 101), 1e-9);
	/* A third of the resamples of this draws 5 eight times, and has no t. */
	assert_int_equal(vmb_mean_interval(tied, 8, 0.95, 10000, 1, &in), 0);
	assert_int_equal(in.method, VMB_MEAN_STUDENT);
	assert_true(isfinite(in.low) && isfinite(in.high));
}

static void test_interval_mean_degenerate(void **state)
{
	double same[] = {7, 7, 7, 7, 7, 7, 7}, bad[] = {1, 2, NAN, 4, 5, 6}, zero[7] = {0};
	struct vmb_mean_interval in;

	(void)state;
	assert_int_equal(vmb_mean_interval(same, 7, 0.95, 10000, 1, &in), 0);
	assert_int_equal(in.method, VMB_MEAN_POINT);
	assert_near(in.low, 7, 0);
	assert_near(in.high, 7, 0);
	assert_int_equal(vmb_mean_interval(same, 1, 0.95, 10000, 1, &in), 0);
	assert_int_equal(in.method, VMB_MEAN_POINT);
	assert_int_equal(vmb_mean_interval(zero, 7, 0.95, 10000, 1, &in), 0);
	assert_near(in.mean, 0, 0);
	assert_int_equal(vmb_mean_interval(same, 0, 0.95, 10000, 1, &in), -EINVAL);
	assert_int_equal(vmb_mean_interval(bad, 6, 0.95, 10000, 1, &in), -EINVAL);
	assert_int_equal(vmb_mean_interval(same, 7, 1, 10000, 1, &in), -EINVAL);
	assert_int_equal(vmb_mean_interval(same, 7, 0.95, 10, 1, &in), -EINVAL);
}

/* Met on a real machine: five rounds alike and one slower gave an upper end of 15 ms for 2.4 ns. */
static void test_mean_with_one_outlier_beside_near_ties_stays_finite(void **state)
{
	static const double x[] = {
		2.436356072926848, 2.4354204523151255, 2.4360441993896074, 2.707686050326536,
		2.436356072926848, 2.436356072926848,
	};
	struct vmb_mean_interval m;

	(void)state;
	for (uint64_t seed = 0; seed < 20; seed++) {
		assert_int_equal(vmb_mean_interval(x, VMB_ARRAY_SIZE(x), 0.95, 10000, seed, &m), 0);
		assert_true(m.low > 2 && m.low < m.mean && m.mean < m.high && m.high < 3);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_interval_median_has_exact_coverage),
		cmocka_unit_test(test_interval_median_is_the_narrowest_that_covers),
		cmocka_unit_test(test_interval_median_of_few_is_the_range),
		cmocka_unit_test(test_interval_median_covers),
		cmocka_unit_test(test_interval_mean_covers),
		cmocka_unit_test(test_interval_mean_is_bootstrap_t_of_the_logarithm),
		cmocka_unit_test(test_interval_mean_approaches_student),
		cmocka_unit_test(test_interval_mean_repeats_and_ignores_order),
		cmocka_unit_test(test_interval_mean_without_logs),
		cmocka_unit_test(test_interval_mean_of_few_is_students),
		cmocka_unit_test(test_interval_mean_degenerate),
		cmocka_unit_test(test_mean_with_one_outlier_beside_near_ties_stays_finite),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
