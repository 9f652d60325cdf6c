// SPDX-License-Identifier: MIT
/*
 * RFC 4180 with a header. What was not measured is an empty cell.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "results/digest.h"
#include "results/export.h"
#include "results/report_view.h"

#define MAX_COLUMNS	256	/* of counters and metrics; what is beyond that is in the JSON */

/* What a column of counters or metrics is called. */
struct column { char title[128]; };
struct columns { size_t nr; struct column column[MAX_COLUMNS]; };

static void counter_title(const struct vmb_counter_stat *c, struct column *out)
{
	snprintf(out->title, sizeof(out->title), "counter:%s@%s", c->name, c->source);
}

static void metric_title(const struct vmb_metric_stat *m, struct column *out)
{
	snprintf(out->title, sizeof(out->title), "metric:%s%s%s%s", m->name, m->unit[0] ? " (" : "",
		 m->unit, m->unit[0] ? ")" : "");
}

static void add(struct columns *c, const struct column *one)
{
	for (size_t i = 0; i < c->nr; i++)
		if (!strcmp(c->column[i].title, one->title))
			return;
	if (c->nr < MAX_COLUMNS)
		c->column[c->nr++] = *one;
}

static void collect(const struct vmb_result *res, struct columns *c)
{
	struct column one;

	for (size_t i = 0; i < res->nr; i++) {
		const struct vmb_summary *s = &res->benches[i].summary;

		for (uint32_t k = 0; k < s->nr_counters; k++) {
			counter_title(&s->counters[k], &one);
			add(c, &one);
		}
		for (uint32_t k = 0; k < s->nr_metrics; k++) {
			metric_title(&s->metrics[k], &one);
			add(c, &one);
		}
	}
}

static double value_of(const struct vmb_summary *s, const char *title)
{
	struct column one;

	for (uint32_t k = 0; k < s->nr_counters; k++) {
		counter_title(&s->counters[k], &one);
		if (!strcmp(one.title, title))
			return s->counters[k].per_op;
	}
	for (uint32_t k = 0; k < s->nr_metrics; k++) {
		metric_title(&s->metrics[k], &one);
		if (!strcmp(one.title, title))
			return s->metrics[k].value;
	}
	return NAN;
}

static void put_numbers(FILE *out, const struct vmb_bench_result *b)
{
	const struct vmb_summary *s = &b->summary;
	const double ns[] = { s->median, s->low, s->high, s->confidence, s->mean, s->std_dev, s->mad,
			      s->min, s->max };
	bool timed = vmb_view_timed(b);
	char unit[32];

	for (size_t i = 0; i < VMB_ARRAY_SIZE(ns); i++) {
		fputc(',', out);
		vmb_export_csv_number(out, timed ? ns[i] : NAN);
	}
	fprintf(out, ",%u,%u,", s->kept, s->discarded);
	timed = timed && s->throughput > 0 && s->throughput_unit[0];
	vmb_export_csv_number(out, timed ? s->throughput : NAN);
	fputc(',', out);
	vmb_export_csv_text(out, timed ? vmb_view_throughput_unit(s, unit) : "");
}

static void put_row(FILE *out, const struct vmb_result *res, const struct vmb_bench_result *b,
		    const struct columns *c)
{
	const char *const text[] = { res->id, res->date, b->id, b->category, vmb_status_name(b->status),
				     b->reason, b->unit };

	for (size_t i = 0; i < VMB_ARRAY_SIZE(text); i++) {
		fputs(i ? "," : "", out);
		vmb_export_csv_text(out, text[i]);
	}
	put_numbers(out, b);
	for (size_t i = 0; i < c->nr; i++) {
		fputc(',', out);
		vmb_export_csv_number(out, vmb_view_timed(b) ?
				      value_of(&b->summary, c->column[i].title) : NAN);
	}
	fputs("\r\n", out);
}

int vmb_export_csv(FILE *out, const struct vmb_result *res)
{
	struct columns *c = calloc(1, sizeof(*c));

	if (!c)
		return -ENOMEM;
	collect(res, c);
	fputs("run,date,id,category,status,reason,unit,median_ns,low_ns,high_ns,confidence,mean_ns,"
	      "std_dev_ns,mad_ns,min_ns,max_ns,rounds_kept,rounds_discarded,throughput,"
	      "throughput_unit", out);
	for (size_t i = 0; i < c->nr; i++) {
		fputc(',', out);
		vmb_export_csv_text(out, c->column[i].title);
	}
	fputs("\r\n", out);
	for (size_t i = 0; i < res->nr; i++)
		put_row(out, res, &res->benches[i], c);
	free(c);
	return 0;
}
