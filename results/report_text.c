// SPDX-License-Identifier: MIT
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "results/digest.h"
#include "results/report_facts.h"
#include "results/report_formats.h"
#include "results/report_targets.h"
#include "results/report_view.h"
#include "results/table.h"
#include "results/text.h"

#define DEFAULT_WIDTH	100u
#define NAME_WIDTH	10
#define MOST_IDS	6	/* of one note, unless verbose */

struct text {
	FILE *out;
	const struct vmb_result *res;
	bool colour, verbose;
	unsigned int width;
	int error;
};

static const char bold[] = "\033[1m";
static const char reset[] = "\033[0m";

static const char *paint(const struct text *t, const char *sequence)
{
	return t->colour ? sequence : "";
}

static void put(const struct text *t, const char *s)
{
	vmb_text_put(t->out, s, VMB_TEXT_PLAIN);
}

/* Words, wrapped and indented. @words is ours. */
static void put_wrapped(const struct text *t, const char *words, unsigned int indent)
{
	unsigned int at = 0;

	while (*words) {
		size_t len = strcspn(words, " ");
		char word[64];
		unsigned int width;

		snprintf(word, sizeof(word), "%.*s", (int)len, words);
		width = vmb_text_width(word);
		if (at && at + 1 + width > t->width) {
			fputc('\n', t->out);
			at = 0;
		}
		at += (unsigned int)fprintf(t->out, "%*s", at ? 1 : (int)indent, "") + width;
		fputs(word, t->out);
		words += len + strspn(words + len, " ");
	}
	fputc('\n', t->out);
}

/* Heading. */

static void put_name(const struct text *t, const char *name)
{
	fprintf(t->out, "%s%-*s%s", paint(t, bold), NAME_WIDTH, name, paint(t, reset));
}

static void put_line(const struct text *t, const char *name, const char *foreign)
{
	if (!foreign || !*foreign)
		return;
	put_name(t, name);
	put(t, foreign);
	fputc('\n', t->out);
}

/* The name goes first, but only in front of something. */
static void put_headline(struct text *t, enum vmb_headline h)
{
	char *words = NULL;
	size_t len;
	FILE *line = open_memstream(&words, &len);
	bool known;

	if (!line) {
		t->error = -ENOMEM;
		return;
	}
	known = vmb_headline_put(line, &t->res->env, h, VMB_TEXT_PLAIN);
	if (fclose(line))
		t->error = -ENOMEM;
	if (known || h == VMB_HEAD_PINNED) {
		put_name(t, vmb_headline_name(h));
		fprintf(t->out, "%s\n", known ? words : "no: the scheduler chooses (--pin CPU)");
	}
	free(words);
}

static void put_verdict(const struct text *t)
{
	struct vmb_tally tally = vmb_view_tally(t->res);
	bool bad = tally.of[VMB_STATUS_FAILED] || tally.of[VMB_STATUS_UNRELIABLE];
	enum vmb_status worst = tally.of[VMB_STATUS_FAILED] ? VMB_STATUS_FAILED :
				VMB_STATUS_UNRELIABLE;
	char buf[128];

	put_name(t, "result");
	fprintf(t->out, "%s%s%s\n", bad ? vmb_report_colour(worst, t->colour) : "",
		vmb_view_tally_text(&tally, buf), bad ? paint(t, reset) : "");
	if (!t->res->complete)
		fprintf(t->out, "%s%-*sthe run was interrupted: benchmarks are missing%s\n",
			vmb_report_colour(VMB_STATUS_UNRELIABLE, t->colour), NAME_WIDTH, "PARTIAL",
			paint(t, reset));
}

static void put_heading(struct text *t)
{
	const struct vmb_result *res = t->res;

	put_name(t, "vmbench");
	put(t, res->id);
	fputs(", ", t->out);
	put(t, res->date);
	if (isfinite(res->duration_s))
		fprintf(t->out, ", %.1f s", res->duration_s);
	fputc('\n', t->out);
	put_line(t, "command", res->command);
	put_line(t, "label", res->label);
	for (int h = 0; h < VMB_NR_HEADLINES; h++)
		put_headline(t, (enum vmb_headline)h);
	put_line(t, "counters", res->counters_note);
	put_verdict(t);
}

/* One category. */

struct section {
	const char *category;
	size_t nr;		/* rows: all but the skipped */
	bool all_ok;
};

static bool is_row(const struct section *s, const struct vmb_bench_result *b)
{
	return b->status != VMB_STATUS_SKIPPED && !strcmp(b->category, s->category);
}

static struct section survey(const struct vmb_result *res, const char *category)
{
	struct section s = { .category = category, .all_ok = true };

	for (size_t i = 0; i < res->nr; i++) {
		if (!is_row(&s, &res->benches[i]))
			continue;
		s.nr++;
		s.all_ok = s.all_ok && res->benches[i].status == VMB_STATUS_OK;
	}
	return s;
}

static void fill_row(const struct text *t, struct vmb_table *table, size_t row,
		     const struct vmb_bench_result *b, const struct vmb_view *view)
{
	size_t first = table->sticky;
	char cell[VMB_CELL_BYTES];

	vmb_table_cell(table, row, 0, b->id);
	if (first > 1 && b->status != VMB_STATUS_OK)
		vmb_table_cell(table, row, 1, vmb_report_status_word(b->status));
	if (!table->error && b->status != VMB_STATUS_OK && t->colour)
		table->styles[row] = vmb_report_colour(b->status, true);
	for (size_t i = 0; i < view->nr; i++)
		if (vmb_view_cell(b, &view->columns[i], cell))
			vmb_table_cell(table, row, first + i, cell);
}

static void fill_table(const struct text *t, struct vmb_table *table, const struct section *s,
		       const struct vmb_view *view)
{
	size_t row = 0;

	vmb_table_title(table, 0, false, s->category);
	for (size_t i = 0; i < view->nr; i++)
		vmb_table_title(table, table->sticky + i, true, view->columns[i].title);
	for (size_t i = 0; i < t->res->nr; i++)
		if (is_row(s, &t->res->benches[i]))
			fill_row(t, table, row++, &t->res->benches[i], view);
}

static void put_zeros(const struct text *t, const char *category)
{
	struct vmb_view zeros;

	vmb_view_zeros(t->res, category, &zeros);
	for (size_t i = 0; i < zeros.nr; i++) {
		fputs(i ? ", " : "  counted, and 0 throughout: ", t->out);
		vmb_text_put(t->out, zeros.columns[i].title, VMB_TEXT_PLAIN);
	}
	if (zeros.nr)
		fputc('\n', t->out);
}

static void put_table(struct text *t, const struct section *s)
{
	struct vmb_table table;
	struct vmb_view view;

	vmb_view_columns(t->res, s->category, &view);
	vmb_table_init(&table, (s->all_ok ? 1 : 2) + view.nr, s->nr, s->all_ok ? 1 : 2);
	fill_table(t, &table, s, &view);
	vmb_table_print(&table, t->out, t->width, paint(t, bold), paint(t, reset));
	if (table.error)
		t->error = table.error;
	vmb_table_fini(&table);
	put_zeros(t, s->category);
}

static size_t same_notes(const struct vmb_result *res, const struct vmb_bench_result *b)
{
	size_t nr = 0;

	for (size_t i = 0; i < res->nr; i++)
		nr += vmb_view_same_note(b, &res->benches[i]);
	return nr;
}

/* Ids one after the other, on as many lines as it takes; after @most of them only their number. */
struct id_list {
	const struct text *t;
	size_t nr, most;
	unsigned int at;
};

#define LIST_INDENT	4u

static struct id_list start_list(const struct text *t)
{
	return (struct id_list){ .t = t, .most = t->verbose ? SIZE_MAX : MOST_IDS };
}

static void list_id(struct id_list *l, const char *id)
{
	unsigned int width = vmb_text_width(id);

	if (l->nr++ >= l->most)
		return;
	if (l->nr > 1)
		l->at += (unsigned int)fprintf(l->t->out, ",");
	if (l->nr == 1 || l->at + 2 + width > l->t->width) {
		fprintf(l->t->out, "%s%*s", l->nr == 1 ? "" : "\n", (int)LIST_INDENT, "");
		l->at = LIST_INDENT;
	} else {
		l->at += (unsigned int)fprintf(l->t->out, " ");
	}
	put(l->t, id);
	l->at += width;
}

static void end_list(const struct id_list *l)
{
	if (l->nr > l->most)
		fprintf(l->t->out, " and %zu more", l->nr - l->most);
	if (l->nr)
		fputc('\n', l->t->out);
}

static void list_same_notes(const struct text *t, const struct vmb_bench_result *b)
{
	struct id_list list = start_list(t);

	for (size_t i = 0; i < t->res->nr; i++)
		if (vmb_view_same_note(b, &t->res->benches[i]))
			list_id(&list, t->res->benches[i].id);
	end_list(&list);
}

/* Why benchmarks are not ok; those with the same reason share it. */
static void put_note(const struct text *t, const struct vmb_bench_result *b)
{
	size_t nr = same_notes(t->res, b);
	bool loud = b->status != VMB_STATUS_SKIPPED;

	fprintf(t->out, "%s%s%s%s ", loud ? "! " : "  ", vmb_report_colour(b->status, t->colour),
		vmb_report_status_word(b->status), paint(t, reset));
	if (nr > 1)
		fprintf(t->out, "%zu benchmarks", nr);
	else
		put(t, b->id);
	fputs(": ", t->out);
	put(t, b->reason[0] ? b->reason : "no reason was recorded");
	fputc('\n', t->out);
	if (nr > 1)
		list_same_notes(t, b);
}

static void put_remark(const struct text *t, const char *category, const struct vmb_remark *remark)
{
	struct id_list list = start_list(t);

	for (size_t i = 0; i < t->res->nr; i++) {
		if (!vmb_view_has_remark(&t->res->benches[i], category, remark))
			continue;
		if (!list.nr)
			fprintf(t->out, "  note: %s\n", remark->words);
		list_id(&list, t->res->benches[i].id);
	}
	end_list(&list);
}

static void put_section(struct text *t, const char *category)
{
	struct section s = survey(t->res, category);

	fputc('\n', t->out);
	if (s.nr) {
		put_table(t, &s);
	} else {
		fprintf(t->out, "  %s", paint(t, bold));
		put(t, category);
		fprintf(t->out, "%s\n", paint(t, reset));
	}
	for (size_t i = 0; i < t->res->nr; i++) {
		const struct vmb_bench_result *b = &t->res->benches[i];

		if (!strcmp(b->category, category) && b->status != VMB_STATUS_OK &&
		    vmb_view_first_of_note(t->res, i))
			put_note(t, b);
	}
	for (const struct vmb_remark *r = vmb_view_remarks(); r->words; r++)
		put_remark(t, category, r);
}

/* Details. */

static void put_ns(const struct text *t, const char *name, double ns)
{
	char buf[24];

	if (isfinite(ns))
		fprintf(t->out, "%s%s", name, vmb_format_ns(ns, buf));
}

static void put_interval(const struct text *t, double low, double high)
{
	char a[24], b[24];

	if (isfinite(low) && isfinite(high))
		fprintf(t->out, " [%s, %s]", vmb_format_ns(low, a), vmb_format_ns(high, b));
}

static void put_times(const struct text *t, const struct vmb_summary *s)
{
	put_ns(t, "    median ", s->median);
	put_interval(t, s->low, s->high);
	if (isfinite(s->confidence))
		fprintf(t->out, " at %.1f %%", 100 * s->confidence);
	put_ns(t, ", mean ", s->mean);
	put_interval(t, s->mean_low, s->mean_high);
	if (s->kept > 1) {
		put_ns(t, ", std dev ", s->std_dev);
		put_ns(t, ", MAD ", s->mad);
	}
	put_ns(t, ", min ", s->min);
	put_ns(t, ", max ", s->max);
	fputc('\n', t->out);
}

static void put_quality(const struct text *t, const struct vmb_summary *s)
{
	fprintf(t->out, "    rounds: %u kept, %u discarded; outliers: %u mild, %u severe", s->kept,
		s->discarded, s->outliers_mild, s->outliers_severe);
	if (isfinite(s->intercept_share))
		fprintf(t->out, "; intercept %.2g %% of the smallest batch",
			100 * s->intercept_share);
	put_ns(t, "; timer ", s->timer_cost_ns);
	put_ns(t, ", sample ", s->sample_cost_ns);
	fputc('\n', t->out);
}

static void put_estimates(const struct text *t, const struct vmb_summary *s)
{
	if (!s->nr_round_ns)
		return;
	fputs("    each round:", t->out);
	for (size_t i = 0; i < s->nr_round_ns; i++)
		put_ns(t, i ? ", " : " ", s->round_ns[i]);
	fputc('\n', t->out);
}

static void put_counters(const struct text *t, const struct vmb_summary *s)
{
	char a[32], b[32], c[32];

	for (uint32_t i = 0; i < s->nr_counters; i++) {
		const struct vmb_counter_stat *k = &s->counters[i];

		if (!isfinite(k->per_op))
			continue;
		fputs("    ", t->out);
		put(t, k->name);
		fprintf(t->out, " %s per operation", vmb_format_count(k->per_op, a));
		if (isfinite(k->low) && isfinite(k->high))
			fprintf(t->out, " [%s, %s]", vmb_format_count(k->low, b),
				vmb_format_count(k->high, c));
		fputs(", by ", t->out);
		put(t, k->source);
		fputs(vmb_counter_simulated(k->source) ? " (simulated)\n" : "\n", t->out);
	}
}

static void put_rounds(const struct text *t, const struct vmb_sample_set *set)
{
	for (size_t i = 0; i < set->nr_rounds; i++) {
		const struct vmb_round *r = &set->rounds[i];

		if (r->status == VMB_ROUND_OK && !r->discarded)
			continue;
		fprintf(t->out, "    round %u %s", r->index,
			r->discarded ? "discarded" : vmb_round_status_name(r->status));
		fputs(r->reason[0] ? ": " : "", t->out);
		put(t, r->reason);
		fputc('\n', t->out);
	}
}

static void put_details(const struct text *t, const struct vmb_bench_result *b)
{
	fputs("\n  ", t->out);
	put(t, b->id);
	fputs(b->what[0] ? ": " : "", t->out);
	put(t, b->what);
	fputs(b->unit[0] ? "; one operation is one " : "", t->out);
	put(t, b->unit);
	fputc('\n', t->out);
	if (vmb_view_timed(b)) {
		put_times(t, &b->summary);
		put_quality(t, &b->summary);
		put_estimates(t, &b->summary);
		put_counters(t, &b->summary);
	}
	put_rounds(t, &b->set);
}

/* Not a table: a list of CPU flags is a thousand columns wide. */
static void put_facts(const struct text *t)
{
	const struct vmb_env *env = &t->res->env;
	unsigned int widest = 0;
	char buf[64];

	for (size_t i = 0; i < env->nr; i++)
		if (vmb_text_width(env->facts[i].key) > widest)
			widest = vmb_text_width(env->facts[i].key);
	fprintf(t->out, "\n  %senvironment%s\n", paint(t, bold), paint(t, reset));
	for (size_t i = 0; i < env->nr; i++) {
		const struct vmb_fact *f = &env->facts[i];
		const char *words = vmb_fact_words(f, buf);

		if (!words)
			continue;
		fputs("  ", t->out);
		put(t, f->key);
		fprintf(t->out, "%*s", (int)(widest - vmb_text_width(f->key)) + 2, "");
		put(t, words);
		fputs(f->source[0] ? " (" : "", t->out);
		put(t, f->source);
		fputs(f->source[0] ? ")\n" : "\n", t->out);
	}
}

static void put_verbose(const struct text *t)
{
	for (size_t i = 0; i < t->res->nr; i++)
		if (t->res->benches[i].status != VMB_STATUS_SKIPPED)
			put_details(t, &t->res->benches[i]);
	if (t->res->env.nr)
		put_facts(t);
}

static const char legend[] =
	"time: per operation, the median over rounds, each a process of its own, of the "
	"slope of time against operations. ±: the greater half of the order-statistic "
	"interval of that median. throughput: at the median. Counters are per operation; "
	"MPKI: misses per thousand instructions; (sim): simulated by callgrind's model of a "
	"CPU, not counted by this machine. UNRELIABLE: the environment disturbed too many "
	"rounds, do not use the number. Blank: not measured.";

int vmb_report_text(FILE *out, const struct vmb_result *res, const struct vmb_report_opts *opts)
{
	struct text t = {
		.out = out, .res = res, .colour = opts && opts->colour,
		.verbose = opts && opts->verbose,
		.width = opts && opts->width ? opts->width : DEFAULT_WIDTH,
	};

	put_heading(&t);
	for (size_t i = 0; i < res->nr; i++)
		if (vmb_view_first_of_category(res, i))
			put_section(&t, res->benches[i].category);
	if (!t.error)
		t.error = vmb_report_targets_text(out, res, t.colour, t.width);
	if (t.verbose)
		put_verbose(&t);
	if (res->nr) {
		fputc('\n', out);
		put_wrapped(&t, legend, 2);
	}
	return t.error;
}
