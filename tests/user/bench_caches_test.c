// SPDX-License-Identifier: MIT
#include "tests/test.h"

#include <errno.h>
#include <stdio.h>
#include <math.h>
#include <string.h>

#include <hwloc.h>

#include "tests/user/sysroot.h"
#include "user/bench/caches.h"
#include "user/bench/sysfile.h"

static void write_cache(unsigned int cpu, unsigned int index, const char *level, const char *type,
			const char *size)
{
	const char *const file[] = { "level", "type", "size" }, *const text[] = { level, type, size };
	char path[256];

	for (size_t i = 0; i < 3; i++) {
		snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%u/cache/index%u/%s", cpu, index,
			 file[i]);
		sysroot_write(path, text[i]);
	}
}

static void test_caches_are_read_per_cpu(void **state)
{
	struct bench_caches c;
	struct vmb_why why;

	(void)state;
	write_cache(0, 0, "1\n", "Data\n", "48K\n");
	write_cache(0, 1, "1\n", "Instruction\n", "64K\n");
	write_cache(0, 2, "2\n", "Unified\n", "2048K\n");
	write_cache(0, 3, "3\n", "Unified\n", "36M\n");
	write_cache(4, 0, "1\n", "Data\n", "32K\n");
	write_cache(4, 1, "2\n", "Unified\n", "4096K\n");
	assert_int_equal(bench_caches_read(sysroot, 0, &c, &why), 0);
	assert_int_equal(c.last, 3);
	assert_int_equal(c.bytes[1], 48 << 10);
	assert_int_equal(c.bytes[2], 2 << 20);
	assert_int_equal(c.bytes[3], 36 << 20);
	assert_int_equal(bench_caches_read(sysroot, 4, &c, &why), 0);
	assert_int_equal(c.last, 2);
	assert_int_equal(c.bytes[1], 32 << 10);
}

static void test_caches_untold_is_said(void **state)
{
	struct bench_caches c;
	struct vmb_why why = { 0 };

	(void)state;
	assert_int_equal(bench_caches_read(sysroot, 7, &c, &why), -ENOENT);
	assert_non_null(strstr(why.text, "CPU 7"));
}

#define GB (1ull << 30)

static void test_working_sets_stay_in_their_level(void **state)
{
	const struct bench_caches c = { .bytes = { 0, 48 << 10, 2 << 20, 36 << 20 }, .last = 3 };
	struct vmb_why why;
	uint64_t bytes;

	(void)state;
	assert_int_equal(bench_working_set(BENCH_L1, &c, 64 * GB, &bytes, &why), 0);
	assert_int_equal(bytes, 24 << 10);
	assert_int_equal(bench_working_set(BENCH_L2, &c, 64 * GB, &bytes, &why), 0);
	assert_int_equal(bytes, 1 << 20);
	assert_int_equal(bench_working_set(BENCH_LLC, &c, 64 * GB, &bytes, &why), 0);
	/* sqrt(2 MiB x 36 MiB) = 8.485 MiB, in whole lines */
	assert_int_equal(bytes, (uint64_t)(sqrt(72) * (1 << 20)) / 64 * 64);
	assert_int_equal(bench_working_set(BENCH_DRAM, &c, 64 * GB, &bytes, &why), 0);
	assert_int_equal(bytes, 144 << 20);
}

static void test_dram_set_is_at_least_64_mib(void **state)
{
	const struct bench_caches c = { .bytes = { 0, 32 << 10, 1 << 20, 4 << 20 }, .last = 3 };
	struct vmb_why why;
	uint64_t bytes;

	(void)state;
	assert_int_equal(bench_working_set(BENCH_DRAM, &c, GB, &bytes, &why), 0);
	assert_int_equal(bytes, 64 << 20);
}

static void test_too_little_memory_is_said(void **state)
{
	const struct bench_caches c = { .bytes = { 0, 32 << 10, 1 << 20, 32 << 20 }, .last = 3 };
	struct vmb_why why = { 0 };
	uint64_t bytes;

	(void)state;
	assert_int_equal(bench_working_set(BENCH_DRAM, &c, 511 << 20, &bytes, &why), -ENOMEM);
	assert_non_null(strstr(why.text, "128 MiB"));
	assert_non_null(strstr(why.text, "511 MiB"));
	assert_int_equal(bench_working_set(BENCH_DRAM, &c, 512 << 20, &bytes, &why), 0);
}

static void test_levels_that_cannot_be_told_apart_are_refused(void **state)
{
	const struct bench_caches two = { .bytes = { 0, 64 << 10, 1 << 20 }, .last = 2 };
	const struct bench_caches flat = { .bytes = { 0, 64 << 10, 128 << 10, 8 << 20 }, .last = 3 };
	struct vmb_why why = { 0 };
	uint64_t bytes;

	(void)state;
	assert_int_equal(bench_working_set(BENCH_LLC, &two, GB, &bytes, &why), -ENOTSUP);
	assert_non_null(strstr(why.text, "is its L2"));
	assert_int_equal(bench_working_set(BENCH_L2, &flat, GB, &bytes, &why), -ENOTSUP);
	assert_non_null(strstr(why.text, "would fit in the L1"));
}

/* hwloc asks CPUID as well as sysfs: an independent reader of the same machine. */
static void test_caches_agree_with_hwloc(void **state)
{
	static const hwloc_obj_type_t type[] = {
		[1] = HWLOC_OBJ_L1CACHE, [2] = HWLOC_OBJ_L2CACHE, [3] = HWLOC_OBJ_L3CACHE,
	};
	const struct vmb_state st = { 0 };
	hwloc_topology_t t;
	struct bench_caches c;
	struct vmb_why why;
	hwloc_obj_t pu;

	(void)state;
	if (bench_caches_read("", bench_own_cpu(&st), &c, &why)) {
		print_message("%s\n", why.text);
		skip();
	}
	assert_int_equal(hwloc_topology_init(&t), 0);
	assert_int_equal(hwloc_topology_load(t), 0);
	pu = hwloc_get_pu_obj_by_os_index(t, bench_own_cpu(&st));
	assert_non_null(pu);
	for (size_t level = 1; level < VMB_ARRAY_SIZE(type); level++) {
		hwloc_obj_t cache = hwloc_get_ancestor_obj_by_type(t, type[level], pu);

		assert_int_equal(c.bytes[level], cache ? cache->attr->cache.size : 0);
	}
	hwloc_topology_destroy(t);
}

static void test_list_is_parsed(void **state)
{
	unsigned int out[8];

	(void)state;
	assert_int_equal(bench_sys_list("0-3,8,10-11", out, 8), 7);
	assert_int_equal(out[3], 3);
	assert_int_equal(out[4], 8);
	assert_int_equal(out[6], 11);
	assert_int_equal(bench_sys_list("", out, 8), 0);
	assert_int_equal(bench_sys_list("0-100", out, 8), 8);
	assert_int_equal(bench_sys_list("5", out, 8), 1);
	assert_int_equal(out[0], 5);
}

static void test_memory_is_bounded_by_the_cgroup(void **state)
{
	(void)state;
	assert_int_equal(bench_memory_available(sysroot), 0);
	sysroot_write("/proc/meminfo", "MemTotal: 2000 kB\nMemFree: 1 kB\nMemAvailable:    1000 kB\n");
	assert_int_equal(bench_memory_available(sysroot), 1000 * 1024);
	sysroot_write("/proc/self/cgroup", "0::/jail\n");
	sysroot_write("/sys/fs/cgroup/jail/memory.max", "max\n");
	assert_int_equal(bench_memory_available(sysroot), 1000 * 1024);
	sysroot_write("/sys/fs/cgroup/jail/memory.max", "500000\n");
	sysroot_write("/sys/fs/cgroup/jail/memory.current", "100000\n");
	assert_int_equal(bench_memory_available(sysroot), 400000);
	sysroot_write("/sys/fs/cgroup/jail/memory.current", "600000\n");
	assert_int_equal(bench_memory_available(sysroot), 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_caches_are_read_per_cpu, sysroot_setup,
						sysroot_teardown),
		cmocka_unit_test_setup_teardown(test_caches_untold_is_said, sysroot_setup,
						sysroot_teardown),
		cmocka_unit_test(test_working_sets_stay_in_their_level),
		cmocka_unit_test(test_dram_set_is_at_least_64_mib),
		cmocka_unit_test(test_too_little_memory_is_said),
		cmocka_unit_test(test_levels_that_cannot_be_told_apart_are_refused),
		cmocka_unit_test(test_caches_agree_with_hwloc),
		cmocka_unit_test(test_list_is_parsed),
		cmocka_unit_test_setup_teardown(test_memory_is_bounded_by_the_cgroup, sysroot_setup,
						sysroot_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
