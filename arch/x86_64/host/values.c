// SPDX-License-Identifier: MIT
/*
 * The registers as a cache of the frame's slots. A value of several blocks is written to its slot
 * where it is defined, so that forgetting a register is always allowed at the end of a block; a
 * value of one block gets a slot only when its register is needed for another.
 */
#include "arch/x86_64/host/lower.h"

static uint32_t registers_for(unsigned int type)
{
	return type >= IR_F32 ? X64_VECTOR : X64_GENERAL;
}

void x64_load_typed(struct code_buf *buf, unsigned int type, unsigned int reg, struct x64_mem mem)
{
	switch (type) {
	case IR_F32:
		x64_rm(buf, X64_MOVSS, reg, mem);
		break;
	case IR_F64:
		x64_rm(buf, X64_MOVSD, reg, mem);
		break;
	case IR_V128:
		x64_rm(buf, X64_MOVUPS, reg, mem);
		break;
	default:
		x64_load(buf, ir_type_bytes(type), reg, mem);
		break;
	}
}

void x64_store_typed(struct code_buf *buf, unsigned int type, struct x64_mem mem, unsigned int reg)
{
	switch (type) {
	case IR_F32:
		x64_rm(buf, X64_MOVSS_STORE, reg, mem);
		break;
	case IR_F64:
		x64_rm(buf, X64_MOVSD_STORE, reg, mem);
		break;
	case IR_V128:
		x64_rm(buf, X64_MOVUPS_STORE, reg, mem);
		break;
	default:
		x64_store(buf, ir_type_bytes(type), mem, reg);
		break;
	}
}

/* Integers are whole words in their slots, so that they can be operands of any width. */
static void store_slot(struct x64_lower *l, unsigned int type, uint32_t slot, unsigned int reg)
{
	if (VMB_LIKELY(type < IR_F32))
		x64_store(l->buf, 8, x64_slot(slot), reg);
	else
		x64_store_typed(l->buf, type, x64_slot(slot), reg);
}

static void load_slot(struct x64_lower *l, unsigned int type, uint32_t slot, unsigned int reg)
{
	if (VMB_LIKELY(type < IR_F32))
		x64_load(l->buf, 8, reg, x64_slot(slot));
	else
		x64_load_typed(l->buf, type, reg, x64_slot(slot));
}

static uint32_t new_slot(struct x64_lower *l, unsigned int type)
{
	uint32_t wide = type == IR_V128, slot = l->next_slot + (l->next_slot & wide);

	l->next_slot = slot + 1 + wide;
	return slot;
}

bool x64_is_saved(const struct x64_lower *l, uint32_t value)
{
	if (VMB_UNLIKELY(l->homes) && l->value[value].flags & JIT_HOME)
		return l->homes->home[value].saved == l->block + 1;
	return l->value[value].flags & (JIT_CONST | JIT_STORED);
}

void x64_save(struct x64_lower *l, uint32_t index)
{
	struct jit_value *value = &l->value[index];

	if (x64_is_saved(l, index))
		return;
	if (!(value->flags & JIT_SLOTTED)) {
		value->slot = new_slot(l, x64_type(l, index));
		value->flags |= JIT_SLOTTED;
	}
	store_slot(l, x64_type(l, index), value->slot, value->reg);
	if (l->homes && value->flags & JIT_HOME)
		l->homes->home[index].saved = l->block + 1;
	else
		value->flags |= JIT_STORED;
}

void x64_changed(struct x64_lower *l, uint32_t index)
{
	struct jit_value *value = &l->value[index];
	bool stored = value->flags & JIT_STORED;

	value->flags &= (uint8_t)~JIT_STORED;
	if (l->homes && value->flags & JIT_HOME)
		l->homes->home[index].saved = 0;
	if (stored)
		x64_save(l, index);
}

/* A register to take from its owner: one that need not be saved, else the next in turn. */
static unsigned int victim(const struct x64_lower *l, uint32_t from)
{
	uint32_t candidates = from & ~l->locked, turn, clean = 0, m;

	for (m = candidates; m; m &= m - 1) {
		unsigned int reg = (unsigned int)__builtin_ctz(m);

		if (l->value[l->owner[reg]].flags & (JIT_CONST | JIT_STORED))
			clean |= 1u << reg;
	}
	candidates = clean ? clean : candidates;
	VMB_ASSERT(candidates);
	turn = candidates & (l->rotor < 31 ? UINT32_MAX << (l->rotor + 1) : 0);
	return (unsigned int)__builtin_ctz(turn ? turn : candidates);
}

static unsigned int allocate(struct x64_lower *l, uint32_t from, uint32_t value)
{
	uint32_t free = from & ~l->used & ~l->locked;
	unsigned int reg;

	if (l->homes)
		return x64_home_allocate(l, from, value);
	if (VMB_LIKELY(free))
		return (unsigned int)__builtin_ctz(free);
	reg = victim(l, from);
	l->rotor = reg;
	x64_save(l, l->owner[reg]);
	l->value[l->owner[reg]].reg = JIT_NO_REG;
	return reg;
}

void x64_own(struct x64_lower *l, unsigned int reg, uint32_t value)
{
	l->owner[reg] = value;
	l->used |= 1u << reg;
	l->locked |= 1u << reg;
	l->value[value].reg = (uint8_t)reg;
}

void x64_make_const(struct x64_lower *l, const struct ir_insn *insn, unsigned int reg)
{
	unsigned int high = reg == X64_XMM(0) ? X64_XMM(1) : X64_XMM(0);

	if (reg < 16) {
		x64_mov_imm(l->buf, reg, insn->imm);
		return;
	}
	x64_mov_imm(l->buf, RAX, insn->imm);
	x64_rr(l->buf, X64_MOVD | X64_W, reg, RAX);
	if (insn->type != IR_V128 || !(insn->b | insn->c))
		return;
	x64_mov_imm(l->buf, RAX, (uint64_t)insn->c << 32 | insn->b);
	x64_rr(l->buf, X64_MOVD | X64_W, high, RAX);
	x64_rr(l->buf, X64_PUNPCKLQDQ, reg, high);
}

static void load(struct x64_lower *l, unsigned int reg, uint32_t value)
{
	const struct ir_insn *insn = &l->unit->insn[value];

	if (x64_is_const(l, value))
		x64_make_const(l, insn, reg);
	else
		load_slot(l, insn->type, l->value[value].slot, reg);
}

/* The last instruction of a block computes nothing: of scratch registers it needs none but these. */
static unsigned int at_the_end(struct x64_lower *l, uint32_t value)
{
	unsigned int reg = l->locked & 1u << RAX ? RDX : RAX;

	VMB_ASSERT(ir_is_term(&l->unit->insn[l->at]));
	load(l, reg, value);
	l->locked |= 1u << reg;
	return reg;
}

unsigned int x64_value(struct x64_lower *l, uint32_t value)
{
	unsigned int reg = l->value[value].reg;

	if (reg == JIT_NO_REG) {
		reg = allocate(l, registers_for(x64_type(l, value)), value);
		if (VMB_UNLIKELY(reg == JIT_NO_REG))
			return at_the_end(l, value);
		load(l, reg, value);
		x64_own(l, reg, value);
	}
	l->locked |= 1u << reg;
	return reg;
}

struct x64_operand x64_source(struct x64_lower *l, uint32_t value)
{
	const struct ir_insn *insn = &l->unit->insn[value];
	const struct jit_value *v = &l->value[value];
	uint32_t unused = 64 - 8 * ir_type_bytes(insn->type);

	if (v->reg == JIT_NO_REG && v->flags & JIT_CONST) {
		int64_t imm = (int64_t)(insn->imm << unused) >> unused;

		if (imm == (int32_t)imm)
			return (struct x64_operand){ .place = IN_IMM, .imm = (int32_t)imm };
	} else if (v->reg == JIT_NO_REG && x64_home_is_last_use(l, value)) {
		return (struct x64_operand){ .place = IN_MEM, .mem = x64_slot(v->slot) };
	}
	return (struct x64_operand){ .place = IN_REG, .reg = (uint8_t)x64_value(l, value) };
}

unsigned int x64_result(struct x64_lower *l)
{
	unsigned int reg = allocate(l, registers_for(x64_type(l, l->at)), l->at);

	x64_own(l, reg, l->at);
	return reg;
}

void x64_move(struct x64_lower *l, unsigned int type, unsigned int dst, unsigned int src)
{
	if (dst < 16)
		x64_mov(l->buf, x64_width(type), dst, src);
	else
		x64_rr(l->buf, X64_MOVAPS, dst, src);
}

unsigned int x64_result_from(struct x64_lower *l, uint32_t value)
{
	struct jit_value *v = &l->value[value];
	unsigned int type = x64_type(l, value), reg, src = v->reg;

	if (src != JIT_NO_REG && v->last == l->at) {
		v->reg = JIT_NO_REG;
		x64_own(l, src, l->at);
		return src;
	}
	if (src != JIT_NO_REG)
		l->locked |= 1u << src;
	reg = x64_result(l);
	if (src != JIT_NO_REG)
		x64_move(l, type, reg, src);
	else
		load(l, reg, value);
	return reg;
}

void x64_copy_to(struct x64_lower *l, unsigned int reg, uint32_t value)
{
	if (l->value[value].reg != JIT_NO_REG)
		x64_move(l, x64_type(l, value), reg, l->value[value].reg);
	else
		load(l, reg, value);
}

void x64_forget(struct x64_lower *l, unsigned int reg)
{
	l->value[l->owner[reg]].reg = JIT_NO_REG;
	l->used &= ~(1u << reg);
}

void x64_finish(struct x64_lower *l)
{
	struct jit_value *value = &l->value[l->at];

	if (value->reg == JIT_NO_REG)
		return;
	if (value->flags & JIT_HOME)
		x64_home_finish(l);
	if (value->flags & JIT_GLOBAL)
		x64_save(l, l->at);
	x64_release(l, l->at);
}

void x64_forget_all(struct x64_lower *l)
{
	while (l->used)
		x64_forget(l, (unsigned int)__builtin_ctz(l->used));
}

void x64_forget_dead(struct x64_lower *l, uint32_t from)
{
	uint32_t m;

	for (m = l->used; m; m &= m - 1) {
		unsigned int reg = (unsigned int)__builtin_ctz(m);

		if (l->value[l->owner[reg]].last < from)
			x64_forget(l, reg);
	}
}

static void const_to_slot(struct x64_lower *l, struct x64_mem mem, uint64_t bits)
{
	if (bits == (uint64_t)(int32_t)bits) {
		x64_store_imm(l->buf, mem, (int32_t)bits);
	} else {
		x64_mov_imm(l->buf, RAX, bits);
		x64_store(l->buf, 8, mem, RAX);
	}
}

void x64_to_slot(struct x64_lower *l, uint32_t slot, uint32_t value)
{
	const struct ir_insn *insn = &l->unit->insn[value];
	const struct jit_value *v = &l->value[value];
	bool wide = insn->type == IR_V128;

	if (v->reg != JIT_NO_REG) {
		store_slot(l, insn->type, slot, v->reg);
	} else if (v->flags & JIT_CONST) {
		const_to_slot(l, x64_slot(slot), insn->imm);
		if (wide)
			const_to_slot(l, x64_slot(slot + 1), (uint64_t)insn->c << 32 | insn->b);
	} else {
		x64_copy_slot(l, insn->type, slot, v->slot);
	}
}

void x64_copy_slot(struct x64_lower *l, unsigned int type, uint32_t to, uint32_t from)
{
	x64_load(l->buf, 8, RAX, x64_slot(from));
	x64_store(l->buf, 8, x64_slot(to), RAX);
	if (type != IR_V128)
		return;
	x64_load(l->buf, 8, RAX, x64_slot(from + 1));
	x64_store(l->buf, 8, x64_slot(to + 1), RAX);
}
