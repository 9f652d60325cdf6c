// SPDX-License-Identifier: MIT
/* What the doctor finds: every check, on machines that are made up. */
#include "tests/test.h"

#include <jansson.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/user/doctor_machine.h"
#include "user/env/checks.h"

/* A run on the fake tree, as JSON. */
static json_t *run_json(const struct vmb_pin *pin, int *code)
{
	FILE *f = fmemopen(output, sizeof(output), "w");
	json_error_t error;
	json_t *doc;

	*code = vmb_doctor_run(f, true, false, pin);
	fclose(f);
	doc = json_loads(output, JSON_REJECT_DUPLICATES, &error);
	if (!doc)
		fail_msg("line %d: %s", error.line, error.text);
	return doc;
}

static json_t *find_check(json_t *doc, const char *name)
{
	json_t *checks = json_object_get(doc, "checks"), *check;
	size_t i;

	json_array_foreach(checks, i, check) {
		if (!strcmp(json_string_value(json_object_get(check, "name")), name))
			return check;
	}
	fail_msg("no check %s", name);
	return NULL;
}

static void expect_state(json_t *doc, const char *name, const char *state)
{
	const char *now = json_string_value(json_object_get(find_check(doc, name), "state"));

	if (strcmp(now, state))
		fail_msg("%s is %s, not %s", name, now, state);
}

static void write_quiet_machine(void)
{
	for (size_t i = 0; i < VMB_ARRAY_SIZE(machine); i++)
		sysroot_write(machine[i].path, machine[i].after);
	sysroot_write(CPUFREQ "policy0/scaling_driver", "intel_pstate\n");
	sysroot_write("/proc/loadavg", "0.01 0.05 0.10 1/100 1234\n");
	sysroot_write("/proc/meminfo", "MemTotal: 1000 kB\nSwapTotal: 0 kB\nSwapFree: 0 kB\n");
	sysroot_write("/sys/kernel/mm/transparent_hugepage/enabled", "always [madvise] never\n");
	sysroot_write("/sys/devices/system/cpu/isolated", "0\n");
	sysroot_write("/sys/devices/system/cpu/nohz_full", "0\n");
	sysroot_write("/sys/devices/system/cpu/vulnerabilities/meltdown", "Not affected\n");
	sysroot_write("/proc/cpuinfo", "processor : 0\nflags : fpu tsc constant_tsc nonstop_tsc\n");
	sysroot_write("/sys/devices/system/clocksource/clocksource0/current_clocksource", "tsc\n");
	sysroot_write("/proc/irq/1/effective_affinity_list", "1\n");
	sysroot_write("/proc/1/comm", "init\n");
	sysroot_write("/sys/devices/system/cpu/cpu0/thermal_throttle/core_throttle_count", "0\n");
}

static const struct vmb_pin cpu0 = { .nr = 1 };

static void test_a_quiet_machine_is_good(void **state)
{
	static const char *const good[] = {
		"isolated", "nohz-full", "irq-affinity", "governor", "turbo", "throttle",
		"timestamp", "aslr", "nmi-watchdog", "page-table-isolation", "huge-pages", "swap",
		"perf-event-paranoid", "rdpmc", "load", "cpu-quota",
	};
	json_t *doc;
	int code;

	(void)state;
	write_quiet_machine();
	doc = run_json(&cpu0, &code);
	for (size_t i = 0; i < VMB_ARRAY_SIZE(good); i++) {
		expect_state(doc, good[i], "good");
		assert_true(json_is_null(json_object_get(find_check(doc, good[i]), "mend")));
	}
	assert_string_equal(json_string_value(json_object_get(doc, "schema")), "vmbench-doctor/1");
	assert_true(json_is_false(json_object_get(doc, "fix_in_force")));
	json_decref(doc);
}

static void test_a_noisy_machine_is_not(void **state)
{
	static const struct { const char *name, *state; } want[] = {
		{ "isolated", "warn" },
		{ "irq-affinity", "warn" },
		{ "governor", "bad" },
		{ "turbo", "warn" },
		{ "throttle", "unknown" },
		{ "timestamp", "bad" },
		{ "aslr", "bad" },
		{ "nmi-watchdog", "warn" },
		{ "page-table-isolation", "warn" },
		{ "huge-pages", "warn" },
		{ "swap", "warn" },
		{ "rdpmc", "warn" },
		{ "kernel-module", "warn" },
		{ "load", "bad" },
		{ "cpu-quota", "bad" },
		{ "nohz-full", "warn" },
	};
	json_t *doc;
	int code;

	(void)state;
	sysroot_write(CPUFREQ "policy0/scaling_driver", "acpi-cpufreq\n");
	sysroot_write("/proc/loadavg", "9999.01 0.05 0.10 1/100 1234\n");
	sysroot_write("/proc/meminfo", "MemTotal: 1000 kB\nSwapTotal: 50 kB\nSwapFree: 20 kB\n");
	sysroot_write("/sys/devices/system/cpu/isolated", "7\n");
	sysroot_write("/sys/devices/system/cpu/vulnerabilities/meltdown", "Mitigation: PTI\n");
	sysroot_write("/proc/cpuinfo", "processor : 0\nflags : fpu tsc constant_tsc nonstop_tsc\n");
	sysroot_write("/sys/devices/system/clocksource/clocksource0/current_clocksource", "hpet\n");
	sysroot_write("/proc/irq/24/effective_affinity_list", "0-3\n");
	sysroot_write("/proc/self/cgroup", "0::/a/b\n");
	sysroot_write("/sys/fs/cgroup/a/cpu.max", "50000 100000\n");
	sysroot_write("/sys/fs/cgroup/a/b/cpu.max", "max 100000\n");
	doc = run_json(&cpu0, &code);
	for (size_t i = 0; i < VMB_ARRAY_SIZE(want); i++)
		expect_state(doc, want[i].name, want[i].state);
	assert_int_equal(code, 1);
	assert_true(json_is_true(json_object_get(find_check(doc, "governor"), "fixable")));
	assert_non_null(
		strstr(json_string_value(json_object_get(find_check(doc, "irq-affinity"), "mend")),
		       "/proc/irq/24/smp_affinity_list"));
	json_decref(doc);
}

/* Busy and stolen time by two readings that the test writes; no CPU is loaded for it. */
static struct vmb_finding look(void (*check)(const struct vmb_check_ctx *, struct vmb_finding *),
			       uint32_t busy, uint32_t idle, uint32_t steal)
{
	static struct vmb_cputime before, after;
	struct vmb_env env = { 0 };
	const struct vmb_check_ctx ctx = {
		.env = &env, .pin = &cpu0, .before = &before, .after = &after,
	};
	struct vmb_finding f = { 0 };

	before.cpu[0].known = after.cpu[0].known = true;
	before.cpu[0].busy = before.cpu[0].idle = before.cpu[0].steal = UINT32_MAX - 1;
	after.cpu[0].busy = before.cpu[0].busy + busy;
	after.cpu[0].idle = before.cpu[0].idle + idle;
	after.cpu[0].steal = before.cpu[0].steal + steal;
	check(&ctx, &f);
	return f;
}

static void test_busy_and_steal_are_shares_of_the_interval(void **state)
{
	(void)state;
	assert_int_equal(look(vmb_check_cpu_busy, 0, 20, 0).state, VMB_CHECK_GOOD);
	assert_int_equal(look(vmb_check_cpu_busy, 1, 19, 0).state, VMB_CHECK_GOOD);
	assert_int_equal(look(vmb_check_cpu_busy, 3, 17, 0).state, VMB_CHECK_WARN);
	assert_int_equal(look(vmb_check_cpu_busy, 10, 10, 0).state, VMB_CHECK_BAD);
	assert_non_null(strstr(look(vmb_check_cpu_busy, 10, 10, 0).now, "50 %"));
	assert_int_equal(look(vmb_check_cpu_busy, 0, 0, 0).state, VMB_CHECK_UNKNOWN);
	assert_int_equal(look(vmb_check_steal, 0, 20, 0).state, VMB_CHECK_GOOD);
	assert_int_equal(look(vmb_check_steal, 0, 199, 1).state, VMB_CHECK_WARN);
	assert_int_equal(look(vmb_check_steal, 0, 19, 1).state, VMB_CHECK_BAD);
}

static void test_a_busy_cpu_is_seen(void **state)
{
	json_t *doc;
	pid_t pid;
	int code;

	(void)state;
	unsetenv("VMBENCH_SYSROOT");
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		cpu_set_t set;

		CPU_ZERO(&set);
		CPU_SET(0, &set);
		if (sched_setaffinity(0, sizeof(set), &set))
			_exit(0);
		for (;;)
			;
	}
	usleep(20000);
	doc = run_json(&cpu0, &code);
	if (waitpid(pid, NULL, WNOHANG)) {
		json_decref(doc);
		print_message("CPU 0 is not for this process\n");
		skip();
	}
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	expect_state(doc, "cpu-busy", "bad");
	assert_int_equal(code, 1);
	json_decref(doc);
}

static void test_unpinned_checks_are_unknown(void **state)
{
	json_t *doc;
	int code;

	(void)state;
	doc = run_json(NULL, &code);
	expect_state(doc, "cpu-busy", "unknown");
	expect_state(doc, "smt-sibling", "unknown");
	expect_state(doc, "irq-affinity", "unknown");
	json_decref(doc);
}

static void test_an_unreadable_machine_is_unknown(void **state)
{
	static const char *const unknown[] = {
		"steal", "load", "isolated", "governor", "turbo", "throttle", "aslr", "huge-pages",
		"swap", "page-table-isolation", "perf-event-paranoid", "rdpmc", "timestamp",
	};
	json_t *doc;
	int code;

	(void)state;
	assert_int_equal(sysroot_teardown(state), 0);
	assert_int_equal(sysroot_setup(state), 0);
	doc = run_json(NULL, &code);
	for (size_t i = 0; i < VMB_ARRAY_SIZE(unknown); i++)
		expect_state(doc, unknown[i], "unknown");
	json_decref(doc);
}

static int run_text(FILE *out)
{
	return vmb_doctor_run(out, false, false, &cpu0);
}

static int run_coloured(FILE *out)
{
	return vmb_doctor_run(out, false, true, &cpu0);
}

static void test_text_names_every_check(void **state)
{
	const struct vmb_check *checks;
	size_t nr;

	(void)state;
	checks = vmb_checks(&nr);
	(void)captured(run_text);
	for (size_t i = 0; i < nr; i++)
		printed(checks[i].name);
	assert_null(strchr(output, '\033'));
	printed("mend: echo performance | sudo tee");
	(void)captured(run_coloured);
	assert_non_null(strchr(output, '\033'));
	assert_int_equal(fix(), 0);
	(void)captured(run_text);
	printed("--fix is in force");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		in_machine(test_a_quiet_machine_is_good),
		in_machine(test_a_noisy_machine_is_not),
		in_machine(test_busy_and_steal_are_shares_of_the_interval),
		in_machine(test_a_busy_cpu_is_seen),
		in_machine(test_unpinned_checks_are_unknown),
		in_machine(test_an_unreadable_machine_is_unknown),
		in_machine(test_text_names_every_check),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
