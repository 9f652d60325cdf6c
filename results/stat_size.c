// SPDX-License-Identifier: MIT
#include "results/stat_size.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "results/stat_basic.h"
#include "results/stat_student.h"

#define HALF_WIDTH	0.01
#define CONFIDENCE	0.95
#define MAX_COUNT	1000

static int set_goal(const struct vmb_goal *goal, struct vmb_goal *g)
{
	*g = goal ? *goal : (struct vmb_goal){0};
	g->half_width = g->half_width == 0 ? HALF_WIDTH : g->half_width;
	g->confidence = g->confidence == 0 ? CONFIDENCE : g->confidence;
	g->max_rounds = g->max_rounds ? g->max_rounds : MAX_COUNT;
	g->max_batches = g->max_batches ? g->max_batches : MAX_COUNT;
	if (!(g->half_width > 0) || !(g->confidence > 0 && g->confidence < 1) || g->max_rounds < 2)
		return -EINVAL;
	return 0;
}

static bool pilot_valid(const struct vmb_pilot *p)
{
	return p->rounds >= 2 && p->batches >= 2 && p->batch_cost > 0 && p->round_cost > 0 &&
	       isfinite(p->batch_cost) && isfinite(p->round_cost) &&
	       vmb_all_finite(p->ns, p->rounds * p->batches);
}

/* Variance components: S2 of the rounds' means holds T2 and a share of T1 (K & J, section 6.2). */
static int set_variances(const struct vmb_pilot *p, double *mean, struct vmb_sizing *out)
{
	double *means = malloc(p->rounds * sizeof(*means)), within = 0, between;

	if (!means)
		return -ENOMEM;
	for (size_t i = 0; i < p->rounds; i++) {
		const double *round = p->ns + i * p->batches;

		means[i] = vmb_mean(round, p->batches);
		within += vmb_variance(round, p->batches) / (double)p->rounds;
	}
	*mean = vmb_mean(means, p->rounds);
	between = vmb_variance(means, p->rounds);
	free(means);
	out->batch_variance = within;
	out->round_variance = fmax(0, between - within / (double)p->batches);
	return 0;
}

static size_t best_batches(const struct vmb_pilot *p, const struct vmb_sizing *s, size_t most)
{
	double best;

	if (s->batch_variance == 0)
		return 1;
	best = ceil(sqrt(p->round_cost / p->batch_cost * s->batch_variance / s->round_variance));
	return best < (double)most ? (size_t)best : most;	/* also if rounds do not differ */
}

static double expected_half_width(const struct vmb_sizing *s, size_t rounds, double confidence,
				  double mean)
{
	double variance = s->round_variance + s->batch_variance / (double)s->batches;
	double t = vmb_t_quantile(0.5 + confidence / 2, (double)(rounds - 1));

	return t * sqrt(variance / (double)rounds) / mean;
}

int vmb_size(const struct vmb_pilot *pilot, const struct vmb_goal *goal, struct vmb_sizing *out)
{
	struct vmb_goal g;
	double mean;
	int rc = set_goal(goal, &g);

	if (rc || !pilot_valid(pilot))
		return -EINVAL;
	rc = set_variances(pilot, &mean, out);
	if (rc)
		return rc;
	if (!(mean > 0))
		return -EDOM;
	out->batches = best_batches(pilot, out, g.max_batches);
	for (out->rounds = 2;; out->rounds++) {
		out->half_width = expected_half_width(out, out->rounds, g.confidence, mean);
		out->reached = out->half_width <= g.half_width;
		if (out->reached || out->rounds >= g.max_rounds)
			return 0;
	}
}
