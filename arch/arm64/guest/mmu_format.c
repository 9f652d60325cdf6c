// SPDX-License-Identifier: MIT
/*
 * VMSAv8-64, stage 1 of the EL1&0 regime, 4 KiB granule: 48-bit addresses by four levels, 39-bit by
 * three. TTBR0 is root[0], TTBR1 root[1]. Hints that may be ignored are: Contiguous, memory types.
 *
 * Source: Arm ARM (DDI 0487), D8.2 "Translation process", D8.3 "Translation table descriptor
 * formats", D8.4 "Memory access control", D8.5 "Hardware updates to the translation tables"; the
 * fault codes: D19.2.40 "ESR_EL1", ISS encodings for an exception from a Data or Instruction Abort.
 */
#include "vmcore/mmu/walk.h"

#include <errno.h>

#include "arch/arm64/facts.h"

/* Permissions as this format counts them: AP[2:1] and the two execute-nevers. */
#define EL0_DATA  1u
#define READ_ONLY 2u
#define PXN	  4u
#define UXN	  8u

#define FSC_ADDRESS_SIZE 0x00	/* all of these: + level, which the architecture counts from 0 */
#define FSC_TRANSLATION	 0x04
#define FSC_ACCESS_FLAG	 0x08
#define FSC_PERMISSION	 0x0c
#define FSC_WALK_ABORT	 0x14
#define FSC_ALIGNMENT	 0x21
#define EC_INSN_LOWER	 0x20
#define EC_INSN_SAME	 0x21
#define EC_DATA_LOWER	 0x24
#define EC_DATA_SAME	 0x25
#define EC_PC_ALIGNMENT	 0x22
#define ESR_EC_SHIFT	 26
#define ESR_IL		 (1u << 25)
#define ESR_WNR		 (1u << 6)

#define UPPER_HALF	 (1ull << 55)

extern const struct mmu_format mmu_format_arm64;

static bool may_write(unsigned int mode, unsigned int rights)
{
	return !(rights & READ_ONLY) && (!(mode & MMU_MODE_USER) || (rights & EL0_DATA));
}

/* What EL0 may write, EL1 never executes. */
static bool may_execute(const struct mmu_config *c, unsigned int mode, unsigned int rights)
{
	if ((c->control & MMU_WRITE_XOR_EXEC) && may_write(mode, rights))
		return false;
	if (mode & MMU_MODE_USER)
		return !(rights & UXN);
	return !(rights & PXN) && !may_write(MMU_MODE_USER, rights);
}

static bool may(const struct mmu_config *c, unsigned int mode, unsigned int access,
		unsigned int rights)
{
	if (access == MMU_EXEC)
		return may_execute(c, mode, rights);
	if ((mode & MMU_MODE_USER) && !(rights & EL0_DATA))
		return false;
	if (!(mode & MMU_MODE_USER) && (mode & MMU_MODE_NO_USER_DATA) && (rights & EL0_DATA))
		return false;
	return access == MMU_READ || may_write(mode, rights);
}

static uint16_t allow(const struct mmu_config *c, unsigned int mode, unsigned int access)
{
	uint16_t set = 0;

	for (unsigned int rights = 0; rights < 16; rights++)
		if (may(c, mode, access, rights))
			set |= (uint16_t)(1u << rights);
	return set;
}

static bool known(const struct mmu_config *c)
{
	const uint32_t controls = MMU_SET_ACCESSED | MMU_SET_DIRTY | MMU_WRITE_XOR_EXEC |
				  MMU_LOW_OFF | MMU_HIGH_OFF | MMU_LOW_TAGGED | MMU_HIGH_TAGGED |
				  MMU_LOW_FLAT | MMU_HIGH_FLAT;

	if ((c->control & MMU_SET_DIRTY) && !(c->control & MMU_SET_ACCESSED))
		return false;
	return !(c->control & ~controls) && c->pa_bits >= 32 && c->pa_bits <= 48;
}

/* rules.hint is DBM where the MMU keeps the dirty state, else 0. */
static int rules(const struct mmu_config *c, struct mmu_rules *r)
{
	if (!known(c))
		return -EINVAL;
	r->hint = c->control & MMU_SET_DIRTY ? ARM64_DESC_DBM : 0;
	for (unsigned int a = 0; a < MMU_NR_ACCESS; a++) {
		r->plain_value[a] = ARM64_DESC_PAGE | ARM64_DESC_AF;
		r->plain_mask[a] = r->plain_value[a] | (a == MMU_WRITE ? ARM64_DESC_AP_RO : 0) |
				   (ARM64_DESC_ADDR_4K & ~((1ull << c->pa_bits) - 1));
	}
	for (unsigned int mode = 0; mode < MMU_NR_MODES; mode++)
		for (unsigned int a = 0; a < MMU_NR_ACCESS; a++)
			r->allow[mode][a] = allow(c, mode, a);
	return 0;
}

VMB_INLINE bool has(const struct mmu *m, uint64_t va, uint32_t low, uint32_t high)
{
	return m->config.control & (va & UPPER_HALF ? high : low);
}

VMB_INLINE enum mmu_status root(const struct mmu *m, uint64_t *va, gpa_t *table)
{
	bool upper = *va & UPPER_HALF;
	uint64_t above = ~0ull << mmu_level_shift(m->config.levels + 1u);
	uint64_t extended = upper ? *va | above : *va & ~above;
	uint64_t ignored = has(m, *va, MMU_LOW_TAGGED, MMU_HIGH_TAGGED) ? 0xffull << 56 : 0;

	if (((extended ^ *va) & ~ignored) || has(m, *va, MMU_LOW_OFF, MMU_HIGH_OFF))
		return MMU_BAD_ADDRESS;
	*va = extended;
	*table = GPA(m->config.root[upper].v & ARM64_DESC_ADDR_4K);
	return table->v >> m->config.pa_bits ? MMU_BAD_OUTPUT : MMU_OK;
}

/* A page whose dirty state the MMU keeps is writable: read-only means that it is clean. */
VMB_INLINE uint32_t rights(const struct mmu_rules *r, uint64_t entry)
{
	uint64_t clean = (entry & r->hint) >> 50;

	return (uint32_t)((entry >> 6 & 3 & ~clean) | (entry >> 53 & 3) << 2);
}

VMB_INLINE uint32_t narrow(uint32_t inherited, uint64_t entry)
{
	if (entry & ARM64_TABLE_AP_NO_EL0)
		inherited &= ~EL0_DATA;
	if (entry & ARM64_TABLE_AP_RO)
		inherited |= READ_ONLY << 4;
	if (entry & ARM64_TABLE_PXN)
		inherited |= PXN << 4;
	if (entry & ARM64_TABLE_UXN)
		inherited |= UXN << 4;
	return inherited;
}

VMB_INLINE unsigned int step(const struct mmu *m, uint64_t va, uint64_t entry, unsigned int level,
			     uint32_t *inherited)
{
	uint64_t type = entry & ARM64_DESC_TYPE_MASK;
	uint64_t address = entry & ARM64_DESC_ADDR_4K;
	bool is_page = level == 1 ? type == ARM64_DESC_PAGE :
				    type == ARM64_DESC_BLOCK && level <= 3;

	if (!is_page && (level == 1 || type != ARM64_DESC_TABLE))
		return MMU_NOT_PRESENT;
	if (is_page)
		address &= ~((1ull << mmu_level_shift(level)) - 1);
	if (address >> m->config.pa_bits)
		return MMU_BAD_OUTPUT;
	if (is_page)
		return MMU_STEP_PAGE;
	if (!has(m, va, MMU_LOW_FLAT, MMU_HIGH_FLAT))
		*inherited = narrow(*inherited, entry);
	return MMU_STEP_TABLE;
}

VMB_INLINE uint64_t target(uint64_t entry)
{
	return entry & ARM64_DESC_ADDR_4K;
}

VMB_INLINE enum mmu_status used(const struct mmu *m, enum mmu_access access, uint64_t *entry)
{
	if (!(*entry & ARM64_DESC_AF) && !(m->config.control & MMU_SET_ACCESSED))
		return MMU_NOT_ACCESSED;
	*entry |= ARM64_DESC_AF;
	if (access == MMU_WRITE)
		*entry &= ~ARM64_DESC_AP_RO;
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

static uint32_t fault_status(const struct mmu *m, const struct mmu_fault *f)
{
	static const uint8_t codes[MMU_NR_FAULTS] = {
		[MMU_BAD_ADDRESS] = FSC_TRANSLATION, [MMU_NOT_PRESENT] = FSC_TRANSLATION,
		[MMU_RESERVED] = FSC_TRANSLATION, [MMU_BAD_OUTPUT] = FSC_ADDRESS_SIZE,
		[MMU_NOT_ACCESSED] = FSC_ACCESS_FLAG, [MMU_DENIED] = FSC_PERMISSION,
		[MMU_WALK_ABORT] = FSC_WALK_ABORT, [MMU_MISALIGNED] = FSC_ALIGNMENT,
	};

	(void)m;
	/* Before the walk began it counts as level 0. */
	return codes[f->status] +
	       (f->status == MMU_MISALIGNED || !f->level ? 0u : 4u - f->level);
}

static void describe(const struct mmu *m, struct mmu_fault *f)
{
	bool user = m->mode & MMU_MODE_USER;
	uint32_t iss = fault_status(m, f);

	if (f->access == MMU_EXEC && f->status == MMU_MISALIGNED) {
		f->vector = EC_PC_ALIGNMENT;
		iss = 0;
	} else if (f->access == MMU_EXEC) {
		f->vector = user ? EC_INSN_LOWER : EC_INSN_SAME;
	} else {
		f->vector = user ? EC_DATA_LOWER : EC_DATA_SAME;
		iss |= f->access == MMU_WRITE ? ESR_WNR : 0;
	}
	f->code = f->vector << ESR_EC_SHIFT | ESR_IL | iss;
}

static uint64_t table(gpa_t at)
{
	return at.v | ARM64_DESC_TABLE;
}

static uint64_t page(gpa_t at, unsigned int level, unsigned int prot)
{
	uint64_t entry = at.v | (level > 1 ? ARM64_DESC_BLOCK : ARM64_DESC_PAGE) |
			 ARM64_DESC_SH_INNER | ARM64_DESC_PXN | ARM64_DESC_UXN;

	if (!(prot & MMU_PROT_WRITE))
		entry |= ARM64_DESC_AP_RO;
	if (prot & MMU_PROT_USER)
		entry |= ARM64_DESC_AP_EL0;
	if (prot & MMU_PROT_EXEC)
		entry &= ~(prot & MMU_PROT_USER ? ARM64_DESC_UXN : ARM64_DESC_PXN);
	return prot & MMU_PROT_USED ? entry | ARM64_DESC_AF : entry;
}

static bool is_table(uint64_t entry)
{
	return (entry & ARM64_DESC_TYPE_MASK) == ARM64_DESC_TABLE;
}

const struct mmu_format mmu_format_arm64 = {
	.name = "arm64",
	.levels = 1u << 3 | 1u << 4,
	.default_levels = 4,
	.default_pa_bits = 48,
	.default_control = MMU_SET_ACCESSED | MMU_SET_DIRTY,
	.two_roots = true,
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
