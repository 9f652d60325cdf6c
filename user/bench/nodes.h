/* SPDX-License-Identifier: MIT */
#ifndef VMB_USER_BENCH_NODES_H
#define VMB_USER_BENCH_NODES_H
/*
 * NUMA nodes with memory, as one CPU sees them. By system calls and sysfs; no library.
 */

#include "user/bench.h"

#define BENCH_MAX_NODES	64

/**
 * struct bench_nodes
 * @nr: nodes with memory, at least 1
 * @node: OS numbers by distance from the near node, which comes first
 * @distance: the firmware's figure for each, 10 for the near node; 0 where there is none
 */
struct bench_nodes {
	size_t nr;
	unsigned int node[BENCH_MAX_NODES];
	unsigned int distance[BENCH_MAX_NODES];
};

/**
 * bench_nodes_read - nodes by distance from @cpu.
 * @root: as in sysfile.h
 * @n: overwritten; a kernel without NUMA gives one node 0
 */
void bench_nodes_read(const char *root, unsigned int cpu, struct bench_nodes *n);

/**
 * bench_node_bind - have the pages of a range come from one node only. Before they are touched.
 * Return: 0; -ENOTSUP when the kernel or a sandbox refuses, with @why.
 */
VMB_MUST_CHECK int bench_node_bind(void *base, size_t bytes, unsigned int node,
				   struct vmb_why *why);

/**
 * bench_node_check - look where some pages of a populated range really are.
 * Return: 0, also when the kernel cannot tell; -EIO with @why when one is elsewhere.
 */
VMB_MUST_CHECK int bench_node_check(const void *base, size_t bytes, unsigned int node,
				    struct vmb_why *why);

#endif /* VMB_USER_BENCH_NODES_H */
