// SPDX-License-Identifier: MIT
/*
 * Coverage: how often a nominal 95 % interval holds the true value, on traces recorded from real
 * benchmarks that no textbook distribution fits. Rounds are drawn from a trace; the trace's own
 * median or mean is the truth.
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "arch/base/assert.h"
#include "results/stat_basic.h"
#include "results/stat_interval.h"
#include "results/stat_paired.h"
#include "user/selftest/selftest.h"

#define NOMINAL		0.95
#define TOLERANCE	0.01
#define ROUNDS_MEDIAN	30	/* an order-statistic interval of 30 attains 95.7 % */
#define ROUNDS_MEAN	60
#define ROUNDS_PAIRED	24
#define RESAMPLES	999
#define MAX_TRACE	1024
#define FULL		4000
#define QUICK		1000

struct trace {
	const char *name;
	const double *ns;
	size_t nr;
};

#include "user/selftest/traces.def"

/*
 * Timestamps are whole numbers, so estimates can be equal; of a distribution with ties an exact
 * interval covers more than it says, by design. What is tested is the continuous case: equal values
 * are set a millionth apart, far below any effect.
 */
static void part_ties(const struct trace *tr, double *out)
{
	for (size_t i = 0; i < tr->nr; i++) {
		size_t before = 0;

		for (size_t k = 0; k < i; k++)
			before += tr->ns[k] == tr->ns[i];
		out[i] = tr->ns[i] * (1 + 1e-6 * (double)before);
	}
}

/* Independent draws, as if the trace were the distribution. */
static void draw(const struct trace *tr, uint64_t *seed, double *out, size_t n)
{
	for (size_t i = 0; i < n; i++)
		out[i] = tr->ns[vmb_random(seed) % tr->nr];
}

static int covers_median(const struct trace *tr, double truth, uint64_t *seed, bool *hit)
{
	double x[ROUNDS_MEDIAN];
	struct vmb_median_interval m;

	draw(tr, seed, x, ROUNDS_MEDIAN);
	vmb_sort(x, ROUNDS_MEDIAN);
	m = vmb_median_interval_sorted(x, ROUNDS_MEDIAN, NOMINAL);
	*hit = m.low <= truth && truth <= m.high;
	return 0;
}

static int covers_mean(const struct trace *tr, double truth, uint64_t *seed, bool *hit)
{
	double x[ROUNDS_MEAN];
	struct vmb_mean_interval m;
	int err;

	draw(tr, seed, x, ROUNDS_MEAN);
	err = vmb_mean_interval(x, ROUNDS_MEAN, NOMINAL, RESAMPLES, vmb_random(seed), &m);
	*hit = !err && m.low <= truth && truth <= m.high;
	return err;
}

/* Adjacent stretches of the trace in its own order, drift and all; the true difference is 0. */
static int covers_no_change(const struct trace *tr, double truth, uint64_t *seed, bool *hit)
{
	double d[ROUNDS_PAIRED];
	size_t from = vmb_random(seed) % (tr->nr - 2 * ROUNDS_PAIRED);
	struct vmb_paired_opts opts = { .alpha = 1 - NOMINAL, .looks = 1 };
	struct vmb_paired p;
	int err;

	(void)truth;
	for (size_t i = 0; i < ROUNDS_PAIRED; i++) {
		double a = tr->ns[from + 2 * i], b = tr->ns[from + 2 * i + 1];

		d[i] = vmb_random(seed) & 1 ? log(a / b) : log(b / a);
	}
	err = vmb_paired_judge(d, ROUNDS_PAIRED, &opts, &p);
	*hit = !err && p.low <= 0 && 0 <= p.high;
	return err;
}

static double median_of(const struct trace *tr)
{
	double copy[MAX_TRACE];

	memcpy(copy, tr->ns, tr->nr * sizeof(*copy));
	vmb_sort(copy, tr->nr);
	return vmb_median_sorted(copy, tr->nr);
}

static double mean_of(const struct trace *tr)
{
	return vmb_mean(tr->ns, tr->nr);
}

static double zero_of(const struct trace *tr)
{
	(void)tr;
	return 0;
}

static const struct {
	const char *name;
	double (*truth)(const struct trace *tr);
	int (*covers)(const struct trace *tr, double truth, uint64_t *seed, bool *hit);
} interval[] = {
	{ "median", median_of, covers_median },
	{ "mean", mean_of, covers_mean },
	{ "paired change", zero_of, covers_no_change },
};

static int measure(struct vmb_selftest *t, size_t which, const struct trace *recorded)
{
	double ns[MAX_TRACE];
	const struct trace parted = { .name = recorded->name, .ns = ns, .nr = recorded->nr };
	const struct trace *const tr = &parted;
	size_t repeat = t->quick ? QUICK : FULL, hits = 0;
	double truth, share, error;
	struct vmb_figure *f;
	char name[64];
	int err = 0;

	VMB_ASSERT(recorded->nr <= MAX_TRACE);
	part_ties(recorded, ns);
	truth = interval[which].truth(tr);
	for (size_t i = 0; i < repeat && !err; i++) {
		bool hit;

		err = interval[which].covers(tr, truth, &t->seed, &hit);
		hits += !err && hit;
	}
	if (err)
		return err;
	share = (double)hits / (double)repeat;
	error = sqrt(NOMINAL * (1 - NOMINAL) / (double)repeat);
	snprintf(name, sizeof(name), "coverage: %s, %s", interval[which].name, tr->name);
	f = vmb_figure_add(t, name, "94-96 %");
	/* Two standard errors of this estimate itself are not held against the interval. */
	f->state = fabs(share - NOMINAL) <= TOLERANCE + 2 * error ? VMB_FIGURE_GOOD : VMB_FIGURE_BAD;
	snprintf(f->value, sizeof(f->value), "%.1f +- %.1f %% of %zu intervals", 100 * share,
		 200 * error, repeat);
	return 0;
}

int vmb_selftest_coverage(struct vmb_selftest *t)
{
	int err = 0;

	for (size_t i = 0; i < VMB_ARRAY_SIZE(interval); i++)
		for (size_t k = 0; k < VMB_ARRAY_SIZE(traces) && !err; k++)
			err = measure(t, i, &traces[k]);
	return err;
}
