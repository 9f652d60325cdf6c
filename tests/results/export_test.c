// SPDX-License-Identifier: MIT
#include "tests/test.h"

#include <errno.h>

#include "results/export.h"
#include "tests/results/forge.h"
#include "tests/results/made.h"

static char *text_of(const char *format, const struct vmb_result *res)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	assert_non_null(out);
	assert_int_equal(vmb_export_write(vmb_export_format_find(format), out, res), 0);
	assert_int_equal(fclose(out), 0);
	return text;
}

static void make(struct vmb_result *res)
{
	struct forge f = { .id = "20261124T062230Z-3f9a1c", .commit = "c0ffee", .fingerprint = "0123" };
	struct vmb_bench_result *b;

	forge_start(res, &f);
	forge_bench(res, &f, "memory/copy/libc/4K", 100);
	b = forge_bench(res, &f, "exit/wrong", 10);
	b->status = VMB_STATUS_FAILED;
	snprintf(b->reason, sizeof(b->reason), "=cmd|'/c calc'!A1");
}

static void assert_has(const char *text, const char *what)
{
	if (!strstr(text, what))
		fail_msg("no \"%s\" in:\n%s", what, text);
}

static size_t count(const char *text, const char *what)
{
	size_t n = 0;

	for (const char *at = text; (at = strstr(at, what)); at++)
		n++;
	return n;
}

static void test_iterations_are_those_behind_the_estimates(void **state)
{
	struct vmb_result res;
	uint64_t iters[12];

	(void)state;
	make(&res);
	res.benches[0].set.rounds[3].discarded = true;
	assert_int_equal(vmb_bench_conclude(&res.benches[0], NULL), 0);
	assert_int_equal(res.benches[0].summary.nr_round_ns, 11);
	assert_int_equal(vmb_export_iterations(&res.benches[0], iters), 0);
	for (size_t i = 0; i < 11; i++)
		assert_int_equal(iters[i], 2 * 100000 * (1 + 2 + 3 + 4));
	vmb_result_fini(&res);
}

static void test_gbench_has_an_entry_per_round(void **state)
{
	struct vmb_result res;
	char *text;

	(void)state;
	make(&res);
	text = text_of("gbench", &res);
	assert_int_equal(count(text, "\"run_type\": \"iteration\""), 12);
	assert_int_equal(count(text, "\"name\": \"exit/wrong\""), 0);
	assert_has(text, "\"exit/wrong\": \"failed: =cmd");
	assert_has(text, "\"date\": \"2026-11-24T06:22:30+00:00\"");
	assert_has(text, "\"caches\": []");
	assert_has(text, "\"bytes_per_second\": ");
	free(text);
	vmb_result_fini(&res);
}

static void test_no_counter_takes_the_place_of_the_time(void **state)
{
	struct vmb_result res;
	struct vmb_summary *s;
	char *text;

	(void)state;
	make(&res);
	s = &res.benches[0].summary;
	s->nr_metrics = 1;
	strcpy(s->metrics[0].name, "real_time");
	s->metrics[0].value = 12345;
	text = text_of("gbench", &res);
	assert_int_equal(count(text, "12345"), 0);
	free(text);
	vmb_result_fini(&res);
}

static void test_csv_cells_are_no_formulas(void **state)
{
	struct vmb_result res;
	char *text;

	(void)state;
	make(&res);
	text = text_of("csv", &res);
	assert_has(text, ",exit/wrong,exit,failed,\"'=cmd|'/c calc'!A1\",operation,,,,,,,,,,");
	free(text);
	vmb_result_fini(&res);
}

static void test_csv_quotes(void **state)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	(void)state;
	vmb_export_csv_text(out, "plain");
	fputc('|', out);
	vmb_export_csv_text(out, "a,\"b\"");
	fputc('|', out);
	vmb_export_csv_text(out, "two\nlines");
	fputc('|', out);
	vmb_export_csv_number(out, NAN);
	assert_int_equal(fclose(out), 0);
	assert_string_equal(text, "plain|\"a,\"\"b\"\"\"|two\\nlines|");
	free(text);
}

static void test_openmetrics_labels_are_escaped(void **state)
{
	struct vmb_result res;
	char *text;

	(void)state;
	make(&res);
	strcpy(res.benches[0].id, "a\"b\\c\nd");
	text = text_of("openmetrics", &res);
	assert_has(text, "{id=\"a\\\"b\\\\c\\\\nd\",");
	assert_string_equal(text + strlen(text) - 6, "# EOF\n");
	assert_has(text, " 1795501350\n");
	free(text);
	vmb_result_fini(&res);
}

/* Anything that can be in a file can be exported, and no format writes what is no number. */
static void test_any_result_can_be_exported(void **state)
{
	uint64_t seed = 77;

	(void)state;
	for (int i = 0; i < 200; i++) {
		struct vmb_result res;

		made_result(&seed, &res);
		for (const struct vmb_export_format *f = vmb_export_formats(); f->name; f++) {
			char *text = text_of(f->name, &res);

			assert_null(strchr(text, '\x1b'));
			assert_int_equal(count(text, " nan") + count(text, ",nan") + count(text, ",inf"), 0);
			free(text);
		}
		vmb_result_fini(&res);
	}
}

static void test_a_full_disk_is_reported(void **state)
{
	struct vmb_result res;

	(void)state;
	make(&res);
	for (const struct vmb_export_format *f = vmb_export_formats(); f->name; f++) {
		FILE *full = fopen("/dev/full", "w");

		assert_non_null(full);
		assert_int_equal(vmb_export_write(f, full, &res), -ENOSPC);
		fclose(full);
	}
	vmb_result_fini(&res);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_iterations_are_those_behind_the_estimates),
		cmocka_unit_test(test_gbench_has_an_entry_per_round),
		cmocka_unit_test(test_no_counter_takes_the_place_of_the_time),
		cmocka_unit_test(test_csv_cells_are_no_formulas),
		cmocka_unit_test(test_csv_quotes),
		cmocka_unit_test(test_openmetrics_labels_are_escaped),
		cmocka_unit_test(test_any_result_can_be_exported),
		cmocka_unit_test(test_a_full_disk_is_reported),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
