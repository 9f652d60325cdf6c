/* SPDX-License-Identifier: MIT */
#ifndef VMB_RESULTS_BASELINE_H
#define VMB_RESULTS_BASELINE_H
/*
 * Runs that were given a name, to compare later ones with: DIR/baselines/NAME.vmb. The file is a
 * whole run, in the format of any other. docs/BASELINES.md.
 */

#include "results/store.h"

#define VMB_BASELINE_NAME_MAX	100

/**
 * vmb_baseline_name_check - may a baseline be called so?
 * Letters, digits, '-', '_' and '.', not starting with a '.' or a '-', at most
 * VMB_BASELINE_NAME_MAX; not "latest" and not NAME.vmb, which mean something else on the command
 * line.
 * Return: 0; -EINVAL with @err.
 */
VMB_MUST_CHECK int vmb_baseline_name_check(const char *name, struct vmb_error *err);

/**
 * vmb_baseline_prepare - check @name and prove that it can be written, before anything is measured.
 * Return: 0 or -errno with @err.
 */
VMB_MUST_CHECK int vmb_baseline_prepare(const char *dir, const char *name, struct vmb_error *err);

/**
 * vmb_baseline_save - give a run a name.
 * @replace: an older baseline of that name is replaced, in one step: whoever is killed at any moment
 *           leaves the old or the new one, whole
 * @path: PATH_MAX bytes, gets the final path
 * Return: 0; -EINVAL the name; -EEXIST; as vmb_store_save().
 */
VMB_MUST_CHECK int vmb_baseline_save(const char *dir, const char *name, bool replace,
				     const struct vmb_result *res, char *path,
				     struct vmb_error *err);

/**
 * vmb_baseline_load - read a baseline.
 * @out: overwritten on success; the caller calls vmb_result_fini()
 * Return: 0; -EINVAL the name; -ENOENT, and @err says which there are; as vmb_store_load().
 */
VMB_MUST_CHECK int vmb_baseline_load(const char *dir, const char *name, struct vmb_result *out,
				     struct vmb_error *err);

/** vmb_baseline_remove - Return: 0; -EINVAL; -ENOENT; -errno with @err. */
VMB_MUST_CHECK int vmb_baseline_remove(const char *dir, const char *name, struct vmb_error *err);

/**
 * vmb_baseline_or_run - read what a word on the command line means: a path, the exact name of a
 * baseline, or a run as vmb_store_load() finds it, in this order.
 * @is_baseline: set if it was the second; may be NULL
 * Return: as vmb_store_load().
 */
VMB_MUST_CHECK int vmb_baseline_or_run(const char *dir, const char *ref, struct vmb_result *out,
				       bool *is_baseline, struct vmb_error *err);

#endif /* VMB_RESULTS_BASELINE_H */
