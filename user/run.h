/* SPDX-License-Identifier: MIT */
#ifndef VMB_USER_RUN_H
#define VMB_USER_RUN_H
/*
 * The rounds of every benchmark of a plan, one process each, into a result.
 */

#include "user/plan.h"
#include "user/session.h"

/**
 * vmb_run_all - measure the plan.
 * @s, @plan: borrowed
 * @res: gets one vmb_bench_result per finished benchmark, in the plan's order;
 *       @res->complete is false when the user interrupted
 * Return: 0 or -ENOMEM. A failing benchmark is not an error of the run.
 */
VMB_MUST_CHECK int vmb_run_all(const struct vmb_session *s, const struct vmb_plan *plan,
			       struct vmb_result *res);

#endif /* VMB_USER_RUN_H */
