/* SPDX-License-Identifier: MIT */
#ifndef VMB_RESULTS_HTML_HTML_H
#define VMB_RESULTS_HTML_HTML_H
/*
 * The parts of the HTML report and what they share. Everything is written to memory; an error is
 * sticky in struct html. Text from a result goes through html_text() and nothing else.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "results/history.h"
#include "results/report.h"
#include "results/report_view.h"
#include "results/target.h"

struct vmb_comparison;	/* results/compare.h */

/**
 * struct html_budget - how much is drawn of one benchmark, so that the size of the file is bounded.
 * @points: batches in a plot
 * @rounds: rows of the table of rounds
 * @past, @past_rows: earlier runs in the chart of a history and in its table
 */
struct html_budget { size_t points, rounds, past, past_rows; };

/**
 * struct html - a report being written.
 * @history, @comparison: NULL if there is none
 * @error: sticky: -ENOMEM
 */
struct html {
	FILE *out;
	const struct vmb_result *res;
	const struct vmb_history *history;
	const struct vmb_comparison *comparison;
	struct html_budget budget;
	int error;
};

/* pieces.c. */

/** html_text - foreign text, also into a quoted attribute. */
void html_text(const struct html *h, const char *s);
/** html_id - an id of a benchmark as code, with places where a line may break. */
void html_id(const struct html *h, const char *id);
/** html_anchor - "c3": the fragment of a category. Return: @buf */
const char *html_category_anchor(const struct html *h, const char *category, char buf[24]);

/** html_status_class - one word for class names and filters. */
const char *html_status_word(enum vmb_status status);
/** html_badge - a word in a box. @class, @word: ours */
void html_badge(const struct html *h, const char *class, const char *word);

/* assets.c: what is under assets/, and the digests of it for the policy. */
void html_put_style(FILE *out);
void html_put_script(FILE *out);
extern const char html_style_digest[], html_script_digest[];

/* What the comparison says of benchmark @bench (comparison.c). */

/**
 * struct html_effect - cells; "" where there is nothing to say.
 * @class: "high", "medium", "improvement", "stable", "none"
 * @word: for the badge: "high", "not comparable"
 * @value: of ln(new / old), NaN if not compared
 * @old_ns: the baseline's median, NaN if not compared
 * @change: what the cells are of
 */
struct html_effect {
	const char *class;
	char word[48], effect[24], interval[56], p[16], detectable[24], verdict[48], cycles[48];
	char old_time[24];
	double value, old_ns;
	const struct vmb_change *change;
};

/** html_effect_of - Return: false if @bench is not in the comparison, or there is none. */
bool html_effect_of(const struct html *h, size_t bench, struct html_effect *out);
void html_put_comparison_head(const struct html *h);
void html_put_comparison(const struct html *h, size_t bench);

/**
 * html_target_of - the target of @bench; of several the one that is missed.
 * Return: false without one, also if its value was not measured.
 */
bool html_target_of(const struct html *h, size_t bench, struct vmb_target_verdict *out);

/* Sections. */
void html_put_summary(struct html *h);
void html_put_index(struct html *h);
void html_put_category(struct html *h, const char *category);
void html_put_sweeps(struct html *h, const char *category);
void html_put_detail(struct html *h, size_t bench);
void html_put_history(struct html *h, size_t bench);
/** html_put_runs - the earlier runs, whose numbers the histories use. */
void html_put_runs(const struct html *h);
void html_put_environment(const struct html *h);

#endif /* VMB_RESULTS_HTML_HTML_H */
