/* SPDX-License-Identifier: MIT */
#ifndef VMB_VMCORE_IR_EVAL_FP_H
#define VMB_VMCORE_IR_EVAL_FP_H
/*
 * Floating-point semantics on one element, for scalars and for the lanes of vectors. @type is
 * IR_F32 or IR_F64; arguments and results are bits, zero-extended. @attr is the instruction's aux2
 * (rounding, NaN rule, overflow rule). Flags that are raised go to @fp.
 */

#include "vmcore/ir/eval.h"

#define FP_ELEMENT(name)                                                                           \
	uint64_t fp_##name(struct ir_fpenv *fp, unsigned int type, uint8_t attr, uint64_t a,       \
			   uint64_t b, uint64_t c)

FP_ELEMENT(add);
FP_ELEMENT(sub);
FP_ELEMENT(mul);
FP_ELEMENT(div);
FP_ELEMENT(sqrt);
FP_ELEMENT(fma);
FP_ELEMENT(neg);
FP_ELEMENT(abs);
FP_ELEMENT(copysign);
FP_ELEMENT(minnum);
FP_ELEMENT(maxnum);
FP_ELEMENT(minimum);
FP_ELEMENT(maximum);
FP_ELEMENT(minsel);
FP_ELEMENT(maxsel);
FP_ELEMENT(round);

/* @attr is the condition here. */
bool fp_compare(struct ir_fpenv *fp, unsigned int type, uint8_t cond, uint64_t a, uint64_t b);

/* Between a float of @type and an integer of @bytes; a converted integer is zero-extended. */
uint64_t fp_from_int(struct ir_fpenv *fp, unsigned int type, bool is_signed, uint32_t bytes,
		     uint64_t a);
uint64_t fp_to_int(struct ir_fpenv *fp, unsigned int type, uint8_t attr, bool is_signed,
		   uint32_t bytes, uint64_t a);

/* From the other format to @type. */
uint64_t fp_convert(struct ir_fpenv *fp, unsigned int type, uint8_t attr, uint64_t a);

#endif /* VMB_VMCORE_IR_EVAL_FP_H */
