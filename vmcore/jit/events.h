/* SPDX-License-Identifier: MIT */
#ifndef VMB_VMCORE_JIT_EVENTS_H
#define VMB_VMCORE_JIT_EVENTS_H
/*
 * Who wants to know what code this process makes: a profiler's map, a debugger. There is one listener
 * for the whole process, since a benchmark's compiler is its own and a profiler looks at a process.
 * Nobody listening costs a load and a branch that is not taken, once for each unit.
 */

#include <stddef.h>

#include "vmcore/ir/ir.h"

/**
 * struct jit_event - a unit has become code that can be run.
 * @unit: what was compiled
 * @tier: 1 or 2
 * @code, @bytes: where it runs. What lay there before is not run any more
 *
 * Everything is borrowed for the call.
 */
struct jit_event {
	const struct ir_unit *unit;
	unsigned int tier;
	const void *code;
	size_t bytes;
};

/**
 * struct jit_events - a listener.
 * @compiled: called by the thread that compiles, before the code runs; several may call at once
 * @priv: for @compiled
 */
struct jit_events {
	void (*compiled)(void *priv, const struct jit_event *event);
	void *priv;
};

/**
 * jit_listen - make @events the process's listener, in place of the one before.
 * @events: borrowed until another call; NULL: nobody. The caller sees to it that nobody compiles
 *	while the one before is taken down
 */
void jit_listen(const struct jit_events *events);

/** jit_tell - let the listener know. Code for another host than this one is none that can be run. */
void jit_tell(const struct jit_event *event);

/** jit_unit_pc - the first guest address that @unit speaks of. Return: false if there is none. */
bool jit_unit_pc(const struct ir_unit *unit, uint64_t *pc);

#endif /* VMB_VMCORE_JIT_EVENTS_H */
