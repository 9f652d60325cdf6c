// SPDX-License-Identifier: MIT
/*
 * Where results/compare.h meets the page.
 */
#include "results/compare.h"

#include <math.h>
#include <string.h>

#include "results/compare_row.h"
#include "results/html/html.h"

#define MOST_IDS	40	/* of the benchmarks that only the baseline has */

/* Both sides usually list the same benchmarks in the same order. */
static const struct vmb_change *find(const struct vmb_comparison *c, const char *id, size_t hint)
{
	if (hint < c->nr && !strcmp(c->change[hint].id, id))
		return &c->change[hint];
	for (size_t i = 0; i < c->nr; i++)
		if (!strcmp(c->change[i].id, id))
			return &c->change[i];
	return NULL;
}

static void set_compared(const struct vmb_change *x, struct html_effect *out)
{
	out->class = vmb_severity_name(x->severity);
	out->value = x->effect;
	out->old_ns = x->old_ns;
	snprintf(out->word, sizeof(out->word), "%s", out->class);
}

bool html_effect_of(const struct html *h, size_t bench, struct html_effect *out)
{
	const struct vmb_comparison *c = h->comparison;
	const struct vmb_change *x = c ? find(c, h->res->benches[bench].id, bench) : NULL;
	struct vmb_compare_row row;

	if (!x)
		return false;
	vmb_compare_row_make(c, x, &row);
	*out = (struct html_effect){ .class = "none", .value = NAN, .old_ns = NAN,
				      .change = x };
	snprintf(out->word, sizeof(out->word), "%s", row.verdict);
	if (x->state == VMB_CHANGE_COMPARED)
		set_compared(x, out);
	memcpy(out->effect, row.effect, sizeof(out->effect));
	memcpy(out->interval, row.interval, sizeof(out->interval));
	memcpy(out->p, row.p, sizeof(out->p));
	memcpy(out->detectable, row.detectable, sizeof(out->detectable));
	memcpy(out->verdict, row.verdict, sizeof(out->verdict));
	memcpy(out->cycles, row.cycles, sizeof(out->cycles));
	memcpy(out->old_time, row.old_time, sizeof(out->old_time));
	return true;
}

static void put_only_old(const struct html *h, const struct vmb_comparison *c)
{
	size_t nr = 0;

	for (size_t i = 0; i < c->nr; i++) {
		if (c->change[i].state != VMB_CHANGE_ONLY_OLD)
			continue;
		if (!nr)
			fputs("<p class=\"note\">Only in the baseline: ", h->out);
		if (nr++ < MOST_IDS) {
			fputs(nr > 1 ? ", " : "", h->out);
			html_id(h, c->change[i].id);
		}
	}
	if (nr > MOST_IDS)
		fprintf(h->out, " and %zu more", nr - MOST_IDS);
	fputs(nr ? "</p>" : "", h->out);
}

void html_put_comparison_head(const struct html *h)
{
	const struct vmb_comparison *c = h->comparison;
	char words[256];

	if (!c)
		return;
	vmb_compare_headline(c, words, sizeof(words));
	fputs("<section aria-labelledby=\"vs\"><h2 id=\"vs\">Against the baseline</h2><p><b>", h->out);
	html_text(h, c->old_name);
	fprintf(h->out, "</b>: %s.</p>", words);
	if (c->machine_differs[0]) {
		fputs("<p class=\"warn\">", h->out);
		html_text(h, c->machine_differs);
		fputs("</p>", h->out);
	}
	put_only_old(h, c);
	fputs("</section>", h->out);
}

static void put_item(const struct html *h, const char *name, const char *value)
{
	if (*value)
		fprintf(h->out, "<div><dt>%s</dt><dd>%s</dd></div>", name, value);
}

void html_put_comparison(const struct html *h, size_t bench)
{
	struct html_effect e;

	if (!html_effect_of(h, bench, &e))
		return;
	fputs("<h4>Against the baseline</h4><dl class=\"facts\">", h->out);
	put_item(h, "baseline", e.old_time);
	put_item(h, "change", e.effect);
	put_item(h, "interval of the change, %", e.interval);
	put_item(h, "P for no change", e.p);
	put_item(h, "smallest detectable change", e.detectable);
	put_item(h, "cycles", e.cycles);
	put_item(h, "verdict", e.verdict);
	fputs("</dl>", h->out);
	if (e.change->provisional)
		fputs("<p class=\"note\">Provisional: the noise between sessions is not known yet, so "
		      "the interval is too narrow.</p>", h->out);
	if (e.change->reason[0]) {
		fputs("<p class=\"note\">", h->out);
		html_text(h, e.change->reason);
		fputs("</p>", h->out);
	}
}
