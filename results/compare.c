// SPDX-License-Identifier: MIT
#include "results/compare.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "results/stat_basic.h"
#include "results/stat_multiple.h"

struct vmb_change *vmb_comparison_add(struct vmb_comparison *c)
{
	struct vmb_change *grown = realloc(c->change, (c->nr + 1) * sizeof(*grown));

	if (!grown)
		return NULL;
	c->change = grown;
	memset(&grown[c->nr], 0, sizeof(*grown));
	return &grown[c->nr++];
}

void vmb_comparison_fini(struct vmb_comparison *c)
{
	if (!c)
		return;
	free(c->change);
	memset(c, 0, sizeof(*c));
}

static int median_of(const double *x, size_t n, double *out)
{
	double *copy = malloc(n * sizeof(*copy));

	if (!copy)
		return -ENOMEM;
	memcpy(copy, x, n * sizeof(*copy));
	vmb_sort(copy, n);
	*out = vmb_median_sorted(copy, n);
	free(copy);
	return 0;
}

static int judge(struct vmb_change *c, const double *d, size_t pairs,
		 const struct vmb_paired_opts *opts, const struct vmb_thresholds *thresholds)
{
	struct vmb_paired p;
	int err = vmb_paired_judge(d, pairs, opts, &p);

	if (err)
		return err;
	c->state = VMB_CHANGE_COMPARED;
	c->verdict = p.verdict;
	c->severity = vmb_severity_of(p.low, p.high, thresholds);
	c->effect = p.effect;
	c->low = p.low;
	c->high = p.high;
	c->level = p.level;
	c->p = p.p_change;
	c->p_regressed = p.p_regressed;
	c->detectable = p.detectable;
	c->pairs = (uint32_t)pairs;
	return 0;
}

bool vmb_change_no_time(struct vmb_change *c)
{
	if (fabs(c->old_ns) >= VMB_NO_TIME_NS || fabs(c->new_ns) >= VMB_NO_TIME_NS)
		return false;
	c->state = VMB_CHANGE_NO_TIME;
	snprintf(c->reason, sizeof(c->reason), "an operation takes less than %g ns on both sides",
		 VMB_NO_TIME_NS);
	return true;
}

int vmb_change_from_pairs(struct vmb_change *c, const double *old_ns, const double *new_ns,
			  size_t pairs, const struct vmb_paired_opts *opts,
			  const struct vmb_thresholds *thresholds)
{
	double *d = malloc((pairs ? pairs : 1) * sizeof(*d));
	int err = d ? 0 : -ENOMEM;

	if (!err)
		err = median_of(old_ns, pairs, &c->old_ns);
	if (!err)
		err = median_of(new_ns, pairs, &c->new_ns);
	if (!err && vmb_change_no_time(c))
		goto out;
	if (!err)
		err = vmb_log_ratios(old_ns, new_ns, pairs, d);
	if (!err)
		err = judge(c, d, pairs, opts, thresholds);
	if (err == -EDOM) {
		c->state = VMB_CHANGE_UNUSABLE;
		snprintf(c->reason, sizeof(c->reason),
			 "a round measured no positive time, so there is no ratio");
	}
out:
	free(d);
	return err;
}

/* Gathers one P-value of every compared change, adjusts them together, hands them back. */
static int adjust(struct vmb_comparison *c, size_t from, size_t to,
		  int (*method)(const double *, size_t, double *))
{
	double *p = malloc((c->nr ? c->nr : 1) * sizeof(*p));
	size_t n = 0;
	int err;

	if (!p)
		return -ENOMEM;
	for (size_t i = 0; i < c->nr; i++)
		if (c->change[i].state == VMB_CHANGE_COMPARED)
			p[n++] = *(double *)((char *)&c->change[i] + from);
	err = n ? method(p, n, p) : 0;
	n = 0;
	for (size_t i = 0; i < c->nr && !err; i++)
		if (c->change[i].state == VMB_CHANGE_COMPARED)
			*(double *)((char *)&c->change[i] + to) = p[n++];
	free(p);
	return err;
}

int vmb_comparison_settle(struct vmb_comparison *c)
{
	int err = adjust(c, offsetof(struct vmb_change, p_regressed),
			 offsetof(struct vmb_change, p_gate), vmb_holm);

	return err ? err : adjust(c, offsetof(struct vmb_change, p), offsetof(struct vmb_change, q),
				  vmb_benjamini_hochberg);
}

static bool regressed(const struct vmb_comparison *c, const struct vmb_change *x)
{
	return x->verdict == VMB_VERDICT_REGRESSED && (!c->paired || x->p_gate < c->alpha);
}

struct vmb_verdict_counts vmb_comparison_tally(const struct vmb_comparison *c)
{
	struct vmb_verdict_counts t = { 0 };

	for (size_t i = 0; i < c->nr; i++) {
		const struct vmb_change *x = &c->change[i];

		t.failed += x->failed;
		t.unusable += x->state == VMB_CHANGE_UNUSABLE;
		if (x->state != VMB_CHANGE_COMPARED)
			continue;
		t.compared++;
		t.regressed += regressed(c, x);
		t.improved += x->verdict == VMB_VERDICT_IMPROVED;
		t.equivalent += x->verdict == VMB_VERDICT_EQUIVALENT;
		t.inconclusive += x->verdict == VMB_VERDICT_INCONCLUSIVE;
	}
	return t;
}
