// SPDX-License-Identifier: MIT
/* There is no guest program for this architecture: exit/kvm is skipped, and says so. */
#include "arch/base/kvm_guest.h"

#include <errno.h>

int vmb_kvm_guest_load(const struct vmb_kvm_cpu *cpu)
{
	(void)cpu;
	return -ENOTSUP;
}

int vmb_kvm_guest_ask(const struct vmb_kvm_cpu *cpu, uint32_t turns)
{
	(void)cpu;
	(void)turns;
	return -ENOTSUP;
}

int vmb_kvm_guest_tell(const struct vmb_kvm_cpu *cpu, uint32_t *turns, bool *answered)
{
	(void)cpu;
	(void)turns;
	(void)answered;
	return -ENOTSUP;
}
