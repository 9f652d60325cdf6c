/* SPDX-License-Identifier: MIT */
#ifndef VMB_VMCORE_OPT_ALGEBRA_H
#define VMB_VMCORE_OPT_ALGEBRA_H
/*
 * What is known of an instruction whose operands are partly known.
 */

#include "vmcore/opt/pass.h"

/**
 * struct algebra - a unit that is being simplified.
 * @uses: how often each value is used; a constant with one use may be changed with its user
 */
struct algebra {
	struct ir_unit *unit;
	struct opt_edit *edit;
	uint32_t *uses;
};

/**
 * algebra_simplify - rewrite an instruction whose operands are renamed, in place or, by
 * @algebra->edit, into one of its operands.
 */
void algebra_simplify(const struct algebra *algebra, uint32_t at);

/**
 * algebra_compare - let a comparison of truths, a cmp or brcmp, compare what those are about: what
 * guests with flags ask of them is an order of the two numbers that have set them.
 */
void algebra_compare(const struct ir_unit *unit, struct ir_insn *insn);

/** algebra_set_const - make an instruction a constant of its type. */
void algebra_set_const(struct ir_insn *insn, uint64_t bits);

#endif /* VMB_VMCORE_OPT_ALGEBRA_H */
