// SPDX-License-Identifier: MIT
/*
 * The distribution of the rounds' estimates: a smooth density over a rug of the estimates.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "results/html/plot.h"
#include "results/html/rounds.h"
#include "results/stat_density.h"

#define GRID	72

struct curve { double low, high, height[GRID], top; };

static size_t finite_only(const struct vmb_summary *s, double *out)
{
	size_t nr = 0;

	for (size_t i = 0; i < s->nr_round_ns; i++)
		if (isfinite(s->round_ns[i]) && fabs(s->round_ns[i]) < 1e200)
			out[nr++] = s->round_ns[i];
	return nr;
}

static int make_curve(const double *ns, size_t nr, struct curve *c)
{
	struct html_range r = { 0 };
	double width;
	int err = nr < 2 ? -EDOM : vmb_bandwidth(ns, nr, &width);

	if (err)
		return err;
	for (size_t i = 0; i < nr; i++)
		html_range_add(&r, ns[i]);
	c->low = r.low - 3 * width;
	c->high = r.high + 3 * width;
	c->top = 0;
	err = vmb_density(ns, nr, width, c->low, c->high, c->height, GRID);
	for (size_t i = 0; !err && i < GRID; i++)
		c->top = fmax(c->top, c->height[i]);
	return !err && !(c->top > 0 && isfinite(c->top)) ? -EDOM : err;
}

static double grid_at(const struct curve *c, size_t i)
{
	return c->low + (c->high - c->low) * (double)i / (GRID - 1);
}

static void draw_curve(const struct html_plot *p, const struct curve *c)
{
	html_path_begin(p, "area line");
	for (size_t i = 0; i < GRID; i++)
		(i ? html_path_line : html_path_move)(p, grid_at(c, i), c->height[i] / c->top);
	html_path_end(p, false);
}

static void draw_rug(const struct html_plot *p, const double *ns, size_t nr, size_t most)
{
	size_t stride = nr / most + 1;

	html_path_begin(p, "rug");
	for (size_t i = 0; i < nr; i += stride) {
		html_path_move(p, ns[i], 0);
		html_path_line(p, ns[i], 0.07);
	}
	html_path_end(p, false);
}

static void fit_axes(struct html_plot *p, const struct vmb_summary *s, const double *ns, size_t nr,
		     const struct curve *c, double old_ns)
{
	struct html_range r = { 0 };

	for (size_t i = 0; i < nr; i++)
		html_range_add(&r, ns[i]);
	if (c) {
		html_range_add(&r, c->low);
		html_range_add(&r, c->high);
	}
	html_range_add(&r, s->median);
	html_range_add(&r, old_ns);
	html_axis_fit(&p->x, HTML_TIME, &r, false);
	html_axis_fit(&p->y, HTML_COUNT, &(struct html_range){ true, 0, 1 }, false);
}

static void describe(struct html_plot *p, const struct vmb_summary *s, size_t nr, double old_ns)
{
	char a[24], b[24], c[24];
	size_t at;

	at = (size_t)snprintf(p->description, sizeof(p->description), "%zu rounds from %s to %s, "
			      "median %s", nr, vmb_format_ns(s->min, a), vmb_format_ns(s->max, b),
			      vmb_format_ns(s->median, c));
	if (isfinite(old_ns))
		snprintf(p->description + at, sizeof(p->description) - at, "; baseline %s",
			 vmb_format_ns(old_ns, a));
}

static void draw(struct html *h, size_t bench, const double *ns, size_t nr, const struct curve *c)
{
	const struct vmb_summary *s = &h->res->benches[bench].summary;
	struct html_plot p = html_plot_new(h, "d", bench);
	struct html_effect e;
	double old_ns = html_effect_of(h, bench, &e) ? e.old_ns : NAN;
	bool has_interval = isfinite(s->low) && isfinite(s->high);

	p.name = "Distribution of the rounds";
	p.x_title = "time per operation";
	p.y_title = "density of the rounds";
	p.no_y = true;
	fit_axes(&p, s, ns, nr, c, old_ns);
	describe(&p, s, nr, old_ns);
	fputs("<figure>", h->out);
	html_plot_open(&p);
	if (has_interval)
		html_plot_band(&p, "band", false, s->low, s->high);
	if (c)
		draw_curve(&p, c);
	draw_rug(&p, ns, nr, h->budget.points);
	html_plot_rule(&p, "median", false, s->median);
	if (isfinite(old_ns))
		html_plot_rule(&p, "base", false, old_ns);
	html_plot_close(&p);
	fprintf(h->out, "<figcaption><b>Distribution.</b> Each tick is a round; line: median%s%s.%s"
		"</figcaption></figure>", has_interval ? "; band: its interval" : "",
		isfinite(old_ns) ? "; dashes: baseline" : "",
		c ? "" : " Too few different rounds for a density.");
}

void html_put_density(struct html *h, size_t bench)
{
	const struct vmb_summary *s = &h->res->benches[bench].summary;
	double *ns = malloc((s->nr_round_ns + 1) * sizeof(*ns));
	struct curve c;
	size_t nr;
	int err;

	if (!ns) {
		h->error = -ENOMEM;
		return;
	}
	nr = finite_only(s, ns);
	err = make_curve(ns, nr, &c);
	if (err == -ENOMEM)
		h->error = err;
	else if (nr)
		draw(h, bench, ns, nr, err ? NULL : &c);
	free(ns);
}
