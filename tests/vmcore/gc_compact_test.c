// SPDX-License-Identifier: MIT
/* Compaction: what moves is the same afterwards, and what could not be had before can be had. */
#include "tests/test.h"

#include <stdlib.h>
#include <string.h>

#include "vmcore/gc/embed.h"

#define SPARSE 16u /* one of so many objects lives on */

struct world {
	struct gc_heap *heap;
	struct gc_mutator *m;
	const struct gc_type *node, *refs, *bytes;
	struct gc_ref root[4];
	struct gc_frame frame;
};

static struct world *world_create(struct gc_options o)
{
	static const struct gc_type_spec node = { .name = "node", .bytes = 48, .refs = 2 };
	static const struct gc_type_spec refs = { .name = "refs", .layout = GC_LAYOUT_REFS };
	static const struct gc_type_spec bytes = {
		.name = "bytes", .layout = GC_LAYOUT_BYTES, .element_bytes = 1,
	};
	struct world *w = calloc(1, sizeof(*w));

	assert_non_null(w);
	assert_int_equal(gc_heap_create(&o, &w->heap), 0);
	assert_int_equal(gc_attach(w->heap, &w->m), 0);
	assert_int_equal(gc_type_add(w->heap, &node, &w->node), 0);
	assert_int_equal(gc_type_add(w->heap, &refs, &w->refs), 0);
	assert_int_equal(gc_type_add(w->heap, &bytes, &w->bytes), 0);
	gc_enter(w->m, &w->frame, w->root, 4);
	return w;
}

static void world_destroy(struct world *w)
{
	char why[256] = "";

	if (gc_verify(w->heap, why, sizeof(why)))
		fail_msg("%s", why);
	gc_leave(w->m, &w->frame);
	gc_detach(w->m);
	gc_heap_destroy(w->heap);
	free(w);
}

static struct gc_stats stats_of(const struct world *w)
{
	struct gc_stats s;

	gc_heap_stats(w->heap, &s);
	return s;
}

static uint64_t *number(struct gc_ref node)
{
	return gc_data(node, 16);
}

static struct gc_ref node_new(struct world *w, uint64_t n)
{
	struct gc_ref node = gc_alloc(w->m, w->node);

	assert_false(gc_is_null(node));
	*number(node) = n;
	return node;
}

/* Root 0: a table of @nr nodes. First all live, then one of SPARSE: every block is nearly empty. */
static void make_sparse(struct world *w, uint64_t nr)
{
	w->root[0] = gc_alloc_array(w->m, w->refs, nr);
	assert_false(gc_is_null(w->root[0]));
	for (uint64_t i = 0; i < nr; i++) {
		struct gc_ref node = node_new(w, i);

		gc_put(w->m, w->root[0], i, node);
	}
	gc_collect(w->m, GC_COLLECT_MINOR);
	for (uint64_t i = 0; i < nr; i++)
		if (i % SPARSE)
			gc_put(w->m, w->root[0], i, (struct gc_ref){ 0 });
}

/* Each refers to its neighbours, so that there are two ways to all of them. */
static void link_neighbours(struct world *w, uint64_t nr)
{
	for (uint64_t i = 0; i < nr; i += SPARSE) {
		struct gc_ref node = gc_at(w->root[0], i);

		gc_set(w->m, node, 0, gc_at(w->root[0], (i + SPARSE) % nr));
		gc_set(w->m, node, 1, gc_at(w->root[0], (i + nr - SPARSE) % nr));
	}
}

static void check_neighbours(struct world *w, uint64_t nr)
{
	for (uint64_t i = 0; i < nr; i += SPARSE) {
		struct gc_ref node = gc_at(w->root[0], i);

		assert_int_equal(*number(node), i);
		assert_true(gc_is_same(gc_get(node, 0), gc_at(w->root[0], (i + SPARSE) % nr)));
		assert_true(gc_is_same(gc_get(node, 1), gc_at(w->root[0], (i + nr - SPARSE) % nr)));
	}
}

static void test_sparse_objects_move_together(void **state)
{
	struct world *w = world_create((struct gc_options){ .heap_bytes = 16 << 20, .verify = true });
	const uint64_t nr = 100000 / SPARSE * SPARSE;
	uint64_t moved = 0;
	uintptr_t *before = calloc(nr, sizeof(*before));

	(void)state;
	assert_non_null(before);
	make_sparse(w, nr);
	link_neighbours(w, nr);
	gc_collect(w->m, GC_COLLECT_FULL);
	for (uint64_t i = 0; i < nr; i += SPARSE)
		before[i] = gc_at(w->root[0], i).addr;
	gc_collect(w->m, GC_COLLECT_COMPACT);
	assert_int_equal(stats_of(w).compactions, 1);
	check_neighbours(w, nr);
	for (uint64_t i = 0; i < nr; i += SPARSE)
		moved += gc_at(w->root[0], i).addr != before[i];
	assert_true(moved > nr / SPARSE / 2);
	free(before);
	world_destroy(w);
}

/* Nine tenths of the heap are free, but in holes: without compaction this would be exhaustion. */
static void test_large_object_in_a_heap_full_of_holes(void **state)
{
	struct world *w = world_create((struct gc_options){ .heap_bytes = 16 << 20, .verify = true });
	const uint64_t nr = 200000 / SPARSE * SPARSE;
	struct gc_ref large;

	(void)state;
	make_sparse(w, nr);
	link_neighbours(w, nr);
	gc_collect(w->m, GC_COLLECT_FULL);
	assert_int_equal(stats_of(w).compactions, 0);
	large = gc_alloc_array(w->m, w->bytes, 8 << 20);
	assert_false(gc_is_null(large));
	assert_int_equal(stats_of(w).compactions, 1);
	check_neighbours(w, nr);
	world_destroy(w);
}

static void test_medium_objects_in_a_heap_full_of_holes(void **state)
{
	struct world *w = world_create((struct gc_options){ .heap_bytes = 16 << 20 });
	const uint64_t nr = 200000 / SPARSE * SPARSE, pieces = 7 << 20 >> 12;

	(void)state;
	make_sparse(w, nr);
	link_neighbours(w, nr);
	w->root[1] = gc_alloc_array(w->m, w->refs, pieces);
	assert_false(gc_is_null(w->root[1]));
	for (uint64_t i = 0; i < pieces; i++) {
		struct gc_ref piece = gc_alloc_array(w->m, w->bytes, 4000);

		assert_false(gc_is_null(piece));
		memset(gc_elements(piece), (int)i, 4000);
		gc_put(w->m, w->root[1], i, piece);
	}
	gc_collect(w->m, GC_COLLECT_COMPACT);
	for (uint64_t i = 0; i < pieces; i++)
		assert_int_equal(*(uint8_t *)gc_elements(gc_at(w->root[1], i)), (uint8_t)i);
	check_neighbours(w, nr);
	world_destroy(w);
}

/* A list that goes through all blocks needs no stack for being moved. */
static void test_deep_list_moves(void **state)
{
	struct world *w = world_create((struct gc_options){ .heap_bytes = 128 << 20 });
	const uint64_t nr = 1000000;
	struct gc_ref node;

	(void)state;
	for (uint64_t i = 0; i < nr; i++) {
		node = node_new(w, i);
		gc_set(w->m, node, 0, w->root[0]);
		w->root[0] = node;
		if (i % 4)
			continue;
		node = node_new(w, i);
		gc_set(w->m, node, 0, w->root[1]);
		w->root[1] = node;
	}
	w->root[0] = (struct gc_ref){ 0 };
	gc_collect(w->m, GC_COLLECT_COMPACT);
	node = w->root[1];
	for (uint64_t i = nr; i; i -= 4, node = gc_get(node, 0))
		assert_int_equal(*number(node), i - 4);
	assert_true(gc_is_null(node));
	world_destroy(w);
}

static void test_weak_references_follow(void **state)
{
	struct world *w = world_create((struct gc_options){ .heap_bytes = 16 << 20, .verify = true });
	const uint64_t nr = 50000 / SPARSE * SPARSE;
	uint64_t dead = 0;

	(void)state;
	make_sparse(w, nr);
	w->root[1] = gc_alloc_array(w->m, w->refs, nr);
	for (uint64_t i = 0; i < nr; i += SPARSE) {
		struct gc_ref weak = gc_weak_new(w->m, gc_at(w->root[0], i));

		assert_false(gc_is_null(weak));
		gc_put(w->m, w->root[1], i, weak);
	}
	for (uint64_t i = 0; i < nr; i += 2 * SPARSE)
		gc_put(w->m, w->root[0], i, (struct gc_ref){ 0 });
	gc_collect(w->m, GC_COLLECT_COMPACT);
	gc_collect(w->m, GC_COLLECT_COMPACT);
	for (uint64_t i = 0; i < nr; i += SPARSE) {
		struct gc_ref target = gc_weak_get(w->m, gc_at(w->root[1], i));

		assert_true(gc_is_same(target, gc_at(w->root[0], i)));
		dead += gc_is_null(target);
	}
	assert_int_equal(dead, (nr / SPARSE + 1) / 2);
	world_destroy(w);
}

/* What is to be finalized refers to what has moved before, and has two finalizers. */
static void test_finalizers_follow(void **state)
{
	struct world *w = world_create((struct gc_options){ .heap_bytes = 16 << 20, .verify = true });
	const uint64_t nr = 50000 / SPARSE * SPARSE;
	uint64_t cookie, due = 0;

	(void)state;
	make_sparse(w, nr);
	link_neighbours(w, nr);
	for (uint64_t i = 0; i < nr; i += SPARSE) {
		assert_int_equal(gc_finalizer_add(w->m, gc_at(w->root[0], i), i), 0);
		assert_int_equal(gc_finalizer_add(w->m, gc_at(w->root[0], i), i + 1), 0);
	}
	gc_collect(w->m, GC_COLLECT_COMPACT);
	check_neighbours(w, nr);
	w->root[1] = gc_at(w->root[0], 0);
	w->root[0] = (struct gc_ref){ 0 };
	gc_collect(w->m, GC_COLLECT_COMPACT);
	assert_true(gc_is_null(gc_finalizer_next(w->m, &cookie)));
	/* nothing leads to the ring any more */
	w->root[1] = (struct gc_ref){ 0 };
	gc_collect(w->m, GC_COLLECT_FULL);
	gc_collect(w->m, GC_COLLECT_COMPACT);
	for (;; due++) {
		struct gc_ref node = gc_finalizer_next(w->m, &cookie), next;

		if (gc_is_null(node))
			break;
		next = gc_get(node, 0);
		assert_int_equal(*number(node), cookie / 2 * 2);
		assert_int_equal(*number(next), (*number(node) + SPARSE) % nr);
	}
	assert_int_equal(due, 2 * nr / SPARSE);
	world_destroy(w);
}

/* Where nothing can be gained, nothing is copied. */
static void test_dense_heap_is_left_alone(void **state)
{
	struct world *w = world_create((struct gc_options){ .heap_bytes = 16 << 20 });

	(void)state;
	for (;;) {
		struct gc_ref node = gc_alloc(w->m, w->node);

		if (gc_is_null(node))
			break;
		gc_init(node, 0, w->root[0]);
		w->root[0] = node;
	}
	assert_true(stats_of(w).full > 0);
	assert_int_equal(stats_of(w).compactions, 0);
	w->root[0] = (struct gc_ref){ 0 };
	world_destroy(w);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sparse_objects_move_together),
		cmocka_unit_test(test_large_object_in_a_heap_full_of_holes),
		cmocka_unit_test(test_medium_objects_in_a_heap_full_of_holes),
		cmocka_unit_test(test_deep_list_moves),
		cmocka_unit_test(test_weak_references_follow),
		cmocka_unit_test(test_finalizers_follow),
		cmocka_unit_test(test_dense_heap_is_left_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
