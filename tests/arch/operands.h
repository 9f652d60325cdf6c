/* SPDX-License-Identifier: MIT */
#ifndef VMB_TESTS_ARCH_OPERANDS_H
#define VMB_TESTS_ARCH_OPERANDS_H
/*
 * Random operands with the values that matter: integers at the ends of their ranges, NaNs of either
 * kind, subnormal numbers, infinities.
 */

#include <stdint.h>

#include "arch/base/attr.h"

static uint64_t rng_state = 1;

static inline uint64_t rng(void)
{
	uint64_t z = (rng_state += UINT64_C(0x9e3779b97f4a7c15));

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

/* Operands. */

static inline uint64_t special_int(void)
{
	static const uint64_t values[] = {
		0, 1, 2, 31, 32, 63, 64, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fffffff,
		0x80000000, 0xffffffff, 0x100000000, UINT64_C(0x7fffffffffffffff),
		UINT64_C(0x8000000000000000), UINT64_C(0xffffffffffffffff),
		UINT64_C(0x8000000080000000), UINT64_C(0x7fffffff7fffffff),
	};

	return values[rng() % VMB_ARRAY_SIZE(values)];
}

static inline uint64_t special_f64(void)
{
	static const uint64_t values[] = {
		0, 0x7ff0000000000000, 0x7ff8000000000000, 0x7ff8000000001234, 0x7ff0000000000001,
		0x7ff4000000000000, 1, 0x000fffffffffffff, 0x0010000000000000, 0x0010000000000001,
		0x7fefffffffffffff, 0x3ff0000000000000, 0x3fefffffffffffff, 0x3fe0000000000000,
		0x3ff8000000000000, 0x4004000000000000, 0x41dfffffffc00000, 0x41e0000000000000,
		0x43e0000000000000, 0x43f0000000000000, 0x43dfffffffffffff, 0x47efffffe0000000,
		0x47effffff0000000, 0x36a0000000000000, 0x3810000000000000, 0x380fffffffffffff,
	};

	return values[rng() % VMB_ARRAY_SIZE(values)] ^ rng() << 63;
}

static inline uint32_t special_f32(void)
{
	static const uint32_t values[] = {
		0, 0x7f800000, 0x7fc00000, 0x7fc01234, 0x7f800001, 0x7fa00000, 1, 0x007fffff,
		0x00800000, 0x00800001, 0x7f7fffff, 0x3f800000, 0x3f7fffff, 0x3f000000, 0x3fc00000,
		0x40200000, 0x4effffff, 0x4f000000, 0x5f000000, 0x5f800000, 0x5effffff, 0x4f7fffff,
	};

	return values[rng() % VMB_ARRAY_SIZE(values)] ^ (uint32_t)rng() << 31;
}

/* A float of moderate size, so that sums and products stay in range. */
static inline uint64_t moderate_f64(void)
{
	return (rng() & UINT64_C(0x800fffffffffffff)) | (1023 - 20 + rng() % 40) << 52;
}

static inline uint32_t moderate_f32(void)
{
	return ((uint32_t)rng() & 0x807fffff) | (uint32_t)(127 - 20 + rng() % 40) << 23;
}

static inline uint64_t two(uint32_t low, uint32_t high)
{
	return low | (uint64_t)high << 32;
}

static inline uint64_t random_x(void)
{
	switch (rng() % 4) {
	case 0:
		return special_int();
	case 1:
		return rng() % 128;
	default:
		return rng();
	}
}

static inline uint64_t random_half(void)
{
	switch (rng() % 8) {
	case 0:
		return special_int();
	case 1:
		return special_f64();
	case 2:
		return two(special_f32(), special_f32());
	case 3:
		return moderate_f64();
	case 4:
		return two(moderate_f32(), moderate_f32());
	case 5:
		return two(special_f32(), moderate_f32());
	case 6: /* bytes at the ends of their range */
		return rng() & rng() & UINT64_C(0x8080808080808080) * (rng() % 2 * 254 / 2 + 1);
	default:
		return rng();
	}
}

#endif /* VMB_TESTS_ARCH_OPERANDS_H */
