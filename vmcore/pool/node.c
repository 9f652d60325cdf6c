// SPDX-License-Identifier: MIT
/* A pool's memory on one NUMA node: one system call, which needs no library. */
#include <errno.h>
#include <linux/mempolicy.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "vmcore/pool/pool_inside.h"

#define MAX_NODES 1024
#define MASK_BITS (8 * sizeof(unsigned long))

/*
 * Preferred, not bound: a node that is full must not end the program. The addresses are new, so that no
 * page has to move.
 */
int pool_put_on_node(void *base, size_t bytes, uint32_t node)
{
	unsigned long mask[MAX_NODES / MASK_BITS] = { 0 };

	if (node >= MAX_NODES)
		return -EINVAL;
	mask[node / MASK_BITS] = 1ul << node % MASK_BITS;
	/* the kernel reads one bit less than it is told: mbind(2) */
	if (!syscall(SYS_mbind, base, bytes, MPOL_PREFERRED, mask, MAX_NODES + 1, 0))
		return 0;
	/* without NUMA, all memory is on the first node */
	return errno == ENOSYS && !node ? 0 : -errno;
}
