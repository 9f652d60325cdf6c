/* SPDX-License-Identifier: MIT */
#ifndef VMB_USER_BENCH_EXIT_KVM_STATS_H
#define VMB_USER_BENCH_EXIT_KVM_STATS_H

#include <stdint.h>

#include "arch/base/attr.h"

/**
 * bench_kvm_stat - a number that KVM keeps of a virtual CPU, Linux 5.14 and later.
 * @cpu_fd: the virtual CPU
 * @name: "exits"
 * Return: 0; -ENOENT this kernel does not keep it; another -errno when it cannot be read.
 */
VMB_MUST_CHECK int bench_kvm_stat(int cpu_fd, const char *name, uint64_t *value);

#endif /* VMB_USER_BENCH_EXIT_KVM_STATS_H */
