// SPDX-License-Identifier: MIT
/*
 * Arithmetic. Source: Intel SDM, volume 2.
 */
#include "arch/x86_64/guest/insns.h"

enum alu { ADD, OR, ADC, SBB, AND, SUB, XOR, CMP };

/* A locked operation of which the IR has the atomic form. */
static uint32_t locked_old(struct x86 *t, unsigned int type, uint32_t b, uint32_t carry)
{
	static const uint8_t ops[] = {
		[ADD] = IR_rmw_add, [OR] = IR_rmw_or, [ADC] = IR_rmw_add, [SBB] = IR_rmw_add,
		[AND] = IR_rmw_and, [SUB] = IR_rmw_add, [XOR] = IR_rmw_xor,
	};
	unsigned int op = t->i->line->arg;

	if (op == ADC || op == SBB)
		b = x86_op2(t, IR_add, type, b, x86_resize(t, IR_zext, IR_I8, type, carry));
	if (op == SBB || op == SUB)
		b = x86_op1(t, IR_neg, type, b);
	return x86_atomic(t, ops[op], type, x86_address(t), b, IR_NONE);
}

static uint32_t compute(const struct x86 *t, unsigned int type, uint32_t a, uint32_t b, uint32_t carry)
{
	static const uint8_t ops[] = {
		[ADD] = IR_add, [OR] = IR_or, [ADC] = IR_adc, [SBB] = IR_sbb,
		[AND] = IR_and, [SUB] = IR_sub, [XOR] = IR_xor, [CMP] = IR_sub,
	};

	return x86_op3(t, ops[t->i->line->arg], type, a, b, carry);
}

static void set_flags(const struct x86 *t, uint32_t a, uint32_t b, uint32_t carry, uint32_t result)
{
	static const uint8_t ops[] = {
		[ADD] = IR_flag_add, [ADC] = IR_flag_adc, [SBB] = IR_flag_sbb,
		[SUB] = IR_flag_sub, [CMP] = IR_flag_sub,
	};
	unsigned int op = ops[t->i->line->arg];

	if (op)
		x86_flags_of(t, op, X86_ALL_FLAGS, a, b, carry, result);
	else
		x86_flags_logic(t, result);
}

/* xor r, r: the register's value is of no interest. */
static bool is_zeroing(const struct x86 *t)
{
	return t->i->line->arg == XOR && t->i->has_modrm && t->i->mod == 3 &&
	       t->i->reg == t->i->rm && !(t->i->line->ext >= 0);
}

bool x86_alu(struct x86 *t)
{
	unsigned int op = t->i->line->arg, type = x86_operand_type(t, 0);
	uint32_t a, b, result, carry = IR_NONE;

	if (is_zeroing(t) && type >= IR_I32) {
		result = x86_const(t, type, 0);
		x86_set(t, 0, result);
		x86_flags_logic(t, result);
		return true;
	}
	if (op == ADC || op == SBB)
		carry = x86_flag(t, X86_C);
	b = x86_get(t, 1);
	if (t->i->lock) {
		a = locked_old(t, type, b, carry);
		result = compute(t, type, a, b, carry);
	} else {
		a = x86_get(t, 0);
		result = compute(t, type, a, b, carry);
		if (op != CMP)
			x86_set(t, 0, result);
	}
	set_flags(t, a, b, carry, result);
	return true;
}

bool x86_tst(struct x86 *t)
{
	unsigned int type = x86_operand_type(t, 0);
	uint32_t a = x86_get(t, 0);

	x86_flags_logic(t, x86_op2(t, IR_and, type, a, x86_get(t, 1)));
	return true;
}

/* arg: 0 INC, 1 DEC. */
bool x86_inc(struct x86 *t)
{
	unsigned int type = x86_operand_type(t, 0);
	bool down = t->i->line->arg;
	uint32_t one = x86_const(t, type, 1), old, result;

	old = t->i->lock ? x86_atomic(t, IR_rmw_add, type, x86_address(t),
				      x86_const(t, type, down ? ~UINT64_C(0) : 1), IR_NONE) :
			   x86_get(t, 0);
	result = x86_op2(t, down ? IR_sub : IR_add, type, old, one);
	if (!t->i->lock)
		x86_set(t, 0, result);
	x86_flags_of(t, down ? IR_flag_sub : IR_flag_add, X86_ALL_FLAGS & ~FLAG(C), old, one,
		     IR_NONE, result);
	return true;
}

bool x86_not(struct x86 *t)
{
	unsigned int type = x86_operand_type(t, 0);

	if (t->i->lock)
		x86_atomic(t, IR_rmw_xor, type, x86_address(t), x86_const(t, type, ~UINT64_C(0)),
			   IR_NONE);
	else
		x86_set(t, 0, x86_op1(t, IR_not, type, x86_get(t, 0)));
	return true;
}

/* A locked one tries until nobody has written in between: the instruction is repeated. */
static void neg_locked(struct x86 *t, unsigned int type)
{
	uint32_t zero = x86_const(t, type, 0), address = x86_address(t);
	uint32_t old = x86_load(t, type, address, 0), result = x86_op1(t, IR_neg, type, old);
	uint32_t seen = x86_atomic(t, IR_cas, type, address, old, result);
	struct x86_test test = { IR_EQ, seen, old };

	x86_flags_of(t, IR_flag_sub, X86_ALL_FLAGS, zero, old, IR_NONE, result);
	x86_branch(t, &test, t->next, t->pc);
}

bool x86_neg(struct x86 *t)
{
	unsigned int type = x86_operand_type(t, 0);
	uint32_t old, result;

	if (t->i->lock) {
		neg_locked(t, type);
		return true;
	}
	old = x86_get(t, 0);
	result = x86_op1(t, IR_neg, type, old);
	x86_set(t, 0, result);
	x86_flags_of(t, IR_flag_sub, X86_ALL_FLAGS, x86_const(t, type, 0), old, IR_NONE, result);
	return true;
}

/* C and O: is the product longer than its low half @low? The others are undefined, and cleared. */
static void product_flags(const struct x86 *t, unsigned int type, bool is_signed, uint32_t low,
			  uint32_t high)
{
	uint32_t expected, longer, zero;

	if (!t->live)
		return;
	zero = x86_const(t, IR_I8, 0);
	expected = is_signed ? x86_opi(t, IR_sar, type, low, 8 * ir_type_bytes(type) - 1) :
			       x86_const(t, type, 0);
	longer = x86_cmp(t, IR_NE, high, expected);
	x86_set_flag(t, X86_C, longer);
	x86_set_flag(t, X86_O, longer);
	x86_set_flag(t, X86_A, zero);
	x86_set_flag(t, X86_Z, zero);
	x86_set_flag(t, X86_S, zero);
	x86_set_flag(t, X86_P, zero);
}

/* A double-length value in AX, or rDX:rAX. */
static void set_double(const struct x86 *t, unsigned int type, uint32_t low, uint32_t high)
{
	if (type == IR_I8) {
		low = x86_op1(t, IR_zext, IR_I16, low);
		high = x86_op1(t, IR_zext, IR_I16, high);
		x86_set_reg(t, IR_I16, X86_RAX,
			    x86_op2(t, IR_or, IR_I16, low, x86_opi(t, IR_shl, IR_I16, high, 8)));
		return;
	}
	x86_set_reg(t, type, X86_RAX, low);
	x86_set_reg(t, type, X86_RDX, high);
}

/* MUL and, with arg 1, IMUL. */
bool x86_mul(struct x86 *t)
{
	unsigned int type = x86_operand_type(t, 0);
	bool is_signed = t->i->line->arg;
	uint32_t b = x86_get(t, 0), a = x86_reg(t, type, X86_RAX);
	uint32_t low = x86_op2(t, IR_mul, type, a, b);
	uint32_t high = x86_op2(t, is_signed ? IR_mulhs : IR_mulhu, type, a, b);

	set_double(t, type, low, high);
	product_flags(t, type, is_signed, low, high);
	return true;
}

/* To a register, of the two operands behind it; two operands are written as three in insn.def. */
bool x86_imul(struct x86 *t)
{
	unsigned int type = x86_operand_type(t, 0);
	uint32_t a = x86_get(t, 1), b = x86_get(t, 2), low = x86_op2(t, IR_mul, type, a, b);

	x86_set(t, 0, low);
	if (t->live)
		product_flags(t, type, true, low, x86_op2(t, IR_mulhs, type, a, b));
	return true;
}

/* Go on in a new block if the test fails, else with a division error. */
static void trap_if(const struct x86 *t, const struct x86_test *test)
{
	uint32_t trap = ir_new_block(t->build), next = ir_new_block(t->build);

	x86_branch_blocks(t, test, trap, next);
	ir_start_block(t->build, trap);
	x86_emit(t, (struct ir_insn){ .op = IR_trap, .aux = IR_TRAP_DIVIDE, .a = IR_NONE,
				      .b = IR_NONE, .c = IR_NONE, .imm = t->pc });
	x86_begin(t, next);
}

/* What is divided: its halves. */
static void get_double(const struct x86 *t, unsigned int type, uint32_t *low, uint32_t *high)
{
	uint32_t ax;

	*low = x86_reg(t, type, X86_RAX);
	if (type == IR_I8) {
		ax = x86_reg(t, IR_I64, X86_RAX);
		*high = x86_op1(t, IR_trunc, IR_I8, x86_bits(t, IR_I64, ax, 8, 8));
	} else {
		*high = x86_reg(t, type, X86_RDX);
	}
}

bool x86_div(struct x86 *t)
{
	unsigned int type = x86_operand_type(t, 0);
	uint32_t by = x86_get(t, 0), low, high;
	struct x86_test test;

	get_double(t, type, &low, &high);
	test = (struct x86_test){ IR_UGE, high, by };
	trap_if(t, &test);
	set_double(t, type, x86_op3(t, IR_udiv2, type, high, low, by),
		   x86_op3(t, IR_urem2, type, high, low, by));
	return true;
}

/* Up to 32 bits: in twice as many. */
static void idiv_wide(struct x86 *t, unsigned int type, uint32_t by)
{
	unsigned int wide = type + 1, bits = 8 * ir_type_bytes(type);
	uint32_t low, high, all, quotient, rest;
	struct x86_test test;

	get_double(t, type, &low, &high);
	high = x86_opi(t, IR_shl, wide, x86_op1(t, IR_zext, wide, high), bits);
	all = x86_op2(t, IR_or, wide, high, x86_op1(t, IR_zext, wide, low));
	test = (struct x86_test){ IR_EQ, by, x86_const(t, type, 0) };
	by = x86_op1(t, IR_sext, wide, by);
	trap_if(t, &test);
	quotient = x86_op2(t, IR_sdiv, wide, all, by);
	rest = x86_op1(t, IR_trunc, type, x86_op2(t, IR_srem, wide, all, by));
	low = x86_op1(t, IR_trunc, type, quotient);
	test = (struct x86_test){ IR_NE, quotient, x86_op1(t, IR_sext, wide, low) };
	trap_if(t, &test);
	set_double(t, type, low, rest);
}

/* -@value where @sign is all ones, @value where it is 0. */
static uint32_t negate_if(const struct x86 *t, uint32_t sign, uint32_t value)
{
	return x86_op2(t, IR_sub, IR_I64, x86_op2(t, IR_xor, IR_I64, value, sign), sign);
}

/* 128 by 64 bits: of the magnitudes. */
static void idiv_magnitudes(struct x86 *t, uint32_t low, uint32_t high, uint32_t by)
{
	uint32_t sign = x86_opi(t, IR_sar, IR_I64, high, 63), by_sign, borrow, quotient, rest, limit;
	struct x86_test test;

	low = x86_op2(t, IR_xor, IR_I64, low, sign);
	high = x86_op2(t, IR_xor, IR_I64, high, sign);
	borrow = x86_emit(t, (struct ir_insn){ .op = IR_flag_sub, .type = IR_I8, .aux = IR_FLAG_C,
					       .a = low, .b = sign, .c = IR_NONE });
	low = x86_op2(t, IR_sub, IR_I64, low, sign);
	high = x86_op3(t, IR_sbb, IR_I64, high, sign, borrow);
	by_sign = x86_opi(t, IR_sar, IR_I64, by, 63);
	by = negate_if(t, by_sign, by);
	test = (struct x86_test){ IR_UGE, high, by };
	trap_if(t, &test);
	quotient = x86_op3(t, IR_udiv2, IR_I64, high, low, by);
	rest = x86_op3(t, IR_urem2, IR_I64, high, low, by);
	by_sign = x86_op2(t, IR_xor, IR_I64, by_sign, sign);
	/* 2^63 - 1, and one more of a negative quotient. */
	limit = x86_op2(t, IR_sub, IR_I64, x86_const(t, IR_I64, INT64_MAX), by_sign);
	test = (struct x86_test){ IR_UGT, quotient, limit };
	trap_if(t, &test);
	x86_set_reg(t, IR_I64, X86_RAX, negate_if(t, by_sign, quotient));
	x86_set_reg(t, IR_I64, X86_RDX, negate_if(t, sign, rest));
}

/* Behind CQO the dividend has 64 bits, and only the least integer by -1 does not fit. */
static void idiv_short(struct x86 *t, uint32_t low, uint32_t by)
{
	uint32_t one = x86_const(t, IR_I64, 1), wrong;
	struct x86_test test;

	wrong = x86_op2(t, IR_and, IR_I8,
			x86_cmp(t, IR_EQ, low, x86_const(t, IR_I64, UINT64_C(1) << 63)),
			x86_cmp(t, IR_EQ, by, x86_const(t, IR_I64, ~UINT64_C(0))));
	wrong = x86_op2(t, IR_or, IR_I8, wrong, x86_cmp(t, IR_ULT, by, one));
	test = (struct x86_test){ IR_NE, wrong, x86_const(t, IR_I8, 0) };
	trap_if(t, &test);
	x86_set_reg(t, IR_I64, X86_RAX, x86_op2(t, IR_sdiv, IR_I64, low, by));
	x86_set_reg(t, IR_I64, X86_RDX, x86_op2(t, IR_srem, IR_I64, low, by));
}

static void idiv_long(struct x86 *t, uint32_t by)
{
	uint32_t small = ir_new_block(t->build), big = ir_new_block(t->build);
	uint32_t done = ir_new_block(t->build), low, high;
	const struct ir_insn br = { .op = IR_br, .a = IR_NONE, .b = IR_NONE, .c = IR_NONE };
	const struct ir_target to = { .block = done };
	struct x86_test test;

	get_double(t, IR_I64, &low, &high);
	test = (struct x86_test){ IR_EQ, high, x86_opi(t, IR_sar, IR_I64, low, 63) };
	x86_branch_blocks(t, &test, small, big);
	x86_begin(t, small);
	idiv_short(t, low, by);
	ir_emit_branch(t->build, &br, &to, 1);
	x86_begin(t, big);
	idiv_magnitudes(t, low, high, by);
	ir_emit_branch(t->build, &br, &to, 1);
	x86_begin(t, done);
}

bool x86_idiv(struct x86 *t)
{
	unsigned int type = x86_operand_type(t, 0);
	uint32_t by = x86_get(t, 0);

	if (type == IR_I64)
		idiv_long(t, by);
	else
		idiv_wide(t, type, by);
	return true;
}

/* The accumulator's lower half with its sign: CBW, CWDE, CDQE. */
bool x86_cbw(struct x86 *t)
{
	unsigned int type = x86_type(t->i->size);

	x86_set_reg(t, type, X86_RAX,
		    x86_op1(t, IR_sext, type, x86_reg(t, type - 1, X86_RAX)));
	return true;
}

/* Its sign to rDX: CWD, CDQ, CQO. */
bool x86_cwd(struct x86 *t)
{
	unsigned int type = x86_type(t->i->size);

	x86_set_reg(t, type, X86_RDX,
		    x86_opi(t, IR_sar, type, x86_reg(t, type, X86_RAX), 8u * t->i->size - 1));
	return true;
}
