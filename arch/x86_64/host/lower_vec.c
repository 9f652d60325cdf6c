// SPDX-License-Identifier: MIT
/*
 * Vectors by SSE. What has no instruction of its own is left to the interpreter.
 */
#include "arch/x86_64/host/lower.h"

static void not_(struct x64_lower *l, unsigned int dst)
{
	x64_rr(l->buf, X64_0F(0x76u) | X64_66, X64_XMM(0), X64_XMM(0)); /* pcmpeqd: all ones */
	x64_rr(l->buf, X64_XORPS, dst, X64_XMM(0));
}

static void blend(struct x64_lower *l, const struct ir_insn *insn)
{
	unsigned int a = x64_value(l, insn->a), b = x64_value(l, insn->b);
	unsigned int c = x64_value(l, insn->c), dst = x64_result(l);

	x64_rr(l->buf, X64_MOVAPS, dst, a);
	x64_rr(l->buf, X64_MOVAPS, X64_XMM(0), a);
	x64_rr(l->buf, X64_ANDPS, dst, b);
	x64_rr(l->buf, X64_ANDNPS, X64_XMM(0), c);
	x64_rr(l->buf, X64_ORPS, dst, X64_XMM(0));
}

X64_LOWER(vbitwise)
{
	static const uint32_t ops[IR_NR_OPS] = {
		[IR_vand] = X64_ANDPS, [IR_vor] = X64_ORPS, [IR_vxor] = X64_XORPS,
		[IR_vandn] = X64_ANDNPS,
	};
	unsigned int other;

	if (insn->op == IR_vnot) {
		not_(l, x64_result_from(l, insn->a));
	} else if (insn->op == IR_vbsl) {
		blend(l, insn);
	} else if (insn->op == IR_vandn) {
		other = x64_value(l, insn->a);
		x64_rr(l->buf, X64_ANDNPS, x64_result_from(l, insn->b), other);
	} else {
		other = x64_value(l, insn->b);
		x64_rr(l->buf, ops[insn->op], x64_result_from(l, insn->a), other);
	}
}

#define SSE2(byte)  (X64_0F(byte##u) | X64_66)
#define SSE41(byte) (X64_0F38(byte##u) | X64_66)

/* dst = dst op src, by the shape of the lanes; 0: no such instruction. */
static const uint32_t lanes[IR_NR_OPS][IR_NR_LANES] = {
	[IR_vadd] = { SSE2(0xfc), SSE2(0xfd), SSE2(0xfe), SSE2(0xd4) },
	[IR_vsub] = { SSE2(0xf8), SSE2(0xf9), SSE2(0xfa), SSE2(0xfb) },
	[IR_vmul] = { 0, SSE2(0xd5), SSE41(0x40), 0 },
	[IR_vmulhu] = { 0, SSE2(0xe4) },
	[IR_vmulhs] = { 0, SSE2(0xe5) },
	[IR_vsmin] = { SSE41(0x38), SSE2(0xea), SSE41(0x39) },
	[IR_vsmax] = { SSE41(0x3c), SSE2(0xee), SSE41(0x3d) },
	[IR_vumin] = { SSE2(0xda), SSE41(0x3a), SSE41(0x3b) },
	[IR_vumax] = { SSE2(0xde), SSE41(0x3e), SSE41(0x3f) },
	[IR_vsqadd] = { SSE2(0xec), SSE2(0xed) },
	[IR_vuqadd] = { SSE2(0xdc), SSE2(0xdd) },
	[IR_vsqsub] = { SSE2(0xe8), SSE2(0xe9) },
	[IR_vuqsub] = { SSE2(0xd8), SSE2(0xd9) },
	[IR_vuavg] = { SSE2(0xe0), SSE2(0xe3) },
	[IR_vzip1] = { SSE2(0x60), SSE2(0x61), SSE2(0x62), SSE2(0x6c) },
	[IR_vzip2] = { SSE2(0x68), SSE2(0x69), SSE2(0x6a), SSE2(0x6d) },
	[IR_vaddp] = { 0, SSE41(0x01), SSE41(0x02) },
	[IR_vumule] = { 0, 0, SSE2(0xf4) },
	[IR_vsmule] = { 0, 0, SSE41(0x28) },
	[IR_vsdot2] = { 0, SSE2(0xf5) },
	[IR_vusad] = { SSE2(0xf6) },
	[IR_vsqxtn] = { 0, SSE2(0x63), SSE2(0x6b) },
	[IR_vsqxtun] = { 0, SSE2(0x67), SSE41(0x2b) },
	[IR_vfadd] = { 0, 0, 0, 0, X64_0F(0x58), SSE2(0x58) },
	[IR_vfmul] = { 0, 0, 0, 0, X64_0F(0x59), SSE2(0x59) },
	[IR_vfsub] = { 0, 0, 0, 0, X64_0F(0x5c), SSE2(0x5c) },
	[IR_vfdiv] = { 0, 0, 0, 0, X64_0F(0x5e), SSE2(0x5e) },
	[IR_vfminsel] = { 0, 0, 0, 0, X64_0F(0x5d), SSE2(0x5d) },
	[IR_vfmaxsel] = { 0, 0, 0, 0, X64_0F(0x5f), SSE2(0x5f) },
};

/* Whether its NaNs may be others than the host's; ARM's are not if what is invalid traps. */
static bool other_nans(const struct x64_lower *l, const struct ir_insn *insn)
{
	unsigned int rule = (insn->aux2 & IR_NAN_MASK) >> IR_NAN_SHIFT;

	return ir_ops[insn->op].aux2 == X_NAN && rule != IR_NAN_X86 &&
	       !(rule == IR_NAN_A64 && l->job->target->traps);
}

/* If a lane of @dst is a NaN, the interpreter says what it is. The operands are in registers. */
static void ask_if_nan(struct x64_lower *l, const struct ir_insn *insn, unsigned int dst)
{
	uint32_t wide = insn->aux == IR_F64X2 ? X64_66 : 0;

	x64_rr(l->buf, X64_MOVAPS, X64_XMM(0), dst);
	x64_rr_imm8(l->buf, X64_0F(0xc2u) | wide, X64_XMM(0), dst, 3); /* cmpunord */
	x64_rr(l->buf, X64_0F(0x50u) | wide, RAX, X64_XMM(0));		/* movmsk */
	x64_test_rr(l->buf, 4, RAX, RAX);
	x64_if_nan(l, insn, dst, CC_NE, true);
}

X64_LOWER(vlanes)
{
	uint32_t op = lanes[insn->op][insn->aux];
	bool needs_sse41 = (op & X64_MAP(3u)) != X64_MAP(1u);
	unsigned int b, dst;
	uint32_t at;

	if (!op || (needs_sse41 && !(l->features & X64_HAS_SSE41))) {
		x64_lower_eval(l, insn);
		return;
	}
	b = x64_value(l, insn->b);
	if (other_nans(l, insn)) {
		x64_value(l, insn->a);
		dst = x64_result(l);
		x64_rr(l->buf, X64_MOVAPS, dst, l->value[insn->a].reg);
	} else {
		dst = x64_result_from(l, insn->a);
	}
	at = code_buf_at(l->buf);
	x64_rr(l->buf, op, dst, b);
	if (ir_ops[insn->op].effects & E_FP)
		x64_may_trap(l, insn, at, dst, b);
	if (other_nans(l, insn))
		ask_if_nan(l, insn, dst);
}

/* Immediate shifts of the lanes: extension of their opcode; the opcode by the width. */
static uint32_t shift_op(unsigned int lane)
{
	return lane == IR_I16X8 ? SSE2(0x71) : lane == IR_I32X4 ? SSE2(0x72) : SSE2(0x73);
}

/* A count from the width on shifts everything out, as in the IR. */
X64_LOWER(vshifti)
{
	bool sar = insn->op == IR_vsari;
	unsigned int extension = insn->op == IR_vshli ? 6 : sar ? 4 : 2, dst;

	if (insn->aux == IR_I8X16 || (sar && insn->aux == IR_I64X2)) {
		x64_lower_eval(l, insn);
		return;
	}
	dst = x64_result_from(l, insn->a);
	x64_rr_imm8(l->buf, shift_op(insn->aux), extension, dst, (uint8_t)insn->imm);
}

/* 0 - a. */
X64_LOWER(vneg)
{
	unsigned int a = x64_value(l, insn->a), dst = x64_result(l);

	x64_rr(l->buf, X64_XORPS, dst, dst);
	x64_rr(l->buf, lanes[IR_vsub][insn->aux], dst, a);
}

/* Unsigned order, by the maximum or the minimum; bits in common. */
static void compare_otherwise(struct x64_lower *l, const struct ir_insn *insn)
{
	static const uint32_t equal[] = { SSE2(0x74), SSE2(0x75), SSE2(0x76) };
	unsigned int cond = insn->aux2, a = x64_value(l, insn->a), b = x64_value(l, insn->b);
	unsigned int dst = x64_result(l);
	bool tests = cond == IR_TST || cond == IR_TSN, max = cond == IR_UGE || cond == IR_ULT;

	x64_rr(l->buf, X64_MOVAPS, dst, a);
	if (tests) {
		x64_rr(l->buf, X64_ANDPS, dst, b);
		x64_rr(l->buf, X64_XORPS, X64_XMM(0), X64_XMM(0));
	} else {
		x64_rr(l->buf, lanes[max ? IR_vumax : IR_vumin][insn->aux], dst, b);
	}
	x64_rr(l->buf, equal[insn->aux], dst, tests ? X64_XMM(0) : a);
	if (cond == IR_ULT || cond == IR_UGT || cond == IR_TST)
		not_(l, dst);
}

/* Equality and signed order are instructions. */
X64_LOWER(vcmp)
{
	static const uint32_t equal[] = { SSE2(0x74), SSE2(0x75), SSE2(0x76), 0 };
	static const uint32_t greater[] = { SSE2(0x64), SSE2(0x65), SSE2(0x66), 0 };
	unsigned int cond = insn->aux2;
	bool is_equal = cond <= IR_NE, swap = cond == IR_SLT || cond == IR_SGE;
	uint32_t op = (is_equal ? equal : greater)[insn->aux];
	unsigned int other, dst;

	if (!op || (cond > IR_SGT && !(l->features & X64_HAS_SSE41))) {
		x64_lower_eval(l, insn);
		return;
	}
	if (cond > IR_SGT) {
		compare_otherwise(l, insn);
		return;
	}
	other = x64_value(l, swap ? insn->a : insn->b);
	dst = x64_result_from(l, swap ? insn->b : insn->a);
	x64_rr(l->buf, op, dst, other);
	if (cond == IR_NE || cond == IR_SGE || cond == IR_SLE)
		not_(l, dst);
}

/* A scalar of any type in lane 0 of @dst. */
static void to_lane0(struct x64_lower *l, unsigned int dst, unsigned int src)
{
	if (src >= 16)
		x64_rr(l->buf, X64_MOVAPS, dst, src);
	else
		x64_rr(l->buf, X64_MOVD | X64_W, dst, src);
}

/* Bytes become words by interleaving, words doublewords, and those are shuffled. */
X64_LOWER(vsplat)
{
	unsigned int a = x64_value(l, insn->a), dst = x64_result(l);
	uint32_t bytes = ir_lane_bytes(insn->aux);

	to_lane0(l, dst, a);
	if (bytes == 1)
		x64_rr(l->buf, SSE2(0x60), dst, dst);
	if (bytes <= 2)
		x64_rr_imm8(l->buf, X64_0F(0x70u) | X64_F2, dst, dst, 0); /* pshuflw */
	x64_rr_imm8(l->buf, SSE2(0x70), dst, dst, bytes == 8 ? 0x44 : 0); /* pshufd */
}

/* Of an integer the register is zero above it already. */
X64_LOWER(vmov0)
{
	unsigned int a = x64_value(l, insn->a), dst = x64_result(l);

	if (insn->aux == IR_F32X4) {
		x64_rr(l->buf, X64_XORPS, dst, dst);
		x64_rr(l->buf, X64_MOVSS, dst, a);
	} else if (insn->aux == IR_F64X2) {
		x64_rr(l->buf, X64_MOVQ, dst, a);
	} else {
		x64_rr(l->buf, X64_MOVD | X64_W, dst, a);
	}
}

X64_LOWER(vpair)
{
	unsigned int a = x64_value(l, insn->a), b = x64_value(l, insn->b), dst = x64_result(l);

	x64_rr(l->buf, X64_MOVD | X64_W, dst, a);
	x64_rr(l->buf, X64_MOVD | X64_W, X64_XMM(0), b);
	x64_rr(l->buf, X64_PUNPCKLQDQ, dst, X64_XMM(0));
}

/*
 * pextrb, pextrw, pextrd, pextrq: the vector is the register field. The lowest float is there
 * already.
 */
X64_LOWER(vextr)
{
	static const uint32_t ops[] = { X64_0F3A(0x14u) | X64_66, X64_0F3A(0x15u) | X64_66,
					X64_0F3A(0x16u) | X64_66, X64_0F3A(0x16u) | X64_66 | X64_W };
	unsigned int a, dst;
	uint8_t lane = (uint8_t)insn->imm;

	if (insn->aux >= IR_F32X4 && !lane) {
		x64_result_from(l, insn->a);
		return;
	}
	if (!(l->features & X64_HAS_SSE41)) {
		x64_lower_eval(l, insn);
		return;
	}
	a = x64_value(l, insn->a);
	dst = x64_result(l);
	if (insn->aux == IR_I64X2 && !lane)
		x64_rr(l->buf, X64_MOVD_STORE | X64_W, a, dst);
	else if (insn->aux <= IR_I64X2)
		x64_rr_imm8(l->buf, ops[insn->aux], a, dst, lane);
	else
		x64_rr_imm8(l->buf, SSE2(0x70), dst, a, insn->aux == IR_F32X4 ? lane : 0xee);
}

/* pinsrb, pinsrw, pinsrd, pinsrq, insertps, shufpd. */
X64_LOWER(vins)
{
	static const uint32_t ops[] = { X64_0F3A(0x20u) | X64_66, SSE2(0xc4),
					X64_0F3A(0x22u) | X64_66, X64_0F3A(0x22u) | X64_66 | X64_W };
	uint8_t lane = (uint8_t)insn->imm;
	unsigned int b, dst;

	if (!(l->features & X64_HAS_SSE41)) {
		x64_lower_eval(l, insn);
		return;
	}
	b = x64_value(l, insn->b);
	dst = x64_result_from(l, insn->a);
	if (insn->aux <= IR_I64X2)
		x64_rr_imm8(l->buf, ops[insn->aux], dst, b, lane);
	else if (insn->aux == IR_F32X4)
		x64_rr_imm8(l->buf, X64_0F3A(0x21u) | X64_66, dst, b, (uint8_t)(lane << 4));
	else if (lane)
		x64_rr(l->buf, X64_PUNPCKLQDQ, dst, b);
	else
		x64_rr(l->buf, X64_MOVSD, dst, b);
}

/* pmovmskb, movmskps, movmskpd. */
X64_LOWER(vmovmsk)
{
	static const uint32_t ops[] = { SSE2(0xd7), 0, X64_0F(0x50u), SSE2(0x50) };
	unsigned int a;

	if (!ops[insn->aux]) {
		x64_lower_eval(l, insn);
		return;
	}
	a = x64_value(l, insn->a);
	x64_rr(l->buf, ops[insn->aux], x64_result(l), a);
}

/* cvtdq2ps; lanes of 64 bits one by one, from the back. */
X64_LOWER(vsi2f)
{
	uint32_t one = X64_CVTSI2F | X64_F2 | X64_W;
	unsigned int a = x64_value(l, insn->a), dst = x64_result(l);

	if (insn->aux == IR_F32X4) {
		x64_rr(l->buf, X64_0F(0x5bu), dst, a);
		return;
	}
	x64_rr_imm8(l->buf, SSE2(0x70), X64_XMM(0), a, 0xee); /* pshufd */
	x64_rr(l->buf, X64_MOVD_STORE | X64_W, X64_XMM(0), RCX);
	x64_rr(l->buf, X64_MOVD_STORE | X64_W, a, RAX);
	x64_rr(l->buf, X64_XORPS, dst, dst);
	x64_rr(l->buf, X64_XORPS, X64_XMM(0), X64_XMM(0));
	x64_rr(l->buf, one, X64_XMM(0), RCX);
	x64_rr(l->buf, one, dst, RAX);
	x64_rr(l->buf, X64_PUNPCKLQDQ, dst, X64_XMM(0));
}

/* The sign bits of floats, by a constant in every lane. */
X64_LOWER(vfsign)
{
	unsigned int a = x64_value(l, insn->a), dst = x64_result(l);
	bool wide = insn->aux == IR_F64X2;

	x64_mov_imm(l->buf, RAX, wide ? UINT64_C(1) << 63 : UINT64_C(0x8000000080000000));
	x64_rr(l->buf, X64_MOVD | X64_W, dst, RAX);
	x64_rr(l->buf, X64_PUNPCKLQDQ, dst, dst);
	x64_rr(l->buf, insn->op == IR_vfneg ? X64_XORPS : X64_ANDNPS, dst, a);
}

/* pabsb, pabsw, pabsd. */
X64_LOWER(vabs)
{
	static const uint32_t ops[] = { SSE41(0x1c), SSE41(0x1d), SSE41(0x1e), 0 };
	unsigned int a;

	if (!ops[insn->aux] || !(l->features & X64_HAS_SSE41)) {
		x64_lower_eval(l, insn);
		return;
	}
	a = x64_value(l, insn->a);
	x64_rr(l->buf, ops[insn->aux], x64_result(l), a);
}

/* shufps */
X64_LOWER(vshuf4)
{
	unsigned int b = x64_value(l, insn->b);

	x64_rr_imm8(l->buf, X64_0F(0xc6u), x64_result_from(l, insn->a), b, (uint8_t)insn->imm);
}

/* pmovzx, pmovsx. */
X64_LOWER(vextend)
{
	static const uint32_t zero[] = { SSE41(0x30), SSE41(0x33), SSE41(0x35) };
	static const uint32_t sign[] = { SSE41(0x20), SSE41(0x23), SSE41(0x25) };
	unsigned int a;

	if (!(l->features & X64_HAS_SSE41)) {
		x64_lower_eval(l, insn);
		return;
	}
	a = x64_value(l, insn->a);
	x64_rr(l->buf, (insn->op == IR_vuxtl ? zero : sign)[insn->aux], x64_result(l), a);
}

/* palignr: the destination is the high half. */
X64_LOWER(vext)
{
	unsigned int a;

	if (!(l->features & X64_HAS_SSE41)) {
		x64_lower_eval(l, insn);
		return;
	}
	a = x64_value(l, insn->a);
	x64_rr_imm8(l->buf, X64_0F3A(0x0fu) | X64_66, x64_result_from(l, insn->b), a,
		    (uint8_t)insn->imm);
}
