/* SPDX-License-Identifier: MIT */
#ifndef VMB_USER_RUN_H
#define VMB_USER_RUN_H
/*
 * The rounds of every benchmark of a plan, one process each, into a result.
 */

#include "results/result.h"
#include "user/calibrate.h"
#include "user/counter/counter.h"
#include "user/options.h"
#include "user/pin.h"
#include "user/plan.h"

/** struct vmb_session - what every round of a run has in common; const while it runs. */
struct vmb_session {
	const struct vmb_options *options;
	const struct vmb_catalogue *catalogue;
	const struct vmb_plan *plan;
	const struct vmb_counter_plan *counters;
	const struct vmb_pin *pin;
	struct vmb_timer timer;
	uint64_t seed;
};

/**
 * vmb_run_all - measure the plan.
 * @s: borrowed
 * @res: gets one vmb_bench_result per finished benchmark, in the plan's order;
 *       @res->complete is false when the user interrupted
 * Return: 0 or -ENOMEM. A failing benchmark is not an error of the run.
 */
VMB_MUST_CHECK int vmb_run_all(const struct vmb_session *s, struct vmb_result *res);

#endif /* VMB_USER_RUN_H */
