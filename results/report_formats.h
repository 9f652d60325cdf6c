/* SPDX-License-Identifier: MIT */
#ifndef VMB_RESULTS_REPORT_FORMATS_H
#define VMB_RESULTS_REPORT_FORMATS_H
/*
 * The writers behind the table of report.c, and the words that they share. They write to memory,
 * so that failed writes are out of memory; they return 0 or -ENOMEM.
 */

#include "results/report.h"

int vmb_report_text(FILE *out, const struct vmb_result *res, const struct vmb_report_opts *opts);
int vmb_report_markdown(FILE *out, const struct vmb_result *res,
			const struct vmb_report_opts *opts);
int vmb_report_html(FILE *out, const struct vmb_result *res, const struct vmb_report_opts *opts);
int vmb_report_json(FILE *out, const struct vmb_result *res, const struct vmb_report_opts *opts);

/** vmb_report_status_word - "UNRELIABLE": for people, so that it cannot be overlooked. */
const char *vmb_report_status_word(enum vmb_status status);

/** vmb_report_colour - escape sequence of a status, "" unless @wanted. */
const char *vmb_report_colour(enum vmb_status status, bool wanted);

#endif /* VMB_RESULTS_REPORT_FORMATS_H */
