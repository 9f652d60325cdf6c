// SPDX-License-Identifier: MIT
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "vmcore/gc/object.h"

#define DEFAULT_HEAP	((size_t)64 << 20)
#define DEFAULT_NURSERY ((size_t)1 << 20)
#define DEFAULT_SLICE	500u
#define MIN_HEAP	((size_t)256 << 10)
#define MAX_HEAP	((size_t)32 << 30)
#define MIN_NURSERY	((size_t)16 << 10)
#define NURSERY_UNIT	4096u

/** gc_reserve - addresses; the kernel gives memory, zeroed, where they are used. NULL: none left. */
void *gc_reserve(size_t bytes)
{
	void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	return p == MAP_FAILED ? NULL : p;
}

static void unreserve(void *p, size_t bytes)
{
	if (p)
		munmap(p, bytes);
}

static int choose_sizes(struct gc_heap *h)
{
	size_t heap = h->options.heap_bytes ? h->options.heap_bytes : DEFAULT_HEAP;
	size_t young = h->options.nursery_bytes, most = heap / 8;

	if (!young)
		young = most < DEFAULT_NURSERY ? most : DEFAULT_NURSERY;
	young &= -(size_t)NURSERY_UNIT;
	most = h->options.nursery_max_bytes & -(size_t)NURSERY_UNIT;
	if (!most)
		most = young;
	if (heap < MIN_HEAP || heap > MAX_HEAP || young < MIN_NURSERY || young > most ||
	    most > heap / 4)
		return -EINVAL;
	h->young_bytes = most;
	h->young_least = h->young_size = young;
	h->young_patience = 1;
	h->nr_blocks = (uint32_t)((heap - young) >> GC_BLOCK_SHIFT);
	h->old_bytes = (size_t)h->nr_blocks << GC_BLOCK_SHIFT;
	return 0;
}

static int map_objects(struct gc_heap *h)
{
	h->map_bytes = h->young_bytes + h->old_bytes + GC_HUGE_BYTES;
	h->map = gc_reserve(h->map_bytes);
	if (!h->map)
		return -ENOMEM;
	h->young = ((uintptr_t)h->map + GC_HUGE_BYTES - 1) & -(uintptr_t)GC_HUGE_BYTES;
	h->old = h->huge_to = h->young + h->young_bytes;
	return 0;
}

static int map_tables(struct gc_heap *h)
{
	/* one more word, for what is claimed although it is no object of the old space */
	h->bitmap_bytes = h->old_bytes / GC_GRAIN_BYTES / 8 + sizeof(uint64_t);
	h->mark = gc_reserve(h->bitmap_bytes);
	h->live = gc_reserve(h->bitmap_bytes);
	/* [gc.stack] a word for each object, of which none is smaller, two more for a large array */
	h->stack_bytes = h->old_bytes + 4096;
	h->stack = gc_reserve(h->stack_bytes);
	h->copy_bytes = h->young_bytes + 4096;
	h->copy = gc_reserve(h->copy_bytes);
	h->logged_bytes = h->old_bytes / GC_GRAIN_BYTES / 8;
	h->logged = gc_reserve(h->logged_bytes);
	h->state = calloc(h->nr_blocks, 1);
	h->sparse = calloc(h->nr_blocks, 1);
	h->recycle = calloc(h->nr_blocks, sizeof(*h->recycle));
	if (!h->mark || !h->live || !h->stack || !h->copy || !h->logged || !h->state || !h->recycle ||
	    !h->sparse)
		return -ENOMEM;
	return 0;
}

static int add_own_types(struct gc_heap *h)
{
	static const struct gc_type_spec none = { .name = "none" };
	static const struct gc_type_spec weak = { .name = "weak", .bytes = 8 };
	const struct gc_type *type;
	int err = gc_type_add(h, &none, &type);

	return err ? err : gc_type_add(h, &weak, &h->weak_type);
}

static void make_locks(struct gc_heap *h)
{
	pthread_mutex_init(&h->lock, NULL);
	pthread_mutex_init(&h->books, NULL);
	pthread_cond_init(&h->stopped, NULL);
	pthread_cond_init(&h->resumed, NULL);
}

static void destroy_locks(struct gc_heap *h)
{
	pthread_mutex_destroy(&h->lock);
	pthread_mutex_destroy(&h->books);
	pthread_cond_destroy(&h->stopped);
	pthread_cond_destroy(&h->resumed);
}

static void begin(struct gc_heap *h)
{
	h->nr_free = h->nr_blocks;
	h->young_next = h->young_sliced = h->young;
	gc_young_open(h);
	h->top = h->peak = h->stack;
	h->mark[h->old_bytes / GC_GRAIN_BYTES / 64] = 1;
	h->live[h->old_bytes / GC_GRAIN_BYTES / 64] = 1;
	gc_old_forget_holes(h);
	gc_major_init(h);
}

int gc_heap_create(const struct gc_options *options, struct gc_heap **out)
{
	struct gc_heap *h = calloc(1, sizeof(*h));
	int err;

	if (!h)
		return -ENOMEM;
	make_locks(h);
	h->options = *options;
	if (!h->options.slice_us)
		h->options.slice_us = DEFAULT_SLICE;
	if (options->events)
		h->events = *options->events;
	err = choose_sizes(h);
	if (!err)
		err = map_objects(h);
	if (!err)
		err = map_tables(h);
	if (!err)
		err = add_own_types(h);
	if (err) {
		gc_heap_destroy(h);
		return err;
	}
	begin(h);
	*out = h;
	return 0;
}

static void free_types(struct gc_heap *h)
{
	for (uint32_t i = 0; i < h->nr_types; i++) {
		free(h->shape[i].type);
		free(h->shape[i].name);
	}
	free(h->shape);
}

void gc_heap_destroy(struct gc_heap *h)
{
	if (!h)
		return;
	VMB_ASSERT(!h->nr_attached);
	gc_threads_free(h);
	unreserve(h->map, h->map_bytes);
	unreserve(h->mark, h->bitmap_bytes);
	unreserve(h->live, h->bitmap_bytes);
	unreserve(h->stack, h->stack_bytes);
	unreserve(h->copy, h->copy_bytes);
	unreserve(h->logged, h->logged_bytes);
	gc_words_free(&h->young_weak);
	gc_words_free(&h->old_weak);
	gc_words_free(&h->young_final);
	gc_words_free(&h->old_final);
	gc_words_free(&h->ready);
	free_types(h);
	free(h->range);
	free(h->state);
	free(h->sparse);
	free(h->recycle);
	destroy_locks(h);
	free(h);
}

void gc_heap_stats(struct gc_heap *h, struct gc_stats *out)
{
	pthread_mutex_lock(&h->lock);
	*out = h->stats;
	for (const struct gc_thread *t = h->threads; t && !h->shared; t = t->next)
		out->allocated_bytes += (size_t)(t->m.cur - t->begin);
	out->live_bytes = h->live_bytes;
	out->used_bytes = h->used_bytes;
	out->old_bytes = h->old_bytes;
	out->nursery_bytes = h->young_size;
	pthread_mutex_unlock(&h->lock);
}
