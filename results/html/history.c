// SPDX-License-Identifier: MIT
/*
 * Run to run: the benchmark's time in earlier runs of the same machine and in this one. The script
 * zooms by drawing anew from the table below the chart.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "arch/base/assert.h"
#include "results/html/plot.h"
#include "results/stat_change.h"

struct point { size_t run; double median, low, high; };

/**
 * struct past - the points that are shown, this run last; its number is that after the last run.
 * @left_out: earlier points than the budget has
 */
struct past {
	size_t left_out, nr;
	struct point *points;
	struct vmb_change_point *changes;
	size_t nr_changes;
};

/* Ids of runs begin with their time. A report of an old run does not know of later ones. */
static bool is_earlier(const struct html *h, size_t run)
{
	return strcmp(h->history->run[run].id, h->res->id) < 0;
}

static const struct vmb_history_run *run_of(const struct html *h, size_t run)
{
	return run < h->history->nr_runs ? &h->history->run[run] : NULL;
}

static const char *date_of(const struct html *h, const struct past *p, size_t i)
{
	const struct vmb_history_run *run = run_of(h, p->points[i].run);

	return run ? run->date : h->res->date;
}

static const char *this_commit(const struct html *h)
{
	const struct vmb_fact *commit = vmb_env_find(&h->res->env, "build.git_commit");

	return commit && commit->type == VMB_FACT_TEXT ? commit->text : "";
}

/* A commit is known by its first digits. */
static void put_commit(const struct html *h, size_t run)
{
	const struct vmb_history_run *r = run_of(h, run);
	char digits[13];

	snprintf(digits, sizeof(digits), "%.12s", r ? r->commit : this_commit(h));
	fputs("<code>", h->out);
	html_text(h, digits);
	fputs("</code>", h->out);
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

static int collect(const struct html *h, const struct vmb_bench_result *b,
		   const struct vmb_history_bench *from, struct past *p)
{
	size_t nr = 0;

	for (size_t i = 0; i < from->nr; i++)
		nr += is_earlier(h, from->point[i].run);
	if (!nr)
		return 0;
	p->left_out = nr > h->budget.past ? nr - h->budget.past : 0;
	p->points = calloc(nr + 1, sizeof(*p->points));
	if (!p->points)
		return -ENOMEM;
	nr = 0;
	for (size_t i = 0; i < from->nr; i++) {
		const struct vmb_history_point *at = &from->point[i];

		if (is_earlier(h, at->run) && nr++ >= p->left_out)
			p->points[p->nr++] = (struct point){ at->run, at->median, at->low, at->high };
	}
	p->points[p->nr++] = (struct point){ h->history->nr_runs, b->summary.median, b->summary.low,
					     b->summary.high };
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

	VMB_ASSERT(p->nr >= 2);	/* an earlier run and this one */
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

/* The script draws from this: number of the run, median and interval. */
static void put_values(const struct html *h, const struct past *p)
{
	fputs(" data-past=\"", h->out);
	for (size_t i = 0; i < p->nr; i++) {
		const struct point *at = &p->points[i];

		fprintf(h->out, "%s%zu %.5g %.5g %.5g", i ? ";" : "", at->run, at->median,
			bound(at->low, at->median), bound(at->high, at->median));
	}
	fputs("\" data-changes=\"", h->out);
	for (size_t i = 0; i < p->nr_changes; i++)
		fprintf(h->out, "%s%zu", i ? " " : "", p->changes[i].at);
	fputs("\"", h->out);
}

static const struct vmb_change_point *change_at(const struct past *p, size_t i)
{
	for (size_t k = 0; k < p->nr_changes; k++)
		if (p->changes[k].at == i)
			return &p->changes[k];
	return NULL;
}

static void put_row(const struct html *h, const struct past *p, size_t i)
{
	const struct point *at = &p->points[i];
	const struct vmb_change_point *change = change_at(p, i);
	char buf[32], low[32], high[32];

	fputs("<tr><th scope=\"row\">", h->out);
	html_text(h, date_of(h, p, i));
	fputs("</th><td class=\"l\">", h->out);
	put_commit(h, at->run);
	fprintf(h->out, "</td><td>%s</td><td>", html_format_ns(at->median, at->high - at->low, buf));
	if (isfinite(at->low) && isfinite(at->high))
		fprintf(h->out, "%s to %s", html_format_ns(at->low, at->high - at->low, low),
			html_format_ns(at->high, at->high - at->low, high));
	fputs("</td><td>", h->out);
	if (change)
		fprintf(h->out, "%+.1f %%", 100 * expm1(change->after - change->before));
	fputs("</td></tr>", h->out);
}

/* The last runs, and those where it changed. */
static bool in_table(const struct html *h, const struct past *p, size_t i)
{
	return i + h->budget.past_rows >= p->nr || change_at(p, i);
}

static void put_table(const struct html *h, const struct past *p)
{
	size_t nr = 0;

	fputs("<details class=\"more\"><summary>Table of runs</summary><div class=\"scroll\" "
	      "role=\"region\" aria-label=\"Table of runs\" tabindex=\"0\"><table>"
	      "<caption>Runs, oldest first</caption><thead><tr>"
	      "<th scope=\"col\">run</th><th scope=\"col\" class=\"l\">commit</th>"
	      "<th scope=\"col\">median</th><th scope=\"col\">interval</th>"
	      "<th scope=\"col\">change point</th></tr></thead><tbody>", h->out);
	for (size_t i = 0; i < p->nr; i++) {
		if (!in_table(h, p, i))
			continue;
		put_row(h, p, i);
		nr++;
	}
	fputs("</tbody></table></div>", h->out);
	if (nr < p->nr)
		fprintf(h->out, "<p class=\"note\">The last runs and those where it changed; a report of "
			"fewer benchmarks has more of the %zu runs.</p>", p->nr);
	fputs("</details>", h->out);
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
	fprintf(h->out, "<g class=\"plot\" data-box=\"%.1f %.1f %.1f %.1f\"", plot.x.from, plot.x.to,
		plot.y.from, plot.y.to);
	put_values(h, p);
	fputs(">", h->out);
	draw(&plot, p);
	fputs("</g>", h->out);
	html_plot_close(&plot);
	fputs("</div><figcaption><b>Run to run</b>, oldest first; band: intervals.", h->out);
	if (p->nr_changes)
		fputs(" Dashes: change points.", h->out);
	if (p->left_out)
		fprintf(h->out, " Drawn: the last %zu of %zu runs.", p->nr, p->nr + p->left_out);
	fputs("</figcaption>", h->out);
	put_table(h, p);
	fputs("</figure>", h->out);
}

static void put_run(const struct html *h, size_t number)
{
	const struct vmb_history_run *run = run_of(h, number);

	fputs("<tr><th scope=\"row\">", h->out);
	html_text(h, run ? run->date : h->res->date);
	fputs("</th><td class=\"l\"><code>", h->out);
	html_text(h, run ? run->id : h->res->id);
	fputs("</code></td><td class=\"l\">", h->out);
	put_commit(h, number);
	fputs(run && run->dirty ? " and changes</td></tr>" : "</td></tr>", h->out);
}

/* The rows have the numbers of the runs: none is left out. */
void html_put_runs(const struct html *h)
{
	if (!h->history || !h->history->nr_runs)
		return;
	fputs("<section aria-labelledby=\"rns\"><h2 id=\"rns\">Runs in the histories</h2>"
	      "<details class=\"more\"><summary>All runs of this machine, and this one</summary>"
	      "<div class=\"scroll\" role=\"region\" aria-labelledby=\"rns\" tabindex=\"0\">"
	      "<table id=\"runs\"><caption class=\"vh\">Runs, oldest first</caption><thead><tr>"
	      "<th scope=\"col\">date</th><th scope=\"col\" class=\"l\">run</th>"
	      "<th scope=\"col\" class=\"l\">commit</th></tr></thead><tbody>", h->out);
	for (size_t i = 0; i <= h->history->nr_runs; i++)
		put_run(h, i);
	fputs("</tbody></table></div></details></section>\n", h->out);
}

void html_put_history(struct html *h, size_t bench)
{
	const struct vmb_bench_result *b = &h->res->benches[bench];
	const struct vmb_history_bench *from = NULL;
	struct past p = { 0 };
	int err;

	if (h->history && vmb_view_timed(b))
		from = vmb_history_find(h->history, b->id);
	if (!from)
		return;
	err = collect(h, b, from, &p);
	if (err)
		h->error = err;
	else if (p.nr)
		put_chart(h, bench, &p);
	free(p.changes);
	free(p.points);
}
