// SPDX-License-Identifier: MIT
/*
 * Data processing with registers. Source: Arm ARM (DDI 0487), C4.1, "Data Processing -- Register".
 */
#include "arch/arm64/guest/insns.h"

/* Rm shifted by an immediate. Return: false if it is reserved. */
static bool shifted(const struct a64 *t, unsigned int type, uint32_t *value)
{
	static const uint8_t op[] = { IR_shl, IR_shr, IR_sar, IR_rotr };
	unsigned int by = a64_bits(t, 10, 6);

	if (by >= a64_width(type))
		return false;
	*value = a64_shift(t, op[a64_bits(t, 22, 2)], type, a64_x(t, type, a64_rm(t)), by);
	return true;
}

bool a64_logic_reg(const struct a64 *t)
{
	unsigned int type = a64_type(t);
	struct a64_flags f;
	uint32_t result, m;

	if (!shifted(t, type, &m))
		return false;
	/* MOV and MVN. */
	if (t->arg == IR_or && a64_rn(t) == 31) {
		result = a64_bit(t, 21) ? a64_op1(t, IR_not, type, m) : m;
	} else {
		if (a64_bit(t, 21) && t->arg != IR_andn)
			m = a64_op1(t, IR_not, type, m);
		result = a64_op2(t, t->arg, type, a64_x(t, type, a64_rn(t)), m);
	}
	if (a64_bits(t, 29, 2) == 3) {
		f = a64_flags_logic(t, result);
		a64_set_flags(t, &f);
	}
	a64_set_x(t, type, a64_rd(t), result);
	return true;
}

bool a64_add_shifted(const struct a64 *t)
{
	unsigned int type = a64_type(t);
	uint32_t m;

	if (a64_bits(t, 22, 2) == 3 || !shifted(t, type, &m))
		return false;
	if (a64_rn(t) == 31 && !a64_bit(t, 29) && a64_bit(t, 30))
		a64_set_x(t, type, a64_rd(t), a64_op1(t, IR_neg, type, m));
	else if (a64_rd(t) != 31 || a64_bit(t, 29))
		a64_add_sub(t, a64_x(t, type, a64_rn(t)), m);
	return true;
}

/* @value, 64 bits, extended from a part of it and shifted left. */
uint32_t a64_extended(const struct a64 *t, unsigned int type, uint32_t value, unsigned int option,
		      unsigned int by)
{
	unsigned int bits = 8u << (option & 3);

	if (bits < a64_width(type))
		value = a64_bfx(t, option & 4 ? IR_sbfx : IR_ubfx, type, value, 0, bits);
	return a64_shift(t, IR_shl, type, value, by);
}

bool a64_add_extended(const struct a64 *t)
{
	unsigned int type = a64_type(t), by = a64_bits(t, 10, 3);
	uint32_t a, m;

	if (by > 4)
		return false;
	a = a64_xsp(t, type, a64_rn(t));
	m = a64_extended(t, type, a64_x(t, type, a64_rm(t)), a64_bits(t, 13, 3), by);
	a64_add_sub(t, a, m);
	return true;
}

static uint32_t carry_flag(const struct a64 *t, unsigned int op, unsigned int which, uint32_t a,
			   uint32_t b, uint32_t c)
{
	return a64_emit(t, (struct ir_insn){ .op = (uint8_t)op, .type = IR_I8,
					     .aux = (uint8_t)which, .a = a, .b = b, .c = c });
}

/* The architecture's carry is the inverse of a borrow. */
bool a64_add_carry(const struct a64 *t)
{
	unsigned int type = a64_type(t), op;
	bool subtract = a64_bit(t, 30);
	uint32_t a = a64_x(t, type, a64_rn(t)), b = a64_x(t, type, a64_rm(t));
	uint32_t one = a64_const(t, IR_I8, 1);
	uint32_t c = ir_get_state(t->build, IR_I8, A64_STATE(c)), result;
	struct a64_flags f;

	if (subtract)
		c = a64_op2(t, IR_xor, IR_I8, c, one);
	result = a64_op3(t, subtract ? IR_sbb : IR_adc, type, a, b, c);
	if (a64_bit(t, 29)) {
		op = subtract ? IR_flag_sbb : IR_flag_adc;
		f.n = carry_flag(t, op, IR_FLAG_N, a, b, c);
		f.z = carry_flag(t, op, IR_FLAG_Z, a, b, c);
		f.v = carry_flag(t, op, IR_FLAG_V, a, b, c);
		f.c = carry_flag(t, op, IR_FLAG_C, a, b, c);
		if (subtract)
			f.c = a64_op2(t, IR_xor, IR_I8, f.c, one);
		a64_set_flags(t, &f);
	}
	a64_set_x(t, type, a64_rd(t), result);
	return true;
}

static uint32_t choose_flag(const struct a64 *t, uint32_t holds, uint32_t yes, uint32_t no)
{
	return a64_select(t, IR_I8, holds, yes, no);
}

void a64_set_flags_if(const struct a64 *t, uint32_t holds, const struct a64_flags *yes,
		      const struct a64_flags *no)
{
	struct a64_flags f = {
		.n = choose_flag(t, holds, yes->n, no->n),
		.z = choose_flag(t, holds, yes->z, no->z),
		.c = choose_flag(t, holds, yes->c, no->c),
		.v = choose_flag(t, holds, yes->v, no->v),
	};

	a64_set_flags(t, &f);
}

/*
 * Numbers whose difference sets the flags N, Z, C, V to a constant: 0, 1, 2, -1, the least or the
 * greatest integer; no two numbers do for V without C or N, or Z without C.
 */
enum number { NONE, ZERO, ONE, TWO, ONES, LEAST, GREATEST };

static const uint8_t by_flags[16][2] = {
	[0] = { ONE, ONES },	  [2] = { TWO, ONE },	  [3] = { LEAST, ONE }, [6] = { ZERO, ZERO },
	[8] = { ZERO, ONE }, [9] = { GREATEST, ONES }, [10] = { ONES, ONE },
};

static uint32_t make_number(const struct a64 *t, unsigned int type, unsigned int number)
{
	uint64_t ones = ir_type_mask(type), least = ones ^ ones >> 1;
	const uint64_t bits[] = { [ZERO] = 0, [ONE] = 1, [TWO] = 2, [ONES] = ones, [LEAST] = least,
				  [GREATEST] = ones >> 1 };

	return a64_const(t, type, bits[number]);
}

/*
 * CCMP and CCMN. A difference is one of chosen numbers if it can be, since a condition that looks at
 * the flags of a difference compares the numbers.
 */
bool a64_cond_compare(const struct a64 *t)
{
	unsigned int type = a64_type(t), nzcv = a64_bits(t, 0, 4);
	uint32_t holds = a64_holds(t, a64_bits(t, 12, 4));
	uint32_t a = a64_x(t, type, a64_rn(t));
	uint32_t b = a64_bit(t, 11) ? a64_const(t, type, a64_rm(t)) : a64_x(t, type, a64_rm(t));
	struct a64_flags yes, no;

	if (a64_bit(t, 30) && by_flags[nzcv][0]) {
		a = a64_select(t, type, holds, a, make_number(t, type, by_flags[nzcv][0]));
		b = a64_select(t, type, holds, b, make_number(t, type, by_flags[nzcv][1]));
		yes = a64_flags_sub(t, a, b);
		a64_set_flags(t, &yes);
		return true;
	}
	yes = a64_bit(t, 30) ? a64_flags_sub(t, a, b) : a64_flags_add(t, a, b);
	no = a64_flags_const(t, nzcv);
	a64_set_flags_if(t, holds, &yes, &no);
	return true;
}

/* CSEL, CSINC, CSINV, CSNEG. */
bool a64_cond_select(const struct a64 *t)
{
	unsigned int type = a64_type(t);
	uint32_t holds = a64_holds(t, a64_bits(t, 12, 4));
	uint32_t n = a64_x(t, type, a64_rn(t)), m = a64_x(t, type, a64_rm(t));

	if (t->arg == IR_add)
		m = a64_op2(t, IR_add, type, m, a64_const(t, type, 1));
	else if (t->arg)
		m = a64_op1(t, t->arg, type, m);
	a64_set_x(t, type, a64_rd(t), a64_select(t, type, holds, n, m));
	return true;
}

bool a64_multiply_add(const struct a64 *t)
{
	unsigned int type = a64_type(t);
	uint32_t product = a64_op2(t, IR_mul, type, a64_x(t, type, a64_rn(t)),
				   a64_x(t, type, a64_rm(t)));

	if (a64_ra(t) != 31)
		product = a64_op2(t, t->arg, type, a64_x(t, type, a64_ra(t)), product);
	else if (t->arg == IR_sub)
		product = a64_op1(t, IR_neg, type, product);
	a64_set_x(t, type, a64_rd(t), product);
	return true;
}

/* SMADDL, SMSUBL, UMADDL, UMSUBL. */
bool a64_multiply_long(const struct a64 *t)
{
	unsigned int extend = a64_bit(t, 23) ? IR_zext : IR_sext;
	uint32_t n = a64_op1(t, extend, IR_I64, a64_x(t, IR_I32, a64_rn(t)));
	uint32_t m = a64_op1(t, extend, IR_I64, a64_x(t, IR_I32, a64_rm(t)));
	uint32_t product = a64_op2(t, IR_mul, IR_I64, n, m);

	if (a64_ra(t) != 31 || t->arg == IR_sub)
		product = a64_op2(t, t->arg, IR_I64, a64_x(t, IR_I64, a64_ra(t)), product);
	a64_set_x(t, IR_I64, a64_rd(t), product);
	return true;
}

/* A function of Rn and Rm that is one instruction of the IR. */
bool a64_two_sources(const struct a64 *t)
{
	unsigned int type = a64_type(t);

	a64_set_x(t, type, a64_rd(t), a64_op2(t, t->arg, type, a64_x(t, type, a64_rn(t)),
					      a64_x(t, type, a64_rm(t))));
	return true;
}

/* The quotient by 0 is 0. */
bool a64_divide(const struct a64 *t)
{
	unsigned int type = a64_type(t);
	uint32_t n = a64_x(t, type, a64_rn(t)), m = a64_x(t, type, a64_rm(t));
	uint32_t quotient = a64_op2(t, t->arg, type, n, m);

	a64_set_x(t, type, a64_rd(t), a64_select(t, type, m, quotient, a64_const(t, type, 0)));
	return true;
}

/* One bit of a reflected CRC: shifted right, the polynomial subtracted if the bit was 1. */
static uint32_t crc_bit(const struct a64 *t, unsigned int type, uint32_t crc, uint32_t one,
			uint32_t polynomial)
{
	uint32_t mask = a64_op1(t, IR_neg, type, a64_op2(t, IR_and, type, crc, one));

	crc = a64_op2(t, IR_shr, type, crc, one);
	return a64_op2(t, IR_xor, type, crc, a64_op2(t, IR_and, type, mask, polynomial));
}

/* CRC32 and CRC32C; arg is the polynomial, reflected. */
bool a64_crc(const struct a64 *t)
{
	unsigned int size = a64_bits(t, 10, 2), bits = 8u << size, i;
	unsigned int type = size == 3 ? IR_I64 : IR_I32;
	uint32_t crc, one, polynomial, value;

	if ((size == 3) != a64_bit(t, 31))
		return false;
	crc = a64_x(t, IR_I32, a64_rn(t));
	value = a64_x(t, type, a64_rm(t));
	if (size < 2)
		value = a64_bfx(t, IR_ubfx, type, value, 0, bits);
	if (size == 3)
		crc = a64_op1(t, IR_zext, IR_I64, crc);
	crc = a64_op2(t, IR_xor, type, crc, value);
	one = a64_const(t, type, 1);
	polynomial = a64_const(t, type, t->arg);
	for (i = 0; i < bits; i++)
		crc = crc_bit(t, type, crc, one, polynomial);
	if (size == 3)
		crc = a64_op1(t, IR_trunc, IR_I32, crc);
	a64_set_x(t, IR_I32, a64_rd(t), crc);
	return true;
}

bool a64_one_source(const struct a64 *t)
{
	unsigned int type = a64_type(t);

	a64_set_x(t, type, a64_rd(t), a64_op1(t, t->arg, type, a64_x(t, type, a64_rn(t))));
	return true;
}

bool a64_rev16(const struct a64 *t)
{
	unsigned int type = a64_type(t);
	uint32_t value = a64_x(t, type, a64_rn(t));
	uint32_t mask = a64_const(t, type, UINT64_C(0x00ff00ff00ff00ff));
	uint32_t high = a64_op2(t, IR_and, type, a64_shift(t, IR_shr, type, value, 8), mask);
	uint32_t low = a64_shift(t, IR_shl, type, a64_op2(t, IR_and, type, value, mask), 8);

	a64_set_x(t, type, a64_rd(t), a64_op2(t, IR_or, type, high, low));
	return true;
}

/* Of 64 bits: the bytes of each word. */
bool a64_rev32(const struct a64 *t)
{
	uint32_t value = a64_op1(t, IR_bswap, IR_I64, a64_x(t, IR_I64, a64_rn(t)));

	a64_set_x(t, IR_I64, a64_rd(t), a64_shift(t, IR_rotr, IR_I64, value, 32));
	return true;
}

/* Leading bits that equal the sign, without it: the highest 1 of the differences of neighbours. */
bool a64_cls(const struct a64 *t)
{
	unsigned int type = a64_type(t);
	uint32_t value = a64_x(t, type, a64_rn(t));
	uint32_t differences = a64_op2(t, IR_xor, type, value, a64_shift(t, IR_sar, type, value, 1));
	uint32_t count = a64_op1(t, IR_clz, type, differences);

	a64_set_x(t, type, a64_rd(t), a64_op2(t, IR_sub, type, count, a64_const(t, type, 1)));
	return true;
}
