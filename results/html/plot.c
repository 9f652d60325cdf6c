// SPDX-License-Identifier: MIT
#include "results/html/plot.h"

#include <math.h>
#include <stdlib.h>

#include "results/text.h"

/* Of the view box; style.css sets the same font size. */
#define WIDTH		380
#define HEIGHT		218
#define TOP		26
#define BOTTOM		42
#define RIGHT		14
#define LETTER		7.3	/* a wide guess at one character of a label */
#define LABEL_GAP	8

struct html_plot html_plot_new(const struct html *h, const char *kind, size_t number)
{
	struct html_plot p = { .h = h, .width = WIDTH, .height = HEIGHT, .x_title = "",
			       .y_title = "" };

	snprintf(p.id, sizeof(p.id), "%s%zu", kind, number);
	return p;
}

static double label_width(const char *s)
{
	return LETTER * vmb_text_width(s);
}

/* Coordinates with one decimal; whole numbers without. */
static void put_place(FILE *out, const char *before, double v)
{
	long tenths = lround(fmax(-9999, fmin(9999, v)) * 10);

	if (tenths % 10)
		fprintf(out, "%s%s%ld.%ld", before, tenths < 0 ? "-" : "", labs(tenths) / 10,
			labs(tenths) % 10);
	else
		fprintf(out, "%s%ld", before, tenths / 10);
}

static void place_axes(struct html_plot *p)
{
	double widest = 0;

	p->y.from = p->height - BOTTOM;
	p->y.to = TOP;
	html_axis_ticks(&p->y, 5, &p->y_ticks);
	if (p->no_y)
		p->y_ticks.nr = 0;
	for (size_t i = 0; i < p->y_ticks.nr; i++)
		widest = fmax(widest, label_width(p->y_ticks.label[i]));
	p->x.from = widest + 12;
	p->x.to = p->width - RIGHT;
	if (!p->x_ticks.nr)
		html_axis_ticks(&p->x, 6, &p->x_ticks);
}

/* All lines of the grid are one path: a page has thousands of plots. */
static void put_y_ticks(const struct html_plot *p)
{
	FILE *out = p->h->out;

	fputs("<g class=\"hy ty\"><path class=\"grid\" d=\"", out);
	for (size_t i = 0; i < p->y_ticks.nr; i++) {
		put_place(out, "M", p->x.from);
		put_place(out, " ", html_axis_place(&p->y, p->y_ticks.at[i]));
		put_place(out, "H", p->x.to);
	}
	fputs("\"/>", out);
	for (size_t i = 0; i < p->y_ticks.nr; i++) {
		put_place(out, "<text x=\"", p->x.from - 6);
		put_place(out, "\" y=\"", html_axis_place(&p->y, p->y_ticks.at[i]) + 4);
		fprintf(out, "\">%s</text>", p->y_ticks.label[i]);
	}
	fputs("</g>", out);
}

/* A label is moved inside where it would be cut, and left out where it would touch the last one. */
static void put_x_label(const struct html_plot *p, size_t i, double *free_from)
{
	double half = label_width(p->x_ticks.label[i]) / 2;
	double x = html_axis_place(&p->x, p->x_ticks.at[i]);
	double at = fmax(half, fmin(x, p->width - half));

	if (at - half < *free_from)
		return;
	*free_from = at + half + LABEL_GAP;
	put_place(p->h->out, "<text x=\"", at);
	put_place(p->h->out, "\" y=\"", p->y.from + 16);
	fprintf(p->h->out, "\">%s</text>", p->x_ticks.label[i]);
}

static void put_x_ticks(const struct html_plot *p)
{
	FILE *out = p->h->out;
	double free_from = 0;

	put_place(out, "<g class=\"hx tx\"><path class=\"axis\" d=\"M", p->x.from);
	put_place(out, " ", p->y.from);
	put_place(out, "H", p->x.to);
	for (size_t i = 0; i < p->x_ticks.nr; i++) {
		put_place(out, "M", html_axis_place(&p->x, p->x_ticks.at[i]));
		put_place(out, " ", p->y.from);
		fputs("v4", out);
	}
	fputs("\"/>", out);
	for (size_t i = 0; i < p->x_ticks.nr; i++)
		put_x_label(p, i, &free_from);
	fputs("</g>", out);
}

static void put_title(const struct html_plot *p, const char *class, double x, double y,
		      const char *title, const char *unit)
{
	FILE *out = p->h->out;

	if (!*title)
		return;
	fprintf(out, "<text class=\"%s\" ", class);
	put_place(out, "x=\"", x);
	put_place(out, "\" y=\"", y);
	fprintf(out, "\">%s%s%s</text>", title, *unit ? ", " : "", unit);
}

void html_plot_open(struct html_plot *p)
{
	FILE *out = p->h->out;

	place_axes(p);
	fprintf(out, "<svg viewBox=\"0 0 %.0f %.0f\" role=\"img\" aria-labelledby=\"%st\" "
		"aria-describedby=\"%sd\"><title id=\"%st\">%s</title><desc id=\"%sd\">%s</desc>",
		p->width, p->height, p->id, p->id, p->id, p->name, p->id, p->description);
	put_y_ticks(p);
	put_x_ticks(p);
	put_title(p, "ttl", 4, 14, p->y_title, p->y_ticks.unit);
	put_title(p, "ttl tm", (p->x.from + p->x.to) / 2, p->height - 6, p->x_title,
		  p->x_ticks.unit);
}

void html_plot_close(const struct html_plot *p)
{
	fputs("</svg>", p->h->out);
}

void html_path_begin(const struct html_plot *p, const char *class)
{
	fprintf(p->h->out, "<path class=\"%s\" d=\"", class);
}

static void put_point(const struct html_plot *p, const char *how, double x, double y)
{
	put_place(p->h->out, how, html_axis_place(&p->x, x));
	put_place(p->h->out, " ", html_axis_place(&p->y, y));
}

void html_path_move(const struct html_plot *p, double x, double y)
{
	put_point(p, "M", x, y);
}

void html_path_line(const struct html_plot *p, double x, double y)
{
	put_point(p, "L", x, y);
}

void html_path_dot(const struct html_plot *p, double x, double y)
{
	put_point(p, "M", x, y);
	fputs("h0", p->h->out);		/* round caps make a dot of it */
}

void html_path_end(const struct html_plot *p, bool closed)
{
	fputs(closed ? "Z\"/>" : "\"/>", p->h->out);
}

void html_plot_band(const struct html_plot *p, const char *class, bool across, double low,
		    double high)
{
	const struct html_axis *a = across ? &p->y : &p->x;
	double from = html_axis_place(a, across ? high : low);
	double size = fabs(html_axis_place(a, high) - html_axis_place(a, low));
	FILE *out = p->h->out;

	fprintf(out, "<rect class=\"%s\" ", class);
	put_place(out, "x=\"", across ? p->x.from : from);
	put_place(out, "\" y=\"", across ? from : p->y.to);
	put_place(out, "\" width=\"", across ? p->x.to - p->x.from : size);
	put_place(out, "\" height=\"", across ? size : p->y.from - p->y.to);
	fputs("\"/>", out);
}

void html_plot_rule(const struct html_plot *p, const char *class, bool across, double at)
{
	FILE *out = p->h->out;

	fprintf(out, "<path class=\"%s\" ", class);
	put_place(out, "d=\"M", across ? p->x.from : html_axis_place(&p->x, at));
	put_place(out, " ", across ? html_axis_place(&p->y, at) : p->y.from);
	put_place(out, across ? "H" : "V", across ? p->x.to : p->y.to);
	fputs("\"/>", out);
}
