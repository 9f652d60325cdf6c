/* SPDX-License-Identifier: MIT */
#ifndef VMB_TESTS_FUZZ_COMPILER_MUTATE_H
#define VMB_TESTS_FUZZ_COMPILER_MUTATE_H
/*
 * Changes to units that leave them well-formed. Bytes of a text that are changed at random are hardly
 * ever a unit; a unit of which one instruction is changed often is.
 */

#include "vmcore/ir/ir.h"

/**
 * compiler_mutate - change a verified unit at a few places.
 * @unit: its arrays are replaced by copies with room in its arena
 * @seed: of the choices
 * @scratch: for the verifier
 * Return: the number of changes, 0: none was found that is well-formed; -ENOMEM.
 */
int compiler_mutate(struct ir_unit *unit, uint64_t seed, struct ir_arena *scratch);

#endif /* VMB_TESTS_FUZZ_COMPILER_MUTATE_H */
