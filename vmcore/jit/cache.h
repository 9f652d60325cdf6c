/* SPDX-License-Identifier: MIT */
#ifndef VMB_VMCORE_JIT_CACHE_H
#define VMB_VMCORE_JIT_CACHE_H
/*
 * Memory for code that is never writable and executable at once.
 */

#include <stddef.h>
#include <stdint.h>

/**
 * enum code_wx - how that is kept.
 * @CODE_WX_DUAL: the same pages are mapped twice, once to write and once to run
 * @CODE_WX_MPROTECT: mapped once, and changed to the one or the other; no thread can run code while
 *	another compiles, and each compilation costs two system calls
 */
enum code_wx { CODE_WX_DUAL, CODE_WX_MPROTECT };

/**
 * struct code_cache - code of many units, one behind the other.
 * @write: where it is written
 * @run: the same bytes, where they run
 * @bytes: size
 * @at: bytes in use
 * @ready: bytes that have memory; those behind get it in larger pieces when the cache is opened
 * @epoch: number of times that everything was thrown away, from 1
 */
struct code_cache {
	enum code_wx wx;
	uint8_t *write;
	uint8_t *run;
	size_t bytes;
	size_t at;
	size_t ready;
	uint32_t epoch;
};

/**
 * code_cache_init - map memory.
 * @bytes: rounded up to pages
 * @ready: so many bytes at the beginning get their memory at once, the others shortly
 *	before they are used
 * Return: 0; -ENOMEM; -EPERM or -EACCES if the system allows no executable mapping; what
 * memfd_create() and ftruncate() give.
 */
int code_cache_init(struct code_cache *cache, size_t bytes, enum code_wx wx, size_t ready);

/** code_cache_fini - unmap it. */
void code_cache_fini(struct code_cache *cache);

/** code_cache_open - what follows writes. Return: 0 or -errno of mprotect(). */
int code_cache_open(struct code_cache *cache);

/** code_cache_close - what follows runs. Return: as code_cache_open(). */
int code_cache_close(struct code_cache *cache);

/** code_cache_flush - throw everything away: code of earlier epochs must not be run any more. */
void code_cache_flush(struct code_cache *cache);

#endif /* VMB_VMCORE_JIT_CACHE_H */
