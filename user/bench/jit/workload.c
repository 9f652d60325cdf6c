// SPDX-License-Identifier: MIT
#include "user/bench/jit/workload.h"

#include "user/bench.h"
#include "vmcore/ir/build.h"

#define NR_RECENT	8u
#define FUNCTION_INSNS	10u /* of one block of a function */
#define FUNCTION_ROUNDS 5u

/*
 * @base: the memory's address
 * @recent: values that may be used here: of the first block, and the latest of this one
 */
struct maker {
	struct ir_build build;
	uint64_t random;
	uint32_t base;
	uint32_t recent[NR_RECENT];
	uint32_t entry[NR_RECENT];
	uint32_t turn;
};

static uint32_t below(struct maker *m, uint32_t n)
{
	return (uint32_t)((vmb_random(&m->random) >> 32) * n >> 32);
}

static uint32_t some(struct maker *m)
{
	return m->recent[below(m, NR_RECENT)];
}

static void keep(struct maker *m, uint32_t value)
{
	m->recent[m->turn++ % NR_RECENT] = value;
}

static uint32_t nr_insns(const struct maker *m)
{
	return m->build.unit->nr_insns;
}

/* The first block loads the address and two values. */
static void start_first(struct maker *m)
{
	uint32_t i, value[2];

	ir_start_block(&m->build, ir_new_block(&m->build));
	m->base = ir_get_state(&m->build, IR_I64, 0);
	value[0] = ir_get_state(&m->build, IR_I64, 8);
	value[1] = ir_get_state(&m->build, IR_I64, 16);
	for (i = 0; i < NR_RECENT; i++)
		m->recent[i] = m->entry[i] = value[i & 1];
}

/* Only what the first block computed is there on every way to a later one. */
static void start(struct maker *m, uint32_t block)
{
	ir_start_block(&m->build, block);
	memcpy(m->recent, m->entry, sizeof(m->recent));
}

/* One instruction, or two with a constant if @room allows. */
static void arithmetic(struct maker *m, uint32_t room)
{
	static const uint8_t ops[] = { IR_add, IR_add, IR_add, IR_sub, IR_sub, IR_and, IR_or, IR_xor,
				       IR_shl, IR_shr, IR_sar, IR_mul };
	uint32_t a = some(m), b = some(m);

	if (room > 1 && below(m, 100) < 25)
		b = ir_const(&m->build, IR_I64, below(m, 4096));
	keep(m, ir_binary(&m->build, ops[below(m, sizeof(ops))], IR_I64, a, b));
}

static void instruction(struct maker *m, uint32_t room)
{
	static const uint8_t sizes[] = { 3, 3, 3, 2, 2 | IR_MEM_SIGNED, 1, 0, IR_MEM_SIGNED };
	uint32_t kind = below(m, 88);
	unsigned int size = sizes[below(m, sizeof(sizes))];
	int32_t offset = (int32_t)below(m, 256) * 8;

	if (kind < 53) /* 60 of 100 with the constants */
		arithmetic(m, room);
	else if (kind < 76)
		keep(m, ir_load(&m->build, IR_I64, size, m->base, offset));
	else
		ir_store(&m->build, size & IR_MEM_SIZE_MASK, m->base, offset, some(m));
}

static void fill_until(struct maker *m, uint32_t nr)
{
	while (nr_insns(m) < nr && !m->build.error)
		instruction(m, nr - nr_insns(m));
}

static void finish(struct maker *m)
{
	ir_set_state(&m->build, 24, some(m));
	ir_exit_to(&m->build, IR_EXIT_JUMP, 0x40000);
}

static void branch_to(struct maker *m, uint32_t a, uint32_t b)
{
	const struct ir_target target[] = { { .block = a }, { .block = b } };
	struct ir_insn insn = { .op = IR_brcmp, .aux = (uint8_t)below(m, IR_NR_CONDS),
				.a = some(m), .b = some(m), .c = IR_NONE };

	ir_emit_branch(&m->build, &insn, target, 2);
}

static void begin(struct maker *m, struct ir_unit *unit, uint64_t seed)
{
	*m = (struct maker){ .random = seed };
	unit->state_bytes = WORKLOAD_STATE_BYTES;
	ir_build_begin(&m->build, unit);
}

int workload_mix(struct ir_unit *unit, uint64_t seed, uint32_t nr)
{
	uint32_t nr_blocks = nr * 12 / 100 ? nr * 12 / 100 : 1, i, here, next, after;
	struct maker m;

	begin(&m, unit, seed);
	start_first(&m);
	next = nr_blocks > 1 ? ir_new_block(&m.build) : IR_NONE;
	for (i = 0; i + 1 < nr_blocks; i++) {
		here = next;
		fill_until(&m, (uint32_t)((uint64_t)nr * (i + 1) / nr_blocks) - 1);
		after = i + 2 < nr_blocks ? ir_new_block(&m.build) : here;
		branch_to(&m, here, after);
		start(&m, here);
		next = after;
	}
	fill_until(&m, nr - 2);
	finish(&m);
	return ir_build_end(&m.build);
}

static uint32_t declare_mix(struct maker *m)
{
	const struct ir_helper helper = { .name = "mix", .type = IR_I64, .nr_args = 2,
					  .arg = { IR_I64, IR_I64 } };

	return ir_add_helper(&m->build, &helper);
}

static void body(struct maker *m, uint32_t helper, bool calls)
{
	const uint32_t arg[] = { some(m), some(m) };

	fill_until(m, nr_insns(m) + FUNCTION_INSNS - 2);
	if (calls)
		keep(m, ir_emit_call(&m->build, helper, arg));
}

/* counter - 1; again if it is not 0. */
static void loop(struct maker *m, uint32_t head, uint32_t counter, uint32_t out)
{
	uint32_t one = ir_const(&m->build, IR_I64, 1), zero = ir_const(&m->build, IR_I64, 0);
	uint32_t rest = ir_binary(&m->build, IR_sub, IR_I64, counter, one);
	const struct ir_target target[] = { { head, 1, &rest }, { .block = out } };
	struct ir_insn insn = { .op = IR_brcmp, .aux = IR_NE, .a = rest, .b = zero, .c = IR_NONE };

	ir_emit_branch(&m->build, &insn, target, 2);
}

/* Blocks 1 .. nr - 2 are the loop: the first has the counter, the last counts and goes back. */
static void make_loop(struct maker *m, uint32_t nr_blocks, uint32_t helper)
{
	uint32_t head = ir_new_block(&m->build), next = head, counter = IR_NONE, i;
	uint32_t rounds = ir_const(&m->build, IR_I64, FUNCTION_ROUNDS), after;
	const struct ir_target target = { head, 1, &rounds };
	const struct ir_insn br = { .op = IR_br, .a = IR_NONE, .b = IR_NONE, .c = IR_NONE };

	ir_emit_branch(&m->build, &br, &target, 1);
	for (i = 1; i + 1 < nr_blocks; i++) {
		start(m, next);
		if (i == 1)
			counter = ir_add_param(&m->build, IR_I64);
		body(m, helper, i & 1);
		next = ir_new_block(&m->build);
		if (i + 2 == nr_blocks) {
			loop(m, head, counter, next);
		} else {
			after = next;
			branch_to(m, next, after);
		}
	}
	start(m, next);
}

int workload_function(struct ir_unit *unit, uint64_t seed, uint32_t nr_blocks)
{
	struct maker m;
	uint32_t helper;

	begin(&m, unit, seed);
	helper = declare_mix(&m);
	start_first(&m);
	body(&m, helper, nr_blocks == 1);
	if (nr_blocks > 1)
		make_loop(&m, nr_blocks, helper);
	finish(&m);
	return ir_build_end(&m.build);
}
