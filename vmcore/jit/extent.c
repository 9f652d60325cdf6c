// SPDX-License-Identifier: MIT
#include "vmcore/jit/extent.h"

#include <errno.h>
#include <string.h>

/* How far a value is followed to what it is computed from, and a block to those before it. */
#define MAX_DEPTH 6u
#define MAX_STEPS 16u

#define LARGE	  0xffffu
#define MAX_SHIFT 16u

int jit_flow_build(struct jit_flow *flow, const struct ir_unit *unit, uint32_t at,
		   struct ir_arena *arena)
{
	uint32_t b, i;

	*flow = (struct jit_flow){ .unit = unit, .at = at };
	flow->in = ir_arena_alloc(arena, unit->nr_blocks * sizeof(*flow->in));
	flow->next = ir_arena_alloc(arena, unit->nr_edges * sizeof(*flow->next));
	flow->from = ir_arena_alloc(arena, unit->nr_edges * sizeof(*flow->from));
	if (!flow->in || !flow->next || !flow->from)
		return -ENOMEM;
	memset(flow->in, 0xff, unit->nr_blocks * sizeof(*flow->in));
	for (b = 0; b < unit->nr_blocks; b++) {
		const struct ir_insn *term = ir_terminator(unit, b);

		for (i = 0; i < ir_nr_edges(term); i++) {
			uint32_t *in = &flow->in[unit->edge[term->lo + i].block];

			flow->from[term->lo + i] = b;
			flow->next[term->lo + i] = *in;
			*in = term->lo + i;
		}
	}
	return ir_dom_build(&flow->dom, unit, arena);
}

static struct jit_extent at_most(uint64_t max)
{
	return (struct jit_extent){ .max = max, .bound = IR_NONE };
}

static const struct ir_insn *insn_of(const struct jit_flow *flow, uint32_t value)
{
	return &flow->unit->insn[value];
}

static bool is_const(const struct jit_flow *flow, uint32_t value, uint64_t *bits)
{
	*bits = insn_of(flow, value)->imm;
	return insn_of(flow, value)->op == IR_const;
}

/* Below @limit, a constant or a value that the entry block knows. Return: does that say anything? */
static bool below(const struct jit_flow *flow, uint32_t limit, struct jit_extent *extent)
{
	uint64_t bits;

	if (is_const(flow, limit, &bits)) {
		*extent = at_most(bits ? bits - 1 : 0);
		return true;
	}
	*extent = (struct jit_extent){ .bound = limit };
	return limit < flow->at;
}

/* What a way of control says of @value: is it below something? */
static bool edge_says(const struct jit_flow *flow, uint32_t edge, uint32_t value,
		      struct jit_extent *extent)
{
	const struct ir_insn *term = ir_terminator(flow->unit, flow->from[edge]);
	uint32_t cond = term->aux ^ (edge - term->lo);

	if (term->op != IR_brcmp || term->hi != 2 || term->a == term->b)
		return false;
	/* Both edges to one block say nothing. */
	if (flow->unit->edge[term->lo].block == flow->unit->edge[term->lo + 1].block)
		return false;
	if (cond == IR_ULT && term->a == value)
		return below(flow, term->b, extent);
	return cond == IR_UGT && term->b == value && below(flow, term->a, extent);
}

/* One that dominates @block's use of it. */
static bool branch_says(const struct jit_flow *flow, uint32_t value, uint32_t block,
			struct jit_extent *extent)
{
	uint32_t steps;

	for (steps = 0; block && block != IR_NONE && steps < MAX_STEPS; steps++) {
		uint32_t edge = flow->in[block];

		if (edge != IR_NONE && flow->next[edge] == IR_NONE &&
		    edge_says(flow, edge, value, extent))
			return true;
		if (flow->unit->block[block].first <= value)
			return false;
		block = flow->dom.idom[block];
	}
	return false;
}

/* A bound, and a constant that is below it if it is large enough. */
static bool raise_bound(struct jit_extent *extent, uint64_t constant)
{
	if (constant >= UINT32_MAX || extent->max)
		return false;
	if (extent->least < constant + 1)
		extent->least = (uint32_t)constant + 1;
	return true;
}

/* What may be one or the other. Return: is there one extent for both? */
static bool either(struct jit_extent *one, const struct jit_extent *other)
{
	struct jit_extent was = *one;

	if (one->bound != IR_NONE && other->bound != IR_NONE)
		return one->bound == other->bound && one->max == other->max;
	if (one->bound != IR_NONE)
		return raise_bound(one, other->max);
	if (other->bound != IR_NONE) {
		*one = *other;
		return raise_bound(one, was.max);
	}
	one->max = one->max > other->max ? one->max : other->max;
	return true;
}

/* A parameter, by the arguments of all edges. */
static bool arguments_say(const struct jit_flow *flow, uint32_t value, uint32_t block,
			  struct jit_extent *extent)
{
	uint32_t index = value - flow->unit->block[block].first, edge;
	bool first = true;

	for (edge = flow->in[block]; edge != IR_NONE; edge = flow->next[edge]) {
		uint32_t arg = flow->unit->arg[flow->unit->edge[edge].first_arg + index];
		struct jit_extent one;
		uint64_t bits;

		if (arg == value)
			continue;
		if (is_const(flow, arg, &bits))
			one = at_most(bits);
		else if (!edge_says(flow, edge, arg, &one))
			return false;
		if (first)
			*extent = one;
		else if (!either(extent, &one))
			return false;
		first = false;
	}
	return !first;
}

/* The block of a parameter that @block can use. */
static uint32_t block_of_param(const struct jit_flow *flow, uint32_t value, uint32_t block)
{
	while (block != IR_NONE && (flow->unit->block[block].first > value ||
				    value - flow->unit->block[block].first >=
					    flow->unit->block[block].nr_params))
		block = flow->dom.idom[block];
	return block;
}

static struct jit_extent extent_of(const struct jit_flow *flow, uint32_t value, uint32_t block,
				   uint32_t depth);

/* A constant that is not large says more than a bound. */
static struct jit_extent lesser(struct jit_extent a, struct jit_extent b)
{
	if (a.bound != IR_NONE)
		return b.bound == IR_NONE && b.max <= LARGE ? b : a;
	if (b.bound != IR_NONE)
		return a.max <= LARGE ? a : b;
	return a.max <= b.max ? a : b;
}

static struct jit_extent of_sum(const struct ir_insn *insn, struct jit_extent a, struct jit_extent b)
{
	uint64_t mask = ir_type_mask(insn->type);

	if (a.max > mask - b.max || (a.bound != IR_NONE && b.bound != IR_NONE))
		return at_most(mask);
	if (a.bound != IR_NONE || b.bound != IR_NONE) {
		struct jit_extent sum = a.bound != IR_NONE ? a : b;

		sum.max = a.max + b.max;
		/* Narrow sums wrap. */
		return insn->type == IR_I64 ? sum : at_most(mask);
	}
	return at_most(a.max + b.max);
}

static struct jit_extent of_shift(const struct ir_insn *insn, struct jit_extent a, uint32_t by)
{
	uint64_t mask = ir_type_mask(insn->type);

	by &= 8 * ir_type_bytes(insn->type) - 1;
	if (a.max > mask >> by)
		return at_most(mask);
	/* Narrow ones wrap. */
	if (a.bound != IR_NONE && (insn->type != IR_I64 || by + a.shift > MAX_SHIFT))
		return at_most(mask);
	a.max <<= by;
	a.shift += by;
	return a;
}

/* By a constant. */
static struct jit_extent by_constant(const struct ir_insn *insn, struct jit_extent a, uint64_t c)
{
	uint64_t mask = ir_type_mask(insn->type);

	switch (insn->op) {
	case IR_and:
	case IR_umin:
		return lesser(a, at_most(c));
	case IR_urem:
		return c ? lesser(a, at_most(c - 1)) : a;
	case IR_shl:
		return of_shift(insn, a, (uint32_t)c & 63);
	case IR_shr:
		return at_most((a.bound == IR_NONE ? a.max : mask) >>
			       (c & (8 * ir_type_bytes(insn->type) - 1)));
	case IR_mul:
		if (c && !(c & (c - 1)))
			return of_shift(insn, a, (uint32_t)__builtin_ctzll(c));
		return at_most(c && a.bound == IR_NONE && a.max <= mask / c ? a.max * c : mask);
	default:
		return at_most(mask);
	}
}

static struct jit_extent of_two(const struct jit_flow *flow, const struct ir_insn *insn,
				uint32_t block, uint32_t depth)
{
	struct jit_extent a = extent_of(flow, insn->a, block, depth), b;
	uint64_t c;

	if (insn->op != IR_add && is_const(flow, insn->b, &c))
		return by_constant(insn, a, c);
	b = extent_of(flow, insn->b, block, depth);
	if (insn->op == IR_add)
		return of_sum(insn, a, b);
	return insn->op == IR_and || insn->op == IR_umin ? lesser(a, b) :
							   at_most(ir_type_mask(insn->type));
}

static struct jit_extent computed(const struct jit_flow *flow, const struct ir_insn *insn,
				  uint32_t block, uint32_t depth)
{
	switch (insn->op) {
	case IR_const:
		return at_most(insn->imm);
	case IR_zext:
	case IR_copy:
		return extent_of(flow, insn->a, block, depth);
	case IR_ubfx:
		return at_most(~UINT64_C(0) >> (64 - insn->hi));
	case IR_ld:
		if (insn->aux & IR_MEM_SIGNED)
			break;
		return at_most(~UINT64_C(0) >> (64 - (8u << (insn->aux & IR_MEM_SIZE_MASK))));
	case IR_add:
	case IR_and:
	case IR_umin:
	case IR_urem:
	case IR_shl:
	case IR_shr:
	case IR_mul:
		return of_two(flow, insn, block, depth);
	default:
		break;
	}
	return at_most(ir_type_mask(insn->type));
}

static struct jit_extent extent_of(const struct jit_flow *flow, uint32_t value, uint32_t block,
				   uint32_t depth)
{
	const struct ir_insn *insn = insn_of(flow, value);
	struct jit_extent extent = at_most(ir_type_mask(insn->type)), said;

	if (depth < MAX_DEPTH)
		extent = computed(flow, insn, block, depth + 1);
	if (branch_says(flow, value, block, &said))
		extent = lesser(said, extent);
	if (insn->op == IR_param) {
		block = block_of_param(flow, value, block);
		if (block != IR_NONE && arguments_say(flow, value, block, &said))
			extent = lesser(said, extent);
	}
	return extent;
}

struct jit_extent jit_extent(const struct jit_flow *flow, uint32_t value, uint32_t block)
{
	return extent_of(flow, value, block, 0);
}
