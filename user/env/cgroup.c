// SPDX-License-Identifier: MIT
/*
 * CPU quotas. A group with a quota freezes its processes for the rest of each period once it is
 * used up, which no other counter of the process shows.
 */
#include "user/env/cgroup.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "user/env/sys.h"

struct quota { double least; };

static void note(struct quota *q, double quota_us, double period_us)
{
	double cpus = period_us > 0 ? quota_us / period_us : 0;

	if (cpus > 0 && (q->least <= 0 || cpus < q->least))
		q->least = cpus;
}

/* v2: "max 100000" or "50000 100000". */
static void read_v2(struct quota *q, const char *group)
{
	char text[64], *end;
	double quota;

	if (vmb_sys_text(text, sizeof(text), "/sys/fs/cgroup%s/cpu.max", group) < 0)
		return;
	quota = strtod(text, &end);
	if (end != text)
		note(q, quota, strtod(end, NULL));
}

static void read_v1(struct quota *q, const char *group)
{
	static const char *const mount[] = { "cpu", "cpu,cpuacct", "cpuacct,cpu" };
	long long quota, period;

	for (size_t i = 0; i < VMB_ARRAY_SIZE(mount); i++)
		if (!vmb_sys_number(&quota, "/sys/fs/cgroup/%s%s/cpu.cfs_quota_us", mount[i],
				    group) &&
		    !vmb_sys_number(&period, "/sys/fs/cgroup/%s%s/cpu.cfs_period_us", mount[i],
				    group))
			note(q, (double)quota, (double)period);
}

/* A group's ancestors limit it too, and a container may show its own group as the root. */
static void read_upwards(struct quota *q, char *group,
			 void (*read_group)(struct quota *, const char *))
{
	char *slash;

	while ((slash = strrchr(group, '/'))) {
		if (slash[1])
			read_group(q, group);
		*slash = 0;
	}
	read_group(q, "");
}

/* "ID:controllers:/path"; v2 is the line with the empty list of controllers. */
static bool take_line(void *ctx, char *text)
{
	char *controllers = strchr(text, ':');
	char *path = controllers ? strchr(controllers + 1, ':') : NULL;

	if (!path || strstr(path, "/../"))
		return true;
	*path++ = 0;
	if (!controllers[1])
		read_upwards(ctx, path, read_v2);
	else if (!strcmp(controllers, ":cpu") || !strncmp(controllers, ":cpu,", 5) ||
		 strstr(controllers, ",cpu"))
		read_upwards(ctx, path, read_v1);
	return true;
}

int vmb_cgroup_cpu_quota(double *cpus)
{
	struct quota q = { 0 };

	vmb_sys_lines("/proc/self/cgroup", 1u << 16, take_line, &q);
	*cpus = q.least;
	return q.least > 0 ? 0 : -ENODATA;
}
