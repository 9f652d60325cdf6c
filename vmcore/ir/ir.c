// SPDX-License-Identifier: MIT
#include "vmcore/ir/ir.h"

#include <errno.h>
#include <string.h>

#define OPERANDS(a, b, c) ((a != K_NONE) + (b != K_NONE) + (c != K_NONE))
#define ROW(is_pure, opname, r, ka, kb, kc, x, y, i, e, text)                                      \
	[IR_##opname] = {                                                                          \
		.name = #opname, .doc = text, .kind = { r, ka, kb, kc }, .aux = x, .aux2 = y,      \
		.imm = i, .nr_operands = OPERANDS(ka, kb, kc), .effects = e, .pure = is_pure,      \
	},

const struct ir_op_info ir_ops[IR_NR_OPS] = {
#define IR_OP(...)   ROW(false, __VA_ARGS__)
#define IR_PURE(...) ROW(true, __VA_ARGS__)
#include "vmcore/ir/ops.def"
#undef IR_OP
#undef IR_PURE
};

const char *ir_type_name(unsigned int type)
{
	static const char *const name[IR_NR_TYPES] = {
		"void", "i8", "i16", "i32", "i64", "f32", "f64", "v128",
	};

	return type < IR_NR_TYPES ? name[type] : NULL;
}

void ir_unit_init(struct ir_unit *unit, struct ir_arena *arena)
{
	*unit = (struct ir_unit){ .arena = arena };
}

static void *copy_array(struct ir_arena *arena, const void *src, size_t bytes, int *error)
{
	void *dst = ir_arena_alloc(arena, bytes);

	if (!dst)
		*error = -ENOMEM;
	else if (bytes)
		memcpy(dst, src, bytes);
	return dst;
}

int ir_unit_copy(struct ir_unit *dst, const struct ir_unit *src, struct ir_arena *arena)
{
	int error = 0;

	*dst = *src;
	dst->arena = arena;
	dst->insn = copy_array(arena, src->insn, src->nr_insns * sizeof(*src->insn), &error);
	dst->block = copy_array(arena, src->block, src->nr_blocks * sizeof(*src->block), &error);
	dst->edge = copy_array(arena, src->edge, src->nr_edges * sizeof(*src->edge), &error);
	dst->arg = copy_array(arena, src->arg, src->nr_args * sizeof(*src->arg), &error);
	dst->helper = copy_array(arena, src->helper, src->nr_helpers * sizeof(*src->helper), &error);
	dst->cap_insns = src->nr_insns;
	dst->cap_blocks = src->nr_blocks;
	dst->cap_edges = src->nr_edges;
	dst->cap_args = src->nr_args;
	dst->cap_helpers = src->nr_helpers;
	return error;
}
