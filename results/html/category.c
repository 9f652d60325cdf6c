// SPDX-License-Identifier: MIT
/*
 * One category: the table, why benchmarks are not ok, remarks, sweeps, and the benchmarks one by
 * one.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "results/digest.h"
#include "results/html/html.h"

#define MOST_IDS	40	/* of one note */
#define SPARSE		4	/* what fewer than one measured row in so many has is no column */

/* Columns that only this report has. */
struct columns { bool status, effect, target; struct vmb_view view; };

static bool in_category(const struct html *h, size_t i, const char *category)
{
	return !strcmp(h->res->benches[i].category, category);
}

static bool is_row(const struct html *h, size_t i, const char *category)
{
	return in_category(h, i, category) && h->res->benches[i].status != VMB_STATUS_SKIPPED;
}

static bool is_dense(const struct html *h, const char *category, const struct vmb_column *c)
{
	char cell[VMB_CELL_BYTES];
	size_t rows = 0, cells = 0;

	for (size_t i = 0; i < h->res->nr; i++)
		if (is_row(h, i, category) && vmb_view_timed(&h->res->benches[i])) {
			rows++;
			cells += vmb_view_cell(&h->res->benches[i], c, cell);
		}
	return cells * SPARSE >= rows;
}

/* A category whose benchmarks measure different things would be a wide table of empty cells. */
static void drop_sparse(const struct html *h, const char *category, struct vmb_view *view)
{
	size_t kept = 0;

	for (size_t i = 0; i < view->nr; i++)
		if (is_dense(h, category, &view->columns[i]))
			view->columns[kept++] = view->columns[i];
	view->nr = kept;
}

static void survey(const struct html *h, const char *category, struct columns *c)
{
	struct vmb_target_verdict v;
	struct html_effect e;

	memset(c, 0, sizeof(*c));
	vmb_view_columns(h->res, category, &c->view);
	drop_sparse(h, category, &c->view);
	for (size_t i = 0; i < h->res->nr; i++) {
		if (!is_row(h, i, category))
			continue;
		c->status = c->status || h->res->benches[i].status != VMB_STATUS_OK;
		c->effect = c->effect || html_effect_of(h, i, &e);
		c->target = c->target || html_target_of(h, i, &v);
	}
}

static void put_titles(const struct html *h, const struct columns *c)
{
	fputs("<thead><tr><th scope=\"col\" class=\"l\">benchmark</th>", h->out);
	if (c->status)
		fputs("<th scope=\"col\" class=\"l\">status</th>", h->out);
	if (c->effect)
		fputs("<th scope=\"col\">change</th><th scope=\"col\" class=\"l\">severity</th>",
		      h->out);
	if (c->target)
		fputs("<th scope=\"col\" class=\"l\">target</th>", h->out);
	for (size_t i = 0; i < c->view.nr; i++) {
		fputs("<th scope=\"col\">", h->out);
		html_text(h, c->view.columns[i].title);
		fputs("</th>", h->out);
	}
	fputs("</tr></thead>", h->out);
}

/* What a column is sorted by; NaN where the cell is empty. */
static double sort_key(const struct vmb_bench_result *b, const struct vmb_column *c)
{
	const struct vmb_summary *s = &b->summary;

	if (c->kind == VMB_COLUMN_TIME)
		return s->median;
	if (c->kind == VMB_COLUMN_SPREAD)
		return vmb_view_spread(b);
	if (c->kind == VMB_COLUMN_THROUGHPUT)
		return s->throughput;
	for (uint32_t i = 0; c->kind == VMB_COLUMN_METRIC && i < s->nr_metrics; i++)
		if (!strcmp(s->metrics[i].name, c->name))
			return s->metrics[i].value;
	for (uint32_t i = 0; c->kind == VMB_COLUMN_COUNTER && i < s->nr_counters; i++)
		if (vmb_counter_simulated(s->counters[i].source) == c->simulated &&
		    !strcmp(s->counters[i].name, c->name))
			return s->counters[i].per_op;
	return NAN;
}

static void put_figure(const struct html *h, const struct vmb_bench_result *b,
		       const struct vmb_column *c)
{
	char cell[VMB_CELL_BYTES];

	if (!vmb_view_cell(b, c, cell)) {
		fputs("<td></td>", h->out);
		return;
	}
	fprintf(h->out, "<td data-v=\"%.6g\">", sort_key(b, c));
	html_text(h, cell);
	fputs("</td>", h->out);
}

static void put_effect(const struct html *h, bool any, const struct html_effect *e)
{
	if (!any) {
		fputs("<td></td><td></td>", h->out);
		return;
	}
	if (isfinite(e->value))
		fprintf(h->out, "<td data-v=\"%.6g\">%s</td>", e->value, e->effect);
	else
		fprintf(h->out, "<td>%s</td>", e->effect);
	fputs("<td class=\"l\">", h->out);
	html_badge(h, e->class, e->word);
	fputs("</td>", h->out);
}

static void put_target(const struct html *h, size_t i)
{
	struct vmb_target_verdict v;

	fputs("<td class=\"l\">", h->out);
	if (html_target_of(h, i, &v))
		html_badge(h, v.met ? "met" : "missed", v.met ? "met" : "missed");
	fputs("</td>", h->out);
}

static void put_row(const struct html *h, size_t i, const struct columns *c)
{
	const struct vmb_bench_result *b = &h->res->benches[i];
	struct html_effect e;
	bool compared = html_effect_of(h, i, &e);

	fprintf(h->out, "<tr><th scope=\"row\"><a href=\"#b%zu\">", i);
	html_id(h, b->id);
	fputs("</a></th>", h->out);
	if (c->status) {
		fputs("<td class=\"l\">", h->out);
		html_badge(h, html_status_word(b->status), html_status_word(b->status));
		fputs("</td>", h->out);
	}
	if (c->effect)
		put_effect(h, compared, &e);
	if (c->target)
		put_target(h, i);
	for (size_t k = 0; k < c->view.nr; k++)
		put_figure(h, b, &c->view.columns[k]);
	fputs("</tr>\n", h->out);
}

static bool has_rows(const struct html *h, const char *category)
{
	for (size_t i = 0; i < h->res->nr; i++)
		if (is_row(h, i, category))
			return true;
	return false;
}

static void put_table(struct html *h, const char *category, const char *anchor)
{
	struct columns *c = malloc(sizeof(*c));

	if (!c) {
		h->error = -ENOMEM;
		return;
	}
	survey(h, category, c);
	fprintf(h->out, "<div class=\"scroll\" role=\"region\" aria-labelledby=\"%s\" tabindex=\"0\">"
		"<table class=\"sortable\"><caption class=\"vh\">Benchmarks of ", anchor);
	html_text(h, category);
	fputs("</caption>", h->out);
	put_titles(h, c);
	fputs("<tbody>\n", h->out);
	for (size_t i = 0; i < h->res->nr; i++)
		if (is_row(h, i, category))
			put_row(h, i, c);
	fputs("</tbody></table></div>\n", h->out);
	free(c);
}

/* Notes. */

static void put_listed(const struct html *h, size_t i, size_t nr)
{
	if (nr >= MOST_IDS)
		return;
	fputs(nr ? ", " : "", h->out);
	fprintf(h->out, "<a href=\"#b%zu\">", i);
	html_id(h, h->res->benches[i].id);
	fputs("</a>", h->out);
}

static void put_more(const struct html *h, size_t nr)
{
	if (nr > MOST_IDS)
		fprintf(h->out, " and %zu more", nr - MOST_IDS);
}

static void put_note(const struct html *h, size_t first)
{
	const struct vmb_bench_result *b = &h->res->benches[first];
	size_t nr = 0;

	fputs("<li>", h->out);
	html_badge(h, html_status_word(b->status), html_status_word(b->status));
	fputs(" ", h->out);
	html_text(h, b->reason[0] ? b->reason : "no reason was recorded");
	fputs(": ", h->out);
	for (size_t i = first; i < h->res->nr; i++)
		if (vmb_view_same_note(b, &h->res->benches[i]))
			put_listed(h, i, nr++);
	put_more(h, nr);
	fputs("</li>", h->out);
}

static void put_remark(const struct html *h, const char *category, const struct vmb_remark *r)
{
	size_t nr = 0;

	for (size_t i = 0; i < h->res->nr; i++) {
		if (!vmb_view_has_remark(&h->res->benches[i], category, r))
			continue;
		if (!nr)
			fprintf(h->out, "<li>%s: ", r->words);
		put_listed(h, i, nr++);
	}
	put_more(h, nr);
	fputs(nr ? "</li>" : "", h->out);
}

static bool has_notes(const struct html *h, const char *category)
{
	for (size_t i = 0; i < h->res->nr; i++) {
		if (!in_category(h, i, category))
			continue;
		if (h->res->benches[i].status != VMB_STATUS_OK || h->res->benches[i].summary.flags)
			return true;
	}
	return false;
}

static void put_notes(const struct html *h, const char *category)
{
	if (!has_notes(h, category))
		return;
	fputs("<ul class=\"notes\">", h->out);
	for (size_t i = 0; i < h->res->nr; i++)
		if (in_category(h, i, category) && h->res->benches[i].status != VMB_STATUS_OK &&
		    vmb_view_first_of_note(h->res, i))
			put_note(h, i);
	for (const struct vmb_remark *r = vmb_view_remarks(); r->words; r++)
		put_remark(h, category, r);
	fputs("</ul>\n", h->out);
}

void html_put_category(struct html *h, const char *category)
{
	char anchor[24];

	html_category_anchor(h, category, anchor);
	fprintf(h->out, "<section class=\"category\" aria-labelledby=\"%s\"><h2 id=\"%s\">", anchor,
		anchor);
	html_text(h, category);
	fputs("</h2>\n", h->out);
	if (has_rows(h, category))
		put_table(h, category, anchor);
	put_notes(h, category);
	html_put_sweeps(h, category);
	for (size_t i = 0; i < h->res->nr; i++)
		if (in_category(h, i, category))
			html_put_detail(h, i);
	fputs("</section>\n", h->out);
}
