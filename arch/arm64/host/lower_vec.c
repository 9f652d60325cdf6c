// SPDX-License-Identifier: MIT
/*
 * Vectors of integers by Advanced SIMD.
 */
#include "arch/arm64/host/lower.h"

/* All shapes of integer lanes, or all but those of 8 bytes. */
#define ALL   4u
#define NARROW 3u

A64_LOWER(vbitwise)
{
	static const uint32_t ops[IR_NR_OPS] = {
		[IR_vand] = A64_VAND, [IR_vor] = A64_VORR, [IR_vxor] = A64_VEOR,
		[IR_vandn] = A64_VBIC,
	};
	unsigned int a, b, c;

	if (insn->op == IR_vbsl) {
		b = a64_value(l, insn->b);
		c = a64_value(l, insn->c);
		a64_rrr(l->buf, A64_VBSL, a64_result_from(l, insn->a), b, c);
		return;
	}
	a = a64_value(l, insn->a);
	b = a64_value(l, insn->b);
	a64_rrr(l->buf, ops[insn->op], a64_result_last(l, insn), a, b);
}

/* Both halves as 64-bit integers in x0 and x1, of @a, or in x2 and x16. */
static void to_general(struct a64_lower *l, unsigned int low, unsigned int high, unsigned int a)
{
	a64_rr(l->buf, A64_FMOV_X_D, low, a);
	a64_lane(l->buf, A64_VUMOV | A64_HIGH, 3, 1, high, a);
}

static void from_general(struct a64_lower *l, unsigned int rd, unsigned int low, unsigned int high)
{
	a64_rr(l->buf, A64_FMOV_D_X, rd, low);
	a64_lane(l->buf, A64_VINS_GENERAL, 3, 1, rd, high);
}

/* Lanes of 8 bytes by the general registers' @op. */
static void by_halves(struct a64_lower *l, const struct ir_insn *insn, uint32_t op)
{
	unsigned int a = a64_value(l, insn->a), b = a64_value(l, insn->b);
	unsigned int rd = a64_result_last(l, insn);

	to_general(l, 0, 1, a);
	to_general(l, 2, A64_ADDRESS, b);
	a64_rrr(l->buf, op, 0, 0, 2);
	a64_rrr(l->buf, op, 1, 1, A64_ADDRESS);
	from_general(l, rd, 0, 1);
}

/* An instruction for all lanes. @shapes: ALL or NARROW */
static const struct {
	uint32_t op;
	uint8_t shapes;
} lanes[IR_NR_OPS] = {
	[IR_vadd] = { A64_VADD, ALL },	     [IR_vsub] = { A64_VSUB, ALL },
	[IR_vmul] = { A64_VMUL, NARROW },    [IR_vsqadd] = { A64_VSQADD, ALL },
	[IR_vuqadd] = { A64_VUQADD, ALL },   [IR_vsqsub] = { A64_VSQSUB, ALL },
	[IR_vuqsub] = { A64_VUQSUB, ALL },   [IR_vuavg] = { A64_VURHADD, NARROW },
	[IR_vaddp] = { A64_VADDP, ALL },     [IR_vzip1] = { A64_VZIP1, ALL },
	[IR_vzip2] = { A64_VZIP2, ALL },     [IR_vuzp1] = { A64_VUZP1, ALL },
	[IR_vuzp2] = { A64_VUZP2, ALL },     [IR_vtrn1] = { A64_VTRN1, ALL },
	[IR_vtrn2] = { A64_VTRN2, ALL },     [IR_vneg] = { A64_VNEG, ALL },
	[IR_vabs] = { A64_VABS, ALL },	     [IR_vclz] = { A64_VCLZ, NARROW },
	[IR_vsmin] = { A64_VSMIN, NARROW },  [IR_vsmax] = { A64_VSMAX, NARROW },
	[IR_vumin] = { A64_VUMIN, NARROW },  [IR_vumax] = { A64_VUMAX, NARROW },
	[IR_vumull] = { A64_VUMULL, NARROW }, [IR_vsmull] = { A64_VSMULL, NARROW },
	[IR_vumulh2] = { A64_VUMULL | A64_HIGH, NARROW },
	[IR_vsmulh2] = { A64_VSMULL | A64_HIGH, NARROW },
};

/* Floats are permuted like integers of their width. */
static unsigned int size_of(const struct ir_insn *insn)
{
	return (unsigned int)__builtin_ctz(ir_lane_bytes(insn->aux));
}

static void write_lanes(struct a64_lower *l, const struct ir_insn *insn)
{
	unsigned int a = a64_value(l, insn->a), b = a64_value(l, insn->b);

	a64_rrr(l->buf, lanes[insn->op].op | A64_LANES(size_of(insn)), a64_result_last(l, insn), a,
		b);
}

A64_LOWER(vlanes)
{
	if (size_of(insn) < lanes[insn->op].shapes)
		write_lanes(l, insn);
	else if (insn->op == IR_vmul)
		by_halves(l, insn, A64_MUL | A64_X);
	else
		a64_lower_eval(l, insn);
}

A64_LOWER(vhalves)
{
	write_lanes(l, insn);
}

A64_LOWER(vunary)
{
	unsigned int a;

	if (insn->op != IR_vnot && size_of(insn) >= lanes[insn->op].shapes) {
		a64_lower_eval(l, insn);
		return;
	}
	a = a64_value(l, insn->a);
	a64_rr(l->buf, insn->op == IR_vnot ? A64_VNOT :
	       lanes[insn->op].op | A64_LANES(size_of(insn)), a64_result_last(l, insn), a);
}

/* Lanes of 8 bytes by a comparison that chooses. */
A64_LOWER(vminmax)
{
	bool is_signed = insn->op == IR_vsmin || insn->op == IR_vsmax;
	bool greater = insn->op == IR_vsmax || insn->op == IR_vumax;
	unsigned int a, b;

	if (size_of(insn) < lanes[insn->op].shapes) {
		write_lanes(l, insn);
		return;
	}
	a = a64_value(l, insn->a);
	b = a64_value(l, insn->b);
	a64_rrr(l->buf, (is_signed ? A64_VCMGT : A64_VCMHI) | A64_LANES(3), A64_V(0),
		greater ? a : b, greater ? b : a);
	a64_rrr(l->buf, A64_VBSL, A64_V(0), a, b);
	a64_vmov(l->buf, a64_result_last(l, insn), A64_V(0));
}

/* The high halves of products of twice the width. */
A64_LOWER(vmulh)
{
	bool is_signed = insn->op == IR_vmulhs;
	uint32_t op = is_signed ? A64_VSMULL : A64_VUMULL, size = A64_LANES(size_of(insn));
	unsigned int a, b;

	if (insn->aux == IR_I64X2) {
		by_halves(l, insn, is_signed ? A64_SMULH : A64_UMULH);
		return;
	}
	a = a64_value(l, insn->a);
	b = a64_value(l, insn->b);
	a64_rrr(l->buf, op | size, A64_V(0), a, b);
	a64_rrr(l->buf, op | size | A64_HIGH, A64_V(1), a, b);
	a64_rrr(l->buf, A64_VUZP2 | size, a64_result_last(l, insn), A64_V(0), A64_V(1));
}

A64_LOWER(vcmp)
{
	static const struct {
		uint32_t op;
		bool swap, invert;
	} how[IR_NR_CONDS] = {
		[IR_EQ] = { A64_VCMEQ, false, false },	[IR_NE] = { A64_VCMEQ, false, true },
		[IR_SLT] = { A64_VCMGT, true, false },	[IR_SGE] = { A64_VCMGE, false, false },
		[IR_SLE] = { A64_VCMGE, true, false },	[IR_SGT] = { A64_VCMGT, false, false },
		[IR_ULT] = { A64_VCMHI, true, false },	[IR_UGE] = { A64_VCMHS, false, false },
		[IR_ULE] = { A64_VCMHS, true, false },	[IR_UGT] = { A64_VCMHI, false, false },
		[IR_TST] = { A64_VCMTST, false, false }, [IR_TSN] = { A64_VCMTST, false, true },
	};
	unsigned int a = a64_value(l, insn->a), b = a64_value(l, insn->b), cond = insn->aux2;
	unsigned int rd = a64_result_last(l, insn);

	a64_rrr(l->buf, how[cond].op | A64_LANES(size_of(insn)), rd, how[cond].swap ? b : a,
		how[cond].swap ? a : b);
	if (how[cond].invert)
		a64_rr(l->buf, A64_VNOT, rd, rd);
}

static void splat(struct a64_lower *l, unsigned int size, unsigned int rd, uint64_t number)
{
	a64_mov_imm(l->buf, A64_ADDRESS, number);
	a64_lane(l->buf, A64_VDUP_GENERAL, size, 0, rd, A64_ADDRESS);
}

/*
 * The host's count is the lane's low byte and signed, where a negative one shifts to the right. Too
 * great ones become the width less one, and of logical shifts the result is cleared.
 */
A64_LOWER(vshift)
{
	bool arithmetic = insn->op == IR_vsar;
	unsigned int a = a64_value(l, insn->a), b = a64_value(l, insn->b);
	unsigned int rd = a64_result_last(l, insn), size = size_of(insn);
	uint32_t lane = A64_LANES(size);

	splat(l, size, A64_V(0), (8u << size) - 1);
	a64_rrr(l->buf, A64_VCMHS | lane, A64_V(1), A64_V(0), b);
	a64_vmov(l->buf, A64_V(2), A64_V(1));
	a64_rrr(l->buf, A64_VBSL, A64_V(2), b, A64_V(0));
	if (insn->op != IR_vshl)
		a64_rr(l->buf, A64_VNEG | lane, A64_V(2), A64_V(2));
	a64_rrr(l->buf, (arithmetic ? A64_VSSHL : A64_VUSHL) | lane, rd, a, A64_V(2));
	if (!arithmetic)
		a64_rrr(l->buf, A64_VAND, rd, rd, A64_V(1));
}

A64_LOWER(vshifti)
{
	unsigned int width = 8 * ir_lane_bytes(insn->aux), n = (unsigned int)insn->imm;
	unsigned int a = a64_value(l, insn->a), rd = a64_result_last(l, insn);

	if (insn->op == IR_vsari && n > width)
		n = width;
	if (n >= width && insn->op != IR_vsari)
		a64_put(l->buf, A64_VZERO | a64_rd(rd));
	else if (!n)
		a64_vmov(l->buf, rd, a);
	else if (insn->op == IR_vshli)
		a64_vshl(l->buf, A64_VSHL, size_of(insn), rd, a, n);
	else
		a64_vshr(l->buf, insn->op == IR_vshri ? A64_VUSHR : A64_VSSHR, size_of(insn), rd, a,
			 n);
}

/* Counts of bytes, added up to the lanes' width. */
A64_LOWER(vpopcnt)
{
	unsigned int a = a64_value(l, insn->a), rd = a64_result_last(l, insn), size;

	a64_rr(l->buf, A64_VCNT, rd, a);
	for (size = 0; size < size_of(insn); size++)
		a64_rr(l->buf, A64_VUADDLP | A64_LANES(size), rd, rd);
}

/* Of two lanes of 8 bytes. */
static void reduce_halves(struct a64_lower *l, const struct ir_insn *insn, unsigned int a)
{
	static const uint8_t cc[IR_NR_OPS] = {
		[IR_vredsmin] = A64_LT, [IR_vredsmax] = A64_GT,
		[IR_vredumin] = A64_CC, [IR_vredumax] = A64_HI,
	};
	unsigned int rd = a64_result_last(l, insn);

	to_general(l, 0, 1, a);
	if (insn->op == IR_vredadd) {
		a64_rrr(l->buf, A64_ADD | A64_X, rd, 0, 1);
		return;
	}
	a64_rrr(l->buf, A64_SUBS | A64_X, A64_ZR, 0, 1);
	a64_select(l->buf, A64_CSEL | A64_X, rd, 0, 1, cc[insn->op]);
}

A64_LOWER(vreduce)
{
	static const uint32_t ops[IR_NR_OPS] = {
		[IR_vredadd] = A64_VADDV, [IR_vredsmin] = A64_VSMINV, [IR_vredsmax] = A64_VSMAXV,
		[IR_vredumin] = A64_VUMINV, [IR_vredumax] = A64_VUMAXV,
	};
	unsigned int a = a64_value(l, insn->a), size = size_of(insn);

	if (size == 3) {
		reduce_halves(l, insn, a);
		return;
	}
	a64_rr(l->buf, ops[insn->op] | A64_LANES(size), A64_V(0), a);
	a64_lane(l->buf, A64_VUMOV, size, 0, a64_result_last(l, insn), A64_V(0));
}

/* All ones in every byte whose lane is negative, one byte for each lane; zeros above. */
static void signs_to_bytes(struct a64_lower *l, unsigned int size, unsigned int a)
{
	unsigned int from = a, to;

	for (to = size; to-- > 0; from = A64_V(0))
		a64_vshr(l->buf, A64_VSHRN, to, A64_V(0), from, 8u << to);
	a64_vshr(l->buf, A64_VSSHR, 0, A64_V(0), from, 8);
}

/* Each byte keeps the bit of its number in its half; three sums of neighbours collect those. */
A64_LOWER(vmovmsk)
{
	unsigned int a = a64_value(l, insn->a), rd = a64_result_last(l, insn), i;

	signs_to_bytes(l, size_of(insn), a);
	splat(l, 3, A64_V(1), UINT64_C(0x8040201008040201));
	a64_rrr(l->buf, A64_VAND, A64_V(0), A64_V(0), A64_V(1));
	for (i = 0; i < 3; i++)
		a64_rrr(l->buf, A64_VADDP, A64_V(0), A64_V(0), A64_V(0));
	a64_lane(l->buf, A64_VUMOV, size_of(insn) ? 0 : 1, 0, rd, A64_V(0));
}

/* Products of even lanes: those are gathered in the low half. */
A64_LOWER(vmuleven)
{
	unsigned int a = a64_value(l, insn->a), b = a64_value(l, insn->b);
	uint32_t size = A64_LANES(size_of(insn));

	a64_rrr(l->buf, A64_VUZP1 | size, A64_V(0), a, a);
	a64_rrr(l->buf, A64_VUZP1 | size, A64_V(1), b, b);
	a64_rrr(l->buf, (insn->op == IR_vumule ? A64_VUMULL : A64_VSMULL) | size,
		a64_result_last(l, insn), A64_V(0), A64_V(1));
}

A64_LOWER(vsdot2)
{
	unsigned int a = a64_value(l, insn->a), b = a64_value(l, insn->b), size = size_of(insn);

	a64_rrr(l->buf, A64_VSMULL | A64_LANES(size), A64_V(0), a, b);
	a64_rrr(l->buf, A64_VSMULL | A64_HIGH | A64_LANES(size), A64_V(1), a, b);
	a64_rrr(l->buf, A64_VADDP | A64_LANES(size + 1), a64_result_last(l, insn), A64_V(0),
		A64_V(1));
}

A64_LOWER(vusad)
{
	unsigned int a = a64_value(l, insn->a), b = a64_value(l, insn->b);
	unsigned int rd = a64_result_last(l, insn), size;

	a64_rrr(l->buf, A64_VUABD, rd, a, b);
	for (size = 0; size < 3; size++)
		a64_rr(l->buf, A64_VUADDLP | A64_LANES(size), rd, rd);
}

/* Low halves of lanes are the even lanes of half their width. */
A64_LOWER(vnarrow)
{
	unsigned int a = a64_value(l, insn->a), b = a64_value(l, insn->b);

	a64_rrr(l->buf, A64_VUZP1 | A64_LANES(size_of(insn) - 1), a64_result_last(l, insn), a, b);
}

A64_LOWER(vsaturate)
{
	static const uint32_t ops[IR_NR_OPS] = {
		[IR_vsqxtn] = A64_VSQXTN, [IR_vsqxtun] = A64_VSQXTUN, [IR_vuqxtn] = A64_VUQXTN,
	};
	unsigned int a = a64_value(l, insn->a), b = a64_value(l, insn->b), rd = a64_result(l);
	uint32_t op = ops[insn->op] | A64_LANES(size_of(insn) - 1);

	a64_rr(l->buf, op, rd, a);
	a64_rr(l->buf, op | A64_HIGH, rd, b);
}
