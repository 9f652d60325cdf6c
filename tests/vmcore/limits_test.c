// SPDX-License-Identifier: MIT
/*
 * The compiler without enough memory: an error that says so, a unit and a compiler that can still be
 * used, and never less than the whole of the code.
 */
#include "tests/test.h"

#include <errno.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "arch/registry.h"
#include "tests/vmcore/case.h"
#include "tests/vmcore/gen.h"
#include "vmcore/jit/jit.h"
#include "vmcore/opt/pipeline.h"

#define CACHE_BYTES (32u << 20)

struct world {
	uint8_t state[GEN_STATE_BYTES] VMB_ALIGNED(16);
	uint8_t memory[GEN_MEM_BYTES] VMB_ALIGNED(16);
	struct ir_flat flat;
	struct ir_context context;
	struct ir_leave leave;
};

static void fill(struct world *w, uint64_t seed)
{
	gen_world(seed, w->state, w->memory, CASE_MEM_FIRST);
	w->flat = (struct ir_flat){ w->memory, CASE_MEM_FIRST, GEN_MEM_BYTES };
	w->context = (struct ir_context){
		.state = w->state, .state_bytes = GEN_STATE_BYTES, .fuel = 100000000,
		.memory = { .priv = &w->flat, .map = ir_flat_map }, .call = case_call,
	};
	w->context.call_priv = &w->context;
}

static void interpret(const struct ir_unit *unit, struct world *w)
{
	struct ir_frame frame = { 0 };

	fill(w, 3);
	assert_int_equal(ir_interpret(unit, &w->context, &frame, &w->leave), 0);
	ir_frame_fini(&frame);
}

static void assert_same(const struct world *a, const struct world *b)
{
	assert_memory_equal(a->state, b->state, sizeof(a->state));
	assert_memory_equal(a->memory, b->memory, sizeof(a->memory));
	assert_int_equal(a->leave.kind, b->leave.kind);
	assert_int_equal(a->leave.pc, b->leave.pc);
}

static void make_unit(struct ir_unit *unit, struct ir_arena *arena, uint32_t nr_insns)
{
	const struct gen_options options = { .seed = 11, .nr_insns = nr_insns };

	ir_arena_init(arena, 1u << 30);
	ir_unit_init(unit, arena);
	assert_int_equal(gen_unit(unit, &options), 0);
}

/* Whichever pass it is that the arena does not suffice for. */
static void test_limits_any_arena_leaves_the_unit_whole(void **state)
{
	const struct opt_options options = { .level = 3, .check = true };
	static struct world want, got;
	size_t limit, nr_failed = 0;
	struct ir_arena arena, copies, verifier;
	struct ir_unit original, unit;
	int status = -ENOMEM;

	(void)state;
	make_unit(&original, &arena, 3000);
	interpret(&original, &want);
	ir_arena_init(&copies, 1u << 30);
	ir_arena_init(&verifier, 1u << 30);
	for (limit = 0; status; limit += 16 << 10) {
		struct ir_arena small;
		struct ir_error error;

		assert_true(limit < 64u << 20);
		ir_arena_reset(&copies);
		assert_int_equal(ir_unit_copy(&unit, &original, &copies), 0);
		ir_arena_init(&small, limit);
		status = opt_run(&unit, &options, &small, &error);
		ir_arena_fini(&small);
		assert_true(status == 0 || status == -ENOMEM);
		nr_failed += status != 0;
		ir_arena_reset(&verifier);
		assert_int_equal(ir_verify(&unit, &verifier, &error), 0);
		interpret(&unit, &got);
		assert_same(&want, &got);
	}
	print_message("%zu arenas were too small\n", nr_failed);
	assert_true(nr_failed > 3);
	ir_arena_fini(&arena);
	ir_arena_fini(&copies);
	ir_arena_fini(&verifier);
}

/* In bytes, of this process. */
static uint64_t address_space(void)
{
	FILE *in = fopen("/proc/self/statm", "r");
	unsigned long pages = 0;

	assert_non_null(in);
	assert_int_equal(fscanf(in, "%lu", &pages), 1);
	fclose(in);
	return pages * UINT64_C(4096);
}

/* A sanitizer has taken terabytes, and dies itself where there is no more. */
static bool can_be_limited(void)
{
	if (!vmb_native()->host_native || !vmb_arch_host()->host_ops) {
		print_message("no code generator for this machine\n");
		return false;
	}
	if (address_space() < UINT64_C(1) << 40)
		return true;
	print_message("the address space of a sanitizer cannot be limited\n");
	return false;
}

static void allow(uint64_t more)
{
	struct rlimit limit;

	assert_int_equal(getrlimit(RLIMIT_AS, &limit), 0);
	limit.rlim_cur = more == UINT64_MAX ? limit.rlim_max : address_space() + more;
	assert_int_equal(setrlimit(RLIMIT_AS, &limit), 0);
}

static const struct jit_options *jit_options(enum code_wx wx)
{
	static struct jit_options options;

	options = (struct jit_options){
		.host = vmb_arch_host()->host_ops, .native = vmb_native()->host_native, .wx = wx,
		.cache_bytes = CACHE_BYTES, .evict = true, .flat = true, .first = CASE_MEM_FIRST,
		.bytes = CASE_MEM_BYTES,
	};
	return &options;
}

static void test_limits_no_address_space_for_the_cache(void **state)
{
	struct jit jit;
	uint64_t more;

	(void)state;
	if (!can_be_limited())
		skip();
	for (more = 0; more < 2 * CACHE_BYTES; more += CACHE_BYTES / 2) {
		allow(more);
		assert_int_equal(jit_init(&jit, jit_options(CODE_WX_DUAL)), -ENOMEM);
		if (more < CACHE_BYTES)
			assert_int_equal(jit_init(&jit, jit_options(CODE_WX_MPROTECT)), -ENOMEM);
		allow(UINT64_MAX);
	}
	assert_int_equal(jit_init(&jit, jit_options(CODE_WX_DUAL)), 0);
	jit_fini(&jit);
}

static int compile(struct jit *jit, const struct ir_unit *unit, unsigned int how,
		   struct jit_code *code)
{
	static struct jit_code below;
	int status = how == 2 ? jit_compile(jit, unit, &below, NULL) : 0;

	if (how < 2)
		return how ? jit_compile_tier2(jit, unit, code, NULL) :
			     jit_compile(jit, unit, code, NULL);
	return status ? status : jit_compile_over(jit, unit, &below, code, NULL);
}

/* A new compiler, whose scratch memory must grow, with so much more. Return: its status. */
static int compile_within(const struct ir_unit *unit, unsigned int how, uint64_t more,
			  const struct world *want)
{
	static struct world got;
	struct jit_runner runner = { 0 };
	struct jit_code code;
	struct jit jit;
	int status, status_of_run;

	assert_int_equal(jit_init(&jit, jit_options(CODE_WX_DUAL)), 0);
	allow(more);
	status = compile(&jit, unit, how, &code);
	allow(UINT64_MAX);
	assert_true(status == 0 || status == -ENOMEM);
	/* The same compiler, once there is memory. */
	if (status)
		assert_int_equal(compile(&jit, unit, how, &code), 0);
	/* In tier 1 the frame of so large a unit is no small allocation. */
	fill(&got, 3);
	allow(0);
	status_of_run = jit_run(&jit, &code, &got.context, &runner, &got.leave);
	allow(UINT64_MAX);
	assert_true(status_of_run == -ENOMEM || (how && !status_of_run));
	fill(&got, 3);
	assert_int_equal(jit_run(&jit, &code, &got.context, &runner, &got.leave), 0);
	assert_same(want, &got);
	jit_runner_fini(&runner);
	jit_fini(&jit);
	return status;
}

static void test_limits_no_address_space_to_compile_in(void **state)
{
	static struct world want;
	struct ir_arena arena;
	struct ir_unit unit;
	unsigned int how;
	uint64_t more;

	(void)state;
	if (!can_be_limited())
		skip();
	make_unit(&unit, &arena, 150000);
	interpret(&unit, &want);
	for (how = 0; how < 3; how++) {
		unsigned int nr_failed = 0;

		for (more = 0; more < 96u << 20; more += 8u << 20)
			nr_failed += compile_within(&unit, how, more, &want) != 0;
		print_message("%u of 12 compilations had too little\n", nr_failed);
		assert_in_range(nr_failed, 1, 11);
	}
	ir_arena_fini(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_limits_any_arena_leaves_the_unit_whole),
		cmocka_unit_test(test_limits_no_address_space_for_the_cache),
		cmocka_unit_test(test_limits_no_address_space_to_compile_in),
	};

	/* What is large is mapped, and unmapped when it is freed: the limit is seen at once. */
	mallopt(M_MMAP_THRESHOLD, 64 << 10);
	return cmocka_run_group_tests_name("limits", tests, NULL, NULL);
}
