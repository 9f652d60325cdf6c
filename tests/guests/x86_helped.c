// SPDX-License-Identifier: MIT
/*
 * x86_64 instructions that are too much for the IR: AES, products of polynomials, comparisons of
 * strings, the x87's transcendental functions and its registers as a whole; repeated string
 * instructions, and MMX.
 */
#include <nmmintrin.h>
#include <wmmintrin.h>

#include "tests/guests/guest.h"

#define VECTORS __attribute__((target("aes,pclmul,sse4.2")))

static void print_vector(const char *name, __m128i v)
{
	uint64_t d[2];

	memcpy(d, &v, sizeof(d));
	printf("%s %016lx%016lx\n", name, (unsigned long)d[1], (unsigned long)d[0]);
}

static __m128i random_vector(uint64_t *seed)
{
	uint64_t low = next(seed);

	return _mm_set_epi64x((long long)next(seed), (long long)low);
}

static VECTORS __m128i expand(__m128i key, __m128i assist)
{
	key = _mm_xor_si128(key, _mm_slli_si128(key, 4));
	key = _mm_xor_si128(key, _mm_slli_si128(key, 8));
	return _mm_xor_si128(key, _mm_shuffle_epi32(assist, 0xff));
}

/* The ten rounds of AES-128 there and back. */
static VECTORS void encrypt(void)
{
	__m128i key[11], v = _mm_setr_epi8(0, 17, 34, 51, 68, 85, 102, 119, -120, -103, -86, -69, -52,
					   -35, -18, -1);
	int i;

	key[0] = _mm_setr_epi8(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
#define ROUND(n, constant) key[n] = expand(key[n - 1], _mm_aeskeygenassist_si128(key[n - 1], constant))
	ROUND(1, 0x01);
	ROUND(2, 0x02);
	ROUND(3, 0x04);
	ROUND(4, 0x08);
	ROUND(5, 0x10);
	ROUND(6, 0x20);
	ROUND(7, 0x40);
	ROUND(8, 0x80);
	ROUND(9, 0x1b);
	ROUND(10, 0x36);
	v = _mm_xor_si128(v, key[0]);
	for (i = 1; i < 10; i++)
		v = _mm_aesenc_si128(v, key[i]);
	v = _mm_aesenclast_si128(v, key[10]);
	print_vector("encrypted", v);
	v = _mm_xor_si128(v, key[10]);
	for (i = 9; i; i--)
		v = _mm_aesdec_si128(v, _mm_aesimc_si128(key[i]));
	print_vector("decrypted", _mm_aesdeclast_si128(v, key[0]));
}

static VECTORS void multiply(void)
{
	uint64_t seed = 1;
	__m128i sum = random_vector(&seed), by = random_vector(&seed);
	int i;

	for (i = 0; i < 1000; i++) {
		sum = _mm_xor_si128(_mm_clmulepi64_si128(sum, by, 0x10),
				    _mm_clmulepi64_si128(sum, by, 0x01));
		sum = _mm_xor_si128(sum, _mm_clmulepi64_si128(by, sum, 0x11));
		by = _mm_add_epi64(by, sum);
	}
	print_vector("product", sum);
}

static VECTORS void compare(void)
{
	static const char text[] = "the quick brown fox jumps over the lazy dog, and then over the cat";
	const __m128i vowels = _mm_setr_epi8('a', 'e', 'i', 'o', 'u', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
	const __m128i word = _mm_setr_epi8('o', 'v', 'e', 'r', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
	size_t at;

	for (at = 0; at + 16 <= sizeof(text); at += 16) {
		__m128i v = _mm_loadu_si128((const __m128i *)(const void *)(text + at));

		printf("%d %d %d %d ", _mm_cmpistri(vowels, v, 0), _mm_cmpistri(word, v, 0x0c),
		       _mm_cmpistrc(word, v, 0x0c), _mm_cmpestri(vowels, 3, v, 9, 0x50));
		print_vector("mask", _mm_cmpistrm(vowels, v, 0x40));
	}
	printf("%zu %zu\n", strcspn(text, "xyz"), strspn(text, "abcdefghijklmnopqrstuvwxyz "));
	printf("%u\n", _mm_crc32_u32(1, 0x12345678));
}

#define OF_ONE(name, instruction)                                                                  \
	static double name(double x)                                                               \
	{                                                                                          \
		long double result = x;                                                            \
												   \
		__asm__(instruction : "+t"(result));                                               \
		return (double)result;                                                             \
	}
#define OF_TWO(name, instruction)                                                                  \
	static double name(double x, double y)                                                     \
	{                                                                                          \
		long double result = x;                                                            \
												   \
		__asm__(instruction : "+t"(result) : "u"((long double)y) : "st(1)");               \
		return (double)result;                                                             \
	}
OF_ONE(sine, "fsin")
OF_ONE(cosine, "fcos")
OF_ONE(power, "f2xm1")
OF_ONE(tangent, "fptan\n\tfstp %%st(0)")
OF_TWO(arc, "fpatan")
OF_TWO(logarithm, "fyl2x")
OF_TWO(logarithm_plus_1, "fyl2xp1")

/* Rounded to double, so that the last bits of a long double do not matter, nor what is near 0. */
static void functions(void)
{
	int i;

	for (i = 1; i <= 12; i++) {
		double x = i * 0.0625, y = 3 - i;

		printf("%.15g %.15g %.15g %.15g ", sine(y + x), cosine(y + x), tangent(x), power(x - 0.5));
		printf("%.15g %.15g %.15g\n", arc(x, y), logarithm(x, y), logarithm_plus_1(x * 0.25, y));
	}
	printf("%g %g %g %g\n", logarithm(0.0, 1.0), arc(0.0, -1.0), sine(1e30), logarithm(-1.0, 1.0));
}

static void save_and_restore(void)
{
	uint32_t image[27];
	double result;

	__asm__ volatile("fld1\n\tfldpi\n\tfnsave %0\n\tfldz\n\tfrstor %0\n\tfaddp\n\tfstpl %1"
			 : "+m"(image), "=m"(result));
	printf("%.6f %x %x %x\n", result, image[0] & 0xffff, image[1] & 0xffff, image[2] & 0xffff);
}

/* FXSAVE and FXRSTOR: with 64-bit addresses and without, between them everything changes. */
static void fx(void)
{
	static uint8_t image[2][512] __attribute__((aligned(16)));
	const uint32_t mxcsr = 0x5fa1, first = 0x1f80;
	const uint16_t control = 0x0b7f;
	uint64_t pattern = 0x123456789abcdef0, back[2];
	uint32_t now, head[2];
	double one, pi;

	memset(image, 0xa5, sizeof(image));
	__asm__ volatile("fninit\n\tfldcw %[control]\n\tldmxcsr %[mxcsr]\n\t"
			 "fldz\n\tfldpi\n\tfstp %%st(1)\n\tfld1\n\t"
			 "movq %[pattern], %%xmm11\n\tpunpcklqdq %%xmm11, %%xmm11\n\t"
			 "fxsave %[a]\n\tfxsave64 %[b]\n\t"
			 "fninit\n\tldmxcsr %[first]\n\tpxor %%xmm11, %%xmm11\n\t"
			 "fxrstor %[a]\n\tfxrstor64 %[b]\n\t"
			 "stmxcsr %[now]\n\tldmxcsr %[first]\n\t"
			 "fstpl %[one]\n\tfstpl %[pi]\n\tmovdqu %%xmm11, %[back]"
			 : [a] "+m"(image[0]), [b] "+m"(image[1]), [now] "=m"(now), [one] "=m"(one),
			   [pi] "=m"(pi), [back] "=m"(back)
			 : [control] "m"(control), [mxcsr] "m"(mxcsr), [first] "m"(first),
			   [pattern] "r"(pattern)
			 : "xmm11", "st", "st(1)", "st(2)", "st(3)", "st(4)", "st(5)", "st(6)", "st(7)");
	memcpy(head, image[0], sizeof(head));
	printf("saved %08x %04x mxcsr %x %d one %g pi %.15g xmm %lx %lx\n", head[0], head[1] & 0xffff,
	       now, !memcmp(image[0] + 24, &mxcsr, 4), one, pi, (unsigned long)back[0],
	       (unsigned long)back[1]);
	printf("alike %d, left alone %02x %02x\n", !memcmp(image[0] + 24, image[1] + 24, 392),
	       image[0][464], image[1][511]);
	__asm__ volatile("fninit");
}

/* FBLD and FBSTP: the ends of what there is, and how it is rounded. */
static void decimals(void)
{
	static const long double from[] = { 0, -0.0L, 0.5L, -0.4L, 1.5L, -99.5L, 12345678901234567.0L,
					    999999999999999999.0L, -999999999999999999.0L, 1e18L,
					    -1e30L, __builtin_infl(), -__builtin_nanl("") };
	static const uint16_t controls[] = { 0x37f, 0x77f, 0xb7f, 0xf7f };
	uint8_t bcd[10], again[10];
	uint16_t status, k;
	unsigned int i;

	for (i = 0; i < 4 * sizeof(from) / sizeof(from[0]); i++) {
		__asm__ volatile("fninit\n\tfldcw %3\n\tfldt %2\n\tfbstp %0\n\tfnstsw %1\n\t"
				 : "=m"(bcd), "=m"(status) : "m"(from[i / 4]), "m"(controls[i % 4]));
		for (k = 10; k-- > 0;)
			printf("%02x", bcd[k]);
		memset(again, 0, sizeof(again));
		if (!(status & 1))
			__asm__ volatile("fbld %1\n\tfbstp %0" : "=m"(again) : "m"(bcd));
		printf(" %04x %d\n", status, !memcmp(bcd, again, sizeof(bcd)));
	}
	__asm__ volatile("fninit");
}

static void copy(void *to, const void *from, size_t bytes)
{
	__asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(bytes) : : "memory");
}

/* Long ones and overlapping ones, at all distances up to a page's end. */
static void repeat(void)
{
	static uint8_t memory[3 * 4096];
	uint64_t seed = 7, sum = 0, words[4];
	size_t i, nr;
	void *at;

	for (i = 0; i < sizeof(memory); i++)
		memory[i] = (uint8_t)next(&seed);
	for (i = 0; i < 2000; i++) {
		size_t from = next(&seed) % 8192, to = next(&seed) % 8192;

		if (i % 3)
			to = from + next(&seed) % 150;
		copy(memory + to, memory + from, next(&seed) % (i % 7 ? 300 : 3900));
		at = memory + next(&seed) % 8000;
		nr = next(&seed) % 99;
		__asm__ volatile("rep stosq" : "+D"(at), "+c"(nr) : "a"(next(&seed)) : "memory");
		at = memory + next(&seed) % 8192;
		nr = 4000;
		__asm__ volatile("repne scasb" : "+D"(at), "+c"(nr) : "a"(i & 255) : "memory", "cc");
		sum = sum * 31 + nr;
	}
	for (i = 0; i < sizeof(memory); i += sizeof(words)) {
		memcpy(words, memory + i, sizeof(words));
		sum = (sum ^ words[0] ^ words[1] << 1 ^ words[2] << 2 ^ words[3]) * 0x100000001b3;
	}
	printf("repeated %016lx\n", (unsigned long)sum);
}

/* MMX, and the x87 before it and behind. */
static void mmx(void)
{
	uint64_t seed = 3, sum = 0;
	volatile long double half = 0.5L;
	int i;

	for (i = 0; i < 200; i++) {
		__m64 a = _mm_cvtsi64_m64((long long)next(&seed));
		__m64 b = _mm_cvtsi64_m64((long long)next(&seed));

		a = _mm_add_pi16(_mm_unpackhi_pi8(a, b), _mm_packs_pi16(b, a));
		b = _mm_madd_pi16(_mm_srli_pi32(b, i & 31), _mm_shuffle_pi16(a, 0x1b));
		sum = sum * 3 + (uint64_t)_mm_cvtm64_si64(_mm_xor_si64(a, b)) +
		      (uint64_t)_mm_movemask_pi8(a);
		_mm_empty();
		half = half * 1.0625L;
	}
	printf("mmx %016lx %.12Lg\n", (unsigned long)sum, half);
}

/*
 * A loop that becomes hot, so that its region is translated again with what lies far behind it, where
 * the x87 is: callers were linked with code that needed no help.
 */
static __attribute__((noinline)) uint64_t count_and_help(uint64_t n)
{
	uint64_t left = 60;
	double x = 1.5;

	__asm__ volatile("1:\n\tadd $3, %0\n\tdec %1\n\tjnz 1b\n\t.rept 150\n\tadd $1, %0\n\t.endr\n\t"
			 "fldl %2\n\tfadd %%st(0), %%st\n\tfstpl %2"
			 : "+r"(n), "+r"(left), "+m"(x) : : "cc");
	return n + (uint64_t)x;
}

static void help_late(void)
{
	uint64_t sum = 0;
	int i;

	for (i = 0; i < 20000; i++)
		sum = sum * 31 + count_and_help(sum);
	printf("late %016lx\n", (unsigned long)sum);
}

int main(void)
{
	help_late();
	mmx();
	encrypt();
	multiply();
	compare();
	functions();
	save_and_restore();
	fx();
	decimals();
	repeat();
	return 0;
}
