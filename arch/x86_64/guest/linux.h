/* SPDX-License-Identifier: MIT */
#ifndef VMB_ARCH_X86_64_GUEST_LINUX_H
#define VMB_ARCH_X86_64_GUEST_LINUX_H
/*
 * Linux as programs for x86_64 see it.
 */

#include "vmcore/ports.h"

#define X86_LINUX_CALLS 512u

/* By the guest's number. */
extern const struct guest_linux_call x86_linux_call[X86_LINUX_CALLS];

/** x86_linux_own - struct guest_linux.own: arch_prctl(2), of FS and GS. */
bool x86_linux_own(void *state, uint64_t number, const uint64_t *arg, int64_t *result);

#endif /* VMB_ARCH_X86_64_GUEST_LINUX_H */
