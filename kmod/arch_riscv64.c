// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Source: RISC-V Privileged Architecture 20211203, 4.2.1 "Supervisor Memory-Management Fence
 * Instruction"; 4.1.11 "satp"; 4.1.5 "scounteren".
 */
#include "kmod/arch.h"

#include <linux/elf.h>
#include <linux/mm.h>
#include <asm/csr.h>
#include <asm/delay.h>

#include "arch/riscv64/facts.h"

static __always_inline void op_va(struct vmb_flush f)
{
	unsigned int i;

	for (i = 0; i < f.pages; i++, f.addr += PAGE_SIZE)
		asm volatile("sfence.vma %0, x0" : : "r"(f.addr) : "memory");
}

static __always_inline void op_asid(struct vmb_flush f)
{
	asm volatile("sfence.vma x0, %0" : : "r"(f.asid) : "memory");
}

static __always_inline void op_all(struct vmb_flush f)
{
	asm volatile("sfence.vma x0, x0" : : : "memory");
}

VMB_FLUSH_OP(op_va)
VMB_FLUSH_OP(op_asid)
VMB_FLUSH_OP(op_all)

const struct vmb_flush_method vmb_arch_flush_methods[] = {
	{ VMB_METHOD_SFENCE_VA, VMB_SCOPE_PAGES, VMB_FLUSH_FNS(op_va) },
	{ VMB_METHOD_SFENCE_ASID, VMB_SCOPE_SPACE, VMB_FLUSH_FNS(op_asid) },
	{ VMB_METHOD_SFENCE_ALL, VMB_SCOPE_ALL, VMB_FLUSH_FNS(op_all) },
	{ }
};

const char *vmb_arch_unusable(void)
{
	return riscv_timebase ? NULL : "the frequency of the time CSR is unknown";
}

static u64 paging_mode(void)
{
	return csr_read(CSR_SATP) >> RISCV_SATP_MODE_SHIFT;
}

/* Sv39 is 8, Sv48 9, Sv57 10. */
unsigned int vmb_arch_levels(void)
{
	return paging_mode() - RISCV_SATP_MODE_SV39 + 3;
}

u64 vmb_arch_tick_hz(void)
{
	return riscv_timebase;
}

unsigned long vmb_arch_asid(struct mm_struct *mm)
{
	return (csr_read(CSR_SATP) & RISCV_SATP_ASID_MASK) >> RISCV_SATP_ASID_SHIFT;
}

void vmb_arch_info(struct vmb_kmod_info *info)
{
	unsigned int levels = vmb_arch_levels();

	info->elf_machine = EM_RISCV;
	info->levels = levels;
	info->va_bits = PAGE_SHIFT + levels * RISCV_PT_INDEX_BITS - 1;
	info->line_bytes = L1_CACHE_BYTES;
	info->tick_hz = vmb_arch_tick_hz();
	info->features = csr_read(CSR_SCOUNTEREN) & 0x5 ? VMB_KMOD_F_USER_COUNTERS : 0;
}

void vmb_arch_entry_barrier(void)
{
}

/* The kernel flushes a spurious fault's page itself. */
void vmb_arch_settle_page(unsigned long addr, unsigned long asid)
{
}

const char *vmb_arch_write_back_missing(void)
{
	return "RISC-V has no instruction that writes back all caches";
}

void vmb_arch_write_back_all(void)
{
}
