/* SPDX-License-Identifier: MIT */
#ifndef VMB_ARCH_X86_64_GUEST_SIGNAL_H
#define VMB_ARCH_X86_64_GUEST_SIGNAL_H
/*
 * Signal handlers of x86_64 Linux programs.
 */

#include "vmcore/ports.h"

extern const struct guest_signal x86_guest_signal;

#endif /* VMB_ARCH_X86_64_GUEST_SIGNAL_H */
