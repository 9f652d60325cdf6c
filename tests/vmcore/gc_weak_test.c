// SPDX-License-Identifier: MIT
/* Weak references and finalizers. */
#include "tests/test.h"

#include <stdlib.h>

#include "vmcore/gc/embed.h"

struct world {
	struct gc_heap *heap;
	struct gc_mutator *m;
	const struct gc_type *pair, *array;
	struct gc_ref root[8];
	struct gc_frame frame;
};

static struct world *world_create(enum gc_stress stress)
{
	static const struct gc_type_spec pair = { .name = "pair", .bytes = 24, .refs = 2 };
	static const struct gc_type_spec array = { .name = "array", .layout = GC_LAYOUT_REFS };
	const struct gc_options options = {
		.heap_bytes = 8 << 20, .nursery_bytes = 64 << 10, .verify = true,
		.slice_us = 1, .stress = stress,
	};
	struct world *w = calloc(1, sizeof(*w));

	assert_non_null(w);
	assert_int_equal(gc_heap_create(&options, &w->heap), 0);
	assert_int_equal(gc_attach(w->heap, &w->m), 0);
	assert_int_equal(gc_type_add(w->heap, &pair, &w->pair), 0);
	assert_int_equal(gc_type_add(w->heap, &array, &w->array), 0);
	gc_enter(w->m, &w->frame, w->root, 8);
	return w;
}

static void world_destroy(struct world *w)
{
	gc_leave(w->m, &w->frame);
	gc_detach(w->m);
	gc_heap_destroy(w->heap);
	free(w);
}

static void drop(struct world *w, size_t i)
{
	w->root[i] = (struct gc_ref){ 0 };
}

static struct gc_ref new_pair(struct world *w, uint64_t value)
{
	struct gc_ref r = gc_alloc(w->m, w->pair);

	assert_false(gc_is_null(r));
	*(uint64_t *)gc_data(r, 16) = value;
	return r;
}

static uint64_t value_of(struct gc_ref r)
{
	return *(uint64_t *)gc_data(r, 16);
}

static void test_weak_follows_its_target(void **state)
{
	struct world *w = world_create(GC_STRESS_NONE);

	(void)state;
	w->root[0] = new_pair(w, 7);
	w->root[1] = gc_weak_new(w->m, w->root[0]);
	for (int i = 0; i < 3; i++) {
		gc_collect(w->m, i == 2 ? GC_COLLECT_FULL : GC_COLLECT_MINOR);
		assert_true(gc_is_same(gc_weak_get(w->m, w->root[1]), w->root[0]));
		assert_int_equal(value_of(gc_weak_get(w->m, w->root[1])), 7);
	}
	world_destroy(w);
}

static void test_weak_to_the_young_is_cleared_by_a_minor_collection(void **state)
{
	struct world *w = world_create(GC_STRESS_NONE);

	(void)state;
	w->root[1] = gc_weak_new(w->m, new_pair(w, 7));
	assert_false(gc_is_null(gc_weak_get(w->m, w->root[1])));
	gc_collect(w->m, GC_COLLECT_MINOR);
	assert_true(gc_is_null(gc_weak_get(w->m, w->root[1])));
	world_destroy(w);
}

static void test_weak_to_the_old_is_cleared_by_a_full_collection(void **state)
{
	struct world *w = world_create(GC_STRESS_NONE);

	(void)state;
	w->root[0] = new_pair(w, 7);
	gc_collect(w->m, GC_COLLECT_MINOR);
	w->root[1] = gc_weak_new(w->m, w->root[0]);
	drop(w, 0);
	gc_collect(w->m, GC_COLLECT_MINOR);
	assert_int_equal(value_of(gc_weak_get(w->m, w->root[1])), 7);
	gc_collect(w->m, GC_COLLECT_FULL);
	assert_true(gc_is_null(gc_weak_get(w->m, w->root[1])));
	world_destroy(w);
}

/* An object that holds the only, weak, reference to itself; two that hold each other's. */
static void test_weak_cycles_die(void **state)
{
	struct world *w = world_create(GC_STRESS_NONE);

	(void)state;
	for (int old = 0; old < 2; old++) {
		w->root[0] = new_pair(w, 1);
		w->root[1] = new_pair(w, 2);
		w->root[2] = gc_weak_new(w->m, w->root[0]);
		w->root[3] = gc_weak_new(w->m, w->root[1]);
		gc_set(w->m, w->root[0], 0, w->root[2]);
		gc_set(w->m, w->root[0], 1, w->root[3]);
		gc_set(w->m, w->root[1], 0, w->root[2]);
		w->root[4] = gc_weak_new(w->m, w->root[2]);
		if (old)
			gc_collect(w->m, GC_COLLECT_MINOR);
		drop(w, 0);
		drop(w, 1);
		drop(w, 2);
		gc_collect(w->m, old ? GC_COLLECT_FULL : GC_COLLECT_MINOR);
		assert_true(gc_is_null(gc_weak_get(w->m, w->root[3])));
		assert_true(gc_is_null(gc_weak_get(w->m, w->root[4])));
	}
	world_destroy(w);
}

/* What is read through a weak reference while a mark is under way lives on. */
static void test_weak_target_that_is_read_during_a_mark_survives(void **state)
{
	struct world *w = world_create(GC_STRESS_NONE);

	(void)state;
	w->root[0] = new_pair(w, 7);
	gc_set(w->m, w->root[0], 0, new_pair(w, 8));
	gc_collect(w->m, GC_COLLECT_MINOR);
	w->root[1] = gc_weak_new(w->m, w->root[0]);
	drop(w, 0);
	gc_collect(w->m, GC_COLLECT_STEP);
	assert_true(w->m->marking);
	w->root[0] = gc_weak_get(w->m, w->root[1]);
	while (w->m->marking)
		gc_collect(w->m, GC_COLLECT_STEP);
	assert_true(gc_is_same(gc_weak_get(w->m, w->root[1]), w->root[0]));
	assert_int_equal(value_of(w->root[0]), 7);
	assert_int_equal(value_of(gc_get(w->root[0], 0)), 8);
	world_destroy(w);
}

#define MANY 3000

static uint64_t next(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005ull + 1442695040888963407ull;
	return *seed >> 33;
}

/* Many objects, in old and young; some are dropped: exactly those are gone. */
static void many(enum gc_stress stress, uint32_t nr)
{
	struct world *w = world_create(stress);
	uint8_t dropped[MANY];
	uint64_t seed = 99;

	w->root[0] = gc_alloc_array(w->m, w->array, nr);
	w->root[1] = gc_alloc_array(w->m, w->array, nr);
	for (uint32_t i = 0; i < nr; i++) {
		gc_put(w->m, w->root[0], i, new_pair(w, i));
		gc_put(w->m, w->root[1], i, gc_weak_new(w->m, gc_at(w->root[0], i)));
	}
	for (uint32_t i = 0; i < nr; i++) {
		dropped[i] = next(&seed) % 2;
		if (dropped[i])
			gc_put(w->m, w->root[0], i, (struct gc_ref){ 0 });
	}
	gc_collect(w->m, GC_COLLECT_FULL);
	for (uint32_t i = 0; i < nr; i++) {
		struct gc_ref r = gc_weak_get(w->m, gc_at(w->root[1], i));

		assert_true(gc_is_same(r, gc_at(w->root[0], i)));
		assert_int_equal(gc_is_null(r), dropped[i]);
		if (!dropped[i])
			assert_int_equal(value_of(r), i);
	}
	world_destroy(w);
}

static void test_weak_many(void **state)
{
	(void)state;
	many(GC_STRESS_NONE, MANY);
	many(GC_STRESS_STEP, 60);
	many(GC_STRESS_FULL, 60);
}

static void test_finalizer_comes_once_and_the_object_is_whole(void **state)
{
	struct world *w = world_create(GC_STRESS_NONE);
	uint64_t cookie = 0;

	(void)state;
	for (int old = 0; old < 2; old++) {
		w->root[0] = new_pair(w, 7);
		gc_set(w->m, w->root[0], 0, new_pair(w, 8));
		assert_int_equal(gc_finalizer_add(w->m, w->root[0], 42 + (uint64_t)old), 0);
		w->root[1] = gc_weak_new(w->m, w->root[0]);
		gc_collect(w->m, GC_COLLECT_MINOR);
		assert_true(gc_is_null(gc_finalizer_next(w->m, &cookie)));
		if (!old) { /* this one dies young */
			w->root[0] = new_pair(w, 7);
			gc_set(w->m, w->root[0], 0, new_pair(w, 8));
			w->root[1] = gc_weak_new(w->m, w->root[0]);
			assert_int_equal(gc_finalizer_add(w->m, w->root[0], 42), 0);
		}
		drop(w, 0);
		gc_collect(w->m, old ? GC_COLLECT_FULL : GC_COLLECT_MINOR);
		assert_true(gc_is_null(gc_weak_get(w->m, w->root[1])));
		gc_collect(w->m, GC_COLLECT_FULL); /* it stays until it is asked for */
		while (!gc_is_null(w->root[2] = gc_finalizer_next(w->m, &cookie))) {
			assert_in_range(cookie, 42, 43);
			assert_int_equal(value_of(w->root[2]), 7);
			assert_int_equal(value_of(gc_get(w->root[2], 0)), 8);
		}
		assert_int_equal(cookie, 42 + old);
		gc_collect(w->m, GC_COLLECT_FULL);
		assert_true(gc_is_null(gc_finalizer_next(w->m, &cookie)));
	}
	world_destroy(w);
}

/* Both die at once: both are due, though the first makes the second live again. */
static void test_finalizers_of_a_chain_are_due_together(void **state)
{
	struct world *w = world_create(GC_STRESS_NONE);
	uint64_t cookie, sum = 0;

	(void)state;
	for (int old = 0; old < 2; old++) {
		w->root[0] = new_pair(w, 1);
		gc_set(w->m, w->root[0], 0, new_pair(w, 2));
		gc_set(w->m, gc_get(w->root[0], 0), 0, w->root[0]);
		assert_int_equal(gc_finalizer_add(w->m, w->root[0], 1), 0);
		assert_int_equal(gc_finalizer_add(w->m, gc_get(w->root[0], 0), 10), 0);
		if (old)
			gc_collect(w->m, GC_COLLECT_MINOR);
		drop(w, 0);
		gc_collect(w->m, old ? GC_COLLECT_FULL : GC_COLLECT_MINOR);
		while (!gc_is_null(gc_finalizer_next(w->m, &cookie)))
			sum += cookie;
		assert_int_equal(sum, 11 * (1 + old));
	}
	world_destroy(w);
}

/* The list of what is due does not grow with what has been returned. */
static void test_finalizers_by_the_thousand(void **state)
{
	struct world *w = world_create(GC_STRESS_NONE);
	uint64_t cookie, due = 0, added = 0;

	(void)state;
	for (int turn = 0; turn < 20; turn++) {
		for (int i = 0; i < 500; i++)
			assert_int_equal(gc_finalizer_add(w->m, new_pair(w, 7), ++added), 0);
		gc_collect(w->m, turn % 5 ? GC_COLLECT_MINOR : GC_COLLECT_FULL);
		for (int i = 0; i < 450; i++) {
			struct gc_ref r = gc_finalizer_next(w->m, &cookie);

			assert_false(gc_is_null(r));
			assert_int_equal(value_of(r), 7);
			due++;
		}
	}
	gc_collect(w->m, GC_COLLECT_FULL);
	while (!gc_is_null(gc_finalizer_next(w->m, &cookie)))
		due++;
	assert_int_equal(due, added);
	world_destroy(w);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_weak_follows_its_target),
		cmocka_unit_test(test_weak_to_the_young_is_cleared_by_a_minor_collection),
		cmocka_unit_test(test_weak_to_the_old_is_cleared_by_a_full_collection),
		cmocka_unit_test(test_weak_cycles_die),
		cmocka_unit_test(test_weak_target_that_is_read_during_a_mark_survives),
		cmocka_unit_test(test_weak_many),
		cmocka_unit_test(test_finalizer_comes_once_and_the_object_is_whole),
		cmocka_unit_test(test_finalizers_of_a_chain_are_due_together),
		cmocka_unit_test(test_finalizers_by_the_thousand),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
