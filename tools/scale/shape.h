/* SPDX-License-Identifier: MIT */
#ifndef VMB_TOOLS_SCALE_SHAPE_H
#define VMB_TOOLS_SCALE_SHAPE_H
/*
 * Units of any size, in shapes that ask different things of a compiler.
 */

#include "vmcore/ir/ir.h"

/**
 * shape_make - make a unit of about @nr instructions.
 * @shape: one of shape_names()
 * @unit: initialised and empty
 * Return: as ir_build_end(); -EINVAL if there is no such shape.
 */
int shape_make(const char *shape, struct ir_unit *unit, uint32_t nr);

/** shape_names - all of them, each with a blank before it. */
const char *shape_names(void);

#endif /* VMB_TOOLS_SCALE_SHAPE_H */
