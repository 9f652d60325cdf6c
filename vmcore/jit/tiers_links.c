// SPDX-License-Identifier: MIT
/*
 * Which unit follows which. What the embedder has said is kept as edges, from unit to unit; code is
 * linked by them when it is made. Links join code of one tier only: code of tier 1 runs with a slice
 * of the fuel, code of tier 2 with all of it, and a unit that has tier 2 is entered there.
 */
#include "vmcore/jit/tiers_inside.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* What code of @tier may go on with. */
static struct tier_code *target(struct tier_unit *unit, unsigned int tier)
{
	return tier == 1 && unit->code[2] ? NULL : unit->code[tier];
}

static void connect_exits(struct tier_code *code)
{
	const struct tier_edges *edges = code->unit->edges;
	uint32_t i;

	for (i = 0; edges && i < edges->nr; i++) {
		struct tier_unit *unit = edges->edge[i].to;
		struct tier_code *to = unit ? target(unit, code->tier) : NULL;

		if (to)
			jit_link(&code->links, edges->edge[i].pc, &to->links);
	}
}

/* The exits of @from's code that lead to @code's unit. */
static void connect_from(struct tier_unit *from, struct tier_code *code)
{
	const struct tier_edges *edges = from->edges;
	const struct tier_points *points = from->points;
	uint32_t i, p;

	for (i = 0; i < edges->nr; i++) {
		uint64_t pc = edges->edge[i].pc;

		if (edges->edge[i].to != code->unit)
			continue;
		if (from->code[code->tier])
			jit_link(&from->code[code->tier]->links, pc, &code->links);
		for (p = 0; code->tier == 2 && points && p < points->nr; p++) {
			if (points->point[p].code)
				jit_link(&points->point[p].code->links, pc, &code->links);
		}
	}
}

void tier_connect_locked(struct tier_code *code)
{
	struct tier_unit *unit = code->unit;
	uint32_t i;

	connect_exits(code);
	if (code->point || target(unit, code->tier) != code)
		return;
	for (i = 0; i < unit->nr_from; i++)
		connect_from(unit->from[i], code);
	if (code->tier == 2 && unit->code[1]) {
		jit_unlink(&unit->code[1]->links);
		connect_exits(unit->code[1]);
	}
}

static int note_from(struct tier_unit *to, struct tier_unit *from)
{
	uint32_t cap = to->cap_from ? 2 * to->cap_from : 4, i;
	struct tier_unit **grown;

	for (i = 0; i < to->nr_from; i++) {
		if (to->from[i] == from)
			return 0;
	}
	if (to->nr_from == to->cap_from) {
		grown = realloc(to->from, cap * sizeof(struct tier_unit *));
		if (!grown)
			return -ENOMEM;
		to->from = grown;
		to->cap_from = cap;
	}
	to->from[to->nr_from++] = from;
	return 0;
}

/* Threads look at edges without a lock: they see the old ones or the new ones. */
static void replace_edges(struct tiers *t, struct tier_unit *unit, struct tier_edges *edges)
{
	struct tier_edges *old = unit->edges;

	tier_publish(&unit->edges, edges);
	if (old)
		tier_discard_locked(t, old);
}

static void forget_from(struct tier_unit *to, const struct tier_unit *from)
{
	const struct tier_edges *edges = from->edges;
	uint32_t i;

	for (i = 0; edges && i < edges->nr; i++) {
		if (edges->edge[i].to == to)
			return;
	}
	for (i = 0; i < to->nr_from; i++) {
		if (to->from[i] == from)
			to->from[i] = to->from[--to->nr_from];
	}
}

static void relink(struct tier_code *code)
{
	if (!code)
		return;
	jit_unlink(&code->links);
	tier_connect_locked(code);
}

/* All code of a unit, after its edges have changed. */
static void relink_all(struct tier_unit *unit)
{
	uint32_t p;

	relink(unit->code[1]);
	relink(unit->code[2]);
	for (p = 0; unit->points && p < unit->points->nr; p++)
		relink(unit->points->point[p].code);
}

/* A copy of edges without those at @pc, with room for one more. */
static struct tier_edges *without(const struct tier_edges *edges, uint64_t pc)
{
	uint32_t nr = edges ? edges->nr : 0, i;
	struct tier_edges *copy = calloc(1, sizeof(*copy) + (nr + 1) * sizeof(copy->edge[0]));

	for (i = 0; copy && i < nr; i++) {
		if (edges->edge[i].to && edges->edge[i].pc != pc)
			copy->edge[copy->nr++] = edges->edge[i];
	}
	return copy;
}

int tier_set_edge_locked(struct tiers *t, struct tier_unit *from, uint64_t pc,
			 struct tier_unit *to)
{
	struct tier_unit *before = tier_edge_to(from, pc);
	struct tier_edges *edges;

	if (before == to)
		return 0;
	if (to && note_from(to, from))
		return -ENOMEM;
	edges = without(from->edges, pc);
	if (!edges)
		return -ENOMEM;
	if (to)
		edges->edge[edges->nr++] = (struct tier_edge){ pc, to };
	replace_edges(t, from, edges);
	if (before)
		forget_from(before, from);
	relink_all(from);
	return 0;
}

/* In place, since this must not fail. */
static void drop_edges_to(struct tier_unit *from, const struct tier_unit *to)
{
	struct tier_edges *edges = from->edges;
	uint32_t i;

	for (i = 0; i < edges->nr; i++) {
		if (edges->edge[i].to == to)
			tier_publish(&edges->edge[i].to, NULL);
	}
	relink_all(from);
}

void tier_drop_edges_locked(struct tiers *t, struct tier_unit *unit)
{
	uint32_t i;

	for (i = 0; i < unit->nr_from; i++) {
		if (unit->from[i] != unit)
			drop_edges_to(unit->from[i], unit);
	}
	unit->nr_from = 0;
	if (unit->edges) {
		struct tier_edges *edges = unit->edges;

		tier_publish(&unit->edges, NULL);
		for (i = 0; i < edges->nr; i++) {
			if (edges->edge[i].to)
				forget_from(edges->edge[i].to, unit);
		}
		tier_discard_locked(t, edges);
	}
}
