/* SPDX-License-Identifier: MIT */
#ifndef VMB_VMCORE_IR_EVAL_H
#define VMB_VMCORE_IR_EVAL_H
/*
 * What the pure instructions compute: the one definition that the interpreter and the constant
 * folder share, and that every tier must agree with.
 */

#include "vmcore/ir/ir.h"

/**
 * union ir_val - a value. A scalar is in d[0], zero-extended, and d[1] is 0.
 * @d, @w, @h, @b: lanes; lane 0 is the least significant (hosts are little-endian)
 */
union ir_val {
	uint64_t d[2];
	uint32_t w[4];
	uint16_t h[8];
	uint8_t b[16];
} VMB_ALIGNED(16);

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "lanes are numbered from the low end");

/**
 * struct ir_fpenv - the floating-point environment of a running unit.
 * @rm: rounding mode, IR_RNE .. IR_RUP
 * @flags: accrued exceptions, enum ir_fpflag
 * @traps: of compiled code: what is invalid traps (jit_target.traps). No matter of the guest's
 */
struct ir_fpenv {
	uint8_t rm;
	uint8_t flags;
	bool traps;
};

/**
 * struct ir_eval - one instruction with its operands.
 * @insn: borrowed
 * @atype: type of operand a, IR_VOID without one
 * @fp: environment; @fp->flags gets what the instruction raises
 * @a, @b, @c: operands; NULL for those that the instruction does not have
 */
struct ir_eval {
	const struct ir_insn *insn;
	unsigned int atype;
	struct ir_fpenv *fp;
	const union ir_val *a, *b, *c;
};

/**
 * ir_eval - compute a pure instruction of a verified unit.
 * @out: gets the result; may be one of the operands
 */
void ir_eval(const struct ir_eval *eval, union ir_val *out);

/**
 * ir_cond_holds - does a condition hold between two integers?
 * @type: of @a and @b, which are zero-extended
 */
bool ir_cond_holds(unsigned int cond, unsigned int type, uint64_t a, uint64_t b);

/* One function per pure instruction, called by ir_eval(). */
#define IR_OP(...)
#define IR_PURE(name, ...) void ir_eval_##name(const struct ir_eval *e, union ir_val *out);
#include "vmcore/ir/ops.def"
#undef IR_OP
#undef IR_PURE

#endif /* VMB_VMCORE_IR_EVAL_H */
