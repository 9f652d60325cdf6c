// SPDX-License-Identifier: MIT
#include "results/stat_rank.h"

#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "arch/base/assert.h"
#include "results/stat_basic.h"

struct distance { double size; uint32_t twice_rank; int sign; };

static int by_size(const void *pa, const void *pb)
{
	const struct distance *a = pa, *b = pb;

	return (a->size > b->size) - (a->size < b->size);
}

/* Ranks from 1, doubled so that a shared rank stays whole. */
static void rank(struct distance *v, size_t n)
{
	for (size_t i = 0, run; i < n; i += run) {
		for (run = 1; i + run < n && v[i + run].size == v[i].size; run++)
			;
		for (size_t k = i; k < i + run; k++)
			v[k].twice_rank = (uint32_t)(2 * i + run + 1);
	}
}

/*
 * One more score, which counts with chance 1/2. From the top down: each sum is read before it is
 * written.
 */
static void add_score(double *p, size_t reach, size_t score)
{
	VMB_ASSERT(score > 0);
	for (size_t s = reach; s >= score; s--)
		p[s] = 0.5 * (p[s] + p[s - score]);
	for (size_t s = 0; s < score; s++)
		p[s] *= 0.5;
}

/*
 * Distribution of the sum of the scores that get a plus.
 * Return: [*@nr] probabilities of the sums 0 to *@nr - 1, heap; NULL when out of memory.
 */
static double *flip_distribution(const uint32_t *score, size_t n, size_t *nr)
{
	size_t total = 0, reach = 0;
	double *p;

	for (size_t i = 0; i < n; i++)
		total += score[i];
	p = calloc(total + 1, sizeof(*p));
	if (!p)
		return NULL;
	p[0] = 1;
	for (size_t i = 0; i < n; i++) {
		reach += score[i];
		add_score(p, reach, score[i]);
	}
	*nr = total + 1;
	return p;
}

/* Without ties all doubled ranks are even, and half of them say the same in half the room. */
static size_t halve(uint32_t *score, size_t n, size_t sum)
{
	for (size_t i = 0; i < n; i++)
		if (score[i] % 2)
			return sum;
	for (size_t i = 0; i < n; i++)
		score[i] /= 2;
	return sum / 2;
}

static double sum_of(const double *p, size_t from, size_t to)
{
	double sum = 0;

	for (size_t i = from; i < to; i++)
		sum += p[i];
	return sum;
}

static struct distance *distances(const double *d, size_t n, double centre)
{
	struct distance *v = malloc(n * sizeof(*v));

	for (size_t i = 0; v && i < n; i++) {
		double x = d[i] - centre;

		v[i] = (struct distance){.size = fabs(x), .sign = (x > 0) - (x < 0)};
	}
	if (v) {
		qsort(v, n, sizeof(*v), by_size);
		rank(v, n);
	}
	return v;
}

int vmb_sign_flip_test(const double *d, size_t n, double centre, struct vmb_sign_flip *out)
{
	struct distance *v;
	uint32_t *score;
	size_t used = 0, plus = 0, nr;
	double *p = NULL;

	if (!n || n > VMB_RANK_MAX || !isfinite(centre) || !vmb_all_finite(d, n))
		return -EINVAL;
	v = distances(d, n, centre);
	score = calloc(n, sizeof(*score));
	if (!v || !score)
		goto out;
	for (size_t i = 0; i < n; i++) {
		if (!v[i].sign)
			continue;	/* Pratt: it had a rank, but a flip changes nothing */
		score[used++] = v[i].twice_rank;
		plus += v[i].sign > 0 ? v[i].twice_rank : 0;
	}
	plus = halve(score, used, plus);
	p = flip_distribution(score, used, &nr);
	if (!p)
		goto out;
	out->p_greater = fmin(1, sum_of(p, plus, nr));
	out->p_less = fmin(1, sum_of(p, 0, plus + 1));
	out->p_two_sided = fmin(1, 2 * fmin(out->p_greater, out->p_less));
out:
	free(score);
	free(v);
	free(p);
	return p ? 0 : -ENOMEM;
}

/*
 * How many pairwise means may be cut off at each end: the largest k for which a rank sum below k
 * has at most @alpha / 2. *@outside: the chance of both ends together.
 */
static int interval_cut(size_t n, double alpha, size_t *k, double *outside)
{
	uint32_t score[VMB_RANK_MAX];
	double *p, tail = 0;
	size_t nr;

	for (size_t i = 0; i < n; i++)
		score[i] = (uint32_t)(i + 1);
	p = flip_distribution(score, n, &nr);
	if (!p)
		return -ENOMEM;
	for (*k = 0; *k < nr && tail + p[*k] <= alpha / 2; (*k)++)
		tail += p[*k];
	*outside = 2 * tail;
	free(p);
	return 0;
}

static double *walsh_means(const double *d, size_t n, size_t *nr)
{
	double *w = malloc(n * (n + 1) / 2 * sizeof(*w));
	size_t at = 0;

	for (size_t i = 0; w && i < n; i++)
		for (size_t j = i; j < n; j++)
			w[at++] = d[i] + (d[j] - d[i]) / 2;
	*nr = at;
	return w;
}

int vmb_hodges_lehmann(const double *d, size_t n, double alpha, struct vmb_shift *out)
{
	double *w, outside;
	size_t nr, k;
	int rc;

	if (!n || n > VMB_RANK_MAX || !(alpha > 0 && alpha < 1) || !vmb_all_finite(d, n))
		return -EINVAL;
	rc = interval_cut(n, alpha, &k, &outside);
	if (rc)
		return rc;
	w = walsh_means(d, n, &nr);
	if (!w)
		return -ENOMEM;
	*out = (struct vmb_shift){
		.estimate = vmb_median_inplace(w, nr), .low = k ? vmb_select(w, nr, k - 1) : -INFINITY,
		.high = k ? vmb_select(w, nr, nr - k) : INFINITY, .coverage = 1 - outside,
	};
	free(w);
	return 0;
}
