// SPDX-License-Identifier: MIT
#include "user/env/topology.h"

#include <errno.h>
#include <hwloc.h>
#include <string.h>

static hwloc_topology_t cached;

static int load(hwloc_topology_t *out)
{
	hwloc_topology_t t;

	if (hwloc_topology_init(&t))
		return -ENOMEM;
	if (hwloc_topology_set_flags(t, HWLOC_TOPOLOGY_FLAG_INCLUDE_DISALLOWED) ||
	    hwloc_topology_set_icache_types_filter(t, HWLOC_TYPE_FILTER_KEEP_ALL) ||
	    hwloc_topology_load(t)) {
		hwloc_topology_destroy(t);
		return -ENODATA;
	}
	*out = t;
	return 0;
}

int vmb_topology_load(struct vmb_why *why)
{
	int err = cached ? 0 : load(&cached);

	if (err)
		vmb_why_set(why, "hwloc cannot read this machine's topology: %s; if HWLOC_XMLFILE, "
			    "HWLOC_SYNTHETIC or HWLOC_COMPONENTS is set, check its value",
			    err == -ENOMEM ? "out of memory" : "no usable source");
	return err;
}

void vmb_topology_fini(void)
{
	if (cached)
		hwloc_topology_destroy(cached);
	cached = NULL;
}

static hwloc_topology_t topology(void)
{
	struct vmb_why why;

	return vmb_topology_load(&why) ? NULL : cached;
}

bool vmb_topology_is_this_machine(void)
{
	hwloc_topology_t t = topology();

	return t && hwloc_topology_is_thissystem(t);
}

size_t vmb_topology_count(enum vmb_topo_kind kind)
{
	static const hwloc_obj_type_t type[] = {
		[VMB_TOPO_PACKAGE] = HWLOC_OBJ_PACKAGE, [VMB_TOPO_CORE] = HWLOC_OBJ_CORE,
		[VMB_TOPO_CPU] = HWLOC_OBJ_PU, [VMB_TOPO_NODE] = HWLOC_OBJ_NUMANODE,
	};
	hwloc_topology_t t = topology();
	int n = t ? hwloc_get_nbobjs_by_type(t, type[kind]) : 0;

	return n > 0 ? (size_t)n : 0;
}

size_t vmb_topology_core_kinds(void)
{
	hwloc_topology_t t = topology();
	int n = t ? hwloc_cpukinds_get_nr(t, 0) : 0;

	return n > 0 ? (size_t)n : 0;
}

static void from_bitmap(struct vmb_cpuset *out, hwloc_const_cpuset_t set)
{
	memset(out, 0, sizeof(*out));
	for (int i = hwloc_bitmap_first(set); i >= 0 && i < (int)VMB_CPUSET_MAX;
	     i = hwloc_bitmap_next(set, i))
		vmb_cpuset_add(out, (unsigned int)i);
}

int vmb_topology_sets(struct vmb_topo_sets *out)
{
	hwloc_topology_t t = topology();

	memset(out, 0, sizeof(*out));
	if (!t)
		return -ENODATA;
	from_bitmap(&out->present, hwloc_topology_get_complete_cpuset(t));
	from_bitmap(&out->online, hwloc_topology_get_topology_cpuset(t));
	from_bitmap(&out->allowed, hwloc_topology_get_allowed_cpuset(t));
	/* hwloc knows an offline CPU on some kernels only; sysfs is sure. */
	if (hwloc_topology_is_thissystem(t)) {
		struct vmb_cpuset s;

		if (!vmb_cpulist_read("/sys/devices/system/cpu/present", &s) &&
		    vmb_cpuset_count(&s))
			out->present = s;
		if (!vmb_cpulist_read("/sys/devices/system/cpu/online", &s) && vmb_cpuset_count(&s))
			out->online = s;
	}
	vmb_cpuset_and(&out->allowed, &out->online);
	return 0;
}

/* The node that the kernel would take first. Nodes without memory are no place for memory. */
static int near_node(hwloc_topology_t t, hwloc_obj_t pu)
{
	hwloc_obj_t node = NULL;

	while ((node = hwloc_get_next_obj_by_type(t, HWLOC_OBJ_NUMANODE, node)))
		if (hwloc_bitmap_isset(pu->nodeset, node->os_index) &&
		    node->attr->numanode.local_memory)
			return (int)node->os_index;
	return -1;
}

int vmb_topology_cpu(unsigned int os, struct vmb_pin_cpu *out)
{
	hwloc_topology_t t = topology();
	hwloc_obj_t pu = t ? hwloc_get_pu_obj_by_os_index(t, os) : NULL, core;

	if (!pu)
		return -ENODEV;
	core = hwloc_get_ancestor_obj_by_type(t, HWLOC_OBJ_CORE, pu);
	*out = (struct vmb_pin_cpu){
		.os = os, .logical = pu->logical_index,
		.core = core ? core->logical_index : pu->logical_index, .node = near_node(t, pu),
	};
	return 0;
}

int vmb_topology_core(unsigned int core, struct vmb_cpuset *cpus)
{
	hwloc_topology_t t = topology();
	hwloc_obj_t obj = t ? hwloc_get_obj_by_type(t, HWLOC_OBJ_CORE, core) : NULL;

	memset(cpus, 0, sizeof(*cpus));
	if (!obj)
		return -ENODEV;
	from_bitmap(cpus, obj->cpuset);
	return 0;
}

static bool is_cache(hwloc_obj_t o, unsigned int level, bool instructions)
{
	bool code = o->attr && o->attr->cache.type == HWLOC_OBJ_CACHE_INSTRUCTION;

	return hwloc_obj_type_is_cache(o->type) && o->attr->cache.depth == level &&
	       code == instructions;
}

int vmb_topology_cache(unsigned int level, bool instructions, struct vmb_topo_cache *out)
{
	hwloc_topology_t t = topology();
	hwloc_obj_t o = t ? hwloc_get_obj_by_type(t, HWLOC_OBJ_PU, 0) : NULL;

	while (o && !is_cache(o, level, instructions))
		o = o->parent;
	if (!o)
		return -ENODEV;
	*out = (struct vmb_topo_cache){
		.bytes = o->attr->cache.size, .line_bytes = o->attr->cache.linesize,
		.shared_by = (unsigned int)hwloc_bitmap_weight(o->cpuset),
	};
	return 0;
}

static int bind_cpus(hwloc_topology_t t, const struct vmb_pin_cpu *cpu, size_t nr)
{
	hwloc_bitmap_t set = hwloc_bitmap_alloc();
	int err = set ? 0 : -ENOMEM;

	for (size_t i = 0; !err && i < nr; i++)
		err = hwloc_bitmap_set(set, cpu[i].os) ? -ENOMEM : 0;
	if (!err && hwloc_set_cpubind(t, set, HWLOC_CPUBIND_PROCESS | HWLOC_CPUBIND_STRICT))
		err = -errno;
	hwloc_bitmap_free(set);
	return err;
}

/*
 * STRICT, because memory that quietly comes from a far node is a wrong measurement. A kernel that
 * cannot bind memory (no NUMA, seccomp) has none to choose, or we must live with its choice.
 */
static void bind_memory(hwloc_topology_t t, const struct vmb_pin_cpu *cpu, size_t nr)
{
	hwloc_bitmap_t set = hwloc_bitmap_alloc();
	bool known = set;

	for (size_t i = 0; known && i < nr; i++)
		known = cpu[i].node >= 0 && !hwloc_bitmap_set(set, (unsigned int)cpu[i].node);
	if (known)
		(void)hwloc_set_membind(t, set, HWLOC_MEMBIND_BIND,
					HWLOC_MEMBIND_THREAD | HWLOC_MEMBIND_STRICT |
					HWLOC_MEMBIND_BYNODESET);
	hwloc_bitmap_free(set);
}

int vmb_topology_bind(const struct vmb_pin_cpu *cpu, size_t nr)
{
	hwloc_topology_t t = topology();
	int err;

	if (!t)
		return -ENODATA;
	if (!hwloc_topology_is_thissystem(t))
		return -EXDEV;
	err = bind_cpus(t, cpu, nr);
	if (!err)
		bind_memory(t, cpu, nr);
	return err;
}
