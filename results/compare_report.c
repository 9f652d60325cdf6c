// SPDX-License-Identifier: MIT
/*
 * A comparison as text and as Markdown. JSON is in report_json's folder, with its library.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "results/json/comparison.h"
#include "results/compare_row.h"
#include "results/table.h"
#include "results/text.h"

#define RED	"\033[31m"
#define GREEN	"\033[32m"
#define YELLOW	"\033[33m"
#define DIM	"\033[2m"
#define PLAIN	"\033[0m"

static const char *colour_of(const struct vmb_change *x)
{
	static const char *const by_verdict[] = {
		[VMB_VERDICT_REGRESSED] = RED, [VMB_VERDICT_IMPROVED] = GREEN,
		[VMB_VERDICT_EQUIVALENT] = DIM, [VMB_VERDICT_INCONCLUSIVE] = YELLOW,
	};

	if (x->failed)
		return RED;
	return x->state == VMB_CHANGE_COMPARED ? by_verdict[x->verdict] : YELLOW;
}

enum { ID, OLD, NEW, EFFECT, INTERVAL, P, MDE, PAIRS, CYCLES, VERDICT, NR_COLS };

static void fill_row(struct vmb_table *t, size_t row, const struct vmb_comparison *c,
		     const struct vmb_change *x, bool colour)
{
	struct vmb_compare_row r;
	char verdict[sizeof(r.verdict) + sizeof(x->reason) + 4];

	vmb_compare_row_make(c, x, &r);
	snprintf(verdict, sizeof(verdict), "%s%s%s", r.verdict, x->reason[0] ? ": " : "", x->reason);
	vmb_table_cell(t, row, ID, x->id);
	vmb_table_cell(t, row, OLD, r.old_time);
	vmb_table_cell(t, row, NEW, r.new_time);
	vmb_table_cell(t, row, EFFECT, r.effect);
	vmb_table_cell(t, row, INTERVAL, r.interval);
	vmb_table_cell(t, row, P, r.p);
	vmb_table_cell(t, row, MDE, r.detectable);
	vmb_table_cell(t, row, PAIRS, r.pairs);
	vmb_table_cell(t, row, CYCLES, r.cycles);
	vmb_table_cell(t, row, VERDICT, verdict);
	t->styles[row] = colour ? colour_of(x) : NULL;
}

static int print_table(FILE *out, const struct vmb_comparison *c, const size_t *order,
		       const struct vmb_report_opts *opts)
{
	const char *const title[NR_COLS] = {
		[ID] = "benchmark", [OLD] = "old", [NEW] = "new", [EFFECT] = "effect",
		[INTERVAL] = "interval %", [P] = "p", [MDE] = "mde",
		[PAIRS] = c->paired ? "pairs" : "rounds", [CYCLES] = "cycles", [VERDICT] = "verdict",
	};
	struct vmb_table t;
	int err;

	vmb_table_init(&t, NR_COLS, c->nr, 1);
	for (size_t i = 0; i < NR_COLS; i++)
		vmb_table_title(&t, i, i > ID && i < VERDICT, title[i]);
	for (size_t i = 0; i < c->nr && !t.error; i++)
		fill_row(&t, i, c, &c->change[order[i]], opts->colour);
	err = t.error;
	if (!err)
		vmb_table_print(&t, out, opts->width ? opts->width : 140, opts->colour ? DIM : "",
				opts->colour ? PLAIN : "");
	vmb_table_fini(&t);
	return err;
}

static void method_sentence(FILE *out, const struct vmb_comparison *c)
{
	if (c->paired)
		fprintf(out, "Interleaved pairs of rounds. effect: Hodges-Lehmann estimate of new against old; "
			"interval: sign-flip test inverted; margin %.3g %%; alpha %.3g per benchmark, "
			"Holm over all for the exit code. mde: smallest change that so many pairs find with "
			"probability 0.95.", 100 * c->margin, c->alpha);
	else
		fprintf(out, "Two stored runs, measured at different times. effect: difference of the trimmed "
			"means of logarithms; interval: at %.4g %%, with the noise between runs of one build as "
			"far as the store teaches it; provisional: it does not, and the interval is too narrow. "
			"A verdict needs the whole interval beyond a threshold (vmbench.ini).",
			100 * (1 - c->alpha));
	fputc('\n', out);
}

static int write_text(FILE *out, const struct vmb_comparison *c, const struct vmb_report_opts *opts)
{
	size_t *order = vmb_compare_order(c);
	char head[200];
	int err;

	if (!order)
		return -ENOMEM;
	fprintf(out, "old: ");
	vmb_text_put(out, c->old_name, VMB_TEXT_PLAIN);
	fprintf(out, "\nnew: ");
	vmb_text_put(out, c->new_name, VMB_TEXT_PLAIN);
	fprintf(out, "\n");
	if (c->machine_differs[0]) {
		fprintf(out, "%sDIFFERENT MACHINES: ", opts->colour ? RED : "");
		vmb_text_put(out, c->machine_differs, VMB_TEXT_PLAIN);
		fprintf(out, "%s\n", opts->colour ? PLAIN : "");
	}
	fprintf(out, "\n");
	err = print_table(out, c, order, opts);
	vmb_compare_headline(c, head, sizeof(head));
	fprintf(out, "\n%s\n", head);
	method_sentence(out, c);
	free(order);
	return err ? err : ferror(out) ? -EIO : 0;
}

static const char *mark_of(const struct vmb_change *x)
{
	static const char *const by_verdict[] = {
		[VMB_VERDICT_REGRESSED] = "🔴", [VMB_VERDICT_IMPROVED] = "🟢",
		[VMB_VERDICT_EQUIVALENT] = "⚪", [VMB_VERDICT_INCONCLUSIVE] = "🟡",
	};

	if (x->failed)
		return "❌";
	return x->state == VMB_CHANGE_COMPARED ? by_verdict[x->verdict] : "➖";
}

static void markdown_row(FILE *out, const struct vmb_comparison *c, const struct vmb_change *x)
{
	struct vmb_compare_row row;

	vmb_compare_row_make(c, x, &row);
	fprintf(out, "| %s ", mark_of(x));
	vmb_text_put(out, x->id, VMB_TEXT_CODE);
	fprintf(out, " | %s | %s | %s | %s | %s | %s | %s | %s", row.old_time, row.new_time, row.effect,
		row.interval, row.p, row.detectable, row.pairs, row.verdict);
	if (x->reason[0]) {
		fprintf(out, ": ");
		vmb_text_put(out, x->reason, VMB_TEXT_MARKDOWN);
	}
	fprintf(out, " |\n");
}

static void markdown_head(FILE *out, const struct vmb_comparison *c)
{
	fprintf(out, "| benchmark | old | new | effect | interval %% | p | mde | %s | verdict |\n"
		"|---|--:|--:|--:|--:|--:|--:|--:|---|\n", c->paired ? "pairs" : "rounds");
}

static bool noteworthy(const struct vmb_change *x)
{
	return x->failed || x->state == VMB_CHANGE_UNUSABLE ||
	       (x->state == VMB_CHANGE_COMPARED && (x->verdict == VMB_VERDICT_REGRESSED ||
						    x->verdict == VMB_VERDICT_IMPROVED));
}

static int write_markdown(FILE *out, const struct vmb_comparison *c,
			  const struct vmb_report_opts *opts)
{
	size_t *order = vmb_compare_order(c), shown = 0;
	char head[200];

	(void)opts;
	if (!order)
		return -ENOMEM;
	vmb_compare_headline(c, head, sizeof(head));
	fprintf(out, "### vmbench: %s\n\nold ", head);
	vmb_text_put(out, c->old_name, VMB_TEXT_CODE);
	fprintf(out, ", new ");
	vmb_text_put(out, c->new_name, VMB_TEXT_CODE);
	fprintf(out, "\n\n");
	if (c->machine_differs[0]) {
		fprintf(out, "**Different machines:** ");
		vmb_text_put(out, c->machine_differs, VMB_TEXT_MARKDOWN);
		fprintf(out, "\n\n");
	}
	for (size_t i = 0; i < c->nr; i++) {
		if (!noteworthy(&c->change[order[i]]))
			continue;
		if (!shown++)
			markdown_head(out, c);
		markdown_row(out, c, &c->change[order[i]]);
	}
	fprintf(out, "\n<details><summary>All %zu benchmarks</summary>\n\n", c->nr);
	markdown_head(out, c);
	for (size_t i = 0; i < c->nr; i++)
		markdown_row(out, c, &c->change[order[i]]);
	fprintf(out, "\n</details>\n\n<sub>");
	method_sentence(out, c);
	fprintf(out, "</sub>\n");
	free(order);
	return ferror(out) ? -EIO : 0;
}

static const struct vmb_compare_format formats[] = {
	{ "text", "a table", write_text },
	{ "md", "Markdown for a pull request", write_markdown },
	{ "json", "for other tools", vmb_compare_write_json },
};

const struct vmb_compare_format *vmb_compare_format_find(const char *name)
{
	for (size_t i = 0; i < VMB_ARRAY_SIZE(formats); i++)
		if (!strcmp(formats[i].name, name))
			return &formats[i];
	return NULL;
}
