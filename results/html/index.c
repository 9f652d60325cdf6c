// SPDX-License-Identifier: MIT
/*
 * The top of the page: what ran where, what wants attention, and the index of categories.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "arch/base/assert.h"
#include "results/html/html.h"
#include "results/report_facts.h"

#define MOST_ATTENTION	16

static void put_item(const struct html *h, const char *name, const char *foreign)
{
	if (!foreign || !*foreign)
		return;
	fprintf(h->out, "<div><dt>%s</dt><dd>", name);
	html_text(h, foreign);
	fputs("</dd></div>", h->out);
}

/* The name goes first, but only in front of something. */
static void put_headline(struct html *h, enum vmb_headline line)
{
	char *words = NULL;
	size_t len;
	FILE *out = open_memstream(&words, &len);
	bool known;

	if (!out) {
		h->error = -ENOMEM;
		return;
	}
	known = vmb_headline_put(out, &h->res->env, line, VMB_TEXT_HTML);
	if (fclose(out))
		h->error = -ENOMEM;
	else if (known || line == VMB_HEAD_PINNED)
		fprintf(h->out, "<div><dt>%s</dt><dd>%s</dd></div>", vmb_headline_name(line),
			known ? words : "no, the scheduler chose the CPU");
	free(words);
}

static void put_run(struct html *h)
{
	const struct vmb_result *res = h->res;
	char duration[32];

	fputs("<dl class=\"run\">", h->out);
	put_item(h, "run", res->id);
	put_item(h, "date", res->date);
	if (isfinite(res->duration_s)) {
		snprintf(duration, sizeof(duration), "%.4g s", res->duration_s);
		put_item(h, "duration", duration);
	}
	put_item(h, "label", res->label);
	put_item(h, "command", res->command);
	for (int i = 0; i < VMB_NR_HEADLINES; i++)
		put_headline(h, (enum vmb_headline)i);
	put_item(h, "counters", res->counters_note);
	fputs("</dl>", h->out);
}

static void put_tally(const struct html *h)
{
	static const enum vmb_status order[] = {
		VMB_STATUS_OK, VMB_STATUS_UNRELIABLE, VMB_STATUS_FAILED, VMB_STATUS_SKIPPED,
	};
	struct vmb_tally t = vmb_view_tally(h->res);

	fprintf(h->out, "<ul class=\"tally\"><li><b>%zu</b> benchmark%s</li>", h->res->nr,
		h->res->nr == 1 ? "" : "s");
	for (size_t i = 0; i < VMB_ARRAY_SIZE(order); i++)
		if (t.of[order[i]])
			fprintf(h->out, "<li class=\"%s\"><b>%zu</b> %s</li>",
				html_status_word(order[i]), t.of[order[i]],
				html_status_word(order[i]));
	fputs("</ul>", h->out);
}

void html_put_summary(struct html *h)
{
	put_tally(h);
	if (!h->res->complete)
		fputs("<p class=\"warn\"><b>Partial</b>: the run was interrupted, benchmarks are "
		      "missing.</p>", h->out);
	put_run(h);
	if (h->history && h->history->nr_bad)
		fprintf(h->out, "<p class=\"note\">%zu stored runs could not be read and are not in "
			"the histories.</p>", h->history->nr_bad);
}

/* What a reader should see first. @urgency: 0: nothing, greater: more urgent */
struct urgent { size_t bench; int urgency; double effect; };

static struct urgent urgency_of(const struct html *h, size_t i)
{
	struct urgent u = { .bench = i };
	struct vmb_target_verdict v;
	struct html_effect e;

	if (html_target_of(h, i, &v) && !v.met)
		u.urgency = 1;
	if (html_effect_of(h, i, &e) && isfinite(e.value)) {
		u.effect = e.value;
		if (!strcmp(e.class, "medium") || !strcmp(e.class, "high"))
			u.urgency = 2;
	}
	if (h->res->benches[i].status == VMB_STATUS_FAILED)
		u.urgency = 3;
	return u;
}

/* The most urgent, then the greatest change, then as they ran. */
static int before(const void *a, const void *b)
{
	const struct urgent *x = a, *y = b;

	if (x->urgency != y->urgency)
		return y->urgency - x->urgency;
	if (x->urgency == 2 && x->effect != y->effect)
		return x->effect > y->effect ? -1 : 1;
	return x->bench < y->bench ? -1 : x->bench > y->bench;
}

/* [@nr], heap; NULL: no memory. */
static struct urgent *find_urgent(const struct html *h, size_t *nr)
{
	struct urgent *all = calloc(h->res->nr + 1, sizeof(*all));

	*nr = 0;
	for (size_t i = 0; all && i < h->res->nr; i++) {
		all[*nr] = urgency_of(h, i);
		*nr += all[*nr].urgency > 0;
	}
	if (all)
		qsort(all, *nr, sizeof(*all), before);
	return all;
}

static void put_urgent(const struct html *h, size_t i)
{
	const struct vmb_bench_result *b = &h->res->benches[i];
	bool failed = b->status == VMB_STATUS_FAILED;
	struct vmb_target_verdict v;
	struct html_effect e;
	bool missed = html_target_of(h, i, &v) && !v.met;
	bool compared = html_effect_of(h, i, &e) && isfinite(e.value);

	fputs("<li>", h->out);
	if (failed)
		html_badge(h, "failed", "failed");
	if (compared)
		html_badge(h, e.class, e.word);
	if (missed)
		html_badge(h, "missed", "missed");
	fprintf(h->out, " <a href=\"#b%zu\">", i);
	html_id(h, b->id);
	fputs("</a> ", h->out);
	if (failed)
		html_text(h, b->reason);
	else if (compared)
		fprintf(h->out, "%s %s", e.effect, e.interval);
	if (missed) {
		fputs(compared ? "; target " : "target ", h->out);
		html_text(h, v.target->text);
	}
	fputs("</li>", h->out);
}

static void put_attention(struct html *h)
{
	size_t nr;
	struct urgent *urgent = find_urgent(h, &nr);

	if (!urgent) {
		h->error = -ENOMEM;
		return;
	}
	if (nr)
		fputs("<section aria-labelledby=\"att\"><h2 id=\"att\">Wants attention</h2>"
		      "<ul class=\"notes\">", h->out);
	for (size_t i = 0; i < nr && i < MOST_ATTENTION; i++)
		put_urgent(h, urgent[i].bench);
	if (nr > MOST_ATTENTION)
		fprintf(h->out, "<li>and %zu more, marked in the tables</li>", nr - MOST_ATTENTION);
	fputs(nr ? "</ul></section>" : "", h->out);
	free(urgent);
}

/* The index. */

struct count {
	size_t all, of[VMB_STATUS_UNRELIABLE + 1];
	size_t compared, high, medium, improvement, stable;
	size_t targets, missed;
};

static void count_effect(const struct html *h, size_t i, struct count *c)
{
	struct html_effect e;

	if (!html_effect_of(h, i, &e) || !isfinite(e.value))
		return;
	c->compared++;
	c->high += !strcmp(e.class, "high");
	c->medium += !strcmp(e.class, "medium");
	c->improvement += !strcmp(e.class, "improvement");
	c->stable += !strcmp(e.class, "stable");
}

/* @category: NULL for all */
static struct count count(const struct html *h, const char *category)
{
	struct count c = { 0 };

	VMB_ASSERT(!h->res->nr || h->res->benches);
	for (size_t i = 0; i < h->res->nr; i++) {
		const struct vmb_bench_result *b = &h->res->benches[i];
		struct vmb_target_verdict v;
		bool has_target = html_target_of(h, i, &v);

		if (category && strcmp(b->category, category) != 0)
			continue;
		c.all++;
		c.of[b->status]++;
		c.targets += has_target;
		c.missed += has_target && !v.met;
		count_effect(h, i, &c);
	}
	return c;
}

static void put_title(const struct html *h, const char *title)
{
	fprintf(h->out, "<th scope=\"col\">%s</th>", title);
}

/* A zero is left blank where it is good news; a badge stands where it is not. */
static void put_number(const struct html *h, const char *class, size_t nr)
{
	if (nr)
		fprintf(h->out, "<td class=\"%s\">%zu</td>", class, nr);
	else
		fputs("<td class=\"zero\">0</td>", h->out);
}

static void put_titles(const struct html *h, const struct count *all)
{
	fputs("<thead><tr><th scope=\"col\" class=\"l\">category</th>", h->out);
	put_title(h, "all");
	put_title(h, "ok");
	put_title(h, "unreliable");
	put_title(h, "failed");
	put_title(h, "skipped");
	if (all->compared) {
		put_title(h, "slower: high");
		put_title(h, "medium");
		put_title(h, "stable");
		put_title(h, "improvement");
	}
	if (all->targets)
		put_title(h, "targets missed");
	fputs("</tr></thead>", h->out);
}

static void put_line(const struct html *h, const char *category, const struct count *all)
{
	struct count c = count(h, category);
	char anchor[24];

	fprintf(h->out, "<tr><th scope=\"row\"><a href=\"#%s\">",
		html_category_anchor(h, category, anchor));
	html_text(h, category);
	fputs("</a></th>", h->out);
	put_number(h, "", c.all);
	put_number(h, "", c.of[VMB_STATUS_OK]);
	put_number(h, "unreliable", c.of[VMB_STATUS_UNRELIABLE]);
	put_number(h, "failed", c.of[VMB_STATUS_FAILED]);
	put_number(h, "skipped", c.of[VMB_STATUS_SKIPPED]);
	if (all->compared) {
		put_number(h, "high", c.high);
		put_number(h, "medium", c.medium);
		put_number(h, "stable", c.stable);
		put_number(h, "improvement", c.improvement);
	}
	if (all->targets)
		put_number(h, "missed", c.missed);
	fputs("</tr>", h->out);
}

void html_put_index(struct html *h)
{
	struct count all = count(h, NULL);

	put_attention(h);
	html_put_comparison_head(h);
	if (!h->res->nr)
		return;
	fputs("<nav aria-labelledby=\"idx\"><h2 id=\"idx\">Categories</h2><div class=\"scroll\" "
	      "role=\"region\" aria-labelledby=\"idx\" tabindex=\"0\"><table class=\"index\">"
	      "<caption class=\"vh\">Benchmarks by category</caption>", h->out);
	put_titles(h, &all);
	fputs("<tbody>", h->out);
	for (size_t i = 0; i < h->res->nr; i++)
		if (vmb_view_first_of_category(h->res, i))
			put_line(h, h->res->benches[i].category, &all);
	fputs("</tbody></table></div></nav>\n", h->out);
}

void html_put_environment(const struct html *h)
{
	const struct vmb_env *env = &h->res->env;
	char buf[64];

	if (!env->nr)
		return;
	fputs("<section aria-labelledby=\"env\"><h2 id=\"env\">Environment</h2>"
	      "<details class=\"more\"><summary>Everything known about the machine and the build"
	      "</summary><div class=\"scroll\" role=\"region\" aria-labelledby=\"env\" "
	      "tabindex=\"0\"><table class=\"env\"><caption class=\"vh\">Environment</caption>"
	      "<thead><tr><th scope=\"col\" class=\"l\">fact</th><th scope=\"col\" class=\"l\">value"
	      "</th><th scope=\"col\" class=\"l\">source</th></tr></thead><tbody>", h->out);
	for (size_t i = 0; i < env->nr; i++) {
		const char *words = vmb_fact_words(&env->facts[i], buf);

		if (!words)
			continue;
		fputs("<tr><th scope=\"row\"><code>", h->out);
		html_text(h, env->facts[i].key);
		fputs("</code></th><td class=\"l\">", h->out);
		html_text(h, words);
		fputs("</td><td class=\"l\">", h->out);
		html_text(h, env->facts[i].source);
		fputs("</td></tr>", h->out);
	}
	fputs("</tbody></table></div></details></section>\n", h->out);
}
