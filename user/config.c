// SPDX-License-Identifier: MIT
#include "user/config.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "user/verbs.h"

/* Return: false if there is no such place. */
static bool in_home(char path[PATH_MAX])
{
	const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
	int n;

	if (config && *config == '/')
		n = snprintf(path, PATH_MAX, "%s/vmbench/vmbench.ini", config);
	else if (home && *home == '/')
		n = snprintf(path, PATH_MAX, "%s/.config/vmbench/vmbench.ini", home);
	else
		return false;
	return n < PATH_MAX;
}

int vmb_config_read(const struct vmb_options *o, struct vmb_policy *out)
{
	char path[PATH_MAX];
	struct vmb_error error = { "" };
	int err;

	memset(out, 0, sizeof(*out));
	err = vmb_policy_read(o->config ? o->config : "vmbench.ini", out, &error);
	if (!o->config && err == -ENOENT && in_home(path))
		err = vmb_policy_read(path, out, &error);
	if (!err || (!o->config && err == -ENOENT))
		return VMB_EXIT_OK;
	vmb_complain("%s", error.text);
	return VMB_EXIT_USAGE;
}
