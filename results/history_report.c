// SPDX-License-Identifier: MIT
/*
 * A history as text and as Markdown. JSON is in json/, with its library.
 */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "results/history.h"
#include "results/json/history.h"
#include "results/stat_paired.h"
#include "results/table.h"
#include "results/text.h"

#define MOST_ROWS	20	/* of one benchmark, unless verbose */
#define MIN_SIDE	3	/* runs on either side of a change, as stat_change.h has it */

static const struct vmb_history_run *run_of(const struct vmb_history *h,
					    const struct vmb_history_bench *b, size_t point)
{
	return &h->run[b->point[point].run];
}

static const struct vmb_change_point *change_at(const struct vmb_history_findings *f, size_t point)
{
	for (size_t i = 0; i < f->nr; i++)
		if (f->change[i].at == point)
			return &f->change[i];
	return NULL;
}

static double percent_of(const struct vmb_change_point *c)
{
	return vmb_percent(c->after - c->before);
}

/* "c0ffee12 and changes": what was not committed cannot be found again. */
static void put_commit(const struct vmb_history_run *run, char *buf, size_t size)
{
	snprintf(buf, size, "%.12s%s", run->commit[0] ? run->commit : "unknown",
		 run->dirty ? " and changes" : "");
}

struct row { char commit[48], median[24], interval[56], change[32]; };

static void make_row(const struct vmb_history *h, const struct vmb_history_bench *b,
		     const struct vmb_history_findings *f, size_t i, struct row *row)
{
	const struct vmb_history_point *p = &b->point[i];
	const struct vmb_change_point *c = change_at(f, i);
	char low[24], high[24];

	memset(row, 0, sizeof(*row));
	put_commit(run_of(h, b, i), row->commit, sizeof(row->commit));
	vmb_format_ns(p->median, row->median);
	if (isfinite(p->low) && isfinite(p->high))
		snprintf(row->interval, sizeof(row->interval), "[%s, %s]", vmb_format_ns(p->low, low),
			 vmb_format_ns(p->high, high));
	if (c)
		snprintf(row->change, sizeof(row->change), "%+.2f %%", percent_of(c));
}

/* Sentences: where it moved, and whether it creeps. */

static void put_change(FILE *out, const struct vmb_history *h, const struct vmb_history_bench *b,
		       const struct vmb_change_point *c, enum vmb_text_form form)
{
	char to[48], from[48], before[24], after[24];

	put_commit(run_of(h, b, c->at), to, sizeof(to));
	put_commit(run_of(h, b, c->at - 1), from, sizeof(from));
	fprintf(out, "moved by %+.2f %%, from %s to %s, between commit ", percent_of(c),
		vmb_format_ns(exp(c->before), before), vmb_format_ns(exp(c->after), after));
	vmb_text_put(out, from, form);
	fputs(" and commit ", out);
	vmb_text_put(out, to, form);
	fputs(", first seen in run ", out);
	vmb_text_put(out, run_of(h, b, c->at)->id, form);
	fprintf(out, " (p %.3g)\n", c->p);
}

static void put_trend(FILE *out, const struct vmb_history_findings *f, const char *bullet)
{
	const struct vmb_trend *t = &f->trend;

	if (!f->has_trend || !t->significant)
		return;
	fprintf(out, "%screeps by %+.3f %% per run%s [%+.3f, %+.3f]\n", bullet, vmb_percent(t->slope),
		f->nr ? " since then" : "", vmb_percent(t->low), vmb_percent(t->high));
}

static void put_findings(FILE *out, const struct vmb_history *h, const struct vmb_history_bench *b,
			 const struct vmb_history_findings *f, const char *bullet,
			 enum vmb_text_form form)
{
	for (size_t i = 0; i < f->nr; i++) {
		fputs(bullet, out);
		put_change(out, h, b, &f->change[i], form);
	}
	put_trend(out, f, bullet);
	if (b->nr < 2 * MIN_SIDE)
		fprintf(out, "%stoo few runs to look for a change: it takes %d\n", bullet, 2 * MIN_SIDE);
	else if (!f->nr && !(f->has_trend && f->trend.significant))
		fprintf(out, "%sno change found\n", bullet);
}

static size_t first_shown(const struct vmb_history_bench *b, const struct vmb_report_opts *opts)
{
	return opts->verbose || b->nr <= MOST_ROWS ? 0 : b->nr - MOST_ROWS;
}

/* Text. */

static int text_table(FILE *out, const struct vmb_history *h, const struct vmb_history_bench *b,
		      const struct vmb_history_findings *f, const struct vmb_report_opts *opts)
{
	static const char *const title[] = { "date", "run", "commit", "median", "interval", "change" };
	size_t first = first_shown(b, opts);
	struct vmb_table t;
	int err;

	vmb_table_init(&t, VMB_ARRAY_SIZE(title), b->nr - first, 1);
	for (size_t i = 0; i < VMB_ARRAY_SIZE(title); i++)
		vmb_table_title(&t, i, i > 2, title[i]);
	for (size_t i = first; i < b->nr && !t.error; i++) {
		const struct vmb_history_run *run = run_of(h, b, i);
		struct row row;
		const char *const cell[] = { run->date, run->id, row.commit, row.median, row.interval,
					     row.change };

		make_row(h, b, f, i, &row);
		for (size_t k = 0; k < VMB_ARRAY_SIZE(cell); k++)
			vmb_table_cell(&t, i - first, k, cell[k]);
		if (opts->colour && change_at(f, i) && !t.error)
			t.styles[i - first] = percent_of(change_at(f, i)) > 0 ? "\033[31m" : "\033[32m";
	}
	err = t.error;
	if (!err)
		vmb_table_print(&t, out, opts->width ? opts->width : 140, opts->colour ? "\033[1m" : "",
				opts->colour ? "\033[0m" : "");
	vmb_table_fini(&t);
	return err;
}

static int text_bench(FILE *out, const struct vmb_history *h, const struct vmb_history_bench *b,
		      const struct vmb_report_opts *opts)
{
	struct vmb_history_findings f;
	int err = vmb_history_analyse(b, &f);

	if (err)
		return err;
	fputc('\n', out);
	fputs(opts->colour ? "\033[1m" : "", out);
	vmb_text_put(out, b->id, VMB_TEXT_PLAIN);
	fprintf(out, "%s: %zu run%s\n", opts->colour ? "\033[0m" : "", b->nr, b->nr == 1 ? "" : "s");
	put_findings(out, h, b, &f, "  ", VMB_TEXT_PLAIN);
	err = text_table(out, h, b, &f, opts);
	if (first_shown(b, opts))
		fprintf(out, "  %zu older runs are not shown (--verbose)\n", first_shown(b, opts));
	vmb_history_findings_fini(&f);
	return err;
}

static void put_remarks(FILE *out, const struct vmb_history *h, const char *bullet,
			enum vmb_text_form form)
{
	fprintf(out, "%s%zu run%s of machine ", bullet, h->nr_runs, h->nr_runs == 1 ? "" : "s");
	vmb_text_put(out, h->fingerprint[0] ? h->fingerprint : "(unknown)", form);
	if (h->others)
		fprintf(out, ", %zu of other machines left out", h->others);
	if (h->left_out)
		fprintf(out, ", %zu older files left out", h->left_out);
	fputc('\n', out);
	for (size_t i = 0; i < h->nr_bad; i++) {
		fprintf(out, "%sskipped: ", bullet);
		vmb_text_put(out, h->bad[i].why, form);
		fputc('\n', out);
	}
}

static const char legend[] =
	"change: E-divisive change points of the logarithms of the medians, permutation test at 0.01, "
	"at least 3 runs on either side; what is newer than 3 runs cannot be found yet. creeps: "
	"Theil-Sen slope with a 99 % interval that excludes 0.";

static int write_text(FILE *out, const struct vmb_history *h, const struct vmb_report_opts *opts)
{
	int err = 0;

	put_remarks(out, h, "", VMB_TEXT_PLAIN);
	for (size_t i = 0; i < h->nr && !err; i++)
		err = text_bench(out, h, &h->bench[i], opts);
	if (h->nr)
		fprintf(out, "\n%s\n", legend);
	return err ? err : ferror(out) ? -EIO : 0;
}

/* Markdown. */

static void markdown_rows(FILE *out, const struct vmb_history *h, const struct vmb_history_bench *b,
			  const struct vmb_history_findings *f, size_t first)
{
	fputs("| date | run | commit | median | interval | change |\n|:--|:--|:--|--:|--:|--:|\n", out);
	for (size_t i = first; i < b->nr; i++) {
		struct row row;

		make_row(h, b, f, i, &row);
		fputs("| ", out);
		vmb_text_put(out, run_of(h, b, i)->date, VMB_TEXT_MARKDOWN);
		fputs(" | ", out);
		vmb_text_put(out, run_of(h, b, i)->id, VMB_TEXT_CODE);
		fputs(" | ", out);
		vmb_text_put(out, row.commit, VMB_TEXT_CODE);
		fprintf(out, " | %s | %s | %s |\n", row.median, row.interval, row.change);
	}
}

static int markdown_bench(FILE *out, const struct vmb_history *h, const struct vmb_history_bench *b,
			  const struct vmb_report_opts *opts)
{
	struct vmb_history_findings f;
	int err = vmb_history_analyse(b, &f);

	if (err)
		return err;
	fputs("#### ", out);
	vmb_text_put(out, b->id, VMB_TEXT_CODE);
	fputs("\n\n", out);
	put_findings(out, h, b, &f, "- ", VMB_TEXT_MARKDOWN);
	fprintf(out, "\n<details><summary>%zu runs</summary>\n\n", b->nr);
	markdown_rows(out, h, b, &f, first_shown(b, opts));
	fputs("\n</details>\n\n", out);
	vmb_history_findings_fini(&f);
	return 0;
}

static int write_markdown(FILE *out, const struct vmb_history *h, const struct vmb_report_opts *opts)
{
	int err = 0;

	fputs("### vmbench: history\n\n", out);
	put_remarks(out, h, "- ", VMB_TEXT_MARKDOWN);
	fputc('\n', out);
	for (size_t i = 0; i < h->nr && !err; i++)
		err = markdown_bench(out, h, &h->bench[i], opts);
	if (h->nr)
		fprintf(out, "<sub>%s</sub>\n", legend);
	return err ? err : ferror(out) ? -EIO : 0;
}

static const struct vmb_history_format formats[] = {
	{ "text", "a table per benchmark", write_text },
	{ "md", "Markdown, tables folded", write_markdown },
	{ "json", "for other tools", vmb_history_write_json },
};

const struct vmb_history_format *vmb_history_format_find(const char *name)
{
	for (size_t i = 0; i < VMB_ARRAY_SIZE(formats); i++)
		if (!strcmp(formats[i].name, name))
			return &formats[i];
	return NULL;
}
