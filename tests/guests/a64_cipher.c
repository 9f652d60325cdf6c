// SPDX-License-Identifier: MIT
/*
 * ARM64's instructions for ciphers and hashes: published examples of AES-128, SHA-1 and SHA-256, and the
 * carry-less square of 64 bits, as often as the argument says. What does not agree is said.
 */
#include <arm_neon.h>
#include <sys/auxv.h>

#include "tests/guests/guest.h"

#define CRYPTO __attribute__((target("+crypto")))

/* AT_HWCAP: AES, PMULL, SHA1, SHA2. Source: Linux, arch/arm64/include/uapi/asm/hwcap.h. */
#define WANTED 0x78ul

static int wrong;

static void agree(const char *name, const void *is, const void *wanted, size_t bytes)
{
	if (!memcmp(is, wanted, bytes))
		return;
	printf("%s is wrong\n", name);
	wrong++;
}

/* FIPS 197, appendix C.1; the schedule is appendix A's of the key 00 01 .. 0f. */
static const uint8_t round_key[11][16] = {
	{ 0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07,
	  0x08, 0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x0e, 0x0f },
	{ 0xd6, 0xaa, 0x74, 0xfd, 0xd2, 0xaf, 0x72, 0xfa,
	  0xda, 0xa6, 0x78, 0xf1, 0xd6, 0xab, 0x76, 0xfe },
	{ 0xb6, 0x92, 0xcf, 0x0b, 0x64, 0x3d, 0xbd, 0xf1,
	  0xbe, 0x9b, 0xc5, 0x00, 0x68, 0x30, 0xb3, 0xfe },
	{ 0xb6, 0xff, 0x74, 0x4e, 0xd2, 0xc2, 0xc9, 0xbf,
	  0x6c, 0x59, 0x0c, 0xbf, 0x04, 0x69, 0xbf, 0x41 },
	{ 0x47, 0xf7, 0xf7, 0xbc, 0x95, 0x35, 0x3e, 0x03,
	  0xf9, 0x6c, 0x32, 0xbc, 0xfd, 0x05, 0x8d, 0xfd },
	{ 0x3c, 0xaa, 0xa3, 0xe8, 0xa9, 0x9f, 0x9d, 0xeb,
	  0x50, 0xf3, 0xaf, 0x57, 0xad, 0xf6, 0x22, 0xaa },
	{ 0x5e, 0x39, 0x0f, 0x7d, 0xf7, 0xa6, 0x92, 0x96,
	  0xa7, 0x55, 0x3d, 0xc1, 0x0a, 0xa3, 0x1f, 0x6b },
	{ 0x14, 0xf9, 0x70, 0x1a, 0xe3, 0x5f, 0xe2, 0x8c,
	  0x44, 0x0a, 0xdf, 0x4d, 0x4e, 0xa9, 0xc0, 0x26 },
	{ 0x47, 0x43, 0x87, 0x35, 0xa4, 0x1c, 0x65, 0xb9,
	  0xe0, 0x16, 0xba, 0xf4, 0xae, 0xbf, 0x7a, 0xd2 },
	{ 0x54, 0x99, 0x32, 0xd1, 0xf0, 0x85, 0x57, 0x68,
	  0x10, 0x93, 0xed, 0x9c, 0xbe, 0x2c, 0x97, 0x4e },
	{ 0x13, 0x11, 0x1d, 0x7f, 0xe3, 0x94, 0x4a, 0x17,
	  0xf3, 0x07, 0xa7, 0x8b, 0x4d, 0x2b, 0x30, 0xc5 },
};

static CRYPTO void aes(void)
{
	static const uint8_t plain[16] = { 0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77,
					   0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff };
	static const uint8_t cipher[16] = { 0x69, 0xc4, 0xe0, 0xd8, 0x6a, 0x7b, 0x04, 0x30,
					    0xd8, 0xcd, 0xb7, 0x80, 0x70, 0xb4, 0xc5, 0x5a };
	uint8x16_t v = vld1q_u8(plain), key[11];
	uint8_t out[16];
	int i;

	for (i = 0; i < 11; i++)
		key[i] = vld1q_u8(round_key[i]);
	for (i = 0; i < 9; i++)
		v = vaesmcq_u8(vaeseq_u8(v, key[i]));
	v = veorq_u8(vaeseq_u8(v, key[9]), key[10]);
	vst1q_u8(out, v);
	agree("AES-128", out, cipher, 16);
	v = vaesdq_u8(v, key[10]);
	for (i = 9; i; i--)
		v = vaesdq_u8(vaesimcq_u8(v), vaesimcq_u8(key[i]));
	vst1q_u8(out, veorq_u8(v, key[0]));
	agree("AES-128 back", out, plain, 16);
}

/* "abc" as one block. FIPS 180-2, appendices A.1 and B.1. */
static const uint32_t abc[16] = { 0x61626380, [15] = 24 };

static const uint32_t k1[4] = { 0x5a827999, 0x6ed9eba1, 0x8f1bbcdc, 0xca62c1d6 };

static CRYPTO uint32x4_t sha1_step(int step, uint32x4_t abcd, uint32_t e, uint32x4_t w)
{
	if (step < 5)
		return vsha1cq_u32(abcd, e, w);
	if (step >= 10 && step < 15)
		return vsha1mq_u32(abcd, e, w);
	return vsha1pq_u32(abcd, e, w);
}

static CRYPTO void sha1(void)
{
	static const uint32_t first[4] = { 0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476 };
	static const uint32_t wanted[5] = { 0xa9993e36, 0x4706816a, 0xba3e2571, 0x7850c26c,
					    0x9cd0d89d };
	uint32x4_t w[20], abcd = vld1q_u32(first);
	uint32_t out[5], e = 0xc3d2e1f0, next_e;
	int i;

	for (i = 0; i < 20; i++) {
		w[i] = i < 4 ? vld1q_u32(abc + 4 * i) :
			       vsha1su1q_u32(vsha1su0q_u32(w[i - 4], w[i - 3], w[i - 2]), w[i - 1]);
		next_e = vsha1h_u32(vgetq_lane_u32(abcd, 0));
		abcd = sha1_step(i, abcd, e, vaddq_u32(w[i], vdupq_n_u32(k1[i / 5])));
		e = next_e;
	}
	vst1q_u32(out, vaddq_u32(abcd, vld1q_u32(first)));
	out[4] = e + 0xc3d2e1f0;
	agree("SHA-1", out, wanted, sizeof(wanted));
}

static const uint32_t k256[64] = {
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
	0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
	0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
	0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
	0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
	0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
	0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
	0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static CRYPTO void sha256(void)
{
	static const uint32_t first[8] = { 0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
					   0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19 };
	static const uint32_t wanted[8] = { 0xba7816bf, 0x8f01cfea, 0x414140de, 0x5dae2223,
					    0xb00361a3, 0x96177a9c, 0xb410ff61, 0xf20015ad };
	uint32x4_t w[16], x = vld1q_u32(first), y = vld1q_u32(first + 4), sum, old;
	uint32_t out[8];
	int i;

	for (i = 0; i < 16; i++) {
		w[i] = i < 4 ? vld1q_u32(abc + 4 * i) :
			       vsha256su1q_u32(vsha256su0q_u32(w[i - 4], w[i - 3]), w[i - 2], w[i - 1]);
		sum = vaddq_u32(w[i], vld1q_u32(k256 + 4 * i));
		old = x;
		x = vsha256hq_u32(x, y, sum);
		y = vsha256h2q_u32(y, old, sum);
	}
	vst1q_u32(out, vaddq_u32(x, vld1q_u32(first)));
	vst1q_u32(out + 4, vaddq_u32(y, vld1q_u32(first + 4)));
	agree("SHA-256", out, wanted, sizeof(wanted));
}

/* The square of a polynomial has its coefficients, with a zero between any two. */
static CRYPTO void square(void)
{
	uint64x2_t both = { UINT64_C(0x8000000000000005), UINT64_C(0xff) };
	const uint64_t low[2] = { 0x11, UINT64_C(0x4000000000000000) }, high[2] = { 0x5555, 0 };
	uint64_t out[2];
	poly128_t p = vmull_p64((poly64_t)vgetq_lane_u64(both, 0), (poly64_t)vgetq_lane_u64(both, 0));

	memcpy(out, &p, sizeof(out));
	agree("PMULL", out, low, sizeof(out));
	p = vmull_high_p64(vreinterpretq_p64_u64(both), vreinterpretq_p64_u64(both));
	memcpy(out, &p, sizeof(out));
	agree("PMULL2", out, high, sizeof(out));
}

int main(int argc, char **argv)
{
	long times = argc > 1 ? atol(argv[1]) : 1;

	if ((getauxval(AT_HWCAP) & WANTED) != WANTED)
		printf("AT_HWCAP says that there are none\n");
	while (times-- > 0 && !wrong) {
		aes();
		sha1();
		sha256();
		square();
	}
	puts(wrong ? "bad" : "good");
	return wrong;
}
