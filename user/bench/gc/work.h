/* SPDX-License-Identifier: MIT */
#ifndef VMB_USER_BENCH_GC_WORK_H
#define VMB_USER_BENCH_GC_WORK_H
/*
 * The program that most gc benchmarks run: it makes lists of eight objects of 32 bytes; one list of
 * sixteen goes into a random slot of a table that has long been old, in place of another one. The table
 * holds as many lists as are to live.
 */

#include "user/bench/gc/pauses.h"
#include "vmcore/gc/embed.h"

#define GC_LIST_NODES 8u
#define GC_NODE_BYTES 32u
#define GC_LIST_BYTES (GC_LIST_NODES * GC_NODE_BYTES)
#define GC_KEPT_LISTS 16u /* one of so many is kept */

/**
 * struct gc_work - zeroed before gc_work_open().
 * @root: [0] the table
 * @slots: its length; 0: there is no table, every list dies
 * @done: operations; of the benchmark's choice
 * @pending: objects that were asked for and not made yet: lists are made whole
 * @lists, @kept: made, put into the table
 * @failed: allocations that returned null
 * @first: stats when the measurement began
 */
struct gc_work {
	struct gc_heap *heap;
	struct gc_mutator *m;
	const struct gc_type *node, *table;
	struct gc_ref root[1];
	uint64_t slots;
	uint64_t seed;
	uint64_t done, pending, lists, kept, failed;
	uint64_t parameter;
	struct gc_stats first;
	struct pauses pauses;
};

/**
 * gc_work_setup - a heap of @heap_bytes of which @live_bytes live; st->priv is a struct
 * gc_work.
 * Return: 0, or -errno with st->why.
 */
VMB_MUST_CHECK int gc_work_setup(struct vmb_state *st, uint64_t heap_bytes, uint64_t live_bytes);

/** gc_work_run - @objects more objects, for vmb_bench.run: one operation is one object. */
void gc_work_run(void *priv, uint64_t objects);

/** gc_work_list - one list. */
void gc_work_list(struct gc_work *w);

/** gc_work_check - the operations were done, and all lists of the table are what they were. */
int gc_work_check(const void *priv, struct vmb_why *why);

/** gc_work_close - free everything. */
void gc_work_close(struct vmb_state *st);

/** gc_work_stats - since the measurement began. */
struct gc_stats gc_work_stats(const struct gc_work *w);

#endif /* VMB_USER_BENCH_GC_WORK_H */
