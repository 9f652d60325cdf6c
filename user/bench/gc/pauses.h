/* SPDX-License-Identifier: MIT */
#ifndef VMB_USER_BENCH_GC_PAUSES_H
#define VMB_USER_BENCH_GC_PAUSES_H
/*
 * What the collector's events say: how long the program stood still. Times are kept as ticks and
 * converted at the end, by a clock that was read at the beginning too.
 */

#include "user/bench.h"
#include "vmcore/gc/events.h"

#define PAUSES_KEPT (1u << 17)

/** struct pause_list - the last PAUSES_KEPT pauses; the longest and the sum are of all. */
struct pause_list {
	uint64_t *ticks;
	uint64_t nr, sum, longest;
};

/**
 * struct pauses
 * @minor: minor collections
 * @major: all else, what happened in one stop counting as one
 * @run_ticks: that the program ran, pauses included
 */
struct pauses {
	struct gc_events events;
	struct pause_list minor, major;
	uint64_t major_stop;
	uint64_t run_ticks, run_begin;
	uint64_t begin_ticks, begin_ns;
};

/** pauses_init - begins to count. Return: 0, -ENOMEM. */
VMB_MUST_CHECK int pauses_init(struct pauses *p);
void pauses_fini(struct pauses *p);

/** pauses_forget - what was counted so far does not count. */
void pauses_forget(struct pauses *p);

/** pauses_run_begin, pauses_run_end - the program begins and ceases to run. */
void pauses_run_begin(struct pauses *p);
void pauses_run_end(struct pauses *p);

/** pauses_ns - ticks as ns. */
double pauses_ns(const struct pauses *p, uint64_t ticks);

/** pauses_report - metrics p50, p99, max in ms, if there was a pause. Sorts the list. */
void pauses_report(const struct pauses *p, struct pause_list *list, struct vmb_state *st);

/** pauses_report_share - metric mutator_share: how much of its time the program did not stand still. */
void pauses_report_share(const struct pauses *p, struct vmb_state *st);

#endif /* VMB_USER_BENCH_GC_PAUSES_H */
