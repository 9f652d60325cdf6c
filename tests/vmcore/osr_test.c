// SPDX-License-Identifier: MIT
/*
 * Units that begin at the head of a loop: a run that goes on in one ends as it would have without.
 * Both are interpreted, so that nothing but the unit is looked at.
 */
#include "tests/test.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/vmcore/case.h"
#include "tests/vmcore/gen.h"
#include "vmcore/jit/osr.h"
#include "vmcore/opt/pipeline.h"

/* How many random units; OSR_UNITS in the environment asks for another number. */
#define UNITS 3000u
#define FUEL  100000000u

struct world {
	uint8_t state[GEN_STATE_BYTES] VMB_ALIGNED(16);
	uint8_t memory[GEN_MEM_BYTES] VMB_ALIGNED(16);
	struct ir_flat flat;
	struct ir_context context;
	struct ir_leave leave;
	const struct osr_point *point;
	union ir_val value[4096];
};

/* The values at the point; other helpers are those of all tests. */
static bool call(void *priv, const struct ir_helper *helper, const union ir_val *arg,
		 union ir_val *result)
{
	struct world *w = priv;

	if (strncmp(helper->name, "osr_", 4) != 0)
		return case_call(&w->context, helper, arg, result);
	assert_true(arg[0].d[0] < w->point->nr);
	*result = w->value[arg[0].d[0]];
	return true;
}

static void open_world(struct world *w, uint64_t seed, uint64_t fuel)
{
	gen_world(seed, w->state, w->memory, CASE_MEM_FIRST);
	w->flat = (struct ir_flat){ w->memory, CASE_MEM_FIRST, GEN_MEM_BYTES };
	w->context = (struct ir_context){
		.state = w->state, .state_bytes = GEN_STATE_BYTES, .fuel = fuel, .call = call,
		.memory = { .priv = &w->flat, .map = ir_flat_map }, .call_priv = w,
		.fp = { .rm = seed & 3 },
	};
}

static void compare(const struct ir_unit *unit, const struct world *a, const struct world *b)
{
	assert_memory_equal(a->state, b->state, sizeof(a->state));
	assert_memory_equal(a->memory, b->memory, sizeof(a->memory));
	assert_int_equal(a->leave.kind, b->leave.kind);
	assert_int_equal(a->leave.code, b->leave.code);
	assert_int_equal(a->leave.pc, b->leave.pc);
	assert_int_equal(a->leave.address, b->leave.address);
	assert_int_equal(a->context.fp.rm, b->context.fp.rm);
	if (unit->flags & IR_UNIT_FPFLAGS)
		assert_int_equal(a->context.fp.flags, b->context.fp.flags);
}

struct units {
	struct ir_unit unit;
	struct osr_point *points;
	uint32_t nr_points;
	struct ir_arena arena, scratch;
	struct ir_frame frame, other;
	uint32_t replaced;
};

static const struct osr_point *find(const struct units *u, uint32_t block)
{
	uint32_t i;

	for (i = 0; i < u->nr_points; i++) {
		if (u->points[i].block == block)
			return &u->points[i];
	}
	return NULL;
}

/* Interpret until the head of a loop after @fuel, block by block at last. Return: the point, if any. */
static const struct osr_point *run_to_point(struct units *u, struct world *w, uint64_t fuel)
{
	w->context.fuel = fuel;
	assert_int_equal(ir_interpret(&u->unit, &w->context, &u->frame, &w->leave), 0);
	while (w->leave.kind == IR_LEAVE_FUEL && !find(u, w->leave.block)) {
		w->context.fuel = u->unit.block[w->leave.block].nr;
		assert_int_equal(ir_resume(&u->unit, &w->context, &u->frame, w->leave.block,
					   &w->leave), 0);
	}
	w->context.fuel = FUEL;
	return w->leave.kind == IR_LEAVE_FUEL ? find(u, w->leave.block) : NULL;
}

static void go_on(struct units *u, struct world *w, unsigned int level)
{
	const struct opt_options options = { .level = level, .check = true };
	struct ir_error error;
	struct ir_unit osr;
	uint32_t i;
	int status;

	for (i = 0; i < w->point->nr; i++) {
		uint32_t value = w->point->value[i];

		w->value[i] = u->frame.val[value];
		if (u->unit.insn[value].op == IR_const)
			memset(&w->value[i], 0x5a, sizeof(w->value[i]));
	}
	ir_unit_init(&osr, &u->arena);
	ir_arena_reset(&u->scratch);
	assert_int_equal(osr_build(&osr, &u->unit, w->point, &u->scratch), 0);
	status = ir_verify(&osr, &u->scratch, &error);
	if (!status)
		status = opt_run(&osr, &options, &u->scratch, &error);
	if (status) {
		ir_print(&u->unit, stderr);
		ir_print(&osr, stderr);
		fail_msg("block %u: %s", w->point->block, error.text);
	}
	assert_int_equal(ir_interpret(&osr, &w->context, &u->other, &w->leave), 0);
	u->replaced++;
}

static void check_unit(struct units *u, uint64_t seed, uint32_t nr_insns)
{
	const struct gen_options options = { seed, nr_insns, seed & 1, 0 };
	static struct world straight, replaced;
	uint32_t round;

	ir_arena_reset(&u->arena);
	ir_unit_init(&u->unit, &u->arena);
	assert_int_equal(gen_unit(&u->unit, &options), 0);
	assert_int_equal(osr_find_points(&u->unit, &u->arena, &u->points, &u->nr_points), 0);
	open_world(&straight, seed, FUEL);
	assert_int_equal(ir_interpret(&u->unit, &straight.context, &u->frame, &straight.leave), 0);
	for (round = 0; round < 3 && u->nr_points; round++) {
		open_world(&replaced, seed, FUEL);
		replaced.point = run_to_point(u, &replaced, nr_insns * (seed % 5 + round) / 3);
		if (replaced.point)
			go_on(u, &replaced, seed & 2 ? 2 : 0);
		compare(&u->unit, &straight, &replaced);
	}
}

static void open_units(struct units *u)
{
	memset(u, 0, sizeof(*u));
	ir_arena_init(&u->arena, 256u << 20);
	ir_arena_init(&u->scratch, 256u << 20);
}

static void close_units(struct units *u)
{
	ir_arena_fini(&u->arena);
	ir_arena_fini(&u->scratch);
	ir_frame_fini(&u->frame);
	ir_frame_fini(&u->other);
}

static void test_osr_goes_on_as_the_unit_does(void **state)
{
	const char *asked = getenv("OSR_UNITS");
	uint64_t nr = asked ? strtoull(asked, NULL, 10) : UNITS, seed;
	struct units u;

	(void)state;
	open_units(&u);
	for (seed = 1; seed <= nr; seed++)
		check_unit(&u, seed, 20 + (uint32_t)(seed % 400));
	print_message("%u replacements\n", u.replaced);
	assert_true(u.replaced > nr / 4);
	close_units(&u);
}

static void parse(struct units *u, const char *text)
{
	struct ir_text at = { .text = text, .bytes = strlen(text) };
	struct ir_error error;

	ir_unit_init(&u->unit, &u->arena);
	assert_int_equal(ir_parse(&at, &u->unit, &error), 1);
	assert_int_equal(ir_verify(&u->unit, &u->scratch, &error), 0);
	assert_int_equal(osr_find_points(&u->unit, &u->arena, &u->points, &u->nr_points), 0);
}

/* What the outer loop defines and the inner one uses has two definitions in the inner one's unit. */
static const char nested[] =
	"unit u {\n  state 16\n"
	"b0:\n  %n:i64 = ld_state 0\n  %zero:i64 = const 0\n  br outer(%n, %zero)\n"
	"outer(%i:i64, %sum:i64):\n  %k:i64 = const 7\n  %square:i64 = mul %i, %i\n"
	"  br inner(%i, %sum)\n"
	"inner(%j:i64, %s:i64):\n  %a:i64 = add %s, %square\n  %b:i64 = xor %a, %k\n"
	"  %c:i64 = add %b, %n\n  %one:i64 = const 1\n  %j2:i64 = sub %j, %one\n"
	"  brcmp.ne %j2, %zero, inner(%j2, %c), next\n"
	"next:\n  %i2:i64 = sub %i, %one\n  brcmp.ne %i2, %zero, outer(%i2, %c), out\n"
	"out:\n  st_state %c, 8\n  exit.jump 0x1000\n}\n";

static void test_osr_keeps_what_an_outer_loop_defines(void **state)
{
	static struct world straight, replaced;
	struct units u;
	uint64_t fuel;

	(void)state;
	open_units(&u);
	parse(&u, nested);
	assert_int_equal(u.nr_points, 2);
	assert_int_equal(u.points[0].block, 1);
	assert_int_equal(u.points[1].block, 2);
	/* j, s; n, zero, i (used behind the loop), k, square */
	assert_int_equal(u.points[1].nr, 7);
	for (fuel = 3; fuel < 500; fuel += 4) {
		open_world(&straight, 1, FUEL);
		open_world(&replaced, 1, FUEL);
		*(uint64_t *)(void *)straight.state = 9;
		*(uint64_t *)(void *)replaced.state = 9;
		assert_int_equal(ir_interpret(&u.unit, &straight.context, &u.frame,
					      &straight.leave), 0);
		replaced.point = run_to_point(&u, &replaced, fuel);
		if (replaced.point)
			go_on(&u, &replaced, fuel % 3);
		compare(&u.unit, &straight, &replaced);
	}
	assert_true(u.replaced > 50);
	close_units(&u);
}

static void test_osr_refuses_helpers_of_its_names(void **state)
{
	struct ir_unit osr;
	struct units u;

	(void)state;
	open_units(&u);
	parse(&u, "unit u {\n  state 0\n  helper osr_i64(i32) i64\nb0:\n  br b1\nb1:\n"
		  "  %n:i32 = const 1\n  %x:i64 = call osr_i64(%n)\n  brcond %x, b1, b2\n"
		  "b2:\n  exit.jump 0\n}\n");
	assert_int_equal(u.nr_points, 1);
	ir_unit_init(&osr, &u.arena);
	assert_int_equal(osr_build(&osr, &u.unit, u.points, &u.scratch), -EEXIST);
	close_units(&u);
}

static void test_osr_reports_a_full_arena(void **state)
{
	const struct gen_options options = { 5, 3000, true, 0 };
	struct osr_point *points;
	struct ir_unit osr;
	struct units u;
	size_t limit;
	uint32_t nr;
	int status = -ENOMEM;

	(void)state;
	open_units(&u);
	ir_unit_init(&u.unit, &u.arena);
	assert_int_equal(gen_unit(&u.unit, &options), 0);
	assert_int_equal(osr_find_points(&u.unit, &u.arena, &u.points, &u.nr_points), 0);
	assert_true(u.nr_points > 0);
	for (limit = 1 << 16; limit <= 64u << 20 && status; limit *= 2) {
		struct ir_arena small;

		ir_arena_init(&small, limit);
		ir_unit_init(&osr, &small);
		status = osr_find_points(&u.unit, &small, &points, &nr);
		if (!status)
			status = osr_build(&osr, &u.unit, u.points, &small);
		assert_true(status == 0 || status == -ENOMEM);
		ir_arena_fini(&small);
	}
	assert_int_equal(status, 0);
	assert_true(limit > 1 << 18);
	close_units(&u);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_osr_keeps_what_an_outer_loop_defines),
		cmocka_unit_test(test_osr_goes_on_as_the_unit_does),
		cmocka_unit_test(test_osr_refuses_helpers_of_its_names),
		cmocka_unit_test(test_osr_reports_a_full_arena),
	};

	return cmocka_run_group_tests_name("osr", tests, NULL, NULL);
}
