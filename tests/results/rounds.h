/* SPDX-License-Identifier: MIT */
#ifndef VMB_TESTS_RESULTS_ROUNDS_H
#define VMB_TESTS_RESULTS_ROUNDS_H
/*
 * Synthetic rounds for tests of the summary: what a benchmark of a known cost would have measured.
 */

#include "results/result.h"
#include "results/rng.h"
#include "tests/results/near.h"

#define TICK_HZ	2e9	/* two ticks a nanosecond */

/**
 * struct recipe - a round of @batches over {n, 2n, 3n, 4n}.
 * @ns: of one operation; @constant_ns: of each batch; @noise: relative, of each batch
 */
struct recipe {
	double ns, constant_ns, noise;
	size_t batches;
	uint64_t n;
};

static inline struct vmb_sample *add_sample(struct vmb_round *r, uint64_t iters, double ticks,
					    uint32_t flags)
{
	struct vmb_sample *grown = realloc(r->samples, (r->nr_samples + 1) * sizeof(*grown));

	assert_non_null(grown);
	r->samples = grown;
	grown += r->nr_samples++;
	*grown = (struct vmb_sample){.iters = iters, .ticks = (uint64_t)llround(fmax(0, ticks)),
				     .flags = flags};
	return grown;
}

static inline struct vmb_round empty_round(enum vmb_sampling sampling)
{
	return (struct vmb_round){.sampling = sampling, .tick_hz = TICK_HZ, .timer_cost_ticks = 50,
				  .sample_cost_ns = 400};
}

static inline void add_batches(struct vmb_round *r, const struct recipe *how, uint32_t flags,
			       struct vmb_rng *g)
{
	for (size_t i = 0; i < how->batches; i++) {
		uint64_t iters = how->n * (1 + i % 4);
		double ns = how->constant_ns + how->ns * (double)iters;

		add_sample(r, iters, ns * (1 + how->noise * vmb_rng_gauss(g)) * TICK_HZ / 1e9, flags);
	}
}

static inline struct vmb_round slope_round(const struct recipe *how, struct vmb_rng *g)
{
	struct vmb_round r = empty_round(VMB_SAMPLING_SLOPE);

	add_batches(&r, how, 0, g);
	return r;
}

/* Give the last @nr samples a count of @per_op an operation and @constant a batch in slot @slot. */
static inline void add_counts(struct vmb_round *r, size_t nr, size_t slot, double per_op,
			      double constant)
{
	for (size_t i = r->nr_samples - nr; i < r->nr_samples; i++) {
		struct vmb_sample *s = &r->samples[i];

		s->counter[slot] = (uint64_t)llround(per_op * (double)s->iters + constant);
		s->counted |= 1u << slot;
	}
}

static inline size_t name_counter(struct vmb_round *r, const char *name, const char *source)
{
	struct vmb_counter_id *id = &r->counters[r->nr_counters];

	snprintf(id->name, sizeof(id->name), "%s", name);
	snprintf(id->source, sizeof(id->source), "%s", source);
	return r->nr_counters++;
}

static inline void add_metric(struct vmb_round *r, const char *name, double value, enum vmb_agg agg)
{
	struct vmb_metric *m = &r->metrics[r->nr_metrics++];

	snprintf(m->name, sizeof(m->name), "%s", name);
	snprintf(m->unit, sizeof(m->unit), "u");
	m->value = value;
	m->agg = agg;
}

static inline void put(struct vmb_sample_set *set, struct vmb_round r)
{
	r.index = (uint32_t)set->nr_rounds;
	assert_int_equal(vmb_sample_set_add(set, &r), 0);
}

static inline const struct vmb_metric_stat *metric_of(const struct vmb_summary *s, const char *name)
{
	for (size_t i = 0; i < s->nr_metrics; i++)
		if (!strcmp(s->metrics[i].name, name))
			return &s->metrics[i];
	return NULL;
}

static inline const struct vmb_counter_stat *counter_of(const struct vmb_summary *s,
							const char *name)
{
	for (size_t i = 0; i < s->nr_counters; i++)
		if (!strcmp(s->counters[i].name, name))
			return &s->counters[i];
	return NULL;
}

#endif /* VMB_TESTS_RESULTS_ROUNDS_H */
