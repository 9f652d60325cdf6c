// SPDX-License-Identifier: MIT
#include "tests/test.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "user/plan.h"

static int make(const struct vmb_options *o, struct vmb_plan *plan, struct vmb_why *why)
{
	static struct vmb_catalogue c;	/* plans borrow from it */

	assert_int_equal(vmb_catalogue_open(&c, &o->plugins, why), 0);
	return vmb_plan_make(&c, o, plan, why);
}

static int plan_of(struct vmb_plan *plan, struct vmb_why *why, const char *filter, const char *skip,
		   bool exact)
{
	struct vmb_options o = { .exact = exact };

	if (filter)
		o.filters.text[o.filters.nr++] = filter;
	if (skip)
		o.skip.text[o.skip.nr++] = skip;
	return make(&o, plan, why);
}

static void test_everything_is_the_default(void **state)
{
	struct vmb_plan plan;
	struct vmb_why why;

	(void)state;
	assert_int_equal(plan_of(&plan, &why, NULL, NULL, false), 0);
	assert_true(plan.nr > 40);
	vmb_plan_fini(&plan);
}

static void test_ids_are_unique_and_well_formed(void **state)
{
	struct vmb_plan plan;
	struct vmb_why why;

	(void)state;
	assert_int_equal(plan_of(&plan, &why, NULL, NULL, false), 0);
	for (size_t i = 0; i < plan.nr; i++) {
		const char *id = plan.entry[i].id;

		assert_true(strlen(id) < 60);
		assert_non_null(strchr(id, '/'));
		for (const char *c = id; *c; c++)
			assert_true(isalnum((unsigned char)*c) || strchr("/_-.", *c));
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(id, plan.entry[k].id);
	}
	vmb_plan_fini(&plan);
}

static void test_filter_and_skip(void **state)
{
	struct vmb_plan plan;
	struct vmb_why why;

	(void)state;
	assert_int_equal(plan_of(&plan, &why, "^memory/copy/", "64M$", false), 0);
	assert_true(plan.nr >= 12);
	for (size_t i = 0; i < plan.nr; i++) {
		assert_memory_equal(plan.entry[i].id, "memory/copy/", 12);
		assert_null(strstr(plan.entry[i].id, "64M"));
	}
	vmb_plan_fini(&plan);
}

static void test_exact_id_and_find_agree(void **state)
{
	struct vmb_catalogue c;
	struct vmb_plan plan;
	struct vmb_entry e;
	struct vmb_why why;

	(void)state;
	assert_int_equal(vmb_catalogue_open(&c, NULL, &why), 0);
	assert_int_equal(plan_of(&plan, &why, "memory/copy/libc/64", NULL, true), 0);
	assert_int_equal(plan.nr, 1);
	assert_int_equal(vmb_plan_find(&c, "memory/copy/libc/64", &e), 0);
	assert_ptr_equal(e.bench, plan.entry[0].bench);
	assert_int_equal(e.arg[1].num, 64);
	vmb_plan_fini(&plan);
	assert_int_equal(vmb_plan_find(&c, "memory/copy/libc", &e), -ENOENT);
}

static void test_categories_select(void **state)
{
	struct vmb_options o = { .categories = 1 };
	struct vmb_plan plan;
	struct vmb_why why;
	size_t all;

	(void)state;
	assert_int_equal(make(&(struct vmb_options){ .all = true }, &plan, &why), 0);
	all = plan.nr;
	vmb_plan_fini(&plan);
	if (!make(&o, &plan, &why))
		assert_true(plan.nr < all);
	vmb_plan_fini(&plan);
}

static void test_nothing_matches(void **state)
{
	struct vmb_plan plan;
	struct vmb_why why;

	(void)state;
	assert_int_equal(plan_of(&plan, &why, "no such thing", NULL, false), -EINVAL);
	assert_non_null(strstr(why.text, "no such thing"));
	assert_non_null(strstr(why.text, "memory"));
}

static void test_what_takes_long_needs_rigorous(void **state)
{
	static const char id[] = "gc/major_pause/1G";
	static struct vmb_catalogue c;
	struct vmb_options o = { .rigorous = true, .filters = { .text = { id }, .nr = 1 } };
	struct vmb_plan plan;
	struct vmb_entry e;
	struct vmb_why why;

	(void)state;
	assert_int_equal(plan_of(&plan, &why, id, NULL, false), -EINVAL);
	assert_non_null(strstr(why.text, "--rigorous"));
	assert_int_equal(make(&o, &plan, &why), 0);
	assert_int_equal(plan.nr, 1);
	assert_string_equal(plan.entry[0].id, id);
	vmb_plan_fini(&plan);
	assert_int_equal(plan_of(&plan, &why, id, NULL, true), 0);
	assert_int_equal(plan.nr, 1);
	vmb_plan_fini(&plan);
	assert_int_equal(vmb_catalogue_open(&c, &o.plugins, &why), 0);
	assert_int_equal(vmb_plan_find(&c, id, &e), 0);
}

static void test_bad_expression(void **state)
{
	struct vmb_plan plan;
	struct vmb_why why;

	(void)state;
	assert_int_equal(plan_of(&plan, &why, "(", NULL, false), -EINVAL);
	assert_non_null(strstr(why.text, "regular expression"));
	assert_int_equal(plan_of(&plan, &why, NULL, "[", false), -EINVAL);
}

static void test_faults_are_hidden(void **state)
{
	struct vmb_plan plan;
	struct vmb_why why;

	(void)state;
	unsetenv("VMBENCH_FAULTS");
	assert_int_equal(plan_of(&plan, &why, "^fault/", NULL, false), -EINVAL);
	setenv("VMBENCH_FAULTS", "1", 1);
	assert_int_equal(plan_of(&plan, &why, "^fault/", NULL, false), 0);
	vmb_plan_fini(&plan);
	unsetenv("VMBENCH_FAULTS");
}

static void test_effort_follows_the_options(void **state)
{
	struct vmb_options o = { .quick = true };
	struct vmb_effort e;

	(void)state;
	vmb_effort_resolve(&o, &e);
	assert_int_equal(e.rounds, 6);
	o = (struct vmb_options){ .rigorous = true, .batches = 33, .timeout_s = 3 };
	vmb_effort_resolve(&o, &e);
	assert_int_equal(e.rounds, 60);
	assert_int_equal(e.batches, 33);
	assert_float_equal(e.timeout_s, 3, 1e-9);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_everything_is_the_default),
		cmocka_unit_test(test_ids_are_unique_and_well_formed),
		cmocka_unit_test(test_filter_and_skip),
		cmocka_unit_test(test_exact_id_and_find_agree),
		cmocka_unit_test(test_categories_select),
		cmocka_unit_test(test_nothing_matches),
		cmocka_unit_test(test_what_takes_long_needs_rigorous),
		cmocka_unit_test(test_bad_expression),
		cmocka_unit_test(test_faults_are_hidden),
		cmocka_unit_test(test_effort_follows_the_options),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
