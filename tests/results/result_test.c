// SPDX-License-Identifier: MIT
#include "results/result.h"
#include "tests/results/rounds.h"

static const struct recipe usual = {.ns = 10, .noise = 0.005, .batches = 20, .n = 1000};

static struct vmb_bench_result bench_of(size_t rounds)
{
	struct vmb_bench_result b = {0};
	struct vmb_rng g;

	vmb_rng_init(&g, rounds);
	for (size_t i = 0; i < rounds; i++)
		put(&b.set, slope_round(&usual, &g));
	return b;
}

static void discard(struct vmb_bench_result *b, size_t from, size_t nr)
{
	for (size_t i = from; i < from + nr; i++) {
		b->set.rounds[i].discarded = true;
		strcpy(b->set.rounds[i].reason, "the hypervisor stole 3 ticks");
	}
}

static void fini(struct vmb_bench_result *b)
{
	vmb_sample_set_fini(&b->set);
	vmb_summary_fini(&b->summary);
}

static void check(struct vmb_bench_result *b, enum vmb_status status, const char *reason)
{
	assert_int_equal(vmb_bench_conclude(b, NULL), 0);
	assert_string_equal(b->reason, reason);
	assert_int_equal(b->status, status);
}

static void test_result_of_good_rounds_is_ok(void **state)
{
	struct vmb_bench_result b = bench_of(12);

	(void)state;
	check(&b, VMB_STATUS_OK, "");
	assert_near(b.summary.median, 10, 0.01);
	/* Concluding again starts afresh and leaks nothing. */
	strcpy(b.reason, "old");
	check(&b, VMB_STATUS_OK, "");
	fini(&b);
}

static void test_result_of_many_discarded_is_unreliable(void **state)
{
	struct vmb_bench_result b = bench_of(12);

	(void)state;
	discard(&b, 0, 2);	/* 16.7 % */
	check(&b, VMB_STATUS_OK, "");
	discard(&b, 2, 1);	/* 25 % */
	check(&b, VMB_STATUS_UNRELIABLE,
	      "3 of 12 rounds were discarded, because the hypervisor stole 3 ticks");
	assert_true(b.summary.measured);
	fini(&b);
	b = bench_of(10);
	discard(&b, 0, 2);	/* 20 % is not more than 20 % */
	check(&b, VMB_STATUS_OK, "");
	fini(&b);
}

static void test_result_of_no_kept_round_is_unreliable(void **state)
{
	struct vmb_bench_result b = bench_of(4);

	(void)state;
	discard(&b, 0, 4);
	check(&b, VMB_STATUS_UNRELIABLE,
	      "4 of 4 rounds were discarded, because the hypervisor stole 3 ticks");
	assert_false(b.summary.measured);
	fini(&b);
}

/* Fewer than three are fine if no more were asked for. */
static void test_result_of_few_rounds(void **state)
{
	struct vmb_bench_result b;

	(void)state;
	for (size_t n = 1; n <= 3; n++) {
		b = bench_of(n);
		check(&b, VMB_STATUS_OK, "");
		assert_true(b.summary.flags & VMB_SUM_FEW_ROUNDS);
		fini(&b);
	}
	b = bench_of(3);
	b.set.rounds[2].status = VMB_ROUND_SKIPPED;
	check(&b, VMB_STATUS_UNRELIABLE, "only 2 of 3 rounds could be used");
	fini(&b);
}

static void test_result_of_a_failed_round_is_failed(void **state)
{
	static const enum vmb_round_status bad[] = {VMB_ROUND_FAILED, VMB_ROUND_CRASHED,
						    VMB_ROUND_TIMEOUT};
	struct vmb_bench_result b;

	(void)state;
	for (size_t i = 0; i < VMB_ARRAY_SIZE(bad); i++) {
		b = bench_of(12);
		discard(&b, 0, 6);
		b.set.rounds[8].status = bad[i];
		strcpy(b.set.rounds[8].reason, "sum is 3, not 4");
		check(&b, VMB_STATUS_FAILED, "round 8: sum is 3, not 4");
		fini(&b);
	}
	b = bench_of(2);
	b.set.rounds[1].status = VMB_ROUND_TIMEOUT;
	check(&b, VMB_STATUS_FAILED, "round 1: timeout");
	memset(b.set.rounds[1].reason, 'x', VMB_REASON_BYTES - 1);
	assert_int_equal(vmb_bench_conclude(&b, NULL), 0);
	assert_int_equal(strlen(b.reason), VMB_REASON_BYTES - 1);
	fini(&b);
}

static void test_result_of_a_skipped_round_is_skipped(void **state)
{
	struct vmb_bench_result b = {0};
	struct vmb_round r = empty_round(VMB_SAMPLING_SLOPE);

	(void)state;
	r.status = VMB_ROUND_SKIPPED;
	strcpy(r.reason, "one NUMA node");
	put(&b.set, r);
	check(&b, VMB_STATUS_SKIPPED, "one NUMA node");
	assert_false(b.summary.measured);
	fini(&b);
}

static void test_result_of_no_round(void **state)
{
	struct vmb_bench_result b = {0};

	(void)state;
	check(&b, VMB_STATUS_UNRELIABLE, "nothing was timed: no round was run");
	/* What was known before any round started stays. */
	b = (struct vmb_bench_result){.status = VMB_STATUS_SKIPPED, .reason = "needs the module"};
	check(&b, VMB_STATUS_SKIPPED, "needs the module");
}

static void test_result_of_only_simulated_rounds(void **state)
{
	struct vmb_bench_result b = {0};
	struct vmb_round r = empty_round(VMB_SAMPLING_SLOPE);

	(void)state;
	add_sample(&r, 100, 0, 0);
	add_sample(&r, 200, 0, 0);
	add_counts(&r, 2, name_counter(&r, "instructions", "sim:callgrind"), 31, 400);
	put(&b.set, r);
	check(&b, VMB_STATUS_UNRELIABLE, "nothing was timed: only simulated counters");
	assert_near(counter_of(&b.summary, "instructions")->per_op, 31, 0);
	fini(&b);
	/* Beside timed rounds it does not count against them. */
	b = bench_of(2);
	r = empty_round(VMB_SAMPLING_SLOPE);
	add_sample(&r, 100, 0, 0);
	add_counts(&r, 1, name_counter(&r, "instructions", "sim:callgrind"), 31, 0);
	put(&b.set, r);
	check(&b, VMB_STATUS_OK, "");
	fini(&b);
}

static void test_result_owns_what_is_added(void **state)
{
	struct vmb_result res = {0};

	(void)state;
	for (size_t i = 0; i < 20; i++) {
		struct vmb_bench_result *b = vmb_result_add(&res), made = bench_of(3);

		assert_non_null(b);
		assert_true(b->id[0] == '\0' && b->set.nr_rounds == 0);
		b->set = made.set;
		assert_int_equal(vmb_bench_conclude(b, NULL), 0);
	}
	assert_int_equal(res.nr, 20);
	res.command = strdup("vmbench");
	res.label = strdup("test");
	vmb_env_text(&res.env, "cpu.model", "test", "none");
	vmb_result_fini(&res);
	assert_true(!res.nr && !res.benches && !res.command && !res.env.nr);
	vmb_result_fini(&res);
	vmb_result_fini(NULL);
}

static void test_result_status_has_names(void **state)
{
	(void)state;
	assert_string_equal(vmb_status_name(VMB_STATUS_OK), "ok");
	assert_string_equal(vmb_status_name(VMB_STATUS_SKIPPED), "skipped");
	assert_string_equal(vmb_status_name(VMB_STATUS_FAILED), "failed");
	assert_string_equal(vmb_status_name(VMB_STATUS_UNRELIABLE), "unreliable");
	assert_string_equal(vmb_status_name((enum vmb_status)77), "unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_result_of_good_rounds_is_ok),
		cmocka_unit_test(test_result_of_many_discarded_is_unreliable),
		cmocka_unit_test(test_result_of_no_kept_round_is_unreliable),
		cmocka_unit_test(test_result_of_few_rounds),
		cmocka_unit_test(test_result_of_a_failed_round_is_failed),
		cmocka_unit_test(test_result_of_a_skipped_round_is_skipped),
		cmocka_unit_test(test_result_of_no_round),
		cmocka_unit_test(test_result_of_only_simulated_rounds),
		cmocka_unit_test(test_result_owns_what_is_added),
		cmocka_unit_test(test_result_status_has_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
