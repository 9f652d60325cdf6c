// SPDX-License-Identifier: MIT
/*
 * Mitigations of CPU vulnerabilities: one fact each, in the kernel's words.
 */
#include <ctype.h>
#include <stdio.h>

#include "user/env/collect.h"
#include "user/env/sys.h"

#define DIR "/sys/devices/system/cpu/vulnerabilities"

static bool is_name(const char *s)
{
	for (; *s; s++)
		if (!islower((unsigned char)*s) && !isdigit((unsigned char)*s) && *s != '_')
			return false;
	return true;
}

static void add_one(struct vmb_env *env, const char *name)
{
	char key[64], path[256];

	if (!is_name(name) ||
	    snprintf(key, sizeof(key), "mitigations.%s", name) >= (int)sizeof(key))
		return;
	snprintf(path, sizeof(path), DIR "/%s", name);
	vmb_env_file_text(env, key, path);
}

void vmb_env_mitigations(struct vmb_env *env)
{
	struct vmb_sys_names names;

	if (!vmb_sys_list(&names, DIR))
		for (size_t i = 0; i < names.nr; i++)
			add_one(env, names.name[i]);
	vmb_sys_names_fini(&names);
}
