/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef VMB_ARCH_RISCV64_FACTS_H
#define VMB_ARCH_RISCV64_FACTS_H
/*
 * Constants of the Sv39, Sv48 and Sv57 page tables. Kernel-safe; the names begin with RISCV_ and
 * are not those of the kernel's headers.
 *
 * Source: RISC-V Privileged Architecture 20211203 (v1.12): 4.1.11 "satp", 4.3.1 "Addressing and
 * Memory Protection" (the bits, which 4.4 Sv39, 4.5 Sv48 and 4.6 Sv57 share), chapter 5 "Svnapot",
 * chapter 6 "Svpbmt".
 */

#include "arch/base/types.h"

#define RISCV_PAGE_BYTES_4K	0x1000u
#define RISCV_PAGE_BYTES_2M	0x200000u	/* megapage: a leaf at level 1 */
#define RISCV_PAGE_BYTES_1G	0x40000000u	/* gigapage: a leaf at level 2 */
#define RISCV_VA_BITS_SV39	39
#define RISCV_VA_BITS_SV48	48
#define RISCV_VA_BITS_SV57	57

#define RISCV_PT_INDEX_BITS	9
#define RISCV_PT_ENTRIES	512
#define RISCV_PT_ENTRY_BYTES	8

#define RISCV_PTE_V		(1ull << 0)	/* valid */
#define RISCV_PTE_R		(1ull << 1)	/* R = W = X = 0: the entry points to a table */
#define RISCV_PTE_W		(1ull << 2)	/* W without R is reserved */
#define RISCV_PTE_X		(1ull << 3)
#define RISCV_PTE_U		(1ull << 4)	/* user mode may access */
#define RISCV_PTE_G		(1ull << 5)	/* global */
#define RISCV_PTE_A		(1ull << 6)	/* accessed */
#define RISCV_PTE_D		(1ull << 7)	/* dirty */
#define RISCV_PTE_RSW		(3ull << 8)	/* for software */
#define RISCV_PTE_PPN_SHIFT	10		/* bits 53:10, physical address >> 12 */
#define RISCV_PTE_PPN_MASK	0x003ffffffffffc00ull
#define RISCV_PTE_RESERVED	(0x7full << 54)	/* bits 60:54 */
#define RISCV_PTE_PBMT_SHIFT	61		/* bits 62:61, Svpbmt; reserved without */
#define RISCV_PTE_PBMT_MASK	(3ull << RISCV_PTE_PBMT_SHIFT)
#define RISCV_PTE_N		(1ull << 63)	/* Svnapot; reserved without */

#define RISCV_SATP_MODE_SHIFT	60
#define RISCV_SATP_MODE_BARE	0ull
#define RISCV_SATP_MODE_SV39	8ull
#define RISCV_SATP_MODE_SV48	9ull
#define RISCV_SATP_MODE_SV57	10ull
#define RISCV_SATP_ASID_SHIFT	44
#define RISCV_SATP_ASID_MASK	(0xffffull << RISCV_SATP_ASID_SHIFT)
#define RISCV_SATP_PPN_MASK	0x00000fffffffffffull

#endif /* VMB_ARCH_RISCV64_FACTS_H */
