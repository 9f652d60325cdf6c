// SPDX-License-Identifier: MIT
#include "tests/test.h"

#include <errno.h>

#include "results/compare_runs.h"
#include "results/machine.h"
#include "tests/results/forge.h"

#define ID	"memory/copy/libc/64"

static void make(struct vmb_result *res, const char *id, double ns, uint64_t seed)
{
	struct forge f = { .id = id, .commit = "c0ffee", .fingerprint = "0123", .noise = 0.002,
			   .seed = seed };

	forge_start(res, &f);
	forge_bench(res, &f, ID, ns);
}

static struct vmb_change compare_ns(double old_ns, double new_ns,
				    const struct vmb_compare_runs_opts *opts)
{
	struct vmb_result old, fresh;
	struct vmb_comparison c = { 0 };
	struct vmb_change x;

	make(&old, "old", old_ns, 1);
	make(&fresh, "new", new_ns, 2);
	assert_int_equal(vmb_compare_runs(&old, &fresh, opts, &c), 0);
	assert_int_equal(c.nr, 1);
	assert_false(c.paired);
	x = c.change[0];
	vmb_comparison_fini(&c);
	vmb_result_fini(&old);
	vmb_result_fini(&fresh);
	return x;
}

static void test_severity_decides_the_verdict(void **state)
{
	static const struct {
		double ratio;
		enum vmb_verdict verdict;
		enum vmb_severity severity;
	} cases[] = {
		{ 1.00, VMB_VERDICT_EQUIVALENT, VMB_SEVERITY_STABLE },
		{ 1.02, VMB_VERDICT_EQUIVALENT, VMB_SEVERITY_STABLE },
		{ 1.08, VMB_VERDICT_INCONCLUSIVE, VMB_SEVERITY_STABLE },
		{ 1.15, VMB_VERDICT_REGRESSED, VMB_SEVERITY_MEDIUM },
		{ 1.30, VMB_VERDICT_REGRESSED, VMB_SEVERITY_HIGH },
		{ 0.90, VMB_VERDICT_IMPROVED, VMB_SEVERITY_IMPROVEMENT },
	};

	(void)state;
	for (size_t i = 0; i < VMB_ARRAY_SIZE(cases); i++) {
		struct vmb_change x = compare_ns(100, 100 * cases[i].ratio, NULL);

		assert_int_equal(x.state, VMB_CHANGE_COMPARED);
		assert_int_equal(x.verdict, cases[i].verdict);
		assert_int_equal(x.severity, cases[i].severity);
		assert_true(fabs(x.effect - log(cases[i].ratio)) < 0.01);
		assert_true(x.low < x.effect && x.effect < x.high);
		assert_true(x.provisional);
		assert_true(x.p >= 0 && x.p <= 1 && x.p_regressed >= 0 && x.p_regressed <= 1);
	}
}

static void test_p_regressed_is_small_only_beyond_the_margin(void **state)
{
	(void)state;
	assert_true(compare_ns(100, 115, NULL).p_regressed < 1e-6);
	assert_true(compare_ns(100, 103, NULL).p_regressed > 0.99);
	assert_true(compare_ns(100, 80, NULL).p_regressed > 0.99);
}

static void test_thresholds_come_from_the_policy(void **state)
{
	struct vmb_rule rules[] = {
		{ .scope = VMB_POLICY_BENCHMARK, .pattern = "memory/*", .limits = { .medium = 0.02 } },
	};
	struct vmb_policy policy = { .nr = 1, .rule = rules };
	struct vmb_compare_runs_opts opts = { .policy = &policy };

	(void)state;
	assert_int_equal(compare_ns(100, 104, NULL).verdict, VMB_VERDICT_EQUIVALENT);
	assert_int_equal(compare_ns(100, 104, &opts).verdict, VMB_VERDICT_REGRESSED);
	assert_int_equal(compare_ns(100, 104, &opts).severity, VMB_SEVERITY_MEDIUM);
}

static void test_the_margin_asked_for_wins(void **state)
{
	struct vmb_compare_runs_opts opts = { .margin = 0.001 };

	(void)state;
	assert_int_equal(compare_ns(100, 102, &opts).verdict, VMB_VERDICT_INCONCLUSIVE);
}

/* @nr runs whose sessions differ by @session_noise. */
static void fill(struct vmb_history *h, size_t nr, double session_noise, const char *commit)
{
	memset(h, 0, sizeof(*h));
	for (size_t i = 0; i < nr; i++) {
		char id[32];
		struct forge f = { .id = id, .commit = commit, .fingerprint = "0123",
				   .noise = 0.002, .session_noise = session_noise, .seed = 100 + i };
		struct vmb_result res;

		snprintf(id, sizeof(id), "run-%zu", i);
		forge_start(&res, &f);
		forge_bench(&res, &f, ID, 100);
		assert_int_equal(vmb_history_add(h, &res, NULL), 0);
		vmb_result_fini(&res);
	}
}

static void test_noise_between_sessions_widens_the_interval(void **state)
{
	struct vmb_history h;
	struct vmb_compare_runs_opts opts = { .history = &h };
	struct vmb_change bare = compare_ns(100, 115, NULL), learnt;

	(void)state;
	fill(&h, 8, 0.05, "c0ffee");
	learnt = compare_ns(100, 115, &opts);
	assert_false(learnt.provisional);
	assert_true(learnt.high - learnt.low > 5 * (bare.high - bare.low));
	assert_int_equal(bare.verdict, VMB_VERDICT_REGRESSED);
	assert_int_equal(learnt.verdict, VMB_VERDICT_INCONCLUSIVE);
	vmb_history_fini(&h);
}

static void test_too_short_a_history_teaches_nothing(void **state)
{
	struct vmb_history h;
	struct vmb_compare_runs_opts opts = { .history = &h };

	(void)state;
	fill(&h, 2, 0.05, "c0ffee");
	assert_true(compare_ns(100, 115, &opts).provisional);
	vmb_history_fini(&h);
}

static void test_runs_that_are_compared_do_not_teach(void **state)
{
	struct vmb_history h;
	struct vmb_session_noise noise;
	const char *const but[] = { "run-0", "run-1" };

	(void)state;
	fill(&h, 4, 0.05, "c0ffee");
	assert_int_equal(vmb_history_noise(&h, ID, NULL, 0, &noise), 0);
	assert_int_equal(noise.sessions, 4);
	assert_int_equal(vmb_history_noise(&h, ID, but, 2, &noise), -ENODATA);
	assert_int_equal(vmb_history_noise(&h, "memory/none", NULL, 0, &noise), -ENODATA);
	vmb_history_fini(&h);
}

static void test_builds_without_a_commit_do_not_teach(void **state)
{
	struct vmb_history h;
	struct vmb_session_noise noise;

	(void)state;
	fill(&h, 5, 0.05, "");
	assert_int_equal(vmb_history_noise(&h, ID, NULL, 0, &noise), -ENODATA);
	vmb_history_fini(&h);
}

static void test_what_cannot_be_compared_says_why(void **state)
{
	struct forge f = { .id = "a", .commit = "c", .fingerprint = "0123" };
	struct vmb_result old, fresh;
	struct vmb_comparison c = { 0 };
	struct vmb_bench_result *b;
	struct vmb_verdict_counts t;

	(void)state;
	forge_start(&old, &f);
	forge_bench(&old, &f, "m/both", 10);
	forge_bench(&old, &f, "m/gone", 10);
	b = forge_bench(&old, &f, "m/failed_before", 10);
	b->status = VMB_STATUS_FAILED;
	forge_start(&fresh, &f);
	b = forge_bench(&fresh, &f, "m/both", 10);
	b->status = VMB_STATUS_SKIPPED;
	snprintf(b->reason, sizeof(b->reason), "no flux capacitor");
	forge_bench(&fresh, &f, "m/born", 10);
	forge_bench(&fresh, &f, "m/failed_before", 10);
	b = forge_bench(&fresh, &f, "m/one_round", 10);
	assert_int_equal(vmb_compare_runs(&old, &fresh, NULL, &c), 0);
	assert_int_equal(c.nr, 5);
	assert_int_equal(c.change[0].state, VMB_CHANGE_UNUSABLE);
	assert_string_equal(c.change[0].reason, "new run: skipped: no flux capacitor");
	assert_int_equal(c.change[1].state, VMB_CHANGE_ONLY_NEW);
	assert_int_equal(c.change[2].state, VMB_CHANGE_UNUSABLE);
	assert_false(c.change[2].failed);
	assert_int_equal(c.change[4].state, VMB_CHANGE_ONLY_OLD);
	assert_string_equal(c.change[4].id, "m/gone");
	t = vmb_comparison_tally(&c);
	assert_int_equal(t.unusable, 2);
	assert_int_equal(t.failed, 0);
	vmb_comparison_fini(&c);
	vmb_result_fini(&old);
	vmb_result_fini(&fresh);
}

static void test_a_new_failure_is_one(void **state)
{
	struct vmb_result old, fresh;
	struct vmb_comparison c = { 0 };

	(void)state;
	make(&old, "old", 10, 1);
	make(&fresh, "new", 10, 2);
	fresh.benches[0].status = VMB_STATUS_FAILED;
	assert_int_equal(vmb_compare_runs(&old, &fresh, NULL, &c), 0);
	assert_int_equal(vmb_comparison_tally(&c).failed, 1);
	vmb_comparison_fini(&c);
	vmb_result_fini(&old);
	vmb_result_fini(&fresh);
}

static void test_different_machines_are_refused_unless_forced(void **state)
{
	struct vmb_result old, fresh;
	struct vmb_comparison c = { 0 };
	struct vmb_compare_runs_opts force = { .force = true };

	(void)state;
	make(&old, "old", 10, 1);
	make(&fresh, "new", 10, 2);
	vmb_env_text(&fresh.env, "machine.fingerprint", "", "4567");
	vmb_env_text(&old.env, "cpu.model", "", "Zen 4");
	vmb_env_text(&fresh.env, "cpu.model", "", "Zen 5");
	assert_int_equal(vmb_compare_runs(&old, &fresh, NULL, &c), -EXDEV);
	assert_string_equal(c.machine_differs, "cpu.model: Zen 4 against Zen 5");
	vmb_comparison_fini(&c);
	assert_int_equal(vmb_compare_runs(&old, &fresh, &force, &c), 0);
	assert_string_equal(c.machine_differs, "cpu.model: Zen 4 against Zen 5");
	vmb_comparison_fini(&c);
	vmb_result_fini(&old);
	vmb_result_fini(&fresh);
}

static void test_without_a_fingerprint_it_is_not_known(void **state)
{
	struct vmb_env a = { 0 }, b = { 0 };
	char why[256];

	(void)state;
	vmb_env_text(&a, "machine.fingerprint", "", "4567");
	assert_true(vmb_machine_differs(&a, &b, why, sizeof(why)));
	assert_non_null(strstr(why, "one run recorded no"));
	assert_false(vmb_machine_differs(&a, &a, why, sizeof(why)));
	assert_string_equal(why, "");
	vmb_env_fini(&a);
}

static void test_a_partial_run_says_so(void **state)
{
	struct vmb_result old, fresh;
	struct vmb_comparison c = { 0 };

	(void)state;
	make(&old, "old", 10, 1);
	make(&fresh, "new", 10, 2);
	fresh.complete = false;
	assert_int_equal(vmb_compare_runs(&old, &fresh, NULL, &c), 0);
	assert_null(strstr(c.old_name, "PARTIAL"));
	assert_non_null(strstr(c.new_name, "PARTIAL"));
	vmb_comparison_fini(&c);
	vmb_result_fini(&old);
	vmb_result_fini(&fresh);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_severity_decides_the_verdict),
		cmocka_unit_test(test_p_regressed_is_small_only_beyond_the_margin),
		cmocka_unit_test(test_thresholds_come_from_the_policy),
		cmocka_unit_test(test_the_margin_asked_for_wins),
		cmocka_unit_test(test_noise_between_sessions_widens_the_interval),
		cmocka_unit_test(test_too_short_a_history_teaches_nothing),
		cmocka_unit_test(test_runs_that_are_compared_do_not_teach),
		cmocka_unit_test(test_builds_without_a_commit_do_not_teach),
		cmocka_unit_test(test_what_cannot_be_compared_says_why),
		cmocka_unit_test(test_a_new_failure_is_one),
		cmocka_unit_test(test_different_machines_are_refused_unless_forced),
		cmocka_unit_test(test_without_a_fingerprint_it_is_not_known),
		cmocka_unit_test(test_a_partial_run_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
