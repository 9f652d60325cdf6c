// SPDX-License-Identifier: MIT
/*
 * Sv39, Sv48 and Sv57: three, four and five levels. root[0] is satp.PPN times the page size.
 *
 * Source: RISC-V Privileged Architecture 20211203 (v1.12): 4.3.1 "Addressing and Memory Protection",
 * 4.3.2 "Virtual Address Translation Process", 4.4 Sv39, 4.5 Sv48, 4.6 Sv57, chapter 6 Svpbmt, table
 * 4.2 "scause values after trap". Svadu: version 1.13, where MMU_SET_ACCESSED is menvcfg.ADUE.
 */
#include "vmcore/mmu/walk.h"

#include <errno.h>

#include "arch/riscv64/facts.h"

/* Permissions as this format counts them: bits 4:1 of the entry. */
#define MAY_READ  1u
#define MAY_WRITE 2u
#define MAY_EXEC  4u
#define USER_PAGE 8u

#define PA_BITS	  56

extern const struct mmu_format mmu_format_riscv64;

static bool may_reach(unsigned int mode, unsigned int access, unsigned int rights)
{
	if (mode & MMU_MODE_USER)
		return rights & USER_PAGE;
	return !(rights & USER_PAGE) || (access != MMU_EXEC && !(mode & MMU_MODE_NO_USER_DATA));
}

static bool may(unsigned int mode, unsigned int access, unsigned int rights)
{
	static const uint8_t needs[MMU_NR_ACCESS] = { MAY_READ, MAY_WRITE, MAY_EXEC };

	if ((rights & MAY_WRITE) && !(rights & MAY_READ))
		return false;	/* reserved */
	if ((rights & needs[access]) ||
	    (access == MMU_READ && (mode & MMU_MODE_READ_EXEC) && (rights & MAY_EXEC)))
		return may_reach(mode, access, rights);
	return false;
}

static uint16_t allow(unsigned int mode, unsigned int access)
{
	uint16_t set = 0;

	for (unsigned int rights = 0; rights < 16; rights++)
		if (may(mode, access, rights))
			set |= (uint16_t)(1u << rights);
	return set;
}

static uint64_t used_bits(unsigned int access)
{
	return access == MMU_WRITE ? RISCV_PTE_A | RISCV_PTE_D : RISCV_PTE_A;
}

/* rules.hint are the bits that are reserved in every entry. */
static int rules(const struct mmu_config *c, struct mmu_rules *r)
{
	uint32_t both = MMU_SET_ACCESSED | MMU_SET_DIRTY;
	const uint32_t known = both | MMU_MEMORY_TYPES;

	if (c->control & ~known || c->pa_bits != PA_BITS ||
	    ((c->control & both) && (c->control & both) != both))
		return -EINVAL;
	r->hint = RISCV_PTE_RESERVED | RISCV_PTE_N;
	if (!(c->control & MMU_MEMORY_TYPES))
		r->hint |= RISCV_PTE_PBMT_MASK;
	for (unsigned int a = 0; a < MMU_NR_ACCESS; a++) {
		r->plain_value[a] = RISCV_PTE_V | used_bits(a);
		/* an entry with a memory type takes the complete walk: 3 is reserved */
		r->plain_mask[a] = r->plain_value[a] | RISCV_PTE_RESERVED | RISCV_PTE_N |
				   RISCV_PTE_PBMT_MASK;
	}
	for (unsigned int mode = 0; mode < MMU_NR_MODES; mode++)
		for (unsigned int a = 0; a < MMU_NR_ACCESS; a++)
			r->allow[mode][a] = allow(mode, a);
	return 0;
}

VMB_INLINE enum mmu_status root(const struct mmu *m, uint64_t *va, gpa_t *table)
{
	unsigned int unused = 64 - mmu_level_shift(m->config.levels + 1u);

	if ((uint64_t)((int64_t)(*va << unused) >> unused) != *va)
		return MMU_BAD_ADDRESS;
	*table = GPA(m->config.root[0].v & (RISCV_SATP_PPN_MASK << MMU_PAGE_SHIFT));
	return MMU_OK;
}

VMB_INLINE uint64_t target(uint64_t entry)
{
	return (entry & RISCV_PTE_PPN_MASK) >> RISCV_PTE_PPN_SHIFT << MMU_PAGE_SHIFT;
}

VMB_INLINE uint32_t rights(const struct mmu_rules *r, uint64_t entry)
{
	(void)r;
	return (uint32_t)(entry >> 1 & 15);
}

VMB_INLINE unsigned int step_table(uint64_t entry, unsigned int level)
{
	const uint64_t reserved = RISCV_PTE_D | RISCV_PTE_A | RISCV_PTE_U | RISCV_PTE_N |
				  RISCV_PTE_PBMT_MASK;

	return level == 1 || (entry & reserved) ? MMU_RESERVED : MMU_STEP_TABLE;
}

VMB_INLINE unsigned int step(const struct mmu *m, uint64_t va, uint64_t entry, unsigned int level,
			     uint32_t *inherited)
{
	(void)va;
	(void)inherited;
	if (!(entry & RISCV_PTE_V))
		return MMU_NOT_PRESENT;
	if ((entry & m->rules.hint) ||
	    (entry & (RISCV_PTE_R | RISCV_PTE_W)) == RISCV_PTE_W ||
	    (entry & RISCV_PTE_PBMT_MASK) == RISCV_PTE_PBMT_MASK)
		return MMU_RESERVED;
	if (!(entry & (RISCV_PTE_R | RISCV_PTE_W | RISCV_PTE_X)))
		return step_table(entry, level);
	if (target(entry) & ((1ull << mmu_level_shift(level)) - 1))
		return MMU_RESERVED;	/* a misaligned superpage */
	return MMU_STEP_PAGE;
}

VMB_INLINE enum mmu_status used(const struct mmu *m, enum mmu_access access, uint64_t *entry)
{
	uint64_t want = used_bits(access);

	if ((*entry & want) != want && !(m->config.control & MMU_SET_ACCESSED))
		return MMU_NOT_ACCESSED;
	*entry |= want;
	return MMU_OK;
}

static const struct mmu_walk_ops ops = {
	.root = root,
	.step = step,
	.target = target,
	.rights = rights,
	.used = used,
};

MMU_WALK_FUNCTIONS(ops)

/* scause: by row, an address that is misaligned, an access fault, a page fault. */
static void describe(const struct mmu *m, struct mmu_fault *f)
{
	static const uint8_t misaligned[MMU_NR_ACCESS] = { 4, 6, 0 };
	static const uint8_t access[MMU_NR_ACCESS] = { 5, 7, 1 };
	static const uint8_t page_fault[MMU_NR_ACCESS] = { 13, 15, 12 };

	(void)m;
	f->vector = f->status == MMU_MISALIGNED ? misaligned[f->access] :
		    f->status == MMU_WALK_ABORT ? access[f->access] :
						  page_fault[f->access];
}

static uint64_t table(gpa_t at)
{
	return at.v >> MMU_PAGE_SHIFT << RISCV_PTE_PPN_SHIFT | RISCV_PTE_V;
}

static uint64_t page(gpa_t at, unsigned int level, unsigned int prot)
{
	uint64_t entry = table(at) | RISCV_PTE_R;

	(void)level;
	if (prot & MMU_PROT_WRITE)
		entry |= RISCV_PTE_W;
	if (prot & MMU_PROT_EXEC)
		entry |= RISCV_PTE_X;
	if (prot & MMU_PROT_USER)
		entry |= RISCV_PTE_U;
	if (prot & MMU_PROT_USED)
		entry |= RISCV_PTE_A | (prot & MMU_PROT_WRITE ? RISCV_PTE_D : 0);
	return entry;
}

static bool is_table(uint64_t entry)
{
	return !(entry & (RISCV_PTE_R | RISCV_PTE_W | RISCV_PTE_X));
}

const struct mmu_format mmu_format_riscv64 = {
	.name = "riscv64",
	.levels = 1u << 3 | 1u << 4 | 1u << 5,
	.default_levels = 3,
	.default_pa_bits = PA_BITS,
	.default_control = MMU_SET_ACCESSED | MMU_SET_DIRTY,
	.rules = rules,
	.walk = walk,
	.miss = miss,
	.prefetch = prefetch,
	.describe = describe,
	.table = table,
	.page = page,
	.is_table = is_table,
	.target = target,
};
