// SPDX-License-Identifier: MIT
/*
 * Vector registers as values of the IR.
 */
#include "arch/arm64/guest/lift.h"

uint32_t a64_q(const struct a64 *t, uint32_t n)
{
	return ir_get_state(t->build, IR_V128, A64_STATE_Q(n));
}

void a64_set_q(const struct a64 *t, uint32_t n, uint32_t value)
{
	ir_set_state(t->build, A64_STATE_Q(n), value);
}

unsigned int a64_lane_of(unsigned int type)
{
	static const uint8_t lane[IR_NR_TYPES] = {
		[IR_I8] = IR_I8X16,   [IR_I16] = IR_I16X8,  [IR_I32] = IR_I32X4,
		[IR_I64] = IR_I64X2, [IR_F32] = IR_F32X4, [IR_F64] = IR_F64X2,
	};

	return lane[type];
}

uint32_t a64_f(const struct a64 *t, unsigned int type, uint32_t n)
{
	return a64_extract(t, a64_lane_of(type), a64_q(t, n), 0);
}

void a64_set_f(const struct a64 *t, unsigned int type, uint32_t n, uint32_t value)
{
	a64_set_q(t, n, a64_move0(t, a64_lane_of(type), value));
}

uint32_t a64_vec(const struct a64 *t, unsigned int op, unsigned int lane, unsigned int aux2,
		 uint32_t a, uint32_t b, uint32_t c)
{
	return a64_emit(t, (struct ir_insn){ .op = (uint8_t)op, .type = IR_V128,
					     .aux = (uint8_t)lane, .aux2 = (uint8_t)aux2, .a = a,
					     .b = b, .c = c });
}

uint32_t a64_vec_imm(const struct a64 *t, unsigned int op, unsigned int lane, uint32_t imm,
		     uint32_t a, uint32_t b)
{
	return a64_emit(t, (struct ir_insn){ .op = (uint8_t)op, .type = IR_V128,
					     .aux = (uint8_t)lane, .a = a, .b = b, .c = IR_NONE,
					     .imm = imm });
}

uint32_t a64_extract(const struct a64 *t, unsigned int lane, uint32_t vector, uint32_t index)
{
	return a64_emit(t, (struct ir_insn){ .op = IR_vextr, .type = (uint8_t)ir_lane_type(lane),
					     .aux = (uint8_t)lane, .a = vector, .b = IR_NONE,
					     .c = IR_NONE, .imm = index });
}

uint32_t a64_insert(const struct a64 *t, unsigned int lane, uint32_t vector, uint32_t index,
		    uint32_t value)
{
	return a64_vec_imm(t, IR_vins, lane, index, vector, value);
}

uint32_t a64_splat(const struct a64 *t, unsigned int lane, uint32_t value)
{
	return a64_vec_imm(t, IR_vsplat, lane, 0, value, IR_NONE);
}

uint32_t a64_move0(const struct a64 *t, unsigned int lane, uint32_t value)
{
	return a64_vec_imm(t, IR_vmov0, lane, 0, value, IR_NONE);
}

uint32_t a64_const_v(const struct a64 *t, uint64_t low, uint64_t high)
{
	return a64_emit(t, (struct ir_insn){ .op = IR_const, .type = IR_V128, .a = IR_NONE,
					     .b = (uint32_t)high, .c = (uint32_t)(high >> 32),
					     .imm = low });
}

uint32_t a64_low(const struct a64 *t, uint32_t vector)
{
	return a64_move0(t, IR_I64X2, a64_extract(t, IR_I64X2, vector, 0));
}

uint32_t a64_low_twice(const struct a64 *t, uint32_t vector)
{
	return a64_splat(t, IR_I64X2, a64_extract(t, IR_I64X2, vector, 0));
}
