// SPDX-License-Identifier: MIT
#include "tests/test.h"

#include <errno.h>

#include "results/policy.h"
#include "results/rng.h"
#include "tests/results/near.h"
#include "tests/results/tmpdir.h"

static int read_bytes(const char *dir, const void *data, size_t len, struct vmb_policy *p,
		      struct vmb_error *err)
{
	char path[200];

	tmpdir_write(dir, "vmbench.ini", data, len);
	snprintf(path, sizeof(path), "%s/vmbench.ini", dir);
	memset(p, 0, sizeof(*p));
	return vmb_policy_read(path, p, err);
}

static int read_text(const char *dir, const char *text, struct vmb_policy *p, struct vmb_error *err)
{
	return read_bytes(dir, text, strlen(text), p, err);
}

static void assert_limits(struct vmb_limits l, double high, double medium, double improvement,
			  double margin)
{
	assert_true(fabs(l.high - high) < 1e-12);
	assert_true(fabs(l.medium - medium) < 1e-12);
	assert_true(fabs(l.improvement - improvement) < 1e-12);
	assert_true(fabs(l.margin - margin) < 1e-12);
}

static void test_without_a_file_the_words_users_know(void **state)
{
	(void)state;
	assert_limits(vmb_policy_for(NULL, "memory", "memory/x"), 0.2, 0.1, 0.05, 0.05);
}

static void test_the_stronger_scope_wins_key_by_key(void **state)
{
	static const char text[] =
		"; a comment\n"
		"[benchmark memory/copy/*]\nmedium = 3%\n"
		"[default]\nhigh = 0.5\nmedium=25 %  ; behind it\n"
		"[category memory]\nmedium = 0.15\nmargin = 2%\n";
	struct vmb_policy p;
	struct vmb_error err;

	assert_int_equal(read_text(*state, text, &p, &err), 0);
	assert_limits(vmb_policy_for(&p, "jit", "jit/opt"), 0.5, 0.25, 0.05, 0.05);
	assert_limits(vmb_policy_for(&p, "memory", "memory/pool"), 0.5, 0.15, 0.05, 0.02);
	assert_limits(vmb_policy_for(&p, "memory", "memory/copy/libc/64"), 0.5, 0.03, 0.05, 0.02);
	vmb_policy_fini(&p);
}

static void test_of_two_that_fit_the_last_wins(void **state)
{
	struct vmb_policy p;
	struct vmb_error err;

	assert_int_equal(read_text(*state, "[benchmark *]\nmargin=1%\n[benchmark */64]\nmargin=2%\n",
				   &p, &err), 0);
	assert_limits(vmb_policy_for(&p, "m", "m/64"), 0.2, 0.1, 0.05, 0.02);
	assert_limits(vmb_policy_for(&p, "m", "m/65"), 0.2, 0.1, 0.05, 0.01);
	vmb_policy_fini(&p);
}

static void test_high_is_never_below_medium(void **state)
{
	struct vmb_policy p;
	struct vmb_error err;

	assert_int_equal(read_text(*state, "[default]\nmedium = 40%\n", &p, &err), 0);
	assert_limits(vmb_policy_for(&p, "m", "m/x"), 0.4, 0.4, 0.05, 0.05);
	vmb_policy_fini(&p);
}

static void test_faults_are_named_with_their_line(void **state)
{
	static const struct { const char *text, *says; } cases[] = {
		{ "[default]\nhihg = 0.3\n", ":2: unknown key \"hihg\"; there are high, medium" },
		{ "[default]\n\n\nhigh = big\n", ":4: high: \"big\" is not a share" },
		{ "[default]\nhigh = 20\n", ":2: high: \"20\" is not a share" },
		{ "[default]\nhigh = -0.1\n", "is not a share" },
		{ "[default]\nhigh = nan\n", "is not a share" },
		{ "[default]\nhigh = 1e999\n", "is not a share" },
		{ "[default]\nmargin = 100%\n", "is not a share" },
		{ "[default]\nhigh = 0.1 0.2\n", "is not a share" },
		{ "[default]\nhigh =\n", "is not a share" },
		{ "[default]\nhigh = 0.1\nhigh = 0.2\n", ":3: high is given twice" },
		{ "[default]\nhigh = 0.1\nmedium = 0.2\n", "medium (20 %) is above high (10 %)" },
		{ "high = 0.1\n", ":1: \"high\" stands before the first section" },
		{ "[memory]\nhigh = 0.1\n", ":1: no section is called [memory]" },
		{ "[memory]\n", ":1: no section is called [memory]" },
		{ "[category]\nhigh = 0.1\n", "no section is called [category]" },
		{ "[default x]\nhigh = 0.1\n", "no section is called [default x]" },
		{ "[default] x\nhigh = 0.1\n", ":1: something follows" },
		{ "[default]\nnothing here\n", ":2: neither [section] nor name = value" },
		{ "[default\nhigh = 0.1\n", ":1: neither" },
		{ "[benchmark aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa]\n",
		  "at most 49 characters" },
	};

	for (size_t i = 0; i < VMB_ARRAY_SIZE(cases); i++) {
		struct vmb_policy p;
		struct vmb_error err = { "" };

		if (read_text(*state, cases[i].text, &p, &err) != -EINVAL)
			fail_msg("accepted: %s", cases[i].text);
		if (!strstr(err.text, cases[i].says))
			fail_msg("\"%s\" does not say \"%s\"", err.text, cases[i].says);
		assert_int_equal(p.nr, 0);
	}
}

static void test_indented_lines_are_lines(void **state)
{
	struct vmb_policy p;
	struct vmb_error err;

	assert_int_equal(read_text(*state, "[default]\n  high = 0.3\n\tmedium = 0.2\r\n", &p, &err), 0);
	assert_limits(vmb_policy_for(&p, "m", "m/x"), 0.3, 0.2, 0.05, 0.05);
	vmb_policy_fini(&p);
}

static void test_what_is_no_config_is_refused(void **state)
{
	char many[70000];
	struct vmb_policy p;
	struct vmb_error err;

	assert_int_equal(read_bytes(*state, "[default]\nhigh\0 = 1\n", 20, &p, &err), -EINVAL);
	memset(many, 'a', sizeof(many));
	assert_int_equal(read_bytes(*state, many, 1000, &p, &err), -EINVAL);
	assert_non_null(strstr(err.text, "longer than"));
	assert_int_equal(read_bytes(*state, many, sizeof(many), &p, &err), -EFBIG);
	assert_int_equal(vmb_policy_read(*state, &p, &err), -EINVAL);
	assert_int_equal(vmb_policy_read("/nonexistent/vmbench.ini", &p, &err), -ENOENT);
}

static void test_too_many_sections_are_refused(void **state)
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);
	struct vmb_policy p;
	struct vmb_error err;

	for (int i = 0; i < 1001; i++)
		fprintf(f, "[benchmark %d]\nhigh=1%%\n", i);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(read_text(*state, text, &p, &err), -EINVAL);
	assert_non_null(strstr(err.text, "more than 1000 sections"));
	free(text);
}

/* No crash, whatever it is; what is accepted can be asked. */
static void test_random_bytes(void **state)
{
	static const char pieces[][14] = { "[default]", "[benchmark *]", "[category a", "]", "\n", "\n",
					   "high", "=", "0.1", "medium=20%", ";", " ", "\t", "\xff",
					   "\xef\xbb\xbf", "[", "margin:", "1e-3", "\r" };
	uint64_t seed = 9;

	for (int i = 0; i < 2000; i++) {
		char text[400] = "";
		struct vmb_policy p;
		struct vmb_error err;

		for (uint64_t k = vmb_splitmix64(&seed) % 25; k; k--)
			strcat(text, pieces[vmb_splitmix64(&seed) % VMB_ARRAY_SIZE(pieces)]);
		if (!read_text(*state, text, &p, &err)) {
			struct vmb_limits l = vmb_policy_for(&p, "a", "a/b");

			assert_true(l.high >= l.medium && l.medium > 0 && l.margin > 0);
			vmb_policy_fini(&p);
		}
	}
}

static void test_glob(void **state)
{
	char text[5000];

	(void)state;
	assert_true(vmb_glob("*", ""));
	assert_true(vmb_glob("", ""));
	assert_false(vmb_glob("", "a"));
	assert_true(vmb_glob("a*c", "abbc"));
	assert_true(vmb_glob("a*b*c", "aXbYbZc"));
	assert_false(vmb_glob("a*b*c", "aXcYb"));
	assert_true(vmb_glob("**a", "bba"));
	assert_false(vmb_glob("a", "aa"));
	assert_true(vmb_glob("memory/copy/*/4K", "memory/copy/libc/4K"));
	assert_false(vmb_glob("memory/copy/*/4K", "memory/copy/libc/64K"));
	memset(text, 'a', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	assert_false(vmb_glob("*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b", text));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, tmpdir_make, tmpdir_remove)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_without_a_file_the_words_users_know),
		TEST(test_the_stronger_scope_wins_key_by_key),
		TEST(test_of_two_that_fit_the_last_wins),
		TEST(test_high_is_never_below_medium),
		TEST(test_faults_are_named_with_their_line),
		TEST(test_indented_lines_are_lines),
		TEST(test_what_is_no_config_is_refused),
		TEST(test_too_many_sections_are_refused),
		TEST(test_random_bytes),
		cmocka_unit_test(test_glob),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
