/* SPDX-License-Identifier: MIT */
#ifndef VMB_RESULTS_REPORT_TARGETS_H
#define VMB_RESULTS_REPORT_TARGETS_H
/*
 * The targets in the reports for people: a table at the end, of the benchmarks that have one.
 */

#include <stdio.h>

#include "results/report.h"
#include "results/target.h"

/**
 * vmb_report_targets_text, vmb_report_targets_markdown - nothing if no benchmark has a target.
 * @width: of the terminal
 * Return: 0 or -ENOMEM.
 */
int vmb_report_targets_text(FILE *out, const struct vmb_result *res, bool colour,
			    unsigned int width);
int vmb_report_targets_markdown(FILE *out, const struct vmb_result *res);

/** vmb_target_value - the value in words: "34 ns", "12.3 GB/s". @buf: at least 48 bytes */
const char *vmb_target_value(const struct vmb_target_verdict *v, char buf[48]);

#endif /* VMB_RESULTS_REPORT_TARGETS_H */
