// SPDX-License-Identifier: MIT
/* What vmcore/jit/values.h asks for. */
#include "arch/x86_64/host/lower.h"

#include "vmcore/jit/values.h"

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
static void store_slot(struct jit_places *p, unsigned int type, uint32_t slot, unsigned int reg)
{
	struct x64_lower *l = x64_lower_of(p);

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

void x64_make_const(struct x64_lower *l, const struct ir_insn *insn, unsigned int reg)
{
	uint64_t upper = insn->type == IR_V128 ? (uint64_t)insn->c << 32 | insn->b : 0;
	unsigned int high = reg == X64_XMM(0) ? X64_XMM(1) : X64_XMM(0);

	if (reg < 16) {
		x64_mov_imm(l->buf, reg, insn->imm);
		return;
	}
	if (!(insn->imm | upper)) {
		x64_rr(l->buf, X64_XORPS, reg, reg);
		return;
	}
	x64_mov_imm(l->buf, RAX, insn->imm);
	x64_rr(l->buf, X64_MOVD | X64_W, reg, RAX);
	if (!upper)
		return;
	if (upper == insn->imm) {
		high = reg;
	} else {
		x64_mov_imm(l->buf, RAX, upper);
		x64_rr(l->buf, X64_MOVD | X64_W, high, RAX);
	}
	x64_rr(l->buf, X64_PUNPCKLQDQ, reg, high);
}

static void load(struct jit_places *p, unsigned int reg, uint32_t value)
{
	struct x64_lower *l = x64_lower_of(p);
	const struct ir_insn *insn = &l->unit->insn[value];

	if (x64_is_const(l, value))
		x64_make_const(l, insn, reg);
	else if (l->value[value].flags & JIT_IN_STATE)
		x64_load_typed(l->buf, insn->type, reg, x64_state(l, insn->imm));
	else
		load_slot(l, insn->type, l->value[value].slot, reg);
}

static void move(struct jit_places *p, unsigned int type, unsigned int dst, unsigned int src)
{
	struct x64_lower *l = x64_lower_of(p);

	if (dst < 16)
		x64_mov(l->buf, x64_width(type), dst, src);
	else
		x64_rr(l->buf, X64_MOVAPS, dst, src);
}

static void store_const(struct x64_lower *l, struct x64_mem mem, uint64_t bits)
{
	if (bits == (uint64_t)(int32_t)bits) {
		x64_store_imm(l->buf, mem, (int32_t)bits);
	} else {
		x64_mov_imm(l->buf, RAX, bits);
		x64_store(l->buf, 8, mem, RAX);
	}
}

static void const_to_slot(struct jit_places *p, uint32_t slot, const struct ir_insn *insn)
{
	struct x64_lower *l = x64_lower_of(p);

	store_const(l, x64_slot(slot), insn->imm);
	if (insn->type == IR_V128)
		store_const(l, x64_slot(slot + 1), (uint64_t)insn->c << 32 | insn->b);
}

static void copy_slot(struct jit_places *p, unsigned int type, uint32_t to, uint32_t from)
{
	struct x64_lower *l = x64_lower_of(p);

	x64_load(l->buf, 8, RAX, x64_slot(from));
	x64_store(l->buf, 8, x64_slot(to), RAX);
	if (type != IR_V128)
		return;
	x64_load(l->buf, 8, RAX, x64_slot(from + 1));
	x64_store(l->buf, 8, x64_slot(to + 1), RAX);
}

const struct jit_places_ops x64_places_ops = {
	.general = X64_GENERAL,
	.vectors = X64_VECTOR,
	.scratch_general = RAX,
	.scratch_vector = X64_XMM(0),
	.end = { RAX, RCX },
	.move = move,
	.load = load,
	.store_slot = store_slot,
	.const_to_slot = const_to_slot,
	.copy_slot = copy_slot,
	.ask = x64_ask,
};

unsigned int x64_value(struct x64_lower *l, uint32_t value)
{
	return jit_register_of(&l->p, &x64_places_ops, value);
}

struct x64_operand x64_source(struct x64_lower *l, uint32_t value)
{
	const struct ir_insn *insn = &l->unit->insn[value];
	const struct jit_value *v = &l->value[value];
	uint32_t unused = 64 - 8 * ir_type_bytes(insn->type);

	if (x64_is_folded(l, value))
		return (struct x64_operand){ .place = IN_MEM, .mem = x64_covered(l, insn) };
	if (v->reg == JIT_NO_REG && v->flags & JIT_CONST) {
		int64_t imm = (int64_t)(insn->imm << unused) >> unused;

		if (imm == (int32_t)imm)
			return (struct x64_operand){ .place = IN_IMM, .imm = (int32_t)imm };
	} else if (v->reg == JIT_NO_REG && v->flags & JIT_IN_STATE) {
		if (insn->type >= IR_I32 && jit_places_is_last_use(&l->p, value))
			return (struct x64_operand){ .place = IN_MEM, .mem = x64_state(l, insn->imm) };
	} else if (v->reg == JIT_NO_REG && jit_places_is_last_use(&l->p, value)) {
		return (struct x64_operand){ .place = IN_MEM, .mem = x64_slot(v->slot) };
	}
	return (struct x64_operand){ .place = IN_REG, .reg = (uint8_t)x64_value(l, value) };
}

unsigned int x64_result(struct x64_lower *l)
{
	return jit_result(&l->p, &x64_places_ops);
}

unsigned int x64_result_last(struct x64_lower *l, const struct ir_insn *insn)
{
	return jit_result_last(&l->p, &x64_places_ops, insn);
}

unsigned int x64_result_from(struct x64_lower *l, uint32_t value)
{
	return jit_result_from(&l->p, &x64_places_ops, value);
}

void x64_copy_to(struct x64_lower *l, unsigned int reg, uint32_t value)
{
	jit_copy_to(&l->p, &x64_places_ops, reg, value);
}

void x64_finish(struct x64_lower *l)
{
	jit_finish(&l->p, &x64_places_ops);
}
