/* SPDX-License-Identifier: MIT */
#ifndef VMB_USER_BENCH_MEMORY_POOL_H
#define VMB_USER_BENCH_MEMORY_POOL_H

#include <pthread.h>
#include <semaphore.h>

#include "user/bench/memory/objects.h"
#include "vmcore/pool/pool.h"

enum pool_lifetime { POOL_INLINE, POOL_IMMEDIATE, POOL_FIFO, POOL_RANDOM, POOL_OTHER_THREAD };

#define POOL_BENCH_LIVE	 1024
#define POOL_BENCH_BLOCK 4096

/**
 * struct pool_work - for pool.c and its test.
 * @object: what is alive
 * @order: which of them is replaced next
 * @sum, @last: of the addresses of objects that were freed at once
 * @block: two blocks for the other thread: one is filled while the other one is freed
 * @filling, @filled: which one, and how many are in it
 * @handed: how many objects were handed over
 * @freed, @wrong: by the other thread
 * @stop: it is to end
 */
struct pool_work {
	struct pool *pool;
	struct pool_cache *cache;
	uint32_t bytes;
	enum pool_lifetime lifetime;
	struct bench_object *object[POOL_BENCH_LIVE];
	uint16_t order[POOL_BENCH_LIVE];
	uint64_t done;
	uint64_t failed;
	uint64_t sum, last;
	struct bench_object *block[2][POOL_BENCH_BLOCK];
	uint32_t filling, filled;
	uint64_t handed, freed, wrong;
	bool stop;
	pthread_t thread;
	bool has_thread;
	sem_t full, empty;
};

#endif /* VMB_USER_BENCH_MEMORY_POOL_H */
