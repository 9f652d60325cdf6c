// SPDX-License-Identifier: MIT
#include "user/giveback.h"

#include <stdlib.h>
#include <unistd.h>

/* The id in an environment variable, or -1: chown() leaves that owner as it is. */
static unsigned int id_from(const char *name)
{
	const char *text = getenv(name);
	char *end;
	unsigned long id;

	if (!text || !*text)
		return (unsigned int)-1;
	id = strtoul(text, &end, 10);
	return *end || id >= 0xffffffffu ? (unsigned int)-1 : (unsigned int)id;
}

void vmb_give_back(const char *path)
{
	if (geteuid() || !getenv("SUDO_UID"))
		return;
	/* Best effort: a file system without owners is no reason to fail a finished run. */
	if (lchown(path, id_from("SUDO_UID"), id_from("SUDO_GID")))
		return;
}
