// SPDX-License-Identifier: MIT
#include "user/round.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arch/base/assert.h"
#include "user/counter/sim.h"
#include "user/engine.h"

#define NR_MULTIPLES	4		/* batches over n, 2n, 3n, 4n */
#define MIN_BATCH_NS	100e3		/* METHOD: no batch shorter than 100 µs */
#define FLAT_NS		10e6		/* one iteration longer than this: flat sampling */
#define MIN_FLAT	5		/* batches of a flat round at least */
#define MAX_STEADY	100000u		/* iterations kept in a steady-state round at most */
#define MAX_ITERS	(1ull << 50)

/* One round under way. */
struct work {
	const struct vmb_request *rq;
	const struct vmb_bench *bench;
	const struct vmb_engine_ops *ops;
	struct vmb_state state;
	struct vmb_timer timer;
	struct vmb_guard guard;
	struct vmb_engine_ctx engine;
	struct vmb_round *out;
	size_t room;		/* samples that out->samples can hold */
	double iter_ns;		/* rough time of one operation, from the warm-up */
};

static void conclude(struct vmb_round *r, enum vmb_round_status status, const char *fallback,
		     const struct vmb_why *why)
{
	r->status = status;
	snprintf(r->reason, sizeof(r->reason), "%s", why->text[0] ? why->text : fallback);
}

static enum vmb_agg agg_of(enum vmb_metric_agg a)
{
	static const enum vmb_agg map[] = {
		[VMB_METRIC_MEDIAN] = VMB_AGG_MEDIAN, [VMB_METRIC_MEAN] = VMB_AGG_MEAN,
		[VMB_METRIC_MIN] = VMB_AGG_MIN, [VMB_METRIC_MAX] = VMB_AGG_MAX,
		[VMB_METRIC_SUM] = VMB_AGG_SUM,
	};

	VMB_ASSERT((size_t)a < VMB_ARRAY_SIZE(map));
	return map[a];
}

static void add_metric(struct vmb_state *st, const char *name, const char *unit, double value,
		       enum vmb_metric_agg agg)
{
	struct vmb_round *r = st->harness;
	struct vmb_metric *m;

	if (r->nr_metrics == VMB_MAX_METRICS)
		return;
	m = &r->metrics[r->nr_metrics++];
	snprintf(m->name, sizeof(m->name), "%s", name);
	snprintf(m->unit, sizeof(m->unit), "%s", unit);
	m->value = value;
	m->agg = agg_of(agg);
}

static int reserve(struct work *w, size_t more)
{
	size_t want = w->out->nr_samples + more;
	struct vmb_sample *grown;

	if (want <= w->room)
		return 0;
	if (want > VMB_MAX_SAMPLES)
		return -E2BIG;
	grown = realloc(w->out->samples, want * sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	w->out->samples = grown;
	w->room = want;
	return 0;
}

/* Room must have been reserved: nothing is allocated between batches. */
static struct vmb_sample *take_sample(struct work *w, uint64_t iters, uint32_t flags)
{
	struct vmb_sample *s = &w->out->samples[w->out->nr_samples++];
	bool baseline = flags & VMB_SAMPLE_BASELINE;

	VMB_ASSERT(w->out->nr_samples <= w->room);
	w->ops->sample(&w->engine, baseline ? w->bench->baseline : w->bench->run, iters, s);
	s->flags |= flags;
	return s;
}

static double ns_of(const struct work *w, uint64_t ticks)
{
	return (double)ticks * 1e9 / w->rq->tick_hz;
}

/* Operations of the largest batch: what the benchmark has, and what its engine does at once. */
static uint64_t most_iters(const struct work *w)
{
	uint64_t hint = w->bench->iter_hint ? w->bench->iter_hint : MAX_ITERS;
	uint64_t engine = w->engine.max_iters ? w->engine.max_iters : MAX_ITERS;

	return hint < engine ? hint : engine;
}

static uint64_t bounded(const struct work *w, uint64_t iters)
{
	uint64_t most = most_iters(w);

	most = most == MAX_ITERS ? most : most / NR_MULTIPLES;
	most = most ? most : 1;
	return iters < 1 ? 1 : iters > most ? most : iters;
}

/*
 * Warm up, and learn what one operation costs: double the batch until one lasts long enough to be
 * judged, then run on until the warm-up time is used.
 */
static int warm_up(struct work *w)
{
	uint64_t iters = w->rq->iters ? w->rq->iters : 1, until = vmb_now_ns();
	uint64_t most = most_iters(w);
	struct vmb_sample s;

	until += (uint64_t)w->rq->warm_up_ns;
	for (;;) {
		w->ops->sample(&w->engine, w->bench->run, iters, &s);
		w->iter_ns = ns_of(w, s.ticks) / (double)iters;
		if (vmb_now_ns() >= until && (ns_of(w, s.ticks) >= MIN_BATCH_NS / 2 || iters >= most))
			return 0;
		if (ns_of(w, s.ticks) < MIN_BATCH_NS && iters < most)
			iters = iters * 2 < most ? iters * 2 : most;
		else if (w->iter_ns >= FLAT_NS)
			return 0;	/* each is long: the batches come soon enough */
	}
}

/* Operations in the smallest batch: long enough for the clock, and the round lasts measure_ns. */
static uint64_t smallest_batch(const struct work *w)
{
	double weight = w->rq->batches * (1 + NR_MULTIPLES) / 2.0;
	double ns = w->rq->measure_ns / weight;
	double clock = 1000 * ns_of(w, (uint64_t)w->timer.resolution_ticks);
	double timer = 200 * ns_of(w, (uint64_t)w->timer.cost_ticks);

	if (w->bench->baseline)
		ns /= 2;
	ns = ns > clock ? ns : clock;
	ns = ns > timer ? ns : timer;
	ns = ns > MIN_BATCH_NS ? ns : MIN_BATCH_NS;
	return bounded(w, (uint64_t)(ns / (w->iter_ns > 1e-6 ? w->iter_ns : 1e-6) + 0.5));
}

static void shuffle(uint8_t *order, size_t n, uint64_t *seed)
{
	for (size_t i = n; i > 1; i--) {
		size_t j = vmb_random(seed) % i;
		uint8_t t = order[i - 1];

		order[i - 1] = order[j];
		order[j] = t;
	}
}

static int sample_slope(struct work *w)
{
	uint64_t n = w->rq->iters ? bounded(w, w->rq->iters) : smallest_batch(w);
	uint64_t seed = w->rq->seed ^ 0x5107e;
	size_t nr = w->rq->batches;
	uint8_t *order = malloc(nr);
	int err = reserve(w, 2 * nr);

	if (!order || err) {
		free(order);
		return err ? err : -ENOMEM;
	}
	for (size_t i = 0; i < nr; i++)
		order[i] = (uint8_t)(1 + i % NR_MULTIPLES);
	shuffle(order, nr, &seed);
	for (size_t i = 0; i < nr; i++) {
		take_sample(w, n * order[i], 0);
		if (w->bench->baseline)
			take_sample(w, n * order[i], VMB_SAMPLE_BASELINE);
	}
	free(order);
	return 0;
}

static int sample_flat(struct work *w)
{
	size_t nr = (size_t)(w->rq->measure_ns / w->iter_ns);
	int err;

	nr = nr < MIN_FLAT ? MIN_FLAT : nr > w->rq->batches ? w->rq->batches : nr;
	err = reserve(w, nr);
	for (size_t i = 0; !err && i < nr; i++)
		take_sample(w, 1, 0);
	return err;
}

/* Every iteration from the very first: the warm-up is what is looked at. */
static int sample_steady(struct work *w)
{
	uint64_t until = vmb_now_ns() + (uint64_t)(w->rq->measure_ns + w->rq->warm_up_ns);
	int err = reserve(w, MAX_STEADY);

	while (!err && w->out->nr_samples < MAX_STEADY) {
		take_sample(w, 1, 0);
		if (w->out->nr_samples >= w->rq->batches && vmb_now_ns() >= until)
			break;
	}
	return err;
}

static int run_batches(struct work *w)
{
	struct vmb_round *r = w->out;

	if (w->bench->steady) {
		r->sampling = VMB_SAMPLING_STEADY;
		return sample_steady(w);
	}
	warm_up(w);
	if (w->iter_ns >= FLAT_NS) {
		r->sampling = VMB_SAMPLING_FLAT;
		return sample_flat(w);
	}
	r->sampling = VMB_SAMPLING_SLOPE;
	return sample_slope(w);
}

/* Under valgrind: a warm-up, then n and 2n, so that a difference is free of constant parts. */
static void run_simulated(struct work *w)
{
	uint64_t n = bounded(w, w->rq->iters);
	void *priv = w->state.priv;

	vmb_sim_instrument();
	vmb_sim_region(w->bench->run, priv, n, 0);
	vmb_sim_region(w->bench->run, priv, n, n);
	vmb_sim_region(w->bench->run, priv, 2 * n, 2 * n);
	vmb_sim_finish();
}

/* What one sample costs beside the work: a batch without a body, timed from outside. */
static void run_nothing(void *priv, uint64_t iters)
{
	(void)priv;
	(void)iters;
}

static double sample_cost_ns(struct work *w)
{
	enum { REPEAT = 64 };
	uint64_t t0 = vmb_now_ns();
	struct vmb_sample s;

	for (int i = 0; i < REPEAT; i++)
		w->ops->sample(&w->engine, run_nothing, 1, &s);
	return (double)(vmb_now_ns() - t0) / REPEAT;
}

static int open_engine(struct work *w)
{
	struct vmb_why why = { 0 };
	struct vmb_round *r = w->out;
	int err;

	w->engine = (struct vmb_engine_ctx){
		.bench = w->bench, .state = &w->state, .guard = &w->guard,
		.counters = w->rq->counters, .tick_hz = w->rq->tick_hz,
	};
	err = w->ops->open(&w->engine, &w->timer, &why);
	if (err) {
		w->ops->close(&w->engine);
		conclude(r, err == -ENOTSUP ? VMB_ROUND_SKIPPED : VMB_ROUND_FAILED,
			 "the engine cannot be opened", &why);
		return err;
	}
	r->timer_cost_ticks = w->engine.timer_cost_ticks;
	r->nr_counters = (uint32_t)w->engine.counters.nr;
	memcpy(r->counters, w->engine.counters.id, sizeof(r->counters));
	return 0;
}

static uint64_t count_migrated(const struct vmb_round *r)
{
	uint64_t n = 0;

	for (size_t i = 0; i < r->nr_samples; i++)
		n += !!(r->samples[i].flags & VMB_SAMPLE_MIGRATED);
	return n;
}

static void measure_native(struct work *w)
{
	struct vmb_round *r = w->out;
	int err;

	if (open_engine(w))
		return;
	vmb_guard_begin(&w->guard, w->rq->cpus, w->rq->nr_cpus);
	r->sample_cost_ns = sample_cost_ns(w);
	err = run_batches(w);
	vmb_guard_end(&w->guard, &r->evidence);
	r->evidence.migrations = count_migrated(r);
	r->evidence.known |= VMB_EV_MIGRATIONS;
	w->ops->close(&w->engine);
	if (w->engine.broken.text[0])
		conclude(r, VMB_ROUND_FAILED, "", &w->engine.broken);
	if (err) {
		r->status = VMB_ROUND_FAILED;
		snprintf(r->reason, sizeof(r->reason), "no memory for the samples (%s)", strerror(-err));
	}
}

static void measure_between_setup_and_teardown(struct work *w)
{
	struct vmb_round *r = w->out;
	struct vmb_why why = { 0 };

	r->throughput_per_op = w->state.throughput_per_op;
	if (w->state.throughput_unit)
		snprintf(r->throughput_unit, sizeof(r->throughput_unit), "%s", w->state.throughput_unit);
	if (w->rq->sim)
		run_simulated(w);
	else
		measure_native(w);
	if (r->status == VMB_ROUND_OK && w->bench->check && w->bench->check(w->state.priv, &why)) {
		char text[sizeof(why.text)];

		snprintf(text, sizeof(text), "wrong answer: %.300s", why.text);
		memcpy(why.text, text, sizeof(text));
		conclude(r, VMB_ROUND_FAILED, "wrong answer", &why);
	}
}

static void describe_state(struct work *w, const struct vmb_entry *e)
{
	struct vmb_state *st = &w->state;

	memcpy(st->arg, e->arg, sizeof(st->arg));
	st->nr_args = e->bench->nr_axes;
	st->seed = w->rq->seed;
	st->cpus = w->rq->cpus;
	st->nr_cpus = w->rq->nr_cpus;
	st->metric = add_metric;
	st->harness = w->out;
}

void vmb_round_measure(const struct vmb_request *rq, const struct vmb_entry *e,
		       struct vmb_round *out)
{
	struct work w = { .rq = rq, .bench = e->bench, .out = out, .ops = vmb_engine_of(e->bench) };
	struct vmb_why why = { 0 };
	uint64_t t0 = vmb_now_ns();
	int err;

	*out = (struct vmb_round){
		.index = rq->index, .seed = rq->seed, .tick_hz = rq->tick_hz,
		.env_offset_bytes = rq->env_offset_bytes,
	};
	describe_state(&w, e);
	if (w.ops->supported(e->bench, &why) ||
	    (e->bench->supported && e->bench->supported(&w.state, &why))) {
		conclude(out, VMB_ROUND_SKIPPED, "not supported here", &why);
		return;
	}
	err = e->bench->setup(&w.state);
	if (err) {
		conclude(out, err == -ENOTSUP ? VMB_ROUND_SKIPPED : VMB_ROUND_FAILED, strerror(-err),
			 &w.state.why);
		return;
	}
	measure_between_setup_and_teardown(&w);
	if (e->bench->teardown)
		e->bench->teardown(&w.state);
	out->measured_ns = vmb_now_ns() - t0;
}
