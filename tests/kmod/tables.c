// SPDX-License-Identifier: MIT
/*
 * The software MMU against page tables that a real kernel has made: the memory of a machine that
 * tests/kmod/guest/page_tables.c has switched off, and where it said its pages were.
 *
 * usage: tables ARCH FIRST RAM PRINTED
 * FIRST: physical address of the file RAM's first byte, hexadecimal; PRINTED: a file with what the
 * machine printed. Prints TAP lines.
 *
 * Nobody tells the roots. Each page of memory is tried as one: only the real ones translate hundreds
 * of addresses right.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "arch/registry.h"
#include "vmcore/mmu/mmu.h"

#define MOST_PAGES 8192
#define MOST_ROOTS 8

enum who { USER, KERNEL };

/* What an access has to give. */
enum outcome { ANY, OK, DENIED, ABSENT };

/**
 * struct kind - pages that the guest made.
 * @who: in whose mode, by whose root
 * @wanted: [access]
 * @level: of the entry, 0: any
 */
struct kind {
	const char *name;
	enum who who;
	enum outcome wanted[MMU_NR_ACCESS];
	uint8_t level;
};

static const struct kind kinds[] = {
	{ "rw", USER, { OK, OK, DENIED }, 1 },
	{ "ro", USER, { OK, DENIED, DENIED }, 1 },
	{ "rx", USER, { OK, DENIED, OK }, 1 },
	{ "none", USER, { ABSENT, ABSENT, ABSENT }, 0 },
	{ "zero", USER, { OK, DENIED, DENIED }, 1 },
	{ "fresh", USER, { ABSENT, ABSENT, ABSENT }, 0 },
	{ "huge", USER, { OK, OK, DENIED }, 2 },
	{ "any", USER, { OK, ANY, ANY }, 0 },
	{ "kernel", KERNEL, { OK, DENIED, OK }, 0 },
};

#define NR_KINDS (sizeof(kinds) / sizeof(kinds[0]))

struct page {
	const struct kind *kind;
	uint64_t va, pa;
};

static struct page pages[MOST_PAGES];
static size_t nr_pages;
static bool all_good = true;

static bool say(bool good, const char *what)
{
	printf("%sok - %s\n", good ? "" : "not ", what);
	all_good = all_good && good;
	return good;
}

static void read_pages(FILE *in)
{
	char line[256], name[16];
	struct page p;

	while (nr_pages < MOST_PAGES && fgets(line, sizeof(line), in)) {
		if (sscanf(line, "page %15s %" SCNx64 " %" SCNx64, name, &p.va, &p.pa) != 3)
			continue;
		for (size_t i = 0; i < NR_KINDS; i++)
			if (!strcmp(kinds[i].name, name)) {
				p.kind = &kinds[i];
				pages[nr_pages++] = p;
			}
	}
}

static bool translates(struct mmu *mmu, const struct page *p)
{
	struct mmu_leaf leaf;

	return mmu_walk(mmu, GVA(p->va), MMU_READ, &leaf) == MMU_OK && leaf.gpa.v == p->pa;
}

/* Every page of @who that can be read is where the guest says that it is. */
static bool is_root(struct mmu *mmu, enum who who)
{
	size_t right = 0;

	for (size_t i = 0; i < nr_pages; i++) {
		const struct kind *k = pages[i].kind;

		if (k->who != who || k->wanted[MMU_READ] != OK)
			continue;
		if (!translates(mmu, &pages[i]))
			return false;
		right++;
	}
	return right;
}

/* The roots of @who: those of a process are two where user and kernel have tables of their own. */
static size_t find_roots(struct mmu *mmu, const struct mmu_region *ram, enum who who, gpa_t *root)
{
	bool high = who == KERNEL && mmu->format->two_roots;
	struct mmu_config config = mmu->config;
	size_t nr = 0;

	for (uint64_t at = 0; at < ram->bytes && nr < MOST_ROOTS; at += MMU_PAGE_BYTES) {
		config.root[high] = GPA(ram->first.v + at);
		if (mmu_configure(mmu, &config))
			return 0;
		mmu_set_mode(mmu, who == USER ? MMU_MODE_USER : 0);
		if (is_root(mmu, who))
			root[nr++] = config.root[high];
	}
	/* Walks through what are no tables have left flags in them: take the memory anew. */
	madvise(ram->host, ram->bytes, MADV_DONTNEED);
	return nr;
}

static bool fits(enum outcome wanted, enum mmu_status got)
{
	return wanted == ANY || (wanted == OK && got == MMU_OK) ||
	       (wanted == DENIED && got == MMU_DENIED) || (wanted == ABSENT && got == MMU_NOT_PRESENT);
}

/* What the architecture says of the fault, besides that it is one. */
static bool code_fits(const struct mmu *mmu, enum outcome wanted, enum mmu_access access)
{
	const struct mmu_fault *f = &mmu->fault;

	if (wanted != DENIED)
		return true;
	/* SDM volume 3A, 4.7: present, write, user, instruction fetch. */
	if (!strcmp(mmu->format->name, "x86_64"))
		return f->vector == 14 && (f->code & 1) &&
		       (f->code >> 1 & 1) == (access == MMU_WRITE) &&
		       (f->code >> 2 & 1) == (mmu->mode == MMU_MODE_USER) &&
		       (f->code >> 4 & 1) == (access == MMU_EXEC);
	/* DDI 0487, ESR_ELx: a permission fault at level 0b11LL, WnR for data. */
	return (f->code >> 2 & 15) == 3 &&
	       (access == MMU_EXEC || (f->code >> 6 & 1) == (access == MMU_WRITE));
}

static bool leads_to(const struct mmu_leaf *leaf, const struct page *p)
{
	return leaf->gpa.v == p->pa && (!p->kind->level || leaf->level == p->kind->level);
}

/* @copy: in the kernel's tables, where the program has others: there nothing of it may be executed. */
static bool check_page(struct mmu *mmu, const struct page *p, bool copy)
{
	static const char *const word[] = { "read", "write", "execute" };

	for (enum mmu_access access = MMU_READ; access < MMU_NR_ACCESS; access++) {
		struct mmu_leaf leaf = { .level = p->kind->level };
		enum mmu_status got = mmu_walk(mmu, GVA(p->va), access, &leaf);
		enum outcome wanted = p->kind->wanted[access];
		bool good;

		if (copy && access == MMU_EXEC && wanted == OK)
			wanted = DENIED;
		good = fits(wanted, got) && (got == MMU_OK ? leads_to(&leaf, p) :
							     code_fits(mmu, wanted, access));

		if (!good) {
			printf("# %s %#" PRIx64 " %s: status %d, fault %u %#x, level %u, at %#" PRIx64
			       ", wanted at %#" PRIx64 "\n", p->kind->name, p->va, word[access], got,
			       mmu->fault.vector, mmu->fault.code, leaf.level, leaf.gpa.v, p->pa);
			return false;
		}
	}
	return true;
}

static void check_kind(struct mmu *mmu, const struct kind *k, bool copy)
{
	size_t nr = 0, good = 0;
	char text[96];

	mmu_set_mode(mmu, k->who == USER ? MMU_MODE_USER : 0);
	for (size_t i = 0; i < nr_pages; i++)
		if (pages[i].kind == k) {
			nr++;
			good += check_page(mmu, &pages[i], copy);
		}
	snprintf(text, sizeof(text), "%s: %zu pages, each access as the kernel meant it", k->name, nr);
	say(nr && good == nr, text);
}

/* A program cannot read the kernel, whichever tables are in use. */
static void check_isolation(struct mmu *mmu)
{
	size_t seen = 0;

	mmu_set_mode(mmu, MMU_MODE_USER);
	for (size_t i = 0; i < nr_pages; i++)
		seen += pages[i].kind->who == KERNEL && translates(mmu, &pages[i]);
	say(!seen, "the kernel's pages are not the program's");
}

/* A page whose flags the kernel or the machine has set needs no more of them. */
static void check_untouched(const uint8_t *ram, const char *path, size_t bytes)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	uint8_t *fresh = fd < 0 ? MAP_FAILED : mmap(NULL, bytes, PROT_READ, MAP_PRIVATE, fd, 0);

	say(fresh != MAP_FAILED && !memcmp(ram, fresh, bytes),
	    "what was in use already is left as it was, bit for bit");
	if (fresh != MAP_FAILED)
		munmap(fresh, bytes);
	if (fd >= 0)
		close(fd);
}

static void use_pages(struct mmu *mmu)
{
	struct mmu_leaf leaf;

	mmu_set_mode(mmu, MMU_MODE_USER);
	for (size_t i = 0; i < nr_pages; i++)
		if (!strcmp(pages[i].kind->name, "rw"))
			if (mmu_walk(mmu, GVA(pages[i].va), MMU_WRITE, &leaf))
				say(false, "a page that was written can be written");
}

/* Return: the number of levels with which there is a root, 0: with none. */
static unsigned int find_levels(struct mmu *mmu, const struct mmu_region *ram, gpa_t *root,
				size_t *nr)
{
	struct mmu_config config = mmu->config;

	/* The most first: without their top, tables that leave it nearly empty are tables as well. */
	for (config.levels = MMU_MAX_LEVELS; config.levels; config.levels--) {
		if (!(mmu->format->levels >> config.levels & 1) || mmu_configure(mmu, &config))
			continue;
		*nr = find_roots(mmu, ram, USER, root);
		if (*nr)
			return config.levels;
	}
	return 0;
}

static bool is_among(gpa_t one, const gpa_t *root, size_t nr)
{
	while (nr--)
		if (root[nr].v == one.v)
			return true;
	return false;
}

static void check_program(struct mmu *mmu, bool copy)
{
	for (size_t i = 0; i < NR_KINDS; i++)
		if (kinds[i].who == USER)
			check_kind(mmu, &kinds[i], copy);
	check_isolation(mmu);
}

static void check_all(struct mmu *mmu, const struct mmu_region *ram, const char *path)
{
	gpa_t user[MOST_ROOTS], kernel[MOST_ROOTS];
	struct mmu_config config;
	size_t nr, nr_kernel;
	char text[96];
	unsigned int levels = find_levels(mmu, ram, user, &nr);

	snprintf(text, sizeof(text), "the program's tables are found: %zu, of %u levels", nr, levels);
	if (!say(levels, text))
		return;
	config = mmu->config;
	config.root[0] = user[0];
	if (mmu_configure(mmu, &config))
		return;
	use_pages(mmu);
	check_untouched((const uint8_t *)ram->host, path, ram->bytes);
	nr_kernel = find_roots(mmu, ram, KERNEL, kernel);
	snprintf(text, sizeof(text), "the kernel's tables are found: %zu", nr_kernel);
	say(nr_kernel, text);
	for (size_t r = 0; r < nr; r++) {
		config.root[0] = user[r];
		if (nr_kernel && mmu->format->two_roots)
			config.root[1] = kernel[0];
		if (!mmu_configure(mmu, &config))
			check_program(mmu, nr > 1 && is_among(user[r], kernel, nr_kernel));
	}
	if (!nr_kernel)
		return;
	config.root[mmu->format->two_roots] = kernel[0];
	if (!mmu_configure(mmu, &config))
		check_kind(mmu, &kinds[NR_KINDS - 1], false);
}

int main(int argc, char **argv)
{
	const struct vmb_arch *arch = argc == 5 ? vmb_arch_by_name(argv[1]) : NULL;
	struct mmu_region ram = { .first = GPA(argc == 5 ? strtoull(argv[2], NULL, 16) : 0) };
	struct mmu_setup setup = { .region = &ram, .nr_regions = 1 };
	FILE *printed = argc == 5 ? fopen(argv[4], "r") : NULL;
	struct mmu *mmu;
	struct stat st;
	int fd;

	if (!arch) {
		fprintf(stderr, "usage: tables ARCH FIRST RAM PRINTED\n");
		return 2;
	}
	fd = open(argv[3], O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) || !printed) {
		perror("tables");
		return 1;
	}
	ram.bytes = (uint64_t)st.st_size;
	ram.host = mmap(NULL, ram.bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_NORESERVE, fd, 0);
	close(fd);
	setup.format = arch->mmu_format;
	setup.config = (struct mmu_config){
		.levels = setup.format->default_levels, .pa_bits = setup.format->default_pa_bits,
		.control = setup.format->default_control,
	};
	read_pages(printed);
	fclose(printed);
	if (ram.host == MAP_FAILED || mmu_create(&setup, &mmu)) {
		fprintf(stderr, "tables: no memory for that machine\n");
		return 1;
	}
	check_all(mmu, &ram, argv[3]);
	mmu_destroy(mmu);
	munmap(ram.host, ram.bytes);
	return !all_good;
}
