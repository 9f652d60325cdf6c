/* SPDX-License-Identifier: MIT */
#ifndef VMB_ARCH_X86_64_GUEST_HELPER_H
#define VMB_ARCH_X86_64_GUEST_HELPER_H
/*
 * What lifted code calls: functions for instructions that are too much for the IR.
 */

#include "vmcore/ports.h"

struct x86_state;

/* Of "x86_vector", in bits 0..7 of its first argument; an immediate is in bits 8..15. */
enum x86_vector_op {
	X86_AES_ENC, X86_AES_ENC_LAST, X86_AES_DEC, X86_AES_DEC_LAST, X86_AES_IMC, X86_AES_KEY,
	X86_CLMUL,
	X86_SPREAD_BYTES, X86_SPREAD_WORDS, /* bits of a's low half, a lane each */
};

/*
 * Of "x86_strings": what comes in with the immediate, and what comes out above the mask: flags, and the
 * index at bit 24.
 */
#define X86_STRINGS_EXPLICIT  0x100u
#define X86_STRINGS_FLAG(bit) (16u + (bit))
#define X86_STRINGS_INDEX     24u
enum { X86_STRINGS_C, X86_STRINGS_Z, X86_STRINGS_S, X86_STRINGS_O };

/** x86_vector_helper, x86_strings_helper - the functions: arguments and result as the IR has them. */
void x86_vector_helper(struct x86_state *s, const union ir_val *arg, union ir_val *result);
void x86_strings_helper(struct x86_state *s, const union ir_val *arg, union ir_val *result);

/** x86_helper - struct guest_ops.call. */
bool x86_helper(void *state, const struct ir_helper *helper, const union ir_val *arg,
		union ir_val *result);

#endif /* VMB_ARCH_X86_64_GUEST_HELPER_H */
