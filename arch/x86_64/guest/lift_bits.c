// SPDX-License-Identifier: MIT
/*
 * Single bits, counting bits, CRC32, BMI1 and BMI2.
 */
#include "arch/x86_64/guest/insns.h"

enum { BT, BTS, BTR, BTC };

static void clear_flags(const struct x86 *t, uint32_t mask)
{
	unsigned int f;

	for (f = 0; f < X86_NR_FLAGS; f++) {
		if (mask & t->live & 1u << f)
			x86_set_flag(t, f, x86_const(t, IR_I8, f == X86_P));
	}
}

/* A register as the number of a bit in memory reaches beyond the operand. */
static void move_address(struct x86 *t, unsigned int type)
{
	unsigned int shift = type - IR_I8 + 3;
	uint32_t number = x86_get_as(t, 1, IR_sext, IR_I64), units;

	units = x86_opi(t, IR_sar, IR_I64, number, shift);
	units = x86_opi(t, IR_shl, IR_I64, units, shift - 3);
	t->address = x86_op2(t, IR_add, IR_I64, x86_address(t), units);
}

static uint32_t changed(const struct x86 *t, unsigned int type, uint32_t value, uint32_t mask)
{
	static const uint8_t ops[] = { [BTS] = IR_or, [BTR] = IR_andn, [BTC] = IR_xor };

	return x86_op2(t, ops[t->i->line->arg], type, value, mask);
}

static uint32_t change_locked(struct x86 *t, unsigned int type, uint32_t mask)
{
	static const uint8_t ops[] = { [BTS] = IR_rmw_or, [BTR] = IR_rmw_and, [BTC] = IR_rmw_xor };
	unsigned int op = t->i->line->arg;

	if (op == BTR)
		mask = x86_op1(t, IR_not, type, mask);
	return x86_atomic(t, ops[op], type, x86_address(t), mask, IR_NONE);
}

bool x86_bt(struct x86 *t)
{
	unsigned int type = x86_operand_type(t, 0), bits = 8 * ir_type_bytes(type);
	uint32_t number, mask, value, bit;

	number = x86_opi(t, IR_and, type, x86_get(t, 1), bits - 1);
	if (x86_in_memory(t, 0) && t->i->line->operand[1] == X86_Gv)
		move_address(t, type);
	mask = x86_op2(t, IR_shl, type, x86_const(t, type, 1), number);
	value = t->i->lock ? change_locked(t, type, mask) : x86_get(t, 0);
	if (t->i->line->arg != BT && !t->i->lock)
		x86_set(t, 0, changed(t, type, value, mask));
	bit = x86_opi(t, IR_and, type, x86_op2(t, IR_shr, type, value, number), 1);
	x86_set_flag(t, X86_C, x86_resize(t, IR_zext, type, IR_I8, bit));
	return true;
}

static void set_zero_flag(const struct x86 *t, unsigned int type, enum x86_flag flag, uint32_t value)
{
	if (t->live & 1u << flag)
		x86_set_flag(t, flag, x86_cmp(t, IR_EQ, value, x86_const(t, type, 0)));
}

bool x86_popcnt(struct x86 *t)
{
	unsigned int type = x86_operand_type(t, 0);
	uint32_t value = x86_get(t, 1);

	x86_set(t, 0, x86_op1(t, IR_popcnt, type, value));
	clear_flags(t, X86_ALL_FLAGS & ~FLAG(Z) & ~FLAG(P));
	if (t->live & FLAG(P))
		x86_set_flag(t, X86_P, x86_const(t, IR_I8, 1));
	set_zero_flag(t, type, X86_Z, value);
	return true;
}

/* TZCNT, LZCNT; arg: the instruction of the IR. */
bool x86_count(struct x86 *t)
{
	unsigned int type = x86_operand_type(t, 0);
	uint32_t value = x86_get(t, 1), result = x86_op1(t, t->i->line->arg, type, value);

	x86_set(t, 0, result);
	set_zero_flag(t, type, X86_C, value);
	set_zero_flag(t, type, X86_Z, result);
	clear_flags(t, X86_ALL_FLAGS & ~(FLAG(C) | FLAG(Z)));
	return true;
}

/* BSF, BSR: of 0 the destination stays as it is, as all CPUs do it. */
bool x86_scan(struct x86 *t)
{
	unsigned int type = x86_operand_type(t, 0);
	uint32_t value = x86_get(t, 1), found = x86_op1(t, t->i->line->arg, type, value), old;

	if (t->i->line->arg == IR_clz)
		found = x86_opi(t, IR_xor, type, found, 8 * ir_type_bytes(type) - 1);
	old = x86_reg(t, IR_I64, t->i->reg);
	if (type == IR_I16)
		x86_set(t, 0, x86_select(t, type, value, found, x86_op1(t, IR_trunc, type, old)));
	else
		x86_set_reg(t, IR_I64, t->i->reg,
			    x86_select(t, IR_I64, value, x86_resize(t, IR_zext, type, IR_I64, found),
				       old));
	set_zero_flag(t, type, X86_Z, value);
	clear_flags(t, X86_ALL_FLAGS & ~FLAG(Z));
	return true;
}

/* The polynomial 1EDC6F41, reflected: eight steps of one bit a byte. */
bool x86_crc32(struct x86 *t)
{
	unsigned int bytes = x86_bytes(t, 1), k;
	uint32_t data = x86_get_as(t, 1, IR_zext, IR_I64), crc = x86_reg(t, IR_I64, t->i->reg), low;

	crc = x86_bits(t, IR_I64, crc, 0, 32);
	crc = x86_op2(t, IR_xor, IR_I64, crc, data);
	for (k = 0; k < 8 * bytes; k++) {
		low = x86_op1(t, IR_neg, IR_I64, x86_opi(t, IR_and, IR_I64, crc, 1));
		low = x86_opi(t, IR_and, IR_I64, low, 0x82f63b78);
		crc = x86_op2(t, IR_xor, IR_I64, x86_opi(t, IR_shr, IR_I64, crc, 1), low);
	}
	x86_set_reg(t, IR_I64, t->i->reg, crc);
	return true;
}

bool x86_andn(struct x86 *t)
{
	unsigned int type = x86_operand_type(t, 0);
	uint32_t not = x86_get(t, 1), result = x86_op2(t, IR_andn, type, x86_get(t, 2), not);

	x86_set(t, 0, result);
	x86_flags_logic(t, result);
	return true;
}

/* BLSR, BLSMSK, BLSI (arg 1, 2, 3): around the lowest 1. C says that there is none, of BLSI one. */
bool x86_bls(struct x86 *t)
{
	static const uint8_t ops[] = { 0, IR_and, IR_xor, IR_and };
	unsigned int type = x86_operand_type(t, 0), arg = t->i->line->arg;
	uint32_t value = x86_get(t, 1), other, result;

	other = arg == 3 ? x86_op1(t, IR_neg, type, value) : x86_opi(t, IR_sub, type, value, 1);
	result = x86_op2(t, ops[arg], type, value, other);
	x86_set(t, 0, result);
	x86_flags_logic(t, result);
	if (t->live & FLAG(C))
		x86_set_flag(t, X86_C, x86_cmp(t, arg == 3 ? IR_NE : IR_EQ, value,
					       x86_const(t, type, 0)));
	return true;
}

/* All bits below @n, of which only the low byte counts; all if there are not so many. */
static uint32_t mask_below(const struct x86 *t, unsigned int type, uint32_t n, uint32_t *beyond)
{
	uint32_t one = x86_const(t, type, 1), mask;

	mask = x86_opi(t, IR_sub, type, x86_op2(t, IR_shl, type, one, n), 1);
	*beyond = x86_cmp(t, IR_UGE, n, x86_const(t, type, 8 * ir_type_bytes(type)));
	return x86_select(t, type, *beyond, x86_const(t, type, ~UINT64_C(0)), mask);
}

bool x86_bzhi(struct x86 *t)
{
	unsigned int type = x86_operand_type(t, 0);
	uint32_t value = x86_get(t, 1), n = x86_opi(t, IR_and, type, x86_get(t, 2), 255), beyond;
	uint32_t result = x86_op2(t, IR_and, type, value, mask_below(t, type, n, &beyond));

	x86_set(t, 0, result);
	x86_flags_logic(t, result);
	x86_set_flag(t, X86_C, beyond);
	return true;
}

/* Start and length are the two low bytes of the third operand. */
bool x86_bextr(struct x86 *t)
{
	unsigned int type = x86_operand_type(t, 0);
	uint32_t value = x86_get(t, 1), control = x86_get(t, 2), start, beyond, result;

	start = x86_bits(t, type, control, 0, 8);
	beyond = x86_cmp(t, IR_UGE, start, x86_const(t, type, 8 * ir_type_bytes(type)));
	result = x86_op2(t, IR_shr, type, value, start);
	result = x86_select(t, type, beyond, x86_const(t, type, 0), result);
	result = x86_op2(t, IR_and, type, result,
			 mask_below(t, type, x86_bits(t, type, control, 8, 8), &beyond));
	x86_set(t, 0, result);
	x86_flags_logic(t, result);
	return true;
}

/* PDEP, PEXT; arg: the instruction of the IR. */
bool x86_deposit(struct x86 *t)
{
	unsigned int type = x86_operand_type(t, 0);
	uint32_t value = x86_get(t, 1);

	x86_set(t, 0, x86_op2(t, t->i->line->arg, type, value, x86_get(t, 2)));
	return true;
}

/* The high half goes last: it stays if both are the same register. */
bool x86_mulx(struct x86 *t)
{
	unsigned int type = x86_operand_type(t, 0);
	uint32_t a = x86_reg(t, type, X86_RDX), b = x86_get(t, 2);

	x86_set(t, 1, x86_op2(t, IR_mul, type, a, b));
	x86_set(t, 0, x86_op2(t, IR_mulhu, type, a, b));
	return true;
}
