// SPDX-License-Identifier: MIT
/* What arch/cpu.h promises, executed on the running CPU. */
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/utsname.h>

#include <cmocka.h>

#include "arch/cpu.h"
#include "arch/registry.h"

static void test_ticks_never_go_back(void **state)
{
	uint64_t last = cpu_ticks_begin();
	uint32_t cpu;

	(void)state;
	for (int i = 0; i < 1000; i++) {
		uint64_t now = i & 1 ? cpu_ticks_begin() : cpu_ticks_end(&cpu);

		assert_true(now >= last);
		last = now;
	}
}

/* Coarse timers tick every few tens of ns: go on until one does. */
static void test_ticks_advance(void **state)
{
	uint64_t first = cpu_ticks();
	unsigned long spins = 0;

	(void)state;
	while (cpu_ticks() == first && ++spins < 100000000ul)
		cpu_pause();
	assert_true(cpu_ticks() > first);
}

static void test_ticks_end_names_the_cpu(void **state)
{
	cpu_set_t before, one;
	uint32_t cpu;

	(void)state;
	assert_int_equal(sched_getaffinity(0, sizeof(before), &before), 0);
	for (unsigned int i = 0; i < CPU_SETSIZE; i++) {
		if (!CPU_ISSET(i, &before))
			continue;
		CPU_ZERO(&one);
		CPU_SET(i, &one);
		assert_int_equal(sched_setaffinity(0, sizeof(one), &one), 0);
		cpu_ticks_end(&cpu);
		assert_true(cpu == i || cpu == CPU_UNKNOWN);
	}
	assert_int_equal(sched_setaffinity(0, sizeof(before), &before), 0);
}

static void test_add_chain_counts(void **state)
{
	(void)state;
	for (uint64_t n = 0; n < 100; n++)
		assert_int_equal(cpu_add_chain(5, n), 5 + n);
	assert_int_equal(cpu_add_chain(UINT64_MAX, 1000), 999);
}

static void test_fences_keep_the_data(void **state)
{
	static volatile uint64_t word;

	(void)state;
	word = 0x1122334455667788ull;
	if (CPU_HAS_FLUSH_LINE)
		cpu_flush_line((const void *)(uintptr_t)&word);
	cpu_fence_all();
	cpu_serialise();
	assert_int_equal(word, 0x1122334455667788ull);
}

static void test_registry_finds_every_architecture(void **state)
{
	size_t nr;
	const struct vmb_arch *const *a = vmb_arches(&nr);

	(void)state;
	assert_true(nr >= 3);
	for (size_t i = 0; i < nr; i++) {
		assert_ptr_equal(vmb_arch_by_name(a[i]->name), a[i]);
		assert_ptr_equal(vmb_arch_by_elf(a[i]->elf_machine), a[i]);
		assert_int_equal(a[i]->base_page_bytes, 4096);
		assert_true(a[i]->huge_page_bytes > a[i]->base_page_bytes);
	}
	assert_null(vmb_arch_by_name("pdp11"));
	assert_null(vmb_arch_by_elf(0));
}

static void test_host_is_what_uname_says(void **state)
{
	struct utsname u;

	(void)state;
	assert_int_equal(uname(&u), 0);
	assert_string_equal(vmb_arch_host()->machine, u.machine);
	assert_string_equal(vmb_arch_host()->name, CPU_NAME);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ticks_never_go_back),
		cmocka_unit_test(test_ticks_advance),
		cmocka_unit_test(test_ticks_end_names_the_cpu),
		cmocka_unit_test(test_add_chain_counts),
		cmocka_unit_test(test_fences_keep_the_data),
		cmocka_unit_test(test_registry_finds_every_architecture),
		cmocka_unit_test(test_host_is_what_uname_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
