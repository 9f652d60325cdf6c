// SPDX-License-Identifier: MIT
/* The native copies against memcpy: every variant that this CPU has, not only the best. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <cmocka.h>

#include "arch/registry.h"

#define MAX_BYTES	300
#define SHIFTS		67	/* more than a cache line, so that every alignment occurs */
#define ARENA_BYTES	4096u

static uint8_t source[ARENA_BYTES], got[ARENA_BYTES], want[ARENA_BYTES];

static void fill(void)
{
	for (size_t i = 0; i < ARENA_BYTES; i++) {
		source[i] = (uint8_t)(i * 131 + (i >> 8) + 7);
		got[i] = want[i] = (uint8_t)~(i * 17);
	}
}

/* Whole arenas are compared, so a byte written outside of the destination is found too. */
static void check_copy(vmb_copy_fn *copy, size_t to, size_t from, size_t bytes)
{
	fill();
	memcpy(want + to, source + from, bytes);
	copy(got + to, source + from, bytes);
	if (memcmp(got, want, ARENA_BYTES))
		fail_msg("wrong copy of %zu bytes from offset %zu to %zu", bytes, from, to);
}

static void check_all(vmb_copy_fn *copy)
{
	for (size_t bytes = 0; bytes <= MAX_BYTES; bytes++)
		for (size_t i = 0; i < SHIFTS; i++)
			check_copy(copy, 64 + i, 64 + (i * 29 + bytes) % SHIFTS, bytes);
	for (size_t to = 0; to < SHIFTS; to++)
		for (size_t from = 0; from < SHIFTS; from++)
			check_copy(copy, 64 + to, 64 + from, 1000 + to);
}

static void test_copy_vector_agrees_with_memcpy(void **state)
{
	size_t nr;
	const struct vmb_native *v = vmb_native_all(&nr);

	(void)state;
	for (size_t i = 0; i < nr; i++) {
		print_message("vector copy: %s\n", v[i].vector_isa);
		check_all(v[i].copy_vector);
	}
}

static void test_copy_nontemporal_agrees_with_memcpy(void **state)
{
	size_t nr;
	const struct vmb_native *v = vmb_native_all(&nr);

	(void)state;
	for (size_t i = 0; i < nr; i++) {
		assert_int_equal(!v[i].copy_nontemporal, !v[i].nontemporal_isa);
		if (!v[i].copy_nontemporal)
			continue;
		print_message("non-temporal copy: %s\n", v[i].nontemporal_isa);
		check_all(v[i].copy_nontemporal);
	}
}

/* Reads or writes past either end fault here. */
static void test_copy_stays_inside_its_pages(void **state)
{
	size_t nr, page = 65536;	/* a multiple of every page size in use */
	const struct vmb_native *v = vmb_native_all(&nr);
	char *m = mmap(NULL, 5 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *a = m + page, *b = m + 3 * page;

	(void)state;
	assert_ptr_not_equal(m, MAP_FAILED);
	assert_int_equal(mprotect(a, page, PROT_READ | PROT_WRITE), 0);
	assert_int_equal(mprotect(b, page, PROT_READ | PROT_WRITE), 0);
	for (size_t i = 0; i < nr; i++)
		for (size_t n = 0; n <= MAX_BYTES; n++) {
			memset(a, (int)n, page);
			memset(b, ~(int)n, page);
			v[i].copy_vector(b + page - n, a + page - n, n);
			v[i].copy_vector(b, a, n);
			if (v[i].copy_nontemporal)
				v[i].copy_nontemporal(b + page - n, a, n);
			assert_memory_equal(b, a, n);
			assert_memory_equal(b + page - n, a, n);
		}
	munmap(m, 5 * page);
}

static void test_native_is_the_best_usable_variant(void **state)
{
	size_t nr;
	const struct vmb_native *v = vmb_native_all(&nr);

	(void)state;
	assert_true(nr >= 1);
	assert_ptr_equal(vmb_native(), &v[0]);
	assert_string_equal(vmb_native()->isa, vmb_arch_host()->name);
	assert_non_null(vmb_native()->copy_vector);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_copy_vector_agrees_with_memcpy),
		cmocka_unit_test(test_copy_nontemporal_agrees_with_memcpy),
		cmocka_unit_test(test_copy_stays_inside_its_pages),
		cmocka_unit_test(test_native_is_the_best_usable_variant),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
