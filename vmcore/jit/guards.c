// SPDX-License-Identifier: MIT
#include "vmcore/jit/guards.h"

static int64_t first_of(const struct jit_places *p)
{
	return (int64_t)p->job->target->first;
}

static void check(struct jit_places *p, const struct jit_guard_ops *ops,
		  const struct jit_guard *guard)
{
	uint64_t bytes = p->job->target->bytes, room = bytes - (uint64_t)(guard->end - guard->lo);
	uint32_t base = p->job->select->base[guard->base].value;

	if (guard->bound != IR_NONE) {
		ops->bound(p, guard->bound);
		ops->miss_outside(p, guard->least, bytes >> guard->shift);
	}
	ops->offset(p, base, guard->lo - first_of(p));
	if (guard->bound == IR_NONE)
		ops->miss_above(p, room);
	else
		ops->miss_together(p, guard->shift, room);
}

/* The value itself becomes the host address, wherever it is. */
static void convert(struct jit_places *p, const struct jit_guard_ops *ops, uint32_t value)
{
	unsigned int reg;

	p->regs.locked = 0;
	reg = ops->value(p, value);
	ops->offset(p, value, -first_of(p));
	ops->to_host(p, reg);
	jit_places_changed(p, value);
	p->regs.locked = 0;
}

/* Nothing is changed before all comparisons. Memory's own register is the last that is. */
void jit_guards(struct jit_places *p, const struct jit_guard_ops *ops)
{
	const struct jit_select *s = p->job->select;
	uint32_t i;

	for (i = 0; i < s->nr_guards; i++)
		check(p, ops, &s->guard[i]);
	if (ops->compared)
		ops->compared(p);
	for (i = 0; i < s->nr_bases; i++) {
		if (s->base[i].in_place)
			convert(p, ops, s->base[i].value);
	}
	for (i = 0; i < s->nr_registers; i++) {
		if (!jit_has_register(s, i))
			continue;
		ops->offset(p, s->base[i].value, -first_of(p));
		ops->to_host(p, ops->base[i]);
	}
}
