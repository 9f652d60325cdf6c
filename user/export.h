/* SPDX-License-Identifier: MIT */
#ifndef VMB_USER_EXPORT_H
#define VMB_USER_EXPORT_H
/*
 * Runs in the formats of other programs, as verbs and options ask for them.
 */

#include "results/export.h"
#include "user/options.h"

/** vmb_export_format_of - borrow a row by name; NULL after complaining. */
const struct vmb_export_format *vmb_export_format_of(const char *name);

/** vmb_export_output - write to standard output or --output. Return: exit code, complained about. */
int vmb_export_output(const struct vmb_options *o, const struct vmb_export_format *f,
		      const struct vmb_result *res);

/** vmb_gbench_out_check - is --benchmark_out_format known? Return: 0 or VMB_EXIT_USAGE. */
VMB_MUST_CHECK int vmb_gbench_out_check(const struct vmb_options *o);

/** vmb_gbench_out_write - write --benchmark_out, if it was given. Return: exit code. */
VMB_MUST_CHECK int vmb_gbench_out_write(const struct vmb_options *o, const struct vmb_result *res);

#endif /* VMB_USER_EXPORT_H */
