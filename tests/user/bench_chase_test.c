// SPDX-License-Identifier: MIT
#include "tests/test.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "user/bench/chase.h"

static const size_t sizes[] = { 1, 2, 3, 5, 64, 384, 1000, 4097 };

static bool is_permutation(const uint32_t *order, size_t nr)
{
	bool *seen = calloc(nr, sizeof(*seen)), good = true;

	for (size_t i = 0; i < nr; i++) {
		good = good && order[i] < nr && !seen[order[i]];
		if (good)
			seen[order[i]] = true;
	}
	free(seen);
	return good;
}

static void test_random_order_has_everything_once(void **state)
{
	(void)state;
	for (size_t i = 0; i < VMB_ARRAY_SIZE(sizes); i++) {
		uint32_t *order = calloc(sizes[i], sizeof(*order));

		for (uint64_t seed = 0; seed < 20; seed++) {
			bench_random_order(order, sizes[i], seed);
			assert_true(is_permutation(order, sizes[i]));
		}
		free(order);
	}
}

static void test_random_order_is_repeatable_and_depends_on_the_seed(void **state)
{
	uint32_t a[64], b[64];

	(void)state;
	bench_random_order(a, 64, 1);
	bench_random_order(b, 64, 1);
	assert_memory_equal(a, b, sizeof(a));
	bench_random_order(b, 64, 2);
	assert_memory_not_equal(a, b, sizeof(a));
}

/* Every one of the 24 orders of four comes about as often: far from it would be a wrong shuffle. */
static void test_random_order_is_uniform(void **state)
{
	enum { DRAWS = 24000 };
	unsigned int count[256] = { 0 }, nr = 0;

	(void)state;
	for (uint64_t seed = 0; seed < DRAWS; seed++) {
		uint32_t o[4];

		bench_random_order(o, 4, seed * 7919);
		count[o[0] << 6 | o[1] << 4 | o[2] << 2 | o[3]]++;
	}
	for (size_t i = 0; i < VMB_ARRAY_SIZE(count); i++) {
		if (!count[i])
			continue;
		nr++;
		assert_in_range(count[i], 850, 1150);	/* 1000 expected, sigma is 31 */
	}
	assert_int_equal(nr, 24);
}

static void test_strided_order_has_everything_once(void **state)
{
	static const size_t steps[] = { 1, 2, 3, 64, 65, 128, 1000 };

	(void)state;
	for (size_t i = 0; i < VMB_ARRAY_SIZE(sizes); i++)
		for (size_t k = 0; k < VMB_ARRAY_SIZE(steps); k++) {
			uint32_t *order = calloc(sizes[i], sizeof(*order));

			bench_strided_order(order, sizes[i], steps[k]);
			assert_true(is_permutation(order, sizes[i]));
			if (steps[k] % sizes[i])
				assert_int_equal(order[1], steps[k] % sizes[i]);
			free(order);
		}
}

/* Follow the chain by hand: how many steps until it is back where it began? */
static size_t length_of_cycle(const struct bench_chase *c)
{
	const struct bench_line *l = c->at->next;
	size_t n = 1;

	for (; l != c->at && n <= c->layout.nr; l = l->next)
		n++;
	return n;
}

static char *lines(size_t nr, size_t spacing)
{
	char *p = aligned_alloc(4096, (nr * spacing + 4095) / 4096 * 4096);

	assert_non_null(p);
	memset(p, 0, nr * spacing);
	return p;
}

static void test_chase_is_one_cycle_through_every_line(void **state)
{
	struct vmb_why why;
	struct bench_chase c;

	(void)state;
	for (size_t i = 0; i < VMB_ARRAY_SIZE(sizes); i++) {
		struct bench_layout l = { .nr = sizes[i], .spacing = BENCH_LINE_BYTES };

		l.base = lines(l.nr, l.spacing);
		assert_int_equal(bench_chase_random(&c, &l, i, &why), 0);
		assert_int_equal(length_of_cycle(&c), sizes[i]);
		assert_int_equal(bench_chase_strided(&c, &l, 65, &why), 0);
		assert_int_equal(length_of_cycle(&c), sizes[i]);
		free(l.base);
	}
}

static void test_chase_spreads_lines_over_the_pages(void **state)
{
	enum { PAGES = 200 };
	struct bench_layout l = { .nr = PAGES, .spacing = 4096, .shift = BENCH_LINE_BYTES };
	const struct bench_line *at;
	bool seen[PAGES] = { false };
	struct bench_chase c;
	struct vmb_why why;

	(void)state;
	l.base = lines(l.nr, l.spacing);
	assert_int_equal(bench_chase_random(&c, &l, 3, &why), 0);
	at = c.at;
	for (size_t i = 0; i < PAGES; i++, at = at->next) {
		size_t offset = (size_t)((const char *)at - l.base), page = offset / 4096;

		assert_true(page < PAGES && !seen[page]);
		seen[page] = true;
		assert_int_equal(offset % 4096, page % 64 * BENCH_LINE_BYTES);
	}
	assert_ptr_equal(at, c.at);
	free(l.base);
}

static struct bench_chase ready(size_t nr)
{
	struct bench_layout l = { .nr = nr, .spacing = BENCH_LINE_BYTES };
	struct bench_chase c;
	struct vmb_why why;

	l.base = lines(l.nr, l.spacing);
	assert_int_equal(bench_chase_random(&c, &l, 11, &why), 0);
	return c;
}

static void test_check_accepts_any_number_of_steps(void **state)
{
	struct bench_chase c = ready(100);
	struct vmb_why why;

	(void)state;
	for (uint64_t n = 1; n < 250; n += 7) {
		bench_chase_run(&c, n);
		assert_int_equal(bench_chase_check(&c, &why), 0);
	}
	free(c.layout.base);
}

static void test_check_refuses_a_chase_that_never_moved(void **state)
{
	struct bench_chase c = ready(100);
	struct vmb_why why = { 0 };

	(void)state;
	assert_int_equal(bench_chase_check(&c, &why), -EIO);
	assert_non_null(strstr(why.text, "0 steps"));
	free(c.layout.base);
}

static void test_check_refuses_a_lost_step(void **state)
{
	struct bench_chase c = ready(100);
	struct vmb_why why;

	(void)state;
	bench_chase_run(&c, 42);
	c.at = c.at->next;
	assert_int_equal(bench_chase_check(&c, &why), -EIO);
	free(c.layout.base);
}

/* Exchanging two successors makes two cycles of one. */
static void test_check_refuses_two_cycles(void **state)
{
	struct bench_chase c = ready(100);
	struct bench_line *a, *b, *t;
	struct vmb_why why = { 0 };

	(void)state;
	bench_chase_run(&c, 200);
	a = c.at;
	b = a->next->next->next;
	t = a->next;
	a->next = b->next;
	b->next = t;
	assert_true(length_of_cycle(&c) < 100);
	assert_int_equal(bench_chase_check(&c, &why), -EIO);
	assert_non_null(strstr(why.text, "broken"));
	free(c.layout.base);
}

static void test_check_refuses_an_address_outside(void **state)
{
	struct bench_chase c = ready(100);
	struct bench_line elsewhere = { .rank = 1 };
	struct vmb_why why;

	(void)state;
	bench_chase_run(&c, 100);
	c.at->next = &elsewhere;
	assert_int_equal(bench_chase_check(&c, &why), -EIO);
	free(c.layout.base);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random_order_has_everything_once),
		cmocka_unit_test(test_random_order_is_repeatable_and_depends_on_the_seed),
		cmocka_unit_test(test_random_order_is_uniform),
		cmocka_unit_test(test_strided_order_has_everything_once),
		cmocka_unit_test(test_chase_is_one_cycle_through_every_line),
		cmocka_unit_test(test_chase_spreads_lines_over_the_pages),
		cmocka_unit_test(test_check_accepts_any_number_of_steps),
		cmocka_unit_test(test_check_refuses_a_chase_that_never_moved),
		cmocka_unit_test(test_check_refuses_a_lost_step),
		cmocka_unit_test(test_check_refuses_two_cycles),
		cmocka_unit_test(test_check_refuses_an_address_outside),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
