// SPDX-License-Identifier: MIT
/*
 * Ranges that are compared once: loops over arrays whose address, length and step are at and beyond
 * the edges of guest memory, compiled over tier 1, do what the interpreter does.
 */
#include "tests/test.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arch/registry.h"
#include "tests/vmcore/case.h"
#include "vmcore/ir/build.h"
#include "vmcore/jit/link.h"
#include "vmcore/opt/pipeline.h"

#define LOOPS	    3000u
#define LINKED	    300u
#define FAR_LOOPS   60u
#define WORLDS	    12u
#define STATE_BYTES 64u
#define FUEL	    60000u

static uint64_t next_random(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

static uint32_t below(uint64_t *random, uint32_t n)
{
	return (uint32_t)((next_random(random) >> 32) * n >> 32);
}

/*
 * State: 0, 8 and 40 addresses of arrays, 16 the length, 24 what the loop computed, 32 a number.
 * @narrow: the index and the length are i32
 */
struct loop {
	struct ir_build *b;
	uint64_t *random;
	bool narrow;
	uint32_t base[4], length;
};

static uint32_t constant(struct loop *l, unsigned int type, uint64_t value)
{
	return ir_const(l->b, type, value);
}

/* Up to three operations that the analysis may know or not. */
static uint32_t scaled(struct loop *l, uint32_t index)
{
	static const uint8_t ops[] = { IR_shl, IR_mul, IR_and, IR_umin, IR_add, IR_shr, IR_urem,
				       IR_sub };
	static const uint16_t small[] = { 0, 1, 2, 3, 3, 3, 4, 7, 8, 16, 255, 1000 };
	uint32_t i, nr = below(l->random, 4);

	if (l->narrow)
		index = ir_unary(l->b, IR_zext, IR_I64, index);
	for (i = 0; i < nr; i++) {
		unsigned int op = ops[below(l->random, i ? 8 : 2)];
		uint32_t by = constant(l, IR_I64, small[below(l->random, VMB_ARRAY_SIZE(small))]);

		index = ir_binary(l->b, op, IR_I64, index, by);
	}
	return index;
}

static uint32_t address(struct loop *l, uint32_t index)
{
	uint32_t base = l->base[below(l->random, 4)], sum;

	if (below(l->random, 8) == 0)
		return base;
	sum = ir_binary(l->b, IR_add, IR_I64, base, scaled(l, index));
	if (below(l->random, 4) == 0)
		sum = ir_binary(l->b, IR_add, IR_I64, sum, scaled(l, index));
	return sum;
}

static uint32_t access(struct loop *l, uint32_t index, uint32_t sum)
{
	unsigned int size = below(l->random, 4);
	int32_t offset = ((int32_t)below(l->random, 5) - 2) * 8;
	uint32_t where = address(l, index), loaded;

	if (below(l->random, 3) == 0) {
		ir_store(l->b, size, where, offset, sum);
		return sum;
	}
	loaded = ir_load(l->b, IR_I64, size, where, offset);
	return below(l->random, 4) ? ir_binary(l->b, IR_add, IR_I64, sum, loaded) : sum;
}

static uint32_t body(struct loop *l, uint32_t index, uint32_t sum)
{
	uint32_t nr = 1 + below(l->random, 3);

	while (nr--)
		sum = access(l, index, sum);
	return sum;
}

static void branch(struct loop *l, uint32_t index, const struct ir_target *target)
{
	static const uint8_t conds[] = { IR_ULT, IR_ULT, IR_ULT, IR_UGT, IR_NE, IR_SLT, IR_ULE };
	struct ir_insn insn = { .op = IR_brcmp, .a = index, .b = l->length, .c = IR_NONE };

	insn.aux = conds[below(l->random, VMB_ARRAY_SIZE(conds))];
	if (insn.aux == IR_UGT) {
		insn.a = l->length;
		insn.b = index;
	}
	if (below(l->random, 5) == 0) {
		const struct ir_target other[2] = { target[1], target[0] };

		insn.aux ^= 1;
		ir_emit_branch(l->b, &insn, other, 2);
		return;
	}
	ir_emit_branch(l->b, &insn, target, 2);
}

static uint32_t step(struct loop *l, uint32_t index)
{
	unsigned int type = l->narrow ? IR_I32 : IR_I64;
	uint32_t by = below(l->random, 4) ? 1 : below(l->random, 5);

	return ir_binary(l->b, IR_add, type, index, constant(l, type, by));
}

static void jump(struct loop *l, const struct ir_target *to)
{
	ir_emit_branch(l->b, &(struct ir_insn){ .op = IR_br, .a = IR_NONE, .b = IR_NONE,
						.c = IR_NONE }, to, 1);
}

static void leave(struct loop *l, uint32_t sum)
{
	ir_set_state(l->b, 24, sum);
	ir_emit(l->b, &(struct ir_insn){ .op = IR_exit, .a = IR_NONE, .b = IR_NONE, .c = IR_NONE });
}

/* The comparison before the body. */
static void test_first(struct loop *l, uint32_t first, uint32_t sum)
{
	uint32_t head = ir_new_block(l->b), inside = ir_new_block(l->b), out = ir_new_block(l->b);
	uint32_t enter[2] = { first, sum }, again[2], index;
	const struct ir_target target[2] = { { inside, 0, NULL }, { out, 0, NULL } };

	jump(l, &(struct ir_target){ head, 2, enter });
	ir_start_block(l->b, head);
	index = ir_add_param(l->b, l->narrow ? IR_I32 : IR_I64);
	sum = ir_add_param(l->b, IR_I64);
	branch(l, index, target);
	ir_start_block(l->b, inside);
	again[1] = body(l, index, sum);
	again[0] = step(l, index);
	jump(l, &(struct ir_target){ head, 2, again });
	ir_start_block(l->b, out);
	leave(l, sum);
}

/* Behind it. */
static void test_last(struct loop *l, uint32_t first, uint32_t sum)
{
	uint32_t head = ir_new_block(l->b), out = ir_new_block(l->b), enter[2] = { first, sum };
	uint32_t again[2], index;
	const struct ir_target target[2] = { { head, 2, again }, { out, 1, &again[1] } };

	jump(l, &(struct ir_target){ head, 2, enter });
	ir_start_block(l->b, head);
	index = ir_add_param(l->b, l->narrow ? IR_I32 : IR_I64);
	sum = ir_add_param(l->b, IR_I64);
	again[1] = body(l, index, sum);
	again[0] = step(l, index);
	branch(l, again[0], target);
	ir_start_block(l->b, out);
	leave(l, ir_add_param(l->b, IR_I64));
}

static int make(struct ir_unit *unit, uint64_t seed)
{
	struct ir_build build;
	uint64_t random = seed;
	struct loop l = { .b = &build, .random = &random, .narrow = seed % 3 == 0 };
	uint32_t first, sum;

	unit->state_bytes = STATE_BYTES;
	ir_build_begin(&build, unit);
	ir_start_block(&build, ir_new_block(&build));
	l.base[0] = l.base[1] = ir_get_state(&build, IR_I64, 0);
	l.base[2] = ir_get_state(&build, IR_I64, 8);
	l.base[3] = below(&random, 2) ? ir_get_state(&build, IR_I64, 40) : l.base[0];
	l.length = ir_get_state(&build, l.narrow ? IR_I32 : IR_I64, 16);
	if (below(&random, 6) == 0)
		l.length = constant(&l, l.narrow ? IR_I32 : IR_I64, below(&random, 300));
	sum = ir_get_state(&build, IR_I64, 32);
	if (below(&random, 6) == 0)
		ir_store(&build, 3, l.base[0], 8, sum);
	first = constant(&l, l.narrow ? IR_I32 : IR_I64, below(&random, 3) ? 0 : below(&random, 9));
	if (below(&random, 2))
		test_first(&l, first, sum);
	else
		test_last(&l, first, sum);
	return ir_build_end(&build);
}

struct world {
	uint64_t state[STATE_BYTES / 8];
	uint8_t memory[CASE_MEM_BYTES] VMB_ALIGNED(16);
	struct ir_leave leave;
};

/* Addresses at both ends and around nothing, lengths that fit, just so, and not at all. */
static void set_world(struct world *w, uint64_t *random)
{
	static const uint64_t edge[] = { CASE_MEM_FIRST, CASE_MEM_FIRST + CASE_MEM_BYTES, 0,
					 UINT64_C(1) << 63, UINT64_MAX };
	uint32_t i;

	memset(w, 0, sizeof(*w));
	for (i = 0; i < 6; i++) {
		uint64_t at = edge[below(random, 6) ? below(random, 2) : below(random, 5)];

		w->state[i] = at + below(random, 80) - 40;
		if (below(random, 2))
			w->state[i] = CASE_MEM_FIRST + below(random, CASE_MEM_BYTES);
	}
	w->state[2] = below(random, 4) ? below(random, 600) : next_random(random);
	if (below(random, 3) == 0)
		w->state[2] = (CASE_MEM_FIRST + CASE_MEM_BYTES - w->state[0]) / 8 + below(random, 3) -
			      1;
	/* Times a power of two that is little again. */
	if (below(random, 8) == 0)
		w->state[2] = UINT64_C(1) << (55 + below(random, 9)) | below(random, 100);
	w->state[4] = next_random(random);
	for (i = 0; i < CASE_MEM_BYTES; i++)
		w->memory[i] = (uint8_t)next_random(random);
}

struct fixture {
	struct jit jit;
	struct jit_runner runner;
	struct ir_frame frame;
	struct ir_arena arena, scratch;
	uint32_t nr_guarded;
	size_t gap;
};

static void execute(struct fixture *f, const struct ir_unit *unit, const struct jit_code *code,
		    struct world *w)
{
	struct ir_flat flat = { w->memory, CASE_MEM_FIRST, CASE_MEM_BYTES };
	struct ir_context context = {
		.state = w->state, .state_bytes = STATE_BYTES, .fuel = FUEL,
		.memory = { .priv = &flat, .map = ir_flat_map },
	};

	if (code)
		assert_int_equal(jit_run(&f->jit, code, &context, &f->runner, &w->leave), 0);
	else
		assert_int_equal(ir_interpret(unit, &context, &f->frame, &w->leave), 0);
}

static bool same(const struct world *a, const struct world *b)
{
	/* Tier 1 and the interpreter count fuel differently. */
	if (a->leave.kind == IR_LEAVE_FUEL || b->leave.kind == IR_LEAVE_FUEL)
		return true;
	return !memcmp(a->state, b->state, sizeof(a->state)) &&
	       !memcmp(a->memory, b->memory, sizeof(a->memory)) && a->leave.kind == b->leave.kind &&
	       a->leave.code == b->leave.code && a->leave.address == b->leave.address;
}

static void check_loop(struct fixture *f, uint64_t seed)
{
	const struct opt_options options = { .level = seed & 3 };
	static struct world interpreted, compiled;
	struct ir_unit unit, original;
	struct jit_code below_it, code;
	uint64_t random = ~seed;
	uint32_t i;

	ir_arena_reset(&f->arena);
	ir_unit_init(&unit, &f->arena);
	assert_int_equal(make(&unit, seed), 0);
	assert_int_equal(ir_unit_copy(&original, &unit, &f->arena), 0);
	if (f->gap)
		code_cache_flush(&f->jit.cache);
	assert_int_equal(jit_compile(&f->jit, &unit, &below_it, NULL), 0);
	f->jit.cache.at += f->gap;
	assert_int_equal(opt_run(&unit, &options, &f->scratch, NULL), 0);
	assert_int_equal(jit_compile_over(&f->jit, &unit, &below_it, &code, NULL), 0);
	f->nr_guarded += f->jit.select.nr_guards != 0;
	for (i = 0; i < WORLDS; i++) {
		set_world(&interpreted, &random);
		compiled = interpreted;
		execute(f, &original, NULL, &interpreted);
		execute(f, &unit, &code, &compiled);
		if (same(&interpreted, &compiled))
			continue;
		ir_print(&original, stderr);
		ir_print(&unit, stderr);
		fail_msg("seed %" PRIu64 ", world %u: %u at %" PRIx64 ", compiled %u at %" PRIx64, seed,
			 i, interpreted.leave.kind, interpreted.leave.address, compiled.leave.kind,
			 compiled.leave.address);
	}
}

static bool open_fixture(struct fixture *f, bool links, size_t gap)
{
	const struct jit_options options = {
		.host = vmb_arch_host()->host_ops, .native = vmb_native()->host_native,
		.cache_bytes = (4 << 20) + gap, .evict = true, .lazy = gap, .flat = true,
		.first = CASE_MEM_FIRST, .bytes = CASE_MEM_BYTES,
		.wx = getenv("JIT_MPROTECT") ? CODE_WX_MPROTECT : CODE_WX_DUAL,
		.links = links,
	};

	memset(f, 0, sizeof(*f));
	if (!options.host || !options.native)
		return false;
	assert_int_equal(jit_init(&f->jit, &options), 0);
	/* What is not used need not be made ready. */
	f->jit.cache.ready = f->jit.cache.bytes;
	f->gap = gap;
	ir_arena_init(&f->arena, 64u << 20);
	ir_arena_init(&f->scratch, 64u << 20);
	return true;
}

static void close_fixture(struct fixture *f)
{
	jit_fini(&f->jit);
	jit_runner_fini(&f->runner);
	ir_frame_fini(&f->frame);
	ir_arena_fini(&f->arena);
	ir_arena_fini(&f->scratch);
}

/* SELECT_LOOPS in the environment asks for another number. */
static void test_select_loops_do_what_the_interpreter_does(void **state)
{
	const char *asked = getenv("SELECT_LOOPS");
	uint64_t nr = asked ? strtoull(asked, NULL, 10) : LOOPS, seed;
	struct fixture f;

	(void)state;
	if (!open_fixture(&f, false, 0)) {
		skip();
		return;
	}
	for (seed = 1; seed <= nr; seed++)
		check_loop(&f, seed);
	print_message("%u of %u loops with guards\n", f.nr_guarded, (uint32_t)nr);
	if (f.jit.host->guards)
		assert_true(f.nr_guarded > nr / 4);
	close_fixture(&f);
}

/* Where a guard does not hold, code runs that no branch of the host reaches. */
static void test_select_goes_on_far_below(void **state)
{
	struct fixture f;
	uint64_t seed;

	(void)state;
	if (!open_fixture(&f, false, (size_t)130 << 20)) {
		skip();
		return;
	}
	for (seed = 1; seed <= FAR_LOOPS; seed++)
		check_loop(&f, seed);
	close_fixture(&f);
}

/* A unit with guards goes on with one that compares each access. */
static void check_linked(struct fixture *f, uint64_t seed)
{
	static struct world interpreted, compiled;
	struct jit_links from, to;
	struct jit_code below_it, code;
	struct ir_unit unit;
	uint64_t random = ~seed;
	uint32_t i;

	ir_arena_reset(&f->arena);
	ir_unit_init(&unit, &f->arena);
	assert_int_equal(make(&unit, seed), 0);
	assert_int_equal(jit_compile(&f->jit, &unit, &below_it, NULL), 0);
	assert_int_equal(jit_links_init(&to, &f->jit, &unit, &below_it), 0);
	assert_int_equal(jit_compile_over(&f->jit, &unit, &below_it, &code, NULL), 0);
	assert_int_equal(jit_links_init(&from, &f->jit, &unit, &code), 0);
	assert_int_equal(jit_link(&from, 0, &to), from.nr_exits);
	f->nr_guarded += from.nr_exits && f->jit.select.nr_guards;
	for (i = 0; i < 4; i++) {
		set_world(&interpreted, &random);
		interpreted.state[2] %= 200;
		compiled = interpreted;
		execute(f, &unit, NULL, &interpreted);
		execute(f, &unit, &code, &compiled);
		if (from.nr_exits && f->runner.frame->code == &below_it &&
		    interpreted.leave.kind == IR_LEAVE_EXIT)
			execute(f, &unit, NULL, &interpreted);
		if (!same(&interpreted, &compiled))
			fail_msg("seed %" PRIu64 ", world %u", seed, i);
	}
	jit_unlink(&from);
	jit_links_fini(&from);
	jit_links_fini(&to);
}

static void test_select_leaves_memory_to_linked_units(void **state)
{
	struct fixture f;
	uint64_t seed;

	(void)state;
	if (!open_fixture(&f, true, 0)) {
		skip();
		return;
	}
	for (seed = 1; seed <= LINKED; seed++)
		check_linked(&f, seed);
	print_message("%u linked units with guards\n", f.nr_guarded);
	close_fixture(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_select_loops_do_what_the_interpreter_does),
		cmocka_unit_test(test_select_goes_on_far_below),
		cmocka_unit_test(test_select_leaves_memory_to_linked_units),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
