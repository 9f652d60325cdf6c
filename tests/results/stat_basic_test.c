// SPDX-License-Identifier: MIT
#include "results/stat_basic.h"
#include "tests/results/near.h"

#include <gsl/gsl_statistics_double.h>

#include "results/rng.h"

static const double known[] = {12.1, 9.7, 10.4, 11.0, 10.9, 30.2, 10.1, 9.9, 10.6, 10.3, 8.8, 10.7};
#define N_KNOWN VMB_ARRAY_SIZE(known)

static double *sorted_of(const double *x, size_t n)
{
	double *s = NULL;

	assert_int_equal(vmb_sorted_copy(x, n, &s), 0);
	assert_non_null(s);
	return s;
}

/* R: quantile(x), mad(x, constant = 1), mean(x), sd(x), exp(mean(log(x))). */
static void test_basic_agrees_with_r(void **state)
{
	static const double p[] = {0, 0.1, 0.25, 0.5, 0.75, 0.9, 1};
	static const double q[] = {8.8, 9.72, 10.05, 10.5, 10.925, 11.99, 30.2};
	double *s = sorted_of(known, N_KNOWN);

	(void)state;
	for (size_t i = 0; i < VMB_ARRAY_SIZE(p); i++)
		assert_near(vmb_quantile_sorted(s, N_KNOWN, p[i]), q[i], 1e-14);
	assert_near(vmb_mad_sorted(s, N_KNOWN), 0.45, 1e-14);
	assert_near(vmb_mean(known, N_KNOWN), 12.0583333333333, 1e-14);
	assert_near(vmb_std_dev(known, N_KNOWN), 5.7687966814159, 1e-14);
	assert_near(vmb_geometric_mean(known, N_KNOWN), 11.3444093683786, 1e-14);
	free(s);
}

static void test_basic_agrees_with_gsl(void **state)
{
	struct vmb_rng g;

	(void)state;
	vmb_rng_init(&g, 5);
	for (size_t n = 2; n < 60; n++) {
		double x[60], work[60], *s;

		for (size_t i = 0; i < n; i++)	/* coarse: with ties */
			x[i] = 1e6 + floor(20 * vmb_rng_gauss(&g));
		s = sorted_of(x, n);
		assert_near(vmb_mean(x, n), gsl_stats_mean(x, 1, n), 1e-14);
		assert_near(vmb_variance(x, n), gsl_stats_variance(x, 1, n), 1e-9);
		assert_near(vmb_mad_sorted(s, n), gsl_stats_mad0(x, 1, n, work), 1e-12);
		for (double p = 0; p <= 1; p += 0.125)
			assert_near(vmb_quantile_sorted(s, n, p),
				    gsl_stats_quantile_from_sorted_data(s, 1, n, p), 1e-14);
		memcpy(work, x, n * sizeof(*x));
		assert_near(vmb_median_inplace(work, n), vmb_median_sorted(s, n), 1e-15);
		for (size_t k = 0; k < n; k++) {
			memcpy(work, x, n * sizeof(*x));
			assert_near(vmb_select(work, n, k), s[k], 0);
		}
		free(s);
	}
}

static void test_basic_ignores_order_and_follows_scale(void **state)
{
	double x[N_KNOWN], y[N_KNOWN], *sx, *sy;
	struct vmb_rng g;

	(void)state;
	vmb_rng_init(&g, 6);
	memcpy(x, known, sizeof(x));
	vmb_rng_shuffle(&g, x, N_KNOWN);
	for (size_t i = 0; i < N_KNOWN; i++)
		y[i] = 1024 * x[i];
	sx = sorted_of(known, N_KNOWN);
	sy = sorted_of(y, N_KNOWN);
	assert_near(vmb_mean(x, N_KNOWN), vmb_mean(known, N_KNOWN), 1e-14);
	assert_near(vmb_std_dev(y, N_KNOWN), 1024 * vmb_std_dev(x, N_KNOWN), 1e-14);
	assert_near(vmb_mad_sorted(sy, N_KNOWN), 1024 * vmb_mad_sorted(sx, N_KNOWN), 0);
	assert_near(vmb_median_sorted(sy, N_KNOWN), 1024 * vmb_median_sorted(sx, N_KNOWN), 0);
	assert_near(vmb_geometric_mean(y, N_KNOWN), 1024 * vmb_geometric_mean(x, N_KNOWN), 1e-14);
	free(sx);
	free(sy);
}

/* Killer inputs for a quickselect: it must not go quadratic, and must still be right. */
static void test_basic_select_survives_hostile_order(void **state)
{
	enum { N = 200000 };
	double *x = malloc(N * sizeof(*x));

	(void)state;
	assert_non_null(x);
	for (size_t i = 0; i < N; i++)
		x[i] = (double)(i < N / 2 ? i : N - i);	/* organ pipe */
	assert_near(vmb_select(x, N, N / 2), N / 4, 1e-4);
	for (size_t i = 0; i < N; i++)
		x[i] = 3;
	assert_near(vmb_median_inplace(x, N), 3, 0);
	for (size_t i = 0; i < N; i++)
		x[i] = (double)(i % 2);
	assert_near(vmb_median_inplace(x, N), 0.5, 0);
	free(x);
}

static void test_basic_labels_outliers(void **state)
{
	double *s = sorted_of(known, N_KNOWN);
	struct vmb_fences f = vmb_tukey_fences_sorted(s, N_KNOWN);

	(void)state;
	/* quartiles 10.05 and 10.925: fences 8.7375, 12.2375, and 7.425, 13.55 */
	assert_near(f.low_mild, 8.7375, 1e-12);
	assert_near(f.high_mild, 12.2375, 1e-12);
	assert_near(f.low_severe, 7.425, 1e-12);
	assert_near(f.high_severe, 13.55, 1e-12);
	assert_int_equal(vmb_tukey_label(&f, 10), VMB_OUTLIER_NONE);
	assert_int_equal(vmb_tukey_label(&f, f.high_mild), VMB_OUTLIER_NONE);
	assert_int_equal(vmb_tukey_label(&f, 13), VMB_OUTLIER_HIGH_MILD);
	assert_int_equal(vmb_tukey_label(&f, 30.2), VMB_OUTLIER_HIGH_SEVERE);
	assert_int_equal(vmb_tukey_label(&f, 8), VMB_OUTLIER_LOW_MILD);
	assert_int_equal(vmb_tukey_label(&f, 7), VMB_OUTLIER_LOW_SEVERE);
	free(s);
}

static void test_basic_says_nan_where_nothing_is_defined(void **state)
{
	double one[] = {4}, bad[] = {1, NAN, 2}, zero[] = {1, 0, 2}, *s = NULL;
	struct vmb_fences f = vmb_tukey_fences_sorted(NULL, 0);

	(void)state;
	assert_true(isnan(vmb_mean(NULL, 0)));
	assert_true(isnan(vmb_mean(bad, 3)));
	assert_true(isnan(vmb_std_dev(one, 1)));
	assert_true(isnan(vmb_std_dev(bad, 3)));
	assert_true(isnan(vmb_median_sorted(NULL, 0)));
	assert_true(isnan(vmb_median_inplace(NULL, 0)));
	assert_true(isnan(vmb_mad_sorted(NULL, 0)));
	assert_true(isnan(vmb_quantile_sorted(one, 1, 1.1)));
	assert_true(isnan(vmb_quantile_sorted(one, 1, NAN)));
	assert_true(isnan(vmb_mean_ln(zero, 3)));
	assert_true(isnan(vmb_geometric_mean(NULL, 0)));
	assert_int_equal(vmb_tukey_label(&f, 1), VMB_OUTLIER_NONE);
	assert_int_equal(vmb_sorted_copy(bad, 3, &s), -EINVAL);
	assert_null(s);
	bad[1] = INFINITY;
	assert_int_equal(vmb_sorted_copy(bad, 3, &s), -EINVAL);
	assert_near(vmb_mad_sorted(one, 1), 0, 0);
	assert_near(vmb_quantile_sorted(one, 1, 0.3), 4, 0);
}

static void test_basic_sorts_nan_last(void **state)
{
	double x[] = {3, NAN, -1, NAN, 2};

	(void)state;
	vmb_sort(x, 5);
	assert_near(x[0], -1, 0);
	assert_near(x[2], 3, 0);
	assert_true(isnan(x[3]) && isnan(x[4]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_basic_agrees_with_r),
		cmocka_unit_test(test_basic_agrees_with_gsl),
		cmocka_unit_test(test_basic_ignores_order_and_follows_scale),
		cmocka_unit_test(test_basic_select_survives_hostile_order),
		cmocka_unit_test(test_basic_labels_outliers),
		cmocka_unit_test(test_basic_says_nan_where_nothing_is_defined),
		cmocka_unit_test(test_basic_sorts_nan_last),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
