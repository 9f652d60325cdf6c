/* SPDX-License-Identifier: MIT */
#ifndef VMB_RESULTS_RESULT_H
#define VMB_RESULTS_RESULT_H
/*
 * A run: who, when, where, and every benchmark with its raw samples and its summary.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "results/env.h"
#include "results/sample.h"

#define VMB_SCHEMA_VERSION	1	/* docs/FORMAT.md */
#define VMB_MAX_PARAMS		4

/**
 * enum vmb_status - the verdict on one benchmark.
 * @VMB_STATUS_OK: measured, checked
 * @VMB_STATUS_SKIPPED: cannot be measured here; the reason is given
 * @VMB_STATUS_FAILED: wrong answer, crash, hang
 * @VMB_STATUS_UNRELIABLE: measured, but more than 20 % of its rounds had to be discarded, or too
 *                         few are left
 */
enum vmb_status { VMB_STATUS_OK, VMB_STATUS_SKIPPED, VMB_STATUS_FAILED, VMB_STATUS_UNRELIABLE };

const char *vmb_status_name(enum vmb_status s);

/** struct vmb_param - one coordinate of a swept benchmark, {"size", "64K", 65536}. */
struct vmb_param {
	char name[24];
	char label[32];
	uint64_t value;
};

/**
 * struct vmb_counter_stat - one counter per operation, over rounds.
 * @per_op: median over rounds of the slope of count against iterations
 * @low, @high: order-statistic interval as for time; equal to @per_op with one round
 */
struct vmb_counter_stat {
	char name[64];
	char source[24];
	double per_op, low, high;
};

/** struct vmb_metric_stat - one metric put together over rounds. */
struct vmb_metric_stat {
	char name[48];
	char unit[24];
	double value;
};

/**
 * enum vmb_summary_flag
 * @VMB_SUM_INTERCEPT: the fitted intercept exceeds 1 % of the smallest batch
 * @VMB_SUM_FEW_ROUNDS: fewer than six rounds kept: the interval is the range of what there is
 */
enum vmb_summary_flag { VMB_SUM_INTERCEPT = 1u << 0, VMB_SUM_FEW_ROUNDS = 1u << 1 };

/**
 * struct vmb_summary - what the samples say. Times in ns per operation.
 * @measured: false: no round was kept, and no number below means anything
 * @median: median of the kept rounds' estimates
 * @low, @high: exact order-statistic interval of the median at @confidence
 * @confidence: attained coverage of that interval, 0-1
 * @mean, @mean_low, @mean_high: arithmetic mean; its interval at the nominal confidence by
 *                              bootstrap-t on logs
 * @std_dev, @mad: of the rounds' estimates (MAD unscaled). NaN, that is absent, with one
 *                 round, as are @mean_low and @mean_high
 * @min, @max: of the rounds' estimates
 * @outliers_mild, @outliers_severe: Tukey labels among kept rounds; labelled, never removed
 * @intercept_share: |median over rounds of intercept / smallest batch|, 0 for flat sampling
 * @kept, @discarded: rounds
 * @throughput, @throughput_unit: units per second, at the median; 0 and "" without one
 * @timer_cost_ns, @sample_cost_ns: medians over rounds
 * @round_ns: [kept] the estimates themselves, heap, owned
 */
struct vmb_summary {
	bool measured;
	uint32_t flags;
	double median, low, high, confidence;
	double mean, mean_low, mean_high;
	double std_dev, mad, min, max;
	uint32_t outliers_mild, outliers_severe;
	double intercept_share;
	uint32_t kept, discarded;
	double throughput;
	char throughput_unit[24];
	double timer_cost_ns, sample_cost_ns;
	uint32_t nr_counters;
	struct vmb_counter_stat counters[VMB_MAX_COUNTERS * 2];
	uint32_t nr_metrics;
	struct vmb_metric_stat metrics[VMB_MAX_METRICS];
	size_t nr_round_ns;
	double *round_ns;
};

/**
 * struct vmb_bench_result - one benchmark of a run.
 * @id: "category/benchmark/param[/param]"
 * @what: one line, what it measures;  @unit: what one operation is ("copy", "access", "flush")
 * @reason: why it is not ok; "" otherwise
 */
struct vmb_bench_result {
	char id[160];
	char category[32];
	char what[160];
	char unit[32];
	uint32_t nr_params;
	struct vmb_param params[VMB_MAX_PARAMS];
	enum vmb_status status;
	char reason[VMB_REASON_BYTES];
	struct vmb_sample_set set;
	struct vmb_summary summary;
};

/**
 * struct vmb_result - one run.
 * @id: "20261124T062230Z-3f9a1c": UTC start; three hexadecimal digits for the 4096th part of the
 *      second, three by chance
 * @date: ISO 8601 UTC start
 * @command: the command line, for people
 * @complete: false if the run was interrupted or cut short
 * @label: free text of --label, "" without
 * @counters_note: why counters are absent or partial; "" if all asked for were counted
 */
struct vmb_result {
	char id[40];
	char date[32];
	char *command;
	char *label;
	bool complete;
	char counters_note[VMB_REASON_BYTES];
	double duration_s;
	struct vmb_env env;
	size_t nr;
	struct vmb_bench_result *benches;	/* heap, owned */
};

/**
 * vmb_result_add - append an empty benchmark result.
 * Return: borrowed pointer into @res, valid until the next add; NULL when out of memory.
 */
struct vmb_bench_result *vmb_result_add(struct vmb_result *res);

/** vmb_result_fini - free everything the run owns and zero it. NULL-safe. */
void vmb_result_fini(struct vmb_result *res);

void vmb_summary_fini(struct vmb_summary *s);

/**
 * struct vmb_summary_opts - knobs of vmb_summarise(); zeroed members mean the default.
 * @confidence: nominal coverage of intervals, default 0.95
 * @bootstrap: resamples of the bootstrap-t, default 10000
 * @seed: of the bootstrap; the same samples and seed give the same summary
 */
struct vmb_summary_opts {
	double confidence;
	uint32_t bootstrap;
	uint64_t seed;
};

/**
 * vmb_summarise - samples in, summary and status out. Pure: no clock, no I/O.
 * @set: borrowed
 * @opts: borrowed, NULL for defaults
 * @out: overwritten; the caller calls vmb_summary_fini()
 * Return: 0 or -ENOMEM. A set without one usable round gives out->measured = false and 0.
 */
VMB_MUST_CHECK int vmb_summarise(const struct vmb_sample_set *set,
				 const struct vmb_summary_opts *opts, struct vmb_summary *out);

/**
 * vmb_bench_conclude - summarise @b->set into @b->summary and derive @b->status and @b->reason.
 * One failed, crashed or hung round fails the benchmark; a skipped first round skips it.
 * Return: 0 or -ENOMEM.
 */
VMB_MUST_CHECK int vmb_bench_conclude(struct vmb_bench_result *b,
				      const struct vmb_summary_opts *opts);

#endif /* VMB_RESULTS_RESULT_H */
