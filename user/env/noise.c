// SPDX-License-Identifier: MIT
/*
 * What may disturb a measurement at this moment: other work, interrupts, quotas.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "user/env/cgroup.h"
#include "user/env/collect.h"
#include "user/env/cpulist.h"
#include "user/env/sys.h"

static void add_load(struct vmb_env *env)
{
	char text[128], *end;
	double load;

	if (vmb_sys_text(text, sizeof(text), "/proc/loadavg") < 0)
		return;
	load = strtod(text, &end);
	if (end != text && *end == ' ')
		vmb_env_number(env, "noise.load_1m", "/proc/loadavg", load);
}

static void add_set(struct vmb_env *env, const char *key, const char *path)
{
	struct vmb_cpuset set;
	char text[512];

	if (!vmb_cpulist_read(path, &set))
		vmb_env_text(env, key, "sysfs", "%s", vmb_cpulist_format(&set, text, sizeof(text)));
}

/* Only the first PID namespace sees all processes; elsewhere "not found" would prove nothing. */
static bool sees_all_processes(void)
{
	struct stat st;

	return !stat("/proc/self/ns/pid", &st) && st.st_ino == 0xeffffffc;
}

static void add_irqbalance(struct vmb_env *env)
{
	struct vmb_sys_names names;
	bool running = false;
	char comm[32];
	int err;

	if (!sees_all_processes())
		return;
	err = vmb_sys_list(&names, "/proc");
	for (size_t i = 0; !err && i < names.nr && !running; i++)
		running = isdigit((unsigned char)names.name[i][0]) &&
			  vmb_sys_text(comm, sizeof(comm), "/proc/%s/comm", names.name[i]) > 0 &&
			  !strcmp(comm, "irqbalance");
	vmb_sys_names_fini(&names);
	if (!err)
		vmb_env_bool(env, "noise.irqbalance", "procfs", running);
}

void vmb_env_noise(struct vmb_env *env)
{
	double cpus;

	add_load(env);
	add_set(env, "noise.isolated", "/sys/devices/system/cpu/isolated");
	add_set(env, "noise.nohz_full", "/sys/devices/system/cpu/nohz_full");
	add_irqbalance(env);
	if (!vmb_cgroup_cpu_quota(&cpus))
		vmb_env_number(env, "noise.cpu_quota", "cgroup", cpus);
}
