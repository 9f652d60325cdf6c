/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef VMB_KMOD_COMPAT_H
#define VMB_KMOD_COMPAT_H
/*
 * What differs between the kernels that the module is built for. The rule for using a kernel
 * function at all: it is exported, in 6.1 and in 6.12, and nothing is looked up behind its back.
 */

#include <linux/version.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 1, 0)
#error "vmbench.ko needs Linux 6.1 or newer"
#endif

/* 6.5 removed the export that pte_offset_map() needs; pte_offset_kernel() is inline everywhere. */

#endif /* VMB_KMOD_COMPAT_H */
