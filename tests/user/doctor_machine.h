/* SPDX-License-Identifier: MIT */
#ifndef VMB_TESTS_USER_DOCTOR_MACHINE_H
#define VMB_TESTS_USER_DOCTOR_MACHINE_H
/*
 * A made-up machine on which the doctor has everything to mend, and what it prints there.
 */

#include "tests/test.h"

#include <stdio.h>
#include <string.h>

#include "tests/user/sysroot.h"
#include "user/doctor.h"

#define CPUFREQ		"/sys/devices/system/cpu/cpufreq/"
#define STATE		"/var/lib/vmbench/doctor.state"
#define STATE_TEMP	"/var/lib/vmbench/doctor.state.tmp"
#define BOOT		"d194527e-4077-4e78-be17-b3fbb7584f50"

/* A machine on which everything is to be mended: what it looks like, and mended. */
static const struct { const char *path, *before, *after; } machine[] = {
	{ CPUFREQ "policy0/scaling_governor", "powersave\n", "performance\n" },
	{ CPUFREQ "policy1/scaling_governor", "schedutil\n", "performance\n" },
	{ CPUFREQ "policy10/scaling_governor", "performance\n", "performance\n" },
	{ CPUFREQ "boost", "1\n", "0\n" },
	{ "/sys/devices/system/cpu/intel_pstate/no_turbo", "0\n", "1\n" },
	{ "/proc/sys/kernel/nmi_watchdog", "1\n", "0\n" },
	{ "/proc/sys/kernel/perf_event_paranoid", "4\n", "1\n" },
	{ "/proc/sys/kernel/randomize_va_space", "0\n", "2\n" },
	{ "/sys/bus/event_source/devices/cpu_core/rdpmc", "0\n", "1\n" },
	{ "/sys/bus/event_source/devices/cpu_atom/rdpmc", "2\n", "2\n" },
	{ "/proc/sys/kernel/perf_user_access", "0\n", "1\n" },
	{ "/sys/kernel/mm/transparent_hugepage/enabled", "[always] madvise never\n",
	  "[always] madvise never\n" },
};

static char output[65536];

static inline int setup(void **state)
{
	int err = sysroot_setup(state);

	for (size_t i = 0; i < VMB_ARRAY_SIZE(machine); i++)
		sysroot_write(machine[i].path, machine[i].before);
	sysroot_write("/proc/sys/kernel/random/boot_id", BOOT "\n");
	return err;
}

static inline int captured(int (*run)(FILE *))
{
	FILE *f = fmemopen(output, sizeof(output), "w");
	int code = run(f);

	fclose(f);
	return code;
}

static inline int fix(void)
{
	return captured(vmb_doctor_fix);
}

static inline int restore(void)
{
	return captured(vmb_doctor_restore);
}

static inline void printed(const char *part)
{
	if (!strstr(output, part))
		fail_msg("\"%s\" is not in: %s", part, output);
}

#define in_machine(test) cmocka_unit_test_setup_teardown(test, setup, sysroot_teardown)

#endif /* VMB_TESTS_USER_DOCTOR_MACHINE_H */
