// SPDX-License-Identifier: MIT
/*
 * Everything about one benchmark, folded.
 */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "results/digest.h"
#include "results/html/html.h"
#include "results/html/rounds.h"
#include "results/report_targets.h"

static void put_item(const struct html *h, const char *name, const char *value)
{
	fprintf(h->out, "<div><dt>%s</dt><dd>%s</dd></div>", name, value);
}

/* @difference: what must be told apart, NaN if nothing */
static void put_ns(const struct html *h, const char *name, double ns, double difference)
{
	char buf[32];

	if (isfinite(ns))
		put_item(h, name, html_format_ns(ns, difference, buf));
}

static void put_interval(const struct html *h, const char *name, double confidence, double low,
			 double high)
{
	char a[32], b[32], title[64], value[80];

	if (!isfinite(low) || !isfinite(high))
		return;
	snprintf(title, sizeof(title), "%s", name);
	if (isfinite(confidence))
		snprintf(title, sizeof(title), "%s, %.1f %%", name, 100 * confidence);
	snprintf(value, sizeof(value), "%s to %s", html_format_ns(low, high - low, a),
		 html_format_ns(high, high - low, b));
	put_item(h, title, value);
}

static void put_throughput(const struct html *h, const struct vmb_bench_result *b)
{
	static const struct vmb_column column = { .kind = VMB_COLUMN_THROUGHPUT };
	char cell[VMB_CELL_BYTES];

	if (!vmb_view_cell(b, &column, cell))
		return;
	fputs("<div><dt>throughput</dt><dd>", h->out);
	html_text(h, cell);
	fputs("</dd></div>", h->out);
}

static void put_quality(const struct html *h, const struct vmb_summary *s)
{
	char buf[96];

	snprintf(buf, sizeof(buf), "%u kept, %u discarded", s->kept, s->discarded);
	put_item(h, "rounds", buf);
	snprintf(buf, sizeof(buf), "%u mild, %u severe", s->outliers_mild, s->outliers_severe);
	put_item(h, "outliers", buf);
	if (isfinite(s->intercept_share)) {
		snprintf(buf, sizeof(buf), "%.2g %% of the smallest batch", 100 * s->intercept_share);
		put_item(h, "constant cost", buf);
	}
	put_ns(h, "timer, subtracted", s->timer_cost_ns, NAN);
	put_ns(h, "cost of a sample", s->sample_cost_ns, NAN);
}

static void put_facts(const struct html *h, const struct vmb_bench_result *b)
{
	const struct vmb_summary *s = &b->summary;
	double width = s->high - s->low, range = s->max - s->min;

	fputs("<dl class=\"facts\">", h->out);
	put_ns(h, "median", s->median, width);
	put_interval(h, "interval of the median", s->confidence, s->low, s->high);
	put_ns(h, "mean", s->mean, width);
	put_interval(h, "interval of the mean", NAN, s->mean_low, s->mean_high);
	put_throughput(h, b);
	if (s->kept > 1) {
		put_ns(h, "standard deviation", s->std_dev, NAN);
		put_ns(h, "median absolute deviation", s->mad, NAN);
	}
	put_ns(h, "fastest round", s->min, range);
	put_ns(h, "slowest round", s->max, range);
	put_quality(h, s);
	fputs("</dl>", h->out);
}

/* Counters and metrics. */

static void put_counter(const struct html *h, const struct vmb_counter_stat *c)
{
	char buf[32];

	fputs("<tr><th scope=\"row\">", h->out);
	html_text(h, c->name);
	fprintf(h->out, "</th><td>%s</td><td>", vmb_format_count(c->per_op, buf));
	if (isfinite(c->low) && isfinite(c->high)) {
		fprintf(h->out, "%s to ", vmb_format_count(c->low, buf));
		fputs(vmb_format_count(c->high, buf), h->out);
	}
	fputs("</td><td class=\"l\">", h->out);
	html_text(h, c->source);
	fputs(vmb_counter_simulated(c->source) ? " (simulated)</td></tr>" : "</td></tr>", h->out);
}

static void put_counters(const struct html *h, const struct vmb_summary *s)
{
	bool any = false;

	for (uint32_t i = 0; i < s->nr_counters; i++) {
		if (!isfinite(s->counters[i].per_op))
			continue;
		if (!any)
			fputs("<div class=\"scroll\" role=\"region\" aria-label=\"Counters\" "
			      "tabindex=\"0\"><table><caption>Counters per operation</caption>"
			      "<thead><tr><th scope=\"col\">counter</th>"
			      "<th scope=\"col\">per operation</th>"
			      "<th scope=\"col\">interval</th>"
			      "<th scope=\"col\" class=\"l\">source</th></tr></thead><tbody>",
			      h->out);
		any = true;
		put_counter(h, &s->counters[i]);
	}
	fputs(any ? "</tbody></table></div>" : "", h->out);
}

static void put_metrics(const struct html *h, const struct vmb_summary *s)
{
	char cell[VMB_CELL_BYTES];
	bool any = false;

	for (uint32_t i = 0; i < s->nr_metrics; i++) {
		if (!isfinite(s->metrics[i].value))
			continue;
		if (!any)
			fputs("<div class=\"scroll\" role=\"region\" aria-label=\"Metrics\" "
			      "tabindex=\"0\"><table><caption>Other figures</caption><thead><tr>"
			      "<th scope=\"col\">figure</th><th scope=\"col\">value</th></tr>"
			      "</thead><tbody>", h->out);
		any = true;
		fputs("<tr><th scope=\"row\">", h->out);
		html_text(h, s->metrics[i].name);
		fputs("</th><td>", h->out);
		html_text(h, vmb_format_metric(s->metrics[i].value, s->metrics[i].unit, cell));
		fputs("</td></tr>", h->out);
	}
	fputs(any ? "</tbody></table></div>" : "", h->out);
}

static void put_target(const struct html *h, size_t bench)
{
	struct vmb_target_verdict v;
	char buf[48];

	if (!html_target_of(h, bench, &v))
		return;
	fputs("<p class=\"target\">Target: ", h->out);
	html_text(h, v.target->text);
	fprintf(h->out, "; measured %s; %s ", vmb_target_value(&v, buf),
		vmb_target_words(&v, (char[48]){ 0 }));
	html_badge(h, v.met ? "met" : "missed", v.met ? "met" : "missed");
	fputs("</p>", h->out);
}

/* The line that is always seen. */
static void put_line(const struct html *h, size_t bench)
{
	const struct vmb_bench_result *b = &h->res->benches[bench];
	struct vmb_column columns[] = { { .kind = VMB_COLUMN_TIME }, { .kind = VMB_COLUMN_SPREAD } };
	struct html_effect e;
	char cell[VMB_CELL_BYTES];

	fputs("<summary><h3>", h->out);
	html_id(h, b->id);
	fputs("</h3><span class=\"brief\">", h->out);
	for (size_t i = 0; i < VMB_ARRAY_SIZE(columns); i++)
		if (vmb_view_cell(b, &columns[i], cell))
			fprintf(h->out, "<span>%s</span>", cell);
	if (html_effect_of(h, bench, &e))
		html_badge(h, e.class, e.word);
	if (b->status != VMB_STATUS_OK)
		html_badge(h, html_status_word(b->status), html_status_word(b->status));
	fputs("</span></summary>", h->out);
}

/* The words that the filter of states knows. */
static void put_states(const struct html *h, size_t bench)
{
	struct vmb_target_verdict v;
	struct html_effect e;

	fprintf(h->out, "<details class=\"bench\" data-s=\"%s",
		html_status_word(h->res->benches[bench].status));
	if (html_effect_of(h, bench, &e) && isfinite(e.value))
		fprintf(h->out, " %s", e.class);
	if (html_target_of(h, bench, &v))
		fputs(v.met ? " met" : " missed", h->out);
	fputs("\">", h->out);
}

static void put_words(const struct html *h, const struct vmb_bench_result *b)
{
	if (b->what[0] || b->unit[0]) {
		fputs("<p>", h->out);
		html_text(h, b->what);
		fputs(b->what[0] && b->unit[0] ? "; one operation is one " :
		      b->unit[0] ? "One operation is one " : "", h->out);
		html_text(h, b->unit);
		fputs(".</p>", h->out);
	}
	if (b->status == VMB_STATUS_OK)
		return;
	fprintf(h->out, "<p class=\"warn\"><b>%s</b>: ", html_status_word(b->status));
	html_text(h, b->reason[0] ? b->reason : "no reason was recorded");
	fputs("</p>", h->out);
}

static void put_plots(struct html *h, size_t bench, const struct html_rounds *rounds)
{
	fputs("<div class=\"plots\">", h->out);
	if (vmb_view_timed(&h->res->benches[bench]))
		html_put_density(h, bench);
	html_put_batches(h, bench, rounds);
	html_put_rounds(h, bench, rounds);
	html_put_history(h, bench);
	fputs("</div>", h->out);
}

void html_put_detail(struct html *h, size_t bench)
{
	const struct vmb_bench_result *b = &h->res->benches[bench];
	struct html_rounds rounds;
	int err = html_rounds_read(b, &rounds);

	if (err)
		h->error = err;
	put_states(h, bench);
	put_line(h, bench);
	fprintf(h->out, "<div class=\"body\" id=\"b%zu\">", bench);
	put_words(h, b);
	if (vmb_view_timed(b))
		put_facts(h, b);
	put_target(h, bench);
	html_put_comparison(h, bench);
	if (!err)
		put_plots(h, bench, &rounds);
	if (vmb_view_timed(b)) {
		put_counters(h, &b->summary);
		put_metrics(h, &b->summary);
	}
	if (!err)
		html_put_rounds_table(h, &rounds);
	fputs("</div></details>\n", h->out);
	html_rounds_fini(&rounds);
}
