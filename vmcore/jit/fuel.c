// SPDX-License-Identifier: MIT
/*
 * Where code asks for fuel: at edges that lead back and, if it is chained, where it begins. Chained
 * code that has none leaves by a way, and does not ask where its guest could not go on.
 */
#include "vmcore/jit/places.h"

/* What begins a unit costs about as much. */
#define ENTRY_FUEL 8

/* Tier 1 counts, so that it is known what is hot; tier 2 looks only if it is to leave. */
static void ask_chained(struct jit_places *p, uint32_t block, uint32_t fuel)
{
	uint32_t way, point;
	struct jit_slow *slow;
	uint64_t pc;

	if (!jit_resume_pc(p->unit, block, &pc))
		return;
	way = jit_add_way(p->job, pc);
	point = p->nr_waiting ? jit_point(p) : IR_NONE;
	slow = p->ops->ask(p, p->homes ? 0 : fuel, way);
	if (point == IR_NONE)
		return;
	slow->point = point;
	slow->desc.aux = 1;
	slow->desc.way = way;
}

void jit_ask_at_entry(struct jit_places *p)
{
	if (p->job->target->chained)
		ask_chained(p, 0, ENTRY_FUEL);
}

/* The instructions from the loop's head to here, at most, have been executed since the last time. */
void jit_ask_at_back_edge(struct jit_places *p, const struct ir_edge *edge)
{
	const struct ir_block *here = &p->unit->block[p->block];
	uint32_t nr = here->first + here->nr - p->unit->block[edge->block].first;

	if (p->job->target->chained)
		ask_chained(p, edge->block, nr);
	else
		p->ops->ask(p, nr, edge->block);
}
