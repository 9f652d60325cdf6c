// SPDX-License-Identifier: MIT
/*
 * Loads and stores of structures. Source: Arm ARM (DDI 0487), C4.1, "Advanced SIMD load/store
 * multiple structures", "single structure", both with post-index.
 */
#include "arch/arm64/guest/simd.h"

/* Of a post-indexed access Rm is added, or if that is 31 the size. */
static void write_back(const struct a64 *t, uint32_t base, unsigned int bytes)
{
	uint32_t step;

	if (!a64_bit(t, 23))
		return;
	step = a64_rm(t) == 31 ? a64_const(t, IR_I64, bytes) : a64_x(t, IR_I64, a64_rm(t));
	a64_set_xsp(t, IR_I64, a64_rn(t), a64_op2(t, IR_add, IR_I64, base, step));
}

static uint32_t reg(const struct a64 *t, unsigned int i)
{
	return (a64_rd(t) + i) & 31;
}

/*
 * Structures of @nr elements of @size bytes: which byte of memory, counted from the first, goes to
 * byte @at of register @i. The registers are full or half.
 */
static unsigned int memory_byte(unsigned int nr, unsigned int size, unsigned int i, unsigned int at)
{
	return (at / size * nr + i) * size + at % size;
}

/* And back: which byte of the registers, counted by 16 for each, is byte @at of memory. */
static unsigned int register_byte(unsigned int nr, unsigned int size, unsigned int at)
{
	unsigned int which = at / size;

	return which % nr * 16 + which / nr * size + at % size;
}

/* Bytes @index[0..15] of @nr vectors, as one; beyond them are zeros. */
static uint32_t gather(const struct a64 *t, const uint32_t *vector, unsigned int nr,
		       const uint8_t *index)
{
	uint32_t result = IR_NONE, part, where;
	unsigned int i, k;
	union ir_val local;

	for (i = 0; i < nr; i += 2) {
		for (k = 0; k < 16; k++)
			local.b[k] = index[k] >= 16 * i && index[k] < 16 * i + 32 ?
					     (uint8_t)(index[k] - 16 * i) : 0xff;
		where = a64_const_v(t, local.d[0], local.d[1]);
		part = i + 1 < nr ? a64_vec(t, IR_vtbl2, 0, 0, vector[i], vector[i + 1], where) :
				    a64_v2(t, IR_vtbl, 0, vector[i], where);
		result = result == IR_NONE ? part : a64_bitwise(t, IR_vor, result, part);
	}
	return result;
}

/* Memory from @base on in pieces of 16 bytes, the last one perhaps of 8. Return: how many. */
static unsigned int load_pieces(const struct a64 *t, uint32_t base, unsigned int bytes,
				uint32_t *piece)
{
	unsigned int at;

	for (at = 0; at + 16 <= bytes; at += 16)
		piece[at / 16] = ir_load(t->build, IR_V128, 4, base, (int32_t)at);
	if (at < bytes)
		piece[at / 16] = a64_move0(t, IR_I64X2,
					   ir_load(t->build, IR_I64, 3, base, (int32_t)at));
	return (bytes + 15) / 16;
}

static void store_pieces(const struct a64 *t, uint32_t base, unsigned int bytes,
			 const uint32_t *piece)
{
	unsigned int at;

	for (at = 0; at + 16 <= bytes; at += 16)
		ir_store(t->build, 4, base, (int32_t)at, piece[at / 16]);
	if (at < bytes)
		ir_store(t->build, 3, base, (int32_t)at,
			 a64_extract(t, IR_I64X2, piece[at / 16], 0));
}

/* Elements of a structure and size; of 8-byte elements a half register has one. */
static bool structure(const struct a64 *t, unsigned int *bytes)
{
	*bytes = a64_is_q(t) ? 16 : 8;
	return a64_bits(t, 10, 2) != 3 || a64_is_q(t);
}

/* LD2, LD3, LD4; arg: number of registers. */
bool a64_ld_multiple(const struct a64 *t)
{
	unsigned int nr = t->arg, size = 1u << a64_bits(t, 10, 2), bytes, i, k, nr_pieces;
	uint32_t piece[4], value[4], base;
	uint8_t index[16];

	if (!structure(t, &bytes))
		return false;
	base = a64_xsp(t, IR_I64, a64_rn(t));
	nr_pieces = load_pieces(t, base, nr * bytes, piece);
	for (i = 0; i < nr; i++) {
		for (k = 0; k < 16; k++)
			index[k] = k < bytes ? (uint8_t)memory_byte(nr, size, i, k) : 0xff;
		value[i] = gather(t, piece, nr_pieces, index);
	}
	write_back(t, base, nr * bytes);
	for (i = 0; i < nr; i++)
		a64_set_q(t, reg(t, i), value[i]);
	return true;
}

/* ST2, ST3, ST4. */
bool a64_st_multiple(const struct a64 *t)
{
	unsigned int nr = t->arg, size = 1u << a64_bits(t, 10, 2), bytes, i, k;
	uint32_t piece[4], value[4], base;
	uint8_t index[16];

	if (!structure(t, &bytes))
		return false;
	base = a64_xsp(t, IR_I64, a64_rn(t));
	for (i = 0; i < nr; i++)
		value[i] = a64_q(t, reg(t, i));
	for (i = 0; i < (nr * bytes + 15) / 16; i++) {
		for (k = 0; k < 16; k++)
			index[k] = (uint8_t)(16 * i + k < nr * bytes ?
						     register_byte(nr, size, 16 * i + k) : 0xff);
		piece[i] = gather(t, value, nr, index);
	}
	store_pieces(t, base, nr * bytes, piece);
	write_back(t, base, nr * bytes);
	return true;
}

/* LD1 of one to four registers: memory as it is. */
bool a64_ld1_multiple(const struct a64 *t)
{
	unsigned int bytes = a64_is_q(t) ? 16 : 8, i;
	uint32_t value[4], base = a64_xsp(t, IR_I64, a64_rn(t));

	for (i = 0; i < t->arg; i++)
		value[i] = ir_load(t->build, bytes == 16 ? IR_V128 : IR_I64, bytes == 16 ? 4 : 3,
				   base, (int32_t)(i * bytes));
	write_back(t, base, t->arg * bytes);
	for (i = 0; i < t->arg; i++) {
		if (bytes == 16)
			a64_set_q(t, reg(t, i), value[i]);
		else
			a64_set_f(t, IR_I64, reg(t, i), value[i]);
	}
	return true;
}

bool a64_st1_multiple(const struct a64 *t)
{
	unsigned int bytes = a64_is_q(t) ? 16 : 8, i;
	uint32_t base = a64_xsp(t, IR_I64, a64_rn(t));

	for (i = 0; i < t->arg; i++)
		ir_store(t->build, bytes == 16 ? 4 : 3, base, (int32_t)(i * bytes),
			 bytes == 16 ? a64_q(t, reg(t, i)) : a64_f(t, IR_I64, reg(t, i)));
	write_back(t, base, t->arg * bytes);
	return true;
}

/* Single structures: opcode<2:1> (15..14) is the size, unused bits of Q:S:size<1:0> the index. */
static bool single(const struct a64 *t, unsigned int *lane, uint32_t *index)
{
	unsigned int size = a64_bits(t, 10, 2), scale = a64_bits(t, 14, 2);
	unsigned int place = a64_bits(t, 30, 1) << 3 | a64_bits(t, 12, 1) << 2 | size;

	if (scale == 1 && size & 1)
		return false;
	if (scale == 2) {
		if (size & 2 || (size & 1 && a64_bit(t, 12)))
			return false;
		scale += size & 1;
	}
	*lane = IR_I8X16 + scale;
	*index = place >> scale;
	return true;
}

/* LD1..LD4 of one lane. */
bool a64_ld_single(const struct a64 *t)
{
	uint32_t value[4], base, index;
	unsigned int lane, bytes, i;

	if (!single(t, &lane, &index))
		return false;
	bytes = ir_lane_bytes(lane);
	base = a64_xsp(t, IR_I64, a64_rn(t));
	for (i = 0; i < t->arg; i++)
		value[i] = ir_load(t->build, ir_lane_type(lane), lane - IR_I8X16, base,
				   (int32_t)(i * bytes));
	write_back(t, base, t->arg * bytes);
	for (i = 0; i < t->arg; i++)
		a64_set_q(t, reg(t, i),
			  a64_insert(t, lane, a64_q(t, reg(t, i)), index, value[i]));
	return true;
}

bool a64_st_single(const struct a64 *t)
{
	unsigned int lane, bytes, i;
	uint32_t base, index;

	if (!single(t, &lane, &index))
		return false;
	bytes = ir_lane_bytes(lane);
	base = a64_xsp(t, IR_I64, a64_rn(t));
	for (i = 0; i < t->arg; i++)
		ir_store(t->build, lane - IR_I8X16, base, (int32_t)(i * bytes),
			 a64_extract(t, lane, a64_q(t, reg(t, i)), index));
	write_back(t, base, t->arg * bytes);
	return true;
}

/* LD1R..LD4R: one structure to all lanes. */
bool a64_ld_replicate(const struct a64 *t)
{
	unsigned int size = a64_bits(t, 10, 2), lane = IR_I8X16 + size, i;
	uint32_t value[4], base = a64_xsp(t, IR_I64, a64_rn(t)), all;

	for (i = 0; i < t->arg; i++)
		value[i] = ir_load(t->build, ir_lane_type(lane), size, base, (int32_t)(i << size));
	write_back(t, base, t->arg << size);
	for (i = 0; i < t->arg; i++) {
		all = a64_splat(t, lane, value[i]);
		a64_set_q(t, reg(t, i), a64_is_q(t) ? all : a64_low(t, all));
	}
	return true;
}
