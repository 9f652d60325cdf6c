/* SPDX-License-Identifier: MIT */
#ifndef VMB_RESULTS_COMPARE_H
#define VMB_RESULTS_COMPARE_H
/*
 * Old against new, benchmark by benchmark, however the two were measured: in adjacent pairs
 * (`vmbench ab`) or at different times (a baseline). One struct, so that every report and every
 * exit code has one meaning.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "results/report.h"
#include "results/result.h"
#include "results/stat_paired.h"
#include "results/stat_unpaired.h"

/**
 * enum vmb_change_state - whether a benchmark could be compared at all.
 * @VMB_CHANGE_COMPARED: the numbers below are valid
 * @VMB_CHANGE_ONLY_OLD, @VMB_CHANGE_ONLY_NEW: the other side does not have it
 * @VMB_CHANGE_UNUSABLE: skipped, failed or unreliable on a side; the reason says which
 * @VMB_CHANGE_NO_TIME: below VMB_NO_TIME_NS on both sides: there is nothing to compare, and
 *                      nothing is wrong
 */
enum vmb_change_state {
	VMB_CHANGE_COMPARED, VMB_CHANGE_ONLY_OLD, VMB_CHANGE_ONLY_NEW, VMB_CHANGE_UNUSABLE,
	VMB_CHANGE_NO_TIME,
};

/* An operation that takes less than this takes no time: a loop around nothing is this flat. */
#define VMB_NO_TIME_NS	0.01

/**
 * struct vmb_change - one benchmark compared. Effects are d = ln(new / old): 0.02 is 2 % slower.
 * @verdict: by the margin; for an unpaired comparison REGRESSED and IMPROVED follow the severity
 * @severity: the words users know, by the thresholds
 * @provisional: unpaired without learnt session noise: the interval is too narrow by an unknown
 *               amount
 * @failed: a round failed outright (crash, wrong answer) on a side: not a regression, an error
 * @old_ns, @new_ns: medians, ns per operation
 * @effect, @low, @high: estimate and interval of d at @level (two-sided error)
 * @p: two-sided P for no change; @p_regressed: one-sided P of being no worse than the margin
 * @p_gate: @p_regressed after Holm over all benchmarks compared together
 * @q: Benjamini-Hochberg adjusted @p, for shading
 * @detectable: minimum detectable effect as d; infinite when unknown
 * @pairs: pairs (paired) or rounds on the smaller side (unpaired); @discarded: of them, left out
 * @cycles_old, @cycles_new: cycles per operation where both were counted, else 0 and absent
 * @has_cycles: the two above are there
 */
struct vmb_change {
	char id[160];
	char category[32];
	enum vmb_change_state state;
	char reason[VMB_REASON_BYTES];
	enum vmb_verdict verdict;
	enum vmb_severity severity;
	bool provisional, failed, has_cycles;
	double old_ns, new_ns;
	double effect, low, high, level;
	double p, p_regressed, p_gate, q;
	double detectable;
	double cycles_old, cycles_new;
	uint32_t pairs, discarded;
};

/** vmb_change_no_time - give up on a change whose medians are both below VMB_NO_TIME_NS. */
bool vmb_change_no_time(struct vmb_change *c);

/**
 * struct vmb_comparison - all of them.
 * @old_name, @new_name: what was compared, for people
 * @paired: from adjacent pairs, not from two stored runs
 * @alpha: chance of a false alarm per benchmark before Holm
 * @margin: share of no interest
 * @machine_differs: "" or a sentence: the fingerprints differ, or which facts do
 * @change: [nr], heap, owned
 */
struct vmb_comparison {
	char old_name[160], new_name[160];
	bool paired;
	double alpha, margin;
	char machine_differs[256];
	size_t nr;
	struct vmb_change *change;
};

/**
 * vmb_comparison_add - append a zeroed change.
 * Return: borrowed until the next add; NULL: no memory.
 */
struct vmb_change *vmb_comparison_add(struct vmb_comparison *c);
void vmb_comparison_fini(struct vmb_comparison *c);

/**
 * vmb_change_from_pairs - judge one benchmark from its pairs.
 * @c: filled but for id, category, discarded
 * @old_ns, @new_ns: [pairs] estimates of the two rounds of each pair
 * @opts: of stat_paired.h; borrowed
 * @thresholds: for the severity; NULL for defaults
 * Return: 0; -ENOMEM; -EDOM a time is not positive, @c is then UNUSABLE or NO_TIME with the reason.
 */
VMB_MUST_CHECK int vmb_change_from_pairs(struct vmb_change *c, const double *old_ns,
					 const double *new_ns, size_t pairs,
					 const struct vmb_paired_opts *opts,
					 const struct vmb_thresholds *thresholds);

/**
 * vmb_comparison_settle - once all changes are in: Holm's p_gate and Benjamini-Hochberg's q.
 * Return: 0 or -ENOMEM.
 */
VMB_MUST_CHECK int vmb_comparison_settle(struct vmb_comparison *c);

/** struct vmb_verdict_counts - counts over a settled comparison. */
struct vmb_verdict_counts {
	size_t compared, regressed, improved, equivalent, inconclusive, unusable, failed;
};

/**
 * vmb_comparison_tally - count verdicts. A benchmark counts as regressed when its verdict says so
 * and, when paired, its p_gate is below alpha: with many benchmarks one false alarm is not news.
 */
struct vmb_verdict_counts vmb_comparison_tally(const struct vmb_comparison *c);

/** Writers, one row per format in the table of compare_report.c. */
struct vmb_compare_format {
	const char *name, *what;
	int (*write)(FILE *out, const struct vmb_comparison *c, const struct vmb_report_opts *opts);
};

const struct vmb_compare_format *vmb_compare_format_find(const char *name);

#endif /* VMB_RESULTS_COMPARE_H */
