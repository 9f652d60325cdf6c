// SPDX-License-Identifier: MIT
/*
 * A copy by 64-bit registers, eight at a time: the base ISA has no vectors, and no store that
 * bypasses the caches. Misaligned accesses are legal but may trap to firmware and cost
 * microseconds, so where source and destination differ in alignment bytes are copied.
 */
#include "arch/registry.h"

#include "arch/riscv64/native/enter.h"

#define WORD		sizeof(uint64_t)
#define BLOCK_BYTES	(8 * WORD)

/* The empty asm keeps the compiler from making a call to memcpy of the loop. */
VMB_INLINE void copy_bytes(char *d, const char *s, size_t n)
{
	for (; n >= 4; n -= 4, s += 4, d += 4) {
		char a = s[0], b = s[1], c = s[2], e = s[3];

		d[0] = a, d[1] = b, d[2] = c, d[3] = e;
		__asm__ volatile("");
	}
	for (; n; n--) {
		*d++ = *s++;
		__asm__ volatile("");
	}
}

VMB_INLINE void copy_block(char *d, const char *s)
{
	uint64_t w[8];

	__builtin_memcpy(w, __builtin_assume_aligned(s, 8), BLOCK_BYTES);
	__builtin_memcpy(__builtin_assume_aligned(d, 8), w, BLOCK_BYTES);
}

static void copy_scalar(void *dst, const void *src, size_t n)
{
	const char *s = src;
	char *d = dst;
	size_t head = -(uintptr_t)d % WORD;

	if (((uintptr_t)d ^ (uintptr_t)s) % WORD || n < 2 * WORD) {
		copy_bytes(d, s, n);
		return;
	}
	copy_bytes(d, s, head);
	for (d += head, s += head, n -= head; n >= BLOCK_BYTES;
	     n -= BLOCK_BYTES, s += BLOCK_BYTES, d += BLOCK_BYTES)
		copy_block(d, s);
	copy_bytes(d, s, n);
}

static const struct vmb_native variants[] = {
	{ .isa = "riscv64", .vector_isa = "scalar", .copy_vector = copy_scalar,
	  .host_native = &rv_host_native },
};

const struct vmb_native *vmb_native_all(size_t *nr)
{
	*nr = VMB_ARRAY_SIZE(variants);
	return variants;
}
