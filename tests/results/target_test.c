// SPDX-License-Identifier: MIT
#include "tests/test.h"

#include "results/report_targets.h"
#include "results/target.h"
#include "tests/results/forge.h"

static struct vmb_bench_result bench(const char *id, double ns)
{
	struct vmb_bench_result b = { .status = VMB_STATUS_OK };

	snprintf(b.id, sizeof(b.id), "%s", id);
	b.summary.measured = true;
	b.summary.median = ns;
	return b;
}

static void add_metric(struct vmb_bench_result *b, const char *name, const char *unit, double v)
{
	struct vmb_metric_stat *m = &b->summary.metrics[b->summary.nr_metrics++];

	snprintf(m->name, sizeof(m->name), "%s", name);
	snprintf(m->unit, sizeof(m->unit), "%s", unit);
	m->value = v;
}

/* The only target that is about @b. */
static struct vmb_target_verdict judge(const struct vmb_bench_result *b)
{
	size_t nr, n = 0;
	const struct vmb_target *t = vmb_targets(&nr);
	struct vmb_target_verdict v = { 0 }, one;

	for (size_t i = 0; i < nr; i++)
		if (vmb_target_judge(&t[i], b, &one)) {
			v = one;
			n++;
		}
	assert_int_equal(n, 1);
	return v;
}

static void assert_verdict(struct vmb_target_verdict v, bool met, double value, double distance)
{
	assert_true(v.measured);
	assert_int_equal(v.met, met);
	assert_true(fabs(v.value - value) < 1e-9 * fabs(value));
	assert_true(fabs(v.distance_percent - distance) < 1e-6);
}

static void test_a_time_is_met_below_its_limit(void **state)
{
	struct vmb_bench_result b = bench("memory/mmu_translate/random/x86_64", 66);

	(void)state;
	assert_verdict(judge(&b), true, 66, -34);
	b.summary.median = 100;
	assert_verdict(judge(&b), false, 100, 0);
	b.summary.median = 112;
	assert_verdict(judge(&b), false, 112, 12);
}

static void test_a_throughput_is_met_above_its_limit(void **state)
{
	struct vmb_bench_result b = bench("memory/copy/libc/4K", 100);

	(void)state;
	assert_false(judge(&b).measured);
	b.summary.throughput = 2e9;
	strcpy(b.summary.throughput_unit, "B");
	assert_verdict(judge(&b), true, 2e9, 100);
	strcpy(b.summary.throughput_unit, "B/s");
	assert_true(judge(&b).measured);
	b.summary.throughput = 0.5e9;
	assert_verdict(judge(&b), false, 0.5e9, -50);
	strcpy(b.summary.throughput_unit, "objects");
	assert_false(judge(&b).measured);
}

static void test_a_rate_comes_from_the_time(void **state)
{
	struct vmb_bench_result b = bench("gc/alloc_throughput/64", 500);

	(void)state;
	assert_verdict(judge(&b), true, 2e6, 100);
}

static void test_a_metric_is_converted(void **state)
{
	struct vmb_bench_result b = bench("gc/minor_pause/64M", 1);

	(void)state;
	assert_false(judge(&b).measured);
	add_metric(&b, "p50", "ns", 1e6);
	assert_false(judge(&b).measured);
	add_metric(&b, "p99", "ns", 6e6);
	assert_verdict(judge(&b), false, 6, 20);
	strcpy(b.summary.metrics[1].unit, "parsecs");
	assert_false(judge(&b).measured);
}

static void test_what_is_not_ok_has_no_value(void **state)
{
	static const enum vmb_status bad[] = { VMB_STATUS_SKIPPED, VMB_STATUS_FAILED,
					       VMB_STATUS_UNRELIABLE };
	struct vmb_bench_result b = bench("memory/mmu_translate/random/x86_64", 66);
	char buf[48];

	(void)state;
	for (size_t i = 0; i < VMB_ARRAY_SIZE(bad); i++) {
		struct vmb_target_verdict v;

		b.status = bad[i];
		v = judge(&b);
		assert_false(v.measured);
		assert_string_equal(vmb_target_words(&v, buf), "not measured");
	}
}

static void test_words(void **state)
{
	struct vmb_bench_result b = bench("memory/mmu_translate/random/x86_64", 66);
	struct vmb_target_verdict v = judge(&b);
	char buf[48];

	(void)state;
	assert_string_equal(vmb_target_words(&v, buf), "met, 34 % below");
	assert_string_equal(vmb_target_value(&v, buf), "66 ns");
	b.summary.median = 112;
	v = judge(&b);
	assert_string_equal(vmb_target_words(&v, buf), "MISSED, 12 % above");
	b.summary.median = 5000;
	v = judge(&b);
	assert_string_equal(vmb_target_words(&v, buf), "MISSED, 50 times the limit");
}

static void test_other_benchmarks_have_no_target(void **state)
{
	struct vmb_bench_result b = bench("memory/copy/libc/64K", 66);
	struct vmb_target_verdict v;
	size_t nr;
	const struct vmb_target *t = vmb_targets(&nr);

	(void)state;
	for (size_t i = 0; i < nr; i++)
		assert_false(vmb_target_judge(&t[i], &b, &v));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_time_is_met_below_its_limit),
		cmocka_unit_test(test_a_throughput_is_met_above_its_limit),
		cmocka_unit_test(test_a_rate_comes_from_the_time),
		cmocka_unit_test(test_a_metric_is_converted),
		cmocka_unit_test(test_what_is_not_ok_has_no_value),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_other_benchmarks_have_no_target),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
