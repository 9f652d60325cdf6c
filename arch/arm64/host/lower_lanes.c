// SPDX-License-Identifier: MIT
/*
 * Lanes of vectors to other places, and between vectors and scalars.
 */
#include "arch/arm64/host/lower.h"

static unsigned int size_of(const struct ir_insn *insn)
{
	return (unsigned int)__builtin_ctz(ir_lane_bytes(insn->aux));
}

static void extract_bytes(struct a64_lower *l, unsigned int rd, unsigned int low, unsigned int high,
			  unsigned int from)
{
	a64_rrr(l->buf, A64_VEXT | from << 11, rd, low, high);
}

A64_LOWER(vext)
{
	unsigned int a = a64_value(l, insn->a), b = a64_value(l, insn->b);

	extract_bytes(l, a64_result_last(l, insn), a, b, (unsigned int)insn->imm);
}

/* Groups of 16 bytes are halves in reverse order. */
A64_LOWER(vrev)
{
	static const uint32_t ops[] = { [2] = A64_VREV16, [4] = A64_VREV32, [8] = A64_VREV64 };
	unsigned int a = a64_value(l, insn->a), rd = a64_result_last(l, insn), from = a;
	unsigned int group = (unsigned int)insn->imm, size = size_of(insn);

	if (size < 3) {
		a64_rr(l->buf, ops[group < 8 ? group : 8] | A64_LANES(size), rd, a);
		from = rd;
	}
	if (group == 16)
		extract_bytes(l, rd, from, from, 8);
}

A64_LOWER(vshuf4)
{
	unsigned int a = a64_value(l, insn->a), b = a64_value(l, insn->b), rd = a64_result(l), i;

	for (i = 0; i < 4; i++)
		a64_ins(l->buf, 2, rd, i, i < 2 ? a : b, (unsigned int)insn->imm >> 2 * i & 3);
}

A64_LOWER(vtbl)
{
	unsigned int a = a64_value(l, insn->a), b = a64_value(l, insn->b);

	a64_rrr(l->buf, A64_VTBL, a64_result_last(l, insn), a, b);
}

/* The table is two registers that follow each other. */
A64_LOWER(vtbl2)
{
	unsigned int a = a64_value(l, insn->a), b = a64_value(l, insn->b), c = a64_value(l, insn->c);

	a64_vmov(l->buf, A64_V(0), a);
	a64_vmov(l->buf, A64_V(1), b);
	a64_rrr(l->buf, A64_VTBL2, a64_result_last(l, insn), A64_V(0), c);
}

A64_LOWER(vsplat)
{
	unsigned int a = a64_value(l, insn->a), rd = a64_result_last(l, insn);

	a64_lane(l->buf, a < 32 ? A64_VDUP_GENERAL : A64_VDUP, size_of(insn), 0, rd, a);
}

/* An integer is zero above its type; a move of a float clears what is above. */
A64_LOWER(vmov0)
{
	unsigned int a = a64_value(l, insn->a), rd = a64_result_last(l, insn);

	if (a < 32)
		a64_rr(l->buf, A64_FMOV_D_X, rd, a);
	else
		a64_rr(l->buf, A64_FMOV | (insn->aux == IR_F64X2 ? A64_D : 0), rd, a);
}

A64_LOWER(vextr)
{
	unsigned int a = a64_value(l, insn->a), rd = a64_result_last(l, insn), size = size_of(insn);

	if (rd >= 32)
		a64_lane(l->buf, A64_VDUP_SCALAR, size, (unsigned int)insn->imm, rd, a);
	else
		a64_lane(l->buf, A64_VUMOV | (size == 3 ? A64_HIGH : 0), size,
			 (unsigned int)insn->imm, rd, a);
}

A64_LOWER(vins)
{
	unsigned int b = a64_value(l, insn->b), rd = a64_result_from(l, insn->a);
	unsigned int lane = (unsigned int)insn->imm, size = size_of(insn);

	if (b < 32)
		a64_lane(l->buf, A64_VINS_GENERAL, size, lane, rd, b);
	else
		a64_ins(l->buf, size, rd, lane, b, 0);
}

A64_LOWER(vpair)
{
	unsigned int a = a64_value(l, insn->a), b = a64_source(l, insn->b);
	unsigned int rd = a64_result_last(l, insn);

	a64_rr(l->buf, A64_FMOV_D_X, rd, a);
	a64_lane(l->buf, A64_VINS_GENERAL, 3, 1, rd, b);
}

A64_LOWER(vextend)
{
	bool zeros = insn->op == IR_vuxtl || insn->op == IR_vuxth;
	bool high = insn->op == IR_vuxth || insn->op == IR_vsxth;
	unsigned int a = a64_value(l, insn->a);

	a64_vshl(l->buf, (zeros ? A64_VUSHLL : A64_VSSHLL) | (high ? A64_HIGH : 0), size_of(insn),
		 a64_result_last(l, insn), a, 0);
}
