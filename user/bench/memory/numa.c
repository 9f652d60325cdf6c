// SPDX-License-Identifier: MIT
/*
 * Memory allocated on one NUMA node and used from a CPU of another. local is the node that the CPU
 * hangs on, remote1 the nearest other node with memory, then remote2 and remote3 by distance. The
 * working set is that of memory/access/DRAM, bound to the node before it is touched:
 *
 * numa         - lines in order: how many bytes per second come from there
 * numa_latency - a dependent random chase: how long one line takes
 *
 * The metric allocate is what one 4 KiB of bound memory cost to get, in set-up.
 */
#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "user/bench/chase.h"
#include "user/bench/memory/memory.h"
#include "user/bench/nodes.h"
#include "user/bench/scan.h"

struct numa_work {
	struct bench_arena arena;
	uint64_t bytes;
	unsigned int node;
	double allocate_ns;
	struct bench_scan scan;
	struct bench_chase chase;
};

static const struct vmb_value nodes[] = {
	{ "local", 0 }, { "remote1", 1 }, { "remote2", 2 }, { "remote3", 3 },
};

static const struct vmb_axis axes[] = { VMB_AXIS("node", nodes) };

static int supported(const struct vmb_state *st, struct vmb_why *why)
{
	struct bench_nodes n;
	uint64_t bytes;

	bench_nodes_read("", bench_own_cpu(st), &n);
	if (st->arg[0].num < n.nr)
		return bench_level_bytes(st, BENCH_DRAM, &bytes, why);
	if (n.nr == 1)
		vmb_why_set(why, "one NUMA node");
	else
		vmb_why_set(why, "%zu NUMA nodes with memory: the last is remote%zu", n.nr, n.nr - 1);
	return -ENOTSUP;
}

static double now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static int allocate(struct numa_work *w, bool must_bind, struct vmb_why *why)
{
	double t0 = now_ns();
	int err = bench_arena_reserve(&w->arena, w->bytes, BENCH_PAGES_THP, why);

	if (err)
		return err;
	err = bench_node_bind(w->arena.base, w->arena.bytes, w->node, why);
	if (err && must_bind)
		return err;
	err = bench_arena_populate(&w->arena, why);
	if (err)
		return err;
	w->allocate_ns = (now_ns() - t0) / ((double)w->arena.bytes / 4096);
	return bench_node_check(w->arena.base, w->arena.bytes, w->node, why);
}

static int create(struct vmb_state *st, struct numa_work **out)
{
	struct numa_work *w = calloc(1, sizeof(*w));
	struct bench_nodes n;
	int err;

	if (!w)
		return -ENOMEM;
	bench_nodes_read("", bench_own_cpu(st), &n);
	w->node = n.node[st->arg[0].num];
	err = bench_level_bytes(st, BENCH_DRAM, &w->bytes, &st->why);
	if (!err)	/* with one node all memory is where it must be */
		err = allocate(w, n.nr > 1, &st->why);
	if (err) {
		bench_arena_unmap(&w->arena);
		free(w);
		return err;
	}
	st->throughput_per_op = BENCH_LINE_BYTES;
	st->throughput_unit = "B";
	st->priv = *out = w;
	return 0;
}

static void teardown(struct vmb_state *st)
{
	struct numa_work *w = st->priv;

	bench_arena_report(&w->arena, st, w->bytes);
	st->metric(st, "allocate_4K", "ns", w->allocate_ns, VMB_METRIC_MEDIAN);
	bench_arena_unmap(&w->arena);
	free(w);
}

static int setup_scan(struct vmb_state *st)
{
	struct numa_work *w;
	int err = create(st, &w);

	if (!err)
		bench_scan_fill(&w->scan, w->arena.base, w->bytes / BENCH_LINE_BYTES, st->seed);
	return err;
}

static int setup_chase(struct vmb_state *st)
{
	struct numa_work *w;
	int err = create(st, &w);
	struct bench_layout packed = { .spacing = BENCH_LINE_BYTES };

	if (err)
		return err;
	packed.base = w->arena.base;
	packed.nr = w->bytes / BENCH_LINE_BYTES;
	err = bench_chase_random(&w->chase, &packed, st->seed, &st->why);
	if (err) {
		bench_arena_unmap(&w->arena);
		free(w);
	}
	return err;
}

static void run_scan(void *priv, uint64_t iters)
{
	struct numa_work *w = priv;

	bench_scan_run(&w->scan, iters);
}

static void run_chase(void *priv, uint64_t iters)
{
	struct numa_work *w = priv;

	bench_chase_run(&w->chase, iters);
}

static int check_scan(const void *priv, struct vmb_why *why)
{
	const struct numa_work *w = priv;
	int err = bench_scan_check(&w->scan, why);

	return err ? err : bench_node_check(w->arena.base, w->arena.bytes, w->node, why);
}

static int check_chase(const void *priv, struct vmb_why *why)
{
	const struct numa_work *w = priv;
	int err = bench_chase_check(&w->chase, why);

	return err ? err : bench_node_check(w->arena.base, w->arena.bytes, w->node, why);
}

const struct vmb_bench bench_memory_numa = {
	.name = "numa",
	.what = "reading lines in order from memory that is bound to one NUMA node",
	.unit = "access",
	.axes = axes,
	.nr_axes = VMB_ARRAY_SIZE(axes),
	.supported = supported,
	.setup = setup_scan,
	.run = run_scan,
	.check = check_scan,
	.teardown = teardown,
};

const struct vmb_bench bench_memory_numa_latency = {
	.name = "numa_latency",
	.what = "dependent random loads from memory that is bound to one NUMA node",
	.unit = "access",
	.axes = axes,
	.nr_axes = VMB_ARRAY_SIZE(axes),
	.supported = supported,
	.setup = setup_chase,
	.run = run_chase,
	.check = check_chase,
	.teardown = teardown,
};
