/* SPDX-License-Identifier: MIT */
#ifndef VMB_USER_CALIBRATE_H
#define VMB_USER_CALIBRATE_H
/*
 * The timestamp counter: how fast it runs, what reading it costs, how fine it is.
 */

#include <stdint.h>

#include "results/env.h"

/**
 * struct vmb_timer
 * @hz: ticks per second
 * @measured_hz: as measured against CLOCK_MONOTONIC_RAW
 * @nominal_hz: as the machine states it, 0 unknown. Used as @hz only within 0.1 % of measured
 * @cost_ticks: median of an empty begin/end pair
 * @resolution_ticks: smallest non-zero step seen
 */
struct vmb_timer {
	double hz, measured_hz, nominal_hz;
	double cost_ticks;
	double resolution_ticks;
};

/** vmb_timer_measure_hz - watch the counter for about 60 ms. */
void vmb_timer_measure_hz(struct vmb_timer *t);

/** vmb_timer_measure_cost - time empty pairs on the calling CPU; about 100 µs. */
void vmb_timer_measure_cost(struct vmb_timer *t);

/** vmb_timer_describe - add timer.* facts. */
void vmb_timer_describe(const struct vmb_timer *t, struct vmb_env *env);

/** vmb_now_ns - CLOCK_MONOTONIC in ns; for budgets and progress, never for samples. */
uint64_t vmb_now_ns(void);

#endif /* VMB_USER_CALIBRATE_H */
