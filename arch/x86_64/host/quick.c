// SPDX-License-Identifier: MIT
/*
 * Tier 1: what a guest's code mostly consists of, in the shapes that it mostly has: integers of 32 and
 * 64 bits that are used in one block, operands in registers, accesses of precise code. Anything else is
 * left to the functions that all tiers have; so these here are free to look no further, and to write
 * an instruction by one store.
 */
#include "arch/x86_64/host/lower.h"

#include "vmcore/jit/values.h"

/* A register of what is computed here by @at is to be taken: @reg. */
VMB_INLINE void own(struct x64_lower *l, unsigned int reg, uint32_t at)
{
	l->p.regs.owner[reg] = at;
	l->p.regs.used |= UINT64_C(1) << reg;
	l->value[at].reg = (uint8_t)reg;
}

VMB_INLINE unsigned int free_register(const struct x64_lower *l)
{
	uint64_t free = X64_GENERAL & ~l->p.regs.used;

	return VMB_LIKELY(free) ? (unsigned int)__builtin_ctzll(free) : JIT_NO_REG;
}

VMB_INLINE void release(struct x64_lower *l, uint32_t value)
{
	jit_regcache_release(&l->p.regs, &l->value[value], l->p.at);
}

/* The result of the instruction at @at stays in its register until it is used in this block. */
VMB_INLINE bool is_local(const struct x64_lower *l, uint32_t at)
{
	return !(l->value[at].flags & JIT_GLOBAL) && l->value[at].last != at;
}

VMB_INLINE bool is_word(unsigned int type)
{
	return type - IR_I32 <= IR_I64 - IR_I32;
}

/* A constant that an instruction can have as an immediate, and that is in no register. */
VMB_INLINE bool is_immediate(const struct x64_lower *l, uint32_t value, int32_t *imm)
{
	const struct ir_insn *insn = &l->unit->insn[value];

	if (l->value[value].reg != JIT_NO_REG || insn->op != IR_const)
		return false;
	*imm = (int32_t)insn->imm;
	return insn->type == IR_I32 || insn->imm == (uint64_t)(int64_t)*imm;
}

/* @op of registers; @wide: X64_REX_W or 0. */
VMB_INLINE uint8_t *put_rr(uint8_t *p, uint32_t wide, uint32_t op, unsigned int reg, unsigned int rm)
{
	uint32_t rex = wide | x64_rex_of(reg, 0, rm);

	p = x64_put_if(p, X64_REX | rex, rex);
	p[0] = (uint8_t)op;
	p[1] = (uint8_t)(0xc0 | (reg & 7) << 3 | (rm & 7));
	return p + 2;
}

/* Of a register and a part of the state, whose base needs no SIB. */
VMB_INLINE uint8_t *put_state(uint8_t *p, uint32_t op, unsigned int reg, int32_t disp)
{
	uint32_t is_small = disp == (int8_t)disp;
	uint32_t modrm = (is_small ? 0x40 : 0x80) | (reg & 7) << 3 | X64_STATE;

	x64_put32(p, X64_REX | X64_REX_W | x64_rex_of(reg, 0, 0) | op << 8 | modrm << 16);
	x64_put32(p + 3, (uint32_t)disp);
	return p + (is_small ? 4 : 7);
}

X64_QUICK(ld_state)
{
	uint32_t at = l->p.at;
	unsigned int reg = free_register(l);

	if (insn->type != IR_I64 || reg == JIT_NO_REG || !is_local(l, at))
		return false;
	l->buf->at = put_state(code_buf_room(l->buf), X64_MOV, reg, x64_state_disp(l, insn->imm));
	own(l, reg, at);
	return true;
}

X64_QUICK(st_state)
{
	const struct jit_value *a = &l->value[insn->a];
	int32_t disp = x64_state_disp(l, insn->imm), imm;
	uint8_t *p;

	if (l->unit->insn[insn->a].type != IR_I64)
		return false;
	if (a->reg != JIT_NO_REG) {
		l->buf->at = put_state(code_buf_room(l->buf), X64_MOV_STORE, a->reg, disp);
		release(l, insn->a);
		return true;
	}
	if (!is_immediate(l, insn->a, &imm))
		return false;
	p = put_state(code_buf_room(l->buf), 0xc7, 0, disp);
	l->buf->at = x64_put32(p, (uint32_t)imm);
	return true;
}

static const uint8_t alu_ops[IR_NR_OPS] = {
	[IR_add] = X64_ADD, [IR_sub] = X64_SUB, [IR_and] = X64_AND, [IR_or] = X64_OR,
	[IR_xor] = X64_XOR,
};

/* dst op= immediate */
VMB_INLINE uint8_t *put_ri(uint8_t *p, uint32_t wide, uint32_t op, unsigned int dst, int32_t imm)
{
	uint32_t is_small = imm == (int8_t)imm;

	p = put_rr(p, wide, is_small ? 0x83 : 0x81, op, dst);
	x64_put32(p, (uint32_t)imm);
	return p + (is_small ? 1 : 4);
}

/* dst = a + b, or a + imm where @b is X64_NO_INDEX */
VMB_INLINE uint8_t *put_lea(uint8_t *p, uint32_t wide, unsigned int dst, unsigned int a,
			    unsigned int b, int32_t imm)
{
	const struct x64_mem sum = { (uint8_t)a, (uint8_t)b, 0, imm };

	return x64_put_rm(p, X64_LEA | (wide ? X64_W : 0), dst, sum);
}

/* The right operand is in a register. */
static bool alu_of_registers(struct x64_lower *l, const struct ir_insn *insn, uint32_t wide)
{
	uint32_t at = l->p.at, left = insn->a, right = insn->b, op = alu_ops[insn->op];
	unsigned int a = l->value[left].reg, b = l->value[right].reg, dst;
	uint8_t *p = code_buf_room(l->buf);

	if (!x64_dies(l, left) && x64_dies(l, right) && insn->op != IR_sub) {
		left = insn->b;
		right = insn->a;
		a = b;
		b = l->value[right].reg;
	}
	dst = x64_dies(l, left) ? a : free_register(l);
	if (dst == JIT_NO_REG)
		return false;
	if (dst != a && insn->op == IR_add) {
		l->buf->at = put_lea(p, wide, dst, a, b, 0);
	} else {
		if (dst != a)
			p = put_rr(p, X64_REX_W, X64_MOV, dst, a);
		l->buf->at = put_rr(p, wide, op * 8 + 3, dst, b);
	}
	release(l, left);
	release(l, right);
	own(l, dst, at);
	return true;
}

X64_QUICK(alu)
{
	uint32_t at = l->p.at, wide = insn->type == IR_I64 ? X64_REX_W : 0;
	unsigned int a = l->value[insn->a].reg, dst;
	int32_t imm;
	uint8_t *p;

	if (!is_word(insn->type) || a == JIT_NO_REG || !is_local(l, at))
		return false;
	if (l->value[insn->b].reg != JIT_NO_REG)
		return alu_of_registers(l, insn, wide);
	dst = x64_dies(l, insn->a) ? a : free_register(l);
	if (dst == JIT_NO_REG || !is_immediate(l, insn->b, &imm))
		return false;
	p = code_buf_room(l->buf);
	if (dst != a && insn->op == IR_add) {
		l->buf->at = put_lea(p, wide, dst, a, X64_NO_INDEX, imm);
	} else {
		if (dst != a)
			p = put_rr(p, X64_REX_W, X64_MOV, dst, a);
		l->buf->at = put_ri(p, wide, alu_ops[insn->op], dst, imm);
	}
	release(l, insn->a);
	own(l, dst, at);
	return true;
}

/* A relaxed access of precise code, near to an address in a register. */
VMB_INLINE bool is_plain(const struct x64_lower *l, const struct ir_insn *insn)
{
	const struct jit_target *target = l->job->target;

	return target->precise && !target->first && !insn->aux2 &&
	       l->value[insn->a].reg != JIT_NO_REG &&
	       x64_is_in_margin(target, (int64_t)insn->imm);
}

/* What x64_lower_ld() and x64_lower_st() do: the point, and the check if there was none near. */
static uint8_t *check(struct x64_lower *l, const struct ir_insn *insn, unsigned int base)
{
	int64_t disp = (int64_t)insn->imm, near = JIT_NEAR_ENOUGH;

	jit_add_point(l->job, code_buf_at(l->buf), l->p.pc);
	if (!jit_was_checked(&l->checks, insn->a, disp, disp)) {
		x64_trap_if_above(l, base);
		jit_remember(&l->checks, insn->a, -near, near);
	}
	return code_buf_room(l->buf);
}

/* @op, which may have X64_0F() and X64_W, at [memory + base + disp]. */
VMB_INLINE uint8_t *put_access(uint8_t *p, uint32_t op, unsigned int reg, unsigned int base,
			       int32_t disp)
{
	const struct x64_mem mem = { X64_MEMORY, (uint8_t)base, 0, disp };

	return x64_put_rm(p, op, reg, mem);
}

/* By log2 of the size, and from the fourth on signed; what makes 64 bits of a sign has X64_W added. */
static const uint32_t load_ops[] = {
	X64_MOVZX8, X64_MOVZX16, X64_MOV, X64_MOV | X64_W, X64_MOVSX8, X64_MOVSX16, X64_MOVSXD,
	X64_MOV,
};

X64_QUICK(ld)
{
	uint32_t at = l->p.at, size = insn->aux & IR_MEM_SIZE_MASK;
	uint32_t is_signed = insn->aux & IR_MEM_SIGNED;
	unsigned int base = l->value[insn->a].reg, dst;
	uint32_t op = load_ops[(size & 3) + (is_signed ? 4 : 0)];
	uint8_t *p;

	if (!is_plain(l, insn) || !is_local(l, at) || !is_word(insn->type) || size > 3)
		return false;
	dst = x64_dies(l, insn->a) ? base : free_register(l);
	if (dst == JIT_NO_REG)
		return false;
	op |= is_signed && insn->type == IR_I64 ? X64_W : 0;
	p = check(l, insn, base);
	l->buf->at = put_access(p, op, dst, base, (int32_t)insn->imm);
	release(l, insn->a);
	own(l, dst, at);
	return true;
}

static const uint32_t store_ops[] = {
	(X64_MOV_STORE - 1) | X64_BYTE_REG, X64_MOV_STORE | X64_66, X64_MOV_STORE,
	X64_MOV_STORE | X64_W,
};

static const uint32_t store_imm_ops[] = { 0xc6, 0xc7 | X64_66, 0xc7, 0xc7 | X64_W };

X64_QUICK(st)
{
	unsigned int base = l->value[insn->a].reg, b = l->value[insn->b].reg;
	uint32_t size = insn->aux & IR_MEM_SIZE_MASK;
	int32_t disp = (int32_t)insn->imm, imm;
	uint8_t *p;

	if (!is_plain(l, insn) || size > 3)
		return false;
	if (b < 16) {
		p = check(l, insn, base);
		l->buf->at = put_access(p, store_ops[size], b, base, disp);
	} else if (is_immediate(l, insn->b, &imm)) {
		p = put_access(check(l, insn, base), store_imm_ops[size], 0, base, disp);
		x64_put32(p, (uint32_t)imm);
		l->buf->at = p + (size > 2 ? 4 : 1u << size);
	} else {
		return false;
	}
	release(l, insn->a);
	release(l, insn->b);
	return true;
}

X64_QUICK(brcmp)
{
	unsigned int type = x64_type(l, insn->a), a = l->value[insn->a].reg, cond = insn->aux;
	unsigned int b = l->value[insn->b].reg;
	uint32_t wide = type == IR_I64 ? X64_REX_W : 0;
	uint8_t *p = code_buf_room(l->buf);
	int32_t imm;

	if (!is_word(type) || a == JIT_NO_REG || cond >= IR_TST)
		return false;
	if (b != JIT_NO_REG)
		l->buf->at = put_rr(p, wide, X64_CMP * 8 + 3, a, b);
	else if (!is_immediate(l, insn->b, &imm))
		return false;
	else if (imm)
		l->buf->at = put_ri(p, wide, X64_CMP, a, imm);
	else
		l->buf->at = put_rr(p, wide, X64_TEST, a, a);
	x64_branch(l, insn, x64_cc_of(cond));
	release(l, insn->a);
	release(l, insn->b);
	return true;
}

bool (*const x64_quick[IR_NR_OPS])(struct x64_lower *l, const struct ir_insn *insn) = {
	[IR_ld_state] = quick_ld_state, [IR_st_state] = quick_st_state, [IR_add] = quick_alu,
	[IR_sub] = quick_alu, [IR_and] = quick_alu, [IR_or] = quick_alu, [IR_xor] = quick_alu,
	[IR_ld] = quick_ld, [IR_st] = quick_st, [IR_brcmp] = quick_brcmp,
};
