// SPDX-License-Identifier: MIT
/*
 * Floating point by the rules of ARM and RISC-V for NaNs, where what is invalid traps and where
 * results are looked at: random units whose operands are often NaNs of all kinds, around a loop, must
 * do what the interpreter does, bit by bit, with its flags.
 */
#include "tests/test.h"

#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "arch/registry.h"
#include "vmcore/ir/build.h"
#include "vmcore/jit/recover.h"
#include "vmcore/opt/pipeline.h"

/* How many random units; TRAP_UNITS in the environment asks for another number. */
#define UNITS 3000u

#define MEMORY	    4096u
#define STATE_BYTES 512u
/* Slots of 16 bytes: operands, then results. */
#define OPERANDS    8u
#define RESULTS	    24u
#define IN_LOOP	    10u
#define TURNS	    3u

static const uint64_t doubles[] = {
	0, UINT64_C(1) << 63, 0x3ff0000000000000, 0xbff8000000000000, 0x7ff0000000000000,
	0xfff0000000000000, 0x000fffffffffffff, 0x7fefffffffffffff, 0x41e0000000000000,
	0xc3e0000000000000, 0x7ff8000000000000, 0xfff8000000000000, 0x7ff8000000001234,
	0xfff800000000beef, 0x7ff0000000000001, 0xfff4000000000077, 0x7fffffffffffffff,
	0x4008000000000000,
};

static const uint32_t singles[] = {
	0, 0x80000000, 0x3f800000, 0xbfc00000, 0x7f800000, 0xff800000, 0x007fffff, 0x7f7fffff,
	0x4f000000, 0xdf000000, 0x7fc00000, 0xffc00000, 0x7fc01234, 0xffc0beef, 0x7f800001,
	0xffa00077, 0x7fffffff, 0x40400000,
};

/* What may be made of @nr floats, or vectors: the same, an integer, or a float of the other type. */
static const struct made {
	uint8_t op, nr, vector, integer, other;
} mades[] = {
	{ IR_fadd, 2, 0, 0, 0 },   { IR_fsub, 2, 0, 0, 0 },   { IR_fmul, 2, 0, 0, 0 },
	{ IR_fdiv, 2, 0, 0, 0 },   { IR_fadd, 2, 0, 0, 0 },   { IR_fmul, 2, 0, 0, 0 },
	{ IR_fsqrt, 1, 0, 0, 0 },  { IR_ffma, 3, 0, 0, 0 },   { IR_fround, 1, 0, 0, 0 },
	{ IR_fcvt, 1, 0, 0, 1 },   { IR_f2si, 1, 0, 1, 0 },   { IR_fcmp, 2, 0, 1, 0 },
	{ IR_fneg, 1, 0, 0, 0 },   { IR_fabs, 1, 0, 0, 0 },   { IR_fcopysign, 2, 0, 0, 0 },
	{ IR_fminnum, 2, 0, 0, 0 }, { IR_fmaximum, 2, 0, 0, 0 }, { IR_vfadd, 2, 1, 0, 0 },
	{ IR_vfsub, 2, 1, 0, 0 },  { IR_vfmul, 2, 1, 0, 0 },  { IR_vfdiv, 2, 1, 0, 0 },
};

/* @type: of the unit's scalars; @pool: values of it, @vector, @other: of other types */
struct maker {
	struct ir_build build;
	uint64_t seed;
	uint8_t type, rule;
	uint32_t pool[64], vector[64], nr_pool, nr_vectors, nr_stored;
};

static struct {
	struct jit_runner *runner;
	const struct jit *jit;
	const struct jit_recovery *recovery;
	uint32_t computed;
} now;

static uint64_t random_below(uint64_t *seed, uint64_t limit)
{
	*seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (*seed >> 33) % limit;
}

static uint32_t pick(struct maker *m, const uint32_t *from, uint32_t nr)
{
	return from[random_below(&m->seed, nr)];
}

static void store(struct maker *m, uint32_t value)
{
	uint32_t slot = OPERANDS + m->nr_stored++ % (RESULTS - OPERANDS);

	ir_set_state(&m->build, slot * 16, value);
}

static uint8_t attributes(struct maker *m, const struct made *made)
{
	static const uint8_t modes[] = { IR_RNE, IR_RTZ, IR_RDN, IR_RUP, IR_DYN };
	uint8_t mode = modes[random_below(&m->seed, 5)];

	switch (made->op) {
	case IR_f2si:
		return (uint8_t)(random_below(&m->seed, 2) ? IR_RTZ : mode) |
		       (m->rule == IR_NAN_DEF ? IR_SATMAX : IR_SAT0) << IR_SAT_SHIFT;
	case IR_fround:
		return (uint8_t)(m->rule << IR_NAN_SHIFT | mode);
	default:
		return ir_ops[made->op].aux2 == X_NAN ? (uint8_t)(m->rule << IR_NAN_SHIFT) : 0;
	}
}

static void make_one(struct maker *m)
{
	const struct made *made = &mades[random_below(&m->seed, VMB_ARRAY_SIZE(mades))];
	const uint32_t *from = made->vector ? m->vector : m->pool;
	uint32_t nr = made->vector ? m->nr_vectors : m->nr_pool, value;
	struct ir_insn insn = { .op = made->op, .type = m->type, .aux2 = attributes(m, made),
				.a = IR_NONE, .b = IR_NONE, .c = IR_NONE };

	if (made->vector) {
		insn.type = IR_V128;
		insn.aux = m->type == IR_F64 ? IR_F64X2 : IR_F32X4;
	} else if (made->integer) {
		insn.type = made->op == IR_fcmp || random_below(&m->seed, 2) ? IR_I32 : IR_I64;
		insn.aux = made->op == IR_fcmp ? (uint8_t)(random_below(&m->seed, IR_NR_FCONDS) |
				(random_below(&m->seed, 2) ? IR_FCOND_SIGNAL : 0)) : 0;
	} else if (made->other) {
		insn.type ^= IR_F32 ^ IR_F64;
	}
	insn.a = pick(m, from, nr);
	insn.b = made->nr > 1 ? pick(m, from, nr) : IR_NONE;
	insn.c = made->nr > 2 ? pick(m, from, nr) : IR_NONE;
	value = ir_emit(&m->build, &insn);
	if (made->other || made->integer || !random_below(&m->seed, 3))
		store(m, value);
	if (made->vector)
		m->vector[m->nr_vectors++] = value;
	else if (!made->integer && !made->other)
		m->pool[m->nr_pool++] = value;
}

static void load_operands(struct maker *m)
{
	uint32_t i;

	for (i = 0; i < OPERANDS; i++) {
		if (i % 4 == 3)
			m->vector[m->nr_vectors++] = ir_get_state(&m->build, IR_V128, i * 16);
		else
			m->pool[m->nr_pool++] = ir_get_state(&m->build, m->type, i * 16);
	}
	m->pool[m->nr_pool++] = ir_const(&m->build, m->type, m->type == IR_F64 ?
		doubles[random_below(&m->seed, VMB_ARRAY_SIZE(doubles))] :
		singles[random_below(&m->seed, VMB_ARRAY_SIZE(singles))]);
	m->pool[m->nr_pool++] = ir_unary(&m->build, IR_si2f, m->type, ir_const(&m->build, IR_I32, 3));
}

/* A loop of three turns that carries a counter, two floats and a vector. */
static int make(struct ir_unit *unit, uint64_t seed)
{
	struct maker m = { .seed = seed, .type = seed & 1 ? IR_F64 : IR_F32,
			   .rule = seed & 2 ? IR_NAN_A64 : IR_NAN_DEF };
	struct ir_insn br = { .op = IR_br, .a = IR_NONE, .b = IR_NONE, .c = IR_NONE };
	struct ir_insn again = { .op = IR_brcmp, .aux = IR_NE, .c = IR_NONE };
	uint32_t loop, end, arg[4], param[4], left, i;

	unit->state_bytes = STATE_BYTES;
	unit->flags = IR_UNIT_FPFLAGS;
	ir_build_begin(&m.build, unit);
	loop = ir_new_block(&m.build);
	ir_start_block(&m.build, loop);
	load_operands(&m);
	arg[0] = ir_const(&m.build, IR_I32, TURNS);
	arg[1] = pick(&m, m.pool, m.nr_pool);
	arg[2] = pick(&m, m.pool, m.nr_pool);
	arg[3] = pick(&m, m.vector, m.nr_vectors);
	loop = ir_new_block(&m.build);
	end = ir_new_block(&m.build);
	ir_emit_branch(&m.build, &br, &(struct ir_target){ loop, 4, arg }, 1);
	ir_start_block(&m.build, loop);
	param[0] = ir_add_param(&m.build, IR_I32);
	m.pool[m.nr_pool++] = param[1] = ir_add_param(&m.build, m.type);
	m.pool[m.nr_pool++] = param[2] = ir_add_param(&m.build, m.type);
	m.vector[m.nr_vectors++] = param[3] = ir_add_param(&m.build, IR_V128);
	for (i = 0; i < IN_LOOP; i++)
		make_one(&m);
	left = ir_binary(&m.build, IR_sub, IR_I32, param[0], ir_const(&m.build, IR_I32, 1));
	arg[0] = left;
	arg[1] = m.pool[m.nr_pool - 1];
	arg[2] = pick(&m, m.pool, m.nr_pool);
	arg[3] = m.vector[m.nr_vectors - 1];
	again.a = left;
	again.b = ir_const(&m.build, IR_I32, 0);
	ir_emit_branch(&m.build, &again,
		       (struct ir_target[]){ { loop, 4, arg }, { end, 0, NULL } }, 2);
	ir_start_block(&m.build, end);
	for (i = 0; i < 6; i++)
		store(&m, i < 4 ? pick(&m, m.pool, m.nr_pool) : pick(&m, m.vector, m.nr_vectors));
	ir_exit_to(&m.build, IR_EXIT_JUMP, 0x1000);
	return ir_build_end(&m.build);
}

struct outcome {
	uint64_t state[STATE_BYTES / 8] VMB_ALIGNED(16);
	uint8_t flags;
};

static void begin(struct outcome *o, uint64_t seed)
{
	uint32_t i;

	memset(o, 0, sizeof(*o));
	for (i = 0; i < OPERANDS * 2; i++) {
		uint64_t high = singles[random_below(&seed, VMB_ARRAY_SIZE(singles))];

		o->state[i] = random_below(&seed, 4) ?
			doubles[random_below(&seed, VMB_ARRAY_SIZE(doubles))] :
			high << 32 | singles[random_below(&seed, VMB_ARRAY_SIZE(singles))];
	}
}

/* @mem: of nothing that the units access. @code: NULL: interpret */
static void run(const struct ir_unit *unit, struct jit *jit, const struct jit_code *code,
		uint64_t seed, struct ir_flat *mem, struct outcome *o)
{
	static struct ir_frame frame;
	struct ir_context context = {
		.state = o->state, .state_bytes = STATE_BYTES, .fuel = 100000,
		.memory = { .priv = mem, .map = ir_flat_map },
		.fp = { .rm = seed & 3, .traps = code && jit->target.traps },
	};
	struct ir_leave leave;

	begin(o, seed);
	if (code)
		assert_int_equal(jit_run(jit, code, &context, now.runner, &leave), 0);
	else
		assert_int_equal(ir_interpret(unit, &context, &frame, &leave), 0);
	assert_int_equal(leave.kind, IR_LEAVE_EXIT);
	o->flags = context.fp.flags;
	if (!code)
		ir_frame_fini(&frame);
}

static void on_trap(int number, siginfo_t *info, void *context)
{
	const struct host_native *native = vmb_native()->host_native;
	const uint8_t *at = native->interrupted(context);
	struct jit_frame *frame = now.runner->frame;
	struct jit_trap trap;

	(void)info;
	if (!jit_find_trap(now.recovery, (size_t)(at - now.jit->cache.run), &trap)) {
		signal(number, SIG_DFL);
		return;
	}
	native->take_registers(context, frame);
	jit_compute(frame, &trap);
	native->go_on(context, frame, &trap, at + trap.bytes);
	now.computed++;
}

static void explain(const struct ir_unit *unit, const struct outcome *a, const struct outcome *b)
{
	uint32_t i;

	ir_print(unit, stderr);
	for (i = 0; i < STATE_BYTES / 8; i++) {
		if (a->state[i] != b->state[i])
			fprintf(stderr, "state %u: %016" PRIx64 ", compiled %016" PRIx64 "\n", i * 8,
				a->state[i], b->state[i]);
	}
	fprintf(stderr, "flags %x, compiled %x\n", a->flags, b->flags);
}

/* One unit, in eight worlds. */
static void check(struct jit *jit, struct jit_recovery *recovery, uint64_t seed, bool tier2,
		  struct ir_flat *mem)
{
	static struct ir_arena arena, scratch;
	const struct opt_options options = { .level = 2 };
	struct outcome interpreted, compiled;
	struct ir_unit unit, original;
	struct ir_error error;
	struct jit_code code;
	uint32_t world;

	ir_arena_init(&arena, 16u << 20);
	ir_arena_init(&scratch, 16u << 20);
	ir_unit_init(&unit, &arena);
	assert_int_equal(make(&unit, seed), 0);
	assert_int_equal(ir_verify(&unit, &scratch, &error), 0);
	assert_int_equal(ir_unit_copy(&original, &unit, &arena), 0);
	if (tier2)
		assert_int_equal(opt_run(&unit, &options, &scratch, &error), 0);
	code_cache_flush(&jit->cache);
	jit_recovery_clear(recovery);
	assert_int_equal((tier2 ? jit_compile_tier2 : jit_compile)(jit, &unit, &code, NULL), 0);
	assert_int_equal(jit_recovery_add(recovery, &jit->scratch, &code), 0);
	for (world = 0; world < 8; world++) {
		run(&original, jit, NULL, seed + world, mem, &interpreted);
		run(&original, jit, &code, seed + world, mem, &compiled);
		if (!memcmp(interpreted.state, compiled.state, sizeof(compiled.state)) &&
		    interpreted.flags == compiled.flags)
			continue;
		explain(&original, &interpreted, &compiled);
		fail_msg("tier %d: seed %" PRIu64 " world %u", 1 + tier2, seed, world);
	}
	ir_arena_fini(&arena);
	ir_arena_fini(&scratch);
}

static void compare(bool tier2, bool traps)
{
	const char *asked = getenv("TRAP_UNITS"), *from = getenv("TRAP_SEED");
	uint64_t nr = asked ? strtoull(asked, NULL, 10) : UNITS, seed;
	uint64_t first = from ? strtoull(from, NULL, 10) : 1;
	struct sigaction action = { .sa_sigaction = on_trap, .sa_flags = SA_SIGINFO };
	struct jit_options options = {
		.host = vmb_arch_host()->host_ops, .native = vmb_native()->host_native,
		.cache_bytes = 1u << 20, .flat = true, .bytes = MEMORY, .precise = true,
		.traps = traps, .wx = getenv("JIT_MPROTECT") ? CODE_WX_MPROTECT : CODE_WX_DUAL,
	};
	static uint8_t memory[MEMORY] VMB_ALIGNED(16);
	struct ir_flat mem = { memory, 0, MEMORY };
	struct jit_recovery recovery = { 0 };
	struct jit_runner runner = { 0 };
	static struct jit jit;

	if (!options.native || !options.native->take_registers)
		skip();
	assert_int_equal(jit_init(&jit, &options), 0);
	if (traps && !jit.target.traps) {
		print_message("nothing traps here\n");
		jit_fini(&jit);
		skip();
	}
	now.runner = &runner;
	now.jit = &jit;
	now.recovery = &recovery;
	now.computed = 0;
	sigaction(SIGFPE, &action, NULL);
	for (seed = first; seed < first + nr; seed++)
		check(&jit, &recovery, seed, tier2, &mem);
	signal(SIGFPE, SIG_DFL);
	print_message("%u computed\n", now.computed);
	assert_true(traps ? now.computed > nr : !now.computed);
	jit_runner_fini(&runner);
	jit_recovery_fini(&recovery);
	jit_fini(&jit);
}

static void test_tier1_looks_at_results(void **state)
{
	(void)state;
	compare(false, false);
}

static void test_tier2_looks_at_results(void **state)
{
	(void)state;
	compare(true, false);
}

static void test_tier1_computes_what_traps(void **state)
{
	(void)state;
	compare(false, true);
}

static void test_tier2_computes_what_traps(void **state)
{
	(void)state;
	compare(true, true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tier1_looks_at_results),
		cmocka_unit_test(test_tier2_looks_at_results),
		cmocka_unit_test(test_tier1_computes_what_traps),
		cmocka_unit_test(test_tier2_computes_what_traps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
