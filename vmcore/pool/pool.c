// SPDX-License-Identifier: MIT
#include "vmcore/pool/pool.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "arch/base/assert.h"
#include "vmcore/pool/pool_inside.h"

#define DEFAULT_LIMIT ((size_t)4 << 30)
#define MAX_LIMIT     ((size_t)1 << 40)
#define ALIGN	      ((size_t)2 << 20)	/* so that the kernel may use huge pages */
#define CARVE_BYTES   4096		/* made ready at a time */
#define CARVE_MAX     64

const uint16_t pool_class_bytes[POOL_NR_CLASSES] = {
	16,   32,   48,	  64,	80,   96,   112,  128,	 160,	192,   224,   256,   320,   384,
	448,  512,  640,  768,	896,  1024, 1280, 1536,	 1792,	2048,  2560,  3072,  3584,  4096,
	5120, 6144, 7168, 8192, 10240, 12288, 14336, 16384, 20480, 24576, 28672, 32768,
};

const uint8_t pool_class_table[] = {
	0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 12, 12, 13, 13, 13,
	13, 14, 14, 14, 14, 15, 15, 15, 15, 16, 16, 16, 16, 16, 16, 16, 16, 17, 17, 17, 17, 17, 17, 17,
	17, 18, 18, 18, 18, 18, 18, 18, 18, 19, 19, 19, 19, 19, 19, 19, 19, 20, 20, 20, 20, 20, 20, 20,
	20, 20, 20, 20, 20, 20, 20, 20, 20, 21, 21, 21, 21, 21, 21, 21, 21, 21, 21, 21, 21, 21, 21, 21,
	21, 22, 22, 22, 22, 22, 22, 22, 22, 22, 22, 22, 22, 22, 22, 22, 22, 23, 23, 23, 23, 23, 23, 23,
	23, 23, 23, 23, 23, 23, 23, 23, 23, 24, 24, 24, 24, 24, 24, 24, 24, 24, 24, 24, 24, 24, 24, 24,
	24, 24, 24, 24, 24, 24, 24, 24, 24, 24, 24, 24, 24, 24, 24, 24, 24, 25, 25, 25, 25, 25, 25, 25,
	25, 25, 25, 25, 25, 25, 25, 25, 25, 25, 25, 25, 25, 25, 25, 25, 25, 25, 25, 25, 25, 25, 25, 25,
	25, 26, 26, 26, 26, 26, 26, 26, 26, 26, 26, 26, 26, 26, 26, 26, 26, 26, 26, 26, 26, 26, 26, 26,
	26, 26, 26, 26, 26, 26, 26, 26, 26, 27, 27, 27, 27, 27, 27, 27, 27, 27, 27, 27, 27, 27, 27, 27,
	27, 27, 27, 27, 27, 27, 27, 27, 27, 27, 27, 27, 27, 27, 27, 27, 27,
};

_Static_assert(sizeof(struct pool_batch) == 512, "a batch is an object of a class of its own size");

static int reserve(struct pool *p)
{
	size_t bytes = p->nr_slabs * POOL_SLAB_BYTES;

	p->map_bytes = bytes + ALIGN;
	p->map = mmap(NULL, p->map_bytes, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (p->map == MAP_FAILED)
		return -ENOMEM;
	p->base = ((uintptr_t)p->map + ALIGN - 1) & -(uintptr_t)ALIGN;
	/* a kernel without huge pages says no, and all is as well but slower */
	(void)madvise((void *)p->base, bytes, MADV_HUGEPAGE);
	if (!p->options.on_node)
		return 0;
	return pool_put_on_node((void *)p->base, bytes, p->options.node);
}

static int make_arrays(struct pool *p)
{
	p->slab = calloc(p->nr_slabs, sizeof(*p->slab));
	p->run = calloc(p->nr_slabs, sizeof(*p->run));
	p->free_run = calloc(p->nr_slabs, sizeof(*p->free_run));
	if (!p->slab || !p->run || !p->free_run)
		return -ENOMEM;
	return p->options.guard ? pool_guard_create(p) : 0;
}

int pool_create(const struct pool_options *options, struct pool **out)
{
	size_t limit = options->limit_bytes ? options->limit_bytes : DEFAULT_LIMIT;
	struct pool *p;
	int err;

	if (limit > MAX_LIMIT)
		return -EINVAL;
	p = calloc(1, sizeof(*p));
	if (!p)
		return -ENOMEM;
	p->options = *options;
	p->nr_slabs = (limit + POOL_SLAB_BYTES - 1) / POOL_SLAB_BYTES;
	pthread_mutex_init(&p->lock, NULL);
	err = reserve(p);
	if (!err)
		err = make_arrays(p);
	if (err) {
		pool_destroy(p);
		return err;
	}
	*out = p;
	return 0;
}

void pool_destroy(struct pool *p)
{
	if (!p)
		return;
	pool_guard_destroy(p);
	for (uint32_t i = 0; i < p->nr_caches; i++)
		free(p->cache[i]);
	if (p->map && p->map != MAP_FAILED)
		munmap(p->map, p->map_bytes);
	free(p->slab);
	free(p->run);
	free(p->free_run);
	pthread_mutex_destroy(&p->lock);
	free(p);
}

static struct pool_cache *make_cache(struct pool *p)
{
	struct pool_cache *c;

	if (p->nr_caches == POOL_MAX_CACHES)
		return NULL;
	c = aligned_alloc(64, sizeof(*c));
	if (!c)
		return NULL;
	memset(c, 0, sizeof(*c));
	c->id = p->nr_caches;
	c->last_class = POOL_NO_CLASS;
	c->guard = p->options.guard;
	c->pool = p;
	c->base = p->base;
	c->slab = p->slab;
	c->nr_slabs = p->nr_slabs;
	p->cache[p->nr_caches++] = c;
	return c;
}

struct pool_cache *pool_cache_get(struct pool *p)
{
	struct pool_cache *c;

	pthread_mutex_lock(&p->lock);
	c = p->idle;
	if (c)
		p->idle = c->next_idle;
	else
		c = make_cache(p);
	pthread_mutex_unlock(&p->lock);
	return c;
}

void pool_cache_put(struct pool_cache *c)
{
	pool_cache_flush(c);
	pthread_mutex_lock(&c->pool->lock);
	c->next_idle = c->pool->idle;
	c->pool->idle = c;
	pthread_mutex_unlock(&c->pool->lock);
}

/* ---- objects of other caches: out, and in ---- */

static void send(struct pool_cache *to, struct pool_batch *batch)
{
	struct pool_batch *first = __atomic_load_n(&to->inbox, __ATOMIC_RELAXED);

	do
		batch->next = first;
	while (!__atomic_compare_exchange_n(&to->inbox, &first, batch, true, __ATOMIC_RELEASE,
					    __ATOMIC_RELAXED));
}

/* Without memory for a batch, the object travels alone: it is large enough for the head of one. */
static void send_alone(struct pool_cache *to, void *object)
{
	struct pool_batch *batch = object;

	batch->nr = 0;
	send(to, batch);
}

static void free_elsewhere(struct pool_cache *c, uint32_t owner, void *object)
{
	struct pool_batch *batch = c->out[owner];

	if (!batch) {
		batch = pool_alloc(c, sizeof(*batch));
		if (!batch) {
			send_alone(c->pool->cache[owner], object);
			return;
		}
		batch->nr = 0;
		c->out[owner] = batch;
	}
	batch->object[batch->nr++] = object;
	if (batch->nr == POOL_BATCH) {
		c->out[owner] = NULL;
		send(c->pool->cache[owner], batch);
	}
}

void pool_cache_flush(struct pool_cache *c)
{
	for (uint32_t i = 0; i < POOL_MAX_CACHES; i++) {
		struct pool_batch *batch = c->out[i];

		c->out[i] = NULL;
		if (batch)
			send(c->pool->cache[i], batch);
	}
}

/*
 * What came home is kept by address and not linked: the objects were last written by another CPU, and
 * need not come to this one before somebody uses them.
 */
static void come_home(struct pool_cache *c, void *object)
{
	uint32_t class = c->slab[((uintptr_t)object - c->base) >> POOL_SLAB_SHIFT].class;
	struct pool_stash *s = &c->stash[class];

	if (s->nr < POOL_STASH)
		s->object[s->nr++] = object;
	else
		pool_push(c, class, object);
}

/* Freeing the batches may need a batch, and that may want to drain: not again. */
static void drain(struct pool_cache *c)
{
	struct pool_batch *batch, *next;

	if (c->draining || !__atomic_load_n(&c->inbox, __ATOMIC_RELAXED))
		return;
	c->draining = true;
	batch = __atomic_exchange_n(&c->inbox, NULL, __ATOMIC_ACQUIRE);
	for (; batch; batch = next) {
		next = batch->next;
		if (!batch->nr) {
			come_home(c, batch);
			continue;
		}
		for (uint64_t i = 0; i < batch->nr; i++)
			come_home(c, batch->object[i]);
		pool_free(c, batch);
	}
	c->draining = false;
}

/* ---- new objects ---- */

static bool new_slab(struct pool_cache *c, uint32_t class)
{
	char *slab = pool_slabs_take(c->pool, 1, (uint16_t)c->id, (uint16_t)class);

	if (!slab)
		return false;
	c->bump[class] = slab;
	c->end[class] = slab + POOL_SLAB_BYTES / pool_class_bytes[class] * pool_class_bytes[class];
	return true;
}

/* Link the next objects of the slab, lowest address first. */
static void carve(struct pool_cache *c, uint32_t class)
{
	size_t bytes = pool_class_bytes[class], nr = CARVE_BYTES / bytes;
	size_t left = (size_t)(c->end[class] - c->bump[class]) / bytes;

	nr = nr > CARVE_MAX ? CARVE_MAX : nr ? nr : 1;
	nr = nr > left ? left : nr;
	for (size_t i = nr; i; i--)
		pool_push(c, class, c->bump[class] + (i - 1) * bytes);
	c->bump[class] += nr * bytes;
}

static void *take(struct pool_cache *c, uint32_t class)
{
	struct pool_stash *s = &c->stash[class];
	struct pool_node *node = c->free[class];

	if (s->nr)
		return s->object[--s->nr];
	if (node) {
		c->free[class] = node->next;
	} else if (c->last_class == class) {
		c->last_class = POOL_NO_CLASS;
		return c->last;
	}
	return node;
}

VMB_NOINLINE void *pool_alloc_slowly(struct pool_cache *c, uint32_t class, size_t bytes)
{
	struct pool_stash *s = &c->stash[class];
	void *object;

	if (VMB_LIKELY(s->nr))
		return s->object[--s->nr];
	if (c->guard)
		return pool_guard_alloc(c, bytes);
	drain(c);
	object = take(c, class);
	if (object)
		return object;
	if (c->bump[class] == c->end[class] && !new_slab(c, class))
		return NULL;
	carve(c, class);
	return take(c, class);
}

static uint32_t slabs_for(size_t bytes)
{
	return (uint32_t)((bytes + POOL_SLAB_BYTES - 1) >> POOL_SLAB_SHIFT);
}

VMB_NOINLINE void *pool_alloc_large(struct pool_cache *c, size_t bytes)
{
	if (bytes > c->nr_slabs << POOL_SLAB_SHIFT)
		return NULL;
	if (c->guard)
		return pool_guard_alloc(c, bytes);
	return pool_slabs_take(c->pool, slabs_for(bytes), POOL_NOBODY, POOL_LARGE);
}

VMB_NOINLINE void pool_free_slowly(struct pool_cache *c, void *object)
{
	size_t at = ((uintptr_t)object - c->base) >> POOL_SLAB_SHIFT;

	if (!object)
		return;
	if (c->guard) {
		pool_guard_free(c, object);
		return;
	}
	VMB_ASSERT(at < c->nr_slabs);
	if (c->slab[at].class == POOL_LARGE)
		pool_slabs_give(c->pool, object);
	else
		free_elsewhere(c, c->slab[at].owner, object);
}
