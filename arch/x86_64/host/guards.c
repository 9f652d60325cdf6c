// SPDX-License-Identifier: MIT
/* Guards (vmcore/jit/guards.h): the offset is in rax, the bound in rcx. */
#include "arch/x86_64/host/lower.h"

#include "vmcore/jit/jit.h"

static void miss(struct x64_lower *l, enum x64_cc cc)
{
	VMB_ASSERT(l->nr_misses < VMB_ARRAY_SIZE(l->miss));
	l->miss[l->nr_misses++] = x64_jcc(l->buf, cc);
}

static void offset_is(struct jit_places *p, uint32_t value, int64_t disp)
{
	struct x64_lower *l = x64_lower_of(p);
	unsigned int reg = l->value[value].reg;

	if (reg == JIT_NO_REG) {
		x64_copy_to(l, RAX, value);
		reg = RAX;
	}
	if (disp == (int32_t)disp) {
		x64_rm(l->buf, X64_LEA | X64_W, RAX, x64_at(reg, (int32_t)disp));
		return;
	}
	x64_mov_imm(l->buf, RDX, (uint64_t)disp);
	if (reg != RAX)
		x64_mov(l->buf, 8, RAX, reg);
	x64_alu_rr(l->buf, X64_ADD, 8, RAX, RDX);
}

static void bound_is(struct jit_places *p, uint32_t value)
{
	x64_copy_to(x64_lower_of(p), RCX, value);
}

/* Uses rdx. */
static void compare(struct x64_lower *l, unsigned int reg, uint64_t limit)
{
	if (limit <= INT32_MAX) {
		x64_alu_ri(l->buf, X64_CMP, 8, reg, (int32_t)limit);
	} else {
		x64_mov_imm(l->buf, RDX, limit);
		x64_alu_rr(l->buf, X64_CMP, 8, reg, RDX);
	}
}

static void miss_above(struct jit_places *p, uint64_t limit)
{
	struct x64_lower *l = x64_lower_of(p);

	compare(l, RAX, limit);
	miss(l, CC_A);
}

static void miss_outside(struct jit_places *p, uint64_t least, uint64_t most)
{
	struct x64_lower *l = x64_lower_of(p);

	if (least) {
		compare(l, RCX, least);
		miss(l, CC_B);
	}
	compare(l, RCX, most);
	miss(l, CC_A);
}

static void miss_together(struct jit_places *p, unsigned int shift, uint64_t room)
{
	struct x64_lower *l = x64_lower_of(p);

	if (shift)
		x64_shift_i(l->buf, X64_SHL, 8, RCX, (uint8_t)shift);
	x64_mov_imm(l->buf, RDX, room);
	x64_alu_rr(l->buf, X64_SUB, 8, RDX, RCX);
	miss(l, CC_B);
	x64_alu_rr(l->buf, X64_CMP, 8, RAX, RDX);
	miss(l, CC_A);
}

static void to_host(struct jit_places *p, unsigned int reg)
{
	struct x64_lower *l = x64_lower_of(p);

	if (!(l->general & 1u << X64_MEMORY)) {
		x64_rm(l->buf, X64_LEA | X64_W, reg,
		       (struct x64_mem){ .base = X64_MEMORY, .index = RAX });
		return;
	}
	x64_alu_rm(l->buf, X64_ADD, 8, RAX, x64_frame(JIT_FRAME_MEMORY));
	x64_mov(l->buf, 8, reg, RAX);
}

static unsigned int value_of(struct jit_places *p, uint32_t value)
{
	/* That of the offset is one that comparisons use. */
	jit_regcache_lock(&p->regs, RDX);
	return x64_value(x64_lower_of(p), value);
}

static const struct jit_guard_ops ops = {
	.base = { X64_LIMIT, X64_MEMORY },
	.offset = offset_is,
	.bound = bound_is,
	.miss_above = miss_above,
	.miss_outside = miss_outside,
	.miss_together = miss_together,
	.to_host = to_host,
	.value = value_of,
};

uint64_t x64_guard_registers(const struct jit_select *s)
{
	uint64_t registers = 0;
	uint32_t i;

	for (i = 0; s && i < s->nr_registers; i++)
		registers |= (uint64_t)jit_has_register(s, i) << ops.base[i];
	return registers;
}

void x64_guards(struct x64_lower *l)
{
	jit_places_vacate(&l->p, RDX);
	jit_guards(&l->p, &ops);
}

void x64_restore(struct x64_lower *l, uint64_t regs)
{
	if (regs & 1u << X64_LIMIT && !l->job->target->precise)
		x64_load(l->buf, 8, X64_LIMIT, x64_frame(JIT_FRAME_LIMIT));
	if (regs & 1u << X64_MEMORY)
		x64_load(l->buf, 8, X64_MEMORY, x64_frame(JIT_FRAME_MEMORY));
}

void x64_restore_memory(struct x64_lower *l)
{
	x64_restore(l, l->general | x64_guard_registers(l->job->select));
}

void x64_write_misses(struct x64_lower *l)
{
	uint32_t i;

	for (i = 0; i < l->nr_misses; i++)
		x64_bind(l->buf, l->miss[i]);
	if (!l->nr_misses)
		return;
	/* Chained code does not say in the frame which it is. */
	if (!l->job->target->chained) {
		x64_load(l->buf, 8, RAX, x64_frame(JIT_FRAME_CODE));
		x64_alu_mi(l->buf, X64_ADD, 4, x64_at(RAX, JIT_CODE_MISSES), 1);
	}
	x64_go_below(l);
}

uint64_t x64_covered_register(const struct ir_insn *insn)
{
	uint32_t base = jit_covered_base(insn);

	if (base == JIT_BASE_POINTER)
		return 0;
	return UINT64_C(1) << (base == JIT_BASE_MEMORY ? X64_MEMORY : ops.base[base]);
}

struct x64_mem x64_covered(struct x64_lower *l, const struct ir_insn *insn)
{
	uint32_t base = jit_covered_base(insn), index = insn->a;
	struct x64_mem mem = { .base = X64_MEMORY, .index = X64_NO_INDEX,
			       .disp = jit_covered_disp(insn) };

	if (base == JIT_BASE_POINTER) {
		mem.base = (uint8_t)x64_value(l, insn->a);
		index = insn->c;
	} else if (base != JIT_BASE_MEMORY) {
		mem.base = ops.base[base];
	}
	if (index == IR_NONE)
		return mem;
	mem.index = (uint8_t)x64_value(l, index);
	mem.scale = (uint8_t)jit_covered_scale(insn);
	return mem;
}
