// SPDX-License-Identifier: MIT
#include "results/stat_change.h"
#include "tests/results/near.h"

#include "results/rng.h"

static void noise(double *x, size_t n, double level, double sd, uint64_t seed)
{
	struct vmb_rng g;

	vmb_rng_init(&g, seed);
	for (size_t i = 0; i < n; i++)
		x[i] = level + sd * vmb_rng_gauss(&g);
}

static size_t changes(const double *x, size_t n, const struct vmb_change_opts *o,
		      struct vmb_change_point **c)
{
	size_t nr;

	assert_int_equal(vmb_change_points(x, n, o, c, &nr), 0);
	assert_true(nr ? *c != NULL : *c == NULL);
	return nr;
}

static void test_change_finds_one_step(void **state)
{
	struct vmb_change_point *c;
	double x[40];

	(void)state;
	noise(x, 25, 4, 0.01, 1);
	noise(x + 25, 15, 4.05, 0.01, 2);
	assert_int_equal(changes(x, 40, NULL, &c), 1);
	assert_int_equal(c->at, 25);
	assert_near(c->before, 4, 0.005);
	assert_near(c->after, 4.05, 0.008);
	assert_near(c->p, 1.0 / 500, 1e-12);
	free(c);
}

/* A regression that was mended: the level comes back, so a split of the whole sees little. */
static void test_change_finds_there_and_back(void **state)
{
	struct vmb_change_point *c;
	double x[60];

	(void)state;
	noise(x, 20, 4, 0.01, 1);
	noise(x + 20, 10, 4.06, 0.01, 2);
	noise(x + 30, 30, 4, 0.01, 3);
	assert_int_equal(changes(x, 60, NULL, &c), 2);
	assert_int_equal(c[0].at, 20);
	assert_int_equal(c[1].at, 30);
	assert_near(c[1].before, 4.06, 0.01);
	free(c);
}

/* The energy distance also sees a spread that changes while the mean does not. */
static void test_change_finds_new_spread(void **state)
{
	struct vmb_change_point *c;
	double x[120];

	(void)state;
	noise(x, 60, 4, 0.002, 1);
	noise(x + 60, 60, 4, 0.05, 2);
	assert_int_equal(changes(x, 120, NULL, &c), 1);
	assert_between((double)c->at, 57, 66);
	free(c);
}

/* 200 histories in which nothing happened: 1 % of them may show a change, and chance. */
static void test_change_sees_none_in_noise(void **state)
{
	struct vmb_change_opts o = {.permutations = 199};
	size_t alarms = 0;

	(void)state;
	for (uint64_t seed = 0; seed < 200; seed++) {
		struct vmb_change_point *c;
		double x[30];

		noise(x, 30, 4, 0.01, 1000 + seed);
		x[7] += 0.2;	/* and an outlier is not a change either */
		o.seed = seed;
		alarms += changes(x, 30, &o, &c) > 0;
		free(c);
	}
	assert_true(alarms <= 7);
}

static void test_change_repeats_and_follows_scale(void **state)
{
	struct vmb_change_point *a, *b;
	double x[50], y[50];

	(void)state;
	noise(x, 20, 4, 0.02, 1);
	noise(x + 20, 30, 4.1, 0.02, 2);
	for (size_t i = 0; i < 50; i++)
		y[i] = 16 * x[i] - 5;
	assert_int_equal(changes(x, 50, NULL, &a), 1);
	assert_int_equal(changes(y, 50, NULL, &b), 1);
	assert_int_equal(a->at, b->at);
	assert_near(a->p, b->p, 0);
	assert_near(b->after, 16 * a->after - 5, 1e-12);
	free(a);
	free(b);
}

static void test_change_degenerate(void **state)
{
	struct vmb_change_opts o = {.min_size = 1};
	double same[20] = {0}, bad[] = {1, 2, NAN, 1, 2, 3};
	struct vmb_change_point *c;
	size_t nr;

	(void)state;
	for (size_t n = 0; n <= 20; n++)
		assert_int_equal(changes(same, n, NULL, &c), 0);
	assert_int_equal(vmb_change_points(bad, 6, NULL, &c, &nr), -EINVAL);
	assert_int_equal(vmb_change_points(same, 20, &o, &c, &nr), -EINVAL);
	assert_int_equal(vmb_change_points(same, VMB_CHANGE_MAX + 1, NULL, &c, &nr), -E2BIG);
}

static void test_change_trend(void **state)
{
	double when[30], x[30];
	struct vmb_trend t;

	(void)state;
	noise(x, 30, 4, 0.01, 1);
	for (size_t i = 0; i < 30; i++)
		when[i] = (double)(i + i % 3);
	assert_int_equal(vmb_trend(when, x, 30, 0.99, &t), 0);
	assert_false(t.significant);
	assert_true(t.low < 0 && 0 < t.high);
	for (size_t i = 0; i < 30; i++)
		x[i] += 0.002 * when[i];
	assert_int_equal(vmb_trend(when, x, 30, 0.99, &t), 0);
	assert_true(t.significant && t.low < t.slope && t.slope < t.high);
	assert_near(t.slope, 0.002, 0.0005);
	assert_int_equal(vmb_trend(when, x, 2, 0.99, &t), -EINVAL);
	assert_int_equal(vmb_trend(x, when, 30, 2, &t), -EINVAL);
	for (size_t i = 0; i < 30; i++)
		when[i] = 1;
	assert_int_equal(vmb_trend(when, x, 30, 0.99, &t), -EDOM);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_change_finds_one_step),
		cmocka_unit_test(test_change_finds_there_and_back),
		cmocka_unit_test(test_change_finds_new_spread),
		cmocka_unit_test(test_change_sees_none_in_noise),
		cmocka_unit_test(test_change_repeats_and_follows_scale),
		cmocka_unit_test(test_change_degenerate),
		cmocka_unit_test(test_change_trend),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
