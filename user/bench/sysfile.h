/* SPDX-License-Identifier: MIT */
#ifndef VMB_USER_BENCH_SYSFILE_H
#define VMB_USER_BENCH_SYSFILE_H
/*
 * What a benchmark must know of the machine to size itself, from sysfs and procfs. @root is "" on a
 * real machine; a test gives a directory that has its own sys/ and proc/.
 */

#include <stddef.h>
#include <stdint.h>

#include "arch/base/attr.h"

/**
 * bench_sys_read - the first line of a file, without its newline.
 * @buf: [size]
 * @root, @fmt: the path is @root followed by the formatted text
 * Return: 0 or -errno.
 */
VMB_MUST_CHECK int bench_sys_read(char *buf, size_t size, const char *root, const char *fmt, ...)
	VMB_PRINTF(4, 5);

/**
 * bench_sys_list - members of a list such as "0-3,8".
 * @out: [max], ascending as in the text; more are dropped
 * Return: how many.
 */
size_t bench_sys_list(const char *text, unsigned int *out, size_t max);

/**
 * bench_memory_available - bytes that can be touched without swapping or being killed: MemAvailable,
 * bounded by the memory cgroup's limit (v2).
 * Return: bytes, 0 when it cannot be read.
 */
uint64_t bench_memory_available(const char *root);

#endif /* VMB_USER_BENCH_SYSFILE_H */
