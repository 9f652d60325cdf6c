// SPDX-License-Identifier: MIT
#include "vmcore/xlat/space.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

int xlat_space_init(struct xlat_space *space, uint64_t bytes)
{
	void *host;

	*space = (struct xlat_space){ .end = bytes, .limit = bytes, .top = bytes };
	space->page = calloc(bytes / XLAT_PAGE, 1);
	if (!space->page)
		return -ENOMEM;
	host = mmap(NULL, XLAT_GUARD + bytes + XLAT_GUARD, PROT_NONE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (host == MAP_FAILED) {
		free(space->page);
		return -ENOMEM;
	}
	space->host = (uint8_t *)((uintptr_t)host + XLAT_GUARD);
	return 0;
}

void xlat_space_fini(struct xlat_space *space)
{
	munmap(space->host - XLAT_GUARD, XLAT_GUARD + space->limit + XLAT_GUARD);
	free(space->page);
}

void xlat_space_changed(struct xlat_space *space)
{
	__atomic_fetch_add(&space->changes, 1, __ATOMIC_SEQ_CST);
}

/* Note what pages are now, and that code may have come or gone. */
static void note(struct xlat_space *space, uint64_t address, uint64_t bytes, unsigned int what)
{
	uint8_t *page = space->page + address / XLAT_PAGE;
	size_t nr = bytes / XLAT_PAGE;

	if (memchr(page, XLAT_MAPPED | PROT_READ | PROT_EXEC, nr) ||
	    memchr(page, XLAT_MAPPED | PROT_READ | PROT_WRITE | PROT_EXEC, nr) ||
	    memchr(page, XLAT_MAPPED | PROT_EXEC, nr))
		xlat_space_changed(space);
	memset(page, (int)what, nr);
}

static int host_prot(int prot)
{
	return prot & PROT_EXEC ? (prot & ~PROT_EXEC) | PROT_READ : prot;
}

int xlat_map(struct xlat_space *space, uint64_t address, uint64_t bytes, int prot, int flags,
	     int fd, uint64_t offset)
{
	if (mmap(xlat_host(space, address), bytes, host_prot(prot),
		 (flags & (MAP_SHARED | MAP_PRIVATE | MAP_ANONYMOUS)) | MAP_FIXED | MAP_NORESERVE, fd,
		 (off_t)offset) == MAP_FAILED)
		return -errno;
	note(space, address, bytes, XLAT_MAPPED | (unsigned int)prot);
	return 0;
}

int xlat_unmap(struct xlat_space *space, uint64_t address, uint64_t bytes)
{
	if (mmap(xlat_host(space, address), bytes, PROT_NONE,
		 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0) == MAP_FAILED)
		return -errno;
	note(space, address, bytes, 0);
	if (address + bytes > space->top && address < space->top)
		space->top = address + bytes;
	return 0;
}

int xlat_protect(struct xlat_space *space, uint64_t address, uint64_t bytes, int prot)
{
	if (memchr(space->page + address / XLAT_PAGE, 0, bytes / XLAT_PAGE))
		return -ENOMEM;
	if (mprotect(xlat_host(space, address), bytes, host_prot(prot)))
		return -errno;
	note(space, address, bytes, XLAT_MAPPED | (unsigned int)prot);
	return 0;
}

bool xlat_is_free(const struct xlat_space *space, uint64_t address, uint64_t bytes)
{
	const uint8_t *page = space->page + address / XLAT_PAGE;
	size_t nr = bytes / XLAT_PAGE;

	return !page[0] && !memcmp(page, page + 1, nr - 1);
}

static uint64_t find_below(const struct xlat_space *space, uint64_t top, uint64_t bytes)
{
	uint64_t at = top, run = 0;

	while (at > XLAT_FIRST + XLAT_PAGE && run < bytes) {
		at -= XLAT_PAGE;
		run = space->page[at / XLAT_PAGE] ? 0 : run + XLAT_PAGE;
	}
	return run >= bytes ? at : 0;
}

uint64_t xlat_find(struct xlat_space *space, uint64_t bytes)
{
	uint64_t at = find_below(space, space->top, bytes);

	if (!at)
		at = find_below(space, space->end, bytes);
	if (at && at < space->top)
		space->top = at;
	return at;
}

static bool executable(const struct xlat_space *space, uint64_t address)
{
	return address >= XLAT_FIRST && address < space->end &&
	       space->page[address / XLAT_PAGE] & PROT_EXEC;
}

size_t xlat_fetch(void *priv, uint64_t pc, const uint8_t **bytes)
{
	const struct xlat_space *space = priv;
	uint64_t end = (pc | (XLAT_PAGE - 1)) + 1;

	if (!executable(space, pc))
		return 0;
	*bytes = xlat_host(space, pc);
	return end - pc + (executable(space, end) ? XLAT_PAGE : 0);
}
