// SPDX-License-Identifier: MIT
/*
 * Vectors of 8 bytes in the lower halves of others: where lanes stay where they are, what SSE does is
 * right for MMX, too; here is the rest.
 */
#include "arch/x86_64/guest/vector.h"

/* The destination, and above it the source. */
static uint32_t joined(struct x86 *t)
{
	uint32_t b = x86_get(t, 1);

	return x86_vec(t, IR_vzip1, IR_I64X2, 0, x86_get(t, 0), b, IR_NONE);
}

/* The upper half of what the instruction of the IR in arg gives. */
bool x86_mmx_high(struct x86 *t)
{
	unsigned int arg = t->i->line->arg;
	uint32_t b = x86_get(t, 1), value;

	value = x86_vec(t, VEC_OP(arg), VEC_LANE(arg), 0, x86_get(t, 0), b, IR_NONE);
	x86_set(t, 0, x86_vec_imm(t, IR_vext, 0, value, value, 8));
	return true;
}

/* PACKSSWB and its kin; arg: the instruction of the IR. */
bool x86_mmx_pack(struct x86 *t)
{
	unsigned int arg = t->i->line->arg;
	uint32_t both = joined(t);

	x86_set(t, 0, x86_vec(t, VEC_OP(arg), VEC_LANE(arg), 0, both, both, IR_NONE));
	return true;
}

/* PHADDW and its kin. */
bool x86_mmx_horizontal(struct x86 *t)
{
	unsigned int op = VEC_OP(t->i->line->arg), lane = VEC_LANE(t->i->line->arg);
	uint32_t both = joined(t), even, odd;

	even = x86_vec(t, IR_vuzp1, lane, 0, both, both, IR_NONE);
	odd = x86_vec(t, IR_vuzp2, lane, 0, both, both, IR_NONE);
	x86_set(t, 0, x86_vec(t, op, lane, 0, even, odd, IR_NONE));
	return true;
}

/* PALIGNR: zeros come from above. */
bool x86_mmx_align(struct x86 *t)
{
	unsigned int by = t->i->imm > 15 ? 16 : (unsigned int)t->i->imm;
	uint32_t low = x86_get(t, 1), zero = x86_const_v(t, 0, 0);
	uint32_t both = x86_vec(t, IR_vzip1, IR_I64X2, 0, low, x86_get(t, 0), IR_NONE);

	if (by == 16)
		both = zero;
	else if (by)
		both = x86_vec_imm(t, IR_vext, 0, both, zero, by);
	x86_set(t, 0, both);
	return true;
}

/* MOVQ2DQ, MOVDQ2Q. */
bool x86_mmx_move(struct x86 *t)
{
	uint32_t value = x86_extract(t, IR_I64X2, x86_get(t, 1), 0);

	x86_set(t, 0, x86_move0(t, IR_I64X2, value));
	return true;
}

/* The registers are empty for the x87. */
bool x86_emms(struct x86 *t)
{
	ir_set_state(t->build, X86_STATE(top), x86_const(t, IR_I8, 0));
	ir_set_state(t->build, X86_STATE(full), x86_const(t, IR_I8, 0));
	return true;
}
