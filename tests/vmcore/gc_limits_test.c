// SPDX-License-Identifier: MIT
/* Bad wishes, deep lists, huge objects, exhausted heaps; and that the verifier sees what is broken. */
#include "tests/test.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vmcore/gc/embed.h"

struct world {
	struct gc_heap *heap;
	struct gc_mutator *m;
	const struct gc_type *cell, *refs, *bytes;
	struct gc_ref root[4];
	struct gc_frame frame;
	uint64_t exhausted;
};

static void count_exhausted(void *priv, uint64_t bytes)
{
	struct world *w = priv;

	assert_true(bytes > 0);
	w->exhausted++;
}

static struct world *world_create(struct gc_options o)
{
	static const struct gc_type_spec cell = { .name = "cell", .bytes = 8, .refs = 1 };
	static const struct gc_type_spec refs = { .name = "refs", .layout = GC_LAYOUT_REFS };
	static const struct gc_type_spec bytes = {
		.name = "bytes", .layout = GC_LAYOUT_BYTES, .element_bytes = 1,
	};
	struct world *w = calloc(1, sizeof(*w));
	const struct gc_events events = { .priv = w, .exhausted = count_exhausted };

	assert_non_null(w);
	o.events = &events;
	assert_int_equal(gc_heap_create(&o, &w->heap), 0);
	assert_int_equal(gc_attach(w->heap, &w->m), 0);
	assert_int_equal(gc_type_add(w->heap, &cell, &w->cell), 0);
	assert_int_equal(gc_type_add(w->heap, &refs, &w->refs), 0);
	assert_int_equal(gc_type_add(w->heap, &bytes, &w->bytes), 0);
	gc_enter(w->m, &w->frame, w->root, 4);
	return w;
}

static void verify(struct world *w)
{
	char why[256] = "";

	if (gc_verify(w->heap, why, sizeof(why)))
		fail_msg("%s", why);
}

static void world_destroy(struct world *w)
{
	gc_leave(w->m, &w->frame);
	gc_detach(w->m);
	gc_heap_destroy(w->heap);
	free(w);
}

static void test_bad_sizes_are_refused(void **state)
{
	static const struct gc_options bad[] = {
		{ .heap_bytes = 1000 },
		{ .heap_bytes = (size_t)64 << 30 },
		{ .heap_bytes = 4 << 20, .nursery_bytes = 100 },
		{ .heap_bytes = 4 << 20, .nursery_bytes = 2 << 20 },
		{ .heap_bytes = 16 << 20, .nursery_max_bytes = 5 << 20 },
		{ .heap_bytes = 16 << 20, .nursery_bytes = 2 << 20, .nursery_max_bytes = 1 << 20 },
	};
	struct gc_heap *heap;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(gc_heap_create(&bad[i], &heap), -EINVAL);
	gc_heap_destroy(NULL);
}

static void test_bad_types_are_refused(void **state)
{
	static const struct gc_type_spec bad[] = {
		{ .bytes = 8, .refs = 2 },
		{ .bytes = UINT32_MAX },
		{ .bytes = 1 << 20, .refs = 65535 },
		{ .layout = GC_LAYOUT_MAP, .bytes = 16, .map = 4 },
		{ .layout = GC_LAYOUT_BYTES },
		{ .layout = (enum gc_layout)9 },
	};
	struct world *w = world_create((struct gc_options){ 0 });
	const struct gc_type *type;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(gc_type_add(w->heap, &bad[i], &type), -EINVAL);
	world_destroy(w);
}

static void test_types_run_out(void **state)
{
	const struct gc_type_spec spec = { .bytes = 8 };
	struct world *w = world_create((struct gc_options){ 0 });
	const struct gc_type *type = NULL, *last = NULL;
	int err, nr = 0;

	(void)state;
	while (!(err = gc_type_add(w->heap, &spec, &type))) {
		last = type;
		nr++;
	}
	assert_int_equal(err, -ENOSPC);
	assert_int_equal(nr, 32767 - 5);
	assert_non_null(last);
	w->root[0] = gc_alloc(w->m, last);
	gc_collect(w->m, GC_COLLECT_FULL);
	verify(w);
	world_destroy(w);
}

static void test_a_thread_attaches_once(void **state)
{
	struct world *w = world_create((struct gc_options){ 0 });
	struct gc_mutator *m;

	(void)state;
	assert_int_equal(gc_attach(w->heap, &m), -EBUSY);
	world_destroy(w);
}

#define DEEP 10000000u

/* Ten million cells, each referring to the one before: no stack may grow with that. */
static void test_deep_list(void **state)
{
	struct world *w = world_create((struct gc_options){ .heap_bytes = (size_t)400 << 20 });
	uint64_t nr = 0;

	(void)state;
	for (uint32_t i = 0; i < DEEP; i++) {
		struct gc_ref cell = gc_alloc(w->m, w->cell);

		assert_false(gc_is_null(cell));
		gc_init(cell, 0, w->root[0]);
		w->root[0] = cell;
	}
	gc_collect(w->m, GC_COLLECT_FULL);
	for (struct gc_ref r = w->root[0]; !gc_is_null(r); r = gc_get(r, 0))
		nr++;
	assert_int_equal(nr, DEEP);
	verify(w);
	w->root[0] = (struct gc_ref){ 0 };
	gc_collect(w->m, GC_COLLECT_FULL);
	world_destroy(w);
}

/* An array that refers to a million cells: the mark stack must not hold them all at once. */
static void test_wide_array(void **state)
{
	struct world *w = world_create((struct gc_options){ .heap_bytes = 64 << 20 });
	const uint32_t nr = 1000000;

	(void)state;
	w->root[0] = gc_alloc_array(w->m, w->refs, nr);
	assert_false(gc_is_null(w->root[0]));
	for (uint32_t i = 0; i < nr; i++) {
		struct gc_ref cell = gc_alloc(w->m, w->cell);

		assert_false(gc_is_null(cell));
		gc_put(w->m, w->root[0], i, cell);
		if (i)
			gc_set(w->m, gc_at(w->root[0], i), 0, gc_at(w->root[0], i - 1));
	}
	gc_collect(w->m, GC_COLLECT_FULL);
	for (uint32_t i = 1; i < nr; i++)
		assert_true(gc_is_same(gc_get(gc_at(w->root[0], i), 0), gc_at(w->root[0], i - 1)));
	verify(w);
	world_destroy(w);
}

static void test_huge_objects(void **state)
{
	struct world *w = world_create((struct gc_options){ .heap_bytes = 64 << 20, .verify = true });
	const uint64_t nr = 40 << 20;

	(void)state;
	for (int turn = 0; turn < 5; turn++) {
		const uint8_t *byte;

		w->root[0] = (struct gc_ref){ 0 };
		w->root[0] = gc_alloc_array(w->m, w->bytes, nr);
		assert_false(gc_is_null(w->root[0]));
		byte = gc_elements(w->root[0]);
		for (uint64_t i = 0; i < nr; i += 4093)
			assert_int_equal(byte[i], 0);
		memset(gc_elements(w->root[0]), 0xff, nr);
	}
	/* too large while the other lives; too large for any heap; too large for any number */
	assert_true(gc_is_null(gc_alloc_array(w->m, w->bytes, nr)));
	assert_true(gc_is_null(gc_alloc_array(w->m, w->bytes, (uint64_t)1 << 40)));
	assert_true(gc_is_null(gc_alloc_array(w->m, w->refs, UINT64_MAX)));
	assert_true(gc_is_null(gc_alloc_array(w->m, w->refs, UINT64_MAX / 8 - 1)));
	assert_int_equal(w->exhausted, 4);
	assert_int_equal(gc_length(w->root[0]), nr);
	world_destroy(w);
}

/* Every size around the borders between small, medium and large. */
static void test_sizes(void **state)
{
	struct world *w = world_create((struct gc_options){ .heap_bytes = 16 << 20,
							    .nursery_bytes = 64 << 10,
							    .verify = true });
	static const uint64_t around[] = {
		0, 16, 480, 496, 512, 4064, 4096, 8160, 8176, 8192, 32752, 65536,
	};

	(void)state;
	for (size_t i = 0; i < sizeof(around) / sizeof(around[0]); i++)
		for (uint64_t n = around[i] > 2 ? around[i] - 2 : 0; n < around[i] + 19; n++) {
			w->root[0] = gc_alloc_array(w->m, w->bytes, n);
			assert_false(gc_is_null(w->root[0]));
			memset(gc_elements(w->root[0]), (int)n | 1, n);
			if (n % 7 == 0)
				gc_collect(w->m, (enum gc_collection)(n % 3));
			for (uint64_t k = 0; k < n; k++)
				assert_int_equal(((uint8_t *)gc_elements(w->root[0]))[k],
						 (uint8_t)(n | 1));
		}
	world_destroy(w);
}

/* Fill it with cells until there is no more; let go; fill it again, as far as before. */
static void exhaust(struct gc_options o)
{
	struct world *w = world_create(o);
	uint64_t first = 0;

	for (int turn = 0; turn < 3; turn++) {
		uint64_t nr = 0, seen = 0;

		for (;;) {
			struct gc_ref cell = gc_alloc(w->m, w->cell);

			if (gc_is_null(cell))
				break;
			gc_init(cell, 0, w->root[0]);
			w->root[0] = cell;
			nr++;
		}
		assert_true(gc_is_null(gc_alloc(w->m, w->cell)));
		for (struct gc_ref r = w->root[0]; !gc_is_null(r); r = gc_get(r, 0))
			seen++;
		assert_int_equal(seen, nr);
		verify(w);
		assert_true(nr * 16 > o.heap_bytes / 2);
		assert_true(!turn || nr > first / 10 * 9);
		first = nr;
		w->root[0] = (struct gc_ref){ 0 };
		gc_collect(w->m, GC_COLLECT_FULL);
	}
	assert_true(w->exhausted >= 6);
	world_destroy(w);
}

static void test_exhausted_heap(void **state)
{
	(void)state;
	exhaust((struct gc_options){ .heap_bytes = 256 << 10, .verify = true });
	exhaust((struct gc_options){ .heap_bytes = 8 << 20, .nursery_bytes = 256 << 10 });
	exhaust((struct gc_options){ .heap_bytes = 8 << 20, .stop_the_world = true });
}

/* A header, and the words that were asked for: 24 bytes for two references. */
static void test_object_takes_its_words_and_no_more(void **state)
{
	struct world *w = world_create((struct gc_options){ .verify = true });
	struct gc_stats before, after;

	(void)state;
	for (uint32_t bytes = 0; bytes <= 64; bytes++) {
		const struct gc_type_spec spec = { .bytes = bytes, .refs = bytes / 8 };
		const struct gc_type *type;

		assert_int_equal(gc_type_add(w->heap, &spec, &type), 0);
		gc_heap_stats(w->heap, &before);
		w->root[0] = gc_alloc(w->m, type);
		gc_heap_stats(w->heap, &after);
		assert_int_equal(after.allocated_bytes - before.allocated_bytes,
				 8 + (bytes + 7) / 8 * 8);
		for (uint32_t i = 0; i < spec.refs; i++)
			gc_set(w->m, w->root[0], i, w->root[1]);
		w->root[1] = w->root[0];
	}
	gc_collect(w->m, GC_COLLECT_FULL);
	gc_heap_stats(w->heap, &after);
	assert_true(after.live_bytes > 0);
	world_destroy(w);
}

/* ---- sizes that adapt themselves ---- */

static uint64_t nursery_of(const struct world *w)
{
	struct gc_stats s;

	gc_heap_stats(w->heap, &s);
	return s.nursery_bytes;
}

/* A list of so many cells becomes longer; or they die. */
static void make_cells(struct world *w, uint32_t nr, bool keep)
{
	for (; nr; nr--) {
		struct gc_ref cell = gc_alloc(w->m, w->cell);

		assert_false(gc_is_null(cell));
		if (!keep)
			continue;
		gc_init(cell, 0, w->root[0]);
		w->root[0] = cell;
	}
}

static void test_nursery_grows_while_much_survives(void **state)
{
	const struct gc_options o = { .heap_bytes = 16 << 20, .nursery_bytes = 64 << 10,
				      .nursery_max_bytes = 1 << 20 };
	struct world *w = world_create(o);

	(void)state;
	assert_int_equal(nursery_of(w), 64 << 10);
	make_cells(w, 120000, true);
	assert_int_equal(nursery_of(w), 1 << 20);
	make_cells(w, 200000, false);
	assert_int_equal(nursery_of(w), 64 << 10);
	w->root[0] = (struct gc_ref){ 0 };
	world_destroy(w);
}

/* One list after the other: what survives is as much, whatever the size; so the size is to settle. */
static void test_nursery_settles(void **state)
{
	const struct gc_options o = { .heap_bytes = 64 << 20, .nursery_bytes = 64 << 10,
				      .nursery_max_bytes = 4 << 20 };
	struct world *w = world_create(o);
	uint64_t before = nursery_of(w), most = before, halved = 0;

	(void)state;
	for (int i = 0; i < 4000; i++) {
		w->root[0] = (struct gc_ref){ 0 };
		make_cells(w, 5000, true);
		halved += nursery_of(w) < before;
		before = nursery_of(w);
		most = before > most ? before : most;
	}
	assert_true(most > 64 << 10);
	assert_in_range(halved, 0, 20);
	w->root[0] = (struct gc_ref){ 0 };
	world_destroy(w);
}

static long resident_pages(void)
{
	FILE *f = fopen("/proc/self/statm", "r");
	long size, resident = 0;

	assert_non_null(f);
	assert_int_equal(fscanf(f, "%ld %ld", &size, &resident), 2);
	fclose(f);
	return resident;
}

/* Memory that only a large nursery needed goes back to the kernel when it has been small for long. */
static void test_nursery_gives_memory_back(void **state)
{
	const struct gc_options o = { .heap_bytes = 512 << 20, .nursery_bytes = 64 << 10,
				      .nursery_max_bytes = 64 << 20 };
	struct world *w = world_create(o);
	long most;

	(void)state;
	make_cells(w, 9000000, true);
	assert_int_equal(nursery_of(w), 64 << 20);
	w->root[0] = (struct gc_ref){ 0 };
	most = resident_pages();
	make_cells(w, 10000000, false);
	assert_int_equal(nursery_of(w), 64 << 10);
	make_cells(w, 1000000, false);
	assert_true(most - resident_pages() > (32 << 20) / 4096);
	world_destroy(w);
}

/* An object for which there is room but for the nursery's needs is worth a smaller nursery. */
static void test_nursery_that_has_grown_gives_way(void **state)
{
	const struct gc_options o = { .heap_bytes = 16 << 20, .nursery_bytes = 64 << 10,
				      .nursery_max_bytes = 4 << 20 };
	struct world *w = world_create(o);
	struct gc_stats before, after;

	(void)state;
	make_cells(w, 300000, true);
	assert_true(nursery_of(w) > 1 << 20);
	gc_heap_stats(w->heap, &before);
	w->root[1] = gc_alloc_array(w->m, w->bytes, 9 << 20);
	assert_false(gc_is_null(w->root[1]));
	gc_heap_stats(w->heap, &after);
	assert_int_equal(after.full, before.full);
	make_cells(w, 1000, true);
	w->root[0] = w->root[1] = (struct gc_ref){ 0 };
	world_destroy(w);
}

/* Slots that change to and fro, and nothing is allocated between: the log does not grow with that. */
static void test_log_does_not_grow_with_changes(void **state)
{
	struct world *w = world_create((struct gc_options){ .heap_bytes = 1 << 20 });
	const struct gc_ref null = { 0 };
	long before;

	(void)state;
	w->root[0] = gc_alloc_array(w->m, w->refs, 4);
	gc_collect(w->m, GC_COLLECT_MINOR);
	w->root[1] = gc_alloc(w->m, w->cell);
	before = resident_pages();
	for (uint32_t i = 0; i < 5000000; i++) {
		gc_put(w->m, w->root[0], i % 4, w->root[1]);
		gc_put(w->m, w->root[0], (i + 1) % 4, null);
	}
	assert_in_range(resident_pages() - before, 0, (4 << 20) / 4096);
	gc_put(w->m, w->root[0], 3, w->root[1]);
	gc_collect(w->m, GC_COLLECT_MINOR);
	assert_true(gc_is_same(gc_at(w->root[0], 3), w->root[1]));
	verify(w);
	world_destroy(w);
}

/* More slots than the list has room for at first, each of them several times. */
static void test_log_holds_all_slots(void **state)
{
	struct world *w = world_create((struct gc_options){ .heap_bytes = 16 << 20 });
	const uint32_t nr = 1000000;
	uint32_t wrong = 0;

	(void)state;
	w->root[0] = gc_alloc_array(w->m, w->refs, nr);
	w->root[1] = gc_alloc(w->m, w->cell);
	for (uint32_t turn = 0; turn < 3; turn++)
		for (uint32_t i = turn; i < nr; i += 1 + turn) {
			gc_put(w->m, w->root[0], i, (struct gc_ref){ 0 });
			gc_put(w->m, w->root[0], i, w->root[1]);
		}
	verify(w);
	gc_collect(w->m, GC_COLLECT_MINOR);
	for (uint32_t i = 0; i < nr; i++)
		wrong += !gc_is_same(gc_at(w->root[0], i), w->root[1]);
	assert_int_equal(wrong, 0);
	verify(w);
	world_destroy(w);
}

/* A program with little that lives does not walk through all of a large heap before it collects. */
static void test_memory_is_taken_in_step_with_marks(void **state)
{
	struct world *w = world_create((struct gc_options){ .heap_bytes = 1 << 30 });
	struct gc_stats s;
	uint64_t most = 0;

	(void)state;
	for (uint32_t i = 0; i < 300; i++) {
		w->root[0] = (struct gc_ref){ 0 };
		make_cells(w, 60000, true);
		gc_heap_stats(w->heap, &s);
		most = s.used_bytes > most ? s.used_bytes : most;
	}
	assert_true(s.promoted_bytes > 100 << 20);
	assert_true(s.major > 1);
	assert_true(most < 100 << 20);
	w->root[0] = (struct gc_ref){ 0 };
	world_destroy(w);
}

/* ---- the verifier ---- */

static void expect_broken(struct world *w, const char *what)
{
	char why[256] = "";

	assert_int_equal(gc_verify(w->heap, why, sizeof(why)), -EIO);
	if (!strstr(why, what))
		fail_msg("'%s' instead of '%s'", why, what);
}

static uint64_t *header_of(struct gc_ref r)
{
	return (uint64_t *)gc_data(r, 0) - 1;
}

static void test_verifier_sees_what_is_broken(void **state)
{
	struct world *w = world_create((struct gc_options){ 0 });
	struct gc_ref young, inside;
	uint64_t header;

	(void)state;
	w->root[0] = gc_alloc_array(w->m, w->refs, 8);
	w->root[1] = gc_alloc(w->m, w->cell);
	gc_collect(w->m, GC_COLLECT_MINOR);
	young = gc_alloc(w->m, w->cell);
	verify(w);

	*gc_slot(w->root[1], 0) = young; /* without the barrier */
	expect_broken(w, "not in the log");
	*gc_slot(w->root[1], 0) = (struct gc_ref){ 0 };
	verify(w);

	inside = w->root[0];
	inside.addr += 16;
	*header_of(inside) = *header_of(w->root[1]);
	w->root[2] = inside;
	expect_broken(w, "shares memory");
	w->root[2].addr = young.addr + 4;
	expect_broken(w, "not aligned");
	w->root[2].addr = 16;
	expect_broken(w, "outside the heap");
	w->root[2].addr = young.addr + 4096;
	expect_broken(w, "beyond what was allocated");
	w->root[2] = (struct gc_ref){ 0 };

	header = *header_of(w->root[1]);
	*header_of(w->root[1]) = header + ((uint64_t)1 << 32);
	expect_broken(w, "its type's size");
	*header_of(w->root[1]) = header | 1;
	expect_broken(w, "has moved");
	*header_of(w->root[1]) = header & ~(uint64_t)0xffff;
	expect_broken(w, "has no type");
	*header_of(w->root[1]) = header;
	*(uint64_t *)gc_data(w->root[0], 0) = 99;
	expect_broken(w, "its type's size");
	world_destroy(w);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bad_sizes_are_refused),
		cmocka_unit_test(test_bad_types_are_refused),
		cmocka_unit_test(test_types_run_out),
		cmocka_unit_test(test_a_thread_attaches_once),
		cmocka_unit_test(test_deep_list),
		cmocka_unit_test(test_wide_array),
		cmocka_unit_test(test_huge_objects),
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_exhausted_heap),
		cmocka_unit_test(test_object_takes_its_words_and_no_more),
		cmocka_unit_test(test_nursery_grows_while_much_survives),
		cmocka_unit_test(test_nursery_settles),
		cmocka_unit_test(test_nursery_gives_memory_back),
		cmocka_unit_test(test_nursery_that_has_grown_gives_way),
		cmocka_unit_test(test_log_does_not_grow_with_changes),
		cmocka_unit_test(test_log_holds_all_slots),
		cmocka_unit_test(test_memory_is_taken_in_step_with_marks),
		cmocka_unit_test(test_verifier_sees_what_is_broken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
