// SPDX-License-Identifier: MIT
#include "results/stat_student.h"
#include "tests/results/near.h"

#include <gsl/gsl_cdf.h>

static void test_student_agrees_with_gsl(void **state)
{
	static const double df[] = {0.7, 1, 2, 3.7, 5, 11, 39, 200.5, 5000};
	static const double p[] = {1e-6, 0.001, 0.005, 0.025, 0.2, 0.5, 0.8, 0.975, 0.995, 0.9999};

	(void)state;
	for (size_t i = 0; i < VMB_ARRAY_SIZE(df); i++) {
		for (size_t k = 0; k < VMB_ARRAY_SIZE(p); k++)
			assert_near(vmb_t_quantile(p[k], df[i]), gsl_cdf_tdist_Pinv(p[k], df[i]),
				    1e-9);
		for (double t = -30; t <= 30; t += 1.7)
			assert_near(vmb_t_cdf(t, df[i]), gsl_cdf_tdist_P(t, df[i]), 1e-12);
	}
}

/* Small tail probabilities must be right relative to themselves. */
static void test_student_tails_keep_precision(void **state)
{
	(void)state;
	assert_near(vmb_t_cdf(-40, 11) / gsl_cdf_tdist_P(-40, 11), 1, 1e-9);
	assert_near(vmb_normal_cdf(-9) / gsl_cdf_ugaussian_P(-9), 1, 1e-12);
	assert_near(vmb_normal_quantile(1e-10), -6.36134090240406, 1e-13);	/* R: qnorm */
}

static void test_student_normal_agrees_with_gsl(void **state)
{
	(void)state;
	for (double p = 0.0005; p < 1; p += 0.0101) {
		assert_near(vmb_normal_quantile(p), gsl_cdf_ugaussian_Pinv(p), 1e-13);
		assert_near(vmb_normal_cdf(vmb_normal_quantile(p)), p, 1e-14);
	}
	assert_near(vmb_normal_quantile(0.975), 1.95996398454005, 1e-14);
}

static void test_student_handles_ends_and_nonsense(void **state)
{
	(void)state;
	assert_near(vmb_normal_quantile(0), -INFINITY, 0);
	assert_near(vmb_normal_quantile(1), INFINITY, 0);
	assert_near(vmb_t_quantile(1, 3), INFINITY, 0);
	assert_near(vmb_t_quantile(0.975, INFINITY), vmb_normal_quantile(0.975), 0);
	assert_near(vmb_t_cdf(0, 4), 0.5, 1e-15);
	assert_near(vmb_t_cdf(INFINITY, 4), 1, 0);
	assert_near(vmb_t_cdf(-INFINITY, 4), 0, 0);
	assert_true(isnan(vmb_normal_quantile(1.5)));
	assert_true(isnan(vmb_normal_quantile(NAN)));
	assert_true(isnan(vmb_t_quantile(0.5, 0)));
	assert_true(isnan(vmb_t_quantile(-0.1, 3)));
	assert_true(isnan(vmb_t_cdf(NAN, 3)));
	assert_true(isnan(vmb_t_cdf(1, NAN)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_student_agrees_with_gsl),
		cmocka_unit_test(test_student_tails_keep_precision),
		cmocka_unit_test(test_student_normal_agrees_with_gsl),
		cmocka_unit_test(test_student_handles_ends_and_nonsense),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
