/* SPDX-License-Identifier: MIT */
#ifndef VMB_TESTS_ARCH_LIFT_RUN_H
#define VMB_TESTS_ARCH_LIFT_RUN_H
/*
 * A few instructions of a guest lifted, optimised if opt_level says so, and interpreted.
 */
#include "tests/test.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>

#include "vmcore/interp/interp.h"
#include "vmcore/opt/pipeline.h"
#include "vmcore/ports.h"

#define LIFT_TARGETS 8u

struct lifter {
	struct guest_lift lift;
	uint64_t target[LIFT_TARGETS];
	uint32_t block[LIFT_TARGETS];
	unsigned int nr;
};

static struct ir_arena arena, scratch;
static struct ir_frame frame;
static unsigned int opt_level;

static inline void lift_run_init(void)
{
	ir_arena_init(&arena, 64 << 20);
	ir_arena_init(&scratch, 64 << 20);
}

static inline void lift_run_fini(void)
{
	ir_arena_fini(&arena);
	ir_arena_fini(&scratch);
	ir_frame_fini(&frame);
}

static inline uint32_t target_block(struct guest_lift *lift, uint64_t pc)
{
	struct lifter *l = (struct lifter *)lift;

	assert_true(l->nr < LIFT_TARGETS);
	l->target[l->nr] = pc;
	l->block[l->nr] = ir_new_block(lift->build);
	return l->block[l->nr++];
}

/* Instructions until one ends the block. Return: their bytes, 0: one is refused. */
static inline unsigned int lift_insns(struct lifter *l, const struct guest_ops *ops,
				      const struct guest_code *code, unsigned int nr)
{
	unsigned int at = 0;
	int bytes;

	while (at < nr && !l->lift.ends) {
		bytes = ops->lift(&l->lift, &(struct guest_code){
			.bytes = code->bytes + at, .nr_bytes = code->nr_bytes - at,
			.pc = code->pc + at });
		if (bytes <= 0)
			return 0;
		at += (unsigned int)bytes;
	}
	return at;
}

static inline void verify_unit(const struct ir_unit *unit, const struct guest_code *code)
{
	struct ir_error error;
	unsigned int i;

	if (!ir_verify(unit, &scratch, &error))
		return;
	for (i = 0; i < 8 && i < code->nr_bytes; i++)
		print_error("%02x ", code->bytes[i]);
	print_error(": %s\n", error.text);
	ir_print(unit, stderr);
	fail();
}

/*
 * The instructions in the first @nr bytes of @code, of which more can be read, to a unit that leaves
 * for whatever comes next. Return: false if one is refused.
 */
static inline bool lift_unit(struct ir_unit *unit, const struct guest_ops *ops,
			     const struct guest_code *code, unsigned int nr)
{
	struct lifter l = { .lift = { .block = target_block } };
	struct ir_build build;
	unsigned int at, i;

	ir_arena_reset(&arena);
	ir_arena_reset(&scratch);
	ir_unit_init(unit, &arena);
	unit->state_bytes = ops->state_bytes;
	unit->flags = ops->unit_flags;
	ir_build_begin(&build, unit);
	l.lift.build = &build;
	ir_start_block(&build, ir_new_block(&build));
	at = lift_insns(&l, ops, code, nr);
	if (!at)
		return false;
	if (!l.lift.ends)
		ir_exit_to(&build, IR_EXIT_JUMP, code->pc + at);
	for (i = 0; i < l.nr; i++) {
		ir_start_block(&build, l.block[i]);
		ir_exit_to(&build, IR_EXIT_JUMP, l.target[i]);
	}
	assert_int_equal(ir_build_end(&build), 0);
	verify_unit(unit, code);
	return true;
}

static inline bool optimise(struct ir_unit *unit)
{
	return !opt_level ||
	       !opt_run(unit, &(struct opt_options){ .level = opt_level }, &scratch, NULL);
}

/*
 * Run the instructions in the first @nr bytes of @code until they go elsewhere or fail, as @leave
 * says. Return: NULL, or why they cannot be run.
 */
static inline const char *lift_and_run(const struct guest_ops *ops, const struct guest_code *code,
				       unsigned int nr, struct ir_context *context,
				       struct ir_leave *leave)
{
	uint64_t pc = code->pc, lifted = 0;
	struct guest_code rest;
	unsigned int at;
	struct ir_unit unit;

	do {
		at = (unsigned int)(pc - code->pc);
		rest = (struct guest_code){ .bytes = code->bytes + at,
					    .nr_bytes = code->nr_bytes - at, .pc = pc };
		/* A string instruction goes on where it was. */
		if (pc != lifted && !lift_unit(&unit, ops, &rest, nr - at))
			return "refused";
		if (pc != lifted && !optimise(&unit))
			return "not optimised";
		lifted = pc;
		if (ir_interpret(&unit, context, &frame, leave))
			return "not interpreted";
		pc = leave->pc;
	} while (leave->kind <= IR_LEAVE_INDIRECT && pc >= code->pc && pc < code->pc + nr);
	return NULL;
}

/* Return: NULL if code was left for another address, or how else. */
static inline const char *left_otherwise(const struct ir_leave *leave)
{
	static const char *const names[] = { NULL, NULL, "trap", "fault", "helper", "fuel" };

	return names[leave->kind];
}

#endif /* VMB_TESTS_ARCH_LIFT_RUN_H */
