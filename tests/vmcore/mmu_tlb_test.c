// SPDX-License-Identifier: MIT
/*
 * The TLB against a shadow map: what the guest has mapped, kept as a plain array, from which the test
 * writes page tables of its own. Whatever was cached, flushed, switched or evicted before, an access
 * ends as the shadow says.
 */
#include "tests/test.h"

#include <stdlib.h>
#include <string.h>

#include "arch/registry.h"
#include "vmcore/interp/interp.h"
#include "vmcore/mmu/mmu.h"

#define SPACES	  5
#define PAGES	  192		/* virtual, of which 64 compete for one place in a TLB of 64 */
#define FRAMES	  16
#define RAM_FIRST 0x40000000ull
#define DATA	  0x200000ull	/* frames from here on; one piece of 2 MiB */
#define RAM_BYTES (2 * DATA)

struct mapping {
	uint8_t frame;
	bool present, write, user, exec;
};

struct world {
	const struct vmb_arch *arch;
	struct mmu *m;
	struct mapping map[SPACES][PAGES];
	uint64_t large[SPACES];		/* 0, or where the large page leads */
	uint32_t space, mode;
	uint64_t stream;
};

static _Alignas(0x200000) char ram[RAM_BYTES];

static uint64_t rnd(struct world *w)
{
	uint64_t z = (w->stream += 0x9e3779b97f4a7c15ull);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
	return z ^ (z >> 31);
}

/*
 * Virtual layout: pages p = 0..191 lie at bits that collide on purpose: three groups of 64, in three
 * places 2 MiB apart and at different distances; the large page has a place of its own.
 */
static uint64_t va_of(unsigned int page)
{
	static const uint64_t group[] = { 0x200000, 0x400000 + 64 * 4096, 0x3fc0000000 };

	return group[page / 64] + (uint64_t)(page % 64) * 4096;
}

#define LARGE_VA 0x3f80000000ull

/*
 * Tables, at fixed places: of space s, the top at page 8 s, then one per level and region below. The
 * bits are written out for each format.
 */
static uint64_t leaf_bits(const struct world *w, const struct mapping *p, uint64_t pa, bool large)
{
	if (!strcmp(w->arch->name, "x86_64"))
		return pa | 0x61 | (p->write ? 2 : 0) | (p->user ? 4 : 0) | (large ? 0x80 : 0) |
		       (p->exec ? 0 : 1ull << 63);
	if (!strcmp(w->arch->name, "arm64"))
		return pa | (large ? 0x401 : 0x403) | (p->user ? 0x40 : 0) | (p->write ? 0 : 0x80) |
		       (p->exec ? 0 : 3ull << 53);
	return pa >> 2 | 0xc3 | (p->write ? 4 : 0) | (p->exec ? 8 : 0) | (p->user ? 16 : 0);
}

static uint64_t table_bits(const struct world *w, uint64_t pa)
{
	if (!strcmp(w->arch->name, "x86_64"))
		return pa | 7;
	return strcmp(w->arch->name, "arm64") ? pa >> 2 | 1 : pa | 3;
}

static void put(uint64_t table, unsigned int index, uint64_t entry)
{
	memcpy(ram + (table - RAM_FIRST) + 8 * index, &entry, 8);
}

static uint64_t table_at(unsigned int space, unsigned int nr)
{
	return RAM_FIRST + (uint64_t)(space * 8 + nr) * 4096;
}

static void put_page(const struct world *w, unsigned int s, unsigned int page)
{
	const struct mapping *p = &w->map[s][page];
	uint64_t pa = RAM_FIRST + DATA + (uint64_t)p->frame * 4096;

	put(table_at(s, 4 + page / 64), (va_of(page) >> 12) % 512,
	    p->present ? leaf_bits(w, p, pa, false) : 0);
}

static const struct mapping large_rights = { .present = true, .write = true, .user = true };

static void put_large(const struct world *w, unsigned int s)
{
	put(table_at(s, 3), (LARGE_VA >> 21) % 512,
	    w->large[s] ? leaf_bits(w, &large_rights, w->large[s], true) : 0);
}

/* 1: the table under the top (only with four levels); 2: of the first GiB; 3: of the last one */
static void put_tables(const struct world *w, unsigned int s)
{
	uint64_t middle = table_at(s, w->m->config.levels == 4 ? 1 : 0);

	if (w->m->config.levels == 4)
		put(table_at(s, 0), 0, table_bits(w, middle));
	put(middle, 0, table_bits(w, table_at(s, 2)));
	put(middle, (0x3fc0000000 >> 30) % 512, table_bits(w, table_at(s, 7)));
	put(middle, (LARGE_VA >> 30) % 512, table_bits(w, table_at(s, 3)));
	put(table_at(s, 2), 1, table_bits(w, table_at(s, 4)));
	put(table_at(s, 2), 2, table_bits(w, table_at(s, 5)));
	put(table_at(s, 7), 0, table_bits(w, table_at(s, 6)));
}

static void change_page(struct world *w, unsigned int s, unsigned int page)
{
	uint64_t bits = rnd(w);

	w->map[s][page] = (struct mapping){
		.frame = bits % FRAMES, .present = bits >> 8 & 3, .write = bits >> 16 & 1,
		.user = bits >> 17 & 1, .exec = bits >> 18 & 1,
	};
	put_page(w, s, page);
}

static bool expected(const struct world *w, const struct mapping *p, enum mmu_access access)
{
	bool user = w->mode & MMU_MODE_USER;

	if (!p->present || (access == MMU_WRITE && !p->write) || (access == MMU_EXEC && !p->exec))
		return false;
	if (user)
		return p->user || (access == MMU_EXEC && !strcmp(w->arch->name, "arm64"));
	if (!p->user)
		return true;
	if (access != MMU_EXEC)
		return !(w->mode & MMU_MODE_NO_USER_DATA);
	/* x86 by SMEP, RISC-V always, Arm if user code may write it */
	return !strcmp(w->arch->name, "arm64") && !p->write;
}

static void access_page(struct world *w)
{
	unsigned int page = (unsigned int)(rnd(w) % PAGES), offset = (unsigned int)(rnd(w) % 4080);
	const struct mapping *p = &w->map[w->space][page];
	enum mmu_access access = (enum mmu_access)(rnd(w) % 3);
	char *host = mmu_host(w->m, GVA(va_of(page) + offset), access, 16);
	char *want = ram + DATA + (uint64_t)p->frame * 4096 + offset;

	if (host != (expected(w, p, access) ? want : NULL))
		fail_msg("%s: space %u mode %u page %u (%d%d%d%d) access %d: %p, not %p",
			 w->arch->name, w->space, w->mode, page, p->present, p->write, p->user,
			 p->exec, access, (void *)host, (void *)want);
}

static void access_large(struct world *w)
{
	uint64_t offset = rnd(w) % (0x200000 - 8);
	char *host, *want = NULL;

	if (offset % 4096 > 4088)
		return;
	if (w->large[w->space] && expected(w, &large_rights, MMU_WRITE))
		want = ram + (w->large[w->space] - RAM_FIRST) + offset;
	host = mmu_host(w->m, GVA(LARGE_VA + offset), MMU_WRITE, 8);
	assert_ptr_equal(host, want);
}

static void change_large(struct world *w)
{
	unsigned int s = (unsigned int)(rnd(w) % SPACES);
	static const uint64_t to[] = { 0, RAM_FIRST + DATA, RAM_FIRST };

	w->large[s] = to[rnd(w) % 3];
	put_large(w, s);
	mmu_flush_page(w->m, GVA(LARGE_VA + rnd(w) % 0x200000), rnd(w) % 3 ? s : MMU_ALL_SPACES);
}

static void change_one(struct world *w)
{
	unsigned int s = (unsigned int)(rnd(w) % SPACES), page = (unsigned int)(rnd(w) % PAGES);

	change_page(w, s, page);
	mmu_flush_page(w->m, GVA(va_of(page) + rnd(w) % 4096), rnd(w) % 3 ? s : MMU_ALL_SPACES);
}

static void change_space(struct world *w)
{
	unsigned int s = (unsigned int)(rnd(w) % SPACES);

	for (int i = 0; i < 5; i++)
		change_page(w, s, (unsigned int)(rnd(w) % PAGES));
	mmu_flush_space(w->m, s);
}

static void change_all(struct world *w)
{
	for (unsigned int s = 0; s < SPACES; s++)
		change_page(w, s, (unsigned int)(rnd(w) % PAGES));
	mmu_flush_all(w->m);
}

static void go_on_elsewhere(struct world *w)
{
	w->space = (uint32_t)(rnd(w) % SPACES);
	w->mode = (uint32_t)rnd(w) % MMU_NR_MODES;
	mmu_switch(w->m, w->space, GPA(table_at(w->space, 0)), w->mode);
}

static void set_mode(struct world *w)
{
	w->mode = (uint32_t)rnd(w) % MMU_NR_MODES;
	mmu_set_mode(w->m, w->mode);
}

static void begin(struct world *w, size_t arch, unsigned int levels, uint32_t entries,
		  uint32_t prefetch)
{
	static const struct mmu_region region = { GPA(RAM_FIRST), RAM_BYTES, ram };
	size_t nr;
	const struct vmb_arch *const *arches = vmb_arches(&nr);
	const struct mmu_format *f = arches[arch]->mmu_format;
	const struct mmu_setup setup = {
		.format = f, .region = &region, .nr_regions = 1, .tlb_entries = entries,
		.prefetch = prefetch,
		.config = { .root = { GPA(table_at(0, 0)) }, .levels = (uint8_t)levels,
			    .pa_bits = f->default_pa_bits, .control = f->default_control },
	};

	memset(w, 0, sizeof(*w));
	memset(ram, 0, sizeof(ram));
	w->arch = arches[arch];
	w->stream = arch + levels * 100 + entries;
	assert_int_equal(mmu_create(&setup, &w->m), 0);
	for (unsigned int s = 0; s < SPACES; s++) {
		put_tables(w, s);
		for (unsigned int page = 0; page < PAGES; page++)
			change_page(w, s, page);
		w->large[s] = RAM_FIRST + DATA;
		put_large(w, s);
	}
}

/* Many flushes, so that the keys are used up several times over. */
static void live(struct world *w, unsigned int steps, unsigned int flush_share)
{
	for (unsigned int i = 0; i < steps; i++) {
		unsigned int what = (unsigned int)(rnd(w) % 1000);

		if (what < 30)
			access_large(w);
		else if (what < 40)
			set_mode(w);
		else if (what < 50)
			go_on_elsewhere(w);
		else if (what < 50 + flush_share)
			change_one(w);
		else if (what < 50 + flush_share * 2)
			change_space(w);
		else if (what < 50 + flush_share * 3)
			change_all(w);
		else if (what < 52 + flush_share * 3)
			change_large(w);
		else
			access_page(w);
	}
}

static const unsigned int four_or_three[] = { 4, 4, 3 };

static void test_shadow(void **state)
{
	static const uint32_t sizes[] = { 64, 256, 1024 };

	(void)state;
	for (size_t arch = 0; arch < 3; arch++)
		for (size_t size = 0; size < 3; size++) {
			struct world w;

			begin(&w, arch, four_or_three[arch], sizes[size], size ? 7 : 0);
			live(&w, 150000, 3);
			mmu_destroy(w.m);
		}
}

static void test_keys_run_out(void **state)
{
	(void)state;
	for (size_t arch = 0; arch < 3; arch++) {
		struct world w;
		uint64_t tags = 0;

		begin(&w, arch, arch == 2 ? 3 : 4, 64, 3);
		for (int i = 0; i < 40; i++) {
			uint32_t half = w.m->half;

			live(&w, 8000, 250);
			tags += w.m->half != half;
		}
		assert_true(tags > 5);
		mmu_destroy(w.m);
	}
}

/* Space 0's first 64 pages become those of another space, by pointing to its table. */
static void use_table_of(struct world *w, unsigned int other)
{
	memcpy(w->map[0], w->map[other], 64 * sizeof(w->map[0][0]));
	put(table_at(0, 2), 1, table_bits(w, table_at(other, 4)));
}

/* The same by the table above: its first 128 pages. */
static void use_upper_table_of(struct world *w, unsigned int other)
{
	memcpy(w->map[0], w->map[other], 128 * sizeof(w->map[0][0]));
	put(table_at(0, 1), 0, table_bits(w, table_at(other, 2)));
}

/* Fill, change the tables, flush until the very same key is in use again: nothing old is found. */
static void outlive(unsigned int entries, bool busy, bool upper)
{
	struct world w;
	uint64_t key;
	unsigned int flushes = 0;

	begin(&w, 0, 4, entries, 0);
	for (unsigned int round = 0; round < 8; round++) {
		for (uint64_t left = rnd(&w) % (128 * entries); left; left--)
			mmu_flush_all(w.m);
		flushes = 0;
		for (unsigned int page = 0; page < PAGES; page++)
			mmu_host(w.m, GVA(va_of(page)), MMU_READ, 1);
		key = w.m->key;
		for (unsigned int page = 128; page < PAGES; page++)
			change_page(&w, 0, page);
		if (upper)
			use_upper_table_of(&w, 3 + round % 2);
		else
			use_table_of(&w, 3 + round % 2);
		do {
			mmu_flush_all(w.m);
			if (busy && rnd(&w) % 8 == 0)
				access_page(&w);
			assert_true(flushes++ < 1000 * entries);
		} while (w.m->key != key);
		for (unsigned int i = 0; i < 10 * PAGES; i++)
			access_page(&w);
	}
	mmu_destroy(w.m);
}

static void test_no_entry_outlives_its_key(void **state)
{
	(void)state;
	for (unsigned int entries = 64; entries <= 1024; entries *= 16)
		for (unsigned int i = 0; i < 4; i++)
			outlive(entries, i & 1, i & 2);
}

/* A table is exchanged and each of its pages flushed, not the space. */
static void test_page_flush_forgets_the_table(void **state)
{
	(void)state;
	for (size_t arch = 0; arch < 3; arch++) {
		struct world w;

		begin(&w, arch, four_or_three[arch], 256, 3);
		for (unsigned int round = 0; round < 20; round++) {
			bool all = round % 3 == 0;

			for (int i = 0; i < 1000; i++)
				access_page(&w);
			use_table_of(&w, 3 + round % 2);
			for (unsigned int page = 0; page < 64; page++)
				mmu_flush_page(w.m, GVA(va_of(page)), all ? MMU_ALL_SPACES : 0);
			for (int i = 0; i < 1000; i++)
				access_page(&w);
		}
		mmu_destroy(w.m);
	}
}

/* On x86, INVLPG of any page forgets the tables of all. */
static void test_x86_page_flush_forgets_all_tables(void **state)
{
	struct world w;

	(void)state;
	begin(&w, 0, 4, 64, 0);
	for (unsigned int round = 0; round < 50; round++) {
		mmu_host(w.m, GVA(va_of(0)), MMU_READ, 1);
		for (unsigned int page = 0; page < 64; page++)
			change_page(&w, 3 + round % 2, page);
		use_table_of(&w, 3 + round % 2);
		mmu_flush_page(w.m, GVA(va_of(100)), round % 2 ? 0 : MMU_ALL_SPACES);
		for (unsigned int page = 1; page < 64; page++) {
			bool want = expected(&w, &w.map[0][page], MMU_READ);

			assert_int_equal(!!mmu_host(w.m, GVA(va_of(page)), MMU_READ, 1), want);
			mmu_flush_page(w.m, GVA(va_of(page)), 0);
		}
		for (unsigned int page = 0; page < 64; page++)
			mmu_flush_page(w.m, GVA(va_of(page)), 0);
	}
	mmu_destroy(w.m);
}

static struct world *simple(struct world *w)
{
	begin(w, 0, 4, 64, 0);
	for (unsigned int page = 0; page < PAGES; page++) {
		w->map[0][page] = (struct mapping){ .frame = (uint8_t)(page % FRAMES),
						    .present = true, .write = true };
		put_page(w, 0, page);
	}
	return w;
}

static void test_crossing_and_alignment(void **state)
{
	struct world w;
	uint64_t va = va_of(0);

	(void)state;
	simple(&w);
	for (unsigned int warm = 0; warm < 2; warm++) {
		for (uint32_t bytes = 2; bytes <= 16; bytes *= 2) {
			assert_non_null(mmu_host(w.m, GVA(va + 4096 - bytes), MMU_READ, bytes));
			assert_non_null(mmu_host(w.m, GVA(va + 1), MMU_READ, bytes));
			assert_null(mmu_host(w.m, GVA(va + 4096 - 1), MMU_READ, bytes));
			assert_int_equal(w.m->fault.status, MMU_CROSSES);
			assert_non_null(mmu_host_aligned(w.m, GVA(va + bytes), MMU_READ, bytes));
			assert_null(mmu_host_aligned(w.m, GVA(va + bytes / 2), MMU_READ, bytes));
			assert_int_equal(w.m->fault.status, MMU_MISALIGNED);
			assert_int_equal(w.m->fault.vector, 17);
		}
		/* the neighbour is cached as well */
		assert_non_null(mmu_host(w.m, GVA(va + 4096), MMU_READ, 1));
	}
	/* beyond the last address */
	assert_null(mmu_host(w.m, GVA(~0ull), MMU_READ, 8));
	mmu_destroy(w.m);
}

static void test_not_ram(void **state)
{
	struct world w;

	(void)state;
	simple(&w);
	put(table_at(0, 4), (va_of(3) >> 12) % 512, 0xfee00000ull | 0x63);
	for (int i = 0; i < 2; i++) {
		assert_null(mmu_host(w.m, GVA(va_of(3) + 0x30), MMU_WRITE, 4));
		assert_int_equal(w.m->fault.status, MMU_NOT_RAM);
		assert_int_equal(w.m->fault.gpa.v, 0xfee00030);
	}
	mmu_destroy(w.m);
}

static void test_interpreter_uses_it(void **state)
{
	struct world w;
	struct ir_memory memory = { .map = mmu_map, .page_bytes = MMU_PAGE_BYTES };

	(void)state;
	simple(&w);
	memory.priv = w.m;
	assert_ptr_equal(memory.map(memory.priv, va_of(2) + 8, 8, true), ram + DATA + 2 * 4096 + 8);
	assert_null(memory.map(memory.priv, 0x7000, 8, false));
	mmu_destroy(w.m);
}

struct counts {
	size_t nr[MMU_NR_EVENTS];
	size_t slot[64];
};

static void count_events(void *priv, enum mmu_event event, gva_t va, enum mmu_access access,
			 uint32_t slot)
{
	struct counts *c = priv;

	(void)va, (void)access, (void)slot;
	c->nr[event]++;
}

static void count(void *priv, enum mmu_event event, gva_t va, enum mmu_access access, uint32_t slot)
{
	struct counts *c = priv;

	(void)va;
	assert_in_range(access, 0, MMU_NR_ACCESS - 1);
	c->nr[event]++;
	c->slot[slot]++;
}

static void test_observer_counts_exactly(void **state)
{
	struct world w;
	struct counts c = { 0 };
	const struct mmu_observer observer = { &c, count };
	unsigned int group = 64;	/* the same place in a TLB of 64 */

	(void)state;
	simple(&w);
	assert_non_null(mmu_host(w.m, GVA(va_of(5)), MMU_READ, 8));
	mmu_observe(w.m, &observer);
	for (int i = 0; i < 10; i++)
		assert_non_null(mmu_host(w.m, GVA(va_of(5)), MMU_READ, 8));
	assert_int_equal(c.nr[MMU_EVENT_HIT], 10);
	assert_non_null(mmu_host(w.m, GVA(va_of(5 + group)), MMU_READ, 8));
	assert_int_equal(c.nr[MMU_EVENT_FILL], 1);
	assert_int_equal(c.nr[MMU_EVENT_EVICT], 1);
	assert_non_null(mmu_host(w.m, GVA(va_of(5)), MMU_READ, 8));
	assert_int_equal(c.nr[MMU_EVENT_VICTIM], 1);
	assert_non_null(mmu_host(w.m, GVA(va_of(5)), MMU_WRITE, 8));
	assert_int_equal(c.nr[MMU_EVENT_FILL], 2);
	assert_null(mmu_host(w.m, GVA(va_of(5)), MMU_EXEC, 8));
	assert_int_equal(c.nr[MMU_EVENT_FAULT], 1);
	assert_int_equal(c.slot[(va_of(5) >> 12) % 64], 10 + 2 + 1 + 1 + 1);
	mmu_flush_all(w.m);
	assert_int_equal(c.nr[MMU_EVENT_FLUSH], 1);
	assert_non_null(mmu_host(w.m, GVA(va_of(5)), MMU_READ, 8));
	assert_int_equal(c.nr[MMU_EVENT_FILL], 3);
	assert_int_equal(c.nr[MMU_EVENT_EVICT], 1);
	mmu_observe(w.m, NULL);
	assert_non_null(mmu_host(w.m, GVA(va_of(5)), MMU_READ, 8));
	assert_int_equal(c.nr[MMU_EVENT_HIT], 10);
	mmu_destroy(w.m);
}

/* Flushing one page, again and again, takes new keys for the tables and drops nothing else. */
static void test_page_flush_keeps_the_others(void **state)
{
	struct world w;

	(void)state;
	begin(&w, 0, 4, 256, 0);
	for (uint32_t half = 0; half < 2; half++) {
		struct counts c = { 0 };
		const struct mmu_observer observer = { &c, count_events };
		size_t present = 0;

		while (w.m->half != half)
			mmu_flush_all(w.m);
		for (unsigned int page = 1; page < PAGES; page++)
			present += !!mmu_host(w.m, GVA(va_of(page)), MMU_READ, 1);
		for (int i = 0; i < 10000; i++)
			mmu_flush_page(w.m, GVA(va_of(0)), 0);
		assert_int_equal(w.m->half, half);
		mmu_observe(w.m, &observer);
		for (unsigned int page = 1; page < PAGES; page++)
			mmu_host(w.m, GVA(va_of(page)), MMU_READ, 1);
		assert_int_equal(c.nr[MMU_EVENT_HIT] + c.nr[MMU_EVENT_VICTIM], present);
		mmu_observe(w.m, NULL);
	}
	mmu_destroy(w.m);
}

/* What a compiler emits from the layout finds what the inline function finds. */
static void test_layout(void **state)
{
	struct world w;
	struct tlb_layout l;
	uint64_t va = va_of(7) + 8, key, tag, addend;
	const char *entries, *slot;

	(void)state;
	simple(&w);
	for (unsigned int access = MMU_READ; access <= MMU_WRITE; access++) {
		char *host = mmu_host(w.m, GVA(va), (enum mmu_access)access, 8);

		mmu_layout(w.m, &l);
		memcpy(&entries, (char *)w.m + l.entries_offset, sizeof(entries));
		memcpy(&key, (char *)w.m + l.key_offset, sizeof(key));
		slot = entries + l.first[access] + ((va >> l.index_shift) & l.index_mask);
		memcpy(&tag, slot + l.tag_offset, sizeof(tag));
		memcpy(&addend, slot + l.addend_offset, sizeof(addend));
		assert_int_equal(((va + 7) & l.compare_mask) + key, tag);
		assert_int_equal((va & (l.compare_mask | 7)) + key, tag);
		assert_ptr_equal((char *)(va + addend), host);
	}
	assert_int_equal(l.miss_offset, offsetof(struct mmu, miss));
	mmu_destroy(w.m);
}

/* Read in order, pages are there before they are asked for; nothing changes in the tables. */
static void test_prefetch(void **state)
{
	struct counts c[2] = { 0 };

	(void)state;
	for (unsigned int on = 0; on < 2; on++) {
		const struct mmu_observer observer = { &c[on], count };
		struct world w;

		simple(&w);
		w.m->prefetch = on ? 7 : 0;
		w.m->never_expect = on ? 0 : ~0ull;
		mmu_observe(w.m, &observer);
		for (unsigned int page = 0; page < 64; page++)
			assert_non_null(mmu_host(w.m, GVA(va_of(page)), MMU_READ, 8));
		mmu_destroy(w.m);
	}
	assert_int_equal(c[0].nr[MMU_EVENT_FILL], 64);
	assert_int_equal(c[1].nr[MMU_EVENT_FILL] + c[1].nr[MMU_EVENT_HIT], 64);
	assert_in_range(c[1].nr[MMU_EVENT_FILL], 8, 10);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_shadow),
		cmocka_unit_test(test_keys_run_out),
		cmocka_unit_test(test_no_entry_outlives_its_key),
		cmocka_unit_test(test_page_flush_forgets_the_table),
		cmocka_unit_test(test_x86_page_flush_forgets_all_tables),
		cmocka_unit_test(test_crossing_and_alignment),
		cmocka_unit_test(test_not_ram),
		cmocka_unit_test(test_interpreter_uses_it),
		cmocka_unit_test(test_observer_counts_exactly),
		cmocka_unit_test(test_page_flush_keeps_the_others),
		cmocka_unit_test(test_layout),
		cmocka_unit_test(test_prefetch),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
