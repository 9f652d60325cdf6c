// SPDX-License-Identifier: MIT
#include "results/stat_change.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "results/rng.h"
#include "results/stat_basic.h"
#include "results/stat_slope.h"

#define SIGNIFICANCE	0.01
#define PERMUTATIONS	499
#define MIN_SIZE	3

_Static_assert(VMB_CHANGE_MAX <= VMB_SLOPE_ALL_PAIRS, "a trend needs every pair");

struct split { size_t at; double energy; };

/*
 * @x: [n] the history; @mixed: [n] the same, permuted within the states
 * @bound: [nr_bounds] starts of the states, and n at the end
 * @p: [n] P-value of the change at that index
 * @rows: [n * n] scratch of best_split()
 */
struct search {
	const double *x;
	size_t n, min_size, nr_bounds;
	double significance;
	uint32_t permutations;
	struct vmb_rng g;
	double *mixed, *p, *rows;
	size_t *bound;
};

/* rows[k * n + i]: sum of the distances of x[k] to x[0] ... x[i - 1], for i <= k. */
static void fill_rows(const double *x, size_t n, double *rows)
{
	for (size_t k = 0; k < n; k++) {
		double *row = rows + k * n, sum = 0;

		for (size_t i = 0; i < k; i++) {
			row[i] = sum;
			sum += fabs(x[k] - x[i]);
		}
		row[k] = sum;
	}
}

/* Energy distance between m and k values with these sums of distances (Matteson & James, (5)). */
static double energy_of(double left, double cross, double right, double m, double k)
{
	return m * k / (m + k) *
	       (2 * cross / (m * k) - 2 * left / (m * (m - 1)) - 2 * right / (k * (k - 1)));
}

/* The best split of one state; its right side may end before the state does. */
static struct split best_split(const double *x, size_t n, size_t min_size, double *rows)
{
	struct split best = {0, -INFINITY};
	double left = 0;

	fill_rows(x, n, rows);
	for (size_t t = 1; t + min_size <= n; t++) {
		double cross = 0, right = 0;

		left += rows[(t - 1) * n + t - 1];
		for (size_t k = t; k < n && t >= min_size; k++) {
			const double *row = rows + k * n;
			double energy;

			cross += row[t];
			right += row[k] - row[t];
			if (k + 1 - t < min_size)
				continue;
			energy = energy_of(left, cross, right, (double)t, (double)(k + 1 - t));
			if (energy > best.energy)
				best = (struct split){t, energy};
		}
	}
	return best;
}

/* The best split over all states of @x. */
static struct split best_of_all(struct search *s, const double *x)
{
	struct split best = {0, -INFINITY};

	for (size_t i = 0; i + 1 < s->nr_bounds; i++) {
		size_t start = s->bound[i], len = s->bound[i + 1] - start;
		struct split one;

		if (len < 2 * s->min_size)
			continue;
		one = best_split(x + start, len, s->min_size, s->rows);
		if (one.energy > best.energy)
			best = (struct split){start + one.at, one.energy};
	}
	return best;
}

/*
 * How often does chance, within the states found so far, split as well as @energy? Stops as soon
 * as the split cannot be significant any more.
 */
static double permutation_p(struct search *s, double energy)
{
	uint32_t as_good = 0;

	for (uint32_t r = 0; r < s->permutations; r++) {
		for (size_t i = 0; i + 1 < s->nr_bounds; i++)
			vmb_rng_shuffle(&s->g, s->mixed + s->bound[i],
					s->bound[i + 1] - s->bound[i]);
		as_good += best_of_all(s, s->mixed).energy >= energy;
		if (as_good + 1.0 > s->significance * (s->permutations + 1.0))
			return 1;
	}
	return (as_good + 1.0) / (s->permutations + 1.0);
}

static void add_bound(struct search *s, size_t at)
{
	size_t i = s->nr_bounds++;

	for (; s->bound[i - 1] > at; i--)
		s->bound[i] = s->bound[i - 1];
	s->bound[i] = at;
}

static void divide(struct search *s)
{
	for (;;) {
		struct split best = best_of_all(s, s->x);
		double p;

		/* All equal: every split has energy 0, and there is nothing to test. */
		if (!(best.energy > 0))
			return;
		p = permutation_p(s, best.energy);
		if (p > s->significance)
			return;
		s->p[best.at] = p;
		add_bound(s, best.at);
	}
}

static int median_of(const double *x, size_t n, double *out)
{
	double *sorted;
	int rc = vmb_sorted_copy(x, n, &sorted);

	if (rc)
		return rc;
	*out = vmb_median_sorted(sorted, n);
	free(sorted);
	return 0;
}

static int collect(const struct search *s, struct vmb_change_point **out, size_t *nr)
{
	struct vmb_change_point *c;
	int rc = 0;

	*out = NULL;
	*nr = s->nr_bounds - 2;
	if (!*nr)
		return 0;
	c = calloc(*nr, sizeof(*c));
	if (!c)
		return -ENOMEM;
	for (size_t i = 0; i < *nr && !rc; i++) {
		const size_t *b = &s->bound[i];

		c[i].at = b[1];
		c[i].p = s->p[b[1]];
		rc = median_of(s->x + b[0], b[1] - b[0], &c[i].before);
		rc = rc ? rc : median_of(s->x + b[1], b[2] - b[1], &c[i].after);
	}
	if (rc)
		free(c);
	else
		*out = c;
	return rc;
}

static int search_run(struct search *s, struct vmb_change_point **out, size_t *nr)
{
	size_t n = s->n;
	int rc = -ENOMEM;

	s->mixed = malloc(n * sizeof(*s->mixed));
	s->p = calloc(n, sizeof(*s->p));
	s->rows = malloc(n * n * sizeof(*s->rows));
	s->bound = calloc(n + 2, sizeof(*s->bound));
	if (s->mixed && s->p && s->rows && s->bound) {
		memcpy(s->mixed, s->x, n * sizeof(*s->mixed));
		s->bound[1] = n;
		s->nr_bounds = 2;
		divide(s);
		rc = collect(s, out, nr);
	}
	free(s->bound);
	free(s->rows);
	free(s->p);
	free(s->mixed);
	return rc;
}

int vmb_change_points(const double *x, size_t n, const struct vmb_change_opts *opts,
		      struct vmb_change_point **out, size_t *nr)
{
	static const struct vmb_change_opts none;
	struct search s = {.x = x, .n = n};

	opts = opts ? opts : &none;
	s.significance = opts->significance == 0 ? SIGNIFICANCE : opts->significance;
	s.permutations = opts->permutations ? opts->permutations : PERMUTATIONS;
	s.min_size = opts->min_size ? opts->min_size : MIN_SIZE;
	if (n > VMB_CHANGE_MAX)
		return -E2BIG;
	if (s.min_size < 2 || !(s.significance > 0 && s.significance < 1) || !vmb_all_finite(x, n))
		return -EINVAL;
	*out = NULL;
	*nr = 0;
	if (n < 2 * s.min_size)
		return 0;
	vmb_rng_init(&s.g, opts->seed);
	return search_run(&s, out, nr);
}

int vmb_trend(const double *when, const double *x, size_t n, double confidence,
	      struct vmb_trend *out)
{
	struct vmb_line line;
	double low, high;
	int rc;

	if (n < 3 || n > VMB_CHANGE_MAX)
		return -EINVAL;
	rc = vmb_theil_sen(when, x, n, &line);
	rc = rc ? rc : vmb_sen_interval(when, x, n, confidence, &low, &high);
	if (!rc)
		*out = (struct vmb_trend){line.slope, low, high, low > 0 || high < 0};
	return rc;
}
