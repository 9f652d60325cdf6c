// SPDX-License-Identifier: MIT
#include "results/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* ".vmb-0123456789abcdef.tmp" */
#define TEMP_PREFIX	".vmb-"
#define TEMP_SUFFIX	".tmp"
#define TEMP_BYTES	32
#define STALE_S		(24 * 3600)

void vmb_file_give(int fd, int dirfd)
{
	struct stat st;

	/* Best effort: a file owned by root is still a good file. */
	if (geteuid() == 0 && !fstat(dirfd, &st) && fchown(fd, st.st_uid, st.st_gid))
		return;
}

static int write_all(int fd, const void *data, size_t len)
{
	const char *at = data;

	while (len) {
		ssize_t n = write(fd, at, len);

		if (n < 0 && errno != EINTR)
			return -errno;
		if (n > 0) {
			at += n;
			len -= (size_t)n;
		}
	}
	return 0;
}

/* Return: an open file with a name that nobody else has, or -errno. */
static int open_temp(int dirfd, char name[TEMP_BYTES])
{
	uint64_t random;
	int fd;

	do {
		if (getrandom(&random, sizeof(random), 0) != (ssize_t)sizeof(random))
			return -EIO;
		snprintf(name, TEMP_BYTES, TEMP_PREFIX "%016llx" TEMP_SUFFIX,
			 (unsigned long long)random);
		fd = openat(dirfd, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
			    0666);
	} while (fd < 0 && (errno == EEXIST || errno == EINTR));
	return fd < 0 ? -errno : fd;
}

/* A file of @len bytes, on the disk, under a temporary name. On failure there is none. */
static int write_temp(int dirfd, const void *data, size_t len, char name[TEMP_BYTES])
{
	int err, fd = open_temp(dirfd, name);

	if (fd < 0)
		return fd;
	vmb_file_give(fd, dirfd);
	err = write_all(fd, data, len);
	if (!err && fsync(fd))
		err = -errno;
	if (close(fd) && !err)	/* network file systems report a full disk here */
		err = -errno;
	if (err)
		unlinkat(dirfd, name, 0);
	return err;
}

/* Not every file system can rename without replacing; a hard link never replaces. */
static int move_new(int dirfd, const char *from, const char *to)
{
	if (!renameat2(dirfd, from, dirfd, to, RENAME_NOREPLACE))
		return 0;
	if (errno != EINVAL && errno != ENOSYS)
		return -errno;
	if (linkat(dirfd, from, dirfd, to, 0))
		return -errno;
	return unlinkat(dirfd, from, 0) ? -errno : 0;
}

static int move_over(int dirfd, const char *from, const char *to)
{
	return renameat(dirfd, from, dirfd, to) ? -errno : 0;
}

static int sync_folder(int dirfd)
{
	/* EINVAL: the file system has no such notion */
	return fsync(dirfd) && errno != EINVAL ? -errno : 0;
}

int vmb_file_write(int dirfd, const char *name, const void *data, size_t len, bool replace)
{
	char temp[TEMP_BYTES];
	int err = write_temp(dirfd, data, len, temp);

	if (err)
		return err;
	err = replace ? move_over(dirfd, temp, name) : move_new(dirfd, temp, name);
	if (err) {
		unlinkat(dirfd, temp, 0);
		return err;
	}
	err = sync_folder(dirfd);
	if (err && !replace)
		unlinkat(dirfd, name, 0);
	return err;
}

int vmb_file_probe(int dirfd, size_t len)
{
	char temp[TEMP_BYTES];
	void *zeros = calloc(1, len);
	int err = zeros ? write_temp(dirfd, zeros, len, temp) : -ENOMEM;

	free(zeros);
	if (!err && unlinkat(dirfd, temp, 0))
		err = -errno;
	return err;
}

static bool is_stale_temp(int dirfd, const char *name, time_t now)
{
	size_t len = strlen(name);
	struct stat st;

	return !strncmp(name, TEMP_PREFIX, strlen(TEMP_PREFIX)) &&
	       !strcmp(name + len - strlen(TEMP_SUFFIX), TEMP_SUFFIX) &&
	       !fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) && S_ISREG(st.st_mode) &&
	       now - st.st_mtime > STALE_S;
}

void vmb_file_sweep(int dirfd)
{
	int fd = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	time_t now = time(NULL);
	struct dirent *entry;

	if (!dir) {
		if (fd >= 0)
			close(fd);
		return;
	}
	while ((entry = readdir(dir)))
		if (is_stale_temp(dirfd, entry->d_name, now))
			unlinkat(dirfd, entry->d_name, 0);
	closedir(dir);
}

static const char *kind_of(mode_t mode)
{
	if (S_ISDIR(mode))
		return "a folder";
	if (S_ISFIFO(mode))
		return "a pipe";
	return S_ISCHR(mode) || S_ISBLK(mode) ? "a device" : "not a file";
}

static int complain(struct vmb_error *err, const char *path, int status)
{
	vmb_error_set(err, "%.160s: %s", path, strerror(-status));
	return status;
}

static int judge(const struct stat *st, const char *path, size_t max, struct vmb_error *err)
{
	if (!S_ISREG(st->st_mode)) {
		vmb_error_set(err, "%.160s is %s; a file is needed", path, kind_of(st->st_mode));
		return -EINVAL;
	}
	if (st->st_size < 0 || (uint64_t)st->st_size > max) {
		vmb_error_set(err, "%.160s is too large: %lld bytes, at most %zu are read", path,
			      (long long)st->st_size, max);
		return -EFBIG;
	}
	return 0;
}

/* What is opened is looked at again: it may have been swapped for something else meanwhile. */
static int open_regular(const char *path, size_t max, struct stat *st, struct vmb_error *err)
{
	int fd, status;

	if (stat(path, st))
		return complain(err, path, -errno);
	status = judge(st, path, max, err);
	if (status)
		return status;
	fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return complain(err, path, -errno);
	status = fstat(fd, st) ? complain(err, path, -errno) : judge(st, path, max, err);
	if (!status)
		return fd;
	close(fd);
	return status;
}

static int read_all(int fd, struct vmb_bytes *b, size_t size)
{
	while (b->len < size) {
		ssize_t n = read(fd, b->data + b->len, size - b->len);

		if (n < 0 && errno != EINTR)
			return -errno;
		if (!n)
			break;
		if (n > 0)
			b->len += (size_t)n;
	}
	return 0;
}

int vmb_file_read(const char *path, size_t max, struct vmb_bytes *out, struct vmb_error *err)
{
	struct vmb_bytes b = { 0 };
	struct stat st;
	int status, fd = open_regular(path, max, &st, err);

	if (fd < 0)
		return fd;
	b.data = malloc((size_t)st.st_size + 1);
	status = b.data ? read_all(fd, &b, (size_t)st.st_size) : -ENOMEM;
	close(fd);
	if (status) {
		vmb_bytes_fini(&b);
		return complain(err, path, status);
	}
	*out = b;
	return 0;
}
