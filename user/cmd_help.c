// SPDX-License-Identifier: MIT
#include <stdio.h>

#include "results/result.h"
#include "user/verbs.h"
#include "user/version.h"

int vmb_cmd_help(const struct vmb_options *o)
{
	if (o->version)
		printf("vmbench %s (result schema %d)\n", VMB_VERSION, VMB_SCHEMA_VERSION);
	else
		vmb_help_write(stdout);
	return fflush(stdout) ? VMB_EXIT_FAILED : VMB_EXIT_OK;
}

int vmb_cmd_man(const struct vmb_options *o)
{
	(void)o;
	vmb_man_write(stdout);
	return fflush(stdout) ? VMB_EXIT_FAILED : VMB_EXIT_OK;
}
