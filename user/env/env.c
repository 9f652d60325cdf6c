// SPDX-License-Identifier: MIT
#include "user/env/env.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "user/env/collect.h"
#include "user/env/sys.h"

/* In this order: cpuid compares with what cpu and cache found, the fingerprint with everything. */
static void (*const collectors[])(struct vmb_env *) = {
	vmb_env_cpu, vmb_env_cache, vmb_env_cpuid, vmb_env_memory, vmb_env_kernel,
	vmb_env_mitigations, vmb_env_virt, vmb_env_power, vmb_env_noise, vmb_env_build,
	vmb_env_fingerprint,
};

void vmb_env_collect(struct vmb_env *env)
{
	if (*vmb_sys_root())
		vmb_env_text(env, "env.sysroot", "VMBENCH_SYSROOT", "%s", vmb_sys_root());
	for (size_t i = 0; i < VMB_ARRAY_SIZE(collectors); i++)
		collectors[i](env);
}

const char *vmb_env_source(const char *path)
{
	return strncmp(path, "/proc/", 6) ? "sysfs" : "procfs";
}

void vmb_env_file_text(struct vmb_env *env, const char *key, const char *path)
{
	char text[VMB_SYS_LINE_BYTES];

	if (vmb_sys_text(text, sizeof(text), "%s", path) > 0)
		vmb_env_text(env, key, vmb_env_source(path), "%s", text);
}

void vmb_env_file_number(struct vmb_env *env, const char *key, const char *path, double scale)
{
	long long v;

	if (!vmb_sys_number(&v, "%s", path))
		vmb_env_number(env, key, vmb_env_source(path), (double)v * scale);
}

void vmb_env_file_bool(struct vmb_env *env, const char *key, const char *path)
{
	long long v;

	if (!vmb_sys_number(&v, "%s", path))
		vmb_env_bool(env, key, vmb_env_source(path), v != 0);
}

void vmb_env_file_choice(struct vmb_env *env, const char *key, const char *path)
{
	char text[VMB_SYS_LINE_BYTES], *open, *close;

	if (vmb_sys_text(text, sizeof(text), "%s", path) < 0)
		return;
	open = strchr(text, '[');
	close = open ? strchr(open, ']') : NULL;
	if (!close || close == open + 1)
		return;
	*close = 0;
	vmb_env_text(env, key, vmb_env_source(path), "%s", open + 1);
}

void vmb_env_files(struct vmb_env *env, const struct vmb_env_file *row, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		row[i].add(env, row[i].key, row[i].path);
}

const char *vmb_env_get_text(const struct vmb_env *env, const char *key)
{
	const struct vmb_fact *f = vmb_env_find(env, key);

	return f && f->type == VMB_FACT_TEXT ? f->text : NULL;
}

double vmb_env_get_number(const struct vmb_env *env, const char *key, double absent)
{
	const struct vmb_fact *f = vmb_env_find(env, key);

	return f && f->type != VMB_FACT_TEXT ? f->number : absent;
}

void vmb_env_disagree(struct vmb_env *env, const char *key, const char *fmt, ...)
{
	const char *before = vmb_env_get_text(env, key);
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	vmb_env_text(env, key, "comparison", "%s%s%s", before ? before : "", before ? "; " : "",
		     text);
}
