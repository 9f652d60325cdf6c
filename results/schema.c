// SPDX-License-Identifier: MIT
#include "results/schema.h"

#include <string.h>

#define MEMBER(s, m)	.offset = offsetof(struct s, m), .size = sizeof(((struct s *)NULL)->m)
#define COUNT(s, m)	.count_offset = offsetof(struct s, m), \
			.count_size = sizeof(((struct s *)NULL)->m)
#define STRUCT(s, rows)	.name = #s, .size = sizeof(struct s), .fields = (rows), \
			.nr = VMB_ARRAY_SIZE(rows)

#define FIELD(k, t, s, m)	.key = (k), .type = VMB_FIELD_##t, MEMBER(s, m)

#define UINT(k, s, m, most)	{ FIELD(k, UINT, s, m), .max = (most) }
#define UINT_REQ(k, s, m, most)	{ FIELD(k, UINT, s, m), .max = (most), .required = true }
#define BOOL(k, s, m)		{ FIELD(k, BOOL, s, m) }
#define BOOL_REQ(k, s, m)	{ FIELD(k, BOOL, s, m), .required = true }
#define REAL(k, s, m)		{ FIELD(k, REAL, s, m) }
#define REAL_IN(k, s, m, lo, hi)	{ FIELD(k, REAL, s, m), .low = (lo), .high = (hi) }
#define ENUM(k, s, m, words)	{ FIELD(k, ENUM, s, m), .required = true, .names = (words), \
				  .max = VMB_ARRAY_SIZE(words) - 1 }
#define STRING(k, s, m)		{ FIELD(k, STRING, s, m) }
#define STRING_REQ(k, s, m)	{ FIELD(k, STRING, s, m), .required = true }
#define TEXT(k, s, m)		{ FIELD(k, TEXT, s, m), .max = 1u << 16 }
#define MAP(k, s, m, what)	{ FIELD(k, MAP, s, m), .sub = (what) }
#define MAP_REQ(k, s, m, what)	{ FIELD(k, MAP, s, m), .sub = (what), .required = true }
#define INLINE(k, s, m, n, what)	{ FIELD(k, LIST, s, m), COUNT(s, n), .sub = (what), \
					  .max = VMB_ARRAY_SIZE(((struct s *)NULL)->m) }
#define HEAP(k, s, m, n, what, most)	{ FIELD(k, LIST, s, m), COUNT(s, n), .sub = (what), \
					  .max = (most), .required = true, .heap = true }
#define KNOWN(k, m, bit)	{ FIELD(k, UINT, vmb_evidence, m), .max = UINT64_MAX, \
				  .known = (bit) }

static const char *const status_words[] = {
	[VMB_STATUS_OK] = "ok", [VMB_STATUS_SKIPPED] = "skipped", [VMB_STATUS_FAILED] = "failed",
	[VMB_STATUS_UNRELIABLE] = "unreliable",
};

static const char *const round_words[] = {
	[VMB_ROUND_OK] = "ok", [VMB_ROUND_SKIPPED] = "skipped", [VMB_ROUND_FAILED] = "failed",
	[VMB_ROUND_CRASHED] = "crashed", [VMB_ROUND_TIMEOUT] = "timeout",
};

static const char *const sampling_words[] = {
	[VMB_SAMPLING_SLOPE] = "slope", [VMB_SAMPLING_FLAT] = "flat",
	[VMB_SAMPLING_STEADY] = "steady",
};

static const char *const agg_words[] = {
	[VMB_AGG_MEDIAN] = "median", [VMB_AGG_MEAN] = "mean", [VMB_AGG_MIN] = "min",
	[VMB_AGG_MAX] = "max", [VMB_AGG_SUM] = "sum",
};

/* Parameters, counters and metrics. */

static const struct vmb_field param_fields[] = {
	STRING_REQ("name", vmb_param, name),
	STRING_REQ("label", vmb_param, label),
	UINT_REQ("value", vmb_param, value, UINT64_MAX),
};
static const struct vmb_struct schema_param = { STRUCT(vmb_param, param_fields) };

static const struct vmb_field counter_fields[] = {
	STRING_REQ("name", vmb_counter_id, name),
	STRING_REQ("source", vmb_counter_id, source),
};
static const struct vmb_struct schema_counter = { STRUCT(vmb_counter_id, counter_fields) };

static const struct vmb_field metric_fields[] = {
	STRING_REQ("name", vmb_metric, name),
	STRING("unit", vmb_metric, unit),
	REAL("value", vmb_metric, value),
	ENUM("agg", vmb_metric, agg, agg_words),
};
static const struct vmb_struct schema_metric = { STRUCT(vmb_metric, metric_fields) };

/* Rounds. Samples are stored by columns: each of these keys is an array. */

static const struct vmb_field sample_fields[] = {
	UINT_REQ("iters", vmb_sample, iters, UINT64_MAX),
	UINT_REQ("ticks", vmb_sample, ticks, UINT64_MAX),
	UINT_REQ("cpu", vmb_sample, cpu, UINT32_MAX),
	UINT_REQ("flags", vmb_sample, flags, VMB_SAMPLE_FLAGS),
};
const struct vmb_struct vmb_schema_sample = { STRUCT(vmb_sample, sample_fields) };

static const struct vmb_field evidence_fields[] = {
	KNOWN("steal_ticks", steal_ticks, VMB_EV_STEAL),
	KNOWN("involuntary", involuntary, VMB_EV_SWITCHES),
	KNOWN("voluntary", voluntary, VMB_EV_SWITCHES),
	KNOWN("migrations", migrations, VMB_EV_MIGRATIONS),
	KNOWN("throttles", throttles, VMB_EV_THROTTLES),
	KNOWN("minor_faults", minor_faults, VMB_EV_FAULTS),
	KNOWN("major_faults", major_faults, VMB_EV_FAULTS),
	KNOWN("aperf", aperf, VMB_EV_APERF),
	KNOWN("mperf", mperf, VMB_EV_APERF),
};
static const struct vmb_struct schema_evidence = {
	STRUCT(vmb_evidence, evidence_fields),
	.known_offset = offsetof(struct vmb_evidence, known),
};

static const struct vmb_field round_fields[] = {
	UINT_REQ("index", vmb_round, index, UINT32_MAX),
	ENUM("status", vmb_round, status, round_words),
	ENUM("sampling", vmb_round, sampling, sampling_words),
	STRING("reason", vmb_round, reason),
	BOOL("discarded", vmb_round, discarded),
	UINT_REQ("seed", vmb_round, seed, UINT64_MAX),
	UINT("env_offset_bytes", vmb_round, env_offset_bytes, 4095),
	REAL_IN("tick_hz", vmb_round, tick_hz, 0, 1e15),
	REAL_IN("timer_cost_ticks", vmb_round, timer_cost_ticks, 0, 1e15),
	REAL("sample_cost_ns", vmb_round, sample_cost_ns),
	UINT("wall_ns", vmb_round, wall_ns, UINT64_MAX),
	UINT("measured_ns", vmb_round, measured_ns, UINT64_MAX),
	REAL_IN("throughput_per_op", vmb_round, throughput_per_op, 0, 1e300),
	STRING("throughput_unit", vmb_round, throughput_unit),
	INLINE("counters", vmb_round, counters, nr_counters, &schema_counter),
	INLINE("metrics", vmb_round, metrics, nr_metrics, &schema_metric),
	MAP("evidence", vmb_round, evidence, &schema_evidence),
	{ FIELD("samples", SAMPLES, vmb_round, samples), COUNT(vmb_round, nr_samples),
	  .max = VMB_MAX_SAMPLES, .required = true },
};

/* Ticks without a frequency would become infinite nanoseconds. */
static const char *check_round(const void *object)
{
	const struct vmb_round *r = object;

	if (r->tick_hz > 0)
		return NULL;
	for (size_t i = 0; i < r->nr_samples; i++)
		if (r->samples[i].ticks)
			return "has samples but no tick_hz";
	return NULL;
}

const struct vmb_struct vmb_schema_round = {
	STRUCT(vmb_round, round_fields), .check = check_round,
};

/* The summary. */

static const struct vmb_field counter_stat_fields[] = {
	STRING_REQ("name", vmb_counter_stat, name),
	STRING_REQ("source", vmb_counter_stat, source),
	REAL("per_op", vmb_counter_stat, per_op),
	REAL("low", vmb_counter_stat, low),
	REAL("high", vmb_counter_stat, high),
};
static const struct vmb_struct schema_counter_stat = {
	STRUCT(vmb_counter_stat, counter_stat_fields),
};

static const struct vmb_field metric_stat_fields[] = {
	STRING_REQ("name", vmb_metric_stat, name),
	STRING("unit", vmb_metric_stat, unit),
	REAL("value", vmb_metric_stat, value),
};
static const struct vmb_struct schema_metric_stat = {
	STRUCT(vmb_metric_stat, metric_stat_fields),
};

static const struct vmb_field summary_fields[] = {
	BOOL_REQ("measured", vmb_summary, measured),
	UINT("flags", vmb_summary, flags, VMB_SUM_INTERCEPT | VMB_SUM_FEW_ROUNDS),
	REAL("median_ns", vmb_summary, median),
	REAL("low_ns", vmb_summary, low),
	REAL("high_ns", vmb_summary, high),
	REAL_IN("confidence", vmb_summary, confidence, 0, 1),
	REAL("mean_ns", vmb_summary, mean),
	REAL("mean_low_ns", vmb_summary, mean_low),
	REAL("mean_high_ns", vmb_summary, mean_high),
	REAL_IN("std_dev_ns", vmb_summary, std_dev, 0, 1e300),
	REAL_IN("mad_ns", vmb_summary, mad, 0, 1e300),
	REAL("min_ns", vmb_summary, min),
	REAL("max_ns", vmb_summary, max),
	UINT("outliers_mild", vmb_summary, outliers_mild, VMB_MAX_ROUNDS),
	UINT("outliers_severe", vmb_summary, outliers_severe, VMB_MAX_ROUNDS),
	REAL("intercept_share", vmb_summary, intercept_share),
	UINT_REQ("kept", vmb_summary, kept, VMB_MAX_ROUNDS),
	UINT_REQ("discarded", vmb_summary, discarded, VMB_MAX_ROUNDS),
	REAL("throughput", vmb_summary, throughput),
	STRING("throughput_unit", vmb_summary, throughput_unit),
	REAL("timer_cost_ns", vmb_summary, timer_cost_ns),
	REAL("sample_cost_ns", vmb_summary, sample_cost_ns),
	INLINE("counters", vmb_summary, counters, nr_counters, &schema_counter_stat),
	INLINE("metrics", vmb_summary, metrics, nr_metrics, &schema_metric_stat),
	{ FIELD("round_ns", REALS, vmb_summary, round_ns), COUNT(vmb_summary, nr_round_ns),
	  .max = VMB_MAX_ROUNDS },
};
static const struct vmb_struct schema_summary = {
	STRUCT(vmb_summary, summary_fields), .gate = &summary_fields[0],
};

/* Benchmarks, the environment, the run. */

static const struct vmb_field bench_fields[] = {
	STRING_REQ("id", vmb_bench_result, id),
	STRING_REQ("category", vmb_bench_result, category),
	STRING("what", vmb_bench_result, what),
	STRING("unit", vmb_bench_result, unit),
	INLINE("params", vmb_bench_result, params, nr_params, &schema_param),
	ENUM("status", vmb_bench_result, status, status_words),
	STRING("reason", vmb_bench_result, reason),
	HEAP("rounds", vmb_bench_result, set.rounds, set.nr_rounds, &vmb_schema_round,
	     VMB_MAX_ROUNDS),
	MAP_REQ("summary", vmb_bench_result, summary, &schema_summary),
};
static const struct vmb_struct schema_bench = { STRUCT(vmb_bench_result, bench_fields) };

static const struct vmb_field fact_fields[] = {
	STRING_REQ("key", vmb_fact, key),
	STRING("source", vmb_fact, source),
	{ FIELD("value", VALUE, vmb_fact, text), .max = 1u << 16, .required = true },
};
static const struct vmb_struct schema_fact = { STRUCT(vmb_fact, fact_fields) };

bool vmb_run_id_valid(const char *id)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				    "-_.";

	return *id && *id != '.' && !id[strspn(id, plain)];
}

static const char *check_result(const void *object)
{
	const struct vmb_result *res = object;

	return vmb_run_id_valid(res->id) ? NULL : "has an id that cannot be a file name";
}

static const struct vmb_field result_fields[] = {
	STRING_REQ("id", vmb_result, id),
	STRING_REQ("date", vmb_result, date),
	TEXT("command", vmb_result, command),
	TEXT("label", vmb_result, label),
	BOOL_REQ("complete", vmb_result, complete),
	STRING("counters_note", vmb_result, counters_note),
	REAL_IN("duration_s", vmb_result, duration_s, 0, 1e12),
	HEAP("environment", vmb_result, env.facts, env.nr, &schema_fact, VMB_MAX_FACTS),
	HEAP("benchmarks", vmb_result, benches, nr, &schema_bench, VMB_MAX_BENCHES),
};

const struct vmb_struct vmb_schema_result = {
	STRUCT(vmb_result, result_fields), .check = check_result,
};
