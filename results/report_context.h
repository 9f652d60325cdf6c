/* SPDX-License-Identifier: MIT */
#ifndef VMB_RESULTS_REPORT_CONTEXT_H
#define VMB_RESULTS_REPORT_CONTEXT_H
/*
 * What a report may show beside the run that it is about: earlier runs of the same machine, a
 * comparison with a baseline, targets. Whoever calls a report collects it; the reports only read.
 *
 * Context: pure; allocates.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "results/result.h"

struct vmb_comparison;		/* results/compare.h */

/** struct vmb_past_run - an earlier run; @commit: "" if it was not recorded. */
struct vmb_past_run { char id[40], date[32], commit[16]; };

/** struct vmb_past_point - one benchmark in an earlier run; ns per operation. @run: index. */
struct vmb_past_point { size_t run; double median, low, high; };

/** struct vmb_past_series - one benchmark in all earlier runs that measured it, oldest first. */
struct vmb_past_series {
	char id[160];
	size_t nr;
	struct vmb_past_point *points;	/* heap, owned */
};

/**
 * struct vmb_past - earlier runs of the same machine. Zeroed is empty.
 * @unreadable: stored runs that could not be read and are therefore not here
 * @runs: [nr_runs], oldest first
 * @series: [nr]
 */
struct vmb_past {
	size_t unreadable;
	size_t nr_runs;
	struct vmb_past_run *runs;
	size_t nr;
	struct vmb_past_series *series;
};

/**
 * vmb_past_add - append a run, later than those before; only benchmarks that are ok are kept.
 * @res: borrowed, only for the call
 * Return: 0 or -ENOMEM; @past is then still valid, perhaps without some of the run's benchmarks.
 */
VMB_MUST_CHECK int vmb_past_add(struct vmb_past *past, const struct vmb_result *res);

/** vmb_past_find - borrow the series of @id, NULL if there is none. @hint: where it may be. */
const struct vmb_past_series *vmb_past_find(const struct vmb_past *past, const char *id,
					    size_t hint);

/** vmb_past_fini - free all and zero. NULL-safe. */
void vmb_past_fini(struct vmb_past *past);

/**
 * struct vmb_report_target - what the users wanted of one benchmark of the run.
 * @bench: index into vmb_result.benches
 * @met: is it reached?
 * @words: the target and the distance, for people: "< 100 ns; 34 % below"
 */
struct vmb_report_target { size_t bench; bool met; char words[96]; };

/**
 * struct vmb_report_context - everything optional, all borrowed. NULL and 0: not there.
 * @targets: [nr_targets]
 */
struct vmb_report_context {
	const struct vmb_past *past;
	const struct vmb_comparison *comparison;
	size_t nr_targets;
	const struct vmb_report_target *targets;
};

#endif /* VMB_RESULTS_REPORT_CONTEXT_H */
