/* SPDX-License-Identifier: MIT */
#ifndef VMB_USER_BENCH_MEMORY_OBJECTS_H
#define VMB_USER_BENCH_MEMORY_OBJECTS_H
/*
 * Objects that an allocator gave: each says in its first words where it is and how large, which shows
 * at the end whether two of them overlap or one was lost.
 */

#include "user/bench.h"

struct bench_object {
	struct bench_object *self;
	uint64_t bytes;
};

/** bench_object_mark - @p is an object of @bytes, at least 16. */
static inline struct bench_object *bench_object_mark(void *p, uint64_t bytes)
{
	struct bench_object *o = p;

	o->self = o;
	o->bytes = bytes;
	return o;
}

/**
 * bench_objects_check - are @object[0..nr) intact, and do they not overlap? NULLs are left out.
 * Sorts them by address.
 * Return: 0; -EIO with @why.
 */
int bench_objects_check(struct bench_object **object, size_t nr, struct vmb_why *why);

#endif /* VMB_USER_BENCH_MEMORY_OBJECTS_H */
