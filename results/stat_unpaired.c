// SPDX-License-Identifier: MIT
#include "results/stat_unpaired.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "results/stat_basic.h"
#include "results/stat_student.h"

#define CONFIDENCE	0.99
#define POWER		0.95
#define TRIM		0.2	/* of each end */

static const struct vmb_thresholds default_thresholds = {0.20, 0.10, 0.05};

static const char *const severity_name[] = {
	[VMB_SEVERITY_STABLE] = "stable", [VMB_SEVERITY_IMPROVEMENT] = "improvement",
	[VMB_SEVERITY_MEDIUM] = "medium", [VMB_SEVERITY_HIGH] = "high",
};

const char *vmb_severity_name(enum vmb_severity s)
{
	return (size_t)s < VMB_ARRAY_SIZE(severity_name) ? severity_name[s] : "unknown";
}

static double or_default(double value, double standard)
{
	return value == 0 ? standard : value;
}

enum vmb_severity vmb_severity_of(double low, double high, const struct vmb_thresholds *t)
{
	const struct vmb_thresholds *d = &default_thresholds;

	t = t ? t : d;
	if (low > log1p(or_default(t->high, d->high)))
		return VMB_SEVERITY_HIGH;
	if (low > log1p(or_default(t->medium, d->medium)))
		return VMB_SEVERITY_MEDIUM;
	if (high < log1p(-or_default(t->improvement, d->improvement)))
		return VMB_SEVERITY_IMPROVEMENT;
	return VMB_SEVERITY_STABLE;
}

/* Centre of one side: trimmed mean of logarithms, the variance of that mean, and its df. */
struct side { double mean, variance, df; };

static void winsorise(double *sorted, size_t n, size_t cut)
{
	for (size_t i = 0; i < cut; i++) {
		sorted[i] = sorted[cut];
		sorted[n - 1 - i] = sorted[n - 1 - cut];
	}
}

static int side_of(const struct vmb_rounds_ns *r, struct side *out)
{
	size_t n = r->n, cut = (size_t)(TRIM * (double)n), left = n - 2 * cut;
	double *ln;
	int rc;

	if (n < 2)
		return -EINVAL;
	if (!vmb_all_positive(r->ns, n))
		return -EDOM;
	rc = vmb_sorted_copy(r->ns, n, &ln);
	if (rc)
		return rc;
	for (size_t i = 0; i < n; i++)
		ln[i] = log(ln[i]);
	out->mean = vmb_mean(ln + cut, left);
	winsorise(ln, n, cut);
	out->df = (double)(left - 1);
	out->variance = vmb_variance(ln, n) * (double)(n - 1) / ((double)left * out->df);
	free(ln);
	return 0;
}

int vmb_session_noise_learn(const struct vmb_rounds_ns *session, size_t nr,
			    struct vmb_session_noise *out)
{
	double *mean, within = 0;
	int rc = 0;

	if (nr < VMB_MIN_SESSIONS)
		return -EINVAL;
	mean = malloc(nr * sizeof(*mean));
	if (!mean)
		return -ENOMEM;
	for (size_t i = 0; i < nr && !rc; i++) {
		struct side s;

		rc = side_of(&session[i], &s);
		if (rc)
			break;
		mean[i] = s.mean;
		within += s.variance / (double)nr;
	}
	if (!rc)
		*out = (struct vmb_session_noise){nr, fmax(0, vmb_variance(mean, nr) - within)};
	free(mean);
	return rc;
}

/*
 * The variance of the difference: both sides' own, and one session effect each. Degrees of
 * freedom by Satterthwaite over the three parts.
 */
static void set_error(const struct side *a, const struct side *b,
		      const struct vmb_session_noise *noise, struct vmb_unpaired *out)
{
	double session = out->provisional ? 0 : 2 * noise->variance;
	double total = a->variance + b->variance + session, weight;

	weight = a->variance * a->variance / a->df + b->variance * b->variance / b->df;
	if (session > 0)
		weight += session * session / (double)(noise->sessions - 1);
	out->error = sqrt(total);
	out->df = weight > 0 ? total * total / weight : INFINITY;
}

static void set_interval(double confidence, struct vmb_unpaired *out)
{
	double t = vmb_t_quantile(0.5 + confidence / 2, out->df);

	out->low = out->effect - t * out->error;
	out->high = out->effect + t * out->error;
	out->detectable = (t + vmb_t_quantile(POWER, out->df)) * out->error;
	if (out->error > 0)
		out->p_change = 2 * vmb_t_cdf(-fabs(out->effect) / out->error, out->df);
	else
		out->p_change = out->effect == 0 ? 1 : 0;
}

int vmb_unpaired_judge(const struct vmb_rounds_ns *old, const struct vmb_rounds_ns *fresh,
		       const struct vmb_unpaired_opts *opts, struct vmb_unpaired *out)
{
	static const struct vmb_unpaired_opts none;
	double confidence;
	struct side a, b;
	int rc;

	opts = opts ? opts : &none;
	confidence = or_default(opts->confidence, CONFIDENCE);
	if (!(confidence > 0 && confidence < 1) || !(opts->noise.variance >= 0))
		return -EINVAL;
	rc = side_of(old, &a);
	rc = rc ? rc : side_of(fresh, &b);
	if (rc)
		return rc;
	memset(out, 0, sizeof(*out));
	out->provisional = opts->noise.sessions < VMB_MIN_SESSIONS;
	out->effect = b.mean - a.mean;
	set_error(&a, &b, &opts->noise, out);
	set_interval(confidence, out);
	out->severity = vmb_severity_of(out->low, out->high, &opts->thresholds);
	return 0;
}
