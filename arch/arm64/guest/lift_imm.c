// SPDX-License-Identifier: MIT
/*
 * Data processing with an immediate. Source: Arm ARM (DDI 0487), C4.1 "A64 instruction set
 * encoding", "Data Processing -- Immediate".
 */
#include "arch/arm64/guest/insns.h"

bool a64_adr(const struct a64 *t)
{
	uint64_t offset = (uint64_t)a64_sbits(t, 5, 19) << 2 | a64_bits(t, 29, 2);
	uint64_t value = t->arg ? (t->pc & ~UINT64_C(0xfff)) + (offset << 12) : t->pc + offset;

	a64_set_x(t, IR_I64, a64_rd(t), a64_const(t, IR_I64, value));
	return true;
}

/* @a + or - @b to Rd; with flags, where 31 is the zero register, or without. */
void a64_add_sub(const struct a64 *t, uint32_t a, uint32_t b)
{
	unsigned int type = a64_type(t);
	bool subtract = a64_bit(t, 30), flags = a64_bit(t, 29);
	uint32_t sum = a64_op2(t, subtract ? IR_sub : IR_add, type, a, b);
	struct a64_flags f;

	if (!flags) {
		a64_set_xsp(t, type, a64_rd(t), sum);
		return;
	}
	f = subtract ? a64_flags_sub(t, a, b) : a64_flags_add(t, a, b);
	a64_set_flags(t, &f);
	a64_set_x(t, type, a64_rd(t), sum);
}

bool a64_add_imm(const struct a64 *t)
{
	unsigned int type = a64_type(t);
	uint64_t imm = (uint64_t)a64_bits(t, 10, 12) << (a64_bit(t, 22) ? 12 : 0);
	uint32_t a = a64_xsp(t, type, a64_rn(t));

	a64_add_sub(t, a, a64_const(t, type, imm));
	return true;
}

/* @pattern, @nr bits wide, over 64 bits. */
static uint64_t repeat(uint64_t pattern, unsigned int nr)
{
	for (; nr < 64; nr *= 2)
		pattern |= pattern << nr;
	return pattern;
}

bool a64_logical_imm(const struct a64 *t, uint64_t *imm)
{
	unsigned int n = a64_bits(t, 22, 1), immr = a64_bits(t, 16, 6), imms = a64_bits(t, 10, 6);
	unsigned int size_bits = n << 6 | (~imms & 0x3f), width, ones, rotation;
	uint64_t pattern;

	if (size_bits < 2 || (n && !a64_bit(t, 31)))
		return false;
	width = 1u << (31 - __builtin_clz(size_bits));
	ones = imms & (width - 1);
	rotation = immr & (width - 1);
	if (ones == width - 1)
		return false;
	pattern = (UINT64_C(2) << ones) - 1;
	if (rotation)
		pattern = (pattern >> rotation | pattern << (width - rotation)) &
			  (~UINT64_C(0) >> (64 - width));
	*imm = repeat(pattern, width);
	return true;
}

bool a64_logic_imm(const struct a64 *t)
{
	unsigned int type = a64_type(t);
	struct a64_flags f;
	uint64_t imm;
	uint32_t result;

	if (!a64_logical_imm(t, &imm))
		return false;
	result = a64_x(t, type, a64_rn(t));
	result = a64_op2(t, t->arg, type, result, a64_const(t, type, imm));
	if (a64_bits(t, 29, 2) != 3) {
		a64_set_xsp(t, type, a64_rd(t), result);
		return true;
	}
	f = a64_flags_logic(t, result);
	a64_set_flags(t, &f);
	a64_set_x(t, type, a64_rd(t), result);
	return true;
}

/* The upper shifts are 64-bit only. */
static bool wide_shift(const struct a64 *t, unsigned int *shift)
{
	*shift = 16 * a64_bits(t, 21, 2);
	return *shift < a64_width(a64_type(t));
}

bool a64_movn(const struct a64 *t)
{
	unsigned int type = a64_type(t), shift;

	if (!wide_shift(t, &shift))
		return false;
	a64_set_x(t, type, a64_rd(t), a64_const(t, type, ~((uint64_t)a64_bits(t, 5, 16) << shift)));
	return true;
}

bool a64_movz(const struct a64 *t)
{
	unsigned int type = a64_type(t), shift;

	if (!wide_shift(t, &shift))
		return false;
	a64_set_x(t, type, a64_rd(t), a64_const(t, type, (uint64_t)a64_bits(t, 5, 16) << shift));
	return true;
}

bool a64_movk(const struct a64 *t)
{
	unsigned int type = a64_type(t), shift;
	uint32_t value;

	if (!wide_shift(t, &shift))
		return false;
	value = a64_op2(t, IR_and, type, a64_x(t, type, a64_rd(t)),
			a64_const(t, type, ~(UINT64_C(0xffff) << shift)));
	value = a64_op2(t, IR_or, type, value,
			a64_const(t, type, (uint64_t)a64_bits(t, 5, 16) << shift));
	a64_set_x(t, type, a64_rd(t), value);
	return true;
}

/* Fields of SBFM, BFM and UBFM. */
struct bitfield {
	unsigned int type, width, immr, imms;
};

static bool bitfield(const struct a64 *t, struct bitfield *f)
{
	f->type = a64_type(t);
	f->width = a64_width(f->type);
	f->immr = a64_bits(t, 16, 6);
	f->imms = a64_bits(t, 10, 6);
	return a64_bit(t, 22) == a64_bit(t, 31) && f->immr < f->width && f->imms < f->width;
}

/* SBFM and UBFM: a field extracted, or one shifted left with its sign or zeros above. */
bool a64_bfm_extract(const struct a64 *t)
{
	bool is_signed = t->arg == IR_sbfx;
	struct bitfield f;
	uint32_t value;

	if (!bitfield(t, &f))
		return false;
	value = a64_x(t, f.type, a64_rn(t));
	if (f.imms >= f.immr) {
		value = a64_bfx(t, t->arg, f.type, value, f.immr, f.imms - f.immr + 1);
	} else {
		value = a64_shift(t, IR_shl, f.type, value, f.width - 1 - f.imms);
		value = a64_shift(t, is_signed ? IR_sar : IR_shr, f.type, value,
				  f.immr - f.imms - 1);
	}
	a64_set_x(t, f.type, a64_rd(t), value);
	return true;
}

bool a64_bfm(const struct a64 *t)
{
	unsigned int from = 0, to = 0;
	struct bitfield f;
	uint32_t value;

	if (!bitfield(t, &f))
		return false;
	if (f.imms >= f.immr)
		from = f.immr;
	else
		to = f.width - f.immr;
	value = a64_shift(t, IR_shr, f.type, a64_x(t, f.type, a64_rn(t)), from);
	value = a64_emit(t, (struct ir_insn){ .op = IR_bfi, .type = (uint8_t)f.type,
					      .a = a64_x(t, f.type, a64_rd(t)), .b = value,
					      .c = IR_NONE, .lo = to, .hi = f.imms - from + 1 });
	a64_set_x(t, f.type, a64_rd(t), value);
	return true;
}

bool a64_extr(const struct a64 *t)
{
	unsigned int type = a64_type(t), low = a64_bits(t, 10, 6);
	uint32_t n, m;

	if (a64_bit(t, 22) != a64_bit(t, 31) || low >= a64_width(type))
		return false;
	n = a64_x(t, type, a64_rn(t));
	m = a64_x(t, type, a64_rm(t));
	if (a64_rn(t) == a64_rm(t))
		m = a64_shift(t, IR_rotr, type, m, low);
	else if (low)
		m = a64_op3(t, IR_fshr, type, n, m, a64_const(t, type, low));
	a64_set_x(t, type, a64_rd(t), m);
	return true;
}
