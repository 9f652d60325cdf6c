// SPDX-License-Identifier: MIT
/*
 * Clock frequency and who governs it, idle states, simultaneous multithreading.
 */
#include <stdio.h>
#include <string.h>

#include "user/env/collect.h"
#include "user/env/sys.h"

#define CPU		"/sys/devices/system/cpu/"
#define POLICIES	CPU "cpufreq"

/* Is @item one of the comma-separated items of @list? */
static bool listed(const char *list, const char *item)
{
	size_t len = strlen(item);

	for (const char *p = list; (p = strstr(p, item)); p += len)
		if ((p == list || p[-1] == ',') && (!p[len] || p[len] == ','))
			return true;
	return false;
}

/* The distinct values of one file over all policies: "performance" or "performance,powersave". */
static void add_policies(struct vmb_env *env, const char *key, const char *file)
{
	char all[512] = "", text[64];
	struct vmb_sys_names names;
	size_t len = 0;

	if (!vmb_sys_list(&names, POLICIES))
		for (size_t i = 0; i < names.nr; i++) {
			if (strncmp(names.name[i], "policy", 6) ||
			    vmb_sys_text(text, sizeof(text), POLICIES "/%s/%s", names.name[i],
					 file) < 0 ||
			    listed(all, text) || len + strlen(text) + 2 > sizeof(all))
				continue;
			len += (size_t)snprintf(all + len, sizeof(all) - len, "%s%s",
						len ? "," : "", text);
		}
	vmb_sys_names_fini(&names);
	if (len)
		vmb_env_text(env, key, "sysfs", "%s", all);
}

/* The first policy's: of a hybrid machine these are one kind of core's. */
static void add_frequencies(struct vmb_env *env)
{
	static const struct { const char *key, *path; } file[] = {
		{ "power.min_hz", POLICIES "/policy0/cpuinfo_min_freq" },
		{ "power.max_hz", POLICIES "/policy0/cpuinfo_max_freq" },
		{ "power.base_hz", POLICIES "/policy0/base_frequency" },
		{ "power.limit_min_hz", POLICIES "/policy0/scaling_min_freq" },
		{ "power.limit_max_hz", POLICIES "/policy0/scaling_max_freq" },
		{ "power.cur_hz", POLICIES "/policy0/scaling_cur_freq" },
	};

	for (size_t i = 0; i < VMB_ARRAY_SIZE(file); i++)
		vmb_env_file_number(env, file[i].key, file[i].path, 1000);	/* kHz */
}

static void add_turbo(struct vmb_env *env)
{
	long long v;

	if (!vmb_sys_number(&v, CPU "intel_pstate/no_turbo"))
		vmb_env_bool(env, "power.turbo", "intel_pstate", v == 0);
	else if (!vmb_sys_number(&v, POLICIES "/boost"))
		vmb_env_bool(env, "power.turbo", "cpufreq", v != 0);
}

static void add_throttling(struct vmb_env *env)
{
	long long v;

	vmb_env_bool(env, "power.throttles_readable", "sysfs",
		     !vmb_sys_number(&v, "/sys/devices/system/cpu/cpu0/thermal_throttle/"
				     "core_throttle_count"));
}

void vmb_env_power(struct vmb_env *env)
{
	static const struct vmb_env_file file[] = {
		{ "power.idle_driver", CPU "cpuidle/current_driver", vmb_env_file_text },
		{ "power.pstate", CPU "intel_pstate/status", vmb_env_file_text },
		{ "power.pstate", CPU "amd_pstate/status", vmb_env_file_text },
		{ "smt.active", CPU "smt/active", vmb_env_file_bool },
		{ "smt.control", CPU "smt/control", vmb_env_file_text },
	};

	add_policies(env, "power.governor", "scaling_governor");
	add_policies(env, "power.driver", "scaling_driver");
	add_policies(env, "power.epp", "energy_performance_preference");
	add_frequencies(env);
	add_turbo(env);
	add_throttling(env);
	vmb_env_files(env, file, VMB_ARRAY_SIZE(file));
}
