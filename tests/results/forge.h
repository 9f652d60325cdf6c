/* SPDX-License-Identifier: MIT */
#ifndef VMB_TESTS_RESULTS_FORGE_H
#define VMB_TESTS_RESULTS_FORGE_H
/*
 * Whole runs of benchmarks of a known cost, as if they had been measured: samples first, then the
 * same summary as of any run.
 */

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arch/base/assert.h"
#include "results/result.h"
#include "results/rng.h"

#define FORGE_TICK_HZ	2e9

/**
 * struct forge - how a run is made.
 * @session_noise: relative, the same for all rounds of the run
 * @noise: relative, of each round
 * @rounds: 0: 12
 */
struct forge {
	const char *id, *commit, *fingerprint;
	double noise, session_noise;
	uint64_t seed;
	unsigned int rounds;
};

static inline void forge_round(struct vmb_sample_set *set, double ns, double throughput)
{
	struct vmb_round r = { .index = (uint32_t)set->nr_rounds, .sampling = VMB_SAMPLING_SLOPE,
			       .tick_hz = FORGE_TICK_HZ, .timer_cost_ticks = 40,
			       .sample_cost_ns = 100, .throughput_per_op = throughput };

	if (throughput > 0)
		strcpy(r.throughput_unit, "B");
	r.nr_samples = 8;
	r.samples = calloc(r.nr_samples, sizeof(*r.samples));
	VMB_ASSERT(r.samples);
	for (size_t i = 0; i < r.nr_samples; i++) {
		r.samples[i].iters = 100000 * (1 + i % 4);
		r.samples[i].ticks = (uint64_t)llround((double)r.samples[i].iters * ns *
						       FORGE_TICK_HZ / 1e9);
	}
	VMB_ASSERT(!vmb_sample_set_add(set, &r));
}

static inline void forge_start(struct vmb_result *res, const struct forge *f)
{
	memset(res, 0, sizeof(*res));
	snprintf(res->id, sizeof(res->id), "%s", f->id);
	snprintf(res->date, sizeof(res->date), "2026-11-24T06:22:30Z");
	if (strlen(f->id) >= 16)	/* 20261124T062230Z */
		snprintf(res->date, sizeof(res->date), "%.4s-%.2s-%.2sT%.2s:%.2s:%.2sZ", f->id,
			 f->id + 4, f->id + 6, f->id + 9, f->id + 11, f->id + 13);
	res->command = strdup("vmbench");
	res->complete = true;
	res->duration_s = 1;
	vmb_env_text(&res->env, "machine.fingerprint", "FNV-1a", "%s", f->fingerprint);
	vmb_env_text(&res->env, "build.git_commit", "build", "%s", f->commit);
	vmb_env_bool(&res->env, "build.git_dirty", "build", false);
	vmb_env_text(&res->env, "build.compiler", "build", "cc 12");
	vmb_env_number(&res->env, "timer.hz", "test", FORGE_TICK_HZ);
}

static inline struct vmb_bench_result *forge_bench(struct vmb_result *res, const struct forge *f,
						   const char *id, double ns)
{
	struct vmb_bench_result *b = vmb_result_add(res);
	struct vmb_rng g;
	double session;

	VMB_ASSERT(b);
	vmb_rng_init(&g, f->seed * 1000 + res->nr);
	session = exp(f->session_noise * vmb_rng_gauss(&g));
	snprintf(b->id, sizeof(b->id), "%s", id);
	snprintf(b->category, sizeof(b->category), "%.*s", (int)strcspn(id, "/"), id);
	snprintf(b->what, sizeof(b->what), "forged");
	snprintf(b->unit, sizeof(b->unit), "operation");
	for (unsigned int i = 0; i < (f->rounds ? f->rounds : 12); i++)
		forge_round(&b->set, ns * session * exp(f->noise * vmb_rng_gauss(&g)),
			    strncmp(id, "memory/copy/", 12) ? 0 : 4096);
	VMB_ASSERT(!vmb_bench_conclude(b, &(struct vmb_summary_opts){ .bootstrap = 200, .seed = 1 }));
	return b;
}

#endif /* VMB_TESTS_RESULTS_FORGE_H */
