/* SPDX-License-Identifier: MIT */
#ifndef VMB_USER_KMOD_H
#define VMB_USER_KMOD_H
/*
 * The harness's side of /dev/vmbench: open it, ask what it can, run a probe.
 */

#include "kmod/uapi/vmbench.h"
#include "user/bench.h"

/**
 * vmb_kmod_open - open the device and see that module and harness agree.
 * @info: filled
 * @why: on failure one sentence that says what to do
 * Return: descriptor, owned by the caller; -ENOENT not loaded; -EPERM, -EACCES not root; -EBUSY
 * another client has it; -EPROTO another ABI; other -errno.
 */
VMB_MUST_CHECK int vmb_kmod_open(struct vmb_kmod_info *info, struct vmb_why *why);

/**
 * vmb_kmod_find - what the module says of one probe.
 * Return: 0; -ENOENT the module is older than this probe; -errno.
 */
VMB_MUST_CHECK int vmb_kmod_find(int fd, const struct vmb_kmod_info *info, uint32_t probe,
				 struct vmb_kmod_probe_info *out);

/**
 * vmb_kmod_selftest - prove on this CPU that flushes flush, once per CPU.
 * Return: 0 or -errno with @why.
 */
VMB_MUST_CHECK int vmb_kmod_selftest(int fd, struct vmb_why *why);

/**
 * vmb_kmod_run - VMB_KMOD_IOC_RUN.
 * Return: 0; -errno with @why.
 */
VMB_MUST_CHECK int vmb_kmod_run(int fd, struct vmb_kmod_run *run, struct vmb_why *why);

#endif /* VMB_USER_KMOD_H */
