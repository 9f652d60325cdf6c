// SPDX-License-Identifier: MIT
/*
 * The process itself. There is one thread, and no signal is delivered: what the program does to
 * itself by a signal ends it.
 */
#include "vmcore/xlat/syscall.h"

#include <errno.h>
#include <signal.h>
#include <sys/utsname.h>
#include <unistd.h>

int64_t xlat_sys_exit(struct xlat_program *p, const uint64_t *arg)
{
	p->ended = true;
	p->code = (int)(arg[0] & 0xff);
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

#define KERNEL_SIGSET 8

static int64_t clear(struct xlat_program *p, uint64_t address, size_t bytes)
{
	static const char zeros[64];

	return address ? xlat_write(p, address, zeros, bytes) : 0;
}

/* Actions are accepted and not kept; what was before is the default. */
int64_t xlat_sys_sigaction(struct xlat_program *p, const uint64_t *arg)
{
	if (!arg[0] || arg[0] > 64 || arg[3] != KERNEL_SIGSET)
		return -EINVAL;
	return clear(p, arg[2], 24);
}

int64_t xlat_sys_sigprocmask(struct xlat_program *p, const uint64_t *arg)
{
	return arg[3] == KERNEL_SIGSET ? clear(p, arg[2], KERNEL_SIGSET) : -EINVAL;
}

int64_t xlat_sys_sigaltstack(struct xlat_program *p, const uint64_t *arg)
{
	return clear(p, arg[1], sizeof(stack_t));
}

static int64_t kill_self(struct xlat_program *p, uint64_t number)
{
	if (number > 64)
		return -EINVAL;
	if (!number || number == SIGCHLD || number == SIGURG || number == SIGWINCH ||
	    number == SIGCONT)
		return 0;
	p->ended = true;
	p->signal = (int)number;
	return 0;
}

int64_t xlat_sys_kill(struct xlat_program *p, const uint64_t *arg)
{
	return (int)arg[0] == getpid() ? kill_self(p, arg[1]) : -EPERM;
}

int64_t xlat_sys_tgkill(struct xlat_program *p, const uint64_t *arg)
{
	return (int)arg[0] == getpid() ? kill_self(p, arg[2]) : -EPERM;
}

int64_t xlat_sys_set_tid_address(struct xlat_program *p, const uint64_t *arg)
{
	(void)p, (void)arg;
	return gettid();
}

int64_t xlat_sys_zero(struct xlat_program *p, const uint64_t *arg)
{
	(void)p, (void)arg;
	return 0;
}
