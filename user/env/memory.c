// SPDX-License-Identifier: MIT
/*
 * Memory: how much, on how many nodes, in pages of which size.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "user/env/collect.h"
#include "user/env/sys.h"
#include "user/env/topology.h"

struct meminfo { double total, available, swap_total, swap_free; };

static bool take_line(void *ctx, char *text)
{
	struct meminfo *m = ctx;
	const struct { const char *name; double *value; } field[] = {
		{ "MemTotal:", &m->total }, { "MemAvailable:", &m->available },
		{ "SwapTotal:", &m->swap_total }, { "SwapFree:", &m->swap_free },
	};

	for (size_t i = 0; i < VMB_ARRAY_SIZE(field); i++) {
		size_t len = strlen(field[i].name);

		if (!strncmp(text, field[i].name, len) && strstr(text, " kB"))
			*field[i].value = strtod(text + len, NULL) * 1024;
	}
	return true;
}

static void add_meminfo(struct vmb_env *env)
{
	struct meminfo m = { -1, -1, -1, -1 };

	vmb_sys_lines("/proc/meminfo", 1u << 20, take_line, &m);
	if (m.total > 0)
		vmb_env_number(env, "memory.total_bytes", "/proc/meminfo", m.total);
	if (m.available >= 0)
		vmb_env_number(env, "memory.available_bytes", "/proc/meminfo", m.available);
	if (m.swap_total >= 0)
		vmb_env_number(env, "memory.swap_total_bytes", "/proc/meminfo", m.swap_total);
	if (m.swap_total >= 0 && m.swap_free >= 0)
		vmb_env_number(env, "memory.swap_used_bytes", "/proc/meminfo",
			       m.swap_total - m.swap_free);
}

/* "hugepages-2048kB" → "memory.hugetlb_2048k_pages": how many of that size are reserved. */
static void add_hugetlb(struct vmb_env *env, const char *dir)
{
	unsigned long kib;
	long long pages;
	char key[64], *end;

	if (strncmp(dir, "hugepages-", 10) || !isdigit((unsigned char)dir[10]))
		return;
	kib = strtoul(dir + 10, &end, 10);
	if (strcmp(end, "kB") ||
	    vmb_sys_number(&pages, "/sys/kernel/mm/hugepages/%s/nr_hugepages", dir))
		return;
	snprintf(key, sizeof(key), "memory.hugetlb_%luk_pages", kib);
	vmb_env_number(env, key, "sysfs", (double)pages);
}

static void add_all_hugetlb(struct vmb_env *env)
{
	struct vmb_sys_names names;

	if (!vmb_sys_list(&names, "/sys/kernel/mm/hugepages"))
		for (size_t i = 0; i < names.nr; i++)
			add_hugetlb(env, names.name[i]);
	vmb_sys_names_fini(&names);
}

/* Of the container, if it sees a cgroup root of its own; "max" is no number and no limit. */
static void add_limit(struct vmb_env *env)
{
	vmb_env_file_number(env, "memory.limit_bytes", "/sys/fs/cgroup/memory.max", 1);
}

void vmb_env_memory(struct vmb_env *env)
{
	static const struct vmb_env_file file[] = {
		{ "memory.thp", "/sys/kernel/mm/transparent_hugepage/enabled",
		  vmb_env_file_choice },
		{ "memory.thp_defrag", "/sys/kernel/mm/transparent_hugepage/defrag",
		  vmb_env_file_choice },
		{ "memory.numa_balancing", "/proc/sys/kernel/numa_balancing", vmb_env_file_bool },
		{ "memory.ksm", "/sys/kernel/mm/ksm/run", vmb_env_file_bool },
	};
	size_t nodes = vmb_topology_count(VMB_TOPO_NODE);

	add_meminfo(env);
	if (nodes)
		vmb_env_number(env, "memory.nodes", "hwloc", (double)nodes);
	vmb_env_number(env, "memory.page_bytes", "sysconf", (double)sysconf(_SC_PAGESIZE));
	vmb_env_files(env, file, VMB_ARRAY_SIZE(file));
	add_all_hugetlb(env);
	add_limit(env);
}
