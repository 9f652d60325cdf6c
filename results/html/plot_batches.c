// SPDX-License-Identifier: MIT
/*
 * What the estimates rest on: the time of every batch against its iterations, with the line that
 * was fitted in each round; or, where a batch is one iteration, the iterations in order.
 */
#include <math.h>

#include "results/html/plot.h"
#include "results/html/rounds.h"

/* One batch in so many is drawn, so that there are about as many as the budget has. */
static size_t stride_of(const struct html *h, const struct html_rounds *rounds)
{
	return rounds->batches ? (rounds->batches - 1) / h->budget.points + 1 : 1;
}

/* Scattered: batches of one length may come in a regular order. */
static bool is_drawn(size_t n, size_t stride)
{
	return ((uint32_t)n * 2654435761u >> 8) % stride == 0;
}

static void put_caption(const struct html *h, const struct html_rounds *rounds, const char *words)
{
	size_t stride = stride_of(h, rounds);

	fprintf(h->out, "<figcaption>%s", words);
	if (stride > 1)
		fprintf(h->out, " Drawn: 1 in %zu of %zu batches.", stride, rounds->batches);
	fputs("</figcaption></figure>", h->out);
}

/* Against iterations. */

static void fit_line_axes(struct html_plot *p, const struct html_rounds *rounds)
{
	struct html_range x = { true, 0, 0 }, y = { true, 0, 0 };

	for (size_t i = 0; i < rounds->nr; i++) {
		const struct html_round *r = &rounds->at[i];

		for (size_t k = 0; k < r->nr; k++) {
			html_range_add(&x, r->iters[k]);
			html_range_add(&y, r->batch_ns[k]);
		}
	}
	html_axis_fit(&p->x, HTML_COUNT, &x, false);
	html_axis_fit(&p->y, HTML_TIME, &y, false);
}

static void draw_fits(const struct html_plot *p, const struct html_rounds *rounds, bool kept,
		      size_t most)
{
	size_t drawn = 0;

	html_path_begin(p, kept ? "fit" : "fit out");
	for (size_t i = 0; i < rounds->nr; i++) {
		const struct html_round *r = &rounds->at[i];
		struct html_range x = { 0 };

		if (!isfinite(r->slope) || r->kept != kept || drawn++ >= most)
			continue;
		for (size_t k = 0; k < r->nr; k++)
			html_range_add(&x, r->iters[k]);
		html_path_move(p, x.low, r->intercept + r->slope * x.low);
		html_path_line(p, x.high, r->intercept + r->slope * x.high);
	}
	html_path_end(p, false);
}

static void draw_batches(const struct html_plot *p, const struct html_rounds *rounds, bool kept,
			 size_t stride)
{
	size_t n = 0;

	html_path_begin(p, kept ? "dots" : "dots out");
	for (size_t i = 0; i < rounds->nr; i++) {
		const struct html_round *r = &rounds->at[i];

		for (size_t k = 0; k < r->nr; k++)
			if (is_drawn(n++, stride) && r->kept == kept)
				html_path_dot(p, r->iters[k], r->batch_ns[k]);
	}
	html_path_end(p, false);
}

static bool any(const struct html_rounds *rounds, bool kept)
{
	for (size_t i = 0; i < rounds->nr; i++)
		if (rounds->at[i].kept == kept && rounds->at[i].nr)
			return true;
	return false;
}

static void put_line_plot(struct html *h, struct html_plot *p, const struct html_rounds *rounds)
{
	p->name = "Time of the batches against their iterations";
	p->x_title = "operations in the batch";
	p->y_title = "time of the batch";
	snprintf(p->description, sizeof(p->description), "%zu batches of %zu rounds; the slopes and "
		 "constant costs of the lines are in the table of rounds", rounds->batches,
		 rounds->nr);
	fit_line_axes(p, rounds);
	fputs("<figure>", h->out);
	html_plot_open(p);
	for (int kept = 0; kept <= 1; kept++) {
		if (!any(rounds, kept))
			continue;
		draw_batches(p, rounds, kept, stride_of(h, rounds));
		draw_fits(p, rounds, kept, h->budget.rounds);
	}
	html_plot_close(p);
	put_caption(h, rounds, any(rounds, false) ?
		    "<b>Batches.</b> Lines: the fit of each round. Grey: rounds that were discarded." :
		    "<b>Batches.</b> Lines: the fit of each round.");
}

/* In order. */

static void fit_order_axes(struct html_plot *p, const struct html_rounds *rounds)
{
	struct html_range x = { true, 1, 1 }, y = { 0 };

	for (size_t i = 0; i < rounds->nr; i++) {
		const struct html_round *r = &rounds->at[i];

		html_range_add(&x, (double)r->nr);
		for (size_t k = 0; k < r->nr; k++)
			html_range_add(&y, r->batch_ns[k] / r->iters[k]);
	}
	html_axis_fit(&p->x, HTML_COUNT, &x, false);
	html_axis_fit(&p->y, HTML_TIME, &y, false);
}

static void draw_order(const struct html_plot *p, const struct html_rounds *rounds, bool kept,
		       size_t stride)
{
	size_t n = 0;

	html_path_begin(p, kept ? "dots" : "dots out");
	for (size_t i = 0; i < rounds->nr; i++) {
		const struct html_round *r = &rounds->at[i];

		for (size_t k = 0; k < r->nr; k++)
			if (is_drawn(n++, stride) && r->kept == kept)
				html_path_dot(p, (double)k + 1, r->batch_ns[k] / r->iters[k]);
	}
	html_path_end(p, false);
}

static void put_order_plot(struct html *h, struct html_plot *p, const struct html_rounds *rounds)
{
	p->name = "Iterations in order";
	p->x_title = "number of the batch in its round";
	p->y_title = "time per operation";
	snprintf(p->description, sizeof(p->description), "%zu batches of %zu rounds, in the order in "
		 "which they ran", rounds->batches, rounds->nr);
	fit_order_axes(p, rounds);
	fputs("<figure>", h->out);
	html_plot_open(p);
	for (int kept = 0; kept <= 1; kept++)
		if (any(rounds, kept))
			draw_order(p, rounds, kept, stride_of(h, rounds));
	html_plot_close(p);
	put_caption(h, rounds, any(rounds, false) ?
		    "<b>Iterations in order.</b> Grey: rounds that were discarded." :
		    "<b>Iterations in order</b>, of all rounds.");
}

void html_put_batches(struct html *h, size_t bench, const struct html_rounds *rounds)
{
	struct html_plot p = html_plot_new(h, "i", bench);

	if (rounds->batches < 2)
		return;
	if (rounds->line)
		put_line_plot(h, &p, rounds);
	else
		put_order_plot(h, &p, rounds);
}
