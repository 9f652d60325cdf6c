// SPDX-License-Identifier: MIT
/*
 * Keys: how everything, or a space, is forgotten in constant time.
 *
 * What is cached carries the key of its space and mode. A flush gives the space new keys, and nothing
 * that is cached fits any more. There are 128 keys per entry of the TLB; they are used in halves.
 * While keys of one half are given out, entries with keys of the other are swept away, a few with
 * every sixteenth key, so that none is left when its turn comes again. When a half is used up, every
 * space loses its keys: a flush of everything, once in 64 times the number of entries.
 */
#include "vmcore/mmu/tlb_keys.h"

#include <string.h>

#define SWEEP_EVERY	16
#define TAG_NONE	0	/* never a key: the tags of empty entries */
#define TAG_OBSERVED	1	/* no entry has this one */
#define FIRST_TAG	2

/* Bits 4 to 11, then from bit 13 on: bit 12 is that of the page number which is always compared. */
static uint32_t key_of(uint32_t tag)
{
	return (tag & 0xff) << 4 | (tag >> 8) << 13;
}

uint64_t tlb_key_observed(void)
{
	return key_of(TAG_OBSERVED);
}

static uint32_t half_tags(const struct mmu *m)
{
	return 64 * m->entries;
}

static void use_half(struct mmu *m, uint32_t half)
{
	m->half = half;
	m->next_tag = half * half_tags(m) + (half ? 0 : FIRST_TAG);
	m->last_tag = (half + 1) * half_tags(m);
	m->epoch++;
}

void tlb_keys_init(struct mmu *m)
{
	m->epoch = 0;
	use_half(m, 0);
}

/* Tags of the half that is not in use, which a bit tells, are void: those of the other may not be. */
static void sweep_entry(const struct mmu *m, uint64_t *tag)
{
	uint64_t half = *tag >> (m->entries_log2 + 11) & 1;

	if (half != m->half)
		*tag = 0;
}

static void sweep_table(const struct mmu *m, uint64_t *tag)
{
	uint64_t half = *tag >> (m->entries_log2 + 6) & 1;

	if (half != m->half)
		*tag = 0;
}

/*
 * Every place is swept at least once per half, and the victims once more when all entries have been:
 * an old entry may have moved there.
 */
static void sweep_some(struct mmu *m)
{
	uint32_t i = m->sweep++;
	char *e = m->view.entries + (uint64_t)(i & (m->entries - 1)) * sizeof(struct tlb_entry);

	for (unsigned int access = 0; access < MMU_NR_ACCESS; access++)
		sweep_entry(m, &((struct tlb_entry *)(void *)(e + access * m->view.stride))->tag);
	sweep_entry(m, &m->victim[i % MMU_VICTIMS].tag);
	sweep_table(m, &m->table[i % MMU_TABLES].tag);
	sweep_table(m, &m->upper_table[i % MMU_UPPER_TABLES].tag);
}

static VMB_NOINLINE void housekeep(struct mmu *m)
{
	sweep_some(m);
	if (m->next_tag == m->last_tag)
		use_half(m, !m->half);
}

static uint32_t new_tag(struct mmu *m)
{
	uint32_t tag = m->next_tag++;

	if (VMB_UNLIKELY(!(m->next_tag % SWEEP_EVERY)))
		housekeep(m);
	return tag;
}

static struct mmu_space *slot_of(struct mmu *m, uint32_t asid)
{
	return &m->space[asid % MMU_SPACES];
}

struct mmu_space *tlb_space_find(struct mmu *m, uint32_t asid)
{
	struct mmu_space *s = slot_of(m, asid);

	return s->asid == asid && s->epoch == m->epoch ? s : NULL;
}

static void use(struct mmu *m, uint32_t key, uint32_t table_key)
{
	m->key = key;
	m->table_key = table_key;
	m->view.key = VMB_UNLIKELY(m->observer) ? tlb_key_observed() : key;
}

/* Its tables and its current mode can have the same tag: they are cached in different places. */
static void start_space(struct mmu *m, struct mmu_space *s)
{
	uint32_t tag = new_tag(m), key = key_of(tag);

	s->epoch = m->epoch;
	s->asid = m->asid;
	s->table_key = tag;
	memset(s->key, 0, sizeof(s->key));
	s->key[m->mode] = key;
	use(m, key, tag);
}

/* Giving the last tag of a half begins a new epoch, in which what was given before is void. */
static void use_space(struct mmu *m, struct mmu_space *s)
{
	if (VMB_UNLIKELY(!s->key[m->mode]))
		s->key[m->mode] = key_of(new_tag(m));
	if (VMB_LIKELY(s->epoch == m->epoch))
		use(m, s->key[m->mode], s->table_key);
	else
		start_space(m, s);
}

void tlb_activate(struct mmu *m)
{
	struct mmu_space *s = slot_of(m, m->asid);

	m->allow = m->rules.allow[m->mode];
	if (s->asid == m->asid && s->epoch == m->epoch)
		use_space(m, s);
	else
		tlb_restart(m);
}

void tlb_restart(struct mmu *m)
{
	struct mmu_space *s = slot_of(m, m->asid);
	uint64_t epoch = m->epoch;

	start_space(m, s);
	if (VMB_UNLIKELY(epoch != m->epoch))
		start_space(m, s);
}

void tlb_renew_tables(struct mmu *m, struct mmu_space *s)
{
	s->table_key = new_tag(m);
	tlb_activate(m);
}

/* Does @tag belong to the page of @va, in whatever space, with whatever ignored top byte? */
static bool of_page(const struct mmu *m, uint64_t tag, uint64_t va)
{
	uint64_t page = ~0ull >> 8 & m->view.compare_mask;

	return !((tag ^ va) & page);
}

void tlb_drop_page(struct mmu *m, uint64_t va)
{
	for (unsigned int i = 0; i < MMU_NR_ACCESS; i++) {
		enum mmu_access access = (enum mmu_access)i;
		struct tlb_entry *e = tlb_slot(&m->view, va, access);
		uint64_t place = mmu_place(&m->view, va, access);
		struct mmu_victim *v = mmu_victim_slot(m, place);

		if (of_page(m, e->tag, va))
			e->tag = 0;
		if (v->place == place && of_page(m, v->tag, va))
			v->tag = 0;
	}
}
