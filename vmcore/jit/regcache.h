/* SPDX-License-Identifier: MIT */
#ifndef VMB_VMCORE_JIT_REGCACHE_H
#define VMB_VMCORE_JIT_REGCACHE_H
/*
 * Tier 1's registers as a cache of values: which register holds what, and which one to take when
 * none is free. It emits nothing: a host that takes a register from its owner saves that one first.
 *
 * Registers are numbered 0 to 62 in one space; masks have a bit for each, and bit 63 is no register.
 *
 * Context: pure; inline, because a unit asks for it at every operand.
 */

#include "arch/base/assert.h"
#include "vmcore/jit/lower.h"

#define JIT_CACHE_REGS 64u

static_assert((JIT_NO_REG & 63) == 63, "no register is the same as one that is never used");

/**
 * struct jit_regcache
 * @used: registers that hold a value
 * @locked: registers that the current instruction needs
 * @rotor: register that was taken last
 * @owner: [register] the value that it holds, if its bit in @used is set
 */
struct jit_regcache {
	uint64_t used, locked;
	uint32_t rotor;
	uint32_t owner[JIT_CACHE_REGS];
};

VMB_INLINE void jit_regcache_lock(struct jit_regcache *c, unsigned int reg)
{
	c->locked |= UINT64_C(1) << reg;
}

/** jit_regcache_free - a register of @from that holds nothing, or JIT_NO_REG. */
VMB_INLINE unsigned int jit_regcache_free(const struct jit_regcache *c, uint64_t from)
{
	uint64_t free = from & ~c->used & ~c->locked;

	return VMB_LIKELY(free) ? (unsigned int)__builtin_ctzll(free) : JIT_NO_REG;
}

/**
 * jit_regcache_victim - a register of @from to take from its owner: one whose value need not be
 * saved, else the next in turn. The caller saves the owner and calls jit_regcache_forget().
 */
VMB_INLINE unsigned int jit_regcache_victim(struct jit_regcache *c, const struct jit_value *value,
					    uint64_t from)
{
	uint64_t candidates = from & ~c->locked, clean = 0, turn, m;

	for (m = candidates; m; m &= m - 1) {
		unsigned int reg = (unsigned int)__builtin_ctzll(m);

		if (value[c->owner[reg]].flags & (JIT_CONST | JIT_STORED))
			clean |= UINT64_C(1) << reg;
	}
	candidates = clean ? clean : candidates;
	VMB_ASSERT(candidates);
	turn = candidates & UINT64_MAX << c->rotor << 1;
	c->rotor = (uint32_t)__builtin_ctzll(turn ? turn : candidates);
	return c->rotor;
}

/** jit_regcache_own - @reg holds value @index now, and is locked. */
VMB_INLINE void jit_regcache_own(struct jit_regcache *c, struct jit_value *value, unsigned int reg,
				 uint32_t index)
{
	c->owner[reg] = index;
	c->used |= UINT64_C(1) << reg;
	c->locked |= UINT64_C(1) << reg;
	value[index].reg = (uint8_t)reg;
}

/** jit_regcache_release - free @v's register if @at is its last use. Without a branch. */
VMB_INLINE void jit_regcache_release(struct jit_regcache *c, struct jit_value *v, uint32_t at)
{
	uint64_t dies = v->last == at;

	c->used &= ~(dies << (v->reg & 63));
	v->reg |= (uint8_t)-dies;
}

VMB_INLINE void jit_regcache_forget(struct jit_regcache *c, struct jit_value *value,
				    unsigned int reg)
{
	value[c->owner[reg]].reg = JIT_NO_REG;
	c->used &= ~(UINT64_C(1) << reg);
}

VMB_INLINE void jit_regcache_forget_all(struct jit_regcache *c, struct jit_value *value)
{
	while (c->used)
		jit_regcache_forget(c, value, (unsigned int)__builtin_ctzll(c->used));
}

/** jit_regcache_forget_dead - forget the values that are not used from instruction @from on. */
VMB_INLINE void jit_regcache_forget_dead(struct jit_regcache *c, struct jit_value *value,
					 uint32_t from)
{
	uint64_t m;

	for (m = c->used; m; m &= m - 1) {
		unsigned int reg = (unsigned int)__builtin_ctzll(m);

		if (value[c->owner[reg]].last < from)
			jit_regcache_forget(c, value, reg);
	}
}

#endif /* VMB_VMCORE_JIT_REGCACHE_H */
