// SPDX-License-Identifier: MIT
#include "results/stat_rank.h"
#include "tests/results/near.h"

#include "results/rng.h"
#include "results/stat_basic.h"

static const double known[] = {0.021, -0.004, 0.013, 0.035, 0.018, -0.011,
			       0.027, 0.009, 0.016, 0.030, 0.002, 0.024};

/* R: wilcox.test(d, conf.int = TRUE), and with mu and an alternative. */
static void test_rank_agrees_with_r(void **state)
{
	struct vmb_sign_flip t;
	struct vmb_shift s;

	(void)state;
	assert_int_equal(vmb_sign_flip_test(known, 12, 0, &t), 0);
	assert_near(t.p_two_sided, 0.00683593750000001, 1e-14);
	assert_int_equal(vmb_sign_flip_test(known, 12, 0.0051, &t), 0);
	assert_near(t.p_greater, 0.021240234375, 1e-14);
	assert_near(t.p_two_sided, 0.04248046875, 1e-14);
	assert_int_equal(vmb_sign_flip_test(known, 12, 0.0317, &t), 0);
	assert_near(t.p_less, 0.000732421875, 1e-14);
	assert_int_equal(vmb_hodges_lehmann(known, 12, 0.05, &s), 0);
	assert_near(s.estimate, 0.01575, 1e-14);
	assert_near(s.low, 0.0055, 1e-14);
	assert_near(s.high, 0.024, 1e-14);
	assert_int_equal(vmb_hodges_lehmann(known, 12, 0.01 / 3, &s), 0);
	assert_near(s.low, -0.004, 1e-14);
	assert_near(s.high, 0.030, 1e-14);
}

/* The definition: visit all 2^n flips. Ranks are shared among ties; zeros are ranked, then left. */
static void by_enumeration(const double *d, size_t n, struct vmb_sign_flip *out)
{
	double rank[16] = {0}, observed = 0;
	size_t greater = 0, less = 0;

	for (size_t i = 0; i < n; i++) {
		for (size_t j = 0; j < n; j++)
			rank[i] += (fabs(d[j]) < fabs(d[i])) + 0.5 * (fabs(d[j]) == fabs(d[i]));
		rank[i] = d[i] == 0 ? 0 : rank[i] + 0.5;
		observed += d[i] > 0 ? rank[i] : 0;
	}
	for (size_t flips = 0; flips < 1u << n; flips++) {
		double sum = 0;

		for (size_t i = 0; i < n; i++)
			sum += flips >> i & 1 ? rank[i] : 0;
		greater += sum >= observed;
		less += sum <= observed;
	}
	out->p_greater = (double)greater / (double)(1u << n);
	out->p_less = (double)less / (double)(1u << n);
}

static void test_rank_counts_what_enumeration_visits(void **state)
{
	struct vmb_rng g;

	(void)state;
	vmb_rng_init(&g, 1);
	for (size_t run = 0; run < 60; run++) {
		size_t n = 1 + vmb_rng_below(&g, 12);
		struct vmb_sign_flip want, got;
		double d[16];

		for (size_t i = 0; i < n; i++)	/* coarse: ties and zeros */
			d[i] = floor(4 * vmb_rng_gauss(&g) + 1);
		by_enumeration(d, n, &want);
		assert_int_equal(vmb_sign_flip_test(d, n, 0, &got), 0);
		assert_near(got.p_greater, want.p_greater, 1e-13);
		assert_near(got.p_less, want.p_less, 1e-13);
		assert_near(got.p_two_sided, fmin(1, 2 * fmin(want.p_greater, want.p_less)), 1e-13);
	}
}

/* The interval is what the test does not reject: just inside p > alpha, just outside p <= alpha. */
static void test_rank_interval_inverts_the_test(void **state)
{
	struct vmb_rng g;

	(void)state;
	vmb_rng_init(&g, 2);
	for (size_t run = 0; run < 30; run++) {
		size_t n = 10 + vmb_rng_below(&g, 40);
		struct vmb_sign_flip in, out;
		struct vmb_shift s;
		double d[50];

		for (size_t i = 0; i < n; i++)
			d[i] = 0.01 * vmb_rng_gauss(&g);
		assert_int_equal(vmb_hodges_lehmann(d, n, 0.02, &s), 0);
		assert_int_equal(vmb_sign_flip_test(d, n, s.low + 1e-12, &in), 0);
		assert_int_equal(vmb_sign_flip_test(d, n, s.low - 1e-12, &out), 0);
		assert_true(in.p_two_sided > 0.02 && out.p_two_sided <= 0.02);
		assert_int_equal(vmb_sign_flip_test(d, n, s.high - 1e-12, &in), 0);
		assert_int_equal(vmb_sign_flip_test(d, n, s.high + 1e-12, &out), 0);
		assert_true(in.p_two_sided > 0.02 && out.p_two_sided <= 0.02);
		assert_true(s.low <= s.estimate && s.estimate <= s.high && s.coverage >= 0.98);
	}
}

static void test_rank_ignores_order_and_follows_scale_and_shift(void **state)
{
	struct vmb_shift a, b;
	double d[12];

	(void)state;
	for (size_t i = 0; i < 12; i++)
		d[i] = 8 * known[11 - i] + 1;
	assert_int_equal(vmb_hodges_lehmann(known, 12, 0.05, &a), 0);
	assert_int_equal(vmb_hodges_lehmann(d, 12, 0.05, &b), 0);
	assert_near(b.estimate, 8 * a.estimate + 1, 1e-14);
	assert_near(b.low, 8 * a.low + 1, 1e-14);
	assert_near(b.high, 8 * a.high + 1, 1e-14);
	/* Turned around, the two one-sided tests change places. */
	for (size_t i = 0; i < 12; i++)
		d[i] = -d[i];
	assert_int_equal(vmb_hodges_lehmann(d, 12, 0.05, &a), 0);
	assert_near(a.low, -b.high, 0);
}

/* One of twelve pairs is wild: the estimate must not notice. */
static void test_rank_resists_an_outlier(void **state)
{
	struct vmb_shift a, b;
	double d[12];

	(void)state;
	memcpy(d, known, sizeof(d));
	d[3] = 5;
	assert_int_equal(vmb_hodges_lehmann(known, 12, 0.05, &a), 0);
	assert_int_equal(vmb_hodges_lehmann(d, 12, 0.05, &b), 0);
	assert_near(a.estimate, b.estimate, 0.002);
	assert_true(isfinite(b.high) && b.high < 0.1);
}

static void test_rank_few_values_reject_nothing(void **state)
{
	struct vmb_sign_flip t;
	struct vmb_shift s;

	(void)state;
	assert_int_equal(vmb_hodges_lehmann(known, 5, 0.05, &s), 0);	/* 2 / 2^5 > 0.05 */
	assert_true(s.low == -INFINITY && s.high == INFINITY);
	assert_near(s.coverage, 1, 0);
	assert_int_equal(vmb_hodges_lehmann(known + 6, 6, 0.05, &s), 0);	/* 2 / 2^6 < 0.05 */
	assert_near(s.low, 0.002, 0);
	assert_near(s.high, 0.030, 0);
	assert_int_equal(vmb_hodges_lehmann(known, 1, 0.05, &s), 0);
	assert_near(s.estimate, known[0], 0);
	assert_int_equal(vmb_sign_flip_test(known, 1, 0, &t), 0);
	assert_near(t.p_greater, 0.5, 0);
	assert_near(t.p_less, 1, 0);
}

static void test_rank_degenerate(void **state)
{
	double same[] = {0, 0, 0, 0}, bad[] = {1, NAN, 2};
	struct vmb_sign_flip t;
	struct vmb_shift s;

	(void)state;
	assert_int_equal(vmb_sign_flip_test(same, 4, 0, &t), 0);
	assert_near(t.p_two_sided, 1, 0);
	assert_near(t.p_greater, 1, 0);
	assert_int_equal(vmb_sign_flip_test(same, 4, -1, &t), 0);
	assert_near(t.p_greater, 1.0 / 16, 1e-15);
	assert_int_equal(vmb_sign_flip_test(bad, 3, 0, &t), -EINVAL);
	assert_int_equal(vmb_sign_flip_test(same, 0, 0, &t), -EINVAL);
	assert_int_equal(vmb_sign_flip_test(same, 4, NAN, &t), -EINVAL);
	assert_int_equal(vmb_hodges_lehmann(bad, 3, 0.05, &s), -EINVAL);
	assert_int_equal(vmb_hodges_lehmann(same, 4, 0, &s), -EINVAL);
	assert_int_equal(vmb_hodges_lehmann(same, 0, 0.05, &s), -EINVAL);
	assert_int_equal(vmb_hodges_lehmann(same, VMB_RANK_MAX + 1, 0.05, &s), -EINVAL);
}

/* The largest number of rounds there may be: still exact, and no underflow to nonsense. */
static void test_rank_many_values(void **state)
{
	enum { N = 512 };
	struct vmb_sign_flip t;
	struct vmb_shift s;
	struct vmb_rng g;
	double d[N];

	(void)state;
	vmb_rng_init(&g, 3);
	for (size_t i = 0; i < N; i++)
		d[i] = 0.001 + 0.01 * vmb_rng_gauss(&g);
	assert_int_equal(vmb_hodges_lehmann(d, N, 0.05, &s), 0);
	assert_near((s.high - s.low) / 2, 1.96 * 0.01 / sqrt(N) * 1.023, 1e-4);
	assert_between(s.coverage, 0.95, 0.9501);
	assert_int_equal(vmb_sign_flip_test(d, N, s.estimate, &t), 0);
	assert_between(t.p_two_sided, 0.95, 1);
	assert_near(t.p_greater + t.p_less, 1, 1e-3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rank_agrees_with_r),
		cmocka_unit_test(test_rank_counts_what_enumeration_visits),
		cmocka_unit_test(test_rank_interval_inverts_the_test),
		cmocka_unit_test(test_rank_ignores_order_and_follows_scale_and_shift),
		cmocka_unit_test(test_rank_resists_an_outlier),
		cmocka_unit_test(test_rank_few_values_reject_nothing),
		cmocka_unit_test(test_rank_degenerate),
		cmocka_unit_test(test_rank_many_values),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
