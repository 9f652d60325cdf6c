// SPDX-License-Identifier: MIT
#include "results/summary.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "results/stat_basic.h"

void vmb_summary_metric_add(struct vmb_summary *out, const char *name, const char *unit,
			    double value)
{
	struct vmb_metric_stat *m;

	if (!isfinite(value) || out->nr_metrics == VMB_ARRAY_SIZE(out->metrics))
		return;
	m = &out->metrics[out->nr_metrics++];
	snprintf(m->name, sizeof(m->name), "%s", name);
	snprintf(m->unit, sizeof(m->unit), "%s", unit);
	m->value = value;
}

static double join_median(double *x, size_t n)
{
	return vmb_median_inplace(x, n);
}

static double join_mean(double *x, size_t n)
{
	return vmb_mean(x, n);
}

static double join_min(double *x, size_t n)
{
	double v = x[0];

	for (size_t i = 1; i < n; i++)
		v = fmin(v, x[i]);
	return v;
}

static double join_max(double *x, size_t n)
{
	double v = x[0];

	for (size_t i = 1; i < n; i++)
		v = fmax(v, x[i]);
	return v;
}

static double join_sum(double *x, size_t n)
{
	double v = 0;

	for (size_t i = 0; i < n; i++)
		v += x[i];
	return v;
}

static double (*const join[])(double *x, size_t n) = {
	[VMB_AGG_MEDIAN] = join_median, [VMB_AGG_MEAN] = join_mean, [VMB_AGG_MIN] = join_min,
	[VMB_AGG_MAX] = join_max, [VMB_AGG_SUM] = join_sum,
};

static bool known(const struct vmb_summary *s, const char *name)
{
	for (size_t i = 0; i < s->nr_metrics; i++)
		if (!strcmp(s->metrics[i].name, name))
			return true;
	return false;
}

static size_t collect(const struct vmb_digest *d, size_t nr, const char *name, double *value)
{
	size_t nr_values = 0;

	for (size_t r = 0; r < nr; r++)
		for (size_t i = 0; d[r].use == VMB_DIGEST_KEPT && i < d[r].round->nr_metrics; i++) {
			const struct vmb_metric *m = &d[r].round->metrics[i];

			if (!strcmp(m->name, name) && isfinite(m->value))
				value[nr_values++] = m->value;
		}
	return nr_values;
}

static void add(const struct vmb_digest *d, size_t nr, const struct vmb_metric *m, double *value,
		struct vmb_summary *out)
{
	size_t nr_values = collect(d, nr, m->name, value);

	if (nr_values && (size_t)m->agg < VMB_ARRAY_SIZE(join))
		vmb_summary_metric_add(out, m->name, m->unit, join[m->agg](value, nr_values));
}

int vmb_summary_metrics(const struct vmb_digest *d, size_t nr, struct vmb_summary *out)
{
	double *value = malloc((nr * VMB_MAX_METRICS + 1) * sizeof(*value));

	if (!value)
		return -ENOMEM;
	for (size_t r = 0; r < nr; r++)
		for (size_t i = 0; d[r].use == VMB_DIGEST_KEPT && i < d[r].round->nr_metrics; i++)
			if (!known(out, d[r].round->metrics[i].name))
				add(d, nr, &d[r].round->metrics[i], value, out);
	free(value);
	return 0;
}

static double share_of_class(const struct vmb_digest *d, size_t nr, enum vmb_steady_class class)
{
	size_t of_class = 0, all = 0;

	for (size_t r = 0; r < nr; r++) {
		all += d[r].has_steady;
		of_class += d[r].has_steady && d[r].steady.class == class;
	}
	return all ? 100.0 * (double)of_class / (double)all : NAN;
}

/* Medians over the rounds that reached a steady state. */
static void add_way(const struct vmb_digest *d, size_t nr, double *ns, double *iters,
		    struct vmb_summary *out)
{
	size_t n = 0;

	for (size_t r = 0; r < nr; r++) {
		if (!d[r].has_steady || d[r].steady.class == VMB_STEADY_NONE)
			continue;
		ns[n] = d[r].to_steady_ns;
		iters[n++] = d[r].to_steady_iters;
	}
	if (!n)
		return;
	vmb_summary_metric_add(out, "time_to_steady", "ms", vmb_median_inplace(ns, n) / 1e6);
	vmb_summary_metric_add(out, "iters_to_steady", "iterations", vmb_median_inplace(iters, n));
}

int vmb_summary_steady(const struct vmb_digest *d, size_t nr, struct vmb_summary *out)
{
	double *ns = malloc((nr + 1) * sizeof(*ns)), *iters = malloc((nr + 1) * sizeof(*iters));
	int rc = ns && iters ? 0 : -ENOMEM;

	if (!rc) {
		add_way(d, nr, ns, iters, out);
		/* A share of no rounds is not finite, and so not added. */
		vmb_summary_metric_add(out, "rounds_warmup", "%",
				       share_of_class(d, nr, VMB_STEADY_WARMUP));
		vmb_summary_metric_add(out, "rounds_slowdown", "%",
				       share_of_class(d, nr, VMB_STEADY_SLOWDOWN));
		vmb_summary_metric_add(out, "rounds_not_steady", "%",
				       share_of_class(d, nr, VMB_STEADY_NONE));
	}
	free(iters);
	free(ns);
	return rc;
}
