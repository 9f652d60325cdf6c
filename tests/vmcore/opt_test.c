// SPDX-License-Identifier: MIT
#include "tests/test.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/vmcore/case.h"
#include "tests/vmcore/gen.h"
#include "vmcore/ir/build.h"
#include "vmcore/opt/pipeline.h"

/* How many random units; OPT_UNITS in the environment asks for another number. */
#define UNITS 3000u

/* Optimised, then interpreted. @sink: behind it, as for tier 2 of translated programs */
struct optimised {
	struct opt_options options;
	bool sink;
	struct ir_arena scratch;
	struct ir_frame frame;
};

static int optimise(void *priv, struct ir_unit *unit)
{
	struct optimised *o = priv;
	struct ir_error error;
	int status = opt_run(unit, &o->options, &o->scratch, &error);

	if (!status && o->sink)
		status = opt_sink(unit, &o->scratch);
	if (!status && o->sink)
		status = ir_verify(unit, &o->scratch, &error);
	if (status == -EINVAL)
		print_error("%s (block %u, instruction %u)\n", error.text, error.block, error.insn);
	return status;
}

static int run(void *priv, const struct ir_unit *unit, struct ir_context *context,
	       struct ir_leave *leave)
{
	struct optimised *o = priv;

	return ir_interpret(unit, context, &o->frame, leave);
}

static void fini(struct optimised *o)
{
	ir_arena_fini(&o->scratch);
	ir_frame_fini(&o->frame);
}

static struct optimised at_level(unsigned int level)
{
	struct optimised o = { .options = { .level = level, .check = true } };

	ir_arena_init(&o.scratch, 256u << 20);
	return o;
}

static void test_opt_keeps_every_case(void **state)
{
	unsigned int level;

	(void)state;
	for (level = 0; level <= 7; level++) {
		struct optimised o = at_level(level % 4);
		struct case_engine engine = { .name = "optimised", .priv = &o, .begin = optimise,
					      .run = run, .other_fuel = true };
		struct case_count count = { 0 };

		o.sink = level >= 4;
		case_run_dir("tests/vmcore/ir", &engine, &count, stderr);
		fini(&o);
		assert_int_equal(count.failed, 0);
		assert_true(count.cases >= 300);
	}
}

struct outcome {
	uint8_t state[GEN_STATE_BYTES] VMB_ALIGNED(16);
	uint8_t memory[GEN_MEM_BYTES] VMB_ALIGNED(16);
	struct ir_fpenv fp;
	struct ir_leave leave;
};

static void execute(const struct ir_unit *unit, uint64_t seed, struct ir_frame *frame,
		    struct outcome *outcome)
{
	struct ir_flat flat = { outcome->memory, CASE_MEM_FIRST, GEN_MEM_BYTES };
	struct ir_context context = {
		.state = outcome->state, .state_bytes = GEN_STATE_BYTES, .fuel = 100000000,
		.memory = { .priv = &flat, .map = ir_flat_map }, .call = case_call,
		.fp = { .rm = seed & 3 },
	};

	context.call_priv = &context;
	gen_world(seed, outcome->state, outcome->memory, CASE_MEM_FIRST);
	assert_int_equal(ir_interpret(unit, &context, frame, &outcome->leave), 0);
	assert_int_not_equal(outcome->leave.kind, IR_LEAVE_FUEL);
	outcome->fp = context.fp;
}

static void dump(const char *what, const struct ir_unit *unit)
{
	fprintf(stderr, "; %s\n", what);
	ir_print(unit, stderr);
}

static bool same(const struct ir_unit *unit, const struct outcome *a, const struct outcome *b)
{
	return !memcmp(a->state, b->state, sizeof(a->state)) &&
	       !memcmp(a->memory, b->memory, sizeof(a->memory)) && a->fp.rm == b->fp.rm &&
	       (!(unit->flags & IR_UNIT_FPFLAGS) || a->fp.flags == b->fp.flags) &&
	       a->leave.kind == b->leave.kind && a->leave.code == b->leave.code &&
	       a->leave.pc == b->leave.pc && a->leave.address == b->leave.address;
}

/* Instructions of all units before and after. */
struct effect {
	uint64_t before, after;
};

static void check_unit(uint64_t seed, unsigned int level, struct effect *effect)
{
	const struct gen_options options = { seed, 10 + (uint32_t)(seed % 190), seed & 1, 0 };
	static struct outcome before, after;
	struct optimised o = at_level(level);
	struct ir_unit unit, old;
	struct ir_arena arena;
	uint32_t world;

	ir_arena_init(&arena, 64u << 20);
	ir_unit_init(&unit, &arena);
	assert_int_equal(gen_unit(&unit, &options), 0);
	assert_int_equal(ir_unit_copy(&old, &unit, &arena), 0);
	if (optimise(&o, &unit)) {
		dump("before", &old);
		dump("after", &unit);
		fail_msg("seed %llu level %u", (unsigned long long)seed, level);
	}
	for (world = 0; world < 2; world++) {
		execute(&old, seed + world, &o.frame, &before);
		execute(&unit, seed + world, &o.frame, &after);
		if (!same(&unit, &before, &after)) {
			dump("before", &old);
			dump("after", &unit);
			fail_msg("seed %llu level %u: the unit does something else",
				 (unsigned long long)seed, level);
		}
	}
	effect->before += old.nr_insns;
	effect->after += unit.nr_insns;
	ir_arena_fini(&arena);
	fini(&o);
}

static void test_opt_keeps_generated_units(void **state)
{
	const char *asked = getenv("OPT_UNITS");
	uint64_t seed, nr = asked ? strtoull(asked, NULL, 10) : UNITS;
	struct effect effect = { 0, 0 };

	(void)state;
	for (seed = 0; seed < nr; seed++)
		check_unit(seed, 1 + seed % 3, &effect);
	print_message("%llu instructions became %llu\n", (unsigned long long)effect.before,
		      (unsigned long long)effect.after);
	assert_true(effect.after < effect.before);
}

/* Every pass alone, on units that no other has prepared. */
static void test_each_pass_keeps_generated_units(void **state)
{
	static struct outcome before, after;
	struct ir_frame frame = { 0 };
	struct ir_arena arena, scratch;
	size_t nr, i;
	const struct opt_pass *passes = opt_passes(&nr);
	const struct opt_pass others[] = { { .name = "light", .run = opt_light },
					   { .name = "sink", .run = opt_sink } };
	uint64_t seed;

	(void)state;
	ir_arena_init(&arena, 64u << 20);
	ir_arena_init(&scratch, 64u << 20);
	for (seed = 0; seed < 400; seed++) {
		const struct gen_options options = { 0x10000 + seed, 120, seed & 1, 0 };

		for (i = 0; i < nr + VMB_ARRAY_SIZE(others); i++) {
			const struct opt_pass *pass = i < nr ? &passes[i] : &others[i - nr];
			struct ir_unit unit, old;
			struct ir_error error;

			ir_arena_reset(&arena);
			ir_arena_reset(&scratch);
			ir_unit_init(&unit, &arena);
			assert_int_equal(gen_unit(&unit, &options), 0);
			assert_int_equal(ir_unit_copy(&old, &unit, &arena), 0);
			assert_int_equal(pass->run(&unit, &scratch), 0);
			if (ir_verify(&unit, &scratch, &error))
				fail_msg("%s, seed %llu: %s", pass->name,
					 (unsigned long long)options.seed, error.text);
			execute(&old, seed, &frame, &before);
			execute(&unit, seed, &frame, &after);
			if (!same(&unit, &before, &after))
				fail_msg("%s, seed %llu: the unit does something else",
					 pass->name, (unsigned long long)options.seed);
		}
	}
	ir_arena_fini(&arena);
	ir_arena_fini(&scratch);
	ir_frame_fini(&frame);
}

/* What the passes are for: the body that is left, without its head. */
struct example {
	const char *what;
	unsigned int level;
	const char *before, *after;
};

static const struct example examples[] = {
	{ "constants are folded and a branch on one is decided", 1,
	  "b0:\n  %a:i64 = const 6\n  %b:i64 = const 7\n  %c:i64 = mul %a, %b\n"
	  "  %d:i64 = const 42\n  brcmp.eq %c, %d, b1, b2\n"
	  "b1:\n  st_state %c, 0\n  exit.jump 0x1\nb2:\n  exit.jump 0x2\n",
	  "b0:\n  %0:i64 = const 42\n  br b1\nb1:\n  st_state %0, 0\n  exit.jump 0x1\n" },
	{ "zeros of what is turned round are counted from the other end", 1,
	  "b0:\n  %a:i64 = ld_state 0\n  %b:i64 = bitrev %a\n  %c:i64 = clz %b\n"
	  "  st_state %c, 0\n  %d:i32 = ld_state 8\n  %e:i32 = bitrev %d\n  %f:i32 = ctz %e\n"
	  "  st_state %f, 8\n  exit.jump 0x0\n",
	  "b0:\n  %0:i64 = ld_state 0\n  %1:i64 = ctz %0\n  st_state %1, 0\n"
	  "  %3:i32 = ld_state 8\n  %4:i32 = clz %3\n  st_state %4, 8\n  exit.jump 0x0\n" },
	{ "a loaded slot is what was stored", 1,
	  "b0:\n  %a:i64 = ld_state 0\n  st_state %a, 8\n  %b:i64 = ld_state 8\n"
	  "  %c:i32 = ld_state 8\n  st_state %b, 16\n  st_state %c, 24\n  exit.jump 0x0\n",
	  "b0:\n  %0:i64 = ld_state 0\n  st_state %0, 8\n  %2:i32 = trunc %0\n"
	  "  st_state %0, 16\n  st_state %2, 24\n  exit.jump 0x0\n" },
	{ "flags that are overwritten are not computed", 1,
	  "b0:\n  %a:i64 = ld_state 0\n  %b:i64 = ld_state 8\n  %s:i64 = add %a, %b\n"
	  "  %c:i8 = flag_add.c %a, %b\n  st_state %c, 32\n  %v:i8 = flag_add.v %a, %b\n"
	  "  st_state %v, 33\n  %t:i64 = sub %s, %b\n  %c2:i8 = flag_sub.c %s, %b\n"
	  "  st_state %c2, 32\n  %v2:i8 = flag_sub.v %s, %b\n  st_state %v2, 33\n"
	  "  st_state %t, 0\n  exit.jump 0x0\n",
	  "b0:\n  %0:i64 = ld_state 0\n  %1:i64 = ld_state 8\n  %2:i64 = add %0, %1\n"
	  "  %3:i64 = sub %2, %1\n  %4:i8 = flag_sub.c %2, %1\n  st_state %4, 32\n"
	  "  %6:i8 = flag_sub.v %2, %1\n  st_state %6, 33\n  st_state %3, 0\n  exit.jump 0x0\n" },
	{ "what a fault sees is stored", 1,
	  "b0:\n  %a:i64 = const 1\n  st_state %a, 0\n  %b:i64 = ld.u64 %a, 0\n"
	  "  st_state %b, 0\n  exit.jump 0x0\n",
	  "b0:\n  %0:i64 = const 1\n  st_state %0, 0\n  %2:i64 = ld.u64 %0, 0\n"
	  "  st_state %2, 0\n  exit.jump 0x0\n" },
	{ "equal instructions are computed once", 2,
	  "b0:\n  %a:i64 = ld_state 0\n  %b:i64 = ld_state 8\n  %c:i64 = add %a, %b\n"
	  "  brcmp.eq %a, %b, b1, b2\nb1:\n  %d:i64 = add %b, %a\n  st_state %d, 16\n"
	  "  exit.jump 0x0\nb2:\n  st_state %c, 24\n  exit.jump 0x0\n",
	  "b0:\n  %0:i64 = ld_state 0\n  %1:i64 = ld_state 8\n  %2:i64 = add %0, %1\n"
	  "  brcmp.eq %0, %1, b1, b2\nb1:\n  st_state %2, 16\n  exit.jump 0x0\n"
	  "b2:\n  st_state %2, 24\n  exit.jump 0x0\n" },
	{ "strength, displacements and fused branches", 1,
	  "b0:\n  %a:i64 = ld_state 0\n  %e:i64 = const 8\n  %m:i64 = mul %a, %e\n"
	  "  %s:i64 = const 16\n  %r:i64 = urem %a, %s\n  %q:i64 = const 4\n"
	  "  %p:i64 = add %q, %m\n  %x:i64 = ld.u64 %p, 8\n  %c:i8 = cmp.slt %x, %r\n"
	  "  brcond %c, b1, b2\nb1:\n  exit.jump 0x1\nb2:\n  exit.jump 0x2\n",
	  "b0:\n  %0:i64 = ld_state 0\n  %1:i64 = const 3\n  %2:i64 = shl %0, %1\n"
	  "  %3:i64 = ubfx %0, 0, 4\n  %4:i64 = ld.u64 %2, 12\n  brcmp.slt %4, %3, b1, b2\n"
	  "b1:\n  exit.jump 0x1\nb2:\n  exit.jump 0x2\n" },
	{ "a parameter that never changes, and one that nobody reads", 1,
	  "b0:\n  %n:i64 = ld_state 0\n  %z:i64 = const 0\n  br b1(%n, %z, %z)\n"
	  "b1(%k:i64, %i:i64, %u:i64):\n  %o:i64 = const 1\n  %j:i64 = add %i, %o\n"
	  "  %v:i64 = add %u, %j\n  brcmp.ult %j, %k, b1(%k, %j, %v), b2\n"
	  "b2:\n  st_state %j, 8\n  exit.jump 0x0\n",
	  "b0:\n  %0:i64 = ld_state 0\n  %1:i64 = const 0\n  br b1(%1)\nb1(%3:i64):\n"
	  "  %4:i64 = const 1\n  %5:i64 = add %3, %4\n  brcmp.ult %5, %0, b1(%5), b2\n"
	  "b2:\n  st_state %5, 8\n  exit.jump 0x0\n" },
	{ "a loop carries guest state in values", 2,
	  "b0:\n  %n:i64 = ld_state 0\n  br b1\nb1:\n  %i:i64 = ld_state 8\n  %one:i64 = const 1\n"
	  "  %j:i64 = add %i, %one\n  st_state %j, 8\n  %m:i64 = ld_state 0\n"
	  "  brcmp.ult %j, %m, b1, b2\nb2:\n  %k:i64 = ld_state 8\n  st_state %k, 16\n"
	  "  exit.jump 0x0\n",
	  "b0:\n  %0:i64 = ld_state 0\n  %1:i64 = ld_state 8\n  br b1(%1)\nb1(%3:i64):\n"
	  "  %4:i64 = const 1\n  %5:i64 = add %3, %4\n  st_state %5, 8\n"
	  "  brcmp.ult %5, %0, b1(%5), b2\nb2:\n  st_state %5, 16\n  exit.jump 0x0\n" },
	{ "a branch to one block whichever way is none", 1,
	  "b0:\n  %a:i64 = ld_state 0\n  %b:i64 = ld_state 8\n  brcmp.ult %a, %b, b1(%a), b1(%a)\n"
	  "b1(%c:i64):\n  switch %b, b2, b2, b2\nb2:\n  st_state %c, 16\n  exit.jump 0x0\n",
	  "b0:\n  %0:i64 = ld_state 0\n  br b1\nb1:\n  br b2\nb2:\n  st_state %0, 16\n"
	  "  exit.jump 0x0\n" },
	{ "what loops do not change leaves them all", 2,
	  "b0:\n  %a:i64 = ld_state 0\n  %n:i64 = ld_state 8\n  %z:i64 = const 0\n  br b1(%z)\n"
	  "b1(%i:i64):\n  %x:i64 = add %a, %i\n  br b2(%z)\n"
	  "b2(%j:i64):\n  %y:i64 = mul %x, %i\n  %k:i64 = const 77\n  %v:i64 = xor %a, %k\n"
	  "  %o:i64 = add %y, %v\n  %p:i64 = add %o, %j\n  st_state %p, 16\n  %one:i64 = const 1\n"
	  "  %j1:i64 = add %j, %one\n  brcmp.ult %j1, %n, b2(%j1), b3\n"
	  "b3:\n  %i1:i64 = add %i, %one\n  brcmp.ult %i1, %n, b1(%i1), b4\nb4:\n  exit.jump 0x0\n",
	  "b0:\n  %0:i64 = ld_state 0\n  %1:i64 = ld_state 8\n  %2:i64 = const 0\n"
	  "  %3:i64 = const 77\n  %4:i64 = xor %0, %3\n  br b1(%2)\n"
	  "b1(%6:i64):\n  %7:i64 = add %0, %6\n  %8:i64 = mul %6, %7\n  %9:i64 = add %8, %4\n"
	  "  br b2(%2)\n"
	  "b2(%11:i64):\n  %12:i64 = add %11, %9\n  st_state %12, 16\n  %14:i64 = const 1\n"
	  "  %15:i64 = add %11, %14\n  brcmp.ult %15, %1, b2(%15), b3\n"
	  "b3:\n  %17:i64 = add %6, %14\n  brcmp.ult %17, %1, b1(%17), b4\n"
	  "b4:\n  exit.jump 0x0\n" },
	{ "a loop that lies before what enters it comes behind that, and is left by what it computes", 2,
	  "b0:\n  %a:i64 = ld_state 0\n  %b:i64 = ld_state 8\n  br b3\n"
	  "b1(%i:i64):\n  %m:i64 = mul %a, %b\n  %n:i64 = add %i, %m\n  st_state %n, 16\n"
	  "  brcmp.ult %n, %a, b1(%n), b2\nb2:\n  exit.jump 0x0\n"
	  "b3:\n  %s:i64 = ld_state 24\n  st.u64 %s, %a, 0\n  brcond %b, b1(%s), b4\n"
	  "b4:\n  exit.jump 0x10\n",
	  "b0:\n  %0:i64 = ld_state 0\n  %1:i64 = ld_state 8\n  br b1\n"
	  "b1:\n  %3:i64 = ld_state 24\n  st.u64 %3, %0, 0\n  %5:i64 = mul %0, %1\n"
	  "  brcond %1, b3(%3), b2\nb2:\n  exit.jump 0x10\n"
	  "b3(%8:i64):\n  %9:i64 = add %8, %5\n  st_state %9, 16\n"
	  "  brcmp.ult %9, %0, b3(%9), b4\nb4:\n  exit.jump 0x0\n" },
	{ "the blocks of a loop lie together, and those of a loop within it", 2,
	  "b0:\n  %a:i64 = ld_state 0\n  %n:i64 = ld_state 8\n  %z:i64 = const 0\n  br b2(%z)\n"
	  "b1:\n  exit.jump 0x0\n"
	  "b2(%i:i64):\n  st_state %i, 24\n  br b4(%i)\n"
	  "b3(%x:i64):\n  %o:i64 = const 1\n  %i1:i64 = add %x, %o\n"
	  "  brcmp.ult %i1, %n, b2(%i1), b1\n"
	  "b4(%j:i64):\n  st_state %j, 16\n  %q:i64 = const 2\n  %j1:i64 = add %j, %q\n"
	  "  brcmp.ult %j1, %a, b4(%j1), b3(%j1)\n",
	  "b0:\n  %0:i64 = ld_state 0\n  %1:i64 = ld_state 8\n  %2:i64 = const 0\n  br b1(%2)\n"
	  "b1(%4:i64):\n  st_state %4, 24\n  br b2(%4)\n"
	  "b2(%7:i64):\n  st_state %7, 16\n  %9:i64 = const 2\n  %10:i64 = add %7, %9\n"
	  "  brcmp.ult %10, %0, b2(%10), b3\n"
	  "b3:\n  %12:i64 = const 3\n  %13:i64 = add %7, %12\n"
	  "  brcmp.ult %13, %1, b1(%13), b4\nb4:\n  exit.jump 0x0\n" },
	{ "what has been extended is not extended again, around a loop", 2,
	  "b0:\n  %p:i64 = ld_state 0\n  %n:i64 = ld_state 8\n  %z:i64 = const 0\n"
	  "  %q:i64 = ld.s32 %p, 0\n  br b1(%z, %q)\n"
	  "b1(%i:i64, %w:i64):\n  %e:i64 = sbfx %w, 0, 32\n  st_state %e, 16\n"
	  "  %t:i32 = trunc %w\n  %s:i64 = sext %t\n  st_state %s, 24\n"
	  "  %u:i64 = ld.u8 %p, 8\n  %m:i64 = const 4095\n  %k:i64 = and %u, %m\n"
	  "  %f:i64 = ubfx %k, 0, 8\n  st_state %f, 32\n  %o:i64 = const 1\n"
	  "  %i1:i64 = add %i, %o\n  %i2:i64 = sbfx %i1, 0, 32\n  %i3:i64 = sbfx %i2, 0, 32\n"
	  "  %x:i64 = xor %e, %i3\n  %y:i64 = sbfx %x, 0, 32\n  brcmp.ult %i3, %n, b1(%i3, %y), b2\n"
	  "b2:\n  exit.jump 0x0\n",
	  "b0:\n  %0:i64 = ld_state 0\n  %1:i64 = ld_state 8\n  %2:i64 = const 0\n"
	  "  %3:i64 = ld.s32 %0, 0\n  br b1(%2, %3)\nb1(%5:i64, %6:i64):\n"
	  "  st_state %6, 16\n  st_state %6, 24\n  %9:i64 = ld.u8 %0, 8\n"
	  "  st_state %9, 32\n  %11:i64 = const 1\n  %12:i64 = add %5, %11\n"
	  "  %13:i64 = sbfx %12, 0, 32\n  %14:i64 = xor %6, %13\n"
	  "  brcmp.ult %13, %1, b1(%13, %14), b2\nb2:\n  exit.jump 0x0\n" },
	{ "a word that is shifted to the right is a field of what is computed in 64 bits", 2,
	  "b0:\n  %a:i64 = ld_state 0\n  %b:i64 = ld_state 8\n  %x:i32 = trunc %a\n"
	  "  %y:i32 = trunc %b\n  %s:i32 = add %x, %y\n  %n:i32 = const 3\n"
	  "  %h:i32 = sar %s, %n\n  %he:i64 = sext %h\n  st_state %he, 16\n"
	  "  %l:i32 = shr %s, %n\n  %lz:i64 = zext %l\n  st_state %lz, 24\n"
	  "  %ls:i64 = sext %l\n  st_state %ls, 32\n  exit.jump 0x0\n",
	  "b0:\n  %0:i64 = ld_state 0\n  %1:i64 = ld_state 8\n  %2:i64 = add %0, %1\n"
	  "  %3:i64 = sbfx %2, 3, 29\n  st_state %3, 16\n  %5:i64 = ubfx %2, 3, 29\n"
	  "  st_state %5, 24\n  st_state %5, 32\n  exit.jump 0x0\n" },
	{ "flags of a difference from 0 are known, or comparisons", 2,
	  "b0:\n  %a:i64 = ld_state 0\n  %z:i64 = const 0\n  %n:i8 = flag_sub.n %a, %z\n"
	  "  %v:i8 = flag_sub.v %a, %z\n  %c:i8 = cmp.uge %a, %z\n  %e:i8 = cmp.eq %a, %z\n"
	  "  %b:i64 = ld_state 8\n  %d:i8 = cmp.ne %b, %z\n  %0:i8 = const 0\n  %1:i8 = const 1\n"
	  "  %s:i8 = select %d, %v, %0\n  st_state %s, 16\n  %t:i8 = select %d, %c, %0\n"
	  "  st_state %t, 17\n  st_state %n, 18\n  %x:i8 = xor %n, %v\n  %y:i8 = or %x, %e\n"
	  "  brcmp.eq %y, %0, b1, b2\nb1:\n  exit.jump 0x0\nb2:\n  brcmp.eq %n, %v, b1, b3\n"
	  "b3:\n  exit.jump 0x10\n",
	  "b0:\n  %0:i64 = ld_state 0\n  %1:i64 = const 0\n  %2:i8 = cmp.slt %0, %1\n"
	  "  %3:i8 = const 0\n  %4:i64 = ld_state 8\n  %5:i8 = cmp.ne %4, %1\n"
	  "  st_state %3, 16\n  st_state %5, 17\n  st_state %2, 18\n"
	  "  brcmp.sgt %0, %1, b1, b2\nb1:\n  exit.jump 0x0\nb2:\n"
	  "  brcmp.sge %0, %1, b1, b3\nb3:\n  exit.jump 0x10\n" },
	{ "what lies in memory is known until something may have changed it", 2,
	  "b0:\n  %p:i64 = ld_state 0\n  %q:i64 = ld_state 8\n  %a:i64 = ld.u64 %p, 0\n"
	  "  st.u32 %p, %q, 8\n  %b:i64 = ld.u64 %p, 0\n  %c:i64 = ld.s32 %p, 8\n"
	  "  %s:i64 = add %b, %c\n  st.u64 %q, %s, 0\n  %d:i64 = ld.u64 %p, 0\n"
	  "  %e:i64 = ld.u64.acq %p, 0\n  %f:i64 = ld.u64 %q, 0\n  %t:i64 = add %d, %e\n"
	  "  %u:i64 = add %t, %f\n  st_state %u, 16\n  exit.jump 0x0\n",
	  "b0:\n  %0:i64 = ld_state 0\n  %1:i64 = ld_state 8\n  %2:i64 = ld.u64 %0, 0\n"
	  "  st.u32 %0, %1, 8\n  %4:i64 = sbfx %1, 0, 32\n  %5:i64 = add %2, %4\n"
	  "  st.u64 %1, %5, 0\n  %7:i64 = ld.u64 %0, 0\n  %8:i64 = ld.u64.acq %0, 0\n"
	  "  %9:i64 = ld.u64 %1, 0\n  %10:i64 = add %7, %8\n  %11:i64 = add %9, %10\n"
	  "  st_state %11, 16\n  exit.jump 0x0\n" },
	{ "the rounding mode is kept apart", 2,
	  "b0:\n  %a:f64 = ld_state 0\n  %b:f64 = ld_state 8\n  %c:f64 = fdiv %a, %b\n"
	  "  %m:i32 = ld_state 16\n  set_rm %m\n  %d:f64 = fdiv %a, %b\n  st_state %c, 24\n"
	  "  st_state %d, 32\n  exit.jump 0x0\n",
	  "b0:\n  %0:f64 = ld_state 0\n  %1:f64 = ld_state 8\n  %2:f64 = fdiv %0, %1\n"
	  "  %3:i32 = ld_state 16\n  set_rm %3\n  %5:f64 = fdiv %0, %1\n  st_state %2, 24\n"
	  "  st_state %5, 32\n  exit.jump 0x0\n" },
};

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

static void test_opt_does_what_it_is_for(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < VMB_ARRAY_SIZE(examples); i++) {
		struct optimised o = at_level(examples[i].level);
		char before[1024], after[1024], *got;
		struct ir_text at = { .text = before };
		struct ir_arena arena;
		struct ir_error error;
		struct ir_unit unit;

		snprintf(before, sizeof(before), "unit u {\n  state 64\n%s}\n", examples[i].before);
		snprintf(after, sizeof(after), "unit u {\n  state 64\n%s}\n", examples[i].after);
		at.bytes = strlen(before);
		ir_arena_init(&arena, 1u << 20);
		ir_unit_init(&unit, &arena);
		if (ir_parse(&at, &unit, &error) != 1 || ir_verify(&unit, &arena, &error))
			fail_msg("%s: %u: %s", examples[i].what, error.line, error.text);
		assert_int_equal(optimise(&o, &unit), 0);
		got = print(&unit);
		if (strcmp(got, after) != 0)
			fail_msg("%s: got\n%sinstead of\n%s", examples[i].what, got, after);
		free(got);
		ir_arena_fini(&arena);
		fini(&o);
	}
}

static void test_opt_reports_an_exhausted_arena(void **state)
{
	const struct gen_options options = { 5, 20000, true, 0 };
	struct optimised o = at_level(2);
	struct ir_arena arena, small;
	struct ir_error error;
	struct ir_unit unit;

	(void)state;
	ir_arena_init(&arena, 64u << 20);
	ir_arena_init(&small, 200000);
	ir_unit_init(&unit, &arena);
	assert_int_equal(gen_unit(&unit, &options), 0);
	o.options.check = false;
	assert_int_equal(opt_run(&unit, &o.options, &small, &error), -ENOMEM);
	assert_int_equal(ir_verify(&unit, &o.scratch, &error), 0);
	ir_arena_fini(&small);
	ir_arena_fini(&arena);
	fini(&o);
}

static void note_pass(void *priv, const char *pass, const struct ir_unit *unit)
{
	char *names = priv;

	assert_true(unit->nr_insns > 0);
	strcat(strcat(names, pass), " ");
}

static void test_opt_names_each_pass(void **state)
{
	const struct gen_options options = { 1, 50, true, 0 };
	struct optimised o = at_level(1);
	char names[200] = "";
	struct ir_arena arena;
	struct ir_unit unit;

	(void)state;
	ir_arena_init(&arena, 1u << 20);
	ir_unit_init(&unit, &arena);
	assert_int_equal(gen_unit(&unit, &options), 0);
	o.options.after = note_pass;
	o.options.priv = names;
	assert_int_equal(optimise(&o, &unit), 0);
	assert_string_equal(names, "state fold params dce ");
	o.options.level = 0;
	names[0] = '\0';
	assert_int_equal(optimise(&o, &unit), 0);
	assert_string_equal(names, "");
	ir_arena_fini(&arena);
	fini(&o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_opt_keeps_every_case),
		cmocka_unit_test(test_opt_keeps_generated_units),
		cmocka_unit_test(test_each_pass_keeps_generated_units),
		cmocka_unit_test(test_opt_does_what_it_is_for),
		cmocka_unit_test(test_opt_reports_an_exhausted_arena),
		cmocka_unit_test(test_opt_names_each_pass),
	};

	return cmocka_run_group_tests_name("opt", tests, NULL, NULL);
}
