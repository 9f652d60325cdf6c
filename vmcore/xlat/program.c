// SPDX-License-Identifier: MIT
#include "vmcore/xlat/program.h"

#include <errno.h>
#include <sys/mman.h>

#include "vmcore/xlat/copy.h"

/* Bytes from @address on that lie in pages with @prot. */
static uint64_t accessible(const struct xlat_program *p, uint64_t address, uint64_t bytes,
			   unsigned int prot)
{
	uint64_t end = address;

	if (!xlat_space_has(p->space, address, 1))
		return 0;
	while (end - address < bytes && end < p->space->end &&
	       p->space->page[end / XLAT_PAGE] & prot)
		end = (end | (XLAT_PAGE - 1)) + 1;
	return end - address;
}

int xlat_read(const struct xlat_program *p, uint64_t address, void *to, size_t bytes)
{
	if (accessible(p, address, bytes, PROT_READ) < bytes)
		return -EFAULT;
	return xlat_copy(to, xlat_host(p->space, address), bytes) ? 0 : -EFAULT;
}

int xlat_write(const struct xlat_program *p, uint64_t address, const void *from, size_t bytes)
{
	if (accessible(p, address, bytes, PROT_WRITE) < bytes)
		return -EFAULT;
	return xlat_copy(xlat_host(p->space, address), from, bytes) ? 0 : -EFAULT;
}

/* Page by page: behind the text may be what cannot be read. */
int xlat_read_string(const struct xlat_program *p, uint64_t address, char *to, size_t bytes)
{
	size_t nr;

	for (; bytes; address += nr, to += nr, bytes -= nr) {
		nr = (size_t)(XLAT_PAGE - address % XLAT_PAGE);
		nr = nr < bytes ? nr : bytes;
		if (xlat_read(p, address, to, nr))
			return -EFAULT;
		if (memchr(to, 0, nr))
			return 0;
	}
	return -ENAMETOOLONG;
}
