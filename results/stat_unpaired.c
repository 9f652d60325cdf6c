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
	if (!rc) {
		out->sessions = nr;
		out->spread = vmb_variance(mean, nr);
		out->variance = fmax(0, out->spread - within);
	}
	free(mean);
	return rc;
}

/* A standard error and what it is worth. */
struct error { double size, df; };

/*
 * From the parts: both sides' own variance, and a session effect for each. Degrees of freedom by
 * Satterthwaite.
 */
static struct error error_of_parts(const struct side *a, const struct side *b,
				   const struct vmb_session_noise *noise)
{
	double session = 2 * noise->variance;
	double total = a->variance + b->variance + session, weight;

	weight = a->variance * a->variance / a->df + b->variance * b->variance / b->df;
	if (noise->sessions > 1)
		weight += session * session / (double)(noise->sessions - 1);
	return (struct error){sqrt(total), weight > 0 ? total * total / weight : INFINITY};
}

/*
 * From the history alone: how far apart two sessions of one build were. The parts of a short
 * history may come out as 0 by chance, and an interval from them would then be far too narrow.
 */
static struct error error_of_sessions(const struct vmb_session_noise *noise)
{
	return (struct error){sqrt(2 * noise->spread), (double)(noise->sessions - 1)};
}

static double half_width(const struct error *e, double confidence)
{
	return vmb_t_quantile(0.5 + confidence / 2, e->df) * e->size;
}

static double p_of(const struct error *e, double effect)
{
	if (e->size > 0)
		return 2 * vmb_t_cdf(-fabs(effect) / e->size, e->df);
	return effect == 0 ? 1 : 0;
}

static void set_interval(const struct side *a, const struct side *b,
			 const struct vmb_session_noise *noise, double confidence,
			 struct vmb_unpaired *out)
{
	struct error e = error_of_parts(a, b, noise);
	double p = p_of(&e, out->effect), half = half_width(&e, confidence);

	if (noise->sessions) {
		struct error other = error_of_sessions(noise);

		p = fmax(p, p_of(&other, out->effect));
		if (half_width(&other, confidence) > half)
			e = other;
	}
	half = half_width(&e, confidence);
	out->error = e.size;
	out->df = e.df;
	out->low = out->effect - half;
	out->high = out->effect + half;
	out->p_change = p;
	out->detectable = half + vmb_t_quantile(POWER, e.df) * e.size;
}

int vmb_unpaired_judge(const struct vmb_rounds_ns *old, const struct vmb_rounds_ns *fresh,
		       const struct vmb_unpaired_opts *opts, struct vmb_unpaired *out)
{
	static const struct vmb_unpaired_opts none;
	struct vmb_session_noise noise = {0};
	double confidence;
	struct side a, b;
	int rc;

	opts = opts ? opts : &none;
	confidence = or_default(opts->confidence, CONFIDENCE);
	if (!(confidence > 0 && confidence < 1) || !(opts->noise.variance >= 0) ||
	    !(opts->noise.spread >= 0))
		return -EINVAL;
	rc = side_of(old, &a);
	rc = rc ? rc : side_of(fresh, &b);
	if (rc)
		return rc;
	memset(out, 0, sizeof(*out));
	out->provisional = opts->noise.sessions < VMB_MIN_SESSIONS;
	out->effect = b.mean - a.mean;
	if (!out->provisional)
		noise = opts->noise;
	set_interval(&a, &b, &noise, confidence, out);
	out->severity = vmb_severity_of(out->low, out->high, &opts->thresholds);
	return 0;
}
