// SPDX-License-Identifier: MIT
/*
 * A file of any contents is read as a program; what is accepted is brought into a guest's memory, and
 * must be there: the entry and the headers in what is mapped, each byte of a segment that no other
 * has a share in as in the file.
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "vmcore/xlat/elf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

#define SPACE_BYTES (UINT64_C(256) << 20)

static void must(bool condition, const char *what)
{
	if (condition)
		return;
	fprintf(stderr, "elf_fuzz: %s\n", what);
	abort();
}

static bool is_mapped(const struct xlat_space *space, uint64_t address)
{
	return xlat_space_has(space, address, 1) && space->page[address / XLAT_PAGE] & XLAT_MAPPED;
}

/* A segment's last byte of the file. */
static void check_segment(const struct xlat_space *space, const struct xlat_image *image, uint32_t i,
			  const uint8_t *data)
{
	const struct xlat_segment *s = &image->segment[i];
	uint64_t last = s->address + s->file_bytes - 1;
	uint32_t k;

	must(is_mapped(space, s->address), "a segment is not mapped");
	must(is_mapped(space, s->address + s->bytes - 1), "a segment's end is not mapped");
	if (!s->file_bytes || !(s->prot & PROT_READ))
		return;
	for (k = 0; k < image->nr_segments; k++) {
		const struct xlat_segment *other = &image->segment[k];

		if (k != i && last >= other->address && last < other->address + other->bytes)
			return;
	}
	must(*(uint8_t *)xlat_host(space, last) == data[s->offset + s->file_bytes - 1],
	     "a segment has other contents");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	struct xlat_image image;
	struct xlat_space space;
	const char *why = NULL;
	int status = xlat_elf_read(data, bytes, &image, &why);
	uint32_t i;

	must(!status || why, "refused without a reason");
	must(!status || status == -ENOEXEC, "refused in another way");
	if (status)
		return 0;
	must(image.nr_segments && image.nr_segments <= XLAT_MAX_SEGMENTS, "number of segments");
	must(!xlat_space_init(&space, SPACE_BYTES), "no memory");
	status = xlat_elf_load(&space, data, -1, &image, &why);
	must(status || image.low >= XLAT_FIRST, "loaded below the first address");
	for (i = 0; !status && i < image.nr_segments; i++)
		check_segment(&space, &image, i, data);
	xlat_space_fini(&space);
	return 0;
}
