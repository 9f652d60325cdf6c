// SPDX-License-Identifier: MIT
#include "user/bench/jit/work.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "arch/registry.h"
#include "user/bench/jit/workload.h"
#include "vmcore/opt/pipeline.h"

#define ARENA_BYTES (16u << 20)
#define CACHE_BYTES (4u << 20)
#define FUEL	    100000000u

int jit_work_supported(const struct vmb_state *st, struct vmb_why *why)
{
	(void)st;
	if (vmb_arch_host()->host_ops && vmb_native()->host_native)
		return 0;
	vmb_why_set(why, "there is no code generator for %s", vmb_arch_host()->name);
	return -ENOTSUP;
}

static int make_units(struct jit_work *w, uint64_t seed, jit_work_make *make, uint32_t size)
{
	struct ir_error error;
	uint32_t i;
	int err;

	for (i = 0; i < JIT_WORK_UNITS; i++) {
		ir_unit_init(&w->unit[i], &w->arena);
		err = make(&w->unit[i], seed + i, size);
		if (!err)
			err = ir_verify(&w->unit[i], &w->arena, &error);
		if (err)
			return err;
		snprintf(w->unit[i].name, sizeof(w->unit[i].name), "unit_%u", i);
		w->nr_insns += w->unit[i].nr_insns;
	}
	return 0;
}

static void free_work(struct jit_work *w)
{
	ir_arena_fini(&w->arena);
	ir_arena_fini(&w->copies);
	ir_arena_fini(&w->passes);
	jit_fini(&w->jit);
	free(w);
}

int jit_work_setup(struct vmb_state *st, jit_work_make *make, uint32_t size)
{
	const struct jit_options options = {
		.host = vmb_arch_host()->host_ops, .native = vmb_native()->host_native,
		.cache_bytes = CACHE_BYTES, .evict = true, .flat = true,
		.first = WORKLOAD_FIRST, .bytes = WORKLOAD_MEMORY_BYTES,
	};
	struct jit_work *w = calloc(1, sizeof(*w));
	int err = w ? jit_init(&w->jit, &options) : -ENOMEM;

	if (err) {
		vmb_why_set(&st->why, "cannot map %u KiB for code: %s", CACHE_BYTES >> 10,
			    strerror(-err));
		free(w);
		return err;
	}
	ir_arena_init(&w->arena, ARENA_BYTES);
	ir_arena_init(&w->copies, ARENA_BYTES);
	ir_arena_init(&w->passes, ARENA_BYTES);
	st->priv = w;
	err = make_units(w, st->seed, make, size);
	if (err) {
		vmb_why_set(&st->why, "cannot make a unit of %u: %s", size, strerror(-err));
		free_work(w);
		return err;
	}
	st->throughput_per_op = (double)w->nr_insns / JIT_WORK_UNITS;
	st->throughput_unit = "insns";
	return 0;
}

int jit_work_compile(struct jit_work *w, uint32_t i, unsigned int level)
{
	const struct opt_options options = { .level = level };
	struct jit_code below;
	struct ir_error error;
	struct ir_unit unit;
	int status;

	if (level == JIT_O0)
		return jit_compile(&w->jit, &w->unit[i], &w->code[i], NULL);
	status = jit_compile(&w->jit, &w->unit[i], &below, NULL);
	if (status)
		return status;
	ir_arena_reset(&w->copies);
	ir_unit_init(&unit, &w->copies);
	status = ir_unit_copy(&unit, &w->unit[i], &w->copies);
	if (!status)
		status = opt_run(&unit, &options, &w->passes, &error);
	return status ? status : jit_compile_over(&w->jit, &unit, &below, &w->code[i], NULL);
}

void jit_work_run(void *priv, uint64_t iters)
{
	struct jit_work *w = priv;
	uint32_t at = w->at;
	int status;

	w->done += iters;
	for (; iters; iters--) {
		status = jit_work_compile(w, at, w->level);
		w->status = status ? status : w->status;
		at = (at + 1) % JIT_WORK_UNITS;
	}
	w->at = at;
}

/* The guest's side of a run, and what it leaves. */
struct outcome {
	uint64_t state[WORKLOAD_STATE_BYTES / 8] VMB_ALIGNED(16);
	uint8_t memory[WORKLOAD_MEMORY_BYTES] VMB_ALIGNED(16);
	struct ir_leave leave;
};

static bool call_mix(void *priv, const struct ir_helper *helper, const union ir_val *arg,
		     union ir_val *result)
{
	(void)priv, (void)helper;
	result->d[0] = (arg[0].d[0] ^ arg[1].d[0] << 1) * 3;
	result->d[1] = 0;
	return true;
}

static void prepare(struct outcome *o, struct ir_flat *flat, struct ir_context *context,
		    uint64_t seed)
{
	uint32_t i;

	for (i = 0; i < VMB_ARRAY_SIZE(o->state); i++)
		o->state[i] = i ? vmb_random(&seed) : WORKLOAD_FIRST;
	for (i = 0; i < WORKLOAD_MEMORY_BYTES; i++)
		o->memory[i] = (uint8_t)vmb_random(&seed);
	*flat = (struct ir_flat){ o->memory, WORKLOAD_FIRST, WORKLOAD_MEMORY_BYTES };
	*context = (struct ir_context){
		.state = o->state, .state_bytes = sizeof(o->state), .fuel = FUEL,
		.memory = { .priv = flat, .map = ir_flat_map }, .call = call_mix,
	};
}

/* Run unit @i: compiled if @runner, else interpreted with @frame. */
static int execute(const struct jit_work *w, uint32_t i, struct jit_runner *runner,
		   struct ir_frame *frame, struct outcome *o)
{
	struct ir_context context;
	struct ir_flat flat;

	prepare(o, &flat, &context, i);
	if (runner)
		return jit_run(&w->jit, &w->code[i], &context, runner, &o->leave);
	return ir_interpret(&w->unit[i], &context, frame, &o->leave);
}

int jit_work_execute(struct jit_work *w, uint32_t i, struct jit_runner *runner)
{
	static struct outcome outcome;

	return execute(w, i, runner, NULL, &outcome);
}

static int compare(const struct jit_work *w, uint32_t i, struct vmb_why *why)
{
	static struct outcome compiled, interpreted;
	struct jit_runner runner = { 0 };
	struct ir_frame frame = { 0 };
	int err = execute(w, i, &runner, NULL, &compiled);

	if (!err)
		err = execute(w, i, NULL, &frame, &interpreted);
	jit_runner_fini(&runner);
	ir_frame_fini(&frame);
	if (err) {
		vmb_why_set(why, "unit %u cannot be run: %s", i, strerror(-err));
		return err;
	}
	if (memcmp(compiled.state, interpreted.state, sizeof(compiled.state)) ||
	    memcmp(compiled.memory, interpreted.memory, sizeof(compiled.memory)) ||
	    compiled.leave.kind != IR_LEAVE_EXIT || compiled.leave.pc != interpreted.leave.pc) {
		vmb_why_set(why, "unit %u does something else than in the interpreter", i);
		return -EIO;
	}
	return 0;
}

/* What the cache still has of the last turn; the latest is always there. */
int jit_work_check(const void *priv, struct vmb_why *why)
{
	const struct jit_work *w = priv;
	uint32_t i, checked = 0;
	int err = w->status;

	if (err)
		vmb_why_set(why, "a unit could not be compiled: %s", strerror(-err));
	for (i = 0; i < JIT_WORK_UNITS && !err; i++) {
		if (w->code[i].epoch != w->jit.cache.epoch)
			continue;
		err = compare(w, i, why);
		checked++;
	}
	if (err)
		return err;
	if (checked && w->done)
		return 0;
	vmb_why_set(why, "nothing was compiled");
	return -EIO;
}

void jit_work_teardown(struct vmb_state *st)
{
	struct jit_work *w = st->priv;
	uint64_t bytes = 0;
	uint32_t i;

	for (i = 0; i < JIT_WORK_UNITS; i++)
		bytes += w->code[i].bytes;
	if (w->done >= JIT_WORK_UNITS)
		st->metric(st, "code_bytes_per_insn", "B/insn",
			   (double)bytes / (double)w->nr_insns, VMB_METRIC_MEDIAN);
	free_work(w);
}
