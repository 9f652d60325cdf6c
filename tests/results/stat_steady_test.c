// SPDX-License-Identifier: MIT
#include "results/stat_steady.h"
#include "tests/results/near.h"

#include "results/rng.h"
#include "results/stat_basic.h"

#define FLOOR	1e-12

/* PELT. */

static double cost_of(const double *x, size_t start, size_t end)
{
	double n = (double)(end - start), squares = 0, mean = vmb_mean(x + start, end - start), v;

	for (size_t i = start; i < end; i++)
		squares += (x[i] - mean) * (x[i] - mean);
	v = fmax(squares / n, FLOOR);
	return n * log(2 * M_PI * v) + squares / v;
}

/* Optimal partitioning without any pruning: the definition, slowly. */
static double least_cost(const double *x, size_t n, double penalty, size_t min_len)
{
	double best[201];

	best[0] = -penalty;
	for (size_t t = 1; t <= n; t++) {
		best[t] = INFINITY;
		for (size_t s = 0; s + min_len <= t; s++)
			if (isfinite(best[s]))
				best[t] = fmin(best[t], best[s] + cost_of(x, s, t) + penalty);
	}
	return best[n];
}

static double cost_of_segments(const double *x, const struct vmb_segment *seg, size_t nr,
			       double penalty)
{
	double cost = -penalty;

	for (size_t i = 0; i < nr; i++)
		cost += cost_of(x, seg[i].start, seg[i].end) + penalty;
	return cost;
}

static void check_segments(const double *x, size_t n, const struct vmb_segment *seg, size_t nr,
			   size_t min_len)
{
	assert_true(nr > 0 && seg[0].start == 0 && seg[nr - 1].end == n);
	for (size_t i = 0; i < nr; i++) {
		assert_true(seg[i].end - seg[i].start >= min_len);
		assert_true(!i || seg[i].start == seg[i - 1].end);
		assert_near(seg[i].mean, vmb_mean(x + seg[i].start, seg[i].end - seg[i].start),
			    1e-12);
	}
}

/* Random series with and without changes, cheap penalties so that there are many segments. */
static void test_steady_pelt_is_optimal(void **state)
{
	struct vmb_rng g;

	(void)state;
	vmb_rng_init(&g, 1);
	for (size_t run = 0; run < 150; run++) {
		size_t n = 20 + vmb_rng_below(&g, 60), min_len = 2 + vmb_rng_below(&g, 9), nr;
		double x[200], level = 10, sd = 1, penalty = 1 + 6 * vmb_rng_uniform(&g);
		struct vmb_segment *seg;

		for (size_t i = 0; i < n; i++) {
			if (vmb_rng_below(&g, 12) == 0) {
				level = 10 + 5 * vmb_rng_uniform(&g);
				sd = 0.1 + vmb_rng_uniform(&g);
			}
			x[i] = level + sd * vmb_rng_gauss(&g);
		}
		assert_int_equal(vmb_pelt(x, n, penalty, min_len, FLOOR, &seg, &nr), 0);
		check_segments(x, n, seg, nr, min_len);
		assert_near(cost_of_segments(x, seg, nr, penalty),
			    least_cost(x, n, penalty, min_len), 1e-9);
		free(seg);
	}
}

static void noise(double *x, size_t n, double level, double sd, uint64_t seed)
{
	struct vmb_rng g;

	vmb_rng_init(&g, seed);
	for (size_t i = 0; i < n; i++)
		x[i] = level + sd * vmb_rng_gauss(&g);
}

static void test_steady_pelt_finds_changes_of_mean_and_variance(void **state)
{
	struct vmb_segment *seg;
	double x[600];
	size_t nr;

	(void)state;
	noise(x, 200, 10, 0.1, 1);
	noise(x + 200, 200, 11, 0.1, 2);
	noise(x + 400, 200, 11, 1, 3);
	assert_int_equal(vmb_pelt(x, 600, 15 * log(600), 2, FLOOR, &seg, &nr), 0);
	assert_int_equal(nr, 3);
	assert_int_equal(seg[1].start, 200);
	assert_between((double)seg[2].start, 395, 405);
	assert_near(seg[2].variance, 1, 0.3);
	free(seg);
}

static void test_steady_pelt_sees_no_change_in_noise(void **state)
{
	(void)state;
	for (uint64_t seed = 0; seed < 40; seed++) {
		struct vmb_segment *seg;
		double x[300];
		size_t nr;

		noise(x, 300, 10, 0.1, seed);
		assert_int_equal(vmb_pelt(x, 300, 15 * log(300), 2, FLOOR, &seg, &nr), 0);
		assert_int_equal(nr, 1);
		free(seg);
	}
}

static void test_steady_pelt_refuses_nonsense(void **state)
{
	double x[] = {1, 2, NAN, 4};
	struct vmb_segment *seg;
	size_t nr;

	(void)state;
	assert_int_equal(vmb_pelt(x, 4, 10, 2, FLOOR, &seg, &nr), -EINVAL);
	assert_int_equal(vmb_pelt(x, 1, 10, 2, FLOOR, &seg, &nr), -EINVAL);
	assert_int_equal(vmb_pelt(x, 2, 10, 1, FLOOR, &seg, &nr), -EINVAL);
	assert_int_equal(vmb_pelt(x, 2, 0, 2, FLOOR, &seg, &nr), -EINVAL);
	assert_int_equal(vmb_pelt(x, 2, 10, 2, 0, &seg, &nr), -EINVAL);
	assert_int_equal(vmb_pelt(x, 2, 10, 2, FLOOR, &seg, &nr), 0);
	assert_int_equal(nr, 1);
	free(seg);
}

/* Classes. */

static struct vmb_steady analysed(const double *x, size_t n)
{
	struct vmb_steady s;

	assert_int_equal(vmb_steady_analyse(x, n, NULL, &s), 0);
	return s;
}

static void test_steady_flat(void **state)
{
	struct vmb_steady s;
	double x[1000];

	(void)state;
	noise(x, 1000, 500, 5, 1);
	s = analysed(x, 1000);
	assert_int_equal(s.class, VMB_STEADY_FLAT);
	assert_int_equal(s.steady_from, 0);
	assert_int_equal(s.nr_segments, 1);
	/* A change far below delta is found, and is still flat. */
	for (size_t i = 500; i < 1000; i++)
		x[i] += 4;
	s = analysed(x, 1000);
	assert_int_equal(s.class, VMB_STEADY_FLAT);
	assert_true(s.nr_segments == 2 && s.last_from > 0 && s.steady_from == 0);
}

static void test_steady_warmup_in_two_steps(void **state)
{
	struct vmb_steady s;
	double x[1000];

	(void)state;
	noise(x, 60, 5000, 100, 1);
	noise(x + 60, 240, 1000, 10, 2);
	noise(x + 300, 700, 500, 5, 3);
	s = analysed(x, 1000);
	assert_int_equal(s.class, VMB_STEADY_WARMUP);
	assert_int_equal(s.steady_from, 300);
	assert_int_equal(s.last_from, 300);
	assert_int_equal(s.nr_segments, 3);
}

/* The very first iteration alone compiles something: a factor of 50. */
static void test_steady_warmup_of_one_iteration(void **state)
{
	struct vmb_steady s;
	double x[400];

	(void)state;
	noise(x, 400, 500, 5, 1);
	x[0] = 25000;
	s = analysed(x, 400);
	assert_int_equal(s.class, VMB_STEADY_WARMUP);
	assert_between((double)s.steady_from, 1, 3);
}

static void test_steady_slowdown(void **state)
{
	struct vmb_steady s;
	double x[1000];

	(void)state;
	noise(x, 200, 400, 4, 1);
	noise(x + 200, 800, 500, 5, 2);
	s = analysed(x, 1000);
	assert_int_equal(s.class, VMB_STEADY_SLOWDOWN);
	assert_between((double)s.steady_from, 195, 205);
	/* Slow, fast, then between: it has been faster, so it is a slowdown. */
	noise(x, 100, 900, 4, 3);
	assert_int_equal(analysed(x, 1000).class, VMB_STEADY_SLOWDOWN);
}

static void test_steady_none_when_the_end_still_changes(void **state)
{
	double x[1000];

	(void)state;
	noise(x, 850, 500, 5, 1);
	noise(x + 850, 150, 450, 5, 2);
	assert_int_equal(analysed(x, 1000).class, VMB_STEADY_NONE);
}

/* Interrupts hit one iteration in fifty, ten times slower: still flat, still one state. */
static void test_steady_outliers_are_no_change(void **state)
{
	struct vmb_steady s;
	double x[1000];

	(void)state;
	noise(x, 1000, 500, 5, 1);
	for (size_t i = 25; i < 1000; i += 50)
		if (i > 100)
			x[i] = 5000;
	s = analysed(x, 1000);
	assert_int_equal(s.class, VMB_STEADY_FLAT);
	assert_int_equal(s.nr_segments, 1);
}

/* With outliers taken out before, indices must still be those of the series that was given. */
static void test_steady_index_counts_outliers(void **state)
{
	struct vmb_steady s;
	double x[1000];

	(void)state;
	noise(x, 600, 1000, 10, 1);
	noise(x + 600, 400, 500, 5, 2);
	for (size_t i = 150; i < 450; i += 20)
		x[i] = 90000;
	s = analysed(x, 1000);
	assert_int_equal(s.class, VMB_STEADY_WARMUP);
	assert_int_equal(s.steady_from, 600);
}

/* More points than PELT is given: bins, and the index right to one bin. */
static void test_steady_long_series_is_binned(void **state)
{
	enum { N = 50000 };
	double *x = malloc(N * sizeof(*x));
	struct vmb_steady s;

	(void)state;
	assert_non_null(x);
	noise(x, N, 500, 5, 1);
	noise(x, 10000, 800, 5, 2);
	s = analysed(x, N);
	assert_int_equal(s.class, VMB_STEADY_WARMUP);
	assert_between((double)s.steady_from, 10000 - 25, 10000 + 25);
	free(x);
}

/* A coarse clock: values are whole ticks, runs of equal values mean nothing. */
static void test_steady_coarse_clock_is_flat(void **state)
{
	struct vmb_steady_opts opts = {.resolution = 1};
	struct vmb_steady s;
	double x[800];

	(void)state;
	noise(x, 800, 100.5, 0.3, 1);
	for (size_t i = 0; i < 800; i++)
		x[i] = floor(x[i]);
	for (size_t i = 300; i < 340; i++)
		x[i] = 100;
	assert_int_equal(vmb_steady_analyse(x, 800, &opts, &s), 0);
	assert_int_equal(s.class, VMB_STEADY_FLAT);
	assert_int_equal(s.nr_segments, 1);
}

static void test_steady_follows_scale(void **state)
{
	struct vmb_steady a, b;
	double x[500], y[500];

	(void)state;
	noise(x, 120, 900, 20, 1);
	noise(x + 120, 380, 500, 5, 2);
	for (size_t i = 0; i < 500; i++)
		y[i] = x[i] * 0x1p-20;
	a = analysed(x, 500);
	b = analysed(y, 500);
	assert_memory_equal(&a.steady_from, &b.steady_from, sizeof(a.steady_from));
	assert_int_equal(a.class, b.class);
	assert_int_equal(a.nr_segments, b.nr_segments);
}

static void test_steady_degenerate(void **state)
{
	double x[] = {5, 5, 5, 5, 5, 5}, zero[50] = {0}, bad[] = {1, INFINITY, 2, 3};
	struct vmb_steady s;

	(void)state;
	for (size_t n = 1; n <= 6; n++)
		assert_int_equal(analysed(x, n).class, VMB_STEADY_FLAT);
	assert_int_equal(analysed(zero, 50).class, VMB_STEADY_FLAT);
	assert_int_equal(vmb_steady_analyse(x, 0, NULL, &s), -EINVAL);
	assert_int_equal(vmb_steady_analyse(bad, 4, NULL, &s), -EINVAL);
	assert_string_equal(vmb_steady_class_name(VMB_STEADY_NONE), "no steady state");
	assert_string_equal(vmb_steady_class_name((enum vmb_steady_class)99), "unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_steady_pelt_is_optimal),
		cmocka_unit_test(test_steady_pelt_finds_changes_of_mean_and_variance),
		cmocka_unit_test(test_steady_pelt_sees_no_change_in_noise),
		cmocka_unit_test(test_steady_pelt_refuses_nonsense),
		cmocka_unit_test(test_steady_flat),
		cmocka_unit_test(test_steady_warmup_in_two_steps),
		cmocka_unit_test(test_steady_warmup_of_one_iteration),
		cmocka_unit_test(test_steady_slowdown),
		cmocka_unit_test(test_steady_none_when_the_end_still_changes),
		cmocka_unit_test(test_steady_outliers_are_no_change),
		cmocka_unit_test(test_steady_index_counts_outliers),
		cmocka_unit_test(test_steady_long_series_is_binned),
		cmocka_unit_test(test_steady_coarse_clock_is_flat),
		cmocka_unit_test(test_steady_follows_scale),
		cmocka_unit_test(test_steady_degenerate),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
