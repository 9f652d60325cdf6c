// SPDX-License-Identifier: MIT
#include "vmcore/jit/events.h"

#include <stdatomic.h>

/* The address space that code is put into is the process's: so is who listens. */
static const struct jit_events *_Atomic listener;

void jit_listen(const struct jit_events *events)
{
	atomic_store_explicit(&listener, events, memory_order_release);
}

void jit_tell(const struct jit_event *event)
{
	const struct jit_events *events = atomic_load_explicit(&listener, memory_order_acquire);

	if (VMB_UNLIKELY(events))
		events->compiled(events->priv, event);
}

bool jit_unit_pc(const struct ir_unit *unit, uint64_t *pc)
{
	uint32_t i;

	for (i = 0; i < unit->nr_insns; i++) {
		if (unit->insn[i].op != IR_guest_pc)
			continue;
		*pc = unit->insn[i].imm;
		return true;
	}
	return false;
}
