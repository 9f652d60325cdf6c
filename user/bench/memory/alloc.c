// SPDX-License-Identifier: MIT
/*
 * An allocator in a program's steady state: 1024 objects are alive; one operation frees one of them,
 * chosen at random, and allocates another in its place, and writes its first two words.
 *
 * small - 16 to 256 bytes; large - 8 to 128 KiB; mixed - 16 bytes to 4 KiB. All sizes equally likely.
 * glibc's malloc as the program finds it, without tuning; the core's pool with sizes that are not
 * known in advance (pool_alloc(), pool_free()). Set-up: below 5 ms.
 */
#include "user/bench/memory/alloc.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "user/bench/memory/memory.h"

enum which { GLIBC, POOL };

static const struct range {
	uint32_t least, most;
} ranges[] = { { 16, 256 }, { 8 << 10, 128 << 10 }, { 16, 4096 } };

static const struct vmb_value sizes[] = { { "small", 0 }, { "large", 1 }, { "mixed", 2 } };
static const struct vmb_value allocators[] = { { "glibc", GLIBC }, { "pool", POOL } };

static const struct vmb_axis axes[] = {
	VMB_AXIS("sizes", sizes), VMB_AXIS("allocator", allocators),
};

static int make_pool(struct alloc_work *w)
{
	int err = pool_create(&(struct pool_options){ 0 }, &w->pool);

	if (err)
		return err;
	w->cache = pool_cache_get(w->pool);
	return w->cache ? 0 : -ENOMEM;
}

static void make_trace(struct alloc_work *w, const struct range *r, uint64_t seed)
{
	for (uint32_t i = 0; i < ALLOC_TRACE; i++) {
		w->victim[i] = (uint16_t)(vmb_random(&seed) % ALLOC_LIVE);
		w->bytes[i] = r->least + (uint32_t)(vmb_random(&seed) % (r->most - r->least + 1));
	}
}

static int setup(struct vmb_state *st)
{
	struct alloc_work *w = calloc(1, sizeof(*w));
	int err = 0;

	if (!w)
		return -ENOMEM;
	if (st->arg[1].num == POOL)
		err = make_pool(w);
	if (err) {
		vmb_why_set(&st->why, "cannot reserve the pool's 4 GiB of addresses: %s",
			    strerror(-err));
		pool_destroy(w->pool);
		free(w);
		return err;
	}
	make_trace(w, &ranges[st->arg[0].num], st->seed);
	st->priv = w;
	st->throughput_per_op = 1;
	st->throughput_unit = "allocations";
	return 0;
}

static void run_pool(struct alloc_work *w, uint64_t iters)
{
	uint32_t at = w->at;

	for (; iters; iters--, at = (at + 1) % ALLOC_TRACE) {
		struct bench_object **slot = &w->live[w->victim[at]];
		void *p;

		if (*slot)
			pool_free(w->cache, *slot);
		p = pool_alloc(w->cache, w->bytes[at]);
		if (VMB_UNLIKELY(!p)) {
			w->failed++;
			*slot = NULL;
			continue;
		}
		*slot = bench_object_mark(p, w->bytes[at]);
	}
	w->at = at;
}

static void run_glibc(struct alloc_work *w, uint64_t iters)
{
	uint32_t at = w->at;

	for (; iters; iters--, at = (at + 1) % ALLOC_TRACE) {
		struct bench_object **slot = &w->live[w->victim[at]];
		void *p;

		free(*slot);
		p = malloc(w->bytes[at]);
		if (VMB_UNLIKELY(!p)) {
			w->failed++;
			*slot = NULL;
			continue;
		}
		*slot = bench_object_mark(p, w->bytes[at]);
	}
	w->at = at;
}

static void run(void *priv, uint64_t iters)
{
	struct alloc_work *w = priv;

	w->done += iters;
	if (w->pool)
		run_pool(w, iters);
	else
		run_glibc(w, iters);
}

static int check(const void *priv, struct vmb_why *why)
{
	const struct alloc_work *w = priv;
	struct bench_object *sorted[ALLOC_LIVE];

	if (!w->done || w->failed || w->done % ALLOC_TRACE != w->at) {
		vmb_why_set(why, "of %" PRIu64 " allocations %" PRIu64
			    " failed, and the trace is at %" PRIu32, w->done, w->failed, w->at);
		return -EIO;
	}
	memcpy(sorted, w->live, sizeof(sorted));
	return bench_objects_check(sorted, ALLOC_LIVE, why);
}

static void teardown(struct vmb_state *st)
{
	struct alloc_work *w = st->priv;

	for (uint32_t i = 0; !w->pool && i < ALLOC_LIVE; i++)
		free(w->live[i]);
	if (w->pool)
		st->metric(st, "pool_memory", "B", (double)pool_used_bytes(w->pool),
			   VMB_METRIC_MEDIAN);
	pool_destroy(w->pool);
	free(w);
}

const struct vmb_bench bench_memory_alloc = {
	.name = "alloc",
	.what = "freeing one of 1024 live objects at random and allocating another in its place",
	.unit = "allocation",
	.axes = axes,
	.nr_axes = VMB_ARRAY_SIZE(axes),
	.setup = setup,
	.run = run,
	.check = check,
	.teardown = teardown,
};
