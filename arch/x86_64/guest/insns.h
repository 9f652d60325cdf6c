/* SPDX-License-Identifier: MIT */
#ifndef VMB_ARCH_X86_64_GUEST_INSNS_H
#define VMB_ARCH_X86_64_GUEST_INSNS_H
/*
 * The functions that insn.def names, and the names that it uses.
 */

#include "arch/x86_64/guest/helper.h"
#include "arch/x86_64/guest/lift.h"
#include "arch/x86_64/guest/x87.h"

/* What a line does with flags. */
#define FLAG(f)	   (1u << X86_##f)
#define ARITH	   X86_KILLS(X86_ALL_FLAGS)
#define CARRY	   (ARITH | X86_READS(FLAG(C)))
#define LOGIC	   (ARITH | X86_UNDEF(FLAG(A)))
#define INCDEC	   X86_KILLS(X86_ALL_FLAGS & ~FLAG(C))
#define MULTIPLY   (ARITH | X86_UNDEF(X86_ALL_FLAGS & ~(FLAG(C) | FLAG(O))))
#define DIVIDE	   (ARITH | X86_UNDEF(X86_ALL_FLAGS))
#define BIT_TEST   (X86_KILLS(X86_ALL_FLAGS & ~FLAG(Z)) |                                          \
		    X86_UNDEF(X86_ALL_FLAGS & ~(FLAG(C) | FLAG(Z))))
#define COUNT	   (ARITH | X86_UNDEF(X86_ALL_FLAGS & ~(FLAG(C) | FLAG(Z))))
#define SCAN	   (ARITH | X86_UNDEF(X86_ALL_FLAGS & ~FLAG(Z)))
#define BMI	   (ARITH | X86_UNDEF(FLAG(A) | FLAG(P)) | X86_L0)
#define STRING	   X86_READS(X86_ALL_FLAGS)

/* Shifts by a count of 0 leave flags alone; by more than 1 overflow is undefined. */
#define SHIFT_IMM    (ARITH | X86_SHIFT | X86_UNDEF(FLAG(A) | FLAG(O)))
#define SHIFT_ONE    (ARITH | X86_UNDEF(FLAG(A)))
#define SHIFT_CL     (X86_READS(X86_ALL_FLAGS) | X86_UNDEF(FLAG(A) | FLAG(O)))
#define ROTATED	     X86_KILLS(FLAG(C) | FLAG(O))
#define ROTATE_IMM   (ROTATED | X86_SHIFT | X86_UNDEF(FLAG(O)))
#define ROTATE_ONE   ROTATED
#define ROTATE_CL    (X86_READS(FLAG(C) | FLAG(O)) | X86_UNDEF(FLAG(O)))
#define ROTATE_C_IMM (X86_READS(FLAG(C) | FLAG(O)) | X86_UNDEF(FLAG(O)))
#define ROTATE_C_ONE (ROTATED | X86_READS(FLAG(C)))
#define ROTATE_C_CL  ROTATE_C_IMM

/* Instructions of the IR for vectors: op, lanes at bit 8, a condition at bit 11; or with the operands
 * the other way round.
 */
#define VEC(op, lane)		 (IR_##op | IR_##lane << 8)
#define VEC_COND(op, lane, cond) (VEC(op, lane) | IR_##cond << 11)
#define VEC_COND_N(op, lane, n)	 (VEC(op, lane) | (n) << 11)
#define VEC_SWAP		 0x8000
#define VEC_OP(arg)		 ((arg) & 255u)
#define VEC_LANE(arg)		 ((arg) >> 8 & 7u)
#define VEC_COND_OF(arg)	 ((arg) >> 11 & 15u)

/* For ext: modrm.reg and modrm.rm. */
#define RM(reg, rm) (0x40 | (reg) << 3 | (rm))

#define X86(name, lift, ...) bool x86_##lift(struct x86 *t);
#include "arch/x86_64/guest/insn.def"
#undef X86

/* MXCSR as a value of 32 bits; and set to one, which is a trap if it asks for what is not supported. */
uint32_t x86_mxcsr(const struct x86 *t);
void x86_set_mxcsr(const struct x86 *t, uint32_t value);

#endif /* VMB_ARCH_X86_64_GUEST_INSNS_H */
