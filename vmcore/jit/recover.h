/* SPDX-License-Identifier: MIT */
#ifndef VMB_VMCORE_JIT_RECOVER_H
#define VMB_VMCORE_JIT_RECOVER_H
/*
 * Precise faults. An access of precise code (jit_target.precise) that the host faults on, or whose
 * address fails its check, is found by the host's address: each unit has a list of points, which
 * says for the code from there on which guest instruction it belongs to, and where the values are
 * that are to be in the guest's state and have not been written there. What traps since it is
 * invalid (jit_target.traps) is found so, too.
 */

#include "vmcore/jit/jit.h"

/**
 * struct jit_recovery - the points, and the instructions that may trap, of all units in a cache.
 * Zero-initialised it is empty.
 * @bytes: [@nr] those of each unit, as recover.c writes them
 * @unit: [@nr_units] in the order of their code
 */
struct jit_recovery {
	uint8_t *bytes;
	size_t nr, cap;
	struct jit_recovery_unit {
		size_t start, end; /* of the code, in the cache */
		size_t first;	   /* of the points, in @bytes */
		size_t traps;	   /* the same of the instructions */
		uint32_t nr_points, nr_traps;
	} *unit;
	uint32_t nr_units, cap_units;
};

/** jit_recovery_fini - free it. */
void jit_recovery_fini(struct jit_recovery *recovery);

/** jit_recovery_clear - the code has been thrown away. */
void jit_recovery_clear(struct jit_recovery *recovery);

/**
 * jit_recovery_add - the points of the unit that was compiled last.
 * @code: it; it lies behind all that were added before
 * Return: 0 or -ENOMEM.
 */
int jit_recovery_add(struct jit_recovery *recovery, const struct jit_scratch *scratch,
		     const struct jit_code *code);

/**
 * jit_recover - let guest state be what it is where the code was left.
 * @at: offset in the cache of the instruction at which it was left, or of what the code has handed
 *	to jit_access()
 * @frame: with the code's registers; its guest state is written
 * @pc: gets the guest instruction's address
 * Return: false if no such access is known, and nothing is written.
 */
bool jit_recover(const struct jit_recovery *recovery, size_t at, struct jit_frame *frame,
		 uint64_t *pc);

/**
 * jit_find_trap - what an instruction computes that has trapped.
 * @at: offset in the cache
 * @trap: gets it
 * Return: false if it is not known.
 */
bool jit_find_trap(const struct jit_recovery *recovery, size_t at, struct jit_trap *trap);

#endif /* VMB_VMCORE_JIT_RECOVER_H */
