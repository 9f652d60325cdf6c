// SPDX-License-Identifier: MIT
#include "vmcore/mmu/build.h"

#include <errno.h>
#include <string.h>

static uint64_t *entries_at(const struct mmu_builder *b, gpa_t table)
{
	return (uint64_t *)(void *)(b->memory.host + (table.v - b->memory.first.v));
}

static int take_table(struct mmu_builder *b, gpa_t *table)
{
	if (b->next.v + MMU_PAGE_BYTES > b->end.v)
		return -ENOSPC;
	*table = b->next;
	b->next.v += MMU_PAGE_BYTES;
	memset(entries_at(b, *table), 0, MMU_PAGE_BYTES);
	return 0;
}

int mmu_builder_init(struct mmu_builder *b, const struct mmu_format *format, unsigned int levels,
		     const struct mmu_region *memory, gpa_t first, gpa_t end)
{
	if ((first.v | end.v) % MMU_PAGE_BYTES || first.v > end.v || first.v < memory->first.v ||
	    end.v - memory->first.v > memory->bytes || !(format->levels >> levels & 1))
		return -EINVAL;
	*b = (struct mmu_builder){
		.format = format, .levels = levels, .memory = *memory, .next = first, .end = end,
	};
	return take_table(b, &b->root);
}

int mmu_builder_map(struct mmu_builder *b, gva_t va, gpa_t pa, unsigned int level,
		    unsigned int prot)
{
	gpa_t table = b->root;
	uint64_t *entry;
	int err;

	if (!level || level > 3 || ((va.v | pa.v) & ((1ull << mmu_level_shift(level)) - 1)))
		return -EINVAL;
	for (unsigned int at = b->levels;; at--) {
		entry = &entries_at(b, table)[(va.v >> mmu_level_shift(at)) % MMU_TABLE_ENTRIES];
		if (at == level)
			break;
		if (*entry && !b->format->is_table(*entry))
			return -EEXIST;
		if (*entry) {
			table = GPA(b->format->target(*entry));
			continue;
		}
		err = take_table(b, &table);
		if (err)
			return err;
		*entry = b->format->table(table);
	}
	if (*entry)
		return -EEXIST;
	*entry = b->format->page(pa, level, prot);
	return 0;
}
