/* SPDX-License-Identifier: MIT */
#ifndef VMB_RESULTS_SUMMARY_H
#define VMB_RESULTS_SUMMARY_H
/*
 * The parts of vmb_summarise(), which itself is declared in results/result.h. Each reads the
 * digests of all rounds and fills its own members of the summary.
 *
 * Context: pure; allocates.
 */

#include <stddef.h>

#include "results/digest.h"
#include "results/result.h"

/** vmb_summary_counters - join counters by name over rounds; simulated ones stay apart. */
VMB_MUST_CHECK int vmb_summary_counters(const struct vmb_digest *d, size_t nr, double confidence,
					struct vmb_summary *out);

/** vmb_summary_metrics - join the benchmark's own metrics over kept rounds, each by its vmb_agg. */
VMB_MUST_CHECK int vmb_summary_metrics(const struct vmb_digest *d, size_t nr,
				       struct vmb_summary *out);

/** vmb_summary_steady - metrics of the way to the steady state, where rounds were analysed so. */
VMB_MUST_CHECK int vmb_summary_steady(const struct vmb_digest *d, size_t nr,
				      struct vmb_summary *out);

/** vmb_summary_ratios - metrics derived from the counters already in @out: IPC, X-MPKI. */
void vmb_summary_ratios(struct vmb_summary *out);

/**
 * vmb_summary_metric_add - append a metric; one that is not finite is not added, nor is any past
 * VMB_MAX_METRICS.
 */
void vmb_summary_metric_add(struct vmb_summary *out, const char *name, const char *unit,
			    double value);

#endif /* VMB_RESULTS_SUMMARY_H */
