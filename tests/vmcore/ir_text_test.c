// SPDX-License-Identifier: MIT
/* The text form: printed and parsed, hostile texts, the generator of units. */
#include "tests/test.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/vmcore/ir_fixture.h"

#define CASES "tests/vmcore/ir"
/* Of the units of 100 seeds; changes when the generator or the numbering of instructions does. */
#define GENERATED UINT64_C(0xde27051a32857786)

static void check_round_trip(struct fixture *f)
{
	char *first = print(&f->unit), *second;

	if (parse(f, first, strlen(first)) != 1)
		fail_msg("%u:%u: %s in\n%s", f->error.line, f->error.column, f->error.text, first);
	if (verify(f))
		fail_msg("insn %u: %s in\n%s", f->error.insn, f->error.text, first);
	second = print(&f->unit);
	assert_string_equal(first, second);
	free(first);
	free(second);
}

static uint32_t round_trip_file(struct fixture *f, const char *path)
{
	struct ir_arena arena;
	char *text = read_file(path);
	struct ir_text at = { .text = text, .bytes = strlen(text) };
	struct ir_unit unit;
	uint32_t nr = 0;
	int status;

	ir_arena_init(&arena, 64u << 20);
	for (;; nr++) {
		ir_arena_reset(&arena);
		ir_unit_init(&unit, &arena);
		status = ir_parse(&at, &unit, &f->error);
		if (status <= 0)
			break;
		clear(f);
		f->unit = unit;
		check_round_trip(f);
	}
	assert_int_equal(status, 0);
	ir_arena_fini(&arena);
	free(text);
	return nr;
}

static void test_text_round_trips_for_every_case(void **state)
{
	struct fixture *f = *state;
	DIR *dir = opendir(CASES);
	struct dirent *entry;
	uint32_t nr = 0;
	char path[512];

	assert_non_null(dir);
	while ((entry = readdir(dir))) {
		size_t length = strlen(entry->d_name);

		if (length < 4 || strcmp(entry->d_name + length - 3, ".ir") != 0)
			continue;
		snprintf(path, sizeof(path), CASES "/%s", entry->d_name);
		nr += round_trip_file(f, path);
	}
	closedir(dir);
	assert_true(nr >= 300);
}

static void test_text_round_trips_for_generated_units(void **state)
{
	struct fixture *f = *state;
	uint64_t seed;

	for (seed = 0; seed < 400; seed++) {
		generate(f, seed, 4 + (uint32_t)seed, seed & 1);
		check_round_trip(f);
	}
}

static void test_generator_keeps_its_mix(void **state)
{
	uint32_t kind[4] = { 0 }, all = 0, i;
	struct fixture *f = *state;
	uint64_t seed;

	for (seed = 0; seed < 50; seed++) {
		generate(f, seed, 1000, false);
		assert_in_range(f->unit.nr_insns, 800, 1500);
		for (i = 0; i < f->unit.nr_insns; i++) {
			const struct ir_insn *insn = &f->unit.insn[i];

			kind[0] += ir_ops[insn->op].pure;
			kind[1] += insn->op == IR_ld || insn->op == IR_ld_state;
			kind[2] += insn->op == IR_st || insn->op == IR_st_state;
			kind[3] += ir_is_term(insn);
		}
		all += f->unit.nr_insns;
	}
	print_message("%u %% arithmetic, %u %% loads, %u %% stores, %u %% branches\n",
		      kind[0] * 100 / all, kind[1] * 100 / all, kind[2] * 100 / all,
		      kind[3] * 100 / all);
	assert_in_range(kind[0] * 100 / all, 55, 65);
	assert_in_range(kind[1] * 100 / all, 14, 20);
	assert_in_range(kind[2] * 100 / all, 8, 13);
	assert_in_range(kind[3] * 100 / all, 9, 14);
}

/* A seed found on one machine must mean the same unit on another, whatever the compiler. */
static void test_generator_gives_the_same_everywhere(void **state)
{
	struct fixture *f = *state;
	uint64_t hash = 0, seed;
	uint32_t i;

	for (seed = 0; seed < 100; seed++) {
		generate(f, seed, 200, seed & 1);
		for (i = 0; i < f->unit.nr_insns; i++) {
			const struct ir_insn *insn = &f->unit.insn[i];

			hash = (hash ^ insn->imm ^ (uint64_t)insn->a << 40 ^ (uint64_t)insn->b << 20 ^
				insn->c ^ (uint64_t)insn->op << 56 ^ (uint64_t)insn->type << 48 ^
				(uint64_t)insn->aux << 8 ^ insn->aux2) *
			       UINT64_C(0x9e3779b97f4a7c15);
			hash ^= hash >> 29;
		}
	}
	if (hash != GENERATED)
		fail_msg("the units changed: 0x%016llx", (unsigned long long)hash);
}

static void test_generator_reaches_every_op(void **state)
{
	bool seen[IR_NR_OPS] = { false };
	struct fixture *f = *state;
	uint32_t i, op;
	uint64_t seed;

	for (seed = 0; seed < 40; seed++) {
		generate(f, seed, 1000, true);
		for (i = 0; i < f->unit.nr_insns; i++)
			seen[f->unit.insn[i].op] = true;
	}
	for (op = 0; op < IR_NR_OPS; op++) {
		if (!seen[op])
			fail_msg("%s is never generated", ir_ops[op].name);
	}
}

/* @line, @column: 0 if the parser accepts and the verifier refuses. */
struct bad_text {
	const char *text;
	uint32_t line, column;
	const char *error;
};

#define U(body) "unit u {\n  state 64\nb0:\n" body "}\n"
#define EXIT	"  exit.jump 0\n"
#define A	"  %a:i64 = ld_state 0\n"

static const struct bad_text bad_texts[] = {
	{ "x", 1, 2, "expected \"unit\"" },
	{ "unit", 1, 5, "expected a name" },
	{ "unit u", 1, 7, "expected '{'" },
	{ "unit u {", 2, 1, "has no end" },
	{ "unit u { b0:\n}\n", 1, 10, "expected the end of the line" },
	{ "unit u {\n}\n", 3, 1, "has no block" },
	{ "unit aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa {\n", 1, 6, "39 characters" },
	{ "unit u {\n  state 1048577\n", 2, 9, "not from 0 to 1048576" },
	{ "unit u {\n  state -1\n", 2, 10, "not from 0" },
	{ "unit u {\n  exit.jump 0\n}\n", 2, 13, "cannot stand here" },
	{ "unit u {\nb0:\n  exit.jump 0\n  exit.jump 0\n}\n", 4, 13, "cannot stand here" },
	{ "unit u {\nb0:\n  br b1\n}\n", 3, 1, "block b1 is not defined" },
	{ "unit u {\nb0:\n  br b1\nb1:\n  br b2\nb1:\n  br b2\n}\n", 6, 1, "defined twice" },
	{ "unit u {\nb0:\nb1:\n  br b1\n}\n", 3, 4, "cannot stand here" },
	{ "unit u {\nb0:\n  \n  frob %a\n}\n", 4, 3, "no instruction \"frob\"" },
	{ "unit u {\n  helper h(i9) void\n", 2, 12, "no type \"i9\"" },
	{ "unit u {\n  helper h() void what\n", 2, 19, "no effect \"what\"" },
	{ "unit u {\n  helper h() void\n  helper h() i8\n", 3, 10, "declared twice" },
	{ "unit u {\n  helper h(i8,i8,i8,i8,i8,i8,i8,i8,i8) void\n", 2, 36, "more than 8" },
	{ U("  %a:i64 = ld_state 0, 1\n" EXIT), 4, 22, "end of the line" },
	{ U("  %a:i64 = add %a, %a\n" EXIT), 4, 17, "%a is not defined" },
	{ U(A "  %a:i64 = ld_state 8\n" EXIT), 5, 21, "%a is defined twice" },
	{ U(A "  %b:i64 = add %a\n" EXIT), 5, 18, "expected ','" },
	{ U(A "  %b:i64 = add %a, 5\n" EXIT), 5, 20, "expected '%'" },
	{ U(A "  %b:i8 = cmp %a, %a\n" EXIT), 5, 15, "needs one more attribute" },
	{ U(A "  %b:i8 = cmp.foo %a, %a\n" EXIT), 5, 15, "no attribute \"foo\"" },
	{ U(A "  %b:i8 = cmp.eq.ne %a, %a\n" EXIT), 5, 18, "no attribute \"ne\"" },
	{ U("  fence\n" EXIT), 4, 8, "needs one more attribute" },
	{ U("  fence.rr.rr\n" EXIT), 4, 12, "no attribute \"rr\"" },
	{ U("  exit.256 0\n"), 4, 8, "no attribute \"256\"" },
	{ U("  exit.0256 0\n"), 4, 8, "no attribute \"0256\"" },
	{ U("  %a:i8 = const 256\n" EXIT), 4, 17, "does not fit" },
	{ U("  %a:i8 = const -129\n" EXIT), 4, 18, "does not fit" },
	{ U("  %a:f32 = const -1\n" EXIT), 4, 19, "does not fit" },
	{ U("  %a:i64 = const 0x10000000000000000\n" EXIT), 4, 18, "does not fit" },
	{ U("  %a:v128 = const 0x100000000000000000000000000000000\n" EXIT), 4, 19, "128 bits" },
	{ U("  %a:i64 = const 12q\n" EXIT), 4, 18, "not a number" },
	{ U("  %a:i64 = const 0xg\n" EXIT), 4, 18, "not a number" },
	{ U("  %a:i64 = const\n" EXIT), 4, 17, "expected a number" },
	{ U(A "  %b:i64 = ld.u64 %a, 2147483648\n" EXIT), 5, 23, "fit 32 bits" },
	{ U(A "  %b:i64 = ld.u64 %a, -2147483649\n" EXIT), 5, 24, "fit 32 bits" },
	{ U(A "  %b:i64 = ubfx %a, 64, 1\n" EXIT), 5, 21, "not from 0 to 63" },
	{ U("  call h()\n" EXIT), 4, 8, "\"h\" is not declared" },
	{ "unit u {\n  helper h(i8) void\nb0:\n  call h()\n" EXIT "}\n", 4, 11, "1 arguments" },

	{ U("  %a:void = ld_state 0\n" EXIT), 0, 0, "cannot have a result of type void" },
	{ U("  %a:i64 = st_state %a, 0\n" EXIT), 4, 22, "not defined" },
	{ U(A "  %b:i64 = st_state %a, 0\n" EXIT), 0, 0, "cannot have a result of type i64" },
	{ U(A "  add %a, %a\n" EXIT), 0, 0, "cannot have a result of type void" },
	{ U(A "  %b:i32 = add %a, %a\n" EXIT), 0, 0, "operand 1 of add cannot have type i64" },
	{ U(A "  %b:f64 = fadd %a, %a\n" EXIT), 0, 0, "operand 1 of fadd" },
	{ U(A "  %b:i64 = adc %a, %a, %a\n" EXIT), 0, 0, "operand 3 of adc" },
	{ U(A "  %b:i64 = zext %a\n" EXIT), 0, 0, "operand 1 of zext" },
	{ U(A "  %b:i8 = zext %a\n" EXIT), 0, 0, "operand 1 of zext" },
	{ U(A "  %b:i64 = trunc %a\n" EXIT), 0, 0, "operand 1 of trunc" },
	{ U(A "  %b:f32 = bitcast %a\n" EXIT), 0, 0, "operand 1 of bitcast" },
	{ U(A "  %b:i64 = bitcast %a\n" EXIT), 0, 0, "operand 1 of bitcast" },
	{ U("  %a:f32 = ld_state 0\n  %b:f32 = fcvt %a\n" EXIT), 0, 0, "operand 1 of fcvt" },
	{ U(A "  %b:v128 = vsplat.i32x4 %a\n" EXIT), 0, 0, "operand 1 of vsplat" },
	{ U("  %a:v128 = ld_state 0\n  %b:i32 = vextr.i64x2 %a, 0\n" EXIT), 0, 0, "result" },
	{ U("  %a:v128 = ld_state 0\n  %b:i64 = vextr.i64x2 %a, 2\n" EXIT), 0, 0, "no lane 2" },
	{ U("  %a:v128 = ld_state 0\n  %b:v128 = vext %a, %a, 16\n" EXIT), 0, 0, "not 0..15" },
	{ U("  %a:v128 = ld_state 0\n  %b:v128 = vshli.i8x16 %a, 256\n" EXIT), 0, 0, "8 bits" },
	{ U("  %a:v128 = ld_state 0\n  %b:v128 = vrev.i32x4 %a, 4\n" EXIT), 0, 0, "no groups of 4" },
	{ U("  %a:v128 = ld_state 0\n  %b:v128 = vrev.i8x16 %a, 3\n" EXIT), 0, 0, "no groups of 3" },
	{ U("  %a:i8 = ld_state 0\n  %b:i8 = ubfx %a, 4, 5\n" EXIT), 0, 0, "no 5 bits at 4 in 8" },
	{ U("  %a:i8 = ld_state 0\n  %b:i8 = ubfx %a, 0, 0\n" EXIT), 0, 0, "no 0 bits" },
	{ U("  %a:i64 = ld_state 4\n" EXIT), 0, 0, "no slot of 8 bytes at offset 4" },
	{ U("  %a:i64 = ld_state 64\n" EXIT), 0, 0, "no slot of 8 bytes at offset 64" },
	{ U("  %a:i64 = ld_state 0xfffffffffffffff8\n" EXIT), 0, 0, "no slot" },
	{ U("  %a:v128 = ld_state 56\n" EXIT), 0, 0, "no slot of 16 bytes at offset 56" },
	{ U(A "  %b:i32 = ld.u64 %a, 0\n" EXIT), 0, 0, "8 bytes are no i32" },
	{ U(A "  %b:f64 = ld.u32 %a, 0\n" EXIT), 0, 0, "4 bytes are no f64" },
	{ U(A "  %b:i32 = ld.s32 %a, 0\n" EXIT), 0, 0, "nothing to sign-extend" },
	{ U(A "  st.s8 %a, %a, 0\n" EXIT), 0, 0, "nothing to sign-extend" },
	{ U(A "  st.u128 %a, %a, 0\n" EXIT), 0, 0, "16 bytes are no i64" },
	{ U(A "  %b:i64 = ld.u64.rel %a, 0\n" EXIT), 0, 0, "cannot release" },
	{ U(A "  st.u64.acq %a, %a, 0\n" EXIT), 0, 0, "cannot acquire" },
	{ U(A "  br b0\n"), 0, 0, "the entry block cannot be branched to" },
	{ U(EXIT "b1:\n" EXIT), 0, 0, "b1 cannot be reached" },
	{ U("  br b1\nb1(%x:i8):\n" EXIT), 0, 0, "has 1 parameters, not 0" },
	{ U(A "  br b1(%a)\nb1:\n" EXIT), 0, 0, "has 0 parameters, not 1" },
	{ U(A "  br b1(%a)\nb1(%x:i32):\n" EXIT), 0, 0, "must have type i32" },
	{ "unit u {\nb0(%x:i8):\n" EXIT "}\n", 0, 0, "the entry block has parameters" },
	{ U(A "  brcond %a, b1, b2\nb1:\n  %c:i64 = const 1\n  br b3\nb2:\n  br b3\nb3:\n"
	      "  st_state %c, 0\n" EXIT), 0, 0, "does not dominate" },
	{ U(A "  brcond %a, b1, b2\nb1:\n  %c:i64 = const 1\n  br b3(%c)\nb2:\n  br b3(%c)\n"
	      "b3(%d:i64):\n" EXIT), 0, 0, "does not dominate" },
	{ U(A "  brcond %a, b1\nb1:\n" EXIT), 0, 0, "has 1 targets" },
	{ U(A "  br b1, b1\nb1:\n" EXIT), 0, 0, "has 2 targets" },
	{ "unit u {\n  helper h(i8) i8\nb0:\n  %a:i32 = const 0\n  %b:i8 = call h(%a)\n" EXIT "}\n",
	  0, 0, "must have type i8" },
	{ "unit u {\n  helper h() i8\nb0:\n  call h()\n" EXIT "}\n", 0, 0, "result of type void" },
	{ "unit u {\n  helper h() void\nb0:\n  %a:i8 = call h()\n" EXIT "}\n", 0, 0, "of type i8" },
	{ "unit u {\n  helper h(void) i8\nb0:\n" EXIT "}\n", 0, 0, "argument 0 of helper h" },
};

static void check_bad_text(struct fixture *f, const struct bad_text *bad)
{
	int status = parse(f, bad->text, strlen(bad->text));

	if (bad->line ? status >= 0 : status != 1)
		fail_msg("status %d, %u:%u %s, of\n%s", status, f->error.line, f->error.column,
			 f->error.text, bad->text);
	if (!bad->line && !verify(f))
		fail_msg("is accepted:\n%s", bad->text);
	if (!strstr(f->error.text, bad->error) || f->error.line != bad->line ||
	    f->error.column != bad->column)
		fail_msg("%u:%u: \"%s\" instead of %u:%u: \"%s\" of\n%s", f->error.line,
			 f->error.column, f->error.text, bad->line, bad->column, bad->error,
			 bad->text);
}

static void test_text_that_is_ill_formed_is_refused(void **state)
{
	size_t i;

	for (i = 0; i < VMB_ARRAY_SIZE(bad_texts); i++)
		check_bad_text(*state, &bad_texts[i]);
}

/* Any prefix of a good text, and any byte of it changed, is accepted or refused with a reason. */
static void test_parser_survives_damaged_texts(void **state)
{
	struct fixture *f = *state;
	uint64_t random = 1;
	size_t bytes, i;
	char *text;

	generate(f, 7, 60, true);
	text = print(&f->unit);
	bytes = strlen(text);
	for (i = 0; i < bytes - 1; i++) {
		int status = parse(f, text, i);

		assert_true(i ? status < 0 && f->error.text[0] : !status);
	}
	for (i = 0; i < 4 * bytes; i++) {
		size_t at;
		char old;

		random = random * UINT64_C(6364136223846793005) + 1442695040888963407;
		at = (random >> 33) % bytes;
		old = text[at];
		text[at] = (char)(random >> 20);
		if (parse(f, text, bytes) == 1)
			verify(f);
		else
			assert_true(f->error.text[0] && f->error.line);
		text[at] = old;
	}
	free(text);
}

static void test_parser_reports_an_exhausted_arena(void **state)
{
	struct fixture *f = *state;
	struct ir_error error;
	struct ir_arena arena;
	struct ir_unit unit;
	struct ir_text at;
	char *text;

	generate(f, 3, 5000, true);
	text = print(&f->unit);
	at = (struct ir_text){ .text = text, .bytes = strlen(text) };
	ir_arena_init(&arena, 100000);
	ir_unit_init(&unit, &arena);
	assert_int_equal(ir_parse(&at, &unit, &error), -ENOMEM);
	assert_non_null(strstr(error.text, "exhausted"));
	ir_arena_fini(&arena);
	ir_arena_init(&arena, 1000);
	assert_int_equal(ir_verify(&f->unit, &arena, &error), -ENOMEM);
	ir_arena_fini(&arena);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		T(test_text_round_trips_for_every_case),
		T(test_text_round_trips_for_generated_units),
		T(test_generator_keeps_its_mix),
		T(test_generator_gives_the_same_everywhere),
		T(test_generator_reaches_every_op),
		T(test_text_that_is_ill_formed_is_refused),
		T(test_parser_survives_damaged_texts),
		T(test_parser_reports_an_exhausted_arena),
	};

	return cmocka_run_group_tests_name("ir_text", tests, NULL, NULL);
}
