// SPDX-License-Identifier: MIT
#include "tests/test.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "user/bench/arena.h"

static void test_base_pages_are_not_huge(void **state)
{
	struct bench_arena a;
	struct vmb_why why;

	(void)state;
	assert_int_equal(bench_arena_map(&a, 8 << 20, BENCH_PAGES_BASE, &why), 0);
	assert_int_equal(a.bytes, 8 << 20);
	assert_int_equal(a.huge_bytes, 0);
	assert_int_equal((uintptr_t)a.base % (uintptr_t)sysconf(_SC_PAGESIZE), 0);
	memset(a.base, 1, a.bytes);
	bench_arena_unmap(&a);
}

static void test_thp_is_aligned_and_counted(void **state)
{
	struct bench_arena a;
	struct vmb_why why;

	(void)state;
	assert_int_equal(bench_arena_map(&a, (6 << 20) + 1, BENCH_PAGES_THP, &why), 0);
	assert_int_equal(a.bytes, 8 << 20);
	assert_int_equal((uintptr_t)a.base % BENCH_HUGE_BYTES, 0);
	assert_true(a.huge_bytes <= a.bytes);
	assert_int_equal(a.huge_bytes % BENCH_HUGE_BYTES, 0);
	memset(a.base, 1, a.bytes);
	bench_arena_unmap(&a);
}

/* Two neighbours must not be counted for each other. */
static void test_huge_bytes_are_those_of_one_arena(void **state)
{
	struct bench_arena a, b, c;
	struct vmb_why why;

	(void)state;
	assert_int_equal(bench_arena_map(&a, 4 << 20, BENCH_PAGES_THP, &why), 0);
	assert_int_equal(bench_arena_map(&b, 16 << 20, BENCH_PAGES_THP, &why), 0);
	assert_int_equal(bench_arena_map(&c, 4 << 20, BENCH_PAGES_BASE, &why), 0);
	assert_true(a.huge_bytes <= 4 << 20);
	assert_true(b.huge_bytes <= 16 << 20);
	assert_int_equal(c.huge_bytes, 0);
	bench_arena_unmap(&a);
	bench_arena_unmap(&b);
	bench_arena_unmap(&c);
}

static size_t resident_pages(const struct bench_arena *a)
{
	unsigned char in[64];
	size_t page = (size_t)sysconf(_SC_PAGESIZE), n = a->bytes / page, nr = 0;

	assert_true(n <= sizeof(in));
	assert_int_equal(mincore(a->base, a->bytes, in), 0);
	for (size_t i = 0; i < n; i++)
		nr += in[i] & 1;
	return nr;
}

static void test_populate_leaves_no_page_to_fault_in(void **state)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	struct bench_arena a;
	struct vmb_why why;

	(void)state;
	assert_int_equal(bench_arena_reserve(&a, 64 * page, BENCH_PAGES_BASE, &why), 0);
	assert_int_equal(resident_pages(&a), 0);
	assert_int_equal(bench_arena_populate(&a, &why), 0);
	assert_int_equal(resident_pages(&a), 64);
	bench_arena_unmap(&a);
}

static void test_unmap_twice_is_harmless(void **state)
{
	struct bench_arena a;
	struct vmb_why why;

	(void)state;
	assert_int_equal(bench_arena_map(&a, 1, BENCH_PAGES_BASE, &why), 0);
	bench_arena_unmap(&a);
	assert_null(a.map);
	bench_arena_unmap(&a);
}

static void test_too_much_is_refused_with_a_sentence(void **state)
{
	struct bench_arena a;
	struct vmb_why why = { 0 };

	(void)state;
	assert_true(bench_arena_map(&a, (size_t)1 << 60, BENCH_PAGES_THP, &why) < 0);
	assert_non_null(strstr(why.text, "cannot be mapped"));
	assert_null(a.map);
}

/* The pool of reserved pages is rarely that large. */
static void test_empty_pool_is_refused_with_a_sentence(void **state)
{
	struct bench_arena a;
	struct vmb_why why = { 0 };

	(void)state;
	assert_true(bench_arena_map(&a, (size_t)1 << 40, BENCH_PAGES_HUGETLB, &why) < 0);
	assert_non_null(strstr(why.text, "cannot be mapped"));
	assert_null(a.map);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_base_pages_are_not_huge),
		cmocka_unit_test(test_thp_is_aligned_and_counted),
		cmocka_unit_test(test_huge_bytes_are_those_of_one_arena),
		cmocka_unit_test(test_populate_leaves_no_page_to_fault_in),
		cmocka_unit_test(test_unmap_twice_is_harmless),
		cmocka_unit_test(test_too_much_is_refused_with_a_sentence),
		cmocka_unit_test(test_empty_pool_is_refused_with_a_sentence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
