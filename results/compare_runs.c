// SPDX-License-Identifier: MIT
#include "results/compare_runs.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "results/digest.h"
#include "results/machine.h"
#include "results/stat_student.h"

#define CONFIDENCE	0.99

/* One comparison under way. */
struct pairing {
	const struct vmb_result *old, *fresh;
	struct vmb_compare_runs_opts o;
	struct vmb_comparison *out;
};

static const struct vmb_bench_result *find(const struct vmb_result *res, const char *id)
{
	for (size_t i = 0; i < res->nr; i++)
		if (!strcmp(res->benches[i].id, id))
			return &res->benches[i];
	return NULL;
}

static struct vmb_change *add(struct pairing *p, const struct vmb_bench_result *b,
			      enum vmb_change_state state)
{
	struct vmb_change *x = vmb_comparison_add(p->out);

	if (!x)
		return NULL;
	snprintf(x->id, sizeof(x->id), "%s", b->id);
	snprintf(x->category, sizeof(x->category), "%s", b->category);
	x->state = state;
	return x;
}

static bool timed(const struct vmb_bench_result *b)
{
	return b->status == VMB_STATUS_OK && b->summary.measured;
}

static bool comparable(struct vmb_change *x, const struct vmb_bench_result *b, const char *side)
{
	const struct vmb_summary *s = &b->summary;

	if (b->status != VMB_STATUS_OK)
		snprintf(x->reason, sizeof(x->reason), "%s run: %s%s%.300s", side,
			 vmb_status_name(b->status), b->reason[0] ? ": " : "", b->reason);
	else if (!s->measured || s->nr_round_ns < 2)
		snprintf(x->reason, sizeof(x->reason), "%s run: %zu round, and it takes two to know "
			 "their spread", side, s->nr_round_ns);
	else if (!(s->median > 0))
		snprintf(x->reason, sizeof(x->reason), "%s run: no positive time was measured, so "
			 "there is no ratio", side);
	return !x->reason[0];
}

static double cycles_of(const struct vmb_summary *s)
{
	for (uint32_t i = 0; i < s->nr_counters; i++)
		if (!strcmp(s->counters[i].name, "cycles") &&
		    !vmb_counter_simulated(s->counters[i].source) && s->counters[i].per_op > 0)
			return s->counters[i].per_op;
	return 0;
}

static void describe(struct vmb_change *x, const struct vmb_summary *a, const struct vmb_summary *b)
{
	x->old_ns = a->median;
	x->new_ns = b->median;
	x->pairs = (uint32_t)(a->nr_round_ns < b->nr_round_ns ? a->nr_round_ns : b->nr_round_ns);
	x->discarded = a->discarded + b->discarded;
	x->cycles_old = cycles_of(a);
	x->cycles_new = cycles_of(b);
	x->has_cycles = x->cycles_old > 0 && x->cycles_new > 0;
}

static enum vmb_verdict verdict_of(const struct vmb_unpaired *u, double margin)
{
	if (u->severity == VMB_SEVERITY_MEDIUM || u->severity == VMB_SEVERITY_HIGH)
		return VMB_VERDICT_REGRESSED;
	if (u->severity == VMB_SEVERITY_IMPROVEMENT)
		return VMB_VERDICT_IMPROVED;
	return u->low > log1p(-margin) && u->high < log1p(margin) ? VMB_VERDICT_EQUIVALENT :
								    VMB_VERDICT_INCONCLUSIVE;
}

/* One-sided P of being no worse than @margin. */
static double p_regressed(const struct vmb_unpaired *u, double margin)
{
	double excess = u->effect - log1p(margin);

	if (u->error > 0)
		return vmb_t_cdf(-excess / u->error, u->df);
	return excess > 0 ? 0 : 1;
}

static void conclude(struct vmb_change *x, const struct vmb_unpaired *u, double margin,
		     double confidence)
{
	x->verdict = verdict_of(u, margin);
	x->severity = u->severity;
	x->provisional = u->provisional;
	x->effect = u->effect;
	x->low = u->low;
	x->high = u->high;
	x->level = 1 - confidence;
	x->p = u->p_change;
	x->p_regressed = p_regressed(u, margin);
	x->detectable = u->detectable;
}

/* Noise that cannot be learnt leaves it as unknown. */
static int learn(const struct pairing *p, const char *id, struct vmb_session_noise *noise)
{
	const char *const but[] = { p->old->id, p->fresh->id };
	int err;

	memset(noise, 0, sizeof(*noise));
	if (!p->o.history)
		return 0;
	err = vmb_history_noise(p->o.history, id, but, VMB_ARRAY_SIZE(but), noise);
	return err == -ENOMEM ? err : 0;
}

static int judge(struct pairing *p, struct vmb_change *x, const struct vmb_summary *a,
		 const struct vmb_summary *b)
{
	struct vmb_limits l = vmb_policy_for(p->o.policy, x->category, x->id);
	struct vmb_unpaired_opts opts = {
		.confidence = p->o.confidence,
		.thresholds = { l.high, l.medium, l.improvement },
	};
	const struct vmb_rounds_ns old = { a->round_ns, a->nr_round_ns };
	const struct vmb_rounds_ns fresh = { b->round_ns, b->nr_round_ns };
	struct vmb_unpaired u;
	int err = learn(p, x->id, &opts.noise);

	if (err)
		return err;
	err = vmb_unpaired_judge(&old, &fresh, &opts, &u);
	if (err == -EDOM) {
		x->state = VMB_CHANGE_UNUSABLE;
		snprintf(x->reason, sizeof(x->reason),
			 "a round measured no positive time, so there is no ratio");
		return 0;
	}
	if (err)
		return err;
	conclude(x, &u, p->o.margin > 0 ? p->o.margin : l.margin, p->o.confidence);
	return 0;
}

static int compare_one(struct pairing *p, const struct vmb_bench_result *b)
{
	const struct vmb_bench_result *a = find(p->old, b->id);
	struct vmb_change *x = add(p, b, a ? VMB_CHANGE_UNUSABLE : VMB_CHANGE_ONLY_NEW);

	if (!x)
		return -ENOMEM;
	/* an old failure is history, and no reason to fail for ever after */
	x->failed = b->status == VMB_STATUS_FAILED;
	if (!a)
		return 0;
	x->old_ns = a->summary.median;
	x->new_ns = b->summary.median;
	if (timed(a) && timed(b) && vmb_change_no_time(x))
		return 0;
	if (!comparable(x, b, "new") || !comparable(x, a, "old"))
		return 0;
	x->state = VMB_CHANGE_COMPARED;
	describe(x, &a->summary, &b->summary);
	return judge(p, x, &a->summary, &b->summary);
}

static int compare_all(struct pairing *p)
{
	int err = 0;

	for (size_t i = 0; i < p->fresh->nr && !err; i++)
		err = compare_one(p, &p->fresh->benches[i]);
	for (size_t i = 0; i < p->old->nr && !err; i++)
		if (!find(p->fresh, p->old->benches[i].id) &&
		    !add(p, &p->old->benches[i], VMB_CHANGE_ONLY_OLD))
			err = -ENOMEM;
	return err ? err : vmb_comparison_settle(p->out);
}

void vmb_compare_name(const struct vmb_result *res, const char *name, char *to, size_t size)
{
	const struct vmb_fact *commit = vmb_env_find(&res->env, "build.git_commit");
	const struct vmb_fact *dirty = vmb_env_find(&res->env, "build.git_dirty");
	bool known = commit && commit->type == VMB_FACT_TEXT;

	snprintf(to, size, "%.60s%s%s%s%.12s%s%s", name ? name : "",
		 name && *name ? ": " : "", res->id, known ? ", commit " : "",
		 known ? commit->text : "", known && dirty && dirty->number != 0 ? " and changes" : "",
		 res->complete ? "" : ", PARTIAL: it was interrupted");
}

int vmb_compare_runs(const struct vmb_result *old, const struct vmb_result *fresh,
		     const struct vmb_compare_runs_opts *opts, struct vmb_comparison *out)
{
	struct pairing p = { .old = old, .fresh = fresh, .out = out };

	if (opts)
		p.o = *opts;
	if (!(p.o.confidence > 0))
		p.o.confidence = CONFIDENCE;
	if (!out->old_name[0])
		vmb_compare_name(old, NULL, out->old_name, sizeof(out->old_name));
	if (!out->new_name[0])
		vmb_compare_name(fresh, NULL, out->new_name, sizeof(out->new_name));
	out->paired = false;
	out->alpha = 1 - p.o.confidence;
	out->margin = p.o.margin > 0 ? p.o.margin : vmb_policy_for(p.o.policy, "", "").margin;
	if (vmb_machine_differs(&old->env, &fresh->env, out->machine_differs,
				sizeof(out->machine_differs)) && !p.o.force)
		return -EXDEV;
	return compare_all(&p);
}
