// SPDX-License-Identifier: MIT
#include "tests/test.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "tests/user/sysroot.h"
#include "user/env/cgroup.h"
#include "user/env/collect.h"
#include "user/env/env.h"
#include "user/env/sys.h"
#include "user/env/topology.h"

#define CPU "/sys/devices/system/cpu/"

static struct vmb_env env;

static int empty(void **state)
{
	(void)state;
	vmb_env_fini(&env);
	vmb_topology_fini();
	return 0;
}

static int fake(void **state)
{
	return empty(state) || sysroot_setup(state);
}

static int real(void **state)
{
	return empty(state) || sysroot_teardown(state);
}

static const char *text_of(const char *key)
{
	const char *text = vmb_env_get_text(&env, key);

	if (!text)
		fail_msg("%s is absent or no text", key);
	return text;
}

static double number_of(const char *key)
{
	const struct vmb_fact *f = vmb_env_find(&env, key);

	if (!f || f->type == VMB_FACT_TEXT)
		fail_msg("%s is absent or no number", key);
	return f->number;
}

static void absent(const char *key)
{
	const struct vmb_fact *f = vmb_env_find(&env, key);

	if (f)
		fail_msg("%s is %s%g", key, f->text ? f->text : "", f->number);
}

/* "section.name", lower case; a source; a text that can be printed and is not empty. */
static void check_form(const struct vmb_fact *f)
{
	const char *dot = strchr(f->key, '.');

	assert_non_null(dot);
	assert_true(dot > f->key && dot[1]);
	for (const char *p = f->key; *p; p++)
		if (!islower((unsigned char)*p) && !isdigit((unsigned char)*p) && !strchr("._", *p))
			fail_msg("key %s", f->key);
	assert_true(f->source[0]);
	if (f->type != VMB_FACT_TEXT)
		return;
	if (!f->text[0])
		fail_msg("%s is empty", f->key);
	for (const char *p = f->text; *p; p++)
		if (!isprint((unsigned char)*p) && *p != '\t')
			fail_msg("%s holds byte %d", f->key, *p);
}

static void collect(void)
{
	vmb_env_collect(&env);
	assert_int_equal(env.error, 0);
	for (size_t i = 0; i < env.nr; i++)
		check_form(&env.facts[i]);
}

static void test_this_machine(void **state)
{
	long l1d = sysconf(_SC_LEVEL1_DCACHE_SIZE), l2 = sysconf(_SC_LEVEL2_CACHE_SIZE);
	struct utsname u;

	(void)state;
	assert_int_equal(uname(&u), 0);
	collect();
	assert_string_equal(text_of("kernel.release"), u.release);
	assert_string_equal(text_of("kernel.arch"), u.machine);
	assert_true(number_of("cpu.threads") >= (double)sysconf(_SC_NPROCESSORS_ONLN));
	assert_true(number_of("cpu.cores") <= number_of("cpu.threads"));
	assert_true(number_of("cpu.sockets") <= number_of("cpu.cores"));
	assert_true(number_of("memory.page_bytes") == (double)sysconf(_SC_PAGESIZE));
	assert_true(number_of("memory.total_bytes") ==
		    (double)sysconf(_SC_PHYS_PAGES) * (double)sysconf(_SC_PAGESIZE));
	assert_true(number_of("memory.total_bytes") <= number_of("machine.memory_bytes"));
	if (l1d > 0)
		assert_true(number_of("cache.l1d_bytes") == (double)l1d);
	if (l2 > 0)
		assert_true(number_of("cache.l2_bytes") == (double)l2);
	assert_non_null(text_of("cpu.model"));
	assert_non_null(text_of("cpu.allowed"));
	assert_non_null(text_of("build.compiler"));
	assert_non_null(text_of("build.flags"));
	absent("env.sysroot");
}

static void test_the_host_name_is_nobodys_business(void **state)
{
	char name[256] = "";

	(void)state;
	assert_int_equal(gethostname(name, sizeof(name) - 1), 0);
	collect();
	for (size_t i = 0; i < env.nr; i++) {
		assert_true(strncmp(env.facts[i].key, "host", 4) != 0);
		if (env.facts[i].text)
			assert_string_not_equal(env.facts[i].text, name);
	}
}

static void test_collecting_prints_nothing(void **state)
{
	char path[] = "/tmp/vmbench-env-XXXXXX";
	int out = dup(1), err = dup(2), fd = mkstemp(path);
	off_t printed;

	(void)state;
	assert_true(fd >= 0);
	fflush(NULL);
	dup2(fd, 1);
	dup2(fd, 2);
	vmb_env_collect(&env);
	fflush(NULL);
	dup2(out, 1);
	dup2(err, 2);
	printed = lseek(fd, 0, SEEK_END);
	close(out);
	close(err);
	close(fd);
	unlink(path);
	assert_int_equal(printed, 0);
}

static int open_descriptors(void)
{
	int n = 0;

	for (int fd = 0; fd < 256; fd++)
		n += fcntl(fd, F_GETFD) != -1;
	return n;
}

static void test_collecting_changes_nothing(void **state)
{
	int fds = open_descriptors();
	cpu_set_t before, after;

	(void)state;
	assert_int_equal(sched_getaffinity(0, sizeof(before), &before), 0);
	collect();
	assert_int_equal(sched_getaffinity(0, sizeof(after), &after), 0);
	assert_true(CPU_EQUAL(&before, &after));
	assert_int_equal(open_descriptors(), fds);
}

static void test_a_fake_tree_is_named(void **state)
{
	(void)state;
	collect();
	assert_string_equal(text_of("env.sysroot"), sysroot);
	absent("memory.total_bytes");
	absent("kernel.aslr");
	absent("noise.load_1m");
	absent("power.governor");
}

static const char x86[] =
	"processor\t: 0\nvendor_id\t: AuthenticAMD\ncpu family\t: 26\nmodel\t\t: 2\n"
	"model name\t: AMD EPYC 9755 128-Core Processor\nstepping\t: 1\nmicrocode\t: 0xb002116\n"
	"flags\t\t: fpu tsc rdtscp constant_tsc nonstop_tsc avx2 avx512f pcid tsc_scale xavx2\n\n"
	"processor\t: 1\nvendor_id\t: other\nmodel name\t: other\n";

static const char arm64[] =
	"processor\t: 0\nBogoMIPS\t: 50.00\nFeatures\t: fp asimd aes atomics\n"
	"CPU implementer\t: 0x41\nCPU architecture: 8\nCPU variant\t: 0x0\nCPU part\t: 0xd05\n"
	"CPU revision\t: 1\n\n"
	"processor\t: 1\nCPU implementer\t: 0x41\nCPU part\t: 0xd0b\n\n"
	"processor\t: 2\nCPU implementer\t: 0x41\nCPU part\t: 0xd05\n\n"
	"processor\t: 3\nCPU implementer\t: 0x99\nCPU part\t: 0x123\n";

static const char riscv[] =
	"processor\t: 0\nhart\t\t: 1\nisa\t\t: rv64imafdc_zicsr_zba_zbb\nmmu\t\t: sv39\n"
	"uarch\t\t: sifive,u74-mc\nmvendorid\t: 0x489\nmarchid\t\t: 0x8000000000000007\n"
	"mimpid\t\t: 0x4210427\n";

static void cpu_only(const char *cpuinfo)
{
	vmb_env_fini(&env);
	sysroot_write("/proc/cpuinfo", cpuinfo);
	vmb_env_cpu(&env);
	assert_int_equal(env.error, 0);
}

static void test_reads_x86(void **state)
{
	(void)state;
	cpu_only(x86);
	assert_string_equal(text_of("cpu.vendor"), "AuthenticAMD");
	assert_string_equal(text_of("cpu.model"), "AMD EPYC 9755 128-Core Processor");
	assert_string_equal(text_of("cpu.microarch"), "Zen 5");
	assert_string_equal(text_of("cpu.microcode"), "0xb002116");
	assert_string_equal(text_of("cpu.flags"),
			    "constant_tsc nonstop_tsc rdtscp pcid avx2 avx512f");
	assert_true(number_of("cpu.family") == 26);
	assert_true(number_of("cpu.stepping") == 1);
	assert_true(number_of("cpu.invariant_tsc") == 1);
	cpu_only("flags : tsc constant_tsc\n");
	assert_true(number_of("cpu.invariant_tsc") == 0);
	absent("cpu.model");
}

static void test_reads_arm64(void **state)
{
	(void)state;
	sysroot_write(CPU "cpu0/regs/identification/midr_el1", "0x00000000412fd050\n");
	cpu_only(arm64);
	assert_string_equal(text_of("cpu.model"),
			    "ARM Cortex-A55 + ARM Cortex-A76 + implementer 0x99 part 0x123");
	assert_string_equal(text_of("cpu.implementer"), "0x41");
	assert_string_equal(text_of("cpu.part"), "0xd05");
	assert_string_equal(text_of("cpu.midr"), "0x00000000412fd050");
	assert_string_equal(text_of("cpu.flags"), "aes fp asimd atomics");
	absent("cpu.invariant_tsc");
	absent("cpu.vendor");
}

static void test_reads_riscv(void **state)
{
	(void)state;
	cpu_only(riscv);
	assert_string_equal(text_of("cpu.model"), "sifive,u74-mc");
	assert_string_equal(text_of("cpu.isa"), "rv64imafdc_zicsr_zba_zbb");
	assert_string_equal(text_of("cpu.mmu"), "sv39");
	assert_string_equal(text_of("cpu.marchid"), "0x8000000000000007");
}

static void test_disagreement_is_recorded(void **state)
{
	(void)state;
	cpu_only(x86);
	if (vmb_topology_count(VMB_TOPO_CPU) == 2) {
		absent("cpu.disagreement");
		cpu_only("processor : 0\nprocessor : 1\nprocessor : 2\n");
	}
	assert_non_null(strstr(text_of("cpu.disagreement"), "CPUs: /proc/cpuinfo "));
	vmb_env_disagree(&env, "cpu.disagreement", "second");
	assert_non_null(strstr(text_of("cpu.disagreement"), "; second"));
}

static void test_caches_disagree(void **state)
{
	(void)state;
	sysroot_write(CPU "cpu0/cache/index0/level", "1\n");
	sysroot_write(CPU "cpu0/cache/index0/type", "Data\n");
	sysroot_write(CPU "cpu0/cache/index0/size", "48K\n");
	sysroot_write(CPU "cpu0/cache/index9/level", "4\n");
	sysroot_write(CPU "cpu0/cache/index9/type", "Unified\n");
	sysroot_write(CPU "cpu0/cache/index9/size", "64M\n");
	setenv("HWLOC_SYNTHETIC", "l3:1(size=33554432) core:2 l1d:1(size=32768) pu:1", 1);
	vmb_env_cache(&env);
	unsetenv("HWLOC_SYNTHETIC");
	vmb_topology_fini();
	assert_true(number_of("cache.l1d_bytes") == 32768);
	assert_true(number_of("cache.l3_bytes") == 33554432);
	assert_true(number_of("cache.l3_shared_by") == 2);
	assert_true(number_of("cache.l4_bytes") == 64.0 * 1024 * 1024);	/* sysfs alone knows it */
	assert_string_equal(text_of("cache.disagreement"), "L1d bytes: hwloc 32768, sysfs 49152");
	absent("cache.l2_bytes");
}

static void test_names_microarchitectures(void **state)
{
	(void)state;
	assert_string_equal(vmb_uarch_x86("AuthenticAMD", 25, 17), "Zen 4");
	assert_string_equal(vmb_uarch_x86("AuthenticAMD", 25, 1), "Zen 3");
	assert_null(vmb_uarch_x86("AuthenticAMD", 99, 1));
	assert_null(vmb_uarch_x86("GenuineIntel", 25, 17));
	assert_string_equal(vmb_uarch_codename("EPYC (Milan)"), "Zen 3");
	assert_string_equal(vmb_uarch_codename("Abu Dhabi"), "Piledriver");
	assert_null(vmb_uarch_codename("Coffee Lake"));
	assert_string_equal(vmb_uarch_arm(0x41, 0xd0c), "ARM Neoverse-N1");
	assert_null(vmb_uarch_arm(0x41, 0xfff));
}

static void test_private_parameters_stay_private(void **state)
{
	(void)state;
	sysroot_write("/proc/cmdline", "BOOT_IMAGE=/vmlinuz root=UUID=1234 ro isolcpus=2-3 "
		      "ip=10.0.0.7::10.0.0.1 rd.luks.uuid=5 nohz_full=2-3 -- --password=x\n");
	vmb_env_kernel(&env);
	assert_string_equal(text_of("kernel.cmdline"), "ro isolcpus=2-3 nohz_full=2-3");
	vmb_env_fini(&env);
	sysroot_write("/proc/cmdline", "root=/dev/vda\n");
	vmb_env_kernel(&env);
	absent("kernel.cmdline");
}

static void test_mitigations_are_one_fact_each(void **state)
{
	(void)state;
	sysroot_write(CPU "vulnerabilities/meltdown", "Mitigation: PTI\n");
	sysroot_write(CPU "vulnerabilities/spectre_v2", "Not affected\n");
	sysroot_write(CPU "vulnerabilities/empty", "");
	sysroot_write(CPU "vulnerabilities/Bad-Name", "x\n");
	sysroot_write(CPU "vulnerabilities/a_name_that_is_too_long_for_a_key_of_the_environment",
		      "x\n");
	vmb_env_mitigations(&env);
	assert_int_equal(env.nr, 2);
	assert_string_equal(text_of("mitigations.meltdown"), "Mitigation: PTI");
	assert_string_equal(text_of("mitigations.spectre_v2"), "Not affected");
}

static void test_memory(void **state)
{
	(void)state;
	sysroot_write("/proc/meminfo",
		      "MemTotal:       16384 kB\nMemFree: 1 kB\nMemAvailable:    8192 kB\n"
		      "SwapTotal: 100 kB\nSwapFree: 40 kB\nHugePages_Total: 7\n");
	sysroot_write("/sys/kernel/mm/transparent_hugepage/enabled", "always madvise [never]\n");
	sysroot_write("/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages", "12\n");
	sysroot_write("/sys/kernel/mm/hugepages/hugepages-x/nr_hugepages", "12\n");
	sysroot_write("/sys/fs/cgroup/memory.max", "max\n");
	sysroot_write("/proc/sys/kernel/numa_balancing", "1\n");
	vmb_env_memory(&env);
	assert_true(number_of("memory.total_bytes") == 16384 * 1024.0);
	assert_true(number_of("memory.available_bytes") == 8192 * 1024.0);
	assert_true(number_of("memory.swap_used_bytes") == 60 * 1024.0);
	assert_true(number_of("memory.hugetlb_2048k_pages") == 12);
	assert_true(number_of("memory.numa_balancing") == 1);
	assert_string_equal(text_of("memory.thp"), "never");
	absent("memory.limit_bytes");
	sysroot_write("/sys/fs/cgroup/memory.max", "1073741824\n");
	vmb_env_memory(&env);
	assert_true(number_of("memory.limit_bytes") == 1073741824);
}

static void test_power(void **state)
{
	(void)state;
	sysroot_write(CPU "cpufreq/policy0/scaling_governor", "performance\n");
	sysroot_write(CPU "cpufreq/policy1/scaling_governor", "powersave\n");
	sysroot_write(CPU "cpufreq/policy10/scaling_governor", "performance\n");
	sysroot_write(CPU "cpufreq/policy2/scaling_governor", "power\n");
	sysroot_write(CPU "cpufreq/policy0/scaling_cur_freq", "2400000\n");
	sysroot_write(CPU "cpufreq/boost", "1\n");
	sysroot_write(CPU "smt/active", "1\n");
	sysroot_write(CPU "smt/control", "on\n");
	vmb_env_power(&env);
	assert_string_equal(text_of("power.governor"), "performance,powersave,power");
	assert_true(number_of("power.cur_hz") == 2.4e9);
	assert_true(number_of("power.turbo") == 1);
	assert_true(number_of("smt.active") == 1);
	sysroot_write(CPU "intel_pstate/no_turbo", "1\n");
	vmb_env_power(&env);
	assert_true(number_of("power.turbo") == 0);
}

static void test_cpu_quotas(void **state)
{
	double cpus;

	(void)state;
	assert_int_equal(vmb_cgroup_cpu_quota(&cpus), -ENODATA);
	sysroot_write("/proc/self/cgroup", "3:cpuset:/a\n1:cpu,cpuacct:/a/b\n0::/c/d\n");
	sysroot_write("/sys/fs/cgroup/cpu,cpuacct/a/b/cpu.cfs_quota_us", "-1\n");
	sysroot_write("/sys/fs/cgroup/cpu,cpuacct/a/b/cpu.cfs_period_us", "100000\n");
	sysroot_write("/sys/fs/cgroup/c/d/cpu.max", "max 100000\n");
	assert_int_equal(vmb_cgroup_cpu_quota(&cpus), -ENODATA);
	sysroot_write("/sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_quota_us", "400000\n");
	sysroot_write("/sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_period_us", "100000\n");
	assert_int_equal(vmb_cgroup_cpu_quota(&cpus), 0);
	assert_true(cpus == 4);
	sysroot_write("/sys/fs/cgroup/c/cpu.max", "150000 100000\n");
	assert_int_equal(vmb_cgroup_cpu_quota(&cpus), 0);
	assert_true(cpus == 1.5);
}

/* What a fingerprint must tell apart, and what it must not. */
static void print_fingerprint(char out[64], const char *cpuinfo, const char *meminfo)
{
	vmb_env_fini(&env);
	sysroot_write("/proc/cpuinfo", cpuinfo);
	sysroot_write("/proc/meminfo", meminfo);
	collect();
	snprintf(out, 64, "%s", text_of("machine.fingerprint"));
}

static void test_the_fingerprint_is_of_the_hardware(void **state)
{
	char first[64], other[64];

	(void)state;
	print_fingerprint(first, x86, "MemTotal: 16287000 kB\n");
	assert_int_equal(strlen(first), 16);
	sysroot_write("/proc/loadavg", "7.00 5.00 3.00 1/2 3\n");
	sysroot_write("/proc/sys/kernel/randomize_va_space", "0\n");
	print_fingerprint(other, x86, "MemTotal: 16123000 kB\n"); /* another kernel keeps more */
	assert_string_equal(first, other);
	print_fingerprint(other, x86, "MemTotal: 32700000 kB\n");
	assert_string_not_equal(first, other);
	print_fingerprint(other, riscv, "MemTotal: 16287000 kB\n");
	assert_string_not_equal(first, other);
}

/* Everything that is ever read, for a tree in which nothing is as it should be. */
static const char *const read_paths[] = {
	"/proc/cpuinfo", "/proc/meminfo", "/proc/cmdline", "/proc/loadavg", "/proc/self/cgroup",
	"/proc/1/comm", "/proc/sys/kernel/randomize_va_space", "/proc/sys/kernel/nmi_watchdog",
	"/proc/sys/kernel/perf_event_paranoid", "/proc/sys/kernel/perf_user_access",
	"/proc/sys/kernel/numa_balancing", CPU "online", CPU "isolated", CPU "nohz_full",
	CPU "present", CPU "cpu0/microcode/version", CPU "cpu0/regs/identification/midr_el1",
	CPU "cpu0/cache/index0/level", CPU "cpu0/cache/index0/type", CPU "cpu0/cache/index0/size",
	CPU "cpu0/cache/index0/coherency_line_size", CPU "cpufreq/policy0/scaling_governor",
	CPU "cpufreq/policy0/scaling_driver", CPU "cpufreq/policy0/cpuinfo_max_freq",
	CPU "cpufreq/boost", CPU "intel_pstate/no_turbo", CPU "smt/active", CPU "smt/control",
	CPU "vulnerabilities/meltdown", CPU "cpu0/thermal_throttle/core_throttle_count",
	CPU "cpuidle/current_driver",
	"/sys/devices/system/clocksource/clocksource0/current_clocksource",
	"/sys/kernel/mm/transparent_hugepage/enabled", "/sys/kernel/mm/transparent_hugepage/defrag",
	"/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages", "/sys/kernel/mm/ksm/run",
	"/sys/kernel/debug/sched/preempt", "/sys/class/dmi/id/sys_vendor",
	"/sys/class/dmi/id/product_name", "/sys/hypervisor/type", "/sys/fs/cgroup/memory.max",
	"/sys/fs/cgroup/cpu.max", "/sys/bus/event_source/devices/cpu/rdpmc",
	"/proc/device-tree/compatible", "/proc/device-tree/hypervisor/compatible",
};

static void fill_with(const void *data, size_t len)
{
	for (size_t i = 0; i < VMB_ARRAY_SIZE(read_paths); i++)
		sysroot_write_bytes(read_paths[i], data, len);
}

/* A plausible number in every file that a test has not written. */
static void fill_missing(void)
{
	char full[PATH_MAX];

	for (size_t i = 0; i < VMB_ARRAY_SIZE(read_paths); i++)
		if (access(sysroot_path(read_paths[i], full), F_OK))
			sysroot_write(read_paths[i], "1\n");
}

static void test_empty_files(void **state)
{
	(void)state;
	fill_with("", 0);
	collect();
	absent("cpu.model");
	absent("kernel.aslr");
	absent("kernel.cmdline");
	absent("power.governor");
	assert_string_equal(text_of("noise.isolated"), "none");
}

static void test_binary_files(void **state)
{
	unsigned char noise[5000];

	(void)state;
	for (size_t i = 0; i < sizeof(noise); i++)
		noise[i] = (unsigned char)(i * 7 + i / 256);
	fill_with(noise, sizeof(noise));
	collect();
	absent("kernel.aslr");
	absent("memory.total_bytes");
	absent("noise.load_1m");
}

static void test_endless_files(void **state)
{
	enum { SIZE = 1 << 20 };
	char *text = malloc(SIZE);

	(void)state;
	assert_non_null(text);
	memset(text, '9', SIZE);
	fill_with(text, SIZE);
	collect();
	absent("kernel.aslr");
	for (size_t i = 0; i < env.nr; i++)
		assert_true(!env.facts[i].text || strlen(env.facts[i].text) < VMB_SYS_LINE_BYTES);
	memset(text, ':', SIZE);
	for (size_t i = 0; i < SIZE; i += 3)
		text[i] = '\n';
	fill_with(text, SIZE);
	vmb_env_fini(&env);
	collect();
	free(text);
}

static void test_fifos_and_directories(void **state)
{
	char full[PATH_MAX];

	(void)state;
	for (size_t i = 0; i < VMB_ARRAY_SIZE(read_paths); i++) {
		sysroot_mkdirs(read_paths[i]);
		sysroot_path(read_paths[i], full);
		assert_int_equal(i % 2 ? mkfifo(full, 0600) : mkdir(full, 0700), 0);
	}
	collect();	/* does not hang */
	absent("cpu.model");
	absent("kernel.aslr");
}

/* Every key that can be made here is explained. Two sections have open-ended names. */
static void test_every_key_is_documented(void **state)
{
	static char page[65536];
	FILE *f = fopen("docs/ENVIRONMENT.md", "r");
	char quoted[80];

	(void)state;
	if (!f) {
		print_message("run it in the root of the sources\n");
		skip();
	}
	page[fread(page, 1, sizeof(page) - 1, f)] = 0;
	fclose(f);
	sysroot_write("/proc/cpuinfo", arm64);
	fill_missing();
	collect();
	for (size_t i = 0; i < env.nr; i++) {
		const char *key = env.facts[i].key;

		snprintf(quoted, sizeof(quoted), "`%s`", key);
		if (!strstr(page, quoted) && strncmp(key, "mitigations.", 12) &&
		    strncmp(key, "memory.hugetlb_", 15))
			fail_msg("%s is not in docs/ENVIRONMENT.md", key);
	}
}

static void test_bracketed_choices(void **state)
{
	static const struct { const char *text, *want; } row[] = {
		{ "always [madvise] never\n", "madvise" }, { "[x]\n", "x" }, { "[]\n", NULL },
		{ "[x\n", NULL }, { "x]\n", NULL }, { "]x[\n", NULL }, { "none\n", NULL },
	};

	(void)state;
	for (size_t i = 0; i < VMB_ARRAY_SIZE(row); i++) {
		vmb_env_fini(&env);
		sysroot_write("/sys/x", row[i].text);
		vmb_env_file_choice(&env, "a.b", "/sys/x");
		if (row[i].want)
			assert_string_equal(text_of("a.b"), row[i].want);
		else
			absent("a.b");
	}
}

static void test_numbers(void **state)
{
	static const struct { const char *text; int err; long long want; } row[] = {
		{ "12\n", 0, 12 }, { "-1\n", 0, -1 }, { "0x1f\n", 0, 31 }, { "010\n", 0, 10 },
		{ "12 34\n", -EINVAL, 0 }, { "x\n", -EINVAL, 0 }, { "\n", -ENODATA, 0 },
		{ "99999999999999999999\n", -EINVAL, 0 }, { "1.5\n", -EINVAL, 0 },
	};
	long long v;

	(void)state;
	for (size_t i = 0; i < VMB_ARRAY_SIZE(row); i++) {
		v = 0;
		sysroot_write("/sys/x", row[i].text);
		assert_int_equal(vmb_sys_number(&v, "/sys/%s", "x"), row[i].err);
		assert_int_equal(v, row[i].want);
	}
	assert_int_equal(vmb_sys_number(&v, "/sys/missing"), -ENOENT);
}

#define here(test) cmocka_unit_test_setup_teardown(test, empty, empty)
#define in_sysroot(test) cmocka_unit_test_setup_teardown(test, fake, real)

int main(void)
{
	const struct CMUnitTest tests[] = {
		here(test_this_machine),
		here(test_the_host_name_is_nobodys_business),
		here(test_collecting_prints_nothing),
		here(test_collecting_changes_nothing),
		in_sysroot(test_a_fake_tree_is_named),
		in_sysroot(test_reads_x86),
		in_sysroot(test_reads_arm64),
		in_sysroot(test_reads_riscv),
		in_sysroot(test_disagreement_is_recorded),
		in_sysroot(test_caches_disagree),
		here(test_names_microarchitectures),
		in_sysroot(test_private_parameters_stay_private),
		in_sysroot(test_mitigations_are_one_fact_each),
		in_sysroot(test_memory),
		in_sysroot(test_power),
		in_sysroot(test_cpu_quotas),
		in_sysroot(test_the_fingerprint_is_of_the_hardware),
		in_sysroot(test_empty_files),
		in_sysroot(test_binary_files),
		in_sysroot(test_endless_files),
		in_sysroot(test_fifos_and_directories),
		in_sysroot(test_every_key_is_documented),
		in_sysroot(test_bracketed_choices),
		in_sysroot(test_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
