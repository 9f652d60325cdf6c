/* SPDX-License-Identifier: MIT */
#ifndef VMB_ARCH_ARM64_GUEST_GUEST_H
#define VMB_ARCH_ARM64_GUEST_GUEST_H
/*
 * ARM64 as a guest.
 */

#include "vmcore/ports.h"

extern const struct guest_ops guest_ops_arm64;

#endif /* VMB_ARCH_ARM64_GUEST_GUEST_H */
