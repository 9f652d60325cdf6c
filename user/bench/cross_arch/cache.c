// SPDX-License-Identifier: MIT
/*
 * The cache of translations: guest address to code, which is made where there is none. It is what runs
 * programs (vmcore/xlat/engine.h), for a guest whose regions have ten instructions of the usual mix and
 * lie one behind the other. Set-up: up to 100 ms.
 *
 * hit   - any of 256 regions, all of which are there
 * miss  - 2048 regions in order, none of which is there; everything is forgotten after the last
 * mixed - a program from its start: 32 regions, none of which is there, the n-th most popular 1/n
 *	   times as often as the first; everything is forgotten after 512 lookups
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "arch/registry.h"
#include "user/bench/cross_arch/code.h"
#include "user/bench/cross_arch/cross_arch.h"
#include "vmcore/xlat/engine.h"

enum { MISS, HIT, MIXED };

#define INSNS	    10u
#define MAX_REGIONS 2048u
#define TRACE	    65536u
#define MIXED_ROUND 512u
#define SPACE_BYTES (UINT64_C(8) << 20)
#define ROOM	    (UINT64_C(4) << 20)

static const struct vmb_value kinds[] = { { "miss", MISS }, { "hit", HIT }, { "mixed", MIXED } };
static const uint32_t nr_regions[] = { [MISS] = MAX_REGIONS, [HIT] = 256, [MIXED] = 32 };

static const struct vmb_axis axes[] = { VMB_AXIS("kind", kinds) };

/**
 * struct cache_work - a round's own.
 * @address: [@nr] where the regions begin
 * @trace: [TRACE] which comes next, @at: now
 * @round: lookups after which everything is forgotten; 0: never
 * @wrong: lookups that gave another region, @insns: of the regions that were found
 * @before: what the engine had done before the run
 */
struct cache_work {
	struct xlat_space space;
	struct xlat_engine engine;
	uint64_t kind;
	uint64_t address[MAX_REGIONS];
	uint16_t trace[TRACE];
	uint32_t nr, at, round;
	uint64_t done, wrong, insns;
	struct xlat_stats before;
	int status;
};

static const struct vmb_arch *guest(void)
{
	return vmb_arch_by_name(strcmp(vmb_arch_host()->name, "riscv64") ? "riscv64" : "arm64");
}

static int supported(const struct vmb_state *st, struct vmb_why *why)
{
	(void)st;
	if (guest()->guest_ops && vmb_arch_host()->host_ops && vmb_native()->host_native)
		return 0;
	vmb_why_set(why, "no program can be translated for this machine");
	return -ENOTSUP;
}

static int write_code(struct cache_work *w, uint64_t seed)
{
	uint64_t at = XLAT_FIRST;
	uint32_t i;
	int err = xlat_map(&w->space, at, SPACE_BYTES / 2, PROT_READ | PROT_WRITE | PROT_EXEC,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	for (i = 0; !err && i < w->nr; i++) {
		struct code code = { .max_insns = INSNS };

		err = code_make(guest()->guest_ops->name, CODE_MIX, vmb_random(&seed), &code);
		if (err)
			break;
		memcpy(xlat_host(&w->space, at), code.bytes, code.nr_bytes);
		w->address[i] = at;
		at += code.nr_bytes;
		free(code.bytes);
	}
	return err;
}

/* Zipf's law with exponent 1, over regions of which any is popular. */
static void draw(struct cache_work *w, uint64_t seed)
{
	static double upto[MAX_REGIONS];
	double sum = 0;
	uint32_t i;

	for (i = 0; i < w->nr; i++)
		upto[i] = sum += w->kind == MIXED ? 1.0 / (i + 1) : 1;
	for (i = 0; i < TRACE; i++) {
		double x = (double)(vmb_random(&seed) >> 11) * 0x1p-53 * sum;
		uint32_t low = 0, high = w->nr - 1;

		while (low < high) {
			uint32_t middle = (low + high) / 2;

			if (upto[middle] > x)
				high = middle;
			else
				low = middle + 1;
		}
		/* By an odd number, modulo a power of two, every region comes once. */
		w->trace[i] = (uint16_t)((w->kind == MISS ? i : low * 2741u) & (w->nr - 1));
	}
}

static void look_up(struct cache_work *w)
{
	uint32_t k = w->trace[w->at++ % TRACE];
	uint64_t pc = w->address[k];
	struct xlat_code *code = xlat_table_peek(&w->engine.table, pc);

	if (!code) {
		int status = xlat_engine_find(&w->engine, pc, &code);

		if (status) {
			w->status = status;
			return;
		}
	}
	w->wrong += code->pc != pc;
	w->insns += code->nr_insns;
}

static void run(void *priv, uint64_t iters)
{
	struct cache_work *w = priv;

	w->done += iters;
	for (; iters; iters--)
		look_up(w);
}

static void run_and_forget(void *priv, uint64_t iters)
{
	struct cache_work *w = priv;

	w->done += iters;
	for (; iters; iters--) {
		look_up(w);
		if (w->at % w->round == 0)
			xlat_engine_flush(&w->engine);
	}
}

static void run_kind(void *priv, uint64_t iters)
{
	struct cache_work *w = priv;

	(w->round ? run_and_forget : run)(priv, iters);
}

/* All that a run is to find is there; what it is to miss has its memory. */
static int warm_up(struct cache_work *w)
{
	run_kind(w, TRACE);
	w->done = w->insns = w->at = 0;
	w->before = w->engine.stats;
	return w->status;
}

static void drop(struct cache_work *w)
{
	xlat_engine_fini(&w->engine);
	xlat_space_fini(&w->space);
	free(w);
}

static int setup(struct vmb_state *st)
{
	struct cache_work *w = calloc(1, sizeof(*w));
	int err = w ? xlat_space_init(&w->space, SPACE_BYTES) : -ENOMEM;

	if (err) {
		vmb_why_set(&st->why, "cannot reserve a guest's memory: %s", strerror(-err));
		free(w);
		return err;
	}
	w->kind = st->arg[0].num;
	w->nr = nr_regions[w->kind];
	w->round = w->kind == HIT ? 0 : w->kind == MISS ? w->nr : MIXED_ROUND;
	err = write_code(w, st->seed);
	if (!err)
		err = xlat_engine_init(&w->engine, guest()->guest_ops, &w->space,
				       vmb_arch_host()->host_ops, vmb_native()->host_native,
				       ROOM);
	if (!err) {
		draw(w, st->seed);
		err = warm_up(w);
	}
	if (err) {
		vmb_why_set(&st->why, "cannot translate guest code: %s", strerror(-err));
		drop(w);
		return err;
	}
	st->priv = w;
	return 0;
}

static uint64_t translated(const struct cache_work *w)
{
	return w->engine.stats.tier[0].regions - w->before.tier[0].regions;
}

static int check(const void *priv, struct vmb_why *why)
{
	const struct cache_work *w = priv;
	bool right = w->kind == HIT ? !translated(w) : w->kind == MISS ? translated(w) == w->done :
		     translated(w) <= w->done;

	if (w->status || !w->done) {
		vmb_why_set(why, "nothing looked up: %s", w->status ? strerror(-w->status) : "never run");
		return w->status ? w->status : -EIO;
	}
	if (w->wrong || w->insns != w->done * INSNS) {
		vmb_why_set(why, "%llu lookups gave other code, and all together %llu instructions",
			    (unsigned long long)w->wrong, (unsigned long long)w->insns);
		return -EIO;
	}
	if (!right) {
		vmb_why_set(why, "%llu of %llu lookups had to translate",
			    (unsigned long long)translated(w), (unsigned long long)w->done);
		return -EIO;
	}
	return 0;
}

static double rate(const struct cache_work *w, uint64_t failed)
{
	return 100 - 100 * (double)failed / (double)w->done;
}

static void teardown(struct vmb_state *st)
{
	struct cache_work *w = st->priv;

	if (w->done) {
		st->metric(st, "hit_rate", "%", rate(w, translated(w)), VMB_METRIC_MEDIAN);
		st->metric(st, "first_place", "%", rate(w, w->engine.stats.misses - w->before.misses),
			   VMB_METRIC_MEDIAN);
	}
	drop(w);
}

const struct vmb_bench bench_cross_arch_cache = {
	.name = "cache",
	.what = "the cache of translations: guest address to host code (riscv64; on riscv64: arm64)",
	.unit = "lookup",
	.axes = axes,
	.nr_axes = VMB_ARRAY_SIZE(axes),
	.supported = supported,
	.setup = setup,
	.run = run_kind,
	.check = check,
	.teardown = teardown,
};
