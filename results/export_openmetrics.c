// SPDX-License-Identifier: MIT
/*
 * OpenMetrics 1.0 text. Every sample carries the time of the run, so that a file can be read later
 * and by several readers.
 */
#include <math.h>
#include <string.h>
#include <time.h>

#include <stdlib.h>

#include "results/export.h"
#include "results/report_view.h"
#include "results/text.h"

struct om {
	FILE *out;
	const struct vmb_result *res;
	char when[32];		/* " 1792737750", or "" if the run's date cannot be read */
};

static void put_label(const struct om *m, const char *name, const char *foreign, bool more)
{
	char *s = vmb_text_dup(foreign, VMB_TEXT_PLAIN);

	fprintf(m->out, "%s=\"", name);
	for (const char *at = s ? s : ""; *at; at++)
		fprintf(m->out, "%s%c", *at == '"' || *at == '\\' ? "\\" : "", *at);
	fprintf(m->out, "\"%s", more ? "," : "");
	free(s);
}

static void head(const struct om *m, const char *name, const char *type, const char *unit,
		 const char *help)
{
	fprintf(m->out, "# TYPE %s %s\n", name, type);
	if (unit)
		fprintf(m->out, "# UNIT %s %s\n", name, unit);
	fprintf(m->out, "# HELP %s %s\n", name, help);
}

static void open_sample(const struct om *m, const char *name, const struct vmb_bench_result *b,
			bool more)
{
	fprintf(m->out, "%s{", name);
	put_label(m, "id", b->id, true);
	put_label(m, "category", b->category, more);
}

static void close_sample(const struct om *m, double v)
{
	fprintf(m->out, "} %.17g%s\n", v, m->when);
}

static void put_run(const struct om *m)
{
	head(m, "vmbench_run", "info", NULL, "The run that the figures are from.");
	fputs("vmbench_run_info{", m->out);
	put_label(m, "run", m->res->id, true);
	put_label(m, "commit", vmb_env_words(&m->res->env, "build.git_commit"), true);
	put_label(m, "machine", vmb_env_words(&m->res->env, "machine.fingerprint"), true);
	put_label(m, "complete", m->res->complete ? "yes" : "no", false);
	close_sample(m, 1);
}

static void put_status(const struct om *m)
{
	head(m, "vmbench_status", "stateset", NULL, "How each benchmark ended.");
	for (size_t i = 0; i < m->res->nr; i++)
		for (int s = VMB_STATUS_OK; s <= VMB_STATUS_UNRELIABLE; s++) {
			open_sample(m, "vmbench_status", &m->res->benches[i], true);
			put_label(m, "vmbench_status", vmb_status_name((enum vmb_status)s), false);
			close_sample(m, m->res->benches[i].status == (enum vmb_status)s);
		}
}

static const struct { const char *name, *help; size_t offset; } times[] = {
	{ "vmbench_time_seconds", "Median over rounds of the time of one operation.",
	  offsetof(struct vmb_summary, median) },
	{ "vmbench_time_low_seconds", "Lower end of the interval of the median.",
	  offsetof(struct vmb_summary, low) },
	{ "vmbench_time_high_seconds", "Upper end of the interval of the median.",
	  offsetof(struct vmb_summary, high) },
};

static void put_times(const struct om *m)
{
	for (size_t t = 0; t < VMB_ARRAY_SIZE(times); t++) {
		head(m, times[t].name, "gauge", "seconds", times[t].help);
		for (size_t i = 0; i < m->res->nr; i++) {
			const struct vmb_bench_result *b = &m->res->benches[i];
			double ns = *(const double *)((const char *)&b->summary + times[t].offset);

			if (!vmb_view_timed(b) || !isfinite(ns))
				continue;
			open_sample(m, times[t].name, b, false);
			close_sample(m, ns / 1e9);
		}
	}
}

static void put_throughput(const struct om *m)
{
	char unit[32];

	head(m, "vmbench_throughput", "gauge", NULL, "Units per second at the median.");
	for (size_t i = 0; i < m->res->nr; i++) {
		const struct vmb_bench_result *b = &m->res->benches[i];
		const struct vmb_summary *s = &b->summary;

		if (!vmb_view_timed(b) || !(s->throughput > 0) || !isfinite(s->throughput))
			continue;
		open_sample(m, "vmbench_throughput", b, true);
		put_label(m, "per", vmb_view_throughput_unit(s, unit), false);
		close_sample(m, s->throughput);
	}
}

static void put_rounds(const struct om *m)
{
	head(m, "vmbench_rounds", "gauge", NULL, "Processes that were measured.");
	for (size_t i = 0; i < m->res->nr; i++) {
		const struct vmb_bench_result *b = &m->res->benches[i];

		open_sample(m, "vmbench_rounds", b, true);
		put_label(m, "outcome", "kept", false);
		close_sample(m, b->summary.kept);
		open_sample(m, "vmbench_rounds", b, true);
		put_label(m, "outcome", "discarded", false);
		close_sample(m, b->summary.discarded);
	}
}

/* A label set may occur once; a hostile file may name a counter twice. */
static bool counted_before(const struct vmb_summary *s, uint32_t k)
{
	for (uint32_t i = 0; i < k; i++)
		if (!strcmp(s->counters[i].name, s->counters[k].name) &&
		    !strcmp(s->counters[i].source, s->counters[k].source))
			return true;
	return false;
}

static void put_counters(const struct om *m)
{
	head(m, "vmbench_events_per_operation", "gauge", NULL, "Counters, per operation.");
	for (size_t i = 0; i < m->res->nr; i++) {
		const struct vmb_bench_result *b = &m->res->benches[i];
		const struct vmb_summary *s = &b->summary;

		for (uint32_t k = 0; k < s->nr_counters && vmb_view_timed(b); k++) {
			if (!isfinite(s->counters[k].per_op) || counted_before(s, k))
				continue;
			open_sample(m, "vmbench_events_per_operation", b, true);
			put_label(m, "event", s->counters[k].name, true);
			put_label(m, "source", s->counters[k].source, false);
			close_sample(m, s->counters[k].per_op);
		}
	}
}

static bool named_before(const struct vmb_summary *s, uint32_t k)
{
	for (uint32_t i = 0; i < k; i++)
		if (!strcmp(s->metrics[i].name, s->metrics[k].name))
			return true;
	return false;
}

static void put_metrics(const struct om *m)
{
	head(m, "vmbench_metric", "gauge", NULL, "Figures beside the time.");
	for (size_t i = 0; i < m->res->nr; i++) {
		const struct vmb_bench_result *b = &m->res->benches[i];
		const struct vmb_summary *s = &b->summary;

		for (uint32_t k = 0; k < s->nr_metrics && vmb_view_timed(b); k++) {
			if (!isfinite(s->metrics[k].value) || named_before(s, k))
				continue;
			open_sample(m, "vmbench_metric", b, true);
			put_label(m, "metric", s->metrics[k].name, true);
			put_label(m, "per", s->metrics[k].unit, false);
			close_sample(m, s->metrics[k].value);
		}
	}
}

static void set_time(struct om *m)
{
	struct tm tm = { 0 };
	const char *end = strptime(m->res->date, "%Y-%m-%dT%H:%M:%SZ", &tm);

	if (end && !*end)
		snprintf(m->when, sizeof(m->when), " %lld", (long long)timegm(&tm));
}

int vmb_export_openmetrics(FILE *out, const struct vmb_result *res)
{
	struct om m = { .out = out, .res = res };

	set_time(&m);
	put_run(&m);
	put_status(&m);
	put_times(&m);
	put_throughput(&m);
	put_rounds(&m);
	put_counters(&m);
	put_metrics(&m);
	fputs("# EOF\n", out);
	return 0;
}
