// SPDX-License-Identifier: MIT
#include "vmcore/xlat/syscall.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

/* asm-generic/stat.h */
struct stat_generic {
	uint64_t dev, ino;
	uint32_t mode, nlink, uid, gid;
	uint64_t rdev, pad1;
	int64_t size;
	int32_t blksize, pad2;
	int64_t blocks;
	int64_t time[6];
	uint32_t unused[2];
};

static_assert(sizeof(struct stat_generic) == 128, "the kernel's");

/* arch/x86/include/uapi/asm/stat.h */
struct stat_x86 {
	uint64_t dev, ino, nlink;
	uint32_t mode, uid, gid, pad;
	uint64_t rdev;
	int64_t size, blksize, blocks;
	int64_t time[6];
	int64_t unused[3];
};

static_assert(sizeof(struct stat_x86) == 144, "the kernel's");

static int64_t put_stat(struct xlat_program *p, uint64_t address, const struct stat *s)
{
	const int64_t time[6] = { s->st_atim.tv_sec, s->st_atim.tv_nsec, s->st_mtim.tv_sec,
				  s->st_mtim.tv_nsec, s->st_ctim.tv_sec, s->st_ctim.tv_nsec };
	struct stat_generic generic = {
		.dev = s->st_dev, .ino = s->st_ino, .mode = s->st_mode,
		.nlink = (uint32_t)s->st_nlink, .uid = s->st_uid, .gid = s->st_gid,
		.rdev = s->st_rdev, .size = s->st_size, .blksize = (int32_t)s->st_blksize,
		.blocks = s->st_blocks,
	};
	struct stat_x86 x86 = {
		.dev = s->st_dev, .ino = s->st_ino, .mode = s->st_mode, .nlink = s->st_nlink,
		.uid = s->st_uid, .gid = s->st_gid, .rdev = s->st_rdev, .size = s->st_size,
		.blksize = s->st_blksize, .blocks = s->st_blocks,
	};
	bool is_x86 = p->guest->linux_abi->stat_x86;

	memcpy(generic.time, time, sizeof(time));
	memcpy(x86.time, time, sizeof(time));
	return xlat_write(p, address, is_x86 ? (void *)&x86 : &generic,
			  is_x86 ? sizeof(x86) : sizeof(generic));
}

int64_t xlat_sys_fstat(struct xlat_program *p, const uint64_t *arg)
{
	struct stat s;

	return fstat((int)arg[0], &s) ? -errno : put_stat(p, arg[1], &s);
}

int64_t xlat_sys_newfstatat(struct xlat_program *p, const uint64_t *arg)
{
	char path[PATH_MAX];
	struct stat s;
	int64_t status = xlat_read_string(p, arg[1], path, sizeof(path));

	if (status)
		return status;
	if (p->process->sandbox && path[0])
		return -EPERM;
	return fstatat((int)arg[0], path, &s, (int)arg[3]) ? -errno : put_stat(p, arg[2], &s);
}

static int host_flags(const struct guest_linux *abi, uint64_t flags)
{
	const uint32_t special = abi->o_direct | abi->o_directory | abi->o_nofollow |
				 abi->o_largefile;

	return (int)(flags & ~(uint64_t)special) | (flags & abi->o_direct ? O_DIRECT : 0) |
	       (flags & abi->o_directory ? O_DIRECTORY : 0) |
	       (flags & abi->o_nofollow ? O_NOFOLLOW : 0);
}

int64_t xlat_sys_openat(struct xlat_program *p, const uint64_t *arg)
{
	char path[PATH_MAX];
	int64_t status = xlat_read_string(p, arg[1], path, sizeof(path));
	int fd;

	if (status)
		return status;
	fd = openat((int)arg[0], path, host_flags(p->guest->linux_abi, arg[2]), (mode_t)arg[3]);
	return fd < 0 ? -errno : fd;
}

int64_t xlat_sys_readlinkat(struct xlat_program *p, const uint64_t *arg)
{
	char path[PATH_MAX], to[PATH_MAX];
	int64_t status = xlat_read_string(p, arg[1], path, sizeof(path));
	ssize_t nr;

	if (status)
		return status;
	if (!strcmp(path, "/proc/self/exe")) {
		nr = (ssize_t)strlen(p->process->path);
		nr = nr > PATH_MAX ? PATH_MAX : nr;
		memcpy(to, p->process->path, (size_t)nr);
	} else {
		nr = readlinkat((int)arg[0], path, to, sizeof(to));
	}
	if (nr < 0)
		return -errno;
	if ((uint64_t)nr > arg[3])
		nr = (ssize_t)arg[3];
	status = xlat_write(p, arg[2], to, (size_t)nr);
	return status ? status : nr;
}

/* The vector's buffers become host addresses. */
static int64_t vector(struct xlat_program *p, const uint64_t *arg, struct iovec *vec)
{
	uint64_t i;
	int64_t status;

	if (arg[2] > IOV_MAX)
		return -EINVAL;
	status = xlat_read(p, arg[1], vec, (size_t)arg[2] * sizeof(*vec));
	for (i = 0; i < arg[2] && !status; i++) {
		uint64_t address = (uint64_t)(uintptr_t)vec[i].iov_base;

		if (!vec[i].iov_len)
			continue;
		if (!xlat_space_has(p->space, address, vec[i].iov_len))
			status = -EFAULT;
		vec[i].iov_base = xlat_host(p->space, address);
	}
	return status;
}

static int64_t errno_of(ssize_t result)
{
	return result < 0 ? -errno : result;
}

int64_t xlat_sys_readv(struct xlat_program *p, const uint64_t *arg)
{
	struct iovec vec[IOV_MAX];
	int64_t status = vector(p, arg, vec);

	if (!status)
		status = errno_of(readv((int)arg[0], vec, (int)arg[2]));
	return status;
}

int64_t xlat_sys_writev(struct xlat_program *p, const uint64_t *arg)
{
	struct iovec vec[IOV_MAX];
	int64_t status = vector(p, arg, vec);

	if (!status)
		status = errno_of(writev((int)arg[0], vec, (int)arg[2]));
	return status;
}

/* Of fcntl() some commands take a number, some an address, and the flags differ. */
int64_t xlat_sys_fcntl(struct xlat_program *p, const uint64_t *arg)
{
	int fd = (int)arg[0], command = (int)arg[1];

	switch (command) {
	case F_DUPFD:
	case F_DUPFD_CLOEXEC:
	case F_SETFD:
	case F_GETFD:
	case F_GETFL:
		return errno_of(fcntl(fd, command, (int)arg[2]));
	case F_SETFL:
		return errno_of(fcntl(fd, command, host_flags(p->guest->linux_abi, arg[2])));
	case F_GETLK:
	case F_SETLK:
	case F_SETLKW:
		if (!xlat_space_has(p->space, arg[2], sizeof(struct flock)))
			return -EFAULT;
		return errno_of(fcntl(fd, command, xlat_host(p->space, arg[2])));
	default:
		return -EINVAL;
	}
}

/* Not all hosts have the older call. */
int64_t xlat_sys_renameat(struct xlat_program *p, const uint64_t *arg)
{
	char from[PATH_MAX], to[PATH_MAX];

	if (xlat_read_string(p, arg[1], from, sizeof(from)) ||
	    xlat_read_string(p, arg[3], to, sizeof(to)))
		return -EFAULT;
	return errno_of(syscall(SYS_renameat2, (int)arg[0], from, (int)arg[2], to, 0));
}

/* A message with the addresses that it has made the host's. Return: 0 or -errno. */
static int64_t message(struct xlat_program *p, uint64_t address, struct msghdr *m, struct iovec *vec)
{
	uint64_t vector_arg[3];
	int64_t status = xlat_read(p, address, m, sizeof(*m));

	if (status)
		return status;
	vector_arg[1] = (uint64_t)(uintptr_t)m->msg_iov;
	vector_arg[2] = m->msg_iovlen;
	status = vector(p, vector_arg, vec);
	m->msg_iov = vec;
	if (status)
		return status;
	if (m->msg_name && !xlat_space_has(p->space, (uintptr_t)m->msg_name, m->msg_namelen))
		return -EFAULT;
	if (m->msg_control && !xlat_space_has(p->space, (uintptr_t)m->msg_control, m->msg_controllen))
		return -EFAULT;
	if (m->msg_name)
		m->msg_name = xlat_host(p->space, (uintptr_t)m->msg_name);
	if (m->msg_control)
		m->msg_control = xlat_host(p->space, (uintptr_t)m->msg_control);
	return 0;
}

int64_t xlat_sys_sendmsg(struct xlat_program *p, const uint64_t *arg)
{
	struct iovec vec[IOV_MAX];
	struct msghdr m;
	int64_t status = message(p, arg[1], &m, vec);

	return status ? status : errno_of(sendmsg((int)arg[0], &m, (int)arg[2]));
}

/* Of the message only lengths and flags change. */
int64_t xlat_sys_recvmsg(struct xlat_program *p, const uint64_t *arg)
{
	struct iovec vec[IOV_MAX];
	struct msghdr m, guest;
	int64_t status = message(p, arg[1], &m, vec);
	ssize_t got;

	if (status)
		return status;
	got = recvmsg((int)arg[0], &m, (int)arg[2]);
	if (got < 0)
		return -errno;
	status = xlat_read(p, arg[1], &guest, sizeof(guest));
	guest.msg_namelen = m.msg_namelen;
	guest.msg_controllen = m.msg_controllen;
	guest.msg_flags = m.msg_flags;
	if (!status)
		status = xlat_write(p, arg[1], &guest, sizeof(guest));
	return status ? status : got;
}
