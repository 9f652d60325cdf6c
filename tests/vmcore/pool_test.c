// SPDX-License-Identifier: MIT
/*
 * The pool against a shadow: every object that is alive is filled with a pattern of its own, so that
 * two that overlap, or one that is given out twice, spoil each other.
 */
#include "tests/test.h"

#include <errno.h>
#include <linux/mempolicy.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "vmcore/pool/pool.h"

#define LIVE 4000

struct object {
	uint8_t *at;
	size_t bytes;
	uint8_t pattern;
};

static uint64_t rnd(uint64_t *stream)
{
	uint64_t z = (*stream += 0x9e3779b97f4a7c15ull);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
	return z ^ (z >> 31);
}

static struct pool *create(size_t limit, bool guard)
{
	const struct pool_options options = { .limit_bytes = limit, .guard = guard };
	struct pool *pool;

	assert_int_equal(pool_create(&options, &pool), 0);
	return pool;
}

static void fill(struct object *o, uint64_t *stream)
{
	o->pattern = (uint8_t)rnd(stream);
	memset(o->at, o->pattern, o->bytes);
}

static void inspect(const struct object *o)
{
	if (o->at && (o->at[0] != o->pattern || memcmp(o->at, o->at + 1, o->bytes - 1)))
		fail_msg("somebody wrote into an object of %zu bytes", o->bytes);
}

/* Mostly small, some at the edges of classes, a few large. */
static size_t some_size(uint64_t *stream)
{
	uint64_t r = rnd(stream);

	switch (r % 64) {
	case 0:
		return 1 + (r >> 8) % (300 * 1024);
	case 1:
	case 2:
	case 3:
		return pool_class_bytes[(r >> 8) % POOL_NR_CLASSES] + (r >> 32) % 2;
	default:
		return 1 + (r >> 8) % (r % 3 ? 256 : 5000);
	}
}

static void make(struct pool_cache *c, struct object *o, uint64_t *stream)
{
	o->bytes = some_size(stream);
	o->at = pool_alloc(c, o->bytes);
	assert_non_null(o->at);
	assert_int_equal((uintptr_t)o->at % POOL_GRAIN, 0);
	fill(o, stream);
}

static void test_classes(void **state)
{
	size_t largest = 0;

	(void)state;
	for (size_t bytes = 0; bytes <= POOL_MAX_SMALL; bytes++) {
		uint32_t class = pool_class(bytes);

		assert_int_equal(class, pool_class_computed(bytes));
		assert_true(class < POOL_NR_CLASSES);
		assert_true(pool_class_bytes[class] >= bytes);
		assert_true(!class || pool_class_bytes[class - 1] < bytes);
		largest = class;
	}
	assert_int_equal(largest, POOL_NR_CLASSES - 1);
}

static void shadow(bool guard, unsigned int steps)
{
	struct pool *pool = create(guard ? (size_t)2 << 30 : 0, guard);
	struct pool_cache *c = pool_cache_get(pool);
	struct object *live = calloc(LIVE, sizeof(*live));
	uint64_t stream = 1 + guard;

	assert_non_null(c);
	for (unsigned int i = 0; i < steps; i++) {
		struct object *o = &live[rnd(&stream) % LIVE];

		if (o->at) {
			inspect(o);
			pool_free(c, o->at);
			o->at = NULL;
		}
		if (rnd(&stream) % 3)
			make(c, o, &stream);
	}
	for (size_t i = 0; i < LIVE; i++) {
		inspect(&live[i]);
		pool_free(c, live[i].at);
	}
	free(live);
	pool_cache_put(c);
	pool_destroy(pool);
}

static void test_shadow(void **state)
{
	(void)state;
	shadow(false, 200000);
	shadow(true, 20000);
}

static void test_known_size(void **state)
{
	struct pool *pool = create(0, false);
	struct pool_cache *c = pool_cache_get(pool);
	void *object[100];

	(void)state;
	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < 100; i++) {
			object[i] = pool_alloc_own(c, 48);
			memset(object[i], i, 48);
		}
		for (int i = 0; i < 100; i++) {
			assert_int_equal(*(uint8_t *)object[i], i);
			pool_free_own(c, object[i], 48);
		}
	}
	assert_int_equal(pool_used_bytes(pool), POOL_SLAB_BYTES);
	pool_destroy(pool);
}

/* What was freed is used again: a program that lives long does not grow. */
static void test_does_not_grow(void **state)
{
	struct pool *pool = create(0, false);
	struct pool_cache *c = pool_cache_get(pool);
	size_t used = 0;
	void *object[64];

	(void)state;
	for (int round = 0; round < 2000; round++) {
		for (int i = 0; i < 64; i++)
			object[i] = pool_alloc(c, i % 8 ? 500 : 100000);
		for (int i = 0; i < 64; i++)
			pool_free(c, object[i]);
		if (round == 0)
			used = pool_used_bytes(pool);
	}
	assert_int_equal(pool_used_bytes(pool), used);
	pool_destroy(pool);
}

static void test_exhausted(void **state)
{
	struct pool *pool = create(64 * POOL_SLAB_BYTES, false);
	struct pool_cache *c = pool_cache_get(pool);
	void *large[64], *p;
	size_t nr = 0;

	(void)state;
	assert_null(pool_alloc(c, 65 * POOL_SLAB_BYTES));
	assert_null(pool_alloc(c, SIZE_MAX));
	for (int i = 0; i < 32; i++)
		assert_non_null(large[i] = pool_alloc(c, 2 * POOL_SLAB_BYTES));
	assert_null(pool_alloc(c, 64));
	assert_null(pool_alloc(c, POOL_MAX_SMALL + 1));
	/* neighbours that are free become one */
	for (int i = 8; i < 24; i++)
		pool_free(c, large[i]);
	p = pool_alloc(c, 32 * POOL_SLAB_BYTES);
	assert_ptr_equal(p, large[8]);
	assert_null(pool_alloc(c, 64));
	pool_free(c, p);
	/* and are cut again */
	while (pool_alloc(c, POOL_MAX_SMALL))
		nr++;
	assert_int_equal(nr, 32 * 2);
	pool_free(c, NULL);
	pool_cache_put(c);
	pool_destroy(pool);
	pool_destroy(NULL);
	assert_int_equal(pool_create(&(struct pool_options){ .limit_bytes = SIZE_MAX }, &pool),
			 -EINVAL);
}

/* ---- several threads: each allocates, and frees what another one has allocated ---- */

#define THREADS	 3
#define EXCHANGE 512
#define STEPS	 30000

struct exchange {
	pthread_mutex_t lock;
	struct object slot[EXCHANGE];
	struct pool *pool;
	unsigned int next_seed;
};

static struct object swap(struct exchange *x, uint64_t *stream, struct object o)
{
	struct object *slot, old;

	pthread_mutex_lock(&x->lock);
	slot = &x->slot[rnd(stream) % EXCHANGE];
	old = *slot;
	*slot = o;
	pthread_mutex_unlock(&x->lock);
	return old;
}

static void *trade(void *arg)
{
	struct exchange *x = arg;
	struct pool_cache *c = pool_cache_get(x->pool);
	uint64_t stream;

	pthread_mutex_lock(&x->lock);
	stream = ++x->next_seed;
	pthread_mutex_unlock(&x->lock);
	for (unsigned int i = 0; c && i < STEPS; i++) {
		struct object o;

		if (i % 10000 == 9999) {	/* a thread ends, another takes over */
			pool_cache_put(c);
			c = pool_cache_get(x->pool);
		}
		make(c, &o, &stream);
		o = swap(x, &stream, o);
		if (!o.at)
			continue;
		inspect(&o);
		pool_free(c, o.at);
	}
	pool_cache_put(c);
	return c;
}

static void test_threads(void **state)
{
	struct exchange x = { .lock = PTHREAD_MUTEX_INITIALIZER, .pool = create(0, false) };
	pthread_t thread[THREADS];

	(void)state;
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&thread[i], NULL, trade, &x), 0);
	for (int i = 0; i < THREADS; i++) {
		void *c;

		assert_int_equal(pthread_join(thread[i], &c), 0);
		assert_non_null(c);
	}
	for (int i = 0; i < EXCHANGE; i++)
		if (x.slot[i].at)
			inspect(&x.slot[i]);
	pool_destroy(x.pool);
}

static void *free_all(void *arg)
{
	struct exchange *x = arg;
	struct pool_cache *c = pool_cache_get(x->pool);

	for (int i = 0; i < EXCHANGE; i++)
		pool_free(c, x->slot[i].at);
	pool_cache_put(c);
	return NULL;
}

/* Objects that go one way come back all the same. */
static void test_one_way(void **state)
{
	struct exchange x = { .pool = create(0, false) };
	struct pool_cache *c = pool_cache_get(x.pool);
	size_t used = 0;

	(void)state;
	for (int round = 0; round < 100; round++) {
		pthread_t thread;

		for (int i = 0; i < EXCHANGE; i++)
			x.slot[i].at = pool_alloc(c, 1024);
		assert_int_equal(pthread_create(&thread, NULL, free_all, &x), 0);
		assert_int_equal(pthread_join(thread, NULL), 0);
		if (round == 1)
			used = pool_used_bytes(x.pool);
	}
	assert_int_equal(pool_used_bytes(x.pool), used);
	pool_cache_put(c);
	pool_destroy(x.pool);
}

/* ---- guard mode ---- */

static unsigned int flaws[4];

static void note(void *priv, enum pool_flaw flaw, const void *object)
{
	(void)priv, (void)object;
	flaws[flaw]++;
}

static void test_guard_finds_flaws(void **state)
{
	const struct pool_options options = { .guard = true, .flaw = note };
	struct pool *pool;
	struct pool_cache *c;
	uint8_t *p;

	(void)state;
	memset(flaws, 0, sizeof(flaws));
	assert_int_equal(pool_create(&options, &pool), 0);
	c = pool_cache_get(pool);
	p = pool_alloc(c, 33);
	p[33] = 1;
	pool_free(c, p);
	assert_int_equal(flaws[POOL_OVERRUN], 1);
	p = pool_alloc_own(c, 40);
	p[-1] = 1;
	pool_free_own(c, p, 40);
	assert_int_equal(flaws[POOL_OVERRUN], 2);
	p = pool_alloc(c, 100000);
	pool_free(c, p);
	pool_free(c, p);
	assert_int_equal(flaws[POOL_DOUBLE_FREE], 1);
	p = pool_alloc(c, 64);
	pool_free(c, p + 16);
	pool_free(c, flaws);
	assert_int_equal(flaws[POOL_WILD_FREE], 2);
	pool_free(c, p);
	p[5] = 7;
	assert_int_equal(flaws[POOL_USE_AFTER_FREE], 0);
	for (int i = 0; i < 300; i++)
		pool_free(c, pool_alloc(c, 64));
	assert_int_equal(flaws[POOL_USE_AFTER_FREE], 1);
	p = pool_alloc(c, 64);
	pool_free(c, p);
	p[0] = 1;
	pool_destroy(pool);
	assert_int_equal(flaws[POOL_USE_AFTER_FREE], 2);
	assert_int_equal(flaws[POOL_OVERRUN], 2);
}

/* This CPU has memory near it on every machine that the test is for; a container may forbid. */
static void test_memory_on_a_node(void **state)
{
	unsigned long mask[16] = { 0 };
	unsigned int cpu, node;
	struct pool_cache *c;
	struct pool *pool;
	int err, mode = -1;
	char *p;

	(void)state;
	assert_int_equal(syscall(SYS_getcpu, &cpu, &node, NULL), 0);
	err = pool_create(&(struct pool_options){ .on_node = true, .node = node }, &pool);
	if (err == -EPERM || err == -ENOSYS)
		skip();
	assert_int_equal(err, 0);
	c = pool_cache_get(pool);
	assert_non_null(c);
	for (int i = 0; i < 100; i++) {
		int at = -1;

		p = pool_alloc(c, 30000);
		assert_non_null(p);
		memset(p, i, 30000);
		assert_int_equal(syscall(SYS_get_mempolicy, &at, NULL, 0, p,
					 MPOL_F_NODE | MPOL_F_ADDR), 0);
		assert_int_equal(at, node);
	}
	assert_int_equal(syscall(SYS_get_mempolicy, &mode, mask, 1024, p, MPOL_F_ADDR), 0);
	assert_int_equal(mode, MPOL_PREFERRED);
	assert_int_equal(mask[node / 64] >> node % 64 & 1, 1);
	pool_destroy(pool);
}

static void test_no_such_node(void **state)
{
	struct pool *pool;
	int err = pool_create(&(struct pool_options){ .on_node = true, .node = 1000 }, &pool);

	(void)state;
	assert_true(err == -EINVAL || err == -EPERM || err == -ENOSYS);
	err = pool_create(&(struct pool_options){ .on_node = true, .node = 70000 }, &pool);
	assert_int_equal(err, -EINVAL);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_classes),
		cmocka_unit_test(test_shadow),
		cmocka_unit_test(test_known_size),
		cmocka_unit_test(test_does_not_grow),
		cmocka_unit_test(test_exhausted),
		cmocka_unit_test(test_threads),
		cmocka_unit_test(test_one_way),
		cmocka_unit_test(test_memory_on_a_node),
		cmocka_unit_test(test_no_such_node),
		cmocka_unit_test(test_guard_finds_flaws),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
