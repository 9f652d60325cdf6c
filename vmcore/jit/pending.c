// SPDX-License-Identifier: MIT
/*
 * Tier 2 of precise code: stores to the guest's state that only faults look at (IR_LAZY) are no code.
 * Their values are somewhere while they wait; each point of the unit says where (vmcore/jit/lower.h).
 */
#include "vmcore/jit/places.h"

bool jit_wait_home(struct jit_places *p, const struct ir_insn *insn)
{
	struct jit_waiting *waiting;
	uint32_t i;

	if (!p->job->target->precise)
		return false;
	waiting = p->homes->waiting;
	for (i = 0; i < p->nr_waiting && waiting[i].offset != insn->imm; i++)
		;
	if (!(insn->aux & IR_LAZY)) {
		if (i < p->nr_waiting)
			waiting[i] = waiting[--p->nr_waiting];
		return false;
	}
	if (i == JIT_MAX_WAITING)
		return false;
	waiting[i] = (struct jit_waiting){ (uint32_t)insn->imm, insn->a };
	p->nr_waiting += i == p->nr_waiting;
	return true;
}

static struct jit_pending place_of(const struct jit_places *p, const struct jit_waiting *waiting)
{
	const struct jit_value *value = &p->value[waiting->value];
	const struct ir_insn *insn = &p->unit->insn[waiting->value];
	struct jit_pending pending = { .offset = waiting->offset, .type = insn->type };

	if (value->reg != JIT_NO_REG) {
		pending.place = JIT_IN_REG;
		pending.where = value->reg;
	} else if (value->flags & JIT_CONST) {
		pending.place = JIT_IN_CONST;
		pending.bits[0] = insn->imm;
		pending.bits[1] = (uint64_t)insn->c << 32 | insn->b;
	} else {
		VMB_ASSERT(jit_places_is_saved(p, waiting->value));
		pending.place = JIT_IN_SLOT;
		pending.where = value->slot;
	}
	return pending;
}

uint32_t jit_point(struct jit_places *p)
{
	struct jit_pending pending;
	uint32_t i;

	jit_add_point(p->job, code_buf_at(p->job->buf), p->pc);
	for (i = 0; i < p->nr_waiting; i++) {
		pending = place_of(p, &p->homes->waiting[i]);
		jit_add_pending(p->job, &pending);
	}
	return p->job->scratch->nr_points - 1;
}
