// SPDX-License-Identifier: MIT
/* Which NaN comes out, bit by bit, and which flags: what differs between architectures. */
#include <fenv.h>
#include <math.h>

#include "tests/guests/guest.h"

static const uint64_t special[] = {
	0, 0x8000000000000000, 0x3ff0000000000000, 0xc000000000000000, 0x7ff0000000000000,
	0xfff0000000000000, 0x7ff8000000000000, 0xfff8000000000000, 0x7ff8000000001234,
	0xfffc00000000beef, 0x7ff0000000000001, 0xfff4000000000077, 0x000fffffffffffff,
};

#define NR (sizeof(special) / sizeof(special[0]))

static uint64_t sum;

static double number(uint64_t bits)
{
	double value;

	memcpy(&value, &bits, sizeof(value));
	return value;
}

static void add_bits(uint64_t value)
{
	sum = (sum << 7 | sum >> 57) * 31 + value;
}

static void add(double value)
{
	uint64_t bits;

	memcpy(&bits, &value, sizeof(bits));
	add_bits(bits);
	add_bits((uint64_t)fetestexcept(FE_ALL_EXCEPT));
}

static void addf(float value)
{
	uint32_t bits;

	memcpy(&bits, &value, sizeof(bits));
	add_bits(bits);
	add_bits((uint64_t)fetestexcept(FE_ALL_EXCEPT));
	feclearexcept(FE_ALL_EXCEPT);
}

static void both(volatile double a, volatile double b)
{
	volatile float f, g;

	feclearexcept(FE_ALL_EXCEPT);
	add(a + b);
	add(a - b);
	add(a * b);
	add(a / b);
	add(sqrt(a));
	add(fma(a, b, a));
	add(fma(a, a, b));
	add(fma(b, a, 1.0));
	add(rint(a));
	f = (float)a;
	g = (float)b;
	addf(f + g);
	addf(f * g);
	addf(f / g);
	addf(sqrtf(f));
	add((double)f);
	add(-(a + b));
	add(copysign(a * b, b));
	add_bits((uint64_t)((a < b) | (a <= b) << 1 | (a == b) << 2 | isless(a, b) << 3));
	add_bits((uint64_t)(int64_t)a + (uint64_t)(int32_t)b);
	addf(f);
}

/* A value that becomes a NaN in the middle of a loop, and pairs that can be computed at once. */
static void loops(volatile double start, int turns)
{
	double many[8] = { start, 1, 2, start, 3, 4, 5, start }, last = start, r = start;
	int i, k;

	for (i = 0; i < turns; i++) {
		last = last * 1.5 + (r - last);
		r = 0.5 * (r + start / r);
		for (k = 0; k < 8; k++)
			many[k] = many[k] * 1.25 - (double)i / (double)(k * i);
		if (last != last && i % 7 == 3)
			last = i;
	}
	add(last);
	add(r);
	for (k = 0; k < 8; k++)
		add(many[k]);
}

/* What the loop begins with is a float when it is translated; later it is a NaN. */
static double __attribute__((noinline)) root(double x, long turns, double *trace)
{
	double r = x > 1 ? x / 2 : 1;
	long i;

	for (i = 0; i < turns; i++) {
		trace[i & 7] = r;
		r = 0.5 * (r + x / r);
	}
	return r;
}

static void begins_with_nan(void)
{
	double trace[8] = { 0 };
	int i, k;

	for (i = 0; i < 10; i++)
		add(root(2 + i, 100000, trace));
	for (i = 6; i < (int)NR; i++) {
		add(root(number(special[i]), i, trace));
		for (k = 0; k < 8; k++)
			add(trace[k]);
	}
	add(root(number(special[9]), 100000, trace));
	printf("%016llx\n", (unsigned long long)sum);
}

int main(int argc, char **argv)
{
	size_t i, k, n;

	begins_with_nan();
	for (n = 0; n < (size_t)repeats(argc, argv); n++) {
		for (i = 0; i < NR; i++) {
			for (k = 0; k < NR; k++)
				both(number(special[i]), number(special[k]));
			loops(number(special[i]), n ? 50 : 3000);
		}
		printf("%zu %016llx\n", n, (unsigned long long)sum);
	}
	return 0;
}
