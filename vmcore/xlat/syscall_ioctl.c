// SPDX-License-Identifier: MIT
/*
 * ioctl(2): what the third argument is depends on the request. All architectures here have the numbers
 * and structures of asm-generic/ioctls.h.
 */
#include "vmcore/xlat/syscall.h"

#include <errno.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <termios.h>

/**
 * struct request - a request.
 * @args: as of xlat_translate()
 * @harmless: it may be made in the sandbox: it only asks. Not so TIOCSTI, which types
 */
struct request {
	uint32_t number;
	const char *args;
	bool harmless;
};

static const struct request requests[] = {
	{ TCGETS, "vvp", true },      { TIOCGWINSZ, "vvp", true },  { FIONREAD, "vvp", true },
	{ TIOCOUTQ, "vvp", true },    { TIOCGPGRP, "vvp", true },   { FIOCLEX, "vv", false },
	{ FIONCLEX, "vv", false },    { TCSBRK, "vvv", false },     { TCSBRKP, "vvv", false },
	{ TCXONC, "vvv", false },     { TCFLSH, "vvv", false },     { TIOCSCTTY, "vvv", false },
	{ TIOCNOTTY, "vv", false },   { TIOCEXCL, "vv", false },    { TIOCNXCL, "vv", false },
	{ TIOCSBRK, "vv", false },    { TIOCCBRK, "vv", false },
};

/* Of others the argument is taken for an address. */
static const struct request *find(uint32_t number)
{
	static const struct request other = { .args = "vvp" };
	size_t i;

	for (i = 0; i < VMB_ARRAY_SIZE(requests); i++) {
		if (requests[i].number == number)
			return &requests[i];
	}
	return &other;
}

int64_t xlat_sys_ioctl(struct xlat_program *p, const uint64_t *arg)
{
	const struct request *request = find((uint32_t)arg[1]);
	long a[GUEST_LINUX_ARGS];
	int status = xlat_translate(p, request->args, arg, a);

	if (p->process->sandbox && !request->harmless)
		return -EPERM;
	return status ? status : xlat_call_host(SYS_ioctl, a);
}
