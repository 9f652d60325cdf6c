// SPDX-License-Identifier: MIT
#include "user/env/cputime.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "user/env/sys.h"

/* Source: proc(5), /proc/stat. */
enum { USER, NICE, SYSTEM, IDLE, IOWAIT, IRQ, SOFTIRQ, STEAL, NR_FIELDS };

int vmb_cputime_open(void)
{
	return vmb_sys_open(O_RDONLY, "/proc/stat");
}

static void take_line(const char *line, struct vmb_cputime *out)
{
	unsigned long long v[NR_FIELDS];
	unsigned int cpu;
	int n = sscanf(line, "cpu%u %llu %llu %llu %llu %llu %llu %llu %llu", &cpu, &v[USER],
		       &v[NICE], &v[SYSTEM], &v[IDLE], &v[IOWAIT], &v[IRQ], &v[SOFTIRQ], &v[STEAL]);

	if (n != 1 + NR_FIELDS || cpu >= VMB_CPUTIME_CPUS)
		return;
	out->cpu[cpu].known = true;
	out->cpu[cpu].busy = (uint32_t)(v[USER] + v[NICE] + v[SYSTEM] + v[IRQ] + v[SOFTIRQ]);
	out->cpu[cpu].idle = (uint32_t)(v[IDLE] + v[IOWAIT]);
	out->cpu[cpu].steal = (uint32_t)v[STEAL];
}

/* Whole lines of @buf; false when the lines of CPUs are over. Leaves the unfinished rest. */
static bool take_lines(char *buf, size_t *len, struct vmb_cputime *out)
{
	char *line = buf, *end;

	while ((end = strchr(line, '\n'))) {
		*end = 0;
		if (strncmp(line, "cpu", 3))
			return false;
		take_line(line, out);
		line = end + 1;
	}
	*len -= (size_t)(line - buf);
	memmove(buf, line, *len + 1);
	return true;
}

void vmb_cputime_read(int fd, struct vmb_cputime *out)
{
	char buf[4096];
	size_t len = 0;
	off_t at = 0;
	ssize_t n;

	memset(out, 0, sizeof(*out));
	while (fd >= 0 && len + 1 < sizeof(buf)) {
		n = pread(fd, buf + len, sizeof(buf) - 1 - len, at);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return;
		at += n;
		len += (size_t)n;
		buf[len] = 0;
		if (!take_lines(buf, &len, out))
			return;
	}
}
