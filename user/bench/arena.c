// SPDX-License-Identifier: MIT
#include "user/bench/arena.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE	23	/* Linux 5.14 */
#endif
#ifndef MAP_HUGE_2MB
#define MAP_HUGE_2MB		(21 << 26)
#endif

static size_t round_up(size_t n, size_t to)
{
	return (n + to - 1) / to * to;
}

static int map_failed(size_t bytes, struct vmb_why *why)
{
	int err = -errno;

	vmb_why_set(why, "%zu bytes of memory cannot be mapped: %s", bytes, strerror(-err));
	return err;
}

static int reserve_hugetlb(struct bench_arena *a, struct vmb_why *why)
{
	void *p = mmap(NULL, a->bytes, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB | MAP_HUGE_2MB, -1, 0);

	if (p == MAP_FAILED)
		return map_failed(a->bytes, why);
	a->map = a->base = p;
	a->map_bytes = a->bytes;
	return 0;
}

/*
 * The usable part lies between two inaccessible ones, so that the kernel does not merge it with a
 * neighbour and /proc/self/smaps shows it by itself.
 */
static int reserve_anonymous(struct bench_arena *a, size_t align, struct vmb_why *why)
{
	size_t total = a->bytes + 2 * align;
	void *p = mmap(NULL, total, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (p == MAP_FAILED)
		return map_failed(total, why);
	a->map = p;
	a->map_bytes = total;
	a->base = (char *)p + align - (uintptr_t)p % align;
	if (mprotect(a->base, a->bytes, PROT_READ | PROT_WRITE)) {
		int err = map_failed(a->bytes, why);

		bench_arena_unmap(a);
		return err;
	}
	/* Fails where the kernel has no transparent huge pages: then there is nothing to advise. */
	(void)madvise(a->base, a->bytes,
		      a->pages == BENCH_PAGES_THP ? MADV_HUGEPAGE : MADV_NOHUGEPAGE);
	return 0;
}

int bench_arena_reserve(struct bench_arena *a, size_t bytes, enum bench_pages pages,
			struct vmb_why *why)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t align = pages == BENCH_PAGES_BASE ? page : BENCH_HUGE_BYTES;

	align = align > page ? align : page;
	*a = (struct bench_arena){ .bytes = round_up(bytes, align), .pages = pages };
	return pages == BENCH_PAGES_HUGETLB ? reserve_hugetlb(a, why) :
	       reserve_anonymous(a, align, why);
}

/* Sum of AnonHugePages of the mapping that begins at @base. */
static size_t anon_huge_bytes(const char *base)
{
	FILE *f = fopen("/proc/self/smaps", "re");
	char line[512];
	bool inside = false;
	uintptr_t from, to;
	size_t kb = 0;

	if (!f)
		return 0;
	while (fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%" SCNxPTR "-%" SCNxPTR " ", &from, &to) == 2)
			inside = from == (uintptr_t)base;
		else if (inside && sscanf(line, "AnonHugePages: %zu", &kb) == 1)
			break;
	}
	fclose(f);
	return kb * 1024;
}

static void touch_pages(struct bench_arena *a)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	for (size_t i = 0; i < a->bytes; i += page)
		*(volatile char *)(a->base + i) = 0;
}

int bench_arena_populate(struct bench_arena *a, struct vmb_why *why)
{
	if (madvise(a->base, a->bytes, MADV_POPULATE_WRITE)) {
		if (errno != EINVAL && errno != ENOSYS)
			return map_failed(a->bytes, why);
		touch_pages(a);
	}
	a->huge_bytes = a->pages == BENCH_PAGES_HUGETLB ? a->bytes : anon_huge_bytes(a->base);
	return 0;
}

int bench_arena_map(struct bench_arena *a, size_t bytes, enum bench_pages pages,
		    struct vmb_why *why)
{
	int err = bench_arena_reserve(a, bytes, pages, why);

	if (!err)
		err = bench_arena_populate(a, why);
	if (err)
		bench_arena_unmap(a);
	return err;
}

void bench_arena_unmap(struct bench_arena *a)
{
	if (a->map)
		munmap(a->map, a->map_bytes);
	*a = (struct bench_arena){ 0 };
}

void bench_arena_report(const struct bench_arena *a, struct vmb_state *st, uint64_t bytes)
{
	st->metric(st, "working_set", "B", (double)bytes, VMB_METRIC_MEDIAN);
	st->metric(st, "huge_pages", "%", 100.0 * (double)a->huge_bytes / (double)a->bytes,
		   VMB_METRIC_MEDIAN);
}
