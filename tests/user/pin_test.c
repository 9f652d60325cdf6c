// SPDX-License-Identifier: MIT
#include "tests/test.h"

#include <errno.h>
#include <hwloc.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/user/sysroot.h"
#include "user/env/cpulist.h"
#include "user/env/topology.h"
#include "user/pin.h"

/* Two packages of four cores of two threads, each with its node: CPUs 0-15. */
#define BIG "pack:2 numa:1 core:4 pu:2"

static struct vmb_pin pin;
static struct vmb_why why;

static int fresh(void **state)
{
	(void)state;
	vmb_pin_fini();
	unsetenv("HWLOC_SYNTHETIC");
	unsetenv("HWLOC_XMLFILE");
	memset(&pin, 0x5a, sizeof(pin));
	memset(&why, 0, sizeof(why));
	return 0;
}

static int fake(void **state)
{
	fresh(state);
	return setenv("HWLOC_SYNTHETIC", BIG, 1);
}

static int fresh_sysroot(void **state)
{
	return fresh(state) || sysroot_setup(state);
}

static int end_sysroot(void **state)
{
	return fresh(state) || sysroot_teardown(state);
}

static void refuses(const char *spec, int err, const char *part)
{
	struct vmb_pin before = pin;

	why.text[0] = 0;
	if (vmb_pin_parse(spec, &pin, &why) != err || !strstr(why.text, part))
		fail_msg("\"%s\": wanted %d and \"%s\", got \"%s\"", spec, err, part, why.text);
	assert_non_null(strstr(why.text, "usable CPUs: "));
	assert_memory_equal(&pin, &before, sizeof(pin));
}

static void accepts(const char *spec, const char *cpus)
{
	char text[512] = "";
	size_t len = 0;

	if (vmb_pin_parse(spec, &pin, &why))
		fail_msg("\"%s\": %s", spec, why.text);
	for (size_t i = 0; i < pin.nr; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, i ? " %u" : "%u",
					pin.cpu[i].os);
	assert_string_equal(text, cpus);
}

static void test_accepts_every_form(void **state)
{
	(void)state;
	accepts("3", "3");
	accepts("2,3", "2 3");
	accepts("3,2", "3 2");
	accepts("0-3", "0 1 2 3");
	accepts("15,0-1", "15 0 1");
	accepts("core:1", "2");
	accepts("core:0,core:7", "0 14");
	accepts("core:1-2,0", "2 4 0");
	accepts("0-15", "0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15");
}

static void test_fills_every_number(void **state)
{
	(void)state;
	accepts("9", "9");
	assert_int_equal(pin.cpu[0].logical, 9);
	assert_int_equal(pin.cpu[0].core, 4);
	assert_int_equal(pin.cpu[0].node, 1);
}

/* Where the firmware numbers threads last: CPU 1 is another core, CPU 4 the first one's sibling. */
static void test_os_and_logical_numbers_differ(void **state)
{
	(void)state;
	setenv("HWLOC_SYNTHETIC", "core:4 pu:2(indexes=0,4,1,5,2,6,3,7)", 1);
	accepts("1", "1");
	assert_int_equal(pin.cpu[0].logical, 2);
	assert_int_equal(pin.cpu[0].core, 1);
	accepts("core:2", "2");
	assert_int_equal(pin.cpu[0].logical, 4);
	accepts("4", "4");
	assert_int_equal(pin.cpu[0].core, 0);
}

static void test_refuses_malformed(void **state)
{
	static const char *const bad[] = {
		"", ",", "0,", ",0", "0,,1", "x", "-1", "1-", "3-1", "0x3", "1 ", " 1", "+1", "1.5",
		"core:", "core:x", "core:3-1", "core", "pu:1", "isolated1", "ISOLATED", "0-1-2",
		"1;2", "--pin", "core:core:1",
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
	};

	(void)state;
	for (size_t i = 0; i < VMB_ARRAY_SIZE(bad); i++)
		refuses(bad[i], -EINVAL,
			"is not a CPU; write 3 or 2,3 or 0-3 or core:1 or isolated");
}

static void test_names_the_culprit(void **state)
{
	(void)state;
	refuses("0,x,1", -EINVAL, "\"x\" is not a CPU");
	refuses("99", -ENODEV, "CPU 99 does not exist; usable CPUs: 0-15");
	refuses("0-99", -ENODEV, "CPU 16 does not exist");
	refuses("8191", -ENODEV, "CPU 8191 does not exist");
	refuses("99999999999999999999", -ENODEV, "no CPU with such a number");
	refuses("0-4294967296", -ENODEV, "no CPU with such a number");
	refuses("core:8", -ENODEV, "core 8 does not exist; this machine has the logical cores 0-7");
	refuses("1,0-1", -EINVAL, "names CPU 1 twice");
	refuses("2,core:1", -EINVAL, "names CPU 2 twice");
}

static void test_refuses_too_many(void **state)
{
	(void)state;
	setenv("HWLOC_SYNTHETIC", "pack:4 core:32 pu:1", 1);
	accepts("64-127",
		"64 65 66 67 68 69 70 71 72 73 74 75 76 77 78 79 80 81 82 83 84 85 86 87 88 "
		"89 90 91 92 93 94 95 96 97 98 99 100 101 102 103 104 105 106 107 108 109 110 111 "
		"112 113 "
		"114 115 116 117 118 119 120 121 122 123 124 125 126 127");
	refuses("0-64", -EINVAL, "names more than 64 CPUs");
}

/* A topology with some bits of its sets taken away, in a file that HWLOC_XMLFILE names. */
static void write_xml(const char *path, const char *attribute, const char *old, const char *new)
{
	char *xml = NULL, *at, full[PATH_MAX];
	hwloc_topology_t t;
	int len = 0;

	assert_int_equal(hwloc_topology_init(&t), 0);
	assert_int_equal(hwloc_topology_set_synthetic(t, "core:4 pu:1"), 0);
	assert_int_equal(hwloc_topology_load(t), 0);
	assert_int_equal(hwloc_topology_export_xmlbuffer(t, &xml, &len, 0), 0);
	at = strstr(xml, attribute);
	assert_non_null(at);
	at += strlen(attribute);
	assert_memory_equal(at, old, strlen(old));
	memcpy(at, new, strlen(new));
	sysroot_write(path, xml);
	setenv("HWLOC_XMLFILE", sysroot_path(path, full), 1);
	hwloc_free_xmlbuffer(t, xml);
	hwloc_topology_destroy(t);
}

static void test_refuses_outside_of_the_cpuset(void **state)
{
	(void)state;
	write_xml("/topo.xml", " allowed_cpuset=\"", "0x0000000f", "0x00000006");
	refuses("0", -EPERM, "CPU 0 is outside of this process's cpuset (1-2)");
	refuses("core:3", -EPERM, "CPU 3 is outside of this process's cpuset (1-2)");
	accepts("1-2", "1 2");
	assert_int_equal(pin.cpu[0].core, 1);	/* numbers do not depend on the cpuset */
}

static void test_refuses_offline(void **state)
{
	struct vmb_cpuset online;
	char text[64];

	(void)state;
	assert_int_equal(vmb_cpuset_affinity(&online), 0);
	sysroot_write("/sys/devices/system/cpu/present", "0-8000\n");
	snprintf(text, sizeof(text), "%u\n", vmb_cpuset_next(&online, 0));
	sysroot_write("/sys/devices/system/cpu/online", text);
	refuses("7999", -ENODEV, "CPU 7999 is offline; online CPUs: ");
	assert_non_null(
		strstr(why.text, "echo 1 | sudo tee /sys/devices/system/cpu/cpu7999/online"));
	refuses("8001", -ENODEV, "CPU 8001 does not exist");
}

/* Runs a check in a child that is bound to the first of its CPUs; needs two. */
static void bound_to_one(void (*check)(unsigned int in, unsigned int out))
{
	struct vmb_cpuset s;
	unsigned int in, out;
	int status;
	pid_t pid;

	assert_int_equal(vmb_cpuset_affinity(&s), 0);
	in = vmb_cpuset_next(&s, 0);
	out = vmb_cpuset_next(&s, in + 1);
	if (out == VMB_CPUSET_MAX) {
		print_message("one CPU only\n");
		skip();
	}
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		cpu_set_t mask;

		CPU_ZERO(&mask);
		CPU_SET(in, &mask);
		if (sched_setaffinity(0, sizeof(mask), &mask))
			_exit(2);
		check(in, out);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void must(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "%s: %s\n", what, why.text);
	_exit(1);
}

static void refuse_outside(unsigned int in, unsigned int out)
{
	char spec[16], part[64];

	snprintf(spec, sizeof(spec), "%u", out);
	must(vmb_pin_parse(spec, &pin, &why) == -EPERM, "outside is refused");
	snprintf(part, sizeof(part), "outside of this process's affinity mask (%u)", in);
	must(strstr(why.text, part), "says why");
	snprintf(part, sizeof(part), "usable CPUs: %u", in);
	must(strstr(why.text, part), "says what can be used");
	snprintf(spec, sizeof(spec), "%u", in);
	must(!vmb_pin_parse(spec, &pin, &why), "inside is accepted");
}

static void test_refuses_outside_of_the_affinity(void **state)
{
	(void)state;
	bound_to_one(refuse_outside);
}

/* isolcpus= takes a CPU out of every mask; whoever asks for it by name still gets it. */
static void accept_isolated(unsigned int in, unsigned int out)
{
	char spec[16];

	(void)in;
	snprintf(spec, sizeof(spec), "%u\n", out);
	sysroot_write("/sys/devices/system/cpu/isolated", spec);
	must(!vmb_pin_parse("isolated", &pin, &why) && pin.nr == 1 && pin.cpu[0].os == out,
	     "isolated");
	spec[strlen(spec) - 1] = 0;
	must(!vmb_pin_parse(spec, &pin, &why) && pin.cpu[0].os == out, "an isolated CPU by number");
	must(!vmb_pin_apply(&pin, &why), "apply");
	must(sched_getcpu() == (int)out, "runs there");
}

static void test_isolated_cpus_are_outside_of_the_affinity(void **state)
{
	(void)state;
	bound_to_one(accept_isolated);
}

static void test_isolated_says_how_to_isolate(void **state)
{
	(void)state;
	sysroot_write("/sys/devices/system/cpu/isolated", "\n");
	refuses("isolated", -ENODEV, "no CPU is isolated; boot with isolcpus=");
	assert_non_null(strstr(why.text, "cpuset.cpus.partition"));
}

static void test_isolated_takes_partitions_too(void **state)
{
	(void)state;
	sysroot_write("/sys/devices/system/cpu/isolated", "\n");
	sysroot_write("/sys/fs/cgroup/cpuset.cpus.isolated", "0\n");
	accepts("isolated", "0");
}

static void test_will_not_bind_to_another_machine(void **state)
{
	(void)state;
	accepts("0", "0");
	assert_int_equal(vmb_pin_apply(&pin, &why), -EXDEV);
	assert_non_null(strstr(why.text, "HWLOC_SYNTHETIC"));
}

static void test_a_broken_topology_is_an_error(void **state)
{
	(void)state;
	sysroot_write("/topo.xml", "<topology><object type=\"Mach");
	setenv("HWLOC_XMLFILE", "/nonexistent/topo.xml", 1);
	setenv("HWLOC_COMPONENTS", "xml,stop", 1);
	if (!vmb_pin_parse("0", &pin, &why))
		fail_msg("a topology came out of nothing");
	assert_non_null(strstr(why.text, "HWLOC_XMLFILE"));
	unsetenv("HWLOC_COMPONENTS");
}

/* What the process that is executed after vmb_pin_apply() says about itself. */
static void after_exec(const char *script, char *text, size_t size)
{
	int pipe_fd[2], status;
	ssize_t n, len = 0;
	pid_t pid;

	assert_int_equal(pipe(pipe_fd), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		dup2(pipe_fd[1], 1);
		if (vmb_pin_apply(&pin, &why))
			_exit(2);
		execl("/bin/sh", "sh", "-c", script, (char *)NULL);
		_exit(3);
	}
	close(pipe_fd[1]);
	while ((n = read(pipe_fd[0], text + len, size - 1 - (size_t)len)) > 0)
		len += n;
	text[len] = 0;
	close(pipe_fd[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void test_affinity_survives_exec(void **state)
{
	char text[4096], want[64], spec[16];
	struct vmb_cpuset s;
	unsigned int cpu = 0, next;

	(void)state;
	assert_int_equal(vmb_cpuset_affinity(&s), 0);
	for (next = 0; next < VMB_CPUSET_MAX; next = vmb_cpuset_next(&s, cpu + 1))
		cpu = vmb_cpuset_next(&s, next);
	snprintf(spec, sizeof(spec), "%u", cpu);
	accepts(spec, spec);
	after_exec("grep Cpus_allowed_list /proc/self/status; cat /proc/self/stat | cut -d' ' -f39",
		   text, sizeof(text));
	snprintf(want, sizeof(want), "Cpus_allowed_list:\t%u\n%u\n", cpu, cpu);
	assert_string_equal(text, want);
}

static void test_memory_policy_survives_exec(void **state)
{
	static char text[65536];
	char want[32];

	(void)state;
	if (access("/proc/self/numa_maps", R_OK)) {
		print_message("this kernel has no NUMA\n");
		skip();
	}
	assert_int_equal(vmb_pin_parse("core:0", &pin, &why), 0);
	if (pin.cpu[0].node < 0) {
		print_message("the node of CPU %u is unknown\n", pin.cpu[0].os);
		skip();
	}
	after_exec("cat /proc/self/numa_maps", text, sizeof(text));
	snprintf(want, sizeof(want), " bind:%d ", pin.cpu[0].node);
	assert_non_null(strstr(text, want));
	assert_null(strstr(text, " default "));
}

static void test_an_empty_pin_binds_nothing(void **state)
{
	cpu_set_t before, after;

	(void)state;
	pin.nr = 0;
	assert_int_equal(sched_getaffinity(0, sizeof(before), &before), 0);
	assert_int_equal(vmb_pin_apply(&pin, &why), 0);
	assert_int_equal(sched_getaffinity(0, sizeof(after), &after), 0);
	assert_true(CPU_EQUAL(&before, &after));
}

static void has_fact(const struct vmb_env *env, const char *key, const char *text)
{
	const struct vmb_fact *f = vmb_env_find(env, key);

	assert_non_null(f);
	assert_string_equal(f->text, text);
}

static void test_describes_both_numbers(void **state)
{
	struct vmb_env env = { 0 };

	(void)state;
	setenv("HWLOC_SYNTHETIC", "numa:2 core:2 pu:2(indexes=0,4,1,5,2,6,3,7)", 1);
	accepts("1,5,2", "1 5 2");
	vmb_pin_describe(&pin, &env);
	assert_int_equal(env.error, 0);
	has_fact(&env, "pin.cpus", "1,5,2");
	has_fact(&env, "pin.logical", "2,3,4");
	has_fact(&env, "pin.cores", "1,2");
	has_fact(&env, "pin.nodes", "0,1");
	vmb_env_fini(&env);
}

static void test_describes_nothing_when_not_pinned(void **state)
{
	struct vmb_env env = { 0 };

	(void)state;
	pin.nr = 0;
	vmb_pin_describe(&pin, &env);
	assert_int_equal(env.nr, 0);
}

static void test_lists_are_parsed_and_written(void **state)
{
	static const char *const same[] = { "0", "0-3", "0,2-3,63-65,8191" };
	static const char *const bad[] = { "8192", "1-", "-1", "3-1", "1,", "a", "1-2-3", " 1" };
	struct vmb_cpuset s;
	char text[64];

	(void)state;
	for (size_t i = 0; i < VMB_ARRAY_SIZE(same); i++) {
		assert_int_equal(vmb_cpulist_parse(same[i], &s), 0);
		assert_string_equal(vmb_cpulist_format(&s, text, sizeof(text)), same[i]);
	}
	for (size_t i = 0; i < VMB_ARRAY_SIZE(bad); i++)
		assert_int_equal(vmb_cpulist_parse(bad[i], &s), -EINVAL);
	assert_int_equal(vmb_cpulist_parse("", &s), 0);
	assert_string_equal(vmb_cpulist_format(&s, text, sizeof(text)), "none");
	assert_int_equal(vmb_cpulist_parse("1,3,5,7,9,11", &s), 0);
	assert_string_equal(vmb_cpulist_format(&s, text, 12), "1,3,5,7...");
	assert_int_equal(vmb_cpuset_count(&s), 6);
}

#define in_fake(test) cmocka_unit_test_setup_teardown(test, fake, fresh)
#define here(test) cmocka_unit_test_setup_teardown(test, fresh, fresh)
#define in_sysroot(test) cmocka_unit_test_setup_teardown(test, fresh_sysroot, end_sysroot)

int main(void)
{
	const struct CMUnitTest tests[] = {
		in_fake(test_accepts_every_form),
		in_fake(test_fills_every_number),
		in_fake(test_os_and_logical_numbers_differ),
		in_fake(test_refuses_malformed),
		in_fake(test_names_the_culprit),
		in_fake(test_refuses_too_many),
		in_sysroot(test_refuses_outside_of_the_cpuset),
		in_sysroot(test_refuses_offline),
		here(test_refuses_outside_of_the_affinity),
		in_sysroot(test_isolated_cpus_are_outside_of_the_affinity),
		in_sysroot(test_isolated_says_how_to_isolate),
		in_sysroot(test_isolated_takes_partitions_too),
		in_fake(test_will_not_bind_to_another_machine),
		in_sysroot(test_a_broken_topology_is_an_error),
		here(test_affinity_survives_exec),
		here(test_memory_policy_survives_exec),
		here(test_an_empty_pin_binds_nothing),
		in_fake(test_describes_both_numbers),
		here(test_describes_nothing_when_not_pinned),
		here(test_lists_are_parsed_and_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
