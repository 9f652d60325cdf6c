// SPDX-License-Identifier: MIT
/*
 * Vectors of integers: arithmetic, shifts, shuffles.
 */
#include "arch/x86_64/guest/vector.h"

/* Two vectors to one; arg: the instruction of the IR. Without lanes it has none. */
bool x86_vector(struct x86 *t)
{
	unsigned int arg = t->i->line->arg, op = VEC_OP(arg), lane = VEC_LANE(arg);
	uint32_t b = x86_get(t, 1), a = x86_get(t, 0);
	unsigned int cond = VEC_COND_OF(arg);

	if (arg & VEC_SWAP)
		x86_set(t, 0, x86_vec(t, op, lane, cond, b, a, IR_NONE));
	else
		x86_set(t, 0, x86_vec(t, op, lane, cond, a, b, IR_NONE));
	return true;
}

/* By the low half of the second operand, all of whose 64 bits count. */
bool x86_vector_shift(struct x86 *t)
{
	unsigned int op = VEC_OP(t->i->line->arg), lane = VEC_LANE(t->i->line->arg);
	unsigned int type = x86_lane_type(lane);
	uint32_t by = x86_extract(t, IR_I64X2, x86_get(t, 1), 0), value = x86_get(t, 0);

	by = x86_opi(t, IR_umin, IR_I64, by, 255);
	by = x86_splat(t, lane, x86_resize(t, IR_zext, IR_I64, type, by));
	x86_set(t, 0, x86_vec(t, op, lane, 0, value, by, IR_NONE));
	return true;
}

bool x86_vector_shift_imm(struct x86 *t)
{
	unsigned int op = VEC_OP(t->i->line->arg), lane = VEC_LANE(t->i->line->arg);

	x86_set(t, 0, x86_vec_imm(t, op, lane, x86_get(t, 0), IR_NONE, (uint64_t)t->i->imm));
	return true;
}

/* 16 bytes of @high:@low from byte @from on, 0 to 31; zeros are above. */
static uint32_t bytes_from(const struct x86 *t, uint32_t low, uint32_t high, unsigned int from)
{
	if (from >= 16) {
		low = high;
		high = x86_const_v(t, 0, 0);
		from -= 16;
	}
	return from ? x86_vec_imm(t, IR_vext, 0, low, high, from) : low;
}

/* PSRLDQ, and with arg 1 PSLLDQ. */
bool x86_shift_bytes(struct x86 *t)
{
	unsigned int by = t->i->imm > 16 ? 16 : (unsigned int)t->i->imm;
	uint32_t value = x86_get(t, 0), zero = x86_const_v(t, 0, 0);

	x86_set(t, 0, t->i->line->arg ? bytes_from(t, zero, value, 16 - by) :
					bytes_from(t, value, zero, by));
	return true;
}

bool x86_pshufd(struct x86 *t)
{
	uint32_t value = x86_get(t, 1);

	x86_set(t, 0, x86_vec_imm(t, IR_vshuf4, 0, value, value, (uint64_t)t->i->imm));
	return true;
}

/* PSHUFLW, PSHUFHW: four words of which arg is the first. */
bool x86_shuffle_words(struct x86 *t)
{
	union ir_val index;
	unsigned int k, from;

	for (k = 0; k < 8; k++) {
		from = k;
		if (k / 4 == t->i->line->arg / 4u)
			from = t->i->line->arg + ((unsigned int)t->i->imm >> 2 * (k % 4) & 3);
		index.b[2 * k] = (uint8_t)(2 * from);
		index.b[2 * k + 1] = (uint8_t)(2 * from + 1);
	}
	x86_set(t, 0, x86_vec(t, IR_vtbl, 0, 0, x86_get(t, 1),
			      x86_const_v(t, index.d[0], index.d[1]), IR_NONE));
	return true;
}

bool x86_shufps(struct x86 *t)
{
	uint32_t b = x86_get(t, 1);

	x86_set(t, 0, x86_vec_imm(t, IR_vshuf4, 0, x86_get(t, 0), b, (uint64_t)t->i->imm));
	return true;
}

/* As pairs of words. */
bool x86_shufpd(struct x86 *t)
{
	uint32_t b = x86_get(t, 1);
	unsigned int low = t->i->imm & 1 ? 0xe : 0x4, high = t->i->imm & 2 ? 0xe : 0x4;

	x86_set(t, 0, x86_vec_imm(t, IR_vshuf4, 0, x86_get(t, 0), b, low | high << 4));
	return true;
}
