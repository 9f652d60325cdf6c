// SPDX-License-Identifier: MIT
/*
 * The conservative collector of Boehm, Demers and Weiser, as GC_MALLOC() gives it to a C program.
 * Its heap is made as large as it may become at once: with the default it grows in small steps.
 */
#include <gc.h>

#include "tools/peers/gc/pointers.h"

static void *node_new(size_t bytes)
{
	void *node = GC_MALLOC(bytes);

	if (!node) {
		fprintf(stderr, "out of memory\n");
		exit(3);
	}
	return node;
}

static void node_free(void *node)
{
	(void)node;
}

static void heap_open(uint64_t bytes, uint64_t slots)
{
	/* Or 32 bytes take 48: room for a pointer behind the end. */
	GC_set_all_interior_pointers(0);
	GC_INIT();
	GC_set_warn_proc(GC_ignore_warn_proc);
	if (bytes) {
		GC_set_max_heap_size(bytes);
		GC_expand_hp(bytes - GC_get_heap_size() - (bytes >> 6));
	}
	table = GC_MALLOC(slots * sizeof(*table));
	if (!table) {
		fprintf(stderr, "out of memory\n");
		exit(3);
	}
}

static int heap_collect(void)
{
	GC_gcollect();
	return 1;
}
