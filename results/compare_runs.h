/* SPDX-License-Identifier: MIT */
#ifndef VMB_RESULTS_COMPARE_RUNS_H
#define VMB_RESULTS_COMPARE_RUNS_H
/*
 * Two stored runs, measured at different times, benchmark by benchmark.
 */

#include "results/compare.h"
#include "results/history.h"
#include "results/policy.h"

/**
 * struct vmb_compare_runs_opts - zeroed is the default.
 * @confidence: of the intervals, default 0.99
 * @margin: for all benchmarks instead of the policy's; 0: the policy's
 * @policy: thresholds; NULL for the default ones
 * @history: from which the noise between sessions is learnt; NULL: every verdict is provisional
 * @force: compare runs of different machines
 */
struct vmb_compare_runs_opts {
	double confidence, margin;
	const struct vmb_policy *policy;
	const struct vmb_history *history;
	bool force;
};

/**
 * vmb_compare_runs - compare.
 * @old, @fresh: borrowed
 * @opts: borrowed; NULL for defaults
 * @out: @old_name and @new_name are the caller's, if set; the rest is overwritten, settled; the
 *       caller calls vmb_comparison_fini(), also after -EXDEV
 *
 * A benchmark is REGRESSED when its severity is medium or high, IMPROVED when it is improvement,
 * EQUIVALENT when the whole interval lies within the margin, and else INCONCLUSIVE.
 * Return: 0; -EXDEV the machines differ, and out->machine_differs says how; -ENOMEM.
 */
VMB_MUST_CHECK int vmb_compare_runs(const struct vmb_result *old, const struct vmb_result *fresh,
				    const struct vmb_compare_runs_opts *opts,
				    struct vmb_comparison *out);

/**
 * vmb_compare_name - what a run is called in a comparison: NAME, run, date, commit, whether partial.
 * @name: what the user called it, NULL or "" for nothing; borrowed
 */
void vmb_compare_name(const struct vmb_result *res, const char *name, char *to, size_t size);

#endif /* VMB_RESULTS_COMPARE_RUNS_H */
