// SPDX-License-Identifier: MIT
/* What vmcore/jit/values.h asks for; vectors, which are always in slots. */
#include "arch/riscv64/host/lower.h"

#include "vmcore/jit/values.h"

void rv_load_typed(struct code_buf *buf, unsigned int type, unsigned int reg, struct rv_mem mem)
{
	static const uint32_t op[IR_NR_TYPES] = {
		[IR_I8] = RV_LB, [IR_I16] = RV_LH, [IR_I32] = RV_LW, [IR_I64] = RV_LD,
		[IR_F32] = RV_FLW, [IR_F64] = RV_FLD,
	};

	rv_load(buf, op[type], reg, mem);
}

void rv_store_typed(struct code_buf *buf, unsigned int type, unsigned int reg, struct rv_mem mem)
{
	static const uint32_t op[IR_NR_TYPES] = {
		[IR_I8] = RV_SB, [IR_I16] = RV_SH, [IR_I32] = RV_SW, [IR_I64] = RV_SD,
		[IR_F32] = RV_FSW, [IR_F64] = RV_FSD,
	};

	rv_store(buf, op[type], reg, mem);
}

struct rv_mem rv_far_mem(struct code_buf *buf, unsigned int base, int32_t disp)
{
	uint32_t high = rv_high20(disp);

	if (VMB_LIKELY(!high))
		return (struct rv_mem){ (uint8_t)base, disp };
	rv_u(buf, RV_LUI, RV_T0, high);
	rv_r(buf, RV_ADD, RV_T0, RV_T0, base);
	return (struct rv_mem){ RV_T0, rv_low12(disp) };
}

static struct rv_mem slot_mem(struct rv_lower *l, uint32_t slot)
{
	return rv_far_mem(l->buf, RV_FRAME, rv_slot_disp(slot));
}

/* Integers are whole words in their slots. */
static unsigned int slot_type(unsigned int type)
{
	return type < IR_F32 ? IR_I64 : type;
}

static void store_slot(struct jit_places *p, unsigned int type, uint32_t slot, unsigned int reg)
{
	struct rv_lower *l = rv_lower_of(p);

	rv_store_typed(l->buf, slot_type(type), reg, slot_mem(l, slot));
}

static void load_slot(struct rv_lower *l, unsigned int type, uint32_t slot, unsigned int reg)
{
	rv_load_typed(l->buf, slot_type(type), reg, slot_mem(l, slot));
}

/* Floats are made by way of a general register; +0 needs none. */
static void make_float(struct rv_lower *l, const struct ir_insn *insn, unsigned int reg)
{
	uint32_t wide = insn->type == IR_F64 ? RV_DOUBLE : 0;
	int64_t bits = wide ? (int64_t)insn->imm : (int32_t)insn->imm;

	if (bits)
		rv_li(l->buf, RV_T0, bits);
	rv_r(l->buf, RV_FMV_F | wide, reg, bits ? RV_T0 : RV_ZERO, 0);
}

static void make_const(struct rv_lower *l, const struct ir_insn *insn, unsigned int reg)
{
	if (insn->type >= IR_F32)
		make_float(l, insn, reg);
	else
		rv_li(l->buf, reg, rv_const(insn));
}

static void load(struct jit_places *p, unsigned int reg, uint32_t value)
{
	struct rv_lower *l = rv_lower_of(p);
	const struct ir_insn *insn = &l->unit->insn[value];

	if (rv_is_const(l, value))
		make_const(l, insn, reg);
	else
		load_slot(l, insn->type, l->value[value].slot, reg);
}

static void move(struct jit_places *p, unsigned int type, unsigned int dst, unsigned int src)
{
	struct rv_lower *l = rv_lower_of(p);

	(void)type;
	if (dst < RV_NR_GENERAL)
		rv_mv(l->buf, dst, src);
	else
		rv_r(l->buf, RV_FSGNJ | RV_DOUBLE, dst, src, src);
}

/* Eight bytes of a constant to memory. Scratch: t1. */
static void store_bits(struct rv_lower *l, uint64_t bits, struct rv_mem mem)
{
	if (bits)
		rv_li(l->buf, RV_T1, (int64_t)bits);
	rv_store(l->buf, RV_SD, bits ? RV_T1 : RV_ZERO, mem);
}

static uint64_t high_half(const struct ir_insn *insn)
{
	return (uint64_t)insn->c << 32 | insn->b;
}

/* A pair of slots may lie across the end of what a displacement reaches: each half by itself. */
static void copy_slot(struct jit_places *p, unsigned int type, uint32_t to, uint32_t from)
{
	struct rv_lower *l = rv_lower_of(p);
	uint32_t i, nr = type == IR_V128 ? 2 : 1;

	for (i = 0; i < nr; i++) {
		rv_load(l->buf, RV_LD, RV_T1, slot_mem(l, from + i));
		rv_store(l->buf, RV_SD, RV_T1, slot_mem(l, to + i));
	}
}

static void const_to_slot(struct jit_places *p, uint32_t slot, const struct ir_insn *insn)
{
	struct rv_lower *l = rv_lower_of(p);

	store_bits(l, insn->type < IR_F32 ? (uint64_t)rv_const(insn) : insn->imm,
		   slot_mem(l, slot));
	if (insn->type == IR_V128)
		store_bits(l, high_half(insn), slot_mem(l, slot + 1));
}

const struct jit_places_ops rv_places_ops = {
	.general = RV_GENERAL,
	.vectors = RV_FLOAT,
	.scratch_general = RV_T2,
	.scratch_vector = RV_F(0),
	.end = { RV_A6, RV_A7 },
	.move = move,
	.load = load,
	.store_slot = store_slot,
	.const_to_slot = const_to_slot,
	.copy_slot = copy_slot,
	.ask = rv_ask,
};

static bool is_zero(const struct rv_lower *l, uint32_t value)
{
	const struct ir_insn *insn = &l->unit->insn[value];

	return insn->op == IR_const && !insn->imm && insn->type < IR_F32;
}

unsigned int rv_value(struct rv_lower *l, uint32_t value)
{
	if (l->value[value].reg == JIT_NO_REG && is_zero(l, value))
		return RV_ZERO;
	return jit_register_of(&l->p, &rv_places_ops, value);
}

bool rv_is_imm12(const struct rv_lower *l, uint32_t value, int32_t *imm)
{
	const struct ir_insn *insn = &l->unit->insn[value];
	int64_t number;

	if (insn->op != IR_const)
		return false;
	number = rv_const(insn);
	*imm = (int32_t)number;
	return rv_fits12(number);
}

unsigned int rv_result(struct rv_lower *l)
{
	return jit_result(&l->p, &rv_places_ops);
}

unsigned int rv_result_last(struct rv_lower *l, const struct ir_insn *insn)
{
	return jit_result_last(&l->p, &rv_places_ops, insn);
}

unsigned int rv_result_from(struct rv_lower *l, uint32_t value)
{
	return jit_result_from(&l->p, &rv_places_ops, value);
}

void rv_copy_to(struct rv_lower *l, unsigned int reg, uint32_t value)
{
	jit_copy_to(&l->p, &rv_places_ops, reg, value);
}

void rv_finish(struct rv_lower *l)
{
	jit_finish(&l->p, &rv_places_ops);
}

/*
 * Vectors.
 */

/* Both halves of a vector in this slot are within reach of a displacement. */
static bool is_near(uint32_t slot)
{
	return rv_fits12(rv_slot_disp(slot + 1) + 7);
}

struct rv_mem rv_vector(struct rv_lower *l, uint32_t value, unsigned int place)
{
	const struct ir_insn *insn = &l->unit->insn[value];
	struct rv_mem staged = rv_frame_vec(place);
	uint32_t slot = l->value[value].slot;

	if (rv_is_const(l, value)) {
		store_bits(l, insn->imm, staged);
		store_bits(l, high_half(insn), rv_plus(staged, 8));
		return staged;
	}
	if (VMB_LIKELY(is_near(slot)))
		return (struct rv_mem){ RV_FRAME, rv_slot_disp(slot) };
	rv_load(l->buf, RV_LD, RV_T1, slot_mem(l, slot));
	rv_store(l->buf, RV_SD, RV_T1, staged);
	rv_load(l->buf, RV_LD, RV_T1, slot_mem(l, slot + 1));
	rv_store(l->buf, RV_SD, RV_T1, rv_plus(staged, 8));
	return staged;
}

/*
 * Only values of one block share pairs: a block that lies before this one may be executed behind it,
 * and there what this one leaves to others must be left alone.
 */
static uint32_t new_pair(struct rv_lower *l)
{
	uint32_t slot = l->p.next_slot + (l->p.next_slot & 1);

	if (l->nr_free_pairs && !(l->value[l->p.at].flags & JIT_GLOBAL))
		return l->free_pair[--l->nr_free_pairs];
	l->p.next_slot = slot + 2;
	return slot;
}

/* A result that is far away is made where the registers that hold no values have their places. */
#define FAR_RESULT rv_frame_vec(31)

struct rv_mem rv_vector_result(struct rv_lower *l)
{
	struct jit_value *v = &l->value[l->p.at];

	v->slot = new_pair(l);
	v->flags |= JIT_SLOTTED | JIT_STORED;
	if (VMB_LIKELY(is_near(v->slot)))
		return (struct rv_mem){ RV_FRAME, rv_slot_disp(v->slot) };
	return FAR_RESULT;
}

void rv_vector_done(struct rv_lower *l, struct rv_mem mem)
{
	uint32_t slot = l->value[l->p.at].slot;

	if (VMB_LIKELY(is_near(slot)))
		return;
	rv_load(l->buf, RV_LD, RV_T1, mem);
	rv_store(l->buf, RV_SD, RV_T1, slot_mem(l, slot));
	rv_load(l->buf, RV_LD, RV_T1, rv_plus(mem, 8));
	rv_store(l->buf, RV_SD, RV_T1, slot_mem(l, slot + 1));
}
