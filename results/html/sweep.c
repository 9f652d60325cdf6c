// SPDX-License-Identifier: MIT
/*
 * Benchmarks that are swept over a size: time against size on logarithmic axes, one line for each
 * combination of their other parameters.
 */
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "results/html/plot.h"

#define MOST_LINES	7	/* told apart by colour and dash */

/**
 * struct sweep - one family: the benchmarks whose ids are alike but for their parameters.
 * @name: [@name_len] of the id of member[0], without parameters
 * @member: [nr] indices of benchmarks
 * @axis: which parameter is the size
 */
struct sweep {
	const char *name;
	size_t name_len;
	size_t nr, *member;
	uint32_t axis;
};

/* The id without its last components, one for each parameter. */
static size_t family_len(const struct vmb_bench_result *b)
{
	size_t len = strlen(b->id);

	for (uint32_t i = 0; i < b->nr_params && len; i++)
		while (len && b->id[--len] != '/')
			;
	return len;
}

static bool same_family(const struct vmb_bench_result *a, const struct vmb_bench_result *b)
{
	size_t len = family_len(a);

	if (!len || a->nr_params != b->nr_params || family_len(b) != len ||
	    strncmp(a->id, b->id, len) != 0 || strcmp(a->category, b->category) != 0)
		return false;
	for (uint32_t i = 0; i < a->nr_params; i++)
		if (strcmp(a->params[i].name, b->params[i].name) != 0)
			return false;
	return true;
}

/* "64K" with the value 65536 is a size; "L2" with the value 1 is not. */
static bool is_size(const struct vmb_param *p)
{
	static const char letters[] = "KMGT";
	char *end;
	unsigned long long v;
	const char *letter;

	if (!isdigit((unsigned char)p->label[0]) || !p->value)
		return false;
	errno = 0;
	v = strtoull(p->label, &end, 10);
	letter = *end ? strchr(letters, *end) : NULL;
	if (errno || (*end && (!letter || end[1])))
		return false;
	for (ptrdiff_t i = letter ? letter - letters : -1; i >= 0; i--)
		v *= 1024;
	return v == p->value;
}

static const struct vmb_bench_result *member(const struct html *h, const struct sweep *s, size_t i)
{
	return &h->res->benches[s->member[i]];
}

/* Different values of a parameter; 0 if one of them is not a size. */
static size_t distinct_sizes(const struct html *h, const struct sweep *s, uint32_t axis)
{
	size_t nr = 0;

	for (size_t i = 0; i < s->nr; i++) {
		const struct vmb_param *p = &member(h, s, i)->params[axis];
		size_t k = 0;

		if (!is_size(p))
			return 0;
		while (k < i && member(h, s, k)->params[axis].value != p->value)
			k++;
		nr += k == i;
	}
	return nr;
}

static bool choose_axis(const struct html *h, struct sweep *s)
{
	size_t most = 1;

	for (uint32_t i = 0; i < member(h, s, 0)->nr_params; i++) {
		size_t nr = distinct_sizes(h, s, i);

		if (nr > most) {
			most = nr;
			s->axis = i;
		}
	}
	return most > 1;
}

static bool drawable(const struct vmb_bench_result *b)
{
	return vmb_view_timed(b) && b->summary.median > 0 && b->summary.median < 1e200;
}

/* Lines. */

static bool same_line(const struct html *h, const struct sweep *s, size_t i, size_t k)
{
	const struct vmb_bench_result *a = member(h, s, i), *b = member(h, s, k);

	for (uint32_t p = 0; p < a->nr_params; p++)
		if (p != s->axis && strcmp(a->params[p].label, b->params[p].label) != 0)
			return false;
	return true;
}

static bool first_of_line(const struct html *h, const struct sweep *s, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (drawable(member(h, s, k)) && same_line(h, s, i, k))
			return false;
	return drawable(member(h, s, i));
}

static void put_line_name(const struct html *h, const struct sweep *s, size_t i)
{
	const struct vmb_bench_result *b = member(h, s, i);
	bool any = false;

	for (uint32_t p = 0; p < b->nr_params; p++) {
		if (p == s->axis)
			continue;
		fputs(any ? ", " : "", h->out);
		html_text(h, b->params[p].label);
		any = true;
	}
	if (!any)
		fputs("time per operation", h->out);
}

static uint64_t size_of(const struct html *h, const struct sweep *s, size_t i)
{
	return member(h, s, i)->params[s->axis].value;
}

/* The member of @i's line with the smallest size above @above; s->nr if there is none. */
static size_t next_of_line(const struct html *h, const struct sweep *s, size_t i, uint64_t above)
{
	size_t best = s->nr;

	for (size_t k = 0; k < s->nr; k++)
		if (drawable(member(h, s, k)) && same_line(h, s, i, k) && size_of(h, s, k) > above &&
		    (best == s->nr || size_of(h, s, k) < size_of(h, s, best)))
			best = k;
	return best;
}

static void draw_line(const struct html_plot *p, const struct sweep *s, size_t i, size_t colour)
{
	const struct html *h = p->h;
	char class[32];
	uint64_t above = 0;
	bool first = true;

	snprintf(class, sizeof(class), "series s%zu", colour);
	html_path_begin(p, class);
	for (size_t k; (k = next_of_line(h, s, i, above)) < s->nr; above = size_of(h, s, k)) {
		(first ? html_path_move : html_path_line)(p, (double)size_of(h, s, k),
							  member(h, s, k)->summary.median);
		first = false;
	}
	html_path_end(p, false);
	snprintf(class, sizeof(class), "dots big s%zu", colour);
	html_path_begin(p, class);
	for (size_t k = 0; k < s->nr; k++)
		if (drawable(member(h, s, k)) && same_line(h, s, i, k))
			html_path_dot(p, (double)size_of(h, s, k), member(h, s, k)->summary.median);
	html_path_end(p, false);
}

/* The labels of the parameter stand where its values are. */
static void set_ticks(struct html_plot *p, const struct sweep *s)
{
	struct html_ticks *t = &p->x_ticks;
	size_t best = 0;

	for (uint64_t above = 0; t->nr < HTML_MAX_TICKS && best < s->nr;) {
		best = s->nr;
		for (size_t k = 0; k < s->nr; k++)
			if (size_of(p->h, s, k) > above &&
			    (best == s->nr || size_of(p->h, s, k) < size_of(p->h, s, best)))
				best = k;
		if (best == s->nr)
			break;
		above = size_of(p->h, s, best);
		t->at[t->nr] = (double)above;
		snprintf(t->label[t->nr++], sizeof(t->label[0]), "%.20s",
			 member(p->h, s, best)->params[s->axis].label);
	}
	t->unit = "";
}

static void put_legend(const struct html *h, const struct sweep *s, size_t lines)
{
	size_t colour = 0;

	if (lines < 2)
		return;
	fputs("<ul class=\"legend\">", h->out);
	for (size_t i = 0; i < s->nr && colour < MOST_LINES; i++) {
		if (!first_of_line(h, s, i))
			continue;
		fprintf(h->out, "<li><svg viewBox=\"0 0 28 10\" aria-hidden=\"true\"><path "
			"class=\"series s%zu\" d=\"M1 5H27\"/><path class=\"dots big s%zu\" "
			"d=\"M14 5h0\"/></svg>", colour, colour);
		put_line_name(h, s, i);
		fputs("</li>", h->out);
		colour++;
	}
	fputs("</ul>", h->out);
	if (lines > MOST_LINES)
		fprintf(h->out, "<p class=\"note\">Drawn: %d of %zu lines; the table has all.</p>",
			MOST_LINES, lines);
}

static void put_table(const struct html *h, const struct sweep *s)
{
	char buf[24];

	fputs("<details class=\"more\"><summary>Table</summary><div class=\"scroll\" role=\"region\" "
	      "aria-label=\"Table of the sweep\" tabindex=\"0\"><table><caption>Time per operation"
	      "</caption><thead><tr><th scope=\"col\">", h->out);
	html_text(h, member(h, s, 0)->params[s->axis].name);
	fputs("</th><th scope=\"col\" class=\"l\">others</th><th scope=\"col\">time</th></tr></thead>"
	      "<tbody>", h->out);
	for (size_t i = 0; i < s->nr; i++) {
		if (!drawable(member(h, s, i)))
			continue;
		fputs("<tr><th scope=\"row\">", h->out);
		html_text(h, member(h, s, i)->params[s->axis].label);
		fputs("</th><td class=\"l\">", h->out);
		put_line_name(h, s, i);
		fprintf(h->out, "</td><td>%s</td></tr>",
			vmb_format_ns(member(h, s, i)->summary.median, buf));
	}
	fputs("</tbody></table></div></details>", h->out);
}

static void fit_axes(struct html_plot *p, const struct sweep *s)
{
	struct html_range x = { 0 }, y = { 0 };

	for (size_t i = 0; i < s->nr; i++) {
		html_range_add(&x, (double)size_of(p->h, s, i));
		if (drawable(member(p->h, s, i)))
			html_range_add(&y, member(p->h, s, i)->summary.median);
	}
	html_axis_fit(&p->x, HTML_COUNT, &x, true);
	/* Times that differ little are told apart better on a linear axis. */
	html_axis_fit(&p->y, HTML_TIME, &y, y.any && y.high > 8 * y.low);
}

static void put_sweep(const struct html *h, const struct sweep *s, size_t lines)
{
	struct html_plot p = html_plot_new(h, "w", s->member[0]);
	char name[160];
	size_t colour = 0;

	p.name = "Time against size";
	fit_axes(&p, s);
	p.y_title = p.y.log ? "time per operation, logarithmic" : "time per operation";
	p.x_title = "parameter, logarithmic";
	snprintf(p.description, sizeof(p.description), "%zu lines over %zu benchmarks; the table "
		 "below has the values", lines, s->nr);
	set_ticks(&p, s);
	snprintf(name, sizeof(name), "%.*s", (int)s->name_len, s->name);
	fputs("<figure class=\"sweep\"><h3>", h->out);
	html_id(h, name);
	fputs(" by ", h->out);
	html_text(h, member(h, s, 0)->params[s->axis].name);
	fputs("</h3>", h->out);
	html_plot_open(&p);
	for (size_t i = 0; i < s->nr && colour < MOST_LINES; i++)
		if (first_of_line(h, s, i))
			draw_line(&p, s, i, colour++);
	html_plot_close(&p);
	put_legend(h, s, lines);
	put_table(h, s);
	fputs("</figure>", h->out);
}

/* Families. */

static size_t count_lines(const struct html *h, const struct sweep *s, size_t *points)
{
	size_t lines = 0;

	*points = 0;
	for (size_t i = 0; i < s->nr; i++) {
		lines += first_of_line(h, s, i);
		*points += drawable(member(h, s, i));
	}
	return lines;
}

static bool first_of_family(const struct html *h, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (same_family(&h->res->benches[k], &h->res->benches[i]))
			return false;
	return h->res->benches[i].nr_params > 0;
}

static void collect(const struct html *h, size_t first, struct sweep *s)
{
	s->name = h->res->benches[first].id;
	s->name_len = family_len(&h->res->benches[first]);
	s->nr = 0;
	for (size_t i = first; i < h->res->nr; i++)
		if (same_family(&h->res->benches[first], &h->res->benches[i]))
			s->member[s->nr++] = i;
}

static void put_family(struct html *h, size_t first, struct sweep *s, bool *begun)
{
	size_t points, lines;

	collect(h, first, s);
	if (s->nr < 2 || !choose_axis(h, s))
		return;
	lines = count_lines(h, s, &points);
	if (points < 2 || points == lines)
		return;
	if (!*begun)
		fputs("<div class=\"sweeps\">", h->out);
	*begun = true;
	put_sweep(h, s, lines);
}

void html_put_sweeps(struct html *h, const char *category)
{
	struct sweep s = { .member = malloc((h->res->nr + 1) * sizeof(*s.member)) };
	bool begun = false;

	if (!s.member) {
		h->error = -ENOMEM;
		return;
	}
	for (size_t i = 0; i < h->res->nr; i++)
		if (!strcmp(h->res->benches[i].category, category) && first_of_family(h, i))
			put_family(h, i, &s, &begun);
	fputs(begun ? "</div>" : "", h->out);
	free(s.member);
}
