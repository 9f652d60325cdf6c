// SPDX-License-Identifier: MIT
#include "user/env/cpulist.h"

#include <ctype.h>
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "user/env/sys.h"

void vmb_cpuset_and(struct vmb_cpuset *s, const struct vmb_cpuset *with)
{
	for (size_t i = 0; i < VMB_ARRAY_SIZE(s->word); i++)
		s->word[i] &= with->word[i];
}

void vmb_cpuset_or(struct vmb_cpuset *s, const struct vmb_cpuset *with)
{
	for (size_t i = 0; i < VMB_ARRAY_SIZE(s->word); i++)
		s->word[i] |= with->word[i];
}

size_t vmb_cpuset_count(const struct vmb_cpuset *s)
{
	size_t n = 0;

	for (size_t i = 0; i < VMB_ARRAY_SIZE(s->word); i++)
		n += (size_t)__builtin_popcountll(s->word[i]);
	return n;
}

unsigned int vmb_cpuset_next(const struct vmb_cpuset *s, unsigned int from)
{
	while (from < VMB_CPUSET_MAX && !vmb_cpuset_has(s, from))
		from++;
	return from;
}

/* One decimal number below VMB_CPUSET_MAX; advances *p. */
static int number(const char **p, unsigned int *out)
{
	unsigned int v = 0;

	if (!isdigit((unsigned char)**p))
		return -EINVAL;
	for (; isdigit((unsigned char)**p); (*p)++) {
		v = v * 10 + (unsigned int)(**p - '0');
		if (v >= VMB_CPUSET_MAX)
			return -EINVAL;
	}
	*out = v;
	return 0;
}

static int range(const char **p, unsigned int *low, unsigned int *high)
{
	int err = number(p, low);

	*high = *low;
	if (!err && **p == '-') {
		(*p)++;
		err = number(p, high);
	}
	return err ? err : *high < *low ? -EINVAL : 0;
}

int vmb_cpulist_parse(const char *text, struct vmb_cpuset *s)
{
	const char *p = text;

	memset(s, 0, sizeof(*s));
	while (*p) {
		unsigned int low = 0, high = 0;

		if (range(&p, &low, &high))
			return -EINVAL;
		for (unsigned int i = low; i <= high; i++)
			vmb_cpuset_add(s, i);
		if (*p == ',' && p[1])
			p++;
		else if (*p)
			return -EINVAL;
	}
	return 0;
}

int vmb_cpulist_read(const char *path, struct vmb_cpuset *s)
{
	char text[VMB_SYS_LINE_BYTES];
	int n = vmb_sys_text(text, sizeof(text), "%s", path);

	memset(s, 0, sizeof(*s));
	if (n == -ENODATA)
		return 0;
	if (n < 0)
		return n;
	/* nohz_full and isolated print "(null)" on kernels that were built without them. */
	return strcmp(text, "(null)") ? vmb_cpulist_parse(text, s) : 0;
}

static void format_range(char *buf, size_t size, const char *comma, unsigned int low,
			 unsigned int high)
{
	if (high > low)
		snprintf(buf, size, "%s%u-%u", comma, low, high);
	else
		snprintf(buf, size, "%s%u", comma, low);
}

const char *vmb_cpulist_format(const struct vmb_cpuset *s, char *buf, size_t size)
{
	unsigned int low = vmb_cpuset_next(s, 0), high;
	size_t len = 0;

	snprintf(buf, size, "none");
	for (; low < VMB_CPUSET_MAX; low = vmb_cpuset_next(s, high + 1)) {
		char item[32];

		for (high = low; vmb_cpuset_has(s, high + 1); high++)
			;
		format_range(item, sizeof(item), len ? "," : "", low, high);
		if (len + strlen(item) + 4 >= size) {
			snprintf(buf + len, size - len, "...");
			break;
		}
		len += (size_t)snprintf(buf + len, size - len, "%s", item);
	}
	return buf;
}

int vmb_cpuset_affinity(struct vmb_cpuset *s)
{
	size_t bytes = CPU_ALLOC_SIZE(VMB_CPUSET_MAX);
	cpu_set_t *mask = CPU_ALLOC(VMB_CPUSET_MAX);
	int err = mask ? 0 : -ENOMEM;

	memset(s, 0, sizeof(*s));
	if (!err && sched_getaffinity(0, bytes, mask))
		err = -errno;
	for (unsigned int i = 0; !err && i < VMB_CPUSET_MAX; i++)
		if (CPU_ISSET_S(i, bytes, mask))
			vmb_cpuset_add(s, i);
	CPU_FREE(mask);
	return err;
}
