/* SPDX-License-Identifier: MIT */
#ifndef VMB_USER_PIN_H
#define VMB_USER_PIN_H
/*
 * CPU placement through hwloc. Numbers that a user types and reads are the operating system's
 * ("physical", as in /proc/cpuinfo) unless prefixed with core: (hwloc's logical core index).
 */

#include <stddef.h>

#include "arch/base/attr.h"
#include "results/env.h"
#include "user/bench.h"

#define VMB_MAX_PIN 64

/** struct vmb_pin_cpu - one CPU: the OS's number, hwloc's logical index, its core and NUMA node.
 * @core: logical core index; @node: OS number of the near node, -1 unknown */
struct vmb_pin_cpu { unsigned int os, logical, core; int node; };

/**
 * struct vmb_pin - where rounds run. nr == 0: not pinned.
 */
struct vmb_pin {
	size_t nr;
	struct vmb_pin_cpu cpu[VMB_MAX_PIN];
};

/**
 * vmb_pin_parse - resolve what the user typed after --pin.
 * @spec: "3", "2,3", "0-3", "core:1", "core:0,core:1", "core:0-3", "isolated"; borrowed. Of a core
 *        its first usable thread is taken. CPUs that isolcpus= took out of every affinity mask can
 *        be named
 * @pin: overwritten on success
 * @why: on failure a sentence that names the culprit and lists the CPUs that can be used
 * Return: 0; -EINVAL malformed, a CPU twice, or more than VMB_MAX_PIN; -ENODEV no such CPU or core,
 * offline, or nothing isolated; -EPERM outside of this process's cpuset or affinity mask; -ENODATA,
 * -ENOMEM the topology cannot be read. @pin is untouched on failure.
 */
VMB_MUST_CHECK int vmb_pin_parse(const char *spec, struct vmb_pin *pin, struct vmb_why *why);

/**
 * vmb_pin_apply - bind the calling process to the CPUs and its memory to the near node(s).
 * Inherited by exec: the parent forks, applies, execs the round. Memory binding that the kernel
 * refuses (no NUMA support, seccomp) is not an error. An empty @pin binds nothing.
 * Return: 0; -EXDEV the topology describes another machine (HWLOC_XMLFILE, HWLOC_SYNTHETIC);
 * -errno of the kernel; each with @why.
 */
VMB_MUST_CHECK int vmb_pin_apply(const struct vmb_pin *pin, struct vmb_why *why);

/** vmb_pin_describe - add "pin.cpus", "pin.logical", "pin.cores", "pin.nodes" facts. */
void vmb_pin_describe(const struct vmb_pin *pin, struct vmb_env *env);

/** vmb_pin_fini - release the topology that this file caches. */
void vmb_pin_fini(void);

#endif /* VMB_USER_PIN_H */
