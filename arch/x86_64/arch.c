// SPDX-License-Identifier: MIT
#include "arch/registry.h"

#include <elf.h>

#include "arch/x86_64/facts.h"
#include "arch/x86_64/guest/guest.h"
#include "arch/x86_64/host/lower.h"

extern const struct mmu_format mmu_format_x86_64;
extern const struct vmb_arch vmb_arch_x86_64;

const struct vmb_arch vmb_arch_x86_64 = {
	.name = "x86_64",
	.machine = "x86_64",
	.elf_machine = EM_X86_64,
	.va_bits = X86_VA_BITS_4_LEVEL,
	.base_page_bytes = X86_PAGE_BYTES_4K,
	.huge_page_bytes = X86_PAGE_BYTES_2M,
	.guest_ops = &guest_ops_x86_64,
	.host_ops = &x64_host_ops,
	.mmu_format = &mmu_format_x86_64,
};
