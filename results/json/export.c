// SPDX-License-Identifier: MIT
/*
 * The exports that are JSON: google/benchmark, Bencher, github-action-benchmark.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "results/export.h"
#include "results/json/put.h"
#include "results/machine.h"
#include "results/report_view.h"

static const struct vmb_fact *number_fact(const struct vmb_env *env, const char *key)
{
	const struct vmb_fact *f = vmb_env_find(env, key);

	return f && f->type != VMB_FACT_TEXT && isfinite(f->number) ? f : NULL;
}

/* google/benchmark: the context. */

/* It writes "+00:00" where we write "Z". */
static void put_date(struct vmb_json *j, json_t *context, const char *date)
{
	char text[48];
	size_t len = strlen(date);

	snprintf(text, sizeof(text), "%s", date);
	if (len && date[len - 1] == 'Z')
		snprintf(text + len - 1, sizeof(text) - len + 1, "+00:00");
	vmb_json_text(j, context, "date", text);
}

static void put_cache(struct vmb_json *j, json_t *caches, const struct vmb_env *env, const char *type,
		      int level, const char *name)
{
	char key[40];
	const struct vmb_fact *size, *shared;
	json_t *cache;

	snprintf(key, sizeof(key), "cache.%s_bytes", name);
	size = number_fact(env, key);
	snprintf(key, sizeof(key), "cache.%s_shared_by", name);
	shared = number_fact(env, key);
	if (!size)
		return;
	cache = json_object();
	vmb_json_text(j, cache, "type", type);
	vmb_json_uint(j, cache, "level", (uint64_t)level);
	vmb_json_uint(j, cache, "size", size->number > 0 && size->number < 1e15 ?
		      (uint64_t)size->number : 0);
	vmb_json_uint(j, cache, "num_sharing", shared && shared->number > 0 && shared->number < 1e9 ?
		      (uint64_t)shared->number : 1);
	vmb_json_append(j, caches, cache);
}

static void put_caches(struct vmb_json *j, json_t *context, const struct vmb_env *env)
{
	static const struct { const char *type; int level; const char *name; } caches[] = {
		{ "Data", 1, "l1d" }, { "Instruction", 1, "l1i" }, { "Unified", 2, "l2" },
		{ "Unified", 3, "l3" }, { "Unified", 4, "l4" },
	};
	json_t *list = vmb_json_array(j, context, "caches");

	for (size_t i = 0; i < VMB_ARRAY_SIZE(caches); i++)
		put_cache(j, list, env, caches[i].type, caches[i].level, caches[i].name);
}

/* Readers want these; what is not known is left out all the same. */
static void put_machine(struct vmb_json *j, json_t *context, const struct vmb_env *env)
{
	const struct vmb_fact *cpus = number_fact(env, "cpu.threads");
	const struct vmb_fact *hz = number_fact(env, "timer.hz");
	const struct vmb_fact *load = number_fact(env, "noise.load_1m");
	const char *governor = vmb_env_words(env, "power.governor");
	json_t *loads;

	if (cpus && cpus->number > 0 && cpus->number < 1e9)
		vmb_json_uint(j, context, "num_cpus", (uint64_t)cpus->number);
	if (hz && hz->number > 0 && hz->number < 1e15)
		vmb_json_uint(j, context, "mhz_per_cpu", (uint64_t)llround(hz->number / 1e6));
	if (*governor)
		vmb_json_put(j, context, "cpu_scaling_enabled",
			     json_boolean(strcmp(governor, "performance")));
	put_caches(j, context, env);
	loads = vmb_json_array(j, context, "load_avg");
	if (load)
		vmb_json_append(j, loads, json_real(load->number));
}

/* What gave no time has no entry: readers would take its 0 for one. */
static void put_unmeasured(struct vmb_json *j, json_t *context, const struct vmb_result *res)
{
	json_t *list = json_object();

	for (size_t i = 0; i < res->nr; i++) {
		const struct vmb_bench_result *b = &res->benches[i];
		char text[sizeof(b->reason) + 32];

		if (vmb_view_timed(b))
			continue;
		snprintf(text, sizeof(text), "%s%s%s", vmb_status_name(b->status),
			 b->reason[0] ? ": " : "", b->reason);
		vmb_json_foreign_key(j, list, b->id, vmb_json_text_value(text));
	}
	vmb_json_unless_empty(j, context, "vmbench_not_measured", list);
}

static void put_context(struct vmb_json *j, json_t *root, const struct vmb_result *res)
{
	json_t *context = vmb_json_object(j, root, "context");
	const char *print = vmb_machine_fingerprint(&res->env);
	const char *flavor = vmb_env_words(&res->env, "build.flavor");

	put_date(j, context, res->date);
	vmb_json_text(j, context, "host_name", print ? print : "unknown");
	vmb_json_text(j, context, "executable", "vmbench");
	put_machine(j, context, &res->env);
	vmb_json_text(j, context, "library_build_type",
		      !*flavor || !strcmp(flavor, "release") ? "release" : "debug");
	vmb_json_text(j, context, "vmbench_run", res->id);
	vmb_json_text_if_any(j, context, "vmbench_commit", vmb_env_words(&res->env, "build.git_commit"));
	put_unmeasured(j, context, res);
}

/* google/benchmark: one entry per round. */

/* The keys of an entry; a counter must not take the place of one. */
static bool is_own(const char *key)
{
	static const char *const own[] = {
		"name", "family_index", "per_family_instance_index", "run_name", "run_type",
		"repetitions", "repetition_index", "threads", "iterations", "real_time", "cpu_time",
		"time_unit", "bytes_per_second", "label", "aggregate_name", "aggregate_unit",
		"error_occurred", "error_message",
	};

	for (size_t i = 0; i < VMB_ARRAY_SIZE(own); i++)
		if (!strcmp(own[i], key))
			return true;
	return false;
}

static void put_user_counter(struct vmb_json *j, json_t *entry, const char *name, double v)
{
	if (isfinite(v) && !is_own(name))
		vmb_json_foreign_key(j, entry, name, json_real(v));
}

static void put_counters(struct vmb_json *j, json_t *entry, const struct vmb_summary *s)
{
	for (uint32_t i = 0; i < s->nr_counters; i++)
		put_user_counter(j, entry, s->counters[i].name, s->counters[i].per_op);
	for (uint32_t i = 0; i < s->nr_metrics; i++)
		put_user_counter(j, entry, s->metrics[i].name, s->metrics[i].value);
}

static json_t *gbench_entry(struct vmb_json *j, const struct vmb_bench_result *b, size_t family,
			    size_t round, uint64_t iters)
{
	const struct vmb_summary *s = &b->summary;
	double ns = s->round_ns[round];
	json_t *entry = json_object();

	vmb_json_text(j, entry, "name", b->id);
	vmb_json_uint(j, entry, "family_index", family);
	vmb_json_uint(j, entry, "per_family_instance_index", 0);
	vmb_json_text(j, entry, "run_name", b->id);
	vmb_json_text(j, entry, "run_type", "iteration");
	vmb_json_uint(j, entry, "repetitions", s->nr_round_ns);
	vmb_json_uint(j, entry, "repetition_index", round);
	vmb_json_uint(j, entry, "threads", 1);
	vmb_json_uint(j, entry, "iterations", iters);
	vmb_json_real(j, entry, "real_time", ns);
	vmb_json_real(j, entry, "cpu_time", ns);
	vmb_json_text(j, entry, "time_unit", "ns");
	if (s->throughput > 0 && !strcmp(s->throughput_unit, "B") && ns > 0)
		vmb_json_real(j, entry, "bytes_per_second", s->throughput * s->median / ns);
	put_counters(j, entry, s);
	if (b->status == VMB_STATUS_UNRELIABLE)
		vmb_json_text(j, entry, "label", "UNRELIABLE");
	return entry;
}

static void put_rounds(struct vmb_json *j, json_t *list, const struct vmb_bench_result *b,
		       size_t family)
{
	const struct vmb_summary *s = &b->summary;
	uint64_t *iters = calloc(s->nr_round_ns + 1, sizeof(*iters));

	if (!iters || vmb_export_iterations(b, iters))
		j->error = -ENOMEM;
	for (size_t i = 0; i < s->nr_round_ns && !j->error; i++)
		if (isfinite(s->round_ns[i]))
			vmb_json_append(j, list, gbench_entry(j, b, family, i, iters[i]));
	free(iters);
}

int vmb_export_gbench(FILE *out, const struct vmb_result *res)
{
	struct vmb_json j = { 0 };
	json_t *root = json_object(), *list;

	put_context(&j, root, res);
	list = vmb_json_array(&j, root, "benchmarks");
	for (size_t i = 0; i < res->nr; i++)
		if (vmb_view_timed(&res->benches[i]))
			put_rounds(&j, list, &res->benches[i], i);
	return vmb_json_write(&j, root, out);
}

/* Bencher Metric Format. */

int vmb_export_bmf(FILE *out, const struct vmb_result *res)
{
	struct vmb_json j = { 0 };
	json_t *root = json_object();

	for (size_t i = 0; i < res->nr; i++) {
		const struct vmb_bench_result *b = &res->benches[i];
		json_t *measures, *latency;

		if (!vmb_view_timed(b))
			continue;
		measures = json_object();
		latency = vmb_json_object(&j, measures, "latency");
		vmb_json_real(&j, latency, "value", b->summary.median);
		vmb_json_real(&j, latency, "lower_value", b->summary.low);
		vmb_json_real(&j, latency, "upper_value", b->summary.high);
		vmb_json_foreign_key(&j, root, b->id, measures);
	}
	return vmb_json_write(&j, root, out);
}

/* github-action-benchmark. */

static json_t *gha_entry(struct vmb_json *j, const struct vmb_bench_result *b)
{
	const struct vmb_summary *s = &b->summary;
	double half = fmax(s->high - s->median, s->median - s->low);
	json_t *entry = json_object();
	char text[160];

	vmb_json_text(j, entry, "name", b->id);
	vmb_json_text(j, entry, "unit", "ns");
	vmb_json_real(j, entry, "value", s->median);
	if (isfinite(half)) {
		snprintf(text, sizeof(text), "± %.3g", half);
		vmb_json_text(j, entry, "range", text);
	}
	snprintf(text, sizeof(text), "%u rounds kept, %u discarded%s", s->kept, s->discarded,
		 b->status == VMB_STATUS_UNRELIABLE ? ", UNRELIABLE" : "");
	if (isfinite(s->low) && isfinite(s->high))
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "\ninterval %.6g to %.6g ns",
			 s->low, s->high);
	vmb_json_text(j, entry, "extra", text);
	return entry;
}

int vmb_export_gha(FILE *out, const struct vmb_result *res)
{
	struct vmb_json j = { 0 };
	json_t *root = json_array();

	for (size_t i = 0; i < res->nr; i++)
		if (vmb_view_timed(&res->benches[i]))
			vmb_json_append(&j, root, gha_entry(&j, &res->benches[i]));
	return vmb_json_write(&j, root, out);
}
