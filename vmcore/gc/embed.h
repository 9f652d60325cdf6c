/* SPDX-License-Identifier: MIT */
#ifndef VMB_VMCORE_GC_EMBED_H
#define VMB_VMCORE_GC_EMBED_H
/*
 * The collector, for those who give it a heap, types and roots.
 */

#include "vmcore/gc/events.h"
#include "vmcore/gc/gc.h"

/**
 * enum gc_layout - where an object's references are.
 * @GC_LAYOUT_LEADING: fixed size; the first @refs words are references, the rest is not
 * @GC_LAYOUT_MAP: fixed size; word i is a reference if bit i of @map is set, words from 64 are not
 * @GC_LAYOUT_REFS: an array of references
 * @GC_LAYOUT_BYTES: an array of @element_bytes each, without references
 */
enum gc_layout { GC_LAYOUT_LEADING, GC_LAYOUT_MAP, GC_LAYOUT_REFS, GC_LAYOUT_BYTES };

/**
 * struct gc_type_spec - what gc_type_add() wants to know.
 * @name: for messages of gc_verify(); copied
 * @bytes: of an object of fixed size, without the header: 0 to 2^32 - 24
 * @refs: how many references lead it, at most 65534
 */
struct gc_type_spec {
	const char *name;
	enum gc_layout layout;
	uint32_t bytes;
	uint32_t refs;
	uint64_t map;
	uint32_t element_bytes;
};

/** enum gc_stress - for tests: collect at every allocation. */
enum gc_stress {
	GC_STRESS_NONE,
	GC_STRESS_MINOR,   /* the nursery */
	GC_STRESS_STEP,	   /* and a slice of a mark */
	GC_STRESS_FULL,	   /* everything */
	GC_STRESS_COMPACT, /* twice, and move what can be moved */
};

struct gc_roots;

/**
 * struct gc_options - zeroed is the default.
 * @heap_bytes: limit for nursery and old objects together, rounded to blocks of 32 KiB; 0: 64 MiB.
 *	The addresses are reserved at once, memory is taken when it is used
 * @nursery_bytes: 0: 1 MiB or an eighth of the heap, whichever is less. Best about as large as the
 *	CPU's L2 cache
 * @nursery_max_bytes: how far the nursery may grow while more than a quarter of it survives; it shrinks
 *	when less than an eighth does. Fewer objects are copied, and minor collections take longer. At
 *	most a quarter of the heap; 0: it does not grow
 * @slice_us: how long a slice of a mark should take at most; 0: 500
 * @stop_the_world: no slices: mark and sweep at once when the old space is full
 * @verify: gc_verify() after every collection, abort when it finds something; slow
 * @stress: for tests
 * @events: copied; NULL: nobody listens
 * @roots: the embedder's own roots: called with @priv at every collection by the thread that
 *	collects, while all others stand still; has to call
 *	gc_roots_visit() for all of them; NULL: none but frames and gc_root_add()
 */
struct gc_options {
	size_t heap_bytes;
	size_t nursery_bytes, nursery_max_bytes;
	uint32_t slice_us;
	bool stop_the_world;
	bool verify;
	enum gc_stress stress;
	const struct gc_events *events;
	void (*roots)(void *priv, struct gc_roots *visitor);
	void *priv;
};

/**
 * struct gc_stats - since the heap's creation, but for what is used.
 * @allocated_bytes: by the program, with headers
 * @promoted_bytes, @promoted_objects: moved from the nursery to the old space
 * @marked_objects: by all marks
 * @live_bytes: of the old space, as the last mark found
 * @used_bytes: of the old space, an upper bound
 * @old_bytes: the size of the old space
 * @nursery_bytes: of the nursery, as large as it is now
 * @minor, @major, @full: collections; major counts completed marks, full those at once
 * @compactions: full ones that moved objects of the old space
 */
struct gc_stats {
	uint64_t allocated_bytes;
	uint64_t promoted_bytes, promoted_objects;
	uint64_t marked_objects;
	uint64_t live_bytes, used_bytes, old_bytes;
	uint64_t nursery_bytes;
	uint64_t minor, major, full, compactions;
};

/**
 * gc_heap_create - Return: 0; -EINVAL: a size is out of range (heap_bytes at least 256 KiB and at
 * most 32 GiB; nursery at least 16 KiB and at most a quarter of the heap); -ENOMEM.
 */
int gc_heap_create(const struct gc_options *options, struct gc_heap **out) VMB_MUST_CHECK;

/** gc_heap_destroy - with all objects; no thread may be attached. NULL is allowed. */
void gc_heap_destroy(struct gc_heap *heap);

/**
 * gc_type_add - a new type.
 * @out: valid as long as the heap
 * Return: 0; -EINVAL: the description contradicts itself; -ENOSPC: 32766 types exist; -ENOMEM.
 * Context: as gc_root_add().
 */
int gc_type_add(struct gc_heap *heap, const struct gc_type_spec *spec,
		const struct gc_type **out) VMB_MUST_CHECK;

/**
 * gc_attach - let the calling thread use the heap. Waits until all threads that are attached have come
 * to a safepoint or are blocked.
 * Return: 0; -EBUSY: it is attached already; -ENOMEM.
 */
int gc_attach(struct gc_heap *heap, struct gc_mutator **out) VMB_MUST_CHECK;

/** gc_detach - all frames must have been left. */
void gc_detach(struct gc_mutator *m);

/**
 * gc_root_add - have @root[0..nr) seen and updated until gc_root_remove(). Borrowed.
 * Return: 0; -ENOMEM.
 * Context: an attached thread; another one only if no more than one is attached.
 */
int gc_root_add(struct gc_heap *heap, struct gc_ref *root, size_t nr) VMB_MUST_CHECK;
void gc_root_remove(struct gc_heap *heap, const struct gc_ref *root);

/** gc_roots_visit - for gc_options.roots: here are @nr references; they may be changed. */
void gc_roots_visit(struct gc_roots *visitor, struct gc_ref *root, size_t nr);

/**
 * gc_heap_stats - how it is at this moment.
 *
 * While several threads are attached, what they have allocated from the pieces of the nursery that they
 * have at hand is not counted.
 * Context: not within an event.
 */
void gc_heap_stats(struct gc_heap *heap, struct gc_stats *out);

/**
 * gc_verify - walk over all that is reachable and look whether each object and each reference is
 * well formed, no two objects overlap, and the collector's books agree.
 * @why: [bytes] receives what is wrong
 * Return: 0; -EIO: @why says what; -ENOMEM.
 * Context: no other thread is attached, or all of them are blocked.
 */
int gc_verify(struct gc_heap *heap, char *why, size_t bytes) VMB_MUST_CHECK;

#endif /* VMB_VMCORE_GC_EMBED_H */
