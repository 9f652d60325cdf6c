// SPDX-License-Identifier: MIT
/*
 * The CPU: what /proc/cpuinfo says in each architecture's own words, and how many there are.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "user/env/collect.h"
#include "user/env/cpulist.h"
#include "user/env/sys.h"
#include "user/env/topology.h"

#define CPUINFO_BYTES	(64u << 20)
#define MAX_PARTS	8	/* kinds of cores of one ARM machine */

/* Flags that change what a benchmark measures or how it is measured; the others are left out. */
static const char *const flags_of_interest[] = {
	/* x86_64 */
	"constant_tsc", "nonstop_tsc", "rdtscp", "arch_perfmon", "perfctr_core", "pcid", "invpcid",
	"la57", "pdpe1gb", "pku", "smep", "smap", "fsgsbase", "erms", "fsrm", "movdir64b",
	"clflushopt", "clwb", "clzero", "sse4_2", "avx", "avx2", "fma", "avx512f", "avx512bw",
	"avx512vl", "amx_tile", "bmi1", "bmi2", "adx", "popcnt", "aes", "vaes", "pclmulqdq",
	"vpclmulqdq", "sha_ni", "gfni", "rdrand", "rdseed", "rtm", "cx16", "movbe", "f16c",
	"hypervisor",
	/* arm64 */
	"fp", "asimd", "aes", "pmull", "sha2", "sha512", "crc32", "atomics", "fphp", "asimddp",
	"jscvt", "lrcpc", "dcpop", "uscat", "sve", "sve2", "flagm", "bti", "paca", "mte", "ecv",
};

/* Of /proc/cpuinfo; the first CPU's line counts. */
static const struct { const char *name, *key; bool number; } line_of[] = {
	{ "vendor_id", "cpu.vendor", false },	{ "model name", "cpu.model", false },
	{ "cpu family", "cpu.family", true },	{ "model", "cpu.model_number", true },
	{ "stepping", "cpu.stepping", true },	{ "microcode", "cpu.microcode", false },
	/* arm64 */
	{ "CPU implementer", "cpu.implementer", false }, { "CPU part", "cpu.part", false },
	{ "CPU variant", "cpu.variant", false }, { "CPU revision", "cpu.revision", false },
	/* riscv64 */
	{ "isa", "cpu.isa", false },		{ "mmu", "cpu.mmu", false },
	{ "uarch", "cpu.uarch", false },	{ "mvendorid", "cpu.mvendorid", false },
	{ "marchid", "cpu.marchid", false },	{ "mimpid", "cpu.mimpid", false },
};

struct scan {
	struct vmb_env *env;
	size_t nr_processors;
	unsigned int implementer;	/* of the CPU being read */
	size_t nr_parts;
	char part[MAX_PARTS][64];	/* distinct kinds, as names */
};

static bool has_word(const char *words, const char *word)
{
	size_t len = strlen(word);

	for (const char *p = words; (p = strstr(p, word)); p += len)
		if ((p == words || p[-1] == ' ') && (!p[len] || p[len] == ' '))
			return true;
	return false;
}

static void add_flags(struct vmb_env *env, const char *words)
{
	char text[1024] = "";
	size_t len = 0;

	for (size_t i = 0; i < VMB_ARRAY_SIZE(flags_of_interest); i++) {
		const char *flag = flags_of_interest[i];

		if (has_word(words, flag) && !has_word(text, flag))
			len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%s",
						len ? " " : "", flag);
	}
	if (len)
		vmb_env_text(env, "cpu.flags", "/proc/cpuinfo", "%s", text);
	if (has_word(words, "tsc"))
		vmb_env_bool(env, "cpu.invariant_tsc", "/proc/cpuinfo",
			     has_word(words, "constant_tsc") && has_word(words, "nonstop_tsc"));
}

static void add_part(struct scan *s, unsigned int part)
{
	const char *name = vmb_uarch_arm(s->implementer, part);
	char text[64];

	if (name)
		snprintf(text, sizeof(text), "%s", name);
	else
		snprintf(text, sizeof(text), "implementer 0x%02x part 0x%03x", s->implementer,
			 part);
	for (size_t i = 0; i < s->nr_parts; i++)
		if (!strcmp(s->part[i], text))
			return;
	if (s->nr_parts < MAX_PARTS)
		memcpy(s->part[s->nr_parts++], text, sizeof(text));
}

static void add_line(struct scan *s, const char *name, const char *value)
{
	for (size_t i = 0; i < VMB_ARRAY_SIZE(line_of); i++) {
		if (strcmp(line_of[i].name, name) || vmb_env_find(s->env, line_of[i].key))
			continue;
		if (line_of[i].number)
			vmb_env_number(s->env, line_of[i].key, "/proc/cpuinfo",
				       strtod(value, NULL));
		else
			vmb_env_text(s->env, line_of[i].key, "/proc/cpuinfo", "%s", value);
	}
}

static bool take_line(void *ctx, char *text)
{
	struct scan *s = ctx;
	char *value = strchr(text, ':');

	if (!value)
		return true;
	*value++ = 0;
	value += strspn(value, " \t");
	vmb_sys_clean(text);
	vmb_sys_clean(value);
	if (!strcmp(text, "processor"))
		s->nr_processors++;
	else if (!strcmp(text, "CPU implementer"))
		s->implementer = (unsigned int)strtoul(value, NULL, 0);
	else if (!strcmp(text, "CPU part"))
		add_part(s, (unsigned int)strtoul(value, NULL, 0));
	else if ((!strcmp(text, "flags") || !strcmp(text, "Features")) &&
		 !vmb_env_find(s->env, "cpu.flags"))
		add_flags(s->env, value);
	if (*value)
		add_line(s, text, value);
	return true;
}

/* ARM has no model name, RISC-V a microarchitecture at best. */
static void add_model(struct scan *s)
{
	const char *uarch = vmb_env_get_text(s->env, "cpu.uarch");
	char text[MAX_PARTS * 68] = "";
	size_t len = 0;

	for (size_t i = 0; i < s->nr_parts; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%s", len ? " + " : "",
					s->part[i]);
	if (vmb_env_find(s->env, "cpu.model"))
		return;
	if (len)
		vmb_env_text(s->env, "cpu.model", "/proc/cpuinfo", "%s", text);
	else if (uarch)
		vmb_env_text(s->env, "cpu.model", "/proc/cpuinfo", "%s", uarch);
}

static void add_microarch(struct vmb_env *env)
{
	const char *vendor = vmb_env_get_text(env, "cpu.vendor");
	double family = vmb_env_get_number(env, "cpu.family", -1);
	double model = vmb_env_get_number(env, "cpu.model_number", -1);
	const char *name = NULL;

	if (vendor && family >= 0 && family < 4096 && model >= 0 && model < 4096)
		name = vmb_uarch_x86(vendor, (unsigned int)family, (unsigned int)model);
	if (name)
		vmb_env_text(env, "cpu.microarch", "family and model", "%s", name);
}

static void add_counts(struct vmb_env *env)
{
	static const struct { const char *key; enum vmb_topo_kind kind; } count[] = {
		{ "cpu.sockets", VMB_TOPO_PACKAGE }, { "cpu.cores", VMB_TOPO_CORE },
		{ "cpu.threads", VMB_TOPO_CPU },
	};

	for (size_t i = 0; i < VMB_ARRAY_SIZE(count); i++) {
		size_t n = vmb_topology_count(count[i].kind);

		if (n)
			vmb_env_number(env, count[i].key, "hwloc", (double)n);
	}
	if (vmb_topology_core_kinds() > 1)
		vmb_env_number(env, "cpu.core_kinds", "hwloc", (double)vmb_topology_core_kinds());
}

static void add_sets(struct vmb_env *env)
{
	struct vmb_cpuset allowed;
	char text[512];

	vmb_env_file_text(env, "cpu.online", "/sys/devices/system/cpu/online");
	if (!vmb_cpuset_affinity(&allowed))
		vmb_env_text(env, "cpu.allowed", "sched_getaffinity", "%s",
			     vmb_cpulist_format(&allowed, text, sizeof(text)));
}

static void compare_counts(struct vmb_env *env, size_t cpuinfo)
{
	size_t hwloc = vmb_topology_count(VMB_TOPO_CPU);

	if (cpuinfo && hwloc && cpuinfo != hwloc)
		vmb_env_disagree(env, "cpu.disagreement", "CPUs: /proc/cpuinfo %zu, hwloc %zu",
				 cpuinfo, hwloc);
}

void vmb_env_cpu(struct vmb_env *env)
{
	struct scan s = { .env = env };

	vmb_sys_lines("/proc/cpuinfo", CPUINFO_BYTES, take_line, &s);
	add_model(&s);
	add_microarch(env);
	if (!vmb_env_find(env, "cpu.microcode"))
		vmb_env_file_text(env, "cpu.microcode",
				  "/sys/devices/system/cpu/cpu0/microcode/version");
	vmb_env_file_text(env, "cpu.midr",
			  "/sys/devices/system/cpu/cpu0/regs/identification/midr_el1");
	add_counts(env);
	add_sets(env);
	compare_counts(env, s.nr_processors);
}
