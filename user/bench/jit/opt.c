// SPDX-License-Identifier: MIT
/*
 * The optimiser. One operation is to copy a unit, optimise it and compile it for tier 2. Metrics: the
 * optimiser's part of it, each pass's part of that, and how fast the code is that results, beside
 * that of the same unit without any pass.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "arch/registry.h"
#include "user/bench/jit/jit.h"
#include "user/bench/jit/kernels.h"
#include "user/bench/jit/work.h"
#include "vmcore/opt/pipeline.h"

#define ARENA_BYTES (16u << 20)
#define CACHE_BYTES (1u << 20)
#define REPEATS	    25u
#define MAX_PASSES  32u

static const struct vmb_value levels[] = { { "O0", 0 }, { "O1", 1 }, { "O2", 2 }, { "O3", 3 } };

static const struct vmb_axis axes[] = { VMB_AXIS("level", levels), VMB_AXIS("unit", kernel_axis) };

/**
 * struct opt_work - a round's own.
 * @self: this, for who checks: passes are compiled there, too
 * @copy: of the operation; @copies, @passes: its memory
 * @insns: that an execution executes before it is optimised
 * @nr_passes, @pass_ns, @pass: what each took, in their order, of the pipeline that @at is in
 */
struct opt_work {
	struct kernel_subject subject;
	struct opt_work *self;
	unsigned int level;
	struct ir_arena copies, passes;
	struct ir_unit copy;
	struct jit jit;
	bool has_jit;
	struct jit_code code;
	struct jit_runner runner;
	uint64_t seed, insns, done;
	int status;
	uint32_t nr_passes;
	double pass_ns[MAX_PASSES];
	const char *pass[MAX_PASSES];
	double began;
};

static double now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static void free_work(struct opt_work *w)
{
	if (w->has_jit)
		jit_fini(&w->jit);
	jit_runner_fini(&w->runner);
	ir_arena_fini(&w->subject.arena);
	ir_arena_fini(&w->copies);
	ir_arena_fini(&w->passes);
	free(w);
}

static int prepare(struct opt_work *w, enum kernel kernel)
{
	const struct jit_options options = {
		.host = vmb_arch_host()->host_ops, .native = vmb_native()->host_native,
		.cache_bytes = CACHE_BYTES, .evict = true, .flat = true, .first = KERNEL_FIRST,
		.bytes = KERNEL_MEMORY_BYTES,
	};
	static struct kernel_world world;
	int status;

	ir_arena_init(&w->subject.arena, ARENA_BYTES);
	ir_arena_init(&w->copies, ARENA_BYTES);
	ir_arena_init(&w->passes, ARENA_BYTES);
	ir_unit_init(&w->subject.ir, &w->subject.arena);
	status = kernel_make(&w->subject.ir, kernel, &w->subject.arena);
	if (status)
		return status;
	kernel_world_open(&world, w->seed, KERNEL_ROUNDS);
	status = kernel_expect(&w->subject.ir, &world, &w->insns);
	if (!status)
		status = jit_init(&w->jit, &options);
	w->has_jit = !status;
	return status;
}

static int setup(struct vmb_state *st)
{
	struct opt_work *w = calloc(1, sizeof(*w));
	int status;

	if (!w)
		return -ENOMEM;
	w->self = w;
	w->level = (unsigned int)st->arg[0].num;
	w->seed = st->seed;
	status = prepare(w, (enum kernel)st->arg[1].num);
	if (status) {
		vmb_why_set(&st->why, "cannot make the unit and a compiler: %s",
			    strerror(-status));
		free_work(w);
		return status;
	}
	st->throughput_per_op = w->subject.ir.nr_insns;
	st->throughput_unit = "insns";
	st->priv = w;
	return 0;
}

static int copy(struct opt_work *w)
{
	ir_arena_reset(&w->copies);
	ir_unit_init(&w->copy, &w->copies);
	return ir_unit_copy(&w->copy, &w->subject.ir, &w->copies);
}

/* Copy, optimise, compile. */
static int make(struct opt_work *w, const struct opt_options *options)
{
	struct ir_error error;
	int status = copy(w);

	if (!status)
		status = opt_run(&w->copy, options, &w->passes, &error);
	return status ? status : jit_compile_tier2(&w->jit, &w->copy, &w->code, NULL);
}

static void run(void *priv, uint64_t iters)
{
	struct opt_work *w = priv;
	const struct opt_options options = { .level = w->level };
	int status;

	w->done += iters;
	for (; iters; iters--) {
		status = make(w, &options);
		w->status = status ? status : w->status;
	}
}

/* Does the code that was made last do what the interpreter does with the unit? */
static int compare(struct opt_work *w, const char *what, struct vmb_why *why)
{
	static struct kernel_world compiled, interpreted;
	int status;

	kernel_world_open(&compiled, w->seed, KERNEL_ROUNDS);
	kernel_world_open(&interpreted, w->seed, KERNEL_ROUNDS);
	status = jit_run(&w->jit, &w->code, &compiled.context, &w->runner, &compiled.leave);
	if (!status)
		status = kernel_expect(&w->subject.ir, &interpreted, NULL);
	if (status) {
		vmb_why_set(why, "%s: the unit cannot be run: %s", what, strerror(-status));
		return status;
	}
	if (kernel_world_same(&compiled, &interpreted))
		return 0;
	vmb_why_set(why, "%s: the unit does something else than in the interpreter", what);
	return -EIO;
}

/* Each pass of the level alone, compiled and run. */
static int check_passes(struct opt_work *w, struct vmb_why *why)
{
	const struct opt_pass *pass;
	int status = 0;
	size_t nr, i;

	pass = opt_passes(&nr);
	for (i = 0; i < nr && !status; i++) {
		if (pass[i].level > w->level)
			continue;
		status = copy(w);
		ir_arena_reset(&w->passes);
		if (!status)
			status = pass[i].run(&w->copy, &w->passes);
		if (!status)
			status = jit_compile_tier2(&w->jit, &w->copy, &w->code, NULL);
		if (status)
			vmb_why_set(why, "%s: %s", pass[i].name, strerror(-status));
		else
			status = compare(w, pass[i].name, why);
	}
	return status;
}

static int check(const void *priv, struct vmb_why *why)
{
	struct opt_work *w = ((const struct opt_work *)priv)->self;
	int status = w->status;

	if (!w->done) {
		vmb_why_set(why, "nothing was optimised");
		return -EIO;
	}
	if (status) {
		vmb_why_set(why, "the unit could not be optimised: %s", strerror(-status));
		return status;
	}
	status = compare(w, "the whole pipeline", why);
	return status ? status : check_passes(w, why);
}

/* Behind each pass: the least that it took. */
static void note_pass(void *priv, const char *name, const struct ir_unit *unit)
{
	struct opt_work *w = priv;
	double now = now_ns(), took = now - w->began;
	uint32_t i = w->nr_passes++;

	(void)unit;
	if (i >= MAX_PASSES)
		return;
	if (!w->pass[i] || took < w->pass_ns[i])
		w->pass_ns[i] = took;
	w->pass[i] = name;
	w->began = now_ns();
}

static void time_passes(struct opt_work *w)
{
	const struct opt_options options = { .level = w->level, .after = note_pass, .priv = w };
	struct ir_error error;
	uint32_t i;

	for (i = 0; i < REPEATS && !copy(w); i++) {
		w->nr_passes = 0;
		w->began = now_ns();
		if (opt_run(&w->copy, &options, &w->passes, &error))
			return;
	}
}

/* A pass that comes twice has one figure. */
static void report_passes(struct vmb_state *st, struct opt_work *w)
{
	double all = 0, sum;
	uint32_t i, k;
	char name[64];

	time_passes(w);
	for (i = 0; i < w->nr_passes && i < MAX_PASSES; i++) {
		all += w->pass_ns[i];
		for (k = 0; k < i && strcmp(w->pass[k], w->pass[i]) != 0; k++)
			;
		if (k < i)
			continue;
		for (sum = 0; k < w->nr_passes && k < MAX_PASSES; k++)
			sum += strcmp(w->pass[k], w->pass[i]) ? 0 : w->pass_ns[k];
		snprintf(name, sizeof(name), "pass_%s_ns", w->pass[i]);
		st->metric(st, name, "ns", sum, VMB_METRIC_MEDIAN);
	}
	if (w->nr_passes)
		st->metric(st, "optimiser_ns", "ns", all, VMB_METRIC_MEDIAN);
}

/* The least time of an execution of the unit at @level; negative: it failed. */
static double time_code(struct opt_work *w, unsigned int level)
{
	const struct opt_options options = { .level = level };
	static struct kernel_world world;
	double least = -1, began, took;
	uint32_t i;

	if (make(w, &options))
		return -1;
	for (i = 0; i < REPEATS; i++) {
		kernel_world_open(&world, w->seed, KERNEL_ROUNDS);
		began = now_ns();
		if (jit_run(&w->jit, &w->code, &world.context, &w->runner, &world.leave))
			return -1;
		took = now_ns() - began;
		least = least < 0 || took < least ? took : least;
	}
	return least;
}

static void report(struct vmb_state *st, struct opt_work *w)
{
	double plain, optimised;

	report_passes(st, w);
	plain = time_code(w, 0);
	optimised = time_code(w, w->level);
	if (plain <= 0 || optimised <= 0)
		return;
	st->metric(st, "run_ns_per_insn", "ns", optimised / (double)w->insns, VMB_METRIC_MEDIAN);
	if (w->level)
		st->metric(st, "speedup_over_o0", "x", plain / optimised, VMB_METRIC_MEDIAN);
	st->metric(st, "insns_left", "%", 100.0 * w->copy.nr_insns / w->subject.ir.nr_insns,
		   VMB_METRIC_MEDIAN);
}

static void teardown(struct vmb_state *st)
{
	struct opt_work *w = st->priv;

	if (w->done && !w->status)
		report(st, w);
	free_work(w);
}

const struct vmb_bench bench_jit_opt = {
	.name = "opt",
	.what = "copy, optimise and compile a loop for tier 2; passes and the code's speed are metrics",
	.unit = "unit",
	.axes = axes,
	.nr_axes = VMB_ARRAY_SIZE(axes),
	.supported = jit_work_supported,
	.setup = setup,
	.run = run,
	.check = check,
	.teardown = teardown,
};
