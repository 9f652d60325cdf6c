// SPDX-License-Identifier: MIT
#include "tests/test.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/user/doctor_machine.h"
#include "user/doctor_knobs.h"

static void expect_before(void)
{
	for (size_t i = 0; i < VMB_ARRAY_SIZE(machine); i++)
		assert_string_equal(sysroot_read(machine[i].path), machine[i].before);
}

static void expect_after(void)
{
	for (size_t i = 0; i < VMB_ARRAY_SIZE(machine); i++)
		assert_string_equal(sysroot_read(machine[i].path), machine[i].after);
}

static bool exists(const char *path)
{
	char full[PATH_MAX];

	return !access(sysroot_path(path, full), F_OK);
}

static void test_fix_sets_and_restore_puts_back(void **state)
{
	(void)state;
	assert_int_equal(fix(), 0);
	expect_after();
	assert_true(exists(STATE));
	printed("schedutil -> performance");
	printed("--restore");
	assert_int_equal(restore(), 0);
	expect_before();
	assert_false(exists(STATE));
	assert_int_equal(restore(), 0);
	printed("Nothing to put back");
}

static void test_a_second_fix_keeps_the_first_values(void **state)
{
	(void)state;
	assert_int_equal(fix(), 0);
	assert_int_equal(fix(), 0);
	printed("Nothing to set");
	/* Somebody meddles, a CPU is plugged in; fix again. */
	sysroot_write(machine[0].path, "ondemand\n");
	sysroot_write(CPUFREQ "policy11/scaling_governor", "conservative\n");
	assert_int_equal(fix(), 0);
	expect_after();
	assert_string_equal(sysroot_read(CPUFREQ "policy11/scaling_governor"), "performance\n");
	assert_int_equal(restore(), 0);
	expect_before();
	assert_string_equal(sysroot_read(CPUFREQ "policy11/scaling_governor"), "conservative\n");
}

/* The kernel changes the preference when the governor becomes "performance". */
static void test_the_energy_preference_comes_back(void **state)
{
	static const char epp[] = CPUFREQ "policy0/energy_performance_preference";

	(void)state;
	sysroot_write(epp, "balance_power\n");
	assert_int_equal(fix(), 0);
	assert_string_equal(sysroot_read(epp), "balance_power\n");
	sysroot_write(epp, "performance\n");
	assert_int_equal(restore(), 0);
	assert_string_equal(sysroot_read(epp), "balance_power\n");
	expect_before();
}

static void test_nothing_to_mend_saves_nothing(void **state)
{
	(void)state;
	for (size_t i = 0; i < VMB_ARRAY_SIZE(machine); i++)
		sysroot_write(machine[i].path, machine[i].after);
	assert_int_equal(fix(), 0);
	printed("Nothing to set");
	assert_false(exists(STATE));
	assert_int_equal(restore(), 0);
	expect_after();
}

static void test_a_bare_machine_is_no_error(void **state)
{
	(void)state;
	assert_int_equal(sysroot_teardown(state), 0);
	assert_int_equal(sysroot_setup(state), 0);
	assert_int_equal(fix(), 0);
	assert_int_equal(restore(), 0);
}

/* A child that stops before --fix, to be traced. */
static pid_t start_fix(void)
{
	pid_t pid = fork();
	FILE *f;

	assert_true(pid >= 0);
	if (pid)
		return pid;
	f = fopen("/dev/null", "w");
	if (!f || ptrace(PTRACE_TRACEME, 0, NULL, NULL))
		_exit(77);
	raise(SIGSTOP);
	_exit(vmb_doctor_fix(f));
}

/* Kills --fix after @stops entries into and exits from system calls. False: it had ended before. */
static bool fix_killed_after(unsigned int stops)
{
	pid_t pid = start_fix();
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 77) {
		print_message("this system does not let a process be traced\n");
		skip();
	}
	for (unsigned int i = 0; i < stops && WIFSTOPPED(status); i++) {
		assert_int_equal(ptrace(PTRACE_SYSCALL, pid, NULL, NULL), 0);
		assert_int_equal(waitpid(pid, &status, 0), pid);
	}
	if (!WIFSTOPPED(status))
		return false;
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	return true;
}

static bool is_before_or_after(void)
{
	for (size_t i = 0; i < VMB_ARRAY_SIZE(machine); i++) {
		const char *now = sysroot_read(machine[i].path);

		/* A file of this tree can be caught empty, a file of sysfs cannot. */
		if (*now && strcmp(now, machine[i].before) && strcmp(now, machine[i].after))
			return false;
	}
	return true;
}

/* Killed at every single system call: restore leads back from wherever it was. */
static void test_killed_at_every_moment(void **state)
{
	unsigned int stops = 0, saved_but_not_set = 0, changed = 0;

	(void)state;
	for (; fix_killed_after(stops); stops++) {
		bool same = true;

		assert_true(is_before_or_after());
		for (size_t i = 0; i < VMB_ARRAY_SIZE(machine); i++)
			same &= !strcmp(sysroot_read(machine[i].path), machine[i].before);
		assert_true(same || exists(STATE));	/* saved before the first change */
		saved_but_not_set += same && exists(STATE);
		changed += !same;
		assert_int_equal(restore(), 0);
		expect_before();
		assert_false(exists(STATE));
	}
	expect_after();
	assert_int_equal(restore(), 0);
	expect_before();
	assert_true(saved_but_not_set > 0 && changed > 0);
}

/* A half-written temporary file of such a process is in nobody's way. */
static void test_a_leftover_is_replaced(void **state)
{
	(void)state;
	sysroot_write(STATE_TEMP, "vmbench-doctor-sta");
	assert_int_equal(fix(), 0);
	assert_false(exists(STATE_TEMP));
	assert_int_equal(restore(), 0);
	expect_before();
}

static void test_saved_before_anything_is_written(void **state)
{
	char full[PATH_MAX];

	(void)state;
	/* Nothing can be saved: a directory has the state's name. */
	sysroot_mkdirs(STATE "/x");
	assert_int_equal(fix(), 1);
	expect_before();
	assert_int_equal(rmdir(sysroot_path(STATE, full)), 0);
	assert_int_equal(fix(), 0);
}

static void hostile(const char *text, const char *part)
{
	char full[PATH_MAX];

	sysroot_write(STATE, text);
	assert_int_equal(chmod(sysroot_path(STATE, full), 0600), 0);
	assert_int_equal(restore(), 1);
	printed(part);
	expect_before();
	assert_int_equal(fix(), 1);
	printed(part);
	expect_before();
	assert_string_equal(sysroot_read(STATE), text);
}

#define HEAD "vmbench-doctor-state 1\nboot " BOOT "\n"
#define GOVERNOR0 CPUFREQ "policy0/scaling_governor"

static void test_hostile_states_are_refused(void **state)
{
	static const struct { const char *text, *part; } bad[] = {
		{ "", "not a state of vmbench doctor" },
		{ "vmbench-doctor-state 1", "not a state of vmbench doctor" },
		{ "vmbench-doctor-state 2\nboot x\nend 0\n", "not a state of vmbench doctor" },
		{ "vmbench-doctor-state 1\n", "no boot id" },
		{ HEAD, "cut off" },
		{ HEAD GOVERNOR0 " ondemand\n", "cut off" },
		{ HEAD GOVERNOR0 " ondemand\nend 1", "cut off" },
		{ HEAD GOVERNOR0 " ondemand\nend 2\n", "wrong number" },
		{ HEAD GOVERNOR0 " ondemand\nend \n", "wrong number" },
		{ HEAD GOVERNOR0 " ondemand\nend 1\nmore\n", "after the end" },
		{ HEAD GOVERNOR0 "\nend 1\n", "no value" },
		{ HEAD GOVERNOR0 " \nend 1\n", "not a setting" },
		{ HEAD GOVERNOR0 " a b\nend 1\n", "not a setting" },
		{ HEAD GOVERNOR0 " $(reboot)\nend 1\n", "not a setting" },
		{ HEAD GOVERNOR0 " aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\nend 1\n",
		  "not a setting" },
		{ HEAD GOVERNOR0 " ondemand\n" GOVERNOR0 " ondemand\nend 2\n", "twice" },
		{ HEAD "/etc/passwd root\nend 1\n", "not a setting" },
		{ HEAD "/proc/sys/kernel/core_pattern x\nend 1\n", "not a setting" },
		{ HEAD "/proc/sys/kernel/../kernel/nmi_watchdog 1\nend 1\n", "not a setting" },
		{ HEAD CPUFREQ "policy0/../../../../../../etc/passwd 1\nend 1\n", "not a setting" },
		{ HEAD CPUFREQ "policy0/x/scaling_governor 1\nend 1\n", "not a setting" },
		{ HEAD CPUFREQ "policy../scaling_governor/ 1\nend 1\n", "not a setting" },
		{ HEAD " 1\nend 1\n", "not a setting" },
	};

	(void)state;
	for (size_t i = 0; i < VMB_ARRAY_SIZE(bad); i++)
		hostile(bad[i].text, bad[i].part);
}

static void test_binary_and_huge_states_are_refused(void **state)
{
	static char big[(1 << 20) + 2];
	char full[PATH_MAX];

	(void)state;
	sysroot_write_bytes(STATE, HEAD "\0\nend 0\n", sizeof(HEAD) + 7);
	assert_int_equal(chmod(sysroot_path(STATE, full), 0600), 0);
	assert_int_equal(restore(), 1);
	printed("binary");
	memset(big, 'x', sizeof(big) - 1);
	sysroot_write(STATE, big);
	assert_int_equal(restore(), 1);
	printed("too large");
	expect_before();
}

static void test_states_of_others_are_refused(void **state)
{
	char full[PATH_MAX], target[PATH_MAX];

	(void)state;
	assert_int_equal(fix(), 0);
	assert_int_equal(chmod(sysroot_path(STATE, full), 0666), 0);
	assert_int_equal(restore(), 1);
	printed("not trusted");
	expect_after();
	/* A link to a good state is no better: whoever made it chose the file. */
	assert_int_equal(chmod(full, 0600), 0);
	assert_int_equal(rename(full, sysroot_path("/elsewhere", target)), 0);
	assert_int_equal(symlink(target, full), 0);
	assert_int_equal(restore(), 1);
	expect_after();
	assert_int_equal(rename(target, full), 0);
	/* Nor is a directory that others can write to. */
	assert_int_equal(chmod(sysroot_path("/var/lib/vmbench", full), 0777), 0);
	assert_int_equal(restore(), 1);
	printed("not trusted");
	assert_int_equal(chmod(full, 0755), 0);
	assert_int_equal(restore(), 0);
	expect_before();
}

static void test_only_one_at_a_time(void **state)
{
	char full[PATH_MAX];
	int fd;

	(void)state;
	assert_int_equal(fix(), 0);
	fd = open(sysroot_path("/var/lib/vmbench", full), O_RDONLY | O_DIRECTORY);
	assert_int_equal(flock(fd, LOCK_EX), 0);
	assert_int_equal(restore(), 1);
	printed("another vmbench doctor");
	expect_after();
	close(fd);
	assert_int_equal(restore(), 0);
}

static void test_a_restart_restores_by_itself(void **state)
{
	(void)state;
	assert_int_equal(fix(), 0);
	for (size_t i = 0; i < VMB_ARRAY_SIZE(machine); i++)
		sysroot_write(machine[i].path, machine[i].before);
	sysroot_write("/proc/sys/kernel/random/boot_id", "another\n");
	sysroot_write(machine[0].path, "ondemand\n");	/* chosen after the restart */
	assert_int_equal(restore(), 0);
	printed("restarted");
	assert_string_equal(sysroot_read(machine[0].path), "ondemand\n");
	assert_false(exists(STATE));
}

static void test_fix_after_a_restart_saves_anew(void **state)
{
	(void)state;
	assert_int_equal(fix(), 0);
	for (size_t i = 0; i < VMB_ARRAY_SIZE(machine); i++)
		sysroot_write(machine[i].path, machine[i].before);
	sysroot_write("/proc/sys/kernel/random/boot_id", "another\n");
	sysroot_write(machine[0].path, "ondemand\n");
	assert_int_equal(fix(), 0);
	expect_after();
	assert_int_equal(restore(), 0);
	assert_string_equal(sysroot_read(machine[0].path), "ondemand\n");
}

/* What could not be put back stays saved, until it can be. */
static void test_partial_failure_is_told_and_kept(void **state)
{
	char full[PATH_MAX], aside[PATH_MAX];

	(void)state;
	assert_int_equal(fix(), 0);
	sysroot_path(CPUFREQ "policy1", full);
	sysroot_path("/offline", aside);
	assert_int_equal(rename(full, aside), 0);
	assert_int_equal(restore(), 1);
	printed("policy1/scaling_governor: the file is gone");
	printed("1 of ");
	assert_string_equal(sysroot_read(machine[0].path), machine[0].before);
	assert_string_equal(sysroot_read(STATE),
			    HEAD CPUFREQ "policy1/scaling_governor schedutil\nend 1\n");
	assert_int_equal(rename(aside, full), 0);
	assert_int_equal(restore(), 0);
	expect_before();
	assert_false(exists(STATE));
}

/* Runs @run as a user who is nobody; returns its exit code and output. */
static int as_nobody(int (*run)(FILE *))
{
	char path[PATH_MAX], full[PATH_MAX];
	int status;
	pid_t pid;
	FILE *f;

	snprintf(path, sizeof(path), "%s/out", sysroot);
	assert_int_equal(chmod(sysroot, 0755), 0);
	f = fopen(path, "w");
	assert_non_null(f);
	pid = fork();
	if (!pid) {
		if (setgid(65534) || setuid(65534))
			_exit(9);
		status = run(f);
		fclose(f);
		_exit(status);
	}
	fclose(f);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	snprintf(output, sizeof(output), "%s", sysroot_read("/out"));
	assert_int_equal(unlink(sysroot_path("/out", full)), 0);
	return WEXITSTATUS(status);
}

static void needs_root(void)
{
	if (geteuid() == 0)
		return;
	print_message("only root can become nobody\n");
	skip();
}

static void test_without_permission_says_sudo(void **state)
{
	(void)state;
	needs_root();
	assert_int_equal(as_nobody(vmb_doctor_fix), 1);
	printed("FAILED");
	printed("sudo vmbench doctor --fix");
	expect_before();
	assert_false(exists(STATE));
	assert_int_equal(fix(), 0);
	assert_int_equal(as_nobody(vmb_doctor_restore), 1);
	printed("sudo vmbench doctor --restore");
	expect_after();
}

static void test_one_setting_without_permission(void **state)
{
	char full[PATH_MAX];

	(void)state;
	needs_root();
	for (size_t i = 0; i < VMB_ARRAY_SIZE(machine); i++)
		assert_int_equal(chmod(sysroot_path(machine[i].path, full), 0666), 0);
	assert_int_equal(chmod(sysroot_path(machine[0].path, full), 0444), 0);
	sysroot_mkdirs(STATE);
	assert_int_equal(chown(sysroot_path("/var/lib/vmbench", full), 65534, 65534), 0);
	assert_int_equal(as_nobody(vmb_doctor_fix), 1);
	printed("FAILED  governor");
	assert_string_equal(sysroot_read(machine[0].path), machine[0].before);
	assert_string_equal(sysroot_read(machine[1].path), machine[1].after);
	assert_null(strstr(sysroot_read(STATE), machine[0].path));
	assert_int_equal(as_nobody(vmb_doctor_restore), 0);
	expect_before();
}

static void test_only_the_table_can_be_set(void **state)
{
	struct vmb_settings s = { 0 };

	(void)state;
	assert_int_equal(vmb_settings_add(&s, "/etc/passwd", "1"), -EINVAL);
	assert_int_equal(vmb_settings_add(&s, "/proc/sys/kernel/nmi_watchdog", "1"), 0);
	assert_int_equal(vmb_settings_add(&s, "/proc/sys/kernel/nmi_watchdog", "0"), -EEXIST);
	assert_int_equal(vmb_settings_add(&s, "/proc/sys/kernel/perf_event_paranoid", "-1"), 0);
	assert_int_equal(vmb_settings_add(&s, "/proc/sys/kernel/randomize_va_space", "-x"),
			 -EINVAL);
	assert_int_equal(s.nr, 2);
	assert_false(vmb_knob_wants(s.item[1].knob, "-1"));
	assert_true(vmb_knob_wants(s.item[1].knob, "2"));
	vmb_settings_fini(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		in_machine(test_fix_sets_and_restore_puts_back),
		in_machine(test_a_second_fix_keeps_the_first_values),
		in_machine(test_the_energy_preference_comes_back),
		in_machine(test_nothing_to_mend_saves_nothing),
		in_machine(test_a_bare_machine_is_no_error),
		in_machine(test_killed_at_every_moment),
		in_machine(test_a_leftover_is_replaced),
		in_machine(test_saved_before_anything_is_written),
		in_machine(test_hostile_states_are_refused),
		in_machine(test_binary_and_huge_states_are_refused),
		in_machine(test_states_of_others_are_refused),
		in_machine(test_only_one_at_a_time),
		in_machine(test_a_restart_restores_by_itself),
		in_machine(test_fix_after_a_restart_saves_anew),
		in_machine(test_partial_failure_is_told_and_kept),
		in_machine(test_without_permission_says_sudo),
		in_machine(test_one_setting_without_permission),
		in_machine(test_only_the_table_can_be_set),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
