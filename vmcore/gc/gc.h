/* SPDX-License-Identifier: MIT */
#ifndef VMB_VMCORE_GC_GC_H
#define VMB_VMCORE_GC_GC_H
/*
 * The generational collector, for those who allocate. Who brings a heap to life reads embed.h, who
 * wants to see the pauses events.h.
 *
 * A reference is a struct gc_ref. Any function that is marked "safepoint" may move any object: what
 * is needed afterwards must lie in a frame (gc_enter()), in a root or in another object, and be read
 * again from there. Between two safepoints a reference, and what gc_data() gives, stays valid.
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
	size_t object_bytes;	/* the same with header, in grains; 0 for arrays */
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
 * @cur, @limit: what is left of the zeroed piece of the nursery
 * @young_base, @young_bytes: the nursery
 * @log: next entry of the list of old slots that refer to the nursery
 * @marking: an incremental mark is under way
 */
struct gc_mutator {
	char *cur, *limit;
	uintptr_t young_base;
	uintptr_t young_bytes;
	struct gc_ref **log;
	bool marking;

	struct gc_frame *frames;
	struct gc_heap *heap;
};

/** enum gc_collection - what gc_collect() does. */
enum gc_collection {
	GC_COLLECT_MINOR, /* the nursery */
	GC_COLLECT_STEP,  /* the nursery, and the next slice of a mark, or a mark's begin */
	GC_COLLECT_FULL,  /* everything, at once */
};

/* What the inline functions call. */
struct gc_ref gc_alloc_slowly(struct gc_mutator *m, uint64_t header, size_t bytes);
struct gc_ref gc_alloc_array_slowly(struct gc_mutator *m, const struct gc_type *type,
				    uint64_t length);
void gc_set_while_marking(struct gc_mutator *m, struct gc_ref old);

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
 * gc_alloc - a new object of a fixed-size @type; all its bytes and references are zero.
 * Return: null when the heap is exhausted.
 * Context: safepoint.
 */
VMB_INLINE struct gc_ref gc_alloc(struct gc_mutator *m, const struct gc_type *type)
{
	char *p = m->cur;
	size_t bytes = type->object_bytes;

	if (VMB_UNLIKELY((size_t)(m->limit - p) < bytes))
		return gc_alloc_slowly(m, type->header, bytes);
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
 * The write barrier, of old objects only: which of their slots refer to the nursery is logged, each
 * slot once, because a slot that refers to the nursery has been logged already. While a mark is under
 * way, what the slot referred to is marked: the mark sees the heap as it was when it began.
 */
VMB_INLINE void gc_store(struct gc_mutator *m, struct gc_ref object, struct gc_ref *slot,
			 struct gc_ref value)
{
	if (!gc_is_young(m, object)) {
		if (VMB_UNLIKELY(m->marking))
			gc_set_while_marking(m, *slot);
		if (gc_is_young(m, value) && !gc_is_young(m, *slot))
			*m->log++ = slot;
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

/* ---- collections ---- */

/** gc_collect - now. Context: safepoint. */
void gc_collect(struct gc_mutator *m, enum gc_collection what);

#endif /* VMB_VMCORE_GC_GC_H */
