// SPDX-License-Identifier: MIT
/*
 * Source: Intel SDM, volume 1, chapter 8. All exceptions are handled as if they were masked: none is
 * ever delivered.
 */
#include "arch/x86_64/guest/x87.h"

#include "arch/x86_64/guest/state.h"

/* Status word. */
#define SW_STACK_FAULT 0x40u
#define SW_C0	       0x100u
#define SW_C1	       0x200u
#define SW_C2	       0x400u
#define SW_C3	       0x4000u
#define SW_TOP	       0x3800u
#define SW_ERROR       0x8080u /* a summary of unmasked exceptions, twice */
#define SW_EXCEPTIONS  0x3fu

struct call {
	struct x86_state *s;
	uint32_t code;
	uint64_t a, b;
	struct f80_env env;
};

static const struct f80 indefinite = { UINT64_C(3) << 62, 0xffff };

static unsigned int index_of(const struct call *c)
{
	return c->code >> 5 & 7;
}

static unsigned int format_of(const struct call *c)
{
	return c->code >> 11 & 7;
}

static unsigned int reg(const struct call *c, unsigned int i)
{
	return (c->s->top + i) & 7;
}

uint16_t x86_control_word(const struct x86_state *s)
{
	return s->control ^ X87_FIRST_CONTROL;
}

static struct f80_env environment(const struct x86_state *s)
{
	static const uint8_t precision[] = { 24, 64, 53, 64 };

	return (struct f80_env){ .round = x86_control_word(s) >> 10 & 3,
				 .precision = precision[x86_control_word(s) >> 8 & 3] };
}

/* What happened goes to the status word. */
static void accrue(struct call *c)
{
	c->s->status |= c->env.flags & SW_EXCEPTIONS;
	c->s->status &= (uint16_t)~SW_C1;
	if (c->env.up)
		c->s->status |= SW_C1;
	c->env.flags = 0;
	c->env.up = false;
}

static void stack_fault(struct call *c, bool overflow)
{
	c->s->status |= F80_INVALID | SW_STACK_FAULT;
	c->s->status &= (uint16_t)~SW_C1;
	if (overflow)
		c->s->status |= SW_C1;
}

static bool is_full(const struct call *c, unsigned int i)
{
	return c->s->full >> reg(c, i) & 1;
}

static struct f80 get(const struct call *c, unsigned int i)
{
	return c->s->x87[reg(c, i)];
}

static void set(struct call *c, unsigned int i, struct f80 value)
{
	c->s->x87[reg(c, i)] = value;
	c->s->full |= (uint8_t)(1u << reg(c, i));
}

static void pop(struct call *c)
{
	c->s->full &= (uint8_t)~(1u << reg(c, 0));
	c->s->top = (c->s->top + 1) & 7;
}

static void push(struct call *c, struct f80 value)
{
	c->s->top = (c->s->top - 1) & 7;
	if (is_full(c, 0)) {
		stack_fault(c, true);
		value = indefinite;
	}
	set(c, 0, value);
}

/* 18 decimal digits, two a byte, and a byte with the sign. Source: Intel SDM, volume 1, 4.7. */
#define BCD_LIMIT	INT64_C(1000000000000000000)
#define BCD_LOW_DIGITS	16u
#define BCD_INDEFINITE	UINT64_C(0xc000000000000000)

static struct f80 from_bcd(uint64_t low, uint64_t high)
{
	int64_t value = 10 * (int64_t)(high >> 4 & 15) + (int64_t)(high & 15);
	unsigned int i;
	struct f80 f;

	for (i = BCD_LOW_DIGITS; i-- > 0;)
		value = 10 * value + (int64_t)(low >> 4 * i & 15);
	f = f80_from_int(value);
	f.se |= high & 0x8000;
	return f;
}

static uint64_t to_bcd(struct call *c, struct f80 from)
{
	int64_t value = f80_to_int(&c->env, from, 8);
	uint64_t rest, low = 0;
	unsigned int i;

	if (c->env.flags & F80_INVALID || value >= BCD_LIMIT || value <= -BCD_LIMIT) {
		c->env.flags = F80_INVALID;
		c->env.up = false;
		return c->code & X87_BCD_HIGH ? 0xffff : BCD_INDEFINITE;
	}
	rest = (uint64_t)(value < 0 ? -value : value);
	for (i = 0; i < BCD_LOW_DIGITS; i++, rest /= 10)
		low |= rest % 10 << 4 * i;
	if (c->code & X87_BCD_HIGH)
		return rest % 10 | rest / 10 << 4 | (from.se & 0x8000u);
	return low;
}

/* The operand that a and b hold. */
static struct f80 operand(struct call *c)
{
	switch (format_of(c)) {
	case X87_F32:
		return f80_from_f32(&c->env, (uint32_t)c->a);
	case X87_F64:
		return f80_from_f64(&c->env, c->a);
	case X87_F80:
		return (struct f80){ c->a, (uint16_t)c->b };
	case X87_BCD:
		return from_bcd(c->a, c->b);
	default:
		return f80_from_int((int64_t)c->a);
	}
}

static uint64_t do_push(struct call *c)
{
	struct f80 value;

	/* A full register is found before the operand is looked at. */
	if (c->s->full >> ((c->s->top - 1) & 7) & 1)
		value = indefinite;
	else if (format_of(c) == X87_F80)
		value = operand(c);
	else
		value = f80_quieted(&c->env, operand(c));
	accrue(c);
	push(c, value);
	return 0;
}

static uint64_t do_push_reg(struct call *c)
{
	struct f80 value = get(c, index_of(c));
	bool full = is_full(c, index_of(c));

	accrue(c);
	if (full) {
		push(c, value);
		return 0;
	}
	stack_fault(c, false);
	c->s->top = (c->s->top - 1) & 7;
	set(c, 0, indefinite);
	return 0;
}

static uint64_t integer(struct call *c, struct f80 value, unsigned int bytes)
{
	if (c->code & X87_TRUNCATE)
		c->env.round = 3;
	return (uint64_t)f80_to_int(&c->env, value, bytes);
}

static uint64_t do_get(struct call *c)
{
	struct f80 value = is_full(c, 0) ? get(c, 0) : indefinite;
	uint64_t result = value.m;

	switch (format_of(c)) {
	case X87_F32:
		result = f80_to_f32(&c->env, value);
		break;
	case X87_F64:
		result = f80_to_f64(&c->env, value);
		break;
	case X87_F80:
		break;
	case X87_I16:
		result = integer(c, value, 2);
		break;
	case X87_I32:
		result = integer(c, value, 4);
		break;
	case X87_BCD:
		result = to_bcd(c, value);
		break;
	default:
		result = integer(c, value, 8);
		break;
	}
	accrue(c);
	if (!is_full(c, 0))
		stack_fault(c, false);
	return result;
}

static uint64_t do_get_high(struct call *c)
{
	return is_full(c, 0) ? get(c, 0).se : indefinite.se;
}

static uint64_t do_set_reg(struct call *c)
{
	struct f80 value = is_full(c, 0) ? get(c, 0) : indefinite;

	accrue(c);
	if (!is_full(c, 0))
		stack_fault(c, false);
	set(c, index_of(c), value);
	return 0;
}

static uint64_t do_pop(struct call *c)
{
	pop(c);
	return 0;
}

static uint64_t do_exchange(struct call *c)
{
	unsigned int i = index_of(c);
	bool whole = is_full(c, 0) && is_full(c, i);
	struct f80 a = is_full(c, 0) ? get(c, 0) : indefinite;
	struct f80 b = is_full(c, i) ? get(c, i) : indefinite;

	accrue(c);
	if (!whole)
		stack_fault(c, false);
	set(c, 0, b);
	set(c, i, a);
	return 0;
}

static uint64_t do_move(struct call *c)
{
	unsigned int i = index_of(c);

	if (!is_full(c, 0) || !is_full(c, i)) {
		stack_fault(c, false);
		set(c, 0, indefinite);
	} else if (c->a) {
		set(c, 0, get(c, i));
	}
	return 0;
}

static uint64_t do_free(struct call *c)
{
	c->s->full &= (uint8_t)~(1u << reg(c, index_of(c)));
	c->s->status &= (uint16_t)~SW_C1;
	return 0;
}

static uint64_t do_turn(struct call *c)
{
	c->s->top = (c->s->top + c->a) & 7;
	c->s->status &= (uint16_t)~SW_C1;
	return 0;
}

/* 1, log2(10), log2(e), pi, log10(2), ln(2), 0: significands of 66 bits are rounded by the mode. */
static uint64_t do_const(struct call *c)
{
	static const struct {
		struct f80 value;
		bool rounds_up, rounds_down;
	} constants[] = {
		{ { UINT64_C(0x8000000000000000), 0x3fff }, false, false },
		{ { UINT64_C(0xd49a784bcd1b8afe), 0x4000 }, true, false },
		{ { UINT64_C(0xb8aa3b295c17f0bc), 0x3fff }, false, true },
		{ { UINT64_C(0xc90fdaa22168c235), 0x4000 }, false, true },
		{ { UINT64_C(0x9a209a84fbcff799), 0x3ffd }, false, true },
		{ { UINT64_C(0xb17217f7d1cf79ac), 0x3ffe }, false, true },
		{ { 0, 0 }, false, false },
	};
	struct f80 value = constants[index_of(c)].value;

	if (c->env.round == 2 && constants[index_of(c)].rounds_up)
		value.m++;
	if ((c->env.round == 1 || c->env.round == 3) && constants[index_of(c)].rounds_down)
		value.m--;
	accrue(c);
	push(c, value);
	return 0;
}

static struct f80 compute(struct call *c, struct f80 a, struct f80 b)
{
	switch (c->code >> 8 & 7) {
	case 0:
		return f80_add(&c->env, a, b);
	case 1:
		return f80_mul(&c->env, a, b);
	case 4:
		return f80_sub(&c->env, a, b);
	case 5:
		return f80_sub(&c->env, b, a);
	case 6:
		return f80_div(&c->env, a, b);
	default:
		return f80_div(&c->env, b, a);
	}
}

/* C3, C2, C0 of a comparison. */
static void set_order(struct call *c, enum f80_order order)
{
	static const uint16_t bits[] = { 0, SW_C0, SW_C3, SW_C0 | SW_C2 | SW_C3 };

	accrue(c);
	c->s->status &= (uint16_t) ~(SW_C0 | SW_C1 | SW_C2 | SW_C3);
	c->s->status |= bits[order];
}

static void compare_order(struct call *c, struct f80 b, bool quiet, bool whole)
{
	enum f80_order order;

	if (!whole) {
		set_order(c, F80_UNORDERED);
		stack_fault(c, false);
		return;
	}
	order = f80_compare(&c->env, get(c, 0), b, quiet);
	if (order == F80_UNORDERED)
		c->env.flags &= (uint8_t)~F80_DENORMAL;
	set_order(c, order);
}

/* Which is 2 or 3: a comparison, whose result is in the status word. */
static uint64_t do_arithmetic(struct call *c)
{
	unsigned int i = index_of(c), which = c->code >> 8 & 7;
	bool is_reg = format_of(c) == X87_REG, whole = is_full(c, 0) && (!is_reg || is_full(c, i));
	unsigned int to = c->code & X87_TO_I ? i : 0;
	struct f80 b = is_reg ? get(c, i) : whole ? operand(c) : indefinite, result;

	if (which == 2 || which == 3) {
		compare_order(c, b, c->code & X87_TO_I, whole);
	} else {
		/* ST(i) = ST(i) op ST(0). */
		result = c->code & X87_TO_I ? compute(c, b, get(c, 0)) : compute(c, get(c, 0), b);
		/* A NaN or an invalid operation comes before a denormal operand. */
		if (c->env.flags & F80_INVALID || f80_is_nan(result))
			c->env.flags &= (uint8_t)~F80_DENORMAL;
		if (!whole) {
			c->env.flags = 0;
			accrue(c);
			stack_fault(c, false);
			result = indefinite;
		} else {
			accrue(c);
		}
		set(c, to, result);
	}
	if (c->code & X87_POPS)
		pop(c);
	return 0;
}

static uint64_t do_compare(struct call *c)
{
	static const uint8_t flags[] = { 0, 1, 0x40, 0x45 };
	enum f80_order order = F80_UNORDERED;

	if (is_full(c, 0) && is_full(c, index_of(c))) {
		order = f80_compare(&c->env, get(c, 0), get(c, index_of(c)), c->code & X87_QUIET);
		if (order == F80_UNORDERED)
			c->env.flags &= (uint8_t)~F80_DENORMAL;
		c->s->status |= c->env.flags;
	} else {
		stack_fault(c, false);
	}
	if (c->code & X87_POPS)
		pop(c);
	return flags[order];
}

static uint64_t do_compare_pop2(struct call *c)
{
	compare_order(c, get(c, 1), c->code & X87_QUIET, is_full(c, 0) && is_full(c, 1));
	pop(c);
	pop(c);
	return 0;
}

/* ST(0) is not there: the indefinite NaN. Return: true if so. */
static bool is_missing(struct call *c, bool second)
{
	if (is_full(c, 0) && (!second || is_full(c, 1)))
		return false;
	accrue(c);
	stack_fault(c, false);
	set(c, 0, indefinite);
	return true;
}

static uint64_t do_unary(struct call *c)
{
	struct f80 value = get(c, 0);

	if (is_missing(c, false))
		return 0;
	switch (c->code & 31) {
	case X87_CHS:
		value.se ^= 0x8000;
		break;
	case X87_ABS:
		value.se &= 0x7fff;
		break;
	case X87_SQRT:
		value = f80_sqrt(&c->env, value);
		break;
	default:
		value = f80_round(&c->env, value);
		break;
	}
	accrue(c);
	set(c, 0, value);
	return 0;
}

static uint64_t do_scale(struct call *c)
{
	struct f80 value;

	if (is_missing(c, true))
		return 0;
	c->env.precision = 64;
	value = f80_scale(&c->env, get(c, 0), get(c, 1));
	accrue(c);
	set(c, 0, value);
	return 0;
}

/* The quotient's bits 0, 1, 2 are C1, C3, C0; C2: it is not done yet. */
static uint64_t do_remainder(struct call *c)
{
	unsigned int quotient = 0;
	struct f80 value;

	c->s->status &= (uint16_t)~SW_C2;
	if (is_missing(c, true))
		return 0;
	value = f80_remainder(&c->env, get(c, 0), get(c, 1), (c->code & 31) == X87_REM1, &quotient);
	accrue(c);
	set(c, 0, value);
	if (f80_is_nan(value))
		return 0;
	c->s->status &= (uint16_t) ~(SW_C0 | SW_C1 | SW_C3);
	c->s->status |= (uint16_t)((quotient & 1 ? SW_C1 : 0) | (quotient & 2 ? SW_C3 : 0) |
				   (quotient & 4 ? SW_C0 : 0) | (quotient & 8 ? SW_C2 : 0));
	return 0;
}

static uint64_t do_test(struct call *c)
{
	compare_order(c, (struct f80){ 0, 0 }, false, is_full(c, 0));
	return 0;
}

static uint16_t class_of(struct f80 value)
{
	if (f80_is_unsupported(value))
		return 0;
	if (f80_is_nan(value))
		return SW_C0;
	if (f80_is_inf(value))
		return SW_C2 | SW_C0;
	if (f80_is_zero(value))
		return SW_C3;
	return f80_exponent(value) ? SW_C2 : SW_C3 | SW_C2;
}

static uint64_t do_examine(struct call *c)
{
	struct f80 value = get(c, 0);

	c->s->status &= (uint16_t) ~(SW_C0 | SW_C1 | SW_C2 | SW_C3);
	c->s->status |= is_full(c, 0) ? class_of(value) : SW_C3 | SW_C0;
	if (f80_sign(value))
		c->s->status |= SW_C1;
	return 0;
}

/* FXTRACT: exponent to ST(0), then the significand is pushed. */
static uint64_t do_extract(struct call *c)
{
	struct f80 value = get(c, 0), exponent = value;
	int shift;

	if (!is_full(c, 0) || is_full(c, 7)) {
		accrue(c);
		stack_fault(c, is_full(c, 0));
		set(c, 0, indefinite);
		c->s->top = (c->s->top - 1) & 7;
		set(c, 0, indefinite);
		return 0;
	}
	if (f80_is_zero(value)) {
		c->env.flags |= F80_DIVZERO;
		exponent = (struct f80){ UINT64_C(1) << 63, 0xffff };
	} else if (f80_is_inf(value)) {
		exponent.se &= 0x7fff;
	} else if (f80_is_nan(value) || f80_is_unsupported(value)) {
		value = exponent = f80_round(&c->env, value);
	} else {
		shift = __builtin_clzll(value.m);
		if (!f80_exponent(value))
			c->env.flags |= F80_DENORMAL;
		exponent = f80_from_int((int64_t)(f80_exponent(value) + !f80_exponent(value)) -
					shift - 16383);
		value.m <<= shift;
		value.se = (uint16_t)((value.se & 0x8000) | 16383);
	}
	accrue(c);
	set(c, 0, exponent);
	push(c, value);
	return 0;
}

static uint64_t do_control(struct call *c)
{
	return x86_control_word(c->s);
}

/* The summary says whether an exception is not masked. */
uint16_t x86_status_word(const struct x86_state *s)
{
	uint32_t status = (s->status & ~(SW_TOP | SW_ERROR)) | (uint32_t)s->top << 11;

	if (status & ~(uint32_t)x86_control_word(s) & SW_EXCEPTIONS)
		status |= SW_ERROR;
	return (uint16_t)status;
}

static uint64_t do_status(struct call *c)
{
	return x86_status_word(c->s);
}

uint16_t x86_tag_word(const struct x86_state *s)
{
	unsigned int tags = 0, tag, i;

	for (i = 0; i < 8; i++) {
		const struct f80 *r = &s->x87[i];

		tag = f80_is_zero(*r) ? 1 : 2;
		if (f80_exponent(*r) && f80_exponent(*r) != 0x7fff && r->m >> 63)
			tag = 0;
		tags |= (s->full >> i & 1 ? tag : 3) << 2 * i;
	}
	return (uint16_t)tags;
}

static uint64_t do_tags(struct call *c)
{
	return x86_tag_word(c->s);
}

void x86_set_control_word(struct x86_state *s, uint16_t control)
{
	s->control = (uint16_t)(((control & 0x1f3f) | 0x40) ^ X87_FIRST_CONTROL);
}

void x86_set_status_word(struct x86_state *s, uint16_t status)
{
	s->status = (uint16_t)(status & ~(SW_TOP | SW_ERROR));
	s->top = status >> 11 & 7;
}

static uint64_t do_set_control(struct call *c)
{
	x86_set_control_word(c->s, (uint16_t)c->a);
	return 0;
}

static uint64_t do_set_status(struct call *c)
{
	x86_set_status_word(c->s, (uint16_t)c->a);
	return 0;
}

void x86_set_tag_word(struct x86_state *s, uint16_t tags)
{
	unsigned int i;

	s->full = 0;
	for (i = 0; i < 8; i++)
		s->full |= (uint8_t)(((tags >> 2 * i & 3) != 3) << i);
}

static uint64_t do_set_tags(struct call *c)
{
	x86_set_tag_word(c->s, (uint16_t)c->a);
	return 0;
}

static uint64_t do_init(struct call *c)
{
	c->s->control = c->s->status = 0;
	c->s->top = c->s->full = 0;
	return 0;
}

static uint64_t do_clear(struct call *c)
{
	c->s->status &= (uint16_t) ~(SW_EXCEPTIONS | SW_STACK_FAULT | SW_ERROR);
	return 0;
}

static uint64_t (*const does[])(struct call *c) = {
	[X87_ARITHMETIC] = do_arithmetic, [X87_PUSH] = do_push, [X87_PUSH_REG] = do_push_reg,
	[X87_GET] = do_get, [X87_GET_HIGH] = do_get_high, [X87_SET_REG] = do_set_reg,
	[X87_POP] = do_pop, [X87_EXCHANGE] = do_exchange, [X87_MOVE] = do_move,
	[X87_FREE] = do_free, [X87_TURN] = do_turn, [X87_CONST] = do_const,
	[X87_CHS] = do_unary, [X87_ABS] = do_unary, [X87_SQRT] = do_unary,
	[X87_RNDINT] = do_unary, [X87_SCALE] = do_scale, [X87_REM] = do_remainder,
	[X87_REM1] = do_remainder, [X87_TEST] = do_test, [X87_EXAMINE] = do_examine,
	[X87_EXTRACT] = do_extract, [X87_COMPARE] = do_compare, [X87_CONTROL] = do_control,
	[X87_STATUS] = do_status, [X87_TAGS] = do_tags, [X87_SET_CONTROL] = do_set_control,
	[X87_SET_STATUS] = do_set_status, [X87_SET_TAGS] = do_set_tags, [X87_INIT] = do_init,
	[X87_CLEAR] = do_clear, [X87_COMPARE_POP2] = do_compare_pop2,
};

static_assert(VMB_ARRAY_SIZE(does) <= 32, "bits 0..4 of the code");

void x86_x87_helper(struct x86_state *s, const union ir_val *arg, union ir_val *result)
{
	struct call c = { .s = s, .code = arg[0].w[0], .a = arg[1].d[0], .b = arg[2].d[0],
			  .env = environment(s) };

	*result = (union ir_val){ .d = { does[c.code & 31](&c) } };
}
