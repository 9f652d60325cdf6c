// SPDX-License-Identifier: MIT
/* Floating point: special values and kernels (n bodies, matrices, Mandelbrot). NaNs print as such. */
#include <fenv.h>
#include <math.h>

#include "tests/guests/guest.h"

static const double special[] = {
	0.0, -0.0, 1.0, -1.0, 0.5, 1.5, 2.5, -2.5, 1e-310, -1e-310, 1e308, -1e308, 1e-308, 3.14159,
	2147483647.0, 2147483648.0, -2147483648.5, 9.3e18, -9.3e18, 4294967295.5,
	INFINITY, -INFINITY, NAN,
};

#define NR (sizeof(special) / sizeof(special[0]))

static uint64_t sum;

static void add_bits(uint64_t value)
{
	sum = (sum << 7 | sum >> 57) * 31 + value;
}

static void add(double value)
{
	uint64_t bits = 0x7ff8000000000000;

	if (value == value)
		memcpy(&bits, &value, sizeof(bits));
	add_bits(bits);
}

static void addf(float value)
{
	add((double)value);
}

static void both(volatile double a, volatile double b)
{
	volatile float f = (float)a, g = (float)b;

	add(a + b);
	add(a - b);
	add(a * b);
	add(a / b);
	add(sqrt(a));
	add(fma(a, b, a));
	addf(f + g);
	addf(f * g);
	addf(f / g);
	addf(sqrtf(f));
	add(copysign(a, b));
	add(fabs(a));
	add_bits((uint64_t)((a < b) | (a <= b) << 1 | (a == b) << 2 | (a != b) << 3 | (a > b) << 4));
	add(floor(a) + ceil(b));
	if (a > -2147483649.0 && a < 2147483648.0)
		add_bits((uint64_t)(int32_t)a);
	if (a > -9.2e18 && a < 9.2e18)
		add_bits((uint64_t)(int64_t)a);
	if (a >= 0 && a < 1.8e19)
		add_bits((uint64_t)a);
	add((double)(int64_t)(uint64_t)next(&(uint64_t){ (uint64_t)(a == a) }));
	add((double)next(&(uint64_t){ (uint64_t)(b == b) }));
}

static void rounding(void)
{
	static const int modes[] = { FE_TONEAREST, FE_TOWARDZERO, FE_DOWNWARD, FE_UPWARD };
	volatile double one = 1.0, three = 3.0, big = 1e300, halves = 2.5;

	for (size_t i = 0; i < 4; i++) {
		fesetround(modes[i]);
		feclearexcept(FE_ALL_EXCEPT);
		add(one / three);
		add(-one / three);
		add(rint(halves));
		add_bits((uint64_t)!!fetestexcept(FE_INEXACT));
		add(big * big);
		add_bits((uint64_t)!!fetestexcept(FE_OVERFLOW));
		add(one / (one - one));
		add_bits((uint64_t)!!fetestexcept(FE_DIVBYZERO));
	}
	fesetround(FE_TONEAREST);
}

struct body { double x, y, vx, vy, mass; };

static double bodies(long steps)
{
	struct body b[4] = { { 0, 0, 0, 0, 10 }, { 5, 0, 0, 1.4, 1 }, { -8, 1, 0, -1.1, 0.5 },
			     { 0, 11, -0.9, 0, 0.1 } };
	double energy = 0;

	for (; steps; steps--) {
		for (int i = 0; i < 4; i++)
			for (int j = 0; j < 4; j++) {
				double dx = b[j].x - b[i].x, dy = b[j].y - b[i].y;
				double d2 = dx * dx + dy * dy + 0.01;
				double f = 0.001 * b[j].mass / (d2 * sqrt(d2));

				b[i].vx += f * dx;
				b[i].vy += f * dy;
			}
		for (int i = 0; i < 4; i++) {
			b[i].x += 0.001 * b[i].vx;
			b[i].y += 0.001 * b[i].vy;
		}
	}
	for (int i = 0; i < 4; i++)
		energy += b[i].mass * (b[i].vx * b[i].vx + b[i].vy * b[i].vy) + b[i].x;
	return energy;
}

#define SIDE 48

static double matrices(void)
{
	static double a[SIDE][SIDE], b[SIDE][SIDE], c[SIDE][SIDE];
	double trace = 0;

	for (int i = 0; i < SIDE; i++)
		for (int j = 0; j < SIDE; j++) {
			a[i][j] = i * 0.5 - j;
			b[i][j] = 1.0 / (i + j + 1);
			c[i][j] = 0;
		}
	for (int i = 0; i < SIDE; i++)
		for (int k = 0; k < SIDE; k++)
			for (int j = 0; j < SIDE; j++)
				c[i][j] += a[i][k] * b[k][j];
	for (int i = 0; i < SIDE; i++)
		trace += c[i][i];
	return trace;
}

static long mandelbrot(void)
{
	long inside = 0;

	for (int py = 0; py < 48; py++)
		for (int px = 0; px < 64; px++) {
			float x0 = (float)px * (3.0f / 64) - 2, x = 0;
			float y0 = (float)py * (2.0f / 48) - 1, y = 0;
			int i;

			for (i = 0; i < 100 && x * x + y * y < 4; i++) {
				float t = x * x - y * y + x0;

				y = 2 * x * y + y0;
				x = t;
			}
			inside += i;
		}
	return inside;
}

int main(int argc, char **argv)
{
	long n = repeats(argc, argv), points = 0;

	for (size_t i = 0; i < NR; i++)
		for (size_t j = 0; j < NR; j++)
			both(special[i], special[j]);
	printf("special %016llx\n", (unsigned long long)sum);
	rounding();
	printf("rounding %016llx\n", (unsigned long long)sum);
	printf("bodies %.17g\n", bodies(2000 * n));
	for (long i = 0; i < n; i++) {
		add(matrices());
		points += mandelbrot();
	}
	printf("matrices %016llx\nmandelbrot %ld\n", (unsigned long long)sum, points);
	return 7;
}
