/* SPDX-License-Identifier: MIT */
#ifndef VMB_RESULTS_STAT_PAIRED_H
#define VMB_RESULTS_STAT_PAIRED_H
/*
 * Old against new, measured in adjacent pairs: the verdict of `vmbench ab`.
 *
 * Everything here is about d = ln(time of new) - ln(time of old), one value for each pair. A d of
 * 0.02 is 2 % slower.
 *
 * Context: pure; allocates.
 */

#include <stdbool.h>
#include <stddef.h>

#include "arch/base/attr.h"

/**
 * enum vmb_verdict
 * @VMB_VERDICT_INCONCLUSIVE: neither of the others can be said at this level
 * @VMB_VERDICT_EQUIVALENT: the change is smaller than the margin, either way
 * @VMB_VERDICT_IMPROVED: faster by more than the margin
 * @VMB_VERDICT_REGRESSED: slower by more than the margin
 */
enum vmb_verdict {
	VMB_VERDICT_INCONCLUSIVE, VMB_VERDICT_EQUIVALENT, VMB_VERDICT_IMPROVED,
	VMB_VERDICT_REGRESSED,
};

/** vmb_verdict_name - "INCONCLUSIVE", "EQUIVALENT", "IMPROVED", "REGRESSED". */
const char *vmb_verdict_name(enum vmb_verdict v);

/**
 * vmb_log_ratios - d of each pair.
 * @old_ns, @new_ns: [n], ns per operation
 * @d: [n]
 * Return: 0; -EDOM a time is not finite or not > 0: there is no ratio (an empty body, say).
 */
VMB_MUST_CHECK int vmb_log_ratios(const double *old_ns, const double *new_ns, size_t n, double *d);

/*
 * Looks: a comparison is judged after 12, 24 and 48 pairs, or also after 96 and 192, and stops at
 * the first verdict that is not INCONCLUSIVE. So many chances of a false alarm share one alpha in
 * equal parts (Bonferroni).
 */
#define VMB_NR_LOOKS	3
#define VMB_MOST_LOOKS	5

/**
 * vmb_next_look - pairs at which to judge next.
 * @pairs: had so far
 * @looks: how many there are in all, 1 to VMB_MOST_LOOKS
 * Return: 0 if that was the last look.
 */
size_t vmb_next_look(size_t pairs, unsigned int looks);

/**
 * struct vmb_paired_opts - zeroed members mean the default.
 * @alpha: chance of a false alarm of the whole comparison, default 0.01
 * @looks: how many looks share it, default VMB_NR_LOOKS; 1 for a fixed number of pairs
 * @margin: changes up to this share are of no interest, default 0.01 (1 %); VMB_NO_MARGIN for 0
 */
struct vmb_paired_opts {
	double alpha;
	unsigned int looks;
	double margin;
};

#define VMB_NO_MARGIN	(-1.0)

/**
 * struct vmb_paired
 * @verdict: enum vmb_verdict
 * @effect: Hodges-Lehmann estimate of d
 * @low, @high: centres that the sign-flip test does not reject at @level; infinite where so few
 *              pairs cannot reject anything
 * @level: of this look, two-sided: alpha / looks
 * @coverage: attained by @low to @high
 * @p_change: two-sided P of the sign-flip test for no change at all
 * @p_regressed, @p_improved: one-sided P of being no worse (no better) than the margin
 * @p_equivalent: two one-sided tests: P of a change as large as the margin; 1 without a margin
 * @std_dev: of d; 0 with one pair
 * @detectable: minimum detectable effect: a shift of d that this many pairs find with power 0.95
 *              at alpha, (z[1-alpha/2] + z[0.95]) sd / sqrt n; infinite with one pair
 */
struct vmb_paired {
	enum vmb_verdict verdict;
	size_t pairs;
	double effect, low, high, level, coverage;
	double p_change, p_regressed, p_improved, p_equivalent;
	double std_dev, detectable;
};

/**
 * vmb_paired_judge - compare.
 * @d: [n] of vmb_log_ratios()
 * @n: 1 to VMB_RANK_MAX
 * @opts: NULL for defaults
 * Return: 0; -EINVAL; -ENOMEM.
 */
VMB_MUST_CHECK int vmb_paired_judge(const double *d, size_t n, const struct vmb_paired_opts *opts,
				    struct vmb_paired *out);

/** vmb_percent - d as a change in per cent: 100 (e^d - 1). */
double vmb_percent(double d);

#endif /* VMB_RESULTS_STAT_PAIRED_H */
