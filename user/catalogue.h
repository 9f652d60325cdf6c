/* SPDX-License-Identifier: MIT */
#ifndef VMB_USER_CATALOGUE_H
#define VMB_USER_CATALOGUE_H
/*
 * What can be measured: the built-in categories, then those of the plugins.
 */

#include "user/bench.h"
#include "user/options.h"

#define VMB_MAX_CATEGORIES 64

/**
 * struct vmb_catalogue
 * @category: [nr]; the built-in ones first, in the order of vmb_categories()
 * @plugins: absolute paths of the loaded shared objects, for the processes of rounds
 *
 * Shared objects stay loaded until the process ends: benchmarks point into them.
 */
struct vmb_catalogue {
	size_t nr;
	const struct vmb_category *category[VMB_MAX_CATEGORIES];
	struct vmb_list plugins;
};

/**
 * vmb_catalogue_open - gather the categories; load plugins.
 * @c: overwritten
 * @plugins: paths, NULL for none; borrowed
 * @why: on failure: which plugin, why, what to do
 * Return: 0; -ENOENT, -ENOEXEC not a plugin; -EPROTO built for another ABI; -EINVAL a malformed
 * table or an id that exists already.
 *
 * A plugin is code and runs with the caller's rights, from the moment that it is loaded. Its
 * table is checked so that a mistake is a message and not a crash; malice cannot be checked for.
 */
VMB_MUST_CHECK int vmb_catalogue_open(struct vmb_catalogue *c, const struct vmb_list *plugins,
				      struct vmb_why *why);

#endif /* VMB_USER_CATALOGUE_H */
