// SPDX-License-Identifier: MIT
#include "results/stat_unpaired.h"
#include "tests/results/near.h"

#include "results/rng.h"

#define ROUNDS(array) (&(struct vmb_rounds_ns){(array), VMB_ARRAY_SIZE(array)})

static struct vmb_unpaired judged(const struct vmb_rounds_ns *old, const struct vmb_rounds_ns *new,
				  const struct vmb_unpaired_opts *o)
{
	struct vmb_unpaired u;

	assert_int_equal(vmb_unpaired_judge(old, new, o, &u), 0);
	return u;
}

/* R: t.test(log(b), log(a), conf.level = .99): below five rounds nothing is trimmed. */
static void test_unpaired_of_few_rounds_is_welch(void **state)
{
	double a[] = {10.1, 10.3, 9.9, 10.0}, b[] = {11.2, 11.0, 11.5, 11.1};
	struct vmb_unpaired u = judged(ROUNDS(a), ROUNDS(b), NULL);

	(void)state;
	assert_near(u.effect, 0.105825506392379, 1e-13);
	assert_near(u.low, 0.0581271153061367, 1e-12);
	assert_near(u.high, 0.153523897478622, 1e-12);
	assert_near(u.df, 5.90628402331575, 1e-10);
	assert_near(u.error, 0.0127819204859943, 1e-13);
	assert_near(u.p_change, 0.000182455186163802, 1e-12);
	assert_true(u.provisional);
}

/* R: Yuen's formulas written out, 20 % trimmed, on twelve rounds with an outlier each. */
static void test_unpaired_is_yuen(void **state)
{
	double a[] = {12.1, 9.7, 10.4, 11.0, 10.9, 30.2, 10.1, 9.9, 10.6, 10.3, 8.8, 10.7};
	double b[] = {11.44, 13.552, 10.573, 12.1, 12.099, 33.22,
		      11.413, 10.692, 11.66, 11.33, 9.856, 11.77};
	struct vmb_unpaired u = judged(ROUNDS(a), ROUNDS(b), NULL);

	(void)state;
	assert_near(u.effect, 0.0975111985257806, 1e-13);
	assert_near(u.low, 0.0102214285353342, 1e-12);
	assert_near(u.high, 0.184800968516227, 1e-12);
	assert_near(u.df, 13.7288121354212, 1e-10);
	assert_near(u.error, 0.0292342560990495, 1e-13);
	assert_near(u.p_change, 0.00502065488345648, 1e-12);
}

static void rounds(struct vmb_rng *g, double *x, size_t n, double ln_level, double sd)
{
	for (size_t i = 0; i < n; i++)
		x[i] = 50 * exp(ln_level + sd * vmb_rng_gauss(g));
}

/* Sessions differ by 1 %, rounds by 1 %; what is learnt from @nr sessions of one build. */
static void history(struct vmb_rng *g, size_t nr, struct vmb_session_noise *out)
{
	struct vmb_rounds_ns session[20];
	double x[20][12];

	for (size_t i = 0; i < nr; i++) {
		rounds(g, x[i], 12, 0.01 * vmb_rng_gauss(g), 0.01);
		session[i] = (struct vmb_rounds_ns){x[i], 12};
	}
	assert_int_equal(vmb_session_noise_learn(session, nr, out), 0);
}

static void test_unpaired_learns_session_noise(void **state)
{
	double mean = 0, spread = 0;
	struct vmb_session_noise noise;
	struct vmb_rng g;

	(void)state;
	vmb_rng_init(&g, 1);
	for (size_t run = 0; run < 200; run++) {
		history(&g, 10, &noise);
		assert_int_equal(noise.sessions, 10);
		mean += noise.variance / 200;
		spread += noise.spread / 200;
	}
	assert_between(mean, 0.8e-4, 1.2e-4);
	assert_between(spread, mean + 0.05e-4, mean + 0.2e-4);
}

/* A/A: how often does the interval hold 0? @known: with the learnt noise, or without. */
static double coverage(size_t sessions, bool known, size_t runs)
{
	struct vmb_unpaired_opts o;
	size_t hit = 0;
	struct vmb_rng g;

	vmb_rng_init(&g, sessions);
	for (size_t run = 0; run < runs; run++) {
		double a[12], b[12];
		struct vmb_unpaired u;

		memset(&o, 0, sizeof(o));
		if (known)
			history(&g, sessions, &o.noise);
		rounds(&g, a, 12, 0.01 * vmb_rng_gauss(&g), 0.01);
		rounds(&g, b, 12, 0.01 * vmb_rng_gauss(&g), 0.01);
		u = judged(ROUNDS(a), ROUNDS(b), &o);
		assert_int_equal(u.provisional, !known);
		hit += u.low <= 0 && 0 <= u.high;
	}
	return (double)hit / (double)runs;
}

/* The point of it all: without the session noise nominal 99 % is nothing of the kind. */
static void test_unpaired_session_noise_restores_coverage(void **state)
{
	(void)state;
	assert_true(coverage(3, true, 800) >= 0.975);
	assert_true(coverage(5, true, 800) >= 0.975);
	assert_true(coverage(20, true, 800) >= 0.975);
	assert_true(coverage(3, false, 800) < 0.85);
}

static void test_unpaired_severity_needs_the_whole_interval(void **state)
{
	struct vmb_thresholds mine = {.high = 0.5, .medium = 0.02, .improvement = 0.5};

	(void)state;
	assert_int_equal(vmb_severity_of(log(1.21), log(1.4), NULL), VMB_SEVERITY_HIGH);
	assert_int_equal(vmb_severity_of(log(1.19), log(1.4), NULL), VMB_SEVERITY_MEDIUM);
	assert_int_equal(vmb_severity_of(log(1.09), log(1.4), NULL), VMB_SEVERITY_STABLE);
	assert_int_equal(vmb_severity_of(log(0.7), log(0.94), NULL), VMB_SEVERITY_IMPROVEMENT);
	assert_int_equal(vmb_severity_of(log(0.7), log(0.96), NULL), VMB_SEVERITY_STABLE);
	assert_int_equal(vmb_severity_of(-INFINITY, INFINITY, NULL), VMB_SEVERITY_STABLE);
	assert_int_equal(vmb_severity_of(NAN, NAN, NULL), VMB_SEVERITY_STABLE);
	assert_int_equal(vmb_severity_of(log(1.21), log(1.4), &mine), VMB_SEVERITY_MEDIUM);
	assert_int_equal(vmb_severity_of(log(0.7), log(0.94), &mine), VMB_SEVERITY_STABLE);
	assert_string_equal(vmb_severity_name(VMB_SEVERITY_HIGH), "high");
	assert_string_equal(vmb_severity_name((enum vmb_severity)7), "unknown");
}

static void test_unpaired_severity_of_runs(void **state)
{
	struct vmb_rng g;
	double a[12], b[12];

	(void)state;
	vmb_rng_init(&g, 2);
	rounds(&g, a, 12, 0, 0.01);
	rounds(&g, b, 12, log(1.3), 0.01);
	assert_int_equal(judged(ROUNDS(a), ROUNDS(b), NULL).severity, VMB_SEVERITY_HIGH);
	assert_int_equal(judged(ROUNDS(b), ROUNDS(a), NULL).severity, VMB_SEVERITY_IMPROVEMENT);
	rounds(&g, b, 12, log(1.15), 0.01);
	assert_int_equal(judged(ROUNDS(a), ROUNDS(b), NULL).severity, VMB_SEVERITY_MEDIUM);
	/* The same 30 % in so much noise that the interval reaches below 10 %: no alarm. */
	rounds(&g, a, 12, 0, 0.3);
	rounds(&g, b, 12, log(1.3), 0.3);
	assert_int_equal(judged(ROUNDS(a), ROUNDS(b), NULL).severity, VMB_SEVERITY_STABLE);
}

static void test_unpaired_is_antisymmetric_and_scale_free(void **state)
{
	double a[] = {10, 11, 10.5, 10.2, 10.8, 10.1}, b[] = {12, 12.4, 11.9, 12.2, 12.1, 13};
	double c[6], d[6];
	struct vmb_unpaired u, v, w;

	(void)state;
	for (size_t i = 0; i < 6; i++) {
		c[5 - i] = 1e6 * a[i];
		d[5 - i] = 1e6 * b[i];
	}
	u = judged(ROUNDS(a), ROUNDS(b), NULL);
	v = judged(ROUNDS(b), ROUNDS(a), NULL);
	w = judged(ROUNDS(c), ROUNDS(d), NULL);
	assert_near(u.effect, -v.effect, 1e-14);
	assert_near(u.low, -v.high, 1e-14);
	assert_near(u.effect, w.effect, 1e-13);
	assert_near(u.low, w.low, 1e-12);
	assert_true(u.detectable > u.high - u.effect);
}

static void test_unpaired_degenerate(void **state)
{
	double same[] = {5, 5, 5}, other[] = {5.8, 5.8, 5.8}, zero[] = {1, 0, 1}, bad[] = {1, NAN, 1};
	struct vmb_rounds_ns one = {same, 1}, none = {NULL, 0}, three[3] = {
		{same, 3}, {other, 3}, {zero, 3}};
	struct vmb_unpaired_opts o = {.confidence = 1};
	struct vmb_session_noise noise;
	struct vmb_unpaired u;

	(void)state;
	u = judged(ROUNDS(same), ROUNDS(same), NULL);
	assert_near(u.p_change, 1, 0);
	assert_near(u.low, 0, 0);
	assert_int_equal(u.severity, VMB_SEVERITY_STABLE);
	u = judged(ROUNDS(same), ROUNDS(other), NULL);
	assert_near(u.p_change, 0, 0);
	assert_int_equal(u.severity, VMB_SEVERITY_MEDIUM);
	assert_int_equal(vmb_unpaired_judge(&one, ROUNDS(same), NULL, &u), -EINVAL);
	assert_int_equal(vmb_unpaired_judge(ROUNDS(same), &none, NULL, &u), -EINVAL);
	assert_int_equal(vmb_unpaired_judge(ROUNDS(same), ROUNDS(zero), NULL, &u), -EDOM);
	assert_int_equal(vmb_unpaired_judge(ROUNDS(bad), ROUNDS(same), NULL, &u), -EDOM);
	assert_int_equal(vmb_unpaired_judge(ROUNDS(same), ROUNDS(same), &o, &u), -EINVAL);
	assert_int_equal(vmb_session_noise_learn(three, 2, &noise), -EINVAL);
	assert_int_equal(vmb_session_noise_learn(three, 3, &noise), -EDOM);
	three[2] = (struct vmb_rounds_ns){same, 1};
	assert_int_equal(vmb_session_noise_learn(three, 3, &noise), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_unpaired_of_few_rounds_is_welch),
		cmocka_unit_test(test_unpaired_is_yuen),
		cmocka_unit_test(test_unpaired_learns_session_noise),
		cmocka_unit_test(test_unpaired_session_noise_restores_coverage),
		cmocka_unit_test(test_unpaired_severity_needs_the_whole_interval),
		cmocka_unit_test(test_unpaired_severity_of_runs),
		cmocka_unit_test(test_unpaired_is_antisymmetric_and_scale_free),
		cmocka_unit_test(test_unpaired_degenerate),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
