// SPDX-License-Identifier: MIT
/* Numbers and texts as every report writes them. */
#include "tests/test.h"

#include <math.h>
#include <string.h>

#include "results/report.h"
#include "results/report_view.h"
#include "results/text.h"

static void test_format_ns(void **state)
{
	static const struct { double ns; const char *text; } known[] = {
		{ 1.2449, "1.24 ns" }, { 3400, "3.4 µs" }, { 12e6, "12 ms" }, { 0, "0 ns" },
		{ 999.4, "999 ns" }, { 999.7, "1 µs" }, { 999.7e3, "1 ms" }, { 1e9, "1 s" },
		{ 0.00312, "0.0031 ns" }, { 0.00001, "0 ns" }, { -0.00001, "0 ns" },
		{ -0.25, "-0.25 ns" }, { 100, "100 ns" }, { 3.6e12, "3600 s" },
		{ 1e300, "1e+291 s" }, { 10.04, "10 ns" }, { 9.996, "10 ns" },
	};
	char buf[24];

	(void)state;
	for (size_t i = 0; i < VMB_ARRAY_SIZE(known); i++)
		assert_string_equal(vmb_format_ns(known[i].ns, buf), known[i].text);
	assert_string_equal(vmb_format_ns(NAN, buf), "n/a");
	assert_string_equal(vmb_format_ns(-INFINITY, buf), "n/a");
}

static void test_format_si(void **state)
{
	char buf[32];

	(void)state;
	assert_string_equal(vmb_format_si(27.68e9, "B/s", buf), "27.7 GB/s");
	assert_string_equal(vmb_format_si(999.6e6, "B/s", buf), "1 GB/s");
	assert_string_equal(vmb_format_si(1536, "insns/s", buf), "1.54 kinsns/s");
	assert_string_equal(vmb_format_si(0.5, "x", buf), "0.5 x");
	assert_string_equal(vmb_format_si(12, "", buf), "12");
	assert_string_equal(vmb_format_si(-5e6, "", buf), "-5 M");
	assert_string_equal(vmb_format_si(NAN, "B", buf), "n/a");
	vmb_format_si(1e308, "a unit of exactly 23 by", buf);
	assert_true(strlen(buf) < sizeof(buf));
}

static void test_format_metric(void **state)
{
	char cell[VMB_CELL_BYTES];

	(void)state;
	assert_string_equal(vmb_format_metric(99.25, "%", cell), "99.25 %");
	assert_string_equal(vmb_format_metric(1536, "ns", cell), "1.54 µs");
	assert_string_equal(vmb_format_metric(1.5e6, "insns/s", cell), "1.5 Minsns/s");
	assert_string_equal(vmb_format_metric(12345, "MB/s", cell), "12345 MB/s");
	assert_string_equal(vmb_format_metric(123456, "", cell), "123456");
	assert_string_equal(vmb_format_metric(0, "ms", cell), "0 ms");
	assert_string_equal(vmb_format_metric(2.5, "insns/cycle", cell), "2.5");
}

static void test_text_width(void **state)
{
	(void)state;
	assert_int_equal(vmb_text_width("abc"), 3);
	assert_int_equal(vmb_text_width("3.4 µs ±"), 8);
	assert_int_equal(vmb_text_width("e\xcc\x81"), 1);		/* e, combining acute */
	assert_int_equal(vmb_text_width("\xe6\x97\xa5\xe6\x9c\xac"), 4);	/* two wide ones */
	assert_int_equal(vmb_text_width("\xff"), 1);
}

static void test_text_utf8_is_strict(void **state)
{
	static const char *const bad[] = {
		"\x80", "\xc0\x80", "\xc1\xbf", "\xe0\x80\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80",
		"\xf8\x88\x80\x80\x80", "\xe2\x82", "\xf0\x9f\x90", "a\xff",
	};

	(void)state;
	for (size_t i = 0; i < VMB_ARRAY_SIZE(bad); i++)
		assert_false(vmb_utf8_valid(bad[i]));
	assert_true(vmb_utf8_valid("a\xc2\xb5\xe2\x82\xac\xf0\x9f\x90\xa7"));
	assert_true(vmb_utf8_valid(""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_format_ns),
		cmocka_unit_test(test_format_si),
		cmocka_unit_test(test_format_metric),
		cmocka_unit_test(test_text_width),
		cmocka_unit_test(test_text_utf8_is_strict),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
