// SPDX-License-Identifier: MIT
#include "tests/test.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/vmcore/case.h"
#include "vmcore/ir/build.h"

#define CASES "tests/vmcore/ir"

static void test_interp_runs_every_case(void **state)
{
	struct ir_frame frame = { 0 };
	struct case_engine engine = case_interpreter(&frame);
	struct case_count count = { 0 };
	unsigned int op;

	(void)state;
	case_run_dir(CASES, &engine, &count, stderr);
	ir_frame_fini(&frame);
	print_message("%u units, %u cases\n", count.units, count.cases);
	assert_int_equal(count.failed, 0);
	assert_true(count.cases >= 300);
	for (op = 0; op < IR_NR_OPS; op++) {
		if (!count.op[op])
			fail_msg("no unit has the instruction %s", ir_ops[op].name);
	}
}

/* A test whose cases cannot fail proves nothing: a false expectation must be noticed. */
static void test_case_notices_a_difference(void **state)
{
	static const char text[] = "unit u {\n  state 16\nb0:\n  %a:i64 = ld_state 0\n"
				   "  st_state %a, 8\n  exit.jump 4\n}\n"
				   ";! s0.i64=5 -> s8.i64=5\n"	     /* holds */
				   ";! s0.i64=5 -> s8.i64=6\n"	     /* another value */
				   ";! s0.i64=5 ->\n"		     /* a change not named */
				   ";! s0.i64=5 -> s8.i64=5 exit:0:5\n" /* another pc */
				   ";! s0.i64=5 -> s8.i64=5 trap:0:4\n" /* another kind */
				   ";! s0.i64=5 -> s8.i64=5 fl=1\n"  /* another flag */
				   ";! s0.i64=5 -> s8.i64=5 m10000=01\n" /* memory */
				   ";! s0.i64=5 -> s8.i64=5 what\n"; /* not understood */
	char path[] = "/tmp/vmb_case_XXXXXX.ir";
	int fd = mkstemps(path, 3);
	struct ir_frame frame = { 0 };
	struct case_engine engine = case_interpreter(&frame);
	struct case_count count = { 0 };
	FILE *out = fopen("/dev/null", "w");

	(void)state;
	assert_true(fd >= 0);
	assert_non_null(out);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	case_run_file(path, &engine, &count, out);
	fclose(out);
	unlink(path);
	ir_frame_fini(&frame);
	assert_int_equal(count.units, 1);
	assert_int_equal(count.failed, 7);
}

static void test_interp_refuses_too_little_state(void **state)
{
	struct ir_arena arena;
	struct ir_unit unit;
	struct ir_build build;
	struct ir_context context = { .state_bytes = 7, .fuel = 10 };
	struct ir_frame frame = { 0 };
	struct ir_leave leave;

	(void)state;
	ir_arena_init(&arena, 1 << 20);
	ir_unit_init(&unit, &arena);
	unit.state_bytes = 8;
	ir_build_begin(&build, &unit);
	ir_start_block(&build, ir_new_block(&build));
	ir_exit_to(&build, IR_EXIT_HALT, 0x1234);
	assert_int_equal(ir_build_end(&build), 0);
	assert_int_equal(ir_interpret(&unit, &context, &frame, &leave), -EINVAL);
	context.state_bytes = 8;
	assert_int_equal(ir_interpret(&unit, &context, &frame, &leave), 0);
	assert_int_equal(leave.kind, IR_LEAVE_EXIT);
	assert_int_equal(leave.code, IR_EXIT_HALT);
	assert_int_equal(leave.pc, 0x1234);
	assert_int_equal(context.fuel, 9);
	ir_frame_fini(&frame);
	ir_arena_fini(&arena);
}

/* Without a memory port every access faults; without helpers every call leaves. */
static void test_interp_lives_without_ports(void **state)
{
	static const char text[] = "unit u {\n  helper h() void\nb0:\n  guest_pc 0x44\n"
				   "  %a:i64 = const 8\n  %b:i64 = ld.u64 %a, 0\n"
				   "  exit_indirect.jump %b\n}\n"
				   "unit v {\n  helper h() void\nb0:\n  guest_pc 0x48\n  call h()\n"
				   "  exit.jump 0\n}\n";
	struct ir_text at = { .text = text, .bytes = strlen(text) };
	struct ir_context context = { .fuel = 100 };
	struct ir_frame frame = { 0 };
	struct ir_leave leave;
	struct ir_arena arena;
	struct ir_error error;
	struct ir_unit unit;

	(void)state;
	ir_arena_init(&arena, 1 << 20);
	ir_unit_init(&unit, &arena);
	assert_int_equal(ir_parse(&at, &unit, &error), 1);
	assert_int_equal(ir_verify(&unit, &arena, &error), 0);
	assert_int_equal(ir_interpret(&unit, &context, &frame, &leave), 0);
	assert_int_equal(leave.kind, IR_LEAVE_FAULT);
	assert_int_equal(leave.address, 8);
	assert_int_equal(leave.pc, 0x44);
	ir_unit_init(&unit, &arena);
	assert_int_equal(ir_parse(&at, &unit, &error), 1);
	assert_int_equal(ir_verify(&unit, &arena, &error), 0);
	assert_int_equal(ir_interpret(&unit, &context, &frame, &leave), 0);
	assert_int_equal(leave.kind, IR_LEAVE_HELPER);
	assert_int_equal(leave.pc, 0x48);
	ir_frame_fini(&frame);
	ir_arena_fini(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_interp_runs_every_case),
		cmocka_unit_test(test_case_notices_a_difference),
		cmocka_unit_test(test_interp_refuses_too_little_state),
		cmocka_unit_test(test_interp_lives_without_ports),
	};

	return cmocka_run_group_tests_name("interp", tests, NULL, NULL);
}
