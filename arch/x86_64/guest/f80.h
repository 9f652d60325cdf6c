/* SPDX-License-Identifier: MIT */
#ifndef VMB_ARCH_X86_64_GUEST_F80_H
#define VMB_ARCH_X86_64_GUEST_F80_H
/*
 * Floating point of 80 bits, as the x87 computes it, by integers: no other host has it. Source: Intel
 * SDM, volume 1, 4.2.2 (formats), 4.8 (NaNs), 8.1.5 (control word), 8.5 (exceptions).
 */

#include <stdbool.h>
#include <stdint.h>

/** struct f80 - @m: significand with its integer bit; @se: sign and biased exponent. */
struct f80 {
	uint64_t m;
	uint16_t se;
};

/* Exceptions, as the status word numbers them. */
enum { F80_INVALID = 1, F80_DENORMAL = 2, F80_DIVZERO = 4, F80_OVERFLOW = 8, F80_UNDERFLOW = 16,
       F80_INEXACT = 32 };

/**
 * struct f80_env - how to compute, and what happened.
 * @round: as the control word: 0 nearest, 1 down, 2 up, 3 to zero
 * @precision: bits of the significand that results are rounded to: 24, 53, 64
 * @flags: what was raised is added to them
 * @up: the last result was rounded away from zero
 */
struct f80_env {
	uint8_t round, precision, flags;
	bool up;
};

/* How two numbers compare. */
enum f80_order { F80_GREATER, F80_LESS, F80_EQUAL, F80_UNORDERED };

struct f80 f80_add(struct f80_env *env, struct f80 a, struct f80 b);
struct f80 f80_sub(struct f80_env *env, struct f80 a, struct f80 b);
struct f80 f80_mul(struct f80_env *env, struct f80 a, struct f80 b);
struct f80 f80_div(struct f80_env *env, struct f80 a, struct f80 b);
struct f80 f80_sqrt(struct f80_env *env, struct f80 a);

/** f80_round - to an integer in the mode of @env. */
struct f80 f80_round(struct f80_env *env, struct f80 a);

/** f80_scale - @a times two to the truncated @b. */
struct f80 f80_scale(struct f80_env *env, struct f80 a, struct f80 b);

/**
 * f80_remainder - @a less a multiple of @b; the multiple towards zero, or @nearest.
 * @quotient: gets its three low bits; bit 3 if only a part of it was done, and the result goes on
 */
struct f80 f80_remainder(struct f80_env *env, struct f80 a, struct f80 b, bool nearest,
			 unsigned int *quotient);

/** f80_compare - @quiet: quiet NaNs raise nothing. */
enum f80_order f80_compare(struct f80_env *env, struct f80 a, struct f80 b, bool quiet);

/* From and to other formats; the precision of @env does not matter. Signalling NaNs stay that. */
struct f80 f80_from_f32(struct f80_env *env, uint32_t bits);
struct f80 f80_from_f64(struct f80_env *env, uint64_t bits);
struct f80 f80_from_int(int64_t value);
uint32_t f80_to_f32(struct f80_env *env, struct f80 a);
uint64_t f80_to_f64(struct f80_env *env, struct f80 a);

/** f80_quieted - a signalling NaN raises invalid and becomes a quiet one. */
struct f80 f80_quieted(struct f80_env *env, struct f80 a);

/** f80_to_int - of @bytes 2, 4 or 8; the least integer if it does not fit. */
int64_t f80_to_int(struct f80_env *env, struct f80 a, unsigned int bytes);

static inline bool f80_sign(struct f80 a)
{
	return a.se >> 15;
}

static inline unsigned int f80_exponent(struct f80 a)
{
	return a.se & 0x7fff;
}

static inline bool f80_is_zero(struct f80 a)
{
	return !f80_exponent(a) && !a.m;
}

static inline bool f80_is_inf(struct f80 a)
{
	return f80_exponent(a) == 0x7fff && a.m == UINT64_C(1) << 63;
}

/* Encodings that are none: the integer bit is missing. */
static inline bool f80_is_unsupported(struct f80 a)
{
	return f80_exponent(a) && !(a.m >> 63);
}

static inline bool f80_is_nan(struct f80 a)
{
	return f80_exponent(a) == 0x7fff && a.m >> 63 && a.m << 1;
}

#endif /* VMB_ARCH_X86_64_GUEST_F80_H */
