/* SPDX-License-Identifier: MIT */
#ifndef VMB_RESULTS_STAT_UNPAIRED_H
#define VMB_RESULTS_STAT_UNPAIRED_H
/*
 * A run against a stored baseline. The two were measured at different times, so beside the noise
 * between rounds there is a difference between sessions (boot, memory layout of the machine,
 * temperature) that no number of rounds averages out. It is learnt from repeated runs of one build.
 *
 * All of it works on logarithms of the rounds' estimates.
 *
 * Context: pure; allocates.
 */

#include <stdbool.h>
#include <stddef.h>

#include "arch/base/attr.h"

/**
 * struct vmb_session_noise - what sessions add.
 * @sessions: how many runs of one build it was learnt from; below VMB_MIN_SESSIONS nothing is
 *            known, and a comparison that uses it is provisional
 * @variance: of a session's effect on the logarithm of a time, without what the rounds explain;
 *            0 if they explain it all
 * @spread: variance of the sessions' centres as they are, rounds included
 */
struct vmb_session_noise {
	size_t sessions;
	double variance, spread;
};

#define VMB_MIN_SESSIONS	3

/** struct vmb_rounds_ns - the estimates of one session: [n] ns per operation, borrowed. */
struct vmb_rounds_ns { const double *ns; size_t n; };

/**
 * vmb_session_noise_learn - from an A/A history: runs of the same build on the same machine.
 * @session: [nr]
 * @out: overwritten
 * Return: 0; -EINVAL fewer than VMB_MIN_SESSIONS sessions, or one with fewer than 2 rounds;
 * -EDOM a time is not finite or not > 0; -ENOMEM.
 * Source: one-way random effects, method of moments (Searle, Casella & McCulloch 1992, ch. 3).
 */
VMB_MUST_CHECK int vmb_session_noise_learn(const struct vmb_rounds_ns *session, size_t nr,
					   struct vmb_session_noise *out);

/**
 * enum vmb_severity - the words that users of the suite know.
 * @VMB_SEVERITY_STABLE: none of the others
 * @VMB_SEVERITY_IMPROVEMENT: faster by more than 5 %
 * @VMB_SEVERITY_MEDIUM: slower by more than 10 %
 * @VMB_SEVERITY_HIGH: slower by more than 20 %
 */
enum vmb_severity {
	VMB_SEVERITY_STABLE, VMB_SEVERITY_IMPROVEMENT, VMB_SEVERITY_MEDIUM, VMB_SEVERITY_HIGH,
};

/** vmb_severity_name - "stable", "improvement", "medium", "high". */
const char *vmb_severity_name(enum vmb_severity s);

/** struct vmb_thresholds - shares of the old time; zeroed members mean 0.20, 0.10 and 0.05. */
struct vmb_thresholds { double high, medium, improvement; };

/**
 * vmb_severity_of - the word for an interval. A threshold counts as crossed only if the whole
 * interval is beyond it, so that noise alone raises no alarm.
 * @low, @high: interval of ln(new / old)
 * @t: NULL for defaults
 */
enum vmb_severity vmb_severity_of(double low, double high, const struct vmb_thresholds *t);

/**
 * struct vmb_unpaired_opts - zeroed members mean the default.
 * @confidence: of the interval, default 0.99
 * @noise: learnt session noise
 * @thresholds: for the severity
 */
struct vmb_unpaired_opts {
	double confidence;
	struct vmb_session_noise noise;
	struct vmb_thresholds thresholds;
};

/**
 * struct vmb_unpaired
 * @severity: enum vmb_severity
 * @provisional: the session noise is not known: the interval is too narrow by an unknown amount
 * @effect: difference of the 20 % trimmed means of the logarithms, ln(new / old)
 * @low, @high: its interval at the confidence asked for
 * @error: standard error with the session noise, @df: its degrees of freedom; of the two ways to
 *         look at it (docs/STATISTICS.md), the one with the wider interval
 * @p_change: two-sided P for no change at all
 * @detectable: minimum detectable effect at the same level with power 0.95
 */
struct vmb_unpaired {
	enum vmb_severity severity;
	bool provisional;
	double effect, low, high, error, df, p_change, detectable;
};

/**
 * vmb_unpaired_judge - compare two runs.
 * @old, @fresh: the baseline and the run that is compared with it, at least two rounds each
 * @opts: NULL for defaults
 * Return: 0; -EINVAL too few rounds, bad options; -EDOM a time is not finite or not > 0; -ENOMEM.
 * Source: Yuen, "The two-sample trimmed t for unequal population variances", Biometrika 61, 1974
 * (Welch's test where a side has fewer than five rounds and nothing is trimmed).
 */
VMB_MUST_CHECK int vmb_unpaired_judge(const struct vmb_rounds_ns *old,
				      const struct vmb_rounds_ns *fresh,
				      const struct vmb_unpaired_opts *opts,
				      struct vmb_unpaired *out);

#endif /* VMB_RESULTS_STAT_UNPAIRED_H */
