/* SPDX-License-Identifier: MIT */
#ifndef VMB_VMCORE_POOL_POOL_INSIDE_H
#define VMB_VMCORE_POOL_POOL_INSIDE_H
/*
 * Inside the pool: slabs, and the guard.
 */

#include <pthread.h>

#include "vmcore/pool/pool.h"

#define POOL_NOBODY	 0xfffe	/* owner of large objects, and of everything in guard mode */
#define POOL_LARGE	 0xffff	/* class of large objects */
#define POOL_EXACT_RUNS	 32	/* free runs of up to so many slabs are kept by length */

struct pool_guard;

/**
 * struct pool - all but the arrays is guarded by @lock.
 * @slab: [nr_slabs]
 * @run: [nr_slabs] at the first slab of a run: its length
 * @free_run: [nr_slabs] at the first slab of a free run: 1 + the next one of the same bin, ~0: last
 * @bin: [length], the last one for longer runs: 1 + the first one, 0: none
 * @next_slab: the first that was never used
 */
struct pool {
	struct pool_options options;
	pthread_mutex_t lock;
	void *map;
	size_t map_bytes;
	uintptr_t base;
	size_t nr_slabs;
	size_t next_slab;
	struct pool_slab *slab;
	uint32_t *run;
	uint32_t *free_run;
	uint32_t bin[POOL_EXACT_RUNS + 1];
	struct pool_cache *cache[POOL_MAX_CACHES];
	uint32_t nr_caches;
	struct pool_cache *idle;
	struct pool_guard *guard;
};

/** pool_slabs_take - @nr slabs in a row, with that owner and class. Return: NULL if there are none. */
void *pool_slabs_take(struct pool *pool, uint32_t nr, uint16_t owner, uint16_t class);

/** pool_slabs_give - a run that was taken is free. */
void pool_slabs_give(struct pool *pool, void *first);

/** pool_guard_alloc - an object with guards around it. */
void *pool_guard_alloc(struct pool_cache *cache, size_t bytes);

/** pool_guard_free - look at it, fill it, and keep it for a while. */
void pool_guard_free(struct pool_cache *cache, void *object);

/** pool_put_on_node - prefer that NUMA node for pages that are not there yet. Return: 0; -errno. */
int pool_put_on_node(void *base, size_t bytes, uint32_t node);

int pool_guard_create(struct pool *pool);
void pool_guard_destroy(struct pool *pool);

#endif /* VMB_VMCORE_POOL_POOL_INSIDE_H */
