// SPDX-License-Identifier: MIT
#include "vmcore/jit/osr.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "vmcore/ir/build.h"
#include "vmcore/ir/dom.h"
#include "vmcore/jit/live.h"

/* A list of values, of a block. */
struct node {
	uint32_t value;
	struct node *next;
};

static int push(struct node **list, uint32_t value, struct ir_arena *arena)
{
	struct node *node = ir_arena_alloc(arena, sizeof(*node));

	if (!node)
		return -ENOMEM;
	*node = (struct node){ value, *list };
	*list = node;
	return 0;
}

static void *zeroed(struct ir_arena *arena, size_t nr, size_t bytes)
{
	void *at = ir_arena_alloc(arena, (nr + 1) * bytes);

	if (at)
		memset(at, 0, (nr + 1) * bytes);
	return at;
}

/*
 * Points.
 */

/* Mark the heads of loops in @number: 1 + the number of the point. Return: how many there are. */
static uint32_t find_heads(const struct ir_unit *unit, uint32_t *number)
{
	uint32_t b, i, nr = 0;

	for (b = 0; b < unit->nr_blocks; b++) {
		const struct ir_insn *term = ir_terminator(unit, b);

		for (i = 0; i < ir_nr_edges(term); i++) {
			if (unit->edge[term->lo + i].block <= b)
				number[unit->edge[term->lo + i].block] = 1;
		}
	}
	for (b = 0; b < unit->nr_blocks; b++) {
		if (number[b])
			number[b] = ++nr;
	}
	return nr;
}

/* The values in @list, last first, become @point's behind its parameters. */
static int fill_point(const struct ir_unit *unit, struct ir_arena *arena, struct osr_point *point,
		      const struct node *list)
{
	const struct ir_block *block = &unit->block[point->block];
	const struct node *node;
	uint32_t i, nr = block->nr_params;

	for (node = list; node; node = node->next)
		nr++;
	point->nr = nr;
	point->value = zeroed(arena, nr, sizeof(*point->value));
	if (!point->value)
		return -ENOMEM;
	for (i = 0; i < block->nr_params; i++)
		point->value[i] = block->first + i;
	for (node = list; node; node = node->next)
		point->value[--nr] = node->value;
	return 0;
}

static int note_live(struct live *live, const uint32_t *number, struct node **list,
		     struct ir_arena *arena)
{
	uint32_t value, nr, i;
	int status = 0;

	for (value = 0; value < live->unit->nr_insns && !status; value++) {
		if (live->head[value] == IR_NONE)
			continue;
		status = live_blocks(live, value, &nr);
		for (i = 0; i < nr && !status; i++) {
			if (number[live->found[i]])
				status = push(&list[number[live->found[i]] - 1], value, arena);
		}
	}
	return status;
}

int osr_find_points(const struct ir_unit *unit, struct ir_arena *arena, struct osr_point **points,
		    uint32_t *nr)
{
	uint32_t *number = zeroed(arena, unit->nr_blocks, sizeof(*number)), b;
	struct node **list;
	struct live live;
	int status;

	if (!number)
		return -ENOMEM;
	*nr = find_heads(unit, number);
	list = zeroed(arena, *nr, sizeof(struct node *));
	*points = zeroed(arena, *nr, sizeof(**points));
	if (!list || !*points)
		return -ENOMEM;
	if (!*nr)
		return 0;
	status = live_init(&live, unit, arena);
	if (!status)
		status = note_live(&live, number, list, arena);
	for (b = 0; b < unit->nr_blocks && !status; b++) {
		if (!number[b])
			continue;
		(*points)[number[b] - 1].block = b;
		status = fill_point(unit, arena, &(*points)[number[b] - 1], list[number[b] - 1]);
	}
	return status;
}

/*
 * Units. The new entry defines what is live at the point. A value whose own definition can be reached
 * from the point, too, has two definitions then: it becomes a parameter of each block where it is
 * live. (The optimiser removes those that turn out to be the same on every edge.)
 *
 * @reached: [blocks] 1 + the new block, of those that the point leads to
 * @merged: [blocks] values that are parameters of the block besides its own
 * @map: [values] what stands for a value here
 * @early: [values] constants that the entry has made
 * @helper: [types] the helper that gives a value of the type, IR_NONE
 */
struct maker {
	const struct ir_unit *unit;
	const struct osr_point *point;
	struct ir_arena *arena;
	struct ir_build build;
	struct live live;
	uint32_t *reached;
	struct node **merged;
	uint32_t *map;
	uint32_t *early;
	uint32_t *arg;
	uint32_t helper[IR_NR_TYPES];
};

/* Depth first, with a stack of our own. */
static int find_reached(struct maker *m)
{
	uint32_t *stack = zeroed(m->arena, m->unit->nr_blocks, sizeof(*stack)), top = 0, i;

	if (!stack)
		return -ENOMEM;
	stack[top++] = m->point->block;
	m->reached[m->point->block] = 1;
	while (top) {
		const struct ir_insn *term = ir_terminator(m->unit, stack[--top]);

		for (i = 0; i < ir_nr_edges(term); i++) {
			uint32_t to = m->unit->edge[term->lo + i].block;

			if (!m->reached[to])
				stack[top++] = to;
			m->reached[to] = 1;
		}
	}
	return 0;
}

static bool is_const(const struct maker *m, uint32_t value)
{
	return m->unit->insn[value].op == IR_const;
}

/* Values that are live at the point and can be defined again behind it. */
static int find_merged(struct maker *m)
{
	uint32_t i, k, nr;
	int status = 0;

	for (i = m->unit->block[m->point->block].nr_params; i < m->point->nr && !status; i++) {
		uint32_t value = m->point->value[i];

		if (is_const(m, value) || !m->reached[m->live.block_of[value]])
			continue;
		status = live_blocks(&m->live, value, &nr);
		for (k = 0; k < nr && !status; k++) {
			if (m->reached[m->live.found[k]])
				status = push(&m->merged[m->live.found[k]], value, m->arena);
		}
	}
	return status;
}

static int copy_helpers(struct maker *m)
{
	uint32_t i, type;

	for (i = 0; i < m->unit->nr_helpers; i++) {
		if (!strncmp(m->unit->helper[i].name, "osr_", 4))
			return -EEXIST;
		ir_add_helper(&m->build, &m->unit->helper[i]);
	}
	for (type = 0; type < IR_NR_TYPES; type++)
		m->helper[type] = IR_NONE;
	return 0;
}

static uint32_t helper_for(struct maker *m, unsigned int type)
{
	struct ir_helper helper = { .type = (uint8_t)type, .nr_args = 1, .arg = { IR_I32 } };

	if (m->helper[type] == IR_NONE) {
		snprintf(helper.name, sizeof(helper.name), "osr_%s", ir_type_name(type));
		m->helper[type] = ir_add_helper(&m->build, &helper);
	}
	return m->helper[type];
}

/* The entry: what is live, and on to the point. */
static void make_entry(struct maker *m)
{
	const struct ir_insn br = { .op = IR_br, .a = IR_NONE, .b = IR_NONE, .c = IR_NONE };
	uint32_t nr_params = m->unit->block[m->point->block].nr_params, i, index;
	struct ir_target target = { .block = m->reached[m->point->block] - 1, .arg = m->arg };
	const struct node *node;

	ir_start_block(&m->build, 0);
	for (i = 0; i < m->point->nr; i++) {
		uint32_t value = m->point->value[i];

		if (is_const(m, value)) {
			m->map[value] = ir_emit(&m->build, &m->unit->insn[value]);
			m->early[value] = 1;
			continue;
		}
		index = ir_const(&m->build, IR_I32, i);
		m->map[value] = ir_emit_call(&m->build, helper_for(m, m->unit->insn[value].type),
					     &index);
	}
	for (i = 0; i < nr_params; i++)
		m->arg[target.nr_args++] = m->map[m->point->value[i]];
	for (node = m->merged[m->point->block]; node; node = node->next)
		m->arg[target.nr_args++] = m->map[node->value];
	ir_emit_branch(&m->build, &br, &target, 1);
}

static uint32_t mapped(const struct maker *m, uint32_t value)
{
	return value == IR_NONE ? IR_NONE : m->map[value];
}

static void copy_call(struct maker *m, uint32_t at)
{
	const struct ir_insn *insn = &m->unit->insn[at];
	uint32_t arg[IR_HELPER_ARGS], i;

	for (i = 0; i < m->unit->helper[insn->lo].nr_args; i++)
		arg[i] = m->map[m->unit->arg[insn->hi + i]];
	m->map[at] = ir_emit_call(&m->build, insn->lo, arg);
}

static void copy_branch(struct maker *m, const struct ir_insn *insn, const struct ir_insn *branch)
{
	struct ir_target *target = zeroed(m->arena, insn->hi, sizeof(*target));
	uint32_t i, k, *arg;

	for (i = 0; target && i < insn->hi; i++) {
		const struct ir_edge *edge = &m->unit->edge[insn->lo + i];
		const struct node *node, *merged = m->merged[edge->block];
		uint32_t nr = edge->nr_args;

		for (node = merged; node; node = node->next)
			nr++;
		arg = zeroed(m->arena, nr, sizeof(*arg));
		if (!arg)
			break;
		for (k = 0; k < edge->nr_args; k++)
			arg[k] = m->map[m->unit->arg[edge->first_arg + k]];
		for (node = merged; node; node = node->next)
			arg[k++] = m->map[node->value];
		target[i] = (struct ir_target){ m->reached[edge->block] - 1, nr, arg };
	}
	if (!target || i < insn->hi)
		m->build.error = -ENOMEM;
	else
		ir_emit_branch(&m->build, branch, target, insn->hi);
}

static void copy_insn(struct maker *m, uint32_t at)
{
	const struct ir_insn *insn = &m->unit->insn[at];
	struct ir_insn copy = *insn;

	if (insn->op == IR_call) {
		copy_call(m, at);
		return;
	}
	if (insn->op != IR_const) {
		copy.a = mapped(m, insn->a);
		copy.b = mapped(m, insn->b);
		copy.c = mapped(m, insn->c);
	}
	if (ir_nr_edges(insn))
		copy_branch(m, insn, &copy);
	else
		m->map[at] = ir_emit(&m->build, &copy);
}

static void copy_block(struct maker *m, uint32_t b)
{
	const struct ir_block *block = &m->unit->block[b];
	const struct node *node;
	uint32_t i;

	ir_start_block(&m->build, m->reached[b] - 1);
	for (i = 0; i < block->nr_params; i++)
		m->map[block->first + i] = ir_add_param(&m->build,
							m->unit->insn[block->first + i].type);
	for (node = m->merged[b]; node; node = node->next)
		m->map[node->value] = ir_add_param(&m->build, m->unit->insn[node->value].type);
	for (i = block->first + block->nr_params; i < block->first + block->nr; i++) {
		if (!m->early[i])
			copy_insn(m, i);
	}
	if (m->build.unit->block[m->reached[b] - 1].nr_params > IR_MAX_PARAMS)
		m->build.error = -E2BIG;
}

static int prepare(struct maker *m, struct ir_unit *out)
{
	uint32_t nr_blocks = m->unit->nr_blocks, b;
	int status;

	m->reached = zeroed(m->arena, nr_blocks, sizeof(*m->reached));
	m->merged = zeroed(m->arena, nr_blocks, sizeof(struct node *));
	m->map = zeroed(m->arena, m->unit->nr_insns, sizeof(*m->map));
	m->early = zeroed(m->arena, m->unit->nr_insns, sizeof(*m->early));
	m->arg = zeroed(m->arena, m->point->nr, sizeof(*m->arg));
	if (!m->reached || !m->merged || !m->map || !m->early || !m->arg)
		return -ENOMEM;
	status = live_init(&m->live, m->unit, m->arena);
	if (!status)
		status = find_reached(m);
	if (!status)
		status = find_merged(m);
	if (status)
		return status;
	ir_build_begin(&m->build, out);
	ir_new_block(&m->build);
	for (b = 0; b < nr_blocks; b++) {
		if (m->reached[b])
			m->reached[b] = 1 + ir_new_block(&m->build);
	}
	return copy_helpers(m);
}

int osr_build(struct ir_unit *out, const struct ir_unit *unit, const struct osr_point *point,
	      struct ir_arena *scratch)
{
	struct maker m = { .unit = unit, .point = point, .arena = scratch };
	int status = prepare(&m, out);
	uint32_t b;

	if (status)
		return status;
	out->state_bytes = unit->state_bytes;
	out->flags = unit->flags;
	snprintf(out->name, sizeof(out->name), "%.24s_at_%u", unit->name, point->block);
	make_entry(&m);
	for (b = 0; b < unit->nr_blocks; b++) {
		if (m.reached[b] && !m.build.error)
			copy_block(&m, b);
	}
	return ir_build_end(&m.build);
}
