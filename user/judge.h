/* SPDX-License-Identifier: MIT */
#ifndef VMB_USER_JUDGE_H
#define VMB_USER_JUDGE_H
/*
 * From options to the parameters of a comparison, and from a comparison to a report and an exit
 * code: the same for `ab`, `compare` and --baseline.
 */

#include "results/compare.h"
#include "user/options.h"

/** vmb_judge_options - level, looks and margin that the user asked for. */
void vmb_judge_options(const struct vmb_options *o, struct vmb_paired_opts *out);

/** vmb_judge_format - the writer of --format; NULL after complaining. */
const struct vmb_compare_format *vmb_judge_format(const struct vmb_options *o);

/**
 * vmb_judge_exit - 1 something failed; 3 regressed, unless --no-fail-on-regression; 4 inconclusive
 * or nothing comparable, under --strict; else 0.
 */
int vmb_judge_exit(const struct vmb_options *o, const struct vmb_comparison *c);

/** vmb_judge_report - write the comparison to standard output or --output. Return: exit code. */
int vmb_judge_report(const struct vmb_options *o, const struct vmb_compare_format *f,
		     const struct vmb_comparison *c);

#endif /* VMB_USER_JUDGE_H */
