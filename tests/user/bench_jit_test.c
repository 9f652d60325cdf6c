// SPDX-License-Identifier: MIT
/* The checks of the compiler's benchmarks refuse code that does something else. */
#include "tests/test.h"

#include <string.h>

#include "user/bench/jit/jit.h"
#include "user/bench/jit/kernels.h"
#include "user/bench/jit/work.h"
#include "user/bench/jit/workload.h"

static void ignore_metric(struct vmb_state *st, const char *name, const char *unit, double value,
			  enum vmb_metric_agg agg)
{
	(void)st, (void)name, (void)unit, (void)value, (void)agg;
}

static struct vmb_state set_up(const struct vmb_bench *b)
{
	struct vmb_state st = { .seed = 5, .metric = ignore_metric, .nr_args = b->nr_axes };
	struct vmb_why why;
	size_t i;

	for (i = 0; i < b->nr_axes; i++)
		st.arg[i] = b->axes[i].values[b->axes[i].nr - 1];
	if (b->supported(&st, &why)) {
		print_message("%s\n", why.text);
		skip();
	}
	assert_int_equal(b->setup(&st), 0);
	return st;
}

static void expect_wrong(const struct vmb_bench *b, struct vmb_state *st)
{
	struct vmb_why why = { 0 };

	assert_int_not_equal(b->check(st->priv, &why), 0);
	assert_true(strlen(why.text) > 10);
	b->teardown(st);
}

/* The unit now stores its last value to another slot than its code does. */
static void spoil(struct jit_work *w)
{
	struct ir_unit *unit = &w->unit[3];

	assert_int_equal(unit->insn[unit->nr_insns - 2].op, IR_st_state);
	unit->insn[unit->nr_insns - 2].imm = 32;
}

static void refuses_other_code(const struct vmb_bench *b)
{
	struct vmb_state st = set_up(b);
	struct vmb_why why;

	b->run(st.priv, 100);
	assert_int_equal(b->check(st.priv, &why), 0);
	spoil(st.priv);
	expect_wrong(b, &st);
}

static void test_compiled_units(void **state)
{
	(void)state;
	refuses_other_code(&bench_jit_ir_compile);
	refuses_other_code(&bench_jit_code_size);
	refuses_other_code(&bench_jit_function);
}

static void test_compiled_nothing(void **state)
{
	struct vmb_state st = set_up(&bench_jit_ir_compile);

	(void)state;
	expect_wrong(&bench_jit_ir_compile, &st);
}

/* The last unit of the turn is compiled once more; its code of the whole compiler changes. */
static void test_codegen_of_other_bytes(void **state)
{
	struct vmb_state st = set_up(&bench_jit_codegen);
	struct jit_work *w = *(struct jit_work **)st.priv;
	struct vmb_why why;

	(void)state;
	bench_jit_codegen.run(st.priv, 3);
	assert_int_equal(bench_jit_codegen.check(st.priv, &why), 0);
	w->jit.cache.write[w->code[3].entry] ^= 1;
	expect_wrong(&bench_jit_codegen, &st);
}

/* What is compared with is another unit now: it stores something else. */
static void spoil_subject(void *priv)
{
	struct ir_unit *unit = &((struct kernel_subject *)priv)->ir;
	uint32_t i = unit->nr_insns;

	while (unit->insn[--i].op != IR_st_state)
		;
	unit->insn[i].imm ^= 8;
}

static void test_kernels_that_do_something_else(void **state)
{
	static const struct vmb_bench *const benches[] = { &bench_jit_opt, &bench_jit_tier,
							   &bench_jit_hot_recompile };
	struct vmb_why why;
	size_t i;

	(void)state;
	for (i = 0; i < VMB_ARRAY_SIZE(benches); i++) {
		struct vmb_state st = set_up(benches[i]);

		assert_int_not_equal(benches[i]->check(st.priv, &why), 0);
		benches[i]->run(st.priv, 5);
		if (benches[i]->check(st.priv, &why))
			fail_msg("%s: %s", benches[i]->name, why.text);
		spoil_subject(st.priv);
		expect_wrong(benches[i], &st);
	}
}

/* Every unit in every tier, and at every level. */
static void test_kernels_are_right(void **state)
{
	static const struct vmb_bench *const benches[] = { &bench_jit_opt, &bench_jit_tier };
	struct vmb_why why;
	size_t b, i, k;

	(void)state;
	for (b = 0; b < VMB_ARRAY_SIZE(benches); b++)
		for (i = 0; i < benches[b]->axes[0].nr; i++)
			for (k = 0; k < NR_KERNELS; k++) {
				struct vmb_state st = { .seed = 9, .metric = ignore_metric };

				st.nr_args = 2;
				st.arg[0] = benches[b]->axes[0].values[i];
				st.arg[1] = kernel_axis[k];
				if (benches[b]->supported(&st, &why))
					return;
				assert_int_equal(benches[b]->setup(&st), 0);
				benches[b]->run(st.priv, 3);
				if (benches[b]->check(st.priv, &why))
					fail_msg("%s %zu: %s", benches[b]->name, i, why.text);
				benches[b]->teardown(&st);
			}
}

/* The size that an id promises is the size of the units. */
static void test_workload_has_the_size(void **state)
{
	static const uint32_t sizes[] = { 10, 50, 100, 500, 1000 };
	struct ir_error error;
	struct ir_arena arena;
	struct ir_unit unit;
	uint32_t i, seed, j, ends;

	(void)state;
	ir_arena_init(&arena, 64u << 20);
	for (i = 0; i < VMB_ARRAY_SIZE(sizes); i++)
		for (seed = 0; seed < 20; seed++) {
			ir_arena_reset(&arena);
			ir_unit_init(&unit, &arena);
			assert_int_equal(workload_mix(&unit, seed, sizes[i]), 0);
			assert_int_equal(ir_verify(&unit, &arena, &error), 0);
			assert_int_equal(unit.nr_insns, sizes[i]);
			for (j = ends = 0; j < unit.nr_insns; j++)
				ends += ir_is_term(&unit.insn[j]);
			assert_in_range(ends * 100, sizes[i] * 10, sizes[i] * 13);
		}
	for (i = 1; i < 20; i += i == 1 ? 3 : 1) {
		ir_arena_reset(&arena);
		ir_unit_init(&unit, &arena);
		assert_int_equal(workload_function(&unit, i, i), 0);
		assert_int_equal(ir_verify(&unit, &arena, &error), 0);
		assert_int_equal(unit.nr_blocks, i);
	}
	ir_arena_fini(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_compiled_units),
		cmocka_unit_test(test_compiled_nothing),
		cmocka_unit_test(test_codegen_of_other_bytes),
		cmocka_unit_test(test_kernels_that_do_something_else),
		cmocka_unit_test(test_kernels_are_right),
		cmocka_unit_test(test_workload_has_the_size),
	};

	return cmocka_run_group_tests_name("bench_jit", tests, NULL, NULL);
}
