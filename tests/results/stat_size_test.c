// SPDX-License-Identifier: MIT
#include "results/stat_size.h"
#include "tests/results/near.h"

#include "results/rng.h"
#include "results/stat_basic.h"
#include "results/stat_student.h"

/*
 * By hand. Rounds (9, 11), (12, 14), (10, 10): means 10, 13, 10; variances within 2, 2, 0, so
 * T1^2 = 4/3. Variance of the means 3; T2^2 = 3 - (4/3)/2 = 7/3.
 * Batches: sqrt(21 * (4/3) / (7/3)) = sqrt(12) = 3.46, so 4.
 */
static void test_size_by_hand(void **state)
{
	double ns[] = {9, 11, 12, 14, 10, 10};
	struct vmb_pilot p = {ns, 3, 2, 1, 21};
	struct vmb_goal g = {.half_width = 0.1};
	struct vmb_sizing s;
	double v = 7.0 / 3 + 4.0 / 3 / 4, t;

	(void)state;
	assert_int_equal(vmb_size(&p, &g, &s), 0);
	assert_near(s.batch_variance, 4.0 / 3, 1e-14);
	assert_near(s.round_variance, 7.0 / 3, 1e-14);
	assert_int_equal(s.batches, 4);
	assert_true(s.reached && s.half_width <= 0.1);
	t = vmb_t_quantile(0.975, (double)s.rounds - 1);
	assert_near(s.half_width, t * sqrt(v / (double)s.rounds) / 11, 1e-12);
	t = vmb_t_quantile(0.975, (double)s.rounds - 2);	/* one round fewer would not do */
	assert_true(t * sqrt(v / (double)(s.rounds - 1)) / 11 > 0.1);
}

/* Measure as planned, and see whether the width is what was promised. */
static void test_size_plan_delivers(void **state)
{
	struct vmb_goal goal = {.half_width = 0.01};
	struct vmb_sizing s;
	struct vmb_rng g;
	double ns[40 * 20], mean[1000], width = 0;
	struct vmb_pilot p = {ns, 40, 20, 1, 30};

	(void)state;
	vmb_rng_init(&g, 1);
	for (size_t r = 0; r < 40; r++) {
		double level = 100 + 2 * vmb_rng_gauss(&g);

		for (size_t b = 0; b < 20; b++)
			ns[r * 20 + b] = level + 3 * vmb_rng_gauss(&g);
	}
	assert_int_equal(vmb_size(&p, &goal, &s), 0);
	assert_near(s.batch_variance, 9, 1);
	assert_near(s.round_variance, 4, 2);
	for (size_t run = 0; run < 50; run++) {
		for (size_t r = 0; r < s.rounds; r++)
			mean[r] = 100 + 2 * vmb_rng_gauss(&g) +
				  3 / sqrt((double)s.batches) * vmb_rng_gauss(&g);
		width += vmb_t_quantile(0.975, (double)s.rounds - 1) *
			 vmb_std_dev(mean, s.rounds) / sqrt((double)s.rounds) / 50;
	}
	assert_between(width, 0.6, 1.4);
}

static void test_size_follows_costs_and_scale(void **state)
{
	double ns[] = {9, 11, 12, 14, 10, 10}, big[6];
	struct vmb_pilot p = {ns, 3, 2, 1, 21}, dear = {ns, 3, 2, 1, 21 * 16};
	struct vmb_pilot scaled = {big, 3, 2, 5, 105};
	struct vmb_sizing a, b, c;

	(void)state;
	for (size_t i = 0; i < 6; i++)
		big[i] = 1024 * ns[i];
	assert_int_equal(vmb_size(&p, NULL, &a), 0);
	assert_int_equal(vmb_size(&dear, NULL, &b), 0);
	assert_int_equal(vmb_size(&scaled, NULL, &c), 0);
	assert_int_equal(b.batches, 14);	/* 4 sqrt 12: dear rounds hold more batches */
	assert_true(b.rounds <= a.rounds);
	assert_true(c.batches == a.batches && c.rounds == a.rounds);
}

static void test_size_limits(void **state)
{
	double flat[] = {9, 11, 9, 11, 9, 11}, ns[] = {5, 5, 8, 8, 6, 6}, still[] = {5, 5, 5, 5};
	struct vmb_goal g = {.half_width = 1e-6, .max_rounds = 50, .max_batches = 30};
	struct vmb_pilot p = {flat, 3, 2, 1, 1};
	struct vmb_sizing s;

	(void)state;
	/* Rounds do not differ: all the noise is within, and batches are bounded by the limit. */
	assert_int_equal(vmb_size(&p, &g, &s), 0);
	assert_near(s.round_variance, 0, 0);
	assert_int_equal(s.batches, 30);
	assert_int_equal(s.rounds, 50);
	assert_false(s.reached);
	/* Batches do not differ: one is enough. */
	p.ns = ns;
	assert_int_equal(vmb_size(&p, NULL, &s), 0);
	assert_int_equal(s.batches, 1);
	p = (struct vmb_pilot){still, 2, 2, 1, 1};
	assert_int_equal(vmb_size(&p, NULL, &s), 0);
	assert_int_equal(s.rounds, 2);
	assert_true(s.reached && s.half_width == 0);
}

static void test_size_refuses_nonsense(void **state)
{
	double ns[] = {1, 2, 3, 4}, bad[] = {1, NAN, 3, 4}, zero[] = {-1, 1, 1, -1};
	struct vmb_pilot p = {ns, 1, 4, 1, 1};
	struct vmb_goal g = {.confidence = 1};
	struct vmb_sizing s;

	(void)state;
	assert_int_equal(vmb_size(&p, NULL, &s), -EINVAL);
	p = (struct vmb_pilot){ns, 4, 1, 1, 1};
	assert_int_equal(vmb_size(&p, NULL, &s), -EINVAL);
	p = (struct vmb_pilot){ns, 2, 2, 0, 1};
	assert_int_equal(vmb_size(&p, NULL, &s), -EINVAL);
	p = (struct vmb_pilot){bad, 2, 2, 1, 1};
	assert_int_equal(vmb_size(&p, NULL, &s), -EINVAL);
	p = (struct vmb_pilot){zero, 2, 2, 1, 1};
	assert_int_equal(vmb_size(&p, NULL, &s), -EDOM);
	p = (struct vmb_pilot){ns, 2, 2, 1, 1};
	assert_int_equal(vmb_size(&p, &g, &s), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_size_by_hand),
		cmocka_unit_test(test_size_plan_delivers),
		cmocka_unit_test(test_size_follows_costs_and_scale),
		cmocka_unit_test(test_size_limits),
		cmocka_unit_test(test_size_refuses_nonsense),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
