// SPDX-License-Identifier: MIT
#include "results/result.h"
#include "tests/results/rounds.h"

#include "results/stat_basic.h"

static struct vmb_summary summarised(struct vmb_sample_set *set)
{
	struct vmb_summary s;

	assert_int_equal(vmb_summarise(set, NULL, &s), 0);
	vmb_sample_set_fini(set);
	return s;
}

static struct vmb_sample_set set_of(const struct recipe *how, size_t rounds, uint64_t seed)
{
	struct vmb_sample_set set = {0};
	struct vmb_rng g;

	vmb_rng_init(&g, seed);
	for (size_t i = 0; i < rounds; i++)
		put(&set, slope_round(how, &g));
	return set;
}

/* Time. */

static const struct recipe exact = {.ns = 12.5, .batches = 20, .n = 1000};
static const struct recipe noisy = {.ns = 12.5, .noise = 0.01, .batches = 20, .n = 1000};

static void test_summary_finds_time_of_one_operation(void **state)
{
	struct vmb_sample_set set = set_of(&exact, 12, 1);
	struct vmb_summary s = summarised(&set);

	(void)state;
	assert_true(s.measured);
	assert_int_equal(s.flags, 0);
	assert_int_equal(s.kept, 12);
	assert_int_equal(s.nr_round_ns, 12);
	assert_near(s.median, 12.5, 1e-12);
	assert_near(s.mean, 12.5, 1e-12);
	assert_near(s.low, 12.5, 1e-12);
	assert_near(s.mean_high, 12.5, 1e-12);
	assert_near(s.std_dev, 0, 1e-12);
	assert_near(s.confidence, 0.96142578125, 1e-12);
	assert_near(s.intercept_share, 0, 1e-12);
	assert_near(s.timer_cost_ns, 25, 1e-12);
	assert_near(s.sample_cost_ns, 400, 0);
	assert_true(s.throughput == 0 && !s.throughput_unit[0]);
	vmb_summary_fini(&s);
	assert_null(s.round_ns);
}

static void test_summary_of_noisy_rounds_is_consistent(void **state)
{
	struct vmb_sample_set set = set_of(&noisy, 12, 2);
	struct vmb_summary s = summarised(&set);
	double sorted[12];

	(void)state;
	memcpy(sorted, s.round_ns, sizeof(sorted));
	vmb_sort(sorted, 12);
	assert_near(s.median, (sorted[5] + sorted[6]) / 2, 1e-14);
	assert_near(s.low, sorted[2], 0);
	assert_near(s.high, sorted[9], 0);
	assert_near(s.min, sorted[0], 0);
	assert_near(s.max, sorted[11], 0);
	assert_near(s.mean, vmb_mean(sorted, 12), 1e-14);
	assert_near(s.std_dev, vmb_std_dev(sorted, 12), 1e-14);
	assert_near(s.mad, vmb_mad_sorted(sorted, 12), 1e-14);
	assert_true(s.mean_low < s.mean && s.mean < s.mean_high);
	assert_near(s.median, 12.5, 0.01);
	vmb_summary_fini(&s);
}

static void test_summary_repeats_by_seed_and_ignores_order(void **state)
{
	struct vmb_sample_set set = set_of(&noisy, 12, 3);
	struct vmb_summary_opts o = {.seed = 5};
	struct vmb_summary a, b, c;
	struct vmb_round t;

	(void)state;
	assert_int_equal(vmb_summarise(&set, &o, &a), 0);
	t = set.rounds[2];
	set.rounds[2] = set.rounds[9];
	set.rounds[9] = t;
	assert_int_equal(vmb_summarise(&set, &o, &b), 0);
	o.seed = 6;
	assert_int_equal(vmb_summarise(&set, &o, &c), 0);
	vmb_sample_set_fini(&set);
	assert_near(a.mean_low, b.mean_low, 1e-13);
	assert_near(a.median, b.median, 0);
	assert_near(a.std_dev, b.std_dev, 1e-12);
	assert_true(a.mean_low != c.mean_low);
	assert_near(a.mean_low, c.mean_low, 0.001);
	vmb_summary_fini(&a);
	vmb_summary_fini(&b);
	vmb_summary_fini(&c);
}

static void test_summary_confidence_is_asked_for(void **state)
{
	struct vmb_sample_set set = set_of(&noisy, 12, 4);
	struct vmb_summary_opts o = {.confidence = 0.99};
	struct vmb_summary a, b;

	(void)state;
	assert_int_equal(vmb_summarise(&set, NULL, &a), 0);
	assert_int_equal(vmb_summarise(&set, &o, &b), 0);
	vmb_sample_set_fini(&set);
	assert_true(b.confidence >= 0.99 && b.low < a.low && b.high > a.high);
	assert_true(b.mean_low < a.mean_low && b.mean_high > a.mean_high);
	vmb_summary_fini(&a);
	vmb_summary_fini(&b);
}

/* A constant cost for each batch moves the intercept and nothing else; above 1 % it is flagged. */
static void test_summary_flags_an_intercept(void **state)
{
	struct recipe how = exact;
	struct vmb_sample_set set;
	struct vmb_summary s;

	(void)state;
	how.constant_ns = 12500 * 0.005;
	set = set_of(&how, 6, 1);
	s = summarised(&set);
	assert_near(s.median, 12.5, 1e-9);
	assert_near(s.intercept_share, 0.005 / 1.005, 1e-4);
	assert_false(s.flags & VMB_SUM_INTERCEPT);
	vmb_summary_fini(&s);
	how.constant_ns = 12500 * 0.05;
	set = set_of(&how, 6, 1);
	s = summarised(&set);
	assert_near(s.median, 12.5, 1e-9);
	assert_near(s.intercept_share, 0.05 / 1.05, 1e-4);
	assert_true(s.flags & VMB_SUM_INTERCEPT);
	vmb_summary_fini(&s);
	/* Noise of 1 % for each batch has intercepts of either sign, and is no constant cost. */
	set = set_of(&noisy, 40, 5);
	s = summarised(&set);
	assert_false(s.flags & VMB_SUM_INTERCEPT);
	vmb_summary_fini(&s);
}

static void test_summary_leaves_out_disturbed_and_warmup(void **state)
{
	struct vmb_sample_set set = {0};
	struct vmb_summary s;
	struct vmb_rng g;

	(void)state;
	vmb_rng_init(&g, 1);
	for (size_t i = 0; i < 6; i++) {
		struct vmb_round r = slope_round(&exact, &g);

		for (size_t k = 0; k < 30; k++)
			add_sample(&r, 4000, 9e9, k % 3 == 0	? VMB_SAMPLE_SWITCHED
						  : k % 3 == 1 ? VMB_SAMPLE_MIGRATED
							       : VMB_SAMPLE_WARMUP);
		add_sample(&r, 4000, 12.5 * 4000 * 2, VMB_SAMPLE_COUNTER_SLOW);
		put(&set, r);
	}
	s = summarised(&set);
	assert_near(s.median, 12.5, 1e-12);
	vmb_summary_fini(&s);
}

static void test_summary_subtracts_the_baseline(void **state)
{
	struct recipe loop = {.ns = 0.5, .constant_ns = 30, .batches = 20, .n = 1000};
	struct vmb_sample_set set = {0};
	struct vmb_summary s;
	struct vmb_rng g;

	(void)state;
	vmb_rng_init(&g, 1);
	for (size_t i = 0; i < 6; i++) {
		struct vmb_round r = slope_round(&exact, &g);

		add_batches(&r, &loop, VMB_SAMPLE_BASELINE, &g);
		add_sample(&r, 1000, 9e9, VMB_SAMPLE_BASELINE | VMB_SAMPLE_SWITCHED);
		put(&set, r);
	}
	s = summarised(&set);
	assert_near(s.median, 12, 1e-9);
	vmb_summary_fini(&s);
}

/* If every batch of the baseline was disturbed, the operation's own time is not known. */
static void test_summary_without_its_baseline_is_no_estimate(void **state)
{
	struct recipe loop = {.ns = 0.5, .batches = 20, .n = 1000};
	struct vmb_sample_set set = {0};
	struct vmb_summary s;
	struct vmb_rng g;

	(void)state;
	vmb_rng_init(&g, 1);
	for (size_t i = 0; i < 4; i++) {
		struct vmb_round r = slope_round(&exact, &g);

		add_batches(&r, &loop, VMB_SAMPLE_BASELINE | (i ? 0 : VMB_SAMPLE_MIGRATED), &g);
		put(&set, r);
	}
	s = summarised(&set);
	assert_int_equal(s.kept, 3);
	assert_int_equal(s.discarded, 1);
	assert_near(s.max, 12, 1e-9);
	vmb_summary_fini(&s);
}

/* An empty body: estimates around 0, half of them negative. Nothing explodes. */
static void test_summary_of_an_empty_body(void **state)
{
	struct recipe loop = {.ns = 0.5, .noise = 0.002, .batches = 20, .n = 100000};
	struct vmb_sample_set set = {0};
	struct vmb_summary s;
	struct vmb_rng g;

	(void)state;
	vmb_rng_init(&g, 1);
	for (size_t i = 0; i < 12; i++) {
		struct vmb_round r = slope_round(&loop, &g);

		add_batches(&r, &loop, VMB_SAMPLE_BASELINE, &g);
		r.throughput_per_op = 64;
		strcpy(r.throughput_unit, "B");
		put(&set, r);
	}
	s = summarised(&set);
	assert_true(s.measured && s.min < 0 && s.max > 0);
	assert_near(s.median, 0, 0.001);
	assert_near(s.mean, 0, 0.001);
	assert_true(isfinite(s.mean_low) && isfinite(s.mean_high) && s.mean_low < s.mean_high);
	if (s.median <= 0)
		assert_true(s.throughput == 0);
	else
		assert_true(isfinite(s.throughput));
	vmb_summary_fini(&s);
}

static void test_summary_of_flat_sampling_is_the_median(void **state)
{
	struct vmb_sample_set set = {0};
	struct vmb_summary s;

	(void)state;
	for (size_t i = 0; i < 6; i++) {
		struct vmb_round r = empty_round(VMB_SAMPLING_FLAT);

		for (size_t k = 0; k < 5; k++)
			add_sample(&r, 1, (double)(20 + k * k) * 1e6 * 2, 0);
		put(&set, r);
	}
	s = summarised(&set);
	assert_near(s.median, 24e6, 1e-6);
	assert_near(s.intercept_share, 0, 0);
	vmb_summary_fini(&s);
}

/* A benchmark that may only be called once a batch: no two lengths, so the median of ratios. */
static void test_summary_of_equal_batches_is_the_ratio(void **state)
{
	struct vmb_sample_set set = {0};
	struct vmb_summary s;

	(void)state;
	for (size_t i = 0; i < 6; i++) {
		struct vmb_round r = empty_round(VMB_SAMPLING_SLOPE);

		add_sample(&r, 10, 2 * 10 * 7.5, 0);
		if (i)
			add_sample(&r, 10, 2 * 10 * 7.5, 0);
		put(&set, r);
	}
	s = summarised(&set);
	assert_near(s.min, 7.5, 1e-12);
	assert_near(s.max, 7.5, 1e-12);
	vmb_summary_fini(&s);
}

static void test_summary_throughput_is_at_the_median(void **state)
{
	struct vmb_sample_set set = set_of(&exact, 6, 1);
	struct vmb_summary s;

	(void)state;
	for (size_t i = 0; i < 6; i++) {
		set.rounds[i].throughput_per_op = 4096;
		strcpy(set.rounds[i].throughput_unit, "B");
	}
	s = summarised(&set);
	assert_near(s.throughput, 4096 / 12.5e-9, 1e-12);
	assert_string_equal(s.throughput_unit, "B");
	vmb_summary_fini(&s);
}

static void test_summary_labels_outliers_and_keeps_them(void **state)
{
	struct vmb_sample_set set = set_of(&noisy, 12, 7);
	struct recipe slow = {.ns = 25, .batches = 20, .n = 1000};
	struct vmb_summary s;
	struct vmb_rng g;

	(void)state;
	vmb_rng_init(&g, 8);
	put(&set, slope_round(&slow, &g));
	s = summarised(&set);
	assert_int_equal(s.kept, 13);
	assert_int_equal(s.outliers_severe, 1);
	assert_near(s.max, 25, 1e-9);
	vmb_summary_fini(&s);
}

/* Which rounds count. */

static void test_summary_leaves_out_discarded_and_failed(void **state)
{
	struct vmb_sample_set set = set_of(&exact, 6, 1);
	struct recipe slow = {.ns = 500, .batches = 20, .n = 1000};
	struct vmb_summary s;
	struct vmb_round r;
	struct vmb_rng g;

	(void)state;
	vmb_rng_init(&g, 1);
	r = slope_round(&slow, &g);
	r.discarded = true;
	add_metric(&r, "hits", 7, VMB_AGG_MAX);
	put(&set, r);
	r = slope_round(&slow, &g);
	r.status = VMB_ROUND_CRASHED;
	put(&set, r);
	r = empty_round(VMB_SAMPLING_SLOPE);	/* it ran, but nothing was measured */
	put(&set, r);
	r = slope_round(&slow, &g);
	r.tick_hz = NAN;
	put(&set, r);
	s = summarised(&set);
	assert_int_equal(s.kept, 6);
	assert_int_equal(s.discarded, 3);
	assert_near(s.max, 12.5, 1e-12);
	assert_int_equal(s.nr_metrics, 0);
	vmb_summary_fini(&s);
}

static void test_summary_of_few_rounds_says_so(void **state)
{
	(void)state;
	for (size_t n = 1; n <= 7; n++) {
		struct vmb_sample_set set = set_of(&noisy, n, n);
		struct vmb_summary s = summarised(&set);

		assert_true(s.measured);
		assert_int_equal(!!(s.flags & VMB_SUM_FEW_ROUNDS), n < 6);
		assert_near(s.confidence, 1 - pow(0.5, (double)n - 1), 1e-12);
		assert_near(s.low, s.min, 0);
		assert_near(s.high, s.max, 0);
		assert_near(s.mean, vmb_mean(s.round_ns, n), 1e-14);
		/* One round has no spread: absent, not 0. */
		assert_int_equal(isfinite(s.std_dev) && isfinite(s.mad), n > 1);
		assert_int_equal(isfinite(s.mean_low) && isfinite(s.mean_high), n > 1);
		vmb_summary_fini(&s);
	}
}

static void test_summary_of_nothing(void **state)
{
	struct vmb_sample_set set = {0};
	struct vmb_summary s = summarised(&set);

	(void)state;
	assert_false(s.measured);
	assert_int_equal(s.kept, 0);
	assert_int_equal(s.nr_round_ns, 0);
	assert_int_equal(s.nr_metrics, 0);
	vmb_summary_fini(&s);
	vmb_summary_fini(NULL);
	put(&set, empty_round(VMB_SAMPLING_STEADY));
	s = summarised(&set);
	assert_false(s.measured);
	vmb_summary_fini(&s);
}

/* Steady state. */

static struct vmb_round steady_round(double slow_share, struct vmb_rng *g)
{
	struct vmb_round r = empty_round(VMB_SAMPLING_STEADY);

	for (size_t i = 0; i < 400; i++) {
		double ns = (double)i < 400 * slow_share ? 8000 : 1000;

		add_sample(&r, 1, 2 * ns * (1 + 0.01 * vmb_rng_gauss(g)),
			   (double)i < 400 * slow_share ? VMB_SAMPLE_WARMUP : 0);
	}
	return r;
}

static void test_summary_of_a_warmup_is_the_steady_state(void **state)
{
	struct vmb_sample_set set = {0};
	struct vmb_summary s;
	struct vmb_rng g;

	(void)state;
	vmb_rng_init(&g, 1);
	for (size_t i = 0; i < 4; i++) {
		struct vmb_round r = steady_round(i < 3 ? 0.25 : 0, &g);

		r.samples[10].flags |= VMB_SAMPLE_SWITCHED;
		put(&set, r);
	}
	s = summarised(&set);
	assert_near(s.median, 1000, 0.005);
	assert_near(s.max, 1000, 0.01);
	assert_near(metric_of(&s, "time_to_steady")->value, 0.8, 0.01);
	assert_string_equal(metric_of(&s, "time_to_steady")->unit, "ms");
	assert_near(metric_of(&s, "iters_to_steady")->value, 100, 0);
	assert_near(metric_of(&s, "rounds_warmup")->value, 75, 0);
	assert_near(metric_of(&s, "rounds_slowdown")->value, 0, 0);
	assert_near(metric_of(&s, "rounds_not_steady")->value, 0, 0);
	vmb_summary_fini(&s);
}

static void test_summary_without_a_steady_state_claims_none(void **state)
{
	struct vmb_sample_set set = {0};
	struct vmb_summary s;
	struct vmb_rng g;

	(void)state;
	vmb_rng_init(&g, 1);
	for (size_t i = 0; i < 3; i++)
		put(&set, steady_round(0.9, &g));
	s = summarised(&set);
	assert_true(s.measured);
	assert_near(metric_of(&s, "rounds_not_steady")->value, 100, 0);
	assert_null(metric_of(&s, "time_to_steady"));
	assert_null(metric_of(&s, "iters_to_steady"));
	vmb_summary_fini(&s);
}

/* Counters. */

static void test_summary_counters_are_slopes(void **state)
{
	struct recipe loop = {.ns = 0.5, .batches = 8, .n = 1000};
	struct vmb_sample_set set = {0};
	const struct vmb_counter_stat *c;
	struct vmb_summary s;
	struct vmb_rng g;

	(void)state;
	vmb_rng_init(&g, 1);
	for (size_t i = 0; i < 6; i++) {
		struct vmb_round r = slope_round(&exact, &g);
		size_t slot = name_counter(&r, "instructions", i ? "rdpmc" : "read");

		add_counts(&r, 20, slot, 43 + (double)i, 777);
		add_batches(&r, &loop, VMB_SAMPLE_BASELINE, &g);
		add_counts(&r, 8, slot, 3, 555);
		r.samples[4].counted = 0;	/* lost: whatever the array says */
		r.samples[4].counter[slot] = 1u << 30;
		put(&set, r);
	}
	s = summarised(&set);
	assert_int_equal(s.nr_counters, 1);
	c = counter_of(&s, "instructions");
	assert_string_equal(c->source, "read");
	assert_near(c->per_op, 42.5, 1e-12);
	assert_near(c->low, 40, 1e-12);
	assert_near(c->high, 45, 1e-12);
	vmb_summary_fini(&s);
}

/* Two sets, one for each kind of round, with one counter in both; one that was never counted. */
static void test_summary_counters_of_different_sets_are_joined(void **state)
{
	struct vmb_sample_set set = {0};
	struct vmb_summary s;
	struct vmb_rng g;

	(void)state;
	vmb_rng_init(&g, 1);
	for (size_t i = 0; i < 6; i++) {
		struct vmb_round r = slope_round(&exact, &g);

		if (i % 2) {
			add_counts(&r, 20, name_counter(&r, "L1D-misses", "rdpmc"), 0.5, 0);
			add_counts(&r, 20, name_counter(&r, "instructions", "rdpmc"), 40, 0);
		} else {
			add_counts(&r, 20, name_counter(&r, "instructions", "rdpmc"), 40, 0);
			add_counts(&r, 20, name_counter(&r, "cycles", "rdpmc"), 25, 0);
			name_counter(&r, "LLC-misses", "rdpmc");
		}
		put(&set, r);
	}
	s = summarised(&set);
	assert_int_equal(s.nr_counters, 3);
	assert_near(counter_of(&s, "instructions")->per_op, 40, 1e-12);
	assert_near(counter_of(&s, "cycles")->per_op, 25, 1e-12);
	assert_near(counter_of(&s, "L1D-misses")->per_op, 0.5, 1e-12);
	assert_null(counter_of(&s, "LLC-misses"));	/* not counted is absent, not 0 */
	assert_near(metric_of(&s, "IPC")->value, 1.6, 1e-12);
	assert_near(metric_of(&s, "L1D-MPKI")->value, 12.5, 1e-12);
	assert_null(metric_of(&s, "LLC-MPKI"));
	vmb_summary_fini(&s);
}

static void test_summary_ratios_know_other_names(void **state)
{
	static const char *const name[] = {
		"INST_RETIRED:ANY_P", "CPU_CLK_UNHALTED:u", "PERF_COUNT_HW_CACHE_MISSES:u",
		"misses", "branch-misses",
	};
	static const double per_op[] = {100, 50, 2, 3, 4};
	struct vmb_sample_set set = {0};
	struct vmb_summary s;
	struct vmb_rng g;

	(void)state;
	vmb_rng_init(&g, 1);
	for (size_t i = 0; i < 6; i++) {
		struct vmb_round r = slope_round(&exact, &g);

		for (size_t k = 0; k < VMB_ARRAY_SIZE(name); k++)
			add_counts(&r, 20, name_counter(&r, name[k], "rdpmc"), per_op[k], 0);
		put(&set, r);
	}
	s = summarised(&set);
	assert_near(metric_of(&s, "IPC")->value, 2, 1e-12);
	assert_near(metric_of(&s, "PERF_COUNT_HW_CACHE-MPKI:u")->value, 20, 1e-12);
	assert_near(metric_of(&s, "MPKI")->value, 30, 1e-12);
	assert_near(metric_of(&s, "branch-MPKI")->value, 40, 1e-12);
	vmb_summary_fini(&s);
}

/* Instructions that are 0 within their noise divide nothing. */
static void test_summary_ratios_of_an_empty_body_are_absent(void **state)
{
	struct vmb_sample_set set = {0};
	struct vmb_summary s;
	struct vmb_rng g;

	(void)state;
	vmb_rng_init(&g, 1);
	for (size_t i = 0; i < 6; i++) {
		struct vmb_round r = slope_round(&exact, &g);

		add_counts(&r, 20, name_counter(&r, "instructions", "rdpmc"), 0, 1000);
		add_counts(&r, 20, name_counter(&r, "cycles", "rdpmc"), 0.01, 0);
		put(&set, r);
	}
	s = summarised(&set);
	assert_near(counter_of(&s, "instructions")->per_op, 0, 0);
	assert_null(metric_of(&s, "IPC"));
	vmb_summary_fini(&s);
}

/* Callgrind's round: n and 2n, no time. It adds counters and is neither kept nor discarded. */
static void test_summary_simulated_round_has_no_time(void **state)
{
	struct vmb_sample_set set = set_of(&exact, 6, 1);
	struct vmb_round r = empty_round(VMB_SAMPLING_SLOPE);
	struct vmb_summary s;

	(void)state;
	add_sample(&r, 100, 0, 0);
	add_sample(&r, 200, 0, 0);
	add_counts(&r, 2, name_counter(&r, "instructions", "sim:callgrind"), 31, 400);
	add_counts(&r, 2, name_counter(&r, "L1D-misses", "sim:callgrind"), 0.31, 40);
	add_metric(&r, "hits", 7, VMB_AGG_MAX);
	put(&set, r);
	s = summarised(&set);
	assert_int_equal(s.kept, 6);
	assert_int_equal(s.discarded, 0);
	assert_near(s.min, 12.5, 1e-12);
	assert_near(counter_of(&s, "instructions")->per_op, 31, 0);
	assert_near(counter_of(&s, "instructions")->low, 31, 0);
	assert_string_equal(counter_of(&s, "instructions")->source, "sim:callgrind");
	assert_near(metric_of(&s, "L1D-MPKI (sim)")->value, 10, 1e-12);
	assert_null(metric_of(&s, "hits"));
	vmb_summary_fini(&s);
}

/* A single dump: no slope, but still a ratio. Simulated and real counts are never averaged. */
static void test_summary_simulated_and_real_counts_stay_apart(void **state)
{
	struct vmb_sample_set set = {0};
	struct vmb_round r = empty_round(VMB_SAMPLING_SLOPE);
	struct vmb_summary s;
	struct vmb_rng g;

	(void)state;
	vmb_rng_init(&g, 1);
	add_sample(&r, 100, 0, 0);
	add_counts(&r, 1, name_counter(&r, "instructions", "sim:callgrind"), 31, 0);
	put(&set, r);
	r = slope_round(&exact, &g);
	add_counts(&r, 20, name_counter(&r, "instructions", "rdpmc"), 40, 0);
	put(&set, r);
	s = summarised(&set);
	assert_int_equal(s.nr_counters, 2);
	assert_near(s.counters[0].per_op, 31, 0);
	assert_near(s.counters[1].per_op, 40, 1e-12);
	assert_string_equal(s.counters[1].source, "rdpmc");
	vmb_summary_fini(&s);
}

/* Metrics. */

static void test_summary_metrics_are_joined_by_their_rule(void **state)
{
	static const double value[] = {3, 1, 10, 2};
	struct vmb_sample_set set = set_of(&exact, 4, 1);
	struct vmb_summary s;

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct vmb_round *r = &set.rounds[i];

		add_metric(r, "median", value[i], VMB_AGG_MEDIAN);
		add_metric(r, "mean", value[i], VMB_AGG_MEAN);
		add_metric(r, "min", value[i], VMB_AGG_MIN);
		add_metric(r, "max", value[i], VMB_AGG_MAX);
		add_metric(r, "sum", value[i], VMB_AGG_SUM);
		add_metric(r, "broken", NAN, VMB_AGG_SUM);
		add_metric(r, "once", i == 1 ? 5 : NAN, VMB_AGG_MEDIAN);
	}
	s = summarised(&set);
	assert_int_equal(s.nr_metrics, 6);
	assert_near(metric_of(&s, "median")->value, 2.5, 1e-15);
	assert_near(metric_of(&s, "mean")->value, 4, 1e-15);
	assert_near(metric_of(&s, "min")->value, 1, 0);
	assert_near(metric_of(&s, "max")->value, 10, 0);
	assert_near(metric_of(&s, "sum")->value, 16, 0);
	assert_near(metric_of(&s, "once")->value, 5, 0);
	assert_null(metric_of(&s, "broken"));
	assert_string_equal(s.metrics[0].unit, "u");
	vmb_summary_fini(&s);
}

static void test_summary_survives_full_tables(void **state)
{
	struct vmb_sample_set set = {0};
	struct vmb_summary s;
	struct vmb_rng g;
	char name[24];

	(void)state;
	vmb_rng_init(&g, 1);
	for (size_t i = 0; i < 4; i++) {
		struct vmb_round r = slope_round(&exact, &g);

		for (size_t k = 0; k < VMB_MAX_COUNTERS; k++) {
			snprintf(name, sizeof(name), "c%zu-misses", i * VMB_MAX_COUNTERS + k);
			add_counts(&r, 20, name_counter(&r, k ? name : "instructions", "read"),
				   1, 0);
		}
		for (size_t k = 0; k < VMB_MAX_METRICS; k++) {
			snprintf(name, sizeof(name), "m%zu", k);
			add_metric(&r, name, 1, VMB_AGG_SUM);
		}
		put(&set, r);
	}
	s = summarised(&set);
	assert_int_equal(s.nr_counters, 2 * VMB_MAX_COUNTERS);
	assert_int_equal(s.nr_metrics, VMB_MAX_METRICS);
	assert_near(s.metrics[VMB_MAX_METRICS - 1].value, 4, 0);
	vmb_summary_fini(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_summary_finds_time_of_one_operation),
		cmocka_unit_test(test_summary_of_noisy_rounds_is_consistent),
		cmocka_unit_test(test_summary_repeats_by_seed_and_ignores_order),
		cmocka_unit_test(test_summary_confidence_is_asked_for),
		cmocka_unit_test(test_summary_flags_an_intercept),
		cmocka_unit_test(test_summary_leaves_out_disturbed_and_warmup),
		cmocka_unit_test(test_summary_subtracts_the_baseline),
		cmocka_unit_test(test_summary_without_its_baseline_is_no_estimate),
		cmocka_unit_test(test_summary_of_an_empty_body),
		cmocka_unit_test(test_summary_of_flat_sampling_is_the_median),
		cmocka_unit_test(test_summary_of_equal_batches_is_the_ratio),
		cmocka_unit_test(test_summary_throughput_is_at_the_median),
		cmocka_unit_test(test_summary_labels_outliers_and_keeps_them),
		cmocka_unit_test(test_summary_leaves_out_discarded_and_failed),
		cmocka_unit_test(test_summary_of_few_rounds_says_so),
		cmocka_unit_test(test_summary_of_nothing),
		cmocka_unit_test(test_summary_of_a_warmup_is_the_steady_state),
		cmocka_unit_test(test_summary_without_a_steady_state_claims_none),
		cmocka_unit_test(test_summary_counters_are_slopes),
		cmocka_unit_test(test_summary_counters_of_different_sets_are_joined),
		cmocka_unit_test(test_summary_ratios_know_other_names),
		cmocka_unit_test(test_summary_ratios_of_an_empty_body_are_absent),
		cmocka_unit_test(test_summary_simulated_round_has_no_time),
		cmocka_unit_test(test_summary_simulated_and_real_counts_stay_apart),
		cmocka_unit_test(test_summary_metrics_are_joined_by_their_rule),
		cmocka_unit_test(test_summary_survives_full_tables),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
