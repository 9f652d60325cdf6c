/* SPDX-License-Identifier: MIT */
#ifndef VMB_USER_BENCH_MEMORY_ALLOC_H
#define VMB_USER_BENCH_MEMORY_ALLOC_H

#include "user/bench/memory/objects.h"
#include "vmcore/pool/pool.h"

#define ALLOC_LIVE  1024	/* objects alive at a time */
#define ALLOC_TRACE 8192

/** struct alloc_work - for alloc.c and its test. @pool is NULL for glibc. */
struct alloc_work {
	struct pool *pool;
	struct pool_cache *cache;
	struct bench_object *live[ALLOC_LIVE];
	uint16_t victim[ALLOC_TRACE];
	uint32_t bytes[ALLOC_TRACE];
	uint32_t at;
	uint64_t done;
	uint64_t failed;
};

#endif /* VMB_USER_BENCH_MEMORY_ALLOC_H */
