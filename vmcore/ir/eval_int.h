/* SPDX-License-Identifier: MIT */
#ifndef VMB_VMCORE_IR_EVAL_INT_H
#define VMB_VMCORE_IR_EVAL_INT_H
/*
 * Integer semantics on one element of w bits, for scalars and for the lanes of vectors. Arguments
 * are zero-extended; of a result only the low w bits count.
 */

#include "vmcore/ir/eval.h"

VMB_INLINE uint64_t ones(uint32_t w)
{
	return ~UINT64_C(0) >> (64 - w);
}

VMB_INLINE int64_t sx(uint64_t a, uint32_t w)
{
	return (int64_t)(a << (64 - w)) >> (64 - w);
}

#define ELEMENT(name) VMB_INLINE uint64_t el_##name(uint32_t w VMB_UNUSED, uint64_t a VMB_UNUSED, \
						   uint64_t b VMB_UNUSED, uint64_t c VMB_UNUSED)

ELEMENT(add) { return a + b; }
ELEMENT(sub) { return a - b; }
ELEMENT(adc) { return a + b + !!c; }
ELEMENT(sbb) { return a - b - !!c; }
ELEMENT(neg) { return -a; }
ELEMENT(mul) { return a * b; }
ELEMENT(mulhu) { return (uint64_t)((unsigned __int128)a * b >> w); }
ELEMENT(mulhs) { return (uint64_t)((__int128)sx(a, w) * sx(b, w) >> w); }
ELEMENT(mulhsu) { return (uint64_t)((__int128)sx(a, w) * (__int128)b >> w); }
ELEMENT(udiv) { return b ? a / b : ~UINT64_C(0); }
ELEMENT(urem) { return b ? a % b : a; }
ELEMENT(and) { return a & b; }
ELEMENT(or) { return a | b; }
ELEMENT(xor) { return a ^ b; }
ELEMENT(andn) { return a & ~b; }
ELEMENT(not) { return ~a; }
ELEMENT(shl) { return a << (b % w); }
ELEMENT(shr) { return a >> (b % w); }
ELEMENT(sar) { return (uint64_t)(sx(a, w) >> (b % w)); }
ELEMENT(clz) { return a ? (uint64_t)__builtin_clzll(a) - (64 - w) : w; }
ELEMENT(ctz) { return a ? (uint64_t)__builtin_ctzll(a) : w; }
ELEMENT(popcnt) { return (uint64_t)__builtin_popcountll(a); }
ELEMENT(bswap) { return __builtin_bswap64(a) >> (64 - w); }
ELEMENT(smin) { return sx(a, w) < sx(b, w) ? a : b; }
ELEMENT(smax) { return sx(a, w) > sx(b, w) ? a : b; }
ELEMENT(umin) { return a < b ? a : b; }
ELEMENT(umax) { return a > b ? a : b; }

/* -a, where a / -1 would overflow. */
ELEMENT(sdiv)
{
	if (!b)
		return ~UINT64_C(0);
	return sx(b, w) == -1 ? -a : (uint64_t)(sx(a, w) / sx(b, w));
}

ELEMENT(srem)
{
	if (!b)
		return a;
	return sx(b, w) == -1 ? 0 : (uint64_t)(sx(a, w) % sx(b, w));
}

VMB_INLINE unsigned __int128 pair(uint32_t w, uint64_t high, uint64_t low)
{
	return (unsigned __int128)high << w | low;
}

VMB_INLINE __int128 signed_pair(uint32_t w, uint64_t high, uint64_t low)
{
	return (__int128)((unsigned __int128)(__int128)sx(high, w) << w | low);
}

ELEMENT(udiv2) { return c ? (uint64_t)(pair(w, a, b) / c) : ~UINT64_C(0); }
ELEMENT(urem2) { return c ? (uint64_t)(pair(w, a, b) % c) : b; }

ELEMENT(sdiv2)
{
	if (!c)
		return ~UINT64_C(0);
	return sx(c, w) == -1 ? -b : (uint64_t)(signed_pair(w, a, b) / sx(c, w));
}

ELEMENT(srem2)
{
	if (!c)
		return b;
	return sx(c, w) == -1 ? 0 : (uint64_t)(signed_pair(w, a, b) % sx(c, w));
}

ELEMENT(fshl)
{
	return (uint64_t)(pair(w, a, b) << (c % w) >> w);
}

ELEMENT(fshr)
{
	return (uint64_t)(pair(w, a, b) >> (c % w));
}

ELEMENT(rotl) { return el_fshl(w, a, a, b); }
ELEMENT(rotr) { return el_fshr(w, a, a, b); }

ELEMENT(bitrev)
{
	uint64_t r = 0;

	for (; w--; a >>= 1)
		r = r << 1 | (a & 1);
	return r;
}

ELEMENT(pdep)
{
	uint64_t r = 0;

	for (; b; b &= b - 1, a >>= 1)
		r |= a & 1 ? b & -b : 0;
	return r;
}

ELEMENT(pext)
{
	uint64_t r = 0, bit = 1;

	for (; b; b &= b - 1, bit <<= 1)
		r |= a & b & -b ? bit : 0;
	return r;
}

ELEMENT(abs) { return sx(a, w) < 0 ? -a : a; }
ELEMENT(uavg) { return (a & b) + ((a ^ b) >> 1) + ((a ^ b) & 1); }

/* Signed bounds of w bits. */
VMB_INLINE uint64_t saturate(uint32_t w, __int128 value)
{
	__int128 max = (__int128)(ones(w) >> 1);

	if (value > max)
		return (uint64_t)max;
	return value < -max - 1 ? (uint64_t)max + 1 : (uint64_t)value;
}

VMB_INLINE uint64_t saturate_unsigned(uint32_t w, __int128 value)
{
	if (value < 0)
		return 0;
	return value > (__int128)ones(w) ? ones(w) : (uint64_t)value;
}

ELEMENT(sqadd) { return saturate(w, (__int128)sx(a, w) + sx(b, w)); }
ELEMENT(sqsub) { return saturate(w, (__int128)sx(a, w) - sx(b, w)); }
ELEMENT(uqadd) { return saturate_unsigned(w, (__int128)a + (__int128)b); }
ELEMENT(uqsub) { return saturate_unsigned(w, (__int128)a - (__int128)b); }

/* Shifts of lanes: a count from w on shifts everything out. */
ELEMENT(lane_shl) { return b < w ? a << b : 0; }
ELEMENT(lane_shr) { return b < w ? a >> b : 0; }
ELEMENT(lane_sar) { return (uint64_t)(sx(a, w) >> (b < w ? b : w - 1)); }

#endif /* VMB_VMCORE_IR_EVAL_INT_H */
