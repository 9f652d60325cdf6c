/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef VMB_ARCH_X86_64_FACTS_H
#define VMB_ARCH_X86_64_FACTS_H
/*
 * Constants of 4-level and 5-level paging in 64-bit mode. Kernel-safe; the names begin with X86_
 * and not with those of the kernel's own headers.
 *
 * Source: Intel SDM Vol. 3A, chapter "Paging", section "4-Level Paging and 5-Level Paging", the
 * tables "Format of a Page-Table Entry that Maps a 4-KByte Page", "... Page-Directory Entry that
 * Maps a 2-MByte Page", "... Page-Directory-Pointer-Table Entry (PDPTE) that Maps a 1-GByte Page";
 * AMD APM Vol. 2 (24593), 5.3 "Long-Mode Page Translation", 5.4 "Page-Translation-Table Entry
 * Fields".
 */

#include "arch/base/types.h"

#define X86_PAGE_BYTES_4K	0x1000u
#define X86_PAGE_BYTES_2M	0x200000u
#define X86_PAGE_BYTES_1G	0x40000000u
#define X86_VA_BITS_4_LEVEL	48
#define X86_VA_BITS_5_LEVEL	57

/* Each level indexes its table of 512 entries by nine bits of the linear address. */
#define X86_PT_INDEX_BITS	9
#define X86_PT_ENTRIES		512
#define X86_PT_ENTRY_BYTES	8

#define X86_PTE_P		(1ull << 0)	/* present */
#define X86_PTE_RW		(1ull << 1)	/* writes allowed */
#define X86_PTE_US		(1ull << 2)	/* user-mode accesses allowed */
#define X86_PTE_PWT		(1ull << 3)	/* page-level write-through */
#define X86_PTE_PCD		(1ull << 4)	/* page-level cache disable */
#define X86_PTE_A		(1ull << 5)	/* accessed */
#define X86_PTE_D		(1ull << 6)	/* dirty; only in an entry that maps a page */
#define X86_PTE_PS		(1ull << 7)	/* in a PDE or PDPTE: it maps a page */
#define X86_PTE_PAT_4K		(1ull << 7)	/* in a PTE: bit 2 of the PAT index */
#define X86_PTE_G		(1ull << 8)	/* global, if CR4.PGE; only where a page is mapped */
#define X86_PTE_PAT_LARGE	(1ull << 12)	/* in an entry that maps 2 MB or 1 GB */
#define X86_PTE_NX		(1ull << 63)	/* execute-disable, if IA32_EFER.NXE */

/* Physical address; bits from MAXPHYADDR to 51 are reserved and must be 0. */
#define X86_PTE_ADDR_4K		0x000ffffffffff000ull
#define X86_PTE_ADDR_2M		0x000fffffffe00000ull
#define X86_PTE_ADDR_1G		0x000fffffc0000000ull

#define X86_PTE_PKEY_SHIFT	59		/* protection key, bits 62:59, if CR4.PKE or PKS */
#define X86_PTE_PKEY_MASK	(15ull << X86_PTE_PKEY_SHIFT)

/* Page-fault error code: SDM Vol. 3A, "Page-Fault Exceptions"; APM Vol. 2, 8.4.2. */
#define X86_PF_P		(1u << 0)	/* 0: not present, 1: a rights violation */
#define X86_PF_W		(1u << 1)
#define X86_PF_U		(1u << 2)
#define X86_PF_RSVD		(1u << 3)
#define X86_PF_I		(1u << 4)
#define X86_PF_PK		(1u << 5)

/* Control-register bits that select the format: SDM Vol. 3A, 2.5 "Control Registers". */
#define X86_CR0_WP		(1ull << 16)
#define X86_CR0_PG		(1ull << 31)
#define X86_CR4_PAE		(1ull << 5)
#define X86_CR4_PGE		(1ull << 7)
#define X86_CR4_LA57		(1ull << 12)
#define X86_CR4_PCIDE		(1ull << 17)
#define X86_CR4_SMEP		(1ull << 20)
#define X86_CR4_SMAP		(1ull << 21)
#define X86_CR4_PKE		(1ull << 22)
#define X86_CR3_PCID_MASK	0xfffull

/* Model-specific registers: SDM Vol. 4, table "IA-32 Architectural MSRs". */
#define X86_MSR_TSC		0x10u
#define X86_MSR_MPERF		0xe7u		/* APM Vol. 2, 17.2: the same numbers on AMD */
#define X86_MSR_APERF		0xe8u
#define X86_MSR_EFER		0xc0000080u
#define X86_MSR_TSC_AUX		0xc0000103u
#define X86_EFER_LME		(1ull << 8)
#define X86_EFER_LMA		(1ull << 10)
#define X86_EFER_NXE		(1ull << 11)

#endif /* VMB_ARCH_X86_64_FACTS_H */
