// SPDX-License-Identifier: MIT
#include "tests/test.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "user/bench/categories.h"
#include "user/options.h"

#define MAX_ARGV 96

static int parse(struct vmb_options *o, struct vmb_why *why, const char *const *words)
{
	static char copy[MAX_ARGV][64];
	static char *argv[MAX_ARGV + 1];
	int argc = 0;

	argv[argc++] = strcpy(copy[0], "vmbench");
	for (; words[argc - 1]; argc++)
		argv[argc] = strcpy(copy[argc], words[argc - 1]);
	argv[argc] = NULL;
	return vmb_options_parse(argc, argv, o, why);
}

#define PARSE(o, why, ...) parse(o, why, (const char *const[]){ __VA_ARGS__, NULL })

static void test_defaults_to_run(void **state)
{
	struct vmb_options o;
	struct vmb_why why;

	(void)state;
	assert_int_equal(PARSE(&o, &why, "memory"), 0);
	assert_string_equal(o.verb, "run");
	assert_int_equal(o.filters.nr, 1);
	assert_string_equal(o.filters.text[0], "memory");
	assert_string_equal(o.results_dir, "results");
	assert_null(o.counters);
}

static void test_options_may_stand_anywhere(void **state)
{
	struct vmb_options o;
	struct vmb_why why;

	(void)state;
	assert_int_equal(PARSE(&o, &why, "--pin", "3", "report", "latest", "--format=json", "-v"), 0);
	assert_string_equal(o.verb, "report");
	assert_string_equal(o.filters.text[0], "latest");
	assert_string_equal(o.pin, "3");
	assert_string_equal(o.format, "json");
	assert_true(o.verbose);
}

static void test_counters_argument_is_optional(void **state)
{
	struct vmb_options o;
	struct vmb_why why;

	(void)state;
	assert_int_equal(PARSE(&o, &why, "--counters", "tlb"), 0);
	assert_string_equal(o.counters, "");
	assert_string_equal(o.filters.text[0], "tlb");
	assert_int_equal(PARSE(&o, &why, "--counters=sim"), 0);
	assert_string_equal(o.counters, "sim");
}

static void test_baseline_lenient_with_and_without_a_name(void **state)
{
	struct vmb_options o;
	struct vmb_why why;

	(void)state;
	assert_int_equal(PARSE(&o, &why, "--baseline", "main", "memory"), 0);
	assert_string_equal(o.baseline, "main");
	assert_null(o.baseline_lenient);
	assert_int_equal(PARSE(&o, &why, "--baseline", "main", "--baseline-lenient", "memory"), 0);
	assert_string_equal(o.baseline_lenient, "");
	assert_string_equal(o.filters.text[0], "memory");
	assert_int_equal(PARSE(&o, &why, "--baseline-lenient=main"), 0);
	assert_string_equal(o.baseline_lenient, "main");
}

static void test_every_category_has_a_switch(void **state)
{
	size_t nr;
	const struct vmb_category *const *cat = vmb_categories(&nr);
	struct vmb_options o;
	struct vmb_why why;

	(void)state;
	assert_true(nr >= 9);
	for (size_t i = 0; i < nr; i++) {
		char word[64] = "--";

		strncat(word, cat[i]->name, 60);
		for (char *c = word; *c; c++)
			*c = *c == '_' ? '-' : *c;
		assert_int_equal(PARSE(&o, &why, word), 0);
		assert_int_equal(o.categories, 1ull << i);
	}
	assert_int_equal(PARSE(&o, &why, "--cross-arch", "--gc"), 0);
	assert_int_equal(__builtin_popcountll(o.categories), 2);
}

static void test_numbers_are_checked(void **state)
{
	static const char *const bad[] = {
		"--rounds=0", "--rounds=-1", "--rounds=1x", "--rounds=99999", "--timeout=0",
		"--timeout=-1", "--timeout=1h", "--timeout=nan", "--confidence-level=1",
		"--confidence-level=0", "--sample-size=2", "--seed=18446744073709551616",
		"--color=blue",
	};
	struct vmb_options o;
	struct vmb_why why;

	(void)state;
	for (size_t i = 0; i < VMB_ARRAY_SIZE(bad); i++) {
		assert_int_equal(PARSE(&o, &why, bad[i]), -EINVAL);
		assert_true(why.text[0]);
	}
	assert_int_equal(PARSE(&o, &why, "--measurement-time=250ms", "--timeout", "2s"), 0);
	assert_float_equal(o.measurement_time_s, 0.25, 1e-9);
	assert_float_equal(o.timeout_s, 2, 1e-9);
}

static void test_unknown_option_suggests_the_nearest(void **state)
{
	struct vmb_options o;
	struct vmb_why why;

	(void)state;
	assert_int_equal(PARSE(&o, &why, "--qiuck"), -EINVAL);
	assert_non_null(strstr(why.text, "--quick"));
	assert_int_equal(PARSE(&o, &why, "--zzzzzzzzzz"), -EINVAL);
	assert_null(strstr(why.text, "did you mean"));
	assert_int_equal(PARSE(&o, &why, "--pin"), -EINVAL);
	assert_non_null(strstr(why.text, "needs an argument"));
}

static void test_contradictions_are_refused(void **state)
{
	struct vmb_options o;
	struct vmb_why why;

	(void)state;
	assert_int_equal(PARSE(&o, &why, "--quick", "--rigorous"), -EINVAL);
	assert_int_equal(PARSE(&o, &why, "--quiet", "--verbose"), -EINVAL);
}

static void test_google_benchmark_names(void **state)
{
	struct vmb_options o;
	struct vmb_why why;

	(void)state;
	assert_int_equal(PARSE(&o, &why, "--benchmark_filter=copy", "--benchmark_repetitions=3",
			       "--benchmark_min_time=0.5s", "--benchmark_list_tests=true"), 0);
	assert_string_equal(o.filters.text[0], "copy");
	assert_int_equal(o.rounds, 3);
	assert_float_equal(o.measurement_time_s, 0.5, 1e-9);
	assert_true(o.list);
	assert_int_equal(PARSE(&o, &why, "--benchmark_list_tests=false"), 0);
	assert_false(o.list);
}

static void test_too_many_filters(void **state)
{
	const char *words[VMB_MAX_LIST + 2];
	struct vmb_options o;
	struct vmb_why why;

	(void)state;
	for (size_t i = 0; i < VMB_MAX_LIST + 1; i++)
		words[i] = "x";
	words[VMB_MAX_LIST + 1] = NULL;
	assert_int_equal(parse(&o, &why, words), -EINVAL);
}

static void test_every_option_is_in_help_and_man(void **state)
{
	char *help, *man, name[64];
	size_t help_len, man_len, nr;
	const struct vmb_opt *opt = vmb_opts(&nr);
	FILE *h = open_memstream(&help, &help_len), *m = open_memstream(&man, &man_len);

	(void)state;
	vmb_help_write(h);
	vmb_man_write(m);
	fclose(h);
	fclose(m);
	for (size_t i = 0; i < nr; i++) {
		snprintf(name, sizeof(name), "--%s", opt[i].name);
		assert_non_null(strstr(help, name));
		snprintf(name, sizeof(name), "Fl -%s", opt[i].name);
		assert_non_null(strstr(man, name));
	}
	free(help);
	free(man);
}

static void test_nearest(void **state)
{
	static const char *const names[] = { "cycles", "instructions", "cache-misses" };

	(void)state;
	assert_string_equal(vmb_nearest("cylces", names, 3), "cycles");
	assert_string_equal(vmb_nearest("instruction", names, 3), "instructions");
	assert_null(vmb_nearest("page-faults", names, 3));
	assert_null(vmb_nearest("", names, 0));
	assert_null(vmb_nearest("0123456789012345678901234567890123456789012345678901234", names, 3));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_defaults_to_run),
		cmocka_unit_test(test_options_may_stand_anywhere),
		cmocka_unit_test(test_counters_argument_is_optional),
		cmocka_unit_test(test_baseline_lenient_with_and_without_a_name),
		cmocka_unit_test(test_every_category_has_a_switch),
		cmocka_unit_test(test_numbers_are_checked),
		cmocka_unit_test(test_unknown_option_suggests_the_nearest),
		cmocka_unit_test(test_contradictions_are_refused),
		cmocka_unit_test(test_google_benchmark_names),
		cmocka_unit_test(test_too_many_filters),
		cmocka_unit_test(test_every_option_is_in_help_and_man),
		cmocka_unit_test(test_nearest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
