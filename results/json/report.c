// SPDX-License-Identifier: MIT
/*
 * Nothing is null and nothing unknown is zero: a key that
 * was not measured is not there.
 */
#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <string.h>

#include "results/digest.h"
#include "results/json/put.h"
#include "results/report_formats.h"
#include "results/report_view.h"
#include "results/target.h"
#include "results/text.h"

/* The run. */

static void put_run(struct vmb_json *j, json_t *root, const struct vmb_result *res)
{
	json_t *run = vmb_json_object(j, root, "run");

	vmb_json_text(j, run, "id", res->id);
	vmb_json_text(j, run, "date", res->date);
	vmb_json_text(j, run, "command", res->command ? res->command : "");
	vmb_json_put(j, run, "complete", json_boolean(res->complete));
	vmb_json_text_if_any(j, run, "label", res->label);
	vmb_json_real(j, run, "duration_s", res->duration_s);
	vmb_json_text_if_any(j, run, "counters_note", res->counters_note);
}

static json_t *fact_value(const struct vmb_fact *f)
{
	if (f->type == VMB_FACT_TEXT)
		return vmb_json_text_value(f->text);
	if (f->type == VMB_FACT_BOOL)
		return json_boolean(f->number != 0);
	/* counts and sizes without ".0" */
	if (f->number == floor(f->number) && fabs(f->number) < 9e15)
		return json_integer((json_int_t)f->number);
	return json_real(f->number);
}

static json_t *section_of(struct vmb_json *j, json_t *environment, const char *name)
{
	char *utf8 = vmb_text_dup(name, VMB_TEXT_UNICODE);
	json_t *section = utf8 ? json_object_get(environment, utf8) : NULL;

	if (!section && utf8)
		section = vmb_json_object(j, environment, utf8);
	if (!utf8)
		j->error = -ENOMEM;
	free(utf8);
	return section;
}

static void put_fact(struct vmb_json *j, json_t *environment, const struct vmb_fact *f)
{
	char section[sizeof(f->key)];
	const char *dot = strchr(f->key, '.');

	if (f->type == VMB_FACT_NUMBER && !isfinite(f->number))
		return;
	/* every fact is in a section, so that none can take the place of one */
	snprintf(section, sizeof(section), "%.*s", dot ? (int)(dot - f->key) : 5,
		 dot ? f->key : "other");
	vmb_json_foreign_key(j, section_of(j, environment, section), dot ? dot + 1 : f->key,
			fact_value(f));
}

static void put_environment(struct vmb_json *j, json_t *root, const struct vmb_env *env)
{
	json_t *environment = vmb_json_object(j, root, "environment");

	for (size_t i = 0; i < env->nr; i++)
		put_fact(j, environment, &env->facts[i]);
}

/* One benchmark. */

static void put_params(struct vmb_json *j, json_t *bench, const struct vmb_bench_result *b)
{
	json_t *params = vmb_json_object(j, bench, "params");

	for (uint32_t i = 0; i < b->nr_params; i++) {
		json_t *param = json_object();

		vmb_json_text(j, param, "label", b->params[i].label);
		vmb_json_uint(j, param, "value", b->params[i].value);
		vmb_json_foreign_key(j, params, b->params[i].name, param);
	}
}

static void put_time(struct vmb_json *j, json_t *bench, const struct vmb_summary *s)
{
	json_t *time = vmb_json_object(j, bench, "time_ns");

	vmb_json_real(j, time, "median", s->median);
	vmb_json_real(j, time, "low", s->low);
	vmb_json_real(j, time, "high", s->high);
	vmb_json_real(j, time, "confidence", s->confidence);
	vmb_json_real(j, time, "mean", s->mean);
	vmb_json_real(j, time, "mean_low", s->mean_low);
	vmb_json_real(j, time, "mean_high", s->mean_high);
	if (s->kept > 1) {	/* one round has no deviation */
		vmb_json_real(j, time, "std_dev", s->std_dev);
		vmb_json_real(j, time, "mad", s->mad);
	}
	vmb_json_real(j, time, "min", s->min);
	vmb_json_real(j, time, "max", s->max);
}

static void put_estimates(struct vmb_json *j, json_t *bench, const struct vmb_summary *s)
{
	json_t *estimates;

	if (!s->nr_round_ns)
		return;
	estimates = vmb_json_array(j, bench, "estimates_ns");
	for (size_t i = 0; i < s->nr_round_ns; i++)
		if (isfinite(s->round_ns[i]) &&
		    json_array_append_new(estimates, json_real(s->round_ns[i])))
			j->error = -ENOMEM;
}

static void put_throughput(struct vmb_json *j, json_t *bench, const struct vmb_summary *s)
{
	json_t *throughput;
	char unit[32];

	if (!(s->throughput > 0) || !isfinite(s->throughput) || !s->throughput_unit[0])
		return;
	throughput = vmb_json_object(j, bench, "throughput");
	vmb_json_real(j, throughput, "value", s->throughput);
	vmb_json_text(j, throughput, "unit", vmb_view_throughput_unit(s, unit));
}

static void put_metrics(struct vmb_json *j, json_t *bench, const struct vmb_summary *s)
{
	json_t *metrics = json_object();

	for (uint32_t i = 0; i < s->nr_metrics; i++) {
		json_t *metric;

		if (!isfinite(s->metrics[i].value))
			continue;
		metric = json_object();
		vmb_json_real(j, metric, "value", s->metrics[i].value);
		vmb_json_text(j, metric, "unit", s->metrics[i].unit);
		vmb_json_foreign_key(j, metrics, s->metrics[i].name, metric);
	}
	vmb_json_unless_empty(j, bench, "metrics", metrics);
}

/* The same event may be counted and simulated: then the later one is NAME@SOURCE. */
static void counter_key(const struct vmb_summary *s, uint32_t i, char key[96])
{
	const struct vmb_counter_stat *c = &s->counters[i];
	bool again = false;

	for (uint32_t k = 0; k < i; k++)
		again = again || !strcmp(s->counters[k].name, c->name);
	snprintf(key, 96, "%s%s%s", c->name, again ? "@" : "", again ? c->source : "");
}

static void put_counter(struct vmb_json *j, json_t *counters, const struct vmb_summary *s, uint32_t i)
{
	const struct vmb_counter_stat *c = &s->counters[i];
	json_t *counter;
	char key[96];

	if (!isfinite(c->per_op))
		return;
	counter = json_object();
	vmb_json_real(j, counter, "per_op", c->per_op);
	vmb_json_real(j, counter, "low", c->low);
	vmb_json_real(j, counter, "high", c->high);
	vmb_json_text(j, counter, "source", c->source);
	if (vmb_counter_simulated(c->source))
		vmb_json_put(j, counter, "simulated", json_true());
	counter_key(s, i, key);
	vmb_json_foreign_key(j, counters, key, counter);
}

static void put_counters(struct vmb_json *j, json_t *bench, const struct vmb_summary *s)
{
	json_t *counters = json_object();

	for (uint32_t i = 0; i < s->nr_counters; i++)
		put_counter(j, counters, s, i);
	vmb_json_unless_empty(j, bench, "counters", counters);
}

static void put_quality(struct vmb_json *j, json_t *bench, const struct vmb_summary *s)
{
	json_t *outliers = vmb_json_object(j, bench, "outliers");

	vmb_json_uint(j, outliers, "mild", s->outliers_mild);
	vmb_json_uint(j, outliers, "severe", s->outliers_severe);
	vmb_json_real(j, bench, "intercept_share", s->intercept_share);
	vmb_json_real(j, bench, "timer_cost_ns", s->timer_cost_ns);
	vmb_json_real(j, bench, "sample_cost_ns", s->sample_cost_ns);
	if (s->flags & VMB_SUM_INTERCEPT)
		vmb_json_put(j, bench, "large_intercept", json_true());
	if (s->flags & VMB_SUM_FEW_ROUNDS)
		vmb_json_put(j, bench, "few_rounds", json_true());
}

static void put_rounds(struct vmb_json *j, json_t *bench, const struct vmb_summary *s)
{
	json_t *rounds;

	if (!s->kept && !s->discarded)
		return;
	rounds = vmb_json_object(j, bench, "rounds");
	vmb_json_uint(j, rounds, "kept", s->kept);
	vmb_json_uint(j, rounds, "discarded", s->discarded);
}

static json_t *target_value(struct vmb_json *j, const struct vmb_target_verdict *v)
{
	json_t *target = json_object();

	vmb_json_text(j, target, "text", v->target->text);
	vmb_json_real(j, target, "limit", v->target->limit);
	vmb_json_text(j, target, "unit", v->target->unit);
	if (!v->measured)
		return target;
	vmb_json_real(j, target, "value", v->value);
	vmb_json_put(j, target, "met", json_boolean(v->met));
	vmb_json_real(j, target, "distance_percent", v->distance_percent);
	return target;
}

static void put_targets(struct vmb_json *j, json_t *bench, const struct vmb_bench_result *b)
{
	size_t nr;
	const struct vmb_target *t = vmb_targets(&nr);
	json_t *list = NULL;

	for (size_t i = 0; i < nr; i++) {
		struct vmb_target_verdict v;

		if (!vmb_target_judge(&t[i], b, &v))
			continue;
		if (!list)
			list = vmb_json_array(j, bench, "targets");
		vmb_json_append(j, list, target_value(j, &v));
	}
}

static json_t *bench_value(struct vmb_json *j, const struct vmb_bench_result *b)
{
	json_t *bench = json_object();

	vmb_json_text(j, bench, "id", b->id);
	vmb_json_text(j, bench, "category", b->category);
	vmb_json_text_if_any(j, bench, "what", b->what);
	put_params(j, bench, b);
	vmb_json_text(j, bench, "status", vmb_status_name(b->status));
	vmb_json_text_if_any(j, bench, "reason", b->reason);
	vmb_json_text(j, bench, "unit", b->unit);
	if (vmb_view_timed(b)) {
		put_time(j, bench, &b->summary);
		put_estimates(j, bench, &b->summary);
		put_throughput(j, bench, &b->summary);
		put_metrics(j, bench, &b->summary);
		put_counters(j, bench, &b->summary);
		put_quality(j, bench, &b->summary);
	}
	put_rounds(j, bench, &b->summary);
	put_targets(j, bench, b);
	return bench;
}

static void put_benches(struct vmb_json *j, json_t *root, const struct vmb_result *res)
{
	json_t *benches = vmb_json_array(j, root, "benchmarks");

	for (size_t i = 0; i < res->nr; i++)
		if (json_array_append_new(benches, bench_value(j, &res->benches[i])))
			j->error = -ENOMEM;
}

int vmb_report_json(FILE *out, const struct vmb_result *res, const struct vmb_report_opts *opts)
{
	struct vmb_json j = { 0 };
	json_t *root = json_object();

	(void)opts;
	vmb_json_text(&j, root, "schema", "vmbench-result/1");
	put_run(&j, root, res);
	put_environment(&j, root, &res->env);
	put_benches(&j, root, res);
	return vmb_json_write(&j, root, out);
}
