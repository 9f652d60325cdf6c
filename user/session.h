/* SPDX-License-Identifier: MIT */
#ifndef VMB_USER_SESSION_H
#define VMB_USER_SESSION_H
/*
 * What every round of one invocation has in common, made ready before a second is spent measuring.
 */

#include "results/result.h"
#include "user/calibrate.h"
#include "user/catalogue.h"
#include "user/counter/counter.h"
#include "user/options.h"
#include "user/pin.h"
#include "user/plan.h"
#include "user/request.h"

/**
 * struct vmb_session - const while it runs. Large: keep it off small stacks.
 * @options: borrowed
 * @effort: how long and how often
 * @seed: of every random choice
 */
struct vmb_session {
	const struct vmb_options *options;
	struct vmb_effort effort;
	struct vmb_catalogue catalogue;
	struct vmb_counter_plan counters;
	struct vmb_pin pin;
	struct vmb_timer timer;
	uint64_t seed;
};

/**
 * vmb_session_create - resolve plugins, CPUs and counters; measure the timer.
 * @o: borrowed for the session's life
 * @out: the session, NULL on failure
 * Return: 0, or an exit code when something is wrong, which has been complained about.
 */
VMB_MUST_CHECK int vmb_session_create(const struct vmb_options *o, struct vmb_session **out);
void vmb_session_destroy(struct vmb_session *s);

/**
 * vmb_session_prepare_store - prove, before anything is measured, that the run can be stored.
 * Return: 0, or an exit code when it cannot, which has been complained about.
 */
VMB_MUST_CHECK int vmb_session_prepare_store(const struct vmb_session *s);

/**
 * vmb_session_begin_result - name a run and describe where and how it is made.
 * @res: zeroed
 * Return: 0 or -ENOMEM.
 */
VMB_MUST_CHECK int vmb_session_begin_result(const struct vmb_session *s, struct vmb_result *res);

/** vmb_session_request - what a round of benchmark @id has in common with every other round. */
void vmb_session_request(const struct vmb_session *s, const char *id, struct vmb_request *rq);

#endif /* VMB_USER_SESSION_H */
