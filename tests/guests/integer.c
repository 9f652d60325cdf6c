// SPDX-License-Identifier: MIT
/* Integer arithmetic of every width, with the operands that are special to some instruction. */
#include "tests/guests/guest.h"

static const int64_t special[] = {
	0, 1, -1, 2, 63, 64, 127, -128, 255, 32767, -32768, 65535, INT32_MAX, INT32_MIN,
	UINT32_MAX, INT64_MAX, INT64_MIN, 0x123456789abcdef0,
};

#define NR (sizeof(special) / sizeof(special[0]))

static uint64_t sum;

static void add(uint64_t value)
{
	sum = (sum << 7 | sum >> 57) * 31 + value;
}

static void divide(int64_t a, int64_t b)
{
	if (!b || (b == -1 && a == INT64_MIN))
		return;
	add((uint64_t)(a / b));
	add((uint64_t)(a % b));
	add((uint64_t)a / (uint64_t)b);
	add((uint64_t)a % (uint64_t)b);
	if ((int32_t)b && !((int32_t)b == -1 && (int32_t)a == INT32_MIN)) {
		add((uint64_t)((int32_t)a / (int32_t)b));
		add((uint64_t)((int32_t)a % (int32_t)b));
		add((uint32_t)a / (uint32_t)b);
		add((uint32_t)a % (uint32_t)b);
	}
}

static void shift(uint64_t a, unsigned int by)
{
	add(a << (by & 63));
	add(a >> (by & 63));
	add((uint64_t)((int64_t)a >> (by & 63)));
	add((uint32_t)a << (by & 31));
	add((uint32_t)a >> (by & 31));
	add((uint64_t)((int32_t)a >> (by & 31)));
	add(a << (by & 63) | a >> (-by & 63));
	add((uint32_t)a << (by & 31) | (uint32_t)a >> (-by & 31));
}

static void bits(uint64_t a)
{
	add((uint64_t)__builtin_popcountll(a));
	add((uint64_t)(a ? __builtin_clzll(a) : 64));
	add((uint64_t)(a ? __builtin_ctzll(a) : 64));
	add(__builtin_bswap64(a));
	add(__builtin_bswap32((uint32_t)a));
	add((uint64_t)(int8_t)a);
	add((uint64_t)(int16_t)a);
	add((uint16_t)a);
}

static void both(int64_t a, int64_t b)
{
	add((uint64_t)a + (uint64_t)b);
	add((uint64_t)a - (uint64_t)b);
	add((uint64_t)a * (uint64_t)b);
	add((uint64_t)((unsigned __int128)(uint64_t)a * (uint64_t)b >> 64));
	add((uint64_t)((__int128)a * b >> 64));
	add((uint32_t)a * (uint32_t)b);
	add((uint64_t)a & ~(uint64_t)b);
	add((uint64_t)(a < b) | (uint64_t)((uint64_t)a < (uint64_t)b) << 1);
	add((uint64_t)(a < b ? a : b));
	add((uint64_t)a > (uint64_t)b ? (uint64_t)a : (uint64_t)b);
	divide(a, b);
	shift((uint64_t)a, (unsigned int)b);
}

int main(int argc, char **argv)
{
	uint64_t seed = 1;
	long n;

	for (size_t i = 0; i < NR; i++) {
		bits((uint64_t)special[i]);
		for (size_t j = 0; j < NR; j++)
			both(special[i], special[j]);
	}
	printf("special %016llx\n", (unsigned long long)sum);
	for (n = 20000 * repeats(argc, argv); n; n--) {
		int64_t a = (int64_t)next(&seed), b = (int64_t)(next(&seed) >> (n & 63));

		both(a, b);
		bits((uint64_t)b);
	}
	printf("random %016llx\n", (unsigned long long)sum);
	return (int)(sum & 63);
}
