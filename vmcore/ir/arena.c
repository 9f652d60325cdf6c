// SPDX-License-Identifier: MIT
#include "vmcore/ir/arena.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define ALIGN 16u
#define MIN_CHUNK_BYTES (64u << 10)

struct ir_chunk {
	struct ir_chunk *next;
	size_t size;
	size_t used;
	size_t pad;
	char data[];
};

static_assert(sizeof(struct ir_chunk) % ALIGN == 0, "data is aligned as malloc aligns the chunk");

static size_t round_up(size_t bytes)
{
	return (bytes + ALIGN - 1) & ~(size_t)(ALIGN - 1);
}

void ir_arena_init(struct ir_arena *arena, size_t limit_bytes)
{
	*arena = (struct ir_arena){ .limit_bytes = limit_bytes };
}

static void free_list(struct ir_chunk *chunk)
{
	while (chunk) {
		struct ir_chunk *next = chunk->next;

		free(chunk);
		chunk = next;
	}
}

void ir_arena_fini(struct ir_arena *arena)
{
	free_list(arena->chunk);
	free_list(arena->spare);
	ir_arena_init(arena, arena->limit_bytes);
}

void ir_arena_reset(struct ir_arena *arena)
{
	while (arena->chunk) {
		struct ir_chunk *chunk = arena->chunk;

		arena->chunk = chunk->next;
		chunk->used = 0;
		chunk->next = arena->spare;
		arena->spare = chunk;
	}
}

static struct ir_chunk *take_spare(struct ir_arena *arena, size_t bytes)
{
	struct ir_chunk **link;

	for (link = &arena->spare; *link; link = &(*link)->next) {
		struct ir_chunk *chunk = *link;

		if (chunk->size >= bytes) {
			*link = chunk->next;
			return chunk;
		}
	}
	return NULL;
}

/* Chunks double, so that their number stays small whatever the unit's size. */
static struct ir_chunk *new_chunk(struct ir_arena *arena, size_t bytes)
{
	size_t left = arena->limit_bytes - arena->reserved_bytes;
	size_t size = arena->reserved_bytes;
	struct ir_chunk *chunk;

	if (size < MIN_CHUNK_BYTES)
		size = MIN_CHUNK_BYTES;
	if (size > left)
		size = left & ~(size_t)(ALIGN - 1);
	if (size < bytes)
		size = bytes;
	if (size > left)
		return NULL;
	chunk = malloc(sizeof(*chunk) + size);
	if (!chunk)
		return NULL;
	chunk->size = size;
	chunk->used = 0;
	arena->reserved_bytes += size;
	return chunk;
}

void *ir_arena_alloc(struct ir_arena *arena, size_t bytes)
{
	struct ir_chunk *chunk = arena->chunk;
	void *data;

	if (bytes > SIZE_MAX / 2)
		return NULL;
	bytes = round_up(bytes ? bytes : 1);
	if (!chunk || chunk->size - chunk->used < bytes) {
		chunk = take_spare(arena, bytes);
		if (!chunk)
			chunk = new_chunk(arena, bytes);
		if (!chunk)
			return NULL;
		chunk->next = arena->chunk;
		arena->chunk = chunk;
	}
	data = chunk->data + chunk->used;
	chunk->used += bytes;
	return data;
}

static bool grow_in_place(struct ir_arena *arena, const void *old, size_t old_bytes, size_t bytes)
{
	struct ir_chunk *chunk = arena->chunk;
	size_t at;

	if (!old || bytes > SIZE_MAX / 2 || (uintptr_t)old < (uintptr_t)chunk->data)
		return false;
	at = (uintptr_t)old - (uintptr_t)chunk->data;
	if (at + round_up(old_bytes) != chunk->used || round_up(bytes) > chunk->size - at)
		return false;
	chunk->used = at + round_up(bytes);
	return true;
}

void *ir_arena_grow(struct ir_arena *arena, void *old, size_t old_bytes, size_t bytes)
{
	void *data;

	if (grow_in_place(arena, old, old_bytes, bytes))
		return old;
	data = ir_arena_alloc(arena, bytes);
	if (data && old_bytes)
		memcpy(data, old, old_bytes);
	return data;
}
