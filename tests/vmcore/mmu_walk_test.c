// SPDX-License-Identifier: MIT
/*
 * The walk against the oracle: random tables, most of them hostile, in which every entry may be
 * anything. Both get a copy of the same memory, and afterwards result, fault codes and memory, with
 * its accessed and dirty flags, must be the same.
 */
#include "tests/test.h"

#include <stdlib.h>
#include <string.h>

#include "arch/registry.h"
#include "tests/vmcore/mmu_oracle.h"
#include "vmcore/mmu/build.h"

#define RAM_PAGES 24
#define RAM_BYTES (RAM_PAGES * (uint64_t)MMU_PAGE_BYTES)
#define RAM_FIRST 0x80000000ull
#define ROUNDS	  3000
#define ACCESSES  60

static uint64_t stream;

static uint64_t rnd(void)
{
	uint64_t z = (stream += 0x9e3779b97f4a7c15ull);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
	return z ^ (z >> 31);
}

static bool one_in(unsigned int n)
{
	return rnd() % n == 0;
}

struct subject {
	const char *name;
	oracle_fn *oracle;
	uint8_t levels[3];
	uint8_t nr_levels;
	uint32_t controls;	/* that may be on or off */
	uint32_t always;
	uint64_t ok_table, ok_page;	/* bits of a typical entry */
	uint64_t noise;		/* bits that are tried both ways */
};

static const struct subject subjects[] = {
	{ "x86_64", oracle_x86_64, { 4, 5 }, 2,
	  MMU_WRITE_PROTECT | MMU_NO_EXEC | MMU_NO_USER_EXEC, MMU_SET_ACCESSED | MMU_SET_DIRTY,
	  0x7, 0x7, 0x80000000000001e6ull },
	{ "arm64", oracle_arm64, { 4, 3 }, 2,
	  MMU_WRITE_XOR_EXEC | MMU_LOW_OFF | MMU_HIGH_OFF | MMU_LOW_TAGGED | MMU_HIGH_TAGGED |
		  MMU_LOW_FLAT | MMU_HIGH_FLAT | MMU_SET_ACCESSED | MMU_SET_DIRTY, 0,
	  0x3, 0x403, 0xf8780000000004c0ull },
	{ "riscv64", oracle_riscv64, { 3, 4, 5 }, 3,
	  MMU_MEMORY_TYPES | MMU_SET_ACCESSED | MMU_SET_DIRTY, 0,
	  0x1, 0xcf, 0x60000000000000feull },
};

static const struct subject *subject;
static const struct mmu_format *format;
static _Alignas(4096) uint8_t ram[RAM_BYTES], shadow[RAM_BYTES];

static uint64_t address_bits(uint64_t pa)
{
	return strcmp(subject->name, "riscv64") ? pa : pa >> 12 << 10;
}

/* Mostly an address in memory, rarely one beside it, or anything. */
static uint64_t some_address(void)
{
	uint64_t pa = RAM_FIRST + rnd() % RAM_PAGES * MMU_PAGE_BYTES;

	if (one_in(24))
		pa = rnd() & 0x000ffffffffff000ull;
	else if (one_in(24))
		pa = RAM_FIRST + RAM_BYTES;
	else if (one_in(6))
		pa = RAM_FIRST & ~0x3fffffffull;	/* aligned for every size */
	return pa;
}

static uint64_t some_entry(void)
{
	uint64_t e = address_bits(some_address());

	if (one_in(40))
		return rnd();
	e |= one_in(2) ? subject->ok_table : subject->ok_page;
	if (one_in(3))
		e ^= subject->noise & rnd() & rnd();
	if (one_in(60))
		e ^= 1ull << rnd() % 64;
	if (one_in(12) && !strcmp(subject->name, "arm64"))
		e ^= 2;
	return e;
}

static void some_memory(void)
{
	for (size_t i = 0; i < RAM_BYTES / 8; i++) {
		uint64_t e = some_entry();

		memcpy(ram + 8 * i, &e, 8);
	}
	memcpy(shadow, ram, RAM_BYTES);
}

static struct mmu_config some_config(void)
{
	struct mmu_config c = {
		.root = { GPA(RAM_FIRST + rnd() % RAM_PAGES * MMU_PAGE_BYTES), GPA(some_address()) },
		.levels = subject->levels[rnd() % subject->nr_levels],
		.pa_bits = one_in(2) ? format->default_pa_bits : 40,
		.control = subject->always | (subject->controls & (uint32_t)rnd()),
	};

	if (!strcmp(subject->name, "riscv64"))
		c.pa_bits = 56;
	if (c.control & MMU_SET_DIRTY)
		c.control |= MMU_SET_ACCESSED;
	else if (!strcmp(subject->name, "riscv64"))
		c.control &= ~MMU_SET_ACCESSED;
	if (!one_in(10))
		c.control &= ~(MMU_LOW_OFF | MMU_HIGH_OFF);
	return c;
}

static uint64_t some_va(const struct mmu_config *c)
{
	unsigned int bits = 12 + 9 * c->levels;
	uint64_t va = rnd() & rnd() & ((1ull << bits) - 1);	/* few different entries per table */

	if (one_in(2))
		va |= ~0ull << (bits - 1);
	if (one_in(12))
		va ^= 1ull << (rnd() % 64);
	return va;
}

static enum mmu_access some_access(void)
{
	return (enum mmu_access)(rnd() % MMU_NR_ACCESS);
}

static void compare(struct mmu *m, struct oracle *o, uint64_t va, enum mmu_access access)
{
	struct oracle_result want = subject->oracle(o, va, access);
	struct mmu_leaf leaf;
	enum mmu_status status = mmu_walk(m, GVA(va), access, &leaf);

	if (want.ok != (status == MMU_OK))
		fail_msg("%s va %#lx access %d: status %d level %d, the manual says %s (%u, %#x)",
			 subject->name, va, access, status, m->fault.level,
			 want.ok ? "fine" : "fault", want.vector, want.code);
	if (want.ok) {
		assert_int_equal(leaf.gpa.v, want.pa);
	} else {
		assert_int_equal(m->fault.vector, want.vector);
		assert_int_equal(m->fault.code, want.code);
		assert_int_equal(m->fault.gva.v, va);
		assert_int_equal(m->fault.access, access);
	}
	if (memcmp(ram, shadow, RAM_BYTES))
		fail_msg("%s va %#lx access %d: different flags in the tables", subject->name, va,
			 access);
}

static struct mmu *create(const struct mmu_config *config, uint32_t entries)
{
	const struct mmu_region region = { GPA(RAM_FIRST), RAM_BYTES, (char *)ram };
	const struct mmu_setup setup = {
		.format = format, .config = *config, .region = &region, .nr_regions = 1,
		.tlb_entries = entries, .prefetch = (uint32_t)(rnd() % 8),
	};
	struct mmu *m;

	assert_int_equal(mmu_create(&setup, &m), 0);
	return m;
}

static void compare_round(size_t *translated)
{
	struct mmu_config config = some_config();
	struct mmu *m = create(&config, 64);
	struct oracle o = {
		.ram = shadow, .ram_first = RAM_FIRST, .ram_bytes = RAM_BYTES, .config = config,
	};

	for (int i = 0; i < ACCESSES; i++) {
		uint64_t va = some_va(&config);
		enum mmu_access access = some_access();

		o.mode = (uint32_t)rnd() % MMU_NR_MODES;
		mmu_set_mode(m, o.mode);
		/* what the walk remembers of upper tables may be old by now */
		mmu_flush_all(m);
		compare(m, &o, va, access);
		*translated += m->fault.gva.v != va;
	}
	mmu_destroy(m);
}

static void test_like_the_manual(void **state)
{
	for (size_t s = 0; s < VMB_ARRAY_SIZE(subjects); s++) {
		size_t translated = 0;

		subject = &subjects[s];
		format = vmb_arch_by_name(subject->name)->mmu_format;
		stream = s + 1;
		for (int i = 0; i < ROUNDS; i++) {
			if (i % 20 == 0)
				some_memory();
			compare_round(&translated);
		}
		/* both kinds of ending were seen, often */
		assert_in_range(translated, ROUNDS * ACCESSES / 50, ROUNDS * ACCESSES * 9 / 10);
	}
	(void)state;
}

/* Through the TLB, in memory that the accesses themselves do not change but for flags. */
static void test_hostile_tables_through_the_tlb(void **state)
{
	for (size_t s = 0; s < VMB_ARRAY_SIZE(subjects); s++) {
		subject = &subjects[s];
		format = vmb_arch_by_name(subject->name)->mmu_format;
		stream = s + 77;
		for (int i = 0; i < 300; i++) {
			struct mmu_config config = some_config();
			struct mmu *m = create(&config, 64);

			some_memory();
			for (int k = 0; k < 2000; k++) {
				uint64_t va = some_va(&config);
				uint32_t bytes = 1u << rnd() % 5;
				uint8_t *host;

				if (one_in(50))
					mmu_set_mode(m, (uint32_t)rnd());
				if (one_in(50))
					mmu_flush_page(m, GVA(va), MMU_ALL_SPACES);
				host = mmu_host(m, GVA(va), some_access(), bytes);
				if (host && (host < ram || host + bytes > ram + RAM_BYTES))
					fail_msg("%s: %#lx is outside of memory", subject->name, va);
				/* the guest writes to its tables, too */
				if (host && one_in(4))
					memset(host, (int)rnd(), one_in(2) ? 1 : bytes);
			}
			mmu_destroy(m);
		}
	}
	(void)state;
}

static void test_refuses_what_it_has_not(void **state)
{
	const struct mmu_region good = { GPA(RAM_FIRST), RAM_BYTES, (char *)ram };
	size_t nr;
	const struct vmb_arch *const *arch = vmb_arches(&nr);

	(void)state;
	for (size_t i = 0; i < nr; i++) {
		const struct mmu_format *f = arch[i]->mmu_format;
		const struct mmu_setup right = {
			.format = f, .region = &good, .nr_regions = 1,
			.config = { .levels = f->default_levels, .pa_bits = f->default_pa_bits,
				    .control = f->default_control },
		};
		struct mmu_region region = good;
		struct mmu_setup wrong;
		struct mmu *m;

#define REFUSED(change)                                                                            \
	do {                                                                                       \
		wrong = right;                                                                     \
		change;                                                                            \
		assert_int_equal(mmu_create(&wrong, &m), -22);                                     \
	} while (0)
		REFUSED(wrong.config.levels = 2);
		REFUSED(wrong.config.levels = 6);
		REFUSED(wrong.config.levels = 200);
		REFUSED(wrong.config.pa_bits = 57);
		REFUSED(wrong.config.control = 1u << 30);
		REFUSED(wrong.tlb_entries = 32);
		REFUSED(wrong.tlb_entries = 96);
		REFUSED(wrong.tlb_entries = 131072);
		REFUSED(wrong.prefetch = 8);
		REFUSED(wrong.nr_regions = 0);
		REFUSED(wrong.nr_regions = 9);
		REFUSED((region.bytes -= 8, wrong.region = &region));
		region = good;
		REFUSED((region.host++, wrong.region = &region));
		region = good;
		REFUSED((region.first.v = -(uint64_t)MMU_PAGE_BYTES, wrong.region = &region));
		assert_int_equal(mmu_create(&right, &m), 0);
		wrong.config.levels = 2;
		assert_int_equal(mmu_configure(m, &wrong.config), -22);
		mmu_destroy(m);
	}
	mmu_destroy(NULL);
}

/* The builder of the core makes tables that mean what was asked for, by the oracle. */
static void test_builder(void **state)
{
	static const struct {
		uint64_t va;
		unsigned int level;
	} page[] = { { 0x1000, 1 }, { 0x3fc0000000, 1 }, { 0x40000000, 3 },
		     { 0x80200000, 2 }, { 0x2000, 1 } };

	(void)state;
	for (size_t s = 0; s < VMB_ARRAY_SIZE(subjects); s++) {
		struct mmu_builder b;
		const struct mmu_region region = { GPA(RAM_FIRST), RAM_BYTES, (char *)ram };
		struct oracle o = { .ram = ram, .ram_first = RAM_FIRST, .ram_bytes = RAM_BYTES };

		subject = &subjects[s];
		format = vmb_arch_by_name(subject->name)->mmu_format;
		o.config = (struct mmu_config){
			.levels = format->default_levels, .pa_bits = format->default_pa_bits,
			.control = format->default_control,
		};
		memset(ram, 0xa5, sizeof(ram));
		assert_int_equal(mmu_builder_init(&b, format, o.config.levels, &region,
						  GPA(RAM_FIRST + MMU_PAGE_BYTES),
						  GPA(RAM_FIRST + RAM_BYTES)), 0);
		o.config.root[0] = b.root;
		for (size_t i = 0; i < VMB_ARRAY_SIZE(page); i++) {
			uint64_t pa = 0x4000000000ull * (i + 1);
			struct oracle_result r;

			assert_int_equal(mmu_builder_map(&b, GVA(page[i].va), GPA(pa),
							 page[i].level, MMU_PROT_READ), 0);
			assert_int_equal(mmu_builder_map(&b, GVA(page[i].va), GPA(pa), 1,
							 MMU_PROT_READ), -17);
			r = subject->oracle(&o, page[i].va + 0x123, MMU_READ);
			assert_true(r.ok);
			assert_int_equal(r.pa, pa + 0x123);
			assert_false(subject->oracle(&o, page[i].va, MMU_WRITE).ok);
			assert_false(subject->oracle(&o, page[i].va, MMU_EXEC).ok);
		}
		assert_int_equal(mmu_builder_map(&b, GVA(0x1800), GPA(0), 1, 0), -22);
		b.end = b.next;
		assert_int_equal(mmu_builder_map(&b, GVA(0x3000000000), GPA(0), 1, 0), -28);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_like_the_manual),
		cmocka_unit_test(test_hostile_tables_through_the_tlb),
		cmocka_unit_test(test_refuses_what_it_has_not),
		cmocka_unit_test(test_builder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
