// SPDX-License-Identifier: MIT
#include "tests/test.h"

#include <errno.h>
#include <sched.h>
#include <string.h>

#include "tests/user/sysroot.h"
#include "user/bench/arena.h"
#include "user/bench/nodes.h"

#define NODE "/sys/devices/system/node/"

/* Two sockets of two nodes each, the second without memory, and a far node that has no CPU. */
static void write_machine(void)
{
	sysroot_write(NODE "online", "0-3,5\n");
	sysroot_write(NODE "has_memory", "0,2-3,5\n");
	sysroot_write(NODE "node0/cpulist", "0-3,16-19\n");
	sysroot_write(NODE "node1/cpulist", "4-7\n");
	sysroot_write(NODE "node2/cpulist", "8-11\n");
	sysroot_write(NODE "node3/cpulist", "12-15\n");
	sysroot_write(NODE "node5/cpulist", "\n");
	sysroot_write(NODE "node0/distance", "10 12 32 32 17\n");
	sysroot_write(NODE "node1/distance", "12 10 32 32 17\n");
	sysroot_write(NODE "node2/distance", "32 32 10 12 28\n");
	sysroot_write(NODE "node3/distance", "32 32 12 10 28\n");
}

static void test_nodes_come_by_distance(void **state)
{
	struct bench_nodes n;

	(void)state;
	write_machine();
	bench_nodes_read(sysroot, 17, &n);
	assert_int_equal(n.nr, 4);
	assert_int_equal(n.node[0], 0);
	assert_int_equal(n.distance[0], 10);
	assert_int_equal(n.node[1], 5);
	assert_int_equal(n.distance[1], 17);
	assert_int_equal(n.node[2], 2);
	assert_int_equal(n.node[3], 3);
}

static void test_nodes_depend_on_the_cpu(void **state)
{
	struct bench_nodes n;

	(void)state;
	write_machine();
	bench_nodes_read(sysroot, 12, &n);
	assert_int_equal(n.node[0], 3);
	assert_int_equal(n.node[1], 2);
	assert_int_equal(n.node[2], 5);
	assert_int_equal(n.node[3], 0);
}

static void test_near_node_without_memory_gives_the_next(void **state)
{
	struct bench_nodes n;

	(void)state;
	write_machine();
	bench_nodes_read(sysroot, 5, &n);
	assert_int_equal(n.nr, 4);
	assert_int_equal(n.node[0], 0);
	assert_int_equal(n.distance[0], 12);
}

static void test_kernel_without_numa_is_one_node(void **state)
{
	struct bench_nodes n;

	(void)state;
	bench_nodes_read(sysroot, 0, &n);
	assert_int_equal(n.nr, 1);
	assert_int_equal(n.node[0], 0);
}

static void test_bound_pages_are_where_they_must_be(void **state)
{
	struct bench_nodes n;
	struct bench_arena a;
	struct vmb_why why = { 0 };

	(void)state;
	bench_nodes_read("", (unsigned int)sched_getcpu(), &n);
	for (size_t i = 0; i < n.nr; i++) {
		assert_int_equal(bench_arena_reserve(&a, 1 << 20, BENCH_PAGES_BASE, &why), 0);
		if (bench_node_bind(a.base, a.bytes, n.node[i], &why)) {
			bench_arena_unmap(&a);
			print_message("%s\n", why.text);
			skip();
		}
		assert_int_equal(bench_arena_populate(&a, &why), 0);
		assert_int_equal(bench_node_check(a.base, a.bytes, n.node[i], &why), 0);
		assert_int_equal(bench_node_check(a.base, a.bytes, n.node[i] + 1, &why), -EIO);
		assert_non_null(strstr(why.text, "is on node"));
		bench_arena_unmap(&a);
	}
}

static void test_missing_node_is_refused_with_a_sentence(void **state)
{
	struct bench_arena a;
	struct vmb_why why = { 0 };

	(void)state;
	assert_int_equal(bench_arena_reserve(&a, 4096, BENCH_PAGES_BASE, &why), 0);
	assert_int_equal(bench_node_bind(a.base, a.bytes, BENCH_MAX_NODES - 1, &why), -ENOTSUP);
	assert_non_null(strstr(why.text, "node 63"));
	bench_arena_unmap(&a);
}

#define WITH_ROOT(f) cmocka_unit_test_setup_teardown(f, sysroot_setup, sysroot_teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		WITH_ROOT(test_nodes_come_by_distance),
		WITH_ROOT(test_nodes_depend_on_the_cpu),
		WITH_ROOT(test_near_node_without_memory_gives_the_next),
		WITH_ROOT(test_kernel_without_numa_is_one_node),
		cmocka_unit_test(test_bound_pages_are_where_they_must_be),
		cmocka_unit_test(test_missing_node_is_refused_with_a_sentence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
