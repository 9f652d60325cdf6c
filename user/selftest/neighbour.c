// SPDX-License-Identifier: MIT
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "arch/base/attr.h"
#include "user/selftest/selftest.h"

static bool measured_on(const struct vmb_session *s, unsigned int cpu)
{
	for (size_t i = 0; i < s->pin.nr; i++)
		if (s->pin.cpu[i].os == cpu)
			return true;
	return false;
}

/* Any CPU that we may use and do not measure on; without --pin, the last one. */
static int other_cpu(const struct vmb_session *s, cpu_set_t *set)
{
	cpu_set_t mine;
	int found = -1;

	if (sched_getaffinity(0, sizeof(mine), &mine))
		return -errno;
	for (unsigned int cpu = 0; cpu < CPU_SETSIZE; cpu++)
		if (CPU_ISSET(cpu, &mine) && !measured_on(s, cpu))
			found = (int)cpu;
	if (found < 0 || CPU_COUNT(&mine) < 2)
		return -ENODEV;
	CPU_ZERO(set);
	CPU_SET((unsigned int)found, set);
	return 0;
}

/* Arithmetic and a megabyte of memory: loads the core and some of the shared cache. */
static VMB_NORETURN void spin(void)
{
	static volatile uint64_t area[1 << 17];

	for (uint64_t i = 0;; i++)
		area[i % VMB_ARRAY_SIZE(area)] += i;
}

int vmb_neighbour_start(const struct vmb_session *s)
{
	cpu_set_t set;
	int err = other_cpu(s, &set);
	pid_t pid;

	if (err)
		return err;
	pid = fork();
	if (pid < 0)
		return -errno;
	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGINT, SIG_IGN);	/* the parent decides when it ends */
	sched_setaffinity(0, sizeof(set), &set);
	spin();
}

void vmb_neighbour_stop(int pid)
{
	if (pid <= 0)
		return;
	kill(pid, SIGKILL);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
}
