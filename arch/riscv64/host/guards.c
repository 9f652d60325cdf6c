// SPDX-License-Identifier: MIT
/*
 * Guards (vmcore/jit/guards.h): the offset is in t1, the bound in a6. Behind the comparisons comes the
 * jump to other code, as no branch would reach the end of the unit.
 */
#include "arch/riscv64/host/lower.h"
#include "vmcore/jit/jit.h"

#define OFFSET RV_T1
#define BOUND  RV_A6
#define ROOM   RV_A7

static void miss(struct rv_lower *l, uint32_t cond, unsigned int a, unsigned int b)
{
	VMB_ASSERT(l->nr_misses < VMB_ARRAY_SIZE(l->miss));
	l->miss[l->nr_misses++] = rv_branch(l->buf, RV_NEAR, cond, a, b, 0);
}

static void offset_is(struct jit_places *p, uint32_t value, int64_t disp)
{
	struct rv_lower *l = rv_lower_of(p);
	unsigned int reg = l->value[value].reg;

	if (reg == JIT_NO_REG) {
		rv_copy_to(l, OFFSET, value);
		reg = OFFSET;
	}
	if (rv_fits12(disp)) {
		rv_i(l->buf, RV_ADDI, OFFSET, reg, (int32_t)disp);
	} else {
		rv_li(l->buf, ROOM, disp);
		rv_r(l->buf, RV_ADD, OFFSET, reg, ROOM);
	}
}

/* Values are extended by their sign. */
static void bound_is(struct jit_places *p, uint32_t value)
{
	struct rv_lower *l = rv_lower_of(p);

	rv_copy_to(l, BOUND, value);
	rv_zext(l, rv_type(l, value), BOUND, BOUND);
}

static void miss_above(struct jit_places *p, uint64_t limit)
{
	struct rv_lower *l = rv_lower_of(p);

	rv_li(l->buf, ROOM, (int64_t)limit);
	miss(l, RV_BLTU, ROOM, OFFSET);
}

static void miss_outside(struct jit_places *p, uint64_t least, uint64_t most)
{
	struct rv_lower *l = rv_lower_of(p);

	if (least) {
		rv_li(l->buf, ROOM, (int64_t)least);
		miss(l, RV_BLTU, BOUND, ROOM);
	}
	rv_li(l->buf, ROOM, (int64_t)most);
	miss(l, RV_BLTU, ROOM, BOUND);
}

static void miss_together(struct jit_places *p, unsigned int shift, uint64_t room)
{
	struct rv_lower *l = rv_lower_of(p);

	if (shift)
		rv_i(l->buf, RV_SLLI, BOUND, BOUND, (int32_t)shift);
	rv_li(l->buf, ROOM, (int64_t)room);
	miss(l, RV_BLTU, ROOM, BOUND);
	rv_r(l->buf, RV_SUB, ROOM, ROOM, BOUND);
	miss(l, RV_BLTU, ROOM, OFFSET);
}

/* Chained code does not say in the frame which it is. */
static void count_miss(struct rv_lower *l)
{
	const struct rv_mem misses = { .base = ROOM, .disp = JIT_CODE_MISSES };

	if (l->job->target->chained)
		return;
	rv_load(l->buf, RV_LD, ROOM, rv_frame(JIT_FRAME_CODE));
	rv_load(l->buf, RV_LW, BOUND, misses);
	rv_i(l->buf, RV_ADDI, BOUND, BOUND, 1);
	rv_store(l->buf, RV_SW, BOUND, misses);
}

/* The last branch is taken where the guard holds, and what the others lead to comes behind it. */
static void compared(struct jit_places *p)
{
	struct rv_lower *l = rv_lower_of(p);
	uint32_t below = l->job->below_at, last = --l->nr_misses, i;

	for (i = 0; i < last; i++)
		rv_bind(l, l->miss[i]);
	rv_negate(l->buf, l->miss[last]);
	count_miss(l);
	rv_link(l->buf, rv_jump(l->buf, rv_reach_of(l->buf, below), 0), below);
	rv_bind(l, l->miss[last]);
}

static void to_host(struct jit_places *p, unsigned int reg)
{
	rv_r(rv_lower_of(p)->buf, RV_ADD, reg, RV_MEMORY, OFFSET);
}

static unsigned int value_of(struct jit_places *p, uint32_t value)
{
	return rv_value(rv_lower_of(p), value);
}

static const struct jit_guard_ops ops = {
	.base = { RV_LIMIT, RV_MEMORY },
	.offset = offset_is,
	.bound = bound_is,
	.miss_above = miss_above,
	.miss_outside = miss_outside,
	.miss_together = miss_together,
	.compared = compared,
	.to_host = to_host,
	.value = value_of,
};

/* They may be long: what waits for a place within reach gets one. */
void rv_guards(struct rv_lower *l)
{
	rv_write_slow(l, true);
	jit_guards(&l->p, &ops);
}

void rv_restore_memory(struct rv_lower *l)
{
	const struct jit_select *s = l->job->select;

	if (s && jit_has_register(s, 0))
		rv_load(l->buf, RV_LD, RV_LIMIT, rv_frame(JIT_FRAME_LIMIT));
	if (s && jit_has_register(s, 1))
		rv_load(l->buf, RV_LD, RV_MEMORY, rv_frame(JIT_FRAME_MEMORY));
}

/* t2 = base + (index << scale), an integer that is extended by zeros here. */
static void add_index(struct rv_lower *l, unsigned int base, uint32_t index, uint32_t scale)
{
	static const uint32_t at_once[] = { RV_ADD, RV_SH1ADD, RV_SH2ADD, RV_SH3ADD };
	static const uint32_t of_words[] = { RV_ADD_UW, RV_SH1ADD_UW, RV_SH2ADD_UW, RV_SH3ADD_UW };
	unsigned int type = rv_type(l, index), reg = rv_value(l, index);
	bool zba = l->features & RV_HAS_ZBA;

	if (type == IR_I32 && zba) {
		rv_r(l->buf, of_words[scale], RV_T2, reg, base);
		return;
	}
	if (type != IR_I64) {
		rv_zext(l, type, RV_T2, reg);
		reg = RV_T2;
	}
	if (scale && !zba) {
		rv_i(l->buf, RV_SLLI, RV_T2, reg, (int32_t)scale);
		reg = RV_T2;
		scale = 0;
	}
	rv_r(l->buf, at_once[scale], RV_T2, reg, base);
}

/* A displacement that all of the access can have; else by way of t1. */
static struct rv_mem reach_all(struct rv_lower *l, unsigned int base, int32_t disp, unsigned int bytes)
{
	if (rv_fits12(disp) && rv_fits12((int64_t)disp + bytes - 1))
		return (struct rv_mem){ (uint8_t)base, disp };
	rv_li(l->buf, RV_T1, disp);
	rv_r(l->buf, RV_ADD, RV_T2, RV_T1, base);
	return (struct rv_mem){ RV_T2, 0 };
}

struct rv_mem rv_covered(struct rv_lower *l, const struct ir_insn *insn, unsigned int bytes)
{
	uint32_t number = jit_covered_base(insn), index = insn->a;
	unsigned int base = RV_MEMORY;

	if (number == JIT_BASE_POINTER) {
		base = rv_value(l, insn->a);
		index = insn->c;
	} else if (number != JIT_BASE_MEMORY) {
		base = ops.base[number];
	}
	if (index != IR_NONE) {
		add_index(l, base, index, jit_covered_scale(insn));
		base = RV_T2;
	}
	return reach_all(l, base, jit_covered_disp(insn), bytes);
}
