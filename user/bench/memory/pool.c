// SPDX-License-Identifier: MIT
/*
 * The core's memory pool, one size of objects, by how long they live. One operation is one allocation
 * and one free; objects that stay alive get their first two words written.
 *
 * inline       - freed at once, by the functions for a size that is known and never leaves the thread
 * immediate    - the same by pool_alloc() and pool_free(), as are all that follow
 * fifo         - the oldest of 1024 is freed
 * random       - one of 1024, in a random order
 * other_thread - allocated here, freed by another thread, which gets 4096 at a time; handing them over
 *                is included. On one CPU (--pin with one) both run there and no cache line moves
 *
 * Set-up: below 1 ms.
 */
#include "user/bench/memory/pool.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#include "user/bench/memory/memory.h"

static const struct vmb_value sizes[] = {
	{ "16", 16 }, { "64", 64 }, { "256", 256 }, { "1K", 1024 }, { "4K", 4096 },
};

static const struct vmb_value lifetimes[] = {
	{ "inline", POOL_INLINE }, { "immediate", POOL_IMMEDIATE }, { "fifo", POOL_FIFO },
	{ "random", POOL_RANDOM }, { "other_thread", POOL_OTHER_THREAD },
};

static const struct vmb_axis axes[] = {
	VMB_AXIS("size", sizes), VMB_AXIS("lifetime", lifetimes),
};

static void free_block(struct pool_work *w, struct pool_cache *c, struct bench_object **object)
{
	for (uint32_t i = 0; i < POOL_BENCH_BLOCK; i++) {
		w->wrong += object[i]->self != object[i];
		pool_free(c, object[i]);
	}
	__atomic_add_fetch(&w->freed, POOL_BENCH_BLOCK, __ATOMIC_RELEASE);
}

static void wait_for(sem_t *sem)
{
	while (sem_wait(sem))
		;	/* a signal */
}

static void *free_blocks(void *arg)
{
	struct pool_work *w = arg;
	struct pool_cache *c = pool_cache_get(w->pool);

	for (uint32_t which = 0;; which = !which) {
		wait_for(&w->full);
		if (w->stop || !c)
			break;
		free_block(w, c, w->block[which]);
		sem_post(&w->empty);
	}
	if (c)
		pool_cache_put(c);
	return NULL;
}

static int start_thread(struct pool_work *w)
{
	int err;

	sem_init(&w->full, 0, 0);
	sem_init(&w->empty, 0, 1);
	err = pthread_create(&w->thread, NULL, free_blocks, w);
	w->has_thread = !err;
	return -err;
}

static int prepare(struct pool_work *w, uint64_t seed)
{
	int err = pool_create(&(struct pool_options){ 0 }, &w->pool);

	if (err)
		return err;
	w->cache = pool_cache_get(w->pool);
	if (!w->cache)
		return -ENOMEM;
	for (uint32_t i = 0; i < POOL_BENCH_LIVE; i++)
		w->order[i] = (uint16_t)i;
	for (uint32_t i = POOL_BENCH_LIVE; w->lifetime == POOL_RANDOM && i > 1; i--) {
		uint32_t j = (uint32_t)(vmb_random(&seed) % i);
		uint16_t swap = w->order[i - 1];

		w->order[i - 1] = w->order[j];
		w->order[j] = swap;
	}
	return w->lifetime == POOL_OTHER_THREAD ? start_thread(w) : 0;
}

static int setup(struct vmb_state *st)
{
	struct pool_work *w = calloc(1, sizeof(*w));
	int err;

	if (!w)
		return -ENOMEM;
	w->bytes = (uint32_t)st->arg[0].num;
	w->lifetime = (enum pool_lifetime)st->arg[1].num;
	err = prepare(w, st->seed);
	if (err) {
		vmb_why_set(&st->why, "cannot make a pool and its thread: %s", strerror(-err));
		pool_destroy(w->pool);
		free(w);
		return err;
	}
	st->priv = w;
	st->throughput_per_op = 1;
	st->throughput_unit = "objects";
	return 0;
}

#define RUN_INLINE(size)                                                                           \
	for (; iters; iters--) {                                                                   \
		void *p = pool_alloc_own(w->cache, size);                                          \
		if (VMB_UNLIKELY(!p)) {                                                            \
			w->failed++;                                                               \
			continue;                                                                  \
		}                                                                                  \
		sum += last = (uintptr_t)p;                                                        \
		vmb_clobber();                                                                     \
		pool_free_own(w->cache, p, size);                                                  \
	}                                                                                          \
	break

static void run_inline(struct pool_work *w, uint64_t iters)
{
	uint64_t sum = w->sum, last = w->last;

	switch (w->bytes) {
	case 16:
		RUN_INLINE(16);
	case 64:
		RUN_INLINE(64);
	case 256:
		RUN_INLINE(256);
	case 1024:
		RUN_INLINE(1024);
	default:
		RUN_INLINE(4096);
	}
	w->sum = sum;
	w->last = last;
}

static void run_immediate(struct pool_work *w, uint64_t iters)
{
	size_t bytes = w->bytes;
	uint64_t sum = w->sum, last = w->last;

	for (; iters; iters--) {
		void *p = pool_alloc(w->cache, bytes);

		if (VMB_UNLIKELY(!p)) {
			w->failed++;
			continue;
		}
		sum += last = (uintptr_t)p;
		vmb_clobber();
		pool_free(w->cache, p);
	}
	w->sum = sum;
	w->last = last;
}

/* Oldest first, or by the order, which is random: the slot's object goes, another comes. */
static void run_replace(struct pool_work *w, uint64_t iters)
{
	size_t bytes = w->bytes;
	uint64_t at = w->done;

	for (; iters; iters--, at++) {
		struct bench_object **slot = &w->object[w->order[at % POOL_BENCH_LIVE]];
		void *p = pool_alloc(w->cache, bytes);

		if (*slot)
			pool_free(w->cache, *slot);
		*slot = NULL;
		if (VMB_LIKELY(p))
			*slot = bench_object_mark(p, bytes);
		else
			w->failed++;
	}
}

static void hand_over(struct pool_work *w)
{
	w->handed += POOL_BENCH_BLOCK;
	w->filled = 0;
	w->filling = !w->filling;
	sem_post(&w->full);
	wait_for(&w->empty);
}

static void run_other_thread(struct pool_work *w, uint64_t iters)
{
	size_t bytes = w->bytes;

	for (; iters; iters--) {
		void *p = pool_alloc(w->cache, bytes);

		if (VMB_UNLIKELY(!p)) {
			w->failed++;
			continue;
		}
		w->block[w->filling][w->filled++] = bench_object_mark(p, bytes);
		if (w->filled == POOL_BENCH_BLOCK)
			hand_over(w);
	}
}

static void run(void *priv, uint64_t iters)
{
	struct pool_work *w = priv;

	switch (w->lifetime) {
	case POOL_INLINE:
		run_inline(w, iters);
		break;
	case POOL_IMMEDIATE:
		run_immediate(w, iters);
		break;
	case POOL_OTHER_THREAD:
		run_other_thread(w, iters);
		break;
	default:
		run_replace(w, iters);
		break;
	}
	w->done += iters;
}

/* The other thread may have a block yet; it needs a moment for it. */
static bool all_freed(const struct pool_work *w)
{
	for (int ms = 0; ms < 2000; ms++) {
		if (__atomic_load_n(&w->freed, __ATOMIC_ACQUIRE) == w->handed)
			return w->handed + w->filled == w->done;
		usleep(1000);
	}
	return false;
}

static int check_other_thread(const struct pool_work *w, struct vmb_why *why)
{
	if (all_freed(w) && !w->wrong)
		return 0;
	vmb_why_set(why, "of %" PRIu64 " objects %" PRIu64 " were handed over, %" PRIu64
		    " freed, %" PRIu64 " of them overwritten", w->done, w->handed, w->freed, w->wrong);
	return -EIO;
}

/* What is freed at once is given out again: always the same object. */
static int check_sum(const struct pool_work *w, struct vmb_why *why)
{
	if (w->last && w->last * w->done == w->sum)
		return 0;
	vmb_why_set(why, "the sum of %" PRIu64 " addresses is %#" PRIx64, w->done, w->sum);
	return -EIO;
}

static int check(const void *priv, struct vmb_why *why)
{
	const struct pool_work *w = priv;
	struct bench_object *sorted[POOL_BENCH_LIVE];

	if (!w->done || w->failed) {
		vmb_why_set(why, "of %" PRIu64 " objects %" PRIu64 " were not allocated", w->done,
			    w->failed);
		return -EIO;
	}
	if (w->lifetime == POOL_OTHER_THREAD)
		return check_other_thread(w, why);
	if (w->lifetime == POOL_INLINE || w->lifetime == POOL_IMMEDIATE)
		return check_sum(w, why);
	memcpy(sorted, w->object, sizeof(sorted));
	return bench_objects_check(sorted, POOL_BENCH_LIVE, why);
}

static void teardown(struct vmb_state *st)
{
	struct pool_work *w = st->priv;

	if (w->has_thread) {
		w->stop = true;
		sem_post(&w->full);
		pthread_join(w->thread, NULL);
		sem_destroy(&w->full);
		sem_destroy(&w->empty);
	}
	st->metric(st, "pool_memory", "B", (double)pool_used_bytes(w->pool), VMB_METRIC_MEDIAN);
	pool_destroy(w->pool);
	free(w);
}

const struct vmb_bench bench_memory_pool = {
	.name = "pool",
	.what = "the core's memory pool: an allocation and a free, by how long objects live",
	.unit = "object",
	.axes = axes,
	.nr_axes = VMB_ARRAY_SIZE(axes),
	.setup = setup,
	.run = run,
	.check = check,
	.teardown = teardown,
};
