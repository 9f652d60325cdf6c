// SPDX-License-Identifier: MIT
#include "vmcore/ir/eval.h"

#include "vmcore/ir/eval_int.h"

static void (*const eval_op[IR_NR_OPS])(const struct ir_eval *e, union ir_val *out) = {
#define IR_OP(...)
#define IR_PURE(name, ...) [IR_##name] = ir_eval_##name,
#include "vmcore/ir/ops.def"
#undef IR_OP
#undef IR_PURE
};

void ir_eval(const struct ir_eval *eval, union ir_val *out)
{
	eval_op[eval->insn->op](eval, out);
}

static void set(union ir_val *out, unsigned int type, uint64_t value)
{
	out->d[0] = value & ir_type_mask(type);
	out->d[1] = 0;
}

static uint32_t width(const struct ir_eval *e)
{
	return 8 * ir_type_bytes(e->insn->type);
}

#define UNARY(name)                                                                                \
	void ir_eval_##name(const struct ir_eval *e, union ir_val *out)                            \
	{                                                                                          \
		set(out, e->insn->type, el_##name(width(e), e->a->d[0], 0, 0));                    \
	}
#define BINARY(name)                                                                               \
	void ir_eval_##name(const struct ir_eval *e, union ir_val *out)                            \
	{                                                                                          \
		set(out, e->insn->type, el_##name(width(e), e->a->d[0], e->b->d[0], 0));           \
	}
#define TERNARY(name)                                                                              \
	void ir_eval_##name(const struct ir_eval *e, union ir_val *out)                            \
	{                                                                                          \
		set(out, e->insn->type,                                                            \
		    el_##name(width(e), e->a->d[0], e->b->d[0], e->c->d[0]));                      \
	}

BINARY(add)
BINARY(sub)
TERNARY(adc)
TERNARY(sbb)
UNARY(neg)
BINARY(mul)
BINARY(mulhu)
BINARY(mulhs)
BINARY(mulhsu)
BINARY(udiv)
BINARY(sdiv)
BINARY(urem)
BINARY(srem)
TERNARY(udiv2)
TERNARY(sdiv2)
TERNARY(urem2)
TERNARY(srem2)
BINARY(and)
BINARY(or)
BINARY(xor)
BINARY(andn)
UNARY(not)
BINARY(shl)
BINARY(shr)
BINARY(sar)
BINARY(rotl)
BINARY(rotr)
TERNARY(fshl)
TERNARY(fshr)
UNARY(clz)
UNARY(ctz)
UNARY(popcnt)
UNARY(bswap)
UNARY(bitrev)
BINARY(smin)
BINARY(smax)
BINARY(umin)
BINARY(umax)
BINARY(pdep)
BINARY(pext)

void ir_eval_const(const struct ir_eval *e, union ir_val *out)
{
	out->d[0] = e->insn->imm;
	out->d[1] = (uint64_t)e->insn->c << 32 | e->insn->b;
}

void ir_eval_copy(const struct ir_eval *e, union ir_val *out)
{
	*out = *e->a;
}

void ir_eval_bitcast(const struct ir_eval *e, union ir_val *out)
{
	*out = *e->a;
}

void ir_eval_zext(const struct ir_eval *e, union ir_val *out)
{
	*out = *e->a;
}

void ir_eval_sext(const struct ir_eval *e, union ir_val *out)
{
	set(out, e->insn->type, (uint64_t)sx(e->a->d[0], 8 * ir_type_bytes(e->atype)));
}

void ir_eval_trunc(const struct ir_eval *e, union ir_val *out)
{
	set(out, e->insn->type, e->a->d[0]);
}

void ir_eval_ubfx(const struct ir_eval *e, union ir_val *out)
{
	set(out, e->insn->type, e->a->d[0] >> e->insn->lo & ones(e->insn->hi));
}

void ir_eval_sbfx(const struct ir_eval *e, union ir_val *out)
{
	set(out, e->insn->type, (uint64_t)sx(e->a->d[0] >> e->insn->lo, e->insn->hi));
}

void ir_eval_bfi(const struct ir_eval *e, union ir_val *out)
{
	uint64_t mask = ones(e->insn->hi) << e->insn->lo;

	set(out, e->insn->type, (e->a->d[0] & ~mask) | (e->b->d[0] << e->insn->lo & mask));
}

/* The even conditions; an odd one is the negation of the one before. */
static bool even_cond(unsigned int cond, uint32_t w, uint64_t a, uint64_t b)
{
	switch (cond) {
	case IR_EQ:
		return a == b;
	case IR_SLT:
		return sx(a, w) < sx(b, w);
	case IR_SLE:
		return sx(a, w) <= sx(b, w);
	case IR_ULT:
		return a < b;
	case IR_ULE:
		return a <= b;
	default:
		return a & b;
	}
}

bool ir_cond_holds(unsigned int cond, unsigned int type, uint64_t a, uint64_t b)
{
	return even_cond(cond & ~1u, 8 * ir_type_bytes(type), a, b) != (cond & 1);
}

void ir_eval_cmp(const struct ir_eval *e, union ir_val *out)
{
	set(out, IR_I8, ir_cond_holds(e->insn->aux, e->atype, e->a->d[0], e->b->d[0]));
}

void ir_eval_select(const struct ir_eval *e, union ir_val *out)
{
	*out = e->a->d[0] ? *e->b : *e->c;
}

static bool parity(uint64_t result)
{
	return !__builtin_parityll(result & 0xff);
}

/*
 * Carries out of every bit of a + b + carry are the majority of a, b and not the sum; borrows of a
 * subtraction are the carries with a inverted.
 */
static bool flag(unsigned int which, uint32_t w, uint64_t result, uint64_t carries, uint64_t overflows)
{
	switch (which) {
	case IR_FLAG_N:
		return result >> (w - 1) & 1;
	case IR_FLAG_Z:
		return !(result & ones(w));
	case IR_FLAG_C:
		return carries >> (w - 1) & 1;
	case IR_FLAG_V:
		return overflows >> (w - 1) & 1;
	case IR_FLAG_P:
		return parity(result);
	default:
		return carries >> 3 & 1;
	}
}

static void flag_of_add(const struct ir_eval *e, union ir_val *out, bool carry)
{
	uint64_t a = e->a->d[0], b = e->b->d[0], sum = a + b + carry;
	uint64_t carries = (a & b) | ((a | b) & ~sum);

	set(out, IR_I8, flag(e->insn->aux, 8 * ir_type_bytes(e->atype), sum, carries,
			     (a ^ sum) & (b ^ sum)));
}

static void flag_of_sub(const struct ir_eval *e, union ir_val *out, bool borrow)
{
	uint64_t a = e->a->d[0], b = e->b->d[0], rest = a - b - borrow;
	uint64_t borrows = (~a & b) | ((~a | b) & rest);

	set(out, IR_I8, flag(e->insn->aux, 8 * ir_type_bytes(e->atype), rest, borrows,
			     (a ^ b) & (a ^ rest)));
}

void ir_eval_flag_add(const struct ir_eval *e, union ir_val *out)
{
	flag_of_add(e, out, false);
}

void ir_eval_flag_adc(const struct ir_eval *e, union ir_val *out)
{
	flag_of_add(e, out, e->c->d[0]);
}

void ir_eval_flag_sub(const struct ir_eval *e, union ir_val *out)
{
	flag_of_sub(e, out, false);
}

void ir_eval_flag_sbb(const struct ir_eval *e, union ir_val *out)
{
	flag_of_sub(e, out, e->c->d[0]);
}

void ir_eval_flag_res(const struct ir_eval *e, union ir_val *out)
{
	set(out, IR_I8, flag(e->insn->aux, 8 * ir_type_bytes(e->atype), e->a->d[0], 0, 0));
}
