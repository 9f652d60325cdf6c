/* SPDX-License-Identifier: MIT */
#ifndef VMB_VMCORE_XLAT_SPACE_H
#define VMB_VMCORE_XLAT_SPACE_H
/*
 * A guest program's memory: one range of the host's address space, at a fixed distance. Its pages are
 * mapped and protected by the host's own page tables.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arch/base/attr.h"

#define XLAT_PAGE UINT64_C(4096)
/* Lower addresses fault, so that null pointers do. */
#define XLAT_FIRST UINT64_C(0x10000)
/* Host memory before and behind the space that nothing is in (struct jit_target). */
#define XLAT_GUARD UINT64_C(0x100000)

/**
 * struct xlat_space - guest addresses [XLAT_FIRST, @end).
 * @host: host address of guest address 0; up to XLAT_FIRST nothing is mapped
 * @limit: accesses of code reach below this: @end, and what the translator has behind it
 * @page: by page: PROT_* of mapped ones with XLAT_MAPPED; XLAT_WATCHED: the host may not write to it
 *	though the guest may
 * @watches: pages that are writable and executable are watched from when code is read from them
 * @missed: code was asked for where none is, which has been translated as that
 * @shared: others than one thread may see this memory, and the order of accesses to it
 * @top: below this free room is looked for first
 * @lock: held, for short, by who changes @page; @nr_watched: pages that are watched
 * @changes: number of times that executable pages were unmapped, mapped or protected, or that all
 *	translations are to be thrown away for another reason
 */
struct xlat_space {
	uint8_t *host;
	uint64_t end, limit;
	uint8_t *page;
	bool watches, shared, missed;
	int lock;
	uint32_t nr_watched;
	uint64_t top;
	uint64_t changes;
};

#define XLAT_MAPPED  0x80u
#define XLAT_WATCHED 0x40u

/**
 * xlat_space_init - reserve @bytes of addresses; no memory yet.
 * Return: 0 or -ENOMEM.
 */
int xlat_space_init(struct xlat_space *space, uint64_t bytes);

/** xlat_space_fini - unmap it. */
void xlat_space_fini(struct xlat_space *space);

/** xlat_space_has - do all @bytes lie in the space? Nothing is said about what is mapped. */
VMB_INLINE bool xlat_space_has(const struct xlat_space *space, uint64_t address, uint64_t bytes)
{
	return address >= XLAT_FIRST && address < space->end && bytes <= space->end - address;
}

/** xlat_host - host address of a guest address. */
VMB_INLINE void *xlat_host(const struct xlat_space *space, uint64_t address)
{
	return space->host + address;
}

/** xlat_space_changed - what was translated before is not to be run any more. Any thread. */
void xlat_space_changed(struct xlat_space *space);

/**
 * xlat_space_share - the memory becomes @shared, before there is whoever sees it. What was translated
 * is not to be run any more.
 */
void xlat_space_share(struct xlat_space *space);

/** xlat_space_changes - @changes, as another thread may write it. */
VMB_INLINE uint64_t xlat_space_changes(const struct xlat_space *space)
{
	return __atomic_load_n(&space->changes, __ATOMIC_RELAXED);
}

/**
 * xlat_space_lock, xlat_space_unlock - while it is held no page changes; for fork(). Nothing of the
 * guest may be touched.
 */
void xlat_space_lock(struct xlat_space *space);
void xlat_space_unlock(struct xlat_space *space);

/**
 * xlat_unwatch - let the guest write to the page of @address, if it is watched. What was translated
 * from there is not to be run any more: @changes says so. Context: any, a signal handler too.
 * Return: was it watched?
 */
bool xlat_unwatch(struct xlat_space *space, uint64_t address);

/** xlat_unwatch_all - the same of all pages. Return: was there one? */
bool xlat_unwatch_all(struct xlat_space *space);

/**
 * xlat_map - map pages.
 * @address, @bytes: multiples of the page size, in the space; what is there is replaced
 * @prot: PROT_*; PROT_EXEC lets code be translated from there, and is not given to the host
 * @flags: MAP_SHARED or MAP_PRIVATE, and MAP_ANONYMOUS, as of mmap(2); MAP_FIXED is added
 * Return: 0 or -errno.
 */
int xlat_map(struct xlat_space *space, uint64_t address, uint64_t bytes, int prot, int flags,
	     int fd, uint64_t offset);

/**
 * xlat_map_again - map what is at @from at @to as well, with @bytes of what it is a mapping of.
 * @from: one mapping's
 * Return: as xlat_map(); -EINVAL if it is private, so that there is nothing that both could map.
 */
int xlat_map_again(struct xlat_space *space, uint64_t from, uint64_t to, uint64_t bytes);

/** xlat_unmap - unmap whatever is mapped in a range. Return: as xlat_map(). */
int xlat_unmap(struct xlat_space *space, uint64_t address, uint64_t bytes);

/** xlat_protect - change the protection of mapped pages. Return: as xlat_map(); -ENOMEM for a gap. */
int xlat_protect(struct xlat_space *space, uint64_t address, uint64_t bytes, int prot);

/**
 * xlat_poke - write to mapped pages of any protection, as a debugger does. What was translated is not
 * to be run any more.
 * Return: as xlat_map(); -EFAULT for a gap.
 */
int xlat_poke(struct xlat_space *space, uint64_t address, const void *from, uint64_t bytes);

/** xlat_is_free - is nothing mapped in a range of the space? */
bool xlat_is_free(const struct xlat_space *space, uint64_t address, uint64_t bytes);

/** xlat_find - the highest free range of @bytes, below @space->top if possible. Return: 0: none. */
uint64_t xlat_find(struct xlat_space *space, uint64_t bytes);

/** xlat_fetch - for struct xlat_source: executable bytes of the space @priv from @pc on. */
size_t xlat_fetch(void *priv, uint64_t pc, const uint8_t **bytes);

/** xlat_peek - the same for what is not kept: nothing is watched. */
size_t xlat_peek(void *priv, uint64_t pc, const uint8_t **bytes);

#endif /* VMB_VMCORE_XLAT_SPACE_H */
