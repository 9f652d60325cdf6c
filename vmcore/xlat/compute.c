// SPDX-License-Identifier: MIT
/*
 * Floating point that is invalid traps in compiled code (jit_target.traps), so that no result needs to
 * be looked at for NaNs. What has trapped is computed here, in the signal handler, and the code
 * goes on. A unit that has begun with another NaN than it takes for granted goes with all others.
 */
#include "vmcore/xlat/inside.h"

/* So many traps in less than so long are a program that would rather have its results looked at. */
#define MANY_TRAPS 1000u
#define SOON_NS	   1000000000

/* The thread leaves its code where that asks for fuel, or begins, and goes on with other code. */
static void leave(struct xlat *x)
{
	x->traps_often = true;
	x->frame->fuel = -1;
	x->frame->stack_limit = UINT64_MAX;
	xlat_want(&x->program);
}

static void count(struct xlat *x)
{
	uint64_t now;

	if (++x->traps % MANY_TRAPS)
		return;
	now = xlat_now_ns();
	if (now - x->traps_since < SOON_NS)
		leave(x);
	x->traps_since = now;
}

bool xlat_compute(struct xlat *x, void *context)
{
	const struct code_cache *cache = &x->engine.jit.cache;
	const struct host_native *native = x->engine.native;
	struct jit_trap trap;
	const uint8_t *at;

	if (!native || !x->engine.jit.target.traps)
		return false;
	at = native->interrupted(context);
	if (at < cache->run || at >= cache->run + cache->bytes ||
	    !jit_find_trap(&x->engine.recovery, (size_t)(at - cache->run), &trap))
		return false;
	native->take_registers(context, x->frame);
	if (trap.desc.op == IR_guest_pc) {
		/* It begins again, and is left there. */
		leave(x);
		native->go_on(context, x->frame, &trap, at - trap.at);
		return true;
	}
	jit_compute(x->frame, &trap);
	native->go_on(context, x->frame, &trap, at + trap.bytes);
	count(x);
	return true;
}
