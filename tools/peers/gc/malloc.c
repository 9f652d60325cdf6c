// SPDX-License-Identifier: MIT
/*
 * The baseline: the C library's malloc() and free(), by a program that knows when each object dies.
 */
#include "tools/peers/gc/pointers.h"

static void *node_new(size_t bytes)
{
	void *node = malloc(bytes);

	if (!node) {
		fprintf(stderr, "out of memory\n");
		exit(3);
	}
	/* Or the compiler leaves out what is freed again. */
	__asm__ volatile("" : "+r"(node));
	return node;
}

static void node_free(void *node)
{
	free(node);
}

static void heap_open(uint64_t bytes, uint64_t slots)
{
	(void)bytes;
	table = calloc(slots, sizeof(*table));
	if (!table) {
		fprintf(stderr, "out of memory\n");
		exit(3);
	}
}

static int heap_collect(void)
{
	return 0;
}
