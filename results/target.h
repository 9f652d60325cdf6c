/* SPDX-License-Identifier: MIT */
#ifndef VMB_RESULTS_TARGET_H
#define VMB_RESULTS_TARGET_H
/*
 * Is it as fast as the users want it to be? The targets are in targets.def.
 *
 * Context: pure.
 */

#include <stdbool.h>
#include <stddef.h>

#include "results/result.h"

enum vmb_target_measure {
	VMB_TARGET_TIME, VMB_TARGET_RATE, VMB_TARGET_THROUGHPUT, VMB_TARGET_METRIC,
};

enum vmb_target_comparison { VMB_TARGET_BELOW, VMB_TARGET_ABOVE };

/**
 * struct vmb_target - one row of targets.def.
 * @ids: pattern of vmb_glob()
 * @name: of the metric
 * @limit: in @unit; it is met when the value is beyond it, in the direction of @comparison
 * @text: for people, "< 100 ns"
 */
struct vmb_target {
	const char *ids;
	enum vmb_target_measure measure;
	const char *name;
	enum vmb_target_comparison comparison;
	double limit;
	const char *unit, *text;
};

/**
 * struct vmb_target_verdict
 * @measured: the value is there; false: neither met nor missed
 * @value: in the target's unit
 * @distance_percent: of the value from the limit, in per cent of the limit; negative: below
 */
struct vmb_target_verdict {
	const struct vmb_target *target;
	bool measured, met;
	double value, distance_percent;
};

/** vmb_targets - borrow the table. @nr: set to its length */
const struct vmb_target *vmb_targets(size_t *nr);

/**
 * vmb_target_judge - does @t hold for @b?
 * @b: of a benchmark whose id matches or not
 * @out: overwritten if it does
 * Return: false if the target is not about this benchmark.
 *
 * A benchmark that was skipped, failed or is unreliable has no value. The value is the median: a
 * target says what is acceptable, not what is certain.
 */
bool vmb_target_judge(const struct vmb_target *t, const struct vmb_bench_result *b,
		      struct vmb_target_verdict *out);

/**
 * vmb_target_words - "met, 34 % below", "MISSED, 12 % above", "not measured".
 * @buf: at least 48 bytes
 */
const char *vmb_target_words(const struct vmb_target_verdict *v, char buf[48]);

#endif /* VMB_RESULTS_TARGET_H */
