// SPDX-License-Identifier: MIT
/*
 * vmcore/gc. The other programs keep a reference in a register across an allocation, and their
 * compilers tell the collector; here it is in a frame.
 */
#include "tools/peers/gc/driver.h"
#include "vmcore/gc/embed.h"

static struct gc_heap *heap;
static struct gc_mutator *mutator;
static const struct gc_type *node_type, *tree_type, *vertex_type, *table_type;

/* What lives as long as the program: the table, and the tree that stays. */
static struct gc_ref root[2];

/* Words of a node: its successor, then two numbers. Of a vertex: two references, a number. */
struct numbers {
	uint64_t tag, number;
};

static struct gc_ref must(struct gc_ref object)
{
	if (gc_is_null(object)) {
		fprintf(stderr, "out of memory\n");
		exit(3);
	}
	return object;
}

static void add_type(const char *name, enum gc_layout layout, uint32_t bytes, uint32_t refs,
		     const struct gc_type **out)
{
	const struct gc_type_spec spec = { .name = name, .layout = layout, .bytes = bytes,
					   .refs = refs };
	int err = gc_type_add(heap, &spec, out);

	if (err) {
		fprintf(stderr, "type %s: %s\n", name, strerror(-err));
		exit(1);
	}
}

static void heap_open(uint64_t bytes, uint64_t slots)
{
	const struct gc_options options = { .heap_bytes = bytes, .nursery_max_bytes = bytes / 4 };
	int err = gc_heap_create(&options, &heap);

	err = err ? err : gc_attach(heap, &mutator);
	err = err ? err : gc_root_add(heap, root, 2);
	if (err) {
		fprintf(stderr, "a heap of %llu bytes: %s\n", (unsigned long long)bytes, strerror(-err));
		exit(1);
	}
	add_type("node", GC_LAYOUT_LEADING, 24, 1, &node_type);
	add_type("tree", GC_LAYOUT_LEADING, 16, 2, &tree_type);
	add_type("vertex", GC_LAYOUT_LEADING, 24, 2, &vertex_type);
	add_type("table", GC_LAYOUT_REFS, 0, 0, &table_type);
	root[0] = must(gc_alloc_array(mutator, table_type, slots));
}

static int heap_collect(void)
{
	gc_collect(mutator, GC_COLLECT_FULL);
	return 1;
}

static struct numbers *numbers(struct gc_ref node)
{
	return gc_data(node, sizeof(struct gc_ref));
}

static struct gc_ref list_new(uint64_t tag)
{
	struct gc_ref list[1] = { { 0 } }, node;
	const struct gc_type *type = node_type;
	struct gc_mutator *m = mutator;
	struct gc_run run = gc_run_begin(m);
	struct gc_frame frame;
	uint64_t i;

	gc_enter(m, &frame, list, 1);
	for (i = 0; i < LIST_NODES; i++) {
		node = must(gc_run_alloc_raw(&run, type));
		gc_init(node, 0, list[0]);
		*numbers(node) = (struct numbers){ tag, i };
		list[0] = node;
	}
	gc_leave(m, &frame);
	gc_run_end(&run);
	return list[0];
}

static void list_drop(uint64_t tag)
{
	list_new(tag);
}

static void list_keep(uint64_t tag, uint64_t slot)
{
	struct gc_ref list = list_new(tag);

	gc_put(mutator, root[0], slot, list);
}

static uint64_t table_sum(uint64_t slots)
{
	struct gc_ref node;
	uint64_t sum = 0, i;

	for (i = 0; i < slots; i++)
		for (node = gc_at(root[0], i); !gc_is_null(node); node = gc_get(node, 0))
			sum += numbers(node)->tag + numbers(node)->number;
	return sum;
}

static void garbage(uint64_t nr)
{
	struct gc_run run = gc_run_begin(mutator);
	const struct gc_type *type = node_type;
	struct gc_ref node;

	for (; nr; nr--) {
		node = must(gc_run_alloc_raw(&run, type));
		gc_init(node, 0, (struct gc_ref){ 0 });
		*numbers(node) = (struct numbers){ nr, nr };
	}
	gc_run_end(&run);
}

static struct gc_ref tree_new(unsigned int depth)
{
	struct gc_mutator *m = mutator;
	struct gc_ref left[1], right, tree;
	struct gc_frame frame;

	if (!depth) {
		tree = must(gc_alloc_raw(m, tree_type));
		gc_init(tree, 0, (struct gc_ref){ 0 });
		gc_init(tree, 1, (struct gc_ref){ 0 });
		return tree;
	}
	left[0] = tree_new(depth - 1);
	gc_enter(m, &frame, left, 1);
	right = tree_new(depth - 1);
	gc_leave(m, &frame);
	tree = must(gc_alloc_pair(m, tree_type, &left[0], &right));
	gc_init(tree, 0, left[0]);
	gc_init(tree, 1, right);
	return tree;
}

static uint64_t tree_count(struct gc_ref tree)
{
	struct gc_ref left = gc_get(tree, 0);

	return gc_is_null(left) ? 1 : 1 + tree_count(left) + tree_count(gc_get(tree, 1));
}

static uint64_t tree_work(unsigned int depth)
{
	return tree_count(tree_new(depth));
}

static void tree_hold(unsigned int depth)
{
	root[1] = tree_new(depth);
}

static uint64_t tree_held(void)
{
	return tree_count(root[1]);
}

static uint64_t *vertex_number(struct gc_ref vertex)
{
	return gc_data(vertex, 2 * sizeof(struct gc_ref));
}

static void graph_node(uint64_t i)
{
	struct gc_ref vertex = must(gc_alloc(mutator, vertex_type));

	*vertex_number(vertex) = i;
	gc_put(mutator, root[0], i, vertex);
}

static void graph_link(uint64_t i, uint64_t to0, uint64_t to1)
{
	gc_set(mutator, gc_at(root[0], i), 0, gc_at(root[0], to0));
	gc_set(mutator, gc_at(root[0], i), 1, gc_at(root[0], to1));
}

static void graph_swap(uint64_t i, uint64_t j)
{
	struct gc_ref a = gc_at(root[0], i), b = gc_at(root[0], j);

	gc_put(mutator, root[0], i, b);
	gc_put(mutator, root[0], j, a);
}

static uint64_t graph_sum(uint64_t nodes)
{
	uint64_t sum = 0, i;

	for (i = 0; i < nodes; i++) {
		struct gc_ref vertex = gc_at(root[0], i);

		sum += (i + 1) * (*vertex_number(vertex) + 3 * *vertex_number(gc_get(vertex, 0)) +
				  5 * *vertex_number(gc_get(vertex, 1)));
	}
	return sum & 0xffffffffffffu;
}
