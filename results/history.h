/* SPDX-License-Identifier: MIT */
#ifndef VMB_RESULTS_HISTORY_H
#define VMB_RESULTS_HISTORY_H
/*
 * All stored runs of one machine, benchmark by benchmark, without their samples: what a time has
 * been, where it moved, and by how much runs of one build differ.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "results/report.h"
#include "results/result.h"
#include "results/stat_change.h"
#include "results/stat_unpaired.h"
#include "results/store.h"

/**
 * struct vmb_history_run - one run.
 * @commit: that vmbench was built from, "" if unknown
 * @build: runs with the same number were made by the same build (commit, compiler, flags);
 *         0: unknown, or built from files that were not committed
 */
struct vmb_history_run {
	char id[40], date[32], commit[48];
	bool dirty;
	uint64_t build;
};

/**
 * struct vmb_history_point - one benchmark in one run: measured and reliable.
 * @run: index in vmb_history.run
 * @ns: [n] the rounds' estimates, heap, owned
 */
struct vmb_history_point {
	size_t run;
	double median, low, high;
	size_t n;
	double *ns;
};

/** struct vmb_history_bench - one benchmark over time; points oldest first. */
struct vmb_history_bench {
	char id[160], category[32];
	size_t nr;
	struct vmb_history_point *point;
};

/** struct vmb_history_bad - a file that could not be read. */
struct vmb_history_bad { char why[256]; };

/**
 * struct vmb_history - owned; vmb_history_fini().
 * @run: [nr_runs] oldest first
 * @bench: [nr] in the order in which they were first met
 * @bad: [nr_bad] files that were skipped
 * @others: runs of other machines, skipped
 * @left_out: older runs than the newest that were asked for
 */
struct vmb_history {
	size_t nr_runs, nr, nr_bad, others, left_out;
	struct vmb_history_run *run;
	struct vmb_history_bench *bench;
	struct vmb_history_bad *bad;
	char fingerprint[48];
};

/**
 * struct vmb_history_opts
 * @fingerprint: only runs of this machine; NULL: of the machine of the newest run
 * @most: newest files that are looked at; 0: VMB_CHANGE_MAX
 * @wanted: is this benchmark of interest? NULL: all; @arg is handed to it
 */
struct vmb_history_opts {
	const char *fingerprint;
	size_t most;
	bool (*wanted)(const char *id, const void *arg);
	const void *arg;
};

/**
 * vmb_history_load - read the runs of a store.
 * @dir: the store
 * @out: overwritten; vmb_history_fini() it
 * Return: 0; -ENOMEM, or -errno of the folder, with @err. A file that cannot be read is no error.
 */
VMB_MUST_CHECK int vmb_history_load(const char *dir, const struct vmb_history_opts *opts,
				    struct vmb_history *out, struct vmb_error *err);
void vmb_history_fini(struct vmb_history *h);

/**
 * vmb_history_add - add one run, newer than all before.
 * @opts: for @wanted; NULL: all
 * Return: 0 or -ENOMEM.
 */
VMB_MUST_CHECK int vmb_history_add(struct vmb_history *h, const struct vmb_result *res,
				   const struct vmb_history_opts *opts);

/** vmb_history_find - borrow a benchmark by id, NULL if no run has it. */
const struct vmb_history_bench *vmb_history_find(const struct vmb_history *h, const char *id);

/**
 * vmb_history_noise - by how much do runs of one build differ? Learnt from the build that has most
 * runs, the newest of those.
 * @id: of the benchmark
 * @but: [nr_but] ids of runs that are left out: those that are about to be compared
 * Return: 0; -ENODATA fewer than VMB_MIN_SESSIONS runs of any build; -ENOMEM.
 */
VMB_MUST_CHECK int vmb_history_noise(const struct vmb_history *h, const char *id,
				     const char *const *but, size_t nr_but,
				     struct vmb_session_noise *out);

/**
 * struct vmb_history_findings - what happened to one benchmark.
 * @change: [nr] change points, of the logarithms of the medians; heap, owned
 * @trend: slope per run since the last change, of the logarithms, if @has_trend
 * @since: the trend's first point
 */
struct vmb_history_findings {
	size_t nr, since;
	struct vmb_change_point *change;
	bool has_trend;
	struct vmb_trend trend;
};

/**
 * vmb_history_analyse - change points and trend.
 * Return: 0 or -ENOMEM; findings_fini with vmb_history_findings_fini().
 */
VMB_MUST_CHECK int vmb_history_analyse(const struct vmb_history_bench *b,
				       struct vmb_history_findings *out);
void vmb_history_findings_fini(struct vmb_history_findings *f);

/** Writers, one row per format in the table of history_report.c. */
struct vmb_history_format {
	const char *name, *what;
	int (*write)(FILE *out, const struct vmb_history *h, const struct vmb_report_opts *opts);
};

/** vmb_history_format_find - borrow a row by name, NULL if unknown. */
const struct vmb_history_format *vmb_history_format_find(const char *name);

#endif /* VMB_RESULTS_HISTORY_H */
