/* SPDX-License-Identifier: MIT */
#ifndef VMB_ARCH_RISCV64_GUEST_STATE_H
#define VMB_ARCH_RISCV64_GUEST_STATE_H
/*
 * The registers of a RISC-V guest, as lifted code sees them.
 */

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

/**
 * struct rv_state - registers.
 * @x: integers; @x[0] is not used
 * @f: floating point; an f32 has ones above
 * @reserved, @seen: address of the last load-reserved (~0: none) and what was there
 * @pc: program counter
 * @frm: the rounding mode as it was written; of it the environment has the low two bits
 */
struct rv_state {
	uint64_t x[32];
	uint64_t f[32];
	uint64_t reserved, seen;
	uint64_t pc;
	uint32_t frm, unused;
};

static_assert(sizeof(struct rv_state) % 16 == 0, "slots of 16 bytes fit");

#define RV_X(n)	    ((uint32_t)(n) * 8)
#define RV_F(n)	    (256 + (uint32_t)(n) * 8)
#define RV_RESERVED ((uint32_t)offsetof(struct rv_state, reserved))
#define RV_SEEN	    ((uint32_t)offsetof(struct rv_state, seen))
#define RV_PC	    ((uint32_t)offsetof(struct rv_state, pc))
#define RV_FRM	    ((uint32_t)offsetof(struct rv_state, frm))

#endif /* VMB_ARCH_RISCV64_GUEST_STATE_H */
