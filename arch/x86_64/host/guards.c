// SPDX-License-Identifier: MIT
/*
 * Guards (vmcore/jit/select.h): ranges are compared with guest memory's bounds, and then the bases of
 * what lies in them become host addresses.
 */
#include "arch/x86_64/host/lower.h"

static void miss(struct x64_lower *l, enum x64_cc cc)
{
	VMB_ASSERT(l->nr_misses < VMB_ARRAY_SIZE(l->miss));
	l->miss[l->nr_misses++] = x64_jcc(l->buf, cc);
}

/* rax = base + @disp */
static void offset_of(struct x64_lower *l, uint32_t base, int64_t disp)
{
	unsigned int reg = l->value[base].reg;

	if (reg == JIT_NO_REG) {
		x64_copy_to(l, RAX, base);
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

/* Miss if @reg is above @limit. Uses rdx. */
static void compare(struct x64_lower *l, unsigned int reg, uint64_t limit)
{
	if (limit <= INT32_MAX) {
		x64_alu_ri(l->buf, X64_CMP, 8, reg, (int32_t)limit);
	} else {
		x64_mov_imm(l->buf, RDX, limit);
		x64_alu_rr(l->buf, X64_CMP, 8, reg, RDX);
	}
	miss(l, CC_A);
}

/* rcx = what the bound adds to the range. */
static void check_bound(struct x64_lower *l, const struct jit_guard *guard)
{
	uint64_t bytes = l->job->target->bytes;

	x64_copy_to(l, RCX, guard->bound);
	if (guard->least) {
		VMB_ASSERT(guard->least <= INT32_MAX);
		x64_alu_ri(l->buf, X64_CMP, 8, RCX, (int32_t)guard->least);
		miss(l, CC_B);
	}
	compare(l, RCX, bytes >> guard->shift);
	if (guard->shift)
		x64_shift_i(l->buf, X64_SHL, 8, RCX, (uint8_t)guard->shift);
}

static void check(struct x64_lower *l, const struct jit_guard *guard)
{
	const struct jit_target *target = l->job->target;
	uint32_t base = l->job->select->base[guard->base].value;
	uint64_t room = target->bytes - (uint64_t)(guard->end - guard->lo);

	if (guard->bound == IR_NONE) {
		offset_of(l, base, guard->lo - (int64_t)target->first);
		compare(l, RAX, room);
		return;
	}
	check_bound(l, guard);
	offset_of(l, base, guard->lo - (int64_t)target->first);
	x64_mov_imm(l->buf, RDX, room);
	x64_alu_rr(l->buf, X64_SUB, 8, RDX, RCX);
	miss(l, CC_B);
	x64_alu_rr(l->buf, X64_CMP, 8, RAX, RDX);
	miss(l, CC_A);
}

static unsigned int register_of(uint32_t base)
{
	return base ? X64_MEMORY : X64_LIMIT;
}

/* The last one may take the register of guest memory, which it is computed from. */
static void set_base(struct x64_lower *l, uint32_t base)
{
	offset_of(l, l->job->select->base[base].value, -(int64_t)l->job->target->first);
	x64_rm(l->buf, X64_LEA | X64_W, register_of(base),
	       (struct x64_mem){ .base = X64_MEMORY, .index = RAX });
}

/* The value itself becomes the host address, wherever it is. */
static void convert(struct x64_lower *l, uint32_t value)
{
	unsigned int reg;

	l->p.regs.locked = 0;
	reg = x64_value(l, value);
	offset_of(l, value, -(int64_t)l->job->target->first);
	x64_rm(l->buf, X64_LEA | X64_W, reg, (struct x64_mem){ .base = X64_MEMORY, .index = RAX });
	x64_changed(l, value);
	l->p.regs.locked = 0;
}

static bool has_register(const struct jit_select *s, uint32_t base)
{
	return base < s->nr_registers && base < s->nr_bases && !s->base[base].in_place;
}

void x64_guards(struct x64_lower *l)
{
	const struct jit_select *s = l->job->select;
	uint32_t i;

	for (i = 0; i < s->nr_guards; i++)
		check(l, &s->guard[i]);
	for (i = 0; i < s->nr_bases; i++) {
		if (s->base[i].in_place)
			convert(l, s->base[i].value);
	}
	for (i = 0; i < s->nr_registers; i++) {
		if (has_register(s, i))
			set_base(l, i);
	}
}

void x64_restore_memory(struct x64_lower *l)
{
	const struct jit_select *s = l->job->select;

	if (s && has_register(s, 0))
		x64_load(l->buf, 8, X64_LIMIT, x64_frame(JIT_FRAME_LIMIT));
	if (s && has_register(s, 1))
		x64_load(l->buf, 8, X64_MEMORY, x64_frame(JIT_FRAME_MEMORY));
}

void x64_write_misses(struct x64_lower *l)
{
	uint32_t i;

	for (i = 0; i < l->nr_misses; i++)
		x64_bind(l->buf, l->miss[i]);
	if (l->nr_misses)
		x64_link(l->buf, x64_jmp(l->buf), l->job->below_at);
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
		mem.base = (uint8_t)register_of(base);
	}
	if (index == IR_NONE)
		return mem;
	mem.index = (uint8_t)x64_value(l, index);
	mem.scale = (uint8_t)jit_covered_scale(insn);
	return mem;
}
