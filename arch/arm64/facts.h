/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef VMB_ARCH_ARM64_FACTS_H
#define VMB_ARCH_ARM64_FACTS_H
/*
 * Constants of the VMSAv8-64 translation tables, stage 1 of the EL1&0 regime, 48-bit output
 * addresses. Kernel-safe; the names begin with ARM64_ and are not those of the kernel's headers.
 *
 * Source: Arm ARM (DDI 0487), chapter D8 "The AArch64 Virtual Memory System Architecture": D8.2
 * "Translation process", D8.3 "Translation table descriptor formats", D8.4 "Memory access control",
 * D8.6 "Memory region attributes".
 */

#include "arch/base/types.h"

#define ARM64_PAGE_BYTES_4K	0x1000u
#define ARM64_PAGE_BYTES_16K	0x4000u
#define ARM64_PAGE_BYTES_64K	0x10000u
#define ARM64_BLOCK_BYTES_2M	0x200000u	/* 4 KB granule, level 2 */
#define ARM64_BLOCK_BYTES_32M	0x2000000u	/* 16 KB granule, level 2 */
#define ARM64_BLOCK_BYTES_512M	0x20000000u	/* 64 KB granule, level 2 */
#define ARM64_BLOCK_BYTES_1G	0x40000000u	/* 4 KB granule, level 1 */
#define ARM64_VA_BITS_4_LEVEL_4K 48
#define ARM64_VA_BITS_3_LEVEL_4K 39

/* Bits of an address that one full table resolves: granule / 8 bytes per entry. */
#define ARM64_PT_ENTRY_BYTES	8
#define ARM64_PT_INDEX_BITS_4K	9
#define ARM64_PT_INDEX_BITS_16K	11
#define ARM64_PT_INDEX_BITS_64K	13

/* Bits 1:0, the descriptor's type. */
#define ARM64_DESC_VALID	(1ull << 0)
#define ARM64_DESC_TYPE_MASK	3ull
#define ARM64_DESC_BLOCK	1ull		/* levels 1 and 2 */
#define ARM64_DESC_TABLE	3ull		/* levels 0 to 2 */
#define ARM64_DESC_PAGE		3ull		/* level 3; 1 is reserved there */

/* Lower attributes of a block or page descriptor. */
#define ARM64_DESC_ATTR_SHIFT	2		/* AttrIndx[2:0], bits 4:2, into MAIR_EL1 */
#define ARM64_DESC_ATTR_MASK	(7ull << ARM64_DESC_ATTR_SHIFT)
#define ARM64_DESC_NS		(1ull << 5)
#define ARM64_DESC_AP_EL0	(1ull << 6)	/* AP[1]: EL0 may access */
#define ARM64_DESC_AP_RO	(1ull << 7)	/* AP[2]: read-only */
#define ARM64_DESC_SH_SHIFT	8		/* bits 9:8 */
#define ARM64_DESC_SH_NONE	(0ull << ARM64_DESC_SH_SHIFT)
#define ARM64_DESC_SH_OUTER	(2ull << ARM64_DESC_SH_SHIFT)
#define ARM64_DESC_SH_INNER	(3ull << ARM64_DESC_SH_SHIFT)
#define ARM64_DESC_AF		(1ull << 10)	/* access flag */
#define ARM64_DESC_NG		(1ull << 11)	/* not global: the ASID takes part */

/* Upper attributes of a block or page descriptor. */
#define ARM64_DESC_DBM		(1ull << 51)	/* dirty bit modifier, FEAT_HAFDBS */
#define ARM64_DESC_CONTIG	(1ull << 52)
#define ARM64_DESC_PXN		(1ull << 53)
#define ARM64_DESC_UXN		(1ull << 54)

/* Attributes that a table descriptor passes down, unless TCR_EL1.HPDn switches them off. */
#define ARM64_TABLE_PXN		(1ull << 59)
#define ARM64_TABLE_UXN		(1ull << 60)
#define ARM64_TABLE_AP_NO_EL0	(1ull << 61)
#define ARM64_TABLE_AP_RO	(1ull << 62)
#define ARM64_TABLE_NS		(1ull << 63)

/* Output address, bits 47 down to the granule or block. */
#define ARM64_DESC_ADDR_4K	0x0000fffffffff000ull
#define ARM64_DESC_ADDR_16K	0x0000ffffffffc000ull
#define ARM64_DESC_ADDR_64K	0x0000ffffffff0000ull
#define ARM64_DESC_ADDR_2M	0x0000ffffffe00000ull
#define ARM64_DESC_ADDR_1G	0x0000ffffc0000000ull

#endif /* VMB_ARCH_ARM64_FACTS_H */
