// SPDX-License-Identifier: MIT
#include "results/stat_steady.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "results/stat_basic.h"

#define PENALTY		15.0	/* times ln n, per change point */
#define MIN_SEGMENT	2
#define WINDOW		200	/* iterations around a value that say whether it is an outlier */
#define MIN_WINDOW	20
#define DELTA		0.01
#define STEADY_SHARE	4	/* the last 1/4 must be one state: 500 of 2000 in Barrett et al. */

static const char *const class_name[] = {
	[VMB_STEADY_FLAT] = "flat", [VMB_STEADY_WARMUP] = "warmup",
	[VMB_STEADY_SLOWDOWN] = "slowdown", [VMB_STEADY_NONE] = "no steady state",
};

const char *vmb_steady_class_name(enum vmb_steady_class c)
{
	return (size_t)c < VMB_ARRAY_SIZE(class_name) ? class_name[c] : "unknown";
}

/* A sorted window that slides over the series. */
struct window { double *v; size_t n; };

static size_t window_find(const struct window *w, double x)
{
	size_t low = 0, high = w->n;

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (w->v[mid] < x)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static void window_add(struct window *w, double x)
{
	size_t at = window_find(w, x);

	memmove(w->v + at + 1, w->v + at, (w->n - at) * sizeof(*w->v));
	w->v[at] = x;
	w->n++;
}

static void window_drop(struct window *w, double x)
{
	size_t at = window_find(w, x);

	w->n--;
	memmove(w->v + at, w->v + at + 1, (w->n - at) * sizeof(*w->v));
}

/* Tukey as Barrett et al. use it: median -/+ 3 (90th - 10th percentile) of the neighbours. */
static bool stands_out(const struct window *w, double x)
{
	double reach = 3 * (vmb_quantile_sorted(w->v, w->n, 0.9) -
			    vmb_quantile_sorted(w->v, w->n, 0.1));

	return fabs(x - vmb_median_sorted(w->v, w->n)) > reach;
}

/*
 * Indices of the values that take part. The first half window always does: that is where a warm-up
 * is, and it must not be taken for outliers.
 */
static int keep_inliers(const double *x, size_t n, size_t *keep, size_t *nr)
{
	size_t half = (n / 2 < WINDOW ? n / 2 : WINDOW) / 2;
	struct window w = {0};

	*nr = 0;
	w.v = malloc((2 * half + 1) * sizeof(*w.v));
	if (!w.v)
		return -ENOMEM;
	for (size_t i = 0; i < half && i < n; i++)
		window_add(&w, x[i]);
	for (size_t i = 0; i < n; i++) {
		if (i > half)
			window_drop(&w, x[i - half - 1]);
		if (i + half < n)
			window_add(&w, x[i + half]);
		if (i < half || 2 * half < MIN_WINDOW || !stands_out(&w, x[i]))
			keep[(*nr)++] = i;
	}
	free(w.v);
	return 0;
}

/* The series as it is analysed: means of @width kept values each. [nr], @first: original index. */
struct series { double *v; size_t *first; size_t nr, width; };

static void fill_bins(struct series *s, const double *x, const size_t *keep, size_t nr)
{
	for (size_t b = 0; b < s->nr; b++) {
		size_t start = b * s->width, end = start + s->width < nr ? start + s->width : nr;
		double mean = 0;

		for (size_t i = start; i < end; i++)
			mean += (x[keep[i]] - mean) / (double)(i - start + 1);
		s->v[b] = mean;
		s->first[b] = keep[start];
	}
}

static int series_init(struct series *s, const double *x, size_t n)
{
	size_t *keep = malloc(n * sizeof(*keep)), nr;
	int rc = -ENOMEM;

	memset(s, 0, sizeof(*s));
	if (!keep)
		return rc;
	rc = keep_inliers(x, n, keep, &nr);
	if (rc)
		goto out;
	s->width = (nr + VMB_STEADY_MAX_POINTS - 1) / VMB_STEADY_MAX_POINTS;
	s->nr = (nr + s->width - 1) / s->width;
	s->v = malloc(s->nr * sizeof(*s->v));
	s->first = malloc(s->nr * sizeof(*s->first));
	if (s->v && s->first)
		fill_bins(s, x, keep, nr);
	else
		rc = -ENOMEM;
out:
	free(keep);
	return rc;
}

static void series_fini(struct series *s)
{
	free(s->v);
	free(s->first);
}

static double largest(const double *x, size_t n)
{
	double most = 0;

	for (size_t i = 0; i < n; i++)
		most = fmax(most, fabs(x[i]));
	return most;
}

/*
 * The least variance that a segment may claim: a step of the clock spreads evenly over its width,
 * and nothing below a millionth of the typical value is of interest. 0: all values are 0.
 */
static int floor_variance(const struct series *s, double resolution, double *out)
{
	double *sorted, typical;
	int rc = vmb_sorted_copy(s->v, s->nr, &sorted);

	if (rc)
		return rc;
	typical = fabs(vmb_median_sorted(sorted, s->nr));
	free(sorted);
	if (typical == 0)
		typical = largest(s->v, s->nr);
	*out = fmax(1e-12 * typical * typical, resolution * resolution / 12 / (double)s->width);
	return 0;
}

/*
 * The noise is that of the steady state: the own variance of a short segment that holds one huge
 * iteration would excuse anything.
 */
static bool equivalent(const struct vmb_segment *a, const struct vmb_segment *last, double delta)
{
	double noise = last->variance / (double)(a->end - a->start) +
		       last->variance / (double)(last->end - last->start);

	return fabs(a->mean - last->mean) <= fmax(delta * fabs(last->mean), 3 * sqrt(noise));
}

/* Backwards from the end, as Barrett et al.: the latest segment that differs decides first. */
static enum vmb_steady_class classify(const struct vmb_segment *seg, size_t nr, double delta)
{
	const struct vmb_segment *last = &seg[nr - 1];
	enum vmb_steady_class class = VMB_STEADY_FLAT;

	for (size_t i = nr - 1; i-- > 0;) {
		if (equivalent(&seg[i], last, delta))
			continue;
		if (seg[i].end > last->end - last->end / STEADY_SHARE)
			return VMB_STEADY_NONE;
		if (seg[i].mean < last->mean)
			return VMB_STEADY_SLOWDOWN;
		class = VMB_STEADY_WARMUP;
	}
	return class;
}

static size_t first_of_steady(const struct vmb_segment *seg, size_t nr, double delta)
{
	size_t i = nr - 1;

	while (i && equivalent(&seg[i - 1], &seg[nr - 1], delta))
		i--;
	return i;
}

static int analyse(const struct series *s, double delta, double floor, struct vmb_steady *out)
{
	struct vmb_segment *seg;
	size_t nr;
	int rc;

	rc = vmb_pelt(s->v, s->nr, PENALTY * log((double)s->nr), MIN_SEGMENT, floor, &seg, &nr);
	if (rc)
		return rc;
	out->class = classify(seg, nr, delta);
	out->nr_segments = nr;
	/* The first kept value may not be the first value: a series starts at its start. */
	if (nr > 1)
		out->last_from = s->first[seg[nr - 1].start];
	if (out->class != VMB_STEADY_FLAT && nr > 1)
		out->steady_from = s->first[seg[first_of_steady(seg, nr, delta)].start];
	free(seg);
	return 0;
}

int vmb_steady_analyse(const double *x, size_t n, const struct vmb_steady_opts *opts,
		       struct vmb_steady *out)
{
	double delta = opts && opts->delta > 0 ? opts->delta : DELTA;
	double floor;
	struct series s;
	int rc;

	if (!n || !vmb_all_finite(x, n))
		return -EINVAL;
	memset(out, 0, sizeof(*out));
	out->nr_segments = 1;
	rc = series_init(&s, x, n);
	if (rc)
		goto out;
	rc = floor_variance(&s, opts ? opts->resolution : 0, &floor);
	if (rc)
		goto out;
	/* Two segments need two values each; all zero is flat. */
	if (s.nr >= 2 * MIN_SEGMENT && floor > 0)
		rc = analyse(&s, delta, floor, out);
out:
	series_fini(&s);
	return rc;
}
