/* SPDX-License-Identifier: MIT */
#ifndef VMB_ARCH_X86_64_GUEST_X87_IMAGE_H
#define VMB_ARCH_X86_64_GUEST_X87_IMAGE_H
/*
 * The x87 as FNSAVE stores it: for FNSAVE and FRSTOR, and for the transcendental functions, which take
 * it whole. Source: Intel SDM, volume 1, 8.1.10.
 */

#include "arch/x86_64/guest/f80.h"
#include "vmcore/ir/eval.h"

#define X87_IMAGE_BYTES 108u

struct x86_state;

/**
 * struct x87_image - words of 32 bits: the low halves of the first three count. Where the last
 * instruction and its operand were is 0.
 * @st: ST(0) to ST(7)
 */
struct x87_image {
	uint32_t control, status, tags, last[4];
	struct {
		uint64_t m;
		uint16_t se;
	} __attribute__((packed)) st[8];
};

/** x87_to_image, x87_from_image - the registers of @s. */
void x87_to_image(const struct x86_state *s, struct x87_image *image);
void x87_from_image(struct x86_state *s, const struct x87_image *image);

/** x87_function - do the instruction D9 @opcode, one of those that x87_function.c has, to @image. */
void x87_function(uint8_t opcode, struct x87_image *image);

/**
 * x87_function_soft - the same where the host has no x87: with its long double, so that a result may
 * differ from a CPU's in the last places.
 */
void x87_function_soft(uint8_t opcode, struct x87_image *image);

/* What FXSAVE stores 16 bytes of each, behind its first 32 bytes. */
#define X86_FX_REGS    8u
#define X86_MXCSR_MASK 0xffffu

/**
 * x86_fxsave_helper - arg[0]: 0 the first 16 bytes of FXSAVE's image, 1 + n ST(n) as it has it.
 * x86_fxrstor_helper - the same from arg[1].
 */
void x86_fxsave_helper(struct x86_state *s, const union ir_val *arg, union ir_val *result);
void x86_fxrstor_helper(struct x86_state *s, const union ir_val *arg, union ir_val *result);

/**
 * x86_save_helper - arg[0]: 16 bytes of the image, by number; the last are 12.
 * x86_restore_helper - arg[0..5], arg[6] of 8, arg[7] of 4 bytes: the image.
 * x86_function_helper - arg[0]: the opcode.
 */
void x86_save_helper(struct x86_state *s, const union ir_val *arg, union ir_val *result);
void x86_restore_helper(struct x86_state *s, const union ir_val *arg, union ir_val *result);
void x86_function_helper(struct x86_state *s, const union ir_val *arg, union ir_val *result);

#endif /* VMB_ARCH_X86_64_GUEST_X87_IMAGE_H */
