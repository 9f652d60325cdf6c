// SPDX-License-Identifier: MIT
#include "results/stat_paired.h"
#include "tests/results/near.h"

#include "results/rng.h"
#include "results/stat_rank.h"

/*
 * Noise of a pair as a shared machine makes it: mostly normal, and now and then a neighbour hits
 * one of the two sides.
 */
static double pair_noise(struct vmb_rng *g, double sd, double hit_share)
{
	double d = sd * vmb_rng_gauss(g);

	if (vmb_rng_uniform(g) < hit_share)
		d += (vmb_rng_uniform(g) < 0.5 ? -1 : 1) * 0.15 * -log(1 - vmb_rng_uniform(g));
	return d;
}

struct trial { double shift, sd, hit_share, margin; };

/* A whole comparison: up to three looks, stopping at the first verdict. */
static enum vmb_verdict compare(struct vmb_rng *g, const struct trial *t)
{
	struct vmb_paired_opts opts = {.margin = t->margin};
	struct vmb_paired p = {0};
	double d[48];
	size_t n = 0;

	for (size_t look = vmb_next_look(0, VMB_NR_LOOKS); look;
	     look = vmb_next_look(look, VMB_NR_LOOKS)) {
		for (; n < look; n++)
			d[n] = t->shift + pair_noise(g, t->sd, t->hit_share);
		assert_int_equal(vmb_paired_judge(d, n, &opts, &p), 0);
		if (p.verdict != VMB_VERDICT_INCONCLUSIVE)
			break;
	}
	return p.verdict;
}

static void count(const struct trial *t, size_t runs, uint64_t seed, size_t verdicts[4])
{
	struct vmb_rng g;

	memset(verdicts, 0, 4 * sizeof(*verdicts));
	vmb_rng_init(&g, seed);
	for (size_t r = 0; r < runs; r++)
		verdicts[compare(&g, t)]++;
}

/*
 * A/A without any margin: the hardest case, every rejection is a false alarm. The three looks
 * together may raise one in at most 1 % of comparisons: 10 of 1,000, and 10 for chance (3 sigma).
 */
static void test_paired_false_alarms_stay_below_alpha(void **state)
{
	struct trial t = {.sd = 0.01, .margin = VMB_NO_MARGIN};
	size_t v[4];

	(void)state;
	count(&t, 1000, 1, v);
	assert_true(v[VMB_VERDICT_REGRESSED] + v[VMB_VERDICT_IMPROVED] <= 20);
	assert_true(v[VMB_VERDICT_REGRESSED] + v[VMB_VERDICT_IMPROVED] > 0);	/* it can reject */
	assert_int_equal(v[VMB_VERDICT_EQUIVALENT], 0);
	t.hit_share = 0.1;
	count(&t, 500, 2, v);
	assert_true(v[VMB_VERDICT_REGRESSED] + v[VMB_VERDICT_IMPROVED] <= 12);
}

/* With the default margin of 1 %: no false alarm in 299, quiet machine or not. */
static void test_paired_no_false_alarm_in_299(void **state)
{
	struct trial t = {.sd = 0.01};
	size_t v[4];

	(void)state;
	count(&t, 299, 3, v);
	assert_int_equal(v[VMB_VERDICT_REGRESSED] + v[VMB_VERDICT_IMPROVED], 0);
	assert_true(v[VMB_VERDICT_EQUIVALENT] > 280);
	t.hit_share = 0.1;
	count(&t, 299, 4, v);
	assert_int_equal(v[VMB_VERDICT_REGRESSED] + v[VMB_VERDICT_IMPROVED], 0);
}

/* 2 % slower, sd of a pair 0.8 %: found in 59 of 59, also with a neighbour in one pair of ten. */
static void test_paired_finds_two_per_cent(void **state)
{
	struct trial t = {.shift = 0.02, .sd = 0.008};
	size_t v[4];

	(void)state;
	count(&t, 59, 5, v);
	assert_int_equal(v[VMB_VERDICT_REGRESSED], 59);
	t.hit_share = 0.1;
	count(&t, 59, 6, v);
	assert_int_equal(v[VMB_VERDICT_REGRESSED], 59);
	t.shift = -0.02;
	count(&t, 59, 7, v);
	assert_int_equal(v[VMB_VERDICT_IMPROVED], 59);
}

/* An effect exactly on the margin must be called a regression in at most alpha / 2 of cases. */
static void test_paired_margin_is_respected(void **state)
{
	struct trial t = {.shift = log1p(0.01), .sd = 0.01};
	size_t v[4];

	(void)state;
	count(&t, 600, 8, v);
	assert_true(v[VMB_VERDICT_REGRESSED] <= 9);	/* 3 expected, 3.5 sigma */
	assert_int_equal(v[VMB_VERDICT_IMPROVED], 0);
	assert_true(v[VMB_VERDICT_EQUIVALENT] <= 15);	/* 6 expected: TOST is one-sided */
}

static void fill(double *d, size_t n, double shift, double sd, uint64_t seed)
{
	struct vmb_rng g;

	vmb_rng_init(&g, seed);
	for (size_t i = 0; i < n; i++)
		d[i] = shift + sd * vmb_rng_gauss(&g);
}

static struct vmb_paired judged(const double *d, size_t n, const struct vmb_paired_opts *o)
{
	struct vmb_paired p;

	assert_int_equal(vmb_paired_judge(d, n, o, &p), 0);
	return p;
}

static void test_paired_verdicts(void **state)
{
	struct vmb_paired p;
	double d[24];

	(void)state;
	fill(d, 24, 0.05, 0.005, 1);
	p = judged(d, 24, NULL);
	assert_int_equal(p.verdict, VMB_VERDICT_REGRESSED);
	assert_near(vmb_percent(p.effect), 100 * (exp(0.05) - 1), 0.5);
	assert_true(p.low > log1p(0.01) && p.p_regressed < 0.001 && p.p_equivalent > 0.99);
	fill(d, 24, -0.05, 0.005, 2);
	assert_int_equal(judged(d, 24, NULL).verdict, VMB_VERDICT_IMPROVED);
	fill(d, 24, 0.001, 0.003, 3);
	p = judged(d, 24, NULL);
	assert_int_equal(p.verdict, VMB_VERDICT_EQUIVALENT);
	assert_true(p.low > -log1p(0.01) && p.high < log1p(0.01));
	fill(d, 24, 0.01, 0.01, 4);
	assert_int_equal(judged(d, 24, NULL).verdict, VMB_VERDICT_INCONCLUSIVE);
	assert_string_equal(vmb_verdict_name(VMB_VERDICT_REGRESSED), "REGRESSED");
	assert_string_equal(vmb_verdict_name((enum vmb_verdict)9), "unknown");
}

/* Swapping old and new must turn the verdict round, exactly. */
static void test_paired_is_antisymmetric(void **state)
{
	struct vmb_paired a, b;
	double d[24], e[24];

	(void)state;
	fill(d, 24, 0.03, 0.01, 5);
	for (size_t i = 0; i < 24; i++)
		e[23 - i] = -d[i];
	a = judged(d, 24, NULL);
	b = judged(e, 24, NULL);
	assert_int_equal(a.verdict, VMB_VERDICT_REGRESSED);
	assert_int_equal(b.verdict, VMB_VERDICT_IMPROVED);
	assert_near(a.effect, -b.effect, 1e-16);
	assert_near(a.low, -b.high, 0);
	assert_near(a.p_regressed, b.p_improved, 0);
	assert_near(a.p_change, b.p_change, 0);
	assert_near(a.p_equivalent, b.p_equivalent, 0);
}

/* 4.22 sd / sqrt R; the power at that effect is what it promises, on a single look. */
static void test_paired_detectable_effect_holds(void **state)
{
	struct vmb_paired_opts o = {.looks = 1, .margin = VMB_NO_MARGIN};
	struct vmb_paired p;
	double d[40], sd = 0.01;
	size_t found = 0;

	(void)state;
	fill(d, 40, 0, sd, 6);
	p = judged(d, 40, NULL);
	assert_near(p.detectable, 4.22068293050037 * p.std_dev / sqrt(40), 1e-13);
	for (uint64_t r = 0; r < 250; r++) {
		fill(d, 40, 4.22 * sd / sqrt(40), sd, 100 + r);
		found += judged(d, 40, &o).verdict == VMB_VERDICT_REGRESSED;
	}
	assert_between((double)found / 250, 0.90, 0.985);
}

static void test_paired_looks_share_alpha(void **state)
{
	double d[12];

	(void)state;
	assert_int_equal(vmb_next_look(0, VMB_NR_LOOKS), 12);
	assert_int_equal(vmb_next_look(12, VMB_NR_LOOKS), 24);
	assert_int_equal(vmb_next_look(13, VMB_NR_LOOKS), 24);
	assert_int_equal(vmb_next_look(24, VMB_NR_LOOKS), 48);
	assert_int_equal(vmb_next_look(48, VMB_NR_LOOKS), 0);
	assert_int_equal(vmb_next_look(48, VMB_MOST_LOOKS), 96);
	assert_int_equal(vmb_next_look(192, VMB_MOST_LOOKS), 0);
	fill(d, 12, 0, 0.01, 7);
	assert_near(judged(d, 12, NULL).level, 0.01 / 3, 1e-15);
	assert_true(judged(d, 12, NULL).coverage >= 1 - 0.01 / 3);
}

static void test_paired_too_few_pairs_decide_nothing(void **state)
{
	double d[] = {0.5, 0.5, 0.5, 0.5, 0.5, 0.5};

	(void)state;
	for (size_t n = 1; n <= 6; n++) {
		struct vmb_paired p = judged(d, n, NULL);

		assert_int_equal(p.verdict, VMB_VERDICT_INCONCLUSIVE);
		assert_true(p.low == -INFINITY && p.high == INFINITY);
		assert_near(p.effect, 0.5, 0);
	}
	assert_true(isinf(judged(d, 1, NULL).detectable));
	assert_near(judged(d, 1, NULL).std_dev, 0, 0);
}

static void test_paired_refuses_what_has_no_ratio(void **state)
{
	double old[] = {1, 2, 4}, fresh[] = {2, 2, 2}, zero[] = {1, 0, 1}, bad[] = {1, NAN, 1}, d[3];
	struct vmb_paired_opts o = {.margin = -0.5};
	struct vmb_paired p;

	(void)state;
	assert_int_equal(vmb_log_ratios(old, fresh, 3, d), 0);
	assert_near(d[0], M_LN2, 1e-15);
	assert_near(d[1], 0, 0);
	assert_near(d[2], -M_LN2, 1e-15);
	assert_int_equal(vmb_log_ratios(old, zero, 3, d), -EDOM);
	assert_int_equal(vmb_log_ratios(bad, fresh, 3, d), -EDOM);
	assert_int_equal(vmb_paired_judge(bad, 3, NULL, &p), -EINVAL);
	assert_int_equal(vmb_paired_judge(d, 0, NULL, &p), -EINVAL);
	assert_int_equal(vmb_paired_judge(d, 3, &o, &p), -EINVAL);
	o = (struct vmb_paired_opts){.alpha = 1.5};
	assert_int_equal(vmb_paired_judge(d, 3, &o, &p), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_paired_false_alarms_stay_below_alpha),
		cmocka_unit_test(test_paired_no_false_alarm_in_299),
		cmocka_unit_test(test_paired_finds_two_per_cent),
		cmocka_unit_test(test_paired_margin_is_respected),
		cmocka_unit_test(test_paired_verdicts),
		cmocka_unit_test(test_paired_is_antisymmetric),
		cmocka_unit_test(test_paired_detectable_effect_holds),
		cmocka_unit_test(test_paired_looks_share_alpha),
		cmocka_unit_test(test_paired_too_few_pairs_decide_nothing),
		cmocka_unit_test(test_paired_refuses_what_has_no_ratio),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
