// SPDX-License-Identifier: MIT
/*
 * Loads that become what was stored: accesses of all sizes to few addresses, counted from two values
 * that may be the same, do after the optimiser what they did before.
 */
#include "tests/test.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "vmcore/interp/interp.h"
#include "vmcore/ir/build.h"
#include "vmcore/opt/pipeline.h"

#define UNITS	    3000u
#define ACCESSES    24u
#define STATE_BYTES 64u
#define MEM_FIRST   0x10000u
#define MEM_BYTES   128u

static uint32_t below(uint64_t *random, uint32_t n)
{
	uint64_t z = *random += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return (uint32_t)(((z ^ z >> 31) >> 32) * n >> 32);
}

static void order(struct ir_unit *unit, uint64_t *random)
{
	static const uint8_t orders[] = { IR_RLX, IR_RLX, IR_RLX, IR_RLX, IR_RLX, IR_SC };

	unit->insn[unit->nr_insns - 1].aux2 = orders[below(random, 6)];
}

/* One access; what is loaded is the next value that is stored, and mixed into @sum. */
static uint32_t access(struct ir_build *b, uint64_t *random, const uint32_t *base, uint32_t *stored,
		       uint32_t sum)
{
	unsigned int size = below(random, 4), type = below(random, 4) ? IR_I64 : IR_I32;
	unsigned int mem = type == IR_I32 && size == 3 ? 2 : size;
	uint32_t where = base[below(random, 3)], loaded;
	int32_t offset = (int32_t)below(random, 3) * 4;

	if (below(random, 2)) {
		ir_store(b, size, where, offset, *stored);
		order(b->unit, random);
		return sum;
	}
	if (mem < 2 + (type == IR_I64) && below(random, 2))
		mem |= IR_MEM_SIGNED;
	loaded = ir_load(b, type, mem, where, offset);
	order(b->unit, random);
	if (type == IR_I32)
		loaded = ir_unary(b, IR_zext, IR_I64, loaded);
	*stored = ir_binary(b, IR_xor, IR_I64, loaded, *stored);
	return ir_binary(b, IR_add, IR_I64,
			 ir_binary(b, IR_mul, IR_I64, sum, ir_const(b, IR_I64, 31)), loaded);
}

/* Now and then a block ends, so that the next one follows it alone. */
static void next_block(struct ir_build *b)
{
	uint32_t block = ir_new_block(b);
	const struct ir_target to = { block, 0, NULL };

	ir_emit_branch(b, &(struct ir_insn){ .op = IR_br, .a = IR_NONE, .b = IR_NONE,
					     .c = IR_NONE }, &to, 1);
	ir_start_block(b, block);
}

static int make(struct ir_unit *unit, uint64_t seed)
{
	uint64_t random = seed;
	uint32_t base[3], stored, sum, i;
	struct ir_build b;

	unit->state_bytes = STATE_BYTES;
	ir_build_begin(&b, unit);
	ir_start_block(&b, ir_new_block(&b));
	base[0] = ir_get_state(&b, IR_I64, 0);
	base[1] = ir_get_state(&b, IR_I64, 8);
	base[2] = below(&random, 2) ? ir_const(&b, IR_I64, MEM_FIRST + 8) : base[0];
	stored = ir_get_state(&b, IR_I64, 16);
	sum = ir_get_state(&b, IR_I64, 24);
	for (i = 0; i < ACCESSES; i++) {
		sum = access(&b, &random, base, &stored, sum);
		if (below(&random, 10) == 0)
			next_block(&b);
	}
	ir_set_state(&b, 32, sum);
	ir_emit(&b, &(struct ir_insn){ .op = IR_exit, .a = IR_NONE, .b = IR_NONE, .c = IR_NONE });
	return ir_build_end(&b);
}

struct world {
	uint64_t state[STATE_BYTES / 8];
	uint8_t memory[MEM_BYTES] VMB_ALIGNED(16);
	struct ir_leave leave;
};

/* The second address is near the first, or it is nowhere. */
static void run(const struct ir_unit *unit, struct world *w, uint64_t seed)
{
	struct ir_flat flat = { w->memory, MEM_FIRST, MEM_BYTES };
	struct ir_context context = { .state = w->state, .state_bytes = STATE_BYTES, .fuel = 10000,
				      .memory = { .priv = &flat, .map = ir_flat_map } };
	struct ir_frame frame = { 0 };
	uint64_t random = ~seed;
	uint32_t i;

	memset(w, 0, sizeof(*w));
	w->state[0] = MEM_FIRST + below(&random, 24);
	w->state[1] = below(&random, 6) ? MEM_FIRST + below(&random, 24) : 0;
	for (i = 2; i < 4; i++)
		w->state[i] = (uint64_t)below(&random, UINT32_MAX) << 32 | below(&random, UINT32_MAX);
	for (i = 0; i < MEM_BYTES; i++)
		w->memory[i] = (uint8_t)below(&random, 256);
	assert_int_equal(ir_interpret(unit, &context, &frame, &w->leave), 0);
	ir_frame_fini(&frame);
}

static void test_opt_memory_knows_what_was_stored(void **state)
{
	const struct opt_options options = { .level = 2, .check = true };
	struct ir_arena arena, scratch;
	static struct world before, after;
	uint32_t forwarded = 0;
	uint64_t seed;

	(void)state;
	ir_arena_init(&arena, 64u << 20);
	ir_arena_init(&scratch, 64u << 20);
	for (seed = 1; seed <= UNITS; seed++) {
		struct ir_unit unit;
		struct ir_error error;
		uint32_t nr;

		ir_arena_reset(&arena);
		ir_unit_init(&unit, &arena);
		assert_int_equal(make(&unit, seed), 0);
		run(&unit, &before, seed);
		nr = unit.nr_insns;
		assert_int_equal(opt_run(&unit, &options, &scratch, &error), 0);
		forwarded += unit.nr_insns < nr;
		run(&unit, &after, seed);
		if (memcmp(&before, &after, sizeof(before)) != 0) {
			ir_print(&unit, stderr);
			fail_msg("seed %" PRIu64, seed);
		}
	}
	assert_true(forwarded > UNITS / 2);
	ir_arena_fini(&arena);
	ir_arena_fini(&scratch);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_opt_memory_knows_what_was_stored),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
