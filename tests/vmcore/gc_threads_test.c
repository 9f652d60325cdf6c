// SPDX-License-Identifier: MIT
/*
 * Threads that share objects; that wait, detach and come again; and that are waited for.
 * gc_graph_test.c has threads that only share the heap.
 */
#include "tests/test.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>

#include "vmcore/gc/embed.h"

#define THREADS	   3u
#define SLOTS	   512u
#define NODES	   6u
#define FINALIZERS 20000u

struct world {
	struct gc_heap *heap;
	struct gc_mutator *m; /* the main thread's */
	const struct gc_type *node, *refs, *bytes;
	struct gc_ref table[1]; /* of all threads */
	pthread_mutex_t lock;
	pthread_cond_t changed;
	int step;
	uint64_t stops;
	uint32_t *finalized; /* by cookie */
	uint64_t exchanges;
};

struct numbers {
	uint64_t list, rest;
};

static uint64_t draw(uint64_t *seed, uint64_t below)
{
	*seed = *seed * 6364136223846793005ull + 1442695040888963407ull;
	return (*seed >> 33) % below;
}

static void count_stops(void *priv, const struct gc_pause *p)
{
	struct world *w = priv;

	w->stops += p->kind == GC_PAUSE_STOP;
}

static struct world *world_create(struct gc_options o)
{
	static const struct gc_type_spec node = { .name = "node", .bytes = 24, .refs = 1 };
	static const struct gc_type_spec refs = { .name = "refs", .layout = GC_LAYOUT_REFS };
	static const struct gc_type_spec bytes = {
		.name = "bytes", .layout = GC_LAYOUT_BYTES, .element_bytes = 1,
	};
	struct world *w = calloc(1, sizeof(*w));
	const struct gc_events events = { .priv = w, .end = count_stops };

	assert_non_null(w);
	o.events = &events;
	assert_int_equal(gc_heap_create(&o, &w->heap), 0);
	assert_int_equal(gc_attach(w->heap, &w->m), 0);
	assert_int_equal(gc_type_add(w->heap, &node, &w->node), 0);
	assert_int_equal(gc_type_add(w->heap, &refs, &w->refs), 0);
	assert_int_equal(gc_type_add(w->heap, &bytes, &w->bytes), 0);
	assert_int_equal(gc_root_add(w->heap, w->table, 1), 0);
	w->table[0] = gc_alloc_array(w->m, w->refs, SLOTS);
	assert_false(gc_is_null(w->table[0]));
	assert_int_equal(pthread_mutex_init(&w->lock, NULL), 0);
	assert_int_equal(pthread_cond_init(&w->changed, NULL), 0);
	return w;
}

static void world_destroy(struct world *w)
{
	char why[256];

	if (gc_verify(w->heap, why, sizeof(why)))
		fail_msg("%s", why);
	gc_root_remove(w->heap, w->table);
	gc_detach(w->m);
	gc_heap_destroy(w->heap);
	pthread_mutex_destroy(&w->lock);
	pthread_cond_destroy(&w->changed);
	free(w);
}

/* A thread that waits for a lock must not be waited for by one that collects. */
static void lock(struct world *w, struct gc_mutator *m)
{
	gc_blocked_begin(m);
	pthread_mutex_lock(&w->lock);
	gc_blocked_end(m);
}

static void unlock(struct world *w)
{
	pthread_mutex_unlock(&w->lock);
}

static void start(pthread_t *thread, void *(*function)(void *), void *priv)
{
	assert_int_equal(pthread_create(thread, NULL, function, priv), 0);
}

static void join(struct world *w, pthread_t thread)
{
	gc_blocked_begin(w->m);
	assert_int_equal(pthread_join(thread, NULL), 0);
	gc_blocked_end(w->m);
}

/* ---- lists that go from thread to thread ---- */

struct trader {
	struct world *w;
	struct gc_mutator *m;
	uint64_t seed, next;
	uint32_t exchanges;
	pthread_t thread;
	struct gc_ref root[3]; /* a list, one that was taken, a weak reference to it */
};

static struct numbers *numbers(struct gc_ref node)
{
	return gc_data(node, sizeof(struct gc_ref));
}

static void make_list(struct trader *t)
{
	uint64_t list = t->next++;

	t->root[0] = (struct gc_ref){ 0 };
	for (uint64_t i = 0; i < NODES; i++) {
		struct gc_ref node = gc_alloc(t->m, t->w->node);

		assert_false(gc_is_null(node));
		gc_init(node, 0, t->root[0]);
		*numbers(node) = (struct numbers){ list, i };
		t->root[0] = node;
	}
	if (list % 8 == 0)
		assert_int_equal(gc_finalizer_add(t->m, t->root[0], list / 8), 0);
}

static void check_list(struct gc_ref node)
{
	uint64_t list = numbers(node)->list;

	for (uint64_t i = NODES; i--; node = gc_get(node, 0)) {
		assert_false(gc_is_null(node));
		assert_int_equal(numbers(node)->rest, i);
		assert_int_equal(numbers(node)->list, list);
	}
	assert_true(gc_is_null(node));
}

/* An object with a finalizer comes back once, to whichever thread asks. */
static void take_finalized(struct trader *t)
{
	for (;;) {
		uint64_t cookie;
		struct gc_ref object = gc_finalizer_next(t->m, &cookie);

		if (gc_is_null(object))
			return;
		check_list(object);
		assert_in_range(cookie, 0, FINALIZERS - 1);
		t->w->finalized[cookie]++;
	}
}

static void exchange(struct trader *t)
{
	struct world *w = t->w;
	uint64_t slot = draw(&t->seed, SLOTS);

	make_list(t);
	lock(w, t->m);
	t->root[1] = gc_at(w->table[0], slot);
	gc_put(t->m, w->table[0], slot, t->root[0]);
	take_finalized(t);
	w->exchanges++;
	unlock(w);
	if (gc_is_null(t->root[1]))
		return;
	check_list(t->root[1]);
	t->root[2] = gc_weak_new(t->m, t->root[1]);
	assert_false(gc_is_null(t->root[2]));
	if (draw(&t->seed, 64) == 0)
		gc_collect(t->m, (enum gc_collection)draw(&t->seed, 4));
	assert_true(gc_is_same(gc_weak_get(t->m, t->root[2]), t->root[1]));
	check_list(t->root[1]);
	if (draw(&t->seed, 256) == 0)
		assert_false(gc_is_null(gc_alloc_array(t->m, w->bytes, 20000 + slot)));
	gc_safepoint(t->m);
}

static void *trade(void *priv)
{
	struct trader *t = priv;
	struct gc_frame frame;

	assert_int_equal(gc_attach(t->w->heap, &t->m), 0);
	gc_enter(t->m, &frame, t->root, 3);
	for (uint32_t i = 0; i < t->exchanges; i++)
		exchange(t);
	gc_leave(t->m, &frame);
	gc_detach(t->m);
	return NULL;
}

static void trade_all(struct gc_options o, uint32_t exchanges)
{
	struct world *w = world_create(o);
	struct trader t[THREADS], last;

	w->finalized = calloc(FINALIZERS, sizeof(*w->finalized));
	assert_non_null(w->finalized);
	for (uint32_t i = 0; i < THREADS; i++) {
		t[i] = (struct trader){ .w = w, .seed = i + 1, .next = i * (uint64_t)exchanges,
					.exchanges = exchanges };
		start(&t[i].thread, trade, &t[i]);
	}
	for (uint32_t i = 0; i < THREADS; i++)
		join(w, t[i].thread);
	assert_int_equal(w->exchanges, THREADS * (uint64_t)exchanges);
	w->table[0] = (struct gc_ref){ 0 };
	for (int i = 0; i < 2; i++)
		gc_collect(w->m, GC_COLLECT_FULL);
	last = (struct trader){ .w = w, .m = w->m };
	take_finalized(&last);
	for (uint64_t i = 0; i * 8 < THREADS * (uint64_t)exchanges; i++)
		assert_int_equal(w->finalized[i], 1);
	free(w->finalized);
	world_destroy(w);
}

static void test_lists_go_from_thread_to_thread(void **state)
{
	(void)state;
	trade_all((struct gc_options){ .heap_bytes = 8 << 20, .nursery_bytes = 64 << 10 }, 30000);
}

static void test_lists_go_from_thread_to_thread_verified(void **state)
{
	(void)state;
	trade_all((struct gc_options){ .heap_bytes = 8 << 20, .nursery_bytes = 32 << 10, .slice_us = 1,
				       .verify = true }, 3000);
}

static void test_lists_go_from_thread_to_thread_stressed(void **state)
{
	(void)state;
	trade_all((struct gc_options){ .heap_bytes = 4 << 20, .verify = true,
				       .stress = GC_STRESS_STEP }, 60);
	trade_all((struct gc_options){ .heap_bytes = 4 << 20, .verify = true,
				       .stress = GC_STRESS_COMPACT }, 40);
}

/* ---- threads that are waited for, or need not be ---- */

static void set_step(struct world *w, int step)
{
	pthread_mutex_lock(&w->lock);
	w->step = step;
	pthread_cond_broadcast(&w->changed);
	pthread_mutex_unlock(&w->lock);
}

static void wait_for_step(struct world *w, struct gc_mutator *m, int step)
{
	gc_blocked_begin(m);
	pthread_mutex_lock(&w->lock);
	while (w->step < step)
		pthread_cond_wait(&w->changed, &w->lock);
	pthread_mutex_unlock(&w->lock);
	gc_blocked_end(m);
}

static struct gc_ref new_node(struct world *w, struct gc_mutator *m, uint64_t list)
{
	struct gc_ref node = gc_alloc(m, w->node);

	assert_false(gc_is_null(node));
	numbers(node)->list = list;
	return node;
}

static void *sleep_with_a_root(void *priv)
{
	struct world *w = priv;
	struct gc_ref root[1];
	struct gc_frame frame;
	struct gc_mutator *m;
	uintptr_t before;

	assert_int_equal(gc_attach(w->heap, &m), 0);
	root[0] = new_node(w, m, 77);
	gc_enter(m, &frame, root, 1);
	before = root[0].addr;
	set_step(w, 1);
	wait_for_step(w, m, 2);
	assert_int_equal(numbers(root[0])->list, 77);
	assert_int_not_equal(root[0].addr, before);
	gc_leave(m, &frame);
	gc_detach(m);
	return NULL;
}

/* It sleeps, and its roots are seen and corrected all the same. */
static void test_blocked_thread_is_not_waited_for(void **state)
{
	struct world *w = world_create((struct gc_options){ .verify = true });
	pthread_t thread;

	(void)state;
	start(&thread, sleep_with_a_root, w);
	wait_for_step(w, w->m, 1);
	for (int i = 0; i < 20; i++) {
		new_node(w, w->m, 1);
		gc_collect(w->m, (enum gc_collection)(i % 4));
	}
	set_step(w, 2);
	join(w, thread);
	world_destroy(w);
}

static void *spin(void *priv)
{
	struct world *w = priv;
	struct gc_ref root[1];
	struct gc_frame frame;
	struct gc_mutator *m;
	int step = 0;

	assert_int_equal(gc_attach(w->heap, &m), 0);
	root[0] = new_node(w, m, 78);
	gc_enter(m, &frame, root, 1);
	set_step(w, 1);
	while (step < 2) {
		gc_safepoint(m);
		assert_int_equal(numbers(root[0])->list, 78);
		pthread_mutex_lock(&w->lock); /* nobody holds it for long, or collects with it */
		step = w->step;
		pthread_mutex_unlock(&w->lock);
	}
	gc_leave(m, &frame);
	gc_detach(m);
	return NULL;
}

/* It does not allocate, but comes to safepoints. */
static void test_running_thread_is_waited_for(void **state)
{
	struct world *w = world_create((struct gc_options){ .verify = true });
	pthread_t thread;

	(void)state;
	start(&thread, spin, w);
	wait_for_step(w, w->m, 1);
	for (int i = 0; i < 50; i++)
		gc_collect(w->m, (enum gc_collection)(i % 4));
	assert_true(w->stops > 0);
	set_step(w, 2);
	join(w, thread);
	world_destroy(w);
}

/* ---- threads that come and go ---- */

struct visitor {
	struct world *w;
	uint64_t slot;
	uint32_t nodes;
};

static void *visit(void *priv)
{
	struct visitor *v = priv;
	struct gc_mutator *m, *again;
	struct gc_ref node;

	assert_int_equal(gc_attach(v->w->heap, &m), 0);
	assert_int_equal(gc_attach(v->w->heap, &again), -EBUSY);
	for (uint32_t i = 0; i < v->nodes; i++)
		new_node(v->w, m, v->slot);
	node = new_node(v->w, m, v->slot);
	gc_put(m, v->w->table[0], v->slot, node);
	gc_detach(m);
	return NULL;
}

/* What a thread has logged counts after it has gone; and what it has allocated. */
static void test_threads_come_and_go(void **state)
{
	struct world *w = world_create((struct gc_options){ .heap_bytes = 8 << 20, .verify = true,
							    .nursery_bytes = 128 << 10 });
	struct gc_stats before, after;
	struct visitor v[SLOTS];
	uint64_t nodes = 0;

	(void)state;
	gc_collect(w->m, GC_COLLECT_MINOR);
	gc_heap_stats(w->heap, &before);
	for (uint32_t i = 0; i < SLOTS; i += 2) {
		pthread_t thread[2];

		for (uint32_t k = 0; k < 2; k++) {
			v[i + k] = (struct visitor){ w, i + k, (i + k) % 61 };
			nodes += (i + k) % 61 + 1;
			start(&thread[k], visit, &v[i + k]);
		}
		join(w, thread[0]);
		join(w, thread[1]);
	}
	gc_collect(w->m, GC_COLLECT_MINOR);
	gc_heap_stats(w->heap, &after);
	assert_int_equal(after.allocated_bytes - before.allocated_bytes, nodes * 32);
	for (uint32_t i = 0; i < SLOTS; i++)
		assert_int_equal(numbers(gc_at(w->table[0], i))->list, i);
	world_destroy(w);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lists_go_from_thread_to_thread),
		cmocka_unit_test(test_lists_go_from_thread_to_thread_verified),
		cmocka_unit_test(test_lists_go_from_thread_to_thread_stressed),
		cmocka_unit_test(test_blocked_thread_is_not_waited_for),
		cmocka_unit_test(test_running_thread_is_waited_for),
		cmocka_unit_test(test_threads_come_and_go),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
