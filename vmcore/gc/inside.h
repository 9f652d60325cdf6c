/* SPDX-License-Identifier: MIT */
#ifndef VMB_VMCORE_GC_INSIDE_H
#define VMB_VMCORE_GC_INSIDE_H
/*
 * What the collector's files share. README.md explains the terms; "tag" paragraphs there are named
 * in the code as [gc.tag].
 */

#include <pthread.h>

#include "arch/base/assert.h"
#include "vmcore/gc/embed.h"

#define GC_BLOCK_SHIFT	15
#define GC_BLOCK_BYTES	((size_t)1 << GC_BLOCK_SHIFT)
#define GC_BLOCK_GRAINS (GC_BLOCK_BYTES / GC_GRAIN_BYTES)
#define GC_BLOCK_WORDS	(GC_BLOCK_GRAINS / 64) /* of a bitmap */
#define GC_HUGE_BYTES	((size_t)2 << 20) /* of a page */
#define GC_MEDIUM_BYTES 512u		       /* from here on, objects do not give up a hole */
#define GC_MAX_TYPES	32767u
#define GC_TYPE_WEAK	1u
#define GC_POISON	0xdb

enum gc_block_state {
	GC_BLOCK_FREE,
	GC_BLOCK_SMALL,
	GC_BLOCK_SMALL_UNSWEPT, /* the last mark's bits say what lives in it */
	GC_BLOCK_LARGE,
	GC_BLOCK_LARGE_UNSWEPT,
	GC_BLOCK_TAIL, /* further blocks of a large object */
};

enum gc_phase { GC_IDLE, GC_MARKING, GC_SWEEPING };

/** struct gc_shape - of a type: what its references are when the header does not say. */
struct gc_shape {
	uint64_t map;
	enum gc_layout layout;
	struct gc_type *type;
	char *name;
};

/** struct gc_space - a piece of memory to allocate from. */
struct gc_space {
	uintptr_t cur, end;
};

/** struct gc_words - a list that grows. */
struct gc_words {
	uint64_t *word;
	size_t nr, room;
};

/** struct gc_roots - who wants to see the roots. */
struct gc_roots {
	struct gc_heap *heap;
	void (*visit)(struct gc_roots *visitor, struct gc_ref *root, size_t nr);
};

/** struct gc_root_range - as given to gc_root_add(). */
struct gc_root_range {
	struct gc_ref *root;
	size_t nr;
};

/**
 * struct gc_thread - what belongs to a thread that is or was attached.
 * @log: the log begins here
 * @begin: from here on @m's piece of the nursery is not yet in the statistics
 */
struct gc_thread {
	struct gc_mutator m; /* first: gc_thread_of() */
	struct gc_thread *next;
	struct gc_ref **log;
	char *begin;
	pthread_t owner;
	bool attached, blocked;
};

/**
 * struct gc_heap
 * @threads: all that ever were attached: those that are not are used again
 * @lock: of the slow path [gc.world]
 * @stopped, @resumed: no other thread runs; they may go on
 * @nr_running: attached, not blocked, and not at a safepoint
 * @stopping: a thread wants to be alone, or is
 * @shared: several threads are attached; changes only while none runs
 * @books: what running threads write outside of the slow path, if @shared: the mark's bits and stack,
 *	types, roots, lists of weak references and finalizers, @logged
 * @young, @young_bytes: the nursery at its largest; @old follows it: one compare tells them apart
 * @young_next: how far it has been handed out
 * @young_limit: how far it may be: what survives must find a place [gc.reserve]
 * @young_least, @young_size: how large it is made at least, and now
 * @young_filled, @young_survived: bytes at the last minor collection
 * @young_touched: how much of it is in memory; @young_calm: collections since it needed that much
 * @young_low: collections in a row that little survived; @young_patience: how many it takes to halve it
 * @young_regrets: it was halved last, and is to be so no more if it has to grow at once
 * @young_sliced: how far it was handed out when the mark was moved on last
 * @mark: a bit for each grain of the old space: what the mark under way has found
 * @live: what the last one had found; what has been moved there since is not in it [gc.bits]
 * @state: [nr_blocks]
 * @recycle: blocks with holes, in the order of their addresses
 * @hole: where small objects are moved to; @hole_block and @hole_grain: where to look for the next
 * @spill: a fresh block for those that are too large for the hole [gc.spill]
 * @moving: the mark moves what lives in the blocks that are @sparse [nr_blocks]
 * @fresh_from: blocks from here on have never been used, and are zero
 * @huge_to: address up to which huge pages have been asked for [gc.pages]
 * @stack: of the mark [gc.stack]
 * @copy: of the minor collection: moved objects whose references are still to be looked at
 * @logged: a bit for each slot of the old space, all clear but while the log is looked through
 * @ready: finalizers that are due; a queue from @ready_at on
 */
struct gc_heap {
	struct gc_options options;
	struct gc_events events;
	enum gc_phase phase;

	struct gc_thread *threads;
	pthread_mutex_t lock, books;
	pthread_cond_t stopped, resumed;
	uint32_t nr_attached, nr_running;
	bool stopping, shared;

	void *map;
	size_t map_bytes;
	uintptr_t young, young_next, young_limit;
	size_t young_bytes, young_least, young_size;
	size_t young_filled, young_survived, young_touched;
	uint32_t young_calm, young_low, young_patience;
	bool young_regrets;
	uintptr_t young_sliced;

	uintptr_t old;
	size_t old_bytes;
	uint64_t *mark, *live;
	size_t bitmap_bytes;

	uint8_t *state;
	uint32_t nr_blocks, nr_free, nr_reserve;
	uint32_t free_hint, large_hint, fresh_from;
	uintptr_t huge_to;
	uint32_t *recycle;
	uint32_t recycle_at, nr_recycle;
	uint32_t sweep_at;
	struct gc_space hole, spill;
	uint32_t hole_block, hole_grain;
	uint8_t *sparse;
	bool moving;

	uintptr_t *stack, *top, *peak;
	size_t stack_bytes;
	uintptr_t *copy;
	size_t copy_bytes;
	uint64_t *logged;
	size_t logged_bytes;

	struct gc_shape *shape;
	const struct gc_type *weak_type;
	uint32_t nr_types, room_types;
	struct gc_root_range *range;
	size_t nr_ranges, room_ranges;

	struct gc_words young_weak, old_weak;
	struct gc_words young_final, old_final, ready;
	size_t ready_at;

	uint64_t used_bytes, live_bytes;
	uint64_t trigger_bytes, goal_bytes; /* used when a mark begins, and when it should have ended */
	uint64_t room_bytes;		    /* beside what lives, before a mark begins */
	uint64_t marked_objects, marked_bytes; /* by this mark */
	uint64_t begin_bytes;		       /* used when it began */
	uint64_t debt_bytes;		       /* of large objects since the last slice */
	uint64_t full_at;		       /* promoted_bytes at the last full collection */
	uint64_t stop;
	struct gc_stats stats;
};

/* heap.c */
void *gc_reserve(size_t bytes);

/* world.c */
void gc_world_enter(struct gc_heap *h);
void gc_world_exit(struct gc_heap *h);
void gc_world_stop(struct gc_heap *h);
void gc_world_resume(struct gc_heap *h);
void gc_threads_free(struct gc_heap *h);

/* alloc.c */
void gc_account(struct gc_heap *h, struct gc_thread *t);
struct gc_ref gc_exhausted(struct gc_heap *h, uint64_t bytes);

/* words.c */
int gc_words_room(struct gc_words *w, size_t nr) VMB_MUST_CHECK;
void gc_words_add(struct gc_words *w, uint64_t a, uint64_t b);
void gc_words_free(struct gc_words *w);

/* log.c */
size_t gc_log_bytes(const struct gc_heap *h);
void gc_log_open(struct gc_thread *t);

/* root.c */
void gc_each_root(struct gc_heap *h, struct gc_roots *visitor);

/* old.c */
uintptr_t gc_old_alloc_slowly(struct gc_heap *h, size_t bytes);
uintptr_t gc_old_try(struct gc_heap *h, size_t bytes);
uintptr_t gc_large_take(struct gc_heap *h, size_t bytes);
void gc_blocks_free(struct gc_heap *h, uint32_t first, uint32_t nr);
void gc_old_forget_holes(struct gc_heap *h);
void gc_old_ask_huge(struct gc_heap *h);

/* minor.c */
void gc_minor(struct gc_heap *h);

/* young.c */
uint32_t gc_reserve_for(const struct gc_heap *h, size_t young_bytes);
size_t gc_young_room(const struct gc_heap *h);
void gc_young_adapt(struct gc_heap *h);
void gc_young_shrink(struct gc_heap *h);
void gc_young_open(struct gc_heap *h);

/* mark.c */
void gc_mark_roots(struct gc_heap *h);
bool gc_mark_some(struct gc_heap *h, uint64_t objects);
void gc_mark_ref(struct gc_heap *h, struct gc_ref r);
void gc_mark_slot(struct gc_heap *h, struct gc_ref *slot);

/* compact.c */
bool gc_compact_begin(struct gc_heap *h, bool force);
void gc_compact_end(struct gc_heap *h);
uintptr_t gc_forwarded(const struct gc_heap *h, uintptr_t object);
void gc_move_slot(struct gc_heap *h, struct gc_ref *slot);
void gc_move_all(struct gc_heap *h);

/* sweep.c */
void gc_sweep_begin(struct gc_heap *h);
bool gc_sweep_some(struct gc_heap *h, uint32_t blocks);

/* weak.c */
void gc_weak_after_copy(struct gc_heap *h);
void gc_weak_follow_copy(struct gc_heap *h);
void gc_weak_forward(struct gc_heap *h);
void gc_weak_after_mark(struct gc_heap *h);
void gc_weak_drop_unmarked(struct gc_heap *h);
void gc_final_after_copy(struct gc_heap *h);
void gc_final_after_mark(struct gc_heap *h);

/* minor.c, for finalizers */
void gc_copy_root(struct gc_heap *h, struct gc_ref *root);

/* major.c */
void gc_major_init(struct gc_heap *h);
void gc_after_minor(struct gc_heap *h, size_t wanted);
void gc_settle(struct gc_heap *h, size_t wanted);
void gc_slice(struct gc_heap *h);
void gc_full(struct gc_heap *h);
void gc_compact(struct gc_heap *h, bool force);
void gc_step(struct gc_heap *h, uint64_t objects);

/* pause.c */
uint64_t gc_pause_begin(struct gc_heap *h, enum gc_pause_kind kind);
void gc_pause_end(struct gc_heap *h, enum gc_pause_kind kind, uint64_t begin, uint64_t objects,
		  uint64_t bytes);

/* verify.c */
void gc_verify_or_die(struct gc_heap *h, bool marks);

VMB_INLINE struct gc_thread *gc_thread_of(struct gc_mutator *m)
{
	return (struct gc_thread *)m;
}

/* Nothing between the two is a safepoint, so that who is alone remains so. */
VMB_INLINE void gc_books_lock(struct gc_heap *h)
{
	if (VMB_UNLIKELY(h->shared))
		pthread_mutex_lock(&h->books);
}

VMB_INLINE void gc_books_unlock(struct gc_heap *h)
{
	if (VMB_UNLIKELY(h->shared))
		pthread_mutex_unlock(&h->books);
}

VMB_INLINE bool gc_in_young(const struct gc_heap *h, uintptr_t addr)
{
	return addr - h->young < h->young_bytes;
}

VMB_INLINE bool gc_in_old(const struct gc_heap *h, uintptr_t addr)
{
	return addr - h->old < h->old_bytes;
}

VMB_INLINE uint32_t gc_block_of(const struct gc_heap *h, uintptr_t addr)
{
	return (uint32_t)((addr - h->old) >> GC_BLOCK_SHIFT);
}

VMB_INLINE uint32_t gc_blocks_for(size_t bytes)
{
	return (uint32_t)((bytes + GC_BLOCK_BYTES - 1) >> GC_BLOCK_SHIFT);
}

/** gc_old_alloc - memory of the old space, not zeroed. It is there [gc.reserve]. */
VMB_INLINE uintptr_t gc_old_alloc(struct gc_heap *h, size_t bytes)
{
	uintptr_t at = h->hole.cur;

	if (VMB_UNLIKELY(h->hole.end - at < bytes))
		return gc_old_alloc_slowly(h, bytes);
	h->hole.cur = at + bytes;
	return at;
}

#endif /* VMB_VMCORE_GC_INSIDE_H */
