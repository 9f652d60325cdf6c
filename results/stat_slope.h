/* SPDX-License-Identifier: MIT */
#ifndef VMB_RESULTS_STAT_SLOPE_H
#define VMB_RESULTS_STAT_SLOPE_H
/*
 * Theil-Sen: a straight line whose slope is the median of the slopes of all pairs of points. Up
 * to 29 % of the points may be anywhere without moving it far.
 *
 * Source: Theil 1950; Sen, "Estimates of the regression coefficient based on Kendall's tau", JASA
 * 63, 1968.
 * Context: pure; allocates n(n-1)/2 doubles, at most 4 MB.
 */

#include <stddef.h>

#include "arch/base/attr.h"

/*
 * Up to this many points every pair is used; with more, as many pairs as that would be are drawn
 * at random with a fixed seed.
 */
#define VMB_SLOPE_ALL_PAIRS	1000

/** struct vmb_line - y = @intercept + @slope x. */
struct vmb_line { double slope, intercept; };

/**
 * vmb_theil_sen - fit a line.
 * @x, @y: [n], finite
 * @out: the median pair slope, and the median of y - slope x as the intercept
 * Return: 0; -EINVAL a value is not finite or n < 2; -EDOM every x is the same; -ENOMEM.
 */
VMB_MUST_CHECK int vmb_theil_sen(const double *x, const double *y, size_t n, struct vmb_line *out);

/**
 * vmb_sen_interval - Sen's interval of the slope, by Kendall's tau (normal approximation, ties in
 * x taken into account).
 * @n: 3 to VMB_SLOPE_ALL_PAIRS
 * @confidence: 0-1
 * @low, @high: infinite where so few points cannot reach @confidence
 * Return: 0; -EINVAL; -EDOM; -ENOMEM; as vmb_theil_sen(), -EINVAL also for n out of range.
 */
VMB_MUST_CHECK int vmb_sen_interval(const double *x, const double *y, size_t n, double confidence,
				    double *low, double *high);

#endif /* VMB_RESULTS_STAT_SLOPE_H */
