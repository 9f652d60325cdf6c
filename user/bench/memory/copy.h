/* SPDX-License-Identifier: MIT */
#ifndef VMB_USER_BENCH_MEMORY_COPY_H
#define VMB_USER_BENCH_MEMORY_COPY_H

#include "arch/registry.h"
#include "user/bench/arena.h"

/**
 * struct copy_work - for copy.c and its test.
 * @copy: NULL for libc's memcpy
 */
struct copy_work {
	struct bench_arena arena;
	vmb_copy_fn *copy;
	char *src, *dst;
	size_t bytes;
	uint64_t seed;
};

#endif /* VMB_USER_BENCH_MEMORY_COPY_H */
