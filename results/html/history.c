// SPDX-License-Identifier: MIT
/*
 * Run to run: the benchmark's time in earlier runs of the same machine and in this one. The script
 * zooms by drawing anew from the table below the chart.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "results/html/plot.h"
#include "results/stat_change.h"

/** struct past - the points that are shown, this run last. */
struct past {
	const struct vmb_past_series *series;
	size_t first;		/* of the series: earlier ones are not shown */
	size_t nr;		/* with this run */
	struct vmb_past_point *points;
	struct vmb_change_point *changes;
	size_t nr_changes;
};

static const struct vmb_past_run *run_of(const struct html *h, const struct past *p, size_t i)
{
	return i + 1 < p->nr ? &h->context->past->runs[p->points[i].run] : NULL;
}

static const char *date_of(const struct html *h, const struct past *p, size_t i)
{
	const struct vmb_past_run *run = run_of(h, p, i);

	return run ? run->date : h->res->date;
}

static int find_changes(struct past *p)
{
	struct vmb_change_opts opts = { .permutations = 199 };
	double *logs = malloc(p->nr * sizeof(*logs));
	int err = 0;

	if (!logs)
		return -ENOMEM;
	for (size_t i = 0; i < p->nr; i++) {
		if (!(p->points[i].median > 0))
			err = -EINVAL;
		else
			logs[i] = log(p->points[i].median);
	}
	if (!err && p->nr <= VMB_CHANGE_MAX)
		err = vmb_change_points(logs, p->nr, &opts, &p->changes, &p->nr_changes);
	free(logs);
	return err == -ENOMEM ? err : 0;
}

static int collect(const struct html *h, size_t bench, struct past *p)
{
	const struct vmb_bench_result *b = &h->res->benches[bench];
	const struct vmb_past_series *s = p->series;

	p->first = s->nr > h->budget.past ? s->nr - h->budget.past : 0;
	p->points = calloc(s->nr - p->first + 1, sizeof(*p->points));
	if (!p->points)
		return -ENOMEM;
	for (size_t i = p->first; i < s->nr; i++)
		p->points[p->nr++] = s->points[i];
	p->points[p->nr++] = (struct vmb_past_point){ .run = SIZE_MAX, .median = b->summary.median,
						      .low = b->summary.low,
						      .high = b->summary.high };
	return find_changes(p);
}

static void fit_axes(struct html_plot *plot, const struct past *p)
{
	struct html_range y = { 0 };

	for (size_t i = 0; i < p->nr; i++) {
		html_range_add(&y, p->points[i].median);
		html_range_add(&y, p->points[i].low);
		html_range_add(&y, p->points[i].high);
	}
	html_axis_fit(&plot->x, HTML_COUNT, &(struct html_range){ true, 0, (double)(p->nr - 1) },
		      false);
	html_axis_fit(&plot->y, HTML_TIME, &y, false);
}

/* A date that is one: it goes into the drawing, whose width of labels is known. */
static bool put_date(const char *date, char label[24])
{
	static const char form[] = "0000-00-00";

	for (size_t i = 0; i < sizeof(form) - 1; i++)
		if (form[i] == '0' ? date[i] < '0' || date[i] > '9' : date[i] != form[i])
			return false;
	snprintf(label, 24, "%.10s", date);
	return true;
}

static void set_ticks(struct html_plot *plot, const struct past *p)
{
	struct html_ticks *t = &plot->x_ticks;
	size_t parts = p->nr < 4 ? p->nr - 1 : 3;

	for (size_t i = 0; i <= parts; i++) {
		size_t at = i * (p->nr - 1) / parts;

		t->at[t->nr] = (double)at;
		if (!put_date(date_of(plot->h, p, at), t->label[t->nr]))
			snprintf(t->label[t->nr], sizeof(t->label[0]), "%zu", at + 1);
		t->nr++;
	}
	t->unit = "";
}

static double bound(double v, double median)
{
	return isfinite(v) ? v : median;
}

static void draw(const struct html_plot *plot, const struct past *p)
{
	html_path_begin(plot, "area");
	for (size_t i = 0; i < p->nr; i++)
		(i ? html_path_line : html_path_move)(plot, (double)i, bound(p->points[i].high,
								p->points[i].median));
	for (size_t i = p->nr; i-- > 0;)
		html_path_line(plot, (double)i, bound(p->points[i].low, p->points[i].median));
	html_path_end(plot, true);
	html_path_begin(plot, "line");
	for (size_t i = 0; i < p->nr; i++)
		(i ? html_path_line : html_path_move)(plot, (double)i, p->points[i].median);
	html_path_end(plot, false);
	html_path_begin(plot, "dots big");
	for (size_t i = 0; i < p->nr; i++)
		html_path_dot(plot, (double)i, p->points[i].median);
	html_path_end(plot, false);
	html_path_begin(plot, "change");
	for (size_t i = 0; i < p->nr_changes; i++) {
		html_path_move(plot, (double)p->changes[i].at - 0.5, plot->y.low);
		html_path_line(plot, (double)p->changes[i].at - 0.5, plot->y.high);
	}
	html_path_end(plot, false);
}

static void put_change(const struct html *h, const struct past *p, size_t i)
{
	for (size_t k = 0; k < p->nr_changes; k++)
		if (p->changes[k].at == i)
			fprintf(h->out, "%+.1f %%",
				100 * expm1(p->changes[k].after - p->changes[k].before));
}

/* A commit is known by its first digits. */
static const char *first_of(const char *commit, char hash[16])
{
	snprintf(hash, 16, "%.12s", commit);
	return hash;
}

static void put_row(const struct html *h, const struct past *p, size_t i)
{
	const struct vmb_past_run *run = run_of(h, p, i);
	const struct vmb_past_point *at = &p->points[i];
	const struct vmb_fact *commit = vmb_env_find(&h->res->env, "build.git_commit");
	char buf[24], low[24], high[24], hash[sizeof(run->commit)];

	fprintf(h->out, "<tr data-m=\"%.6g\" data-l=\"%.6g\" data-h=\"%.6g\"><th scope=\"row\">",
		at->median, bound(at->low, at->median), bound(at->high, at->median));
	html_text(h, date_of(h, p, i));
	fputs("</th><td class=\"l\"><code>", h->out);
	if (run)
		html_text(h, run->commit);
	else if (commit && commit->type == VMB_FACT_TEXT)
		html_text(h, first_of(commit->text, hash));
	fprintf(h->out, "</code></td><td>%s</td><td>", vmb_format_ns(at->median, buf));
	if (isfinite(at->low) && isfinite(at->high))
		fprintf(h->out, "%s to %s", vmb_format_ns(at->low, low),
			vmb_format_ns(at->high, high));
	fputs("</td><td>", h->out);
	put_change(h, p, i);
	fputs("</td></tr>", h->out);
}

static void put_table(const struct html *h, const struct past *p)
{
	fputs("<details class=\"more\"><summary>Table of runs</summary><div class=\"scroll\" "
	      "role=\"region\" aria-label=\"Table of runs\" tabindex=\"0\"><table class=\"past\">"
	      "<caption>This benchmark in the runs of this machine, oldest first</caption><thead><tr>"
	      "<th scope=\"col\">run</th><th scope=\"col\" class=\"l\">commit</th>"
	      "<th scope=\"col\">median</th><th scope=\"col\">interval</th>"
	      "<th scope=\"col\">change point</th></tr></thead><tbody>", h->out);
	for (size_t i = 0; i < p->nr; i++)
		put_row(h, p, i);
	fputs("</tbody></table></div></details>", h->out);
}

static void put_chart(const struct html *h, size_t bench, const struct past *p)
{
	struct html_plot plot = html_plot_new(h, "h", bench);
	char a[24], b[24];

	plot.name = "Run to run";
	plot.y_title = "time per operation";
	plot.x_title = "runs in order";
	snprintf(plot.description, sizeof(plot.description), "%zu runs; the first %s, this one %s; "
		 "%zu change points; the table below has the values", p->nr,
		 vmb_format_ns(p->points[0].median, a),
		 vmb_format_ns(p->points[p->nr - 1].median, b), p->nr_changes);
	fit_axes(&plot, p);
	set_ticks(&plot, p);
	fputs("<figure class=\"history\"><div class=\"zoom\">", h->out);
	html_plot_open(&plot);
	fprintf(h->out, "<g class=\"plot\" data-box=\"%.1f %.1f %.1f %.1f\">", plot.x.from, plot.x.to,
		plot.y.from, plot.y.to);
	draw(&plot, p);
	fputs("</g>", h->out);
	html_plot_close(&plot);
	fputs("</div><figcaption><b>Run to run</b>, oldest first; band: intervals.", h->out);
	if (p->nr_changes)
		fputs(" Dashes: change points.", h->out);
	if (p->first)
		fprintf(h->out, " Drawn: the last %zu of %zu runs.", p->nr, p->nr + p->first);
	fputs("</figcaption>", h->out);
	put_table(h, p);
	fputs("</figure>", h->out);
}

void html_put_history(struct html *h, size_t bench)
{
	const struct vmb_bench_result *b = &h->res->benches[bench];
	struct past p = { 0 };
	int err;

	if (h->context->past && vmb_view_timed(b))
		p.series = vmb_past_find(h->context->past, b->id, bench);
	if (!p.series || !p.series->nr)
		return;
	err = collect(h, bench, &p);
	if (err)
		h->error = err;
	else
		put_chart(h, bench, &p);
	free(p.changes);
	free(p.points);
}
