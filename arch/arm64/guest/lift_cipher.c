// SPDX-License-Identifier: MIT
/*
 * AES, SHA-1, SHA-256 and the polynomial product of 64 bits. Source: Arm ARM (DDI 0487), C4.1,
 * "Cryptographic AES", "Cryptographic three-register SHA", "Cryptographic two-register SHA".
 */
#include "arch/arm64/guest/cipher.h"
#include "arch/arm64/guest/simd.h"

static uint32_t call(const struct a64 *t, uint32_t op, uint32_t d, uint32_t n, uint32_t m)
{
	static const struct ir_helper helper = {
		.name = "a64_cipher", .type = IR_V128, .nr_args = 4,
		.arg = { IR_I32, IR_V128, IR_V128, IR_V128 },
	};
	const uint32_t arg[] = { a64_const(t, IR_I32, op), d, n, m };

	return ir_emit_call(t->build, ir_use_helper(t->build, &helper), arg);
}

/* Of Vd and Vn; arg: enum a64_cipher. */
bool a64_cipher2(const struct a64 *t)
{
	uint32_t n = a64_q(t, a64_rn(t));

	a64_set_q(t, a64_rd(t), call(t, t->arg, a64_q(t, a64_rd(t)), n, n));
	return true;
}

/* Of Vn alone. */
bool a64_cipher1(const struct a64 *t)
{
	uint32_t n = a64_q(t, a64_rn(t));

	a64_set_q(t, a64_rd(t), call(t, t->arg, n, n, n));
	return true;
}

/* Of Vd, Vn and Vm. */
bool a64_cipher3(const struct a64 *t)
{
	uint32_t d = a64_q(t, a64_rd(t)), n = a64_q(t, a64_rn(t));

	a64_set_q(t, a64_rd(t), call(t, t->arg, d, n, a64_q(t, a64_rm(t))));
	return true;
}

/* PMULL and PMULL2 of 64 bits. */
bool a64_pmull64(const struct a64 *t)
{
	uint32_t n = a64_q(t, a64_rn(t));

	a64_set_q(t, a64_rd(t), call(t, A64_PMULL + a64_is_q(t), n, n, a64_q(t, a64_rm(t))));
	return true;
}

bool a64_sha1h(const struct a64 *t)
{
	a64_set_f(t, IR_I32, a64_rd(t),
		  a64_shift(t, IR_rotl, IR_I32, a64_f(t, IR_I32, a64_rn(t)), 30));
	return true;
}

/* Vd's upper half and Vn's lower one, with Vd and Vm. */
bool a64_sha1su0(const struct a64 *t)
{
	uint32_t d = a64_q(t, a64_rd(t)), m = a64_q(t, a64_rm(t));
	uint32_t middle = a64_insert(t, IR_I64X2, a64_q(t, a64_rn(t)), 1,
				     a64_extract(t, IR_I64X2, a64_q(t, a64_rn(t)), 0));

	middle = a64_insert(t, IR_I64X2, middle, 0, a64_extract(t, IR_I64X2, d, 1));
	a64_set_q(t, a64_rd(t),
		  a64_bitwise(t, IR_vxor, a64_bitwise(t, IR_vxor, middle, d), m));
	return true;
}
