// SPDX-License-Identifier: MIT
#include <stdlib.h>
#include <string.h>

#include "vmcore/ir/eval_fp.h"
#include "vmcore/ir/eval_int.h"

/* Lane @i of @bytes bytes. */
static uint64_t get(const union ir_val *v, uint32_t bytes, uint32_t i)
{
	uint64_t lane = 0;

	memcpy(&lane, v->b + i * bytes, bytes);
	return lane;
}

static void put(union ir_val *v, uint32_t bytes, uint32_t i, uint64_t lane)
{
	memcpy(v->b + i * bytes, &lane, bytes);
}

static uint32_t lane_bytes(const struct ir_eval *e)
{
	return ir_lane_bytes(e->insn->aux);
}

/* Lane by lane, an element function on one or two operands. */
#define LANES1(name, element)                                                                      \
	void ir_eval_##name(const struct ir_eval *e, union ir_val *out)                            \
	{                                                                                          \
		uint32_t n = lane_bytes(e), i;                                                     \
		union ir_val r;                                                                    \
		for (i = 0; i < 16 / n; i++)                                                       \
			put(&r, n, i, el_##element(8 * n, get(e->a, n, i), 0, 0));                 \
		*out = r;                                                                          \
	}
#define LANES2(name, element)                                                                      \
	void ir_eval_##name(const struct ir_eval *e, union ir_val *out)                            \
	{                                                                                          \
		uint32_t n = lane_bytes(e), i;                                                     \
		union ir_val r;                                                                    \
		for (i = 0; i < 16 / n; i++)                                                       \
			put(&r, n, i, el_##element(8 * n, get(e->a, n, i), get(e->b, n, i), 0));   \
		*out = r;                                                                          \
	}
/* Every lane of a with the immediate. */
#define LANES_IMM(name, element)                                                                   \
	void ir_eval_##name(const struct ir_eval *e, union ir_val *out)                            \
	{                                                                                          \
		uint32_t n = lane_bytes(e), i;                                                     \
		union ir_val r;                                                                    \
		for (i = 0; i < 16 / n; i++)                                                       \
			put(&r, n, i, el_##element(8 * n, get(e->a, n, i), e->insn->imm, 0));      \
		*out = r;                                                                          \
	}
/* The lanes of a folded into one. */
#define REDUCE(name, element)                                                                      \
	void ir_eval_##name(const struct ir_eval *e, union ir_val *out)                            \
	{                                                                                          \
		uint32_t n = lane_bytes(e), i;                                                     \
		uint64_t r = get(e->a, n, 0);                                                      \
		for (i = 1; i < 16 / n; i++)                                                       \
			r = el_##element(8 * n, r, get(e->a, n, i), 0) & ones(8 * n);              \
		*out = (union ir_val){ .d = { r } };                                               \
	}

LANES2(vadd, add)
LANES2(vsub, sub)
LANES2(vmul, mul)
LANES2(vmulhu, mulhu)
LANES2(vmulhs, mulhs)
LANES1(vneg, neg)
LANES1(vabs, abs)
LANES2(vsmin, smin)
LANES2(vsmax, smax)
LANES2(vumin, umin)
LANES2(vumax, umax)
LANES2(vsqadd, sqadd)
LANES2(vuqadd, uqadd)
LANES2(vsqsub, sqsub)
LANES2(vuqsub, uqsub)
LANES2(vuavg, uavg)
LANES2(vshl, lane_shl)
LANES2(vshr, lane_shr)
LANES2(vsar, lane_sar)
LANES_IMM(vshli, lane_shl)
LANES_IMM(vshri, lane_shr)
LANES_IMM(vsari, lane_sar)
LANES1(vpopcnt, popcnt)
LANES1(vclz, clz)
REDUCE(vredadd, add)
REDUCE(vredsmin, smin)
REDUCE(vredsmax, smax)
REDUCE(vredumin, umin)
REDUCE(vredumax, umax)

#define BITWISE(name, expression)                                                                  \
	void ir_eval_##name(const struct ir_eval *e, union ir_val *out)                            \
	{                                                                                          \
		union ir_val r;                                                                    \
		int i;                                                                             \
		for (i = 0; i < 2; i++)                                                            \
			r.d[i] = expression;                                                       \
		*out = r;                                                                          \
	}

BITWISE(vand, e->a->d[i] & e->b->d[i])
BITWISE(vor, e->a->d[i] | e->b->d[i])
BITWISE(vxor, e->a->d[i] ^ e->b->d[i])
BITWISE(vandn, e->a->d[i] & ~e->b->d[i])
BITWISE(vnot, ~e->a->d[i])
BITWISE(vbsl, (e->a->d[i] & e->b->d[i]) | (~e->a->d[i] & e->c->d[i]))

void ir_eval_vcmp(const struct ir_eval *e, union ir_val *out)
{
	unsigned int type = ir_lane_type(e->insn->aux);
	uint32_t n = lane_bytes(e), i;
	union ir_val r;

	for (i = 0; i < 16 / n; i++)
		put(&r, n, i, -(uint64_t)ir_cond_holds(e->insn->aux2, type, get(e->a, n, i),
						       get(e->b, n, i)));
	*out = r;
}

void ir_eval_vaddp(const struct ir_eval *e, union ir_val *out)
{
	uint32_t n = lane_bytes(e), half = 8 / n, i;
	union ir_val r;

	for (i = 0; i < half; i++) {
		put(&r, n, i, get(e->a, n, 2 * i) + get(e->a, n, 2 * i + 1));
		put(&r, n, half + i, get(e->b, n, 2 * i) + get(e->b, n, 2 * i + 1));
	}
	*out = r;
}

/* Lanes of a and b by number: those of b follow those of a. */
static uint64_t get_of_two(const struct ir_eval *e, uint32_t bytes, uint32_t i)
{
	uint32_t nr = 16 / bytes;

	return i < nr ? get(e->a, bytes, i) : get(e->b, bytes, i - nr);
}

/* Lane i of the result is lane @expression of a and b, nr being the number of lanes of one. */
#define PERMUTE(name, expression)                                                                  \
	void ir_eval_##name(const struct ir_eval *e, union ir_val *out)                            \
	{                                                                                          \
		uint32_t n = lane_bytes(e), nr = 16 / n, i;                                        \
		union ir_val r;                                                                    \
		for (i = 0; i < nr; i++)                                                           \
			put(&r, n, i, get_of_two(e, n, expression));                               \
		*out = r;                                                                          \
	}

PERMUTE(vzip1, i / 2 + (i & 1) * nr)
PERMUTE(vzip2, nr / 2 + i / 2 + (i & 1) * nr)
PERMUTE(vuzp1, 2 * i)
PERMUTE(vuzp2, 2 * i + 1)
PERMUTE(vtrn1, (i & ~1u) + (i & 1) * nr)
PERMUTE(vtrn2, (i | 1) + (i & 1) * nr)

void ir_eval_vext(const struct ir_eval *e, union ir_val *out)
{
	union ir_val r;
	uint32_t i;

	for (i = 0; i < 16; i++)
		r.b[i] = (uint8_t)get_of_two(e, 1, i + (uint32_t)e->insn->imm);
	*out = r;
}

void ir_eval_vrev(const struct ir_eval *e, union ir_val *out)
{
	uint32_t n = lane_bytes(e), last = (uint32_t)e->insn->imm / n - 1, i;
	union ir_val r;

	for (i = 0; i < 16 / n; i++)
		put(&r, n, i, get(e->a, n, i ^ last));
	*out = r;
}

void ir_eval_vshuf4(const struct ir_eval *e, union ir_val *out)
{
	union ir_val r;
	uint32_t i;

	for (i = 0; i < 4; i++)
		r.w[i] = (i < 2 ? e->a : e->b)->w[e->insn->imm >> 2 * i & 3];
	*out = r;
}

void ir_eval_vtbl(const struct ir_eval *e, union ir_val *out)
{
	union ir_val r;
	uint32_t i;

	for (i = 0; i < 16; i++)
		r.b[i] = e->b->b[i] < 16 ? e->a->b[e->b->b[i]] : 0;
	*out = r;
}

void ir_eval_vtbl2(const struct ir_eval *e, union ir_val *out)
{
	union ir_val r;
	uint32_t i;

	for (i = 0; i < 16; i++)
		r.b[i] = e->c->b[i] < 32 ? (uint8_t)get_of_two(e, 1, e->c->b[i]) : 0;
	*out = r;
}

void ir_eval_vsplat(const struct ir_eval *e, union ir_val *out)
{
	uint32_t n = lane_bytes(e), i;
	union ir_val r;

	for (i = 0; i < 16 / n; i++)
		put(&r, n, i, e->a->d[0]);
	*out = r;
}

void ir_eval_vmov0(const struct ir_eval *e, union ir_val *out)
{
	*out = *e->a;
}

void ir_eval_vextr(const struct ir_eval *e, union ir_val *out)
{
	*out = (union ir_val){ .d = { get(e->a, lane_bytes(e), (uint32_t)e->insn->imm) } };
}

void ir_eval_vins(const struct ir_eval *e, union ir_val *out)
{
	union ir_val r = *e->a;

	put(&r, lane_bytes(e), (uint32_t)e->insn->imm, e->b->d[0]);
	*out = r;
}

void ir_eval_vpair(const struct ir_eval *e, union ir_val *out)
{
	*out = (union ir_val){ .d = { e->a->d[0], e->b->d[0] } };
}

void ir_eval_vmovmsk(const struct ir_eval *e, union ir_val *out)
{
	uint32_t n = lane_bytes(e), i;
	uint64_t mask = 0;

	for (i = 0; i < 16 / n; i++)
		mask |= (get(e->a, n, i) >> (8 * n - 1)) << i;
	*out = (union ir_val){ .d = { mask } };
}

/* Lane i of twice the width from the source lanes x of a and y of b, both numbered @expression. */
#define WIDEN(name, at, expression)                                                                \
	void ir_eval_##name(const struct ir_eval *e, union ir_val *out)                            \
	{                                                                                          \
		uint32_t n = lane_bytes(e), w = 8 * n, nr = 8 / n, i;                              \
		union ir_val r;                                                                    \
		for (i = 0; i < nr; i++) {                                                         \
			uint64_t x = get(e->a, n, at);                                             \
			uint64_t y = e->b ? get(e->b, n, at) : 0;                                  \
			(void)w, (void)y;                                                          \
			put(&r, 2 * n, i, expression);                                             \
		}                                                                                  \
		*out = r;                                                                          \
	}

WIDEN(vuxtl, i, x)
WIDEN(vuxth, nr + i, x)
WIDEN(vsxtl, i, (uint64_t)sx(x, w))
WIDEN(vsxth, nr + i, (uint64_t)sx(x, w))
WIDEN(vumull, i, x * y)
WIDEN(vumulh2, nr + i, x * y)
WIDEN(vsmull, i, (uint64_t)(sx(x, w) * sx(y, w)))
WIDEN(vsmulh2, nr + i, (uint64_t)(sx(x, w) * sx(y, w)))
WIDEN(vumule, 2 * i, x * y)
WIDEN(vsmule, 2 * i, (uint64_t)(sx(x, w) * sx(y, w)))

void ir_eval_vsdot2(const struct ir_eval *e, union ir_val *out)
{
	uint32_t n = lane_bytes(e), w = 8 * n, i;
	union ir_val r;

	for (i = 0; i < 8 / n; i++) {
		uint64_t even = (uint64_t)(sx(get(e->a, n, 2 * i), w) * sx(get(e->b, n, 2 * i), w));
		uint64_t odd = (uint64_t)(sx(get(e->a, n, 2 * i + 1), w) *
					  sx(get(e->b, n, 2 * i + 1), w));

		put(&r, 2 * n, i, even + odd);
	}
	*out = r;
}

void ir_eval_vusad(const struct ir_eval *e, union ir_val *out)
{
	union ir_val r = { .d = { 0 } };
	uint32_t i;

	for (i = 0; i < 16; i++)
		r.d[i / 8] += (uint64_t)abs(e->a->b[i] - e->b->b[i]);
	*out = r;
}

/* Lanes of a, then of b, in half the width w / 2. */
#define NARROW(name, expression)                                                                   \
	void ir_eval_##name(const struct ir_eval *e, union ir_val *out)                            \
	{                                                                                          \
		uint32_t n = lane_bytes(e), w = 8 * n, i;                                          \
		union ir_val r;                                                                    \
		for (i = 0; i < 32 / n; i++) {                                                     \
			uint64_t x = get_of_two(e, n, i);                                          \
			(void)w;                                                                   \
			put(&r, n / 2, i, expression);                                             \
		}                                                                                  \
		*out = r;                                                                          \
	}

NARROW(vnarrow, x)
NARROW(vsqxtn, saturate(w / 2, sx(x, w)))
NARROW(vsqxtun, saturate_unsigned(w / 2, sx(x, w)))
NARROW(vuqxtn, saturate_unsigned(w / 2, (__int128)x))

/* Float lanes: @expression of x, y, z. */
#define FLANES(name, expression)                                                                   \
	void ir_eval_##name(const struct ir_eval *e, union ir_val *out)                            \
	{                                                                                          \
		uint32_t n = lane_bytes(e), i;                                                     \
		unsigned int type = ir_lane_type(e->insn->aux);                                    \
		uint8_t attr = e->insn->aux2;                                                      \
		union ir_val r;                                                                    \
		for (i = 0; i < 16 / n; i++) {                                                     \
			uint64_t x = get(e->a, n, i);                                              \
			uint64_t y = e->b ? get(e->b, n, i) : 0;                                   \
			uint64_t z = e->c ? get(e->c, n, i) : 0;                                   \
			(void)attr, (void)y, (void)z;                                              \
			put(&r, n, i, expression);                                                 \
		}                                                                                  \
		*out = r;                                                                          \
	}

FLANES(vfadd, fp_add(e->fp, type, attr, x, y, z))
FLANES(vfsub, fp_sub(e->fp, type, attr, x, y, z))
FLANES(vfmul, fp_mul(e->fp, type, attr, x, y, z))
FLANES(vfdiv, fp_div(e->fp, type, attr, x, y, z))
FLANES(vfsqrt, fp_sqrt(e->fp, type, attr, x, x, z))
FLANES(vffma, fp_fma(e->fp, type, attr, x, y, z))
FLANES(vfneg, fp_neg(e->fp, type, attr, x, y, z))
FLANES(vfabs, fp_abs(e->fp, type, attr, x, y, z))
FLANES(vfminnum, fp_minnum(e->fp, type, attr, x, y, z))
FLANES(vfmaxnum, fp_maxnum(e->fp, type, attr, x, y, z))
FLANES(vfminimum, fp_minimum(e->fp, type, attr, x, y, z))
FLANES(vfmaximum, fp_maximum(e->fp, type, attr, x, y, z))
FLANES(vfminsel, fp_minsel(e->fp, type, attr, x, y, z))
FLANES(vfmaxsel, fp_maxsel(e->fp, type, attr, x, y, z))
FLANES(vfround, fp_round(e->fp, type, attr, x, y, z))
FLANES(vfcmp, -(uint64_t)fp_compare(e->fp, type, attr, x, y))
FLANES(vsi2f, fp_from_int(e->fp, type, true, n, x))
FLANES(vui2f, fp_from_int(e->fp, type, false, n, x))
FLANES(vf2si, fp_to_int(e->fp, type, attr, true, n, x))
FLANES(vf2ui, fp_to_int(e->fp, type, attr, false, n, x))

void ir_eval_vfaddp(const struct ir_eval *e, union ir_val *out)
{
	uint32_t n = lane_bytes(e), i;
	unsigned int type = ir_lane_type(e->insn->aux);
	union ir_val r;

	for (i = 0; i < 16 / n; i++)
		put(&r, n, i, fp_add(e->fp, type, e->insn->aux2, get_of_two(e, n, 2 * i),
				     get_of_two(e, n, 2 * i + 1), 0));
	*out = r;
}

void ir_eval_vfcvtl(const struct ir_eval *e, union ir_val *out)
{
	union ir_val r;
	uint32_t i;

	for (i = 0; i < 2; i++)
		r.d[i] = fp_convert(e->fp, IR_F64, e->insn->aux2, e->a->w[i]);
	*out = r;
}

void ir_eval_vfcvtn(const struct ir_eval *e, union ir_val *out)
{
	union ir_val r = { .d = { 0 } };
	uint32_t i;

	for (i = 0; i < 2; i++)
		r.w[i] = (uint32_t)fp_convert(e->fp, IR_F32, e->insn->aux2, e->a->d[i]);
	*out = r;
}
