// SPDX-License-Identifier: MIT
#include "user/bench/exit/kvm_stats.h"

#include <errno.h>
#include <linux/kvm.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define MAX_NAME	256

static bool read_at(int fd, void *buf, size_t bytes, uint64_t at)
{
	return pread(fd, buf, bytes, (off_t)at) == (ssize_t)bytes;
}

/* Source: Documentation/virt/kvm/api.rst, 4.133 KVM_GET_STATS_FD. */
static int find(int fd, const char *name, uint64_t *value)
{
	union { struct kvm_stats_desc desc; char byte[sizeof(struct kvm_stats_desc) + MAX_NAME]; } one;
	struct kvm_stats_header h;
	size_t bytes;

	if (!read_at(fd, &h, sizeof(h), 0) || h.name_size > MAX_NAME)
		return -EIO;
	bytes = sizeof(one.desc) + h.name_size;
	for (uint32_t i = 0; i < h.num_desc; i++) {
		if (!read_at(fd, &one, bytes, h.desc_offset + i * bytes))
			return -EIO;
		if (strncmp(one.byte + sizeof(one.desc), name, h.name_size))
			continue;
		return read_at(fd, value, sizeof(*value), h.data_offset + one.desc.offset) ?
		       0 : -EIO;
	}
	return -ENOENT;
}

int bench_kvm_stat(int cpu_fd, const char *name, uint64_t *value)
{
	int err, fd = ioctl(cpu_fd, KVM_GET_STATS_FD, 0);

	if (fd < 0)
		return errno == ENOTTY ? -ENOENT : -errno;
	err = find(fd, name, value);
	close(fd);
	return err;
}
