// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Source: Intel SDM Vol. 3A, 4.10.4 "Invalidation of TLBs and Paging-Structure Caches" (INVLPG,
 * INVPCID, MOV to CR3, CR4.PGE), Vol. 2 "INVPCID", "WBINVD"; AMD APM Vol. 2, 5.5 "Translation-
 * Lookaside Buffer".
 */
#include "kmod/arch.h"

#include <linux/elf.h>
#include <asm/cpufeature.h>
#include <asm/processor-flags.h>
#include <asm/smp.h>
#include <asm/special_insns.h>
#include <asm/tsc.h>

/* With PTI the user half of the page tables has the kernel half's PCID with this bit set. */
#define PTI_USER_PCID	(1ul << 11)

struct invpcid_desc {
	u64 pcid;
	u64 addr;
};

static __always_inline void invpcid(u64 pcid, u64 addr, unsigned long type)
{
	struct invpcid_desc desc = { pcid, addr };

	asm volatile("invpcid %0, %1" : : "m"(desc), "r"(type) : "memory");
}

/* @asid is the PCID, and with PTI bit 63 asks for the user half too: see vmb_arch_asid(). */
#define ASID_BOTH_HALVES	(1ul << 63)

static __always_inline void op_invlpg(struct vmb_flush f)
{
	unsigned int i;

	for (i = 0; i < f.pages; i++)
		asm volatile("invlpg (%0)"
			     : : "r"(f.addr + ((unsigned long)i << PAGE_SHIFT)) : "memory");
}

static __always_inline void op_invpcid_addr(struct vmb_flush f)
{
	u64 pcid = f.asid & X86_CR3_PCID_MASK, addr = f.addr;
	unsigned int i;

	for (i = 0; i < f.pages; i++, addr += PAGE_SIZE) {
		invpcid(pcid, addr, 0);
		if (f.asid & ASID_BOTH_HALVES)
			invpcid(pcid | PTI_USER_PCID, addr, 0);
	}
}

static __always_inline void op_cr3(struct vmb_flush f)
{
	unsigned long cr3;

	asm volatile("mov %%cr3, %0\n\tmov %0, %%cr3" : "=&r"(cr3) : : "memory");
}

static __always_inline void op_invpcid_context(struct vmb_flush f)
{
	u64 pcid = f.asid & X86_CR3_PCID_MASK;

	invpcid(pcid, 0, 1);
	if (f.asid & ASID_BOTH_HALVES)
		invpcid(pcid | PTI_USER_PCID, 0, 1);
}

static __always_inline void op_cr4_pge(struct vmb_flush f)
{
	unsigned long cr4 = native_read_cr4();

	asm volatile("mov %0, %%cr4\n\tmov %1, %%cr4"
		     : : "r"(cr4 ^ X86_CR4_PGE), "r"(cr4) : "memory");
}

static __always_inline void op_invpcid_all(struct vmb_flush f)
{
	invpcid(0, 0, 2);
}

VMB_FLUSH_OP(op_invlpg)
VMB_FLUSH_OP(op_invpcid_addr)
VMB_FLUSH_OP(op_cr3)
VMB_FLUSH_OP(op_invpcid_context)
VMB_FLUSH_OP(op_cr4_pge)
VMB_FLUSH_OP(op_invpcid_all)

static const char *no_invpcid(void)
{
	return boot_cpu_has(X86_FEATURE_INVPCID) ? NULL : "the CPU has no INVPCID";
}

static const char *no_pge(void)
{
	return native_read_cr4() & X86_CR4_PGE ? NULL : "global pages are off (CR4.PGE)";
}

const struct vmb_flush_method vmb_arch_flush_methods[] = {
	{ VMB_METHOD_INVLPG, VMB_SCOPE_PAGES, VMB_FLUSH_FNS(op_invlpg) },
	{ VMB_METHOD_INVPCID_ADDR, VMB_SCOPE_PAGES, .missing = no_invpcid,
	  VMB_FLUSH_FNS(op_invpcid_addr) },
	{ VMB_METHOD_CR3, VMB_SCOPE_SPACE, VMB_FLUSH_FNS(op_cr3) },
	{ VMB_METHOD_INVPCID_CONTEXT, VMB_SCOPE_SPACE, .missing = no_invpcid,
	  VMB_FLUSH_FNS(op_invpcid_context) },
	{ VMB_METHOD_INVPCID_ALL, VMB_SCOPE_ALL, .missing = no_invpcid,
	  VMB_FLUSH_FNS(op_invpcid_all) },
	{ VMB_METHOD_CR4_PGE, VMB_SCOPE_ALL, .missing = no_pge, VMB_FLUSH_FNS(op_cr4_pge) },
	{ }
};

const char *vmb_arch_unusable(void)
{
	if (boot_cpu_has(X86_FEATURE_XENPV))
		return "a Xen PV guest does not own its page tables";
	if (!boot_cpu_has(X86_FEATURE_RDTSCP))
		return "the CPU has no RDTSCP";
	return tsc_khz ? NULL : "the kernel does not know the frequency of the TSC";
}

unsigned int vmb_arch_levels(void)
{
	return pgtable_l5_enabled() ? 5 : 4;
}

u64 vmb_arch_tick_hz(void)
{
	return (u64)tsc_khz * 1000;
}

unsigned long vmb_arch_asid(struct mm_struct *mm)
{
	unsigned long pcid;

	if (!(native_read_cr4() & X86_CR4_PCIDE))
		return 0;
	pcid = __native_read_cr3() & X86_CR3_PCID_MASK;
	return boot_cpu_has(X86_FEATURE_PTI) ? pcid | ASID_BOTH_HALVES : pcid;
}

void vmb_arch_info(struct vmb_kmod_info *info)
{
	unsigned long cr4 = native_read_cr4();

	info->elf_machine = EM_X86_64;
	info->levels = vmb_arch_levels();
	info->va_bits = pgtable_l5_enabled() ? 56 : 47;
	info->asid_bits = cr4 & X86_CR4_PCIDE ? 12 : 0;
	info->line_bytes = boot_cpu_data.x86_clflush_size;
	info->tick_hz = vmb_arch_tick_hz();
	info->features = (boot_cpu_has(X86_FEATURE_PTI) ? VMB_KMOD_F_PTI : 0) |
			 (cr4 & X86_CR4_PCIDE ? VMB_KMOD_F_PCID : 0) |
			 (boot_cpu_has(X86_FEATURE_INVPCID) ? VMB_KMOD_F_INVPCID : 0) |
			 (pgtable_l5_enabled() ? VMB_KMOD_F_LA57 : 0) |
			 (cr4 & X86_CR4_PGE ? VMB_KMOD_F_GLOBAL_PAGES : 0) |
			 (cr4 & X86_CR4_PCE ? VMB_KMOD_F_USER_COUNTERS : 0) |
			 (boot_cpu_has(X86_FEATURE_HYPERVISOR) ? VMB_KMOD_F_HYPERVISOR : 0);
}

/* Stores are seen by the page walker in order; a load that missed is fetched again. */
void vmb_arch_entry_barrier(void)
{
}

/* A fault on an entry that was stricter for a while removes it, and the kernel tries again. */
void vmb_arch_settle_page(unsigned long addr, unsigned long asid)
{
}

const char *vmb_arch_write_back_missing(void)
{
	return NULL;
}

void vmb_arch_write_back_all(void)
{
	asm volatile("wbinvd" : : : "memory");
}
