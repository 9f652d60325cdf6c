// SPDX-License-Identifier: MIT
#include "vmcore/jit/select.h"

#include <errno.h>
#include <string.h>

#include "vmcore/jit/extent.h"

/* Accesses in a loop count as so many, to this depth of nesting. */
#define LOOP_ROUNDS_LOG2 3u
#define MAX_DEPTH	 5u

/* Terms of an address that are looked at. */
#define MAX_TERMS 8u

#define NO_PLAN 0xffu

/**
 * struct plan - an access that may be covered.
 * @base: its number, or NO_PLAN
 * @index, @scale, @disp: what is added to the base; index IR_NONE: none; more than one: @many
 */
struct plan {
	uint32_t index;
	int32_t disp;
	uint8_t base;
	uint8_t scale;
	bool many;
};

struct work {
	struct jit_select *s;
	const struct jit_target *target;
	struct jit_flow flow;
	bool guards;
	bool uses_memory;
	struct plan *plan;
	uint32_t *weight;
	uint32_t *address_uses;
};

static bool is_const(const struct work *w, uint32_t value, uint64_t *bits)
{
	*bits = w->s->unit.insn[value].imm;
	return w->s->unit.insn[value].op == IR_const;
}

static bool is_access(const struct ir_insn *insn)
{
	return (insn->op == IR_ld || insn->op == IR_st) && !(insn->aux2 & IR_ORD_ALIGNED);
}

static bool touches_memory(const struct ir_insn *insn)
{
	return ir_ops[insn->op].aux2 == X_ORD;
}

/* Up to there the entry block can be run again from its begin. */
static uint32_t guards_at(const struct ir_unit *unit)
{
	uint32_t at = 0;

	while (!(ir_effects(unit, &unit->insn[at]) & (E_WRS | E_WRM | E_CALL | E_FPENV | E_TERM)) &&
	       !touches_memory(&unit->insn[at]))
		at++;
	return at;
}

static uint32_t base_of(struct work *w, uint32_t value)
{
	struct jit_select *s = w->s;
	uint32_t i;

	for (i = 0; i < s->nr_bases; i++) {
		if (s->base[i].value == value)
			return i;
	}
	if (i == JIT_MAX_BASES)
		return NO_PLAN;
	s->base[s->nr_bases++] = (struct jit_base){ .value = value };
	return i;
}

/* Adding up: at most one base, constants, and indices. */
struct sum {
	uint32_t base;
	uint32_t index;
	uint32_t nr_indices;
	uint32_t nr_terms;
	int64_t disp;
	struct jit_extent extent;
};

static bool add_extent(struct sum *sum, struct jit_extent extent)
{
	if (extent.max > INT32_MAX || (extent.bound != IR_NONE && sum->extent.bound != IR_NONE))
		return false;
	extent.max += sum->extent.max;
	if (extent.bound == IR_NONE) {
		sum->extent.max = extent.max;
		return true;
	}
	sum->extent = extent;
	return true;
}

static bool add_index(const struct work *w, struct sum *sum, uint32_t value, uint32_t block)
{
	if (!add_extent(sum, jit_extent(&w->flow, value, block)))
		return false;
	sum->index = value;
	sum->nr_indices++;
	return true;
}

static bool add_terms(const struct work *w, struct sum *sum, uint32_t value, uint32_t block)
{
	const struct ir_insn *insn = &w->s->unit.insn[value];
	uint64_t bits;

	if (++sum->nr_terms > MAX_TERMS)
		return false;
	if (is_const(w, value, &bits)) {
		if (bits + INT32_MAX > UINT64_C(2) * INT32_MAX)
			return false;
		sum->disp += (int64_t)bits;
		return true;
	}
	if (value < w->s->at && sum->base == IR_NONE) {
		sum->base = value;
		return true;
	}
	if (insn->op == IR_add)
		return add_terms(w, sum, insn->a, block) && add_terms(w, sum, insn->b, block);
	return add_index(w, sum, value, block);
}

/* The address as base + index + disp. A constant alone counts from guest memory's first byte. */
static bool split(const struct work *w, const struct ir_insn *insn, uint32_t block, struct sum *sum)
{
	uint64_t bits;

	*sum = (struct sum){ .base = IR_NONE, .index = IR_NONE, .disp = (int64_t)insn->imm,
			     .extent = { .bound = IR_NONE } };
	if (is_const(w, insn->a, &bits)) {
		sum->disp = (int64_t)(bits + insn->imm - w->target->first);
		return true;
	}
	return w->guards && add_terms(w, sum, insn->a, block) && sum->base != IR_NONE;
}

static uint32_t access_bytes(const struct ir_insn *insn)
{
	return 1u << (insn->aux & IR_MEM_SIZE_MASK);
}

static bool fits(const struct work *w, int64_t lo, int64_t end)
{
	return lo >= INT32_MIN && end <= INT32_MAX && (uint64_t)(end - lo) <= w->target->bytes;
}

/* Let a guard cover [lo, end) as well. Return: is there one that does? */
static bool cover(const struct work *w, uint32_t base, const struct jit_extent *extent, int64_t lo,
		  int64_t end)
{
	struct jit_select *s = w->s;
	struct jit_guard *guard = s->guard;

	while (guard < s->guard + s->nr_guards &&
	       !(guard->base == base && guard->bound == extent->bound && guard->shift == extent->shift))
		guard++;
	if (guard == s->guard + JIT_MAX_GUARDS)
		return false;
	if (guard == s->guard + s->nr_guards) {
		*guard = (struct jit_guard){ .base = base, .bound = extent->bound,
					     .shift = extent->shift, .lo = lo, .end = end };
		s->nr_guards += fits(w, lo, end);
		guard->least = extent->least;
		return fits(w, lo, end);
	}
	lo = guard->lo < lo ? guard->lo : lo;
	end = guard->end > end ? guard->end : end;
	if (!fits(w, lo, end))
		return false;
	guard->lo = lo;
	guard->end = end;
	guard->least = guard->least > extent->least ? guard->least : extent->least;
	return true;
}

static bool lies_in_memory(const struct work *w, const struct sum *sum, uint32_t bytes)
{
	return sum->disp >= 0 && (uint64_t)sum->disp + bytes <= w->target->bytes &&
	       sum->disp <= INT32_MAX - 16;
}

static uint32_t plan_base(struct work *w, const struct sum *sum, uint32_t bytes)
{
	int64_t lo = sum->disp, end;
	uint32_t base;

	if (sum->base == IR_NONE)
		return lies_in_memory(w, sum, bytes) ? JIT_BASE_MEMORY : NO_PLAN;
	base = base_of(w, sum->base);
	end = lo + bytes + (int64_t)sum->extent.max;
	if (sum->extent.bound != IR_NONE)
		end -= INT64_C(1) << sum->extent.shift;
	if (base == NO_PLAN || !cover(w, base, &sum->extent, lo, end > lo ? end : lo))
		return NO_PLAN;
	return base;
}

/* Shifts that an address can do. */
static void scale_index(const struct work *w, uint32_t index, struct plan *plan)
{
	const struct ir_insn *insn = &w->s->unit.insn[index];
	uint64_t by;

	plan->index = index;
	if (insn->op == IR_shl && insn->type == IR_I64 && is_const(w, insn->b, &by) && by <= 3) {
		plan->scale = (uint8_t)by;
		plan->index = insn->a;
	}
	insn = &w->s->unit.insn[plan->index];
	if (insn->op == IR_zext)
		plan->index = insn->a;
}

static void plan_index(const struct work *w, const struct sum *sum, struct plan *plan)
{
	plan->index = IR_NONE;
	plan->disp = (int32_t)sum->disp;
	plan->many = sum->nr_indices > 1;
	if (sum->index != IR_NONE && !plan->many)
		scale_index(w, sum->index, plan);
}

static void plan_access(struct work *w, uint32_t at, uint32_t block)
{
	const struct ir_insn *insn = &w->s->unit.insn[at];
	struct plan *plan = &w->plan[at];
	struct sum sum;

	plan->base = NO_PLAN;
	if (!is_access(insn) || !split(w, insn, block, &sum))
		return;
	*plan = (struct plan){ .base = (uint8_t)plan_base(w, &sum, access_bytes(insn)) };
	if (plan->base == NO_PLAN)
		return;
	plan_index(w, &sum, plan);
	if (plan->base == JIT_BASE_MEMORY) {
		w->uses_memory = true;
		return;
	}
	w->s->base[plan->base].weight += w->weight[block];
	w->s->base[plan->base].many |= plan->many;
}

/* How often blocks run, by the loops around them: what lies between a block and an edge back to it. */
static void weigh(struct work *w)
{
	const struct ir_unit *unit = &w->s->unit;
	uint32_t b, i, k;

	for (b = 0; b < unit->nr_blocks; b++)
		w->weight[b] = 1;
	for (b = 0; b < unit->nr_blocks; b++) {
		const struct ir_insn *term = ir_terminator(unit, b);

		for (i = 0; i < ir_nr_edges(term); i++) {
			uint32_t head = unit->edge[term->lo + i].block;

			for (k = head; k <= b && b - head < 64; k++)
				w->weight[k] <<= w->weight[k] >> MAX_DEPTH * LOOP_ROUNDS_LOG2 ?
							 0 : LOOP_ROUNDS_LOG2;
		}
	}
}

static void plan_all(struct work *w)
{
	struct jit_select *s = w->s;
	uint32_t b, i, at = 0;

	for (b = 0; b < s->unit.nr_blocks; b++) {
		for (i = 0; i < s->unit.block[b].nr; i++, at++) {
			if (!touches_memory(&s->unit.insn[at]))
				continue;
			plan_access(w, at, b);
			s->nr_uncovered += w->plan[at].base == NO_PLAN;
		}
	}
}

/* The operand of a sum that has @base in it; IR_NONE: it has not. */
static uint32_t side_of(const struct work *w, uint32_t value, uint32_t base)
{
	const struct ir_insn *insn = &w->s->unit.insn[value];

	if (value < w->s->at || insn->op != IR_add)
		return IR_NONE;
	if (insn->a == base || side_of(w, insn->a, base) != IR_NONE)
		return insn->a;
	if (insn->b == base || side_of(w, insn->b, base) != IR_NONE)
		return insn->b;
	return IR_NONE;
}

static void count(const struct jit_select *s, const struct ir_insn *insn, uint32_t by)
{
	uint32_t operand[3], i;

	jit_operands(insn, s->unit.nr_insns, operand);
	for (i = 0; i < 3; i++)
		s->uses[operand[i]] += by;
}

static void count_uses(const struct jit_select *s)
{
	uint32_t i, k;

	memset(s->uses, 0, (s->unit.nr_insns + 1) * sizeof(*s->uses));
	for (i = 0; i < s->unit.nr_insns; i++) {
		const struct ir_insn *insn = &s->unit.insn[i];

		count(s, insn, 1);
		for (k = 0; insn->op == IR_call && k < s->unit.helper[insn->lo].nr_args; k++)
			s->uses[s->unit.arg[insn->hi + k]]++;
		for (k = 0; k < ir_nr_edges(insn); k++) {
			const struct ir_edge *edge = &s->unit.edge[insn->lo + k];
			uint32_t n;

			for (n = 0; n < edge->nr_args; n++)
				s->uses[s->unit.arg[edge->first_arg + n]]++;
		}
	}
}

/* An access by a sum, and the sums in it, each counted once. */
static void count_addresses(struct work *w, uint32_t at)
{
	uint32_t base = w->s->base[w->plan[at].base].value, value = w->s->unit.insn[at].a;

	while (value != base && !w->address_uses[value]++)
		value = side_of(w, value, base);
	w->address_uses[value] += value == base;
}

/* Is everything from the base to this access an address and nothing else? */
static bool is_only_address(const struct work *w, uint32_t at)
{
	uint32_t base = w->s->base[w->plan[at].base].value, value = w->s->unit.insn[at].a;

	while (value != base && w->address_uses[value] == w->s->uses[value])
		value = side_of(w, value, base);
	return value == base && w->address_uses[value] == w->s->uses[value];
}

static bool has_base(const struct work *w, uint32_t at)
{
	return touches_memory(&w->s->unit.insn[at]) && w->plan[at].base < JIT_MAX_BASES;
}

static void find_addresses(struct work *w)
{
	struct jit_select *s = w->s;
	uint32_t i;

	count_uses(s);
	memset(w->address_uses, 0, s->unit.nr_insns * sizeof(*w->address_uses));
	for (i = 0; i < s->unit.nr_insns; i++) {
		if (has_base(w, i))
			count_addresses(w, i);
	}
	/* One that no access in memory counts from may be the address of others. */
	for (i = 0; i < s->nr_bases; i++)
		s->base[i].only_addresses = s->base[i].weight;
	for (i = 0; i < s->unit.nr_insns; i++) {
		if (has_base(w, i) && !is_only_address(w, i))
			s->base[w->plan[i].base].only_addresses = false;
	}
}

/* Who gets a register first: what cannot be in place, then what has most accesses. */
static uint32_t rank(const struct jit_base *base)
{
	uint32_t weight = base->weight < UINT32_MAX / 4 ? base->weight : UINT32_MAX / 4;

	return base->in_place ? 0 : base->only_addresses ? weight + 1 : weight + UINT32_MAX / 2;
}

static void order_bases(struct work *w, uint8_t *place)
{
	struct jit_select *s = w->s;
	struct jit_base sorted[JIT_MAX_BASES] = { 0 };
	uint32_t i, k;

	for (i = 0; i < s->nr_bases; i++) {
		uint32_t mine = rank(&s->base[i]), before = 0;

		for (k = 0; k < s->nr_bases; k++)
			before += rank(&s->base[k]) > mine || (k < i && rank(&s->base[k]) == mine);
		place[i] = (uint8_t)before;
		sorted[before] = s->base[i];
	}
	memcpy(s->base, sorted, sizeof(sorted[0]) * s->nr_bases);
	for (i = 0; i < s->nr_guards; i++)
		s->guard[i].base = place[s->guard[i].base];
}

/* Memory's own register is free if everything goes by two others, or by values in place. */
static void give_registers(struct work *w, uint8_t *place)
{
	struct jit_select *s = w->s;
	uint32_t i, others = 0;

	for (i = 0; i < s->nr_bases; i++) {
		struct jit_base *base = &s->base[i];

		base->in_place = base->only_addresses && base->many;
		w->uses_memory |= base->many && !base->in_place;
		others += !base->only_addresses;
	}
	order_bases(w, place);
	s->nr_registers = s->nr_uncovered || w->uses_memory || others > 2 ? 1 : 2;
	for (i = s->nr_registers; i < s->nr_bases; i++)
		s->base[i].in_place = s->base[i].only_addresses;
}

static void set_place(struct ir_insn *insn, uint32_t base, const struct plan *plan)
{
	insn->aux2 |= JIT_COVERED;
	insn->lo = (uint32_t)plan->disp;
	insn->hi = base | (uint32_t)plan->scale << 8;
	insn->a = plan->index;
}

/* The address is one of the host. What is added last becomes an index. */
static void set_pointer(const struct work *w, struct ir_insn *insn, uint32_t base)
{
	struct plan plan = { .disp = (int32_t)insn->imm, .index = IR_NONE };
	uint32_t side = insn->a == base ? IR_NONE : side_of(w, insn->a, base), other;
	const struct ir_insn *sum = &w->s->unit.insn[insn->a];
	uint64_t bits;

	other = side == IR_NONE ? IR_NONE : side == sum->a ? sum->b : sum->a;
	if (other != IR_NONE && !is_const(w, other, &bits))
		scale_index(w, other, &plan);
	insn->c = plan.index;
	plan.index = insn->c == IR_NONE ? insn->a : side;
	set_place(insn, JIT_BASE_POINTER, &plan);
}

/* By a register of its base, by the base in place, or by the whole address. */
static void rewrite(struct work *w, uint32_t at, const uint8_t *place)
{
	const struct plan *plan = &w->plan[at];
	struct ir_insn *insn = &w->s->unit.insn[at];
	int64_t disp = (int64_t)(insn->imm - w->target->first);
	const struct jit_base *base;

	if (plan->base == JIT_BASE_MEMORY) {
		set_place(insn, JIT_BASE_MEMORY, plan);
		return;
	}
	base = &w->s->base[place[plan->base]];
	if (base->in_place)
		set_pointer(w, insn, base->value);
	else if (place[plan->base] < w->s->nr_registers && !plan->many)
		set_place(insn, place[plan->base], plan);
	else if (disp == (int32_t)disp)
		set_place(insn, JIT_BASE_MEMORY,
			  &(struct plan){ .index = insn->a, .disp = (int32_t)disp });
}

static void rewrite_all(struct work *w)
{
	struct jit_select *s = w->s;
	uint8_t place[JIT_MAX_BASES];
	uint32_t i;

	find_addresses(w);
	give_registers(w, place);
	for (i = 0; i < s->unit.nr_insns; i++) {
		if (touches_memory(&s->unit.insn[i]) && w->plan[i].base != NO_PLAN)
			rewrite(w, i, place);
	}
}

/*
 * What only computed an address is not needed any more.
 */

static void count_guards(const struct jit_select *s)
{
	uint32_t i;

	for (i = 0; i < s->nr_bases; i++)
		s->uses[s->base[i].value]++;
	for (i = 0; i < s->nr_guards; i++) {
		if (s->guard[i].bound != IR_NONE)
			s->uses[s->guard[i].bound]++;
	}
}

/* Floating point sets flags. A load that is in memory cannot fault, unless the host can. */
static bool is_needless(const struct work *w, const struct ir_insn *insn)
{
	if (insn->op == IR_ld)
		return insn->aux2 == (IR_RLX | JIT_COVERED) && !w->target->precise;
	return insn->op != IR_param && (ir_ops[insn->op].pure || insn->op == IR_ld_state) &&
	       !(ir_ops[insn->op].effects & (E_FP | E_FPENV));
}

static void remove_needless(const struct work *w)
{
	const struct jit_select *s = w->s;
	static const struct ir_insn nothing = { .op = IR_fence, .a = IR_NONE, .b = IR_NONE,
						.c = IR_NONE };
	uint32_t i;

	for (i = s->unit.nr_insns; i-- > 0;) {
		struct ir_insn *insn = &s->unit.insn[i];

		if (s->uses[i] || insn->type == IR_VOID || !is_needless(w, insn))
			continue;
		count(s, insn, UINT32_MAX);
		*insn = nothing;
	}
}

static int take_arrays(struct jit_select *s, struct work *w)
{
	const struct ir_unit *unit = &s->unit;

	s->unit.insn = ir_arena_alloc(&s->arena, unit->nr_insns * sizeof(*unit->insn));
	s->uses = ir_arena_alloc(&s->arena, (unit->nr_insns + 1) * sizeof(*s->uses));
	w->plan = ir_arena_alloc(&s->arena, unit->nr_insns * sizeof(*w->plan));
	w->weight = ir_arena_alloc(&s->arena, unit->nr_blocks * sizeof(*w->weight));
	w->address_uses = ir_arena_alloc(&s->arena, unit->nr_insns * sizeof(*w->address_uses));
	if (!s->unit.insn || !s->uses || !w->plan || !w->weight || !w->address_uses)
		return -ENOMEM;
	return 0;
}

int jit_select(struct jit_select *select, const struct ir_unit *unit,
	       const struct jit_target *target, bool guards)
{
	struct work w = { .s = select, .target = target, .guards = guards };
	int status;

	if (!select->arena.limit_bytes)
		ir_arena_init(&select->arena, SIZE_MAX / 2);
	ir_arena_reset(&select->arena);
	select->unit = *unit;
	select->nr_guards = select->nr_bases = select->nr_uncovered = select->nr_registers = 0;
	status = take_arrays(select, &w);
	if (status)
		return status;
	memcpy(select->unit.insn, unit->insn, unit->nr_insns * sizeof(*unit->insn));
	select->at = guards_at(unit);
	if (!target->flat)
		return 0;
	if (guards)
		status = jit_flow_build(&w.flow, unit, select->at, &select->arena);
	if (status)
		return status;
	weigh(&w);
	plan_all(&w);
	rewrite_all(&w);
	count_uses(select);
	count_guards(select);
	remove_needless(&w);
	return 0;
}

void jit_select_fini(struct jit_select *select)
{
	if (select->arena.limit_bytes)
		ir_arena_fini(&select->arena);
	*select = (struct jit_select){ 0 };
}
