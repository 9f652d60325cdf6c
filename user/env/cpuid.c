// SPDX-License-Identifier: MIT
/*
 * What CPUID says, through libcpuid: code name and hypervisor, and whether it agrees with what the
 * kernel and hwloc found. libcpuid knows only the CPUs of its own time and calls newer ones by
 * older names; a name that the other sources contradict is not recorded as a fact.
 *
 * Where the library does not exist (it is packaged for x86 only), nothing is recorded.
 */
#include "user/env/collect.h"

#if __has_include(<libcpuid.h>)
#include <libcpuid.h>
#include <stdio.h>
#include <string.h>

#include "user/env/sys.h"

#define SOURCE		"libcpuid"
#define KEY		"cpu.disagreement"

static void be_quiet(const char *message)
{
	(void)message;
}

/* Only when both know: @theirs is negative where libcpuid has no answer. */
static void compare_number(struct vmb_env *env, const char *what, const char *key, double unit,
			   double theirs)
{
	const struct vmb_fact *f = vmb_env_find(env, key);

	if (f && f->type == VMB_FACT_NUMBER && theirs >= 0 && f->number / unit != theirs)
		vmb_env_disagree(env, KEY, "%s: libcpuid %.0f, %s %.0f", what, theirs, f->source,
				 f->number / unit);
}

static void compare_text(struct vmb_env *env, const char *what, const char *key, const char *theirs)
{
	const char *ours = vmb_env_get_text(env, key);

	if (ours && *theirs && strcmp(ours, theirs))
		vmb_env_disagree(env, KEY, "%s: libcpuid \"%s\", /proc/cpuinfo \"%s\"", what,
				 theirs, ours);
}

static void compare_identity(struct vmb_env *env, const struct cpu_id_t *id)
{
	char brand[sizeof(id->brand_str)];

	snprintf(brand, sizeof(brand), "%s", id->brand_str + strspn(id->brand_str, " "));
	vmb_sys_clean(brand);
	compare_text(env, "vendor", "cpu.vendor", id->vendor_str);
	compare_text(env, "model", "cpu.model", brand);
	compare_number(env, "family", "cpu.family", 1, id->ext_family);
	compare_number(env, "model number", "cpu.model_number", 1, id->ext_model);
	compare_number(env, "stepping", "cpu.stepping", 1, id->stepping);
}

static double or_unknown(int32_t v)
{
	return v > 0 ? v : -1;
}

/* libcpuid counts within one socket. */
static void compare_topology(struct vmb_env *env, const struct cpu_id_t *id)
{
	double sockets = vmb_env_get_number(env, "cpu.sockets", 1);

	compare_number(env, "threads per socket", "cpu.threads", sockets,
		       or_unknown(id->num_logical_cpus));
	compare_number(env, "cores per socket", "cpu.cores", sockets, or_unknown(id->num_cores));
}

static void compare_caches(struct vmb_env *env, const struct cpu_id_t *id)
{
	compare_number(env, "L1d KiB", "cache.l1d_bytes", 1024, or_unknown(id->l1_data_cache));
	compare_number(env, "L1i KiB", "cache.l1i_bytes", 1024,
		       or_unknown(id->l1_instruction_cache));
	compare_number(env, "L2 KiB", "cache.l2_bytes", 1024, or_unknown(id->l2_cache));
	compare_number(env, "L3 KiB", "cache.l3_bytes", 1024, or_unknown(id->l3_cache));
}

static void add_codename(struct vmb_env *env, const struct cpu_id_t *id)
{
	const char *ours = vmb_env_get_text(env, "cpu.microarch");
	const char *theirs = vmb_uarch_codename(id->cpu_codename);

	if (ours && theirs && strcmp(ours, theirs))
		vmb_env_disagree(env, KEY, "code name: libcpuid \"%s\" (%s), family and model %s",
				 id->cpu_codename, theirs, ours);
	if (id->cpu_codename[0] && !vmb_env_find(env, KEY))
		vmb_env_text(env, "cpu.codename", SOURCE, "%s", id->cpu_codename);
}

/* Source: Intel SDM vol. 2A, CPUID.01H:ECX[31]; leaf 40000000H is the hypervisors' convention. */
static void add_hypervisor(struct vmb_env *env)
{
	uint32_t regs[4] = { 1 };
	char signature[13];

	cpu_exec_cpuid_ext(regs);
	if (!(regs[2] >> 31)) {
		vmb_env_text(env, "virt.hypervisor", SOURCE, "none");
		return;
	}
	memset(regs, 0, sizeof(regs));
	regs[0] = 0x40000000;
	cpu_exec_cpuid_ext(regs);
	memcpy(signature, &regs[1], 12);
	signature[12] = 0;
	vmb_sys_clean(signature);
	vmb_env_text(env, "virt.signature", SOURCE, "%s", signature);
}

/* cpuid_get_all_raw_data() would change this thread's affinity; one CPU is enough. */
void vmb_env_cpuid(struct vmb_env *env)
{
	struct cpu_raw_data_t raw;
	struct cpu_id_t id;

	if (cpuid_present() != 1)
		return;
	cpuid_set_warn_function(be_quiet);
	if (cpuid_get_raw_data(&raw) < 0)
		return;
	add_hypervisor(env);
	if (cpu_identify(&raw, &id) < 0)
		return;
	compare_identity(env, &id);
	compare_topology(env, &id);
	compare_caches(env, &id);
	add_codename(env, &id);
}

#else

void vmb_env_cpuid(struct vmb_env *env)
{
	(void)env;
}

#endif
