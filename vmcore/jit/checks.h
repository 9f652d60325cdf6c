/* SPDX-License-Identifier: MIT */
#ifndef VMB_VMCORE_JIT_CHECKS_H
#define VMB_VMCORE_JIT_CHECKS_H
/*
 * Which addresses have been checked in the blocks that lead to here.
 *
 * Context: pure; inline, because every access asks.
 */

#include "vmcore/jit/lower.h"

#define JIT_NR_CHECKED 2u

/* Of two addresses so near to each other one in memory lets the other be there or in a guard. */
#define JIT_NEAR_ENOUGH ((int64_t)JIT_GUARD - 64)

/**
 * struct jit_checks - of @checked[] each: @base + [@lo, @end) lies in guest memory, or in a guard.
 * @next: the one to forget next
 */
struct jit_checks {
	struct {
		uint32_t base;
		int64_t lo, end;
	} checked[JIT_NR_CHECKED];
	uint32_t next;
};

/** jit_checks_forget - other code leads to here. */
VMB_INLINE void jit_checks_forget(struct jit_checks *c)
{
	unsigned int i;

	for (i = 0; i < JIT_NR_CHECKED; i++)
		c->checked[i].base = IR_NONE;
}

/** jit_remember - [base + lo, base + end) has been, and so what lies between it and what was before. */
VMB_INLINE void jit_remember(struct jit_checks *c, uint32_t base, int64_t lo, int64_t end)
{
	unsigned int i;

	for (i = 0; i < JIT_NR_CHECKED; i++) {
		if (c->checked[i].base == base) {
			c->checked[i].lo = lo < c->checked[i].lo ? lo : c->checked[i].lo;
			c->checked[i].end = end > c->checked[i].end ? end : c->checked[i].end;
			return;
		}
	}
	i = c->next++ % JIT_NR_CHECKED;
	c->checked[i].base = base;
	c->checked[i].lo = lo;
	c->checked[i].end = end;
}

/** jit_was_checked - has [base + lo, base + end) been? */
VMB_INLINE bool jit_was_checked(const struct jit_checks *c, uint32_t base, int64_t lo, int64_t end)
{
	unsigned int i;

	for (i = 0; i < JIT_NR_CHECKED; i++) {
		if (c->checked[i].base == base && c->checked[i].lo <= lo &&
		    end <= c->checked[i].end)
			return true;
	}
	return false;
}

#endif /* VMB_VMCORE_JIT_CHECKS_H */
