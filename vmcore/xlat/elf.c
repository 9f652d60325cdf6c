// SPDX-License-Identifier: MIT
#include "vmcore/xlat/elf.h"

#include <elf.h>
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

/* Where a position-independent program goes. */
#define MOVED_TO UINT64_C(0x10000000)
/* No program's addresses are higher: sums of two do not overflow. */
#define MAX_ADDRESS (UINT64_C(1) << 47)

static int refuse(const char **why, const char *text)
{
	*why = text;
	return -ENOEXEC;
}

static int check_header(const Elf64_Ehdr *e, size_t bytes, const char **why)
{
	if (memcmp(e->e_ident, ELFMAG, SELFMAG))
		return refuse(why, "it is no ELF file");
	if (e->e_ident[EI_CLASS] != ELFCLASS64 || e->e_ident[EI_DATA] != ELFDATA2LSB)
		return refuse(why, "it is not 64-bit little-endian");
	if (e->e_type != ET_EXEC && e->e_type != ET_DYN)
		return refuse(why, "it is no executable");
	if (e->e_phentsize != sizeof(Elf64_Phdr) || !e->e_phnum)
		return refuse(why, "it has no program headers");
	if (e->e_phoff > bytes || (bytes - e->e_phoff) / sizeof(Elf64_Phdr) < e->e_phnum)
		return refuse(why, "its program headers lie outside of the file");
	return 0;
}

static int prot_of(uint32_t flags)
{
	return (flags & PF_R ? PROT_READ : 0) | (flags & PF_W ? PROT_WRITE : 0) |
	       (flags & PF_X ? PROT_EXEC : 0);
}

static uint64_t page_down(uint64_t address)
{
	return address & ~(XLAT_PAGE - 1);
}

static uint64_t page_up(uint64_t address)
{
	return page_down(address + XLAT_PAGE - 1);
}

static int add_segment(struct xlat_image *image, const Elf64_Phdr *p, size_t bytes,
		       const char **why)
{
	struct xlat_segment *s = &image->segment[image->nr_segments];

	if (!p->p_memsz)
		return 0;
	if (image->nr_segments == XLAT_MAX_SEGMENTS)
		return refuse(why, "it has too many segments");
	if (p->p_offset > bytes || p->p_filesz > bytes - p->p_offset)
		return refuse(why, "a segment lies outside of the file");
	if (p->p_filesz > p->p_memsz || p->p_vaddr > MAX_ADDRESS || p->p_memsz > MAX_ADDRESS)
		return refuse(why, "a segment has an impossible size or address");
	*s = (struct xlat_segment){ p->p_vaddr, p->p_memsz, p->p_offset, p->p_filesz,
				    prot_of(p->p_flags) };
	if (page_down(s->address) < image->low)
		image->low = page_down(s->address);
	if (page_up(s->address + s->bytes) > image->high)
		image->high = page_up(s->address + s->bytes);
	image->nr_segments++;
	return 0;
}

static void find_headers(struct xlat_image *image, const Elf64_Ehdr *e)
{
	uint64_t end = e->e_phoff + (uint64_t)e->e_phnum * sizeof(Elf64_Phdr);
	uint32_t i;

	for (i = 0; i < image->nr_segments; i++) {
		const struct xlat_segment *s = &image->segment[i];

		if (s->offset <= e->e_phoff && end <= s->offset + s->file_bytes)
			image->phdr = s->address + (e->e_phoff - s->offset);
	}
}

int xlat_elf_read(const uint8_t *file, size_t bytes, struct xlat_image *image, const char **why)
{
	Elf64_Ehdr e;
	Elf64_Phdr p;
	int status;
	uint32_t i;

	if (bytes < sizeof(e))
		return refuse(why, "it is too short for an ELF file");
	memcpy(&e, file, sizeof(e));
	status = check_header(&e, bytes, why);
	*image = (struct xlat_image){ .machine = e.e_machine, .moves = e.e_type == ET_DYN,
				      .entry = e.e_entry, .low = UINT64_MAX,
				      .nr_phdrs = e.e_phnum };
	for (i = 0; i < image->nr_phdrs && !status; i++) {
		memcpy(&p, file + e.e_phoff + i * sizeof(p), sizeof(p));
		if (p.p_type == PT_INTERP)
			return refuse(why, "it is linked dynamically; link it with -static");
		if (p.p_type == PT_LOAD)
			status = add_segment(image, &p, bytes, why);
	}
	if (status)
		return status;
	if (!image->nr_segments)
		return refuse(why, "it has nothing to load");
	find_headers(image, &e);
	return 0;
}

static void move(struct xlat_image *image, uint64_t by)
{
	uint32_t i;

	image->entry += by;
	image->low += by;
	image->high += by;
	if (image->phdr)
		image->phdr += by;
	for (i = 0; i < image->nr_segments; i++)
		image->segment[i].address += by;
}

/* Return: what a page may do, as all segments that have a share in it; -1 if none has. */
static int prot_at(const struct xlat_image *image, uint64_t page)
{
	bool has = false;
	int prot = 0;
	uint32_t i;

	for (i = 0; i < image->nr_segments; i++) {
		const struct xlat_segment *s = &image->segment[i];

		if (s->address >= page + XLAT_PAGE || page >= s->address + s->bytes)
			continue;
		has = true;
		prot |= s->prot;
	}
	return has ? prot : -1;
}

/* Pages that segments share may do what either may; pages that may the same are changed at once. */
static int protect(struct xlat_space *space, const struct xlat_image *image)
{
	uint64_t first, page;
	int status = 0, prot;

	for (first = image->low; first < image->high && !status; first = page) {
		prot = prot_at(image, first);
		page = first + XLAT_PAGE;
		while (page < image->high && prot_at(image, page) == prot)
			page += XLAT_PAGE;
		status = prot < 0 ? xlat_unmap(space, first, page - first) :
				    xlat_protect(space, first, page - first, prot);
	}
	return status;
}

/* Pages of a segment at once, where no other has a share in them. */
static int protect_segments(struct xlat_space *space, const struct xlat_image *image)
{
	uint64_t last = 0;
	int status = 0;
	uint32_t i;

	for (i = 0; i < image->nr_segments && !status; i++) {
		const struct xlat_segment *s = &image->segment[i];

		if (page_down(s->address) < last)
			return protect(space, image);
		if (last && page_down(s->address) > last)
			status = xlat_unmap(space, last, page_down(s->address) - last);
		last = page_up(s->address + s->bytes);
		if (!status)
			status = xlat_protect(space, page_down(s->address),
					      last - page_down(s->address), s->prot);
	}
	return status;
}

/* Can pages of the file be pages of the program, with no segment having a share in another's? */
static bool has_whole_pages(const struct xlat_image *image)
{
	uint64_t last = 0;
	uint32_t i;

	for (i = 0; i < image->nr_segments; i++) {
		const struct xlat_segment *s = &image->segment[i];

		if ((s->address ^ s->offset) % XLAT_PAGE || page_down(s->address) < last)
			return false;
		last = page_up(s->address + s->bytes);
	}
	return true;
}

/* Pages of the file; what is behind its bytes in the last of them is zeroed where that counts. */
static int map_file_pages(struct xlat_space *space, int fd, const struct xlat_segment *s,
			  uint64_t end)
{
	uint64_t first = page_down(s->address), filled = s->address + s->file_bytes;
	bool zeroes = s->bytes > s->file_bytes && filled < end;
	int status = xlat_map(space, first, end - first,
			      zeroes ? PROT_READ | PROT_WRITE : s->prot, MAP_PRIVATE, fd,
			      page_down(s->offset));

	if (status || !zeroes)
		return status;
	memset(xlat_host(space, filled), 0, end - filled);
	return xlat_protect(space, first, end - first, s->prot);
}

static int map_segment(struct xlat_space *space, int fd, const struct xlat_segment *s)
{
	uint64_t end = page_up(s->address + s->bytes);
	uint64_t file_end = s->file_bytes ? page_up(s->address + s->file_bytes) :
					    page_down(s->address);
	int status = 0;

	if (s->file_bytes)
		status = map_file_pages(space, fd, s, file_end);
	if (!status && file_end < end)
		status = xlat_map(space, file_end, end - file_end, s->prot,
				  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	return status;
}

/* All at once, then what each page may do. */
static int copy_segments(struct xlat_space *space, const uint8_t *file,
			 const struct xlat_image *image)
{
	int status = xlat_map(space, image->low, image->high - image->low, PROT_READ | PROT_WRITE,
			      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	uint32_t i;

	if (status)
		return status;
	for (i = 0; i < image->nr_segments; i++) {
		const struct xlat_segment *s = &image->segment[i];

		memcpy(xlat_host(space, s->address), file + s->offset, s->file_bytes);
	}
	return protect_segments(space, image);
}

int xlat_elf_load(struct xlat_space *space, const uint8_t *file, int fd, struct xlat_image *image,
		  const char **why)
{
	uint32_t i;
	int status = 0;

	if (image->moves)
		move(image, MOVED_TO - image->low);
	if (!xlat_space_has(space, image->low, image->high - image->low))
		return refuse(why, "its addresses do not fit into the guest's memory");
	if (fd < 0 || !has_whole_pages(image))
		return copy_segments(space, file, image);
	for (i = 0; i < image->nr_segments && !status; i++)
		status = map_segment(space, fd, &image->segment[i]);
	return status;
}
