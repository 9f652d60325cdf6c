// SPDX-License-Identifier: MIT
/*
 * String instructions. With a repeat prefix one element is done, and the instruction is jumped to
 * again: registers are as the architecture has them wherever it may be left. Forwards, and where no
 * page ends within, a chunk of elements is done at once: an access to it fails at its first element.
 */
#include "arch/x86_64/guest/vector.h"

#define PAGE 4096u

/* Bytes of the chunks in which MOVS and STOS are repeated, and CMPS and SCAS. */
static const uint8_t copied[] = { 64, 8 };
#define COMPARED 16u

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

static void step(const struct x86 *t, unsigned int number, uint32_t bytes)
{
	x86_set_reg(t, IR_I64, number,
		    x86_op2(t, IR_add, IR_I64, x86_reg(t, IR_I64, number), bytes));
}

/* Neither 0 nor false: both hold. */
static void require(const struct x86 *t, uint32_t *all, uint32_t holds)
{
	*all = *all == IR_NONE ? holds : x86_op2(t, IR_and, IR_I8, *all, holds);
}

/* Do @bytes from register @number on lie in one page? */
static uint32_t in_page(const struct x86 *t, unsigned int number, unsigned int bytes)
{
	uint32_t at = x86_bits(t, IR_I64, x86_reg(t, IR_I64, number), 0, 12);

	return x86_cmp(t, IR_ULE, at, x86_const(t, IR_I64, PAGE - bytes));
}

/*
 * Open a block for a chunk of @bytes of the strings that are in @which, as of advance(); @more: beyond
 * the chunk there is more. Return: the block for when it cannot be done.
 */
static uint32_t begin_chunk(const struct x86 *t, unsigned int bytes, unsigned int which, bool more)
{
	uint64_t elements = bytes / ir_type_bytes(element(t));
	uint32_t chunk = ir_new_block(t->build), other = ir_new_block(t->build), all = IR_NONE;
	struct x86_test test = { .cond = IR_NE, .b = x86_const(t, IR_I8, 0) };

	require(t, &all, x86_cmp(t, more ? IR_UGT : IR_UGE, x86_reg(t, IR_I64, X86_RCX),
				 x86_const(t, IR_I64, elements)));
	require(t, &all, x86_cmp(t, IR_EQ, ir_get_state(t->build, IR_I8, X86_STATE(back)),
				 x86_const(t, IR_I8, 0)));
	if (which & 1)
		require(t, &all, in_page(t, X86_RSI, bytes));
	if (which & 2)
		require(t, &all, in_page(t, X86_RDI, bytes));
	/* What is copied must not be what an element before has written. */
	if ((which & 3) == 3 && !more)
		require(t, &all, x86_cmp(t, IR_UGE, x86_op2(t, IR_sub, IR_I64, to(t), from(t)),
					 x86_const(t, IR_I64, bytes)));
	test.a = all;
	x86_branch_blocks(t, &test, chunk, other);
	x86_begin(t, chunk);
	return other;
}

/* The chunk is done: @bytes of it, in @elements. */
static void pass(const struct x86 *t, unsigned int which, uint32_t bytes, uint32_t elements)
{
	if (which & 1)
		step(t, X86_RSI, bytes);
	if (which & 2)
		step(t, X86_RDI, bytes);
	step(t, X86_RCX, x86_op1(t, IR_neg, IR_I64, elements));
}

/* RAX in all elements. */
static uint32_t pattern(const struct x86 *t)
{
	static const uint8_t lanes[] = { IR_I8X16, IR_I16X8, IR_I32X4, IR_I64X2 };

	return x86_splat(t, lanes[element(t) - IR_I8], x86_reg(t, element(t), X86_RAX));
}

/* @bytes of MOVS or STOS: all is loaded before anything is stored. */
static void copy_chunk(const struct x86 *t, unsigned int bytes, bool moves)
{
	unsigned int type = bytes < 16 ? IR_I64 : IR_V128, width = ir_type_bytes(type), k;
	uint32_t value[4], of_all = IR_NONE;

	if (!moves) {
		of_all = pattern(t);
		if (type == IR_I64)
			of_all = x86_extract(t, IR_I64X2, of_all, 0);
	}
	for (k = 0; k < bytes / width; k++)
		value[k] = moves ? x86_load(t, type, from(t), (int32_t)(k * width)) : of_all;
	for (k = 0; k < bytes / width; k++)
		x86_store(t, type, to(t), (int32_t)(k * width), value[k]);
}

/* The chunks of MOVS (@which 3) and STOS (2), and what is left is done as it would be without them. */
static void copy_chunks(const struct x86 *t, unsigned int which)
{
	unsigned int bytes, width = ir_type_bytes(element(t)), k;
	uint32_t other;

	for (k = 0; t->i->repeat && k < VMB_ARRAY_SIZE(copied) && copied[k] > width; k++) {
		bytes = copied[k];
		other = begin_chunk(t, bytes, which, false);
		copy_chunk(t, bytes, which & 1);
		pass(t, which, x86_const(t, IR_I64, bytes), x86_const(t, IR_I64, bytes / width));
		x86_jump(t, t->pc);
		x86_begin(t, other);
	}
}

bool x86_movs(struct x86 *t)
{
	if (is_odd(t))
		return false;
	begin(t);
	copy_chunks(t, 3);
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
	copy_chunks(t, 2);
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

/*
 * A chunk of CMPS (@which 3) or SCAS (2), up to the element that ends it, which is compared as it
 * would be without the chunk, as the last one always is: so flags are those of a single element.
 */
static void compare_chunk(const struct x86 *t, unsigned int which)
{
	static const uint8_t lanes[] = { IR_I8X16, IR_I16X8, IR_I32X4, IR_I64X2 };
	unsigned int lane = lanes[element(t) - IR_I8], width = ir_type_bytes(element(t));
	uint32_t other, a, ends, nr;
	struct x86_test test = { .cond = IR_EQ };

	if (!t->i->repeat)
		return;
	other = begin_chunk(t, COMPARED, which, true);
	a = which & 1 ? x86_load(t, IR_V128, from(t), 0) : pattern(t);
	ends = x86_vec(t, IR_vcmp, lane, t->i->repeat == 0xf3 ? IR_NE : IR_EQ, a,
		       x86_load(t, IR_V128, to(t), 0), IR_NONE);
	ends = x86_emit(t, (struct ir_insn){ .op = IR_vmovmsk, .type = IR_I32, .aux = (uint8_t)lane,
					     .a = ends, .b = IR_NONE, .c = IR_NONE });
	nr = x86_opi(t, IR_or, IR_I32, ends, 1u << COMPARED / width);
	nr = x86_op1(t, IR_zext, IR_I64, x86_op1(t, IR_ctz, IR_I32, nr));
	pass(t, which, x86_opi(t, IR_mul, IR_I64, nr, width), nr);
	test.a = ends;
	test.b = x86_const(t, IR_I32, 0);
	x86_branch_blocks(t, &test, t->lift->block(t->lift, t->pc), other);
	x86_begin(t, other);
}

bool x86_cmps(struct x86 *t)
{
	uint32_t a;

	if (is_odd(t))
		return false;
	begin(t);
	compare_chunk(t, 3);
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
	compare_chunk(t, 2);
	a = x86_reg(t, element(t), X86_RAX);
	compare(t, a, x86_load(t, element(t), to(t), 0), 2);
	return true;
}
