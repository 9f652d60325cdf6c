/* SPDX-License-Identifier: MIT */
#ifndef VMB_USER_ENV_CPULIST_H
#define VMB_USER_ENV_CPULIST_H
/*
 * Sets of CPUs, read from and written as the kernel's list format: "0-3,8,10-11".
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arch/base/attr.h"

#define VMB_CPUSET_MAX	8192u	/* the largest NR_CPUS that Linux offers */

/** struct vmb_cpuset - a set of OS CPU numbers. Zeroed is empty. */
struct vmb_cpuset { uint64_t word[VMB_CPUSET_MAX / 64]; };

static inline bool vmb_cpuset_has(const struct vmb_cpuset *s, unsigned int cpu)
{
	return cpu < VMB_CPUSET_MAX && (s->word[cpu / 64] >> (cpu % 64) & 1);
}

static inline void vmb_cpuset_add(struct vmb_cpuset *s, unsigned int cpu)
{
	if (cpu < VMB_CPUSET_MAX)
		s->word[cpu / 64] |= 1ull << (cpu % 64);
}

/** vmb_cpuset_and - *s &= *with; vmb_cpuset_or - *s |= *with. */
void vmb_cpuset_and(struct vmb_cpuset *s, const struct vmb_cpuset *with);
void vmb_cpuset_or(struct vmb_cpuset *s, const struct vmb_cpuset *with);

/** vmb_cpuset_count - how many CPUs are in the set. */
size_t vmb_cpuset_count(const struct vmb_cpuset *s);

/** vmb_cpuset_next - the smallest member >= @from, VMB_CPUSET_MAX when there is none. */
unsigned int vmb_cpuset_next(const struct vmb_cpuset *s, unsigned int from);

/**
 * vmb_cpulist_parse - read "0-3,8"; the empty string is the empty set.
 * @s: overwritten
 * Return: 0; -EINVAL malformed, reversed or beyond VMB_CPUSET_MAX.
 */
VMB_MUST_CHECK int vmb_cpulist_parse(const char *text, struct vmb_cpuset *s);

/**
 * vmb_cpulist_read - the same from a sysfs file; an empty file is the empty set.
 * Return: 0, -errno.
 */
VMB_MUST_CHECK int vmb_cpulist_read(const char *path, struct vmb_cpuset *s);

/**
 * vmb_cpulist_format - write a set as a list; "none" when empty, "..." at the end when cut.
 * @buf: [size], size >= 8
 * Return: @buf.
 */
const char *vmb_cpulist_format(const struct vmb_cpuset *s, char *buf, size_t size);

/** vmb_cpuset_affinity - the CPUs that the calling thread may run on. Return: 0, -errno. */
VMB_MUST_CHECK int vmb_cpuset_affinity(struct vmb_cpuset *s);

#endif /* VMB_USER_ENV_CPULIST_H */
