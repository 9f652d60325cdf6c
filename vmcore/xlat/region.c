// SPDX-License-Identifier: MIT
#include "vmcore/xlat/region.h"

#include <errno.h>
#include <string.h>

/* Blocks that are lifted; each can ask for a few more, which then leave the unit. */
#define MAX_LIFTED 64u
/* Bytes of code from which any guest's instruction, and what it looks at behind it, can be lifted. */
#define ENOUGH	   64u
/* Instructions of the IR for one of the guest's that there is room for at once. */
#define IR_PER_INSN 8u

/*
 * @polled: the block that looks at the word and goes on with @block; IR_NONE: there is none
 * @target: a branch leads there
 */
struct place {
	uint64_t pc;
	uint32_t block, polled;
	bool lifted, target;
};

/*
 * @lift is first: the lifter's callback gets its address.
 * @lifting: it is the lifter who asks for a block, for a branch
 * @first: what can be read from where the region begins
 * @code: from the instruction on that is lifted
 * @begins: bits by address: may a block begin there? Most instructions begin none, and need no search
 */
struct state {
	struct guest_lift lift;
	struct ir_build build;
	const struct guest_ops *ops;
	const struct xlat_source *source;
	struct xlat_region done;
	struct guest_code first;
	struct guest_code code;
	uint64_t pc;
	bool lifting;
	uint32_t max_insns;
	uint32_t nr_places;
	uint64_t begins[4];
	struct place place[XLAT_REGION_BLOCKS];
};

static uint64_t *begin_bits(struct state *s, uint64_t pc)
{
	return &s->begins[pc / 64 % VMB_ARRAY_SIZE(s->begins)];
}

static uint64_t begin_bit(uint64_t pc)
{
	return UINT64_C(1) << pc % 64;
}

static struct place *find(struct state *s, uint64_t pc)
{
	uint32_t i;

	if (!(*begin_bits(s, pc) & begin_bit(pc)))
		return NULL;
	for (i = 0; i < s->nr_places; i++) {
		if (s->place[i].pc == pc)
			return &s->place[i];
	}
	return NULL;
}

/* The block to go to from the instruction at @s->pc: what goes back looks at the word. */
static uint32_t entry_of(struct state *s, struct place *place)
{
	if (!s->source->poll || place->pc > s->pc)
		return place->block;
	if (place->polled == IR_NONE)
		place->polled = ir_new_block(&s->build);
	return place->polled;
}

static uint32_t block_of(struct guest_lift *lift, uint64_t pc)
{
	struct state *s = (struct state *)(void *)lift;
	struct place *place = find(s, pc);

	if (place) {
		place->target |= s->lifting;
		return entry_of(s, place);
	}
	if (s->nr_places == XLAT_REGION_BLOCKS) {
		s->build.error = -E2BIG;
		return 0;
	}
	*begin_bits(s, pc) |= begin_bit(pc);
	place = &s->place[s->nr_places++];
	*place = (struct place){ .pc = pc, .block = ir_new_block(&s->build), .polled = IR_NONE,
				 .target = s->lifting };
	return entry_of(s, place);
}

static void jump(struct state *s, uint32_t block)
{
	ir_emit_branch(&s->build, &(struct ir_insn){ .op = IR_br, .a = IR_NONE, .b = IR_NONE,
						     .c = IR_NONE },
		       &(struct ir_target){ .block = block }, 1);
}

static void trap(struct state *s, unsigned int code, uint64_t pc)
{
	ir_emit(&s->build, &(struct ir_insn){ .op = IR_trap, .aux = (uint8_t)code, .a = IR_NONE,
					      .b = IR_NONE, .c = IR_NONE, .imm = pc });
	s->lift.ends = true;
}

/* How much can be read before @code: what lies between it and the region's beginning. */
static size_t before(struct state *s, const struct guest_code *code)
{
	uint64_t distance;

	if (!s->first.bytes)
		s->first = *code;
	distance = code->pc - s->first.pc;
	return distance < s->first.nr_bytes && code->bytes - s->first.bytes == (ptrdiff_t)distance ?
		       (size_t)distance : 0;
}

/* The bytes from @pc on, which are read again when few of those from before are left. */
static void fetch(struct state *s, uint64_t pc)
{
	struct guest_code *code = &s->code;
	uint64_t gone = pc - code->pc;

	code->pc = pc;
	if (VMB_LIKELY(gone <= code->nr_bytes && code->nr_bytes - gone >= ENOUGH)) {
		code->bytes += gone;
		code->nr_bytes -= (size_t)gone;
		code->before += (size_t)gone;
	} else {
		code->nr_bytes = s->source->fetch(s->source->priv, pc, &code->bytes);
		code->before = code->nr_bytes ? before(s, code) : 0;
	}
}

/* One instruction. Return: its length, 0 if there is none. */
static uint32_t lift_insn(struct state *s, uint64_t pc)
{
	int bytes;

	s->pc = pc;
	fetch(s, pc);
	s->lifting = true;
	bytes = s->code.nr_bytes ? s->ops->lift(&s->lift, &s->code) : 0;
	s->lifting = false;
	if (bytes > 0) {
		s->done.nr_insns++;
		s->done.nr_bytes += (uint32_t)bytes;
		return (uint32_t)bytes;
	}
	trap(s, bytes ? IR_TRAP_ILLEGAL : IR_TRAP_BOUNDS, pc);
	return 0;
}

/*
 * A region that is entered in the middle of a loop's body, where another one has ended: with a block
 * there the loop would have two entries. What follows is lifted once more instead.
 */
static bool is_in_passing(const struct state *s, const struct place *place)
{
	return place == &s->place[0] && !place->target;
}

/* Until the code goes elsewhere or to what has a block already. */
static uint64_t lift_block(struct state *s, struct place *place)
{
	uint64_t pc = place->pc;
	struct place *other;

	place->lifted = true;
	s->done.nr_blocks++;
	ir_start_block(&s->build, place->block);
	s->lift.ends = false;
	while (!s->lift.ends && !s->build.error) {
		pc += lift_insn(s, pc);
		if (s->lift.ends)
			break;
		other = find(s, pc);
		if (other && is_in_passing(s, other))
			other = NULL;
		if (other || s->done.nr_insns >= s->max_insns) {
			jump(s, block_of(&s->lift, pc));
			break;
		}
	}
	return pc;
}

/* Which block comes next: the one that lies closest behind @pc, else the first of all. */
static struct place *next(struct state *s, uint64_t pc)
{
	struct place *best = NULL;
	uint32_t i;

	if (s->done.nr_insns >= s->max_insns || s->done.nr_blocks >= MAX_LIFTED)
		return NULL;
	for (i = 0; i < s->nr_places; i++) {
		struct place *p = &s->place[i];

		if (!p->lifted && (!best || p->pc - pc < best->pc - pc))
			best = p;
	}
	return best;
}

/* The open block looks at the word. */
static void poll(struct state *s, const struct place *place)
{
	const struct ir_target way[] = { { .block = ir_new_block(&s->build) },
					 { .block = place->block } };
	uint32_t word;

	ir_guest_pc(&s->build, place->pc);
	word = ir_load(&s->build, IR_I32, 2, ir_const(&s->build, IR_I64, s->source->poll), 0);
	ir_emit_branch(&s->build, &(struct ir_insn){ .op = IR_brcmp, .aux = IR_NE, .a = word,
		       .b = ir_const(&s->build, IR_I32, 0), .c = IR_NONE }, way, 2);
	ir_start_block(&s->build, way[0].block);
	ir_exit_to(&s->build, IR_EXIT_YIELD, place->pc);
}

/* The first block, which looks at the word by itself, so that it is in no loop. */
static void enter(struct state *s, uint64_t pc)
{
	uint32_t block;

	s->pc = pc - 1;
	block = block_of(&s->lift, pc);
	if (s->build.error)
		return;
	if (s->source->poll)
		poll(s, &s->place[0]);
	else
		jump(s, block);
}

static void poll_places(struct state *s)
{
	uint32_t i;

	for (i = 0; i < s->nr_places && !s->build.error; i++) {
		if (s->place[i].polled == IR_NONE)
			continue;
		ir_start_block(&s->build, s->place[i].polled);
		poll(s, &s->place[i]);
	}
}

static void leave_unlifted(struct state *s)
{
	uint32_t i;

	for (i = 0; i < s->nr_places && !s->build.error; i++) {
		if (s->place[i].lifted)
			continue;
		ir_start_block(&s->build, s->place[i].block);
		ir_exit_to(&s->build, IR_EXIT_JUMP, s->place[i].pc);
	}
}

int xlat_lift(const struct guest_ops *ops, const struct xlat_source *source, uint64_t pc,
	      uint32_t max_insns, struct ir_unit *unit, struct xlat_region *region)
{
	size_t known = (ops->state_bytes / IR_KNOWN_BYTES + 1) * sizeof(struct ir_known);
	struct place *place;
	struct state s;

	/* The places are many, and most regions have few. */
	memset(&s, 0, offsetof(struct state, place));
	s.ops = ops;
	s.source = source;
	s.max_insns = max_insns;
	unit->state_bytes = ops->state_bytes;
	unit->flags = ops->unit_flags;
	unit->insn = ir_arena_alloc(unit->arena, IR_PER_INSN * max_insns * sizeof(*unit->insn));
	unit->cap_insns = unit->insn ? IR_PER_INSN * max_insns : 0;
	ir_build_begin(&s.build, unit);
	s.build.known = ir_arena_alloc(unit->arena, known);
	if (s.build.known)
		memset(s.build.known, 0, known);
	s.lift = (struct guest_lift){ .build = &s.build, .block = block_of,
				      .shared = source->shared };
	ir_start_block(&s.build, ir_new_block(&s.build));
	enter(&s, pc);
	for (place = &s.place[0]; place && !s.build.error; place = next(&s, pc))
		pc = lift_block(&s, place);
	leave_unlifted(&s);
	poll_places(&s);
	if (region)
		*region = s.done;
	return ir_build_end(&s.build);
}
