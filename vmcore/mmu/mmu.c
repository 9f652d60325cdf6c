// SPDX-License-Identifier: MIT
#include "vmcore/mmu/mmu.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "vmcore/mmu/tlb_keys.h"

/* Arrays of a power of two apart would share the sets of the host's first-level cache. */
#define SKEW_BYTES (5 * 64)

static void *observed_miss(struct mmu *m, gva_t va, enum mmu_access access, uint32_t bytes);

static bool good_region(const struct mmu_region *r)
{
	uint64_t low = r->first.v | r->bytes | (uintptr_t)r->host;

	return r->host && r->bytes && !(low % MMU_PAGE_BYTES) &&
	       r->first.v + (r->bytes - 1) >= r->first.v;
}

static bool good_setup(const struct mmu_setup *s)
{
	uint32_t n = s->tlb_entries;

	if (n && (n < TLB_MIN_ENTRIES || n > TLB_MAX_ENTRIES || (n & (n - 1))))
		return false;
	if (s->prefetch > MMU_MAX_PREFETCH || !s->nr_regions || s->nr_regions > MMU_MAX_REGIONS)
		return false;
	for (size_t i = 0; i < s->nr_regions; i++)
		if (!good_region(&s->region[i]))
			return false;
	return true;
}

static int set_config(struct mmu *m, const struct mmu_config *config)
{
	struct mmu_rules rules = { 0 };
	int err;

	if (config->levels > MMU_MAX_LEVELS || !(m->format->levels >> config->levels & 1))
		return -EINVAL;
	err = m->format->rules(config, &rules);
	if (err)
		return err;
	m->config = *config;
	m->rules = rules;
	return 0;
}

static int make_entries(struct mmu *m)
{
	uint64_t bytes = (uint64_t)m->entries * sizeof(struct tlb_entry);

	m->view.stride = bytes + SKEW_BYTES;
	m->view.index_mask = bytes - sizeof(struct tlb_entry);
	m->view.compare_mask = -((uint64_t)m->entries << MMU_PAGE_SHIFT) | MMU_PAGE_BYTES;
	m->view.entries = aligned_alloc(64, MMU_NR_ACCESS * m->view.stride);
	if (!m->view.entries)
		return -ENOMEM;
	memset(m->view.entries, 0, MMU_NR_ACCESS * m->view.stride);
	return 0;
}

static void take_setup(struct mmu *m, const struct mmu_setup *setup)
{
	memset(m, 0, sizeof(*m));
	m->format = setup->format;
	m->entries = setup->tlb_entries ? setup->tlb_entries : TLB_DEFAULT_ENTRIES;
	m->entries_log2 = (uint32_t)__builtin_ctz(m->entries);
	m->prefetch = setup->prefetch;
	m->never_expect = m->prefetch ? 0 : ~0ull;
	for (unsigned int i = 0; i < MMU_NR_ACCESS; i++)
		m->expected[i] = ~0ull;
	memcpy(m->region, setup->region, setup->nr_regions * sizeof(m->region[0]));
	m->nr_regions = (uint32_t)setup->nr_regions;
	m->first_region = m->region[0];
	m->miss = m->format->miss;
}

int mmu_create(const struct mmu_setup *setup, struct mmu **out)
{
	struct mmu *m;
	int err;

	if (!good_setup(setup))
		return -EINVAL;
	m = aligned_alloc(64, (sizeof(*m) + 63) / 64 * 64);
	if (!m)
		return -ENOMEM;
	take_setup(m, setup);
	err = set_config(m, &setup->config);
	if (!err)
		err = make_entries(m);
	if (err) {
		free(m);
		return err;
	}
	tlb_keys_init(m);
	tlb_activate(m);
	*out = m;
	return 0;
}

void mmu_destroy(struct mmu *m)
{
	if (!m)
		return;
	free(m->view.entries);
	free(m);
}

int mmu_configure(struct mmu *m, const struct mmu_config *config)
{
	int err = set_config(m, config);

	if (err)
		return err;
	mmu_flush_all(m);
	m->allow = m->rules.allow[m->mode];
	return 0;
}

void mmu_switch(struct mmu *m, uint32_t asid, gpa_t root, uint32_t mode)
{
	m->asid = asid;
	m->mode = mode % MMU_NR_MODES;
	m->config.root[0] = root;
	tlb_activate(m);
}

void mmu_set_mode(struct mmu *m, uint32_t mode)
{
	m->mode = mode % MMU_NR_MODES;
	tlb_activate(m);
}

static void tell(const struct mmu *m, enum mmu_event event, uint64_t va, enum mmu_access access)
{
	m->observer->event(m->observer->priv, event, GVA(va), access,
			   (uint32_t)(mmu_place(&m->view, va, access) >> TLB_ENTRY_SHIFT));
}

static void forget_all(struct mmu *m)
{
	m->large_pages = 0;
	m->huge_pages = 0;
	m->epoch++;
	tlb_restart(m);
}

static void forget_space(struct mmu *m, uint32_t asid)
{
	struct mmu_space *s = tlb_space_find(m, asid);

	if (!s)
		return;
	s->epoch = 0;
	if (asid == m->asid)
		tlb_restart(m);
}

void mmu_flush_all(struct mmu *m)
{
	forget_all(m);
	if (VMB_UNLIKELY(m->observer))
		tell(m, MMU_EVENT_FLUSH, 0, MMU_READ);
}

void mmu_flush_space(struct mmu *m, uint32_t asid)
{
	forget_space(m, asid);
	if (VMB_UNLIKELY(m->observer))
		tell(m, MMU_EVENT_FLUSH, 0, MMU_READ);
}

/*
 * Pages above 4 KiB are cached in pieces, which cannot be found one by one. That there was such a
 * page is remembered by a hash of its number; bits 63:56, which may not belong to it, are left out.
 */
static uint64_t page_bit(uint64_t va, unsigned int level)
{
	return 1ull << ((va << 8 >> 8 >> mmu_level_shift(level)) * 0x9e3779b97f4a7c15ull >> 58);
}

static void remember_size(struct mmu *m, uint64_t va, unsigned int level)
{
	if (level == 2)
		m->large_pages |= page_bit(va, 2);
	else if (level == 3)
		m->huge_pages |= page_bit(va, 3);
}

static bool may_be_large(const struct mmu *m, uint64_t va)
{
	return (m->large_pages & page_bit(va, 2)) || (m->huge_pages & page_bit(va, 3));
}

/* The address' tables too: the page may have become one of another size. */
static void forget_page(struct mmu *m, uint64_t va, uint32_t asid)
{
	uint32_t own = asid == MMU_ALL_SPACES ? m->asid : asid;
	struct mmu_space *s;

	tlb_drop_page(m, va);
	mmu_table_slot(m, va)->tag = 0;
	mmu_upper_table_slot(m, va)->tag = 0;
	if (!m->format->page_flush_drops_tables)
		return;
	s = tlb_space_find(m, own);
	if (s)
		tlb_renew_tables(m, s);
}

void mmu_flush_page(struct mmu *m, gva_t va, uint32_t asid)
{
	if (VMB_LIKELY(!may_be_large(m, va.v)))
		forget_page(m, va.v, asid);
	else if (asid == MMU_ALL_SPACES)
		forget_all(m);
	else
		forget_space(m, asid);
	if (VMB_UNLIKELY(m->observer))
		tell(m, MMU_EVENT_FLUSH, va.v, MMU_READ);
}

char *mmu_ram(const struct mmu *m, gpa_t gpa)
{
	for (uint32_t i = 0; i < m->nr_regions; i++) {
		uint64_t offset = gpa.v - m->region[i].first.v;

		if (offset < m->region[i].bytes)
			return m->region[i].host + offset;
	}
	return NULL;
}

enum mmu_status mmu_fail(struct mmu *m, enum mmu_status status, enum mmu_access access, gva_t va,
			 unsigned int level)
{
	m->fault = (struct mmu_fault){
		.status = status, .access = (uint8_t)access, .level = (uint8_t)level, .gva = va,
	};
	if (status < MMU_NR_FAULTS)
		m->format->describe(m, &m->fault);
	return status;
}

enum mmu_status mmu_walk(struct mmu *m, gva_t va, enum mmu_access access, struct mmu_leaf *leaf)
{
	return m->format->walk(m, va, access, leaf);
}

VMB_NOINLINE void *mmu_misaligned(struct mmu *m, gva_t va, enum mmu_access access)
{
	mmu_fail(m, MMU_MISALIGNED, access, va, 0);
	return NULL;
}

VMB_NOINLINE void *mmu_miss_crosses(struct mmu *m, gva_t va, enum mmu_access access)
{
	mmu_fail(m, MMU_CROSSES, access, va, 0);
	return NULL;
}

VMB_NOINLINE void *mmu_miss_slowly(struct mmu *m, gva_t va, enum mmu_access access)
{
	uint64_t page = va.v & -(uint64_t)MMU_PAGE_BYTES, addend;
	struct mmu_leaf leaf;
	char *host;

	if (m->format->walk(m, va, access, &leaf) != MMU_OK)
		return NULL;
	host = mmu_ram(m, GPA(leaf.gpa.v & -(uint64_t)MMU_PAGE_BYTES));
	if (!host) {
		mmu_fail(m, MMU_NOT_RAM, access, va, leaf.level);
		m->fault.gpa = leaf.gpa;
		return NULL;
	}
	remember_size(m, va.v, leaf.level);
	addend = (uint64_t)(uintptr_t)host - page;
	mmu_fill(m, tlb_slot(&m->view, va.v, access), mmu_place(&m->view, va.v, access),
		 (va.v & m->view.compare_mask) + m->key, addend);
	m->expected[access] = ((va.v >> MMU_PAGE_SHIFT) + 1) | m->never_expect;
	return (void *)(uintptr_t)(va.v + addend);
}

/* Is @tag one of the current space and mode? Bits of other pages are all that it may have beside. */
static bool current_tag(const struct mmu *m, uint64_t tag)
{
	return (tag & ~m->view.compare_mask) == m->key;
}

static void *observed_miss(struct mmu *m, gva_t va, enum mmu_access access, uint32_t bytes)
{
	const struct tlb_entry *slot = tlb_slot(&m->view, va.v, access);
	struct tlb_view real = m->view;
	struct tlb_entry old = *slot;
	uint64_t place = mmu_place(&real, va.v, access);
	const struct mmu_victim *v = mmu_victim_slot(m, place);
	bool victim;
	void *host;

	real.key = m->key;
	if (tlb_hits(&real, slot, va.v, bytes)) {
		tell(m, MMU_EVENT_HIT, va.v, access);
		return (void *)(uintptr_t)(va.v + old.addend);
	}
	victim = v->place == place && v->tag == (va.v & real.compare_mask) + real.key;
	host = m->format->miss(m, va, access, bytes);
	if (!host) {
		if (m->fault.status != MMU_CROSSES)
			tell(m, MMU_EVENT_FAULT, va.v, access);
		return NULL;
	}
	tell(m, victim ? MMU_EVENT_VICTIM : MMU_EVENT_FILL, va.v, access);
	if (!victim && current_tag(m, old.tag))
		tell(m, MMU_EVENT_EVICT, va.v, access);
	return host;
}

void mmu_observe(struct mmu *m, const struct mmu_observer *observer)
{
	m->observer = observer;
	m->miss = observer ? observed_miss : m->format->miss;
	tlb_activate(m);
}

void mmu_layout(const struct mmu *m, struct tlb_layout *layout)
{
	*layout = (struct tlb_layout){
		.index_shift = TLB_INDEX_SHIFT,
		.index_mask = (uint32_t)m->view.index_mask,
		.first = { 0, (uint32_t)m->view.stride, (uint32_t)(2 * m->view.stride) },
		.tag_offset = offsetof(struct tlb_entry, tag),
		.addend_offset = offsetof(struct tlb_entry, addend),
		.compare_mask = m->view.compare_mask,
		.entries_offset = offsetof(struct mmu, view.entries),
		.key_offset = offsetof(struct mmu, view.key),
		.miss_offset = offsetof(struct mmu, miss),
	};
}

void *mmu_map(void *priv, uint64_t address, uint32_t bytes, bool write)
{
	return mmu_host(priv, GVA(address), write ? MMU_WRITE : MMU_READ, bytes);
}
