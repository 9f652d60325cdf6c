/* SPDX-License-Identifier: MIT */
#ifndef VMB_RESULTS_STAT_DENSITY_H
#define VMB_RESULTS_STAT_DENSITY_H
/*
 * A smooth density for plots: Gaussian kernels on a grid.
 *
 * Context: pure; allocates.
 */

#include <stddef.h>

#include "arch/base/attr.h"

/*
 * Above this many values the bandwidth is Silverman's, because Sheather and Jones' looks at every
 * pair.
 */
#define VMB_BANDWIDTH_ALL_PAIRS	512

/**
 * vmb_bandwidth - how wide a kernel should be, by Sheather and Jones' "solve the equation" rule,
 * which keeps separate modes apart; Silverman's rule of thumb, 0.9 min(sd, IQR / 1.34) n^(-1/5),
 * where their equation has no solution (heavy ties) or n is out of its range.
 * @x: [n], finite, n >= 2
 * Return: 0; -EINVAL; -EDOM all values are the same: draw a line, not a density; -ENOMEM.
 * Source: Sheather & Jones, Journal of the Royal Statistical Society B 53, 1991; Silverman 1986.
 */
VMB_MUST_CHECK int vmb_bandwidth(const double *x, size_t n, double *out);

/**
 * vmb_density - the density at the points of an even grid. It integrates to 1 over the whole axis.
 * @bandwidth: > 0
 * @low, @high: ends of the grid, both on it
 * @out: [@nr_grid], @nr_grid >= 2
 * Return: 0; -EINVAL.
 */
VMB_MUST_CHECK int vmb_density(const double *x, size_t n, double bandwidth, double low, double high,
			       double *out, size_t nr_grid);

#endif /* VMB_RESULTS_STAT_DENSITY_H */
