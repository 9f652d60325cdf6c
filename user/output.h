/* SPDX-License-Identifier: MIT */
#ifndef VMB_USER_OUTPUT_H
#define VMB_USER_OUTPUT_H
/*
 * A result onto standard output or into --output, in --format.
 */

#include "results/report.h"
#include "user/options.h"

/**
 * vmb_output_format - the report that the options ask for.
 * Return: borrowed row, or NULL with @why listing the formats.
 */
const struct vmb_report_format *vmb_output_format(const struct vmb_options *o, struct vmb_why *why);

/** vmb_output_writer - writes something into @out; @arg is the caller's. Return: 0 or -errno. */
typedef int vmb_output_writer(FILE *out, const void *arg, const struct vmb_report_opts *opts);

/**
 * vmb_output - run a writer on standard output or on --output. A file is written beside its name
 * and renamed: whole or absent.
 * Return: 0 or -errno, complained about.
 */
VMB_MUST_CHECK int vmb_output(const struct vmb_options *o, vmb_output_writer *write, const void *arg);

/**
 * vmb_output_report - a result in @f, with what the store knows of earlier runs if @f shows that.
 * @comparison: of @res with a baseline, for a format whose row says context; NULL: none
 * Return: as vmb_output().
 */
VMB_MUST_CHECK int vmb_output_report(const struct vmb_options *o, const struct vmb_report_format *f,
				     const struct vmb_result *res,
				     const struct vmb_comparison *comparison);

/** vmb_output_write - a result in @f, compared with nothing. Return: as vmb_output(). */
VMB_MUST_CHECK int vmb_output_write(const struct vmb_options *o, const struct vmb_report_format *f,
				    const struct vmb_result *res);

#endif /* VMB_USER_OUTPUT_H */
