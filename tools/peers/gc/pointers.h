/* SPDX-License-Identifier: MIT */
#ifndef VMB_TOOLS_PEERS_GC_POINTERS_H
#define VMB_TOOLS_PEERS_GC_POINTERS_H
/*
 * The workloads for heaps whose references are C pointers. An adapter defines node_new(bytes),
 * node_free(), table_new(), heap_open() and heap_collect(), and includes this.
 */
#include "tools/peers/gc/driver.h"

struct node {
	struct node *next;
	uint64_t tag, number, spare;
};

/* Of a graph; as large as a node. */
struct vertex {
	struct vertex *to[2];
	uint64_t number, spare;
};

struct tree {
	struct tree *left, *right;
};

static void *node_new(size_t bytes);
static void node_free(void *node);

static void **table;
static struct tree *held;
static uint64_t never = UINT64_MAX;
static void *sink;

static struct node *list_new(uint64_t tag)
{
	struct node *list = NULL, *node;
	uint64_t i;

	for (i = 0; i < LIST_NODES; i++) {
		node = node_new(sizeof(*node));
		node->next = list;
		node->tag = tag;
		node->number = i;
		list = node;
	}
	return list;
}

static void list_free(struct node *list)
{
	struct node *next;

	for (; list; list = next) {
		next = list->next;
		node_free(list);
	}
}

static void list_drop(uint64_t tag)
{
	struct node *list = list_new(tag);

	if (tag == never)
		sink = list;
	list_free(list);
}

static void list_keep(uint64_t tag, uint64_t slot)
{
	struct node *old = table[slot];

	table[slot] = list_new(tag);
	list_free(old);
}

static uint64_t table_sum(uint64_t slots)
{
	const struct node *node;
	uint64_t sum = 0, i;

	for (i = 0; i < slots; i++)
		for (node = table[i]; node; node = node->next)
			sum += node->tag + node->number;
	return sum;
}

static void garbage(uint64_t nr)
{
	struct node *node;

	for (; nr; nr--) {
		node = node_new(sizeof(*node));
		node->next = NULL;
		node->tag = nr;
		node->number = nr;
		if (nr == never)
			sink = node;
		node_free(node);
	}
}

static struct tree *tree_new(unsigned int depth)
{
	struct tree *tree = node_new(sizeof(*tree));

	tree->left = depth ? tree_new(depth - 1) : NULL;
	tree->right = depth ? tree_new(depth - 1) : NULL;
	return tree;
}

static uint64_t tree_count(const struct tree *tree)
{
	return tree->left ? 1 + tree_count(tree->left) + tree_count(tree->right) : 1;
}

static void tree_free(struct tree *tree)
{
	if (tree->left) {
		tree_free(tree->left);
		tree_free(tree->right);
	}
	node_free(tree);
}

static uint64_t tree_work(unsigned int depth)
{
	struct tree *tree = tree_new(depth);
	uint64_t count = tree_count(tree);

	if (count == never)
		sink = tree;
	tree_free(tree);
	return count;
}

static void tree_hold(unsigned int depth)
{
	held = tree_new(depth);
}

static uint64_t tree_held(void)
{
	return tree_count(held);
}

static void graph_node(uint64_t i)
{
	struct vertex *vertex = node_new(sizeof(*vertex));

	*vertex = (struct vertex){ .number = i };
	table[i] = vertex;
}

static void graph_link(uint64_t i, uint64_t to0, uint64_t to1)
{
	struct vertex *vertex = table[i];

	vertex->to[0] = table[to0];
	vertex->to[1] = table[to1];
}

static void graph_swap(uint64_t i, uint64_t j)
{
	void *other = table[i];

	table[i] = table[j];
	table[j] = other;
}

static uint64_t graph_sum(uint64_t nodes)
{
	uint64_t sum = 0, i;

	for (i = 0; i < nodes; i++) {
		const struct vertex *vertex = table[i];

		sum += (i + 1) * (vertex->number + 3 * vertex->to[0]->number +
				  5 * vertex->to[1]->number);
	}
	return sum & 0xffffffffffffu;
}

#endif /* VMB_TOOLS_PEERS_GC_POINTERS_H */
