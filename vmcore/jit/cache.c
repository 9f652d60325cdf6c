// SPDX-License-Identifier: MIT
#include "vmcore/jit/cache.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

static void *map(size_t bytes, int protection, int flags, int fd)
{
	void *at = mmap(NULL, bytes, protection, flags, fd, 0);

	return at == MAP_FAILED ? NULL : at;
}

/* What is made ready at once, and how much is to be ready at least behind what is in use. */
#define STEP ((size_t)64 << 10)
#define ROOM ((size_t)16 << 10)

/* Without it the first use of each page is a fault; a kernel that does not know it does without. */
static void populate(struct code_cache *cache, size_t bytes)
{
	size_t from = cache->ready, more;

	bytes = bytes < cache->bytes ? bytes : cache->bytes;
	if (bytes <= from)
		return;
	more = bytes - from;
	madvise(cache->write + from, more, MADV_POPULATE_WRITE);
	if (cache->run != cache->write)
		madvise(cache->run + from, more, MADV_POPULATE_READ);
	cache->ready = bytes;
}

static void get_ready(struct code_cache *cache)
{
	if (cache->at + ROOM > cache->ready)
		populate(cache, (cache->at + ROOM + STEP - 1) / STEP * STEP);
}

/*
 * Pages without a file: profilers look for the names of code, /tmp/perf-PID.map, only where no file
 * is mapped. Not every emulator of Linux knows that an old size of 0 asks for a second mapping.
 */
static int map_anonymous(struct code_cache *cache)
{
	int err;

	cache->write = map(cache->bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1);
	if (!cache->write)
		return -errno;
	cache->run = mremap(cache->write, 0, cache->bytes, MREMAP_MAYMOVE);
	if (cache->run == MAP_FAILED) {
		err = -errno;
		goto unmap_write;
	}
	*cache->write = 1;
	if (!*cache->run || mprotect(cache->run, cache->bytes, PROT_READ | PROT_EXEC)) {
		err = *cache->run ? -errno : -ENOTSUP;
		goto unmap_run;
	}
	return 0;
unmap_run:
	munmap(cache->run, cache->bytes);
unmap_write:
	munmap(cache->write, cache->bytes);
	return err;
}

/* Both mappings keep the pages; the file has no name and goes with them. */
static int map_file(struct code_cache *cache)
{
	int fd = memfd_create("vmbench code", MFD_CLOEXEC), err = 0;

	if (fd < 0)
		return -errno;
	if (ftruncate(fd, (off_t)cache->bytes)) {
		err = -errno;
		goto out;
	}
	cache->write = map(cache->bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd);
	if (!cache->write) {
		err = -errno;
		goto out;
	}
	cache->run = map(cache->bytes, PROT_READ | PROT_EXEC, MAP_SHARED, fd);
	if (!cache->run) {
		err = -errno;
		munmap(cache->write, cache->bytes);
	}
out:
	close(fd);
	return err;
}

static int map_dual(struct code_cache *cache)
{
	return map_anonymous(cache) ? map_file(cache) : 0;
}

static int map_single(struct code_cache *cache, size_t ready)
{
	cache->write = map(cache->bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	cache->run = cache->write;
	if (!cache->write)
		return -errno;
	populate(cache, ready);
	return code_cache_close(cache);
}

int code_cache_init(struct code_cache *cache, size_t bytes, enum code_wx wx, size_t ready)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	int status;

	*cache = (struct code_cache){ .wx = wx, .epoch = 1 };
	if (!bytes || bytes > SIZE_MAX / 2)
		return -ENOMEM;
	cache->bytes = (bytes + page - 1) / page * page;
	if (wx != CODE_WX_DUAL)
		return map_single(cache, ready);
	status = map_dual(cache);
	if (!status)
		populate(cache, ready);
	return status;
}

void code_cache_fini(struct code_cache *cache)
{
	munmap(cache->write, cache->bytes);
	if (cache->run != cache->write)
		munmap(cache->run, cache->bytes);
}

static int protect(struct code_cache *cache, int protection)
{
	if (cache->wx == CODE_WX_DUAL)
		return 0;
	return mprotect(cache->write, cache->bytes, protection) ? -errno : 0;
}

int code_cache_open(struct code_cache *cache)
{
	int status = protect(cache, PROT_READ | PROT_WRITE);

	if (!status)
		get_ready(cache);
	return status;
}

int code_cache_close(struct code_cache *cache)
{
	return protect(cache, PROT_READ | PROT_EXEC);
}

void code_cache_flush(struct code_cache *cache)
{
	cache->at = 0;
	cache->epoch++;
}
