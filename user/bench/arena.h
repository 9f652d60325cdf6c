/* SPDX-License-Identifier: MIT */
#ifndef VMB_USER_BENCH_ARENA_H
#define VMB_USER_BENCH_ARENA_H
/*
 * Memory of a known page size that is mapped and populated once, in a benchmark's set-up.
 */

#include "user/bench.h"

#define BENCH_HUGE_BYTES	(2ull << 20)

/**
 * enum bench_pages
 * @BENCH_PAGES_BASE: the kernel's base pages, never transparent huge ones
 * @BENCH_PAGES_THP: 2 MiB-aligned and advised to be transparent huge pages; whether they became
 *	some is in bench_arena.huge_bytes
 * @BENCH_PAGES_HUGETLB: from the reserved pool of 2 MiB pages, which is empty by default
 */
enum bench_pages { BENCH_PAGES_BASE, BENCH_PAGES_THP, BENCH_PAGES_HUGETLB };

/**
 * struct bench_arena - zeroed is "nothing mapped".
 * @base: first usable byte, aligned to the page size asked for
 * @bytes: usable bytes, rounded up to whole pages
 * @huge_bytes: how many of them are in huge pages, known after bench_arena_populate()
 * @pages: as asked for
 * @map, @map_bytes: what is to be unmapped
 */
struct bench_arena {
	char *base;
	size_t bytes;
	size_t huge_bytes;
	enum bench_pages pages;
	void *map;
	size_t map_bytes;
};

/**
 * bench_arena_reserve - map, without touching a page.
 * @why: on failure a sentence
 * Return: 0, -errno.
 */
VMB_MUST_CHECK int bench_arena_reserve(struct bench_arena *a, size_t bytes, enum bench_pages pages,
				       struct vmb_why *why);

/** bench_arena_populate - have the kernel put a page everywhere. Return: 0, -errno with @why. */
VMB_MUST_CHECK int bench_arena_populate(struct bench_arena *a, struct vmb_why *why);

/** bench_arena_map - both of the above; on failure nothing stays mapped. */
VMB_MUST_CHECK int bench_arena_map(struct bench_arena *a, size_t bytes, enum bench_pages pages,
				   struct vmb_why *why);

/** bench_arena_unmap - and zero @a. Harmless when nothing is mapped. */
void bench_arena_unmap(struct bench_arena *a);

/** bench_arena_report - add the metrics "working_set" (@bytes) and "huge_pages" (% of the arena). */
void bench_arena_report(const struct bench_arena *a, struct vmb_state *st, uint64_t bytes);

#endif /* VMB_USER_BENCH_ARENA_H */
