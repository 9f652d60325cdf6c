// SPDX-License-Identifier: MIT
/*
 * Moves of vectors and of their parts.
 */
#include "arch/x86_64/guest/vector.h"

uint32_t x86_scalar(struct x86 *t, unsigned int n, unsigned int lane)
{
	unsigned int type = x86_lane_type(lane);
	uint8_t order = x86_load_order(t);
	uint32_t address;

	if (!x86_in_memory(t, n))
		return x86_extract(t, lane, x86_get(t, n), 0);
	address = x86_address(t);
	return x86_emit(t, (struct ir_insn){ .op = IR_ld, .type = (uint8_t)type,
					     .aux = ir_type_bytes(type) == 8 ? 3 : 2,
					     .aux2 = order, .a = address, .b = IR_NONE,
					     .c = IR_NONE });
}

uint32_t x86_low(struct x86 *t, unsigned int n, unsigned int lane)
{
	if (!x86_in_memory(t, n))
		return x86_get(t, n);
	return x86_move0(t, lane, x86_scalar(t, n, lane));
}

/* MOVSS, MOVSD: from memory the rest is cleared, from a register it stays. arg: lanes. */
bool x86_mov_scalar(struct x86 *t)
{
	unsigned int lane = t->i->line->arg;
	uint32_t value = x86_scalar(t, 1, lane);

	if (x86_in_memory(t, 1))
		x86_set(t, 0, x86_move0(t, lane, value));
	else
		x86_set(t, 0, x86_insert(t, lane, x86_get(t, 0), 0, value));
	return true;
}

bool x86_store_scalar(struct x86 *t)
{
	unsigned int lane = t->i->line->arg;
	uint32_t value = x86_extract(t, lane == IR_F32X4 ? IR_I32X4 : IR_I64X2, x86_get(t, 1), 0);

	if (x86_in_memory(t, 0))
		x86_set(t, 0, value);
	else
		x86_set(t, 0, x86_insert(t, lane == IR_F32X4 ? IR_I32X4 : IR_I64X2, x86_get(t, 0), 0,
					 value));
	return true;
}

/* MOVD, MOVQ between general registers or memory and vectors; arg: lanes. */
bool x86_mov_to_vector(struct x86 *t)
{
	x86_set(t, 0, x86_move0(t, t->i->line->arg, x86_get(t, 1)));
	return true;
}

bool x86_mov_from_vector(struct x86 *t)
{
	x86_set(t, 0, x86_extract(t, t->i->line->arg, x86_get(t, 1), 0));
	return true;
}

bool x86_movq(struct x86 *t)
{
	x86_set(t, 0, x86_move0(t, IR_I64X2, x86_scalar(t, 1, IR_I64X2)));
	return true;
}

bool x86_store_q(struct x86 *t)
{
	uint32_t value = x86_extract(t, IR_I64X2, x86_get(t, 1), 0);

	x86_set(t, 0, x86_in_memory(t, 0) ? value : x86_move0(t, IR_I64X2, value));
	return true;
}

/* arg: half of the source at bit 4, of the destination at bit 0. */
bool x86_move_half(struct x86 *t)
{
	uint32_t value = x86_extract(t, IR_I64X2, x86_get(t, 1), t->i->line->arg >> 4);

	x86_set(t, 0, x86_insert(t, IR_I64X2, x86_get(t, 0), t->i->line->arg & 1, value));
	return true;
}

/* arg: the half. */
bool x86_load_half(struct x86 *t)
{
	uint32_t value = x86_scalar(t, 1, IR_I64X2);

	x86_set(t, 0, x86_insert(t, IR_I64X2, x86_get(t, 0), t->i->line->arg, value));
	return true;
}

bool x86_store_half(struct x86 *t)
{
	x86_set(t, 0, x86_extract(t, IR_I64X2, x86_get(t, 1), t->i->line->arg));
	return true;
}

/* The lanes' signs; arg: lanes. */
bool x86_move_mask(struct x86 *t)
{
	uint32_t value = x86_get(t, 1);

	x86_set(t, 0, x86_emit(t, (struct ir_insn){ .op = IR_vmovmsk, .type = IR_I32,
						    .aux = (uint8_t)t->i->line->arg, .a = value,
						    .b = IR_NONE, .c = IR_NONE }));
	return true;
}

/* Which lane of operand @n the immediate means, of those that arg says. */
static unsigned int lane_number(const struct x86 *t, unsigned int n)
{
	unsigned int nr = x86_bytes(t, n) / ir_type_bytes(x86_lane_type(t->i->line->arg));

	return (unsigned int)t->i->imm & (nr - 1);
}

/* PINSRW and its kin; arg: lanes. A general register may be longer. */
bool x86_insert_lane(struct x86 *t)
{
	unsigned int lane = t->i->line->arg;
	uint32_t value = x86_get_as(t, 1, IR_zext, x86_lane_type(lane));

	x86_set(t, 0, x86_insert(t, lane, x86_get(t, 0), lane_number(t, 0), value));
	return true;
}

/* PEXTRW and its kin, zero-extended. */
bool x86_extract_lane(struct x86 *t)
{
	unsigned int lane = t->i->line->arg, type = x86_lane_type(lane);
	uint32_t value = x86_extract(t, lane, x86_get(t, 1), lane_number(t, 1));

	x86_set(t, 0, x86_resize(t, IR_zext, type, x86_operand_type(t, 0), value));
	return true;
}
