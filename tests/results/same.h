/* SPDX-License-Identifier: MIT */
#ifndef VMB_TESTS_RESULTS_SAME_H
#define VMB_TESTS_RESULTS_SAME_H
/*
 * Are two results the same? By hand, not by the schema's tables: a member they forget must be noticed.
 */

#include "tests/test.h"

#include "results/result.h"

#define SAME(a, b, m)		assert_true((a)->m == (b)->m)
#define SAME_TEXT(a, b, m)	assert_string_equal((a)->m, (b)->m)
#define SAME_REAL(a, b, m)	assert_real((a)->m, (b)->m)

static inline void assert_real(double a, double b)
{
	if (isfinite(a))
		assert_memory_equal(&a, &b, sizeof(a));	/* to the last bit */
	else
		assert_true(isnan(b));
}

static inline void assert_samples(const struct vmb_round *a, const struct vmb_round *b)
{
	SAME(a, b, nr_samples);
	for (size_t i = 0; i < a->nr_samples; i++) {
		SAME(&a->samples[i], &b->samples[i], iters);
		SAME(&a->samples[i], &b->samples[i], ticks);
		SAME(&a->samples[i], &b->samples[i], cpu);
		SAME(&a->samples[i], &b->samples[i], flags);
		SAME(&a->samples[i], &b->samples[i], counted);
		assert_memory_equal(a->samples[i].counter, b->samples[i].counter,
				    sizeof(a->samples[i].counter));
	}
}

static inline void assert_evidence(const struct vmb_evidence *a, const struct vmb_evidence *b)
{
	SAME(a, b, known);
	SAME(a, b, steal_ticks);
	SAME(a, b, involuntary);
	SAME(a, b, voluntary);
	SAME(a, b, migrations);
	SAME(a, b, throttles);
	SAME(a, b, minor_faults);
	SAME(a, b, major_faults);
	SAME(a, b, aperf);
	SAME(a, b, mperf);
}

static inline void assert_round(const struct vmb_round *a, const struct vmb_round *b)
{
	SAME(a, b, index);
	SAME(a, b, status);
	SAME(a, b, sampling);
	SAME_TEXT(a, b, reason);
	SAME(a, b, discarded);
	SAME(a, b, seed);
	SAME(a, b, env_offset_bytes);
	SAME_REAL(a, b, tick_hz);
	SAME_REAL(a, b, timer_cost_ticks);
	SAME_REAL(a, b, sample_cost_ns);
	SAME(a, b, wall_ns);
	SAME(a, b, measured_ns);
	SAME_REAL(a, b, throughput_per_op);
	SAME_TEXT(a, b, throughput_unit);
	SAME(a, b, nr_counters);
	for (uint32_t i = 0; i < a->nr_counters; i++) {
		SAME_TEXT(a, b, counters[i].name);
		SAME_TEXT(a, b, counters[i].source);
	}
	SAME(a, b, nr_metrics);
	for (uint32_t i = 0; i < a->nr_metrics; i++) {
		SAME_TEXT(a, b, metrics[i].name);
		SAME_TEXT(a, b, metrics[i].unit);
		SAME_REAL(a, b, metrics[i].value);
		SAME(a, b, metrics[i].agg);
	}
	assert_evidence(&a->evidence, &b->evidence);
	assert_samples(a, b);
}

static inline void assert_summary_lists(const struct vmb_summary *a, const struct vmb_summary *b)
{
	SAME(a, b, nr_counters);
	for (uint32_t i = 0; i < a->nr_counters; i++) {
		SAME_TEXT(a, b, counters[i].name);
		SAME_TEXT(a, b, counters[i].source);
		SAME_REAL(a, b, counters[i].per_op);
		SAME_REAL(a, b, counters[i].low);
		SAME_REAL(a, b, counters[i].high);
	}
	SAME(a, b, nr_metrics);
	for (uint32_t i = 0; i < a->nr_metrics; i++) {
		SAME_TEXT(a, b, metrics[i].name);
		SAME_TEXT(a, b, metrics[i].unit);
		SAME_REAL(a, b, metrics[i].value);
	}
	SAME(a, b, nr_round_ns);
	for (size_t i = 0; i < a->nr_round_ns; i++)
		SAME_REAL(a, b, round_ns[i]);
}

static inline void assert_summary(const struct vmb_summary *a, const struct vmb_summary *b)
{
	SAME(a, b, measured);
	SAME(a, b, flags);
	SAME_REAL(a, b, median);
	SAME_REAL(a, b, low);
	SAME_REAL(a, b, high);
	SAME_REAL(a, b, confidence);
	SAME_REAL(a, b, mean);
	SAME_REAL(a, b, mean_low);
	SAME_REAL(a, b, mean_high);
	SAME_REAL(a, b, std_dev);
	SAME_REAL(a, b, mad);
	SAME_REAL(a, b, min);
	SAME_REAL(a, b, max);
	SAME(a, b, outliers_mild);
	SAME(a, b, outliers_severe);
	SAME_REAL(a, b, intercept_share);
	SAME(a, b, kept);
	SAME(a, b, discarded);
	SAME_REAL(a, b, throughput);
	SAME_TEXT(a, b, throughput_unit);
	SAME_REAL(a, b, timer_cost_ns);
	SAME_REAL(a, b, sample_cost_ns);
	assert_summary_lists(a, b);
}

static inline void assert_bench(const struct vmb_bench_result *a, const struct vmb_bench_result *b)
{
	SAME_TEXT(a, b, id);
	SAME_TEXT(a, b, category);
	SAME_TEXT(a, b, what);
	SAME_TEXT(a, b, unit);
	SAME(a, b, nr_params);
	for (uint32_t i = 0; i < a->nr_params; i++) {
		SAME_TEXT(a, b, params[i].name);
		SAME_TEXT(a, b, params[i].label);
		SAME(a, b, params[i].value);
	}
	SAME(a, b, status);
	SAME_TEXT(a, b, reason);
	SAME(a, b, set.nr_rounds);
	for (size_t i = 0; i < a->set.nr_rounds; i++)
		assert_round(&a->set.rounds[i], &b->set.rounds[i]);
	assert_summary(&a->summary, &b->summary);
}

static inline void assert_env(const struct vmb_env *a, const struct vmb_env *b)
{
	SAME(a, b, nr);
	for (size_t i = 0; i < a->nr; i++) {
		SAME_TEXT(a, b, facts[i].key);
		SAME_TEXT(a, b, facts[i].source);
		SAME(a, b, facts[i].type);
		if (a->facts[i].type == VMB_FACT_TEXT)
			SAME_TEXT(a, b, facts[i].text);
		else
			SAME_REAL(a, b, facts[i].number);
	}
}

static inline void assert_result(const struct vmb_result *a, const struct vmb_result *b)
{
	SAME_TEXT(a, b, id);
	SAME_TEXT(a, b, date);
	SAME_TEXT(a, b, command);
	SAME_TEXT(a, b, label);
	SAME(a, b, complete);
	SAME_TEXT(a, b, counters_note);
	SAME_REAL(a, b, duration_s);
	assert_env(&a->env, &b->env);
	SAME(a, b, nr);
	for (size_t i = 0; i < a->nr; i++)
		assert_bench(&a->benches[i], &b->benches[i]);
}

#endif /* VMB_TESTS_RESULTS_SAME_H */
