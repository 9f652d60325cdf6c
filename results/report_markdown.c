// SPDX-License-Identifier: MIT
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "results/report_facts.h"
#include "results/report_formats.h"
#include "results/report_targets.h"
#include "results/report_view.h"
#include "results/text.h"

#define MOST_IDS	20	/* of one note; a comment has a limited size */

static void put(FILE *out, const char *s)
{
	vmb_text_put(out, s, VMB_TEXT_MARKDOWN);
}

static void put_code(FILE *out, const char *s)
{
	vmb_text_put(out, s, VMB_TEXT_CODE);
}

/* Summary. */

static const char *sign(const struct vmb_tally *t, bool complete)
{
	if (t->of[VMB_STATUS_FAILED])
		return "❌";
	return t->of[VMB_STATUS_UNRELIABLE] || !complete ? "⚠️" : "✅";
}

static void put_item(FILE *out, const char *name, const char *foreign, bool code)
{
	if (!foreign || !*foreign)
		return;
	fprintf(out, "- %s: ", name);
	vmb_text_put(out, foreign, code ? VMB_TEXT_CODE : VMB_TEXT_MARKDOWN);
	fputc('\n', out);
}

static int put_headline(FILE *out, const struct vmb_env *env, enum vmb_headline h)
{
	char *words = NULL;
	size_t len;
	FILE *line = open_memstream(&words, &len);
	bool known;

	if (!line)
		return -ENOMEM;
	known = vmb_headline_put(line, env, h, VMB_TEXT_MARKDOWN);
	if (fclose(line)) {
		free(words);
		return -ENOMEM;
	}
	if (known || h == VMB_HEAD_PINNED)
		fprintf(out, "- %s: %s\n", vmb_headline_name(h),
			known ? words : "no, the scheduler chose the CPU");
	free(words);
	return 0;
}

static int put_summary(FILE *out, const struct vmb_result *res)
{
	struct vmb_tally tally = vmb_view_tally(res);
	char buf[128];
	int err = 0;

	fprintf(out, "## %s vmbench: %s\n\n", sign(&tally, res->complete),
		vmb_view_tally_text(&tally, buf));
	if (!res->complete)
		fputs("**PARTIAL: the run was interrupted, benchmarks are missing.**\n\n", out);
	put_item(out, "run", res->id, true);
	put_item(out, "date", res->date, false);
	put_item(out, "command", res->command, true);
	put_item(out, "label", res->label, false);
	for (int h = 0; !err && h < VMB_NR_HEADLINES; h++)
		err = put_headline(out, &res->env, (enum vmb_headline)h);
	put_item(out, "counters", res->counters_note, false);
	return err;
}

/* One category. */

static bool is_row(const char *category, const struct vmb_bench_result *b)
{
	return b->status != VMB_STATUS_SKIPPED && !strcmp(b->category, category);
}

static bool has_rows(const struct vmb_result *res, const char *category)
{
	for (size_t i = 0; i < res->nr; i++)
		if (is_row(category, &res->benches[i]))
			return true;
	return false;
}

static void put_head(FILE *out, const struct vmb_view *view)
{
	fputs("| benchmark |", out);
	for (size_t i = 0; i < view->nr; i++) {
		fputc(' ', out);
		put(out, view->columns[i].title);
		fputs(" |", out);
	}
	fputs("\n|:--|", out);
	for (size_t i = 0; i < view->nr; i++)
		fputs("--:|", out);
	fputc('\n', out);
}

static void put_row(FILE *out, const struct vmb_bench_result *b, const struct vmb_view *view)
{
	char cell[VMB_CELL_BYTES];

	fputs("| ", out);
	put_code(out, b->id);
	if (b->status != VMB_STATUS_OK)
		fprintf(out, " **%s**", vmb_report_status_word(b->status));
	fputs(" |", out);
	for (size_t i = 0; i < view->nr; i++) {
		vmb_view_cell(b, &view->columns[i], cell);
		fputs(*cell ? " " : "", out);
		put(out, cell);
		fputs(" |", out);
	}
	fputc('\n', out);
}

static void put_zeros(FILE *out, const struct vmb_result *res, const char *category)
{
	struct vmb_view zeros;

	vmb_view_zeros(res, category, &zeros);
	for (size_t i = 0; i < zeros.nr; i++) {
		fputs(i ? ", " : "\nCounted, and 0 throughout: ", out);
		vmb_text_put(out, zeros.columns[i].title, VMB_TEXT_MARKDOWN);
	}
	if (zeros.nr)
		fputs(".\n", out);
}

static void put_table(FILE *out, const struct vmb_result *res, const char *category)
{
	struct vmb_view view;

	vmb_view_columns(res, category, &view);
	put_head(out, &view);
	for (size_t i = 0; i < res->nr; i++)
		if (is_row(category, &res->benches[i]))
			put_row(out, &res->benches[i], &view);
	put_zeros(out, res, category);
	fputc('\n', out);
}

static void put_ids(FILE *out, const struct vmb_result *res, const struct vmb_bench_result *b)
{
	size_t nr = 0;

	for (size_t i = 0; i < res->nr; i++) {
		if (!vmb_view_same_note(b, &res->benches[i]))
			continue;
		if (nr < MOST_IDS) {
			fputs(nr ? ", " : "", out);
			put_code(out, res->benches[i].id);
		}
		nr++;
	}
	if (nr > MOST_IDS)
		fprintf(out, " and %zu more", nr - MOST_IDS);
}

static bool put_remark(FILE *out, const struct vmb_result *res, const char *category,
		       const struct vmb_remark *remark)
{
	size_t nr = 0;

	for (size_t i = 0; i < res->nr; i++) {
		if (!vmb_view_has_remark(&res->benches[i], category, remark))
			continue;
		if (nr < MOST_IDS) {
			fputs(nr ? ", " : "- ", out);
			put_code(out, res->benches[i].id);
		}
		nr++;
	}
	if (nr > MOST_IDS)
		fprintf(out, " and %zu more", nr - MOST_IDS);
	if (nr)
		fprintf(out, ": %s\n", remark->words);
	return nr > 0;
}

static void put_notes(FILE *out, const struct vmb_result *res, const char *category)
{
	bool any = false;

	for (size_t i = 0; i < res->nr; i++) {
		const struct vmb_bench_result *b = &res->benches[i];

		if (strcmp(b->category, category) || b->status == VMB_STATUS_OK ||
		    !vmb_view_first_of_note(res, i))
			continue;
		fprintf(out, "- **%s** ", vmb_report_status_word(b->status));
		put_ids(out, res, b);
		fputs(": ", out);
		put(out, b->reason[0] ? b->reason : "no reason was recorded");
		fputc('\n', out);
		any = true;
	}
	for (const struct vmb_remark *r = vmb_view_remarks(); r->words; r++)
		any = put_remark(out, res, category, r) || any;
	if (any)
		fputc('\n', out);
}

static void put_section(FILE *out, const struct vmb_result *res, const char *category)
{
	fputs("### ", out);
	put(out, category);
	fputs("\n\n", out);
	if (has_rows(res, category))
		put_table(out, res, category);
	put_notes(out, res, category);
}

/* What is folded away. */

static void put_detail_row(FILE *out, const struct vmb_bench_result *b)
{
	const struct vmb_summary *s = &b->summary;
	const double ns[] = { s->low, s->high, s->mean, s->kept > 1 ? s->std_dev : NAN,
			      s->kept > 1 ? s->mad : NAN };
	char buf[24];

	fputs("| ", out);
	put_code(out, b->id);
	fputs(" |", out);
	for (size_t i = 0; i < VMB_ARRAY_SIZE(ns); i++)
		fprintf(out, " %s |", isfinite(ns[i]) ? vmb_format_ns(ns[i], buf) : "");
	fprintf(out, " %u / %u | %u / %u |\n", s->kept, s->discarded, s->outliers_mild,
		s->outliers_severe);
}

static void put_details(FILE *out, const struct vmb_result *res)
{
	fputs("<details><summary>Intervals and rounds</summary>\n\n"
	      "| benchmark | low | high | mean | std dev | MAD | rounds kept / discarded "
	      "| outliers mild / severe |\n|:--|--:|--:|--:|--:|--:|--:|--:|\n", out);
	for (size_t i = 0; i < res->nr; i++)
		if (vmb_view_timed(&res->benches[i]))
			put_detail_row(out, &res->benches[i]);
	fputs("\n</details>\n\n", out);
}

static void put_environment(FILE *out, const struct vmb_env *env)
{
	char buf[64];

	fputs("<details><summary>Environment</summary>\n\n| fact | value | source |\n"
	      "|:--|:--|:--|\n", out);
	for (size_t i = 0; i < env->nr; i++) {
		const char *words = vmb_fact_words(&env->facts[i], buf);

		if (!words)
			continue;
		fputs("| ", out);
		put_code(out, env->facts[i].key);
		fputs(" | ", out);
		put(out, words);
		fputs(" | ", out);
		put(out, env->facts[i].source);
		fputs(" |\n", out);
	}
	fputs("\n</details>\n\n", out);
}

static const char legend[] =
	"<sub>time: per operation, the median over rounds (processes) of the slope of time "
	"against operations; ±: the greater half of the order-statistic interval of that "
	"median; counters per operation, MPKI misses per thousand instructions, (sim) "
	"simulated by callgrind's model, not counted by the machine; blank: not "
	"measured.</sub>\n";

int vmb_report_markdown(FILE *out, const struct vmb_result *res,
			const struct vmb_report_opts *opts)
{
	int err = put_summary(out, res);

	fputc('\n', out);
	for (size_t i = 0; i < res->nr; i++)
		if (vmb_view_first_of_category(res, i))
			put_section(out, res, res->benches[i].category);
	if (!err)
		err = vmb_report_targets_markdown(out, res);
	if (opts && opts->verbose && res->nr)
		put_details(out, res);
	if (res->env.nr)
		put_environment(out, &res->env);
	if (res->nr)
		fputs(legend, out);
	return err;
}
