/* SPDX-License-Identifier: MIT */
#ifndef VMB_VMCORE_GC_EVENTS_H
#define VMB_VMCORE_GC_EVENTS_H
/*
 * The collector, for those who observe: when the program stood still, and for what.
 */

#include <stdint.h>

/**
 * enum gc_pause_kind
 * @GC_PAUSE_MINOR: the nursery was emptied
 * @GC_PAUSE_MARK_BEGIN: a mark began: the roots were read
 * @GC_PAUSE_MARK: a slice of it
 * @GC_PAUSE_MARK_END: the rest of it, then weak references and finalizers
 * @GC_PAUSE_SWEEP: a slice of finding out which blocks have free memory
 * @GC_PAUSE_STOP: other threads were waited for; they ran on until each came to a safepoint
 * @GC_PAUSE_FULL: all of the old space at once: asked for, or memory ran out before a mark's end
 */
enum gc_pause_kind {
	GC_PAUSE_MINOR,
	GC_PAUSE_MARK_BEGIN,
	GC_PAUSE_MARK,
	GC_PAUSE_MARK_END,
	GC_PAUSE_SWEEP,
	GC_PAUSE_FULL,
	GC_PAUSE_STOP,
	GC_NR_PAUSE_KINDS
};

/**
 * struct gc_pause - one kind of work within one stop of the program.
 * @stop: number of the stop: pauses of the same one follow each other without the program between
 * @begin_ticks, @end_ticks: cpu_ticks() (arch/cpu.h)
 * @objects: MINOR: moved; the others: marked and looked into
 * @bytes: MINOR: their size; MARK_END, FULL: of all that lives in the old space; else 0
 */
struct gc_pause {
	enum gc_pause_kind kind;
	uint64_t stop;
	uint64_t begin_ticks, end_ticks;
	uint64_t objects;
	uint64_t bytes;
};

/**
 * struct gc_events - what an observer wants to be told; NULL: nothing.
 * Called by the thread that collects, which must neither allocate from the heap nor look at objects.
 * @begin: a pause begins
 * @end: it ends; @pause is only valid during the call
 * @exhausted: an allocation of @bytes is about to return null
 */
struct gc_events {
	void *priv;
	void (*begin)(void *priv, enum gc_pause_kind kind, uint64_t ticks);
	void (*end)(void *priv, const struct gc_pause *pause);
	void (*exhausted)(void *priv, uint64_t bytes);
};

/** gc_pause_name - "minor", "mark begin", … */
const char *gc_pause_name(enum gc_pause_kind kind);

#endif /* VMB_VMCORE_GC_EVENTS_H */
