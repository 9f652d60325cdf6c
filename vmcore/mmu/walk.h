/* SPDX-License-Identifier: MIT */
#ifndef VMB_VMCORE_MMU_WALK_H
#define VMB_VMCORE_MMU_WALK_H
/*
 * The page-table walk, once, for a format to instantiate: everything here is inlined into the
 * format's functions with its operations as constants, so that nothing is called through a pointer
 * and no format pays for another.
 *
 * A miss is handled in two parts. The fast one knows the table of the page from the cache of tables,
 * and takes an entry that is plain, permitted and used before; whatever is unusual goes to the
 * complete walk, which starts over and finds out why.
 */

#include "vmcore/mmu/mmu.h"

/* Permissions pass down as two masks of four bits, AND and OR, in the low byte of a cached table. */
#define MMU_INHERIT_ALL	 0x0fu
#define MMU_INHERIT_MASK 0xffu

/** enum mmu_step - what an entry is, or how it is wrong: an enum mmu_status above MMU_OK. */
enum mmu_step { MMU_STEP_TABLE = 100, MMU_STEP_PAGE };

/**
 * struct mmu_walk_ops - what differs between formats.
 * @absent: what a read of a table outside of memory gives; 0: it aborts
 * @table_accessed: flag that a used entry of a table has; 0: none
 * @root: where the walk of *@va begins; may drop ignored bits of *@va. Return: MMU_OK, or a fault
 * @step: what @entry is. For a table, narrows *@inherited
 * @target: physical address in an entry
 * @rights: the permissions in an entry that maps a page
 * @used: *@entry as the access leaves it. Return: MMU_OK, or the fault if software is to do that
 */
struct mmu_walk_ops {
	uint64_t absent;
	uint64_t table_accessed;
	enum mmu_status (*root)(const struct mmu *mmu, uint64_t *va, gpa_t *table);
	unsigned int (*step)(const struct mmu *mmu, uint64_t va, uint64_t entry, unsigned int level,
			     uint32_t *inherited);
	uint64_t (*target)(uint64_t entry);
	uint32_t (*rights)(const struct mmu_rules *rules, uint64_t entry);
	enum mmu_status (*used)(const struct mmu *mmu, enum mmu_access access, uint64_t *entry);
};

#define MMU_TABLE_SHIFT	      21
#define MMU_UPPER_TABLE_SHIFT 30

VMB_INLINE struct mmu_table *mmu_table_slot(struct mmu *m, uint64_t va)
{
	return &m->table[(va >> MMU_TABLE_SHIFT) % MMU_TABLES];
}

VMB_INLINE struct mmu_table *mmu_upper_table_slot(struct mmu *m, uint64_t va)
{
	return &m->upper_table[(va >> MMU_UPPER_TABLE_SHIFT) % MMU_UPPER_TABLES];
}

/* The index implies bits 21 to 28 of the address; the key takes their place in the tag. */
VMB_INLINE uint64_t mmu_table_tag(const struct mmu *m, uint64_t va)
{
	return (va & ~((1ull << MMU_TABLE_SHIFT) * MMU_TABLES - 1)) | m->table_key;
}

VMB_INLINE uint64_t mmu_upper_table_tag(const struct mmu *m, uint64_t va)
{
	return (va & ~((1ull << MMU_UPPER_TABLE_SHIFT) * MMU_UPPER_TABLES - 1)) | m->table_key;
}

VMB_INLINE uint64_t *mmu_table_entry(uint64_t cached, uint64_t va, unsigned int level)
{
	uint64_t index = (va >> mmu_level_shift(level)) % MMU_TABLE_ENTRIES;

	return (uint64_t *)(uintptr_t)(cached & ~(uint64_t)MMU_INHERIT_MASK) + index;
}

VMB_INLINE uint32_t mmu_combine(uint32_t rights, uint32_t inherited)
{
	return (rights & inherited & 15) | (inherited >> 4 & 15);
}

VMB_INLINE bool mmu_allows(const struct mmu *m, enum mmu_access access, uint32_t rights)
{
	return m->allow[access] >> rights & 1;
}

VMB_INLINE bool mmu_plain(const struct mmu_rules *r, enum mmu_access access, uint64_t entry)
{
	return (entry & r->plain_mask[access]) == r->plain_value[access];
}

/* mmu.c */
void *mmu_miss_crosses(struct mmu *m, gva_t va, enum mmu_access access);
void *mmu_miss_slowly(struct mmu *m, gva_t va, enum mmu_access access);
enum mmu_status mmu_fail(struct mmu *m, enum mmu_status status, enum mmu_access access, gva_t va,
			 unsigned int level);

/* Which entry: its byte offset in the array of the access, and the access. */
VMB_INLINE uint64_t mmu_place(const struct tlb_view *v, uint64_t va, enum mmu_access access)
{
	return ((va >> TLB_INDEX_SHIFT) & v->index_mask) | access;
}

VMB_INLINE struct mmu_victim *mmu_victim_slot(struct mmu *m, uint64_t place)
{
	return &m->victim[(place >> TLB_ENTRY_SHIFT ^ place << 5) % MMU_VICTIMS];
}

/* Put a translation in its slot; what was there becomes a victim. */
VMB_INLINE void mmu_fill(struct mmu *m, struct tlb_entry *slot, uint64_t place, uint64_t tag,
			 uint64_t addend)
{
	struct mmu_victim *v = mmu_victim_slot(m, place);

	v->tag = slot->tag;
	v->addend = slot->addend;
	v->place = place;
	slot->tag = tag;
	slot->addend = addend;
}

/**
 * mmu_walk_miss - mmu_format.miss of a format with these operations.
 */
VMB_INLINE void *mmu_walk_miss(const struct mmu_walk_ops *ops, struct mmu *m, gva_t gva,
			       enum mmu_access access, uint32_t bytes)
{
	uint64_t va = gva.v, tag = (va & m->view.compare_mask) + m->key, entry, gpa, addend;
	struct tlb_entry *slot = tlb_slot(&m->view, va, access);
	const struct mmu_table *t = mmu_table_slot(m, va);
	uint64_t place = mmu_place(&m->view, va, access);
	struct mmu_victim *v = mmu_victim_slot(m, place);
	const uint64_t *from;
	char *host;

	if (VMB_UNLIKELY(va % MMU_PAGE_BYTES + bytes > MMU_PAGE_BYTES))
		return mmu_miss_crosses(m, gva, access);
	if (v->tag == tag && v->place == place) {
		addend = v->addend;
		mmu_fill(m, slot, place, tag, addend);
		return (void *)(uintptr_t)(va + addend);
	}
	if (VMB_UNLIKELY(t->tag != mmu_table_tag(m, va)))
		return mmu_miss_slowly(m, gva, access);
	from = mmu_table_entry(t->table, va, 1);
	entry = __atomic_load_n(from, __ATOMIC_RELAXED);
	if (VMB_UNLIKELY(!mmu_plain(&m->rules, access, entry) ||
			 !mmu_allows(m, access,
				     mmu_combine(ops->rights(&m->rules, entry),
						 (uint32_t)t->table & MMU_INHERIT_MASK))))
		return mmu_miss_slowly(m, gva, access);
	gpa = ops->target(entry);
	host = mmu_first_ram(m, gpa);
	if (VMB_UNLIKELY(!host))
		return mmu_miss_slowly(m, gva, access);
	addend = (uint64_t)(uintptr_t)host - (va & -(uint64_t)MMU_PAGE_BYTES);
	mmu_fill(m, slot, place, tag, addend);
	if (VMB_UNLIKELY(va >> MMU_PAGE_SHIFT == m->expected[access]))
		m->format->prefetch(m, gva, access, from, (uint32_t)t->table & MMU_INHERIT_MASK);
	else
		m->expected[access] = ((va >> MMU_PAGE_SHIFT) + 1) | m->never_expect;
	return (void *)(uintptr_t)(va + addend);
}

/**
 * mmu_walk_prefetch - mmu_format.prefetch: translate the pages that follow, as far as their entries
 * lie in the cache line of this one's, so that nothing new is read, and change nothing in the tables.
 */
VMB_INLINE void mmu_walk_prefetch(const struct mmu_walk_ops *ops, struct mmu *m, gva_t gva,
				  enum mmu_access access, const uint64_t *entry, uint32_t inherited)
{
	uint64_t va = gva.v & -(uint64_t)MMU_PAGE_BYTES;
	uint32_t left = 7 - (uint32_t)((uintptr_t)entry / sizeof(*entry) % 8);

	if (left > m->prefetch)
		left = m->prefetch;
	for (; left; left--) {
		uint64_t next = __atomic_load_n(++entry, __ATOMIC_RELAXED), tag;
		struct tlb_entry *slot;
		char *host;

		va += MMU_PAGE_BYTES;
		if (!mmu_plain(&m->rules, access, next) ||
		    !mmu_allows(m, access, mmu_combine(ops->rights(&m->rules, next), inherited)))
			break;
		host = mmu_first_ram(m, ops->target(next));
		if (!host)
			break;
		slot = tlb_slot(&m->view, va, access);
		tag = (va & m->view.compare_mask) + m->key;
		if (slot->tag != tag)
			mmu_fill(m, slot, mmu_place(&m->view, va, access), tag,
				 (uint64_t)(uintptr_t)host - va);
	}
	m->expected[access] = (va >> MMU_PAGE_SHIFT) + (left == 0);
}

/* A walk on its way down. */
struct mmu_cursor {
	uint64_t va;
	gpa_t table;
	char *host;
	unsigned int level;
	uint32_t inherited;
};

VMB_INLINE void mmu_cursor_remember(struct mmu *m, uint64_t gva, const struct mmu_cursor *c)
{
	uint64_t cached = (uint64_t)(uintptr_t)c->host | c->inherited;

	if (c->level == 1)
		*mmu_table_slot(m, gva) = (struct mmu_table){ mmu_table_tag(m, gva), cached };
	else if (c->level == 2)
		*mmu_upper_table_slot(m, gva) =
			(struct mmu_table){ mmu_upper_table_tag(m, gva), cached };
}

/* Another CPU may have changed the entry meanwhile; then the walk has to look again. */
VMB_INLINE bool mmu_replace(uint64_t *entry, uint64_t old, uint64_t new)
{
	return old == new || __atomic_compare_exchange_n(entry, &old, new, false, __ATOMIC_SEQ_CST,
							 __ATOMIC_RELAXED);
}

/* Return: MMU_OK when c->host is the table's memory, or NULL for a format that reads absent ones. */
VMB_INLINE enum mmu_status mmu_cursor_enter(const struct mmu_walk_ops *ops, struct mmu *m,
					    uint64_t gva, struct mmu_cursor *c)
{
	c->host = mmu_ram(m, c->table);
	if (!c->host)
		return ops->absent ? MMU_OK : MMU_WALK_ABORT;
	mmu_cursor_remember(m, gva, c);
	return MMU_OK;
}

VMB_INLINE enum mmu_status mmu_cursor_start(const struct mmu_walk_ops *ops, struct mmu *m,
					    uint64_t gva, struct mmu_cursor *c)
{
	const struct mmu_table *upper = mmu_upper_table_slot(m, gva);
	enum mmu_status status;

	*c = (struct mmu_cursor){ .va = gva, .inherited = MMU_INHERIT_ALL };
	status = ops->root(m, &c->va, &c->table);
	if (status != MMU_OK)
		return status;
	if (upper->tag == mmu_upper_table_tag(m, gva)) {
		c->level = 2;
		c->inherited = (uint32_t)upper->table & MMU_INHERIT_MASK;
		c->host = (char *)(uintptr_t)(upper->table & ~(uint64_t)MMU_INHERIT_MASK);
		return MMU_OK;
	}
	c->level = m->config.levels;
	return mmu_cursor_enter(ops, m, gva, c);
}

VMB_INLINE enum mmu_status mmu_walk_page(const struct mmu_walk_ops *ops, struct mmu *m,
					 const struct mmu_cursor *c, enum mmu_access access,
					 uint64_t *entry, struct mmu_leaf *leaf)
{
	uint64_t offset = c->va & ((1ull << mmu_level_shift(c->level)) - 1);
	uint32_t rights = mmu_combine(ops->rights(&m->rules, *entry), c->inherited);
	enum mmu_status status = MMU_OK;

	*leaf = (struct mmu_leaf){
		.gpa = GPA((ops->target(*entry) & ~((1ull << mmu_level_shift(c->level)) - 1)) | offset),
		.level = (uint8_t)c->level,
		.rights = (uint8_t)rights,
	};
	if (mmu_allows(m, access, rights))
		status = ops->used(m, access, entry);
	else if (ops->used(m, MMU_READ, &(uint64_t){ *entry }) == MMU_NOT_ACCESSED)
		status = MMU_NOT_ACCESSED;
	else
		status = MMU_DENIED;
	return status;
}

/**
 * mmu_walk_tables - mmu_format.walk of a format with these operations.
 */
VMB_INLINE enum mmu_status mmu_walk_tables(const struct mmu_walk_ops *ops, struct mmu *m, gva_t gva,
					   enum mmu_access access, struct mmu_leaf *leaf)
{
	struct mmu_cursor c;
	enum mmu_status status;
	uint64_t *at, entry, old;
	unsigned int step;

again:
	status = mmu_cursor_start(ops, m, gva.v, &c);
	if (status != MMU_OK)
		return mmu_fail(m, status, access, gva, c.level);
	for (;;) {
		at = c.host ? mmu_table_entry((uint64_t)(uintptr_t)c.host, c.va, c.level) : NULL;
		old = entry = at ? __atomic_load_n(at, __ATOMIC_RELAXED) : ops->absent;
		step = ops->step(m, c.va, entry, c.level, &c.inherited);
		if (step != MMU_STEP_TABLE)
			break;
		if (at && !mmu_replace(at, old, old | ops->table_accessed))
			goto again;
		c.table = GPA(ops->target(entry));
		c.level--;
		status = mmu_cursor_enter(ops, m, gva.v, &c);
		if (status != MMU_OK)
			return mmu_fail(m, status, access, gva, c.level);
	}
	status = step == MMU_STEP_PAGE ? mmu_walk_page(ops, m, &c, access, &entry, leaf) :
					 (enum mmu_status)step;
	if (status != MMU_OK)
		return mmu_fail(m, status, access, gva, c.level);
	if (at && !mmu_replace(at, old, entry))
		goto again;
	return MMU_OK;
}

/* MMU_WALK_FUNCTIONS - the functions of a format whose operations are the constant @ops. */
#define MMU_WALK_FUNCTIONS(ops)                                                                    \
	static enum mmu_status walk(struct mmu *m, gva_t va, enum mmu_access access,               \
				    struct mmu_leaf *leaf)                                         \
	{                                                                                          \
		return mmu_walk_tables(&(ops), m, va, access, leaf);                               \
	}                                                                                          \
	static void *miss(struct mmu *m, gva_t va, enum mmu_access access, uint32_t bytes)         \
	{                                                                                          \
		return mmu_walk_miss(&(ops), m, va, access, bytes);                                \
	}                                                                                          \
	static void prefetch(struct mmu *m, gva_t va, enum mmu_access access,                      \
			     const uint64_t *entry, uint32_t inherited)                            \
	{                                                                                          \
		mmu_walk_prefetch(&(ops), m, va, access, entry, inherited);                        \
	}

#endif /* VMB_VMCORE_MMU_WALK_H */
