/* SPDX-License-Identifier: MIT */
#ifndef VMB_ARCH_ARM64_GUEST_CIPHER_H
#define VMB_ARCH_ARM64_GUEST_CIPHER_H
/*
 * What instructions for ciphers and hashes compute, as functions that lifted code calls.
 */

#include "vmcore/ports.h"

/** enum a64_cipher - the instructions; SHA1H and SHA1SU0 are so short that they are IR. */
enum a64_cipher {
	A64_AESE, A64_AESD, A64_AESMC, A64_AESIMC,
	A64_PMULL, A64_PMULL2,
	A64_SHA1C, A64_SHA1P, A64_SHA1M, A64_SHA1SU1,
	A64_SHA256H, A64_SHA256H2, A64_SHA256SU0, A64_SHA256SU1,
};

/** a64_cipher - @op of registers Vd, Vn and Vm; some have no Vd or no Vm. */
union ir_val a64_cipher(enum a64_cipher op, const union ir_val v[3]);

/** a64_helper - struct guest_ops.call: "a64_cipher", whose first argument is the enum. */
bool a64_helper(void *state, const struct ir_helper *helper, const union ir_val *arg,
		union ir_val *result);

#endif /* VMB_ARCH_ARM64_GUEST_CIPHER_H */
