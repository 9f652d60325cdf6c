// SPDX-License-Identifier: MIT
#include "arch/registry.h"

#include <elf.h>

#include "arch/arm64/facts.h"
#include "arch/arm64/guest/guest.h"
#include "arch/arm64/host/lower.h"

extern const struct mmu_format mmu_format_arm64;
extern const struct vmb_arch vmb_arch_arm64;

const struct vmb_arch vmb_arch_arm64 = {
	.name = "arm64",
	.machine = "aarch64",
	.elf_machine = EM_AARCH64,
	.va_bits = ARM64_VA_BITS_4_LEVEL_4K,
	.base_page_bytes = ARM64_PAGE_BYTES_4K,
	.huge_page_bytes = ARM64_BLOCK_BYTES_2M,
	.guest_ops = &guest_ops_arm64,
	.host_ops = &a64_host_ops,
	.mmu_format = &mmu_format_arm64,
};
