// SPDX-License-Identifier: MIT
/*
 * Precise faults: random units whose accesses fail in every position, in tier 1 and tier 2 with lazy
 * stores to the state, with margins in memory and without. What is recovered must be what the
 * interpreter has.
 */
#include "tests/test.h"

#include <fenv.h>
#include <inttypes.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "arch/registry.h"
#include "tests/vmcore/case.h"
#include "tests/vmcore/gen.h"
#include "vmcore/jit/recover.h"
#include "vmcore/opt/pipeline.h"

/* How many random units; RECOVER_UNITS in the environment asks for another number. */
#define UNITS 4000u

static struct {
	sigjmp_buf back;
	struct jit_runner *runner;
	const struct code_cache *cache;
	bool trapped;
} fault;

struct outcome {
	uint8_t state[GEN_STATE_BYTES] VMB_ALIGNED(16);
	uint8_t memory[GEN_MEM_BYTES];
	struct ir_fpenv fp;
	struct ir_leave leave;
};

/*
 * @memory: a page of GEN_MEM_BYTES, with @margin and JIT_GUARD bytes around it that the host faults on
 */
struct fixture {
	uint8_t *memory;
	uint64_t margin;
	struct jit jit;
	struct jit_recovery recovery;
	struct jit_code code;
	struct jit_runner runner;
	struct ir_frame frame;
	struct ir_arena arena, scratch;
	uint32_t faults, lazy, carried;
};

/* In the code, or in the runtime where that has asked for an access. */
static void on_fault(int number, siginfo_t *info, void *context)
{
	const uint8_t *at = vmb_native()->host_native->interrupted(context);
	struct jit_frame *frame = fault.runner->frame;

	(void)info;
	fault.trapped = number == SIGILL;
	if (at >= fault.cache->run && at < fault.cache->run + fault.cache->bytes) {
		frame->exit_pc = (uintptr_t)at;
		frame->exit_word = jit_exit_word(JIT_LEAVE_FAULT_AT, IR_FAULT_READ);
		vmb_native()->host_native->take_registers(context, frame);
	}
	siglongjmp(fault.back, 1);
}

static size_t room_bytes(const struct fixture *f)
{
	return 2 * JIT_GUARD + 2 * f->margin + GEN_MEM_BYTES;
}

static void open_fixture(struct fixture *f, uint64_t margin)
{
	struct sigaction action = { .sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_NODEFER };
	struct jit_options options = {
		.host = vmb_arch_host()->host_ops, .native = vmb_native()->host_native,
		.cache_bytes = 4u << 20, .flat = true, .first = CASE_MEM_FIRST - margin,
		.bytes = GEN_MEM_BYTES + 2 * margin, .margin = margin, .precise = true,
		.wx = getenv("JIT_MPROTECT") ? CODE_WX_MPROTECT : CODE_WX_DUAL,
	};
	uint8_t *room;

	*f = (struct fixture){ .margin = margin };
	if (!options.native || !options.native->take_registers)
		skip();
	assert_int_equal(jit_init(&f->jit, &options), 0);
	room = mmap(NULL, room_bytes(f), PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	assert_true(room != MAP_FAILED);
	f->memory = room + JIT_GUARD + margin;
	assert_int_equal(mprotect(f->memory, GEN_MEM_BYTES, PROT_READ | PROT_WRITE), 0);
	ir_arena_init(&f->arena, 64u << 20);
	ir_arena_init(&f->scratch, 64u << 20);
	fault.runner = &f->runner;
	fault.cache = &f->jit.cache;
	sigaction(SIGSEGV, &action, NULL);
	sigaction(SIGBUS, &action, NULL);
	sigaction(SIGILL, &action, NULL);
}

static void close_fixture(struct fixture *f)
{
	signal(SIGSEGV, SIG_DFL);
	signal(SIGBUS, SIG_DFL);
	signal(SIGILL, SIG_DFL);
	munmap(f->memory - f->margin - JIT_GUARD, room_bytes(f));
	jit_runner_fini(&f->runner);
	jit_recovery_fini(&f->recovery);
	jit_fini(&f->jit);
	ir_frame_fini(&f->frame);
	ir_arena_fini(&f->arena);
	ir_arena_fini(&f->scratch);
}

static void count_lazy(struct fixture *f, const struct ir_unit *unit)
{
	uint32_t i;

	for (i = 0; i < unit->nr_insns; i++) {
		const struct ir_insn *insn = &unit->insn[i];

		if (insn->op != IR_st_state || !(insn->aux & IR_LAZY))
			continue;
		f->lazy++;
		f->carried += unit->insn[insn->a].op == IR_param;
	}
}

static void compile(struct fixture *f, struct ir_unit *unit, bool tier2)
{
	const struct opt_options options = { .level = 2 };
	struct ir_error error;

	if (tier2) {
		assert_int_equal(opt_run(unit, &options, &f->scratch, &error), 0);
		assert_int_equal(opt_sink(unit, &f->scratch), 0);
		assert_int_equal(opt_lazy(unit, &f->scratch), 0);
		count_lazy(f, unit);
	}
	code_cache_flush(&f->jit.cache);
	jit_recovery_clear(&f->recovery);
	assert_int_equal((tier2 ? jit_compile_tier2 : jit_compile)(&f->jit, unit, &f->code, NULL),
			 0);
	assert_int_equal(jit_recovery_add(&f->recovery, &f->jit.scratch, &f->code), 0);
}

/* Run it, and recover what a fault has left. */
static void run_code(struct fixture *f, struct ir_context *context, struct ir_leave *leave)
{
	struct jit_frame *frame;
	uint64_t at = 0;

	fault.trapped = false;
	if (!sigsetjmp(fault.back, 1)) {
		assert_int_equal(jit_run(&f->jit, &f->code, context, &f->runner, leave), 0);
		if (leave->kind != JIT_LEAVE_FAULT_AT)
			return;
	}
	/* A signal's handler may begin with the guest's rounding mode. */
	fesetenv(FE_DFL_ENV);
	frame = f->runner.frame;
	at = frame->exit_pc - (uintptr_t)f->jit.cache.run;
	*leave = (struct ir_leave){ .kind = IR_LEAVE_FAULT,
				    .address = frame->fault_address + f->jit.target.first };
	if (f->code.uses_fp)
		context->fp = f->jit.host->fp_unpack(frame->fp_control);
	assert_true(jit_recover(&f->recovery, (size_t)at, frame, &leave->pc));
	f->faults++;
}

/* Units access what their first slot points to: here it is not all in memory. */
static void execute(struct fixture *f, const struct ir_unit *unit, uint64_t seed,
		    struct outcome *outcome)
{
	static const uint32_t away[] = { 0, 2048, 4000, UINT32_C(0) - 1000, 1u << 19 };
	struct ir_flat flat = { f->memory, CASE_MEM_FIRST, GEN_MEM_BYTES };
	struct ir_flat wide = { f->memory - f->margin, CASE_MEM_FIRST - f->margin,
				GEN_MEM_BYTES + 2 * f->margin };
	struct ir_context context = {
		.state = outcome->state, .state_bytes = GEN_STATE_BYTES, .fuel = 100000000,
		.memory = { .priv = unit ? &flat : &wide, .map = ir_flat_map }, .call = case_call,
		.fp = { .rm = seed & 3 },
	};

	context.call_priv = &context;
	gen_world(seed, outcome->state, f->memory,
		  CASE_MEM_FIRST + (uint64_t)(int64_t)(int32_t)away[seed / 3 % VMB_ARRAY_SIZE(away)]);
	if (unit)
		assert_int_equal(ir_interpret(unit, &context, &f->frame, &outcome->leave), 0);
	else
		run_code(f, &context, &outcome->leave);
	assert_int_not_equal(outcome->leave.kind, IR_LEAVE_FUEL);
	memcpy(outcome->memory, f->memory, GEN_MEM_BYTES);
	outcome->fp = context.fp;
}

static bool same(const struct fixture *f, const struct ir_unit *unit, const struct outcome *a,
		 const struct outcome *b)
{
	return !memcmp(a->state, b->state, sizeof(a->state)) &&
	       !memcmp(a->memory, b->memory, sizeof(a->memory)) &&
	       (!f->code.uses_fp || !(unit->flags & IR_UNIT_FPFLAGS) || a->fp.flags == b->fp.flags) &&
	       a->leave.kind == b->leave.kind && a->leave.pc == b->leave.pc &&
	       (!fault.trapped || a->leave.address == b->leave.address);
}

static void explain(const struct ir_unit *unit, const struct outcome *a, const struct outcome *b)
{
	uint32_t i;

	ir_print(unit, stderr);
	for (i = 0; i < GEN_STATE_BYTES; i += 8) {
		if (memcmp(a->state + i, b->state + i, 8) != 0)
			fprintf(stderr, "state %u: %016" PRIx64 ", compiled %016" PRIx64 "\n", i,
				*(const uint64_t *)(const void *)(a->state + i),
				*(const uint64_t *)(const void *)(b->state + i));
	}
	fprintf(stderr, "flags %x %x left by %u %" PRIx64 ", compiled %u %" PRIx64 "\n", a->fp.flags,
		b->fp.flags, a->leave.kind, a->leave.pc, b->leave.kind, b->leave.pc);
}

static void check_unit(struct fixture *f, uint64_t seed, bool tier2)
{
	const struct gen_options options = { seed, 10 + (uint32_t)(seed % 300), seed % 4 == 1,
					     seed % 17 };
	static struct outcome interpreted, compiled;
	struct ir_unit unit, original;
	uint32_t world;

	ir_arena_reset(&f->arena);
	ir_arena_reset(&f->scratch);
	ir_unit_init(&unit, &f->arena);
	assert_int_equal(gen_unit(&unit, &options), 0);
	assert_int_equal(ir_unit_copy(&original, &unit, &f->arena), 0);
	compile(f, &unit, tier2);
	for (world = 0; world < 6; world++) {
		execute(f, &original, seed + world, &interpreted);
		execute(f, NULL, seed + world, &compiled);
		if (!same(f, &original, &interpreted, &compiled)) {
			explain(&original, &interpreted, &compiled);
			fprintf(stderr, "seed %" PRIu64 " world %u\n", seed, world);
			ir_print(&unit, stderr);
			fail_msg("tier %d: seed %" PRIu64, 1 + tier2, seed);
		}
	}
}

static void compare(bool tier2, uint64_t margin)
{
	const char *asked = getenv("RECOVER_UNITS"), *from = getenv("RECOVER_SEED");
	uint64_t nr = asked ? strtoull(asked, NULL, 10) : UNITS, seed;
	uint64_t first = from ? strtoull(from, NULL, 10) : 1;
	static struct fixture f;

	open_fixture(&f, margin);
	for (seed = first; seed < first + nr; seed++)
		check_unit(&f, seed, tier2);
	print_message("%u faults, %u lazy stores, %u of parameters\n", f.faults, f.lazy, f.carried);
	assert_true(f.faults > nr / 4);
	assert_true(!tier2 || f.lazy > nr / 4);
	close_fixture(&f);
}

static void test_tier1_recovers_what_the_interpreter_has(void **state)
{
	(void)state;
	compare(false, 0);
}

static void test_tier2_recovers_what_the_interpreter_has(void **state)
{
	(void)state;
	compare(true, 0);
}

/* What lies outside of memory by less than a margin has displacements that lead back into it. */
static void test_addresses_outside_fail_whatever_is_added(void **state)
{
	(void)state;
	compare(false, CASE_MEM_FIRST);
	compare(true, CASE_MEM_FIRST);
}

#define KNOWN_ADDRESS(name, access)                                                                \
	"unit " name " {\n"                                                                        \
	"  state 64\n"                                                                             \
	"b0:\n"                                                                                    \
	"  guest_pc 0x100\n"                                                                       \
	"  %one:i64 = const 1\n"                                                                   \
	"  st_state %one, 8\n"                                                                     \
	"  %p:i64 = const 0x10010\n"                                                               \
	"  guest_pc 0x104\n"                                                                       \
	"  " access "\n"                                                                           \
	"  guest_pc 0x108\n"                                                                       \
	"  exit.jump 0x10c\n"                                                                      \
	"}\n"

static void fault_in(struct fixture *f, const char *text)
{
	struct ir_flat flat = { f->memory, CASE_MEM_FIRST, GEN_MEM_BYTES };
	static uint64_t state[8] VMB_ALIGNED(16);
	struct ir_context context = {
		.state = state, .state_bytes = sizeof(state), .fuel = 1000,
		.memory = { .priv = &flat, .map = ir_flat_map },
	};
	struct ir_text at = { .text = text, .bytes = strlen(text) };
	struct ir_leave leave;
	struct ir_error error;
	struct ir_unit unit;

	ir_unit_init(&unit, &f->arena);
	assert_int_equal(ir_parse(&at, &unit, &error), 1);
	assert_int_equal(ir_verify(&unit, &f->scratch, &error), 0);
	compile(f, &unit, true);
	state[1] = 0;
	run_code(f, &context, &leave);
	assert_int_equal(leave.kind, IR_LEAVE_FAULT);
	assert_int_equal(leave.pc, 0x104);
	assert_int_equal(state[1], 1);
}

/* What is known to be in memory needs no check, and no load's result to be used. */
static void test_known_addresses_fault_where_they_are(void **state)
{
	static struct fixture f;

	(void)state;
	open_fixture(&f, 0);
	assert_int_equal(mprotect(f.memory, GEN_MEM_BYTES, PROT_NONE), 0);
	fault_in(&f, KNOWN_ADDRESS("loads", "%x:i64 = ld.u64 %p, 8"));
	fault_in(&f, KNOWN_ADDRESS("stores", "st.u64 %p, %one, 8"));
	close_fixture(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tier1_recovers_what_the_interpreter_has),
		cmocka_unit_test(test_tier2_recovers_what_the_interpreter_has),
		cmocka_unit_test(test_addresses_outside_fail_whatever_is_added),
		cmocka_unit_test(test_known_addresses_fault_where_they_are),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
