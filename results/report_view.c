// SPDX-License-Identifier: MIT
#include "results/report_view.h"

#include <math.h>
#include <string.h>

#include "results/digest.h"

bool vmb_view_timed(const struct vmb_bench_result *b)
{
	bool valid = b->status == VMB_STATUS_OK || b->status == VMB_STATUS_UNRELIABLE;

	return valid && b->summary.measured && isfinite(b->summary.median);
}

double vmb_view_spread(const struct vmb_bench_result *b)
{
	const struct vmb_summary *s = &b->summary;
	double half = fmax(s->high - s->median, s->median - s->low);

	/* One round has no spread; zero would be a lie. */
	if (!vmb_view_timed(b) || s->kept < 2 || !isfinite(s->low) || !isfinite(s->high) ||
	    s->median <= 0)
		return NAN;
	return half / s->median;
}

const char *vmb_view_throughput_unit(const struct vmb_summary *s, char buf[32])
{
	size_t len = strlen(s->throughput_unit);
	bool rate = len >= 2 && !strcmp(s->throughput_unit + len - 2, "/s");

	snprintf(buf, 32, "%s%s", s->throughput_unit, rate ? "" : "/s");
	return buf;
}

static double per_op(const struct vmb_summary *s, const char *name, bool simulated)
{
	for (uint32_t i = 0; i < s->nr_counters; i++)
		if (vmb_counter_simulated(s->counters[i].source) == simulated &&
		    !strcmp(s->counters[i].name, name))
			return s->counters[i].per_op;
	return NAN;
}

/* Cells. */

typedef const char *cell_fn(const struct vmb_bench_result *b, const struct vmb_column *c,
			    char *cell);

static const char *time_cell(const struct vmb_bench_result *b, const struct vmb_column *c,
			     char *cell)
{
	(void)c;
	return vmb_format_ns(b->summary.median, cell);
}

static const char *spread_cell(const struct vmb_bench_result *b, const struct vmb_column *c,
			       char *cell)
{
	double spread = 100 * vmb_view_spread(b);

	(void)c;
	if (!isfinite(spread))
		return NULL;
	snprintf(cell, VMB_CELL_BYTES, "±%.*f %%", spread < 0.095 ? 2 : spread < 9.95 ? 1 : 0,
		 spread);
	return cell;
}

static const char *throughput_cell(const struct vmb_bench_result *b, const struct vmb_column *c,
				   char *cell)
{
	const struct vmb_summary *s = &b->summary;
	char unit[32];

	(void)c;
	if (!(s->throughput > 0) || !isfinite(s->throughput) || !s->throughput_unit[0])
		return NULL;
	return vmb_format_si(s->throughput, vmb_view_throughput_unit(s, unit), cell);
}

static const char *counter_cell(const struct vmb_bench_result *b, const struct vmb_column *c,
				char *cell)
{
	double value = per_op(&b->summary, c->name, c->simulated);

	return isfinite(value) ? vmb_format_count(value, cell) : NULL;
}

static double metric_value(const struct vmb_summary *s, const char *name)
{
	for (uint32_t i = 0; i < s->nr_metrics; i++)
		if (!strcmp(s->metrics[i].name, name))
			return s->metrics[i].value;
	return NAN;
}

static const char *metric_cell(const struct vmb_bench_result *b, const struct vmb_column *c,
			       char *cell)
{
	for (uint32_t i = 0; i < b->summary.nr_metrics; i++) {
		const struct vmb_metric_stat *m = &b->summary.metrics[i];

		if (isfinite(m->value) && !strcmp(m->name, c->name))
			return vmb_format_metric(m->value, m->unit, cell);
	}
	return NULL;
}

static cell_fn *const cells[] = {
	[VMB_COLUMN_TIME] = time_cell,
	[VMB_COLUMN_SPREAD] = spread_cell,
	[VMB_COLUMN_THROUGHPUT] = throughput_cell,
	[VMB_COLUMN_METRIC] = metric_cell,
	[VMB_COLUMN_COUNTER] = counter_cell,
};

bool vmb_view_cell(const struct vmb_bench_result *b, const struct vmb_column *column,
		   char cell[VMB_CELL_BYTES])
{
	if (vmb_view_timed(b) && cells[column->kind](b, column, cell))
		return true;
	*cell = '\0';
	return false;
}

/* Columns. */

static bool same_column(const struct vmb_column *a, const struct vmb_column *b)
{
	return a->kind == b->kind && a->simulated == b->simulated &&
	       !strcmp(a->name ? a->name : "", b->name ? b->name : "");
}

/* Adds the column unless it is there already or this benchmark has nothing to put in it. */
static void offer(struct vmb_view *v, const struct vmb_bench_result *b,
		  const struct vmb_column *column)
{
	char cell[VMB_CELL_BYTES];

	for (size_t i = 0; i < v->nr; i++)
		if (same_column(&v->columns[i], column))
			return;
	if (v->nr < VMB_MAX_COLUMNS && vmb_view_cell(b, column, cell))
		v->columns[v->nr++] = *column;
}

static void offer_fixed(struct vmb_view *v, const struct vmb_bench_result *b,
			enum vmb_column_kind kind, const char *title)
{
	struct vmb_column c = { .kind = kind };

	snprintf(c.title, sizeof(c.title), "%s", title);
	offer(v, b, &c);
}

/* What every reader looks for first. */
static bool is_key_counter(const char *name)
{
	return !strcmp(name, "cycles") || !strcmp(name, "instructions");
}

/* Rounds to nothing in every format: 0 per operation, up to the noise of a difference. */
static bool shows_as_zero(double x)
{
	return fabs(x) < 5e-4;
}

/* A column of zeros says nothing, except that the event was counted: vmb_view_zeros() says that. */
static bool zero_throughout(const struct vmb_result *res, const char *category,
			    const struct vmb_column *c)
{
	for (size_t i = 0; i < res->nr; i++) {
		const struct vmb_bench_result *b = &res->benches[i];
		double x;

		if (strcmp(b->category, category))
			continue;
		x = c->kind == VMB_COLUMN_COUNTER ? per_op(&b->summary, c->name, c->simulated) :
						    metric_value(&b->summary, c->name);
		if (isfinite(x) && !shows_as_zero(x))
			return false;
	}
	return true;
}

static bool is_event(const struct vmb_column *c)
{
	return c->kind == VMB_COLUMN_COUNTER ||
	       (c->kind == VMB_COLUMN_METRIC && strstr(c->name, "-MPKI"));
}

static void drop_zeros(struct vmb_view *v, const struct vmb_result *res, const char *category)
{
	size_t kept = 0;

	for (size_t i = 0; i < v->nr; i++)
		if (!is_event(&v->columns[i]) || !zero_throughout(res, category, &v->columns[i]))
			v->columns[kept++] = v->columns[i];
	v->nr = kept;
}

static void offer_counters(struct vmb_view *v, const struct vmb_bench_result *b, bool key)
{
	for (uint32_t i = 0; i < b->summary.nr_counters; i++) {
		const struct vmb_counter_stat *s = &b->summary.counters[i];
		struct vmb_column c = {
			.kind = VMB_COLUMN_COUNTER, .name = s->name,
			.simulated = vmb_counter_simulated(s->source),
		};

		if (key && !is_key_counter(s->name))
			continue;
		snprintf(c.title, sizeof(c.title), "%s%s", s->name, c.simulated ? " (sim)" : "");
		offer(v, b, &c);
	}
}

static void offer_metrics(struct vmb_view *v, const struct vmb_bench_result *b)
{
	for (uint32_t i = 0; i < b->summary.nr_metrics; i++) {
		struct vmb_column c = {
			.kind = VMB_COLUMN_METRIC, .name = b->summary.metrics[i].name,
		};

		snprintf(c.title, sizeof(c.title), "%s", c.name);
		offer(v, b, &c);
	}
}

/* In the order of importance; the same order for every benchmark, whatever it counted first. */
static void offer_stage(struct vmb_view *v, const struct vmb_bench_result *b, int stage)
{
	if (stage == 0)
		offer_fixed(v, b, VMB_COLUMN_TIME, "time");
	else if (stage == 1)
		offer_fixed(v, b, VMB_COLUMN_SPREAD, "±");
	else if (stage == 2)
		offer_fixed(v, b, VMB_COLUMN_THROUGHPUT, "throughput");
	else if (stage == 4)
		offer_metrics(v, b);
	else
		offer_counters(v, b, stage == 3);
}

static void all_columns(const struct vmb_result *res, const char *category, struct vmb_view *out)
{
	out->nr = 0;
	for (int stage = 0; stage <= 5; stage++)
		for (size_t i = 0; i < res->nr; i++)
			if (!strcmp(res->benches[i].category, category))
				offer_stage(out, &res->benches[i], stage);
}

void vmb_view_columns(const struct vmb_result *res, const char *category, struct vmb_view *out)
{
	all_columns(res, category, out);
	drop_zeros(out, res, category);
}

void vmb_view_zeros(const struct vmb_result *res, const char *category, struct vmb_view *out)
{
	size_t kept = 0;

	all_columns(res, category, out);
	for (size_t i = 0; i < out->nr; i++)
		if (out->columns[i].kind == VMB_COLUMN_COUNTER &&
		    zero_throughout(res, category, &out->columns[i]))
			out->columns[kept++] = out->columns[i];
	out->nr = kept;
}

/* Counting and grouping. */

struct vmb_tally vmb_view_tally(const struct vmb_result *res)
{
	struct vmb_tally t = { { 0 } };

	for (size_t i = 0; i < res->nr; i++)
		t.of[res->benches[i].status]++;
	return t;
}

const char *vmb_view_tally_text(const struct vmb_tally *t, char buf[128])
{
	static const enum vmb_status order[] = {
		VMB_STATUS_OK, VMB_STATUS_UNRELIABLE, VMB_STATUS_FAILED, VMB_STATUS_SKIPPED,
	};
	size_t at = 0;

	snprintf(buf, 128, "no benchmark");
	for (size_t i = 0; i < VMB_ARRAY_SIZE(order); i++)
		if (t->of[order[i]])
			at += (size_t)snprintf(buf + at, 128 - at, "%s%zu %s", at ? ", " : "",
					       t->of[order[i]], vmb_status_name(order[i]));
	return buf;
}

bool vmb_view_first_of_category(const struct vmb_result *res, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (!strcmp(res->benches[k].category, res->benches[i].category))
			return false;
	return true;
}

bool vmb_view_same_note(const struct vmb_bench_result *a, const struct vmb_bench_result *b)
{
	return a->status == b->status && !strcmp(a->category, b->category) &&
	       !strcmp(a->reason, b->reason);
}

bool vmb_view_first_of_note(const struct vmb_result *res, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (vmb_view_same_note(&res->benches[k], &res->benches[i]))
			return false;
	return true;
}

const struct vmb_remark *vmb_view_remarks(void)
{
	static const struct vmb_remark remarks[] = {
		{ VMB_SUM_INTERCEPT, "constant cost of a batch above 1 % of the smallest batch" },
		{ VMB_SUM_FEW_ROUNDS, "fewer than six rounds: ± is the range of what there is" },
		{ 0, NULL },
	};

	return remarks;
}

bool vmb_view_has_remark(const struct vmb_bench_result *b, const char *category,
			 const struct vmb_remark *remark)
{
	return vmb_view_timed(b) && (b->summary.flags & remark->flag) &&
	       !strcmp(b->category, category);
}
