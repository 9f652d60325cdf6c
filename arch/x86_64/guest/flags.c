// SPDX-License-Identifier: MIT
/*
 * Flags: every one is a slot of the state, which only values that may be read are stored to.
 */
#include "arch/x86_64/guest/lift.h"

/* How far back x86_test() looks for what set the flags. */
#define LOOK_BACK 64u

void x86_set_flag(const struct x86 *t, enum x86_flag flag, uint32_t value)
{
	if (t->live & 1u << flag)
		ir_set_state(t->build, X86_STATE_FLAG(flag), value);
}

static uint32_t emit_flag(const struct x86 *t, unsigned int op, unsigned int which, uint32_t a,
			  uint32_t b, uint32_t c)
{
	return x86_emit(t, (struct ir_insn){ .op = (uint8_t)op, .type = IR_I8,
					     .aux = (uint8_t)which, .a = a, .b = b, .c = c });
}

static uint32_t low_byte(const struct x86 *t, uint32_t value)
{
	return x86_resize(t, IR_zext, x86_type_of(t, value), IR_I8, value);
}

uint32_t x86_flag(const struct x86 *t, enum x86_flag flag)
{
	uint32_t value = ir_get_state(t->build, IR_I8, X86_STATE_FLAG(flag));

	return flag == X86_P ? emit_flag(t, IR_flag_res, IR_FLAG_P, value, IR_NONE, IR_NONE) : value;
}

static const uint8_t ir_flag_of[] = {
	[X86_C] = IR_FLAG_C, [X86_A] = IR_FLAG_A, [X86_Z] = IR_FLAG_Z, [X86_S] = IR_FLAG_N,
	[X86_O] = IR_FLAG_V, [X86_P] = IR_FLAG_P,
};

void x86_flags_of(const struct x86 *t, unsigned int op, uint32_t mask, uint32_t a, uint32_t b,
		  uint32_t c, uint32_t result)
{
	unsigned int f;

	mask &= t->live;
	for (f = 0; f < X86_NR_FLAGS; f++) {
		if (!(mask & 1u << f))
			continue;
		x86_set_flag(t, f, f == X86_P ? low_byte(t, result) :
						emit_flag(t, op, ir_flag_of[f], a, b, c));
	}
}

void x86_flags_result(const struct x86 *t, uint32_t result)
{
	x86_flags_of(t, IR_flag_res, 1u << X86_S | 1u << X86_Z | 1u << X86_P, result, IR_NONE,
		     IR_NONE, result);
}

void x86_flags_logic(const struct x86 *t, uint32_t result)
{
	static const uint8_t cleared[] = { X86_C, X86_O, X86_A };
	unsigned int k;

	x86_flags_result(t, result);
	for (k = 0; k < VMB_ARRAY_SIZE(cleared); k++) {
		if (t->live & 1u << cleared[k])
			x86_set_flag(t, cleared[k], x86_const(t, IR_I8, 0));
	}
}

void x86_keep_flag_unless(const struct x86 *t, uint32_t holds, enum x86_flag flag, uint32_t value)
{
	uint32_t old;

	if (!(t->live & 1u << flag))
		return;
	old = ir_get_state(t->build, IR_I8, X86_STATE_FLAG(flag));
	x86_set_flag(t, flag, x86_select(t, IR_I8, holds, value, old));
}

/* What the open block has stored to the flags: copies, since appending may move the array. */
struct sources {
	struct ir_insn of[X86_NR_FLAGS];
	uint32_t seen;
};

static void find_sources(const struct x86 *t, struct sources *s)
{
	const struct ir_unit *unit = t->build->unit;
	uint32_t first, i;

	s->seen = 0;
	if (t->build->error || t->build->open == IR_NONE)
		return;
	first = unit->block[t->build->open].first;
	if (unit->nr_insns - first > LOOK_BACK)
		first = unit->nr_insns - LOOK_BACK;
	for (i = unit->nr_insns; i-- > first && s->seen != X86_ALL_FLAGS;) {
		const struct ir_insn *insn = &unit->insn[i];
		uint64_t flag = insn->imm - X86_STATE(flag);

		if (insn->op != IR_st_state || flag >= X86_NR_FLAGS || s->seen & 1u << flag)
			continue;
		s->seen |= 1u << flag;
		s->of[flag] = unit->insn[insn->a];
	}
}

/* Do all flags that @cond needs come from the same instruction @op? Return: one of them, or NULL. */
static const struct ir_insn *common_source(const struct sources *s, unsigned int cond, unsigned int op)
{
	const struct ir_insn *found = NULL;
	unsigned int f;

	for (f = 0; f < X86_NR_FLAGS; f++) {
		if (!(x86_cond_reads(2 * cond) & 1u << f))
			continue;
		if (!(s->seen & 1u << f) || s->of[f].op != op ||
		    (found && (found->a != s->of[f].a || found->b != s->of[f].b)))
			return NULL;
		found = &s->of[f];
	}
	return found;
}

static bool is_zero(const struct ir_insn *insn)
{
	return insn->op == IR_const && !insn->imm;
}

static bool test_of_sub(const struct sources *s, unsigned int cond, struct x86_test *test)
{
	static const int8_t map[] = { -1, IR_ULT, IR_EQ, IR_ULE, -1, -1, IR_SLT, IR_SLE };
	const struct ir_insn *source = common_source(s, cond, IR_flag_sub);

	if (!source || map[cond] < 0)
		return false;
	*test = (struct x86_test){ (unsigned int)map[cond], source->a, source->b };
	return true;
}

/* Z and S of a result, C and O being 0 where they are needed. */
static bool test_of_result(const struct x86 *t, const struct sources *s, unsigned int cond,
			   struct x86_test *test)
{
	static const int8_t map[] = { -1, -1, IR_EQ, IR_EQ, IR_SLT, -1, IR_SLT, IR_SLE };
	static const uint8_t cleared[] = { 0, 0, 0, 1 << X86_C, 0, 0, 1 << X86_O, 1 << X86_O };
	uint32_t all = x86_cond_reads(2 * cond), needed = all & ~(uint32_t)cleared[cond], f;
	const struct ir_insn *source = NULL, *result;

	if (map[cond] < 0 || (s->seen & all) != all)
		return false;
	for (f = 0; f < X86_NR_FLAGS; f++) {
		if (cleared[cond] & 1u << f && !is_zero(&s->of[f]))
			return false;
		if (needed & 1u << f) {
			if (s->of[f].op != IR_flag_res || (source && source->a != s->of[f].a))
				return false;
			source = &s->of[f];
		}
	}
	if (!source)
		return false;
	result = &t->build->unit->insn[source->a];
	if (map[cond] == IR_EQ && result->op == IR_and)
		*test = (struct x86_test){ IR_TSN, result->a, result->b };
	else
		*test = (struct x86_test){ (unsigned int)map[cond], source->a,
					   x86_const(t, result->type, 0) };
	return true;
}

/* Behind UCOMIS: C less or unordered, Z equal or unordered, P (its byte) ordered. */
static bool test_of_fcmp(const struct x86 *t, const struct sources *s, unsigned int cond,
			 struct x86_test *test)
{
	static const uint8_t map[] = { 0, IR_F_ULT, IR_F_UEQ, IR_F_ULE, 0, IR_F_UNO, 0, 0 };
	const struct ir_insn *source = common_source(s, cond, IR_fcmp);
	struct ir_insn compare;

	if (!source || (cond != 1 && cond != 2 && cond != 3 && cond != 5))
		return false;
	compare = *source;
	compare.aux = (uint8_t)(map[cond] | (source->aux & IR_FCOND_SIGNAL));
	test->a = x86_emit(t, compare);
	test->b = x86_const(t, IR_I8, 0);
	test->cond = IR_NE;
	return true;
}

static struct x86_test test_of_flags(const struct x86 *t, unsigned int cond)
{
	static const uint8_t single[] = { X86_O, X86_C, X86_Z, 0, X86_S, X86_P };
	uint32_t zero, s, o;

	if (cond == 6)
		return (struct x86_test){ IR_NE, x86_flag(t, X86_S), x86_flag(t, X86_O) };
	zero = x86_const(t, IR_I8, 0);
	if (cond == 3)
		return (struct x86_test){
			IR_NE, x86_op2(t, IR_or, IR_I8, x86_flag(t, X86_C), x86_flag(t, X86_Z)), zero,
		};
	if (cond != 7)
		return (struct x86_test){ IR_NE, x86_flag(t, single[cond]), zero };
	s = x86_flag(t, X86_S);
	o = x86_flag(t, X86_O);
	return (struct x86_test){
		IR_NE, x86_op2(t, IR_or, IR_I8, x86_op2(t, IR_xor, IR_I8, s, o), x86_flag(t, X86_Z)),
		zero,
	};
}

struct x86_test x86_test(const struct x86 *t, unsigned int cond)
{
	struct sources s = { 0 };
	struct x86_test test;

	find_sources(t, &s);
	if (!test_of_sub(&s, cond / 2, &test) && !test_of_result(t, &s, cond / 2, &test) &&
	    !test_of_fcmp(t, &s, cond / 2, &test))
		test = test_of_flags(t, cond / 2);
	test.cond ^= cond & 1;
	return test;
}

uint32_t x86_holds(const struct x86 *t, unsigned int cond)
{
	struct x86_test test = x86_test(t, cond);

	return x86_cmp(t, test.cond, test.a, test.b);
}

uint32_t x86_rflags(const struct x86 *t)
{
	static const struct {
		uint8_t flag, bit;
	} at[] = { { X86_C, 0 }, { X86_P, 2 }, { X86_A, 4 },
		   { X86_Z, 6 }, { X86_S, 7 }, { X86_O, 11 } };
	uint32_t value, bit, back = ir_get_state(t->build, IR_I8, X86_STATE(back));
	unsigned int k;

	value = x86_opi(t, IR_or, IR_I64, ir_get_state(t->build, IR_I64, X86_STATE(other)),
			X86_RFLAGS_ONE | X86_RFLAGS_IF);
	bit = x86_opi(t, IR_shl, IR_I64, x86_op1(t, IR_zext, IR_I64, back), X86_RFLAGS_DF);
	value = x86_op2(t, IR_or, IR_I64, value, bit);
	for (k = 0; k < VMB_ARRAY_SIZE(at); k++) {
		bit = x86_op1(t, IR_zext, IR_I64, x86_flag(t, at[k].flag));
		if (at[k].bit)
			bit = x86_opi(t, IR_shl, IR_I64, bit, at[k].bit);
		value = x86_op2(t, IR_or, IR_I64, value, bit);
	}
	return value;
}
