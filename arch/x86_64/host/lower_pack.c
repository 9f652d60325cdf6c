// SPDX-License-Identifier: MIT
/*
 * Vectors: what widens, narrows and rearranges lanes, a few instructions each.
 */
#include "arch/x86_64/host/lower.h"

#define SSE2(byte)  (X64_0F(byte##u) | X64_66)
#define SSE41(byte) (X64_0F38(byte##u) | X64_66)

#define PSHUFD	   SSE2(0x70)
#define SHUFPS	   X64_0F(0xc6u)
#define PUNPCKHQDQ SSE2(0x6d)
#define PAND	   SSE2(0xdb)
#define POR	   SSE2(0xeb)
#define PCMPEQD	   SSE2(0x76)
#define PMULLW	   SSE2(0xd5)

/* Immediate shifts of words and doublewords: the opcode by the width, and its extensions. */
enum { RIGHT = 2, LEFT = 6 };

static void shift(struct x64_lower *l, unsigned int reg, unsigned int how, unsigned int lane)
{
	x64_rr_imm8(l->buf, lane == IR_I16X8 ? SSE2(0x71) : SSE2(0x72), how, reg,
		    lane == IR_I16X8 ? 8 : 16);
}

/* The low halves of the lanes of @reg, or the high ones, with zeros above. */
static void half(struct x64_lower *l, unsigned int reg, unsigned int lane, bool high)
{
	if (!high)
		shift(l, reg, LEFT, lane);
	shift(l, reg, RIGHT, lane);
}

/* Halves of the @lane-wide lanes of a, then of b. */
static void pack(struct x64_lower *l, const struct ir_insn *insn, unsigned int lane, bool high)
{
	unsigned int b = x64_value(l, insn->b), dst;

	if (lane == IR_I64X2) {
		x64_rr_imm8(l->buf, SHUFPS, x64_result_from(l, insn->a), b, high ? 0xdd : 0x88);
		return;
	}
	dst = x64_result_from(l, insn->a);
	if (insn->a != insn->b) {
		x64_rr(l->buf, X64_MOVAPS, X64_XMM(0), b);
		half(l, X64_XMM(0), lane, high);
		b = X64_XMM(0);
	} else {
		b = dst;
	}
	half(l, dst, lane, high);
	x64_rr(l->buf, lane == IR_I16X8 ? SSE2(0x67) : SSE41(0x2b), dst, b);
}

static bool lacks_sse41(struct x64_lower *l, const struct ir_insn *insn)
{
	if (l->features & X64_HAS_SSE41)
		return false;
	x64_lower_eval(l, insn);
	return true;
}

X64_LOWER(vnarrow)
{
	if (!lacks_sse41(l, insn))
		pack(l, insn, insn->aux, false);
}

X64_LOWER(vuzp)
{
	bool odd = insn->op == IR_vuzp2;
	unsigned int b;

	if (lacks_sse41(l, insn))
		return;
	if (insn->aux < IR_I64X2) {
		pack(l, insn, insn->aux + 1u, odd);
		return;
	}
	b = x64_value(l, insn->b);
	x64_rr(l->buf, odd ? PUNPCKHQDQ : X64_PUNPCKLQDQ, x64_result_from(l, insn->a), b);
}

/* Bytes and words: of twice as wide lanes a half of each operand. */
static void transpose_small(struct x64_lower *l, const struct ir_insn *insn, bool odd)
{
	unsigned int b = x64_value(l, insn->b), lane = insn->aux + 1u;
	unsigned int dst = x64_result_from(l, insn->a);

	x64_rr(l->buf, X64_MOVAPS, X64_XMM(0), b);
	if (odd)
		shift(l, X64_XMM(0), RIGHT, lane);
	shift(l, X64_XMM(0), LEFT, lane);
	half(l, dst, lane, odd);
	x64_rr(l->buf, POR, dst, X64_XMM(0));
}

X64_LOWER(vtrn)
{
	bool odd = insn->op == IR_vtrn2;
	unsigned int b, dst;

	if (insn->aux < IR_I32X4) {
		transpose_small(l, insn, odd);
		return;
	}
	b = x64_value(l, insn->b);
	dst = x64_result_from(l, insn->a);
	if (insn->aux == IR_I64X2) {
		x64_rr(l->buf, odd ? PUNPCKHQDQ : X64_PUNPCKLQDQ, dst, b);
		return;
	}
	x64_rr_imm8(l->buf, SHUFPS, dst, b, odd ? 0xdd : 0x88);
	x64_rr_imm8(l->buf, PSHUFD, dst, dst, 0xd8);
}

/* pmovzx, pmovsx of the half of @src that the instruction names. */
static void extend(struct x64_lower *l, unsigned int dst, unsigned int src, unsigned int lane,
		   bool is_signed, bool high)
{
	static const uint32_t ops[][3] = {
		{ SSE41(0x30), SSE41(0x33), SSE41(0x35) }, { SSE41(0x20), SSE41(0x23), SSE41(0x25) },
	};

	if (high)
		x64_rr_imm8(l->buf, PSHUFD, dst, src, 0xee);
	x64_rr(l->buf, ops[is_signed][lane], dst, high ? dst : src);
}

X64_LOWER(vextend_high)
{
	unsigned int a;

	if (lacks_sse41(l, insn))
		return;
	a = x64_value(l, insn->a);
	extend(l, x64_result(l), a, insn->aux, insn->op == IR_vsxth, true);
}

/* Words: low and high halves of the products are two instructions, and interleaved. */
static void multiply_words(struct x64_lower *l, unsigned int dst, unsigned int a, unsigned int b,
			   bool is_signed, bool high)
{
	x64_rr(l->buf, X64_MOVAPS, X64_XMM(0), a);
	x64_rr(l->buf, is_signed ? SSE2(0xe5) : SSE2(0xe4), X64_XMM(0), b);
	x64_rr(l->buf, X64_MOVAPS, dst, a);
	x64_rr(l->buf, PMULLW, dst, b);
	x64_rr(l->buf, high ? SSE2(0x69) : SSE2(0x61), dst, X64_XMM(0));
}

/* Doublewords: of the even lanes. */
static void multiply_doublewords(struct x64_lower *l, unsigned int dst, unsigned int a,
				 unsigned int b, bool is_signed, bool high)
{
	uint8_t order = high ? 0xfa : 0x50;

	x64_rr_imm8(l->buf, PSHUFD, X64_XMM(0), b, order);
	x64_rr_imm8(l->buf, PSHUFD, dst, a, order);
	x64_rr(l->buf, is_signed ? SSE41(0x28) : SSE2(0xf4), dst, X64_XMM(0));
}

X64_LOWER(vmull)
{
	bool is_signed = insn->op == IR_vsmull || insn->op == IR_vsmulh2;
	bool high = insn->op == IR_vumulh2 || insn->op == IR_vsmulh2;
	unsigned int a, b, dst;

	if (lacks_sse41(l, insn))
		return;
	a = x64_value(l, insn->a);
	b = x64_value(l, insn->b);
	dst = x64_result(l);
	if (insn->aux == IR_I16X8) {
		multiply_words(l, dst, a, b, is_signed, high);
	} else if (insn->aux == IR_I32X4) {
		multiply_doublewords(l, dst, a, b, is_signed, high);
	} else {
		extend(l, X64_XMM(0), b, insn->aux, is_signed, high);
		extend(l, dst, a, insn->aux, is_signed, high);
		x64_rr(l->buf, PMULLW, dst, X64_XMM(0));
	}
}

/* Pairs of groups of @by bits change places; rcx: all groups that come first. */
static void swap_bits(struct x64_lower *l, uint64_t mask, uint8_t by)
{
	x64_mov_imm(l->buf, RCX, mask);
	x64_mov(l->buf, 8, RDX, RAX);
	x64_shift_i(l->buf, X64_SHR, 8, RDX, by);
	x64_alu_rr(l->buf, X64_AND, 8, RAX, RCX);
	x64_alu_rr(l->buf, X64_AND, 8, RDX, RCX);
	x64_shift_i(l->buf, X64_SHL, 8, RAX, by);
	x64_alu_rr(l->buf, X64_OR, 8, RAX, RDX);
}

/* Bytes, then what is in each. */
X64_LOWER(bitrev)
{
	unsigned int bytes = ir_type_bytes(insn->type), a = x64_value(l, insn->a);
	unsigned int dst = x64_result(l);

	x64_mov(l->buf, 8, RAX, a);
	if (bytes > 1)
		x64_bswap(l->buf, bytes == 8 ? 8 : 4, RAX);
	if (bytes == 2)
		x64_shift_i(l->buf, X64_SHR, 4, RAX, 16);
	swap_bits(l, UINT64_C(0x0f0f0f0f0f0f0f0f), 4);
	swap_bits(l, UINT64_C(0x3333333333333333), 2);
	swap_bits(l, UINT64_C(0x5555555555555555), 1);
	x64_mov(l->buf, 8, dst, RAX);
}
