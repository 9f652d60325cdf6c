// SPDX-License-Identifier: MIT
#include "results/stat_slope.h"
#include "tests/results/near.h"

#include "results/rng.h"

/* R: slopes of all pairs, median; median(y - m x); Sen's ranks from Kendall's variance. */
static const double rx[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
static const double ry[] = {2.13, 3.91, 6.27, 7.84, 10.19, 30.3, 14.22, 15.78, 18.45, 19.61};

static void test_slope_agrees_with_r(void **state)
{
	struct vmb_line l;
	double low, high;

	(void)state;
	assert_int_equal(vmb_theil_sen(rx, ry, 10, &l), 0);
	assert_near(l.slope, 1.985, 1e-13);
	assert_near(l.intercept, 0.205, 1e-13);
	assert_int_equal(vmb_sen_interval(rx, ry, 10, 0.95, &low, &high), 0);
	assert_near(low, 1.884, 1e-13);
	assert_near(high, 2.115, 1e-13);
}

/* A batch plan: n, 2n, 3n, 4n five times each, constant cost 40, 3 ticks an operation. */
static void test_slope_recovers_exact_line(void **state)
{
	double x[20], y[20];
	struct vmb_line l;

	(void)state;
	for (size_t i = 0; i < 20; i++) {
		x[i] = (double)(1000 * (1 + i % 4));
		y[i] = 40 + 3 * x[i];
	}
	assert_int_equal(vmb_theil_sen(x, y, 20, &l), 0);
	assert_near(l.slope, 3, 0);
	assert_near(l.intercept, 40, 0);
}

/* A quarter of the batches hit by an interrupt: the line must not move by 1 %. */
static void test_slope_resists_a_quarter_of_outliers(void **state)
{
	double x[20], y[20];
	struct vmb_line l;
	struct vmb_rng g;

	(void)state;
	vmb_rng_init(&g, 1);
	for (size_t i = 0; i < 20; i++) {
		x[i] = (double)(1000 * (1 + i % 4));
		y[i] = 40 + 3 * x[i] + 3 * vmb_rng_gauss(&g) + (i % 5 == 4 ? 50000 : 0);
	}
	assert_int_equal(vmb_theil_sen(x, y, 20, &l), 0);
	assert_near(l.slope, 3, 0.01);
}

static void test_slope_ignores_order_and_follows_scale(void **state)
{
	double x[10], y[10];
	struct vmb_line a, b;

	(void)state;
	for (size_t i = 0; i < 10; i++) {
		x[i] = 4 * rx[9 - i];
		y[i] = 8 * ry[9 - i] + 16;
	}
	assert_int_equal(vmb_theil_sen(rx, ry, 10, &a), 0);
	assert_int_equal(vmb_theil_sen(x, y, 10, &b), 0);
	assert_near(b.slope, 2 * a.slope, 1e-14);
	assert_near(b.intercept, 8 * a.intercept + 16, 1e-13);
}

/* Above VMB_SLOPE_ALL_PAIRS a sample of the pairs must still find the line, and repeatably. */
static void test_slope_samples_pairs_of_many_points(void **state)
{
	enum { N = 5000 };
	double *x = malloc(N * sizeof(*x)), *y = malloc(N * sizeof(*y));
	struct vmb_line a, b;
	struct vmb_rng g;

	(void)state;
	assert_non_null(x);
	assert_non_null(y);
	vmb_rng_init(&g, 2);
	for (size_t i = 0; i < N; i++) {
		x[i] = (double)i;
		y[i] = 7 + 0.5 * x[i] + 10 * vmb_rng_gauss(&g);
	}
	assert_int_equal(vmb_theil_sen(x, y, N, &a), 0);
	assert_int_equal(vmb_theil_sen(x, y, N, &b), 0);
	/* standard error of the slope: 10 / (N sqrt(N / 12)) = 1e-4 */
	assert_near(a.slope, 0.5, 5e-4);
	assert_near(a.slope, b.slope, 0);
	free(y);
	free(x);
}

static void test_slope_sen_interval_covers(void **state)
{
	size_t hit = 0, runs = 400;
	struct vmb_rng g;

	(void)state;
	vmb_rng_init(&g, 3);
	for (size_t r = 0; r < runs; r++) {
		double x[20], y[20], low, high;

		for (size_t i = 0; i < 20; i++) {
			x[i] = (double)i;
			y[i] = x[i] + 3 * vmb_rng_gauss(&g);
		}
		assert_int_equal(vmb_sen_interval(x, y, 20, 0.95, &low, &high), 0);
		hit += low <= 1 && 1 <= high;
	}
	assert_between((double)hit / (double)runs, 0.92, 0.985);
}

static void test_slope_refuses_what_is_no_line(void **state)
{
	double x[] = {1, 1, 1}, y[] = {1, 2, 3}, bad[] = {1, NAN, 3}, low, high;
	struct vmb_line l;

	(void)state;
	assert_int_equal(vmb_theil_sen(x, y, 0, &l), -EINVAL);
	assert_int_equal(vmb_theil_sen(x, y, 1, &l), -EINVAL);
	assert_int_equal(vmb_theil_sen(x, y, 3, &l), -EDOM);
	assert_int_equal(vmb_theil_sen(y, bad, 3, &l), -EINVAL);
	assert_int_equal(vmb_theil_sen(bad, y, 3, &l), -EINVAL);
	assert_int_equal(vmb_theil_sen(y, x, 2, &l), 0);
	assert_near(l.slope, 0, 0);
	assert_int_equal(vmb_sen_interval(y, x, 2, 0.95, &low, &high), -EINVAL);
	assert_int_equal(vmb_sen_interval(y, x, 3, 1, &low, &high), -EINVAL);
	/* Three points cannot exclude any slope at 95 %. */
	assert_int_equal(vmb_sen_interval(y, x, 3, 0.95, &low, &high), 0);
	assert_true(isinf(low) && isinf(high));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_slope_agrees_with_r),
		cmocka_unit_test(test_slope_recovers_exact_line),
		cmocka_unit_test(test_slope_resists_a_quarter_of_outliers),
		cmocka_unit_test(test_slope_ignores_order_and_follows_scale),
		cmocka_unit_test(test_slope_samples_pairs_of_many_points),
		cmocka_unit_test(test_slope_sen_interval_covers),
		cmocka_unit_test(test_slope_refuses_what_is_no_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
