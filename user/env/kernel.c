// SPDX-License-Identifier: MIT
/*
 * The kernel: which one, and those of its switches that reach into a measurement.
 */
#include <stdio.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "user/env/collect.h"
#include "user/env/sys.h"

static void add_uname(struct vmb_env *env)
{
	struct utsname u;

	if (uname(&u))
		return;
	vmb_env_text(env, "kernel.release", "uname", "%s", u.release);
	vmb_env_text(env, "kernel.version", "uname", "%s", u.version);
	vmb_env_text(env, "kernel.arch", "uname", "%s", u.machine);
}

/* Parameters that name disks, networks and machines are nobody else's business. */
static bool is_private(const char *word)
{
	static const char *const prefix[] = {
		"BOOT_IMAGE=", "initrd=", "root=", "rootflags=", "resume=", "ip=", "nfsroot=",
		"nfsaddrs=", "rd.", "luks", "cryptdevice=", "hostname=", "systemd.hostname=",
		"systemd.machine_id=",
	};

	for (size_t i = 0; i < VMB_ARRAY_SIZE(prefix); i++)
		if (!strncmp(word, prefix[i], strlen(prefix[i])))
			return true;
	return false;
}

/* What follows "--" is meant for init, not for the kernel. */
static void add_cmdline(struct vmb_env *env)
{
	char text[VMB_SYS_LINE_BYTES], kept[VMB_SYS_LINE_BYTES] = "", *save = NULL;
	size_t len = 0;

	if (vmb_sys_text(text, sizeof(text), "/proc/cmdline") < 0)
		return;
	for (char *word = strtok_r(text, " ", &save); word && strcmp(word, "--");
	     word = strtok_r(NULL, " ", &save))
		if (!is_private(word))
			len += (size_t)snprintf(kept + len, sizeof(kept) - len, "%s%s",
						len ? " " : "", word);
	if (len)
		vmb_env_text(env, "kernel.cmdline", "procfs", "%s", kept);
}

/* Only debugfs tells what a PREEMPT_DYNAMIC kernel was booted as; for the others see uname -v. */
static void add_preempt(struct vmb_env *env)
{
	static const char *const model[] = {
		"PREEMPT_RT", "PREEMPT_DYNAMIC", "PREEMPT_LAZY", "PREEMPT",
	};
	const char *version = vmb_env_get_text(env, "kernel.version");

	vmb_env_file_choice(env, "kernel.preempt", "/sys/kernel/debug/sched/preempt");
	for (size_t i = 0; i < VMB_ARRAY_SIZE(model) && version; i++)
		if (!vmb_env_find(env, "kernel.preempt") && strstr(version, model[i]))
			vmb_env_text(env, "kernel.preempt", "uname", "%s", model[i]);
}

static void add_process_aslr(struct vmb_env *env)
{
	int persona = personality(0xffffffff);

	if (persona != -1)
		vmb_env_bool(env, "kernel.aslr_off_here", "personality",
			     persona & ADDR_NO_RANDOMIZE);
}

/*
 * "cpu" on most machines, "cpu_core" and "cpu_atom" on hybrid ones: the strictest counts. arm64 has
 * a sysctl instead.
 */
static void add_rdpmc(struct vmb_env *env)
{
	struct vmb_sys_names names;
	long long v;

	if (!vmb_sys_list(&names, "/sys/bus/event_source/devices"))
		for (size_t i = 0; i < names.nr; i++)
			if (!strncmp(names.name[i], "cpu", 3) &&
			    !vmb_sys_number(&v, "/sys/bus/event_source/devices/%s/rdpmc",
					    names.name[i]) &&
			    (double)v < vmb_env_get_number(env, "kernel.rdpmc", 1e9))
				vmb_env_number(env, "kernel.rdpmc", "sysfs", (double)v);
	vmb_sys_names_fini(&names);
}

static void number(struct vmb_env *env, const char *key, const char *path)
{
	vmb_env_file_number(env, key, path, 1);
}

void vmb_env_kernel(struct vmb_env *env)
{
	static const struct vmb_env_file file[] = {
		{ "kernel.clocksource",
		  "/sys/devices/system/clocksource/clocksource0/current_clocksource",
		  vmb_env_file_text },
		{ "kernel.aslr", "/proc/sys/kernel/randomize_va_space", number },
		{ "kernel.nmi_watchdog", "/proc/sys/kernel/nmi_watchdog", vmb_env_file_bool },
		{ "kernel.perf_event_paranoid", "/proc/sys/kernel/perf_event_paranoid", number },
		{ "kernel.perf_user_access", "/proc/sys/kernel/perf_user_access",
		  vmb_env_file_bool },
	};

	add_uname(env);
	add_cmdline(env);
	vmb_env_files(env, file, VMB_ARRAY_SIZE(file));
	add_preempt(env);
	add_process_aslr(env);
	add_rdpmc(env);
	vmb_env_number(env, "kernel.user_hz", "sysconf", (double)sysconf(_SC_CLK_TCK));
}
