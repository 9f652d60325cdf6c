// SPDX-License-Identifier: MIT
/*
 * The x87's transcendental functions as a host without an x87 computes them, against the CPU: the stack,
 * C2 and what is invalid exactly, numbers up to a few units in the last place. Here long double has no
 * more bits than the result.
 */
#include "tests/test.h"

#include <inttypes.h>

#include "arch/cpu.h"
#include "arch/x86_64/guest/x87_image.h"
#include "tests/arch/x86_make.h"

#define CASES	   20000u
#define TOLERATED  4u
#define COMPARED   0x3c41u /* top, C2, stack fault, invalid */

static const struct {
	const char *name;
	uint8_t opcode;
	/* Of magnitude below two to this, or the CPU reduces the angle by a pi of its own. */
	int limit;
} functions[] = {
	{ "f2xm1", 0xf0, 0 }, { "fyl2x", 0xf1, 60 }, { "fptan", 0xf2, 0 }, { "fpatan", 0xf3, 16000 },
	{ "fyl2xp1", 0xf9, -2 }, { "fsincos", 0xfb, 0 }, { "fsin", 0xfe, 0 }, { "fcos", 0xff, 0 },
};

/* The distance of two numbers in units of the last place; one sign, or close to 0. */
static unsigned __int128 magnitude(const struct x87_image *image, unsigned int i)
{
	unsigned __int128 exponent = image->st[i].se & 0x7fff;

	return exponent << 63 | (image->st[i].m & INT64_MAX);
}

static uint64_t distance(const struct x87_image *a, const struct x87_image *b, unsigned int i)
{
	unsigned __int128 x = magnitude(a, i), y = magnitude(b, i);

	x = x > y ? x - y : y - x;
	if ((a->st[i].se ^ b->st[i].se) & 0x8000)
		return (a->st[i].se & 0x7fff) + (b->st[i].se & 0x7fff) ? UINT64_MAX : 0;
	return x > UINT64_MAX ? UINT64_MAX : (uint64_t)x;
}

static bool is_full(const struct x87_image *image, unsigned int i)
{
	return (image->tags >> 2 * ((i + (image->status >> 11)) & 7) & 3) != 3;
}

static void print_image(const char *name, const struct x87_image *image)
{
	unsigned int i;

	fprintf(stderr, "%s %04x %04x %04x", name, image->control & 0xffff, image->status & 0xffff,
		image->tags & 0xffff);
	for (i = 0; i < 2; i++)
		fprintf(stderr, " %04x %016" PRIx64, image->st[i].se, image->st[i].m);
	fputc('\n', stderr);
}

static bool agree(const struct x87_image *soft, const struct x87_image *cpu)
{
	unsigned int i;

	if ((soft->status ^ cpu->status) & COMPARED)
		return false;
	for (i = 0; i < 8; i++) {
		if (is_full(soft, i) != is_full(cpu, i) ||
		    (is_full(cpu, i) && distance(soft, cpu, i) > TOLERATED))
			return false;
	}
	return true;
}

/* Is the operand one of those that the function is for, and that the CPU is exact for? */
static bool is_in_range(const struct x87_image *image, int limit)
{
	return is_full(image, 0) && (image->st[0].se & 0x7fff) < 16383 + limit &&
	       ((image->st[0].se & 0x7fff) > 16383 - 60 || !image->st[0].m);
}

/* No number, or none that is there. */
static bool is_special(const struct x87_image *image, uint8_t opcode)
{
	bool two = opcode == 0xf1 || opcode == 0xf3 || opcode == 0xf9;

	return !is_full(image, 0) || (two && !is_full(image, 1)) ||
	       (image->st[0].se & 0x7fff) == 0x7fff ||
	       ((image->st[0].se & 0x7fff) && !(image->st[0].m >> 63));
}

static void test_soft_functions_are_close_to_the_cpu(void **state)
{
	struct x87_image image, soft, cpu;
	unsigned int k, i, nr = 0, failed = 0;

	(void)state;
	rng_state = 1;
	for (k = 0; k < VMB_ARRAY_SIZE(functions); k++) {
		for (i = 0; i < CASES; i++) {
			uint8_t bytes[X86_CASE_FPU_BYTES] = { 0 };

			random_fpu(bytes);
			memcpy(&image, bytes, sizeof(image));
			image.control |= 0x33f;
			if (!is_in_range(&image, functions[k].limit) &&
			    !is_special(&image, functions[k].opcode))
				continue;
			soft = cpu = image;
			if (!cpu_x87(functions[k].opcode, &cpu))
				skip();
			x87_function_soft(functions[k].opcode, &soft);
			nr++;
			if (agree(&soft, &cpu))
				continue;
			if (failed++ > 20)
				continue;
			fprintf(stderr, "%s\n", functions[k].name);
			print_image("  before", &image);
			print_image("  soft  ", &soft);
			print_image("  cpu   ", &cpu);
		}
	}
	print_message("%u cases\n", nr);
	assert_true(nr > CASES);
	assert_int_equal(failed, 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_soft_functions_are_close_to_the_cpu),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
