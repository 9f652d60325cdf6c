// SPDX-License-Identifier: MIT
#include "tests/test.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/vmcore/case.h"
#include "tests/vmcore/ir_fixture.h"
#include "vmcore/ir/attr.h"
#include "vmcore/ir/dom.h"

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
		T(test_verifier_checks_records),
		T(test_verifier_refuses_shared_lists),
		T(test_verifier_accepts_only_what_can_run),
		T(test_printer_survives_unverified_units),
		T(test_dominators_are_what_they_are_defined_as),
		T(test_readme_lists_every_op),
	};

	return cmocka_run_group_tests_name("ir", tests, NULL, NULL);
}
