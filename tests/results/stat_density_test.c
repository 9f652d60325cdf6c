// SPDX-License-Identifier: MIT
#include "results/stat_density.h"
#include "tests/results/near.h"

#include "results/rng.h"

static const double known[] = {12.1, 9.7, 10.4, 11.0, 10.9, 30.2, 10.1, 9.9, 10.6, 10.3, 8.8, 10.7};
static const double bimodal[] = {10.02, 10.05, 9.98, 10.01, 10.03, 9.97, 10.04, 12.01,
				 12.03, 11.98, 12.02, 11.99, 12.05, 10.00, 11.96, 12.04};

/* R: bw.SJ(x, nb = 300000, tol = 1e-10). R bins the distances, so the last digits differ. */
static void test_density_bandwidth_agrees_with_r(void **state)
{
	double h;

	(void)state;
	assert_int_equal(vmb_bandwidth(known, 12, &h), 0);
	assert_near(h / 0.37842747492678, 1, 1e-4);
	assert_int_equal(vmb_bandwidth(bimodal, 16, &h), 0);
	assert_near(h / 0.115544967773404, 1, 1e-4);
}

/* The rule of thumb would smear the modes into each other (R: bw.nrd0 gives 0.53). */
static void test_density_keeps_modes_apart(void **state)
{
	double h, d[101], left, middle, right;

	(void)state;
	assert_int_equal(vmb_bandwidth(bimodal, 16, &h), 0);
	assert_int_equal(vmb_density(bimodal, 16, h, 9, 13, d, 101), 0);
	left = d[25];
	middle = d[50];
	right = d[75];
	assert_true(left > 50 * middle && right > 50 * middle);
}

/* R: mean(dnorm(at, x, 0.5)). */
static void test_density_values_agree_with_r(void **state)
{
	double d[3];

	(void)state;
	assert_int_equal(vmb_density(known, 12, 0.5, 10, 11, d, 2), 0);
	assert_near(d[0], 0.372922377548606, 1e-14);
	assert_near(d[1], 0.32005365105791, 1e-14);
	assert_int_equal(vmb_density(known, 12, 0.5, 0, 20, d, 3), 0);
	assert_near(d[1], 0.372922377548606, 1e-14);
	assert_near(d[2] / 4.11264841927597e-56, 1, 1e-9);
}

static void test_density_integrates_to_one(void **state)
{
	enum { N = 2001 };
	double *d = malloc(N * sizeof(*d)), sum = 0, h, low = -20, high = 60;

	(void)state;
	assert_non_null(d);
	assert_int_equal(vmb_bandwidth(known, 12, &h), 0);
	assert_int_equal(vmb_density(known, 12, h, low, high, d, N), 0);
	for (size_t i = 0; i < N; i++)
		sum += d[i] * (high - low) / (N - 1);
	assert_near(sum, 1, 1e-6);
	free(d);
}

static void test_density_bandwidth_follows_scale(void **state)
{
	double x[12], a, b;

	(void)state;
	for (int e = -30; e <= 30; e += 20) {
		for (size_t i = 0; i < 12; i++)
			x[11 - i] = ldexp(known[i], e);
		assert_int_equal(vmb_bandwidth(known, 12, &a), 0);
		assert_int_equal(vmb_bandwidth(x, 12, &b), 0);
		assert_near(b / ldexp(a, e), 1, 1e-4);
	}
}

/* Normal data: both rules are near 1.06 sd n^(-1/5), also past the limit of the pairwise one. */
static void test_density_bandwidth_of_normal_data(void **state)
{
	static const size_t size[] = {200, VMB_BANDWIDTH_ALL_PAIRS + 1};
	double x[VMB_BANDWIDTH_ALL_PAIRS + 1], h;
	struct vmb_rng g;

	(void)state;
	vmb_rng_init(&g, 1);
	for (size_t k = 0; k < VMB_ARRAY_SIZE(size); k++) {
		for (size_t i = 0; i < size[k]; i++)
			x[i] = vmb_rng_gauss(&g);
		assert_int_equal(vmb_bandwidth(x, size[k], &h), 0);
		assert_between(h * pow((double)size[k], 0.2), 0.7, 1.3);
	}
}

static void test_density_degenerate(void **state)
{
	double same[] = {4, 4, 4}, bad[] = {1, NAN, 2}, tied[] = {5, 5, 5, 5, 5, 5, 5, 6}, d[4], h;

	(void)state;
	assert_int_equal(vmb_bandwidth(same, 3, &h), -EDOM);
	assert_int_equal(vmb_bandwidth(same, 1, &h), -EINVAL);
	assert_int_equal(vmb_bandwidth(same, 0, &h), -EINVAL);
	assert_int_equal(vmb_bandwidth(bad, 3, &h), -EINVAL);
	assert_int_equal(vmb_bandwidth(tied, 8, &h), 0);
	assert_true(h > 0 && isfinite(h));
	assert_int_equal(vmb_bandwidth(known, 2, &h), 0);
	assert_true(h > 0 && isfinite(h));
	assert_int_equal(vmb_density(same, 3, 0, 1, 2, d, 4), -EINVAL);
	assert_int_equal(vmb_density(same, 3, 1, 2, 2, d, 4), -EINVAL);
	assert_int_equal(vmb_density(same, 3, 1, 1, 2, d, 1), -EINVAL);
	assert_int_equal(vmb_density(same, 0, 1, 1, 2, d, 4), -EINVAL);
	assert_int_equal(vmb_density(bad, 3, 1, 1, 2, d, 4), -EINVAL);
	assert_int_equal(vmb_density(same, 3, NAN, 1, 2, d, 4), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_density_bandwidth_agrees_with_r),
		cmocka_unit_test(test_density_keeps_modes_apart),
		cmocka_unit_test(test_density_values_agree_with_r),
		cmocka_unit_test(test_density_integrates_to_one),
		cmocka_unit_test(test_density_bandwidth_follows_scale),
		cmocka_unit_test(test_density_bandwidth_of_normal_data),
		cmocka_unit_test(test_density_degenerate),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
