/* SPDX-License-Identifier: MIT */
#ifndef VMB_TESTS_USER_SYSROOT_H
#define VMB_TESTS_USER_SYSROOT_H
/*
 * A private directory that stands for /, through VMBENCH_SYSROOT: a test builds the /proc and /sys
 * that it wants to see.
 */

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/test.h"

static char sysroot[PATH_MAX / 2];

static inline const char *sysroot_path(const char *path, char buf[PATH_MAX])
{
	snprintf(buf, PATH_MAX, "%s%s", sysroot, path);
	return buf;
}

static inline int sysroot_setup(void **state)
{
	(void)state;
	/* In memory, where there is such a place: some tests sync hundreds of times. */
	snprintf(sysroot, sizeof(sysroot), "%s/vmbench-sysroot-XXXXXX",
		 access("/dev/shm", W_OK) ? "/tmp" : "/dev/shm");
	if (!mkdtemp(sysroot))
		return -1;
	return setenv("VMBENCH_SYSROOT", sysroot, 1);
}

static inline int sysroot_remove(const char *path, const struct stat *st, int type, struct FTW *f)
{
	(void)st;
	(void)type;
	(void)f;
	return remove(path);
}

static inline int sysroot_teardown(void **state)
{
	(void)state;
	unsetenv("VMBENCH_SYSROOT");
	return nftw(sysroot, sysroot_remove, 16, FTW_DEPTH | FTW_PHYS);
}

static inline void sysroot_mkdirs(const char *path)
{
	char full[PATH_MAX];

	sysroot_path(path, full);
	for (char *p = full + strlen(sysroot) + 1; *p; p++)
		if (*p == '/') {
			*p = 0;
			assert_true(!mkdir(full, 0755) || errno == EEXIST);
			*p = '/';
		}
}

static inline void sysroot_write_bytes(const char *path, const void *data, size_t len)
{
	char full[PATH_MAX];
	int fd;

	sysroot_mkdirs(path);
	fd = open(sysroot_path(path, full), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, data, len), (ssize_t)len);
	close(fd);
}

static inline void sysroot_write(const char *path, const char *text)
{
	sysroot_write_bytes(path, text, strlen(text));
}

/* The bytes of a file, NUL-terminated; "" if there is none. Valid until the next call. */
static inline const char *sysroot_read(const char *path)
{
	static char text[65536];
	char full[PATH_MAX];
	FILE *f = fopen(sysroot_path(path, full), "r");
	size_t n = f ? fread(text, 1, sizeof(text) - 1, f) : 0;

	text[n] = 0;
	if (f)
		fclose(f);
	return text;
}

#endif /* VMB_TESTS_USER_SYSROOT_H */
