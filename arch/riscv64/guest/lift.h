/* SPDX-License-Identifier: MIT */
#ifndef VMB_ARCH_RISCV64_GUEST_LIFT_H
#define VMB_ARCH_RISCV64_GUEST_LIFT_H
/*
 * One function per instruction that appends what it does.
 */

#include "arch/riscv64/guest/decode.h"
#include "arch/riscv64/guest/state.h"
#include "vmcore/ports.h"

extern const struct guest_ops rv_guest_ops;

/**
 * struct rv_lift - an instruction on its way.
 * @i: its fields
 * @pc, @next: its address and the next one's
 */
struct rv_lift {
	struct guest_lift *lift;
	struct ir_build *b;
	const struct rv_insn *i;
	uint64_t pc, next;
};

#define RV_LIFT(name) void rv_lift_##name(struct rv_lift *l)

#define RV_GROUP(opcode)
#define RV_INSN(name, mask, match, format) RV_LIFT(name);
#define RV_END(opcode)
#include "arch/riscv64/guest/insn.def"
#undef RV_GROUP
#undef RV_INSN
#undef RV_END

VMB_INLINE uint32_t rv_const(struct rv_lift *l, uint64_t value)
{
	return ir_const(l->b, IR_I64, value);
}

VMB_INLINE uint32_t rv_get(struct rv_lift *l, unsigned int reg)
{
	return reg ? ir_get_state(l->b, IR_I64, RV_X(reg)) : rv_const(l, 0);
}

VMB_INLINE uint32_t rv_get32(struct rv_lift *l, unsigned int reg)
{
	return ir_unary(l->b, IR_trunc, IR_I32, rv_get(l, reg));
}

/* To the destination register. */
VMB_INLINE void rv_set(struct rv_lift *l, uint32_t value)
{
	if (l->i->rd)
		ir_set_state(l->b, RV_X(l->i->rd), value);
}

/* The same of an i32, whose sign is extended. */
VMB_INLINE void rv_set32(struct rv_lift *l, uint32_t value)
{
	rv_set(l, ir_unary(l->b, IR_sext, IR_I64, value));
}

VMB_INLINE uint32_t rv_op(struct rv_lift *l, unsigned int op, uint32_t a, uint32_t b)
{
	return ir_binary(l->b, op, IR_I64, a, b);
}

/* rv_csr_known - may the instruction @insn, one of csrrw to csrrci, access its CSR? */
bool rv_csr_known(const struct rv_insn *insn);

#endif /* VMB_ARCH_RISCV64_GUEST_LIFT_H */
