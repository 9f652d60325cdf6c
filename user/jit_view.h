/* SPDX-License-Identifier: MIT */
#ifndef VMB_USER_JIT_VIEW_H
#define VMB_USER_JIT_VIEW_H
/*
 * What the compiler makes of a unit, for people: the intermediate representation behind each pass,
 * and the code, for any host that this build knows.
 */

#include <stdio.h>

#include "user/disasm/disasm.h"
#include "vmcore/ir/ir.h"
#include "vmcore/ports.h"

/**
 * struct vmb_jit_view - what is wanted.
 * @host: whose code; borrowed
 * @native: this machine's, if @host is this machine, else NULL
 * @level: of optimisation, 0 to 3
 * @tier: 1 or 2
 * @dump: the pass behind which the unit is printed; "all"; NULL: none
 * @disasm: for vmb_jit_view_code(); borrowed
 */
struct vmb_jit_view {
	const struct host_ops *host;
	const struct host_native *native;
	unsigned int level, tier;
	const char *dump;
	struct vmb_disasm *disasm;
};

/**
 * vmb_jit_view_optimise - run the passes over a verified unit, and print it on the way.
 * Return: 0; -errno with @why.
 */
VMB_MUST_CHECK int vmb_jit_view_optimise(const struct vmb_jit_view *view, struct ir_unit *unit,
					 FILE *out, struct vmb_why *why);

/** vmb_jit_view_code - compile an optimised unit and print its code. Return: as above. */
VMB_MUST_CHECK int vmb_jit_view_code(const struct vmb_jit_view *view, const struct ir_unit *unit,
				     FILE *out, struct vmb_why *why);

/** vmb_jit_view_bytes - the same, but the bytes and nothing else. */
VMB_MUST_CHECK int vmb_jit_view_bytes(const struct vmb_jit_view *view, const struct ir_unit *unit,
				      FILE *out, struct vmb_why *why);

/**
 * vmb_jit_view_check_dump - is @name a pass that @level runs, or "all"?
 * Return: 0, or -EINVAL with @why naming the passes.
 */
VMB_MUST_CHECK int vmb_jit_view_check_dump(const char *name, unsigned int level,
					   struct vmb_why *why);

#endif /* VMB_USER_JIT_VIEW_H */
