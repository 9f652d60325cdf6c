/* SPDX-License-Identifier: MIT */
#ifndef VMB_USER_ENV_TOPOLOGY_H
#define VMB_USER_ENV_TOPOLOGY_H
/*
 * The machine's topology: all that vmbench wants of hwloc. It is read once and cached; CPUs
 * outside of this process's cpuset are included, so that logical numbers do not depend on the
 * container that one happens to be in.
 *
 * hwloc's own variables (HWLOC_XMLFILE, HWLOC_SYNTHETIC) put another machine's topology in the
 * place of this one; nothing can be bound then.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arch/base/attr.h"
#include "user/bench.h"
#include "user/env/cpulist.h"
#include "user/pin.h"

/**
 * vmb_topology_load - read the topology unless it is cached. Every other call does so itself and
 * answers "unknown" when it fails.
 * Return: 0; -ENOMEM, -ENODATA with @why.
 */
VMB_MUST_CHECK int vmb_topology_load(struct vmb_why *why);

/** vmb_topology_fini - drop the cache. */
void vmb_topology_fini(void);

/** vmb_topology_is_this_machine - false when hwloc was told to describe another one. */
bool vmb_topology_is_this_machine(void);

/** enum vmb_topo_kind - what vmb_topology_count() counts. */
enum vmb_topo_kind { VMB_TOPO_PACKAGE, VMB_TOPO_CORE, VMB_TOPO_CPU, VMB_TOPO_NODE };

/** vmb_topology_count - how many of them, 0 unknown. */
size_t vmb_topology_count(enum vmb_topo_kind kind);

/** vmb_topology_core_kinds - kinds of cores (hybrid machines have several), 0 unknown. */
size_t vmb_topology_core_kinds(void);

/**
 * struct vmb_topo_sets - CPUs by their OS numbers.
 * @present: plugged in, online or not
 * @online: the scheduler may use them
 * @allowed: @online and inside of this process's cpuset
 */
struct vmb_topo_sets { struct vmb_cpuset present, online, allowed; };

VMB_MUST_CHECK int vmb_topology_sets(struct vmb_topo_sets *out);

/** vmb_topology_cpu - what is known of the CPU with that OS number. Return: 0, -ENODEV. */
VMB_MUST_CHECK int vmb_topology_cpu(unsigned int os, struct vmb_pin_cpu *out);

/** vmb_topology_core - the CPUs of a logical core. Return: 0, -ENODEV. */
VMB_MUST_CHECK int vmb_topology_core(unsigned int core, struct vmb_cpuset *cpus);

/**
 * struct vmb_topo_cache - one cache, as the first CPU of the machine sees it.
 * @bytes, @line_bytes: 0 unknown
 * @shared_by: CPUs that share it
 */
struct vmb_topo_cache { uint64_t bytes; unsigned int line_bytes, shared_by; };

/**
 * vmb_topology_cache - @level 1 to 5; @instructions asks for the instruction cache of that level.
 * Return: 0, -ENODEV.
 */
VMB_MUST_CHECK int vmb_topology_cache(unsigned int level, bool instructions,
				      struct vmb_topo_cache *out);

/**
 * vmb_topology_bind - bind this process to the CPUs and, where the kernel lets us, its memory to
 * their nodes. Both survive exec.
 * Return: 0; -EXDEV the topology is another machine's; -errno of the kernel.
 */
VMB_MUST_CHECK int vmb_topology_bind(const struct vmb_pin_cpu *cpu, size_t nr);

#endif /* VMB_USER_ENV_TOPOLOGY_H */
