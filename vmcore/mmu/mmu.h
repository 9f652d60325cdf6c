/* SPDX-License-Identifier: MIT */
#ifndef VMB_VMCORE_MMU_MMU_H
#define VMB_VMCORE_MMU_MMU_H
/*
 * Guest virtual to host addresses: one struct mmu per virtual CPU, used by one thread at a time.
 * Several may share guest memory; accessed and dirty flags are set atomically. A flush concerns the
 * mmu that it is called on; telling the other CPUs is the embedder's job, as it is the guest's.
 */

#include "vmcore/mmu/format.h"
#include "vmcore/mmu/tlb.h"

#define MMU_ALL_SPACES	  UINT32_MAX
#define MMU_MAX_REGIONS	  8
#define MMU_VICTIMS	  128	/* entries that were replaced, and may soon be wanted again */
#define MMU_SPACES	  64	/* address spaces that are remembered at a time */
#define MMU_TABLES	  256	/* cached tables of 4 KiB pages, 2 MiB each */
#define MMU_UPPER_TABLES  32	/* cached tables of 2 MiB pages, 1 GiB each */
#define MMU_MAX_PREFETCH  7

/** struct mmu_region - guest memory: @bytes from @first are at @host. All multiples of a page. */
struct mmu_region {
	gpa_t first;
	uint64_t bytes;
	char *host;
};

/** enum mmu_event - what an observer is told. */
enum mmu_event {
	MMU_EVENT_HIT,		/* found by index and compare */
	MMU_EVENT_VICTIM,	/* found among the victims and swapped back */
	MMU_EVENT_FILL,		/* walked and filled */
	MMU_EVENT_EVICT,	/* a valid entry of the current space and mode made room for it */
	MMU_EVENT_FAULT,	/* walked and faulted, or not RAM */
	MMU_EVENT_FLUSH,	/* all, a space or a page */
	MMU_NR_EVENTS,
};

/**
 * struct mmu_observer - told of each event; borrowed while installed.
 * @slot: index of the entry in the array of the access
 */
struct mmu_observer {
	void *priv;
	void (*event)(void *priv, enum mmu_event event, gva_t va, enum mmu_access access,
		      uint32_t slot);
};

/**
 * struct mmu_setup - what an mmu is made of.
 * @format: borrowed for the life of the mmu
 * @config: copied
 * @region: [nr_regions], copied; the host memory is borrowed. Put the largest first
 * @tlb_entries: per kind of access, a power of two; 0: TLB_DEFAULT_ENTRIES
 * @prefetch: how many pages to look ahead once misses come in order, 0 to MMU_MAX_PREFETCH
 */
struct mmu_setup {
	const struct mmu_format *format;
	struct mmu_config config;
	const struct mmu_region *region;
	size_t nr_regions;
	uint32_t tlb_entries;
	uint32_t prefetch;
};

/* A cached table: its host address, what its upper levels permit in the low bits, and for whom. */
struct mmu_table {
	uint64_t tag;
	uint64_t table;
};

/* An address space: keys of its modes. Not remembered unless @epoch is the mmu's. */
struct mmu_space {
	uint64_t epoch;
	uint32_t asid;
	uint32_t table_key;
	uint32_t key[MMU_NR_MODES];
} VMB_ALIGNED(64);

/* An entry that had to make room: @place says where it was. Direct-mapped by that place. */
struct mmu_victim {
	uint64_t tag;
	uint64_t addend;
	uint64_t place;
	uint64_t unused;
};

/**
 * struct mmu - to be read by inline code and by formats; changed by mmu.c only.
 * @view: for the fast path
 * @miss: what the fast path calls
 * @fault: why the last access failed
 * @key: as @view.key, but not hidden while an observer is installed
 * @allow: [access], of the current mode
 * @expected: [access] page whose miss would be the next in order; @never_expect: all ones if nothing
 *	is prefetched, which is no page
 * @large_pages, @huge_pages: bit n: a page of 2 MiB, 1 GiB may be cached whose number has hash n
 * @next_tag, @last_tag, @half, @sweep: see tlb_keys.c
 */
struct mmu {
	struct tlb_view view;
	void *(*miss)(struct mmu *mmu, gva_t va, enum mmu_access access, uint32_t bytes);
	struct mmu_fault fault;

	uint64_t key;
	uint64_t table_key;
	const uint16_t *allow;
	struct mmu_region first_region;
	uint64_t expected[MMU_NR_ACCESS];
	uint64_t never_expect;
	uint32_t prefetch;
	struct mmu_rules rules;
	struct mmu_victim victim[MMU_VICTIMS];
	struct mmu_table table[MMU_TABLES];
	struct mmu_table upper_table[MMU_UPPER_TABLES];

	const struct mmu_format *format;
	struct mmu_config config;
	struct mmu_region region[MMU_MAX_REGIONS];
	uint32_t nr_regions;
	uint32_t entries;
	uint32_t entries_log2;
	uint32_t asid;
	uint32_t mode;
	uint64_t epoch;
	uint32_t next_tag;
	uint32_t last_tag;
	uint32_t half;
	uint32_t sweep;
	uint64_t large_pages;
	uint64_t huge_pages;
	const struct mmu_observer *observer;
	struct mmu_space space[MMU_SPACES];
};

/**
 * mmu_create - make an mmu, in space 0, mode 0, with an empty TLB.
 * Return: 0; -EINVAL: a size is no power of two or out of range, a region is not of whole pages, or
 *	the format does not have the configuration; -ENOMEM.
 */
int mmu_create(const struct mmu_setup *setup, struct mmu **out) VMB_MUST_CHECK;

/** mmu_destroy - free it; NULL is allowed. */
void mmu_destroy(struct mmu *mmu);

/** mmu_configure - change the configuration; flushes everything. Return: 0 or -EINVAL, unchanged. */
int mmu_configure(struct mmu *mmu, const struct mmu_config *config) VMB_MUST_CHECK;

/**
 * mmu_switch - go on in another address space or mode. Cached translations of both stay.
 * @root: replaces config.root[0]. If the space was used with another one and not flushed since, the
 *	old translations go on, as on the machine
 * @mode: MMU_MODE_...
 */
void mmu_switch(struct mmu *mmu, uint32_t asid, gpa_t root, uint32_t mode);

/** mmu_set_mode - go on in another mode of the same space. */
void mmu_set_mode(struct mmu *mmu, uint32_t mode);

/** mmu_flush_all - forget everything. Takes the same time at any size. */
void mmu_flush_all(struct mmu *mmu);

/** mmu_flush_space - forget the translations of a space. Takes the same time at any size. */
void mmu_flush_space(struct mmu *mmu, uint32_t asid);

/**
 * mmu_flush_page - forget the translations of a page, whatever its size.
 * @asid: or MMU_ALL_SPACES
 */
void mmu_flush_page(struct mmu *mmu, gva_t va, uint32_t asid);

/**
 * mmu_observe - install or, with NULL, remove an observer. While there is one every access goes
 * through mmu.miss, because its key fits no entry; without one nothing is different at all.
 */
void mmu_observe(struct mmu *mmu, const struct mmu_observer *observer);

/** mmu_layout - the fast path as data. */
void mmu_layout(const struct mmu *mmu, struct tlb_layout *layout);

/**
 * mmu_walk - translate by the tables, past the TLB; sets accessed and dirty as the access would.
 * Return: MMU_OK with *@leaf, or the fault, which is also in mmu->fault.
 */
enum mmu_status mmu_walk(struct mmu *mmu, gva_t va, enum mmu_access access, struct mmu_leaf *leaf);

/** mmu_misaligned - report the fault of an access that must be aligned and is not. Return: NULL */
void *mmu_misaligned(struct mmu *mmu, gva_t va, enum mmu_access access);

/**
 * mmu_map - the map of struct ir_memory for a @priv that is a struct mmu; its page_bytes is
 * MMU_PAGE_BYTES.
 */
void *mmu_map(void *priv, uint64_t address, uint32_t bytes, bool write);

/** mmu_first_ram - host address of guest memory in the first region; NULL: not there. */
VMB_INLINE char *mmu_first_ram(const struct mmu *mmu, uint64_t gpa)
{
	uint64_t offset = gpa - mmu->first_region.first.v;

	return VMB_LIKELY(offset < mmu->first_region.bytes) ? mmu->first_region.host + offset : NULL;
}

/** mmu_ram - host address of guest memory, up to the end of its page; NULL: there is none. */
char *mmu_ram(const struct mmu *mmu, gpa_t gpa);

/**
 * mmu_host - host address of an access.
 * @bytes: 1 to 16
 * Return: NULL when it faults, is not RAM or crosses a page: mmu->fault says which. Valid until the
 *	next flush, switch, or access that misses.
 */
VMB_INLINE void *mmu_host(struct mmu *mmu, gva_t va, enum mmu_access access, uint32_t bytes)
{
	const struct tlb_entry *e = tlb_slot(&mmu->view, va.v, access);

	if (VMB_LIKELY(tlb_hits(&mmu->view, e, va.v, bytes)))
		return (void *)(va.v + e->addend);
	return mmu->miss(mmu, va, access, bytes);
}

/** mmu_host_aligned - the same for accesses that must be aligned: atomics, strict guests. */
VMB_INLINE void *mmu_host_aligned(struct mmu *mmu, gva_t va, enum mmu_access access, uint32_t bytes)
{
	const struct tlb_entry *e = tlb_slot(&mmu->view, va.v, access);

	if (VMB_LIKELY(tlb_hits_aligned(&mmu->view, e, va.v, bytes)))
		return (void *)(va.v + e->addend);
	if (va.v & (bytes - 1))
		return mmu_misaligned(mmu, va, access);
	return mmu->miss(mmu, va, access, bytes);
}

#endif /* VMB_VMCORE_MMU_MMU_H */
