// SPDX-License-Identifier: MIT
#include "tests/test.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/user/sysroot.h"
#include "user/env/cpulist.h"
#include "user/guard.h"

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void bind_to(unsigned int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	assert_int_equal(sched_setaffinity(0, sizeof(set), &set), 0);
}

/* Two CPUs that this process may use; skips the test if there is one only. */
static void two_cpus(unsigned int cpu[2])
{
	struct vmb_cpuset s;

	assert_int_equal(vmb_cpuset_affinity(&s), 0);
	if (vmb_cpuset_count(&s) < 2) {
		print_message("one CPU only\n");
		skip();
	}
	cpu[0] = vmb_cpuset_next(&s, 0);
	cpu[1] = vmb_cpuset_next(&s, cpu[0] + 1);
}

static cpu_set_t all;

static int save_affinity(void **state)
{
	(void)state;
	return sched_getaffinity(0, sizeof(all), &all);
}

static int restore_affinity(void **state)
{
	(void)state;
	return sched_setaffinity(0, sizeof(all), &all);
}

static void test_a_forced_migration_is_seen(void **state)
{
	struct vmb_evidence ev;
	struct vmb_guard g;
	unsigned int cpu[2];
	uint32_t before;

	(void)state;
	two_cpus(cpu);
	bind_to(cpu[0]);
	vmb_guard_begin(&g, cpu, 1);
	before = (uint32_t)sched_getcpu();
	assert_false(vmb_guard_batch(&g, before, (uint32_t)sched_getcpu()) & VMB_SAMPLE_MIGRATED);
	bind_to(cpu[1]);
	assert_true(vmb_guard_batch(&g, before, (uint32_t)sched_getcpu()) & VMB_SAMPLE_MIGRATED);
	vmb_guard_end(&g, &ev);
}

static pid_t start_rival(void)
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid)
		return pid;
	for (;;)
		;
}

/* A busy process on the same CPU: the scheduler must take the CPU away from one of the two. */
static void test_forced_involuntary_switches_are_seen(void **state)
{
	uint64_t until = now_ns() + 10000000000u, switched = 0, clear_again = 0;
	struct vmb_evidence ev;
	unsigned int cpu[2];
	struct vmb_guard g;
	pid_t rival;

	(void)state;
	two_cpus(cpu);
	bind_to(cpu[0]);
	rival = start_rival();
	vmb_guard_begin(&g, cpu, 1);
	while (!clear_again && now_ns() < until) {
		uint32_t flags = vmb_guard_batch(&g, cpu[0], cpu[0]);

		assert_int_equal(flags & ~(uint32_t)VMB_SAMPLE_SWITCHED, 0);
		if (flags)
			switched++;
		else if (switched)
			clear_again++;		/* each switch is told once */
	}
	vmb_guard_end(&g, &ev);
	kill(rival, SIGKILL);
	waitpid(rival, NULL, 0);
	assert_true(switched && clear_again);
	assert_true(ev.known & VMB_EV_SWITCHES);
	assert_true(ev.involuntary >= switched);
}

static void test_sleeping_is_voluntary(void **state)
{
	struct vmb_evidence ev;
	struct vmb_guard g;

	(void)state;
	vmb_guard_begin(&g, NULL, 0);
	for (int i = 0; i < 5; i++)
		usleep(1000);
	vmb_guard_end(&g, &ev);
	assert_true(ev.voluntary >= 5);
}

static void test_faults_are_counted(void **state)
{
	enum { PAGES = 100 };
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	struct vmb_evidence ev;
	struct vmb_guard g;
	char *p;

	(void)state;
	p = mmap(NULL, PAGES * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	assert_true(p != MAP_FAILED);
	assert_int_equal(madvise(p, PAGES * page, MADV_NOHUGEPAGE) && errno != EINVAL, 0);
	vmb_guard_begin(&g, NULL, 0);
	for (size_t i = 0; i < PAGES; i++)
		p[i * page] = 1;
	vmb_guard_end(&g, &ev);
	munmap(p, PAGES * page);
	assert_true(ev.known & VMB_EV_FAULTS);
	assert_true(ev.minor_faults >= PAGES);
	assert_int_equal(ev.major_faults, 0);
}

/* 8 CPUs; @steal of CPU 2, the others do not change. */
static void write_stat(unsigned int steal)
{
	char text[2048];
	int len = snprintf(text, sizeof(text), "cpu 1 2 3 4 5 6 7 999 0 0\n");

	for (unsigned int i = 0; i < 8; i++)
		len += snprintf(text + len, sizeof(text) - (size_t)len,
				"cpu%u 10 0 20 300 1 2 3 %u 0 0\n", i, i == 2 ? steal : 7);
	snprintf(text + len, sizeof(text) - (size_t)len, "intr 1 2 3\ncpu9 1 1 1 1 1 1 1 1 1 1\n");
	sysroot_write("/proc/stat", text);
}

static struct vmb_evidence steal_of(const unsigned int *cpus, size_t nr, uint32_t batch_cpu)
{
	struct vmb_evidence ev;
	struct vmb_guard g;

	write_stat(4294967290u);
	vmb_guard_begin(&g, cpus, nr);
	(void)vmb_guard_batch(&g, batch_cpu, batch_cpu);
	write_stat(4294967294u);
	vmb_guard_end(&g, &ev);
	return ev;
}

static void test_steal_is_that_of_the_pinned_cpus(void **state)
{
	const unsigned int with[] = { 1, 2 }, without[] = { 1, 3 }, missing[] = { 2, 8 };
	struct vmb_evidence ev;

	(void)state;
	ev = steal_of(with, 2, 1);
	assert_true(ev.known & VMB_EV_STEAL);
	assert_int_equal(ev.steal_ticks, 4);
	ev = steal_of(without, 2, 2);
	assert_true(ev.known & VMB_EV_STEAL);
	assert_int_equal(ev.steal_ticks, 0);
	assert_false(steal_of(missing, 2, 2).known & VMB_EV_STEAL);
}

static void test_unpinned_steal_is_that_of_the_cpus_used(void **state)
{
	struct vmb_evidence ev;

	(void)state;
	ev = steal_of(NULL, 0, 2);
	assert_true(ev.known & VMB_EV_STEAL);
	assert_int_equal(ev.steal_ticks, 4);
	ev = steal_of(NULL, 0, 5);
	assert_true(ev.known & VMB_EV_STEAL);
	assert_int_equal(ev.steal_ticks, 0);
	assert_int_equal(ev.known & (VMB_EV_THROTTLES | VMB_EV_APERF), 0);
}

/* A kernel of many CPUs: more than one read, lines cut anywhere. */
static void test_many_cpus_are_read(void **state)
{
	enum { CPUS = 900 };
	const unsigned int last = CPUS - 1;
	struct vmb_evidence ev;
	struct vmb_guard g;
	char *text = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&text, &size);

	(void)state;
	assert_non_null(f);
	for (unsigned int i = 0; i < CPUS; i++)
		fprintf(f, "cpu%u 123456 0 2345678 99999999 1 2 3 %u 0 0\n", i, i);
	fprintf(f, "intr");
	for (int i = 0; i < 20000; i++)
		fprintf(f, " 0");
	fclose(f);
	sysroot_write("/proc/stat", text);
	vmb_guard_begin(&g, &last, 1);
	assert_true(g.time.cpu[0].known && g.time.cpu[last].known && !g.time.cpu[CPUS].known);
	assert_int_equal(g.time.cpu[last].steal, last);
	assert_int_equal(g.time.cpu[450].busy, 123456 + 2345678 + 2 + 3);
	vmb_guard_end(&g, &ev);
	assert_true(ev.known & VMB_EV_STEAL);
	free(text);
}

static void test_throttles_are_counted(void **state)
{
	const unsigned int cpus[] = { 0, 1 };
	struct vmb_evidence ev;
	struct vmb_guard g;

	(void)state;
	sysroot_write("/sys/devices/system/cpu/cpu0/thermal_throttle/core_throttle_count", "5\n");
	sysroot_write("/sys/devices/system/cpu/cpu1/thermal_throttle/core_throttle_count", "9\n");
	sysroot_write("/sys/devices/system/cpu/cpu1/thermal_throttle/package_throttle_count",
		      "2\n");
	vmb_guard_begin(&g, cpus, 2);
	sysroot_write("/sys/devices/system/cpu/cpu1/thermal_throttle/core_throttle_count", "11\n");
	sysroot_write("/sys/devices/system/cpu/cpu1/thermal_throttle/package_throttle_count",
		      "3\n");
	vmb_guard_end(&g, &ev);
	assert_true(ev.known & VMB_EV_THROTTLES);
	assert_int_equal(ev.throttles, 3);
}

static void write_msr(unsigned int cpu, uint64_t value)
{
	char path[64];
	uint64_t msr[64] = { 0 };

	/* MSRs are 8 bytes each, 1 apart: the low byte of APERF is byte 1 of MPERF here. */
	memcpy((char *)msr + 0xe8, &value, sizeof(value));
	snprintf(path, sizeof(path), "/dev/cpu/%u/msr", cpu);
	sysroot_write_bytes(path, msr, sizeof(msr));
}

static void test_the_clock_ratio_is_read(void **state)
{
	const unsigned int cpu = 3;
	struct vmb_evidence ev;
	struct vmb_guard g;

	(void)state;
	write_msr(cpu, 1000);
	vmb_guard_begin(&g, &cpu, 1);
	write_msr(cpu, 1500);
	vmb_guard_end(&g, &ev);
	assert_true(ev.known & VMB_EV_APERF);
	assert_int_equal(ev.aperf, 500);
	assert_int_equal(ev.mperf, 500 * 256);
}

static void test_what_cannot_be_read_is_absent(void **state)
{
	const unsigned int cpu = 0;
	struct vmb_evidence ev;
	struct vmb_guard g;

	(void)state;
	vmb_guard_begin(&g, &cpu, 1);
	vmb_guard_end(&g, &ev);
	assert_int_equal(ev.known & (VMB_EV_STEAL | VMB_EV_THROTTLES | VMB_EV_APERF), 0);
	assert_int_equal(ev.steal_ticks, 0);
}

static void test_nonsense_is_absent(void **state)
{
	const unsigned int cpu = 0;
	struct vmb_evidence ev;
	struct vmb_guard g;

	(void)state;
	sysroot_write("/proc/stat", "cpu0 1 2 3\n");
	sysroot_write("/sys/devices/system/cpu/cpu0/thermal_throttle/core_throttle_count", "hot\n");
	sysroot_write("/dev/cpu/0/msr", "short");
	vmb_guard_begin(&g, &cpu, 1);
	vmb_guard_end(&g, &ev);
	assert_int_equal(ev.known & (VMB_EV_STEAL | VMB_EV_THROTTLES | VMB_EV_APERF), 0);
}

static int open_descriptors(void)
{
	int n = 0;

	for (int fd = 0; fd < 256; fd++)
		n += fcntl(fd, F_GETFD) != -1;
	return n;
}

static void test_every_descriptor_is_closed(void **state)
{
	const unsigned int cpus[] = { 0, 1, 2 };
	int before = open_descriptors();
	struct vmb_evidence ev;
	struct vmb_guard g;

	(void)state;
	write_stat(0);
	write_msr(1, 1);
	sysroot_write("/sys/devices/system/cpu/cpu1/thermal_throttle/core_throttle_count", "5\n");
	vmb_guard_begin(&g, cpus, 3);
	assert_int_equal(open_descriptors(), before + 3);
	vmb_guard_end(&g, &ev);
	assert_int_equal(open_descriptors(), before);
}

#define in_sysroot(test) cmocka_unit_test_setup_teardown(test, sysroot_setup, sysroot_teardown)
#define moving(test) cmocka_unit_test_setup_teardown(test, save_affinity, restore_affinity)

int main(void)
{
	const struct CMUnitTest tests[] = {
		moving(test_a_forced_migration_is_seen),
		moving(test_forced_involuntary_switches_are_seen),
		cmocka_unit_test(test_sleeping_is_voluntary),
		cmocka_unit_test(test_faults_are_counted),
		in_sysroot(test_steal_is_that_of_the_pinned_cpus),
		in_sysroot(test_unpinned_steal_is_that_of_the_cpus_used),
		in_sysroot(test_many_cpus_are_read),
		in_sysroot(test_throttles_are_counted),
		in_sysroot(test_the_clock_ratio_is_read),
		in_sysroot(test_what_cannot_be_read_is_absent),
		in_sysroot(test_nonsense_is_absent),
		in_sysroot(test_every_descriptor_is_closed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
