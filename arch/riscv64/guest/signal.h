/* SPDX-License-Identifier: MIT */
#ifndef VMB_ARCH_RISCV64_GUEST_SIGNAL_H
#define VMB_ARCH_RISCV64_GUEST_SIGNAL_H
/*
 * Signal handlers of RISC-V Linux programs.
 */

#include "vmcore/ports.h"

extern const struct guest_signal rv_guest_signal;

#endif /* VMB_ARCH_RISCV64_GUEST_SIGNAL_H */
