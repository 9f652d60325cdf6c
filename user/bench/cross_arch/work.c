// SPDX-License-Identifier: MIT
#include "user/bench/cross_arch/work.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "arch/registry.h"
#include "vmcore/jit/jit.h"
#include "vmcore/opt/pipeline.h"
#include "vmcore/xlat/region.h"

#define BASE	     UINT64_C(0x10000)
#define DATA_BYTES   4096u
#define ARENA_BYTES  (64u << 20)
#define CACHE_BYTES  (4u << 20)
#define REGION_INSNS 256u
#define TURNS	     10
/* A return of x86_64 moves the stack pointer on: so often it stays in the data. */
#define RUNS	     256

/* By how the pair is written: guest, then host. */
const struct vmb_value cross_pairs[CROSS_PAIRS] = {
	{ "x86_64-arm64", 0 }, { "arm64-x86_64", 1 }, { "x86_64-riscv64", 2 },
	{ "riscv64-x86_64", 3 }, { "arm64-riscv64", 4 }, { "riscv64-arm64", 5 },
};

/**
 * struct work - a round's own.
 * @code: to be translated
 * @optimised: as what runs much is translated
 * @guest_bytes, @code_bytes: of the last translation
 * @nr_insns: guest instructions translated in it
 */
struct work {
	const struct guest_ops *guest;
	struct jit jit;
	struct ir_arena arena, scratch;
	struct code code;
	bool optimised;
	uint64_t guest_bytes, code_bytes, nr_insns;
	uint64_t done;
	int status;
};

const struct vmb_arch *cross_side(const char *pair, bool host)
{
	const char *dash = strchr(pair, '-');
	char name[16] = "";

	if (host)
		return vmb_arch_by_name(dash + 1);
	memcpy(name, pair, (size_t)(dash - pair) < sizeof(name) ? (size_t)(dash - pair) : 0);
	return vmb_arch_by_name(name);
}

int cross_supported(const struct vmb_state *st, struct vmb_why *why)
{
	const struct vmb_arch *guest = cross_side(st->arg[0].label, false);
	const struct vmb_arch *host = cross_side(st->arg[0].label, true);

	if (!guest || !guest->guest_ops)
		vmb_why_set(why, "programs of this guest cannot be translated yet");
	else if (!host || !host->host_ops)
		vmb_why_set(why, "code for this host cannot be made yet");
	else
		return 0;
	return -ENOTSUP;
}

static size_t fetch(void *priv, uint64_t pc, const uint8_t **bytes)
{
	const struct work *w = priv;
	uint64_t at = pc - BASE;

	if (at >= w->code.nr_bytes)
		return 0;
	*bytes = w->code.bytes + at;
	return w->code.nr_bytes - at;
}

/* One region to @unit. Return: 0 or -errno. */
static int lift(struct work *w, uint64_t pc, struct ir_unit *unit, struct xlat_region *region)
{
	const struct xlat_source source = { .fetch = fetch, .priv = w };

	ir_arena_reset(&w->arena);
	ir_unit_init(unit, &w->arena);
	return xlat_lift(w->guest, &source, pc, REGION_INSNS, unit, region);
}

/* Lift, optimise and compile as the translator does, at first sight or what runs much. */
static int translate(struct work *w, uint64_t pc, struct ir_unit *unit, struct xlat_region *region,
		     struct jit_code *code)
{
	const struct opt_options options = { .level = 2 };
	int status = lift(w, pc, unit, region);

	ir_arena_reset(&w->scratch);
	if (!status && w->optimised)
		status = opt_run(unit, &options, &w->scratch, NULL);
	if (status)
		return status;
	return w->optimised ? jit_compile_tier2(&w->jit, unit, code, NULL) :
			      jit_compile_lifted(&w->jit, unit, code, NULL);
}

/* All of the code, region by region: they lie one behind the other. */
static int translate_all(struct work *w)
{
	uint64_t pc = BASE, end = BASE + w->code.nr_bytes;

	w->guest_bytes = w->code_bytes = w->nr_insns = 0;
	while (pc < end) {
		struct xlat_region region;
		struct jit_code code;
		struct ir_unit unit;
		int status = translate(w, pc, &unit, &region, &code);

		if (status || !region.nr_bytes)
			return status ? status : -EIO;
		pc += region.nr_bytes;
		w->guest_bytes += region.nr_bytes;
		w->nr_insns += region.nr_insns;
		w->code_bytes += code.bytes;
	}
	return 0;
}

static void drop(struct work *w)
{
	jit_fini(&w->jit);
	ir_arena_fini(&w->arena);
	ir_arena_fini(&w->scratch);
	free(w->code.bytes);
	free(w);
}

static int start(struct vmb_state *st, struct work *w)
{
	const struct vmb_arch *host = cross_side(st->arg[0].label, true);
	const struct jit_options options = {
		.host = host->host_ops, .cache_bytes = CACHE_BYTES, .evict = true, .flat = true,
		.native = host == vmb_arch_host() ? vmb_native()->host_native : NULL,
		.first = BASE, .bytes = DATA_BYTES,
	};

	return jit_init(&w->jit, &options);
}

int cross_setup(struct vmb_state *st, enum code_class class, uint32_t insns, size_t bytes)
{
	struct work *w = calloc(1, sizeof(*w));
	int err = w ? start(st, w) : -ENOMEM;

	if (err) {
		vmb_why_set(&st->why, "cannot map memory for code: %s", strerror(-err));
		free(w);
		return err;
	}
	ir_arena_init(&w->arena, ARENA_BYTES);
	ir_arena_init(&w->scratch, ARENA_BYTES);
	w->guest = cross_side(st->arg[0].label, false)->guest_ops;
	w->code = (struct code){ .max_insns = insns, .max_bytes = bytes };
	err = code_make(w->guest->name, class, st->seed, &w->code);
	if (err) {
		if (err == -ENOTSUP)
			vmb_why_set(&st->why, "%s has no such instructions", w->guest->name);
		else
			vmb_why_set(&st->why, "cannot make guest code: %s", strerror(-err));
		drop(w);
		return err;
	}
	st->priv = w;
	st->throughput_per_op = w->code.nr_insns;
	st->throughput_unit = "insns";
	return 0;
}

void cross_optimise(struct vmb_state *st)
{
	struct work *w = st->priv;

	w->optimised = true;
}

void cross_run(void *priv, uint64_t iters)
{
	struct work *w = priv;
	int status;

	w->done += iters;
	for (; iters; iters--) {
		status = translate_all(w);
		w->status = status ? status : w->status;
	}
}

/* A guest's side of a run, and what it leaves. */
struct outcome {
	uint8_t state[4096] VMB_ALIGNED(16);
	uint8_t data[DATA_BYTES] VMB_ALIGNED(16);
	struct ir_flat flat;
	struct ir_context context;
	struct ir_leave leave;
};

static void prepare(const struct work *w, struct outcome *o)
{
	const uint64_t base = BASE + 1024;
	uint32_t i;

	for (i = 0; i < sizeof(o->state); i++)
		o->state[i] = (uint8_t)(i * 7);
	memset(o->data, 0x5a, sizeof(o->data));
	memcpy(o->state + w->code.base, &base, sizeof(base));
	memcpy(o->state + w->code.stack, &base, sizeof(base));
	o->flat = (struct ir_flat){ o->data, BASE, DATA_BYTES };
	o->context = (struct ir_context){
		.state = o->state, .state_bytes = sizeof(o->state), .fuel = 1u << 30,
		.memory = { .priv = &o->flat, .map = ir_flat_map },
	};
}

/* The first region: does its code do what its lifted form does in the interpreter? */
static int compare(struct work *w, struct vmb_why *why)
{
	static struct outcome compiled, interpreted;
	struct jit_runner runner = { 0 };
	struct ir_frame frame = { 0 };
	struct jit_code code;
	struct ir_unit unit;
	int err = translate(w, BASE, &unit, NULL, &code);

	prepare(w, &compiled);
	prepare(w, &interpreted);
	if (!err)
		err = jit_run(&w->jit, &code, &compiled.context, &runner, &compiled.leave);
	if (!err)
		err = lift(w, BASE, &unit, NULL);
	if (!err)
		err = ir_interpret(&unit, &interpreted.context, &frame, &interpreted.leave);
	jit_runner_fini(&runner);
	ir_frame_fini(&frame);
	if (err) {
		vmb_why_set(why, "the code cannot be run: %s", strerror(-err));
		return err;
	}
	if (!memcmp(compiled.state, interpreted.state, sizeof(compiled.state)) &&
	    !memcmp(compiled.data, interpreted.data, sizeof(compiled.data)) &&
	    compiled.leave.pc == interpreted.leave.pc)
		return 0;
	vmb_why_set(why, "the code does something else than in the interpreter");
	return -EIO;
}

/* Code for another host than this machine can only be counted. */
int cross_check(const void *priv, struct vmb_why *why)
{
	struct work *w = (struct work *)(uintptr_t)priv;

	if (w->status || !w->done) {
		vmb_why_set(why, "not translated: %s", w->status ? strerror(-w->status) : "never run");
		return w->status ? w->status : -EIO;
	}
	if (w->nr_insns != w->code.nr_insns || w->guest_bytes != w->code.nr_bytes) {
		vmb_why_set(why, "%llu of %u instructions were translated",
			    (unsigned long long)w->nr_insns, w->code.nr_insns);
		return -EIO;
	}
	return w->jit.native ? compare(w, why) : 0;
}

static double now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

/* The first region translated one way. Return: ns of the quickest time; 0: it cannot be. */
static double time_translation(struct work *w, bool optimised, struct jit_code *code)
{
	double least = 0, ns;
	struct ir_unit unit;
	int turn;

	w->optimised = optimised;
	for (turn = 0; turn < TURNS; turn++) {
		ns = now_ns();
		if (translate(w, BASE, &unit, NULL, code))
			return 0;
		ns = now_ns() - ns;
		least = !turn || ns < least ? ns : least;
	}
	return least;
}

/* The same of running it: once, on the average of some, that begin with what the last one left. */
static double time_code(const struct work *w, const struct jit_code *code)
{
	static struct outcome o;
	struct jit_runner runner = { 0 };
	double least = 0, ns;
	int turn, i, status = 0;

	for (turn = 0; turn < TURNS && !status; turn++) {
		prepare(w, &o);
		ns = now_ns();
		for (i = 0; i < RUNS && !status; i++)
			status = jit_run(&w->jit, code, &o.context, &runner, &o.leave);
		ns = (now_ns() - ns) / RUNS;
		least = !turn || ns < least ? ns : least;
		if (o.leave.kind == IR_LEAVE_FAULT || o.leave.kind == IR_LEAVE_TRAP)
			status = -EFAULT;
	}
	jit_runner_fini(&runner);
	return status ? 0 : least;
}

/* What optimising gives, and after how many runs it has taken less time than it has cost. */
static void report_speed(struct vmb_state *st, struct work *w)
{
	struct jit_code fast, optimised;
	double cost[2], ns[2];

	cost[0] = time_translation(w, false, &fast);
	cost[1] = time_translation(w, true, &optimised);
	if (cost[0] <= 0 || cost[1] <= 0)
		return;
	ns[0] = time_code(w, &fast);
	ns[1] = time_code(w, &optimised);
	if (ns[0] <= 0 || ns[1] <= 0)
		return;
	st->metric(st, "speedup", "x", ns[0] / ns[1], VMB_METRIC_MEDIAN);
	if (ns[0] > ns[1] && cost[1] > cost[0])
		st->metric(st, "break_even", "runs", (cost[1] - cost[0]) / (ns[0] - ns[1]),
			   VMB_METRIC_MEDIAN);
}

void cross_teardown(struct vmb_state *st)
{
	struct work *w = st->priv;

	if (w->guest_bytes)
		st->metric(st, "expansion", "x", (double)w->code_bytes / (double)w->guest_bytes,
			   VMB_METRIC_MEDIAN);
	if (w->optimised && w->done && w->jit.native)
		report_speed(st, w);
	drop(w);
}
