/* SPDX-License-Identifier: MIT */
#ifndef VMB_VMCORE_MMU_FORMAT_H
#define VMB_VMCORE_MMU_FORMAT_H
/*
 * What an architecture supplies to the MMU: how its page-table entries are read and written, what
 * they permit, and what its faults are called.
 */

#include <stdbool.h>

#include "vmcore/mmu/types.h"

struct mmu;

/*
 * How the guest is running right now: part of the TLB's context, so a change costs no flush. What an
 * architecture calls them stands beside.
 */
#define MMU_MODE_USER		1u	/* CPL 3; EL0; U mode */
#define MMU_MODE_NO_USER_DATA	2u	/* supervisor data accesses to user pages fault: SMAP and
					 * not AC; PAN; not SUM */
#define MMU_MODE_READ_EXEC	4u	/* what may be executed may be read: MXR */
#define MMU_NR_MODES		8u

/* Settings that change rarely: a change flushes everything. A format refuses what it does not have. */
#define MMU_WRITE_PROTECT	(1u << 0)	/* supervisor writes obey read-only: CR0.WP */
#define MMU_NO_EXEC		(1u << 1)	/* the no-execute bit exists: EFER.NXE */
#define MMU_NO_USER_EXEC	(1u << 2)	/* supervisor never executes user pages: SMEP */
#define MMU_SET_ACCESSED	(1u << 3)	/* the MMU sets the accessed flag: TCR.HA, Svadu */
#define MMU_SET_DIRTY		(1u << 4)	/* and the dirty state: TCR.HD, Svadu */
#define MMU_WRITE_XOR_EXEC	(1u << 5)	/* what may be written is not executed: SCTLR.WXN */
#define MMU_LOW_OFF		(1u << 6)	/* no walks from root[0]: TCR.EPD0 */
#define MMU_HIGH_OFF		(1u << 7)	/* no walks from root[1]: TCR.EPD1 */
#define MMU_LOW_TAGGED		(1u << 8)	/* bits 63:56 are ignored: TCR.TBI0 */
#define MMU_HIGH_TAGGED		(1u << 9)	/* TCR.TBI1 */
#define MMU_LOW_FLAT		(1u << 10)	/* tables pass no permissions down: TCR.HPD0 */
#define MMU_HIGH_FLAT		(1u << 11)	/* TCR.HPD1 */
#define MMU_MEMORY_TYPES	(1u << 12)	/* entries may give a memory type: Svpbmt */

/**
 * struct mmu_config - the guest's translation registers, as far as they change rarely.
 * @root: the top tables; [1] is that of the upper half in formats that have two
 * @levels: of tables; the format says which numbers it supports
 * @pa_bits: width of a physical address; bits above are an error in an entry
 * @control: MMU_WRITE_PROTECT ...
 */
struct mmu_config {
	gpa_t root[2];
	uint8_t levels;
	uint8_t pa_bits;
	uint32_t control;
};

/** enum mmu_status - how a translation ended. Guest faults are values, not errors. */
enum mmu_status {
	MMU_OK,
	MMU_BAD_ADDRESS,	/* not canonical, or in no table's range */
	MMU_NOT_PRESENT,
	MMU_RESERVED,		/* reserved bits or a reserved combination in an entry */
	MMU_BAD_OUTPUT,		/* a physical address wider than pa_bits */
	MMU_NOT_ACCESSED,	/* accessed or dirty flag clear, and software is to set it */
	MMU_DENIED,		/* the entry is valid and forbids the access */
	MMU_WALK_ABORT,		/* a table lies where there is no memory */
	MMU_MISALIGNED,		/* an access that must be aligned is not */
	MMU_NR_FAULTS,
	/* No faults: the caller does these accesses itself. */
	MMU_NOT_RAM = MMU_NR_FAULTS,	/* translated, but no memory is there: a device, or nothing */
	MMU_CROSSES,		/* the access is on two pages: do its two parts */
};

/**
 * struct mmu_fault - why the last access gave no host address.
 * @status: what happened, in the words of this core
 * @access: enum mmu_access
 * @level: of the entry where the walk ended; 0: before it began
 * @vector: which exception, in the architecture's numbers: x86 vector, ESR exception class,
 *	scause. Meaningless for MMU_NOT_RAM and MMU_CROSSES
 * @code: what comes with it: x86 error code, the whole ESR, 0
 * @gva: the address; what goes to CR2, FAR, stval
 * @gpa: for MMU_NOT_RAM: what it translates to
 */
struct mmu_fault {
	enum mmu_status status;
	uint8_t access;
	uint8_t level;
	uint32_t vector;
	uint32_t code;
	gva_t gva;
	gpa_t gpa;
};

/**
 * struct mmu_rules - what the fast part of a walk needs to know, made when the configuration
 * changes. An entry's permissions are a number of four bits, whose meaning the format chooses
 * (mmu_walk_ops.rights).
 * @plain_mask, @plain_value: [access] a 4 KiB entry with (entry & mask) == value is a valid page
 *	without anything unusual, accessed, and dirty if the access is MMU_WRITE
 * @allow: [mode][access] bit n: permissions n allow the access
 * @hint: the format's own
 */
struct mmu_rules {
	uint64_t plain_mask[MMU_NR_ACCESS], plain_value[MMU_NR_ACCESS];
	uint16_t allow[MMU_NR_MODES][MMU_NR_ACCESS];
	uint64_t hint;
};

/**
 * struct mmu_leaf - a translation.
 * @gpa: the physical address of the byte
 * @level: of the entry that maps it: 1, 2, 3
 * @rights: the permissions of all levels together, as the format counts them
 */
struct mmu_leaf {
	gpa_t gpa;
	uint8_t level;
	uint8_t rights;
};

/* Permissions for mmu_format.page(); what a format cannot express it grants or refuses as a whole. */
#define MMU_PROT_READ	1u
#define MMU_PROT_WRITE	2u
#define MMU_PROT_EXEC	4u
#define MMU_PROT_USER	8u
#define MMU_PROT_USED	16u	/* accessed, and dirty if writable */

/**
 * struct mmu_format - an architecture's page tables.
 * @name: as vmb_arch.name
 * @levels: bit n set: n levels are supported
 * @default_levels: what the architecture's systems use first
 * @default_pa_bits: a common width
 * @default_control: what a current operating system switches on
 * @two_roots: the upper half has a table of its own
 * @page_flush_drops_tables: invalidating one page also forgets every cached table of the space
 * @rules: check @config and make its rules. Return: -EINVAL when the format does not have them
 * @walk: from the tables to a translation, with the updates that the access causes in them.
 *	Writes mmu.fault unless it returns MMU_OK
 * @miss: what the inline lookup calls; see mmu_walk_miss()
 * @prefetch: fill entries of the pages after @va, whose entry in the table is @entry
 * @describe: set the architecture's names of a fault: .vector and .code; the rest is filled in
 * @table, @page: an entry that points to a table, or maps a page at a level; for who builds tables
 * @is_table: does a valid entry of a level above 1 point to a table?
 * @target: the physical address in an entry
 */
struct mmu_format {
	const char *name;
	uint32_t levels;
	uint8_t default_levels;
	uint8_t default_pa_bits;
	uint32_t default_control;
	bool two_roots;
	bool page_flush_drops_tables;
	int (*rules)(const struct mmu_config *config, struct mmu_rules *rules);
	enum mmu_status (*walk)(struct mmu *mmu, gva_t va, enum mmu_access access,
				struct mmu_leaf *leaf);
	void *(*miss)(struct mmu *mmu, gva_t va, enum mmu_access access, uint32_t bytes);
	void (*prefetch)(struct mmu *mmu, gva_t va, enum mmu_access access, const uint64_t *entry,
			 uint32_t inherited);
	void (*describe)(const struct mmu *mmu, struct mmu_fault *fault);
	uint64_t (*table)(gpa_t table);
	uint64_t (*page)(gpa_t page, unsigned int level, unsigned int prot);
	bool (*is_table)(uint64_t entry);
	uint64_t (*target)(uint64_t entry);
};

#endif /* VMB_VMCORE_MMU_FORMAT_H */
