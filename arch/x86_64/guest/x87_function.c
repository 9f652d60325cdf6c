// SPDX-License-Identifier: MIT
/*
 * Transcendental functions where the host has no x87: by its long double, of 113 bits on the hosts that
 * there are, rounded to 64. A CPU's own results are a little less exact, each maker's in another way.
 * Source: Intel SDM, volume 1, 8.3.7 to 8.3.10, and volume 2 of each instruction.
 */
#include <math.h>
#include <stddef.h>

#include "arch/base/attr.h"
#include "arch/x86_64/guest/x87_image.h"

#define STACK_FAULT 0x40u
#define C1	    0x200u
#define C2	    0x400u
#define LN_2	    0.693147180559945309417232121458176568075500134360255254120680L
#define EMPTY	    3u
#define BIAS	    16383

/* The image and how to compute. */
struct work {
	struct x87_image *image;
	struct f80_env env;
};

static const struct f80 indefinite = { UINT64_C(3) << 62, 0xffff };

static unsigned int tag_shift(const struct work *w, unsigned int i)
{
	return 2 * (((w->image->status >> 11) + i) & 7);
}

static bool is_full(const struct work *w, unsigned int i)
{
	return (w->image->tags >> tag_shift(w, i) & 3) != EMPTY;
}

static struct f80 get(const struct work *w, unsigned int i)
{
	return (struct f80){ w->image->st[i].m, w->image->st[i].se };
}

static void set(struct work *w, unsigned int i, struct f80 value)
{
	w->image->st[i].m = value.m;
	w->image->st[i].se = value.se;
	w->image->tags &= ~(EMPTY << tag_shift(w, i));
}

static void turn(struct work *w, unsigned int by)
{
	struct x87_image *image = w->image, old = *image;
	unsigned int i;

	for (i = 0; i < 8; i++)
		image->st[i] = old.st[(i + by) & 7];
	image->status = (image->status & ~0x3800u) |
			((((image->status >> 11) + by) & 7) << 11);
}

static void pop(struct work *w)
{
	w->image->tags |= EMPTY << tag_shift(w, 0);
	turn(w, 1);
}

static void push(struct work *w, struct f80 value)
{
	turn(w, 7);
	set(w, 0, value);
}

static long double wide(struct f80 a)
{
	int exponent = (int)f80_exponent(a) + !f80_exponent(a) - BIAS - 63;
	long double value = f80_is_inf(a) ? (long double)INFINITY : ldexpl((long double)a.m, exponent);

	return f80_sign(a) ? -value : value;
}

/* @m times 2^(@exponent - 63), a normal number. */
static struct f80 part(bool sign, uint64_t m, int exponent)
{
	int shift = m ? __builtin_clzll(m) : 0;

	if (!m)
		return (struct f80){ 0, sign ? 0x8000 : 0 };
	return (struct f80){ m << shift,
			     (uint16_t)((exponent - shift + BIAS) | (sign ? 0x8000 : 0)) };
}

/* Rounded: the sum of its upper and its lower 64 bits. */
static struct f80 narrow(struct work *w, long double value)
{
	bool sign = signbit(value);
	int exponent, least = 200 - BIAS;
	long double rest;
	struct f80 sum;
	uint64_t m;

	if (isnan(value) || isinf(value) || value == 0) {
		if (isnan(value)) {
			w->env.flags |= F80_INVALID;
			return indefinite;
		}
		return (struct f80){ isinf(value) ? UINT64_C(1) << 63 : 0,
				     (uint16_t)((isinf(value) ? 0x7fff : 0) | (sign ? 0x8000 : 0)) };
	}
	rest = ldexpl(frexpl(fabsl(value), &exponent), 64);
	m = (uint64_t)rest;
	rest = ldexpl(rest - (long double)m, 64);
	/* What becomes subnormal is rounded once more. */
	if (exponent >= least)
		least = exponent;
	sum = f80_add(&w->env, part(sign, m, least - 1), part(sign, (uint64_t)rest, least - 65));
	return exponent < least ? f80_scale(&w->env, sum, f80_from_int(exponent - least)) : sum;
}

/* What happened goes to the status word. */
static void accrue(struct work *w)
{
	w->image->status |= w->env.flags & 0x3f;
	w->image->status &= ~C1;
	if (w->env.up)
		w->image->status |= C1;
}

static void stack_fault(struct work *w, bool overflow)
{
	w->image->status |= F80_INVALID | STACK_FAULT;
	w->image->status &= ~C1;
	if (overflow)
		w->image->status |= C1;
}

static void note_denormal(struct work *w, struct f80 a)
{
	if (!f80_exponent(a) && a.m)
		w->env.flags |= F80_DENORMAL;
}

static bool is_no_number(struct f80 a)
{
	return f80_is_nan(a) || f80_is_unsupported(a);
}

/* 2^x - 1 for x from -1 to 1; others are not defined, but for infinities, and stay. */
static long double exp2_less_1(long double x)
{
	if (isinf(x))
		return x < 0 ? -1.0L : x;
	return fabsl(x) > 1 ? x : expm1l(x * LN_2);
}

static long double (*const unary[16])(long double) = {
	[0x0] = exp2_less_1, [0x2] = tanl, [0xb] = sinl, [0xe] = sinl, [0xf] = cosl,
};

/* The functions of an angle take those below 2^63. */
static bool is_too_large(uint8_t opcode, struct f80 a)
{
	return opcode != 0xf0 && f80_exponent(a) >= BIAS + 63 && f80_exponent(a) != 0x7fff;
}

/* ST(0) becomes f(ST(0)); FPTAN then pushes 1, FSINCOS the cosine. */
static void of_one(struct work *w, uint8_t opcode)
{
	bool pushes = opcode == 0xf2 || opcode == 0xfb, full = is_full(w, 0);
	struct f80 a = get(w, 0), second = { UINT64_C(1) << 63, BIAS }, result;

	if (opcode != 0xf0)
		w->image->status &= ~C2;
	if (!full || (pushes && is_full(w, 7))) {
		stack_fault(w, full);
		set(w, 0, indefinite);
		if (pushes)
			push(w, indefinite);
		return;
	}
	if (is_too_large(opcode, a) && !is_no_number(a)) {
		w->image->status = (w->image->status & ~C1) | C2;
		return;
	}
	if (is_no_number(a)) {
		result = second = f80_add(&w->env, a, a);
	} else {
		note_denormal(w, a);
		if (opcode == 0xfb)
			second = narrow(w, cosl(wide(a)));
		result = narrow(w, unary[opcode & 15](wide(a)));
		if (f80_is_nan(result))
			second = result;
	}
	accrue(w);
	set(w, 0, result);
	if (pushes)
		push(w, second);
}

static long double arc(long double y, long double x)
{
	return atan2l(y, x);
}

static long double by_log2(long double y, long double x)
{
	return y * log2l(x);
}

static long double by_log2_plus_1(long double y, long double x)
{
	return y * (log1pl(x) / LN_2);
}

static long double (*const binary[16])(long double, long double) = {
	[0x1] = by_log2, [0x3] = arc, [0x9] = by_log2_plus_1,
};

/* ST(1) becomes f(ST(1), ST(0)), which is popped. */
static void of_two(struct work *w, uint8_t opcode)
{
	struct f80 x = get(w, 0), y = get(w, 1), result;

	if (!is_full(w, 0) || !is_full(w, 1)) {
		stack_fault(w, false);
		result = indefinite;
	} else if (is_no_number(x) || is_no_number(y)) {
		result = f80_add(&w->env, y, x);
		accrue(w);
	} else {
		note_denormal(w, x);
		note_denormal(w, y);
		result = narrow(w, binary[opcode & 15](wide(y), wide(x)));
		if (f80_is_inf(result) && opcode == 0xf1 && f80_is_zero(x) && !f80_is_inf(y))
			w->env.flags |= F80_DIVZERO;
		accrue(w);
	}
	set(w, 1, result);
	pop(w);
}

void x87_function_soft(uint8_t opcode, struct x87_image *image)
{
	struct work w = { .image = image,
			  .env = { .round = image->control >> 10 & 3, .precision = 64 } };

	if (binary[opcode & 15])
		of_two(&w, opcode);
	else if (unary[opcode & 15])
		of_one(&w, opcode);
}
