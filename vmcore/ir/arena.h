/* SPDX-License-Identifier: MIT */
#ifndef VMB_VMCORE_IR_ARENA_H
#define VMB_VMCORE_IR_ARENA_H
/*
 * Memory that is given out by moving a pointer and taken back all at once. One arena serves one
 * translation after the other: a reset keeps the memory.
 */

#include <stdbool.h>
#include <stddef.h>

#include "arch/base/attr.h"

struct ir_chunk;

/**
 * struct ir_arena - chunks of memory, the current one first.
 * @chunk: where allocations come from
 * @spare: chunks that a reset took back
 * @reserved_bytes: size of all chunks
 * @limit_bytes: what @reserved_bytes never exceeds
 */
struct ir_arena {
	struct ir_chunk *chunk;
	struct ir_chunk *spare;
	size_t reserved_bytes;
	size_t limit_bytes;
};

/**
 * ir_arena_init - an empty arena; takes no memory yet.
 * @limit_bytes: an allocation that would take more than this from the system fails
 */
void ir_arena_init(struct ir_arena *arena, size_t limit_bytes);

/** ir_arena_fini - give everything back to the system. */
void ir_arena_fini(struct ir_arena *arena);

/** ir_arena_reset - everything allocated is free again; the memory is kept for what comes. */
void ir_arena_reset(struct ir_arena *arena);

/**
 * ir_arena_alloc - @bytes of uninitialised memory, aligned to 16.
 * Return: NULL if the limit or the system's memory is exhausted.
 */
void *ir_arena_alloc(struct ir_arena *arena, size_t bytes) VMB_MUST_CHECK;

/**
 * ir_arena_grow - make an allocation larger; in place if it is the last one.
 * @old: what ir_arena_alloc() or ir_arena_grow() returned, or NULL
 * @old_bytes, @bytes: its size now and then; @bytes is not less
 * Return: NULL, @old still valid, if the limit or the system's memory is exhausted.
 */
void *ir_arena_grow(struct ir_arena *arena, void *old, size_t old_bytes,
		    size_t bytes) VMB_MUST_CHECK;

#endif /* VMB_VMCORE_IR_ARENA_H */
