// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Source: Arm ARM (DDI 0487), D8.17 "TLB maintenance", C5.5 "A64 System instructions for TLB
 * maintenance". A TLBI needs a DSB before it (the entry that was written is seen by walkers) and
 * after it (the invalidation is done), and an ISB.
 */
#include "kmod/arch.h"

#include <linux/elf.h>
#include <linux/mm.h>
#include <asm/barrier.h>
#include <asm/cache.h>
#include <asm/cpufeature.h>
#include <asm/mmu.h>
#include <asm/sysreg.h>
#include <asm/virt.h>

#define USER_HALF	(1ul << 48)	/* with KPTI the user half's ASID has bit 0 set */

static __always_inline bool kpti(void)
{
	return arm64_kernel_unmapped_at_el0();
}

static __always_inline unsigned long va_operand(unsigned long addr, unsigned long asid)
{
	return ((addr >> 12) & ((1ul << 44) - 1)) | asid << 48;
}

#define TLBI(op, arg)	asm volatile("tlbi " #op ", %0" : : "r"(arg) : "memory")
#define TLBI_BOTH(op, arg) do {							\
	TLBI(op, arg);								\
	if (kpti())								\
		TLBI(op, (arg) | USER_HALF);					\
} while (0)

#define DEFINE_OPS(suffix, is, before, after)					\
static __always_inline void op_va##suffix(struct vmb_flush f)			\
{										\
	unsigned int i;								\
										\
	dsb(before);								\
	for (i = 0; i < f.pages; i++, f.addr += PAGE_SIZE)			\
		TLBI_BOTH(vae1##is, va_operand(f.addr, f.asid));		\
	dsb(after);								\
	isb();									\
}										\
static __always_inline void op_asid##suffix(struct vmb_flush f)		\
{										\
	dsb(before);								\
	TLBI_BOTH(aside1##is, f.asid << 48);					\
	dsb(after);								\
	isb();									\
}										\
static __always_inline void op_all##suffix(struct vmb_flush f)			\
{										\
	dsb(before);								\
	asm volatile("tlbi vmalle1" #is : : : "memory");			\
	dsb(after);								\
	isb();									\
}										\
VMB_FLUSH_OP(op_va##suffix)							\
VMB_FLUSH_OP(op_asid##suffix)							\
VMB_FLUSH_OP(op_all##suffix)

DEFINE_OPS(_local, , nshst, nsh)
DEFINE_OPS(_is, is, ishst, ish)

const struct vmb_flush_method vmb_arch_flush_methods[] = {
	{ VMB_METHOD_TLBI_VA, VMB_SCOPE_PAGES, VMB_FLUSH_FNS(op_va_local) },
	{ VMB_METHOD_TLBI_VA_IS, VMB_SCOPE_PAGES, .broadcast = true, VMB_FLUSH_FNS(op_va_is) },
	{ VMB_METHOD_TLBI_ASID, VMB_SCOPE_SPACE, VMB_FLUSH_FNS(op_asid_local) },
	{ VMB_METHOD_TLBI_ASID_IS, VMB_SCOPE_SPACE, .broadcast = true, VMB_FLUSH_FNS(op_asid_is) },
	{ VMB_METHOD_TLBI_ALL, VMB_SCOPE_ALL, VMB_FLUSH_FNS(op_all_local) },
	{ VMB_METHOD_TLBI_ALL_IS, VMB_SCOPE_ALL, .broadcast = true, VMB_FLUSH_FNS(op_all_is) },
	{ }
};

const char *vmb_arch_unusable(void)
{
	return vmb_arch_tick_hz() ? NULL : "CNTFRQ_EL0 is 0";
}

/* TCR_EL1.T0SZ: the size of the user half is 2^(64 - T0SZ). */
static unsigned int va_bits(void)
{
	return 64 - (read_sysreg(tcr_el1) & 0x3f);
}

unsigned int vmb_arch_levels(void)
{
	return DIV_ROUND_UP(va_bits() - PAGE_SHIFT, PAGE_SHIFT - 3);
}

u64 vmb_arch_tick_hz(void)
{
	return cpu_ticks_nominal_hz();
}

unsigned long vmb_arch_asid(struct mm_struct *mm)
{
	return ASID(mm);
}

/* ID_AA64MMFR0_EL1.ASIDBits, bits 7:4: 0 is 8 bits, 2 is 16. */
static unsigned int asid_bits(void)
{
	return (read_sysreg(id_aa64mmfr0_el1) >> 4 & 0xf) == 2 ? 16 : 8;
}

void vmb_arch_info(struct vmb_kmod_info *info)
{
	info->elf_machine = EM_AARCH64;
	info->levels = vmb_arch_levels();
	info->va_bits = va_bits();
	info->asid_bits = asid_bits();
	info->line_bytes = cache_line_size();
	info->tick_hz = vmb_arch_tick_hz();
	info->features = (kpti() ? VMB_KMOD_F_PTI : 0) | VMB_KMOD_F_BROADCAST;
	/* PMUSERENR_EL0 exists where a PMU does: ID_AA64DFR0_EL1.PMUVer, bits 11:8. */
	switch (read_sysreg(id_aa64dfr0_el1) >> 8 & 0xf) {
	case 0x0:
	case 0xf:
		break;
	default:
		if (read_sysreg(pmuserenr_el0) & 0x9)	/* EN, ER */
			info->features |= VMB_KMOD_F_USER_COUNTERS;
	}
}

void vmb_arch_entry_barrier(void)
{
	dsb(ishst);
	isb();
}

/*
 * The kernel takes a spurious permission fault for one that another CPU has just dealt with by a
 * broadcast flush, and does not flush itself; so an entry that was stricter must be gone everywhere.
 */
void vmb_arch_settle_page(unsigned long addr, unsigned long asid)
{
	op_va_is_once((struct vmb_flush){ .addr = addr, .pages = 1, .asid = asid });
}

const char *vmb_arch_write_back_missing(void)
{
	return "arm64 has no instruction for all caches that is safe while other CPUs run";
}

void vmb_arch_write_back_all(void)
{
}
