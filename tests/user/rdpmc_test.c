// SPDX-License-Identifier: MIT
#include "tests/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "user/counter/rdpmc.h"

/* The page that the kernel would write, and what the counter instruction finds. */
static struct perf_event_mmap_page page;
static uint64_t hardware;
static uint32_t asked_index;
static int calls;
static int updates_to_make;

static uint64_t pmc(uint32_t index)
{
	asked_index = index;
	calls++;
	if (updates_to_make) {
		/* The kernel takes the counter off and on again between two of our instructions. */
		updates_to_make--;
		page.lock += 2;
		page.offset += 1000;
		hardware = 7;
	}
	return hardware;
}

static int reset(void **state)
{
	(void)state;
	memset(&page, 0, sizeof(page));
	page.lock = 2;
	page.index = 1;
	page.pmc_width = 48;
	page.cap_user_rdpmc = 1;
	hardware = asked_index = 0;
	calls = updates_to_make = 0;
	return 0;
}

static void test_pmc_extend_keeps_the_sign_of_the_width(void **state)
{
	(void)state;
	assert_int_equal(vmb_pmc_extend(0, 48), 0);
	assert_int_equal(vmb_pmc_extend(1, 48), 1);
	assert_int_equal(vmb_pmc_extend(0x7fffffffffffULL, 48), 0x7fffffffffffLL);
	assert_int_equal(vmb_pmc_extend(0x800000000000ULL, 48), -0x800000000000LL);
	assert_int_equal(vmb_pmc_extend(0xffffffffffffULL, 48), -1);
	assert_int_equal(vmb_pmc_extend(0xffffffffULL, 32), -1);
	assert_int_equal(vmb_pmc_extend(UINT64_MAX, 64), -1);
	assert_int_equal(vmb_pmc_extend(1, 1), -1);
}

static void test_pmc_extend_ignores_bits_above_the_width(void **state)
{
	(void)state;
	assert_int_equal(vmb_pmc_extend(0xabcd000000000005ULL, 48), 5);
	assert_int_equal(vmb_pmc_extend(0x0001ffffffffffffULL, 48), -1);
}

static void test_pmc_read_adds_offset_and_counter(void **state)
{
	uint64_t v = 0;

	(void)state;
	page.offset = 1000000;
	hardware = 234;
	assert_true(vmb_pmc_read(&page, pmc, &v));
	assert_int_equal(v, 1000234);
	assert_int_equal(calls, 1);
}

static void test_pmc_read_passes_the_index_less_one(void **state)
{
	uint64_t v = 0;

	(void)state;
	page.index = (1u << 30) + 2;	/* Intel's second fixed counter */
	assert_true(vmb_pmc_read(&page, pmc, &v));
	assert_int_equal(asked_index, (1u << 30) + 1);
}

/* The kernel starts a counter at minus the period, and the offset makes up for it. */
static void test_pmc_read_of_a_counter_that_began_below_zero(void **state)
{
	uint64_t v = 0;

	(void)state;
	page.offset = 0x7fffffffffffLL;
	hardware = (uint64_t)(-0x7fffffffffffLL + 5) & 0xffffffffffffULL;
	assert_true(vmb_pmc_read(&page, pmc, &v));
	assert_int_equal(v, 5);
}

static void test_pmc_read_counts_on_over_the_wrap(void **state)
{
	uint64_t before = 0, after = 0;

	(void)state;
	page.offset = 0x7fffffffffffLL;
	hardware = 0xffffffffffffULL;
	assert_true(vmb_pmc_read(&page, pmc, &before));
	hardware = 0;
	assert_true(vmb_pmc_read(&page, pmc, &after));
	assert_int_equal(after - before, 1);
}

static void test_pmc_read_differences_survive_a_negative_count(void **state)
{
	uint64_t before = 0, after = 0;

	(void)state;
	page.offset = -50;
	hardware = 10;
	assert_true(vmb_pmc_read(&page, pmc, &before));
	hardware = 110;
	assert_true(vmb_pmc_read(&page, pmc, &after));
	assert_int_equal(after - before, 100);
}

static void test_pmc_read_refuses_index_0_untouched(void **state)
{
	uint64_t v = 0;

	(void)state;
	page.index = 0;
	assert_false(vmb_pmc_read(&page, pmc, &v));
	assert_int_equal(calls, 0);
}

static void test_pmc_read_refuses_without_the_capability(void **state)
{
	uint64_t v = 0;

	(void)state;
	page.cap_user_rdpmc = 0;
	page.cap_user_time = 1;
	assert_false(vmb_pmc_read(&page, pmc, &v));
	assert_int_equal(calls, 0);
}

static void test_pmc_read_refuses_widths_that_make_no_sense(void **state)
{
	static const uint16_t width[] = { 0, 65, 255, 65535 };
	uint64_t v = 0;

	(void)state;
	for (size_t i = 0; i < VMB_ARRAY_SIZE(width); i++) {
		page.pmc_width = width[i];
		assert_false(vmb_pmc_read(&page, pmc, &v));
	}
	assert_int_equal(calls, 0);
}

static void test_pmc_read_begins_again_when_the_page_changed(void **state)
{
	uint64_t v = 0;

	(void)state;
	page.offset = 10;
	hardware = 99;
	updates_to_make = 2;
	assert_true(vmb_pmc_read(&page, pmc, &v));
	assert_int_equal(calls, 3);
	assert_int_equal(v, 2010 + 7);
}

static uint64_t pmc_then_off(uint32_t index)
{
	(void)index;
	page.lock += 2;
	page.index = 0;
	return 1;
}

static void test_pmc_read_refuses_when_the_counter_went_away(void **state)
{
	uint64_t v = 0;

	(void)state;
	assert_false(vmb_pmc_read(&page, pmc_then_off, &v));
}

static void test_pmc_lost_is_enabled_less_running(void **state)
{
	(void)state;
	page.time_enabled = 1000;
	page.time_running = 940;
	assert_int_equal(vmb_pmc_lost_ns(&page), 60);
}

static void write_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

/* ARM64 describes in sysfs which bit asks for user-mode access; x86 has no such file. */
static void test_request_bits_are_read_from_the_format_file(void **state)
{
	char dir[] = "/tmp/vmbench_rdpmc_XXXXXX", path[128];

	(void)state;
	assert_non_null(mkdtemp(dir));
	assert_int_equal(vmb_pmc_request_bits(dir), 0);
	snprintf(path, sizeof(path), "%s/armv8_pmuv3_0", dir);
	assert_int_equal(mkdir(path, 0700), 0);
	strcat(path, "/format");
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(vmb_pmc_request_bits(dir), 0);
	strcat(path, "/rdpmc");
	write_file(path, "config1:1\n");
	assert_int_equal(vmb_pmc_request_bits(dir), 2);
	write_file(path, "config:3\n");
	assert_int_equal(vmb_pmc_request_bits(dir), 0);
	write_file(path, "config1:64\n");
	assert_int_equal(vmb_pmc_request_bits(dir), 0);
	for (int i = 0; i < 4; i++) {
		assert_int_equal(remove(path), 0);
		*strrchr(path, '/') = 0;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pmc_extend_keeps_the_sign_of_the_width),
		cmocka_unit_test(test_pmc_extend_ignores_bits_above_the_width),
		cmocka_unit_test_setup(test_pmc_read_adds_offset_and_counter, reset),
		cmocka_unit_test_setup(test_pmc_read_passes_the_index_less_one, reset),
		cmocka_unit_test_setup(test_pmc_read_of_a_counter_that_began_below_zero, reset),
		cmocka_unit_test_setup(test_pmc_read_counts_on_over_the_wrap, reset),
		cmocka_unit_test_setup(test_pmc_read_differences_survive_a_negative_count, reset),
		cmocka_unit_test_setup(test_pmc_read_refuses_index_0_untouched, reset),
		cmocka_unit_test_setup(test_pmc_read_refuses_without_the_capability, reset),
		cmocka_unit_test_setup(test_pmc_read_refuses_widths_that_make_no_sense, reset),
		cmocka_unit_test_setup(test_pmc_read_begins_again_when_the_page_changed, reset),
		cmocka_unit_test_setup(test_pmc_read_refuses_when_the_counter_went_away, reset),
		cmocka_unit_test_setup(test_pmc_lost_is_enabled_less_running, reset),
		cmocka_unit_test(test_request_bits_are_read_from_the_format_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
