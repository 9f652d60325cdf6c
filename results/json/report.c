// SPDX-License-Identifier: MIT
/*
 * Nothing is null and nothing unknown is zero: a key that
 * was not measured is not there. Output is ASCII; jansson escapes the rest.
 */
#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <string.h>

#include "results/digest.h"
#include "results/report_formats.h"
#include "results/report_view.h"
#include "results/text.h"

/* Building never fails half-way: errors are sticky, and nothing is written then. */
struct json {
	int error;
};

/* Takes @value; NULL is an error. Return: did it get in? If not, @value is gone. */
static bool put(struct json *j, json_t *object, const char *key, json_t *value)
{
	if (value && !json_object_set_new(object, key, value))
		return true;
	j->error = -ENOMEM;
	return false;
}

/* jansson takes UTF-8 only; a name of a counter may be anything. */
static json_t *text_value(const char *s)
{
	char *utf8 = vmb_text_dup(s, VMB_TEXT_UNICODE);
	json_t *value = utf8 ? json_string(utf8) : NULL;

	free(utf8);
	return value;
}

static void put_foreign_key(struct json *j, json_t *object, const char *key, json_t *value)
{
	char *utf8 = vmb_text_dup(key, VMB_TEXT_UNICODE);

	if (utf8) {
		put(j, object, utf8, value);
	} else {
		json_decref(value);
		j->error = -ENOMEM;
	}
	free(utf8);
}

static void put_text(struct json *j, json_t *object, const char *key, const char *s)
{
	put(j, object, key, text_value(s));
}

static void put_text_if_any(struct json *j, json_t *object, const char *key, const char *s)
{
	if (s && *s)
		put_text(j, object, key, s);
}

static void put_real(struct json *j, json_t *object, const char *key, double v)
{
	if (isfinite(v))
		put(j, object, key, json_real(v));
}

static void put_uint(struct json *j, json_t *object, const char *key, uint64_t v)
{
	/* beyond what a JSON integer holds in jansson; a double is what other readers take it as */
	put(j, object, key, v <= INT64_MAX ? json_integer((json_int_t)v) : json_real((double)v));
}

/* An object inside an object. Borrowed; NULL when out of memory, which jansson tolerates. */
static json_t *put_object(struct json *j, json_t *object, const char *key)
{
	json_t *child = json_object();

	return put(j, object, key, child) ? child : NULL;
}

static json_t *put_array(struct json *j, json_t *object, const char *key)
{
	json_t *child = json_array();

	return put(j, object, key, child) ? child : NULL;
}

/* For what is absent when there is nothing in it. Takes @child. */
static void put_unless_empty(struct json *j, json_t *object, const char *key, json_t *child)
{
	if (json_object_size(child))
		put(j, object, key, child);
	else
		json_decref(child);
}

/* The run. */

static void put_run(struct json *j, json_t *root, const struct vmb_result *res)
{
	json_t *run = put_object(j, root, "run");

	put_text(j, run, "id", res->id);
	put_text(j, run, "date", res->date);
	put_text(j, run, "command", res->command ? res->command : "");
	put(j, run, "complete", json_boolean(res->complete));
	put_text_if_any(j, run, "label", res->label);
	put_real(j, run, "duration_s", res->duration_s);
	put_text_if_any(j, run, "counters_note", res->counters_note);
}

static json_t *fact_value(const struct vmb_fact *f)
{
	if (f->type == VMB_FACT_TEXT)
		return text_value(f->text);
	if (f->type == VMB_FACT_BOOL)
		return json_boolean(f->number != 0);
	/* counts and sizes without ".0" */
	if (f->number == floor(f->number) && fabs(f->number) < 9e15)
		return json_integer((json_int_t)f->number);
	return json_real(f->number);
}

static json_t *section_of(struct json *j, json_t *environment, const char *name)
{
	char *utf8 = vmb_text_dup(name, VMB_TEXT_UNICODE);
	json_t *section = utf8 ? json_object_get(environment, utf8) : NULL;

	if (!section && utf8)
		section = put_object(j, environment, utf8);
	if (!utf8)
		j->error = -ENOMEM;
	free(utf8);
	return section;
}

static void put_fact(struct json *j, json_t *environment, const struct vmb_fact *f)
{
	char section[sizeof(f->key)];
	const char *dot = strchr(f->key, '.');

	if (f->type == VMB_FACT_NUMBER && !isfinite(f->number))
		return;
	/* every fact is in a section, so that none can take the place of one */
	snprintf(section, sizeof(section), "%.*s", dot ? (int)(dot - f->key) : 5,
		 dot ? f->key : "other");
	put_foreign_key(j, section_of(j, environment, section), dot ? dot + 1 : f->key,
			fact_value(f));
}

static void put_environment(struct json *j, json_t *root, const struct vmb_env *env)
{
	json_t *environment = put_object(j, root, "environment");

	for (size_t i = 0; i < env->nr; i++)
		put_fact(j, environment, &env->facts[i]);
}

/* One benchmark. */

static void put_params(struct json *j, json_t *bench, const struct vmb_bench_result *b)
{
	json_t *params = put_object(j, bench, "params");

	for (uint32_t i = 0; i < b->nr_params; i++) {
		json_t *param = json_object();

		put_text(j, param, "label", b->params[i].label);
		put_uint(j, param, "value", b->params[i].value);
		put_foreign_key(j, params, b->params[i].name, param);
	}
}

static void put_time(struct json *j, json_t *bench, const struct vmb_summary *s)
{
	json_t *time = put_object(j, bench, "time_ns");

	put_real(j, time, "median", s->median);
	put_real(j, time, "low", s->low);
	put_real(j, time, "high", s->high);
	put_real(j, time, "confidence", s->confidence);
	put_real(j, time, "mean", s->mean);
	put_real(j, time, "mean_low", s->mean_low);
	put_real(j, time, "mean_high", s->mean_high);
	if (s->kept > 1) {	/* one round has no deviation */
		put_real(j, time, "std_dev", s->std_dev);
		put_real(j, time, "mad", s->mad);
	}
	put_real(j, time, "min", s->min);
	put_real(j, time, "max", s->max);
}

static void put_estimates(struct json *j, json_t *bench, const struct vmb_summary *s)
{
	json_t *estimates;

	if (!s->nr_round_ns)
		return;
	estimates = put_array(j, bench, "estimates_ns");
	for (size_t i = 0; i < s->nr_round_ns; i++)
		if (isfinite(s->round_ns[i]) &&
		    json_array_append_new(estimates, json_real(s->round_ns[i])))
			j->error = -ENOMEM;
}

static void put_throughput(struct json *j, json_t *bench, const struct vmb_summary *s)
{
	json_t *throughput;
	char unit[32];

	if (!(s->throughput > 0) || !isfinite(s->throughput) || !s->throughput_unit[0])
		return;
	throughput = put_object(j, bench, "throughput");
	put_real(j, throughput, "value", s->throughput);
	put_text(j, throughput, "unit", vmb_view_throughput_unit(s, unit));
}

static void put_metrics(struct json *j, json_t *bench, const struct vmb_summary *s)
{
	json_t *metrics = json_object();

	for (uint32_t i = 0; i < s->nr_metrics; i++) {
		json_t *metric;

		if (!isfinite(s->metrics[i].value))
			continue;
		metric = json_object();
		put_real(j, metric, "value", s->metrics[i].value);
		put_text(j, metric, "unit", s->metrics[i].unit);
		put_foreign_key(j, metrics, s->metrics[i].name, metric);
	}
	put_unless_empty(j, bench, "metrics", metrics);
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

static void put_counter(struct json *j, json_t *counters, const struct vmb_summary *s, uint32_t i)
{
	const struct vmb_counter_stat *c = &s->counters[i];
	json_t *counter;
	char key[96];

	if (!isfinite(c->per_op))
		return;
	counter = json_object();
	put_real(j, counter, "per_op", c->per_op);
	put_real(j, counter, "low", c->low);
	put_real(j, counter, "high", c->high);
	put_text(j, counter, "source", c->source);
	if (vmb_counter_simulated(c->source))
		put(j, counter, "simulated", json_true());
	counter_key(s, i, key);
	put_foreign_key(j, counters, key, counter);
}

static void put_counters(struct json *j, json_t *bench, const struct vmb_summary *s)
{
	json_t *counters = json_object();

	for (uint32_t i = 0; i < s->nr_counters; i++)
		put_counter(j, counters, s, i);
	put_unless_empty(j, bench, "counters", counters);
}

static void put_quality(struct json *j, json_t *bench, const struct vmb_summary *s)
{
	json_t *outliers = put_object(j, bench, "outliers");

	put_uint(j, outliers, "mild", s->outliers_mild);
	put_uint(j, outliers, "severe", s->outliers_severe);
	put_real(j, bench, "intercept_share", s->intercept_share);
	put_real(j, bench, "timer_cost_ns", s->timer_cost_ns);
	put_real(j, bench, "sample_cost_ns", s->sample_cost_ns);
	if (s->flags & VMB_SUM_INTERCEPT)
		put(j, bench, "large_intercept", json_true());
	if (s->flags & VMB_SUM_FEW_ROUNDS)
		put(j, bench, "few_rounds", json_true());
}

static void put_rounds(struct json *j, json_t *bench, const struct vmb_summary *s)
{
	json_t *rounds;

	if (!s->kept && !s->discarded)
		return;
	rounds = put_object(j, bench, "rounds");
	put_uint(j, rounds, "kept", s->kept);
	put_uint(j, rounds, "discarded", s->discarded);
}

static json_t *bench_value(struct json *j, const struct vmb_bench_result *b)
{
	json_t *bench = json_object();

	put_text(j, bench, "id", b->id);
	put_text(j, bench, "category", b->category);
	put_text_if_any(j, bench, "what", b->what);
	put_params(j, bench, b);
	put_text(j, bench, "status", vmb_status_name(b->status));
	put_text_if_any(j, bench, "reason", b->reason);
	put_text(j, bench, "unit", b->unit);
	if (vmb_view_timed(b)) {
		put_time(j, bench, &b->summary);
		put_estimates(j, bench, &b->summary);
		put_throughput(j, bench, &b->summary);
		put_metrics(j, bench, &b->summary);
		put_counters(j, bench, &b->summary);
		put_quality(j, bench, &b->summary);
	}
	put_rounds(j, bench, &b->summary);
	return bench;
}

static void put_benches(struct json *j, json_t *root, const struct vmb_result *res)
{
	json_t *benches = put_array(j, root, "benchmarks");

	for (size_t i = 0; i < res->nr; i++)
		if (json_array_append_new(benches, bench_value(j, &res->benches[i])))
			j->error = -ENOMEM;
}

/* DEL is a control character too, but JSON does not want it escaped. It occurs in strings only. */
static int write_chunk(const char *buffer, size_t size, void *data)
{
	for (size_t i = 0; i < size; i++)
		if (buffer[i] == 0x7f ? fputs("\\u007f", data) < 0 : fputc(buffer[i], data) == EOF)
			return -1;
	return 0;
}

int vmb_report_json(FILE *out, const struct vmb_result *res, const struct vmb_report_opts *opts)
{
	struct json j = { 0 };
	json_t *root = json_object();

	(void)opts;
	put_text(&j, root, "schema", "vmbench-result/1");
	put_run(&j, root, res);
	put_environment(&j, root, &res->env);
	put_benches(&j, root, res);
	if (!root)
		j.error = -ENOMEM;
	if (!j.error && json_dump_callback(root, write_chunk, out,
					   JSON_INDENT(2) | JSON_ENSURE_ASCII))
		j.error = -ENOMEM;
	fputc('\n', out);
	json_decref(root);
	return j.error;
}
