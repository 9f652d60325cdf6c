// SPDX-License-Identifier: MIT
/*
 * Copies by pairs of 128-bit registers. The non-temporal ones use STNP, which only hints that the
 * data will not be used soon (Arm ARM, C6.2 "STNP", and C3.2.4 "Load/store non-temporal pair").
 */
#include "arch/arm64/native/enter.h"
#include "arch/registry.h"

#define BLOCK_BYTES	64

VMB_INLINE void copy_tail(char *d, const char *s, size_t n)
{
	for (; n >= 8; n -= 8, s += 8, d += 8)
		__builtin_memcpy(d, s, 8);
	for (; n; n--) {
		*d++ = *s++;
		/* or the compiler makes a call to memcpy of this loop */
		__asm__ volatile("");
	}
}

#define DEFINE_COPY(name, load, store, after)					\
	static void name(void *dst, const void *src, size_t n)			\
	{									\
		const char *s = src;						\
		char *d = dst;							\
										\
		for (; n >= BLOCK_BYTES; n -= BLOCK_BYTES, s += BLOCK_BYTES, d += BLOCK_BYTES)	\
			__asm__ volatile(load " q0, q1, [%1]\n\t"		\
					 load " q2, q3, [%1, #32]\n\t"		\
					 store " q0, q1, [%0]\n\t"		\
					 store " q2, q3, [%0, #32]"		\
					 : : "r"(d), "r"(s)			\
					 : "v0", "v1", "v2", "v3", "memory");	\
		copy_tail(d, s, n);						\
		after;								\
	}

/* STNP is exempt from some of the ordering of plain stores: the barrier makes it whole again. */
#define STORE_BARRIER	__asm__ volatile("dmb ishst" : : : "memory")

DEFINE_COPY(copy_neon, "ldp", "stp", (void)0)
DEFINE_COPY(nontemporal_neon, "ldnp", "stnp", STORE_BARRIER)

/* Advanced SIMD is part of every ARMv8-A that runs Linux user space. */
static const struct vmb_native variants[] = {
	{ .isa = "arm64", .vector_isa = "neon", .copy_vector = copy_neon,
	  .nontemporal_isa = "neon", .copy_nontemporal = nontemporal_neon,
	  .host_native = &a64_host_native },
};

const struct vmb_native *vmb_native_all(size_t *nr)
{
	*nr = VMB_ARRAY_SIZE(variants);
	return variants;
}
