// SPDX-License-Identifier: MIT
#include "user/run.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "results/report.h"
#include "user/launch.h"
#include "user/progress.h"
#include "user/request.h"
#include "user/verbs.h"

#define SIM_BATCH_NS	2e6	/* native time of the simulated batch: a second or two under valgrind */
#define SIM_MAX_ITERS	2000000	/* a batch of the cheapest operations is no longer than that */

/* One benchmark under way. */
struct job {
	const struct vmb_session *s;
	const struct vmb_entry *e;
	struct vmb_launcher launcher;
	struct vmb_bench_result *out;
	struct vmb_progress *progress;
	uint64_t seed;
	uint64_t iters;		/* 0 until the first round has calibrated */
	size_t started;		/* rounds, replaced ones included */
	bool interrupted;
};

static double timeout_s(const struct vmb_session *s, const struct vmb_bench *b)
{
	double asked = s->effort.timeout_s;

	/* What the user typed wins; a benchmark's own need raises only the default. */
	return s->options->timeout_s <= 0 && b->timeout_s > asked ? b->timeout_s : asked;
}

static void fill_request(const struct job *j, struct vmb_request *rq)
{
	const struct vmb_counter_plan *counters = &j->s->counters;
	uint64_t stream = j->seed + j->started;

	vmb_session_request(j->s, j->e->id, rq);
	rq->index = (uint32_t)j->started;
	rq->seed = vmb_random(&stream);
	rq->iters = j->iters;
	rq->env_offset_bytes = (uint32_t)(vmb_random(&stream) % 4096);
	if (counters->nr_sets)
		rq->counters = counters->set[j->started % counters->nr_sets];
}

static void say_round(const struct job *j, const struct vmb_round *r)
{
	if (!j->s->options->verbose)
		return;
	vmb_progress_clear(j->progress);
	vmb_note(j->s->options, "%s round %zu: %s%s%s%s", j->e->id, j->started,
		 vmb_round_status_name(r->status), r->discarded ? ", discarded" : "",
		 r->reason[0] ? ": " : "", r->reason);
}

/*
 * Rounds until enough are kept. A discarded one is replaced, up to half as many again: on a machine
 * that disturbs everything the verdict is "unreliable", not an endless run.
 */
static int run_rounds(struct job *j)
{
	size_t want = j->s->effort.rounds, most = want + (want + 1) / 2, kept = 0;

	while (kept < want && j->started < most) {
		struct vmb_request rq;
		struct vmb_round r;
		int err;

		fill_request(j, &rq);
		vmb_progress_round(j->progress, j->e->id, kept, want);
		err = vmb_launch_round(&j->launcher, &rq, &r);
		if (err == -EINTR)
			j->interrupted = true;
		if (err)
			return err == -EINTR ? 0 : err;
		vmb_round_judge(&r);
		j->started++;
		say_round(j, &r);
		/* The same n in every later round makes rounds comparable. */
		if (!j->iters)
			j->iters = vmb_round_smallest_batch(&r);
		kept += r.status == VMB_ROUND_OK && !r.discarded;
		if (r.status != VMB_ROUND_OK) {
			vmb_progress_skip(j->progress, want - kept - 1);
			kept = want;	/* one failure is enough to know */
		}
		err = vmb_sample_set_add(&j->out->set, &r);
		if (err) {
			vmb_round_fini(&r);
			return err;
		}
	}
	return 0;
}

/*
 * Counts are exact, so a batch need only be long enough to warm the modelled caches. Any round
 * tells about how long an operation takes, discarded ones too.
 */
static uint64_t simulated_iters(const struct vmb_bench_result *b)
{
	for (size_t i = 0; i < b->set.nr_rounds; i++) {
		const struct vmb_round *r = &b->set.rounds[i];
		const struct vmb_sample *s = r->nr_samples ? &r->samples[r->nr_samples - 1] : NULL;
		double ns = s ? (double)s->ticks * 1e9 / r->tick_hz / (double)s->iters : 0;

		if (ns > SIM_BATCH_NS / SIM_MAX_ITERS)
			return (uint64_t)(SIM_BATCH_NS / ns) + 1;
	}
	return SIM_MAX_ITERS;
}

/* One more round, under callgrind, for counts alone. Its failure costs the counts, not the times. */
static int simulate(struct job *j)
{
	struct vmb_request rq;
	struct vmb_round r;
	struct vmb_why why = { 0 };
	int err;

	fill_request(j, &rq);
	rq.sim = true;
	rq.iters = simulated_iters(j->out);
	rq.counters.nr = 0;
	err = vmb_launch_simulated(&j->launcher, &rq, &r, &why);
	if (err == -EINTR)
		j->interrupted = true;
	else if (err && err != -ENOMEM)
		vmb_note(j->s->options, "%s: not simulated: %s", j->e->id, why.text);
	if (err)
		return err == -ENOMEM ? err : 0;
	j->started++;
	err = vmb_sample_set_add(&j->out->set, &r);
	if (err)
		vmb_round_fini(&r);
	return err;
}

static void describe(const struct vmb_entry *e, struct vmb_bench_result *out)
{
	snprintf(out->id, sizeof(out->id), "%s", e->id);
	snprintf(out->category, sizeof(out->category), "%s", e->category->name);
	snprintf(out->what, sizeof(out->what), "%s", e->bench->what);
	snprintf(out->unit, sizeof(out->unit), "%s", e->bench->unit);
	for (size_t i = 0; i < e->bench->nr_axes; i++) {
		struct vmb_param *p = &out->params[out->nr_params++];

		snprintf(p->name, sizeof(p->name), "%s", e->bench->axes[i].name);
		snprintf(p->label, sizeof(p->label), "%s", e->arg[i].label);
		p->value = e->arg[i].num;
	}
}

static int conclude(struct job *j)
{
	struct vmb_summary_opts opts = { .confidence = j->s->options->confidence, .seed = j->seed };

	return vmb_bench_conclude(j->out, &opts);
}

static bool can_simulate(const struct job *j)
{
	return j->s->counters.simulated && j->e->bench->engine == VMB_ENGINE_USER &&
	       j->out->status != VMB_STATUS_SKIPPED && j->out->status != VMB_STATUS_FAILED;
}

static int run_bench(struct job *j)
{
	int err;

	describe(j->e, j->out);
	err = run_rounds(j);
	if (!err && !j->interrupted)
		err = conclude(j);
	if (err || j->interrupted || !can_simulate(j))
		return err;
	err = simulate(j);
	vmb_summary_fini(&j->out->summary);
	return err ? err : conclude(j);
}

/* An interrupted benchmark has too few rounds for a verdict: it is left out, the run is partial. */
static void drop_last(struct vmb_result *res)
{
	struct vmb_bench_result *b = &res->benches[--res->nr];

	vmb_sample_set_fini(&b->set);
	vmb_summary_fini(&b->summary);
}

static void say_bench(const struct vmb_session *s, struct vmb_progress *p,
		      const struct vmb_bench_result *b)
{
	struct vmb_report_opts opts = { .colour = vmb_colour_wanted(s->options, stderr) };

	if (!p->on && !s->options->verbose)
		return;
	vmb_progress_clear(p);
	vmb_report_line(stderr, b, &opts);
}

int vmb_run_all(const struct vmb_session *s, const struct vmb_plan *plan, struct vmb_result *res)
{
	struct vmb_progress progress;
	uint64_t seed = s->seed;
	char self[4096];
	int err = 0;

	vmb_launch_self(self, sizeof(self));
	vmb_progress_begin(&progress, !s->options->quiet, plan->nr * s->effort.rounds);
	res->complete = true;
	for (size_t i = 0; i < plan->nr && !err && res->complete; i++) {
		struct job j = { .s = s, .e = &plan->entry[i], .progress = &progress };

		j.launcher = (struct vmb_launcher){
			.program = self, .pin = &s->pin, .timeout_s = timeout_s(s, j.e->bench),
		};
		j.seed = vmb_random(&seed);
		j.out = vmb_result_add(res);
		if (!j.out)
			return -ENOMEM;
		err = run_bench(&j);
		if (j.interrupted)
			res->complete = false;
		if (j.interrupted || err)
			drop_last(res);
		else
			say_bench(s, &progress, j.out);
	}
	vmb_progress_clear(&progress);
	return err;
}
