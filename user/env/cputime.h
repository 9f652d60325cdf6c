/* SPDX-License-Identifier: MIT */
#ifndef VMB_USER_ENV_CPUTIME_H
#define VMB_USER_ENV_CPUTIME_H
/*
 * Where each CPU's time went, from /proc/stat.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VMB_CPUTIME_CPUS 1024	/* CPUs with a higher number are unknown */

/**
 * struct vmb_cputime - USER_HZ ticks since boot, modulo 2^32: only differences mean something.
 * @known: the kernel told about this CPU
 * @busy: anything but idle, I/O wait and steal
 */
struct vmb_cputime {
	struct { bool known; uint32_t busy, idle, steal; } cpu[VMB_CPUTIME_CPUS];
};

/** vmb_cputime_open - a descriptor for vmb_cputime_read(). Return: descriptor, -errno. */
int vmb_cputime_open(void);

/**
 * vmb_cputime_read - read all CPUs.
 * @fd: of vmb_cputime_open(), or negative: nothing is known then
 */
void vmb_cputime_read(int fd, struct vmb_cputime *out);

#endif /* VMB_USER_ENV_CPUTIME_H */
