/* SPDX-License-Identifier: MIT */
#ifndef VMB_TESTS_VMCORE_GEN_H
#define VMB_TESTS_VMCORE_GEN_H
/*
 * Random units, for differential tests and as the workload of the compile-speed benchmarks. A seed
 * gives the same unit everywhere. Units terminate: branches go forward, except back edges that count
 * a header's counter down.
 */

#include "vmcore/ir/ir.h"

#define GEN_STATE_BYTES 512u
#define GEN_MEM_BYTES	4096u

/**
 * struct gen_options - what to make.
 * @seed: which unit
 * @nr_insns: about how many instructions, at least 4
 * @every_op: any instruction with any types and attributes, helpers and faults; otherwise the mix
 *	that tiers are compared with: 60 % integer arithmetic, 18 % loads, 10 % stores, 12 % branches
 * @nr_registers: so many slots of 8 bytes are read and written all the time, as a guest's registers
 *	are, and accesses say which guest instruction they belong to; at most 16
 */
struct gen_options {
	uint64_t seed;
	uint32_t nr_insns;
	bool every_op;
	uint32_t nr_registers;
};

/**
 * gen_unit - make a unit.
 * @unit: initialised and empty
 * Return: as ir_build_end(). The unit is well-formed.
 */
int gen_unit(struct ir_unit *unit, const struct gen_options *options) VMB_MUST_CHECK;

/**
 * gen_world - fill guest state and memory with values that have edges.
 * @state: GEN_STATE_BYTES; slot 0 gets @mem_first, which units of gen_unit() do not overwrite
 * @memory: GEN_MEM_BYTES, at guest address @mem_first
 */
void gen_world(uint64_t seed, uint8_t *state, uint8_t *memory, uint64_t mem_first);

#endif /* VMB_TESTS_VMCORE_GEN_H */
