/* SPDX-License-Identifier: MIT */
#ifndef VMB_RESULTS_STAT_SIZE_H
#define VMB_RESULTS_STAT_SIZE_H
/*
 * How many rounds, and how many batches in each, for an interval of a given width at the least
 * cost? From a pilot run, as Kalibera and Jones.
 *
 * Source: Kalibera & Jones, "Rigorous benchmarking in reasonable time", ISMM 2013, sections 6-7.
 * Context: pure; allocates.
 */

#include <stdbool.h>
#include <stddef.h>

#include "arch/base/attr.h"

/**
 * struct vmb_pilot - what was measured first.
 * @ns: [rounds * batches] ns per operation of each batch, round by round
 * @rounds, @batches: at least 2 each
 * @batch_cost: of one more batch; @round_cost: of one more round, without its batches; any unit,
 *              the same for both, > 0
 */
struct vmb_pilot {
	const double *ns;
	size_t rounds, batches;
	double batch_cost, round_cost;
};

/**
 * struct vmb_goal - zeroed members mean the default.
 * @half_width: of the interval of the mean, as a share of the mean, default 0.01
 * @confidence: default 0.95
 * @max_rounds: default 1000
 * @max_batches: default 1000
 */
struct vmb_goal {
	double half_width, confidence;
	size_t max_rounds, max_batches;
};

/**
 * struct vmb_sizing
 * @batch_variance: between batches of a round (T1 squared), in ns squared
 * @round_variance: between rounds, without what batches explain (T2 squared), never below 0
 * @batches: in each round: the square root of the ratios of costs and variances
 * @rounds: so many that the expected half width is at most what was asked for
 * @reached: false: @rounds is max_rounds, and that is not enough
 * @half_width: expected, as a share of the mean
 */
struct vmb_sizing {
	double batch_variance, round_variance;
	size_t batches, rounds;
	bool reached;
	double half_width;
};

/**
 * vmb_size - plan the run.
 * @goal: NULL for defaults
 * Return: 0; -EINVAL a pilot too small, values not finite, bad costs or goal; -EDOM the mean is
 * not > 0: there is no share of it; -ENOMEM.
 */
VMB_MUST_CHECK int vmb_size(const struct vmb_pilot *pilot, const struct vmb_goal *goal,
			    struct vmb_sizing *out);

#endif /* VMB_RESULTS_STAT_SIZE_H */
