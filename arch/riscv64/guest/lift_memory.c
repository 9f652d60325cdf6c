// SPDX-License-Identifier: MIT
/*
 * Loads, stores, fences and atomic accesses.
 */
#include "arch/riscv64/guest/lift.h"

#define BYTE 0
#define HALF 1
#define WORD 2
#define DOUBLE 3

#define LOAD(name, size)                                                                           \
	RV_LIFT(name)                                                                              \
	{                                                                                          \
		rv_set(l, ir_load(l->b, IR_I64, size, rv_get(l, l->i->rs1), (int32_t)l->i->imm));  \
	}

LOAD(lb, BYTE | IR_MEM_SIGNED)
LOAD(lh, HALF | IR_MEM_SIGNED)
LOAD(lw, WORD | IR_MEM_SIGNED)
LOAD(ld, DOUBLE)
LOAD(lbu, BYTE)
LOAD(lhu, HALF)
LOAD(lwu, WORD)

#define STORE(name, size)                                                                          \
	RV_LIFT(name)                                                                              \
	{                                                                                          \
		ir_store(l->b, size, rv_get(l, l->i->rs1), (int32_t)l->i->imm,                     \
			 rv_get(l, l->i->rs2));                                                    \
	}

STORE(sb, BYTE)
STORE(sh, HALF)
STORE(sw, WORD)
STORE(sd, DOUBLE)

RV_LIFT(fld)
{
	ir_set_state(l->b, RV_F(l->i->rd),
		     ir_load(l->b, IR_F64, DOUBLE, rv_get(l, l->i->rs1), (int32_t)l->i->imm));
}

RV_LIFT(flw)
{
	uint32_t bits = ir_load(l->b, IR_I64, WORD, rv_get(l, l->i->rs1), (int32_t)l->i->imm);

	bits = rv_op(l, IR_or, bits, rv_const(l, UINT64_C(0xffffffff) << 32));
	ir_set_state(l->b, RV_F(l->i->rd), ir_unary(l->b, IR_bitcast, IR_F64, bits));
}

RV_LIFT(fsd)
{
	ir_store(l->b, DOUBLE, rv_get(l, l->i->rs1), (int32_t)l->i->imm,
		 ir_get_state(l->b, IR_F64, RV_F(l->i->rs2)));
}

RV_LIFT(fsw)
{
	uint32_t f = ir_get_state(l->b, IR_F64, RV_F(l->i->rs2));

	ir_store(l->b, WORD, rv_get(l, l->i->rs1), (int32_t)l->i->imm,
		 ir_unary(l->b, IR_bitcast, IR_I64, f));
}

/* Predecessors are bits 7..4, successors 3..0: input, output, read, write. */
static uint32_t pairs(unsigned int sets)
{
	bool pr = sets & 0xa0, pw = sets & 0x50, sr = sets & 0x0a, sw = sets & 0x05;

	return (pr && sr ? IR_FENCE_RR : 0) | (pr && sw ? IR_FENCE_RW : 0) |
	       (pw && sr ? IR_FENCE_WR : 0) | (pw && sw ? IR_FENCE_WW : 0);
}

RV_LIFT(fence)
{
	uint32_t which = pairs((unsigned int)l->i->imm & 0xff);

	if (which)
		ir_emit(l->b, &(struct ir_insn){ .op = IR_fence, .aux = (uint8_t)which,
						 .a = IR_NONE, .b = IR_NONE, .c = IR_NONE });
}

RV_LIFT(fence_i)
{
	ir_exit_to(l->b, IR_EXIT_ICACHE, l->next);
	l->lift->ends = true;
}

static uint8_t order(const struct rv_insn *i)
{
	static const uint8_t orders[] = { IR_RLX, IR_ACQ, IR_REL, IR_SC };

	return orders[i->aq + 2 * i->rl] | IR_ORD_ALIGNED;
}

static void modify(struct rv_lift *l, unsigned int op, unsigned int type)
{
	uint32_t b = type == IR_I32 ? rv_get32(l, l->i->rs2) : rv_get(l, l->i->rs2);
	uint32_t old = ir_emit(l->b, &(struct ir_insn){
		.op = (uint8_t)op, .type = (uint8_t)type, .aux2 = order(l->i),
		.a = rv_get(l, l->i->rs1), .b = b, .c = IR_NONE });

	if (type == IR_I32)
		rv_set32(l, old);
	else
		rv_set(l, old);
}

#define MODIFY(name, op)                                                                           \
	RV_LIFT(name##_w) { modify(l, op, IR_I32); }                                               \
	RV_LIFT(name##_d) { modify(l, op, IR_I64); }

MODIFY(amoswap, IR_rmw_swap)
MODIFY(amoadd, IR_rmw_add)
MODIFY(amoxor, IR_rmw_xor)
MODIFY(amoand, IR_rmw_and)
MODIFY(amoor, IR_rmw_or)
MODIFY(amomin, IR_rmw_smin)
MODIFY(amomax, IR_rmw_smax)
MODIFY(amominu, IR_rmw_umin)
MODIFY(amomaxu, IR_rmw_umax)

/* A load that releases alone, which programs should not have, is one that acquires as well. */
static void load_reserved(struct rv_lift *l, unsigned int size)
{
	uint32_t address = rv_get(l, l->i->rs1);
	uint8_t how = l->i->rl ? IR_SC | IR_ORD_ALIGNED : order(l->i);
	uint32_t seen = ir_emit(l->b, &(struct ir_insn){
		.op = IR_ld, .type = IR_I64, .aux = (uint8_t)size, .aux2 = how,
		.a = address, .b = IR_NONE, .c = IR_NONE });

	ir_set_state(l->b, RV_RESERVED, address);
	ir_set_state(l->b, RV_SEEN, seen);
	rv_set(l, seen);
}

RV_LIFT(lr_w)
{
	load_reserved(l, WORD | IR_MEM_SIGNED);
}

RV_LIFT(lr_d)
{
	load_reserved(l, DOUBLE);
}

static void finish_conditional(struct rv_lift *l, uint32_t failed)
{
	const struct ir_target next = { .block = l->lift->block(l->lift, l->next) };

	ir_set_state(l->b, RV_RESERVED, rv_const(l, UINT64_MAX));
	rv_set(l, failed);
	ir_emit_branch(l->b, &(struct ir_insn){ .op = IR_br, .a = IR_NONE, .b = IR_NONE,
						.c = IR_NONE }, &next, 1);
}

/* Stores if the reservation is for this address and memory still holds what was seen there. */
static void store_conditional(struct rv_lift *l, unsigned int type)
{
	uint32_t address = rv_get(l, l->i->rs1);
	const struct ir_target way[] = { { .block = ir_new_block(l->b) },
					 { .block = ir_new_block(l->b) } };
	uint32_t seen, value, old;

	ir_emit_branch(l->b, &(struct ir_insn){ .op = IR_brcmp, .aux = IR_EQ, .a = address,
		       .b = ir_get_state(l->b, IR_I64, RV_RESERVED), .c = IR_NONE }, way, 2);
	ir_start_block(l->b, way[0].block);
	ir_guest_pc(l->b, l->pc);
	seen = ir_get_state(l->b, IR_I64, RV_SEEN);
	value = rv_get(l, l->i->rs2);
	if (type == IR_I32) {
		seen = ir_unary(l->b, IR_trunc, IR_I32, seen);
		value = ir_unary(l->b, IR_trunc, IR_I32, value);
	}
	old = ir_emit(l->b, &(struct ir_insn){ .op = IR_cas, .type = (uint8_t)type,
					       .aux2 = order(l->i), .a = address, .b = seen,
					       .c = value });
	finish_conditional(l, ir_compare(l->b, IR_NE, IR_I64, old, seen));
	ir_start_block(l->b, way[1].block);
	finish_conditional(l, rv_const(l, 1));
	l->lift->ends = true;
}

RV_LIFT(sc_w)
{
	store_conditional(l, IR_I32);
}

RV_LIFT(sc_d)
{
	store_conditional(l, IR_I64);
}
