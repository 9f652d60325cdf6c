// SPDX-License-Identifier: MIT
#include "user/jit_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define HIGH_FD 1000u	/* programs number theirs from 3 */

/* A guest's descriptors are this process's: its first open() must not find 3 taken. */
static int move_up(int fd)
{
	struct rlimit limit = { 0 };
	int high, at = HIGH_FD;

	if (!getrlimit(RLIMIT_NOFILE, &limit) && limit.rlim_cur <= HIGH_FD + 16)
		at = limit.rlim_cur > 32 ? (int)limit.rlim_cur - 16 : 0;
	high = fcntl(fd, F_DUPFD_CLOEXEC, at);
	if (high < 0)
		return fd;
	close(fd);
	return high;
}

int vmb_jit_file_create(struct vmb_jit_file *file, const char *path, uint64_t most,
			struct vmb_why *why)
{
	int err, fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC | O_APPEND, 0600);
	struct stat s = { 0 };

	*file = (struct vmb_jit_file){ .fd = -1, .most = most };
	if (fd < 0) {
		err = -errno;
		vmb_why_set(why, "cannot create %s: %s%s", path, strerror(errno),
			    errno == EEXIST ? "; an earlier process may have left it: remove it" : "");
		return err;
	}
	file->fd = move_up(fd);
	if (fstat(file->fd, &s)) {
		err = -errno;
		vmb_why_set(why, "%s: %s", path, strerror(errno));
		vmb_jit_file_close(file);
		return err;
	}
	file->dev = s.st_dev;
	file->ino = s.st_ino;
	snprintf(file->path, sizeof(file->path), "%s", path);
	return 0;
}

static bool is_ours(const struct vmb_jit_file *file)
{
	struct stat s;

	return !fstat(file->fd, &s) && s.st_dev == file->dev && s.st_ino == file->ino;
}

static uint64_t sum(const struct iovec *part, int nr)
{
	uint64_t bytes = 0;

	while (nr--)
		bytes += part[nr].iov_len;
	return bytes;
}

/* Leave out what has been written. */
static void advance(struct iovec *part, int nr, size_t bytes)
{
	for (; nr; part++, nr--) {
		size_t here = bytes < part->iov_len ? bytes : part->iov_len;

		part->iov_base = (char *)part->iov_base + here;
		part->iov_len -= here;
		bytes -= here;
	}
}

static int write_all(int fd, struct iovec *part, int nr, uint64_t bytes)
{
	while (bytes) {
		ssize_t done = writev(fd, part, nr);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return done ? -errno : -EIO;
		bytes -= (uint64_t)done;
		advance(part, nr, (size_t)done);
	}
	return 0;
}

void vmb_jit_file_append(struct vmb_jit_file *file, struct iovec *part, int nr)
{
	uint64_t bytes = sum(part, nr);

	if (file->error)
		return;
	if (bytes > file->most - file->bytes)
		file->error = -EFBIG;
	else if (!is_ours(file))
		file->error = -EBADF;
	else
		file->error = write_all(file->fd, part, nr, bytes);
	if (!file->error)
		file->bytes += bytes;
	else if (file->error != -EBADF && ftruncate(file->fd, (off_t)file->bytes))
		file->error = -errno;
}

void vmb_jit_file_close(struct vmb_jit_file *file)
{
	if (file->fd >= 0 && (!file->ino || is_ours(file)))
		close(file->fd);
	file->fd = -1;
}
