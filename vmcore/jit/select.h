/* SPDX-License-Identifier: MIT */
#ifndef VMB_VMCORE_JIT_SELECT_H
#define VMB_VMCORE_JIT_SELECT_H
/*
 * Tier 2's own copy of a unit, in which accesses to guest memory are what the host can do at once.
 *
 * With guards, ranges of guest memory are compared with its bounds once, in the entry block, before
 * the unit has done anything: base + [lo, end + (bound << shift)), where base and bound are values
 * that are known there. The accesses that lie in them need no comparison. Where a guard does not
 * hold, other code of the same unit runs instead, from its entry.
 */

#include "vmcore/ir/arena.h"
#include "vmcore/ir/dom.h"
#include "vmcore/jit/lower.h"

/* Ranges, and bases that they begin at. */
#define JIT_MAX_GUARDS 12u
#define JIT_MAX_BASES  8u

/**
 * struct jit_guard - a range that must lie in guest memory.
 * @base: number of the base
 * @bound: a value that is at least @least, IR_NONE: there is none
 * @shift: of the bound
 * @lo, @end: @base + [@lo, @end + (@bound << @shift)); @end is not less than @lo
 */
struct jit_guard {
	uint32_t base;
	uint32_t bound;
	uint32_t least;
	uint32_t shift;
	int64_t lo, end;
};

/**
 * struct jit_base - a value that addresses are counted from.
 * @value: defined in the entry block before the guards, not a constant
 * @weight: of its accesses, those in loops more
 * @in_place: behind the guards the value itself is the host address: nothing else uses it, or what is
 *	computed from it, than accesses in memory
 * @only_addresses: it could be so
 * @many: something is added to it before an index is
 */
struct jit_base {
	uint32_t value;
	uint32_t weight;
	bool in_place, only_addresses, many;
};

/* In aux2 of ld and st: the access is in memory; lo and hi are read by jit_covered_*(). */
#define JIT_COVERED 0x80u

/* Number of the base that is guest memory's first byte; a is an address that begins anywhere. */
#define JIT_BASE_MEMORY 0xffu

/* The same: a is a host address, and c an index or IR_NONE. */
#define JIT_BASE_POINTER 0xfeu

/*
 * An access with JIT_COVERED is to its base + (a << scale) + disp, where a may be IR_NONE; or to
 * a + (c << scale) + disp.
 */
VMB_INLINE uint32_t jit_covered_base(const struct ir_insn *insn)
{
	return insn->hi & 0xff;
}

VMB_INLINE uint32_t jit_covered_scale(const struct ir_insn *insn)
{
	return insn->hi >> 8;
}

VMB_INLINE int32_t jit_covered_disp(const struct ir_insn *insn)
{
	return (int32_t)insn->lo;
}

/**
 * struct jit_select - the copy, with memory that is reused from unit to unit.
 * @unit: instructions of the same numbers; what is not needed is a fence of nothing
 * @at: the guards stand before this instruction
 * @nr_guards, @nr_bases: 0: no guards
 * @nr_uncovered: accesses that must be compared with the bounds of memory
 * @nr_registers: of the first so many bases, unless they are in place, the host has the host address
 *	in a register each; if it is two, nothing counts from memory's first byte
 * @uses: number of uses of each value
 * @arena: where all of it lies
 */
struct jit_select {
	struct ir_unit unit;
	struct jit_guard guard[JIT_MAX_GUARDS];
	struct jit_base base[JIT_MAX_BASES];
	uint32_t at, nr_guards, nr_bases, nr_uncovered, nr_registers;
	uint32_t *uses;
	struct ir_arena arena;
};

/**
 * jit_select - copy a unit.
 * @guards: there is other code to run where a guard does not hold
 * Return: 0 or -ENOMEM.
 */
int jit_select(struct jit_select *select, const struct ir_unit *unit,
	       const struct jit_target *target, bool guards);

/** jit_select_fini - free it. Zero-initialised it is empty. */
void jit_select_fini(struct jit_select *select);

#endif /* VMB_VMCORE_JIT_SELECT_H */
