/* SPDX-License-Identifier: MIT */
#ifndef VMB_ARCH_BASE_KVM_GUEST_H
#define VMB_ARCH_BASE_KVM_GUEST_H
/*
 * A guest for /dev/kvm that does nothing but leave: one kind of exit in an endless loop, counting
 * its turns. Each architecture has it in native/kvm_guest.c, for the host that runs.
 */

#include <stdbool.h>
#include <stdint.h>

#include "arch/base/attr.h"

#define VMB_KVM_MEMORY_BYTES	0x4000u		/* the guest's memory, at its physical address 0 */
#define VMB_KVM_MMIO_ADDR	0x8000u		/* behind it: nobody's */
#define VMB_KVM_IO_PORT		0x10u		/* what VMB_KVM_IO writes to */
#define VMB_KVM_DONE_PORT	0x11u		/* written when the turns asked for are done */

/** enum vmb_kvm_exit - what makes the guest leave. CPUID and HYPERCALL are the kernel's affair. */
enum vmb_kvm_exit { VMB_KVM_HLT, VMB_KVM_IO, VMB_KVM_MMIO, VMB_KVM_CPUID, VMB_KVM_HYPERCALL };

/** enum vmb_kvm_mode - x86: as after reset, or 64 bit with paging. */
enum vmb_kvm_mode { VMB_KVM_REAL, VMB_KVM_LONG };

/**
 * struct vmb_kvm_cpu - a virtual CPU and what it runs.
 * @kvm_fd, @vm_fd, @fd: /dev/kvm, the machine, the CPU; borrowed
 * @memory: VMB_KVM_MEMORY_BYTES, zeroed, mapped to the guest; borrowed
 */
struct vmb_kvm_cpu {
	int kvm_fd, vm_fd, fd;
	uint8_t *memory;
	enum vmb_kvm_exit exit;
	enum vmb_kvm_mode mode;
};

/**
 * vmb_kvm_guest_load - put the program for @cpu's exit and mode into its memory, the CPU before it.
 * Return: 0; -ENOTSUP no such program for this architecture; -errno of the ioctl that failed.
 */
VMB_MUST_CHECK int vmb_kvm_guest_load(const struct vmb_kvm_cpu *cpu);

/**
 * vmb_kvm_guest_ask - CPUID, HYPERCALL: the turns to do before VMB_KVM_DONE_PORT is written.
 * Return: 0 or -errno.
 */
int vmb_kvm_guest_ask(const struct vmb_kvm_cpu *cpu, uint32_t turns);

/**
 * vmb_kvm_guest_tell - what the guest itself says.
 * @turns: that it has finished, modulo 2^32
 * @answered: CPUID, HYPERCALL: the last answer was the one that this machine must give
 * Return: 0 or -errno.
 */
int vmb_kvm_guest_tell(const struct vmb_kvm_cpu *cpu, uint32_t *turns, bool *answered);

#endif /* VMB_ARCH_BASE_KVM_GUEST_H */
