/* SPDX-License-Identifier: MIT */
#ifndef VMB_ARCH_X86_64_GUEST_GUEST_H
#define VMB_ARCH_X86_64_GUEST_GUEST_H
/*
 * x86_64 as a guest.
 */

#include "vmcore/ports.h"

extern const struct guest_ops guest_ops_x86_64;

#endif /* VMB_ARCH_X86_64_GUEST_GUEST_H */
