// SPDX-License-Identifier: MIT
/*
 * Shifts and rotations. Counts are taken modulo 32, or 64 for 64 bits; a count of 0 changes no flag.
 * What is undefined for counts above 1 or above the width is computed by the rule for 1.
 */
#include "arch/x86_64/guest/insns.h"

enum { ROL, ROR, RCL, RCR, SHL, SHR, SAL, SAR };

static unsigned int width_of(unsigned int type)
{
	return 8 * ir_type_bytes(type);
}

/*
 * The count of operand @n as a value of @type, and whether it is known.
 * @known: the count, or -1
 */
struct count {
	uint32_t value;
	int known;
};

static struct count get_count(struct x86 *t, unsigned int n, unsigned int type)
{
	unsigned int mask = t->i->size == 8 && x86_bytes(t, 0) == 8 ? 63 : 31;
	struct count c = { .known = -1 };

	if (t->i->line->operand[n] == X86_CL) {
		c.value = x86_resize(t, IR_zext, IR_I64, type, x86_reg(t, IR_I64, X86_RCX));
		c.value = x86_opi(t, IR_and, type, c.value, mask);
		return c;
	}
	c.known = t->i->line->operand[n] == X86_ONE ? 1 : (int)(t->i->imm & mask);
	c.value = x86_const(t, type, (uint64_t)c.known);
	return c;
}

/* A flag of a shift by @c: unchanged if that is 0. */
static void set_flag(const struct x86 *t, const struct count *c, enum x86_flag flag, uint32_t value)
{
	if (c->known >= 0)
		x86_set_flag(t, flag, value);
	else
		x86_keep_flag_unless(t, c->value, flag, value);
}

static bool live(const struct x86 *t, enum x86_flag flag)
{
	return t->live & 1u << flag;
}

/* Bit @n of @value, as an i8. */
static uint32_t bit(const struct x86 *t, unsigned int type, uint32_t value, unsigned int n)
{
	return x86_resize(t, IR_zext, type, IR_I8, x86_bits(t, type, value, n, 1));
}

/* Bit @n of @value, a value itself. */
static uint32_t bit_at(const struct x86 *t, unsigned int type, uint32_t value, uint32_t n)
{
	return bit(t, type, x86_op2(t, IR_shr, type, value, n), 0);
}

static void result_flags(const struct x86 *t, const struct count *c, unsigned int type,
			 uint32_t result)
{
	static const uint8_t of[][2] = { { X86_S, IR_FLAG_N }, { X86_Z, IR_FLAG_Z } };
	unsigned int k;

	for (k = 0; k < 2; k++) {
		if (live(t, of[k][0]))
			set_flag(t, c, of[k][0],
				 x86_emit(t, (struct ir_insn){ .op = IR_flag_res, .type = IR_I8,
							       .aux = of[k][1], .a = result,
							       .b = IR_NONE, .c = IR_NONE }));
	}
	if (live(t, X86_P))
		set_flag(t, c, X86_P, x86_resize(t, IR_zext, type, IR_I8, result));
	if (live(t, X86_A))
		set_flag(t, c, X86_A, x86_const(t, IR_I8, 0));
}

/* C: the last bit that left @value, which has @width bits in @type, extended. */
static uint32_t shifted_out(const struct x86 *t, unsigned int op, unsigned int type,
			    unsigned int width, uint32_t value, uint32_t shifted, const struct count *c)
{
	if (op == SHL && width < width_of(type))
		return bit(t, type, shifted, width);
	if (op == SHL)
		return bit_at(t, type, value, x86_op2(t, IR_sub, type, x86_const(t, type, width),
						      c->value));
	return bit_at(t, type, value, x86_opi(t, IR_sub, type, c->value, 1));
}

static uint32_t shift_overflow(const struct x86 *t, unsigned int op, unsigned int type,
			       unsigned int width, uint32_t value, uint32_t shifted, uint32_t carry)
{
	if (op == SAR)
		return x86_const(t, IR_I8, 0);
	if (op == SHR)
		return bit(t, type, value, width - 1);
	return x86_op2(t, IR_xor, IR_I8, bit(t, type, shifted, width - 1), carry);
}

/* Less than 32 bits are shifted in 32, by which counts are taken. */
bool x86_shift(struct x86 *t)
{
	static const uint8_t ops[] = { [SHL] = IR_shl, [SHR] = IR_shr, [SAL] = IR_shl,
				       [SAR] = IR_sar };
	unsigned int narrow = x86_operand_type(t, 0), type = narrow < IR_I32 ? IR_I32 : narrow;
	unsigned int op = t->i->line->arg == SAL ? SHL : t->i->line->arg, width = width_of(narrow);
	struct count c = get_count(t, 1, type);
	uint32_t value = x86_get(t, 0), shifted, result, carry;

	value = x86_resize(t, op == SAR ? IR_sext : IR_zext, narrow, type, value);
	shifted = x86_op2(t, ops[op], type, value, c.value);
	result = x86_resize(t, IR_zext, type, narrow, shifted);
	x86_set(t, 0, result);
	if (!c.known || !t->live)
		return true;
	carry = shifted_out(t, op, type, width, value, shifted, &c);
	set_flag(t, &c, X86_C, carry);
	if (live(t, X86_O))
		set_flag(t, &c, X86_O,
			 shift_overflow(t, op, type, width, value, shifted, carry));
	result_flags(t, &c, narrow, result);
	return true;
}

/* ROL, ROR: modulo the width. */
static void rotate_plain(struct x86 *t)
{
	unsigned int type = x86_operand_type(t, 0), top = width_of(type) - 1;
	bool left = t->i->line->arg == ROL;
	struct count c = get_count(t, 1, type);
	uint32_t value = x86_get(t, 0), result, carry;

	result = x86_op2(t, left ? IR_rotl : IR_rotr, type, value, c.value);
	x86_set(t, 0, result);
	if (!c.known || !t->live)
		return;
	carry = bit(t, type, result, left ? 0 : top);
	set_flag(t, &c, X86_C, carry);
	if (live(t, X86_O))
		set_flag(t, &c, X86_O, x86_op2(t, IR_xor, IR_I8, bit(t, type, result, top),
					       left ? carry : bit(t, type, result, top - 1)));
}

/* The flags of RCL and RCR. */
static void carry_flags(struct x86 *t, const struct count *c, unsigned int type, uint32_t result,
			uint32_t carry)
{
	unsigned int top = width_of(type) - 1;
	uint32_t other;

	set_flag(t, c, X86_C, carry);
	if (!live(t, X86_O))
		return;
	other = t->i->line->arg == RCL ? carry : bit(t, type, result, top - 1);
	set_flag(t, c, X86_O, x86_op2(t, IR_xor, IR_I8, bit(t, type, result, top), other));
}

/* Of 8 and 16 bits: C and the operand as one value of 9 or 17 bits in 32. */
static void rotate_narrow(struct x86 *t, unsigned int narrow)
{
	unsigned int width = width_of(narrow);
	bool left = t->i->line->arg == RCL;
	struct count c = get_count(t, 1, IR_I32);
	uint32_t value, turns, rest, carry = x86_flag(t, X86_C), result;

	value = x86_op1(t, IR_zext, IR_I32, x86_get(t, 0));
	carry = x86_opi(t, IR_shl, IR_I32, x86_op1(t, IR_zext, IR_I32, carry), width);
	value = x86_op2(t, IR_or, IR_I32, value, carry);
	turns = x86_opi(t, IR_urem, IR_I32, c.value, width + 1);
	rest = x86_op2(t, IR_sub, IR_I32, x86_const(t, IR_I32, width + 1), turns);
	result = x86_op2(t, IR_or, IR_I32,
			 x86_op2(t, IR_shl, IR_I32, value, left ? turns : rest),
			 x86_op2(t, IR_shr, IR_I32, value, left ? rest : turns));
	carry = bit(t, IR_I32, result, width);
	result = x86_op1(t, IR_trunc, narrow, result);
	x86_set(t, 0, result);
	if (c.known)
		carry_flags(t, &c, narrow, result, carry);
}

/*
 * RCL of 32 and 64 bits by a count of 1 at least: value << count, C below that, and above it what
 * comes around. RCR is the same the other way round.
 */
static void rotate_wide(struct x86 *t, unsigned int type)
{
	unsigned int there = t->i->line->arg == RCL ? IR_shl : IR_shr, width = width_of(type);
	unsigned int back = t->i->line->arg == RCL ? IR_shr : IR_shl;
	struct count c = get_count(t, 1, type);
	uint32_t value = x86_get(t, 0), in = x86_flag(t, X86_C), less, rest, result, out;

	less = x86_opi(t, IR_sub, type, c.value, 1);
	rest = x86_op2(t, IR_sub, type, x86_const(t, type, width), c.value);
	in = x86_resize(t, IR_zext, IR_I8, type, in);
	in = x86_op2(t, IR_shl, type, in, t->i->line->arg == RCL ? less : rest);
	result = x86_op2(t, IR_or, type, x86_op2(t, there, type, value, c.value), in);
	out = x86_op2(t, back, type, x86_opi(t, back, type, value, 1), rest);
	result = x86_op2(t, IR_or, type, result, out);
	out = bit_at(t, type, value, t->i->line->arg == RCL ? rest : less);
	result = x86_select(t, type, c.value, result, value);
	x86_set(t, 0, result);
	if (c.known)
		carry_flags(t, &c, type, result, out);
}

bool x86_rotate(struct x86 *t)
{
	unsigned int type = x86_operand_type(t, 0);

	if (t->i->line->arg <= ROR)
		rotate_plain(t);
	else if (type < IR_I32)
		rotate_narrow(t, type);
	else
		rotate_wide(t, type);
	return true;
}

/* SHLD, and with arg 1 SHRD. Of 16 bits by more than 16 everything is undefined. */
bool x86_shift_double(struct x86 *t)
{
	unsigned int type = x86_operand_type(t, 0), width = width_of(type), wide = IR_I32;
	bool right = t->i->line->arg;
	struct count c = get_count(t, 2, type);
	uint32_t value = x86_get(t, 0), other = x86_get(t, 1), result, carry, by;

	if (type == IR_I16) {
		by = x86_op1(t, IR_zext, wide, c.value);
		result = x86_opi(t, IR_shl, wide, x86_op1(t, IR_zext, wide, right ? other : value), 16);
		result = x86_op2(t, IR_or, wide, result,
				 x86_op1(t, IR_zext, wide, right ? value : other));
		result = x86_op2(t, right ? IR_shr : IR_shl, wide, result, by);
		result = x86_op1(t, IR_trunc, type,
				 right ? result : x86_opi(t, IR_shr, wide, result, 16));
	} else if (right) {
		result = x86_op3(t, IR_fshr, type, other, value, c.value);
	} else {
		result = x86_op3(t, IR_fshl, type, value, other, c.value);
	}
	x86_set(t, 0, result);
	if (!c.known || !t->live)
		return true;
	by = right ? x86_opi(t, IR_sub, type, c.value, 1) :
		     x86_op2(t, IR_sub, type, x86_const(t, type, width), c.value);
	carry = bit_at(t, type, value, by);
	set_flag(t, &c, X86_C, carry);
	if (live(t, X86_O))
		set_flag(t, &c, X86_O, x86_op2(t, IR_xor, IR_I8, bit(t, type, result, width - 1),
					       bit(t, type, value, width - 1)));
	result_flags(t, &c, type, result);
	return true;
}

/* SHLX and its kin; arg: the instruction of the IR, which takes counts modulo the width as well. */
bool x86_shiftx(struct x86 *t)
{
	unsigned int type = x86_operand_type(t, 0);
	uint32_t value = x86_get(t, 1);

	x86_set(t, 0, x86_op2(t, t->i->line->arg, type, value, x86_get(t, 2)));
	return true;
}
