/* SPDX-License-Identifier: MIT */
#ifndef VMB_USER_BENCH_MEMORY_ACCESS_H
#define VMB_USER_BENCH_MEMORY_ACCESS_H

#include "user/bench/chase.h"
#include "user/bench/scan.h"

enum access_pattern { ACCESS_SEQUENTIAL, ACCESS_RANDOM, ACCESS_STRIDED };

/** struct access_work - for access.c and its test. @scan or @chase is used, by @pattern. */
struct access_work {
	struct bench_arena arena;
	enum access_pattern pattern;
	uint64_t bytes;
	struct bench_scan scan;
	struct bench_chase chase;
};

#endif /* VMB_USER_BENCH_MEMORY_ACCESS_H */
