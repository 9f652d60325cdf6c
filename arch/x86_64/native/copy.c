// SPDX-License-Identifier: MIT
/*
 * Copies by vector registers and by stores that bypass the caches. The variant is chosen when the
 * program runs, because the build must not know where it will run: valgrind, for one, offers AVX2
 * but no AVX-512 whatever the machine has.
 */
#include "arch/registry.h"
#include "arch/x86_64/native/enter.h"

#include <immintrin.h>

#define LINE_BYTES	64
#define TARGET_AVX2	__attribute__((target("avx2")))
#define TARGET_AVX512	__attribute__((target("avx512f,avx512bw")))

/* Two possibly overlapping pieces of a constant size cover everything from that size to twice it. */
#define COPY_ENDS(type)								\
	do {									\
		type head_, tail_;						\
										\
		__builtin_memcpy(&head_, s, sizeof(type));			\
		__builtin_memcpy(&tail_, s + n - sizeof(type), sizeof(type));	\
		__builtin_memcpy(d, &head_, sizeof(type));			\
		__builtin_memcpy(d + n - sizeof(type), &tail_, sizeof(type));	\
	} while (0)

/* Fewer than 16 bytes. */
VMB_INLINE void copy_few(char *d, const char *s, size_t n)
{
	if (n >= 8)
		COPY_ENDS(uint64_t);
	else if (n >= 4)
		COPY_ENDS(uint32_t);
	else if (n >= 2)
		COPY_ENDS(uint16_t);
	else if (n)
		*d = *s;
}

VMB_INLINE __m128i load16(const char *s)
{
	return _mm_loadu_si128((const __m128i_u *)s);
}

VMB_INLINE void store16(char *d, __m128i v)
{
	_mm_storeu_si128((__m128i_u *)d, v);
}

static void copy_sse2(void *dst, const void *src, size_t n)
{
	const char *s = src;
	char *d = dst;
	__m128i tail;

	if (n < 16) {
		copy_few(d, s, n);
		return;
	}
	tail = load16(s + n - 16);
	for (; n > 64; n -= 64, s += 64, d += 64) {
		__m128i a = load16(s), b = load16(s + 16), c = load16(s + 32), e = load16(s + 48);

		store16(d, a);
		store16(d + 16, b);
		store16(d + 32, c);
		store16(d + 48, e);
	}
	for (; n > 16; n -= 16, s += 16, d += 16)
		store16(d, load16(s));
	store16(d + n - 16, tail);
}

TARGET_AVX2 VMB_INLINE __m256i load32(const char *s)
{
	return _mm256_loadu_si256((const __m256i_u *)s);
}

TARGET_AVX2 VMB_INLINE void store32(char *d, __m256i v)
{
	_mm256_storeu_si256((__m256i_u *)d, v);
}

TARGET_AVX2 static void copy_avx2(void *dst, const void *src, size_t n)
{
	const char *s = src;
	char *d = dst;
	__m256i tail;

	if (n < 32) {
		copy_sse2(d, s, n);
		return;
	}
	tail = load32(s + n - 32);
	for (; n > 128; n -= 128, s += 128, d += 128) {
		__m256i a = load32(s), b = load32(s + 32), c = load32(s + 64), e = load32(s + 96);

		store32(d, a);
		store32(d + 32, b);
		store32(d + 64, c);
		store32(d + 96, e);
	}
	for (; n > 32; n -= 32, s += 32, d += 32)
		store32(d, load32(s));
	store32(d + n - 32, tail);
}

TARGET_AVX512 VMB_INLINE __m512i load64(const char *s)
{
	return _mm512_loadu_si512((const void *)s);
}

TARGET_AVX512 static void copy_avx512(void *dst, const void *src, size_t n)
{
	const char *s = src;
	char *d = dst;
	__m512i tail;

	if (n < 64) {
		__mmask64 m = (1ull << n) - 1;

		_mm512_mask_storeu_epi8(d, m, _mm512_maskz_loadu_epi8(m, s));
		return;
	}
	tail = load64(s + n - 64);
	for (; n > 256; n -= 256, s += 256, d += 256) {
		__m512i a = load64(s), b = load64(s + 64), c = load64(s + 128), e = load64(s + 192);

		_mm512_storeu_si512(d, a);
		_mm512_storeu_si512(d + 64, b);
		_mm512_storeu_si512(d + 128, c);
		_mm512_storeu_si512(d + 192, e);
	}
	for (; n > 64; n -= 64, s += 64, d += 64)
		_mm512_storeu_si512(d, load64(s));
	_mm512_storeu_si512(d + n - 64, tail);
}

/* Bytes up to the first line of @d that can be written as a whole. */
VMB_INLINE size_t until_line(const char *d, size_t n)
{
	size_t head = -(uintptr_t)d % LINE_BYTES;

	return head < n ? head : n;
}

/*
 * A non-temporal store fills a write-combining buffer; only whole lines leave it in one piece. The
 * rest at both ends is copied normally. SFENCE, because these stores are weakly ordered (SDM
 * Vol. 1, "Programming with Non-temporal Data").
 */
#define DEFINE_NONTEMPORAL(isa, target, line)					\
	target static void nontemporal_##isa(void *dst, const void *src, size_t n)	\
	{									\
		const char *s = src;						\
		char *d = dst;							\
		size_t head = until_line(d, n);					\
										\
		copy_##isa(d, s, head);						\
		d += head, s += head, n -= head;				\
		for (; n >= LINE_BYTES; n -= LINE_BYTES, s += LINE_BYTES, d += LINE_BYTES)	\
			line(d, s);						\
		copy_##isa(d, s, n);						\
		_mm_sfence();							\
	}

VMB_INLINE void line_sse2(char *d, const char *s)
{
	__m128i a = load16(s), b = load16(s + 16), c = load16(s + 32), e = load16(s + 48);

	_mm_stream_si128((__m128i *)(void *)d, a);
	_mm_stream_si128((__m128i *)(void *)(d + 16), b);
	_mm_stream_si128((__m128i *)(void *)(d + 32), c);
	_mm_stream_si128((__m128i *)(void *)(d + 48), e);
}

TARGET_AVX2 VMB_INLINE void line_avx2(char *d, const char *s)
{
	__m256i a = load32(s), b = load32(s + 32);

	_mm256_stream_si256((__m256i *)(void *)d, a);
	_mm256_stream_si256((__m256i *)(void *)(d + 32), b);
}

TARGET_AVX512 VMB_INLINE void line_avx512(char *d, const char *s)
{
	_mm512_stream_si512((__m512i *)(void *)d, load64(s));
}

DEFINE_NONTEMPORAL(sse2, , line_sse2)
DEFINE_NONTEMPORAL(avx2, TARGET_AVX2, line_avx2)
DEFINE_NONTEMPORAL(avx512, TARGET_AVX512, line_avx512)

#define VARIANT(name)								\
	{ .isa = "x86_64", .vector_isa = #name, .copy_vector = copy_##name,	\
	  .nontemporal_isa = #name, .copy_nontemporal = nontemporal_##name,	\
	  .host_native = &x64_host_native }

/* Best first: what a CPU has is always a tail of this table. */
static const struct vmb_native variants[] = { VARIANT(avx512), VARIANT(avx2), VARIANT(sse2) };

static size_t first_usable(void)
{
	if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw"))
		return 0;
	return __builtin_cpu_supports("avx2") ? 1 : 2;
}

const struct vmb_native *vmb_native_all(size_t *nr)
{
	size_t first = first_usable();

	*nr = VMB_ARRAY_SIZE(variants) - first;
	return &variants[first];
}
