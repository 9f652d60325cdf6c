/* SPDX-License-Identifier: MIT */
#ifndef VMB_USER_PROFILE_H
#define VMB_USER_PROFILE_H
/*
 * --profile-time: one benchmark's body and nothing else, in this process, for a profiler to watch.
 */

#include "user/catalogue.h"
#include "user/options.h"

/** vmb_profile - Return: an exit code. */
int vmb_profile(const struct vmb_catalogue *c, const struct vmb_options *o);

#endif /* VMB_USER_PROFILE_H */
