// SPDX-License-Identifier: MIT
/*
 * A random program on the collector's heap, and the same on a copy that knows nothing of collectors:
 * whatever is read must be what the copy says. GC_TEST_OPERATIONS=100000000 makes it a campaign.
 */
#include "tests/test.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vmcore/gc/embed.h"

#define ROOTS	   48
#define MAX_SHADOW 60000
#define NONE	   0u
#define OTHERS	   2u /* threads beside the main one */

enum kind { NODE, MAPPED, REFS, BYTES, NR_KINDS };

/* What an object should be. @ref: indices of others; NONE: null. */
struct shadow {
	uint64_t id;
	uint32_t *ref;
	uint32_t nr;
	uint8_t kind;
	bool used, seen;
	uintptr_t at;
};

struct world {
	struct gc_heap *heap;
	struct gc_mutator *m;
	const struct gc_type *type[NR_KINDS];
	struct gc_ref root[ROOTS];
	uint32_t shadow_root[ROOTS];
	struct gc_frame frame;
	struct shadow *shadow;
	uint32_t *todo;
	uint32_t next;
	uint32_t max_live;
	uint64_t seed, ids;
	enum gc_collection collection[2];
	bool slow;
	uint64_t exhausted, pauses[GC_NR_PAUSE_KINDS];
};

static uint64_t draw(struct world *w, uint64_t below)
{
	uint64_t z = (w->seed += 0x9e3779b97f4a7c15ull);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
	return (z ^ (z >> 31)) % below;
}

/* ---- the copy has a collector of its own: it may look at everything ---- */

static void shadow_mark(struct world *w)
{
	uint32_t nr = 0;

	for (uint32_t i = 1; i < MAX_SHADOW; i++)
		w->shadow[i].seen = false;
	for (uint32_t i = 0; i < ROOTS; i++) {
		struct shadow *s = &w->shadow[w->shadow_root[i]];

		if (w->shadow_root[i] != NONE && !s->seen) {
			s->seen = true;
			w->todo[nr++] = w->shadow_root[i];
		}
	}
	while (nr) {
		const struct shadow *s = &w->shadow[w->todo[--nr]];

		for (uint32_t i = 0; i < s->nr; i++) {
			uint32_t r = s->ref[i];

			if (r != NONE && !w->shadow[r].seen) {
				w->shadow[r].seen = true;
				w->todo[nr++] = r;
			}
		}
	}
}

static uint32_t shadow_live(struct world *w)
{
	uint32_t nr = 0;

	shadow_mark(w);
	for (uint32_t i = 1; i < MAX_SHADOW; i++)
		nr += w->shadow[i].seen;
	return nr;
}

static void shadow_sweep(struct world *w)
{
	for (uint32_t i = 1; i < MAX_SHADOW; i++)
		if (w->shadow[i].used && !w->shadow[i].seen) {
			free(w->shadow[i].ref);
			w->shadow[i] = (struct shadow){ 0 };
		}
	w->next = 1;
}

static uint32_t shadow_new(struct world *w)
{
	for (int turn = 0; turn < 8; turn++) {
		for (; w->next < MAX_SHADOW; w->next++)
			if (!w->shadow[w->next].used)
				return w->next++;
		/* too many live: roots go until there is room again */
		while (shadow_live(w) > w->max_live) {
			uint32_t i = 1 + (uint32_t)draw(w, ROOTS - 1);

			w->root[i] = (struct gc_ref){ 0 };
			w->shadow_root[i] = NONE;
		}
		shadow_sweep(w);
	}
	fail_msg("no room in the copy");
	return NONE;
}

/* ---- both ---- */

static size_t word_of(const struct shadow *s, uint32_t i)
{
	return s->kind == MAPPED ? 2 * (size_t)i + 1 : s->kind == REFS ? (size_t)i + 1 : i;
}

static void check_object(struct world *w, struct gc_ref r, uint32_t index)
{
	const struct shadow *s = &w->shadow[index];
	const uint8_t *byte;

	if (index == NONE) {
		assert_true(gc_is_null(r));
		return;
	}
	assert_false(gc_is_null(r));
	switch (s->kind) {
	case NODE:
		assert_int_equal(*(uint64_t *)gc_data(r, 24), s->id);
		break;
	case MAPPED:
		assert_int_equal(*(uint64_t *)gc_data(r, 0), s->id);
		break;
	case REFS:
		assert_int_equal(gc_length(r), s->nr);
		break;
	default:
		assert_int_equal(gc_length(r), s->id % 97);
		byte = gc_elements(r);
		for (uint64_t i = 0; i < s->id % 97; i++)
			assert_int_equal(byte[i], (uint8_t)(s->id + i));
	}
}

static uint32_t choose_length(struct world *w)
{
	uint64_t dice = draw(w, 1000);

	if (dice)
		return (uint32_t)draw(w, 12);
	return (uint32_t)draw(w, 4) ? 100 + (uint32_t)draw(w, 800) : 1100 + (uint32_t)draw(w, 6000);
}

static void set_all_null(struct gc_ref r, const struct shadow *s)
{
	for (uint32_t i = 0; i < s->nr; i++)
		gc_init(r, word_of(s, i), (struct gc_ref){ 0 });
}

/* Two references that are in no frame must be what the roots are that were the same before. */
static struct gc_ref make_with_a_pair(struct world *w, const struct shadow *s)
{
	uint32_t i = (uint32_t)draw(w, ROOTS), j = (uint32_t)draw(w, ROOTS);
	struct gc_ref a = w->root[i], b = w->root[j], r;

	r = gc_alloc_pair(w->m, w->type[s->kind], &a, &b);
	assert_true(gc_is_same(a, w->root[i]) && gc_is_same(b, w->root[j]));
	return r;
}

/* One of a run, in which others die at once. */
static struct gc_ref make_in_a_run(struct world *w, const struct shadow *s)
{
	struct gc_run run = gc_run_begin(w->m);
	struct gc_ref r = { 0 };

	for (uint64_t nr = draw(w, 4); nr; nr--) {
		r = gc_run_alloc_raw(&run, w->type[s->kind]);
		if (!gc_is_null(r))
			set_all_null(r, s);
	}
	r = gc_run_alloc(&run, w->type[s->kind]);
	gc_run_end(&run);
	for (uint32_t i = 0; !gc_is_null(r) && i < s->nr; i++)
		assert_true(gc_is_null(gc_get(r, word_of(s, i))));
	return r;
}

/* Of fixed size, in all ways there are. */
static struct gc_ref make_fixed(struct world *w, const struct shadow *s)
{
	uint64_t dice = draw(w, 4);
	struct gc_ref r;

	if (!dice)
		return gc_alloc(w->m, w->type[s->kind]);
	if (dice == 1)
		return make_in_a_run(w, s);
	r = dice == 2 ? make_with_a_pair(w, s) : gc_alloc_raw(w->m, w->type[s->kind]);
	if (!gc_is_null(r))
		set_all_null(r, s);
	return r;
}

static struct gc_ref make(struct world *w, struct shadow *s)
{
	struct gc_ref r;
	uint8_t *byte;

	if (s->kind == REFS)
		return gc_alloc_array(w->m, w->type[REFS], s->nr);
	if (s->kind != BYTES) {
		r = make_fixed(w, s);
		if (!gc_is_null(r))
			*(uint64_t *)gc_data(r, s->kind == NODE ? 24 : 0) = s->id;
		return r;
	}
	r = gc_alloc_array(w->m, w->type[BYTES], s->id % 97);
	if (gc_is_null(r))
		return r;
	byte = gc_elements(r);
	for (uint64_t i = 0; i < s->id % 97; i++)
		byte[i] = (uint8_t)(s->id + i);
	return r;
}

static void create(struct world *w)
{
	uint32_t index = shadow_new(w), into = 1 + (uint32_t)draw(w, ROOTS - 1);
	struct shadow *s = &w->shadow[index];
	struct gc_ref r;

	s->kind = (uint8_t)draw(w, NR_KINDS);
	s->id = ++w->ids;
	s->nr = s->kind == NODE ? 3 : s->kind == MAPPED ? 2 : s->kind == REFS ? choose_length(w) : 0;
	r = make(w, s);
	if (gc_is_null(r)) {
		w->exhausted++;
		*s = (struct shadow){ 0 };
		into = 1 + (uint32_t)draw(w, ROOTS - 1);
		w->root[into] = r;
		w->shadow_root[into] = NONE;
		return;
	}
	s->ref = calloc(s->nr + 1, sizeof(*s->ref));
	assert_non_null(s->ref);
	s->used = true;
	if (s->nr && draw(w, 16)) {
		gc_set(w->m, r, word_of(s, 0), w->root[into]);
		s->ref[0] = w->shadow_root[into];
	}
	w->root[into] = r;
	w->shadow_root[into] = index;
}

/* From a root, some steps into the graph; everything on the way must be what it should. */
static uint32_t walk(struct world *w, struct gc_ref *out)
{
	uint32_t at = (uint32_t)draw(w, ROOTS), index = w->shadow_root[at];
	struct gc_ref r = w->root[at];

	check_object(w, r, index);
	for (uint64_t steps = draw(w, 8); steps && index != NONE; steps--) {
		const struct shadow *s = &w->shadow[index];
		uint32_t i;

		if (!s->nr)
			break;
		i = (uint32_t)draw(w, s->nr);
		if (s->ref[i] == NONE)
			continue;
		r = gc_get(r, word_of(s, i));
		index = s->ref[i];
		check_object(w, r, index);
	}
	*out = r;
	return index;
}

static void link_two(struct world *w)
{
	struct gc_ref a, b;
	uint32_t from = walk(w, &a), to = walk(w, &b), i;
	struct shadow *s;

	if (draw(w, 2)) {
		a = w->root[0];
		from = w->shadow_root[0];
	}
	s = &w->shadow[from];
	if (from == NONE || !s->nr)
		return;
	i = (uint32_t)draw(w, s->nr);
	if (s->ref[i] != NONE && from != w->shadow_root[0] && draw(w, 16))
		return;
	gc_set(w->m, a, word_of(s, i), b);
	s->ref[i] = to;
}

static void move_root(struct world *w)
{
	uint32_t into = 1 + (uint32_t)draw(w, ROOTS - 1);

	w->shadow_root[into] = walk(w, &w->root[into]);
}

static void drop_root(struct world *w)
{
	uint32_t i = 1 + (uint32_t)draw(w, ROOTS - 1);

	w->root[i] = (struct gc_ref){ 0 };
	w->shadow_root[i] = NONE;
}

static void step(struct world *w)
{
	uint64_t dice = draw(w, 1000);

	if (dice < 400)
		create(w);
	else if (dice < 930)
		link_two(w);
	else if (dice < 998)
		move_root(w);
	else if (dice < 999)
		drop_root(w);
	else if (!draw(w, 60))
		gc_collect(w->m, w->collection[draw(w, 2)]);
}

/* Everything, in both: the same graph, each object of the copy at one place. */
static void compare_all(struct world *w)
{
	uint32_t nr = 0;

	for (uint32_t i = 1; i < MAX_SHADOW; i++)
		w->shadow[i].at = 0;
	for (uint32_t i = 0; i < ROOTS; i++) {
		check_object(w, w->root[i], w->shadow_root[i]);
		if (w->shadow_root[i] != NONE && !w->shadow[w->shadow_root[i]].at) {
			w->shadow[w->shadow_root[i]].at = w->root[i].addr;
			w->todo[nr++] = w->shadow_root[i];
		}
	}
	while (nr) {
		const struct shadow *s = &w->shadow[w->todo[--nr]];

		for (uint32_t i = 0; i < s->nr; i++) {
			struct gc_ref r = gc_get((struct gc_ref){ s->at }, word_of(s, i));
			struct shadow *t = &w->shadow[s->ref[i]];

			check_object(w, r, s->ref[i]);
			if (s->ref[i] == NONE)
				continue;
			assert_true(!t->at || t->at == r.addr);
			if (!t->at)
				w->todo[nr++] = s->ref[i];
			t->at = r.addr;
		}
	}
}

static void count_pause(void *priv, const struct gc_pause *p)
{
	struct world *w = priv;

	assert_true(p->end_ticks >= p->begin_ticks);
	w->pauses[p->kind]++;
}

static void add_types(struct world *w)
{
	static const struct gc_type_spec spec[NR_KINDS] = {
		{ .name = "node", .layout = GC_LAYOUT_LEADING, .bytes = 32, .refs = 3 },
		{ .name = "mapped", .layout = GC_LAYOUT_MAP, .bytes = 40, .map = 10 },
		{ .name = "refs", .layout = GC_LAYOUT_REFS },
		{ .name = "bytes", .layout = GC_LAYOUT_BYTES, .element_bytes = 1 },
	};

	for (int i = 0; i < NR_KINDS; i++)
		assert_int_equal(gc_type_add(w->heap, &spec[i], &w->type[i]), 0);
}

/* Root 0 stays: a table, from which most of what lives hangs. */
static void add_table(struct world *w, uint32_t length)
{
	uint32_t index = shadow_new(w);
	struct shadow *s = &w->shadow[index];

	s->kind = REFS;
	s->used = true;
	s->nr = length;
	s->ref = calloc(length, sizeof(*s->ref));
	w->root[0] = make(w, s);
	w->shadow_root[0] = index;
	assert_true(s->ref && !gc_is_null(w->root[0]));
}

static struct world *world_new(const struct gc_options *o, uint64_t seed)
{
	struct world *w = calloc(1, sizeof(*w));

	assert_non_null(w);
	w->seed = seed;
	w->next = 1;
	w->max_live = MAX_SHADOW / 2;
	w->slow = o->stress != GC_STRESS_NONE;
	w->collection[0] = o->verify ? GC_COLLECT_COMPACT : GC_COLLECT_MINOR;
	w->collection[1] = o->stop_the_world ? GC_COLLECT_FULL : GC_COLLECT_STEP;
	w->shadow = calloc(MAX_SHADOW, sizeof(*w->shadow));
	w->todo = calloc(MAX_SHADOW, sizeof(*w->todo));
	assert_true(w->shadow && w->todo);
	return w;
}

/* The calling thread is going to run the program. */
static void world_join(struct world *w, struct gc_heap *heap, uint32_t table)
{
	w->heap = heap;
	assert_int_equal(gc_attach(w->heap, &w->m), 0);
	add_types(w);
	gc_enter(w->m, &w->frame, w->root, ROOTS);
	add_table(w, table);
}

static struct world *world_create(struct gc_options o, uint64_t seed, uint32_t table)
{
	struct world *w = world_new(&o, seed);
	const struct gc_events events = { .priv = w, .end = count_pause };
	struct gc_heap *heap;

	o.events = &events;
	assert_int_equal(gc_heap_create(&o, &heap), 0);
	world_join(w, heap, table);
	return w;
}

static void world_leave(struct world *w)
{
	compare_all(w);
	gc_collect(w->m, GC_COLLECT_FULL);
	compare_all(w);
	gc_collect(w->m, GC_COLLECT_COMPACT);
	compare_all(w);
	gc_leave(w->m, &w->frame);
	gc_detach(w->m);
	for (uint32_t i = 1; i < MAX_SHADOW; i++)
		free(w->shadow[i].ref);
	free(w->shadow);
	free(w->todo);
	free(w);
}

static void world_destroy(struct world *w)
{
	struct gc_heap *heap = w->heap;
	char why[256];

	if (gc_verify(heap, why, sizeof(why)))
		fail_msg("%s", why);
	world_leave(w);
	gc_heap_destroy(heap);
}

/* Collecting at every allocation is a thousand times slower, and threads wait for each other. */
static uint64_t operations(const struct world *w, uint64_t few)
{
	const char *text = getenv("GC_TEST_OPERATIONS");
	uint64_t asked = text ? strtoull(text, NULL, 10) : few;

	return w->slow && asked > few * 50 ? few * 50 : asked;
}

static void run(struct world *w, uint64_t few)
{
	uint64_t nr = operations(w, few), most = 0;
	struct gc_stats stats;

	for (uint64_t i = 1; i <= nr; i++) {
		step(w);
		if (!(i & (i - 1)) || i % 1000000 == 0)
			compare_all(w);
		if (i % 20000 == 0) {
			gc_heap_stats(w->heap, &stats);
			most = stats.live_bytes > most ? stats.live_bytes : most;
		}
	}
	gc_heap_stats(w->heap, &stats);
	print_message("%" PRIu64 " operations: %" PRIu64 " minor, %" PRIu64 " major of which %" PRIu64
		      " full, %" PRIu64 " compacting; %" PRIu64 " slices; up to %" PRIu64 " KiB lived; exhausted %" PRIu64
		      " times\n", nr, stats.minor, stats.major, stats.full,
		      stats.compactions, w->pauses[GC_PAUSE_MARK], most >> 10, w->exhausted);
}

static void test_graph_is_what_the_copy_says(void **state)
{
	struct world *w = world_create((struct gc_options){ .heap_bytes = 24 << 20,
							    .nursery_bytes = 256 << 10 }, 1, 9000);

	(void)state;
	run(w, 1500000);
	assert_true(w->pauses[GC_PAUSE_MINOR] > 10);
	assert_true(w->pauses[GC_PAUSE_MARK_END] + w->pauses[GC_PAUSE_FULL] > 0);
	world_destroy(w);
}

static void test_graph_stop_the_world(void **state)
{
	struct world *w = world_create((struct gc_options){ .heap_bytes = 16 << 20,
							    .nursery_bytes = 64 << 10,
							    .stop_the_world = true }, 2, 6000);

	(void)state;
	run(w, 1000000);
	assert_true(w->pauses[GC_PAUSE_FULL] > 0);
	assert_int_equal(w->pauses[GC_PAUSE_MARK], 0);
	world_destroy(w);
}

static void test_graph_verified_after_every_collection(void **state)
{
	struct world *w = world_create((struct gc_options){ .heap_bytes = 4 << 20,
							    .nursery_bytes = 32 << 10,
							    .slice_us = 1,
							    .verify = true }, 3, 1500);

	(void)state;
	w->max_live = 8000;
	run(w, 400000);
	assert_true(w->pauses[GC_PAUSE_MARK] > 4);
	world_destroy(w);
}

static void test_graph_while_the_nursery_changes_its_size(void **state)
{
	struct world *w = world_create((struct gc_options){ .heap_bytes = 4 << 20,
							    .nursery_bytes = 16 << 10,
							    .nursery_max_bytes = 1 << 20,
							    .verify = true }, 11, 1500);
	struct gc_stats stats;

	(void)state;
	w->max_live = 8000;
	run(w, 300000);
	gc_heap_stats(w->heap, &stats);
	assert_true(stats.nursery_bytes > 16 << 10);
	world_destroy(w);
}

static void test_graph_in_a_heap_that_is_too_small(void **state)
{
	struct world *w = world_create((struct gc_options){ .heap_bytes = 512 << 10,
							    .nursery_bytes = 32 << 10 }, 4, 3000);

	(void)state;
	run(w, 300000);
	assert_true(w->exhausted > 0);
	world_destroy(w);
}

static void stressed(enum gc_stress how, uint64_t few)
{
	struct world *w = world_create((struct gc_options){ .heap_bytes = 1 << 20,
							    .nursery_bytes = 32 << 10,
							    .slice_us = 1,
							    .verify = true,
							    .stress = how }, 5 + how, 100);

	w->max_live = 400;
	run(w, few);
	world_destroy(w);
}

static void test_graph_stressed_minor(void **state)
{
	(void)state;
	stressed(GC_STRESS_MINOR, 4000);
}

static void test_graph_stressed_step(void **state)
{
	(void)state;
	stressed(GC_STRESS_STEP, 8000);
}

static void test_graph_stressed_full(void **state)
{
	(void)state;
	stressed(GC_STRESS_FULL, 3000);
}

static void test_graph_stressed_compact(void **state)
{
	(void)state;
	stressed(GC_STRESS_COMPACT, 2000);
}

/* ---- several threads, each with a program and a copy of its own, on the same heap ---- */

struct part {
	const struct gc_options *options;
	struct gc_heap *heap;
	uint64_t seed, few;
	uint32_t table, max_live;
	pthread_barrier_t *attached;
	pthread_t thread;
};

static void wait_for_all(struct world *w, pthread_barrier_t *attached)
{
	gc_blocked_begin(w->m);
	pthread_barrier_wait(attached);
	gc_blocked_end(w->m);
}

static void *run_part(void *priv)
{
	const struct part *p = priv;
	struct world *w = world_new(p->options, p->seed);

	w->max_live = p->max_live;
	w->slow = true;
	world_join(w, p->heap, p->table);
	wait_for_all(w, p->attached);
	run(w, p->few);
	world_leave(w);
	return NULL;
}

static void together(const struct gc_options *o, uint32_t table, uint32_t max_live, uint64_t few)
{
	struct world *w = world_create(*o, 21, table);
	struct part part[OTHERS];
	pthread_barrier_t attached;

	assert_int_equal(pthread_barrier_init(&attached, NULL, OTHERS + 1), 0);
	w->max_live = max_live;
	w->slow = true;
	for (uint64_t i = 0; i < OTHERS; i++) {
		part[i] = (struct part){ o, w->heap, 22 + i, few, table, max_live,
					&attached, 0 };
		assert_int_equal(pthread_create(&part[i].thread, NULL, run_part, &part[i]), 0);
	}
	wait_for_all(w, &attached);
	run(w, few);
	gc_blocked_begin(w->m);
	for (uint32_t i = 0; i < OTHERS; i++)
		assert_int_equal(pthread_join(part[i].thread, NULL), 0);
	gc_blocked_end(w->m);
	pthread_barrier_destroy(&attached);
	world_destroy(w);
}

static void test_threads(void **state)
{
	const struct gc_options o = { .heap_bytes = 48 << 20, .nursery_bytes = 256 << 10 };

	(void)state;
	together(&o, 6000, MAX_SHADOW / 4, 500000);
}

static void test_threads_verified(void **state)
{
	const struct gc_options o = { .heap_bytes = 8 << 20, .nursery_bytes = 32 << 10,
				      .nursery_max_bytes = 256 << 10, .slice_us = 1,
				      .verify = true };

	(void)state;
	together(&o, 1000, 4000, 60000);
}

static void test_threads_in_a_heap_that_is_too_small(void **state)
{
	const struct gc_options o = { .heap_bytes = 1 << 20, .nursery_bytes = 32 << 10 };

	(void)state;
	together(&o, 1500, MAX_SHADOW / 2, 100000);
}

static void test_threads_stressed(void **state)
{
	struct gc_options o = { .heap_bytes = 2 << 20, .nursery_bytes = 32 << 10, .slice_us = 1,
				.verify = true };

	(void)state;
	for (o.stress = GC_STRESS_MINOR; o.stress <= GC_STRESS_COMPACT; o.stress++)
		together(&o, 60, 200, 500);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_graph_is_what_the_copy_says),
		cmocka_unit_test(test_graph_stop_the_world),
		cmocka_unit_test(test_graph_verified_after_every_collection),
		cmocka_unit_test(test_graph_while_the_nursery_changes_its_size),
		cmocka_unit_test(test_graph_in_a_heap_that_is_too_small),
		cmocka_unit_test(test_graph_stressed_minor),
		cmocka_unit_test(test_graph_stressed_step),
		cmocka_unit_test(test_graph_stressed_full),
		cmocka_unit_test(test_graph_stressed_compact),
		cmocka_unit_test(test_threads),
		cmocka_unit_test(test_threads_verified),
		cmocka_unit_test(test_threads_in_a_heap_that_is_too_small),
		cmocka_unit_test(test_threads_stressed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
