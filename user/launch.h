/* SPDX-License-Identifier: MIT */
#ifndef VMB_USER_LAUNCH_H
#define VMB_USER_LAUNCH_H
/*
 * One round from request to struct vmb_round: command line, process, frame. The program may be
 * this vmbench or another build of it; the protocol is user/request.h.
 */

#include "results/sample.h"
#include "user/pin.h"
#include "user/request.h"

/**
 * struct vmb_launcher - how rounds of one run are started; const while it runs.
 * @program: absolute path of a vmbench; borrowed
 * @pin: where; borrowed
 * @timeout_s: of one round, > 0
 */
struct vmb_launcher {
	const char *program;
	const struct vmb_pin *pin;
	double timeout_s;
};

/**
 * vmb_launch_self - the path of the running vmbench.
 * @path: [room]
 */
void vmb_launch_self(char *path, size_t room);

/**
 * vmb_launch_round - run one round.
 * @out: on 0 a valid round: crash, hang and a garbled frame are its status and reason
 * Return: 0; -EINTR the user wants to stop; -ENOMEM.
 */
VMB_MUST_CHECK int vmb_launch_round(const struct vmb_launcher *l, const struct vmb_request *rq,
				    struct vmb_round *out);

/**
 * vmb_launch_simulated - run one round under callgrind; only counters are in it.
 * @out: as above; counters have source "sim:callgrind"
 * @why: on failure, why there are no counts
 * Return: 0; -EINTR; -ENOMEM; other -errno when valgrind or its output is no good.
 */
VMB_MUST_CHECK int vmb_launch_simulated(const struct vmb_launcher *l, const struct vmb_request *rq,
					struct vmb_round *out, struct vmb_why *why);

#endif /* VMB_USER_LAUNCH_H */
