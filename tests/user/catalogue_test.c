// SPDX-License-Identifier: MIT
/*
 * Plugins, built here from a few lines each: what a good one adds, and what each bad one is told.
 */
#include "tests/test.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "user/bench/categories.h"
#include "user/catalogue.h"

#define PARTS \
	"#include \"user/bench.h\"\n" \
	"static int setup(struct vmb_state *st) { (void)st; return 0; }\n" \
	"static void run(void *priv, uint64_t iters) { (void)priv; (void)iters; }\n" \
	"static const struct vmb_value values[] = { { \"a\", 1 }, { \"b\", 2 } };\n" \
	"static const struct vmb_value twice[] = { { \"a\", 1 }, { \"a\", 2 } };\n" \
	"static const struct vmb_value bad_label[] = { { \"a/b\", 1 } };\n" \
	"static const struct vmb_axis axes[4] = { VMB_AXIS(\"x\", values) };\n" \
	"static const struct vmb_axis twice_axes[] = { VMB_AXIS(\"x\", twice) };\n" \
	"static const struct vmb_axis bad_axes[] = { VMB_AXIS(\"x\", bad_label) };\n"

#define BENCH(member) \
	PARTS "static const struct vmb_bench good __attribute__((unused)) = { .name = \"good\", " \
	".what = \"a\", .unit = \"call\", .setup = setup, .run = run };\n" \
	"static const struct vmb_bench b __attribute__((unused)) = { .name = \"b\", " \
	".what = \"b\", .unit = \"call\", .setup = setup, .run = run, " member " };\n"

#define CATEGORY(name, list) \
	"static const struct vmb_bench *const list[] = { " list " };\n" \
	"static const struct vmb_category c = { .name = \"" name "\", .what = \"test\", " \
	".benches = list, .nr = VMB_ARRAY_SIZE(list) };\n"

#define PLUGIN "VMB_PLUGIN(\"test\", &c);\n"

static struct vmb_catalogue catalogue;
static char folder[] = "/tmp/vmbench-catalogue.XXXXXX";
static char object[64];

static bool have_compiler(void)
{
	return system("cc --version >/dev/null 2>&1") == 0 && access("user/bench.h", R_OK) == 0;
}

/* Build @text into a new shared object; its path is in object[]. */
static void build(const char *text)
{
	static unsigned int nr;
	char source[64], command[256];
	FILE *f;

	if (!have_compiler()) {
		print_message("no cc, or not started in the root of the source\n");
		skip();
	}
	nr++;
	snprintf(source, sizeof(source), "%s/%u.c", folder, nr);
	snprintf(object, sizeof(object), "%s/%u.so", folder, nr);
	f = fopen(source, "w");
	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
	snprintf(command, sizeof(command), "cc -std=gnu11 -w -I. -shared -fPIC -o %s %s", object, source);
	assert_int_equal(system(command), 0);
}

/* The paths are kept for as long as the objects are loaded: in vmbench, until it ends. */
static void forget_paths(void)
{
	for (size_t i = 0; i < catalogue.plugins.nr; i++) {
		union { const char *in; char *out; } u = { .in = catalogue.plugins.text[i] };

		free(u.out);
	}
	catalogue.plugins.nr = 0;
}

static int open_list(const struct vmb_list *plugins, struct vmb_why *why)
{
	*why = (struct vmb_why){ 0 };
	forget_paths();
	return vmb_catalogue_open(&catalogue, plugins, why);
}

static int open_with(const char *path, struct vmb_why *why)
{
	struct vmb_list plugins = { .nr = 1, .text = { path } };

	return open_list(&plugins, why);
}

/* The plugin made of @text is refused with @err, and the reason has @word and the file's name. */
static void refused(const char *text, int err, const char *word)
{
	struct vmb_why why;
	int got;

	build(text);
	got = open_with(object, &why);
	if (got != err || !strstr(why.text, word) || !strstr(why.text, object))
		fail_msg("wanted %d and \"%s\", got %d: %s", err, word, got, why.text);
}

static void test_a_good_plugin_is_added_last(void **state)
{
	struct vmb_why why;
	size_t nr;

	(void)state;
	vmb_categories(&nr);
	build(BENCH(".axes = axes, .nr_axes = 1") CATEGORY("mine", "&good, &b") PLUGIN);
	assert_int_equal(open_with(object, &why), 0);
	assert_int_equal(catalogue.nr, nr + 1);
	assert_string_equal(catalogue.category[nr]->name, "mine");
	assert_int_equal(catalogue.category[nr]->nr, 2);
	assert_int_equal(catalogue.plugins.nr, 1);
	assert_int_equal(catalogue.plugins.text[0][0], '/');
}

static void test_no_plugin_gives_the_built_in_categories(void **state)
{
	struct vmb_why why;
	size_t nr;
	const struct vmb_category *const *builtin = vmb_categories(&nr);

	(void)state;
	assert_int_equal(open_list(NULL, &why), 0);
	assert_int_equal(catalogue.nr, nr);
	assert_ptr_equal(catalogue.category[0], builtin[0]);
}

static void test_another_abi_is_refused(void **state)
{
	(void)state;
	refused(BENCH("") CATEGORY("mine", "&b")
		"static const struct vmb_category *const all[] = { &c };\n"
		"const struct vmb_plugin vmb_plugin = { .abi = VMB_BENCH_ABI + 1, .bench_bytes = "
		"sizeof(struct vmb_bench), .name = \"t\", .categories = all, .nr = 1 };\n",
		-EPROTO, "Rebuild it");
}

static void test_a_changed_struct_under_the_same_number_is_refused(void **state)
{
	(void)state;
	refused(BENCH("") CATEGORY("mine", "&b")
		"static const struct vmb_category *const all[] = { &c };\n"
		"const struct vmb_plugin vmb_plugin = { .abi = VMB_BENCH_ABI, .bench_bytes = "
		"sizeof(struct vmb_bench) + 8, .name = \"t\", .categories = all, .nr = 1 };\n",
		-EPROTO, "struct of");
}

static void test_no_category_is_refused(void **state)
{
	(void)state;
	refused(PARTS "const struct vmb_plugin vmb_plugin = { .abi = VMB_BENCH_ABI, .bench_bytes = "
		"sizeof(struct vmb_bench), .name = \"t\" };\n", -EINVAL, "no category");
}

static void test_a_category_of_vmbench_is_refused(void **state)
{
	(void)state;
	refused(BENCH("") CATEGORY("memory", "&b") PLUGIN, -EINVAL, "\"memory\" exists already");
}

static void test_two_plugins_of_one_category_are_refused(void **state)
{
	struct vmb_list plugins = { .nr = 2, .text = { object, object } };
	struct vmb_why why;

	(void)state;
	build(BENCH("") CATEGORY("mine", "&b") PLUGIN);
	assert_int_equal(open_list(&plugins, &why), -EINVAL);
	assert_non_null(strstr(why.text, "\"mine\" exists already"));
}

static void test_a_bad_category_name_is_refused(void **state)
{
	(void)state;
	refused(BENCH("") CATEGORY("My Own", "&b") PLUGIN, -EINVAL, "no valid name");
	refused(BENCH("") CATEGORY("", "&b") PLUGIN, -EINVAL, "no valid name");
}

static void test_two_benchmarks_of_one_name_are_refused(void **state)
{
	(void)state;
	refused(BENCH("") CATEGORY("mine", "&good, &b, &good") PLUGIN, -EINVAL,
		"two benchmarks of the name \"good\"");
}

/* Each row spoils one member of an otherwise good benchmark. */
static void test_incomplete_benchmarks_are_refused(void **state)
{
	static const char *const spoilt[] = {
		BENCH(".run = NULL"), BENCH(".setup = NULL"), BENCH(".name = NULL"), BENCH(".name = \"B\""),
		BENCH(".name = \"with/slash\""), BENCH(".what = NULL"), BENCH(".unit = NULL"),
		BENCH(".engine = VMB_ENGINE_KMOD"), BENCH(".nr_axes = 1"),
		BENCH(".axes = axes, .nr_axes = 4"), BENCH(".axes = axes + 1, .nr_axes = 1"),
		BENCH(".axes = twice_axes, .nr_axes = 1"), BENCH(".axes = bad_axes, .nr_axes = 1"),
	};
	char text[8192];

	(void)state;
	for (size_t i = 0; i < VMB_ARRAY_SIZE(spoilt); i++) {
		snprintf(text, sizeof(text), "%s%s", spoilt[i], CATEGORY("mine", "&good, &b") PLUGIN);
		refused(text, -EINVAL, "benchmark 2 of \"mine\" is incomplete");
	}
}

static void test_a_missing_benchmark_is_refused(void **state)
{
	(void)state;
	refused(BENCH("") CATEGORY("mine", "&b, NULL") PLUGIN, -EINVAL, "benchmark 2 of \"mine\"");
}

static void test_a_shared_object_that_is_no_plugin(void **state)
{
	(void)state;
	refused("int answer = 42;\n", -ENOEXEC, "VMB_PLUGIN()");
}

static void test_what_is_no_shared_object(void **state)
{
	struct vmb_why why;

	(void)state;
	assert_int_equal(open_with("/etc/passwd", &why), -ENOEXEC);
	assert_non_null(strstr(why.text, "plugin /etc/passwd"));
	assert_int_equal(open_with("/dev/null", &why), -ENOEXEC);
	assert_int_equal(open_with("/nonexistent/x.so", &why), -ENOENT);
	assert_non_null(strstr(why.text, "No such file"));
}

static int make_folder(void **state)
{
	(void)state;
	return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
	char command[64];

	(void)state;
	forget_paths();
	snprintf(command, sizeof(command), "rm -r %s", folder);
	return system(command);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_good_plugin_is_added_last),
		cmocka_unit_test(test_no_plugin_gives_the_built_in_categories),
		cmocka_unit_test(test_another_abi_is_refused),
		cmocka_unit_test(test_a_changed_struct_under_the_same_number_is_refused),
		cmocka_unit_test(test_no_category_is_refused),
		cmocka_unit_test(test_a_category_of_vmbench_is_refused),
		cmocka_unit_test(test_two_plugins_of_one_category_are_refused),
		cmocka_unit_test(test_a_bad_category_name_is_refused),
		cmocka_unit_test(test_two_benchmarks_of_one_name_are_refused),
		cmocka_unit_test(test_incomplete_benchmarks_are_refused),
		cmocka_unit_test(test_a_missing_benchmark_is_refused),
		cmocka_unit_test(test_a_shared_object_that_is_no_plugin),
		cmocka_unit_test(test_what_is_no_shared_object),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
