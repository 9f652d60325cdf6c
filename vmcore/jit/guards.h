/* SPDX-License-Identifier: MIT */
#ifndef VMB_VMCORE_JIT_GUARDS_H
#define VMB_VMCORE_JIT_GUARDS_H
/*
 * Guards (vmcore/jit/select.h) while a unit is lowered: ranges are compared with guest memory's bounds,
 * and then the bases of what lies in them become host addresses.
 *
 * Context: pure but for the host's functions, which write code.
 */

#include "vmcore/jit/places.h"
#include "vmcore/jit/select.h"

/* Jumps of a guard to where other code begins, at most. */
#define JIT_GUARD_MISSES 4u

/**
 * struct jit_guard_ops - what a host writes. Two registers that hold no values are an *offset* and a
 * *bound*, of 64 bits. All numbers are unsigned.
 * @base: registers of the first two bases: that of the limit, then that of memory's first byte
 * @offset: the offset is @value + @disp
 * @bound: the bound is @value, extended by zeros
 * @miss_above: other code if the offset is greater than @limit
 * @miss_outside: other code if the bound is less than @least or greater than @most
 * @miss_together: the bound is shifted by @shift; other code if it and the offset are more than @room
 * @compared: all comparisons have been written, the last by one of these; may be NULL
 * @to_host: @reg is the host address of the offset; @reg may be that of memory's first byte
 * @value: the register of a value, which is loaded if need be
 */
struct jit_guard_ops {
	uint8_t base[2];
	void (*offset)(struct jit_places *p, uint32_t value, int64_t disp);
	void (*bound)(struct jit_places *p, uint32_t value);
	void (*miss_above)(struct jit_places *p, uint64_t limit);
	void (*miss_outside)(struct jit_places *p, uint64_t least, uint64_t most);
	void (*miss_together)(struct jit_places *p, unsigned int shift, uint64_t room);
	void (*compared)(struct jit_places *p);
	void (*to_host)(struct jit_places *p, unsigned int reg);
	unsigned int (*value)(struct jit_places *p, uint32_t value);
};

/** jit_guards - write the guards of a unit, and set the registers of its bases. */
void jit_guards(struct jit_places *p, const struct jit_guard_ops *ops);

/** jit_has_register - does base number @base have a register of its own? */
VMB_INLINE bool jit_has_register(const struct jit_select *select, uint32_t base)
{
	return base < select->nr_registers && base < select->nr_bases &&
	       !select->base[base].in_place;
}

#endif /* VMB_VMCORE_JIT_GUARDS_H */
