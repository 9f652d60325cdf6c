/* SPDX-License-Identifier: MIT */
#ifndef VMB_USER_AGAINST_H
#define VMB_USER_AGAINST_H
/*
 * A run against what was stored before: --baseline and --save-baseline, and `vmbench compare`.
 */

#include <stdbool.h>

#include "results/compare_runs.h"
#include "results/report.h"
#include "user/options.h"

/**
 * struct vmb_against - zeroed, then vmb_against_begin().
 * @options: borrowed
 * @name: of the baseline to compare with, NULL: none
 */
struct vmb_against {
	const struct vmb_options *options;
	const char *name;
	struct vmb_policy policy;
	struct vmb_result old;
	struct vmb_comparison comparison;
};

/**
 * vmb_against_begin - read the baseline and the thresholds, and prove that --save-baseline can be
 * written, before anything is measured. The store is there already.
 * Return: 0, or an exit code, complained about. vmb_against_end() it in either case.
 */
VMB_MUST_CHECK int vmb_against_begin(struct vmb_against *a, const struct vmb_options *o);

/**
 * vmb_against_check - is the run that is about to be made comparable at all?
 * @res: named and described, not measured yet
 * Return: 0, or VMB_EXIT_REFUSED, complained about.
 */
VMB_MUST_CHECK int vmb_against_check(const struct vmb_against *a, const struct vmb_result *res);

/**
 * vmb_against_finish - compare, print the report with the comparison, store the new baseline.
 * @f: of the report
 * @code: exit code of the run so far; the worse one is returned
 * Return: an exit code.
 */
VMB_MUST_CHECK int vmb_against_finish(struct vmb_against *a, const struct vmb_report_format *f,
				      const struct vmb_result *res, int code);
void vmb_against_end(struct vmb_against *a);

/**
 * vmb_against_compare - compare two runs by what the options and the store say.
 * @out: old_name and new_name are set; vmb_comparison_fini() it in any case
 * Return: 0, or an exit code, complained about.
 */
VMB_MUST_CHECK int vmb_against_compare(const struct vmb_options *o, const struct vmb_policy *policy,
				       const struct vmb_result *old, const struct vmb_result *fresh,
				       struct vmb_comparison *out);

#endif /* VMB_USER_AGAINST_H */
