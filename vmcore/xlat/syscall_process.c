// SPDX-License-Identifier: MIT
/*
 * The process itself.
 */
#include "vmcore/xlat/syscall.h"

#include <errno.h>
#include <sys/utsname.h>

int64_t xlat_sys_exit_group(struct xlat_program *p, const uint64_t *arg)
{
	xlat_exit(p, (int)(arg[0] & 0xff));
	return 0;
}

int64_t xlat_sys_uname(struct xlat_program *p, const uint64_t *arg)
{
	struct utsname name;

	if (uname(&name))
		return -errno;
	memset(name.machine, 0, sizeof(name.machine));
	memcpy(name.machine, p->guest->linux_abi->machine, strlen(p->guest->linux_abi->machine));
	return xlat_write(p, arg[0], &name, sizeof(name));
}
