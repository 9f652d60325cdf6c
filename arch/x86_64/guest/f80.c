// SPDX-License-Identifier: MIT
#include "arch/x86_64/guest/f80.h"

#define TOP	 (UINT64_C(1) << 63)
#define QUIET	 (UINT64_C(1) << 62)
#define INFINITE 0x7fff
#define BIAS	 16383

/* A finite number: (-1)^sign * m * 2^(exp - BIAS - 63), m with its top bit but for zero. */
struct number {
	bool sign;
	int32_t exp;
	uint64_t m;
};

static struct f80 make(bool sign, int32_t exp, uint64_t m)
{
	return (struct f80){ m, (uint16_t)(exp | (sign ? 0x8000 : 0)) };
}

static struct f80 default_nan(struct f80_env *env)
{
	env->flags |= F80_INVALID;
	return make(true, INFINITE, TOP | QUIET);
}

static bool is_signalling(struct f80 a)
{
	return f80_is_nan(a) && !(a.m & QUIET);
}

/* Which NaN: a quiet one before a signalling one, else the larger, else the positive one. */
static struct f80 choose_nan(struct f80_env *env, struct f80 a, struct f80 b)
{
	bool first = is_signalling(a), second = is_signalling(b);

	if (f80_is_unsupported(a) || f80_is_unsupported(b))
		return default_nan(env);
	if (first || second)
		env->flags |= F80_INVALID;
	a.m |= f80_is_nan(a) ? QUIET : 0;
	b.m |= f80_is_nan(b) ? QUIET : 0;
	if (!f80_is_nan(a) || (first && !second && f80_is_nan(b)))
		return b;
	if (!f80_is_nan(b) || (second && !first))
		return a;
	if (a.m != b.m)
		return a.m > b.m ? a : b;
	return a.se < b.se ? a : b;
}

static bool is_no_number(struct f80 a)
{
	return f80_is_nan(a) || f80_is_unsupported(a);
}

static struct number unpack(struct f80_env *env, struct f80 a)
{
	struct number n = { f80_sign(a), (int32_t)f80_exponent(a), a.m };
	int shift;

	if (n.exp || !n.m)
		return n;
	env->flags |= F80_DENORMAL;
	shift = __builtin_clzll(n.m);
	n.m <<= shift;
	n.exp = 1 - shift;
	return n;
}

/* Right by @by, what is lost in the lowest bit. */
static unsigned __int128 shift_jam(unsigned __int128 value, unsigned int by)
{
	if (by >= 128)
		return value != 0;
	return by ? value >> by | (value << (128 - by) != 0) : value;
}

/* Does what is below @unit of @value round it up? @half: half a unit. */
static bool rounds_up(const struct f80_env *env, bool sign, unsigned __int128 rest,
		      unsigned __int128 half, bool odd)
{
	switch (env->round) {
	case 0:
		return rest > half || (rest == half && odd);
	case 1:
		return sign && rest;
	case 2:
		return !sign && rest;
	default:
		return false;
	}
}

/* The greatest number or infinity, as the rounding mode says. */
static struct f80 overflow(struct f80_env *env, bool sign, unsigned int bits)
{
	bool to_infinity = env->round == 0 || env->round == (sign ? 1 : 2);

	env->flags |= F80_OVERFLOW | F80_INEXACT;
	env->up = to_infinity;
	if (to_infinity)
		return make(sign, INFINITE, TOP);
	return make(sign, INFINITE - 1, ~UINT64_C(0) << (64 - bits));
}

/*
 * Round @wide, whose top bit is set, to @bits bits and to what the exponent allows; @least: the
 * exponent of the least normal number. The result is not limited above.
 */
static struct number round_wide(struct f80_env *env, bool sign, int32_t exp, unsigned __int128 wide,
				unsigned int bits, int32_t least)
{
	const unsigned __int128 unit = (unsigned __int128)1 << (128 - bits);
	unsigned __int128 rest = wide & (unit - 1);
	bool tiny = exp < least, up;

	/* Tiny is what is so after rounding without a limit. */
	if (exp == least - 1 && rounds_up(env, sign, rest, unit / 2, (wide & unit) != 0) &&
	    wide - rest + unit == 0)
		tiny = false;
	if (exp < least) {
		wide = shift_jam(wide, (unsigned int)(least - exp));
		exp = least;
		rest = wide & (unit - 1);
	}
	up = rounds_up(env, sign, rest, unit / 2, (wide & unit) != 0);
	env->up = up;
	if (rest)
		env->flags |= F80_INEXACT | (tiny ? F80_UNDERFLOW : 0);
	wide -= rest;
	if (up && !(wide += unit)) {
		wide = (unsigned __int128)1 << 127;
		exp++;
	}
	return (struct number){ sign, exp, (uint64_t)(wide >> 64) };
}

/* A result of arithmetic. */
static struct f80 pack(struct f80_env *env, bool sign, int32_t exp, unsigned __int128 wide)
{
	struct number n;
	int shift;

	if (!wide)
		return make(sign, 0, 0);
	shift = wide >> 64 ? __builtin_clzll((uint64_t)(wide >> 64)) :
			     64 + __builtin_clzll((uint64_t)wide);
	n = round_wide(env, sign, exp - shift, wide << shift, env->precision, 1);
	if (n.exp >= INFINITE)
		return overflow(env, sign, env->precision);
	return make(sign, n.m >> 63 ? n.exp : 0, n.m);
}

static struct f80 add_magnitudes(struct f80_env *env, bool sign, struct number a, struct number b)
{
	unsigned __int128 x = (unsigned __int128)a.m << 63, y = (unsigned __int128)b.m << 63;
	struct number swap;

	if (a.exp < b.exp) {
		swap = a;
		a = b;
		b = swap;
		x = (unsigned __int128)a.m << 63;
		y = (unsigned __int128)b.m << 63;
	}
	return pack(env, sign, a.exp + 1, x + shift_jam(y, (unsigned int)(a.exp - b.exp)));
}

/* |a| - |b| with the sign of the greater. */
static struct f80 subtract_magnitudes(struct f80_env *env, struct number a, struct number b)
{
	bool less = a.exp < b.exp || (a.exp == b.exp && a.m < b.m);
	struct number big = less ? b : a, small = less ? a : b;
	unsigned __int128 x = (unsigned __int128)big.m << 63, y = (unsigned __int128)small.m << 63;

	y = shift_jam(y, (unsigned int)(big.exp - small.exp));
	if (x == y)
		return make(env->round == 1, 0, 0);
	return pack(env, big.sign, big.exp + 1, x - y);
}

static struct f80 add_infinite(struct f80_env *env, struct f80 a, struct f80 b)
{
	if (f80_is_inf(a) && f80_is_inf(b) && f80_sign(a) != f80_sign(b))
		return default_nan(env);
	if (!f80_is_inf(a))
		unpack(env, a);
	if (!f80_is_inf(b))
		unpack(env, b);
	return f80_is_inf(a) ? a : b;
}

struct f80 f80_add(struct f80_env *env, struct f80 a, struct f80 b)
{
	struct number x, y;

	env->up = false;
	if (is_no_number(a) || is_no_number(b))
		return choose_nan(env, a, b);
	if (f80_is_inf(a) || f80_is_inf(b))
		return add_infinite(env, a, b);
	x = unpack(env, a);
	y = unpack(env, b);
	if (!x.m && !y.m)
		return x.sign == y.sign ? a : make(env->round == 1, 0, 0);
	if (!x.m || !y.m) {
		x = x.m ? x : y;
		return pack(env, x.sign, x.exp, (unsigned __int128)x.m << 64);
	}
	if (x.sign == y.sign)
		return add_magnitudes(env, x.sign, x, y);
	return subtract_magnitudes(env, x, y);
}

struct f80 f80_sub(struct f80_env *env, struct f80 a, struct f80 b)
{
	env->up = false;
	if (is_no_number(a) || is_no_number(b))
		return choose_nan(env, a, b);
	b.se ^= 0x8000;
	return f80_add(env, a, b);
}

struct f80 f80_mul(struct f80_env *env, struct f80 a, struct f80 b)
{
	bool sign = f80_sign(a) != f80_sign(b);
	struct number x, y;

	env->up = false;
	if (is_no_number(a) || is_no_number(b))
		return choose_nan(env, a, b);
	if ((f80_is_inf(a) && f80_is_zero(b)) || (f80_is_zero(a) && f80_is_inf(b)))
		return default_nan(env);
	x = unpack(env, a);
	y = unpack(env, b);
	if (f80_is_inf(a) || f80_is_inf(b))
		return make(sign, INFINITE, TOP);
	if (!x.m || !y.m)
		return make(sign, 0, 0);
	return pack(env, sign, x.exp + y.exp - BIAS + 1, (unsigned __int128)x.m * y.m);
}

/* 127 bits of a quotient of significands, the last one sticky: x / y in [1/2, 2) at bit 126. */
static unsigned __int128 divide(uint64_t x, uint64_t y)
{
	unsigned __int128 rest = x, quotient;
	uint64_t low;

	quotient = rest / y;
	rest = (rest % y) << 63;
	low = (uint64_t)(rest / y);
	quotient = quotient << 63 | low;
	rest = (rest % y) << 63;
	low = (uint64_t)(rest / y);
	return quotient << 63 | low | (rest % y != 0);
}

struct f80 f80_div(struct f80_env *env, struct f80 a, struct f80 b)
{
	bool sign = f80_sign(a) != f80_sign(b);
	struct number x, y;

	env->up = false;
	if (is_no_number(a) || is_no_number(b))
		return choose_nan(env, a, b);
	if ((f80_is_inf(a) && f80_is_inf(b)) || (f80_is_zero(a) && f80_is_zero(b)))
		return default_nan(env);
	x = unpack(env, a);
	y = unpack(env, b);
	if (f80_is_inf(a))
		return make(sign, INFINITE, TOP);
	if (f80_is_inf(b) || !x.m)
		return make(sign, 0, 0);
	if (!y.m) {
		/* It comes before a denormal operand. */
		env->flags = (uint8_t)((env->flags & ~F80_DENORMAL) | F80_DIVZERO);
		return make(sign, INFINITE, TOP);
	}
	return pack(env, sign, x.exp - y.exp + BIAS + 1, divide(x.m, y.m));
}

/* floor(sqrt(@value)), bit by bit. */
static uint64_t root(unsigned __int128 value, bool *exact)
{
	unsigned __int128 rest = value;
	uint64_t result = 0, bit;
	unsigned __int128 try;

	for (bit = TOP; bit; bit >>= 1) {
		try = ((unsigned __int128)result * 2 + bit) * bit;
		if (try > rest)
			continue;
		rest -= try;
		result |= bit;
	}
	*exact = !rest;
	return result;
}

struct f80 f80_sqrt(struct f80_env *env, struct f80 a)
{
	unsigned __int128 wide, square;
	struct number x;
	uint64_t high;
	bool exact;

	env->up = false;
	if (is_no_number(a))
		return choose_nan(env, a, a);
	if (f80_is_zero(a))
		return a;
	if (f80_sign(a))
		return default_nan(env);
	if (f80_is_inf(a))
		return a;
	x = unpack(env, a);
	/* An even exponent, and 64 bits of the root; then whether the rest is above half a bit. */
	wide = (unsigned __int128)x.m << ((x.exp - BIAS) & 1 ? 64 : 63);
	high = root(wide, &exact);
	square = (unsigned __int128)high * high;
	wide -= square;
	/* (high + 1/2)^2 = high^2 + high + 1/4. */
	square = (unsigned __int128)high << 64;
	if (!exact)
		square |= wide > high ? TOP | 1 : 1;
	return pack(env, false, ((x.exp - BIAS) >> 1) + BIAS, square);
}

/* The integer part of @n, rounded by the mode of @env; @n below 2^63 in magnitude. */
static uint64_t to_integer(struct f80_env *env, struct number n)
{
	int32_t shift = BIAS + 63 - n.exp;
	unsigned __int128 wide, unit = (unsigned __int128)1 << 64;
	uint64_t whole;
	bool up;

	if (shift <= 0)
		return n.m;
	wide = shift_jam((unsigned __int128)n.m << 64, (unsigned int)shift);
	whole = (uint64_t)(wide >> 64);
	up = rounds_up(env, n.sign, (uint64_t)wide, unit / 2, whole & 1);
	env->up = up;
	if ((uint64_t)wide)
		env->flags |= F80_INEXACT;
	return whole + up;
}

struct f80 f80_round(struct f80_env *env, struct f80 a)
{
	struct number n;
	uint64_t whole;
	int shift;

	env->up = false;
	if (is_no_number(a))
		return choose_nan(env, a, a);
	if (f80_is_inf(a) || f80_is_zero(a))
		return a;
	n = unpack(env, a);
	if (n.exp >= BIAS + 63)
		return a;
	whole = to_integer(env, n);
	if (!whole)
		return make(n.sign, 0, 0);
	shift = __builtin_clzll(whole);
	return make(n.sign, BIAS + 63 - shift, whole << shift);
}

struct f80 f80_scale(struct f80_env *env, struct f80 a, struct f80 b)
{
	struct f80_env chop = { .round = 3, .precision = 64 };
	struct number n, by;
	int32_t shift;

	env->up = false;
	if (is_no_number(a) || is_no_number(b))
		return choose_nan(env, a, b);
	if (f80_is_inf(b)) {
		if (f80_sign(b) ? f80_is_inf(a) : f80_is_zero(a))
			return default_nan(env);
		unpack(env, a);
		return f80_sign(b) ? make(f80_sign(a), 0, 0) : make(f80_sign(a), INFINITE, TOP);
	}
	n = unpack(env, a);
	by = unpack(env, b);
	if (f80_is_inf(a) || !n.m)
		return a;
	shift = by.exp > BIAS + 20 ? 1 << 20 : (int32_t)to_integer(&chop, by);
	return pack(env, n.sign, n.exp + (by.sign ? -shift : shift), (unsigned __int128)n.m << 64);
}

enum f80_order f80_compare(struct f80_env *env, struct f80 a, struct f80 b, bool quiet)
{
	struct number x, y;
	bool less;

	env->up = false;
	if (is_no_number(a) || is_no_number(b)) {
		if (!quiet || is_signalling(a) || is_signalling(b) || f80_is_unsupported(a) ||
		    f80_is_unsupported(b))
			env->flags |= F80_INVALID;
		return F80_UNORDERED;
	}
	x = unpack(env, a);
	y = unpack(env, b);
	if ((!x.m && !y.m) || (x.sign == y.sign && x.exp == y.exp && x.m == y.m))
		return F80_EQUAL;
	if (!x.m)
		return y.sign ? F80_GREATER : F80_LESS;
	if (!y.m)
		return x.sign ? F80_LESS : F80_GREATER;
	if (x.sign != y.sign)
		return x.sign ? F80_LESS : F80_GREATER;
	less = x.exp < y.exp || (x.exp == y.exp && x.m < y.m);
	return less != x.sign ? F80_LESS : F80_GREATER;
}

/* @x by steps of one bit, @steps times; what remains is in @x. Return: the quotient's low bits. */
static unsigned int reduce(uint64_t *x, uint64_t y, int32_t steps)
{
	unsigned __int128 rest = *x;
	unsigned int quotient = 0;

	for (;;) {
		quotient <<= 1;
		if (rest >= y) {
			rest -= y;
			quotient |= 1;
		}
		if (!steps--)
			break;
		rest <<= 1;
	}
	*x = (uint64_t)rest;
	return quotient;
}

/* Finite @x and @y that are not zero, x the greater exponent or one less. */
static struct f80 remainder_of(struct f80_env *env, struct number x, struct number y, bool nearest,
			       unsigned int *quotient)
{
	int32_t difference = x.exp - y.exp, done = difference;
	uint64_t rest = x.m;
	bool sign = x.sign;

	/* As CPUs do it: 32 to 63 bits less at a time. */
	if (difference > 63)
		done = 32 + (difference & 31);
	if (difference < 0) {
		*quotient = 0;
		/* Less than half is itself the nearest. */
		if (nearest && difference == -1 && x.m > y.m) {
			*quotient = 1;
			return pack(env, !sign, x.exp + 1,
				    ((unsigned __int128)y.m << 64) - ((unsigned __int128)x.m << 63));
		}
		return pack(env, sign, x.exp, (unsigned __int128)x.m << 64);
	}
	*quotient = reduce(&rest, y.m, done) & 7;
	if (difference > 63) {
		*quotient = 8;
		return pack(env, sign, x.exp - done, (unsigned __int128)rest << 64);
	}
	if (nearest && (rest > y.m - rest || (rest == y.m - rest && *quotient & 1))) {
		rest = y.m - rest;
		*quotient = (*quotient + 1) & 7;
		sign = !sign;
	}
	return rest ? pack(env, sign, y.exp, (unsigned __int128)rest << 64) : make(x.sign, 0, 0);
}

struct f80 f80_remainder(struct f80_env *env, struct f80 a, struct f80 b, bool nearest,
			 unsigned int *quotient)
{
	struct f80_env exact = { .round = 0, .precision = 64 };
	struct number x, y;
	struct f80 result;

	env->up = false;
	*quotient = 0;
	if (is_no_number(a) || is_no_number(b))
		return choose_nan(env, a, b);
	if (f80_is_inf(a) || f80_is_zero(b))
		return default_nan(env);
	x = unpack(env, a);
	y = unpack(env, b);
	if (!x.m)
		return a;
	/* What has the exponent of a denormal and the top bit of a normal number becomes the latter. */
	if (f80_is_inf(b))
		return !f80_exponent(a) && a.m & TOP ? make(x.sign, 1, a.m) : a;
	result = remainder_of(&exact, x, y, nearest, quotient);
	env->flags |= exact.flags & F80_UNDERFLOW;
	return result;
}

/* A format of IEEE 754: bits of the fraction, and the exponent's bias. */
struct format {
	unsigned int fraction;
	int32_t bias;
};

static const struct format f32 = { 23, 127 }, f64 = { 52, 1023 };

static struct f80 widen(struct f80_env *env, const struct format *f, uint64_t bits, unsigned int width)
{
	bool sign = bits >> (width - 1) & 1;
	uint64_t fraction = bits & ((UINT64_C(1) << f->fraction) - 1);
	int32_t exp = (int32_t)(bits >> f->fraction & ((2u * (uint32_t)f->bias) + 1));
	int shift;

	env->up = false;
	if (exp == 2 * f->bias + 1)
		return make(sign, INFINITE, TOP | fraction << (63 - f->fraction));
	if (exp)
		return make(sign, exp - f->bias + BIAS, TOP | fraction << (63 - f->fraction));
	if (!fraction)
		return make(sign, 0, 0);
	env->flags |= F80_DENORMAL;
	shift = __builtin_clzll(fraction);
	return make(sign, BIAS - f->bias + 1 - (shift - (63 - (int)f->fraction)), fraction << shift);
}

struct f80 f80_quieted(struct f80_env *env, struct f80 a)
{
	if (!is_signalling(a))
		return a;
	env->flags |= F80_INVALID;
	a.m |= QUIET;
	return a;
}

struct f80 f80_from_f32(struct f80_env *env, uint32_t bits)
{
	return widen(env, &f32, bits, 32);
}

struct f80 f80_from_f64(struct f80_env *env, uint64_t bits)
{
	return widen(env, &f64, bits, 64);
}

struct f80 f80_from_int(int64_t value)
{
	uint64_t m = value < 0 ? -(uint64_t)value : (uint64_t)value;
	int shift;

	if (!m)
		return make(false, 0, 0);
	shift = __builtin_clzll(m);
	return make(value < 0, BIAS + 63 - shift, m << shift);
}

static uint64_t narrow_nan(const struct format *f, struct f80 a)
{
	uint64_t fraction = (a.m | QUIET) << 1 >> (64 - f->fraction);

	return (2 * (uint64_t)f->bias + 1) << f->fraction | fraction;
}

/* Without its sign. */
static uint64_t narrow(struct f80_env *env, const struct format *f, struct f80 a)
{
	const uint64_t infinity = (2 * (uint64_t)f->bias + 1) << f->fraction;
	struct f80_env unused = *env;
	struct number n;

	env->up = false;
	if (f80_is_unsupported(a))
		return narrow_nan(f, default_nan(env));
	if (f80_is_nan(a)) {
		env->flags |= is_signalling(a) ? F80_INVALID : 0;
		return narrow_nan(f, a);
	}
	if (f80_is_inf(a))
		return infinity;
	if (f80_is_zero(a))
		return 0;
	n = unpack(&unused, a);
	n = round_wide(env, n.sign, n.exp, (unsigned __int128)n.m << 64, f->fraction + 1,
		       BIAS - f->bias + 1);
	n.exp -= BIAS - f->bias;
	if (n.exp > 2 * f->bias) {
		overflow(env, n.sign, 64);
		overflow(&unused, n.sign, 64);
		return unused.up ? infinity : infinity - 1;
	}
	return ((uint64_t)(n.m >> 63 ? n.exp : 0) << f->fraction) |
	       (n.m << 1 >> (64 - f->fraction));
}

uint32_t f80_to_f32(struct f80_env *env, struct f80 a)
{
	bool sign = f80_is_unsupported(a) || f80_sign(a);

	return (uint32_t)narrow(env, &f32, a) | (sign ? UINT32_C(1) << 31 : 0);
}

uint64_t f80_to_f64(struct f80_env *env, struct f80 a)
{
	bool sign = f80_is_unsupported(a) || f80_sign(a);

	return narrow(env, &f64, a) | (sign ? UINT64_C(1) << 63 : 0);
}

int64_t f80_to_int(struct f80_env *env, struct f80 a, unsigned int bytes)
{
	const uint64_t least = UINT64_C(1) << (8 * bytes - 1);
	struct f80_env inner = *env;
	struct number n;
	uint64_t whole;

	env->up = false;
	if (!is_no_number(a) && !f80_is_inf(a)) {
		n = unpack(&inner, a);
		whole = n.exp > BIAS + 63 ? ~UINT64_C(0) : n.m ? to_integer(&inner, n) : 0;
		if (n.exp <= BIAS + 63 && whole < least + n.sign) {
			env->flags |= inner.flags & F80_INEXACT;
			env->up = inner.up;
			return (int64_t)(n.sign ? -whole : whole);
		}
	}
	env->flags |= F80_INVALID;
	return (int64_t)-least;
}
