/* SPDX-License-Identifier: MIT */
#ifndef VMB_USER_ROUND_H
#define VMB_USER_ROUND_H
/*
 * Inside the process of one round: set up, warm up, batches, check, tear down.
 */

#include "results/sample.h"
#include "user/plan.h"
#include "user/request.h"

/**
 * vmb_round_measure - measure one benchmark once, in this process.
 * @rq: what to do; borrowed
 * @e: the benchmark; borrowed
 * @out: overwritten; always a valid round, whatever went wrong is its status and reason
 */
void vmb_round_measure(const struct vmb_request *rq, const struct vmb_entry *e,
		       struct vmb_round *out);

#endif /* VMB_USER_ROUND_H */
