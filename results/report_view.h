/* SPDX-License-Identifier: MIT */
#ifndef VMB_RESULTS_REPORT_VIEW_H
#define VMB_RESULTS_REPORT_VIEW_H
/*
 * What the reports for people have in common: which columns a category's table has, what stands in
 * a cell, how benchmarks are counted and grouped. Text that comes out of here is foreign and not
 * yet escaped.
 */

#include <stdbool.h>
#include <stddef.h>

#include "results/report.h"

#define VMB_CELL_BYTES		112
#define VMB_MAX_COLUMNS		64	/* more figures than that are in the JSON report only */

enum vmb_column_kind {
	VMB_COLUMN_TIME, VMB_COLUMN_SPREAD, VMB_COLUMN_THROUGHPUT, VMB_COLUMN_METRIC,
	VMB_COLUMN_COUNTER,
};

/**
 * struct vmb_column
 * @name: of the counter or metric, borrowed from the result
 * @simulated: counts of a model, not of the machine
 */
struct vmb_column {
	enum vmb_column_kind kind;
	const char *name;
	bool simulated;
	char title[VMB_CELL_BYTES];
};

struct vmb_view {
	size_t nr;
	struct vmb_column columns[VMB_MAX_COLUMNS];
};

/**
 * vmb_view_columns - the columns that at least one benchmark of @category has something for; an
 * event that was counted and is zero for all of them has none.
 */
void vmb_view_columns(const struct vmb_result *res, const char *category, struct vmb_view *out);
/** vmb_view_zeros - the counters of @category that were counted and are zero for all. */
void vmb_view_zeros(const struct vmb_result *res, const char *category, struct vmb_view *out);

/** vmb_view_cell - Return: false and "" if @b was not measured in this respect. */
bool vmb_view_cell(const struct vmb_bench_result *b, const struct vmb_column *column,
		   char cell[VMB_CELL_BYTES]);

/** vmb_view_timed - is there a time that may be shown? A failed benchmark's time is meaningless. */
bool vmb_view_timed(const struct vmb_bench_result *b);

/** vmb_view_spread - greater half of the interval as a share of the median, NaN without one. */
double vmb_view_spread(const struct vmb_bench_result *b);

/** vmb_view_throughput_unit - "B/s" for "B"; @buf: at least 32 bytes. */
const char *vmb_view_throughput_unit(const struct vmb_summary *s, char buf[32]);

/** struct vmb_tally - benchmarks by status. */
struct vmb_tally { size_t of[VMB_STATUS_UNRELIABLE + 1]; };
struct vmb_tally vmb_view_tally(const struct vmb_result *res);
/** vmb_view_tally_text - "3 ok, 1 unreliable"; @buf: at least 128 bytes */
const char *vmb_view_tally_text(const struct vmb_tally *t, char buf[128]);

/** vmb_view_first_of_category - is no earlier benchmark of @i's category? */
bool vmb_view_first_of_category(const struct vmb_result *res, size_t i);
/** vmb_view_same_note - same category, status and reason: such rows share one line. */
bool vmb_view_same_note(const struct vmb_bench_result *a, const struct vmb_bench_result *b);
/** vmb_view_first_of_note - is @i the first of the benchmarks that share its note? */
bool vmb_view_first_of_note(const struct vmb_result *res, size_t i);

/**
 * struct vmb_remark - what a summary's flag means, in words.
 * @flag: one of enum vmb_summary_flag
 */
struct vmb_remark { uint32_t flag; const char *words; };

/** vmb_view_remarks - the table, ended by a row whose words are NULL. */
const struct vmb_remark *vmb_view_remarks(void);
/** vmb_view_has_remark - does @b have it, in @category? */
bool vmb_view_has_remark(const struct vmb_bench_result *b, const char *category,
			 const struct vmb_remark *remark);

/** vmb_format_count - four significant digits, SI prefix from 10 k. @buf: at least 32 bytes */
const char *vmb_format_count(double value, char buf[32]);
/** vmb_format_metric - a value with any unit. */
const char *vmb_format_metric(double value, const char *unit, char cell[VMB_CELL_BYTES]);

#endif /* VMB_RESULTS_REPORT_VIEW_H */
