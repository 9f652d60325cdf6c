// SPDX-License-Identifier: MIT
#include "vmcore/ir/eval_fp.h"

#include <fenv.h>
#include <math.h>
#include <string.h>

/*
 * The host's IEEE arithmetic does the work; NaNs, comparisons, minima and conversions to integers
 * are decided here, since hosts differ in them. Operands and results pass through volatile
 * variables: the compiler must neither fold an operation, whose rounding mode it does not know, nor
 * move it past the reading of the exception flags.
 */

/* Masks of a format. */
struct format {
	uint64_t sign;
	uint64_t infinity;
	uint64_t quiet;
};

static const struct format *format_of(unsigned int type)
{
	static const struct format f32 = { UINT64_C(1) << 31, 0x7f800000, 0x00400000 };
	static const struct format f64 = { UINT64_C(1) << 63, UINT64_C(0x7ff0000000000000),
					   UINT64_C(0x0008000000000000) };

	return type == IR_F32 ? &f32 : &f64;
}

static bool is_nan(unsigned int type, uint64_t a)
{
	const struct format *f = format_of(type);

	return (a & ~f->sign) > f->infinity;
}

static bool is_signalling(unsigned int type, uint64_t a)
{
	return is_nan(type, a) && !(a & format_of(type)->quiet);
}

static float f32_of(uint64_t bits)
{
	uint32_t low = (uint32_t)bits;
	float value;

	memcpy(&value, &low, sizeof(value));
	return value;
}

static double f64_of(uint64_t bits)
{
	double value;

	memcpy(&value, &bits, sizeof(value));
	return value;
}

static uint64_t bits_of_f32(float value)
{
	uint32_t bits;

	memcpy(&bits, &value, sizeof(bits));
	return bits;
}

static uint64_t bits_of_f64(double value)
{
	uint64_t bits;

	memcpy(&bits, &value, sizeof(bits));
	return bits;
}

/* Exact. */
static double number(unsigned int type, uint64_t bits)
{
	return type == IR_F32 ? (double)f32_of(bits) : f64_of(bits);
}

static uint64_t default_nan(unsigned int type, uint8_t attr)
{
	const struct format *f = format_of(type);
	uint64_t nan = f->infinity | f->quiet;

	return (attr & IR_NAN_MASK) >> IR_NAN_SHIFT == IR_NAN_X86 ? nan | f->sign : nan;
}

/* The NaN that an operation on operands[0 .. nr), in the rule's order of preference, returns. */
static uint64_t choose_nan(unsigned int type, uint8_t attr, const uint64_t *operand, unsigned int nr)
{
	unsigned int rule = (attr & IR_NAN_MASK) >> IR_NAN_SHIFT, i;

	for (i = 0; i < nr && rule == IR_NAN_A64; i++) {
		if (is_signalling(type, operand[i]))
			return operand[i] | format_of(type)->quiet;
	}
	for (i = 0; i < nr && rule != IR_NAN_DEF; i++) {
		if (is_nan(type, operand[i]))
			return operand[i] | format_of(type)->quiet;
	}
	return default_nan(type, attr);
}

static void raise_flag(struct ir_fpenv *fp, unsigned int flag)
{
	fp->flags |= (uint8_t)flag;
}

static void raise_if_signalling(struct ir_fpenv *fp, unsigned int type, uint64_t a, uint64_t b)
{
	if (is_signalling(type, a) || is_signalling(type, b))
		raise_flag(fp, IR_FP_INVALID);
}

/* Begin to use the host's arithmetic in the unit's rounding mode. */
static void host_begin(const struct ir_fpenv *fp)
{
	static const int mode[] = { FE_TONEAREST, FE_TOWARDZERO, FE_DOWNWARD, FE_UPWARD };

	feclearexcept(FE_ALL_EXCEPT);
	if (fp->rm != IR_RNE)
		fesetround(mode[fp->rm & 3]);
}

static void host_end(struct ir_fpenv *fp)
{
	static const struct {
		int host;
		uint8_t flag;
	} map[] = {
		{ FE_INEXACT, IR_FP_INEXACT },	 { FE_UNDERFLOW, IR_FP_UNDERFLOW },
		{ FE_OVERFLOW, IR_FP_OVERFLOW }, { FE_DIVBYZERO, IR_FP_DIVZERO },
		{ FE_INVALID, IR_FP_INVALID },
	};
	int raised = fetestexcept(FE_ALL_EXCEPT);
	unsigned int i;

	if (fp->rm != IR_RNE)
		fesetround(FE_TONEAREST);
	for (i = 0; raised && i < VMB_ARRAY_SIZE(map); i++)
		fp->flags |= raised & map[i].host ? map[i].flag : 0;
}

#define ARITHMETIC(name, f32_expression, f64_expression)                                           \
	static uint64_t host_##name(unsigned int type, uint64_t a, uint64_t b)                     \
	{                                                                                          \
		if (type == IR_F32) {                                                              \
			volatile float x = f32_of(a), y = f32_of(b), r;                            \
			r = f32_expression;                                                        \
			(void)y;                                                                   \
			return bits_of_f32(r);                                                     \
		} else {                                                                           \
			volatile double x = f64_of(a), y = f64_of(b), r;                           \
			r = f64_expression;                                                        \
			(void)y;                                                                   \
			return bits_of_f64(r);                                                     \
		}                                                                                  \
	}                                                                                          \
	FP_ELEMENT(name)                                                                           \
	{                                                                                          \
		const uint64_t operand[] = { a, b };                                               \
		uint64_t result;                                                                   \
		(void)c;                                                                           \
		host_begin(fp);                                                                    \
		result = host_##name(type, a, b);                                                  \
		host_end(fp);                                                                      \
		return is_nan(type, result) ? choose_nan(type, attr, operand, 2) : result;         \
	}

ARITHMETIC(add, x + y, x + y)
ARITHMETIC(sub, x - y, x - y)
ARITHMETIC(mul, x * y, x * y)
ARITHMETIC(div, x / y, x / y)
ARITHMETIC(sqrt, sqrtf(x), sqrt(x))

static uint64_t host_fma(unsigned int type, uint64_t a, uint64_t b, uint64_t c)
{
	if (type == IR_F32) {
		volatile float x = f32_of(a), y = f32_of(b), z = f32_of(c), r;

		r = fmaf(x, y, z);
		return bits_of_f32(r);
	} else {
		volatile double x = f64_of(a), y = f64_of(b), z = f64_of(c), r;

		r = fma(x, y, z);
		return bits_of_f64(r);
	}
}

static bool is_zero_by_infinity(unsigned int type, uint64_t a, uint64_t b)
{
	const struct format *f = format_of(type);

	a &= ~f->sign;
	b &= ~f->sign;
	return (!a && b == f->infinity) || (a == f->infinity && !b);
}

/*
 * Infinity by zero plus a quiet NaN: RISC-V and ARM call it invalid, x86 does not, and ARM answers
 * with the default NaN. ARM looks at the addend first.
 */
FP_ELEMENT(fma)
{
	unsigned int rule = (attr & IR_NAN_MASK) >> IR_NAN_SHIFT;
	const uint64_t abc[] = { a, b, c }, cab[] = { c, a, b };
	uint64_t result;

	if (is_nan(type, a) || is_nan(type, b) || is_nan(type, c)) {
		raise_if_signalling(fp, type, a, b);
		raise_if_signalling(fp, type, c, c);
		if (!is_zero_by_infinity(type, a, b) || rule == IR_NAN_X86)
			return choose_nan(type, attr, rule == IR_NAN_A64 ? cab : abc, 3);
		raise_flag(fp, IR_FP_INVALID);
		return is_signalling(type, c) ? choose_nan(type, attr, cab, 3) :
						default_nan(type, attr);
	}
	host_begin(fp);
	result = host_fma(type, a, b, c);
	host_end(fp);
	return is_nan(type, result) ? default_nan(type, attr) : result;
}

FP_ELEMENT(neg)
{
	(void)fp, (void)attr, (void)b, (void)c;
	return a ^ format_of(type)->sign;
}

FP_ELEMENT(abs)
{
	(void)fp, (void)attr, (void)b, (void)c;
	return a & ~format_of(type)->sign;
}

FP_ELEMENT(copysign)
{
	uint64_t sign = format_of(type)->sign;

	(void)fp, (void)attr, (void)c;
	return (a & ~sign) | (b & sign);
}

/* a < b among numbers, with -0 below +0. */
static bool below(unsigned int type, uint64_t a, uint64_t b)
{
	double x = number(type, a), y = number(type, b);

	return x < y || (x == y && a & format_of(type)->sign);
}

static uint64_t minimum_or_maximum(struct ir_fpenv *fp, unsigned int type, uint8_t attr,
				   uint64_t a, uint64_t b, bool greater)
{
	const uint64_t operand[] = { a, b };

	raise_if_signalling(fp, type, a, b);
	if (is_nan(type, a) || is_nan(type, b))
		return choose_nan(type, attr, operand, 2);
	return below(type, a, b) != greater ? a : b;
}

FP_ELEMENT(minimum)
{
	(void)c;
	return minimum_or_maximum(fp, type, attr, a, b, false);
}

FP_ELEMENT(maximum)
{
	(void)c;
	return minimum_or_maximum(fp, type, attr, a, b, true);
}

static uint64_t number_wins(struct ir_fpenv *fp, unsigned int type, uint8_t attr, uint64_t a,
			    uint64_t b, bool greater)
{
	bool a64 = (attr & IR_NAN_MASK) >> IR_NAN_SHIFT == IR_NAN_A64;
	bool signalling = is_signalling(type, a) || is_signalling(type, b);

	if (is_nan(type, a) == is_nan(type, b) || (a64 && signalling))
		return minimum_or_maximum(fp, type, attr, a, b, greater);
	raise_if_signalling(fp, type, a, b);
	return is_nan(type, a) ? b : a;
}

FP_ELEMENT(minnum)
{
	(void)c;
	return number_wins(fp, type, attr, a, b, false);
}

FP_ELEMENT(maxnum)
{
	(void)c;
	return number_wins(fp, type, attr, a, b, true);
}

static bool unordered(unsigned int type, uint64_t a, uint64_t b)
{
	return is_nan(type, a) || is_nan(type, b);
}

FP_ELEMENT(minsel)
{
	(void)attr, (void)c;
	if (unordered(type, a, b)) {
		raise_flag(fp, IR_FP_INVALID);
		return b;
	}
	return number(type, a) < number(type, b) ? a : b;
}

FP_ELEMENT(maxsel)
{
	(void)attr, (void)c;
	if (unordered(type, a, b)) {
		raise_flag(fp, IR_FP_INVALID);
		return b;
	}
	return number(type, a) > number(type, b) ? a : b;
}

/* Exact, and the same in every rounding mode of the host. */
static double round_to_integral(double x, unsigned int mode)
{
	switch (mode) {
	case IR_RTZ:
		return trunc(x);
	case IR_RDN:
		return floor(x);
	case IR_RUP:
		return ceil(x);
	case IR_RMM:
		return round(x);
	default:
		return roundeven(x);
	}
}

static unsigned int mode_of(const struct ir_fpenv *fp, uint8_t attr)
{
	unsigned int mode = attr & IR_RND_MASK;

	return mode == IR_DYN ? fp->rm : mode;
}

FP_ELEMENT(round)
{
	double x;

	(void)b, (void)c;
	if (is_nan(type, a)) {
		raise_if_signalling(fp, type, a, a);
		return choose_nan(type, attr, &a, 1);
	}
	x = copysign(round_to_integral(number(type, a), mode_of(fp, attr)), number(type, a));
	return type == IR_F32 ? bits_of_f32((float)x) : bits_of_f64(x);
}

/* The even conditions; an odd one is the negation of the one before. */
static bool even_fcond(unsigned int cond, double x, double y, bool is_unordered)
{
	if (is_unordered)
		return false;
	switch (cond) {
	case IR_F_OEQ:
		return x == y;
	case IR_F_OLT:
		return x < y;
	case IR_F_OLE:
		return x <= y;
	case IR_F_OGT:
		return x > y;
	case IR_F_OGE:
		return x >= y;
	case IR_F_ONE:
		return x < y || x > y;
	default:
		return true;
	}
}

bool fp_compare(struct ir_fpenv *fp, unsigned int type, uint8_t cond, uint64_t a, uint64_t b)
{
	bool is_unordered = unordered(type, a, b);
	unsigned int which = cond & IR_FCOND_MASK;

	raise_if_signalling(fp, type, a, b);
	if (is_unordered && cond & IR_FCOND_SIGNAL)
		raise_flag(fp, IR_FP_INVALID);
	return even_fcond(which & ~1u, number(type, a), number(type, b), is_unordered) !=
	       (which & 1);
}

static uint64_t signed_to_float(unsigned int type, int64_t a)
{
	volatile int64_t x = a;

	if (type == IR_F32) {
		volatile float r = (float)x;

		return bits_of_f32(r);
	} else {
		volatile double r = (double)x;

		return bits_of_f64(r);
	}
}

/* The low bit sticks, so that the half rounds as the whole would; doubling it is exact. */
static uint64_t large_to_float(unsigned int type, uint64_t a)
{
	uint64_t half = signed_to_float(type, (int64_t)(a >> 1 | (a & 1)));

	return type == IR_F32 ? bits_of_f32(f32_of(half) * 2) : bits_of_f64(f64_of(half) * 2);
}

uint64_t fp_from_int(struct ir_fpenv *fp, unsigned int type, bool is_signed, uint32_t bytes,
		     uint64_t a)
{
	uint64_t result;

	if (is_signed && bytes == 4)
		a = (uint64_t)(int32_t)a;
	host_begin(fp);
	if (is_signed || !(a >> 63))
		result = signed_to_float(type, (int64_t)a);
	else
		result = large_to_float(type, a);
	host_end(fp);
	return result;
}

static uint64_t overflow_result(unsigned int rule, bool is_signed, uint32_t bytes, bool nan,
				bool negative)
{
	uint64_t all = ~UINT64_C(0) >> (64 - 8 * bytes), least = is_signed ? all / 2 + 1 : 0;
	uint64_t greatest = is_signed ? all / 2 : all;

	if (rule == IR_SATIND)
		return is_signed ? least : all;
	if (nan)
		return rule == IR_SAT0 ? 0 : greatest;
	return negative ? least : greatest;
}

uint64_t fp_to_int(struct ir_fpenv *fp, unsigned int type, uint8_t attr, bool is_signed,
		   uint32_t bytes, uint64_t a)
{
	bool nan = is_nan(type, a);
	double x = number(type, a), r = nan ? 0 : round_to_integral(x, mode_of(fp, attr));
	double limit = ldexp(1, (int)(8 * bytes) - is_signed);
	uint64_t all = ~UINT64_C(0) >> (64 - 8 * bytes);

	if (nan || r >= limit || r < (is_signed ? -limit : 0)) {
		raise_flag(fp, IR_FP_INVALID);
		return overflow_result((attr & IR_SAT_MASK) >> IR_SAT_SHIFT, is_signed, bytes, nan,
				       signbit(x));
	}
	if (r != x)
		raise_flag(fp, IR_FP_INEXACT);
	if (r >= 0x1p63)
		return (uint64_t)(int64_t)(r - 0x1p63) ^ UINT64_C(1) << 63;
	return (uint64_t)(int64_t)r & all;
}

static uint64_t convert_nan(struct ir_fpenv *fp, unsigned int type, uint8_t attr, uint64_t a)
{
	unsigned int from = type ^ IR_F32 ^ IR_F64;
	bool negative = a & format_of(from)->sign;
	uint64_t fraction = a & (format_of(from)->quiet * 2 - 1);
	const struct format *f = format_of(type);

	raise_if_signalling(fp, from, a, a);
	if (!(attr & IR_NAN_MASK))
		return default_nan(type, attr);
	fraction = type == IR_F32 ? fraction >> 29 : fraction << 29;
	return (negative ? f->sign : 0) | f->infinity | f->quiet | fraction;
}

uint64_t fp_convert(struct ir_fpenv *fp, unsigned int type, uint8_t attr, uint64_t a)
{
	uint64_t result;

	if (is_nan(type ^ IR_F32 ^ IR_F64, a))
		return convert_nan(fp, type, attr, a);
	host_begin(fp);
	if (type == IR_F32) {
		volatile double x = f64_of(a);
		volatile float r = (float)x;

		result = bits_of_f32(r);
	} else {
		volatile float x = f32_of(a);
		volatile double r = (double)x;

		result = bits_of_f64(r);
	}
	host_end(fp);
	return result;
}

static void set(union ir_val *out, uint64_t value)
{
	out->d[0] = value;
	out->d[1] = 0;
}

#define SCALAR1(name, element)                                                                     \
	void ir_eval_##name(const struct ir_eval *e, union ir_val *out)                            \
	{                                                                                          \
		set(out, fp_##element(e->fp, e->insn->type, e->insn->aux2, e->a->d[0], 0, 0));     \
	}
#define SCALAR2(name, element)                                                                     \
	void ir_eval_##name(const struct ir_eval *e, union ir_val *out)                            \
	{                                                                                          \
		set(out, fp_##element(e->fp, e->insn->type, e->insn->aux2, e->a->d[0],             \
				      e->b->d[0], 0));                                             \
	}

SCALAR2(fadd, add)
SCALAR2(fsub, sub)
SCALAR2(fmul, mul)
SCALAR2(fdiv, div)
SCALAR1(fneg, neg)
SCALAR1(fabs, abs)
SCALAR2(fcopysign, copysign)
SCALAR2(fminnum, minnum)
SCALAR2(fmaxnum, maxnum)
SCALAR2(fminimum, minimum)
SCALAR2(fmaximum, maximum)
SCALAR2(fminsel, minsel)
SCALAR2(fmaxsel, maxsel)
SCALAR1(fround, round)

void ir_eval_fsqrt(const struct ir_eval *e, union ir_val *out)
{
	set(out, fp_sqrt(e->fp, e->insn->type, e->insn->aux2, e->a->d[0], e->a->d[0], 0));
}

void ir_eval_ffma(const struct ir_eval *e, union ir_val *out)
{
	set(out, fp_fma(e->fp, e->insn->type, e->insn->aux2, e->a->d[0], e->b->d[0], e->c->d[0]));
}

void ir_eval_fcmp(const struct ir_eval *e, union ir_val *out)
{
	set(out, fp_compare(e->fp, e->atype, e->insn->aux, e->a->d[0], e->b->d[0]));
}

void ir_eval_fcvt(const struct ir_eval *e, union ir_val *out)
{
	set(out, fp_convert(e->fp, e->insn->type, e->insn->aux2, e->a->d[0]));
}

void ir_eval_si2f(const struct ir_eval *e, union ir_val *out)
{
	set(out, fp_from_int(e->fp, e->insn->type, true, ir_type_bytes(e->atype), e->a->d[0]));
}

void ir_eval_ui2f(const struct ir_eval *e, union ir_val *out)
{
	set(out, fp_from_int(e->fp, e->insn->type, false, ir_type_bytes(e->atype), e->a->d[0]));
}

void ir_eval_f2si(const struct ir_eval *e, union ir_val *out)
{
	set(out, fp_to_int(e->fp, e->atype, e->insn->aux2, true, ir_type_bytes(e->insn->type),
			   e->a->d[0]));
}

void ir_eval_f2ui(const struct ir_eval *e, union ir_val *out)
{
	set(out, fp_to_int(e->fp, e->atype, e->insn->aux2, false, ir_type_bytes(e->insn->type),
			   e->a->d[0]));
}
