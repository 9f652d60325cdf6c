/* SPDX-License-Identifier: MIT */
#ifndef VMB_ARCH_ARM64_GUEST_SIGNAL_H
#define VMB_ARCH_ARM64_GUEST_SIGNAL_H
/*
 * Signal handlers of ARM64 Linux programs.
 */

#include "vmcore/ports.h"

extern const struct guest_signal a64_guest_signal;

#endif /* VMB_ARCH_ARM64_GUEST_SIGNAL_H */
