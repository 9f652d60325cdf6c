/* SPDX-License-Identifier: MIT */
#ifndef VMB_RESULTS_STAT_STEADY_H
#define VMB_RESULTS_STAT_STEADY_H
/*
 * Did the benchmark warm up, and when was it steady? Change points of mean and variance in the
 * series of iterations of one process, and a class for the series.
 *
 * Source: Killick, Fearnhead & Eckley, "Optimal detection of changepoints with a linear
 * computational cost", JASA 107, 2012 (PELT); Barrett, Bolz-Tereick, Killick, Mount & Tratt,
 * "Virtual machine warmup blows hot and cold", OOPSLA 2017 (penalty, outliers, classes).
 * Context: pure; allocates.
 */

#include <stddef.h>

#include "arch/base/attr.h"

/** struct vmb_segment - values @start to @end - 1 share mean and variance (maximum likelihood). */
struct vmb_segment {
	size_t start, end;
	double mean, variance;
};

/**
 * vmb_pelt - the segmentation of least cost: -2 log likelihood of a normal mean and variance for
 * each segment, plus a penalty for each change point.
 * @x: [n], finite; n >= @min_len
 * @penalty: > 0; METHOD: 15 ln n
 * @min_len: of a segment, >= 2
 * @floor_variance: > 0; no segment is believed to vary less. Without it, equal neighbours (a
 *                  coarse clock) would have an infinite likelihood
 * @out: [@nr] segments in order, covering all of @x; heap, owned by the caller
 * Return: 0; -EINVAL; -ENOMEM. Time grows with the square of @n.
 */
VMB_MUST_CHECK int vmb_pelt(const double *x, size_t n, double penalty, size_t min_len,
			    double floor_variance, struct vmb_segment **out, size_t *nr);

/**
 * enum vmb_steady_class
 * @VMB_STEADY_FLAT: every segment is equivalent to the last
 * @VMB_STEADY_WARMUP: slower ones, then steady
 * @VMB_STEADY_SLOWDOWN: steady at the end, but it has been faster
 * @VMB_STEADY_NONE: no steady state: it still changed in the last quarter
 */
enum vmb_steady_class {
	VMB_STEADY_FLAT, VMB_STEADY_WARMUP, VMB_STEADY_SLOWDOWN, VMB_STEADY_NONE,
};

/** vmb_steady_class_name - "flat", "warmup", "slowdown", "no steady state". */
const char *vmb_steady_class_name(enum vmb_steady_class c);

/**
 * struct vmb_steady_opts - zeroed members mean the default.
 * @delta: means within this share of the last segment's mean are equivalent, default 0.01
 * @resolution: smallest step of the values (one clock tick), in their unit; default 0
 */
struct vmb_steady_opts {
	double delta;
	double resolution;
};

/* Longer series are averaged in equal bins down to at most this many points. */
#define VMB_STEADY_MAX_POINTS	2048

/**
 * struct vmb_steady
 * @class: what the series looks like
 * @steady_from: index of the first value of the trailing segments that are equivalent to the
 *               last; 0 if flat; of no meaning for VMB_STEADY_NONE
 * @last_from: index of the first value after the last change point
 * @nr_segments: how many segments there are
 */
struct vmb_steady {
	enum vmb_steady_class class;
	size_t steady_from, last_from, nr_segments;
};

/**
 * vmb_steady_analyse - classify a series.
 * @x: [n], finite, in order of time
 * @opts: NULL for defaults
 * Return: 0; -EINVAL n = 0 or a value is not finite; -ENOMEM.
 */
VMB_MUST_CHECK int vmb_steady_analyse(const double *x, size_t n,
				      const struct vmb_steady_opts *opts, struct vmb_steady *out);

#endif /* VMB_RESULTS_STAT_STEADY_H */
