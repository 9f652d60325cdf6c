// SPDX-License-Identifier: MIT
/*
 * Source: Arm ARM (DDI 0487), C7.2, and J1.1, "shared/functions/crypto".
 */
#include "arch/arm64/guest/cipher.h"

#include <string.h>

#include "arch/base/cipher.h"

static uint32_t rotated(uint32_t word, unsigned int right)
{
	return word >> right | word << (32 - right);
}

static uint32_t choose(uint32_t x, uint32_t y, uint32_t z)
{
	return ((y ^ z) & x) ^ z;
}

static uint32_t majority(uint32_t x, uint32_t y, uint32_t z)
{
	return (x & y) | ((x | y) & z);
}

static uint32_t parity(uint32_t x, uint32_t y, uint32_t z)
{
	return x ^ y ^ z;
}

static union ir_val aes(enum a64_cipher op, const union ir_val *v)
{
	bool inverse = op == A64_AESD || op == A64_AESIMC;
	union ir_val r = v[1];

	if (op >= A64_AESMC) {
		cipher_mix_columns(r.b, inverse);
		return r;
	}
	r.d[0] ^= v[0].d[0];
	r.d[1] ^= v[0].d[1];
	cipher_shift_rows(r.b, inverse);
	cipher_substitute(r.b, inverse);
	return r;
}

static union ir_val product(enum a64_cipher op, const union ir_val *v)
{
	unsigned int half = op == A64_PMULL2;
	union ir_val r;

	cipher_multiply(v[1].d[half], v[2].d[half], r.d);
	return r;
}

/* Four steps of SHA-1. a, b, c, d are in Vd, e is in Vn, Vm has words with their constant. */
static union ir_val sha1(enum a64_cipher op, const union ir_val *v)
{
	static uint32_t (*const mix[])(uint32_t, uint32_t, uint32_t) = { choose, parity, majority };
	union ir_val x = v[0];
	uint32_t y = v[1].w[0];
	unsigned int k;

	for (k = 0; k < 4; k++) {
		uint32_t last = x.w[3];

		y += rotated(x.w[0], 27) + v[2].w[k] + mix[op - A64_SHA1C](x.w[1], x.w[2], x.w[3]);
		x = (union ir_val){ .w = { y, x.w[0], rotated(x.w[1], 2), x.w[2] } };
		y = last;
	}
	return x;
}

static union ir_val sha1_schedule(enum a64_cipher op, const union ir_val *v)
{
	union ir_val r;
	unsigned int k;

	(void)op;
	for (k = 0; k < 4; k++)
		r.w[k] = rotated(v[0].w[k] ^ (k < 3 ? v[1].w[k + 1] : 0), 31);
	r.w[3] ^= rotated(r.w[0], 31);
	return r;
}

/* Four steps of SHA-256: a to d are in @x, e to h in @y. */
static union ir_val sha256(enum a64_cipher op, const union ir_val *v)
{
	union ir_val x = v[op == A64_SHA256H2], y = v[op == A64_SHA256H];
	unsigned int k;

	for (k = 0; k < 4; k++) {
		uint32_t e = y.w[0], a = x.w[0], t, u;

		t = y.w[3] + (rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25)) +
		    choose(e, y.w[1], y.w[2]) + v[2].w[k];
		u = t + (rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22)) +
		    majority(a, x.w[1], x.w[2]);
		y = (union ir_val){ .w = { x.w[3] + t, e, y.w[1], y.w[2] } };
		x = (union ir_val){ .w = { u, a, x.w[1], x.w[2] } };
	}
	return op == A64_SHA256H ? x : y;
}

static uint32_t sigma0(uint32_t x)
{
	return rotated(x, 7) ^ rotated(x, 18) ^ x >> 3;
}

static uint32_t sigma1(uint32_t x)
{
	return rotated(x, 17) ^ rotated(x, 19) ^ x >> 10;
}

static union ir_val sha256_schedule(enum a64_cipher op, const union ir_val *v)
{
	union ir_val r;
	unsigned int k;

	(void)op;
	for (k = 0; k < 4; k++)
		r.w[k] = v[0].w[k] + sigma0(k < 3 ? v[0].w[k + 1] : v[1].w[0]);
	return r;
}

static union ir_val sha256_schedule_more(enum a64_cipher op, const union ir_val *v)
{
	union ir_val r;
	unsigned int k;

	(void)op;
	for (k = 0; k < 4; k++)
		r.w[k] = v[0].w[k] + (k < 3 ? v[1].w[k + 1] : v[2].w[0]) +
			 sigma1(k < 2 ? v[2].w[k + 2] : r.w[k - 2]);
	return r;
}

union ir_val a64_cipher(enum a64_cipher op, const union ir_val v[3])
{
	static union ir_val (*const does[])(enum a64_cipher, const union ir_val *) = {
		[A64_AESE] = aes, [A64_AESD] = aes, [A64_AESMC] = aes, [A64_AESIMC] = aes,
		[A64_PMULL] = product, [A64_PMULL2] = product,
		[A64_SHA1C] = sha1, [A64_SHA1P] = sha1, [A64_SHA1M] = sha1,
		[A64_SHA1SU1] = sha1_schedule,
		[A64_SHA256H] = sha256, [A64_SHA256H2] = sha256,
		[A64_SHA256SU0] = sha256_schedule, [A64_SHA256SU1] = sha256_schedule_more,
	};

	return does[op](op, v);
}

bool a64_helper(void *state, const struct ir_helper *helper, const union ir_val *arg,
		union ir_val *result)
{
	(void)state;
	if (strcmp(helper->name, "a64_cipher"))
		return false;
	*result = a64_cipher((enum a64_cipher)arg[0].w[0], arg + 1);
	return true;
}
