// SPDX-License-Identifier: MIT
/*
 * 4-level and 5-level paging of 64-bit mode.
 *
 * Source: Intel SDM Vol. 3A, 4.5 "4-Level Paging and 5-Level Paging", 4.6 "Access Rights", 4.7
 * "Page-Fault Exceptions", 4.8 "Accessed and Dirty Flags", 4.10.4 "Invalidation of TLBs and
 * Paging-Structure Caches".
 */
#include "vmcore/mmu/walk.h"

#include <errno.h>

#include "arch/x86_64/facts.h"

/* Permissions as this format counts them. */
#define MAY_WRITE 1u
#define MAY_USER  2u
#define NO_EXEC	  4u

#define VECTOR_GP 13
#define VECTOR_PF 14
#define VECTOR_AC 17

extern const struct mmu_format mmu_format_x86_64;

/*
 * rules.hint is the mask of bits that are reserved in every entry. Protection keys, which bits 62:59
 * hold when they are on, are not supported; bits 62:52 are ignored then.
 */
static uint64_t reserved_bits(const struct mmu_config *c)
{
	uint64_t address = X86_PTE_ADDR_4K & ~((1ull << c->pa_bits) - 1);

	return address | (c->control & MMU_NO_EXEC ? 0 : X86_PTE_NX);
}

static bool supervisor_allowed(const struct mmu_config *c, unsigned int mode, unsigned int access,
			       unsigned int rights)
{
	bool user_page = rights & MAY_USER;

	if (access == MMU_EXEC)
		return !(rights & NO_EXEC) && !(user_page && (c->control & MMU_NO_USER_EXEC));
	if (user_page && (mode & MMU_MODE_NO_USER_DATA))
		return false;
	return access == MMU_READ || (rights & MAY_WRITE) || !(c->control & MMU_WRITE_PROTECT);
}

static bool user_allowed(unsigned int access, unsigned int rights)
{
	if (!(rights & MAY_USER))
		return false;
	if (access == MMU_EXEC)
		return !(rights & NO_EXEC);
	return access == MMU_READ || (rights & MAY_WRITE);
}

static uint16_t allow(const struct mmu_config *c, unsigned int mode, unsigned int access)
{
	uint16_t set = 0;

	for (unsigned int rights = 0; rights < 8; rights++)
		if (mode & MMU_MODE_USER ? user_allowed(access, rights) :
					   supervisor_allowed(c, mode, access, rights))
			set |= (uint16_t)(1u << rights);
	return set;
}

static uint64_t used_bits(unsigned int access)
{
	return access == MMU_WRITE ? X86_PTE_A | X86_PTE_D : X86_PTE_A;
}

static int rules(const struct mmu_config *c, struct mmu_rules *r)
{
	const uint32_t known = MMU_WRITE_PROTECT | MMU_NO_EXEC | MMU_NO_USER_EXEC |
			       MMU_SET_ACCESSED | MMU_SET_DIRTY;

	if (c->control & ~known || c->pa_bits < 32 || c->pa_bits > 52 ||
	    !(c->control & MMU_SET_ACCESSED) || !(c->control & MMU_SET_DIRTY))
		return -EINVAL;
	r->hint = reserved_bits(c);
	for (unsigned int a = 0; a < MMU_NR_ACCESS; a++) {
		r->plain_value[a] = X86_PTE_P | used_bits(a);
		r->plain_mask[a] = r->plain_value[a] | r->hint;
	}
	for (unsigned int mode = 0; mode < MMU_NR_MODES; mode++)
		for (unsigned int a = 0; a < MMU_NR_ACCESS; a++)
			r->allow[mode][a] = allow(c, mode, a);
	return 0;
}

VMB_INLINE enum mmu_status root(const struct mmu *m, uint64_t *va, gpa_t *table)
{
	unsigned int unused = 64 - mmu_level_shift(m->config.levels + 1u);

	if ((uint64_t)((int64_t)(*va << unused) >> unused) != *va)
		return MMU_BAD_ADDRESS;
	*table = GPA(m->config.root[0].v & X86_PTE_ADDR_4K);
	return MMU_OK;
}

VMB_INLINE uint32_t rights(const struct mmu_rules *r, uint64_t entry)
{
	(void)r;
	return (uint32_t)(entry >> 1 & 3) | (uint32_t)(entry >> 63 << 2);
}

/* The part of a large page's address field below the page is reserved, but for the PAT bit. */
VMB_INLINE uint64_t reserved_in(uint64_t entry, unsigned int level)
{
	if (!(entry & X86_PTE_PS) || level == 1)
		return 0;
	if (level > 3)
		return X86_PTE_PS;
	return X86_PTE_ADDR_4K & ~X86_PTE_PAT_LARGE &
	       ~(level == 2 ? X86_PTE_ADDR_2M : X86_PTE_ADDR_1G);
}

VMB_INLINE unsigned int step(const struct mmu *m, uint64_t va, uint64_t entry, unsigned int level,
			     uint32_t *inherited)
{
	uint32_t own = rights(&m->rules, entry);

	(void)va;
	if (!(entry & X86_PTE_P))
		return MMU_NOT_PRESENT;
	if (entry & (m->rules.hint | reserved_in(entry, level)))
		return MMU_RESERVED;
	if (level == 1 || (entry & X86_PTE_PS))
		return MMU_STEP_PAGE;
	*inherited = (*inherited & (own | ~(MAY_WRITE | MAY_USER))) | (own & NO_EXEC) << 4;
	return MMU_STEP_TABLE;
}

VMB_INLINE uint64_t target(uint64_t entry)
{
	return entry & X86_PTE_ADDR_4K;
}

VMB_INLINE enum mmu_status used(const struct mmu *m, enum mmu_access access, uint64_t *entry)
{
	(void)m;
	*entry |= used_bits(access);
	return MMU_OK;
}

/* A bus without memory reads as ones. */
static const struct mmu_walk_ops ops = {
	.absent = ~0ull,
	.table_accessed = X86_PTE_A,
	.root = root,
	.step = step,
	.target = target,
	.rights = rights,
	.used = used,
};

MMU_WALK_FUNCTIONS(ops)

static uint32_t error_code(const struct mmu *m, const struct mmu_fault *f)
{
	uint32_t code = f->status == MMU_NOT_PRESENT ? 0 : X86_PF_P;

	if (f->status == MMU_RESERVED)
		code |= X86_PF_RSVD;
	if (f->access == MMU_WRITE)
		code |= X86_PF_W;
	if (m->mode & MMU_MODE_USER)
		code |= X86_PF_U;
	if (f->access == MMU_EXEC && (m->config.control & (MMU_NO_EXEC | MMU_NO_USER_EXEC)))
		code |= X86_PF_I;
	return code;
}

static void describe(const struct mmu *m, struct mmu_fault *f)
{
	if (f->status == MMU_BAD_ADDRESS || f->status == MMU_MISALIGNED) {
		f->vector = f->status == MMU_BAD_ADDRESS ? VECTOR_GP : VECTOR_AC;
		return;
	}
	f->vector = VECTOR_PF;
	f->code = error_code(m, f);
}

static uint64_t table(gpa_t at)
{
	return at.v | X86_PTE_P | X86_PTE_RW | X86_PTE_US;
}

static uint64_t page(gpa_t at, unsigned int level, unsigned int prot)
{
	uint64_t entry = at.v | X86_PTE_P;

	if (prot & MMU_PROT_WRITE)
		entry |= X86_PTE_RW;
	if (!(prot & MMU_PROT_EXEC))
		entry |= X86_PTE_NX;
	if (prot & MMU_PROT_USER)
		entry |= X86_PTE_US;
	if (prot & MMU_PROT_USED)
		entry |= X86_PTE_A | (prot & MMU_PROT_WRITE ? X86_PTE_D : 0);
	return level > 1 ? entry | X86_PTE_PS : entry;
}

static bool is_table(uint64_t entry)
{
	return !(entry & X86_PTE_PS);
}

const struct mmu_format mmu_format_x86_64 = {
	.name = "x86_64",
	.levels = 1u << 4 | 1u << 5,
	.default_levels = 4,
	.default_pa_bits = 48,
	.default_control = MMU_WRITE_PROTECT | MMU_NO_EXEC | MMU_NO_USER_EXEC | MMU_SET_ACCESSED |
			   MMU_SET_DIRTY,
	.page_flush_drops_tables = true,
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
