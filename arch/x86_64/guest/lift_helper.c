// SPDX-License-Identifier: MIT
/*
 * Instructions on vectors that helpers do: AES, products of polynomials, comparisons of strings.
 */
#include "arch/x86_64/guest/helper.h"
#include "arch/x86_64/guest/vector.h"

static uint32_t call_vector(const struct x86 *t, uint32_t code, uint32_t a, uint32_t b)
{
	static const struct ir_helper helper = {
		.name = "x86_vector", .type = IR_V128, .nr_args = 3,
		.arg = { IR_I32, IR_V128, IR_V128 },
	};
	const uint32_t arg[] = { x86_const(t, IR_I32, code), a, b };

	return x86_call_helper(t, &helper, arg);
}

static uint32_t code_of(const struct x86 *t)
{
	return t->i->line->arg | (uint32_t)(t->i->imm & 255) << 8;
}

/* arg: enum x86_vector_op. */
bool x86_helped(struct x86 *t)
{
	uint32_t b = x86_get(t, 1);

	x86_set(t, 0, call_vector(t, code_of(t), x86_get(t, 0), b));
	return true;
}

/* The same of the source alone. */
bool x86_helped_unary(struct x86 *t)
{
	uint32_t value = x86_get(t, 1);

	x86_set(t, 0, call_vector(t, code_of(t), value, value));
	return true;
}

/* The length that a register has. */
static uint32_t length(const struct x86 *t, unsigned int number)
{
	if (t->i->rex & 8)
		return x86_reg(t, IR_I64, number);
	return x86_op1(t, IR_sext, IR_I64, x86_reg(t, IR_I32, number));
}

static uint32_t call_strings(struct x86 *t, bool explicit)
{
	static const struct ir_helper helper = {
		.name = "x86_strings", .type = IR_I64, .nr_args = 5,
		.arg = { IR_I32, IR_V128, IR_V128, IR_I64, IR_I64 },
	};
	uint32_t b = x86_get(t, 1), zero = x86_const(t, IR_I64, 0);
	uint32_t imm = (uint32_t)t->i->imm | (explicit ? X86_STRINGS_EXPLICIT : 0);
	const uint32_t arg[] = {
		x86_const(t, IR_I32, imm), x86_get(t, 0), b,
		explicit ? length(t, X86_RAX) : zero, explicit ? length(t, X86_RDX) : zero,
	};

	return x86_call_helper(t, &helper, arg);
}

static void set_flags(const struct x86 *t, uint32_t result)
{
	static const uint8_t flag[] = { [X86_STRINGS_C] = X86_C, [X86_STRINGS_Z] = X86_Z,
					[X86_STRINGS_S] = X86_S, [X86_STRINGS_O] = X86_O };
	unsigned int k;
	uint32_t bit;

	for (k = 0; k < VMB_ARRAY_SIZE(flag); k++) {
		bit = x86_bits(t, IR_I64, result, X86_STRINGS_FLAG(k), 1);
		x86_set_flag(t, flag[k], x86_op1(t, IR_trunc, IR_I8, bit));
	}
	x86_set_flag(t, X86_A, x86_const(t, IR_I8, 0));
	/* Of P the byte with that parity. */
	x86_set_flag(t, X86_P, x86_const(t, IR_I8, 1));
}

/* arg: are lengths in registers? */
bool x86_string_index(struct x86 *t)
{
	uint32_t result = call_strings(t, t->i->line->arg);

	x86_set_reg(t, IR_I64, X86_RCX, x86_bits(t, IR_I64, result, X86_STRINGS_INDEX, 8));
	set_flags(t, result);
	return true;
}

bool x86_string_mask(struct x86 *t)
{
	uint32_t result = call_strings(t, t->i->line->arg), mask;

	mask = x86_move0(t, IR_I64X2, x86_bits(t, IR_I64, result, 0, 16));
	if (t->i->imm & 0x40)
		mask = call_vector(t, t->i->imm & 1 ? X86_SPREAD_WORDS : X86_SPREAD_BYTES, mask, mask);
	x86_set_xmm(t, 0, mask);
	set_flags(t, result);
	return true;
}
