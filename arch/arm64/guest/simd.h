/* SPDX-License-Identifier: MIT */
#ifndef VMB_ARCH_ARM64_GUEST_SIMD_H
#define VMB_ARCH_ARM64_GUEST_SIMD_H
/*
 * Advanced SIMD: one function serves the vector, the scalar and the by-element encoding of an
 * operation. They differ in how operands are fetched and how much of the result is kept.
 */

#include "arch/arm64/guest/insns.h"

enum a64_form { A64_FULL, A64_HALF, A64_SCALAR };

/**
 * struct a64_vec - the arrangement of an instruction.
 * @lane: enum ir_lane of its elements
 * @form: 16 bytes, 8, or one element
 */
struct a64_vec {
	unsigned int lane;
	unsigned int form;
};

VMB_INLINE bool a64_is_q(const struct a64 *t)
{
	return a64_bit(t, 30);
}

/**
 * a64_vec_int - arrangement by size (bits 23..22).
 * @most: greatest size that the instruction has
 * Return: false if it is reserved; 64-bit elements exist in 16 bytes and as scalars.
 */
bool a64_vec_int(const struct a64 *t, unsigned int most, struct a64_vec *v);

/** a64_vec_fp - arrangement of floats by bit 22. Return: false if it is reserved. */
bool a64_vec_fp(const struct a64 *t, struct a64_vec *v);

/** a64_in - register @n, with whatever its unused elements hold. */
uint32_t a64_in(const struct a64 *t, const struct a64_vec *v, uint32_t n);

/** a64_in_exact - register @n with copies of used elements in the unused ones: those then raise no
 * flag that the used ones do not.
 */
uint32_t a64_in_exact(const struct a64 *t, const struct a64_vec *v, uint32_t n);

/** a64_out - write Rd: what the form keeps of @value, zeros above. */
void a64_out(const struct a64 *t, const struct a64_vec *v, uint32_t value);

/**
 * a64_in_m - the second operand: Rm, or one element of it everywhere.
 * Return: false if the index is reserved. Appends nothing then.
 */
bool a64_in_m(const struct a64 *t, const struct a64_vec *v, bool exact, uint32_t *value);

/** a64_saturated - accrue FPSR.QC where @differs is not 0. */
void a64_saturated(const struct a64 *t, uint32_t differs);

/** a64_every - a constant in every lane of a shape. */
uint32_t a64_every(const struct a64 *t, unsigned int lane, uint64_t bits);

/**
 * a64_neighbours - of two vectors one behind the other the even and the odd elements, each as one
 * vector of this form.
 */
void a64_neighbours(const struct a64 *t, const struct a64_vec *v, uint32_t n, uint32_t m,
		    uint32_t *even, uint32_t *odd);

/** a64_out_narrow - @value's low half to the lower half of Rd, or to the upper one if Q is set. */
void a64_out_narrow(const struct a64 *t, uint32_t value);

/** a64_right_round - lanes shifted right by a constant and rounded; op is vsari or vshri. */
uint32_t a64_right_round(const struct a64 *t, unsigned int op, unsigned int lane, uint32_t value,
			 unsigned int by);

/* On vectors: lane shape, no attributes. */
VMB_INLINE uint32_t a64_v1(const struct a64 *t, unsigned int op, unsigned int lane, uint32_t a)
{
	return a64_vec(t, op, lane, 0, a, IR_NONE, IR_NONE);
}

VMB_INLINE uint32_t a64_v2(const struct a64 *t, unsigned int op, unsigned int lane, uint32_t a,
			   uint32_t b)
{
	return a64_vec(t, op, lane, 0, a, b, IR_NONE);
}

/* vand, vor, vxor, vandn. */
VMB_INLINE uint32_t a64_bitwise(const struct a64 *t, unsigned int op, uint32_t a, uint32_t b)
{
	return a64_v2(t, op, 0, a, b);
}

VMB_INLINE uint32_t a64_vsl(const struct a64 *t, uint32_t mask, uint32_t a, uint32_t b)
{
	return a64_vec(t, IR_vbsl, 0, 0, mask, a, b);
}

#endif /* VMB_ARCH_ARM64_GUEST_SIMD_H */
