// SPDX-License-Identifier: MIT
#include "vmcore/xlat/program.h"

#include <errno.h>
#include <sys/mman.h>

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
	memcpy(to, xlat_host(p->space, address), bytes);
	return 0;
}

int xlat_write(const struct xlat_program *p, uint64_t address, const void *from, size_t bytes)
{
	if (accessible(p, address, bytes, PROT_WRITE) < bytes)
		return -EFAULT;
	memcpy(xlat_host(p->space, address), from, bytes);
	return 0;
}

int xlat_read_string(const struct xlat_program *p, uint64_t address, char *to, size_t bytes)
{
	uint64_t nr = accessible(p, address, bytes, PROT_READ);
	const char *from = xlat_host(p->space, address), *end;

	nr = nr < bytes ? nr : bytes;
	end = nr ? memchr(from, 0, nr) : NULL;
	if (!end)
		return nr < bytes ? -EFAULT : -ENAMETOOLONG;
	memcpy(to, from, (size_t)(end - from) + 1);
	return 0;
}
