// SPDX-License-Identifier: MIT
/*
 * The registers as a cache of the frame's slots. A value of several blocks is written to its slot
 * where it is defined, so that forgetting a register is always allowed at the end of a block; a
 * value of one block gets a slot only when its register is needed for another. Vectors are always
 * in slots.
 */
#include "arch/riscv64/host/lower.h"

static uint64_t registers_for(unsigned int type)
{
	return type >= IR_F32 ? RV_FLOAT : RV_GENERAL;
}

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

static void store_slot(struct rv_lower *l, unsigned int type, uint32_t slot, unsigned int reg)
{
	rv_store_typed(l->buf, slot_type(type), reg, slot_mem(l, slot));
}

static void load_slot(struct rv_lower *l, unsigned int type, uint32_t slot, unsigned int reg)
{
	rv_load_typed(l->buf, slot_type(type), reg, slot_mem(l, slot));
}

static void save(struct rv_lower *l, uint32_t index)
{
	struct jit_value *value = &l->value[index];

	if (jit_places_is_saved(&l->p, index))
		return;
	if (!(value->flags & JIT_SLOTTED)) {
		value->slot = l->p.next_slot++;
		value->flags |= JIT_SLOTTED;
	}
	store_slot(l, rv_type(l, index), value->slot, value->reg);
	jit_places_saved(&l->p, index);
}

static unsigned int allocate(struct rv_lower *l, uint64_t from, uint32_t value)
{
	unsigned int reg;

	if (VMB_UNLIKELY(l->p.homes))
		return jit_places_allocate(&l->p, from, value);
	reg = jit_regcache_free(&l->p.regs, from);
	if (VMB_LIKELY(reg != JIT_NO_REG))
		return reg;
	reg = jit_regcache_victim(&l->p.regs, l->value, from);
	save(l, l->p.regs.owner[reg]);
	jit_regcache_forget(&l->p.regs, l->value, reg);
	return reg;
}

static void own(struct rv_lower *l, unsigned int reg, uint32_t value)
{
	jit_regcache_own(&l->p.regs, l->value, reg, value);
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

static void load(struct rv_lower *l, unsigned int reg, uint32_t value)
{
	const struct ir_insn *insn = &l->unit->insn[value];

	if (rv_is_const(l, value))
		make_const(l, insn, reg);
	else
		load_slot(l, insn->type, l->value[value].slot, reg);
}

static bool is_zero(const struct rv_lower *l, uint32_t value)
{
	const struct ir_insn *insn = &l->unit->insn[value];

	return insn->op == IR_const && !insn->imm && insn->type < IR_F32;
}

/* The last instruction of a block computes nothing: of scratch registers it needs none but these. */
static unsigned int at_the_end(struct rv_lower *l, uint32_t value)
{
	unsigned int reg = l->p.regs.locked & UINT64_C(1) << RV_A6 ? RV_A7 : RV_A6;

	VMB_ASSERT(ir_is_term(&l->unit->insn[l->p.at]) && rv_type(l, value) < IR_F32);
	load(l, reg, value);
	jit_regcache_lock(&l->p.regs, reg);
	return reg;
}

unsigned int rv_value(struct rv_lower *l, uint32_t value)
{
	unsigned int reg = l->value[value].reg;

	if (reg == JIT_NO_REG) {
		if (is_zero(l, value))
			return RV_ZERO;
		reg = allocate(l, registers_for(rv_type(l, value)), value);
		if (VMB_UNLIKELY(reg == JIT_NO_REG))
			return at_the_end(l, value);
		load(l, reg, value);
		own(l, reg, value);
	}
	jit_regcache_lock(&l->p.regs, reg);
	return reg;
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
	unsigned int reg = allocate(l, registers_for(rv_type(l, l->p.at)), l->p.at);

	own(l, reg, l->p.at);
	return reg;
}

unsigned int rv_result_last(struct rv_lower *l, const struct ir_insn *insn)
{
	uint32_t operand[3];

	jit_operands(insn, l->unit->nr_insns, operand);
	rv_release(l, operand[0]);
	rv_release(l, operand[1]);
	rv_release(l, operand[2]);
	l->p.read = l->p.regs.locked;
	l->p.regs.locked = 0;
	return rv_result(l);
}

static void move(struct rv_lower *l, unsigned int dst, unsigned int src)
{
	if (dst < RV_NR_GENERAL)
		rv_mv(l->buf, dst, src);
	else
		rv_r(l->buf, RV_FSGNJ | RV_DOUBLE, dst, src, src);
}

unsigned int rv_result_from(struct rv_lower *l, uint32_t value)
{
	struct jit_value *v = &l->value[value];
	unsigned int reg, src = v->reg;

	if (src != JIT_NO_REG && v->last == l->p.at) {
		v->reg = JIT_NO_REG;
		own(l, src, l->p.at);
		return src;
	}
	if (src != JIT_NO_REG)
		jit_regcache_lock(&l->p.regs, src);
	reg = rv_result(l);
	if (src != JIT_NO_REG)
		move(l, reg, src);
	else
		load(l, reg, value);
	return reg;
}

void rv_copy_to(struct rv_lower *l, unsigned int reg, uint32_t value)
{
	if (l->value[value].reg != JIT_NO_REG)
		move(l, reg, l->value[value].reg);
	else
		load(l, reg, value);
}

void rv_finish(struct rv_lower *l)
{
	struct jit_value *value = &l->value[l->p.at];

	if (value->reg == JIT_NO_REG)
		return;
	if (VMB_UNLIKELY(value->flags & JIT_HOME))
		jit_places_finish(&l->p);
	else if (value->flags & JIT_GLOBAL)
		save(l, l->p.at);
	rv_release(l, l->p.at);
}

void rv_forget_all(struct rv_lower *l)
{
	jit_regcache_forget_all(&l->p.regs, l->value);
}

void rv_forget_dead(struct rv_lower *l, uint32_t from)
{
	jit_regcache_forget_dead(&l->p.regs, l->value, from);
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
void rv_copy_slot(struct rv_lower *l, unsigned int type, uint32_t to, uint32_t from)
{
	uint32_t i, nr = type == IR_V128 ? 2 : 1;

	for (i = 0; i < nr; i++) {
		rv_load(l->buf, RV_LD, RV_T1, slot_mem(l, from + i));
		rv_store(l->buf, RV_SD, RV_T1, slot_mem(l, to + i));
	}
}

void rv_to_slot(struct rv_lower *l, uint32_t slot, uint32_t value)
{
	const struct ir_insn *insn = &l->unit->insn[value];
	const struct jit_value *v = &l->value[value];

	if (v->reg != JIT_NO_REG) {
		store_slot(l, insn->type, slot, v->reg);
	} else if (v->flags & JIT_CONST) {
		store_bits(l, insn->type < IR_F32 ? (uint64_t)rv_const(insn) : insn->imm,
			   slot_mem(l, slot));
		if (insn->type == IR_V128)
			store_bits(l, high_half(insn), slot_mem(l, slot + 1));
	} else {
		rv_copy_slot(l, insn->type, slot, v->slot);
	}
}

/*
 * The same as tier 2 asks for it.
 */

static void move_place(struct jit_places *p, unsigned int type, unsigned int dst, unsigned int src)
{
	(void)type;
	move(rv_lower_of(p), dst, src);
}

static void copy_place(struct jit_places *p, unsigned int reg, uint32_t value)
{
	rv_copy_to(rv_lower_of(p), reg, value);
}

static void save_place(struct jit_places *p, uint32_t value)
{
	save(rv_lower_of(p), value);
}

static void place_to_slot(struct jit_places *p, uint32_t slot, uint32_t value)
{
	rv_to_slot(rv_lower_of(p), slot, value);
}

static void slot_to_slot(struct jit_places *p, unsigned int type, uint32_t to, uint32_t from)
{
	rv_copy_slot(rv_lower_of(p), type, to, from);
}

const struct jit_places_ops rv_places_ops = {
	.scratch_general = RV_T2,
	.scratch_vector = RV_F(0),
	.move = move_place,
	.copy_to = copy_place,
	.save = save_place,
	.to_slot = place_to_slot,
	.copy_slot = slot_to_slot,
	.ask = rv_ask,
};

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
