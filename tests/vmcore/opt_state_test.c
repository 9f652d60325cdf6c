// SPDX-License-Identifier: MIT
/*
 * Guest state in values: that it is kept in them only where that costs less than it gains, however many
 * loops and slots there are, and that the state is what it would be without.
 */
#include "tests/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vmcore/interp/interp.h"
#include "vmcore/opt/pipeline.h"

#define LOOPS	    200u
#define TURNS	    1000u
#define STATE_BYTES 1024u

/* Slot 0 counts, slot 16 is a sum; those from 512 on are only read. */
#define READ_ONLY 512u

static void parse(struct ir_unit *unit, struct ir_arena *arena, const char *text)
{
	struct ir_text at = { .text = text, .bytes = strlen(text) };
	struct ir_error error;

	ir_unit_init(unit, arena);
	assert_int_equal(ir_parse(&at, unit, &error), 1);
	assert_int_equal(ir_verify(unit, arena, &error), 0);
}

/* Back to the loop @i while the count of all is below what it may be. */
static void loop_end(FILE *out, uint32_t i)
{
	fprintf(out, "  %%c%u:i64 = ld_state 0\n  %%o%u:i64 = const 1\n  %%d%u:i64 = add %%c%u, %%o%u\n"
		"  st_state %%d%u, 0\n  %%t%u:i64 = const %u\n  brcmp.ult %%d%u, %%t%u, h%u, e%u\n",
		i, i, i, i, i, i, i, TURNS, i, i, i, i - 1);
}

static void read_slot(FILE *out, uint32_t i)
{
	fprintf(out, "  %%r%u:i64 = ld_state %u\n  %%s%u:i64 = ld_state 16\n"
		"  %%x%u:i64 = xor %%r%u, %%s%u\n  st_state %%x%u, 16\n",
		i, READ_ONLY + 8 * (i % 50), i, i, i, i, i);
}

/* Loops in one another. */
static void write_nest(FILE *out)
{
	uint32_t i;

	fprintf(out, "unit nest {\n  state %u\nb:\n  br h0\n", STATE_BYTES);
	for (i = 0; i < LOOPS; i++) {
		fprintf(out, "h%u:\n", i);
		read_slot(out, i);
		fprintf(out, i + 1 < LOOPS ? "  br h%u\n" : "  br e%u\n", i + 1 < LOOPS ? i + 1 : i);
	}
	while (i-- > 1) {
		fprintf(out, "e%u:\n", i);
		loop_end(out, i);
	}
	fprintf(out, "e0:\n  exit.jump 0x1000\n}\n");
}

static void execute(const struct ir_unit *unit, uint64_t state[STATE_BYTES / 8])
{
	struct ir_context context = { .state = state, .state_bytes = STATE_BYTES, .fuel = 1000000 };
	struct ir_frame frame = { 0 };
	struct ir_leave leave;
	uint32_t i;

	for (i = 0; i < STATE_BYTES / 8; i++)
		state[i] = i ? i * UINT64_C(0x9e3779b97f4a7c15) : 0;
	assert_int_equal(ir_interpret(unit, &context, &frame, &leave), 0);
	assert_int_equal(leave.kind, IR_LEAVE_EXIT);
	ir_frame_fini(&frame);
}

static void test_nested_loops_stay_small(void **state)
{
	static uint64_t plain[STATE_BYTES / 8] VMB_ALIGNED(16);
	static uint64_t optimised[STATE_BYTES / 8] VMB_ALIGNED(16);
	const struct opt_options options = { .level = 2, .check = true };
	struct ir_arena arena, scratch;
	struct ir_error error;
	struct ir_unit unit;
	uint32_t insns, args;
	char *text = NULL;
	size_t bytes;
	FILE *out = open_memstream(&text, &bytes);

	(void)state;
	assert_non_null(out);
	write_nest(out);
	fclose(out);
	ir_arena_init(&arena, 64u << 20);
	ir_arena_init(&scratch, 64u << 20);
	parse(&unit, &arena, text);
	insns = unit.nr_insns;
	args = unit.nr_edges;
	execute(&unit, plain);
	assert_int_equal(opt_run(&unit, &options, &scratch, &error), 0);
	execute(&unit, optimised);
	assert_memory_equal(plain, optimised, sizeof(plain));
	assert_true(unit.nr_insns <= insns);
	assert_true(unit.nr_args <= 3 * args);
	ir_arena_fini(&scratch);
	ir_arena_fini(&arena);
	free(text);
}

static uint32_t count(const struct ir_unit *unit, unsigned int op)
{
	uint32_t nr = 0, i;

	for (i = 0; i < unit->nr_insns; i++)
		nr += unit->insn[i].op == op;
	return nr;
}

/* A counter, a sum, and what is added: one load each, before the loop. */
static void test_a_loop_loads_nothing(void **state)
{
	static const char text[] =
		"unit sum {\n  state 64\nb0:\n  br b1\nb1:\n  %n:i64 = ld_state 0\n"
		"  %o:i64 = const 1\n  %m:i64 = sub %n, %o\n  st_state %m, 0\n"
		"  %s:i64 = ld_state 8\n  %k:i64 = ld_state 16\n  %t:i64 = add %s, %k\n"
		"  st_state %t, 8\n  %z:i64 = const 0\n  brcmp.ne %m, %z, b1, b2\n"
		"b2:\n  exit.jump 0x1000\n}\n";
	const struct opt_options options = { .level = 2, .check = true };
	struct ir_arena arena, scratch;
	struct ir_error error;
	struct ir_unit unit;
	uint32_t i;

	(void)state;
	ir_arena_init(&arena, 1u << 20);
	ir_arena_init(&scratch, 1u << 20);
	parse(&unit, &arena, text);
	assert_int_equal(opt_run(&unit, &options, &scratch, &error), 0);
	assert_int_equal(count(&unit, IR_ld_state), 3);
	for (i = 0; i < unit.block[1].nr; i++)
		assert_int_not_equal(unit.insn[unit.block[1].first + i].op, IR_ld_state);
	ir_arena_fini(&scratch);
	ir_arena_fini(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nested_loops_stay_small),
		cmocka_unit_test(test_a_loop_loads_nothing),
	};

	return cmocka_run_group_tests_name("opt_state", tests, NULL, NULL);
}
