/* SPDX-License-Identifier: MIT */
#ifndef VMB_VMCORE_OPT_PIPELINE_H
#define VMB_VMCORE_OPT_PIPELINE_H
/*
 * The optimiser: a list of passes over a unit. What a unit does is not changed by any.
 */

#include "vmcore/ir/ir.h"

/**
 * struct opt_options - how to optimise.
 * @level: 0 to 3; 0 runs nothing
 * @check: verify the unit behind every pass
 * @after: called behind every pass, if not NULL, with the pass's name and the unit
 * @priv: for @after
 */
struct opt_options {
	unsigned int level;
	bool check;
	void (*after)(void *priv, const char *pass, const struct ir_unit *unit);
	void *priv;
};

/**
 * opt_run - optimise a verified unit in place.
 * @scratch: reset between passes
 * @error: with @check: what a pass broke, beginning with its name
 * Return: 0; -ENOMEM, the unit being well-formed still; with @check -EINVAL.
 */
int opt_run(struct ir_unit *unit, const struct opt_options *options, struct ir_arena *scratch,
	    struct ir_error *error);

/**
 * opt_light - what is not used goes, at a tenth of the cost of level 1: stores to the state that are
 * overwritten unseen in their block, and what nobody uses, become constants that are no code.
 * @unit: verified
 * @scratch: what is taken is not given back
 * Return: 0; -ENOMEM, the unit being as it was.
 */
int opt_light(struct ir_unit *unit, struct ir_arena *scratch);

/**
 * opt_sink - let stores to guest state be made only on the ways on which something sees them. Between
 * blocks the state may then have less than the guest: for code that is left where the unit is, by
 * faults, and where it goes back, and so before opt_lazy().
 * @unit: verified
 * @scratch: what is taken is not given back
 * Return: 0; -ENOMEM, the unit doing the same still.
 */
int opt_sink(struct ir_unit *unit, struct ir_arena *scratch);

/**
 * opt_lazy - let stores to guest state that only faults look at be lazy (IR_LAZY): the last step
 * before tier 2 of precise code (vmcore/jit/lower.h), which notes where their values are. What else
 * takes the unit may take them as stores.
 * @unit: verified; it is not afterwards
 * @scratch: what is taken is not given back
 * Return: 0; -ENOMEM, the unit doing the same still.
 */
int opt_lazy(struct ir_unit *unit, struct ir_arena *scratch);

/** struct opt_pass - a line of passes.def. */
struct opt_pass {
	const char *name;
	const char *what;
	unsigned int level;
	int (*run)(struct ir_unit *unit, struct ir_arena *scratch);
};

/**
 * opt_passes - the lines of passes.def.
 * @nr: gets their number
 */
const struct opt_pass *opt_passes(size_t *nr);

#endif /* VMB_VMCORE_OPT_PIPELINE_H */
