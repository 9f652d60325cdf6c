// SPDX-License-Identifier: MIT
#include "arch/base/kvm_guest.h"

#include <errno.h>
#include <linux/kvm.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "arch/base/assert.h"

/* Source: Intel SDM vol. 3A, 2.5 (CR0, CR4), 4.5 (entries); vol. 4 (IA32_EFER). */
#define CR0_PE		(1u << 0)
#define CR0_ET		(1u << 4)
#define CR0_PG		(1u << 31)
#define CR4_PAE		(1u << 5)
#define EFER_LME	(1u << 8)
#define EFER_LMA	(1u << 10)
#define ENTRY_TABLE	0x3u	/* present, writable */
#define ENTRY_2M	0x83u	/* and a leaf */

#define PML4	0x1000u
#define PDPT	0x2000u
#define PD	0x3000u

#define MAX_CPUID	256

#define CODE(name) \
	extern const uint8_t vmb_kvm_real_##name[], vmb_kvm_real_##name##_end[]; \
	extern const uint8_t vmb_kvm_long_##name[], vmb_kvm_long_##name##_end[]
CODE(hlt);
CODE(io);
CODE(mmio);
CODE(cpuid);
CODE(vmcall);
CODE(vmmcall);

struct code { const uint8_t *begin, *end; };

#define BOTH(name) { \
	{ vmb_kvm_real_##name, vmb_kvm_real_##name##_end }, \
	{ vmb_kvm_long_##name, vmb_kvm_long_##name##_end }, \
}

static const struct code codes[][2] = {
	[VMB_KVM_HLT] = BOTH(hlt),
	[VMB_KVM_IO] = BOTH(io),
	[VMB_KVM_MMIO] = BOTH(mmio),
	[VMB_KVM_CPUID] = BOTH(cpuid),
	[VMB_KVM_HYPERCALL] = BOTH(vmcall),
};
static const struct code amd_hypercall[2] = BOTH(vmmcall);

static const struct code *choose(const struct vmb_kvm_cpu *cpu)
{
	bool amd = __builtin_cpu_is("amd");

	VMB_ASSERT((size_t)cpu->exit < VMB_ARRAY_SIZE(codes) && (size_t)cpu->mode < 2);
	if (cpu->exit == VMB_KVM_HYPERCALL && amd)
		return &amd_hypercall[cpu->mode];
	return &codes[cpu->exit][cpu->mode];
}

/* One 2M page at 0, by way of three tables. */
static void map_memory(uint8_t *memory)
{
	const uint64_t entry[] = { PDPT | ENTRY_TABLE, PD | ENTRY_TABLE, 0 | ENTRY_2M };
	const uint32_t at[] = { PML4, PDPT, PD };

	for (size_t i = 0; i < VMB_ARRAY_SIZE(entry); i++)
		memcpy(memory + at[i], &entry[i], sizeof(entry[i]));
}

static void enter_long_mode(struct kvm_sregs *s)
{
	struct kvm_segment data = { .limit = 0xffffffff, .selector = 0x10, .type = 3, .present = 1,
				    .db = 1, .s = 1, .g = 1 };
	struct kvm_segment code = data;

	code.selector = 8;
	code.type = 11;
	code.db = 0;
	code.l = 1;
	s->cs = code;
	s->ds = s->es = s->fs = s->gs = s->ss = data;
	s->cr3 = PML4;
	s->cr4 = CR4_PAE;
	s->cr0 = CR0_PE | CR0_ET | CR0_PG;
	s->efer = EFER_LME | EFER_LMA;
}

static int set_state(const struct vmb_kvm_cpu *cpu)
{
	struct kvm_regs regs = { .rflags = 2 };
	struct kvm_sregs s;

	if (ioctl(cpu->fd, KVM_GET_SREGS, &s))
		return -errno;
	/* After reset CS points to the top of memory. */
	s.cs.base = 0;
	s.cs.selector = 0;
	if (cpu->mode == VMB_KVM_LONG)
		enter_long_mode(&s);
	if (ioctl(cpu->fd, KVM_SET_SREGS, &s) || ioctl(cpu->fd, KVM_SET_REGS, &regs))
		return -errno;
	return 0;
}

static struct kvm_cpuid2 *supported_cpuid(int kvm_fd)
{
	struct kvm_cpuid2 *list = calloc(1, sizeof(*list) + MAX_CPUID * sizeof(list->entries[0]));

	if (!list)
		return NULL;
	list->nent = MAX_CPUID;
	if (!ioctl(kvm_fd, KVM_GET_SUPPORTED_CPUID, list))
		return list;
	free(list);
	return NULL;
}

static int set_cpuid(const struct vmb_kvm_cpu *cpu)
{
	struct kvm_cpuid2 *list = supported_cpuid(cpu->kvm_fd);
	int err = 0;

	if (!list)
		return -errno;
	if (ioctl(cpu->fd, KVM_SET_CPUID2, list))
		err = -errno;
	free(list);
	return err;
}

int vmb_kvm_guest_load(const struct vmb_kvm_cpu *cpu)
{
	const struct code *code = choose(cpu);
	size_t bytes = (size_t)(code->end - code->begin);
	int err;

	VMB_ASSERT(bytes < PML4);
	memcpy(cpu->memory, code->begin, bytes);
	map_memory(cpu->memory);
	err = set_cpuid(cpu);
	return err ? err : set_state(cpu);
}

int vmb_kvm_guest_ask(const struct vmb_kvm_cpu *cpu, uint32_t turns)
{
	struct kvm_regs regs;

	if (ioctl(cpu->fd, KVM_GET_REGS, &regs))
		return -errno;
	regs.rsi = turns;
	return ioctl(cpu->fd, KVM_SET_REGS, &regs) ? -errno : 0;
}

/* Leaf 0 begins with the vendor's name in ebx: what the guest got is what the machine was given. */
static bool is_vendor(const struct vmb_kvm_cpu *cpu, uint64_t rbx)
{
	struct kvm_cpuid2 *list = supported_cpuid(cpu->kvm_fd);
	bool found = false;

	for (uint32_t i = 0; list && i < list->nent; i++)
		if (!list->entries[i].function)
			found = list->entries[i].ebx == rbx && rbx;
	free(list);
	return found;
}

int vmb_kvm_guest_tell(const struct vmb_kvm_cpu *cpu, uint32_t *turns, bool *answered)
{
	struct kvm_regs regs;

	if (ioctl(cpu->fd, KVM_GET_REGS, &regs))
		return -errno;
	*turns = (uint32_t)regs.rdi;
	*answered = true;
	if (cpu->exit == VMB_KVM_CPUID)
		*answered = is_vendor(cpu, regs.rbx);
	else if (cpu->exit == VMB_KVM_HYPERCALL)
		*answered = !regs.rax;	/* an unknown one gives -KVM_ENOSYS */
	return 0;
}
