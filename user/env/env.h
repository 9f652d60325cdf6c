/* SPDX-License-Identifier: MIT */
#ifndef VMB_USER_ENV_ENV_H
#define VMB_USER_ENV_ENV_H
/*
 * What this machine is and what disturbs it. Reading never changes anything.
 */

#include "results/env.h"

/**
 * vmb_env_collect - read every fact that can be read, one file of user/env/ per subject.
 * @env: facts are added; errors are sticky in @env->error. What cannot be read is absent.
 */
void vmb_env_collect(struct vmb_env *env);

#endif /* VMB_USER_ENV_ENV_H */
