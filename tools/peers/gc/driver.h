/* SPDX-License-Identifier: MIT */
#ifndef VMB_TOOLS_PEERS_GC_DRIVER_H
#define VMB_TOOLS_PEERS_GC_DRIVER_H
/*
 * The workloads in C, and what they print; README.md describes them. An adapter defines what is
 * declared here, all of it static, and then includes this file: allocation is to be inlined.
 * Peers.java and peers.ml say the same in their languages.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define LIST_NODES   8u
#define KEEP_ONE_IN  16u
#define NODE_BYTES   32u
#define PAUSE_NS     20000u /* a gap from this length on is a pause */
#define WARM_NS	     UINT64_C(500000000)
#define WARM_MAX_NS  UINT64_C(3000000000)
#define GARBAGE_STEP 1000000u
#define COLLECTIONS  5u

/* heap_open - make a heap of @bytes, if there is a limit, and an old table of @slots references. */
static void heap_open(uint64_t bytes, uint64_t slots);
/* heap_collect - one whole collection of everything. Return: false if there is no such thing. */
static int heap_collect(void);
/* list_drop - make a list of LIST_NODES nodes (@tag; 0 to 7) and forget it. */
static void list_drop(uint64_t tag);
/* list_keep - make such a list and put it into the table. */
static void list_keep(uint64_t tag, uint64_t slot);
/* table_sum - walk everything in the table. Return: the sum of all tags and numbers. */
static uint64_t table_sum(uint64_t slots);
/* garbage - allocate @nr nodes that nobody keeps. */
static void garbage(uint64_t nr);
/* tree_work - make a complete tree, count its nodes, forget it. Return: their number. */
static uint64_t tree_work(unsigned int depth);
/* tree_hold - make a tree that stays. tree_held - count its nodes. */
static void tree_hold(unsigned int depth);
static uint64_t tree_held(void);
/* graph_node - put node number @i into the table. graph_link - its two references. */
static void graph_node(uint64_t i);
static void graph_link(uint64_t i, uint64_t to0, uint64_t to1);
/* graph_swap - let slot @i and slot @j change places. */
static void graph_swap(uint64_t i, uint64_t j);
static uint64_t graph_sum(uint64_t nodes);

static uint64_t clock_now(clockid_t id)
{
	struct timespec t;

	clock_gettime(id, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static uint64_t now_ns(void)
{
	return clock_now(CLOCK_MONOTONIC);
}

static uint64_t cpu_ns(void)
{
	return clock_now(CLOCK_PROCESS_CPUTIME_ID);
}

/* 23 random bits times @nr: no language needs more than 62 bits for it. */
static uint64_t draw(uint64_t *x, uint64_t nr)
{
	*x = (*x * 1103515245u + 12345u) & 0x7fffffff;
	return (*x >> 8) * nr >> 23;
}

/*
 * Gaps between two looks at the clock. Sixteen classes an octave: within 6 %.
 * @count: by class, from 1 << 14 ns on
 */
struct gaps {
	uint64_t count[512];
	uint64_t nr, max_ns;
};

static void gap_add(struct gaps *gaps, uint64_t ns)
{
	unsigned int octave = 63u - (unsigned int)__builtin_clzll(ns);
	unsigned int at = (octave - 14) * 16 + (unsigned int)(ns >> (octave - 4) & 15);

	gaps->count[at < 512 ? at : 511]++;
	gaps->nr++;
	gaps->max_ns = ns > gaps->max_ns ? ns : gaps->max_ns;
}

static uint64_t gap_quantile(const struct gaps *gaps, uint64_t percent)
{
	uint64_t left = (gaps->nr * percent + 99) / 100;
	unsigned int at = 0;

	if (!gaps->nr)
		return 0;
	while (at < 511 && gaps->count[at] < left)
		left -= gaps->count[at++];
	return (UINT64_C(16) + at % 16) << (at / 16 + 10);
}

/* How far the lists workload has come. */
struct lists {
	uint64_t slots, tag, random;
	struct gaps gaps;
};

/* One list that stays, fifteen that do not. */
static void list_block(struct lists *l)
{
	unsigned int i;

	list_keep(l->tag, draw(&l->random, l->slots));
	for (i = 1; i < KEEP_ONE_IN; i++)
		list_drop(l->tag + i);
	l->tag += KEEP_ONE_IN;
}

/* For @min_ns and until @min_lists, but not longer than @max_ns. */
static void list_run(struct lists *l, uint64_t min_ns, uint64_t min_lists, uint64_t max_ns)
{
	uint64_t begin = now_ns(), last = begin, end = l->tag + min_lists, now;

	do {
		list_block(l);
		now = now_ns();
		if (now - last >= PAUSE_NS)
			gap_add(&l->gaps, now - last);
		last = now;
	} while (now - begin < min_ns || (l->tag < end && now - begin < max_ns));
}

static uint64_t slots_of(uint64_t heap_mb, uint64_t live_percent)
{
	uint64_t live = (heap_mb << 20) * live_percent / 100;

	return live / (LIST_NODES * NODE_BYTES + 8) / KEEP_ONE_IN * KEEP_ONE_IN;
}

static void work_lists(uint64_t heap_mb, uint64_t live_percent, double seconds)
{
	static struct lists l = { .random = 1 };
	uint64_t heap_lists = (heap_mb << 20) / (LIST_NODES * NODE_BYTES), wall, cpu, first;

	l.slots = slots_of(heap_mb, live_percent);
	heap_open(heap_mb << 20, l.slots);
	for (; l.tag < l.slots; l.tag++)
		list_keep(l.tag, l.tag);
	list_run(&l, WARM_NS, 2 * heap_lists, WARM_MAX_NS);
	memset(&l.gaps, 0, sizeof(l.gaps));
	first = l.tag;
	wall = now_ns();
	cpu = cpu_ns();
	list_run(&l, (uint64_t)(seconds * 1e9), 0, 0);
	wall = now_ns() - wall;
	cpu = cpu_ns() - cpu;
	printf("objects=%llu wall_ns=%llu cpu_ns=%llu pauses=%llu p50_ns=%llu p99_ns=%llu max_ns=%llu "
	       "slots=%llu tag=%llu sum=%llu\n",
	       (unsigned long long)((l.tag - first) * LIST_NODES), (unsigned long long)wall,
	       (unsigned long long)cpu, (unsigned long long)l.gaps.nr,
	       (unsigned long long)gap_quantile(&l.gaps, 50),
	       (unsigned long long)gap_quantile(&l.gaps, 99), (unsigned long long)l.gaps.max_ns,
	       (unsigned long long)l.slots, (unsigned long long)l.tag,
	       (unsigned long long)table_sum(l.slots));
}

/* What table_sum() must be, without a heap: the last tag of each slot is known. */
static void expect(uint64_t slots, uint64_t tag)
{
	uint64_t *table = calloc(slots, sizeof(*table)), random = 1, sum = 0, i;

	if (!table) {
		fprintf(stderr, "no memory for %llu slots\n", (unsigned long long)slots);
		exit(1);
	}
	for (i = 0; i < slots; i++)
		table[i] = i;
	for (i = slots; i < tag; i += KEEP_ONE_IN)
		table[draw(&random, slots)] = i;
	for (i = 0; i < slots; i++)
		sum += LIST_NODES * table[i] + LIST_NODES * (LIST_NODES - 1) / 2;
	free(table);
	printf("sum=%llu\n", (unsigned long long)sum);
}

static void work_garbage(uint64_t heap_mb, double seconds)
{
	uint64_t begin, wall, cpu, nr = 0;

	heap_open(heap_mb << 20, KEEP_ONE_IN);
	for (begin = now_ns(); now_ns() - begin < WARM_NS;)
		garbage(GARBAGE_STEP);
	begin = now_ns();
	cpu = cpu_ns();
	do {
		garbage(GARBAGE_STEP);
		nr += GARBAGE_STEP;
		wall = now_ns() - begin;
	} while (wall < (uint64_t)(seconds * 1e9));
	cpu = cpu_ns() - cpu;
	printf("objects=%llu wall_ns=%llu cpu_ns=%llu\n", (unsigned long long)nr,
	       (unsigned long long)wall, (unsigned long long)cpu);
}

/* As the Benchmarks Game has it, without the printing. */
static void work_trees(uint64_t heap_mb, unsigned int depth)
{
	uint64_t begin, cpu, sum, nr, i;
	unsigned int d;

	heap_open(heap_mb << 20, KEEP_ONE_IN);
	begin = now_ns();
	cpu = cpu_ns();
	sum = tree_work(depth + 1);
	tree_hold(depth);
	for (d = 4; d <= depth; d += 2) {
		nr = UINT64_C(1) << (depth - d + 4);
		for (i = 0; i < nr; i++)
			sum += tree_work(d);
	}
	sum += tree_held();
	printf("wall_ns=%llu cpu_ns=%llu sum=%llu\n", (unsigned long long)(now_ns() - begin),
	       (unsigned long long)(cpu_ns() - cpu), (unsigned long long)sum);
}

static void graph_make(uint64_t nodes, int shuffled)
{
	uint64_t random = 1, i;

	for (i = 0; i < nodes; i++)
		graph_node(i);
	for (i = 0; i < nodes; i++) {
		uint64_t a = shuffled ? draw(&random, nodes) : (i + 1) % nodes;
		uint64_t b = shuffled ? draw(&random, nodes) : (i + 2) % nodes;

		graph_link(i, a, b);
	}
	for (i = nodes - 1; shuffled && i; i--)
		graph_swap(i, draw(&random, i + 1));
}

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static void work_graph(uint64_t heap_mb, uint64_t nodes, int shuffled)
{
	uint64_t wall[COLLECTIONS], cpu[COLLECTIONS], sum;
	unsigned int i;

	heap_open(heap_mb << 20, nodes);
	graph_make(nodes, shuffled);
	sum = graph_sum(nodes);
	for (i = 0; i < COLLECTIONS; i++) {
		wall[i] = now_ns();
		cpu[i] = cpu_ns();
		if (!heap_collect()) {
			printf("absent=1 sum=%llu\n", (unsigned long long)sum);
			return;
		}
		wall[i] = now_ns() - wall[i];
		cpu[i] = cpu_ns() - cpu[i];
	}
	if (graph_sum(nodes) != sum) {
		fprintf(stderr, "the graph has changed\n");
		exit(1);
	}
	qsort(wall, COLLECTIONS, sizeof(*wall), by_value);
	qsort(cpu, COLLECTIONS, sizeof(*cpu), by_value);
	printf("objects=%llu wall_ns=%llu cpu_ns=%llu sum=%llu\n", (unsigned long long)nodes,
	       (unsigned long long)wall[COLLECTIONS / 2], (unsigned long long)cpu[COLLECTIONS / 2],
	       (unsigned long long)sum);
}

static int usage(const char *name)
{
	fprintf(stderr,
		"usage: %s lists HEAP_MB LIVE_PERCENT SECONDS | garbage HEAP_MB SECONDS |\n"
		"\ttrees HEAP_MB DEPTH | graph HEAP_MB NODES random|ordered | expect SLOTS TAG\n",
		name);
	return 2;
}

int main(int argc, char **argv)
{
	const char *what = argc > 3 ? argv[1] : "";
	uint64_t first = argc > 3 ? strtoull(argv[2], NULL, 10) : 0;

	if (!strcmp(what, "lists") && argc == 5)
		work_lists(first, strtoull(argv[3], NULL, 10), atof(argv[4]));
	else if (!strcmp(what, "garbage") && argc == 4)
		work_garbage(first, atof(argv[3]));
	else if (!strcmp(what, "trees") && argc == 4)
		work_trees(first, (unsigned int)atoi(argv[3]));
	else if (!strcmp(what, "graph") && argc == 5)
		work_graph(first, strtoull(argv[3], NULL, 10), !strcmp(argv[4], "random"));
	else if (!strcmp(what, "expect") && argc == 4)
		expect(first, strtoull(argv[3], NULL, 10));
	else
		return usage(argv[0]);
	return 0;
}

#endif /* VMB_TOOLS_PEERS_GC_DRIVER_H */
