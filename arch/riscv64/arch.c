// SPDX-License-Identifier: MIT
#include "arch/registry.h"

#include <elf.h>

#include "arch/riscv64/facts.h"
#include "arch/riscv64/host/lower.h"

extern const struct guest_ops rv_guest_ops;
extern const struct mmu_format mmu_format_riscv64;
extern const struct vmb_arch vmb_arch_riscv64;

const struct vmb_arch vmb_arch_riscv64 = {
	.name = "riscv64",
	.machine = "riscv64",
	.elf_machine = EM_RISCV,
	.va_bits = RISCV_VA_BITS_SV39,
	.base_page_bytes = RISCV_PAGE_BYTES_4K,
	.huge_page_bytes = RISCV_PAGE_BYTES_2M,
	.host_ops = &rv_host_ops,
	.guest_ops = &rv_guest_ops,
	.mmu_format = &mmu_format_riscv64,
};
