// SPDX-License-Identifier: MIT
#include "user/bench/sysfile.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

VMB_PRINTF(2, 0) static FILE *open_under(const char *root, const char *fmt, va_list ap)
{
	char path[PATH_MAX];
	size_t n = (size_t)snprintf(path, sizeof(path), "%s", root);

	if (n < sizeof(path))
		vsnprintf(path + n, sizeof(path) - n, fmt, ap);
	return fopen(path, "re");
}

int bench_sys_read(char *buf, size_t size, const char *root, const char *fmt, ...)
{
	va_list ap;
	FILE *f;
	int err = 0;

	va_start(ap, fmt);
	f = open_under(root, fmt, ap);
	va_end(ap);
	if (!f)
		return -errno;
	if (fgets(buf, (int)size, f))
		buf[strcspn(buf, "\n")] = 0;
	else
		err = -ENODATA;
	fclose(f);
	return err;
}

size_t bench_sys_list(const char *text, unsigned int *out, size_t max)
{
	size_t nr = 0;
	int used;

	for (unsigned int from, to; sscanf(text, "%u%n", &from, &used) == 1; text += *text == ',') {
		text += used;
		to = from;
		if (sscanf(text, "-%u%n", &to, &used) == 1)
			text += used;
		for (; from <= to && nr < max; from++)
			out[nr++] = from;
	}
	return nr;
}

static uint64_t meminfo_available(const char *root)
{
	char path[PATH_MAX], line[128];
	uint64_t kb = 0;
	FILE *f;

	snprintf(path, sizeof(path), "%s/proc/meminfo", root);
	f = fopen(path, "re");
	if (!f)
		return 0;
	while (fgets(line, sizeof(line), f))
		if (sscanf(line, "MemAvailable: %" SCNu64, &kb) == 1)
			break;
	fclose(f);
	return kb * 1024;
}

/* What this process's own cgroup still allows; its ancestors' limits are not looked at. */
static uint64_t cgroup_available(const char *root)
{
	char own[PATH_MAX], text[64];
	uint64_t most, now;

	if (bench_sys_read(own, sizeof(own), root, "/proc/self/cgroup") || strncmp(own, "0::", 3) ||
	    bench_sys_read(text, sizeof(text), root, "/sys/fs/cgroup%s/memory.max", own + 3) ||
	    sscanf(text, "%" SCNu64, &most) != 1)
		return UINT64_MAX;
	if (bench_sys_read(text, sizeof(text), root, "/sys/fs/cgroup%s/memory.current", own + 3) ||
	    sscanf(text, "%" SCNu64, &now) != 1)
		return most;
	return most > now ? most - now : 0;
}

uint64_t bench_memory_available(const char *root)
{
	uint64_t free = meminfo_available(root), allowed = cgroup_available(root);

	return free < allowed ? free : allowed;
}
