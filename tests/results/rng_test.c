// SPDX-License-Identifier: MIT
#include "results/rng.h"
#include "tests/results/near.h"

#include "results/stat_basic.h"

/* The published first outputs of the two generators. */
static void test_rng_gives_published_numbers(void **state)
{
	static const uint64_t splitmix[] = {6457827717110365317u, 3203168211198807973u,
					    9817491932198370423u, 4593380528125082431u};
	static const uint64_t xoshiro[] = {11520u, 0u, 1509978240u, 1215971899390074240u,
					   1216172134540287360u, 607988272756665600u};
	struct vmb_rng g = {{1, 2, 3, 4}};
	uint64_t s = 1234567;

	(void)state;
	for (size_t i = 0; i < VMB_ARRAY_SIZE(splitmix); i++)
		assert_true(vmb_splitmix64(&s) == splitmix[i]);
	for (size_t i = 0; i < VMB_ARRAY_SIZE(xoshiro); i++)
		assert_true(vmb_rng_next(&g) == xoshiro[i]);
}

static void test_rng_repeats_by_seed(void **state)
{
	struct vmb_rng a, b, c;

	(void)state;
	vmb_rng_init(&a, 7);
	vmb_rng_init(&b, 7);
	vmb_rng_init(&c, 8);
	assert_true(vmb_rng_next(&a) == vmb_rng_next(&b));
	assert_true(vmb_rng_next(&a) != vmb_rng_next(&c));
}

/* Chi squared with 4 degrees of freedom; 23.5 is exceeded once in 10,000. */
static void test_rng_below_is_even(void **state)
{
	size_t count[5] = {0}, n = 50000;
	double chi2 = 0, want = (double)n / 5;
	struct vmb_rng g;

	(void)state;
	vmb_rng_init(&g, 1);
	for (size_t i = 0; i < n; i++) {
		uint64_t v = vmb_rng_below(&g, 5);

		assert_true(v < 5);
		count[v]++;
	}
	for (size_t i = 0; i < 5; i++)
		chi2 += ((double)count[i] - want) * ((double)count[i] - want) / want;
	assert_true(chi2 < 23.5);
	for (size_t i = 0; i < 100; i++)
		assert_true(vmb_rng_below(&g, 1) == 0);
}

/*
 * Of 2^64 words, 3 * 2^62 results: without rejection a remainder gives the lowest third half of the
 * time, and a product gives multiples of 3 half of the time.
 */
static void test_rng_below_has_no_remainder_bias(void **state)
{
	uint64_t n = 3ull << 62;
	size_t low = 0, thirds = 0, draws = 30000;
	struct vmb_rng g;

	(void)state;
	vmb_rng_init(&g, 2);
	for (size_t i = 0; i < draws; i++) {
		uint64_t v = vmb_rng_below(&g, n);

		low += v < (1ull << 62);
		thirds += v % 3 == 0;
	}
	assert_between((double)low / (double)draws, 0.32, 0.347);
	assert_between((double)thirds / (double)draws, 0.32, 0.347);
}

static void test_rng_gauss_is_normal(void **state)
{
	enum { N = 40000 };
	double *x = malloc(N * sizeof(*x)), fourth = 0;
	struct vmb_rng g;

	(void)state;
	assert_non_null(x);
	vmb_rng_init(&g, 3);
	for (size_t i = 0; i < N; i++) {
		x[i] = vmb_rng_gauss(&g);
		fourth += x[i] * x[i] * x[i] * x[i] / N;
	}
	assert_near(vmb_mean(x, N), 0, 0.02);
	assert_near(vmb_std_dev(x, N), 1, 0.015);
	assert_between(fourth, 2.8, 3.2);
	free(x);
}

static void test_rng_shuffle_keeps_values(void **state)
{
	double x[] = {1, 2, 3, 4, 5, 6, 7, 8}, first = 0;
	struct vmb_rng g;

	(void)state;
	vmb_rng_init(&g, 4);
	for (size_t i = 0; i < 8000; i++) {
		vmb_rng_shuffle(&g, x, 8);
		first += x[0] / 8000;
	}
	assert_near(first, 4.5, 0.03);
	vmb_sort(x, 8);
	for (size_t i = 0; i < 8; i++)
		assert_near(x[i], (double)(i + 1), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rng_gives_published_numbers),
		cmocka_unit_test(test_rng_repeats_by_seed),
		cmocka_unit_test(test_rng_below_is_even),
		cmocka_unit_test(test_rng_below_has_no_remainder_bias),
		cmocka_unit_test(test_rng_gauss_is_normal),
		cmocka_unit_test(test_rng_shuffle_keeps_values),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
