// SPDX-License-Identifier: MIT
/*
 * The guard mode: each object has a head with its size, a border on both sides, and after it was
 * freed a filling that nobody may write. It is made of runs of slabs, under the pool's lock and slow;
 * freed objects wait in a ring, so that a late write to one is still seen.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vmcore/pool/pool_inside.h"

#define WAITING	  256
#define BORDER	  32
#define ALIVE	  0xa11ea11ea11ea11eull
#define FREED	  0xf4eedf4eedf4eed0ull
#define BORDER_BYTE 0xb0
#define FREED_BYTE  0xdb

struct head {
	uint64_t state;
	uint64_t bytes;
	uint8_t border[BORDER];
};

_Static_assert(sizeof(struct head) % POOL_GRAIN == 0, "the object behind it is aligned");

struct pool_guard {
	pthread_mutex_t lock;
	struct head *waiting[WAITING];
	unsigned int next;
};

int pool_guard_create(struct pool *p)
{
	p->guard = calloc(1, sizeof(*p->guard));
	if (!p->guard)
		return -ENOMEM;
	pthread_mutex_init(&p->guard->lock, NULL);
	return 0;
}

static void complain(const struct pool *p, enum pool_flaw flaw, const void *object)
{
	static const char *const text[] = {
		[POOL_OVERRUN] = "bytes around it were written",
		[POOL_DOUBLE_FREE] = "it was freed twice",
		[POOL_USE_AFTER_FREE] = "it was written after it was freed",
		[POOL_WILD_FREE] = "no object begins there, but it was freed",
	};

	if (p->options.flaw) {
		p->options.flaw(p->options.priv, flaw, object);
		return;
	}
	fprintf(stderr, "pool: object %p: %s\n", object, text[flaw]);
	abort();
}

static bool all(const uint8_t *from, size_t bytes, uint8_t value)
{
	for (size_t i = 0; i < bytes; i++)
		if (from[i] != value)
			return false;
	return true;
}

static uint8_t *object_of(struct head *h)
{
	return (uint8_t *)(h + 1);
}

/* A run of slabs each, so that nothing shares it. Memory is no object here. */
void *pool_guard_alloc(struct pool_cache *c, size_t bytes)
{
	size_t whole = sizeof(struct head) + bytes + BORDER;
	struct head *h = pool_slabs_take(c->pool,
					 (uint32_t)((whole + POOL_SLAB_BYTES - 1) >> POOL_SLAB_SHIFT),
					 POOL_NOBODY, POOL_LARGE);

	if (!h)
		return NULL;
	h->state = ALIVE;
	h->bytes = bytes;
	memset(h->border, BORDER_BYTE, BORDER);
	memset(object_of(h) + bytes, BORDER_BYTE, BORDER);
	return object_of(h);
}

static void look_at_freed(struct pool *p, struct head *h)
{
	if (h->state != FREED || !all(object_of(h), h->bytes, FREED_BYTE))
		complain(p, POOL_USE_AFTER_FREE, object_of(h));
	h->state = 0;
	pool_slabs_give(p, h);
}

static void wait_a_while(struct pool *p, struct head *h)
{
	struct pool_guard *g = p->guard;
	struct head *oldest;

	pthread_mutex_lock(&g->lock);
	oldest = g->waiting[g->next];
	g->waiting[g->next] = h;
	g->next = (g->next + 1) % WAITING;
	pthread_mutex_unlock(&g->lock);
	if (oldest)
		look_at_freed(p, oldest);
}

static bool is_object(const struct pool *p, const void *object)
{
	uintptr_t offset = (uintptr_t)object - sizeof(struct head) - p->base;

	return offset >> POOL_SLAB_SHIFT < p->next_slab && offset % POOL_SLAB_BYTES == 0 &&
	       p->run[offset >> POOL_SLAB_SHIFT];
}

void pool_guard_free(struct pool_cache *c, void *object)
{
	struct head *h = (struct head *)object - 1;
	struct pool *p = c->pool;

	if (!is_object(p, object)) {
		complain(p, POOL_WILD_FREE, object);
		return;
	}
	if (h->state != ALIVE) {
		complain(p, h->state == FREED ? POOL_DOUBLE_FREE : POOL_WILD_FREE, object);
		return;
	}
	if (!all(h->border, BORDER, BORDER_BYTE) ||
	    !all(object_of(h) + h->bytes, BORDER, BORDER_BYTE))
		complain(p, POOL_OVERRUN, object);
	h->state = FREED;
	memset(object, FREED_BYTE, h->bytes);
	wait_a_while(p, h);
}

/* What is waiting is looked at a last time. */
void pool_guard_destroy(struct pool *p)
{
	if (!p->guard)
		return;
	for (unsigned int i = 0; i < WAITING; i++)
		if (p->guard->waiting[i])
			look_at_freed(p, p->guard->waiting[i]);
	pthread_mutex_destroy(&p->guard->lock);
	free(p->guard);
}
