// SPDX-License-Identifier: MIT
#include <string.h>

#include "user/verbs.h"

int main(int argc, char **argv)
{
	struct vmb_options o;
	struct vmb_why why;

	/* A round's process: its own private arguments, nothing of the user's. */
	if (argc > 1 && !strcmp(argv[1], "__round"))
		return vmb_cmd_round(argc - 2, argv + 2);

	if (vmb_options_parse(argc, argv, &o, &why)) {
		vmb_complain("%s", why.text);
		vmb_complain("see vmbench --help");
		return VMB_EXIT_USAGE;
	}
	if (o.help || o.version)
		return vmb_cmd_help(&o);
	return vmb_verb_find(o.verb)->run(&o);
}
