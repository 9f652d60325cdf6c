/* SPDX-License-Identifier: MIT */
#ifndef VMB_RESULTS_REPORT_H
#define VMB_RESULTS_REPORT_H
/*
 * Reports: one file per format, one row per format in the table of report.c.
 */

#include <stdbool.h>
#include <stdio.h>

#include "results/result.h"

struct vmb_history;	/* results/history.h */
struct vmb_comparison;	/* results/compare.h */

/**
 * struct vmb_report_opts
 * @colour: ANSI colours (text only)
 * @verbose: also rounds, outliers, intercepts, every environment fact
 * @width: columns of the terminal, 0: 100
 * @history: runs of the same machine, for the formats that say so; borrowed, NULL: none
 * @comparison: of the run with a baseline, likewise
 */
struct vmb_report_opts {
	bool colour;
	bool verbose;
	unsigned int width;
	const struct vmb_history *history;
	const struct vmb_comparison *comparison;
};

/**
 * struct vmb_report_format - one row.
 * @context: it shows a history and a comparison by itself, if it is given them
 * @write: all of the report or nothing, flushed. Return: 0, -ENOMEM, or the -errno of the write
 */
struct vmb_report_format {
	const char *name;	/* "text" */
	const char *what;	/* one line for --help */
	int (*write)(FILE *out, const struct vmb_result *res, const struct vmb_report_opts *opts);
	bool context;
};

/** vmb_report_format_find - borrow a row by name, NULL if unknown. */
const struct vmb_report_format *vmb_report_format_find(const char *name);
/** vmb_report_formats - the table, ended by a row whose name is NULL. */
const struct vmb_report_format *vmb_report_formats(void);

/**
 * vmb_report_line - one benchmark as one line of text, as a run prints it when it is done.
 */
void vmb_report_line(FILE *out, const struct vmb_bench_result *b,
		     const struct vmb_report_opts *opts);

/**
 * vmb_format_ns - "1.24 ns", "3.4 µs", "12 ms": three significant digits.
 * @buf: at least 24 bytes
 */
const char *vmb_format_ns(double ns, char buf[24]);
/** vmb_format_si - "12.3 G" + unit. @buf: at least 32 bytes */
const char *vmb_format_si(double value, const char *unit, char buf[32]);

#endif /* VMB_RESULTS_REPORT_H */
