// SPDX-License-Identifier: MIT
#include "results/stat_multiple.h"
#include "tests/results/near.h"

#include "results/rng.h"

static const double p[] = {0.01, 0.02, 0.03, 0.04, 0.05, 0.0005, 0.9};

/* R: p.adjust(p, "holm"), p.adjust(p, "BH"). */
static void test_multiple_agrees_with_r(void **state)
{
	static const double holm[] = {0.06, 0.1, 0.12, 0.12, 0.12, 0.0035, 0.9};
	static const double bh[] = {0.035, 0.0466666666666667, 0.0525, 0.056, 0.0583333333333333,
				    0.0035, 0.9};
	double got[7];

	(void)state;
	assert_int_equal(vmb_holm(p, 7, got), 0);
	for (size_t i = 0; i < 7; i++)
		assert_near(got[i], holm[i], 1e-14);
	assert_int_equal(vmb_benjamini_hochberg(p, 7, got), 0);
	for (size_t i = 0; i < 7; i++)
		assert_near(got[i], bh[i], 1e-14);
}

static void test_multiple_in_place_and_any_order(void **state)
{
	double a[7], b[7], c[7];

	(void)state;
	assert_int_equal(vmb_holm(p, 7, a), 0);
	for (size_t i = 0; i < 7; i++)
		b[6 - i] = p[i];
	memcpy(c, b, sizeof(c));
	assert_int_equal(vmb_holm(b, 7, b), 0);
	for (size_t i = 0; i < 7; i++)
		assert_near(b[6 - i], a[i], 0);
	assert_int_equal(vmb_benjamini_hochberg(c, 7, c), 0);
	for (size_t i = 0; i < 7; i++)	/* BH never asks for more than Holm, nor for less than p */
		assert_true(c[6 - i] <= a[i] && c[6 - i] >= p[i]);
}

/* 40 true nulls: one or more below 0.05 in at most 5 % of 1,000 families; without care in 87 %. */
static void test_multiple_holm_holds_the_family(void **state)
{
	size_t alarms = 0, careless = 0;
	struct vmb_rng g;

	(void)state;
	vmb_rng_init(&g, 1);
	for (size_t run = 0; run < 1000; run++) {
		double x[40], raw = 1, adjusted = 1, y[40];

		for (size_t i = 0; i < 40; i++)
			x[i] = vmb_rng_uniform(&g);
		assert_int_equal(vmb_holm(x, 40, y), 0);
		for (size_t i = 0; i < 40; i++) {
			raw = fmin(raw, x[i]);
			adjusted = fmin(adjusted, y[i]);
		}
		alarms += adjusted <= 0.05;
		careless += raw <= 0.05;
	}
	assert_true(alarms <= 72 && careless > 800);
}

static void test_multiple_degenerate(void **state)
{
	double bad[] = {0.1, NAN}, large[] = {1.1}, negative[] = {-0.1}, one[] = {0.03}, out[2];

	(void)state;
	assert_int_equal(vmb_holm(NULL, 0, NULL), 0);
	assert_int_equal(vmb_benjamini_hochberg(NULL, 0, NULL), 0);
	assert_int_equal(vmb_holm(one, 1, out), 0);
	assert_near(out[0], 0.03, 0);
	assert_int_equal(vmb_holm(bad, 2, out), -EINVAL);
	assert_int_equal(vmb_holm(large, 1, out), -EINVAL);
	assert_int_equal(vmb_benjamini_hochberg(negative, 1, out), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_multiple_agrees_with_r),
		cmocka_unit_test(test_multiple_in_place_and_any_order),
		cmocka_unit_test(test_multiple_holm_holds_the_family),
		cmocka_unit_test(test_multiple_degenerate),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
