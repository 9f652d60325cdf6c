/* SPDX-License-Identifier: MIT */
#ifndef VMB_ARCH_ARM64_GUEST_INSNS_H
#define VMB_ARCH_ARM64_GUEST_INSNS_H
/*
 * The functions that insn.def names, and what more than one file of them uses.
 */

#include "arch/arm64/guest/lift.h"

/* How a load or store finds its address. */
enum a64_address {
	A64_ADDR_UIMM, /* an unsigned immediate, scaled by the size */
	A64_ADDR_SIMM, /* a signed immediate */
	A64_ADDR_POST, /* the base, to which an immediate is added afterwards */
	A64_ADDR_PRE,  /* an immediate, added to the base before */
	A64_ADDR_REG,  /* a register, extended and perhaps scaled by the size */
};

#define A64_GROUP(bits)
#define A64(name, lift, mask, value, arg) bool a64_##lift(const struct a64 *t);
#include "arch/arm64/guest/insn.def"
#undef A64
#undef A64_GROUP

/* Add or subtract as bits 30 and 29 say, to Rd. */
void a64_add_sub(const struct a64 *t, uint32_t a, uint32_t b);

/* @value extended as an option field says, and shifted left. */
uint32_t a64_extended(const struct a64 *t, unsigned int type, uint32_t value, unsigned int option,
		      unsigned int by);

/* Flags @yes if @holds, else @no. */
void a64_set_flags_if(const struct a64 *t, uint32_t holds, const struct a64_flags *yes,
		      const struct a64_flags *no);

/* 2^@exponent as a float. */
uint64_t a64_power_of_two(unsigned int type, int exponent);

/* @value by @factor without exceptions; op is fmul or vfmul, @lane says of what. */
uint32_t a64_scale_quietly(const struct a64 *t, unsigned int op, unsigned int lane, uint32_t value,
			   uint32_t factor);

/* Accrue the inexact flag if @inexact, an i32, is 1. */
void a64_raise_inexact(const struct a64 *t, uint32_t inexact);

/* @value, of lanes wider than @narrow's, twice in narrow lanes; notes what saturates. */
uint32_t a64_narrow_saturating(const struct a64 *t, unsigned int op, unsigned int narrow,
			       uint32_t value);

#endif /* VMB_ARCH_ARM64_GUEST_INSNS_H */
