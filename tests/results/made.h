/* SPDX-License-Identifier: MIT */
#ifndef VMB_TESTS_RESULTS_MADE_H
#define VMB_TESTS_RESULTS_MADE_H
/*
 * Random results for tests: every member of every struct gets a value that its documentation
 * allows. The same seed makes the same result. Static, because a test is one file.
 */

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arch/base/assert.h"
#include "results/result.h"
#include "user/bench.h"

static inline uint64_t made_below(uint64_t *seed, uint64_t n)
{
	return vmb_random(seed) % n;
}

/* Integers of all lengths, so that every width of msgpack is met. */
static inline uint64_t made_wide(uint64_t *seed)
{
	return vmb_random(seed) >> made_below(seed, 64);
}

static inline double made_real(uint64_t *seed)
{
	double v = (double)(int64_t)vmb_random(seed) * ldexp(1, (int)made_below(seed, 80) - 100);

	return made_below(seed, 12) ? v : NAN;
}

static inline double made_positive(uint64_t *seed)
{
	double v = fabs(made_real(seed));

	return isnan(v) ? 1 : v;
}

/* Not only ASCII, and sometimes not even UTF-8. */
static inline void made_text(uint64_t *seed, char *to, size_t size, size_t least)
{
	static const char *const pieces[] = {
		"a", "Z", "0", " ", "_", "/", "\xc2\xb5", "\xe2\x82\xac", "\xf0\x9f\x90\xa7", "|",
		"`", "<b>", "\x1b[31m", "\n", "\xff", "\"", "\\", "@me", "\xc2\x9b",
	};
	size_t len = 0, want = least + made_below(seed, size - least);

	while (len < want) {
		const char *piece = pieces[made_below(seed, VMB_ARRAY_SIZE(pieces))];

		if (len + strlen(piece) >= size)
			break;
		memcpy(to + len, piece, strlen(piece));
		len += strlen(piece);
	}
	if (len < least)
		to[len++] = 'x';
	to[len] = '\0';
}

#define MADE_TEXT(seed, member, least)	made_text((seed), (member), sizeof(member), (least))

static inline void made_samples(uint64_t *seed, struct vmb_round *r, size_t nr)
{
	r->nr_samples = nr;
	r->samples = nr ? calloc(nr, sizeof(*r->samples)) : NULL;
	VMB_ASSERT(!nr || r->samples);
	for (size_t i = 0; i < nr; i++) {
		struct vmb_sample *s = &r->samples[i];

		s->iters = 1 + made_wide(seed) / 2;
		s->ticks = made_wide(seed);
		s->cpu = (uint32_t)made_wide(seed);
		s->flags = (uint32_t)made_below(seed, 32);
		s->counted = (uint32_t)made_below(seed, 1ull << r->nr_counters);
		for (uint32_t c = 0; c < r->nr_counters; c++)
			s->counter[c] = s->counted & (1u << c) ? made_wide(seed) : 0;
	}
}

static inline void made_evidence(uint64_t *seed, struct vmb_evidence *e)
{
	uint32_t known = (uint32_t)made_below(seed, 64);

	e->known = known;
	e->steal_ticks = known & VMB_EV_STEAL ? made_wide(seed) : 0;
	e->involuntary = known & VMB_EV_SWITCHES ? made_wide(seed) : 0;
	e->voluntary = known & VMB_EV_SWITCHES ? made_wide(seed) : 0;
	e->migrations = known & VMB_EV_MIGRATIONS ? made_wide(seed) : 0;
	e->throttles = known & VMB_EV_THROTTLES ? made_wide(seed) : 0;
	e->minor_faults = known & VMB_EV_FAULTS ? made_wide(seed) : 0;
	e->major_faults = known & VMB_EV_FAULTS ? made_wide(seed) : 0;
	e->aperf = known & VMB_EV_APERF ? made_wide(seed) : 0;
	e->mperf = known & VMB_EV_APERF ? made_wide(seed) : 0;
}

static inline void made_round(uint64_t *seed, struct vmb_round *r)
{
	memset(r, 0, sizeof(*r));
	r->index = (uint32_t)made_below(seed, VMB_MAX_ROUNDS);
	r->status = (enum vmb_round_status)made_below(seed, 5);
	r->sampling = (enum vmb_sampling)made_below(seed, 3);
	MADE_TEXT(seed, r->reason, 0);
	r->discarded = made_below(seed, 2);
	r->seed = made_wide(seed);
	r->env_offset_bytes = (uint32_t)made_below(seed, 4096);
	r->tick_hz = 1 + (double)made_below(seed, 5000000000) / 7;
	r->timer_cost_ticks = made_positive(seed);
	r->sample_cost_ns = made_real(seed);
	r->wall_ns = made_wide(seed);
	r->measured_ns = made_wide(seed);
	r->throughput_per_op = made_positive(seed);
	MADE_TEXT(seed, r->throughput_unit, 0);
	r->nr_counters = (uint32_t)made_below(seed, VMB_MAX_COUNTERS + 1);
	for (uint32_t i = 0; i < r->nr_counters; i++) {
		MADE_TEXT(seed, r->counters[i].name, 1);
		MADE_TEXT(seed, r->counters[i].source, 1);
	}
	r->nr_metrics = (uint32_t)made_below(seed, 4);
	for (uint32_t i = 0; i < r->nr_metrics; i++) {
		MADE_TEXT(seed, r->metrics[i].name, 1);
		MADE_TEXT(seed, r->metrics[i].unit, 0);
		r->metrics[i].value = made_real(seed);
		r->metrics[i].agg = (enum vmb_agg)made_below(seed, 5);
	}
	made_evidence(seed, &r->evidence);
	made_samples(seed, r, made_below(seed, 25));
}

static inline void made_summary(uint64_t *seed, struct vmb_summary *s)
{
	double *reals[] = {
		&s->median, &s->low, &s->high, &s->mean, &s->mean_low, &s->mean_high, &s->min,
		&s->max, &s->intercept_share, &s->throughput, &s->timer_cost_ns,
		&s->sample_cost_ns, &s->confidence, &s->std_dev, &s->mad,
	};

	s->kept = (uint32_t)made_below(seed, VMB_MAX_ROUNDS + 1);
	s->discarded = (uint32_t)made_below(seed, VMB_MAX_ROUNDS + 1);
	s->measured = made_below(seed, 4);
	for (size_t i = 0; i < VMB_ARRAY_SIZE(reals); i++)
		*reals[i] = s->measured ? made_real(seed) : NAN;
	if (!s->measured)
		return;
	s->flags = (uint32_t)made_below(seed, 4);
	s->confidence = (double)made_below(seed, 1001) / 1000;
	s->std_dev = made_positive(seed);
	s->mad = made_positive(seed);
	s->outliers_mild = (uint32_t)made_below(seed, VMB_MAX_ROUNDS + 1);
	s->outliers_severe = (uint32_t)made_below(seed, VMB_MAX_ROUNDS + 1);
	MADE_TEXT(seed, s->throughput_unit, 0);
	s->nr_counters = (uint32_t)made_below(seed, VMB_ARRAY_SIZE(s->counters) + 1);
	for (uint32_t i = 0; i < s->nr_counters; i++) {
		MADE_TEXT(seed, s->counters[i].name, 1);
		MADE_TEXT(seed, s->counters[i].source, 1);
		s->counters[i].per_op = made_real(seed);
		s->counters[i].low = made_real(seed);
		s->counters[i].high = made_real(seed);
	}
	s->nr_metrics = (uint32_t)made_below(seed, VMB_MAX_METRICS + 1);
	for (uint32_t i = 0; i < s->nr_metrics; i++) {
		MADE_TEXT(seed, s->metrics[i].name, 1);
		MADE_TEXT(seed, s->metrics[i].unit, 0);
		s->metrics[i].value = made_real(seed);
	}
	s->nr_round_ns = made_below(seed, 20);
	s->round_ns = s->nr_round_ns ? calloc(s->nr_round_ns, sizeof(double)) : NULL;
	for (size_t i = 0; i < s->nr_round_ns; i++)
		s->round_ns[i] = made_real(seed);
}

static inline void made_bench(uint64_t *seed, struct vmb_bench_result *b)
{
	size_t rounds = made_below(seed, 4);

	MADE_TEXT(seed, b->id, 1);
	MADE_TEXT(seed, b->category, 1);
	MADE_TEXT(seed, b->what, 0);
	MADE_TEXT(seed, b->unit, 0);
	b->nr_params = (uint32_t)made_below(seed, VMB_MAX_PARAMS + 1);
	for (uint32_t i = 0; i < b->nr_params; i++) {
		MADE_TEXT(seed, b->params[i].name, 1);
		MADE_TEXT(seed, b->params[i].label, 1);
		b->params[i].value = made_wide(seed);
	}
	b->status = (enum vmb_status)made_below(seed, 4);
	MADE_TEXT(seed, b->reason, 0);
	while (rounds--) {
		struct vmb_round r;

		made_round(seed, &r);
		VMB_ASSERT(!vmb_sample_set_add(&b->set, &r));
	}
	made_summary(seed, &b->summary);
}

static inline void made_env(uint64_t *seed, struct vmb_env *env)
{
	char text[64], key[64];

	for (size_t i = made_below(seed, 12); i; i--) {
		snprintf(key, sizeof(key), "section%d.key%zu", (int)made_below(seed, 3), i);
		made_text(seed, text, sizeof(text), 0);
		if (made_below(seed, 3))
			vmb_env_text(env, key, "sysfs", "%s", text);
		else if (made_below(seed, 2))
			vmb_env_number(env, key, "libcpuid", made_real(seed));
		else
			vmb_env_bool(env, key, "", made_below(seed, 2));
	}
}

/* @res: overwritten; the caller calls vmb_result_fini() */
static inline void made_result(uint64_t *seed, struct vmb_result *res)
{
	char text[200];

	memset(res, 0, sizeof(*res));
	snprintf(res->id, sizeof(res->id), "20261124T%06uZ-%06x",
		 (unsigned int)made_below(seed, 240000), (unsigned int)made_below(seed, 1 << 24));
	MADE_TEXT(seed, res->date, 1);
	made_text(seed, text, sizeof(text), 0);
	res->command = strdup(text);
	made_text(seed, text, sizeof(text), 0);
	res->label = strdup(text);
	res->complete = made_below(seed, 2);
	MADE_TEXT(seed, res->counters_note, 0);
	res->duration_s = fmod(made_positive(seed), 1e6);
	made_env(seed, &res->env);
	for (size_t i = made_below(seed, 4); i; i--)
		made_bench(seed, vmb_result_add(res));
}

#endif /* VMB_TESTS_RESULTS_MADE_H */
