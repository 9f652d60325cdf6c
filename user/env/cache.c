// SPDX-License-Identifier: MIT
/*
 * Caches as the first CPU sees them, from hwloc; sysfs is asked as well, because hypervisors tell
 * each of them what they like.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "user/env/collect.h"
#include "user/env/sys.h"
#include "user/env/topology.h"

static const struct cache_fact {
	unsigned int level;
	bool code;
	const char *name, *bytes, *shared_by;
} facts[] = {
	{ 1, false, "L1d", "cache.l1d_bytes", "cache.l1d_shared_by" },
	{ 1, true, "L1i", "cache.l1i_bytes", "cache.l1i_shared_by" },
	{ 2, false, "L2", "cache.l2_bytes", "cache.l2_shared_by" },
	{ 3, false, "L3", "cache.l3_bytes", "cache.l3_shared_by" },
	{ 4, false, "L4", "cache.l4_bytes", "cache.l4_shared_by" },
};

/* "32K" or "1M" in bytes, 0 if it is neither. */
static double parse_size(const char *text)
{
	char *end;
	unsigned long long v = strtoull(text, &end, 10);

	if (!strcmp(end, "K"))
		return (double)v * 1024;
	return strcmp(end, "M") ? 0 : (double)v * 1024 * 1024;
}

static bool index_is(const char *index, const struct cache_fact *f)
{
	static const char dir[] = "/sys/devices/system/cpu/cpu0/cache";
	long long level;
	char type[32];

	if (vmb_sys_number(&level, "%s/%s/level", dir, index) || level != f->level)
		return false;
	return vmb_sys_text(type, sizeof(type), "%s/%s/type", dir, index) > 0 &&
	       (!strcmp(type, "Instruction") == f->code);
}

/* Bytes according to sysfs, 0 unknown. */
static double sysfs_bytes(const struct cache_fact *f)
{
	struct vmb_sys_names names;
	char size[32];
	double bytes = 0;

	if (!vmb_sys_list(&names, "/sys/devices/system/cpu/cpu0/cache"))
		for (size_t i = 0; i < names.nr && !bytes; i++)
			if (index_is(names.name[i], f) &&
			    vmb_sys_text(size, sizeof(size),
					 "/sys/devices/system/cpu/cpu0/cache/%s/size",
					 names.name[i]) > 0)
				bytes = parse_size(size);
	vmb_sys_names_fini(&names);
	return bytes;
}

static void add_cache(struct vmb_env *env, const struct cache_fact *f)
{
	struct vmb_topo_cache c = { 0 };
	double sysfs = sysfs_bytes(f);

	if (!vmb_topology_cache(f->level, f->code, &c) && c.bytes) {
		vmb_env_number(env, f->bytes, "hwloc", (double)c.bytes);
		vmb_env_number(env, f->shared_by, "hwloc", c.shared_by);
	} else if (sysfs > 0) {
		vmb_env_number(env, f->bytes, "sysfs", sysfs);
	}
	if (c.bytes && sysfs > 0 && sysfs != (double)c.bytes)
		vmb_env_disagree(env, "cache.disagreement", "%s bytes: hwloc %llu, sysfs %.0f",
				 f->name, (unsigned long long)c.bytes, sysfs);
	if (f->level == 1 && !f->code && c.line_bytes)
		vmb_env_number(env, "cache.line_bytes", "hwloc", c.line_bytes);
}

void vmb_env_cache(struct vmb_env *env)
{
	for (size_t i = 0; i < VMB_ARRAY_SIZE(facts); i++)
		add_cache(env, &facts[i]);
	if (!vmb_env_find(env, "cache.line_bytes"))
		vmb_env_file_number(env, "cache.line_bytes",
				    "/sys/devices/system/cpu/cpu0/cache/index0/coherency_line_size",
				    1);
}
