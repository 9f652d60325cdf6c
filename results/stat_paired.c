// SPDX-License-Identifier: MIT
#include "results/stat_paired.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "results/stat_basic.h"
#include "results/stat_rank.h"
#include "results/stat_student.h"

#define ALPHA	0.01
#define MARGIN	0.01
#define POWER	0.95

static const char *const verdict_name[] = {
	[VMB_VERDICT_INCONCLUSIVE] = "INCONCLUSIVE", [VMB_VERDICT_EQUIVALENT] = "EQUIVALENT",
	[VMB_VERDICT_IMPROVED] = "IMPROVED", [VMB_VERDICT_REGRESSED] = "REGRESSED",
};

static const size_t look[VMB_MOST_LOOKS] = {12, 24, 48, 96, 192};

const char *vmb_verdict_name(enum vmb_verdict v)
{
	return (size_t)v < VMB_ARRAY_SIZE(verdict_name) ? verdict_name[v] : "unknown";
}

int vmb_log_ratios(const double *old_ns, const double *new_ns, size_t n, double *d)
{
	if (!vmb_all_positive(old_ns, n) || !vmb_all_positive(new_ns, n))
		return -EDOM;
	for (size_t i = 0; i < n; i++)
		d[i] = log(new_ns[i]) - log(old_ns[i]);
	return 0;
}

size_t vmb_next_look(size_t pairs, unsigned int looks)
{
	for (size_t i = 0; i < looks && i < VMB_MOST_LOOKS; i++)
		if (look[i] > pairs)
			return look[i];
	return 0;
}

double vmb_percent(double d)
{
	return 100 * expm1(d);
}

static int set_opts(const struct vmb_paired_opts *opts, struct vmb_paired_opts *o)
{
	memset(o, 0, sizeof(*o));
	if (opts)
		*o = *opts;
	o->alpha = o->alpha == 0 ? ALPHA : o->alpha;
	o->looks = o->looks == 0 ? VMB_NR_LOOKS : o->looks;
	o->margin = o->margin == 0 ? MARGIN : o->margin == VMB_NO_MARGIN ? 0 : o->margin;
	if (!(o->alpha > 0 && o->alpha < 1) || !(o->margin >= 0) || !isfinite(o->margin))
		return -EINVAL;
	return 0;
}

/* @reach: the margin as a difference of logarithms; the same way up and down. */
static int set_tests(const double *d, size_t n, double reach, struct vmb_paired *out)
{
	struct vmb_sign_flip none, up, down;
	int rc;

	rc = vmb_sign_flip_test(d, n, 0, &none);
	rc = rc ? rc : vmb_sign_flip_test(d, n, reach, &up);
	rc = rc ? rc : vmb_sign_flip_test(d, n, -reach, &down);
	if (rc)
		return rc;
	out->p_change = none.p_two_sided;
	out->p_regressed = up.p_greater;
	out->p_improved = down.p_less;
	out->p_equivalent = reach > 0 ? fmax(up.p_less, down.p_greater) : 1;
	return 0;
}

/*
 * The interval, not the point, must lie beyond the margin. Equivalence is tested one-sided at the
 * full level each way; it cannot hold together with the other two, which need the interval on the
 * other side of the margin.
 */
static enum vmb_verdict verdict_of(const struct vmb_paired *p, double reach)
{
	if (p->low > reach)
		return VMB_VERDICT_REGRESSED;
	if (p->high < -reach)
		return VMB_VERDICT_IMPROVED;
	if (p->p_equivalent <= p->level)
		return VMB_VERDICT_EQUIVALENT;
	return VMB_VERDICT_INCONCLUSIVE;
}

int vmb_paired_judge(const double *d, size_t n, const struct vmb_paired_opts *opts,
		     struct vmb_paired *out)
{
	struct vmb_paired_opts o;
	struct vmb_shift shift;
	double reach, z;
	int rc;

	rc = set_opts(opts, &o);
	if (rc)
		return rc;
	rc = vmb_hodges_lehmann(d, n, o.alpha / o.looks, &shift);
	if (rc)
		return rc;
	reach = log1p(o.margin);
	z = vmb_normal_quantile(1 - o.alpha / 2) + vmb_normal_quantile(POWER);
	*out = (struct vmb_paired){
		.pairs = n, .effect = shift.estimate, .low = shift.low, .high = shift.high,
		.level = o.alpha / o.looks, .coverage = shift.coverage,
		.std_dev = n > 1 ? vmb_std_dev(d, n) : 0,
	};
	out->detectable = n > 1 ? z * out->std_dev / sqrt((double)n) : INFINITY;
	rc = set_tests(d, n, reach, out);
	if (!rc)
		out->verdict = verdict_of(out, reach);
	return rc;
}
