// SPDX-License-Identifier: MIT
/*
 * Registers, memory and the operands of instructions.
 */
#include "arch/x86_64/guest/lift.h"

enum where { NOWHERE, RM, REG, MEMORY, OPCODE, ACCUMULATOR, VVVV, IMMEDIATE, ABSOLUTE, IN_CL, IS_ONE,
	     VECTOR, VECTOR_RM, MMX, MMX_RM };

/* Sizes that depend. */
enum { BY_SIZE = 0, BY_W = 32 };

static const struct {
	uint8_t where, bytes;
} kinds[] = {
	[X86_Eb] = { RM, 1 }, [X86_Ew] = { RM, 2 }, [X86_Ed] = { RM, 4 }, [X86_Eq] = { RM, 8 },
	[X86_Ev] = { RM, BY_SIZE }, [X86_Ey] = { RM, BY_W },
	[X86_Gb] = { REG, 1 }, [X86_Gw] = { REG, 2 }, [X86_Gd] = { REG, 4 }, [X86_Gq] = { REG, 8 },
	[X86_Gv] = { REG, BY_SIZE }, [X86_Gy] = { REG, BY_W },
	[X86_M] = { MEMORY, BY_SIZE }, [X86_Mv] = { MEMORY, BY_SIZE }, [X86_My] = { MEMORY, BY_W },
	[X86_Mb] = { MEMORY, 1 }, [X86_Mw] = { MEMORY, 2 }, [X86_Md] = { MEMORY, 4 },
	[X86_Mq] = { MEMORY, 8 },
	[X86_Mo] = { MEMORY, 16 },
	[X86_Zb] = { OPCODE, 1 }, [X86_Zv] = { OPCODE, BY_SIZE },
	[X86_Ab] = { ACCUMULATOR, 1 }, [X86_Av] = { ACCUMULATOR, BY_SIZE },
	[X86_By] = { VVVV, BY_W },
	[X86_Ib] = { IMMEDIATE, BY_SIZE }, [X86_Iz] = { IMMEDIATE, BY_SIZE },
	[X86_Iv] = { IMMEDIATE, BY_SIZE }, [X86_Ub] = { IMMEDIATE, BY_SIZE },
	[X86_Uw] = { IMMEDIATE, BY_SIZE },
	[X86_Ob] = { ABSOLUTE, 1 }, [X86_Ov] = { ABSOLUTE, BY_SIZE },
	[X86_CL] = { IN_CL, 1 }, [X86_ONE] = { IS_ONE, 1 },
	[X86_Vo] = { VECTOR, 16 }, [X86_Wo] = { VECTOR_RM, 16 }, [X86_Wq] = { VECTOR_RM, 8 },
	[X86_Wd] = { VECTOR_RM, 4 }, [X86_Ww] = { VECTOR_RM, 2 }, [X86_Xo] = { VECTOR_RM, 16 },
	[X86_Nd] = { RM, 4 }, [X86_Nq] = { RM, 8 }, [X86_Ny] = { RM, BY_W },
	[X86_Pq] = { MMX, 8 }, [X86_Qq] = { MMX_RM, 8 }, [X86_Qd] = { MMX_RM, 4 },
	[X86_Yq] = { MMX_RM, 8 },
};

unsigned int x86_type(unsigned int bytes)
{
	static const uint8_t types[] = { [1] = IR_I8, [2] = IR_I16, [4] = IR_I32, [8] = IR_I64,
					 [16] = IR_V128 };

	return types[bytes];
}

uint32_t x86_resize(const struct x86 *t, unsigned int op, unsigned int from, unsigned int to,
		    uint32_t value)
{
	if (from == to)
		return value;
	return x86_op1(t, from > to ? IR_trunc : op, to, value);
}

uint32_t x86_bits(const struct x86 *t, unsigned int type, uint32_t a, unsigned int pos,
		  unsigned int len)
{
	return x86_emit(t, (struct ir_insn){ .op = IR_ubfx, .type = (uint8_t)type, .a = a,
					     .b = IR_NONE, .c = IR_NONE, .lo = pos, .hi = len });
}

unsigned int x86_type_of(const struct x86 *t, uint32_t value)
{
	return t->build->error ? IR_I64 : t->build->unit->insn[value].type;
}

uint32_t x86_reg(const struct x86 *t, unsigned int type, unsigned int number)
{
	uint32_t value = ir_get_state(t->build, IR_I64, X86_STATE_R(number));

	return x86_resize(t, IR_zext, IR_I64, type, value);
}

/* Bits pos .. of a register of 64 bits. */
static void set_part(const struct x86 *t, unsigned int type, unsigned int number, unsigned int pos,
		     uint32_t value)
{
	uint32_t old = ir_get_state(t->build, IR_I64, X86_STATE_R(number));

	value = x86_op1(t, IR_zext, IR_I64, value);
	value = x86_emit(t, (struct ir_insn){ .op = IR_bfi, .type = IR_I64, .a = old, .b = value,
					      .c = IR_NONE, .lo = pos,
					      .hi = 8 * ir_type_bytes(type) });
	ir_set_state(t->build, X86_STATE_R(number), value);
}

void x86_set_reg(const struct x86 *t, unsigned int type, unsigned int number, uint32_t value)
{
	if (type < IR_I32) {
		set_part(t, type, number, 0, value);
		return;
	}
	value = x86_resize(t, IR_zext, type, IR_I64, value);
	ir_set_state(t->build, X86_STATE_R(number), value);
}

/* AH, CH, DH, BH: bytes of registers 4 to 7 without REX. */
static bool is_high(const struct x86 *t, unsigned int bytes, unsigned int number)
{
	return bytes == 1 && !t->i->rex && number >= 4 && number < 8;
}

static uint32_t part(const struct x86 *t, unsigned int bytes, unsigned int number)
{
	if (!is_high(t, bytes, number))
		return x86_reg(t, x86_type(bytes), number);
	return x86_op1(t, IR_trunc, IR_I8,
		       x86_bits(t, IR_I64, x86_reg(t, IR_I64, number - 4), 8, 8));
}

static void set(const struct x86 *t, unsigned int bytes, unsigned int number, uint32_t value)
{
	if (is_high(t, bytes, number))
		set_part(t, IR_I8, number - 4, 8, value);
	else
		x86_set_reg(t, x86_type(bytes), number, value);
}

uint32_t x86_xmm(const struct x86 *t, unsigned int number)
{
	return ir_get_state(t->build, IR_V128, X86_STATE_X(number));
}

void x86_set_xmm(const struct x86 *t, unsigned int number, uint32_t value)
{
	ir_set_state(t->build, X86_STATE_X(number), value);
}

static uint8_t size_of(unsigned int type)
{
	return type == IR_V128 ? 4 : (uint8_t)(type - IR_I8);
}

uint8_t x86_load_order(const struct x86 *t)
{
	return t->lift->shared ? IR_ACQ : IR_RLX;
}

uint32_t x86_load(const struct x86 *t, unsigned int type, uint32_t address, int32_t offset)
{
	return x86_emit(t, (struct ir_insn){ .op = IR_ld, .type = (uint8_t)type,
					     .aux = size_of(type),
					     .aux2 = x86_load_order(t), .a = address,
					     .b = IR_NONE, .c = IR_NONE,
					     .imm = (uint64_t)(int64_t)offset });
}

void x86_store(const struct x86 *t, unsigned int type, uint32_t address, int32_t offset,
	       uint32_t value)
{
	x86_emit(t, (struct ir_insn){ .op = IR_st, .aux = size_of(type),
				      .aux2 = t->lift->shared ? IR_REL : IR_RLX, .a = address,
				      .b = value, .c = IR_NONE,
				      .imm = (uint64_t)(int64_t)offset });
}

uint32_t x86_atomic(const struct x86 *t, unsigned int op, unsigned int type, uint32_t address,
		    uint32_t b, uint32_t c)
{
	return x86_emit(t, (struct ir_insn){ .op = (uint8_t)op, .type = (uint8_t)type,
					     .aux2 = IR_SC, .a = address, .b = b, .c = c });
}

/* Base and scaled index; IR_NONE if there is neither. */
static uint32_t base_and_index(const struct x86 *t)
{
	const struct x86_insn *i = t->i;
	uint32_t base = i->base == X86_NO_REG ? IR_NONE : x86_reg(t, IR_I64, i->base), index;

	if (i->index == X86_NO_REG)
		return base;
	index = x86_reg(t, IR_I64, i->index);
	if (i->scale)
		index = x86_opi(t, IR_shl, IR_I64, index, i->scale);
	return base == IR_NONE ? index : x86_op2(t, IR_add, IR_I64, base, index);
}

static uint32_t cut_address(const struct x86 *t, uint32_t address)
{
	return t->i->address32 ? x86_bits(t, IR_I64, address, 0, 32) : address;
}

uint32_t x86_effective(const struct x86 *t)
{
	const struct x86_insn *i = t->i;
	uint64_t disp = (uint64_t)(int64_t)i->disp + (i->relative ? t->next : 0);
	uint32_t address = base_and_index(t);

	if (address == IR_NONE)
		return x86_const(t, IR_I64, i->address32 ? (uint32_t)disp : disp);
	if (disp)
		address = x86_opi(t, IR_add, IR_I64, address, disp);
	return cut_address(t, address);
}

static uint32_t with_segment(const struct x86 *t, uint32_t address)
{
	uint32_t slot = t->i->segment == 0x64 ? X86_STATE(fs) : X86_STATE(gs);

	if (!t->i->segment)
		return address;
	return x86_op2(t, IR_add, IR_I64, address, ir_get_state(t->build, IR_I64, slot));
}

static bool is_absolute(const struct x86 *t)
{
	return kinds[t->i->line->operand[0]].where == ABSOLUTE ||
	       kinds[t->i->line->operand[1]].where == ABSOLUTE;
}

/* To t->address and t->offset, which accesses add up themselves. */
static void find_address(struct x86 *t)
{
	if (t->address != IR_NONE)
		return;
	t->offset = 0;
	if (is_absolute(t)) {
		t->address = with_segment(t, x86_const(t, IR_I64, (uint64_t)t->i->imm));
		return;
	}
	if (t->i->address32 || t->i->relative || t->i->segment) {
		t->address = with_segment(t, x86_effective(t));
		return;
	}
	t->address = base_and_index(t);
	if (t->address == IR_NONE)
		t->address = x86_effective(t);
	else
		t->offset = t->i->disp;
}

uint32_t x86_address(struct x86 *t)
{
	find_address(t);
	if (t->offset) {
		t->address = x86_opi(t, IR_add, IR_I64, t->address, (uint64_t)(int64_t)t->offset);
		t->offset = 0;
	}
	return t->address;
}

unsigned int x86_bytes(const struct x86 *t, unsigned int n)
{
	unsigned int bytes = kinds[t->i->line->operand[n]].bytes;

	/* An immediate is as long as what it is combined with. */
	if (kinds[t->i->line->operand[n]].where == IMMEDIATE && n)
		return x86_bytes(t, 0);
	if (bytes == BY_SIZE)
		return t->i->size;
	return bytes == BY_W ? (t->i->rex & 8 ? 8 : 4) : bytes;
}

unsigned int x86_operand_type(const struct x86 *t, unsigned int n)
{
	return x86_type(x86_bytes(t, n));
}

bool x86_in_memory(const struct x86 *t, unsigned int n)
{
	switch (kinds[t->i->line->operand[n]].where) {
	case RM:
	case MEMORY:
	case VECTOR_RM:
	case MMX_RM:
		return t->i->mod != 3;
	case ABSOLUTE:
		return true;
	default:
		return false;
	}
}

/* Number of the register that operand @n is. */
static unsigned int number_of(const struct x86 *t, unsigned int n)
{
	switch (kinds[t->i->line->operand[n]].where) {
	case RM:
	case VECTOR_RM:
		return t->i->rm;
	case REG:
	case VECTOR:
		return t->i->reg;
	case MMX:
		return t->i->reg & 7;
	case MMX_RM:
		return t->i->rm & 7;
	case OPCODE:
		return (t->i->opcode & 7) | (t->i->rex & 1 ? 8 : 0);
	case VVVV:
		return t->i->vvvv;
	default:
		return X86_RAX;
	}
}

static bool is_vector(const struct x86 *t, unsigned int n)
{
	unsigned int where = kinds[t->i->line->operand[n]].where;

	return where == VECTOR || where == VECTOR_RM;
}

static bool is_mmx(const struct x86 *t, unsigned int n)
{
	unsigned int where = kinds[t->i->line->operand[n]].where;

	return where == MMX || where == MMX_RM;
}

/* The slot of an MMX register: the significand of the x87's. */
static uint32_t mmx_slot(unsigned int number)
{
	return X86_STATE(x87) + number * (uint32_t)sizeof(struct f80);
}

/* As a vector, whose upper half is 0. */
static uint32_t get_mmx(struct x86 *t, unsigned int n)
{
	unsigned int lane = x86_bytes(t, n) == 4 ? IR_I32X4 : IR_I64X2;
	uint32_t value;

	if (x86_in_memory(t, n)) {
		find_address(t);
		value = x86_load(t, x86_operand_type(t, n), t->address, t->offset);
	} else {
		lane = IR_I64X2;
		value = ir_get_state(t->build, IR_I64, mmx_slot(number_of(t, n)));
	}
	return x86_emit(t, (struct ir_insn){ .op = IR_vmov0, .type = IR_V128, .aux = (uint8_t)lane,
					     .a = value, .b = IR_NONE, .c = IR_NONE });
}

/* The lower half of a vector. */
static void set_mmx(struct x86 *t, unsigned int n, uint32_t value)
{
	uint32_t slot = mmx_slot(number_of(t, n));

	value = x86_emit(t, (struct ir_insn){ .op = IR_vextr, .type = IR_I64, .aux = IR_I64X2,
					      .a = value, .b = IR_NONE, .c = IR_NONE });
	if (x86_in_memory(t, n)) {
		find_address(t);
		x86_store(t, IR_I64, t->address, t->offset, value);
		return;
	}
	ir_set_state(t->build, slot, value);
	ir_set_state(t->build, slot + (uint32_t)offsetof(struct f80, se),
		     x86_const(t, IR_I16, 0xffff));
}

void x86_enter_mmx(const struct x86 *t)
{
	unsigned int n;

	for (n = 0; n < 3; n++) {
		if (!is_mmx(t, n) || x86_in_memory(t, n))
			continue;
		ir_set_state(t->build, X86_STATE(top), x86_const(t, IR_I8, 0));
		ir_set_state(t->build, X86_STATE(full), x86_const(t, IR_I8, 0xff));
		return;
	}
}

uint32_t x86_get(struct x86 *t, unsigned int n)
{
	unsigned int where = kinds[t->i->line->operand[n]].where, bytes = x86_bytes(t, n);

	if (is_mmx(t, n))
		return get_mmx(t, n);
	if (x86_in_memory(t, n)) {
		find_address(t);
		return x86_load(t, x86_type(bytes), t->address, t->offset);
	}
	if (is_vector(t, n))
		return x86_xmm(t, number_of(t, n));
	if (where == IMMEDIATE)
		return x86_const(t, x86_type(bytes), (uint64_t)t->i->imm);
	if (where == IS_ONE)
		return x86_const(t, IR_I8, 1);
	if (where == IN_CL)
		return x86_reg(t, IR_I8, X86_RCX);
	return part(t, bytes, number_of(t, n));
}

void x86_set(struct x86 *t, unsigned int n, uint32_t value)
{
	unsigned int bytes = x86_bytes(t, n);

	if (is_mmx(t, n)) {
		set_mmx(t, n, value);
	} else if (x86_in_memory(t, n)) {
		find_address(t);
		x86_store(t, x86_type(bytes), t->address, t->offset, value);
	} else if (is_vector(t, n)) {
		x86_set_xmm(t, number_of(t, n), value);
	} else {
		set(t, bytes, number_of(t, n), value);
	}
	x86_enter_mmx(t);
}

uint32_t x86_get_as(struct x86 *t, unsigned int n, unsigned int op, unsigned int type)
{
	uint32_t value = x86_get(t, n);

	return x86_resize(t, op, x86_operand_type(t, n), type, value);
}
