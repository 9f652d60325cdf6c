/* SPDX-License-Identifier: MIT */
#ifndef VMB_USER_CONFIG_H
#define VMB_USER_CONFIG_H
/*
 * Where vmbench.ini is looked for.
 */

#include "results/policy.h"
#include "user/options.h"

/**
 * vmb_config_read - the policy from --config FILE, else ./vmbench.ini, else vmbench/vmbench.ini in
 * $XDG_CONFIG_HOME or ~/.config. Without any of them the default policy.
 * @out: overwritten; the caller calls vmb_policy_fini()
 * Return: 0, or an exit code, complained about.
 */
VMB_MUST_CHECK int vmb_config_read(const struct vmb_options *o, struct vmb_policy *out);

#endif /* VMB_USER_CONFIG_H */
