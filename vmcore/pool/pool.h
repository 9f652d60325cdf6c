/* SPDX-License-Identifier: MIT */
#ifndef VMB_VMCORE_POOL_POOL_H
#define VMB_VMCORE_POOL_POOL_H
/*
 * Memory for the core's own objects: classes of sizes, a cache per thread, no system call once a
 * size is warm.
 *
 * A pool is a reserved range of addresses, cut into slabs of 64 KiB; a slab holds objects of one
 * class and belongs to one cache. A thread allocates from its cache and frees to the cache that owns
 * the slab: its own at once, another one's in batches.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arch/base/attr.h"

#define POOL_SLAB_SHIFT	 16
#define POOL_SLAB_BYTES	 ((size_t)1 << POOL_SLAB_SHIFT)
#define POOL_GRAIN	 16	/* every address is a multiple of it */
#define POOL_MAX_TABLE	 4096	/* sizes up to here find their class in a table */
#define POOL_MAX_SMALL	 32768	/* beyond: whole slabs */
#define POOL_NR_CLASSES	 40
#define POOL_BATCH	 62
#define POOL_STASH	 64
#define POOL_MAX_CACHES	 1024
#define POOL_NO_CLASS	 0xffffu

/**
 * enum pool_flaw - what the guard mode finds.
 */
enum pool_flaw {
	POOL_OVERRUN,		/* bytes before or behind the object were written */
	POOL_DOUBLE_FREE,
	POOL_USE_AFTER_FREE,	/* bytes of a freed object were written */
	POOL_WILD_FREE,		/* no object of the pool begins there */
};

/**
 * struct pool_options - zeroed is the default.
 * @limit_bytes: addresses to reserve, rounded up to slabs; 0: 4 GiB. Memory is taken when it is used
 * @on_node, @node: memory is to come from that NUMA node as long as it has any; one such pool for each
 *	node makes arenas: what a thread frees goes home to the pool and the cache that it is from
 * @guard: for tests: every object is surrounded, filled when freed, and kept for a while; much slower
 * @flaw: in guard mode, told of each flaw; NULL: a message and abort
 */
struct pool_options {
	size_t limit_bytes;
	bool on_node;
	uint32_t node;
	bool guard;
	void (*flaw)(void *priv, enum pool_flaw flaw, const void *object);
	void *priv;
};

struct pool;

struct pool_node {
	struct pool_node *next;
};

/* A slab's class and owner, in one word. */
struct pool_slab {
	uint16_t owner;
	uint16_t class;
};

/** struct pool_batch - freed objects on their way home. @nr is 0 if it is itself the only one. */
struct pool_batch {
	struct pool_batch *next;
	uint64_t nr;
	void *object[POOL_BATCH];
};

/** struct pool_stash - objects that came home. */
struct pool_stash {
	uint32_t nr;
	void *object[POOL_STASH];
};

/**
 * struct pool_cache - one thread's part of a pool; for the inline functions.
 * @last: what was freed last, if @last_class is not POOL_NO_CLASS: taken first, because where it lies
 *	does not depend on anything that has to be loaded first
 * @free: [class] objects that are ready
 * @base, @slab: of the pool
 * @nr_slabs: how many exist, an upper bound for the index of a good address
 * @id: as in pool_slab.owner; of no slab in guard mode
 * @guard: of the pool
 * @out: [id of a cache] what is collected for it
 * @inbox: what others sent
 */
struct pool_cache {
	void *last;
	uint32_t last_class;
	struct pool_node *free[POOL_NR_CLASSES];
	uintptr_t base;
	const struct pool_slab *slab;
	size_t nr_slabs;
	uint32_t id;
	bool guard;

	bool draining;
	struct pool *pool;
	struct pool_cache *next_idle;
	char *bump[POOL_NR_CLASSES], *end[POOL_NR_CLASSES];
	struct pool_stash stash[POOL_NR_CLASSES];
	struct pool_batch *out[POOL_MAX_CACHES];
	struct pool_batch *inbox VMB_ALIGNED(64);
};

/** pool_class_bytes - [class] sizes of objects: 16 to 128 by 16, then four steps per doubling. */
extern const uint16_t pool_class_bytes[POOL_NR_CLASSES];

/**
 * pool_create - Return: 0; -EINVAL: the limit is too large, or there is no such node, or it has no
 * memory for this process; -EPERM, -ENOSYS: the kernel or a container does not let memory be put on
 * a node; -ENOMEM.
 */
int pool_create(const struct pool_options *options, struct pool **out) VMB_MUST_CHECK;

/** pool_destroy - and everything allocated from it. No cache may be in use. NULL is allowed. */
void pool_destroy(struct pool *pool);

/**
 * pool_cache_get - a cache for the calling thread, until pool_cache_put().
 * Return: NULL without memory, or when POOL_MAX_CACHES - 1 are in use.
 */
struct pool_cache *pool_cache_get(struct pool *pool);

/**
 * pool_cache_put - the thread is done; objects allocated from it stay valid, and whoever gets the
 * cache next finds what was freed to it.
 */
void pool_cache_put(struct pool_cache *cache);

/** pool_cache_flush - send home what was freed here for other caches and is not sent yet. */
void pool_cache_flush(struct pool_cache *cache);

/** pool_used_bytes - memory of slabs that have been taken; of all caches. */
size_t pool_used_bytes(struct pool *pool);

/* What the inline functions call. */
void *pool_alloc_slowly(struct pool_cache *cache, uint32_t class, size_t bytes);
void *pool_alloc_large(struct pool_cache *cache, size_t bytes);
void pool_free_slowly(struct pool_cache *cache, void *object);

/** pool_class_table - [(bytes + 15) / 16] for sizes up to POOL_MAX_TABLE. */
extern const uint8_t pool_class_table[POOL_MAX_TABLE / POOL_GRAIN + 1];

VMB_INLINE uint32_t pool_class_computed(size_t bytes)
{
	uint32_t grains = (uint32_t)((bytes - (bytes != 0)) / POOL_GRAIN);
	uint32_t shift = 29 - (uint32_t)__builtin_clz(grains | 4);

	return 4 * shift + (grains >> shift);
}

/** pool_class - class of a size up to POOL_MAX_SMALL; folds to a constant for a constant. */
VMB_INLINE uint32_t pool_class(size_t bytes)
{
	if (__builtin_constant_p(bytes) || bytes > POOL_MAX_TABLE)
		return pool_class_computed(bytes);
	return pool_class_table[(bytes + POOL_GRAIN - 1) / POOL_GRAIN];
}

/**
 * pool_alloc - @bytes of uninitialised memory, aligned to POOL_GRAIN.
 * Return: NULL when the limit or the system's memory is exhausted; 0 bytes are one.
 * Context: by the thread that has @cache.
 */
VMB_INLINE void *pool_alloc(struct pool_cache *cache, size_t bytes)
{
	struct pool_node *node;
	uint32_t class;

	if (VMB_UNLIKELY(bytes > POOL_MAX_SMALL))
		return pool_alloc_large(cache, bytes);
	class = pool_class(bytes);
	if (cache->last_class == class) {
		cache->last_class = POOL_NO_CLASS;
		return cache->last;
	}
	node = cache->free[class];
	if (VMB_UNLIKELY(!node))
		return pool_alloc_slowly(cache, class, bytes);
	cache->free[class] = node->next;
	return node;
}

VMB_INLINE void pool_push(struct pool_cache *cache, uint32_t class, void *object)
{
	struct pool_node *node = object;

	node->next = cache->free[class];
	cache->free[class] = node;
}

/**
 * pool_free - give back what pool_alloc() of any cache of the pool returned; NULL is allowed.
 * Context: by the thread that has @cache.
 */
VMB_INLINE void pool_free(struct pool_cache *cache, void *object)
{
	size_t at = ((uintptr_t)object - cache->base) >> POOL_SLAB_SHIFT;
	struct pool_slab slab;

	if (VMB_UNLIKELY(at >= cache->nr_slabs)) {
		pool_free_slowly(cache, object);
		return;
	}
	slab = cache->slab[at];
	if (VMB_UNLIKELY(slab.owner != cache->id)) {
		pool_free_slowly(cache, object);
		return;
	}
	if (cache->last_class != POOL_NO_CLASS)
		pool_push(cache, cache->last_class, cache->last);
	cache->last = object;
	cache->last_class = slab.class;
}

/**
 * pool_alloc_own, pool_free_own - the same for objects of a size that is known, which never leave
 * the thread: what is freed must come from this very @cache.
 * @bytes: a constant, up to POOL_MAX_SMALL; the same at both ends
 */
VMB_INLINE void *pool_alloc_own(struct pool_cache *cache, size_t bytes)
{
	uint32_t class = pool_class(bytes);
	struct pool_node *node = cache->free[class];

	if (VMB_UNLIKELY(!node))
		return pool_alloc_slowly(cache, class, bytes);
	cache->free[class] = node->next;
	return node;
}

VMB_INLINE void pool_free_own(struct pool_cache *cache, void *object, size_t bytes)
{
	if (VMB_UNLIKELY(cache->guard))
		pool_free_slowly(cache, object);
	else
		pool_push(cache, pool_class(bytes), object);
}

#endif /* VMB_VMCORE_POOL_POOL_H */
