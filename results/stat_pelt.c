// SPDX-License-Identifier: MIT
#include "results/stat_steady.h"

#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "results/stat_basic.h"

/*
 * @best: [n + 1] least cost of the first t values
 * @from: [n + 1] start of the last segment in that solution
 * @dead: [n + 1] from this t on, no segment of the best solution starts here
 * @cost: [n] cost of a solution of the first t values whose last segment starts at s, without the
 *        penalty; of the current t only
 */
struct pelt {
	const double *x;
	size_t n, min_len;
	double penalty, floor;
	double *best, *cost;
	size_t *from, *dead;
};

/* Moments of a stretch that grows to the left (Welford): no cancellation, whatever the scale. */
struct moments { double n, mean, squares; };

static void moments_add(struct moments *m, double v)
{
	double d = v - m->mean;

	m->n += 1;
	m->mean += d / m->n;
	m->squares += d * (v - m->mean);
}

/* -2 log likelihood at the best variance that is not below the floor. */
static double segment_cost(const struct pelt *p, const struct moments *m)
{
	double variance = fmax(m->squares / m->n, p->floor);

	return m->n * log(2 * M_PI * variance) + m->squares / variance;
}

/* Best solution of the first @t values. */
static void pelt_step(struct pelt *p, size_t t)
{
	struct moments m = {0};

	p->best[t] = INFINITY;
	for (size_t s = t; s-- > 0;) {
		moments_add(&m, p->x[s]);
		p->cost[s] = INFINITY;
		if (t - s < p->min_len || p->dead[s] <= t || !isfinite(p->best[s]))
			continue;
		p->cost[s] = p->best[s] + segment_cost(p, &m);
		if (p->cost[s] + p->penalty < p->best[t]) {
			p->best[t] = p->cost[s] + p->penalty;
			p->from[t] = s;
		}
	}
}

/*
 * A start that costs more than the optimum, even without the penalty, can never be part of a
 * later one (Killick et al., theorem 3.1); with a minimum length that is so only once the
 * alternative, a segment that starts at @t, is long enough itself.
 */
static void pelt_prune(struct pelt *p, size_t t)
{
	for (size_t s = 0; s < t && isfinite(p->best[t]); s++)
		if (isfinite(p->cost[s]) && p->cost[s] > p->best[t] && p->dead[s] == SIZE_MAX)
			p->dead[s] = t + p->min_len;
}

static struct vmb_segment segment_of(const double *x, size_t start, size_t end)
{
	struct moments m = {0};

	for (size_t i = start; i < end; i++)
		moments_add(&m, x[i]);
	return (struct vmb_segment){start, end, m.mean, m.squares / m.n};
}

static int pelt_segments(const struct pelt *p, struct vmb_segment **out, size_t *nr)
{
	struct vmb_segment *seg;
	size_t count = 0, i;

	for (size_t t = p->n; t; t = p->from[t])
		count++;
	seg = malloc(count * sizeof(*seg));
	if (!seg)
		return -ENOMEM;
	i = count;
	for (size_t t = p->n; t; t = p->from[t])
		seg[--i] = segment_of(p->x, p->from[t], t);
	*out = seg;
	*nr = count;
	return 0;
}

static int pelt_run(struct pelt *p, struct vmb_segment **out, size_t *nr)
{
	for (size_t t = 0; t <= p->n; t++)
		p->dead[t] = SIZE_MAX;
	p->best[0] = -p->penalty;	/* the first segment is not a change */
	for (size_t t = 1; t <= p->n; t++) {
		pelt_step(p, t);
		pelt_prune(p, t);
	}
	return pelt_segments(p, out, nr);
}

int vmb_pelt(const double *x, size_t n, double penalty, size_t min_len, double floor_variance,
	     struct vmb_segment **out, size_t *nr)
{
	struct pelt p = {.x = x, .n = n, .min_len = min_len, .penalty = penalty,
			 .floor = floor_variance};
	int rc = -ENOMEM;

	if (min_len < 2 || n < min_len || !(penalty > 0) || !(floor_variance > 0) ||
	    !isfinite(penalty) || !isfinite(floor_variance) || !vmb_all_finite(x, n))
		return -EINVAL;
	p.best = malloc((n + 1) * sizeof(*p.best));
	p.cost = malloc(n * sizeof(*p.cost));
	p.from = calloc(n + 1, sizeof(*p.from));
	p.dead = malloc((n + 1) * sizeof(*p.dead));
	if (p.best && p.cost && p.from && p.dead)
		rc = pelt_run(&p, out, nr);
	free(p.dead);
	free(p.from);
	free(p.cost);
	free(p.best);
	return rc;
}
