// SPDX-License-Identifier: MIT
/*
 * System calls that newer ones replace, so that they have no generic number: programs for x86_64 make
 * them.
 */
#include "vmcore/xlat/syscall.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/select.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* An array or structure for the host's kernel, which checks what is mapped. */
static bool is_address(const struct xlat_program *p, uint64_t address, uint64_t bytes)
{
	return !address || !bytes || xlat_space_has(p->space, address, bytes);
}

static void *at(const struct xlat_program *p, uint64_t address)
{
	return address ? xlat_host(p->space, address) : NULL;
}

int64_t xlat_sys_poll(struct xlat_program *p, const uint64_t *arg)
{
	int timeout = (int)arg[2];
	struct timespec wait = { timeout / 1000, timeout % 1000 * 1000000L };
	long result;

	if (arg[1] > INT32_MAX)
		return -EINVAL;
	if (!is_address(p, arg[0], arg[1] * sizeof(struct pollfd)))
		return -EFAULT;
	result = syscall(SYS_ppoll, at(p, arg[0]), arg[1], timeout < 0 ? NULL : &wait, NULL, 0);
	return result < 0 ? -errno : result;
}

/* The time that is left is written back, as Linux does. */
int64_t xlat_sys_select(struct xlat_program *p, const uint64_t *arg)
{
	uint64_t bytes = (arg[0] + 63) / 64 * 8, time[2];
	struct timespec wait;
	long result;
	int i;

	if (arg[0] > INT32_MAX)
		return -EINVAL;
	for (i = 1; i <= 3; i++) {
		if (!is_address(p, arg[i], bytes))
			return -EFAULT;
	}
	if (arg[4] && xlat_read(p, arg[4], time, sizeof(time)))
		return -EFAULT;
	if (arg[4]) {
		if ((int64_t)time[0] < 0 || (int64_t)time[1] < 0)
			return -EINVAL;
		wait = (struct timespec){ (time_t)(time[0] + time[1] / 1000000),
					  (long)(time[1] % 1000000) * 1000 };
	}
	result = syscall(SYS_pselect6, (int)arg[0], at(p, arg[1]), at(p, arg[2]), at(p, arg[3]),
			 arg[4] ? &wait : NULL, NULL);
	if (result < 0)
		result = -errno;
	if (arg[4]) {
		time[0] = (uint64_t)wait.tv_sec;
		time[1] = (uint64_t)wait.tv_nsec / 1000;
		xlat_write(p, arg[4], time, sizeof(time));
	}
	return result;
}

int64_t xlat_sys_dup2(struct xlat_program *p, const uint64_t *arg)
{
	int fd = dup2((int)arg[0], (int)arg[1]);

	(void)p;
	return fd < 0 ? -errno : fd;
}

int64_t xlat_sys_alarm(struct xlat_program *p, const uint64_t *arg)
{
	(void)p;
	return alarm((unsigned int)arg[0]);
}

int64_t xlat_sys_time(struct xlat_program *p, const uint64_t *arg)
{
	int64_t now = time(NULL);

	return arg[0] && xlat_write(p, arg[0], &now, sizeof(now)) ? -EFAULT : now;
}
