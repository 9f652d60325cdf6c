/* SPDX-License-Identifier: MIT */
#ifndef VMB_USER_BENCH_CACHES_H
#define VMB_USER_BENCH_CACHES_H
/*
 * Cache sizes of one CPU, and the working sets that the memory benchmarks derive from them.
 */

#include "user/bench.h"

#define BENCH_LINE_BYTES	64u	/* one access of the memory benchmarks */

/** enum bench_level - where a working set is to stay. */
enum bench_level { BENCH_L1, BENCH_L2, BENCH_LLC, BENCH_DRAM };

/**
 * struct bench_caches - data and unified caches that one CPU uses.
 * @bytes: [level], 0: there is none, [0] unused
 * @last: highest level with a size, 0: nothing known
 */
#define BENCH_CACHE_LEVELS	5
struct bench_caches {
	uint64_t bytes[BENCH_CACHE_LEVELS];
	unsigned int last;
};

/**
 * bench_caches_read - from /sys/devices/system/cpu/cpu<n>/cache.
 * @root: as in sysfile.h
 * @why: on failure, that the machine does not tell its cache sizes
 * Return: 0; -ENOENT nothing to read.
 */
VMB_MUST_CHECK int bench_caches_read(const char *root, unsigned int cpu, struct bench_caches *c,
				     struct vmb_why *why);

/**
 * bench_working_set - how many bytes stay in @level: half of a private cache; for BENCH_LLC the
 * geometric mean of the last cache and the one below, at most half; for BENCH_DRAM four times the
 * last one and at least 64 MiB.
 * @available: bytes of memory that may be touched; a set must not need more than a quarter of it
 * @bytes: multiple of BENCH_LINE_BYTES
 * @why: on failure, why this level cannot be measured on this machine
 * Return: 0; -ENOTSUP the level does not exist or cannot be told from the one below; -ENOMEM.
 */
VMB_MUST_CHECK int bench_working_set(enum bench_level level, const struct bench_caches *c,
				     uint64_t available, uint64_t *bytes, struct vmb_why *why);

/** bench_own_cpu - the CPU that a round is bound to, or the one it happens to run on. */
unsigned int bench_own_cpu(const struct vmb_state *st);

/** bench_level_bytes - all of the above for the machine and the CPU of this round. */
VMB_MUST_CHECK int bench_level_bytes(const struct vmb_state *st, enum bench_level level,
				     uint64_t *bytes, struct vmb_why *why);

#endif /* VMB_USER_BENCH_CACHES_H */
