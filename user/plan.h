/* SPDX-License-Identifier: MIT */
#ifndef VMB_USER_PLAN_H
#define VMB_USER_PLAN_H
/*
 * From what the user asked for to the list of benchmarks that will run. Pure: measures nothing.
 */

#include "user/bench.h"
#include "user/catalogue.h"
#include "user/options.h"

#define VMB_ID_BYTES 160

/**
 * struct vmb_entry - one point of one benchmark's parameter space.
 * @arg: the chosen value of each axis, [bench->nr_axes]
 * @nr_rigorous: how many of them only --rigorous or --exact selects
 */
struct vmb_entry {
	char id[VMB_ID_BYTES];
	const struct vmb_category *category;
	const struct vmb_bench *bench;
	struct vmb_value arg[VMB_MAX_AXES];
	unsigned int nr_rigorous;
};

/** struct vmb_effort - how long and how often; resolved from the options' defaults. */
struct vmb_effort {
	unsigned int rounds;
	unsigned int batches;
	double measure_ns;
	double warm_up_ns;
	double timeout_s;
};

/** vmb_effort_resolve - defaults, --quick or --rigorous, then what was given by number. */
void vmb_effort_resolve(const struct vmb_options *o, struct vmb_effort *e);

/**
 * vmb_effort_for_pairs - many short rounds instead of few long ones, unless told by number: the
 * shorter a pair, the more of what the machine does meanwhile hits both of its sides.
 */
void vmb_effort_for_pairs(const struct vmb_options *o, struct vmb_effort *e);

/** struct vmb_plan - const once made. Zeroed is empty. */
struct vmb_plan {
	size_t nr;
	struct vmb_entry *entry;	/* heap, owned */
};

/**
 * vmb_plan_make - expand every table, keep what the options select.
 * @c: what there is; the plan borrows from it
 * Return: 0; -EINVAL a bad regular expression or a filter that matches nothing (@why says what
 * there is); -ENOMEM.
 */
VMB_MUST_CHECK int vmb_plan_make(const struct vmb_catalogue *c, const struct vmb_options *o,
				 struct vmb_plan *plan, struct vmb_why *why);
void vmb_plan_fini(struct vmb_plan *plan);

/**
 * vmb_plan_find - the entry of an exact id.
 * Return: 0, -ENOENT.
 */
VMB_MUST_CHECK int vmb_plan_find(const struct vmb_catalogue *c, const char *id,
				 struct vmb_entry *out);

#endif /* VMB_USER_PLAN_H */
