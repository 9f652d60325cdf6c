/* SPDX-License-Identifier: MIT */
#ifndef VMB_USER_ENV_CGROUP_H
#define VMB_USER_ENV_CGROUP_H

#include "arch/base/attr.h"

/**
 * vmb_cgroup_cpu_quota - the smallest CPU quota of this process's control groups, v1 or v2.
 * @cpus: quota / period: how many CPUs' worth of time per period
 * Return: 0; -ENODATA no quota is set, or none can be seen.
 */
VMB_MUST_CHECK int vmb_cgroup_cpu_quota(double *cpus);

#endif /* VMB_USER_ENV_CGROUP_H */
