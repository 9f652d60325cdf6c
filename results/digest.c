// SPDX-License-Identifier: MIT
#include "results/digest.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "results/stat_basic.h"
#include "results/stat_slope.h"

#define TICKS	(-1)	/* column of a sample; others are counter slots */

static bool column_valid(const struct vmb_sample *s, int column)
{
	return column == TICKS || (s->counted >> column & 1);
}

static double column_of(const struct vmb_sample *s, int column)
{
	return (double)(column == TICKS ? s->ticks : s->counter[column]);
}

/* Points of a column: [nr] iterations and values, both in one heap block that starts at @x. */
struct points { double *x, *y; size_t nr; };

static int points_init(struct points *p, const struct vmb_batches *b, int column)
{
	p->nr = 0;
	p->x = malloc((2 * b->nr + 1) * sizeof(*p->x));
	if (!p->x)
		return -ENOMEM;
	p->y = p->x + b->nr;
	for (size_t i = 0; i < b->nr; i++) {
		if (!column_valid(b->at[i], column))
			continue;
		p->x[p->nr] = (double)b->at[i]->iters;
		p->y[p->nr++] = column_of(b->at[i], column);
	}
	return 0;
}

/* @intercept_share: of the smallest value; @per_op: in units of the column */
struct rate { double per_op, intercept_share; };

static double smallest(const double *x, size_t n)
{
	double least = x[0];

	for (size_t i = 1; i < n; i++)
		least = fmin(least, x[i]);
	return least;
}

static void rate_from_ratios(struct points *p, struct rate *out)
{
	for (size_t i = 0; i < p->nr; i++)
		p->y[i] /= p->x[i];
	*out = (struct rate){.per_op = vmb_median_inplace(p->y, p->nr)};
}

/* A line if the batches differ in length, otherwise the median of the ratios. */
static int rate_from_points(struct points *p, bool line_wanted, struct rate *out)
{
	struct vmb_line line;
	double least;
	int rc = -EDOM;

	if (!p->nr)
		return -ENODATA;
	if (line_wanted && p->nr >= 2)
		rc = vmb_theil_sen(p->x, p->y, p->nr, &line);
	if (rc == -EDOM || rc == -EINVAL) {
		rate_from_ratios(p, out);
		return 0;
	}
	least = smallest(p->y, p->nr);
	*out = (struct rate){line.slope, least > 0 ? line.intercept / least : 0};
	return rc;
}

static int rate_of(const struct vmb_batches *b, int column, bool line_wanted, struct rate *out)
{
	struct points p;
	int rc = points_init(&p, b, column);

	if (rc)
		return rc;
	rc = rate_from_points(&p, line_wanted, out);
	free(p.x);
	return rc;
}

/* Body less baseline, if there is one. */
static int net_rate(const struct vmb_digest *d, int column, struct rate *out)
{
	bool line_wanted = d->round->sampling == VMB_SAMPLING_SLOPE;
	struct rate base;
	int rc = rate_of(&d->body, column, line_wanted, out);

	if (rc || !d->has_baseline)
		return rc;
	/* Without any of the baseline, the operation's own share is not known: -ENODATA. */
	rc = rate_of(&d->baseline, column, line_wanted, &base);
	if (!rc)
		out->per_op -= base.per_op;
	return rc;
}

/* Warm-up batches are left out, except where the warm-up is what is looked at. */
static bool takes_part(const struct vmb_round *r, const struct vmb_sample *s)
{
	uint32_t against = VMB_SAMPLE_DISTURBED;

	if (r->sampling != VMB_SAMPLING_STEADY || (s->flags & VMB_SAMPLE_BASELINE))
		against |= VMB_SAMPLE_WARMUP;
	return s->iters && !(s->flags & against);
}

/* What was allocated is @d's, also after a failure. */
static int pick(const struct vmb_round *r, struct vmb_digest *d)
{
	struct vmb_batches body = {.at = calloc(r->nr_samples + 1, sizeof(*body.at))};
	struct vmb_batches baseline = {.at = calloc(r->nr_samples + 1, sizeof(*baseline.at))};
	bool ok = body.at && baseline.at;

	for (size_t i = 0; ok && i < r->nr_samples; i++) {
		const struct vmb_sample *s = &r->samples[i];
		bool of_baseline = s->flags & VMB_SAMPLE_BASELINE;
		struct vmb_batches *b = of_baseline ? &baseline : &body;

		d->has_baseline |= of_baseline;
		if (takes_part(r, s))
			b->at[b->nr++] = s;
	}
	d->body = body;
	d->baseline = baseline;
	return ok ? 0 : -ENOMEM;
}

/* All that ran before @first counts, also batches that were disturbed: the time went by. */
static void set_to_steady(struct vmb_digest *d, const struct vmb_sample *first)
{
	for (const struct vmb_sample *s = d->round->samples; s < first; s++) {
		if (s->flags & VMB_SAMPLE_BASELINE)
			continue;
		d->to_steady_ns += (double)s->ticks * 1e9 / d->round->tick_hz;
		d->to_steady_iters += (double)s->iters;
	}
}

/* Classify the series of iterations, and keep what follows the last change. */
static int cut_to_steady(struct vmb_digest *d)
{
	size_t nr = d->body.nr, from;
	double *series = malloc(nr * sizeof(*series));
	/* A tick is the finest step of the series, if batches are single iterations. */
	struct vmb_steady_opts opts = {.resolution = 1};
	int rc;

	if (!series)
		return -ENOMEM;
	for (size_t i = 0; i < nr; i++)
		series[i] = (double)d->body.at[i]->ticks / (double)d->body.at[i]->iters;
	rc = vmb_steady_analyse(series, nr, &opts, &d->steady);
	free(series);
	if (rc)
		return rc;
	d->has_steady = true;
	if (d->steady.class == VMB_STEADY_WARMUP || d->steady.class == VMB_STEADY_SLOWDOWN)
		set_to_steady(d, d->body.at[d->steady.steady_from]);
	from = d->steady.last_from;
	d->body.nr -= from;
	memmove(d->body.at, d->body.at + from, d->body.nr * sizeof(*d->body.at));
	return 0;
}

bool vmb_counter_simulated(const char *source)
{
	return !strncmp(source, "sim:", 4);
}

bool vmb_round_simulated(const struct vmb_round *r)
{
	bool simulated = false;

	for (size_t i = 0; i < r->nr_counters; i++)
		simulated |= vmb_counter_simulated(r->counters[i].source);
	for (size_t i = 0; i < r->nr_samples; i++)
		simulated &= !r->samples[i].ticks;
	return simulated;
}

static int set_time(struct vmb_digest *d)
{
	const struct vmb_round *r = d->round;
	struct rate rate;
	int rc;

	if (!(r->tick_hz > 0) || !isfinite(r->tick_hz))
		return 0;
	if (r->sampling == VMB_SAMPLING_STEADY) {
		rc = cut_to_steady(d);
		if (rc)
			return rc;
	}
	rc = net_rate(d, TICKS, &rate);
	if (rc == -ENODATA)
		return 0;
	if (rc)
		return rc;
	d->ns = rate.per_op * 1e9 / r->tick_hz;
	d->intercept_share = rate.intercept_share;
	if (isfinite(d->ns))
		d->use = VMB_DIGEST_KEPT;
	return 0;
}

int vmb_digest_round(const struct vmb_round *r, struct vmb_digest *d)
{
	int rc;

	*d = (struct vmb_digest){.round = r};
	if (r->status != VMB_ROUND_OK)
		return 0;
	d->use = VMB_DIGEST_DISCARDED;
	if (r->discarded)
		return 0;
	rc = pick(r, d);
	if (rc || !d->body.nr)
		return rc;
	if (vmb_round_simulated(r)) {
		d->use = VMB_DIGEST_SIMULATED;
		return 0;
	}
	return set_time(d);
}

int vmb_digest_counter(const struct vmb_digest *d, size_t i, double *per_op)
{
	struct rate rate;
	int rc = net_rate(d, (int)i, &rate);

	if (!rc)
		*per_op = rate.per_op;
	return rc;
}

void vmb_digest_fini(struct vmb_digest *d)
{
	free(d->body.at);
	free(d->baseline.at);
	memset(d, 0, sizeof(*d));
}
