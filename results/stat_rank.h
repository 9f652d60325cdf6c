/* SPDX-License-Identifier: MIT */
#ifndef VMB_RESULTS_STAT_RANK_H
#define VMB_RESULTS_STAT_RANK_H
/*
 * The sign-flip randomisation test with Wilcoxon's signed ranks as its statistic, and what comes
 * from inverting it: the Hodges-Lehmann estimate and its interval.
 *
 * If the two sides of a pair are exchangeable, every difference is as likely to be positive as
 * negative, and all 2^n flips of the signs are equally likely. Ranks make the statistic a small
 * whole number, so the flips need not be visited one by one: their distribution is counted
 * exactly, for any n, by adding one difference at a time.
 *
 * Source: Wilcoxon 1945; Hodges & Lehmann, Annals of Mathematical Statistics 34, 1963; Pratt,
 * JASA 54, 1959 (zeros); Hollander, Wolfe & Chicken, "Nonparametric Statistical Methods", ch. 3.
 * Context: pure; allocates.
 */

#include <stddef.h>

#include "arch/base/attr.h"

#define VMB_RANK_MAX	1024

/** struct vmb_sign_flip - P-values: chances among all flips of a rank sum as extreme as this one. */
struct vmb_sign_flip {
	double p_greater;	/* of a sum at least as large: evidence that d is above the centre */
	double p_less;
	double p_two_sided;
};

/**
 * vmb_sign_flip_test - is @d symmetric around @centre?
 * @d: [n], finite; equal distances share their ranks, zero distances are ranked and then left out
 * @n: 1 to VMB_RANK_MAX
 * Return: 0; -EINVAL; -ENOMEM. All P-values are exact, and 1 if every distance is 0.
 */
VMB_MUST_CHECK int vmb_sign_flip_test(const double *d, size_t n, double centre,
				      struct vmb_sign_flip *out);

/** struct vmb_shift - the Hodges-Lehmann estimate and the interval at one level. */
struct vmb_shift {
	double estimate;
	double low, high;	/* infinite: no flip is rare enough at this level with so few values */
	double coverage;	/* what the interval attains */
};

/**
 * vmb_hodges_lehmann - median of all pairwise means, and the centres that the test does not reject.
 * @d: [n], finite
 * @n: 1 to VMB_RANK_MAX
 * @alpha: two-sided level, 0-1
 * Return: 0; -EINVAL; -ENOMEM.
 */
VMB_MUST_CHECK int vmb_hodges_lehmann(const double *d, size_t n, double alpha,
				      struct vmb_shift *out);

#endif /* VMB_RESULTS_STAT_RANK_H */
