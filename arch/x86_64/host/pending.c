// SPDX-License-Identifier: MIT
/*
 * Tier 2 of precise code: stores to the guest's state that only faults look at (IR_LAZY) are no code.
 * Their values are somewhere while they wait; each point of the unit says where (vmcore/jit/lower.h).
 */
#include "arch/x86_64/host/lower.h"

bool x64_wait(struct x64_lower *l, const struct ir_insn *insn)
{
	uint32_t i;

	if (!l->p.homes || !l->job->target->precise)
		return false;
	for (i = 0; i < l->nr_waiting && l->waiting[i].offset != insn->imm; i++)
		;
	if (!(insn->aux & IR_LAZY)) {
		if (i < l->nr_waiting)
			l->waiting[i] = l->waiting[--l->nr_waiting];
		return false;
	}
	if (i == JIT_MAX_WAITING)
		return false;
	l->waiting[i] = (struct x64_waiting){ (uint32_t)insn->imm, insn->a };
	l->nr_waiting += i == l->nr_waiting;
	return true;
}

static struct jit_pending place_of(const struct x64_lower *l, const struct x64_waiting *waiting)
{
	const struct jit_value *value = &l->value[waiting->value];
	const struct ir_insn *insn = &l->unit->insn[waiting->value];
	struct jit_pending pending = { .offset = waiting->offset, .type = insn->type };

	if (value->reg != JIT_NO_REG) {
		pending.place = JIT_IN_REG;
		pending.where = value->reg;
	} else if (value->flags & JIT_CONST) {
		pending.place = JIT_IN_CONST;
		pending.bits[0] = insn->imm;
		pending.bits[1] = (uint64_t)insn->c << 32 | insn->b;
	} else {
		VMB_ASSERT(jit_places_is_saved(&l->p, waiting->value));
		pending.place = JIT_IN_SLOT;
		pending.where = value->slot;
	}
	return pending;
}

uint32_t x64_point(struct x64_lower *l)
{
	struct jit_pending pending;
	uint32_t i;

	jit_add_point(l->job, code_buf_at(l->buf), l->pc);
	for (i = 0; i < l->nr_waiting; i++) {
		pending = place_of(l, &l->waiting[i]);
		jit_add_pending(l->job, &pending);
	}
	return l->job->scratch->nr_points - 1;
}
