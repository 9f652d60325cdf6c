// SPDX-License-Identifier: MIT
#include "user/bench/nodes.h"

#include <errno.h>
#include <linux/mempolicy.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "user/bench/sysfile.h"

#define NR_PROBES	16	/* pages that bench_node_check() looks at */
#define MASK_BITS	(8 * sizeof(unsigned long))

/* The node that the CPU hangs on; it may have no memory. */
static unsigned int near_node(const char *root, unsigned int cpu, const unsigned int *node,
			      size_t nr)
{
	char text[4096];

	for (size_t i = 0; i < nr; i++) {
		unsigned int cpus[1024];
		size_t n;

		if (bench_sys_read(text, sizeof(text), root,
				   "/sys/devices/system/node/node%u/cpulist", node[i]))
			continue;
		n = bench_sys_list(text, cpus, VMB_ARRAY_SIZE(cpus));
		for (size_t k = 0; k < n; k++)
			if (cpus[k] == cpu)
				return node[i];
	}
	return node[0];
}

/* /sys/.../node<from>/distance lists the online nodes in order; @to's place in @online is known. */
static unsigned int distance(const char *root, unsigned int from, size_t place)
{
	char text[1024], *at = text;
	unsigned long d = 0;

	if (bench_sys_read(text, sizeof(text), root, "/sys/devices/system/node/node%u/distance",
			   from))
		return 0;
	for (size_t i = 0; i <= place; i++) {
		char *end;

		d = strtoul(at, &end, 10);
		if (end == at)
			return 0;
		at = end;
	}
	return (unsigned int)d;
}

static size_t place_of(const unsigned int *list, size_t nr, unsigned int x)
{
	size_t i = 0;

	while (i < nr && list[i] != x)
		i++;
	return i;
}

/* Insert by distance; nodes come in ascending order, so the lower number wins a tie. */
static void insert(struct bench_nodes *n, unsigned int node, unsigned int dist)
{
	size_t i = n->nr++;

	for (; i && n->distance[i - 1] > dist; i--) {
		n->node[i] = n->node[i - 1];
		n->distance[i] = n->distance[i - 1];
	}
	n->node[i] = node;
	n->distance[i] = dist;
}

void bench_nodes_read(const char *root, unsigned int cpu, struct bench_nodes *n)
{
	unsigned int online[BENCH_MAX_NODES], with_memory[BENCH_MAX_NODES], near;
	size_t nr_online = 0, nr_memory = 0;
	char text[1024];

	*n = (struct bench_nodes){ 0 };
	if (!bench_sys_read(text, sizeof(text), root, "/sys/devices/system/node/online"))
		nr_online = bench_sys_list(text, online, BENCH_MAX_NODES);
	if (!bench_sys_read(text, sizeof(text), root, "/sys/devices/system/node/has_memory"))
		nr_memory = bench_sys_list(text, with_memory, BENCH_MAX_NODES);
	if (!nr_online || !nr_memory) {
		n->nr = 1;
		return;
	}
	near = near_node(root, cpu, online, nr_online);
	for (size_t i = 0; i < nr_memory && with_memory[i] < BENCH_MAX_NODES; i++)
		insert(n, with_memory[i],
		       distance(root, near, place_of(online, nr_online, with_memory[i])));
}

int bench_node_bind(void *base, size_t bytes, unsigned int node, struct vmb_why *why)
{
	unsigned long mask[BENCH_MAX_NODES / MASK_BITS] = { 0 };

	mask[node / MASK_BITS] |= 1ul << node % MASK_BITS;
	/* maxnode counts one bit more than the kernel reads: mbind(2), BUGS of get_mempolicy(2) */
	if (!syscall(SYS_mbind, base, bytes, MPOL_BIND, mask, BENCH_MAX_NODES + 1, 0))
		return 0;
	vmb_why_set(why, "memory cannot be bound to NUMA node %u: %s%s", node, strerror(errno),
		    errno == EPERM || errno == ENOSYS ? " (a container's seccomp filter, or a kernel "
		    "without NUMA)" : errno == EINVAL ? " (outside of this process's cpuset?)" : "");
	return -ENOTSUP;
}

int bench_node_check(const void *base, size_t bytes, unsigned int node, struct vmb_why *why)
{
	for (size_t i = 0; i < NR_PROBES; i++) {
		const char *p = (const char *)base + bytes / NR_PROBES * i;
		int at = -1;

		if (syscall(SYS_get_mempolicy, &at, NULL, 0, p, MPOL_F_NODE | MPOL_F_ADDR))
			return 0;
		if (at == (int)node)
			continue;
		vmb_why_set(why, "a page that was bound to NUMA node %u is on node %d", node, at);
		return -EIO;
	}
	return 0;
}
