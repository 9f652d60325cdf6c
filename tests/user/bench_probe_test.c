// SPDX-License-Identifier: MIT
/* The pages that the module's probes are given. */
#include "tests/test.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "user/bench/tlb/probe.h"

#define NR 128

/* The probes that change entries want them in one page table; where mappings begin is chance. */
static void test_probe_pages_are_in_one_page_table(void **state)
{
	static struct vmb_state st[NR];
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE), table = page / sizeof(uint64_t) * page;

	(void)state;
	for (size_t i = 0; i < NR; i++) {
		uintptr_t first, last;

		st[i].seed = i;
		assert_int_equal(bench_probe_setup(&st[i]), 0);
		first = (uintptr_t)st[i].probe.addr;
		last = first + st[i].probe.pages * page - 1;
		assert_int_equal(first % page, 0);
		assert_int_equal(first / table, last / table);
	}
	for (size_t i = 0; i < NR; i++)
		bench_probe_teardown(&st[i]);
}

static void test_probe_that_changes_memory_is_found(void **state)
{
	struct vmb_state st = { .seed = 1 };
	struct vmb_why why = { 0 };

	(void)state;
	assert_int_equal(bench_probe_setup(&st), 0);
	assert_int_equal(bench_probe_check(st.priv, &why), 0);
	((volatile uint8_t *)st.probe.addr)[st.probe.pages * (size_t)sysconf(_SC_PAGESIZE) - 1] ^= 1;
	assert_int_equal(bench_probe_check(st.priv, &why), -EIO);
	assert_non_null(strstr(why.text, "changed memory"));
	bench_probe_teardown(&st);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_probe_pages_are_in_one_page_table),
		cmocka_unit_test(test_probe_that_changes_memory_is_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
