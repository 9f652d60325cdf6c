// SPDX-License-Identifier: MIT
#include "user/bench/caches.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>

#include "user/bench/sysfile.h"

#define MIN_DRAM_BYTES	(64ull << 20)
#define DRAM_TIMES_LLC	4
#define MEMORY_SHARE	4

/* "32K", "1024K", "32M" → bytes, 0 when it is not a size. */
static uint64_t parse_size(const char *text)
{
	char *end;
	uint64_t n = strtoull(text, &end, 10);

	return *end == 'K' ? n << 10 : *end == 'M' ? n << 20 : *end == 'G' ? n << 30 : n;
}

#define CACHE_DIR	"/sys/devices/system/cpu/cpu%u/cache/index%u/"

/* Return: -ENOENT after the last index. */
static int read_index(const char *root, unsigned int cpu, unsigned int i, struct bench_caches *c)
{
	char level[16], type[32], size[32];
	unsigned long l;

	if (bench_sys_read(level, sizeof(level), root, CACHE_DIR "level", cpu, i))
		return -ENOENT;
	if (bench_sys_read(type, sizeof(type), root, CACHE_DIR "type", cpu, i) ||
	    bench_sys_read(size, sizeof(size), root, CACHE_DIR "size", cpu, i))
		return 0;
	l = strtoul(level, NULL, 10);
	if (type[0] == 'I' || !l || l >= BENCH_CACHE_LEVELS)
		return 0;
	c->bytes[l] = parse_size(size);
	if (c->bytes[l] && l > c->last)
		c->last = (unsigned int)l;
	return 0;
}

int bench_caches_read(const char *root, unsigned int cpu, struct bench_caches *c,
		      struct vmb_why *why)
{
	*c = (struct bench_caches){ 0 };
	for (unsigned int i = 0; !read_index(root, cpu, i, c); i++)
		;
	if (c->last)
		return 0;
	vmb_why_set(why, "the kernel does not tell the cache sizes of CPU %u "
		    "(/sys/devices/system/cpu/cpu%u/cache has none)", cpu, cpu);
	return -ENOENT;
}

static int dram_set(const struct bench_caches *c, uint64_t available, uint64_t *bytes,
		    struct vmb_why *why)
{
	uint64_t want = DRAM_TIMES_LLC * c->bytes[c->last];

	want = want > MIN_DRAM_BYTES ? want : MIN_DRAM_BYTES;
	*bytes = want;
	if (want <= available / MEMORY_SHARE)
		return 0;
	vmb_why_set(why, "%" PRIu64 " MiB are needed to be past a last-level cache of %" PRIu64
		    " MiB, and only a quarter of the %" PRIu64 " MiB of free memory may be used",
		    want >> 20, c->bytes[c->last] >> 20, available >> 20);
	return -ENOMEM;
}

static int cache_set(unsigned int level, const struct bench_caches *c, uint64_t *bytes,
		     struct vmb_why *why)
{
	*bytes = c->bytes[level] / 2 / BENCH_LINE_BYTES * BENCH_LINE_BYTES;
	if (!*bytes) {
		vmb_why_set(why, "this CPU has no L%u cache, or the kernel does not tell its size",
			    level);
		return -ENOTSUP;
	}
	if (*bytes > c->bytes[level - 1])
		return 0;
	vmb_why_set(why, "half of the L%u cache (%" PRIu64 " KiB) would fit in the L%u cache", level,
		    *bytes >> 10, level - 1);
	return -ENOTSUP;
}

/*
 * The last level is shared, with other cores and under a hypervisor with other guests: half of it
 * would measure the neighbours. Midway to the level below, on a logarithmic scale, is well inside.
 */
static int shared_set(const struct bench_caches *c, uint64_t *bytes, struct vmb_why *why)
{
	double midway = sqrt((double)c->bytes[c->last] * (double)c->bytes[c->last - 1]);
	int err = cache_set(c->last, c, bytes, why);

	if (!err && midway < (double)*bytes)
		*bytes = (uint64_t)midway / BENCH_LINE_BYTES * BENCH_LINE_BYTES;
	return err;
}

int bench_working_set(enum bench_level level, const struct bench_caches *c, uint64_t available,
		      uint64_t *bytes, struct vmb_why *why)
{
	if (level == BENCH_DRAM)
		return dram_set(c, available, bytes, why);
	if (level != BENCH_LLC)
		return cache_set(level == BENCH_L1 ? 1 : 2, c, bytes, why);
	if (c->last > 2)
		return shared_set(c, bytes, why);
	vmb_why_set(why, "the last-level cache of this CPU is its L%u: see that level", c->last);
	return -ENOTSUP;
}

unsigned int bench_own_cpu(const struct vmb_state *st)
{
	int cpu = st->nr_cpus ? (int)st->cpus[0] : sched_getcpu();

	return cpu < 0 ? 0 : (unsigned int)cpu;
}

int bench_level_bytes(const struct vmb_state *st, enum bench_level level, uint64_t *bytes,
		      struct vmb_why *why)
{
	struct bench_caches c;
	int err = bench_caches_read("", bench_own_cpu(st), &c, why);

	return err ? err : bench_working_set(level, &c, bench_memory_available(""), bytes, why);
}
