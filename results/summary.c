// SPDX-License-Identifier: MIT
#include "results/summary.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "results/stat_basic.h"
#include "results/stat_interval.h"

#define CONFIDENCE	0.95
#define RESAMPLES	10000
#define INTERCEPT_LIMIT	0.01
#define FEW_ROUNDS	6

static struct vmb_summary_opts with_defaults(const struct vmb_summary_opts *opts)
{
	struct vmb_summary_opts o = opts ? *opts : (struct vmb_summary_opts){0};

	if (!(o.confidence > 0 && o.confidence < 1))
		o.confidence = CONFIDENCE;
	if (o.bootstrap < 100 || o.bootstrap > VMB_BOOTSTRAP_MAX)
		o.bootstrap = RESAMPLES;
	return o;
}

static void set_order(const double *sorted, size_t n, double confidence, struct vmb_summary *out)
{
	struct vmb_median_interval in = vmb_median_interval_sorted(sorted, n, confidence);

	out->median = vmb_median_sorted(sorted, n);
	out->low = in.low;
	out->high = in.high;
	out->confidence = in.coverage;
	out->mad = n > 1 ? vmb_mad_sorted(sorted, n) : NAN;
	out->min = sorted[0];
	out->max = sorted[n - 1];
}

static void set_outliers(const double *sorted, size_t n, struct vmb_summary *out)
{
	struct vmb_fences f = vmb_tukey_fences_sorted(sorted, n);

	for (size_t i = 0; i < n; i++) {
		enum vmb_outlier o = vmb_tukey_label(&f, sorted[i]);

		out->outliers_mild += o == VMB_OUTLIER_LOW_MILD || o == VMB_OUTLIER_HIGH_MILD;
		out->outliers_severe += o == VMB_OUTLIER_LOW_SEVERE || o == VMB_OUTLIER_HIGH_SEVERE;
	}
}

static int set_mean(const double *x, size_t n, const struct vmb_summary_opts *o,
		    struct vmb_summary *out)
{
	struct vmb_mean_interval in;
	int rc = vmb_mean_interval(x, n, o->confidence, o->bootstrap, o->seed, &in);

	if (rc)
		return rc;
	out->mean = in.mean;
	/* One round says nothing about another: no spread, and no interval of a mean. */
	out->mean_low = n > 1 ? in.low : NAN;
	out->mean_high = n > 1 ? in.high : NAN;
	out->std_dev = vmb_std_dev(x, n);
	return 0;
}

/* Everything that the kept rounds' estimates alone decide. */
static int set_time(const struct vmb_summary_opts *o, struct vmb_summary *out)
{
	const double *x = out->round_ns;
	size_t n = out->nr_round_ns;
	double *sorted;
	int rc;

	rc = vmb_sorted_copy(x, n, &sorted);
	if (rc)
		return rc;
	set_order(sorted, n, o->confidence, out);
	set_outliers(sorted, n, out);
	free(sorted);
	if (n < FEW_ROUNDS)
		out->flags |= VMB_SUM_FEW_ROUNDS;
	out->measured = true;
	return set_mean(x, n, o, out);
}

/* Median over kept rounds of something; 0 if there is none. @x: [nr] scratch. */
static double median_over(const struct vmb_digest *d, size_t nr, double *x,
			  double (*get)(const struct vmb_digest *d))
{
	size_t n = 0;

	for (size_t r = 0; r < nr; r++)
		if (d[r].use == VMB_DIGEST_KEPT && isfinite(get(&d[r])))
			x[n++] = get(&d[r]);
	return n ? vmb_median_inplace(x, n) : 0;
}

static double timer_cost_ns(const struct vmb_digest *d)
{
	return d->round->timer_cost_ticks * 1e9 / d->round->tick_hz;
}

static double sample_cost_ns(const struct vmb_digest *d)
{
	return d->round->sample_cost_ns;
}

static double intercept_share(const struct vmb_digest *d)
{
	return d->intercept_share;
}

/*
 * The intercepts' noise has either sign, a real constant cost has one: so first the median over
 * rounds, then the size.
 */
static int set_over_rounds(const struct vmb_digest *d, size_t nr, struct vmb_summary *out)
{
	double *x = malloc((nr + 1) * sizeof(*x));

	if (!x)
		return -ENOMEM;
	out->timer_cost_ns = median_over(d, nr, x, timer_cost_ns);
	out->sample_cost_ns = median_over(d, nr, x, sample_cost_ns);
	out->intercept_share = fabs(median_over(d, nr, x, intercept_share));
	free(x);
	if (out->intercept_share > INTERCEPT_LIMIT)
		out->flags |= VMB_SUM_INTERCEPT;
	return 0;
}

static void set_throughput(const struct vmb_digest *d, size_t nr, struct vmb_summary *out)
{
	for (size_t r = 0; r < nr; r++) {
		const struct vmb_round *round = d[r].round;
		double rate = round->throughput_per_op * 1e9 / out->median;

		if (d[r].use != VMB_DIGEST_KEPT || !(round->throughput_per_op > 0))
			continue;
		/* An operation that takes no time has no throughput. */
		if (!(out->median > 0) || !isfinite(rate))
			return;
		out->throughput = rate;
		memcpy(out->throughput_unit, round->throughput_unit, sizeof(out->throughput_unit));
		return;
	}
}

/* Gather the kept rounds' estimates, in order of execution. */
static int collect(const struct vmb_digest *d, size_t nr, struct vmb_summary *out)
{
	out->round_ns = calloc(nr + 1, sizeof(*out->round_ns));
	if (!out->round_ns)
		return -ENOMEM;
	for (size_t r = 0; r < nr; r++) {
		out->discarded += d[r].use == VMB_DIGEST_DISCARDED;
		if (d[r].use == VMB_DIGEST_KEPT)
			out->round_ns[out->nr_round_ns++] = d[r].ns;
	}
	out->kept = (uint32_t)out->nr_round_ns;
	if (!out->kept) {
		free(out->round_ns);
		out->round_ns = NULL;
	}
	return 0;
}

static int summarise(const struct vmb_digest *d, size_t nr, const struct vmb_summary_opts *o,
		     struct vmb_summary *out)
{
	int rc = collect(d, nr, out);

	if (!rc && out->kept)
		rc = set_time(o, out);
	rc = rc ? rc : set_over_rounds(d, nr, out);
	rc = rc ? rc : vmb_summary_counters(d, nr, o->confidence, out);
	rc = rc ? rc : vmb_summary_metrics(d, nr, out);
	rc = rc ? rc : vmb_summary_steady(d, nr, out);
	if (rc)
		return rc;
	vmb_summary_ratios(out);
	set_throughput(d, nr, out);
	return 0;
}

int vmb_summarise(const struct vmb_sample_set *set, const struct vmb_summary_opts *opts,
		  struct vmb_summary *out)
{
	struct vmb_summary_opts o = with_defaults(opts);
	struct vmb_digest *d = calloc(set->nr_rounds + 1, sizeof(*d));
	int rc = d ? 0 : -ENOMEM;

	memset(out, 0, sizeof(*out));
	for (size_t r = 0; r < set->nr_rounds && !rc; r++)
		rc = vmb_digest_round(&set->rounds[r], &d[r]);
	rc = rc ? rc : summarise(d, set->nr_rounds, &o, out);
	for (size_t r = 0; d && r < set->nr_rounds; r++)
		vmb_digest_fini(&d[r]);
	free(d);
	if (rc)
		vmb_summary_fini(out);
	return rc;
}

void vmb_summary_fini(struct vmb_summary *s)
{
	if (!s)
		return;
	free(s->round_ns);
	memset(s, 0, sizeof(*s));
}
