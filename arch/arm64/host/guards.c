// SPDX-License-Identifier: MIT
/* Guards (vmcore/jit/guards.h): the offset is in x0, the bound in x1. */
#include "arch/arm64/host/lower.h"
#include "vmcore/jit/jit.h"

#define OFFSET 0u
#define BOUND  1u
#define ROOM   2u

static void miss(struct a64_lower *l, enum a64_cc cc)
{
	VMB_ASSERT(l->nr_misses < VMB_ARRAY_SIZE(l->miss));
	l->miss[l->nr_misses++] = a64_branch_if(l, A64_IF(cc));
}

static void offset_is(struct jit_places *p, uint32_t value, int64_t disp)
{
	struct a64_lower *l = a64_lower_of(p);
	unsigned int reg = l->value[value].reg;

	if (reg == JIT_NO_REG)
		a64_copy_to(l, OFFSET, value);
	a64_add_const(l->buf, OFFSET, reg == JIT_NO_REG ? OFFSET : reg, disp);
}

static void bound_is(struct jit_places *p, uint32_t value)
{
	a64_copy_to(a64_lower_of(p), BOUND, value);
}

static void miss_above(struct jit_places *p, uint64_t limit)
{
	struct a64_lower *l = a64_lower_of(p);

	a64_compare_number(l, 8, OFFSET, limit);
	miss(l, A64_HI);
}

static void miss_outside(struct jit_places *p, uint64_t least, uint64_t most)
{
	struct a64_lower *l = a64_lower_of(p);

	if (least) {
		a64_compare_number(l, 8, BOUND, least);
		miss(l, A64_CC);
	}
	a64_compare_number(l, 8, BOUND, most);
	miss(l, A64_HI);
}

static void miss_together(struct jit_places *p, unsigned int shift, uint64_t room)
{
	struct a64_lower *l = a64_lower_of(p);

	a64_mov_imm(l->buf, ROOM, room);
	a64_shifted(l->buf, A64_SUBS | A64_X, ROOM, ROOM, BOUND, A64_LSL, shift);
	miss(l, A64_CC);
	a64_rrr(l->buf, A64_SUBS | A64_X, A64_ZR, OFFSET, ROOM);
	miss(l, A64_HI);
}

static void to_host(struct jit_places *p, unsigned int reg)
{
	a64_rrr(a64_lower_of(p)->buf, A64_ADD | A64_X, reg, A64_MEMORY, OFFSET);
}

static unsigned int value_of(struct jit_places *p, uint32_t value)
{
	return a64_value(a64_lower_of(p), value);
}

static const struct jit_guard_ops ops = {
	.base = { A64_LIMIT, A64_MEMORY },
	.offset = offset_is,
	.bound = bound_is,
	.miss_above = miss_above,
	.miss_outside = miss_outside,
	.miss_together = miss_together,
	.to_host = to_host,
	.value = value_of,
};

void a64_guards(struct a64_lower *l)
{
	jit_guards(&l->p, &ops);
}

void a64_restore_memory(struct a64_lower *l)
{
	const struct jit_select *s = l->job->select;

	if (s && jit_has_register(s, 0))
		a64_access(l->buf, A64_LDR_X, A64_LIMIT, A64_FRAME, JIT_FRAME_LIMIT);
	if (s && jit_has_register(s, 1))
		a64_access(l->buf, A64_LDR_X, A64_MEMORY, A64_FRAME, JIT_FRAME_MEMORY);
}

/* That code is elsewhere in the cache, maybe out of a branch's reach. */
static void go_below(struct a64_lower *l)
{
	const int64_t reach = 127 << 20;
	int64_t distance = (int32_t)(l->job->below_at - code_buf_at(l->buf));

	if (distance > -reach && distance < reach) {
		a64_lead(l, a64_b(l->buf), l->job->below_at);
		return;
	}
	a64_put(l->buf, A64_ADR | a64_rd(ROOM));
	a64_add_const(l->buf, ROOM, ROOM, distance);
	a64_put(l->buf, A64_BR | a64_rn(ROOM));
}

/* Chained code does not say in the frame which it is. */
static void count_miss(struct a64_lower *l)
{
	if (l->job->target->chained)
		return;
	a64_access(l->buf, A64_LDR_X, ROOM, A64_FRAME, JIT_FRAME_CODE);
	a64_access(l->buf, A64_LDR_W, BOUND, ROOM, JIT_CODE_MISSES);
	a64_add_const(l->buf, BOUND, BOUND, 1);
	a64_access(l->buf, A64_STR_W, BOUND, ROOM, JIT_CODE_MISSES);
}

void a64_write_misses(struct a64_lower *l)
{
	uint32_t i;

	for (i = 0; i < l->nr_misses; i++)
		a64_lead_here(l, l->miss[i]);
	if (!l->nr_misses)
		return;
	count_miss(l);
	go_below(l);
}

struct a64_place a64_covered(struct a64_lower *l, const struct ir_insn *insn)
{
	uint32_t base = jit_covered_base(insn), index = insn->a;
	struct a64_place place = { .base = A64_MEMORY, .index = JIT_NO_REG,
				   .disp = jit_covered_disp(insn) };

	if (base == JIT_BASE_POINTER) {
		place.base = (uint8_t)a64_value(l, insn->a);
		index = insn->c;
	} else if (base != JIT_BASE_MEMORY) {
		place.base = ops.base[base];
	}
	if (index == IR_NONE)
		return place;
	place.index = (uint8_t)a64_value(l, index);
	place.shift = (uint8_t)jit_covered_scale(insn);
	return place;
}
