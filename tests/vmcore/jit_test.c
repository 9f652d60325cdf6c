// SPDX-License-Identifier: MIT
#include "tests/test.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arch/registry.h"
#include "tests/vmcore/case.h"
#include "tests/vmcore/gen.h"
#include "vmcore/ir/build.h"
#include "vmcore/jit/jit.h"
#include "vmcore/opt/pipeline.h"

/* How many random units; JIT_UNITS in the environment asks for another number. */
#define UNITS 10000u

#define CACHE_BYTES (4u << 20)

/*
 * An emulator may not see that code has changed through another mapping: JIT_MPROTECT in the
 * environment asks for one mapping throughout.
 */
static enum code_wx protection(void)
{
	return getenv("JIT_MPROTECT") ? CODE_WX_MPROTECT : CODE_WX_DUAL;
}

/* What an emulator can execute, though it does not say so: a number in the environment. */
static uint64_t asked_features(void)
{
	const char *asked = getenv("JIT_FEATURES");

	return asked ? strtoull(asked, NULL, 0) : 0;
}

/* Tests of running need a host that compiles and runs. */
static const struct host_native *native(void)
{
	static struct host_native other;

	if (!vmb_native()->host_native || !getenv("JIT_FEATURES"))
		return vmb_native()->host_native;
	other = *vmb_native()->host_native;
	other.features = asked_features;
	return &other;
}

static struct jit_options options_for(bool flat)
{
	return (struct jit_options){
		.host = vmb_arch_host()->host_ops, .native = native(),
		.cache_bytes = CACHE_BYTES, .evict = true, .flat = flat, .wx = protection(),
		.first = CASE_MEM_FIRST, .bytes = CASE_MEM_BYTES,
	};
}

/* How units are compiled: what the optimiser does, and the tier; NULL: tier 2 over tier 1. */
struct column {
	const char *name;
	unsigned int level;
	int (*compile)(struct jit *jit, const struct ir_unit *unit, struct jit_code *code,
		       uint32_t *insn);
};

static const struct column tier1 = { "tier 1", 0, jit_compile };
static const struct column tier2[] = {
	{ "tier 2, O0", 0, jit_compile_tier2 }, { "tier 2, O1", 1, jit_compile_tier2 },
	{ "tier 2, O2", 2, jit_compile_tier2 }, { "tier 2, O3", 3, jit_compile_tier2 },
};
static const struct column over[] = {
	{ "tier 2 over 1, O0", 0, NULL }, { "tier 2 over 1, O1", 1, NULL },
	{ "tier 2 over 1, O2", 2, NULL }, { "tier 2 over 1, O3", 3, NULL },
};

struct compiled {
	const struct column *column;
	struct ir_arena scratch;
	struct jit jit;
	struct jit_code code;
	struct jit_runner runner;
};

static void open_jit(struct compiled *c, const struct jit_options *options)
{
	memset(c, 0, sizeof(*c));
	if (!options->host || !options->native)
		skip();
	assert_int_equal(jit_init(&c->jit, options), 0);
	c->column = &tier1;
	ir_arena_init(&c->scratch, 64u << 20);
}

static void close_jit(struct compiled *c)
{
	jit_runner_fini(&c->runner);
	jit_fini(&c->jit);
	ir_arena_fini(&c->scratch);
}

static int begin(void *priv, struct ir_unit *unit)
{
	struct compiled *c = priv;
	const struct opt_options options = { .level = c->column->level };
	struct jit_code below;
	struct ir_error error;
	uint32_t insn = 0;
	int status = c->column->compile ? 0 : jit_compile(&c->jit, unit, &below, &insn);

	if (!status)
		status = opt_run(unit, &options, &c->scratch, &error);
	if (!status && !c->column->compile)
		status = jit_compile_over(&c->jit, unit, &below, &c->code, &insn);
	else if (!status)
		status = c->column->compile(&c->jit, unit, &c->code, &insn);
	if (status)
		print_error("%s: %s: %s\n", unit->name, strerror(-status),
			    ir_ops[unit->insn[insn].op].name);
	return status;
}

static int run(void *priv, const struct ir_unit *unit, struct ir_context *context,
	       struct ir_leave *leave)
{
	struct compiled *c = priv;

	(void)unit;
	return jit_run(&c->jit, &c->code, context, &c->runner, leave);
}

static void run_cases(const struct jit_options *options, const struct column *column)
{
	struct compiled c;
	struct case_engine engine = { .name = column->name, .priv = &c, .begin = begin, .run = run,
				      .other_fuel = true };
	struct case_count count = { 0 };

	open_jit(&c, options);
	c.column = column;
	case_run_dir("tests/vmcore/ir", &engine, &count, stderr);
	close_jit(&c);
	print_message("%u units, %u cases\n", count.units, count.cases);
	assert_int_equal(count.failed, 0);
	assert_true(count.cases >= 300);
}

static void test_jit_keeps_every_case_in_line(void **state)
{
	struct jit_options options = options_for(true);

	(void)state;
	run_cases(&options, &tier1);
}

static void test_jit_keeps_every_case_by_the_port(void **state)
{
	struct jit_options options = options_for(false);

	(void)state;
	run_cases(&options, &tier1);
}

/* The same with one mapping, and on a CPU that has only what all have. */
static void test_jit_keeps_every_case_by_mprotect(void **state)
{
	struct jit_options options = options_for(true);

	(void)state;
	options.wx = CODE_WX_MPROTECT;
	options.cache_bytes = 256 << 10;
	run_cases(&options, &tier1);
}

static uint64_t no_features(void)
{
	return 0;
}

static void test_jit_keeps_every_case_on_an_old_cpu(void **state)
{
	struct jit_options options = options_for(true);
	struct host_native old;

	(void)state;
	if (!options.native) {
		skip();
		return;
	}
	old = *options.native;
	old.features = no_features;
	options.native = &old;
	run_cases(&options, &tier1);
}

static void test_tier2_keeps_every_case(void **state)
{
	struct jit_options options = options_for(true);
	size_t i;

	(void)state;
	for (i = 0; i < VMB_ARRAY_SIZE(tier2); i++)
		run_cases(&options, &tier2[i]);
	for (i = 0; i < VMB_ARRAY_SIZE(over); i++)
		run_cases(&options, &over[i]);
	options.flat = false;
	run_cases(&options, &tier2[2]);
	run_cases(&options, &over[2]);
}

struct outcome {
	uint8_t state[GEN_STATE_BYTES] VMB_ALIGNED(16);
	uint8_t memory[GEN_MEM_BYTES] VMB_ALIGNED(16);
	struct ir_fpenv fp;
	struct ir_leave leave;
};

static void execute(struct compiled *c, struct ir_frame *frame, const struct ir_unit *unit,
		    uint64_t seed, struct outcome *outcome)
{
	struct ir_flat flat = { outcome->memory, CASE_MEM_FIRST, GEN_MEM_BYTES };
	struct ir_context context = {
		.state = outcome->state, .state_bytes = GEN_STATE_BYTES, .fuel = 100000000,
		.memory = { .priv = &flat, .map = ir_flat_map }, .call = case_call,
		.fp = { .rm = seed & 3 },
	};

	context.call_priv = &context;
	gen_world(seed, outcome->state, outcome->memory, CASE_MEM_FIRST);
	if (c)
		assert_int_equal(jit_run(&c->jit, &c->code, &context, &c->runner,
					 &outcome->leave), 0);
	else
		assert_int_equal(ir_interpret(unit, &context, frame, &outcome->leave), 0);
	assert_int_not_equal(outcome->leave.kind, IR_LEAVE_FUEL);
	outcome->fp = context.fp;
}

static bool same(const struct ir_unit *unit, const struct outcome *a, const struct outcome *b)
{
	return !memcmp(a->state, b->state, sizeof(a->state)) &&
	       !memcmp(a->memory, b->memory, sizeof(a->memory)) && a->fp.rm == b->fp.rm &&
	       (!(unit->flags & IR_UNIT_FPFLAGS) || a->fp.flags == b->fp.flags) &&
	       a->leave.kind == b->leave.kind && a->leave.code == b->leave.code &&
	       a->leave.pc == b->leave.pc && a->leave.address == b->leave.address;
}

static void explain(const struct ir_unit *unit, const struct outcome *a, const struct outcome *b)
{
	uint32_t i;

	ir_print(unit, stderr);
	for (i = 0; i < GEN_STATE_BYTES; i += 8) {
		if (memcmp(a->state + i, b->state + i, 8) != 0)
			fprintf(stderr, "state %u: %016" PRIx64 ", tier 1 %016" PRIx64 "\n", i,
				*(const uint64_t *)(const void *)(a->state + i),
				*(const uint64_t *)(const void *)(b->state + i));
	}
	for (i = 0; i < GEN_MEM_BYTES; i++) {
		if (a->memory[i] != b->memory[i])
			fprintf(stderr, "memory %u: %02x, tier 1 %02x\n", i, a->memory[i],
				b->memory[i]);
	}
	fprintf(stderr, "rm %u %u flags %x %x\n", a->fp.rm, b->fp.rm, a->fp.flags, b->fp.flags);
	fprintf(stderr, "left by %u %u %" PRIx64 " %" PRIx64 ", tier 1 %u %u %" PRIx64 " %" PRIx64 "\n",
		a->leave.kind, a->leave.code, a->leave.pc, a->leave.address, b->leave.kind,
		b->leave.code, b->leave.pc, b->leave.address);
}

static void check_unit(struct compiled *c, struct ir_frame *frame, struct ir_arena *arena,
		       uint64_t seed, uint32_t nr_insns)
{
	const struct gen_options options = { seed, nr_insns, seed & 1, 0 };
	static struct outcome interpreted, compiled;
	struct ir_unit unit, original;
	uint32_t world;

	ir_arena_reset(arena);
	ir_unit_init(&unit, arena);
	assert_int_equal(gen_unit(&unit, &options), 0);
	assert_int_equal(ir_unit_copy(&original, &unit, arena), 0);
	assert_int_equal(begin(c, &unit), 0);
	for (world = 0; world < 2; world++) {
		execute(NULL, frame, &original, seed + world, &interpreted);
		execute(c, NULL, &unit, seed + world, &compiled);
		if (!same(&original, &interpreted, &compiled)) {
			explain(&unit, &interpreted, &compiled);
			fail_msg("%s: seed %" PRIu64, c->column->name, seed);
		}
	}
}

/* @columns take turns. */
static void compare_units(const struct column *columns, size_t nr_columns, uint32_t max)
{
	const char *asked = getenv("JIT_UNITS"), *from = getenv("JIT_SEED");
	uint64_t nr = asked ? strtoull(asked, NULL, 10) : UNITS, first, seed;
	struct jit_options options = options_for(true);
	struct ir_frame frame = { 0 };
	struct ir_arena arena;
	struct compiled c;

	first = from ? strtoull(from, NULL, 10) : 1;
	open_jit(&c, &options);
	ir_arena_init(&arena, 64u << 20);
	for (seed = first; seed < first + nr; seed++) {
		c.column = &columns[seed / 2 % nr_columns];
		check_unit(&c, &frame, &arena, seed, 10 + (uint32_t)(seed % max));
	}
	ir_arena_fini(&arena);
	ir_frame_fini(&frame);
	close_jit(&c);
}

/* Where frames are large, and jumps go farther than the shortest instruction for them can. */
static void test_jit_does_so_in_long_units(void **state)
{
	static const uint32_t sizes[] = { 2000, 2000, 20000, 20000, 90000 };
	struct jit_options options = options_for(true);
	struct ir_frame frame = { 0 };
	struct ir_arena arena;
	struct compiled c;
	unsigned int i;

	(void)state;
	options.cache_bytes = 64u << 20;
	open_jit(&c, &options);
	ir_arena_init(&arena, 256u << 20);
	for (i = 0; i < VMB_ARRAY_SIZE(sizes); i++)
		check_unit(&c, &frame, &arena, 1000 + i, sizes[i]);
	ir_arena_fini(&arena);
	ir_frame_fini(&frame);
	close_jit(&c);
}

static void test_jit_does_what_the_interpreter_does(void **state)
{
	(void)state;
	compare_units(&tier1, 1, 190);
}

static void test_tier2_does_what_the_interpreter_does(void **state)
{
	(void)state;
	compare_units(tier2, VMB_ARRAY_SIZE(tier2), 390);
}

static void test_tier2_over_tier1_does_what_the_interpreter_does(void **state)
{
	(void)state;
	compare_units(over, VMB_ARRAY_SIZE(over), 390);
}

static void random_unit(struct ir_unit *unit, struct ir_arena *arena, uint32_t nr_insns)
{
	const struct gen_options options = { .seed = 7, .nr_insns = nr_insns, 0 };

	ir_unit_init(unit, arena);
	assert_int_equal(gen_unit(unit, &options), 0);
}

static void test_jit_reports_a_full_cache(void **state)
{
	struct jit_options options = options_for(true);
	struct ir_arena arena;
	struct ir_unit unit;
	struct compiled c;
	uint32_t nr = 0;
	int status;

	(void)state;
	options.cache_bytes = 64 << 10;
	options.evict = false;
	open_jit(&c, &options);
	ir_arena_init(&arena, 64u << 20);
	random_unit(&unit, &arena, 500);
	while (!(status = jit_compile(&c.jit, &unit, &c.code, NULL)))
		nr++;
	assert_int_equal(status, -ENOSPC);
	assert_in_range(nr, 5, 50);
	/* What was there is still good, and stays so. */
	assert_int_equal(c.jit.cache.epoch, 1);
	ir_arena_fini(&arena);
	close_jit(&c);
}

static void test_jit_evicts_and_knows_stale_code(void **state)
{
	struct jit_options options = options_for(true);
	struct ir_context context = { .state_bytes = 0 };
	struct ir_leave leave;
	struct ir_arena arena;
	struct ir_unit unit;
	struct jit_code old;
	struct compiled c;
	uint32_t i;

	(void)state;
	options.cache_bytes = 64 << 10;
	open_jit(&c, &options);
	ir_arena_init(&arena, 64u << 20);
	random_unit(&unit, &arena, 500);
	assert_int_equal(jit_compile(&c.jit, &unit, &old, NULL), 0);
	for (i = 0; i < 100; i++)
		assert_int_equal(jit_compile(&c.jit, &unit, &c.code, NULL), 0);
	assert_true(c.jit.cache.epoch > 1);
	assert_int_equal(jit_run(&c.jit, &old, &context, &c.runner, &leave), -ESTALE);
	/* A unit that does not even fit an empty cache. */
	random_unit(&unit, &arena, 20000);
	assert_int_equal(jit_compile(&c.jit, &unit, &c.code, NULL), -ENOSPC);
	ir_arena_fini(&arena);
	close_jit(&c);
}

/* Whatever the room, compiling a unit ends well or with an error, and writes nowhere else. */
static void survive_any_room(const struct host_ops *host, const struct ir_unit *unit,
			     struct jit_scratch *scratch)
{
	static uint8_t room[8192];
	struct code_buf buf;
	size_t bytes, i;

	for (bytes = 0; bytes < 4000; bytes += 7) {
		struct jit_target target = { .flat = true, .first = 0x10000, .bytes = 4096 };
		struct jit_job job = { .unit = unit, .target = &target, .scratch = scratch,
				       .buf = &buf };
		int status;

		memset(room, 0xa5, sizeof(room));
		code_buf_init(&buf, room, bytes);
		jit_scan(&job);
		status = host->lower(&job);
		assert_true(status == 0 || status == -ENOSPC);
		assert_true(status == 0 || buf.overflow);
		for (i = bytes < CODE_BUF_MIN ? CODE_BUF_MIN : bytes; i < sizeof(room); i++)
			assert_int_equal(room[i], 0xa5);
	}
}

static void test_jit_survives_any_room(void **state)
{
	const struct vmb_arch *const *arches;
	struct jit_scratch scratch = { 0 };
	struct ir_arena arena;
	struct ir_unit unit;
	size_t nr, i;

	(void)state;
	ir_arena_init(&arena, 64u << 20);
	random_unit(&unit, &arena, 200);
	assert_int_equal(jit_scratch_reserve(&scratch, &unit), 0);
	arches = vmb_arches(&nr);
	for (i = 0; i < nr; i++)
		if (arches[i]->host_ops)
			survive_any_room(arches[i]->host_ops, &unit, &scratch);
	jit_scratch_fini(&scratch);
	ir_arena_fini(&arena);
}

/* Code that nobody runs here: that it can be made, whatever the instructions and the CPU. */
static void compile_for(const struct host_ops *host, uint64_t features, bool flat)
{
	struct jit_options options = options_for(flat);
	struct ir_arena arena;
	struct ir_unit unit;
	struct compiled c = { 0 };
	uint64_t seed;

	options.host = host;
	options.native = NULL;
	options.features = features;
	options.cache_bytes = 16u << 20;
	assert_int_equal(jit_init(&c.jit, &options), 0);
	c.column = &tier1;
	ir_arena_init(&c.scratch, 64u << 20);
	ir_arena_init(&arena, 64u << 20);
	for (seed = 1; seed < 200; seed++) {
		const struct gen_options gen = { seed, seed % 50 ? 200 : 20000, seed & 1, 0 };

		ir_arena_reset(&arena);
		ir_unit_init(&unit, &arena);
		assert_int_equal(gen_unit(&unit, &gen), 0);
		assert_int_equal(begin(&c, &unit), 0);
	}
	ir_arena_fini(&arena);
	close_jit(&c);
}

static void test_jit_compiles_for_every_host(void **state)
{
	const struct vmb_arch *const *arches;
	size_t nr, i;

	(void)state;
	arches = vmb_arches(&nr);
	for (i = 0; i < nr; i++) {
		if (!arches[i]->host_ops)
			continue;
		compile_for(arches[i]->host_ops, 0, true);
		compile_for(arches[i]->host_ops, UINT64_MAX, true);
		compile_for(arches[i]->host_ops, UINT64_MAX, false);
	}
}

static int parse(struct ir_unit *unit, struct ir_arena *arena, const char *text)
{
	struct ir_text at = { .text = text, .bytes = strlen(text) };
	struct ir_error error;

	ir_unit_init(unit, arena);
	assert_int_equal(ir_parse(&at, unit, &error), 1);
	return ir_verify(unit, arena, &error);
}

static void test_jit_runs_out_of_fuel_in_a_loop(void **state)
{
	static const char text[] = "unit u {\n  state 8\nb0:\n  br b1\nb1:\n"
				   "  %x:i64 = ld_state 0\n  %one:i64 = const 1\n"
				   "  %y:i64 = add %x, %one\n  st_state %y, 0\n  br b1\n}\n";
	struct jit_options options = options_for(false);
	uint64_t guest[2] VMB_ALIGNED(16) = { 0 };
	struct ir_context context = { .state = guest, .state_bytes = 8, .fuel = 1000 };
	struct ir_leave leave;
	struct ir_arena arena;
	struct ir_unit unit;
	struct compiled c;

	(void)state;
	open_jit(&c, &options);
	ir_arena_init(&arena, 1 << 20);
	assert_int_equal(parse(&unit, &arena, text), 0);
	assert_int_equal(begin(&c, &unit), 0);
	assert_int_equal(jit_run(&c.jit, &c.code, &context, &c.runner, &leave), 0);
	assert_int_equal(leave.kind, IR_LEAVE_FUEL);
	assert_int_equal(leave.block, 1);
	assert_int_equal(context.fuel, 0);
	assert_in_range(guest[0], 200, 201);
	ir_arena_fini(&arena);
	close_jit(&c);
}

/* state 0 counts turns, eight for each run; a third is not exact. */
static void test_jit_runs_again_what_is_ready(void **state)
{
	static const char text[] =
		"unit u {\n  state 16\n  fpflags\nb0:\n  %i:i64 = const 0\n  br b1(%i)\nb1(%n:i64):\n"
		"  %x:i64 = ld_state 0\n  %one:i64 = const 1\n  %y:i64 = add %x, %one\n"
		"  st_state %y, 0\n  %m:i64 = add %n, %one\n  %eight:i64 = const 8\n"
		"  brcmp.ult %m, %eight, b1(%m), b2\nb2:\n  %a:f64 = const 0x3ff0000000000000\n"
		"  %b:f64 = const 0x4008000000000000\n  %c:f64 = fdiv.x86 %a, %b\n"
		"  st_state %c, 8\n  exit.jump 0x1234\n}\n";
	struct jit_options options = options_for(false);
	uint64_t guest[2] VMB_ALIGNED(16) = { 0 }, used;
	struct ir_context context = { .state = guest, .state_bytes = 16, .fuel = 1000 };
	struct jit_ready ready;
	struct ir_leave leave;
	struct ir_arena arena;
	struct ir_unit unit;
	struct compiled c;

	(void)state;
	open_jit(&c, &options);
	ir_arena_init(&arena, 1 << 20);
	assert_int_equal(parse(&unit, &arena, text), 0);
	assert_int_equal(begin(&c, &unit), 0);
	assert_int_equal(jit_run(&c.jit, &c.code, &context, &c.runner, &leave), 0);
	used = 1000 - context.fuel;
	assert_int_equal(context.fp.flags, IR_FP_INEXACT);
	context.fp.flags = IR_FP_DIVZERO;
	context.fuel = 3 * used - 1;
	assert_int_equal(jit_prepare(&ready, &c.jit, &c.code, &context, &c.runner), 0);
	for (uint32_t i = 2; i < 4; i++) {
		assert_int_equal(jit_run_ready(&ready, &leave), 0);
		assert_int_equal(leave.kind, IR_LEAVE_EXIT);
		assert_int_equal(leave.pc, 0x1234);
		assert_int_equal(guest[0], 8 * i);
	}
	assert_int_equal(jit_run_ready(&ready, &leave), 0);
	assert_int_equal(leave.kind, IR_LEAVE_FUEL);
	assert_int_equal(leave.block, 1);
	jit_finish(&ready);
	assert_int_equal(context.fuel, 0);
	assert_int_equal(context.fp.flags, IR_FP_INEXACT | IR_FP_DIVZERO);
	code_cache_flush(&c.jit.cache);
	assert_int_equal(jit_run_ready(&ready, &leave), -ESTALE);
	assert_int_equal(jit_prepare(&ready, &c.jit, &c.code, &context, &c.runner), -ESTALE);
	ir_arena_fini(&arena);
	close_jit(&c);
}

/* More values than a caller has registers that a call keeps: the compiler keeps those full of them. */
static uint64_t run_among_values(const struct jit_ready *ready, struct ir_leave *leave, uint64_t x)
{
	uint64_t a = x, b = 3 * x, c = 5 * x, d = 7 * x, e = 11 * x, f = 13 * x, g = 17 * x;
	int status;

	__asm__ volatile("" : "+r"(a), "+r"(b), "+r"(c), "+r"(d), "+r"(e), "+r"(f), "+r"(g));
	status = jit_run_ready(ready, leave);
	__asm__ volatile("" : "+r"(a), "+r"(b), "+r"(c), "+r"(d), "+r"(e), "+r"(f), "+r"(g));
	return a + b + c + d + e + f + g - 57 * x + (uint64_t)status;
}

/* Return: 0 if they have not changed. Odd seeds have an address of memory that is none. */
static uint64_t prepare_and_run(struct compiled *c, const struct jit_code *code, uint64_t seed)
{
	static struct outcome o;
	struct ir_flat flat = { o.memory, CASE_MEM_FIRST, GEN_MEM_BYTES };
	struct ir_context context = {
		.state = o.state, .state_bytes = GEN_STATE_BYTES, .fuel = 100000000,
		.memory = { .priv = &flat, .map = ir_flat_map },
	};
	struct jit_ready ready;
	uint64_t changed;

	gen_world(seed, o.state, o.memory, CASE_MEM_FIRST);
	if (seed & 1)
		memset(o.state, 0x55, 8);
	assert_int_equal(jit_prepare(&ready, &c->jit, code, &context, &c->runner), 0);
	changed = run_among_values(&ready, &o.leave, seed + 1);
	jit_finish(&ready);
	return changed;
}

/* By way of code with guards that hold, or not, and with an access that is compared on its own. */
static void test_tier2_keeps_its_caller_s_registers(void **state)
{
	struct jit_options options = options_for(true);
	struct ir_arena arena;
	struct compiled c;
	uint64_t seed;

	(void)state;
	open_jit(&c, &options);
	ir_arena_init(&arena, 64u << 20);
	for (seed = 0; seed < 300; seed++) {
		const struct gen_options gen = { seed, 10 + (uint32_t)seed, 0, 0 };
		struct jit_code below, code;
		struct ir_unit unit;

		ir_arena_reset(&arena);
		ir_unit_init(&unit, &arena);
		assert_int_equal(gen_unit(&unit, &gen), 0);
		assert_int_equal(jit_compile(&c.jit, &unit, &below, NULL), 0);
		assert_int_equal(jit_compile_over(&c.jit, &unit, &below, &code, NULL), 0);
		assert_int_equal(prepare_and_run(&c, &code, seed), 0);
	}
	ir_arena_fini(&arena);
	close_jit(&c);
}

/* A block of more code than a conditional branch of some hosts can skip. */
static void long_block(struct ir_build *build, uint32_t nr_calls)
{
	static const struct ir_helper mix = {
		.name = "mix", .type = IR_I64, .nr_args = 8,
		.arg = { IR_I8, IR_I16, IR_I32, IR_I64, IR_F32, IR_F64, IR_I64, IR_I64 },
	};
	uint32_t helper = ir_add_helper(build, &mix), arg[IR_HELPER_ARGS], i;

	for (i = 0; i < IR_HELPER_ARGS; i++)
		arg[i] = ir_const(build, mix.arg[i], 17 * i + 1);
	for (i = 0; i < nr_calls; i++)
		ir_emit_call(build, helper, arg);
}

/* State 0 leads past the long block, anything else through it. */
static void long_unit(struct ir_unit *unit, struct ir_arena *arena, uint32_t nr_calls)
{
	struct ir_insn insn = { .op = IR_brcond, .b = IR_NONE, .c = IR_NONE };
	struct ir_target target[2] = { { 0 } };
	struct ir_build build;
	uint32_t entry;

	ir_unit_init(unit, arena);
	ir_build_begin(&build, unit);
	unit->state_bytes = 8;
	entry = ir_new_block(&build);
	target[0].block = ir_new_block(&build);
	target[1].block = ir_new_block(&build);
	ir_start_block(&build, entry);
	insn.a = ir_get_state(&build, IR_I64, 0);
	ir_emit_branch(&build, &insn, target, 2);
	ir_start_block(&build, target[0].block);
	long_block(&build, nr_calls);
	ir_exit_to(&build, IR_EXIT_JUMP, 0x1000);
	ir_start_block(&build, target[1].block);
	ir_exit_to(&build, IR_EXIT_JUMP, 0x2000);
	assert_int_equal(ir_build_end(&build), 0);
}

static void test_jit_branches_as_far_as_it_must(void **state)
{
	struct jit_options options = options_for(false);
	uint64_t guest[2] VMB_ALIGNED(16) = { 0 };
	struct ir_context context = { .state = guest, .state_bytes = 8, .fuel = 1000,
				      .call = case_call };
	struct ir_leave leave;
	struct ir_arena arena;
	struct ir_unit unit;
	struct compiled c;

	(void)state;
	context.call_priv = &context;
	open_jit(&c, &options);
	ir_arena_init(&arena, 16 << 20);
	long_unit(&unit, &arena, 15000);
	assert_int_equal(begin(&c, &unit), 0);
	assert_true(c.code.bytes > 1 << 20);
	for (guest[0] = 0; guest[0] < 2; guest[0]++) {
		assert_int_equal(jit_run(&c.jit, &c.code, &context, &c.runner, &leave), 0);
		assert_int_equal(leave.kind, IR_LEAVE_EXIT);
		assert_int_equal(leave.pc, guest[0] ? 0x1000 : 0x2000);
	}
	ir_arena_fini(&arena);
	close_jit(&c);
}

static void test_jit_refuses_what_it_was_not_made_for(void **state)
{
	struct jit_options options = options_for(true);
	static uint8_t memory[CASE_MEM_BYTES] VMB_ALIGNED(16);
	struct ir_flat flat = { memory, CASE_MEM_FIRST, CASE_MEM_BYTES };
	uint8_t guest[GEN_STATE_BYTES] VMB_ALIGNED(16);
	struct ir_context context = { .state = guest, .state_bytes = sizeof(guest), .fuel = 100000,
				      .memory = { .priv = &flat, .map = ir_flat_map } };
	struct ir_leave leave;
	struct ir_arena arena;
	struct ir_unit unit;
	struct compiled c;

	(void)state;
	open_jit(&c, &options);
	ir_arena_init(&arena, 1 << 20);
	random_unit(&unit, &arena, 20);
	assert_int_equal(begin(&c, &unit), 0);
	gen_world(1, guest, memory, CASE_MEM_FIRST);
	assert_int_equal(jit_run(&c.jit, &c.code, &context, &c.runner, &leave), 0);
	flat.bytes--;
	assert_int_equal(jit_run(&c.jit, &c.code, &context, &c.runner, &leave), -EINVAL);
	flat = (struct ir_flat){ memory + 8, CASE_MEM_FIRST, CASE_MEM_BYTES };
	assert_int_equal(jit_run(&c.jit, &c.code, &context, &c.runner, &leave), -EINVAL);
	context.memory.map = NULL;
	assert_int_equal(jit_run(&c.jit, &c.code, &context, &c.runner, &leave), -EINVAL);
	context.state_bytes = GEN_STATE_BYTES - 1;
	assert_int_equal(jit_run(&c.jit, &c.code, &context, &c.runner, &leave), -EINVAL);
	options.host = NULL;
	assert_int_equal(jit_init(&(struct jit){ 0 }, &options), -EINVAL);
	ir_arena_fini(&arena);
	close_jit(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_jit_keeps_every_case_in_line),
		cmocka_unit_test(test_jit_keeps_every_case_by_the_port),
		cmocka_unit_test(test_jit_keeps_every_case_by_mprotect),
		cmocka_unit_test(test_jit_keeps_every_case_on_an_old_cpu),
		cmocka_unit_test(test_tier2_keeps_every_case),
		cmocka_unit_test(test_jit_does_what_the_interpreter_does),
		cmocka_unit_test(test_jit_does_so_in_long_units),
		cmocka_unit_test(test_tier2_does_what_the_interpreter_does),
		cmocka_unit_test(test_tier2_over_tier1_does_what_the_interpreter_does),
		cmocka_unit_test(test_jit_reports_a_full_cache),
		cmocka_unit_test(test_jit_evicts_and_knows_stale_code),
		cmocka_unit_test(test_jit_survives_any_room),
		cmocka_unit_test(test_jit_compiles_for_every_host),
		cmocka_unit_test(test_jit_runs_out_of_fuel_in_a_loop),
		cmocka_unit_test(test_jit_runs_again_what_is_ready),
		cmocka_unit_test(test_tier2_keeps_its_caller_s_registers),
		cmocka_unit_test(test_jit_branches_as_far_as_it_must),
		cmocka_unit_test(test_jit_refuses_what_it_was_not_made_for),
	};

	return cmocka_run_group_tests_name("jit", tests, NULL, NULL);
}
