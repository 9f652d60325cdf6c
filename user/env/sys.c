// SPDX-License-Identifier: MIT
#include "user/env/sys.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char *vmb_sys_root(void)
{
	const char *root = secure_getenv("VMBENCH_SYSROOT");

	return root ? root : "";
}

VMB_PRINTF(2, 0)
static int path_v(char path[PATH_MAX], const char *fmt, va_list ap)
{
	int root = snprintf(path, PATH_MAX, "%s", vmb_sys_root());
	int rest;

	if (root >= PATH_MAX)
		return -ENAMETOOLONG;
	rest = vsnprintf(path + root, (size_t)(PATH_MAX - root), fmt, ap);
	return rest >= PATH_MAX - root ? -ENAMETOOLONG : 0;
}

VMB_PRINTF(2, 0)
static int open_v(int flags, const char *fmt, va_list ap)
{
	char path[PATH_MAX];
	int fd = path_v(path, fmt, ap);

	if (fd)
		return fd;
	fd = open(path, flags | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

int vmb_sys_open(int flags, const char *fmt, ...)
{
	va_list ap;
	int fd;

	va_start(ap, fmt);
	fd = open_v(flags, fmt, ap);
	va_end(ap);
	return fd;
}

void vmb_sys_clean(char *text)
{
	size_t len = strlen(text);

	while (len && strchr(" \t\r\n", text[len - 1]))
		text[--len] = 0;
	for (size_t i = 0; i < len; i++)
		if ((text[i] < ' ' && text[i] != '\t') || text[i] > '~')
			text[i] = '?';
}

/* Reads up to size - 1 bytes: a short count of a sysfs file is its end, of /proc not always. */
static int read_up_to(int fd, char *buf, size_t size)
{
	size_t len = 0;

	while (len + 1 < size) {
		ssize_t n = read(fd, buf + len, size - 1 - len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (!n)
			break;
		len += (size_t)n;
	}
	buf[len] = 0;
	return 0;
}

/* O_NONBLOCK: a FIFO in the place of a file must not stop us. */
VMB_PRINTF(3, 0)
static int text_v(char *buf, size_t size, const char *fmt, va_list ap)
{
	int fd = open_v(O_RDONLY | O_NONBLOCK, fmt, ap), err;

	buf[0] = 0;
	if (fd < 0)
		return fd;
	err = read_up_to(fd, buf, size);
	close(fd);
	if (err) {
		buf[0] = 0;
		return err;
	}
	buf[strcspn(buf, "\n")] = 0;
	vmb_sys_clean(buf);
	return buf[0] ? (int)strlen(buf) : -ENODATA;
}

int vmb_sys_text(char *buf, size_t size, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = text_v(buf, size, fmt, ap);
	va_end(ap);
	return n;
}

int vmb_sys_number(long long *out, const char *fmt, ...)
{
	char buf[64], *end;
	va_list ap;
	long long v;
	int n;

	va_start(ap, fmt);
	n = text_v(buf, sizeof(buf), fmt, ap);
	va_end(ap);
	if (n < 0)
		return n;
	errno = 0;
	v = strtoll(buf, &end, strncmp(buf, "0x", 2) ? 10 : 16);
	if (errno || *end || end == buf)
		return -EINVAL;
	*out = v;
	return 0;
}

int vmb_sys_write(const char *value, const char *fmt, ...)
{
	ssize_t n, len = (ssize_t)strlen(value);
	va_list ap;
	int fd, err;

	va_start(ap, fmt);
	fd = open_v(O_WRONLY | O_TRUNC | O_NONBLOCK, fmt, ap);
	va_end(ap);
	if (fd < 0)
		return fd;
	n = write(fd, value, (size_t)len);
	err = n == len ? 0 : n < 0 ? -errno : -EIO;
	if (close(fd) && !err)
		err = -errno;
	return err;
}

bool vmb_sys_exists(const char *fmt, ...)
{
	char path[PATH_MAX];
	va_list ap;
	int err;

	va_start(ap, fmt);
	err = path_v(path, fmt, ap);
	va_end(ap);
	return !err && !access(path, F_OK);
}

static int no_dot_files(const struct dirent *d)
{
	return d->d_name[0] != '.';
}

static int take_names(struct vmb_sys_names *out, struct dirent **entry, size_t nr)
{
	int err = 0;

	out->name = calloc(nr ? nr : 1, sizeof(*out->name));
	err = out->name ? 0 : -ENOMEM;
	for (size_t i = 0; i < nr; i++) {
		if (!err && !(out->name[out->nr] = strdup(entry[i]->d_name)))
			err = -ENOMEM;
		out->nr += !err;
		free(entry[i]);
	}
	free(entry);
	return err;
}

int vmb_sys_list(struct vmb_sys_names *out, const char *fmt, ...)
{
	struct dirent **entry;
	char path[PATH_MAX];
	va_list ap;
	int err, n;

	*out = (struct vmb_sys_names){ 0 };
	va_start(ap, fmt);
	err = path_v(path, fmt, ap);
	va_end(ap);
	if (err)
		return err;
	n = scandir(path, &entry, no_dot_files, versionsort);
	return n < 0 ? -errno : take_names(out, entry, (size_t)n);
}

void vmb_sys_names_fini(struct vmb_sys_names *names)
{
	for (size_t i = 0; i < names->nr; i++)
		free(names->name[i]);
	free(names->name);
	*names = (struct vmb_sys_names){ 0 };
}

/* The end of a line that did not fit: read on and forget. Returns the bytes dropped. */
static size_t drop_rest(FILE *f, size_t max)
{
	size_t n = 0;
	int c;

	while (n < max && (c = getc(f)) != EOF && c != '\n')
		n++;
	return n;
}

static void feed_lines(FILE *f, size_t max, bool (*line)(void *, char *), void *ctx)
{
	char buf[VMB_SYS_LINE_BYTES];
	size_t seen = 0;

	while (seen < max && fgets(buf, sizeof(buf), f)) {
		size_t len = strlen(buf);

		seen += len ? len : 1;
		if (len && buf[len - 1] == '\n')
			buf[len - 1] = 0;
		else
			seen += drop_rest(f, max - (seen < max ? seen : max));
		if (!line(ctx, buf))
			return;
	}
}

int vmb_sys_lines(const char *path, size_t max_bytes, bool (*line)(void *ctx, char *text),
		  void *ctx)
{
	int fd = vmb_sys_open(O_RDONLY | O_NONBLOCK, "%s", path);
	FILE *f;

	if (fd < 0)
		return fd;
	f = fdopen(fd, "r");
	if (!f) {
		close(fd);
		return -ENOMEM;
	}
	feed_lines(f, max_bytes, line, ctx);
	fclose(f);
	return 0;
}
