/* SPDX-License-Identifier: MIT */
#ifndef VMB_USER_PROFILE_H
#define VMB_USER_PROFILE_H
/*
 * --profile-time: one benchmark's body and nothing else, in this process, for a profiler to watch.
 */

#include "user/plan.h"
#include "user/session.h"

/** vmb_profile - Return: an exit code. */
int vmb_profile(const struct vmb_session *s, const struct vmb_plan *plan);

#endif /* VMB_USER_PROFILE_H */
