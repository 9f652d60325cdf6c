// SPDX-License-Identifier: MIT
#include "tools/scale/shape.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tests/vmcore/gen.h"
#include "vmcore/ir/build.h"

#define STATE_BYTES 512u

static int make_mix(struct ir_unit *unit, uint32_t nr)
{
	return gen_unit(unit, &(struct gen_options){ .seed = 1, .nr_insns = nr });
}

static int make_every(struct ir_unit *unit, uint32_t nr)
{
	return gen_unit(unit, &(struct gen_options){ .seed = 1, .nr_insns = nr, .every_op = true });
}

static uint32_t load(struct ir_build *b, uint32_t slot)
{
	return ir_emit(b, &(struct ir_insn){ .op = IR_ld_state, .type = IR_I64, .a = IR_NONE,
					     .b = IR_NONE, .c = IR_NONE,
					     .imm = slot % (STATE_BYTES / 8) * 8 });
}

static void begin(struct ir_build *b, struct ir_unit *unit)
{
	unit->state_bytes = STATE_BYTES;
	ir_build_begin(b, unit);
	ir_start_block(b, ir_new_block(b));
}

static int end(struct ir_build *b, uint32_t value)
{
	ir_set_state(b, 0, value);
	ir_exit_to(b, IR_EXIT_JUMP, 0x1000);
	return ir_build_end(b);
}

/* One block: each value is that before it, or that eight before, and a constant. */
static int make_block(struct ir_unit *unit, uint32_t nr)
{
	static const uint8_t ops[] = { IR_add, IR_xor, IR_sub, IR_mul };
	struct ir_build b;
	uint32_t value[8], i, at;

	begin(&b, unit);
	for (i = 0; i < 8; i++)
		value[i] = load(&b, i);
	for (i = at = 0; i + 20 < nr; i += 2) {
		uint32_t c = ir_const(&b, IR_I64, i * 7919u), other = i % 6 ? value[at] : c;

		value[at] = ir_binary(&b, ops[i / 2 % 4], IR_I64, value[(at + 7) % 8], other);
		at = (at + 1) % 8;
	}
	return end(&b, value[(at + 7) % 8]);
}

/* Half of the unit defines what the other half uses, the first last: no register lasts so long. */
static int make_live(struct ir_unit *unit, uint32_t nr)
{
	uint32_t i, half = nr / 2, sum, *value = malloc((size_t)half * sizeof(*value));
	struct ir_build b;

	if (!value)
		return -ENOMEM;
	begin(&b, unit);
	value[0] = load(&b, 0);
	for (i = 1; i < half; i++)
		value[i] = ir_binary(&b, IR_add, IR_I64, value[i - 1], value[i / 2]);
	for (sum = value[0]; i-- > 1;)
		sum = ir_binary(&b, IR_xor, IR_I64, sum, value[i]);
	free(value);
	return end(&b, sum);
}

/* What is handed on is called the same behind the branch. */
static void enter(struct ir_build *b, uint32_t *x, uint32_t *y, uint32_t block)
{
	ir_start_block(b, block);
	*x = ir_add_param(b, IR_I64);
	*y = ir_add_param(b, IR_I64);
}

static void branch_on(struct ir_build *b, uint32_t *x, uint32_t *y, uint32_t next, uint32_t after)
{
	const uint32_t arg[] = { *x, *y };
	const struct ir_target target[] = { { next, 2, arg }, { after, 2, arg } };
	const struct ir_insn insn = { .op = IR_brcmp, .aux = IR_ULT, .a = *x, .b = *y, .c = IR_NONE };

	ir_emit_branch(b, &insn, target, 2);
	enter(b, x, y, next);
}

static void jump_on(struct ir_build *b, uint32_t *x, uint32_t *y, uint32_t next)
{
	const uint32_t arg[] = { *x, *y };
	const struct ir_insn insn = { .op = IR_br, .a = IR_NONE, .b = IR_NONE, .c = IR_NONE };

	ir_emit_branch(b, &insn, &(struct ir_target){ next, 2, arg }, 1);
	enter(b, x, y, next);
}

/* Blocks of five instructions, each of which hands on two values and may be skipped. */
static int make_blocks(struct ir_unit *unit, uint32_t nr)
{
	struct ir_build b;
	uint32_t x, y, i, next, after;

	begin(&b, unit);
	x = load(&b, 0);
	y = load(&b, 1);
	next = ir_new_block(&b);
	after = ir_new_block(&b);
	for (i = 0; i + 30 < nr; i += 5) {
		branch_on(&b, &x, &y, next, after);
		x = ir_binary(&b, IR_add, IR_I64, x, y);
		y = ir_binary(&b, IR_xor, IR_I64, y, x);
		next = after;
		after = ir_new_block(&b);
	}
	/* Both blocks that are still open. */
	branch_on(&b, &x, &y, next, after);
	jump_on(&b, &x, &y, after);
	return end(&b, x);
}

/* Loops one behind the other, each of which loads, adds and counts. */
static int make_loops(struct ir_unit *unit, uint32_t nr)
{
	struct ir_build b;
	uint32_t x, count, i, rest, zero;

	begin(&b, unit);
	x = load(&b, 0);
	for (i = 0; i + 20 < nr; i += 11) {
		uint32_t head = ir_new_block(&b), out = ir_new_block(&b);
		uint32_t ten = ir_const(&b, IR_I64, 10);
		const uint32_t in[] = { x, ten };
		const struct ir_insn br = { .op = IR_br, .a = IR_NONE, .b = IR_NONE, .c = IR_NONE };
		struct ir_insn back = { .op = IR_brcmp, .aux = IR_NE, .c = IR_NONE };

		ir_emit_branch(&b, &br, &(struct ir_target){ head, 2, in }, 1);
		ir_start_block(&b, head);
		x = ir_add_param(&b, IR_I64);
		count = ir_add_param(&b, IR_I64);
		x = ir_binary(&b, IR_add, IR_I64, x, load(&b, i));
		rest = ir_binary(&b, IR_sub, IR_I64, count, ir_const(&b, IR_I64, 1));
		zero = ir_const(&b, IR_I64, 0);
		back.a = rest;
		back.b = zero;
		ir_emit_branch(&b, &back,
			       (const struct ir_target[]){ { head, 2, (const uint32_t[]){ x, rest } },
							   { .block = out } }, 2);
		ir_start_block(&b, out);
	}
	return end(&b, x);
}

static void jump(struct ir_build *b, uint32_t block, uint32_t nr, const uint32_t *arg)
{
	const struct ir_insn insn = { .op = IR_br, .a = IR_NONE, .b = IR_NONE, .c = IR_NONE };

	ir_emit_branch(b, &insn, &(struct ir_target){ block, nr, arg }, 1);
}

/* Loops in one another, as deep as there is room. */
static int make_nest(struct ir_unit *unit, uint32_t nr)
{
	uint32_t depth = nr / 9, i, *head = malloc((size_t)depth * sizeof(*head)), x, zero;
	struct ir_build b;

	if (!head)
		return -ENOMEM;
	begin(&b, unit);
	x = load(&b, 0);
	zero = ir_const(&b, IR_I64, 0);
	for (i = 0; i < depth; i++) {
		head[i] = ir_new_block(&b);
		jump(&b, head[i], 1, &x);
		ir_start_block(&b, head[i]);
		x = ir_add_param(&b, IR_I64);
		x = ir_binary(&b, IR_add, IR_I64, x, load(&b, i));
	}
	while (i-- > 0) {
		uint32_t out = ir_new_block(&b), less = ir_binary(&b, IR_xor, IR_I64, x, load(&b, i));
		const struct ir_target target[] = { { head[i], 1, &less }, { .block = out } };

		ir_emit_branch(&b, &(struct ir_insn){ .op = IR_brcmp, .aux = IR_SGT, .a = less,
						      .b = zero, .c = IR_NONE }, target, 2);
		ir_start_block(&b, out);
		x = less;
	}
	free(head);
	return end(&b, x);
}

/* One switch, each of whose blocks goes to the same end. */
static int make_switch(struct ir_unit *unit, uint32_t nr)
{
	uint32_t ways = nr / 4, i, x, last;
	struct ir_target *target = calloc(ways, sizeof(*target));
	struct ir_build b;

	if (!target)
		return -ENOMEM;
	begin(&b, unit);
	x = ir_emit(&b, &(struct ir_insn){ .op = IR_ld_state, .type = IR_I32, .a = IR_NONE,
					   .b = IR_NONE, .c = IR_NONE });
	last = ir_new_block(&b);
	for (i = 0; i < ways; i++)
		target[i].block = ir_new_block(&b);
	ir_emit_branch(&b, &(struct ir_insn){ .op = IR_switch, .a = x, .b = IR_NONE, .c = IR_NONE },
		       target, ways);
	for (i = 0; i < ways; i++) {
		uint32_t y;

		ir_start_block(&b, target[i].block);
		y = load(&b, i);
		y = ir_binary(&b, IR_add, IR_I64, y, ir_const(&b, IR_I64, i));
		jump(&b, last, 1, &y);
	}
	ir_start_block(&b, last);
	x = ir_add_param(&b, IR_I64);
	free(target);
	return end(&b, x);
}

/* A loop whose values change places: as many as a block may have. */
static int make_params(struct ir_unit *unit, uint32_t nr)
{
	uint32_t width = nr / 4 < IR_MAX_PARAMS ? nr / 4 : IR_MAX_PARAMS, i, at, nr_blocks;
	uint32_t *value = calloc((size_t)width + 1, sizeof(*value)), zero;
	struct ir_build b;

	if (!value)
		return -ENOMEM;
	begin(&b, unit);
	zero = ir_const(&b, IR_I64, 0);
	for (i = 0; i < width; i++)
		value[i] = load(&b, i);
	for (nr_blocks = nr / width / 2 + 1; nr_blocks; nr_blocks--) {
		uint32_t head = ir_new_block(&b), out = ir_new_block(&b);
		struct ir_target target[] = { { head, width, value + 1 }, { .block = out } };

		jump(&b, head, width, value);
		ir_start_block(&b, head);
		for (at = 0; at < width; at++)
			value[at] = ir_add_param(&b, IR_I64);
		value[width] = value[0];
		ir_emit_branch(&b, &(struct ir_insn){ .op = IR_brcmp, .aux = IR_NE, .a = value[0],
						      .b = zero, .c = IR_NONE }, target, 2);
		ir_start_block(&b, out);
	}
	at = value[width / 2];
	free(value);
	return end(&b, at);
}

static const struct shape {
	const char *name;
	int (*make)(struct ir_unit *unit, uint32_t nr);
} shapes[] = {
	{ "mix", make_mix },   { "every", make_every },	  { "block", make_block },
	{ "live", make_live }, { "blocks", make_blocks }, { "loops", make_loops },
	{ "nest", make_nest }, { "switch", make_switch }, { "params", make_params },
};

int shape_make(const char *shape, struct ir_unit *unit, uint32_t nr)
{
	size_t i;

	if (nr < 100)
		return -EINVAL;
	for (i = 0; i < VMB_ARRAY_SIZE(shapes); i++)
		if (!strcmp(shape, shapes[i].name))
			return shapes[i].make(unit, nr);
	return -EINVAL;
}

const char *shape_names(void)
{
	return " mix every block live blocks loops nest switch params";
}
