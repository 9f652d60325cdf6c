// SPDX-License-Identifier: MIT
/*
 * The registers as a cache of the frame's slots. A value of several blocks is written to its slot
 * where it is defined, so that forgetting a register is always allowed at the end of a block; a
 * value of one block gets a slot only when its register is needed for another.
 */
#include "arch/arm64/host/lower.h"

const uint32_t a64_load_of[IR_NR_TYPES] = {
	[IR_I8] = A64_LDRB, [IR_I16] = A64_LDRH, [IR_I32] = A64_LDR_W, [IR_I64] = A64_LDR_X,
	[IR_F32] = A64_LDR_S, [IR_F64] = A64_LDR_D, [IR_V128] = A64_LDR_Q,
};

const uint32_t a64_store_of[IR_NR_TYPES] = {
	[IR_I8] = A64_STRB, [IR_I16] = A64_STRH, [IR_I32] = A64_STR_W, [IR_I64] = A64_STR_X,
	[IR_F32] = A64_STR_S, [IR_F64] = A64_STR_D, [IR_V128] = A64_STR_Q,
};

static uint64_t registers_for(unsigned int type)
{
	return type >= IR_F32 ? A64_VECTOR : A64_GENERAL;
}

/* Integers are whole words in their slots. */
static unsigned int slot_type(unsigned int type)
{
	return type < IR_F32 ? IR_I64 : type;
}

static void access_slot(struct a64_lower *l, uint32_t op, unsigned int reg, uint32_t slot)
{
	a64_access(l->buf, op, reg, A64_FRAME, JIT_FRAME_SLOT + 8 * (int64_t)slot);
}

static void store_slot(struct a64_lower *l, unsigned int type, uint32_t slot, unsigned int reg)
{
	access_slot(l, a64_store_of[slot_type(type)], reg, slot);
}

static void load_slot(struct a64_lower *l, unsigned int type, uint32_t slot, unsigned int reg)
{
	access_slot(l, a64_load_of[slot_type(type)], reg, slot);
}

static uint32_t new_slot(struct a64_lower *l, unsigned int type)
{
	uint32_t wide = type == IR_V128, slot = l->p.next_slot + (l->p.next_slot & wide);

	l->p.next_slot = slot + 1 + wide;
	return slot;
}

static void save(struct a64_lower *l, uint32_t index)
{
	struct jit_value *value = &l->value[index];

	if (jit_places_is_saved(&l->p, index))
		return;
	if (!(value->flags & JIT_SLOTTED)) {
		value->slot = new_slot(l, a64_type(l, index));
		value->flags |= JIT_SLOTTED;
	}
	store_slot(l, a64_type(l, index), value->slot, value->reg);
	jit_places_saved(&l->p, index);
}

static unsigned int allocate(struct a64_lower *l, uint64_t from, uint32_t value)
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

static void own(struct a64_lower *l, unsigned int reg, uint32_t value)
{
	jit_regcache_own(&l->p.regs, l->value, reg, value);
}

/* Bits of a constant in a vector register. */
static void make_vector(struct a64_lower *l, const struct ir_insn *insn, unsigned int reg)
{
	uint64_t high = insn->type == IR_V128 ? (uint64_t)insn->c << 32 | insn->b : 0;

	if (!insn->imm) {
		a64_put(l->buf, A64_VZERO | a64_rd(reg));
	} else {
		a64_mov_imm(l->buf, A64_ADDRESS, insn->imm);
		a64_rr(l->buf, A64_FMOV_D_X, reg, A64_ADDRESS);
	}
	if (!high)
		return;
	if (high != insn->imm)
		a64_mov_imm(l->buf, A64_ADDRESS, high);
	a64_lane(l->buf, A64_VINS_GENERAL, 3, 1, reg, A64_ADDRESS);
}

static void load(struct a64_lower *l, unsigned int reg, uint32_t value)
{
	const struct ir_insn *insn = &l->unit->insn[value];

	if (!a64_is_const(l, value))
		load_slot(l, insn->type, l->value[value].slot, reg);
	else if (reg < 32)
		a64_mov_imm(l->buf, reg, insn->imm);
	else
		make_vector(l, insn, reg);
}

/* The last instruction of a block computes nothing: of scratch registers it needs none but these. */
static unsigned int at_the_end(struct a64_lower *l, uint32_t value)
{
	unsigned int reg = l->p.regs.locked & 2 ? 2 : 1;

	VMB_ASSERT(ir_is_term(&l->unit->insn[l->p.at]) && a64_type(l, value) < IR_F32);
	load(l, reg, value);
	jit_regcache_lock(&l->p.regs, reg);
	return reg;
}

unsigned int a64_value(struct a64_lower *l, uint32_t value)
{
	unsigned int reg = l->value[value].reg;

	if (reg == JIT_NO_REG) {
		reg = allocate(l, registers_for(a64_type(l, value)), value);
		if (VMB_UNLIKELY(reg == JIT_NO_REG))
			return at_the_end(l, value);
		load(l, reg, value);
		own(l, reg, value);
	}
	jit_regcache_lock(&l->p.regs, reg);
	return reg;
}

unsigned int a64_source(struct a64_lower *l, uint32_t value)
{
	const struct ir_insn *insn = &l->unit->insn[value];

	if (insn->op == IR_const && insn->type < IR_F32 && !insn->imm)
		return A64_ZR;
	return a64_value(l, value);
}

unsigned int a64_result(struct a64_lower *l)
{
	unsigned int reg = allocate(l, registers_for(a64_type(l, l->p.at)), l->p.at);

	own(l, reg, l->p.at);
	return reg;
}

unsigned int a64_result_last(struct a64_lower *l, const struct ir_insn *insn)
{
	uint32_t operand[3];

	jit_operands(insn, l->unit->nr_insns, operand);
	a64_release(l, operand[0]);
	a64_release(l, operand[1]);
	a64_release(l, operand[2]);
	l->p.read = l->p.regs.locked;
	l->p.regs.locked = 0;
	return a64_result(l);
}

static void move(struct a64_lower *l, unsigned int rd, unsigned int rn)
{
	if (rd < 32)
		a64_mov(l->buf, 8, rd, rn);
	else
		a64_vmov(l->buf, rd, rn);
}

unsigned int a64_result_from(struct a64_lower *l, uint32_t value)
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
	reg = a64_result(l);
	if (src != JIT_NO_REG)
		move(l, reg, src);
	else
		load(l, reg, value);
	return reg;
}

void a64_copy_to(struct a64_lower *l, unsigned int reg, uint32_t value)
{
	if (l->value[value].reg != JIT_NO_REG)
		move(l, reg, l->value[value].reg);
	else
		load(l, reg, value);
}

void a64_finish(struct a64_lower *l)
{
	struct jit_value *value = &l->value[l->p.at];

	if (value->reg == JIT_NO_REG)
		return;
	if (VMB_UNLIKELY(value->flags & JIT_HOME))
		jit_places_finish(&l->p);
	else if (value->flags & JIT_GLOBAL)
		save(l, l->p.at);
	a64_release(l, l->p.at);
}

void a64_forget_all(struct a64_lower *l)
{
	jit_regcache_forget_all(&l->p.regs, l->value);
}

void a64_forget_dead(struct a64_lower *l, uint32_t from)
{
	jit_regcache_forget_dead(&l->p.regs, l->value, from);
}

static void const_to_slot(struct a64_lower *l, uint32_t slot, uint64_t bits)
{
	if (bits)
		a64_mov_imm(l->buf, 0, bits);
	access_slot(l, A64_STR_X, bits ? 0 : A64_ZR, slot);
}

void a64_copy_slot(struct a64_lower *l, unsigned int type, uint32_t to, uint32_t from)
{
	unsigned int reg = type == IR_V128 ? A64_V(0) : 0;

	type = type == IR_V128 ? IR_V128 : IR_I64;
	load_slot(l, type, from, reg);
	store_slot(l, type, to, reg);
}

void a64_to_slot(struct a64_lower *l, uint32_t slot, uint32_t value)
{
	const struct ir_insn *insn = &l->unit->insn[value];
	const struct jit_value *v = &l->value[value];

	if (v->reg != JIT_NO_REG) {
		store_slot(l, insn->type, slot, v->reg);
	} else if (v->flags & JIT_CONST) {
		const_to_slot(l, slot, insn->imm);
		if (insn->type == IR_V128)
			const_to_slot(l, slot + 1, (uint64_t)insn->c << 32 | insn->b);
	} else {
		a64_copy_slot(l, insn->type, slot, v->slot);
	}
}

/*
 * The same as tier 2 asks for it.
 */

static void move_place(struct jit_places *p, unsigned int type, unsigned int dst, unsigned int src)
{
	(void)type;
	move(a64_lower_of(p), dst, src);
}

static void copy_place(struct jit_places *p, unsigned int reg, uint32_t value)
{
	a64_copy_to(a64_lower_of(p), reg, value);
}

static void save_place(struct jit_places *p, uint32_t value)
{
	save(a64_lower_of(p), value);
}

static void place_to_slot(struct jit_places *p, uint32_t slot, uint32_t value)
{
	a64_to_slot(a64_lower_of(p), slot, value);
}

static void slot_to_slot(struct jit_places *p, unsigned int type, uint32_t to, uint32_t from)
{
	a64_copy_slot(a64_lower_of(p), type, to, from);
}

const struct jit_places_ops a64_places_ops = {
	.scratch_general = 0,
	.scratch_vector = A64_V(0),
	.move = move_place,
	.copy_to = copy_place,
	.save = save_place,
	.to_slot = place_to_slot,
	.copy_slot = slot_to_slot,
	.ask = a64_ask,
};
