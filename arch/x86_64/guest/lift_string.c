// SPDX-License-Identifier: MIT
/*
 * String instructions. With a repeat prefix one element is done, and the instruction is jumped to
 * again: registers are as the architecture has them wherever it may be left.
 */
#include "arch/x86_64/guest/insns.h"

/* arg: 1 for bytes, 0 for elements of the operand's size. */
static unsigned int element(const struct x86 *t)
{
	return t->i->line->arg ? IR_I8 : x86_type(t->i->size);
}

/* Addresses of 32 bits are not supported, and no string is read by way of a segment. */
static bool is_odd(const struct x86 *t)
{
	return t->i->address32 || t->i->segment;
}

static uint32_t from(const struct x86 *t)
{
	return x86_reg(t, IR_I64, X86_RSI);
}

static uint32_t to(const struct x86 *t)
{
	return x86_reg(t, IR_I64, X86_RDI);
}

/* Before the element: no more are left, or a block for it. */
static void begin(const struct x86 *t)
{
	struct x86_test test;
	uint32_t block;

	if (!t->i->repeat)
		return;
	test.cond = IR_EQ;
	test.a = x86_reg(t, IR_I64, X86_RCX);
	test.b = x86_const(t, IR_I64, 0);
	block = ir_new_block(t->build);
	x86_branch_blocks(t, &test, t->lift->block(t->lift, t->next), block);
	x86_begin(t, block);
}

/* The next element for rSI (1), rDI (2) or both. */
static void advance(const struct x86 *t, unsigned int which)
{
	uint64_t bytes = ir_type_bytes(element(t));
	uint32_t step = x86_select(t, IR_I64, ir_get_state(t->build, IR_I8, X86_STATE(back)),
				   x86_const(t, IR_I64, -bytes), x86_const(t, IR_I64, bytes));

	if (which & 1)
		x86_set_reg(t, IR_I64, X86_RSI, x86_op2(t, IR_add, IR_I64, from(t), step));
	if (which & 2)
		x86_set_reg(t, IR_I64, X86_RDI, x86_op2(t, IR_add, IR_I64, to(t), step));
}

static void count_down(const struct x86 *t)
{
	x86_set_reg(t, IR_I64, X86_RCX,
		    x86_opi(t, IR_sub, IR_I64, x86_reg(t, IR_I64, X86_RCX), 1));
}

static void again(const struct x86 *t)
{
	if (!t->i->repeat)
		return;
	count_down(t);
	x86_jump(t, t->pc);
}

bool x86_movs(struct x86 *t)
{
	if (is_odd(t))
		return false;
	begin(t);
	x86_store(t, element(t), to(t), 0, x86_load(t, element(t), from(t), 0));
	advance(t, 3);
	again(t);
	return true;
}

bool x86_stos(struct x86 *t)
{
	if (is_odd(t))
		return false;
	begin(t);
	x86_store(t, element(t), to(t), 0, x86_reg(t, element(t), X86_RAX));
	advance(t, 2);
	again(t);
	return true;
}

bool x86_lods(struct x86 *t)
{
	if (is_odd(t))
		return false;
	begin(t);
	x86_set_reg(t, element(t), X86_RAX, x86_load(t, element(t), from(t), 0));
	advance(t, 1);
	again(t);
	return true;
}

/* Flags of @a - @b; repeated while they are equal (F3) or differ (F2). */
static void compare(const struct x86 *t, uint32_t a, uint32_t b, unsigned int which)
{
	uint32_t result = x86_op2(t, IR_sub, element(t), a, b);
	struct x86_test test = { t->i->repeat == 0xf3 ? IR_EQ : IR_NE, a, b };

	x86_flags_of(t, IR_flag_sub, X86_ALL_FLAGS, a, b, IR_NONE, result);
	advance(t, which);
	if (!t->i->repeat)
		return;
	count_down(t);
	x86_branch(t, &test, t->pc, t->next);
}

bool x86_cmps(struct x86 *t)
{
	uint32_t a;

	if (is_odd(t))
		return false;
	begin(t);
	a = x86_load(t, element(t), from(t), 0);
	compare(t, a, x86_load(t, element(t), to(t), 0), 3);
	return true;
}

bool x86_scas(struct x86 *t)
{
	uint32_t a;

	if (is_odd(t))
		return false;
	begin(t);
	a = x86_reg(t, element(t), X86_RAX);
	compare(t, a, x86_load(t, element(t), to(t), 0), 2);
	return true;
}
