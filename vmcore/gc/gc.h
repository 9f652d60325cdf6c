/* SPDX-License-Identifier: MIT */
#ifndef VMB_VMCORE_GC_GC_H
#define VMB_VMCORE_GC_GC_H
/*
 * The generational collector, for those who allocate. Who brings a heap to life reads embed.h, who
 * wants to see the pauses events.h.
 *
 * A reference is a struct gc_ref. Any function that is marked "safepoint" may move any object, or, as
 * soon as several threads are attached, let others collect: what is needed afterwards must lie in a
 * frame (gc_enter()), in a root or in another object, and be read again from there. Between two
 * safepoints of a thread its references, and what gc_data() gives, stay valid.
 *
 *	struct gc_ref root[2] = { { 0 } };
 *	struct gc_frame frame;
 *
 *	gc_enter(m, &frame, root, 2);
 *	root[0] = gc_alloc(m, pair);
 *	root[1] = gc_alloc(m, pair);
 *	if (!gc_is_null(root[0]) && !gc_is_null(root[1]))
 *		gc_set(m, root[0], 0, root[1]);
 *	gc_leave(m, &frame);
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "arch/base/attr.h"

#define GC_GRAIN_BYTES	 8u	/* objects begin at a multiple of it, sizes are multiples of it */
#define GC_HEADER_BYTES	 8u
#define GC_LENGTH_BYTES	 8u	/* in front of an array's elements */
#define GC_SMALL_BYTES	 8192u	/* larger objects never move */

struct gc_heap;

/** struct gc_ref - reference to an object; zeroed is null. Only the collector looks inside. */
struct gc_ref {
	uintptr_t addr;
};

/** struct gc_type - what kind of object it is; made by gc_type_add() of embed.h, read by gc_alloc(). */
struct gc_type {
	uint64_t header;	/* of objects of a fixed size; without the size for arrays */
	size_t inline_bytes;	/* with header; SIZE_MAX: not for the inline functions */
	uint32_t element_bytes; /* of arrays */
	uint32_t id;
};

/** struct gc_frame - references of a function that is running: precise roots. */
struct gc_frame {
	struct gc_frame *up;
	struct gc_ref *root;
	size_t nr;
};

/**
 * struct gc_mutator - one thread's access to a heap; for the inline functions.
 * @cur, @limit: what is left of the piece of the nursery at hand, not zeroed
 * @young_base, @young_bytes: the nursery
 * @log, @log_end: next entry of the list of old slots that refer to the nursery, and its last
 * @marking: an incremental mark is under way
 * @stop: another thread waits for this one to come to a safepoint
 */
struct gc_mutator {
	char *cur, *limit;
	uintptr_t young_base;
	uintptr_t young_bytes;
	struct gc_ref **log;
	bool marking, stop;

	struct gc_frame *frames;
	struct gc_heap *heap;
	struct gc_ref **log_end;
};

/** enum gc_collection - what gc_collect() does. */
enum gc_collection {
	GC_COLLECT_MINOR,   /* the nursery */
	GC_COLLECT_STEP,    /* the nursery, and the next slice of a mark, or a mark's begin */
	GC_COLLECT_FULL,    /* everything, at once */
	GC_COLLECT_COMPACT, /* twice: the second time, objects of sparse blocks move together */
};

/* What the inline functions call. */
struct gc_ref gc_alloc_slowly(struct gc_mutator *m, uint64_t header);
struct gc_ref gc_alloc_pair_slowly(struct gc_mutator *m, uint64_t header, struct gc_ref keep[2]);
struct gc_ref gc_alloc_array_slowly(struct gc_mutator *m, const struct gc_type *type,
				    uint64_t length);
void gc_set_while_marking(struct gc_mutator *m, struct gc_ref old);
void gc_log_full(struct gc_mutator *m);
void gc_safepoint_slowly(struct gc_mutator *m);

VMB_INLINE bool gc_is_null(struct gc_ref r)
{
	return !r.addr;
}

VMB_INLINE bool gc_is_same(struct gc_ref a, struct gc_ref b)
{
	return a.addr == b.addr;
}

VMB_INLINE bool gc_is_young(const struct gc_mutator *m, struct gc_ref r)
{
	return r.addr - m->young_base < m->young_bytes;
}

/* ---- roots ---- */

/**
 * gc_enter - have @root[0..nr) seen and updated by the collector until gc_leave().
 * @frame, @root: on the caller's stack; borrowed. @root is initialised (null will do)
 */
VMB_INLINE void gc_enter(struct gc_mutator *m, struct gc_frame *frame, struct gc_ref *root,
			 size_t nr)
{
	frame->up = m->frames;
	frame->root = root;
	frame->nr = nr;
	m->frames = frame;
}

/** gc_leave - ends gc_enter(); frames are left in the reverse order. */
VMB_INLINE void gc_leave(struct gc_mutator *m, const struct gc_frame *frame)
{
	m->frames = frame->up;
}

/* ---- allocation ---- */

/**
 * struct gc_run - allocation by a loop: what is left of the nursery is in the loop's registers.
 * Between gc_run_begin() and gc_run_end() nothing but the functions of the run may allocate or collect.
 */
struct gc_run {
	struct gc_mutator *m;
	char *cur, *limit;
};

VMB_INLINE struct gc_run gc_run_begin(struct gc_mutator *m)
{
	return (struct gc_run){ m, m->cur, m->limit };
}

VMB_INLINE void gc_run_end(const struct gc_run *run)
{
	run->m->cur = run->cur;
}

/* The nursery is not zeroed ahead of the program: who initialises an object anyway does it once. */
VMB_INLINE void gc_zero(char *object, size_t bytes)
{
	if (VMB_UNLIKELY(bytes > 128)) {
		memset(object + GC_HEADER_BYTES, 0, bytes - GC_HEADER_BYTES);
		return;
	}
	for (size_t i = GC_HEADER_BYTES; i < bytes; i += 8) {
		*(uint64_t *)(void *)(object + i) = 0;
		__asm__("" : "+r"(i)); /* few words: no call of memset() */
	}
}

VMB_INLINE struct gc_ref gc_run_take(struct gc_run *run, const struct gc_type *type, bool zero)
{
	char *p = run->cur;
	size_t bytes = type->inline_bytes;
	struct gc_ref object;

	if (VMB_LIKELY((size_t)(run->limit - p) >= bytes)) {
		run->cur = p + bytes;
		*(uint64_t *)(void *)p = type->header;
		if (zero)
			gc_zero(p, bytes);
		return (struct gc_ref){ (uintptr_t)p };
	}
	gc_run_end(run);
	object = gc_alloc_slowly(run->m, type->header);
	*run = gc_run_begin(run->m);
	return object;
}

/** gc_run_alloc - gc_alloc() within a run. Context: safepoint. */
VMB_INLINE struct gc_ref gc_run_alloc(struct gc_run *run, const struct gc_type *type)
{
	return gc_run_take(run, type, true);
}

/** gc_run_alloc_raw - gc_alloc_raw() within a run. Context: safepoint. */
VMB_INLINE struct gc_ref gc_run_alloc_raw(struct gc_run *run, const struct gc_type *type)
{
	return gc_run_take(run, type, false);
}

/**
 * gc_alloc - a new object of a fixed-size @type; all its bytes and references are zero.
 * Return: null when the heap is exhausted.
 * Context: safepoint.
 */
VMB_INLINE struct gc_ref gc_alloc(struct gc_mutator *m, const struct gc_type *type)
{
	struct gc_run run = gc_run_begin(m);
	struct gc_ref object = gc_run_alloc(&run, type);

	gc_run_end(&run);
	return object;
}

/**
 * gc_alloc_raw - the same, but its bytes and references are whatever was there: initialise all of the
 * references, by gc_init(), before the next safepoint.
 */
VMB_INLINE struct gc_ref gc_alloc_raw(struct gc_mutator *m, const struct gc_type *type)
{
	struct gc_run run = gc_run_begin(m);
	struct gc_ref object = gc_run_alloc_raw(&run, type);

	gc_run_end(&run);
	return object;
}

/**
 * gc_alloc_pair - gc_alloc_raw() for an object that is about to refer to @a and @b, which need not be
 * in a frame: they are updated if their objects move.
 */
VMB_INLINE struct gc_ref gc_alloc_pair(struct gc_mutator *m, const struct gc_type *type,
				       struct gc_ref *a, struct gc_ref *b)
{
	char *p = m->cur;
	size_t bytes = type->inline_bytes;

	if (VMB_UNLIKELY((size_t)(m->limit - p) < bytes)) {
		struct gc_ref keep[2] = { *a, *b };
		struct gc_ref object = gc_alloc_pair_slowly(m, type->header, keep);

		*a = keep[0];
		*b = keep[1];
		return object;
	}
	m->cur = p + bytes;
	*(uint64_t *)(void *)p = type->header;
	return (struct gc_ref){ (uintptr_t)p };
}

/** gc_array_bytes - size of an array with its header; only for lengths that a heap can hold. */
VMB_INLINE size_t gc_array_bytes(const struct gc_type *type, uint64_t length)
{
	size_t bytes = GC_HEADER_BYTES + GC_LENGTH_BYTES + (size_t)length * type->element_bytes;

	return (bytes + GC_GRAIN_BYTES - 1) & -(size_t)GC_GRAIN_BYTES;
}

/**
 * gc_alloc_array - a new array of @length elements, all zero.
 * @type: an array type
 * Return: null when the heap is exhausted, or could never hold so many.
 * Context: safepoint.
 */
VMB_INLINE struct gc_ref gc_alloc_array(struct gc_mutator *m, const struct gc_type *type,
					uint64_t length)
{
	uint64_t *p = (uint64_t *)(void *)m->cur;
	size_t bytes;

	if (VMB_UNLIKELY(length > GC_SMALL_BYTES))
		return gc_alloc_array_slowly(m, type, length);
	bytes = gc_array_bytes(type, length);
	if (VMB_UNLIKELY(bytes > GC_SMALL_BYTES || (size_t)(m->limit - m->cur) < bytes))
		return gc_alloc_array_slowly(m, type, length);
	m->cur += bytes;
	p[0] = type->header | (uint64_t)(bytes / GC_GRAIN_BYTES) << 32;
	gc_zero((char *)p, bytes);
	p[1] = length;
	return (struct gc_ref){ (uintptr_t)p };
}

/* ---- contents ---- */

/** gc_data - the object's memory behind its header, @offset bytes further. Not for references. */
VMB_INLINE void *gc_data(struct gc_ref object, size_t offset)
{
	return (void *)(object.addr + GC_HEADER_BYTES + offset);
}

/** gc_length - elements of an array. */
VMB_INLINE uint64_t gc_length(struct gc_ref array)
{
	return *(uint64_t *)gc_data(array, 0);
}

/** gc_elements - an array's first element; of arrays of bytes. */
VMB_INLINE void *gc_elements(struct gc_ref array)
{
	return gc_data(array, GC_LENGTH_BYTES);
}

/* Word @i behind the header; of arrays, element 0 is word 1. */
VMB_INLINE struct gc_ref *gc_slot(struct gc_ref object, size_t i)
{
	return (struct gc_ref *)gc_data(object, i * sizeof(struct gc_ref));
}

/** gc_get - word @i of an object of fixed size, which must be a reference. */
VMB_INLINE struct gc_ref gc_get(struct gc_ref object, size_t i)
{
	return *gc_slot(object, i);
}

/** gc_at - element @i of an array of references. */
VMB_INLINE struct gc_ref gc_at(struct gc_ref array, size_t i)
{
	return *gc_slot(array, i + 1);
}

/*
 * The write barrier, of old objects only: a slot that comes to refer to the nursery is logged; one that
 * did so before has been logged then. While a mark is under way, what the slot referred to is marked:
 * the mark sees the heap as it was when it began.
 */
VMB_INLINE void gc_store(struct gc_mutator *m, struct gc_ref object, struct gc_ref *slot,
			 struct gc_ref value)
{
	if (!gc_is_young(m, object)) {
		if (VMB_UNLIKELY(m->marking))
			gc_set_while_marking(m, *slot);
		if (gc_is_young(m, value) && !gc_is_young(m, *slot)) {
			*m->log++ = slot;
			if (VMB_UNLIKELY(m->log == m->log_end))
				gc_log_full(m);
		}
	}
	*slot = value;
}

/** gc_set - word @i of an object of fixed size, which is a reference, becomes @value. */
VMB_INLINE void gc_set(struct gc_mutator *m, struct gc_ref object, size_t i, struct gc_ref value)
{
	gc_store(m, object, gc_slot(object, i), value);
}

/** gc_put - element @i of an array of references becomes @value. */
VMB_INLINE void gc_put(struct gc_mutator *m, struct gc_ref array, size_t i, struct gc_ref value)
{
	gc_store(m, array, gc_slot(array, i + 1), value);
}

/**
 * gc_init - the same as gc_set() without a barrier.
 * @object: from gc_alloc(), of at most GC_SMALL_BYTES, and no safepoint since
 */
VMB_INLINE void gc_init(struct gc_ref object, size_t i, struct gc_ref value)
{
	*gc_slot(object, i) = value;
}

/* ---- weak references, finalizers ---- */

/**
 * gc_weak_new - an object that refers to @target without keeping it alive.
 * Return: the weak reference; null when the heap is exhausted.
 * Context: safepoint; @target is looked after.
 */
struct gc_ref gc_weak_new(struct gc_mutator *m, struct gc_ref target);

/** gc_weak_get - Return: the target, or null when nothing but weak references led to it. */
struct gc_ref gc_weak_get(struct gc_mutator *m, struct gc_ref weak);

/**
 * gc_finalizer_add - when nothing leads to @object any more, have gc_finalizer_next() return it, once.
 * Weak references to it are cleared at that moment. Several finalizers of one object are several
 * returns.
 * @cookie: comes back with it
 * Return: 0; -ENOMEM.
 */
int gc_finalizer_add(struct gc_mutator *m, struct gc_ref object, uint64_t cookie) VMB_MUST_CHECK;

/**
 * gc_finalizer_next - an object that is to be finalized; it is an ordinary one again.
 * @cookie: set
 * Return: null when there is none.
 */
struct gc_ref gc_finalizer_next(struct gc_mutator *m, uint64_t *cookie);

/* ---- several threads ---- */

/*
 * Each thread has its own gc_mutator. A collection waits until all others have come to a safepoint, so
 * one that neither allocates nor calls gc_safepoint() for long lets the others wait; one that waits
 * for another, for a lock or for the operating system does so between gc_blocked_begin() and
 * gc_blocked_end(). Who shares an object with another thread orders their accesses, as for any
 * memory.
 */

/** gc_safepoint - for loops that allocate nothing. Context: safepoint. */
VMB_INLINE void gc_safepoint(struct gc_mutator *m)
{
	if (VMB_UNLIKELY(__atomic_load_n(&m->stop, __ATOMIC_RELAXED)))
		gc_safepoint_slowly(m);
}

/**
 * gc_blocked_begin - until gc_blocked_end(), this thread neither calls anything of the collector nor
 * looks at an object, and others may collect without it. Context: safepoint.
 */
void gc_blocked_begin(struct gc_mutator *m);

/** gc_blocked_end - waits for the end of a collection that is under way. */
void gc_blocked_end(struct gc_mutator *m);

/* ---- collections ---- */

/** gc_collect - now. Context: safepoint. */
void gc_collect(struct gc_mutator *m, enum gc_collection what);

#endif /* VMB_VMCORE_GC_GC_H */
