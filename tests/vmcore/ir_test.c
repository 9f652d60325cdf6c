// SPDX-License-Identifier: MIT
#include "tests/test.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/vmcore/case.h"
#include "tests/vmcore/gen.h"
#include "vmcore/ir/attr.h"
#include "vmcore/ir/build.h"
#include "vmcore/ir/dom.h"

#define CASES "tests/vmcore/ir"
/* Of the units of 100 seeds; changes when the generator or the numbering of instructions does. */
#define GENERATED UINT64_C(0xde27051a32857786)

struct fixture {
	struct ir_arena arena;
	struct ir_arena scratch;
	struct ir_unit unit;
	struct ir_error error;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	ir_arena_init(&f->arena, 256u << 20);
	ir_arena_init(&f->scratch, 256u << 20);
	ir_unit_init(&f->unit, &f->arena);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	ir_arena_fini(&f->arena);
	ir_arena_fini(&f->scratch);
	free(f);
	return 0;
}

static void clear(struct fixture *f)
{
	ir_arena_reset(&f->arena);
	ir_arena_reset(&f->scratch);
	ir_unit_init(&f->unit, &f->arena);
}

static int parse(struct fixture *f, const char *text, size_t bytes)
{
	struct ir_text at = { .text = text, .bytes = bytes };

	clear(f);
	return ir_parse(&at, &f->unit, &f->error);
}

static int verify(struct fixture *f)
{
	return ir_verify(&f->unit, &f->scratch, &f->error);
}

static char *print(const struct ir_unit *unit)
{
	char *text = NULL;
	size_t bytes;
	FILE *out = open_memstream(&text, &bytes);

	assert_non_null(out);
	assert_int_equal(ir_print(unit, out), 0);
	fclose(out);
	return text;
}

/* Arena. */

static void test_arena_grows_in_place_or_copies(void **state)
{
	struct fixture *f = *state;
	char *a = ir_arena_alloc(&f->arena, 10), *b, *c;

	assert_non_null(a);
	memset(a, 'x', 10);
	b = ir_arena_grow(&f->arena, a, 10, 1000);
	assert_ptr_equal(b, a);
	c = ir_arena_alloc(&f->arena, 1);
	assert_non_null(c);
	b = ir_arena_grow(&f->arena, a, 1000, 2000);
	assert_non_null(b);
	assert_ptr_not_equal(b, a);
	assert_memory_equal(b, "xxxxxxxxxx", 10);
	assert_int_equal((uintptr_t)b % 16, 0);
}

static void test_arena_keeps_its_limit(void **state)
{
	struct ir_arena arena;
	void *p;

	(void)state;
	ir_arena_init(&arena, 100000);
	assert_null(ir_arena_alloc(&arena, 100001));
	assert_null(ir_arena_alloc(&arena, SIZE_MAX - 5));
	p = ir_arena_alloc(&arena, 60000);
	assert_non_null(p);
	assert_null(ir_arena_alloc(&arena, 60000));
	assert_null(ir_arena_grow(&arena, p, 60000, 120000));
	assert_true(arena.reserved_bytes <= 100000);
	ir_arena_reset(&arena);
	assert_ptr_equal(ir_arena_alloc(&arena, 60000), p);
	ir_arena_fini(&arena);
}

/* Builder. */

static void test_builder_numbers_blocks_in_order(void **state)
{
	struct fixture *f = *state;
	struct ir_build build;
	uint32_t entry, last, middle, x;
	struct ir_target to;

	ir_build_begin(&build, &f->unit);
	entry = ir_new_block(&build);
	last = ir_new_block(&build);
	middle = ir_new_block(&build);
	ir_start_block(&build, entry);
	x = ir_const(&build, IR_I64, 5);
	to = (struct ir_target){ middle, 1, &x };
	ir_emit_branch(&build, &(struct ir_insn){ .op = IR_br, .a = IR_NONE, .b = IR_NONE,
						  .c = IR_NONE }, &to, 1);
	ir_start_block(&build, middle);
	x = ir_add_param(&build, IR_I64);
	to = (struct ir_target){ last, 0, NULL };
	ir_emit_branch(&build, &(struct ir_insn){ .op = IR_br, .a = IR_NONE, .b = IR_NONE,
						  .c = IR_NONE }, &to, 1);
	ir_start_block(&build, last);
	ir_emit(&build, &(struct ir_insn){ .op = IR_exit_indirect, .a = x, .b = IR_NONE,
					   .c = IR_NONE });
	assert_int_equal(ir_build_end(&build), 0);
	assert_int_equal(verify(f), 0);
	assert_int_equal(f->unit.edge[0].block, 1);
	assert_int_equal(f->unit.edge[1].block, 2);
}

static void test_builder_keeps_the_first_error(void **state)
{
	struct fixture *f = *state;
	struct ir_build build;

	ir_build_begin(&build, &f->unit);
	ir_const(&build, IR_I64, 5); /* outside of a block */
	assert_int_equal(build.error, -EINVAL);
	ir_start_block(&build, ir_new_block(&build));
	ir_exit_to(&build, IR_EXIT_JUMP, 0);
	assert_int_equal(ir_build_end(&build), -EINVAL);
	assert_int_equal(f->unit.nr_insns, 0);
}

static void build_and_expect(struct fixture *f, void (*make)(struct ir_build *build), int error)
{
	struct ir_build build;

	clear(f);
	ir_build_begin(&build, &f->unit);
	make(&build);
	assert_int_equal(ir_build_end(&build), error);
}

static void make_nothing(struct ir_build *build)
{
	(void)build;
}

static void make_unplaced(struct ir_build *build)
{
	ir_start_block(build, ir_new_block(build));
	ir_new_block(build);
	ir_exit_to(build, 0, 0);
}

static void make_open(struct ir_build *build)
{
	ir_start_block(build, ir_new_block(build));
	ir_const(build, IR_I8, 1);
}

static void make_late_param(struct ir_build *build)
{
	ir_start_block(build, ir_new_block(build));
	ir_const(build, IR_I8, 1);
	ir_add_param(build, IR_I8);
	ir_exit_to(build, 0, 0);
}

static void make_twice_started(struct ir_build *build)
{
	uint32_t block = ir_new_block(build);

	ir_start_block(build, block);
	ir_exit_to(build, 0, 0);
	ir_start_block(build, block);
}

static void make_wild_target(struct ir_build *build)
{
	const struct ir_target to = { .block = 7 };

	ir_start_block(build, ir_new_block(build));
	ir_emit_branch(build, &(struct ir_insn){ .op = IR_br }, &to, 1);
}

static void make_wild_helper(struct ir_build *build)
{
	ir_start_block(build, ir_new_block(build));
	ir_emit_call(build, 3, NULL);
}

static void test_builder_refuses_ill_formed_units(void **state)
{
	struct fixture *f = *state;

	build_and_expect(f, make_nothing, -EINVAL);
	build_and_expect(f, make_unplaced, -EINVAL);
	build_and_expect(f, make_open, -EINVAL);
	build_and_expect(f, make_late_param, -EINVAL);
	build_and_expect(f, make_twice_started, -EINVAL);
	build_and_expect(f, make_wild_target, -EINVAL);
	build_and_expect(f, make_wild_helper, -EINVAL);
}

static void test_builder_reports_an_exhausted_arena(void **state)
{
	struct ir_arena arena;
	struct ir_build build;
	struct ir_unit unit;
	uint32_t i;

	(void)state;
	ir_arena_init(&arena, 100000);
	ir_unit_init(&unit, &arena);
	ir_build_begin(&build, &unit);
	ir_start_block(&build, ir_new_block(&build));
	for (i = 0; i < 100000; i++)
		ir_const(&build, IR_I64, i);
	ir_exit_to(&build, 0, 0);
	assert_int_equal(ir_build_end(&build), -ENOMEM);
	ir_arena_fini(&arena);
}

/* Text form. */

static char *read_file(const char *path)
{
	FILE *in = fopen(path, "r");
	char *text = NULL;
	size_t cap = 0;

	assert_non_null(in);
	assert_true(getdelim(&text, &cap, '\0', in) > 0);
	fclose(in);
	return text;
}

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

static void generate(struct fixture *f, uint64_t seed, uint32_t nr_insns, bool every_op)
{
	const struct gen_options options = { seed, nr_insns, every_op };

	clear(f);
	assert_int_equal(gen_unit(&f->unit, &options), 0);
	if (verify(f)) {
		char *text = print(&f->unit);

		fail_msg("seed %llu: block %u instruction %u: %s in\n%s", (unsigned long long)seed,
			 f->error.block, f->error.insn, f->error.text, text);
	}
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

/* Verifier: what no text can say. */

static void load(struct fixture *f, const char *text)
{
	assert_int_equal(parse(f, text, strlen(text)), 1);
	assert_int_equal(verify(f), 0);
}

#define REFUSED(f, message)                                                                        \
	do {                                                                                       \
		assert_int_equal(verify(f), -EINVAL);                                              \
		if (!strstr((f)->error.text, message))                                             \
			fail_msg("\"%s\" instead of \"%s\"", (f)->error.text, message);            \
	} while (0)

static const char good[] = "unit u {\n  state 64\n  helper h(i64, i64) i64\nb0:\n"
			   "  %a:i64 = ld_state 0\n  %b:i64 = add %a, %a\n"
			   "  %c:i64 = call h(%a, %b)\n  %v:i8 = const 5\n"
			   "  brcond %v, b1(%a), b2\nb1(%x:i64):\n  exit.jump 0\nb2:\n"
			   "  st.u8 %a, %v, 0\n  exit.jump 4\n}\n";

static void test_verifier_checks_records(void **state)
{
	struct fixture *f = *state;
	struct ir_insn *insn;

	load(f, good);
	insn = f->unit.insn;
#define BREAK(field, value, message)                                                               \
	do {                                                                                       \
		__typeof__(field) old = (field);                                                   \
		(field) = (value);                                                                 \
		REFUSED(f, message);                                                               \
		(field) = old;                                                                     \
		assert_int_equal(verify(f), 0);                                                    \
	} while (0)
	BREAK(insn[1].op, IR_NR_OPS, "no operation");
	BREAK(insn[1].op, 255, "no operation");
	BREAK(insn[1].type, IR_NR_TYPES, "no type");
	BREAK(insn[1].aux, 1, "attribute");
	BREAK(insn[1].aux2, 1, "attribute");
	BREAK(insn[1].a, IR_NONE, "not defined before");
	BREAK(insn[1].a, 1, "not defined before");
	BREAK(insn[1].b, 3, "not defined before");
	BREAK(insn[1].c, 0, "superfluous operand");
	BREAK(insn[1].imm, 1, "superfluous immediate");
	BREAK(insn[3].a, 0, "constant has an operand");
	BREAK(insn[3].b, 1, "does not fit its type");
	BREAK(insn[3].imm, 256, "does not fit its type");
	BREAK(insn[2].lo, 1, "no helper");
	BREAK(insn[2].hi, 2, "out of range");
	BREAK(insn[2].hi, UINT32_MAX, "out of range");
	BREAK(insn[4].a, 4, "not defined before");
	BREAK(insn[4].lo, 1, "out of range");
	BREAK(insn[4].lo, UINT32_MAX, "out of range");
	BREAK(insn[4].hi, 1, "1 targets");
	BREAK(insn[4].op, IR_br, "2 targets");
	BREAK(insn[5].op, IR_ld_state, "parameters stand at the head");
	BREAK(insn[6].op, IR_param, "cannot have a result");
	BREAK(insn[7].imm, UINT64_C(1) << 32, "32 bits");
	BREAK(insn[7].aux, 6, "attribute");
	BREAK(insn[7].aux2, 0x10, "attribute");
	BREAK(insn[7].b, 4, "has no value");
	BREAK(insn[8].op, IR_guest_pc, "ends it");
	BREAK(f->unit.edge[0].block, 3, "no block b3");
	BREAK(f->unit.edge[0].nr_args, 0, "has 1 parameters, not 0");
	BREAK(f->unit.edge[0].first_arg, 3, "out of range");
	BREAK(f->unit.arg[0], 99, "not defined before");
	BREAK(f->unit.block[0].first, 1, "not where the last one ended");
	BREAK(f->unit.block[0].nr, 4, "ends it");
	BREAK(f->unit.block[0].nr, 0, "is empty");
	BREAK(f->unit.block[2].nr, 3, "is empty or not");
	BREAK(f->unit.block[1].nr_params, 0, "parameters stand at the head");
	BREAK(f->unit.block[1].nr_params, 2, "parameters stand at the head");
	BREAK(f->unit.block[1].nr_params, IR_MAX_PARAMS + 1, "too many");
	BREAK(f->unit.nr_blocks, 0, "no block");
	BREAK(f->unit.nr_blocks, 2, "no block b2");
	BREAK(f->unit.nr_insns, 8, "is empty or not");
	BREAK(f->unit.nr_args, 2, "out of range");
	BREAK(f->unit.nr_edges, 1, "out of range");
	BREAK(f->unit.state_bytes, IR_MAX_STATE + 1, "of state");
	BREAK(f->unit.state_bytes, 7, "no slot");
	BREAK(f->unit.flags, 2, "flags that do not exist");
	BREAK(f->unit.helper[0].type, IR_NR_TYPES, "such a type");
	BREAK(f->unit.helper[0].nr_args, IR_HELPER_ARGS + 1, "such a type");
	BREAK(f->unit.helper[0].arg[1], IR_VOID, "argument 1");
	BREAK(f->unit.helper[0].arg[1], 200, "argument 1");
	BREAK(f->unit.helper[0].effects, E_TERM, "effects");
	BREAK(f->unit.helper[0].name[0], 0, "has no name");
#undef BREAK
}

/* Two instructions cannot share edges or arguments: what edits one would change the other. */
static void test_verifier_refuses_shared_lists(void **state)
{
	struct fixture *f = *state;

	load(f, "unit u {\nb0:\n  %a:i8 = const 1\n  br b1(%a)\nb1(%x:i8):\n  br b2(%x)\n"
		"b2(%y:i8):\n  exit.jump 0\n}\n");
	f->unit.nr_args = 1;
	f->unit.edge[1].first_arg = 0;
	REFUSED(f, "lists of arguments overlap");
	load(f, "unit u {\nb0:\n  br b1\nb1:\n  br b1\n}\n");
	f->unit.nr_edges = 1;
	f->unit.insn[1].lo = 0;
	REFUSED(f, "lists of edges overlap");
}

/* Random damage to records: accepted or refused, and what is accepted can be executed. */
static void test_verifier_accepts_only_what_can_run(void **state)
{
	struct fixture *f = *state;
	uint8_t guest[GEN_STATE_BYTES] VMB_ALIGNED(16), memory[GEN_MEM_BYTES];
	struct ir_frame frame = { 0 };
	uint64_t random = 99;
	uint32_t accepted = 0, i;

	for (i = 0; i < 20000; i++) {
		struct ir_flat flat = { memory, CASE_MEM_FIRST, sizeof(memory) };
		struct ir_context context = {
			.state = guest, .state_bytes = sizeof(guest), .fuel = 2000,
			.memory = { .priv = &flat, .map = ir_flat_map }, .call = case_call,
		};
		struct ir_leave leave;
		uint8_t *bytes;

		context.call_priv = &context;
		if (!(i % 50))
			generate(f, i, 30, true);
		ir_arena_reset(&f->scratch);
		random = random * UINT64_C(6364136223846793005) + 1442695040888963407;
		bytes = (uint8_t *)f->unit.insn;
		if (random >> 62 == 0)
			bytes = (uint8_t *)f->unit.edge;
		bytes += (random >> 33) % (bytes == (uint8_t *)f->unit.insn ?
					   f->unit.nr_insns * sizeof(*f->unit.insn) :
					   f->unit.nr_edges * sizeof(*f->unit.edge) + 1);
		*bytes ^= (uint8_t)(1u << (random >> 20 & 7));
		if (!verify(f)) {
			accepted++;
			gen_world(i, guest, memory, CASE_MEM_FIRST);
			assert_int_equal(ir_interpret(&f->unit, &context, &frame, &leave), 0);
		} else {
			*bytes ^= (uint8_t)(1u << (random >> 20 & 7));
		}
	}
	print_message("%u of %u damaged units are well-formed\n", accepted, i);
	assert_true(accepted > 100);
	ir_frame_fini(&frame);
}

static void test_printer_survives_unverified_units(void **state)
{
	struct fixture *f = *state;
	char *text;

	load(f, good);
	memset(f->unit.insn + 1, 0xff, 4 * sizeof(*f->unit.insn));
	f->unit.insn[6].op = IR_call;
	f->unit.insn[6].lo = 77;
	f->unit.insn[7].op = IR_switch;
	f->unit.insn[7].imm = ~UINT64_C(0);
	f->unit.edge[0].first_arg = UINT32_MAX;
	f->unit.helper[0].arg[0] = 99;
	text = print(&f->unit);
	assert_non_null(strstr(text, "no instruction"));
	free(text);
}

/* Dominators, against the definition: a dominates b if b cannot be reached without a. */

static bool reachable_without(const struct ir_unit *unit, uint32_t without, uint32_t to)
{
	uint32_t *stack = calloc(unit->nr_blocks + 1, sizeof(*stack)), depth = 0;
	bool *seen = calloc(unit->nr_blocks, sizeof(*seen)), found;

	assert_non_null(stack);
	assert_non_null(seen);
	seen[without] = true;
	if (without)
		stack[depth++] = 0;
	seen[0] = true;
	while (depth) {
		const struct ir_insn *term = ir_terminator(unit, stack[--depth]);
		uint32_t i;

		for (i = 0; i < ir_nr_edges(term); i++) {
			uint32_t next = unit->edge[term->lo + i].block;

			if (!seen[next]) {
				seen[next] = true;
				stack[depth++] = next;
			}
		}
	}
	found = to != without && seen[to] && without;
	free(stack);
	free(seen);
	return found;
}

static void test_dominators_are_what_they_are_defined_as(void **state)
{
	struct fixture *f = *state;
	uint64_t random = 5;
	uint32_t round, a, b, i;

	for (round = 0; round < 60; round++) {
		struct ir_dom dom;

		generate(f, round, 150, true);
		/* Edges to anywhere but the entry: the graphs become irreducible. */
		for (i = 0; i < f->unit.nr_edges; i++) {
			random = random * UINT64_C(6364136223846793005) + 1442695040888963407;
			if (random >> 63)
				f->unit.edge[i].block =
					1 + (uint32_t)(random >> 33) % (f->unit.nr_blocks - 1);
		}
		assert_int_equal(ir_dom_build(&dom, &f->unit, &f->scratch), 0);
		for (b = 0; b < f->unit.nr_blocks; b++) {
			if (!dom.in[b])
				continue;
			for (a = 0; a < f->unit.nr_blocks; a++)
				assert_int_equal(ir_dominates(&dom, a, b),
						 dom.in[a] && !reachable_without(&f->unit, a, b));
		}
	}
}

/* The table of instructions is the specification: README.md shows every line of it. */
static void test_readme_lists_every_op(void **state)
{
	char *text = read_file("vmcore/ir/README.md"), *from, *to, row[256];
	unsigned int op;

	(void)state;
	for (from = to = text; *from; from++) {
		if (*from != '\\') /* \| stands for | in a table */
			*to++ = *from;
	}
	*to = '\0';
	for (op = 0; op < IR_NR_OPS; op++) {
		snprintf(row, sizeof(row), "| `%s` |", ir_ops[op].name);
		if (!strstr(text, row) || !strstr(text, ir_ops[op].doc))
			fail_msg("vmcore/ir/README.md lacks %s: run vmcore/ir/make_table.py",
				 ir_ops[op].name);
	}
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		T(test_arena_grows_in_place_or_copies),
		T(test_arena_keeps_its_limit),
		T(test_builder_numbers_blocks_in_order),
		T(test_builder_keeps_the_first_error),
		T(test_builder_refuses_ill_formed_units),
		T(test_builder_reports_an_exhausted_arena),
		T(test_text_round_trips_for_every_case),
		T(test_text_round_trips_for_generated_units),
		T(test_generator_keeps_its_mix),
		T(test_generator_gives_the_same_everywhere),
		T(test_generator_reaches_every_op),
		T(test_text_that_is_ill_formed_is_refused),
		T(test_parser_survives_damaged_texts),
		T(test_parser_reports_an_exhausted_arena),
		T(test_verifier_checks_records),
		T(test_verifier_refuses_shared_lists),
		T(test_verifier_accepts_only_what_can_run),
		T(test_printer_survives_unverified_units),
		T(test_dominators_are_what_they_are_defined_as),
		T(test_readme_lists_every_op),
	};

	return cmocka_run_group_tests_name("ir", tests, NULL, NULL);
}
