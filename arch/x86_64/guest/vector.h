/* SPDX-License-Identifier: MIT */
#ifndef VMB_ARCH_X86_64_GUEST_VECTOR_H
#define VMB_ARCH_X86_64_GUEST_VECTOR_H
/*
 * What lifting of vectors and of floats in them shares.
 */

#include "arch/x86_64/guest/insns.h"

/* An instruction on vectors; missing operands are IR_NONE. */
VMB_INLINE uint32_t x86_vec(const struct x86 *t, unsigned int op, unsigned int lane,
			    unsigned int aux2, uint32_t a, uint32_t b, uint32_t c)
{
	return x86_emit(t, (struct ir_insn){ .op = (uint8_t)op, .type = IR_V128,
					     .aux = (uint8_t)lane, .aux2 = (uint8_t)aux2, .a = a,
					     .b = b, .c = c });
}

VMB_INLINE uint32_t x86_vec_imm(const struct x86 *t, unsigned int op, unsigned int lane,
				uint32_t a, uint32_t b, uint64_t imm)
{
	return x86_emit(t, (struct ir_insn){ .op = (uint8_t)op, .type = IR_V128,
					     .aux = (uint8_t)lane, .a = a, .b = b, .c = IR_NONE,
					     .imm = imm });
}

/* The type of a lane. */
VMB_INLINE unsigned int x86_lane_type(unsigned int lane)
{
	static const uint8_t types[] = {
		[IR_I8X16] = IR_I8, [IR_I16X8] = IR_I16, [IR_I32X4] = IR_I32, [IR_I64X2] = IR_I64,
		[IR_F32X4] = IR_F32, [IR_F64X2] = IR_F64,
	};

	return types[lane];
}

VMB_INLINE uint32_t x86_extract(const struct x86 *t, unsigned int lane, uint32_t vector,
				unsigned int index)
{
	return x86_emit(t, (struct ir_insn){ .op = IR_vextr, .type = (uint8_t)x86_lane_type(lane),
					     .aux = (uint8_t)lane, .a = vector, .b = IR_NONE,
					     .c = IR_NONE, .imm = index });
}

VMB_INLINE uint32_t x86_insert(const struct x86 *t, unsigned int lane, uint32_t vector,
			       unsigned int index, uint32_t value)
{
	return x86_vec_imm(t, IR_vins, lane, vector, value, index);
}

/* @value in the lowest lane, zeros above. */
VMB_INLINE uint32_t x86_move0(const struct x86 *t, unsigned int lane, uint32_t value)
{
	return x86_vec(t, IR_vmov0, lane, 0, value, IR_NONE, IR_NONE);
}

VMB_INLINE uint32_t x86_splat(const struct x86 *t, unsigned int lane, uint32_t value)
{
	return x86_vec(t, IR_vsplat, lane, 0, value, IR_NONE, IR_NONE);
}

VMB_INLINE uint32_t x86_const_v(const struct x86 *t, uint64_t low, uint64_t high)
{
	return x86_emit(t, (struct ir_insn){ .op = IR_const, .type = IR_V128, .a = IR_NONE,
					     .b = (uint32_t)high, .c = (uint32_t)(high >> 32),
					     .imm = low });
}

/** x86_scalar - operand @n, a register's lowest lane or memory, as the type of a lane. */
uint32_t x86_scalar(struct x86 *t, unsigned int n, unsigned int lane);

/** x86_low - operand @n of 8 bytes or less as a vector whose upper lanes are whatever. */
uint32_t x86_low(struct x86 *t, unsigned int n, unsigned int lane);

#endif /* VMB_ARCH_X86_64_GUEST_VECTOR_H */
