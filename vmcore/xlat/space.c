// SPDX-License-Identifier: MIT
#include "vmcore/xlat/space.h"

#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "vmcore/xlat/copy.h"

/* No instruction of any guest is longer. */
#define LONGEST 16u

/* A page that is watched: nobody else has reason to be. */
#define WATCHED (XLAT_MAPPED | XLAT_WATCHED | PROT_READ | PROT_WRITE | PROT_EXEC)

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

void xlat_space_share(struct xlat_space *space)
{
	if (space->shared)
		return;
	space->shared = true;
	xlat_space_changed(space);
}

void xlat_space_lock(struct xlat_space *space)
{
	while (__atomic_exchange_n(&space->lock, 1, __ATOMIC_ACQUIRE))
		sched_yield();
}

void xlat_space_unlock(struct xlat_space *space)
{
	__atomic_store_n(&space->lock, 0, __ATOMIC_RELEASE);
}

/* Note what pages are now, and that code may have come or gone. @lock is held. */
static void note(struct xlat_space *space, uint64_t address, uint64_t bytes, unsigned int what)
{
	static const uint8_t code[] = { PROT_EXEC, PROT_READ | PROT_EXEC, PROT_WRITE | PROT_EXEC,
					PROT_READ | PROT_WRITE | PROT_EXEC };
	uint8_t *page = space->page + address / XLAT_PAGE, *end = page + bytes / XLAT_PAGE, *at = page;
	bool changed = false;
	size_t i;

	for (i = 0; i < VMB_ARRAY_SIZE(code) && !changed; i++)
		changed = memchr(page, XLAT_MAPPED | code[i], (size_t)(end - page));
	while (space->nr_watched && (at = memchr(at, WATCHED, (size_t)(end - at)))) {
		*at++ = 0;
		space->nr_watched--;
		changed = true;
	}
	/* What has been translated where no code was ends there. */
	if (what & PROT_EXEC && __atomic_exchange_n(&space->missed, false, __ATOMIC_RELAXED))
		changed = true;
	if (changed)
		xlat_space_changed(space);
	memset(page, (int)what, (size_t)(end - page));
}

static int host_prot(int prot)
{
	return prot & PROT_EXEC ? (prot & ~PROT_EXEC) | PROT_READ : prot;
}

int xlat_map(struct xlat_space *space, uint64_t address, uint64_t bytes, int prot, int flags,
	     int fd, uint64_t offset)
{
	int status = 0;

	xlat_space_lock(space);
	if (mmap(xlat_host(space, address), bytes, host_prot(prot),
		 (flags & (MAP_SHARED | MAP_PRIVATE | MAP_ANONYMOUS)) | MAP_FIXED | MAP_NORESERVE, fd,
		 (off_t)offset) == MAP_FAILED)
		status = -errno;
	else
		note(space, address, bytes, XLAT_MAPPED | (unsigned int)prot);
	if (!status && flags & MAP_SHARED)
		xlat_space_share(space);
	xlat_space_unlock(space);
	return status;
}

/* A length of 0 lets the old mapping be: at no moment could somebody else get its room. */
int xlat_map_again(struct xlat_space *space, uint64_t from, uint64_t to, uint64_t bytes)
{
	unsigned int prot = space->page[from / XLAT_PAGE] & (PROT_READ | PROT_WRITE | PROT_EXEC);
	int status = 0;

	xlat_space_lock(space);
	if (mremap(xlat_host(space, from), 0, bytes, MREMAP_MAYMOVE | MREMAP_FIXED,
		   xlat_host(space, to)) == MAP_FAILED ||
	    mprotect(xlat_host(space, to), bytes, host_prot((int)prot)))
		status = -errno;
	else
		note(space, to, bytes, XLAT_MAPPED | prot);
	xlat_space_unlock(space);
	return status;
}

int xlat_unmap(struct xlat_space *space, uint64_t address, uint64_t bytes)
{
	int status = 0;

	xlat_space_lock(space);
	if (mmap(xlat_host(space, address), bytes, PROT_NONE,
		 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0) == MAP_FAILED)
		status = -errno;
	else
		note(space, address, bytes, 0);
	xlat_space_unlock(space);
	if (status)
		return status;
	if (address + bytes > space->top && address < space->top)
		space->top = address + bytes;
	return 0;
}

int xlat_protect(struct xlat_space *space, uint64_t address, uint64_t bytes, int prot)
{
	int status = 0;

	if (memchr(space->page + address / XLAT_PAGE, 0, bytes / XLAT_PAGE))
		return -ENOMEM;
	xlat_space_lock(space);
	if (mprotect(xlat_host(space, address), bytes, host_prot(prot)))
		status = -errno;
	else
		note(space, address, bytes, XLAT_MAPPED | (unsigned int)prot);
	xlat_space_unlock(space);
	return status;
}

/* In one page. @lock is held. */
static int poke(struct xlat_space *space, uint64_t address, const void *from, size_t bytes)
{
	void *page = xlat_host(space, address & ~(XLAT_PAGE - 1));
	unsigned int is = space->page[address / XLAT_PAGE];

	if (!is)
		return -EFAULT;
	if (mprotect(page, XLAT_PAGE, PROT_READ | PROT_WRITE))
		return -errno;
	if (!xlat_copy(xlat_host(space, address), from, bytes))
		return -EFAULT;
	return mprotect(page, XLAT_PAGE, is & XLAT_WATCHED ? PROT_READ : host_prot((int)is & 7)) ?
	       -errno : 0;
}

int xlat_poke(struct xlat_space *space, uint64_t address, const void *from, uint64_t bytes)
{
	const uint8_t *byte = from;
	int status = xlat_space_has(space, address, bytes) ? 0 : -EFAULT;

	xlat_space_lock(space);
	while (bytes && !status) {
		uint64_t nr = XLAT_PAGE - address % XLAT_PAGE;

		nr = nr < bytes ? nr : bytes;
		status = poke(space, address, byte, (size_t)nr);
		address += nr;
		byte += nr;
		bytes -= nr;
	}
	xlat_space_unlock(space);
	xlat_space_changed(space);
	return status;
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

/* From now on what is written to a page of code is noticed. Return: false: it cannot be. */
static bool watch(struct xlat_space *space, uint64_t address)
{
	uint8_t *page = &space->page[address / XLAT_PAGE];
	bool done = true;

	if (__atomic_load_n(page, __ATOMIC_RELAXED) & XLAT_WATCHED)
		return true;
	xlat_space_lock(space);
	if (*page == (WATCHED & ~XLAT_WATCHED)) {
		done = !mprotect(xlat_host(space, address & ~(XLAT_PAGE - 1)), XLAT_PAGE, PROT_READ);
		if (done) {
			*page |= XLAT_WATCHED;
			space->nr_watched++;
		}
	}
	xlat_space_unlock(space);
	return done;
}

/* @lock is held. */
static bool unwatch(struct xlat_space *space, uint8_t *page)
{
	uint64_t address = (uint64_t)(page - space->page) * XLAT_PAGE;

	if (!(*page & XLAT_WATCHED) ||
	    mprotect(xlat_host(space, address), XLAT_PAGE, PROT_READ | PROT_WRITE))
		return false;
	*page &= (uint8_t)~XLAT_WATCHED;
	space->nr_watched--;
	xlat_space_changed(space);
	return true;
}

bool xlat_unwatch(struct xlat_space *space, uint64_t address)
{
	bool was;

	if (!space->watches || address >= space->end)
		return false;
	xlat_space_lock(space);
	was = unwatch(space, &space->page[address / XLAT_PAGE]);
	xlat_space_unlock(space);
	return was;
}

bool xlat_unwatch_all(struct xlat_space *space)
{
	uint8_t *at = space->page, *end = at + space->end / XLAT_PAGE;
	bool was = false;

	if (!space->watches)
		return false;
	xlat_space_lock(space);
	while (space->nr_watched && (at = memchr(at, WATCHED, (size_t)(end - at))))
		was |= unwatch(space, at++);
	xlat_space_unlock(space);
	return was;
}

/* Pages that the guest cannot write to are not watched: mprotect(2) has to come first. */
static bool is_constant(const struct xlat_space *space, uint64_t address)
{
	return !space->watches || !(space->page[address / XLAT_PAGE] & PROT_WRITE);
}

static bool executable(const struct xlat_space *space, uint64_t address)
{
	return address >= XLAT_FIRST && address < space->end &&
	       space->page[address / XLAT_PAGE] & PROT_EXEC;
}

/* There was no code, or so little that an instruction may want more. */
static size_t missed(struct xlat_space *space, size_t bytes)
{
	if (bytes < LONGEST)
		__atomic_store_n(&space->missed, true, __ATOMIC_RELAXED);
	return bytes;
}

size_t xlat_fetch(void *priv, uint64_t pc, const uint8_t **bytes)
{
	struct xlat_space *space = priv;
	uint64_t end = (pc | (XLAT_PAGE - 1)) + 1;

	if (!executable(space, pc) || !(is_constant(space, pc) || watch(space, pc)))
		return missed(space, 0);
	*bytes = xlat_host(space, pc);
	if (!executable(space, end))
		return missed(space, end - pc);
	/* The second page is watched only if an instruction may end there. */
	if (!is_constant(space, end) && (end - pc >= LONGEST || !watch(space, end)))
		return end - pc;
	return end - pc + XLAT_PAGE;
}

size_t xlat_peek(void *priv, uint64_t pc, const uint8_t **bytes)
{
	const struct xlat_space *space = priv;
	uint64_t end = (pc | (XLAT_PAGE - 1)) + 1;

	if (!executable(space, pc))
		return 0;
	*bytes = xlat_host(space, pc);
	return end - pc + (executable(space, end) ? XLAT_PAGE : 0);
}
