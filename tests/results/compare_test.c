// SPDX-License-Identifier: MIT
#include "tests/test.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "results/compare.h"
#include "results/compare_row.h"

#define PAIRS 12

/* @ratio times slower, with a little repeatable noise on either side. */
static void make_pairs(double ratio, double *old_ns, double *new_ns)
{
	for (int i = 0; i < PAIRS; i++) {
		old_ns[i] = 100 * (1 + 0.0005 * ((i * 7) % 5 - 2));
		new_ns[i] = ratio * 100 * (1 + 0.0005 * ((i * 3) % 5 - 2));
	}
}

static void add(struct vmb_comparison *c, const char *id, double ratio)
{
	struct vmb_change *x = vmb_comparison_add(c);
	const struct vmb_paired_opts opts = { .looks = 1 };
	double old_ns[PAIRS], new_ns[PAIRS];

	make_pairs(ratio, old_ns, new_ns);
	snprintf(x->id, sizeof(x->id), "%s", id);
	assert_int_equal(vmb_change_from_pairs(x, old_ns, new_ns, PAIRS, &opts, NULL), 0);
}

static void add_state(struct vmb_comparison *c, const char *id, enum vmb_change_state state,
		      const char *reason)
{
	struct vmb_change *x = vmb_comparison_add(c);

	snprintf(x->id, sizeof(x->id), "%s", id);
	snprintf(x->reason, sizeof(x->reason), "%s", reason);
	x->state = state;
	x->failed = state == VMB_CHANGE_UNUSABLE;
}

static void make(struct vmb_comparison *c)
{
	*c = (struct vmb_comparison){ .paired = true, .alpha = 0.01, .margin = 0.01 };
	snprintf(c->old_name, sizeof(c->old_name), "old build");
	snprintf(c->new_name, sizeof(c->new_name), "new <b> build");
	add(c, "a/same", 1);
	add(c, "a/slower", 1.3);
	add(c, "a/faster", 0.8);
	add_state(c, "a/gone", VMB_CHANGE_ONLY_OLD, "");
	add_state(c, "a/broken", VMB_CHANGE_UNUSABLE, "new side crashed: SIGSEGV |\033[31m");
	assert_int_equal(vmb_comparison_settle(c), 0);
}

static void test_verdicts(void **state)
{
	struct vmb_comparison c;

	(void)state;
	make(&c);
	assert_int_equal(c.change[0].verdict, VMB_VERDICT_EQUIVALENT);
	assert_int_equal(c.change[1].verdict, VMB_VERDICT_REGRESSED);
	assert_int_equal(c.change[1].severity, VMB_SEVERITY_HIGH);
	assert_float_equal(vmb_percent(c.change[1].effect), 30, 0.2);
	assert_int_equal(c.change[2].verdict, VMB_VERDICT_IMPROVED);
	assert_float_equal(c.change[1].old_ns, 100, 0.1);
	assert_float_equal(c.change[1].new_ns, 130, 0.1);
	vmb_comparison_fini(&c);
}

static void test_settling_adjusts_over_what_was_compared(void **state)
{
	struct vmb_comparison c;

	(void)state;
	make(&c);
	for (size_t i = 0; i < 3; i++) {
		assert_true(c.change[i].p_gate >= c.change[i].p_regressed);
		assert_true(c.change[i].q >= c.change[i].p);
	}
	assert_float_equal(c.change[1].p_gate, 3 * c.change[1].p_regressed, 1e-12);
	assert_true(c.change[3].p_gate == 0 && c.change[3].q == 0);
	vmb_comparison_fini(&c);
}

static void test_tally(void **state)
{
	struct vmb_comparison c;
	struct vmb_verdict_counts t;

	(void)state;
	make(&c);
	t = vmb_comparison_tally(&c);
	assert_int_equal(t.compared, 3);
	assert_int_equal(t.regressed, 1);
	assert_int_equal(t.improved, 1);
	assert_int_equal(t.equivalent, 1);
	assert_int_equal(t.unusable, 1);
	assert_int_equal(t.failed, 1);
	vmb_comparison_fini(&c);
}

/* One verdict among many benchmarks is no alarm unless it survives Holm. */
static void test_a_lone_regression_that_holm_takes_back(void **state)
{
	struct vmb_comparison c = { .paired = true, .alpha = 0.01 };

	(void)state;
	for (int i = 0; i < 50; i++) {
		struct vmb_change *x = vmb_comparison_add(&c);

		x->state = VMB_CHANGE_COMPARED;
		x->p = x->p_regressed = 0.5;
	}
	c.change[7].verdict = VMB_VERDICT_REGRESSED;
	c.change[7].p_regressed = 0.001;
	assert_int_equal(vmb_comparison_settle(&c), 0);
	assert_float_equal(c.change[7].p_gate, 0.05, 1e-12);
	assert_int_equal(vmb_comparison_tally(&c).regressed, 0);
	c.change[7].p_regressed = 0.0001;
	assert_int_equal(vmb_comparison_settle(&c), 0);
	assert_int_equal(vmb_comparison_tally(&c).regressed, 1);
	vmb_comparison_fini(&c);
}

static void test_a_time_of_zero_has_no_ratio(void **state)
{
	struct vmb_change x = { 0 };
	const double old_ns[] = { 1, 1, 1 }, new_ns[] = { 1, 0, 1 };

	(void)state;
	assert_int_equal(vmb_change_from_pairs(&x, old_ns, new_ns, 3, NULL, NULL), -EDOM);
	assert_int_equal(x.state, VMB_CHANGE_UNUSABLE);
	assert_non_null(strstr(x.reason, "no positive time"));
}

/* Two loops around nothing: their ratio means nothing, and --strict does not complain of it. */
static void test_two_times_of_nothing_are_not_compared(void **state)
{
	const double old_ns[] = { 1e-4, 0, 2e-4 }, new_ns[] = { 5e-3, 6e-3, 4e-3 };
	struct vmb_comparison c = { .paired = true, .alpha = 0.01 };
	struct vmb_change *x = vmb_comparison_add(&c);

	(void)state;
	assert_int_equal(vmb_change_from_pairs(x, old_ns, new_ns, 3, NULL, NULL), 0);
	assert_int_equal(x->state, VMB_CHANGE_NO_TIME);
	assert_non_null(strstr(x->reason, "less than 0.01 ns"));
	assert_int_equal(vmb_comparison_settle(&c), 0);
	assert_int_equal(vmb_comparison_tally(&c).compared, 0);
	assert_int_equal(vmb_comparison_tally(&c).unusable, 0);
	vmb_comparison_fini(&c);
}

static void test_the_worst_comes_first(void **state)
{
	struct vmb_comparison c;
	size_t *order;

	(void)state;
	make(&c);
	order = vmb_compare_order(&c);
	assert_non_null(order);
	assert_string_equal(c.change[order[0]].id, "a/broken");
	assert_string_equal(c.change[order[1]].id, "a/slower");
	assert_string_equal(c.change[order[2]].id, "a/faster");
	assert_string_equal(c.change[order[4]].id, "a/gone");
	free(order);
	vmb_comparison_fini(&c);
}

static char *write(const struct vmb_comparison *c, const char *format)
{
	const struct vmb_report_opts opts = { .width = 200 };
	const struct vmb_compare_format *f = vmb_compare_format_find(format);
	char *text;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	assert_non_null(f);
	assert_int_equal(f->write(out, c, &opts), 0);
	fclose(out);
	return text;
}

static void test_text_and_markdown_are_harmless(void **state)
{
	struct vmb_comparison c;
	char *text, *md;

	(void)state;
	make(&c);
	text = write(&c, "text");
	md = write(&c, "md");
	assert_null(strchr(text, '\033'));
	assert_null(strchr(md, '\033'));
	assert_null(strstr(md, "SIGSEGV |"));
	assert_non_null(strstr(text, "REGRESSED (high)"));
	assert_non_null(strstr(text, "+30.00 %"));
	assert_non_null(strstr(text, "1 regressed, 1 improved, 1 equivalent"));
	assert_non_null(strstr(md, "| 🔴 `a/slower` |"));
	free(text);
	free(md);
	vmb_comparison_fini(&c);
}

static void test_json_parses_and_leaves_out_what_is_not_known(void **state)
{
	struct vmb_comparison c;
	json_t *doc, *list;
	char *text;

	(void)state;
	make(&c);
	c.change[0].low = -INFINITY;
	text = write(&c, "json");
	doc = json_loads(text, 0, NULL);
	assert_non_null(doc);
	list = json_object_get(doc, "benchmarks");
	assert_int_equal(json_array_size(list), 5);
	assert_null(json_object_get(json_object_get(json_array_get(list, 0), "effect"), "low_percent"));
	assert_string_equal(json_string_value(json_object_get(json_array_get(list, 1), "verdict")),
			    "REGRESSED");
	assert_null(json_object_get(json_array_get(list, 3), "verdict"));
	assert_string_equal(json_string_value(json_object_get(json_array_get(list, 4), "state")),
			    "not_comparable");
	json_decref(doc);
	free(text);
	vmb_comparison_fini(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_verdicts),
		cmocka_unit_test(test_settling_adjusts_over_what_was_compared),
		cmocka_unit_test(test_tally),
		cmocka_unit_test(test_a_lone_regression_that_holm_takes_back),
		cmocka_unit_test(test_a_time_of_zero_has_no_ratio),
		cmocka_unit_test(test_two_times_of_nothing_are_not_compared),
		cmocka_unit_test(test_the_worst_comes_first),
		cmocka_unit_test(test_text_and_markdown_are_harmless),
		cmocka_unit_test(test_json_parses_and_leaves_out_what_is_not_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
