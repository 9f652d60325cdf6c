// SPDX-License-Identifier: MIT
#include "vmcore/ir/dom.h"

#include <errno.h>
#include <string.h>

/*
 * Arrays over preorder numbers, except @number (block → preorder number) and @pred_first.
 * Predecessors are counted-sorted: pred[pred_first[b] .. pred_first[b + 1]) are blocks.
 */
struct work {
	const struct ir_unit *unit;
	uint32_t *number;
	uint32_t *parent;
	uint32_t *semi;
	uint32_t *label;
	uint32_t *ancestor;
	uint32_t *bucket_head;
	uint32_t *bucket_next;
	uint32_t *idom;
	uint32_t *stack;
	uint32_t *next_edge;
	uint32_t *pred_first;
	uint32_t *pred;
};

static uint32_t *array(struct ir_arena *scratch, size_t nr, int fill, int *error)
{
	uint32_t *data = ir_arena_alloc(scratch, nr * sizeof(*data));

	if (data)
		memset(data, fill, nr * sizeof(*data));
	else
		*error = -ENOMEM;
	return data;
}

static int take_arrays(struct work *w, struct ir_dom *dom, struct ir_arena *scratch)
{
	uint32_t n = w->unit->nr_blocks, nr_edges = w->unit->nr_edges;
	int error = 0;

	*dom = (struct ir_dom){
		.preorder = array(scratch, n, 0, &error), .idom = array(scratch, n, 0xff, &error),
		.in = array(scratch, n, 0, &error), .out = array(scratch, n, 0, &error),
	};
	w->number = array(scratch, n, 0xff, &error);
	w->parent = array(scratch, n, 0, &error);
	w->semi = array(scratch, n, 0, &error);
	w->label = array(scratch, n, 0, &error);
	w->ancestor = array(scratch, n, 0xff, &error);
	w->bucket_head = array(scratch, n, 0xff, &error);
	w->bucket_next = array(scratch, n, 0xff, &error);
	w->idom = array(scratch, n, 0, &error);
	w->stack = array(scratch, n + 1, 0, &error);
	w->next_edge = array(scratch, n, 0, &error);
	w->pred_first = array(scratch, n + 2, 0, &error);
	w->pred = array(scratch, nr_edges, 0, &error);
	return error;
}

static void visit(struct work *w, struct ir_dom *dom, uint32_t block, uint32_t parent)
{
	uint32_t number = dom->nr++;

	w->number[block] = number;
	w->parent[number] = parent;
	w->semi[number] = number;
	w->label[number] = number;
	dom->preorder[number] = block;
}

static void depth_first(struct work *w, struct ir_dom *dom)
{
	uint32_t depth = 0;

	visit(w, dom, 0, 0);
	w->stack[depth++] = 0;
	while (depth) {
		uint32_t block = w->stack[depth - 1];
		const struct ir_insn *term = ir_terminator(w->unit, block);
		uint32_t i = w->next_edge[block]++, to;

		if (i >= ir_nr_edges(term)) {
			depth--;
			continue;
		}
		to = w->unit->edge[term->lo + i].block;
		if (w->number[to] == IR_NONE) {
			visit(w, dom, to, w->number[block]);
			w->stack[depth++] = to;
		}
	}
}

static void count_preds(struct work *w, const struct ir_dom *dom)
{
	uint32_t i, e;

	for (i = 0; i < dom->nr; i++) {
		const struct ir_insn *term = ir_terminator(w->unit, dom->preorder[i]);

		for (e = 0; e < ir_nr_edges(term); e++)
			w->pred_first[w->unit->edge[term->lo + e].block + 2]++;
	}
	for (i = 2; i < w->unit->nr_blocks + 2; i++)
		w->pred_first[i] += w->pred_first[i - 1];
}

/* pred_first is one place ahead while the lists fill up, and right when they are full. */
static void list_preds(struct work *w, const struct ir_dom *dom)
{
	uint32_t i, e;

	count_preds(w, dom);
	for (i = 0; i < dom->nr; i++) {
		const struct ir_insn *term = ir_terminator(w->unit, dom->preorder[i]);

		for (e = 0; e < ir_nr_edges(term); e++) {
			uint32_t to = w->unit->edge[term->lo + e].block;

			w->pred[w->pred_first[to + 1]++] = dom->preorder[i];
		}
	}
}

/* The vertex of least semidominator on the way from @v up the linked forest. */
static uint32_t eval(struct work *w, uint32_t v)
{
	uint32_t depth = 0, u;

	if (w->ancestor[v] == IR_NONE)
		return w->label[v];
	for (u = v; w->ancestor[w->ancestor[u]] != IR_NONE; u = w->ancestor[u])
		w->stack[depth++] = u;
	while (depth) {
		uint32_t up;

		u = w->stack[--depth];
		up = w->ancestor[u];
		if (w->semi[w->label[up]] < w->semi[w->label[u]])
			w->label[u] = w->label[up];
		w->ancestor[u] = w->ancestor[up];
	}
	return w->label[v];
}

static void empty_bucket(struct work *w, uint32_t parent)
{
	uint32_t v, next;

	for (v = w->bucket_head[parent]; v != IR_NONE; v = next) {
		uint32_t u = eval(w, v);

		next = w->bucket_next[v];
		w->idom[v] = w->semi[u] < w->semi[v] ? u : parent;
	}
	w->bucket_head[parent] = IR_NONE;
}

static void semidominators(struct work *w, const struct ir_dom *dom)
{
	uint32_t i, p;

	for (i = dom->nr - 1; i > 0; i--) {
		uint32_t block = dom->preorder[i];

		for (p = w->pred_first[block]; p < w->pred_first[block + 1]; p++) {
			uint32_t u = eval(w, w->number[w->pred[p]]);

			if (w->semi[u] < w->semi[i])
				w->semi[i] = w->semi[u];
		}
		w->bucket_next[i] = w->bucket_head[w->semi[i]];
		w->bucket_head[w->semi[i]] = i;
		w->ancestor[i] = w->parent[i];
		empty_bucket(w, w->parent[i]);
	}
}

/*
 * A dominator has a smaller preorder number. So subtree sizes add up from the back, and intervals
 * are given out from the front: a vertex's children follow each other inside its own.
 */
static void number_tree(struct work *w, struct ir_dom *dom)
{
	uint32_t *size = w->semi, *next = w->label, i;

	for (i = 0; i < dom->nr; i++)
		size[i] = 1;
	for (i = dom->nr - 1; i > 0; i--)
		size[w->idom[i]] += size[i];
	for (i = 0; i < dom->nr; i++) {
		uint32_t in = i ? next[w->idom[i]] : 1, block = dom->preorder[i];

		if (i) {
			next[w->idom[i]] += size[i];
			dom->idom[block] = dom->preorder[w->idom[i]];
		}
		next[i] = in + 1;
		dom->in[block] = in;
		dom->out[block] = in + size[i] - 1;
	}
}

int ir_dom_build(struct ir_dom *dom, const struct ir_unit *unit, struct ir_arena *scratch)
{
	struct work w = { .unit = unit };
	int error = take_arrays(&w, dom, scratch);
	uint32_t i;

	if (error)
		return error;
	depth_first(&w, dom);
	list_preds(&w, dom);
	semidominators(&w, dom);
	for (i = 1; i < dom->nr; i++) {
		if (w.idom[i] != w.semi[i])
			w.idom[i] = w.idom[w.idom[i]];
	}
	number_tree(&w, dom);
	return 0;
}
