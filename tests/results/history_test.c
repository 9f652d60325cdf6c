// SPDX-License-Identifier: MIT
#include "tests/test.h"

#include <errno.h>
#include <limits.h>

#include "results/history.h"
#include "results/stat_paired.h"
#include "tests/results/forge.h"
#include "tests/results/tmpdir.h"

#define ID	"memory/x"

/* Run @i of a history in @dir: two benchmarks, the first takes @ns. */
static void store(const char *dir, unsigned int i, const char *commit, const char *print, double ns)
{
	char id[40], path[PATH_MAX];
	struct forge f = { .id = id, .commit = commit, .fingerprint = print, .noise = 0.002,
			   .session_noise = 0.003, .seed = i + 1 };
	struct vmb_result res;
	struct vmb_error err;

	snprintf(id, sizeof(id), "202601%02uT000000Z-000000", i + 1);
	forge_start(&res, &f);
	forge_bench(&res, &f, ID, ns);
	forge_bench(&res, &f, "exit/y", 50);
	assert_int_equal(vmb_store_prepare(dir, &err), 0);
	if (vmb_store_save(dir, &res, path, &err))
		fail_msg("%s", err.text);
	vmb_result_fini(&res);
}

static void load(const char *dir, const char *print, struct vmb_history *h)
{
	struct vmb_history_opts opts = { .fingerprint = print };
	struct vmb_error err;

	assert_int_equal(vmb_history_load(dir, &opts, h, &err), 0);
}

static void test_runs_are_oldest_first(void **state)
{
	struct vmb_history h;
	const struct vmb_history_bench *b;

	for (unsigned int i = 0; i < 4; i++)
		store(*state, i, "c0ffee", "here", 100 + 10 * i);
	load(*state, "here", &h);
	assert_int_equal(h.nr_runs, 4);
	assert_int_equal(h.nr, 2);
	b = vmb_history_find(&h, ID);
	assert_int_equal(b->nr, 4);
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(b->point[i].run, i);
		assert_true(fabs(b->point[i].median / (100 + 10 * (double)i) - 1) < 0.03);
		assert_int_equal(b->point[i].n, 12);
	}
	assert_string_equal(h.run[0].date, "2026-01-01T00:00:00Z");
	assert_true(h.run[0].build && h.run[0].build == h.run[3].build);
	vmb_history_fini(&h);
}

static void test_other_machines_and_bad_files_are_left_out(void **state)
{
	struct vmb_history h;

	store(*state, 0, "c0ffee", "here", 100);
	store(*state, 1, "c0ffee", "there", 100);
	store(*state, 2, "c0ffee", "here", 100);
	tmpdir_write(*state, "runs/20260105T000000Z-000000.vmb", "garbage", 7);
	load(*state, "here", &h);
	assert_int_equal(h.nr_runs, 2);
	assert_int_equal(h.others, 1);
	assert_int_equal(h.nr_bad, 1);
	assert_non_null(strstr(h.bad[0].why, "20260105T000000Z-000000.vmb"));
	vmb_history_fini(&h);
}

static void test_without_a_machine_the_newest_decides(void **state)
{
	struct vmb_history h;

	store(*state, 0, "c0ffee", "here", 100);
	store(*state, 1, "c0ffee", "there", 100);
	load(*state, NULL, &h);
	assert_string_equal(h.fingerprint, "there");
	assert_int_equal(h.nr_runs, 1);
	vmb_history_fini(&h);
}

static void test_only_the_newest_if_told(void **state)
{
	struct vmb_history_opts opts = { .most = 2 };
	struct vmb_history h;
	struct vmb_error err;

	for (unsigned int i = 0; i < 5; i++)
		store(*state, i, "c0ffee", "here", 100);
	assert_int_equal(vmb_history_load(*state, &opts, &h, &err), 0);
	assert_int_equal(h.nr_runs, 2);
	assert_int_equal(h.left_out, 3);
	assert_string_equal(h.run[0].id, "20260104T000000Z-000000");
	vmb_history_fini(&h);
}

static bool only_id(const char *id, const void *arg)
{
	return !strcmp(id, arg);
}

static void test_only_what_is_wanted(void **state)
{
	struct vmb_history_opts opts = { .wanted = only_id, .arg = ID };
	struct vmb_history h;
	struct vmb_error err;

	store(*state, 0, "c0ffee", "here", 100);
	assert_int_equal(vmb_history_load(*state, &opts, &h, &err), 0);
	assert_int_equal(h.nr, 1);
	assert_string_equal(h.bench[0].id, ID);
	vmb_history_fini(&h);
}

static void test_an_empty_store_is_an_empty_history(void **state)
{
	struct vmb_history h;

	load(*state, "here", &h);
	assert_int_equal(h.nr_runs, 0);
	assert_int_equal(h.nr, 0);
	vmb_history_fini(&h);
}

static void test_a_step_is_found_where_it_is(void **state)
{
	struct vmb_history h;
	struct vmb_history_findings f;

	for (unsigned int i = 0; i < 20; i++)
		store(*state, i, i < 12 ? "old" : "new", "here", i < 12 ? 100 : 115);
	load(*state, "here", &h);
	assert_int_equal(vmb_history_analyse(vmb_history_find(&h, ID), &f), 0);
	assert_int_equal(f.nr, 1);
	assert_int_equal(f.change[0].at, 12);
	assert_true(fabs(vmb_percent(f.change[0].after - f.change[0].before) - 15) < 1);
	assert_int_equal(f.since, 12);
	vmb_history_findings_fini(&f);
	assert_int_equal(vmb_history_analyse(vmb_history_find(&h, "exit/y"), &f), 0);
	assert_int_equal(f.nr, 0);
	vmb_history_findings_fini(&f);
	vmb_history_fini(&h);
}

static void find(double slope, struct vmb_history_findings *f)
{
	struct vmb_history_point p[24] = { 0 };
	struct vmb_history_bench b = { .nr = 24, .point = p };
	struct vmb_rng g;

	vmb_rng_init(&g, 5);
	for (size_t i = 0; i < b.nr; i++)
		p[i].median = 100 * exp(slope * (double)i + 0.002 * vmb_rng_gauss(&g));
	assert_int_equal(vmb_history_analyse(&b, f), 0);
}

/* In steps or as a trend: where it moves in small steps, the two cannot be told apart. */
static void test_creeping_does_not_go_unnoticed(void **state)
{
	struct vmb_history_findings f;

	(void)state;
	find(0.001, &f);
	assert_true(f.nr || (f.has_trend && f.trend.significant));
	vmb_history_findings_fini(&f);
	find(0, &f);
	assert_int_equal(f.nr, 0);
	assert_true(f.has_trend && !f.trend.significant);
	vmb_history_findings_fini(&f);
}

static void write_with(const struct vmb_history *h, const char *format, char **text)
{
	struct vmb_report_opts opts = { .width = 200 };
	size_t len;
	FILE *out = open_memstream(text, &len);

	assert_int_equal(vmb_history_format_find(format)->write(out, h, &opts), 0);
	assert_int_equal(fclose(out), 0);
}

static void test_every_format_names_the_commits(void **state)
{
	static const char *const formats[] = { "text", "md", "json" };
	struct vmb_history h;

	for (unsigned int i = 0; i < 12; i++)
		store(*state, i, i < 6 ? "aaaaaaaa" : "bbbbbbbb", "here", i < 6 ? 100 : 130);
	load(*state, "here", &h);
	for (size_t i = 0; i < VMB_ARRAY_SIZE(formats); i++) {
		char *text;

		write_with(&h, formats[i], &text);
		assert_non_null(strstr(text, "aaaaaaaa"));
		assert_non_null(strstr(text, "bbbbbbbb"));
		assert_non_null(strstr(text, "20260107T000000Z-000000"));
		assert_non_null(strstr(text, i == 2 ? "\"changes\"" : "moved by +"));
		free(text);
	}
	assert_null(vmb_history_format_find("gbench"));
	vmb_history_fini(&h);
}

static void test_a_young_history_says_so(void **state)
{
	struct vmb_history h;
	char *text;

	store(*state, 0, "c", "here", 100);
	load(*state, "here", &h);
	write_with(&h, "text", &text);
	assert_non_null(strstr(text, "too few runs"));
	free(text);
	vmb_history_fini(&h);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, tmpdir_make, tmpdir_remove)
	const struct CMUnitTest tests[] = {
		TEST(test_runs_are_oldest_first),
		TEST(test_other_machines_and_bad_files_are_left_out),
		TEST(test_without_a_machine_the_newest_decides),
		TEST(test_only_the_newest_if_told),
		TEST(test_only_what_is_wanted),
		TEST(test_an_empty_store_is_an_empty_history),
		TEST(test_a_step_is_found_where_it_is),
		cmocka_unit_test(test_creeping_does_not_go_unnoticed),
		TEST(test_every_format_names_the_commits),
		TEST(test_a_young_history_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
