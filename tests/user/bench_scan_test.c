// SPDX-License-Identifier: MIT
#include "tests/test.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "user/bench/scan.h"

#define NR	37	/* lines; no power of two */

static VMB_ALIGNED(64) char memory[NR * BENCH_LINE_BYTES];

static struct bench_scan ready(void)
{
	struct bench_scan s;

	bench_scan_fill(&s, memory, NR, 0xfedcba9876543210ull);
	return s;
}

/* The plainest way to the same sum. */
static uint64_t sum_by_words(const struct bench_scan *s, uint64_t lines)
{
	uint64_t sum = 0;

	for (uint64_t i = 0; i < lines * 8; i++) {
		uint64_t word;

		memcpy(&word, s->base + i % (NR * 8) * 8, 8);
		sum += word;
	}
	return sum;
}

static void test_scan_reads_every_byte_in_turn(void **state)
{
	static const uint64_t batches[] = { 1, 7, NR - 8, 1, NR, 3 * NR + 5, 1000 };
	struct bench_scan s = ready();
	struct vmb_why why;
	uint64_t total = 0;

	(void)state;
	for (size_t i = 0; i < VMB_ARRAY_SIZE(batches); i++) {
		bench_scan_run(&s, batches[i]);
		total += batches[i];
		assert_int_equal(s.read, total);
		assert_int_equal(s.at, total % NR);
		assert_true(s.sum == sum_by_words(&s, total));
		assert_int_equal(bench_scan_check(&s, &why), 0);
	}
}

static void test_scan_check_refuses_what_never_ran(void **state)
{
	struct bench_scan s = ready();
	struct vmb_why why;

	(void)state;
	assert_int_equal(bench_scan_check(&s, &why), -EIO);
}

static void test_scan_check_refuses_a_spoilt_byte(void **state)
{
	struct bench_scan s = ready();
	struct vmb_why why = { 0 };

	(void)state;
	memory[BENCH_LINE_BYTES * 20 + 63] ^= 1;
	bench_scan_run(&s, 20);
	assert_int_equal(bench_scan_check(&s, &why), 0);
	bench_scan_run(&s, 1);
	assert_int_equal(bench_scan_check(&s, &why), -EIO);
	assert_non_null(strstr(why.text, "21 lines"));
}

static void test_scan_check_refuses_a_skipped_line(void **state)
{
	struct bench_scan s = ready();
	struct vmb_why why;

	(void)state;
	bench_scan_run(&s, 5);
	s.at++;
	bench_scan_run(&s, 5);
	assert_int_equal(bench_scan_check(&s, &why), -EIO);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_scan_reads_every_byte_in_turn),
		cmocka_unit_test(test_scan_check_refuses_what_never_ran),
		cmocka_unit_test(test_scan_check_refuses_a_spoilt_byte),
		cmocka_unit_test(test_scan_check_refuses_a_skipped_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
