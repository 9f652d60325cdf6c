/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef VMB_ARCH_BASE_TYPES_H
#define VMB_ARCH_BASE_TYPES_H
/*
 * uint32_t, uint64_t, uintptr_t for headers that are compiled by the kernel's build too. This is
 * the one place that asks which of the two builds it is.
 */

#ifdef __KERNEL__
#include <linux/types.h>
#else
#include <stdint.h>
#endif

#endif /* VMB_ARCH_BASE_TYPES_H */
