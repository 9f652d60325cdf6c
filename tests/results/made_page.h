/* SPDX-License-Identifier: MIT */
#ifndef VMB_TESTS_RESULTS_MADE_PAGE_H
#define VMB_TESTS_RESULTS_MADE_PAGE_H
/*
 * A run as large as they get, with everything that a page can show: sweeps, counters, rounds that
 * were discarded, failures, names that try to break out. Made of samples, as a real run is; the
 * same seed makes the same run. Static, because a test is one file.
 */

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arch/base/assert.h"
#include "results/compare.h"
#include "results/history.h"
#include "results/result.h"
#include "user/bench.h"

#define PAGE_SET(member, ...)	snprintf(member, sizeof(member), __VA_ARGS__)

static const char *const page_hostile[] = {
	"<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "</style><svg onload=alert(1)>",
	"--><!--<b>", "javascript:alert(1)", "&lt;b&gt;&#60;", "' onmouseover='alert(1)",
	"\xe2\x80\xae reversed", "\xff\xfe not UTF-8", "]]></title></script>", "line\nbreak\ttab",
	"http://example.org/x", "\xe7\x95\x8c\xe4\xb8\x96 wide", "`${alert(1)}`",
	"a-very-long-name-without-any-place-where-a-line-might-be-broken-by-a-browser-that-looks-for-one",
};

#define PAGE_NR_HOSTILE	VMB_ARRAY_SIZE(page_hostile)

static inline double page_uniform(uint64_t *seed)
{
	return (double)(vmb_random(seed) >> 11) / 9007199254740992.0;
}

static inline double page_normal(uint64_t *seed)
{
	double u = page_uniform(seed) + 1e-12, v = page_uniform(seed);

	return sqrt(-2 * log(u)) * cos(2 * 3.14159265358979 * v);
}

/* One process: a level of its own, batches of n, 2n, 3n, 4n, sometimes a disturbed one. */
static inline void page_round(uint64_t *seed, struct vmb_bench_result *b, uint32_t index, double ns)
{
	struct vmb_round r = { .index = index, .tick_hz = 2.5e9, .timer_cost_ticks = 50,
			       .sample_cost_ns = 90, .nr_counters = 3, .nr_samples = 20 };
	uint64_t n = (uint64_t)fmax(1, 1e5 / ns);
	double level = ns * (1 + 0.004 * page_normal(seed) + (page_uniform(seed) < 0.3 ? 0.02 : 0));

	PAGE_SET(r.counters[0].name, "cycles");
	PAGE_SET(r.counters[1].name, "instructions");
	PAGE_SET(r.counters[2].name, "L1D-misses");
	for (uint32_t i = 0; i < r.nr_counters; i++)
		PAGE_SET(r.counters[i].source, "rdpmc");
	r.throughput_per_op = 64;
	PAGE_SET(r.throughput_unit, "B");
	r.evidence.known = VMB_EV_STEAL | VMB_EV_SWITCHES;
	r.evidence.steal_ticks = page_uniform(seed) < 0.05;
	r.samples = calloc(r.nr_samples, sizeof(*r.samples));
	VMB_ASSERT(r.samples);
	for (size_t i = 0; i < r.nr_samples; i++) {
		struct vmb_sample *s = &r.samples[i];
		double spike = page_uniform(seed) < 0.04 ? 0.2 * page_uniform(seed) : 0;

		s->iters = n * (1 + i % 4);
		s->ticks = (uint64_t)((double)s->iters * level * 2.5 *
				      (1 + 0.001 * fabs(page_normal(seed)) + spike)) + 40;
		s->counted = 7;
		s->counter[0] = s->ticks + s->ticks / 5;
		s->counter[1] = s->iters * (uint64_t)(3 * ns + 1);
		s->counter[2] = s->iters / 7;
	}
	vmb_round_judge(&r);
	VMB_ASSERT(!vmb_sample_set_add(&b->set, &r));
}

/* Warm-up and steady state, every iteration kept. */
static inline void page_steady_round(uint64_t *seed, struct vmb_bench_result *b, uint32_t index)
{
	struct vmb_round r = { .index = index, .sampling = VMB_SAMPLING_STEADY, .tick_hz = 1e9,
			       .nr_samples = 600 };

	r.samples = calloc(r.nr_samples, sizeof(*r.samples));
	VMB_ASSERT(r.samples);
	for (size_t i = 0; i < r.nr_samples; i++) {
		r.samples[i].iters = 1;
		r.samples[i].ticks = (uint64_t)((i < 80 ? 9000 - 50 * (double)i : 4000) *
						(1 + 0.01 * page_normal(seed)));
	}
	VMB_ASSERT(!vmb_sample_set_add(&b->set, &r));
}

static inline void page_param(struct vmb_bench_result *b, const char *name, const char *label,
			      uint64_t value)
{
	struct vmb_param *p = &b->params[b->nr_params++];

	PAGE_SET(p->name, "%s", name);
	PAGE_SET(p->label, "%s", label);
	p->value = value;
}

static inline void page_conclude(struct vmb_bench_result *b)
{
	struct vmb_summary_opts opts = { .bootstrap = 100 };

	VMB_ASSERT(!vmb_bench_conclude(b, &opts));
}

static inline struct vmb_bench_result *page_add(struct vmb_result *res, const char *category)
{
	struct vmb_bench_result *b = vmb_result_add(res);

	VMB_ASSERT(b);
	PAGE_SET(b->category, "%s", category);
	PAGE_SET(b->what, "what the benchmark measures, in about one line of text as usual");
	PAGE_SET(b->unit, "operation");
	return b;
}

/* A family of 4 ways and 7 sizes. */
static inline void page_sweep(uint64_t *seed, struct vmb_result *res, const char *category,
			      size_t number, double slower)
{
	static const char *const how[] = { "libc", "vector", "nontemporal", "rep" };
	static const struct { const char *label; uint64_t value; } size[] = {
		{ "64", 64 }, { "256", 256 }, { "1K", 1024 }, { "4K", 4096 }, { "16K", 16384 },
		{ "64K", 65536 }, { "64M", 67108864 },
	};

	for (size_t i = 0; i < 4 * VMB_ARRAY_SIZE(size); i++) {
		struct vmb_bench_result *b = page_add(res, category);
		size_t h = i / VMB_ARRAY_SIZE(size), s = i % VMB_ARRAY_SIZE(size);
		double slope = 0.5 + 0.1 * (double)h;
		double ns = (3 + 2 * (double)h) * pow((double)size[s].value / 64, slope);

		if (!number && !strcmp(category, "memory"))	/* it has a target */
			PAGE_SET(b->id, "memory/mmu_translate/%s/%s", how[h], size[s].label);
		else
			PAGE_SET(b->id, "%s/sweep_%zu/%s/%s", category, number, how[h], size[s].label);
		page_param(b, "how", how[h], h);
		page_param(b, "size", size[s].label, size[s].value);
		for (uint32_t r = 0; r < 12; r++)
			page_round(seed, b, r, ns * slower);
		page_conclude(b);
	}
}

/* One that failed, one that was skipped, one that warms up. */
static inline void page_others(uint64_t *seed, struct vmb_result *res, const char *category)
{
	struct vmb_bench_result *b = page_add(res, category);
	struct vmb_round failed = { .status = VMB_ROUND_FAILED, .tick_hz = 1e9 };
	struct vmb_round skipped = { .status = VMB_ROUND_SKIPPED, .tick_hz = 1e9 };

	PAGE_SET(b->id, "%s/wrong", category);
	PAGE_SET(failed.reason, "wrong answer: 41, not 42");
	VMB_ASSERT(!vmb_sample_set_add(&b->set, &failed));
	page_conclude(b);
	b = page_add(res, category);
	PAGE_SET(b->id, "%s/absent", category);
	PAGE_SET(skipped.reason, "this machine has no flux capacitor");
	VMB_ASSERT(!vmb_sample_set_add(&b->set, &skipped));
	page_conclude(b);
	b = page_add(res, category);
	PAGE_SET(b->id, "%s/warms_up", category);
	for (uint32_t r = 0; r < 6; r++)
		page_steady_round(seed, b, r);
	page_conclude(b);
}

/* Every text of it tries to break out. */
static inline void page_hostile_bench(uint64_t *seed, struct vmb_result *res, size_t i)
{
	struct vmb_bench_result *b = page_add(res, i % 3 ? "memory" : page_hostile[i]);
	struct vmb_summary *s = &b->summary;

	PAGE_SET(b->id, "%s/%zu/%s", "memory", i, page_hostile[i]);
	PAGE_SET(b->what, "%s", page_hostile[i]);
	PAGE_SET(b->unit, "%.31s", page_hostile[i]);
	page_param(b, page_hostile[i], page_hostile[i], i);
	page_param(b, "size", "64", 64);
	for (uint32_t r = 0; r < 12; r++) {
		page_round(seed, b, r, 50);
		PAGE_SET(b->set.rounds[r].reason, "%s", page_hostile[i]);
	}
	page_conclude(b);
	PAGE_SET(s->throughput_unit, "%.23s", page_hostile[i]);
	PAGE_SET(b->reason, "%s", page_hostile[i]);
	b->status = VMB_STATUS_UNRELIABLE;
	PAGE_SET(s->counters[0].name, "%.63s", page_hostile[i]);
	PAGE_SET(s->counters[0].source, "%.23s", page_hostile[i]);
	PAGE_SET(s->metrics[s->nr_metrics].name, "%.47s", page_hostile[i]);
	PAGE_SET(s->metrics[s->nr_metrics].unit, "%.23s", page_hostile[i]);
	s->metrics[s->nr_metrics++].value = 1.5;
}

static inline void page_name(struct vmb_result *res, size_t run)
{
	unsigned int month = 1 + (unsigned int)(run / 28 % 12), day = 1 + (unsigned int)(run % 28);

	PAGE_SET(res->id, "2026%02u%02uT062230Z-%06x", month, day, (unsigned int)run & 0xffffff);
	PAGE_SET(res->date, "2026-%02u-%02uT06:22:30Z", month, day);
	vmb_env_text(&res->env, "build.git_commit", "build", "%040zx", (run + 1) * 0x1234567);
}

static inline void page_head(struct vmb_result *res, size_t run)
{
	memset(res, 0, sizeof(*res));
	page_name(res, run);
	res->command = strdup("./vmbench --pin 1 --counters --all");
	res->label = strdup(page_hostile[0]);
	res->complete = true;
	res->duration_s = 1234.5;
	vmb_env_text(&res->env, "cpu.model", "/proc/cpuinfo", "Example CPU @ 2.50GHz");
	vmb_env_text(&res->env, "kernel.release", "uname", "%s", page_hostile[1]);
	vmb_env_text(&res->env, "machine.fingerprint", "FNV-1a", "%016x", 7);
	vmb_env_text(&res->env, "section.key", page_hostile[4], "%s", page_hostile[2]);
}

/*
 * @nr: benchmarks, at least 100; @slower: factor of all times
 * @res: overwritten; the caller calls vmb_result_fini()
 */
static inline void page_result(struct vmb_result *res, size_t run, size_t nr, bool hostile,
			       double slower)
{
	static const char *const categories[] = {
		"jit", "memory", "tlb", "gc", "cross_arch", "async", "concurrency", "snapshot",
	};
	size_t kinds = VMB_ARRAY_SIZE(categories);
	uint64_t seed = 1000 + run;

	page_head(res, run);
	for (size_t i = 0; hostile && i < PAGE_NR_HOSTILE; i++)
		page_hostile_bench(&seed, res, i);
	for (size_t i = 0; res->nr + 31 <= nr; i++) {
		if (i < kinds)
			page_others(&seed, res, categories[i]);
		if (res->nr + 28 <= nr)
			page_sweep(&seed, res, categories[i % kinds], i / kinds, slower);
	}
	for (size_t i = 0; res->nr < nr; i++) {
		struct vmb_bench_result *b = page_add(res, "exit");

		PAGE_SET(b->id, "exit/call_%zu", i);
		for (uint32_t r = 0; r < 12; r++)
			page_round(&seed, b, r, (100 + 10 * (double)i) * slower);
		page_conclude(b);
	}
}

/* A comparison in which every severity occurs. */
static inline void page_comparison(struct vmb_comparison *c, const struct vmb_result *res)
{
	static const double effects[] = { 0, 0.35, 0.001, -0.2, 0.15, 0.002, -0.001, 0 };

	memset(c, 0, sizeof(*c));
	PAGE_SET(c->old_name, "main %s", page_hostile[1]);
	PAGE_SET(c->new_name, "now");
	PAGE_SET(c->machine_differs, "the kernel differs: %s", page_hostile[2]);
	c->alpha = c->margin = 0.01;
	for (size_t i = 0; i < res->nr; i++) {
		const struct vmb_bench_result *b = &res->benches[i];
		struct vmb_change *x = vmb_comparison_add(c);

		VMB_ASSERT(x);
		memcpy(x->id, b->id, sizeof(x->id));
		memcpy(x->category, b->category, sizeof(x->category));
		x->state = b->status == VMB_STATUS_OK ? VMB_CHANGE_COMPARED : VMB_CHANGE_UNUSABLE;
		PAGE_SET(x->reason, "%s", page_hostile[i % PAGE_NR_HOSTILE]);
		x->effect = effects[i % VMB_ARRAY_SIZE(effects)];
		x->low = x->effect - 0.01;
		x->high = x->effect + 0.01;
		x->level = 0.01;
		x->severity = vmb_severity_of(x->low, x->high, NULL);
		x->verdict = x->low > 0.01 ? VMB_VERDICT_REGRESSED :
			     x->high < -0.01 ? VMB_VERDICT_IMPROVED : VMB_VERDICT_INCONCLUSIVE;
		x->p = fabs(x->effect) > 0.01 ? 0.0001 : 0.4;
		x->detectable = 0.012;
		x->new_ns = b->summary.median;
		x->old_ns = b->summary.median * exp(-x->effect);
		x->pairs = 12;
	}
}

/* The same benchmarks, with their times only: a history keeps no more. */
static inline void page_skeleton(struct vmb_result *old, const struct vmb_result *res)
{
	page_head(old, 0);
	for (size_t i = 0; i < res->nr; i++) {
		struct vmb_bench_result *o = vmb_result_add(old);

		VMB_ASSERT(o);
		memcpy(o->id, res->benches[i].id, sizeof(o->id));
		o->status = res->benches[i].status;
		o->summary.measured = res->benches[i].summary.measured;
	}
}

/* Earlier runs, with a step in the middle. */
static inline void page_history(struct vmb_history *h, const struct vmb_result *res, size_t runs)
{
	struct vmb_result old;
	uint64_t seed = 77;

	memset(h, 0, sizeof(*h));
	page_skeleton(&old, res);
	for (size_t run = 0; run < runs; run++) {
		page_name(&old, run);
		for (size_t i = 0; i < res->nr; i++) {
			struct vmb_summary *s = &old.benches[i].summary;
			double f = (run < runs / 2 ? 1.08 : 1) * (1 + 0.006 * page_normal(&seed));

			s->median = res->benches[i].summary.median * f;
			s->low = s->median * 0.995;
			s->high = s->median * 1.004;
		}
		VMB_ASSERT(!vmb_history_add(h, &old, NULL));
	}
	vmb_result_fini(&old);
}

#endif /* VMB_TESTS_RESULTS_MADE_PAGE_H */
