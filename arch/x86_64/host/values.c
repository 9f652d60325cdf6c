// SPDX-License-Identifier: MIT
/*
 * The registers as a cache of the frame's slots. A value of several blocks is written to its slot
 * where it is defined, so that forgetting a register is always allowed at the end of a block; a
 * value of one block gets a slot only when its register is needed for another.
 */
#include "arch/x86_64/host/lower.h"

static uint64_t registers_for(unsigned int type)
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
	uint32_t wide = type == IR_V128, slot = l->p.next_slot + (l->p.next_slot & wide);

	l->p.next_slot = slot + 1 + wide;
	return slot;
}

static void save(struct x64_lower *l, uint32_t index)
{
	struct jit_value *value = &l->value[index];

	if (jit_places_is_saved(&l->p, index))
		return;
	if (!(value->flags & JIT_SLOTTED)) {
		value->slot = new_slot(l, x64_type(l, index));
		value->flags |= JIT_SLOTTED;
	}
	store_slot(l, x64_type(l, index), value->slot, value->reg);
	jit_places_saved(&l->p, index);
}

static unsigned int allocate(struct x64_lower *l, uint64_t from, uint32_t value)
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

static void own(struct x64_lower *l, unsigned int reg, uint32_t value)
{
	jit_regcache_own(&l->p.regs, l->value, reg, value);
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
	unsigned int reg = l->p.regs.locked & UINT64_C(1) << RAX ? RDX : RAX;

	VMB_ASSERT(ir_is_term(&l->unit->insn[l->p.at]));
	load(l, reg, value);
	jit_regcache_lock(&l->p.regs, reg);
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
		own(l, reg, value);
	}
	jit_regcache_lock(&l->p.regs, reg);
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
	} else if (v->reg == JIT_NO_REG && jit_places_is_last_use(&l->p, value)) {
		return (struct x64_operand){ .place = IN_MEM, .mem = x64_slot(v->slot) };
	}
	return (struct x64_operand){ .place = IN_REG, .reg = (uint8_t)x64_value(l, value) };
}

unsigned int x64_result(struct x64_lower *l)
{
	unsigned int reg = allocate(l, registers_for(x64_type(l, l->p.at)), l->p.at);

	own(l, reg, l->p.at);
	return reg;
}

static void move(struct x64_lower *l, unsigned int type, unsigned int dst, unsigned int src)
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

	if (src != JIT_NO_REG && v->last == l->p.at) {
		v->reg = JIT_NO_REG;
		own(l, src, l->p.at);
		return src;
	}
	if (src != JIT_NO_REG)
		jit_regcache_lock(&l->p.regs, src);
	reg = x64_result(l);
	if (src != JIT_NO_REG)
		move(l, type, reg, src);
	else
		load(l, reg, value);
	return reg;
}

void x64_copy_to(struct x64_lower *l, unsigned int reg, uint32_t value)
{
	if (l->value[value].reg != JIT_NO_REG)
		move(l, x64_type(l, value), reg, l->value[value].reg);
	else
		load(l, reg, value);
}

void x64_finish(struct x64_lower *l)
{
	struct jit_value *value = &l->value[l->p.at];

	if (value->reg == JIT_NO_REG)
		return;
	if (value->flags & JIT_HOME)
		jit_places_finish(&l->p);
	if (value->flags & JIT_GLOBAL)
		save(l, l->p.at);
	x64_release(l, l->p.at);
}

void x64_forget_all(struct x64_lower *l)
{
	jit_regcache_forget_all(&l->p.regs, l->value);
}

void x64_forget_dead(struct x64_lower *l, uint32_t from)
{
	jit_regcache_forget_dead(&l->p.regs, l->value, from);
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

/*
 * The same as tier 2 asks for it.
 */

static void move_place(struct jit_places *p, unsigned int type, unsigned int dst, unsigned int src)
{
	move(x64_lower_of(p), type, dst, src);
}

static void copy_place(struct jit_places *p, unsigned int reg, uint32_t value)
{
	x64_copy_to(x64_lower_of(p), reg, value);
}

static void save_place(struct jit_places *p, uint32_t value)
{
	save(x64_lower_of(p), value);
}

static void place_to_slot(struct jit_places *p, uint32_t slot, uint32_t value)
{
	x64_to_slot(x64_lower_of(p), slot, value);
}

static void slot_to_slot(struct jit_places *p, unsigned int type, uint32_t to, uint32_t from)
{
	x64_copy_slot(x64_lower_of(p), type, to, from);
}

const struct jit_places_ops x64_places_ops = {
	.scratch_general = RAX,
	.scratch_vector = X64_XMM(0),
	.move = move_place,
	.copy_to = copy_place,
	.save = save_place,
	.to_slot = place_to_slot,
	.copy_slot = slot_to_slot,
	.ask = x64_ask,
};
