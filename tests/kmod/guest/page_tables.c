// SPDX-License-Identifier: MIT
/*
 * A process with pages of many kinds says where the kernel has put them, and switches the machine off
 * while its page tables exist. What the machine's memory then holds is for the host to read:
 * tests/kmod/tables.c. Lines are "page KIND VIRTUAL PHYSICAL", in hexadecimal.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/reboot.h>
#include <unistd.h>

#include "tests/kmod/guest/lib/tap.h"

#define PAGE	   4096ul
#define NR_PAGES   16		/* of each kind */
#define HUGE	   (2ul << 20)
#define NR_KERNEL  16		/* places in the kernel's text */
#define KERNEL_STEP 0x10000ul
#define MOST_MAPS  4096		/* pages of the process's own mappings */

static int pagemap;

/* Physical address of a page that is present, 0 of one that is not. */
static uint64_t physical(uintptr_t va)
{
	uint64_t entry;

	if (pread(pagemap, &entry, sizeof(entry), (off_t)(va / PAGE * sizeof(entry))) != sizeof(entry))
		return 0;
	return entry >> 63 ? (entry & ((1ull << 55) - 1)) * PAGE + va % PAGE : 0;
}

static void say(const char *kind, uintptr_t va, uint64_t pa)
{
	printf("page %s %" PRIxPTR " %" PRIx64 "\n", kind, va, pa);
}

static char *map(size_t bytes, size_t align)
{
	char *p = mmap(NULL, bytes + align, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (p == MAP_FAILED) {
		tap_ok(false, "memory is mapped");
		exit(1);
	}
	return (char *)(((uintptr_t)p + align - 1) & ~(align - 1));
}

/* Written first, so that there is a page; then given the rights. */
static void make(const char *kind, int prot)
{
	char *p = map(NR_PAGES * PAGE, PAGE);
	uint64_t pa[NR_PAGES];

	madvise(p, NR_PAGES * PAGE, MADV_NOHUGEPAGE);
	memset(p, 1, NR_PAGES * PAGE);
	mlock(p, NR_PAGES * PAGE);
	for (size_t i = 0; i < NR_PAGES; i++)
		pa[i] = physical((uintptr_t)p + i * PAGE);
	mprotect(p, NR_PAGES * PAGE, prot);
	for (size_t i = 0; i < NR_PAGES; i++)
		say(kind, (uintptr_t)p + i * PAGE, pa[i]);
}

/* What was only read is the zero page, and what was not touched is nowhere. */
static void make_untouched(void)
{
	volatile char *zero = map(NR_PAGES * PAGE, PAGE), *fresh = map(NR_PAGES * PAGE, PAGE);

	madvise((void *)zero, NR_PAGES * PAGE, MADV_NOHUGEPAGE);
	for (size_t i = 0; i < NR_PAGES; i++) {
		(void)zero[i * PAGE];
		say("zero", (uintptr_t)zero + i * PAGE, physical((uintptr_t)zero + i * PAGE));
		say("fresh", (uintptr_t)fresh + i * PAGE, 0);
	}
}

static void make_huge(void)
{
	char *p = map(HUGE, HUGE);

	madvise(p, HUGE, MADV_HUGEPAGE);
	memset(p, 1, HUGE);
	mlock(p, HUGE);
	if (!tap_ok(physical((uintptr_t)p) % HUGE == 0, "there is a huge page"))
		return;
	for (size_t i = 0; i < NR_PAGES; i++) {
		uintptr_t va = (uintptr_t)p + i * HUGE / NR_PAGES + i;

		say("huge", va, physical(va));
	}
}

/* Everything else that the process has: its program, its stack, what the C library made. */
static void say_maps(void)
{
	FILE *f = fopen("/proc/self/maps", "r");
	char line[512], rights[8];
	uintptr_t from, to;
	size_t nr = 0;

	while (f && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%" SCNxPTR "-%" SCNxPTR " %7s", &from, &to, rights) != 3 || from >> 63)
			continue;
		for (uintptr_t va = from; rights[0] == 'r' && va < to && nr < MOST_MAPS; va += PAGE) {
			uint64_t pa = physical(va);

			if (pa && ++nr)
				say("any", va, pa);
		}
	}
	if (f)
		fclose(f);
	tap_ok(nr > 10, "the process has pages of its own (%zu)", nr);
}

/* Address of a symbol of the kernel. */
static uint64_t symbol(const char *wanted)
{
	FILE *f = fopen("/proc/kallsyms", "r");
	char line[512], name[256];
	uint64_t at, found = 0;

	while (!found && f && fgets(line, sizeof(line), f))
		if (sscanf(line, "%" SCNx64 " %*c %255s", &at, name) == 2 && !strcmp(name, wanted))
			found = at;
	if (f)
		fclose(f);
	return found;
}

/* Where a range of physical memory begins. */
static uint64_t memory(const char *wanted)
{
	FILE *f = fopen("/proc/iomem", "r");
	char line[512], name[256];
	uint64_t at, found = 0;

	while (!found && f && fgets(line, sizeof(line), f))
		if (sscanf(line, "%" SCNx64 "-%*x : %255[^\n]", &at, name) == 2 && !strcmp(name, wanted))
			found = at;
	if (f)
		fclose(f);
	return found;
}

/* The kernel's text: where it begins, by its symbol and by the list of physical memory. */
static void say_kernel(void)
{
	uint64_t va = symbol("_text"), pa = memory("Kernel code");

	if (!tap_ok(va && pa, "the kernel says where it is"))
		return;
	/* Not the first: it is a header, which arm64 does not map. */
	for (size_t i = 1; i <= NR_KERNEL; i++)
		say("kernel", va + i * KERNEL_STEP + i, pa + i * KERNEL_STEP + i);
}

int main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	/* So that no page of the program moves when it is written for the first time. */
	mlockall(MCL_CURRENT);
	pagemap = open("/proc/self/pagemap", O_RDONLY);
	tap_ok(pagemap >= 0, "the kernel says where pages are");
	make("rw", PROT_READ | PROT_WRITE);
	make("ro", PROT_READ);
	make("rx", PROT_READ | PROT_EXEC);
	make("none", PROT_NONE);
	make_untouched();
	make_huge();
	say_kernel();
	say_maps();
	printf("RIG DONE %d\n", tap_status());
	fflush(stdout);
	sleep(1);	/* the console's own buffer */
	reboot(RB_POWER_OFF);
	return 1;
}
