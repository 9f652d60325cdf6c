// SPDX-License-Identifier: MIT
/*
 * Rounds in the order in which they ran: drift, steps and what was discarded are seen here.
 */
#include <math.h>

#include "results/html/plot.h"
#include "results/html/rounds.h"
#include "results/report_formats.h"

static size_t count(const struct html_rounds *rounds, bool kept)
{
	size_t nr = 0;

	for (size_t i = 0; i < rounds->nr; i++)
		nr += isfinite(rounds->at[i].ns) && rounds->at[i].kept == kept;
	return nr;
}

static void fit_axes(struct html_plot *p, const struct vmb_summary *s,
		     const struct html_rounds *rounds)
{
	struct html_range y = { 0 };

	for (size_t i = 0; i < rounds->nr; i++)
		html_range_add(&y, rounds->at[i].ns);
	html_range_add(&y, s->low);
	html_range_add(&y, s->high);
	html_axis_fit(&p->x, HTML_COUNT, &(struct html_range){ true, 1, (double)rounds->nr }, false);
	html_axis_fit(&p->y, HTML_TIME, &y, false);
}

/* Rounds have numbers, not fractions. */
static void set_ticks(struct html_plot *p, size_t nr)
{
	size_t step = nr <= 6 ? 1 : (nr + 5) / 6;

	for (size_t i = 1; i <= nr && p->x_ticks.nr < HTML_MAX_TICKS; i += step) {
		p->x_ticks.at[p->x_ticks.nr] = (double)i;
		snprintf(p->x_ticks.label[p->x_ticks.nr++], 24, "%zu", i);
	}
	p->x_ticks.unit = "";
}

static void draw_thread(const struct html_plot *p, const struct html_rounds *rounds)
{
	bool first = true;

	html_path_begin(p, "thread");
	for (size_t i = 0; i < rounds->nr; i++) {
		if (!isfinite(rounds->at[i].ns) || !rounds->at[i].kept)
			continue;
		(first ? html_path_move : html_path_line)(p, (double)i + 1, rounds->at[i].ns);
		first = false;
	}
	html_path_end(p, false);
}

static void draw_rounds(const struct html_plot *p, const struct html_rounds *rounds, bool kept)
{
	html_path_begin(p, kept ? "dots big" : "dots big out");
	for (size_t i = 0; i < rounds->nr; i++)
		if (isfinite(rounds->at[i].ns) && rounds->at[i].kept == kept)
			html_path_dot(p, (double)i + 1, rounds->at[i].ns);
	html_path_end(p, false);
}

void html_put_rounds(struct html *h, size_t bench, const struct html_rounds *rounds)
{
	const struct vmb_summary *s = &h->res->benches[bench].summary;
	size_t kept = count(rounds, true), out = count(rounds, false);
	struct html_plot p = html_plot_new(h, "o", bench);

	if (kept + out < 2)
		return;
	p.name = "Rounds in order";
	p.x_title = "round";
	p.y_title = "time per operation";
	snprintf(p.description, sizeof(p.description), "%zu rounds kept and %zu left out, in the "
		 "order in which they ran; see the table of rounds", kept, out);
	fit_axes(&p, s, rounds);
	set_ticks(&p, rounds->nr);
	fputs("<figure>", h->out);
	html_plot_open(&p);
	if (vmb_view_timed(&h->res->benches[bench]) && isfinite(s->low) && isfinite(s->high))
		html_plot_band(&p, "band", true, s->low, s->high);
	draw_thread(&p, rounds);
	if (kept)
		draw_rounds(&p, rounds, true);
	if (out)
		draw_rounds(&p, rounds, false);
	if (kept && isfinite(s->median))
		html_plot_rule(&p, "median", true, s->median);
	html_plot_close(&p);
	fprintf(h->out, "<figcaption><b>Rounds in order.</b> Line: median; band: its interval.%s"
		"</figcaption></figure>", out ? " Grey: discarded." : "");
}

/* The text alternative of both plots. */

static void put_ns_cell(const struct html *h, double ns, double difference)
{
	char buf[32];

	fprintf(h->out, "<td>%s</td>", isfinite(ns) ? html_format_ns(ns, difference, buf) : "");
}

/* Columns that say something; those of the environment are left out where all is 0 or unknown. */
struct columns { bool cost, switches, steal; double range; };

static struct columns survey(const struct html_rounds *rounds)
{
	struct columns c = { .cost = rounds->line };
	struct html_range ns = { 0 };

	for (size_t i = 0; i < rounds->nr; i++) {
		const struct vmb_evidence *e = &rounds->at[i].round->evidence;

		html_range_add(&ns, rounds->at[i].ns);
		c.switches = c.switches || (e->known & VMB_EV_SWITCHES && e->involuntary);
		c.steal = c.steal || (e->known & VMB_EV_STEAL && e->steal_ticks);
	}
	c.range = ns.high - ns.low;
	return c;
}

static void put_known(const struct html *h, const struct vmb_evidence *e, uint32_t bit,
		      uint64_t value)
{
	if (e->known & bit)
		fprintf(h->out, "<td>%llu</td>", (unsigned long long)value);
	else
		fputs("<td></td>", h->out);
}

static void put_verdict(const struct html *h, const struct html_round *r)
{
	fputs("<td class=\"l\">", h->out);
	if (r->round->status != VMB_ROUND_OK)
		fputs(vmb_round_status_name(r->round->status), h->out);
	else if (r->round->discarded)
		fputs("discarded", h->out);
	else
		fputs(r->kept ? "kept" : "no estimate", h->out);
	if (r->round->reason[0]) {
		fputs(": ", h->out);
		html_text(h, r->round->reason);
	}
	fputs("</td>", h->out);
}

static void put_row(const struct html *h, size_t i, const struct html_round *r,
		    const struct columns *c)
{
	const struct vmb_evidence *e = &r->round->evidence;

	fprintf(h->out, "<tr><th scope=\"row\">%zu</th>", i + 1);
	put_ns_cell(h, r->ns, c->range);
	if (c->cost)
		put_ns_cell(h, r->intercept, NAN);
	fprintf(h->out, "<td>%zu</td>", r->nr);
	if (c->switches)
		put_known(h, e, VMB_EV_SWITCHES, e->involuntary);
	if (c->steal)
		put_known(h, e, VMB_EV_STEAL, e->steal_ticks);
	put_verdict(h, r);
	fputs("</tr>", h->out);
}

static void put_titles(const struct html *h, const struct columns *c)
{
	const struct { bool wanted; const char *title; } titles[] = {
		{ true, "round" }, { true, "time per operation" }, { c->cost, "constant cost" },
		{ true, "batches" }, { c->switches, "involuntary switches" },
		{ c->steal, "stolen ticks" },
	};

	fputs("<thead><tr>", h->out);
	for (size_t i = 0; i < VMB_ARRAY_SIZE(titles); i++)
		if (titles[i].wanted)
			fprintf(h->out, "<th scope=\"col\">%s</th>", titles[i].title);
	fputs("<th scope=\"col\" class=\"l\">verdict</th></tr></thead>", h->out);
}

void html_put_rounds_table(struct html *h, const struct html_rounds *rounds)
{
	struct columns c = survey(rounds);
	size_t most = h->budget.rounds;

	if (!rounds->nr)
		return;
	fputs("<details class=\"more\"><summary>Table of rounds</summary><div class=\"scroll\" "
	      "role=\"region\" aria-label=\"Table of rounds\" tabindex=\"0\"><table>"
	      "<caption>Rounds in order</caption>", h->out);
	put_titles(h, &c);
	fputs("<tbody>", h->out);
	for (size_t i = 0; i < rounds->nr && i < most; i++)
		put_row(h, i, &rounds->at[i], &c);
	fputs("</tbody></table></div>", h->out);
	if (rounds->nr > most)
		fprintf(h->out, "<p class=\"note\">And %zu more rounds; the JSON report has all.</p>",
			rounds->nr - most);
	fputs("</details>", h->out);
}
