// SPDX-License-Identifier: MIT
/*
 * Checks of the kernel's switches and of memory.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "user/env/checks.h"
#include "user/env/collect.h"
#include "user/env/sys.h"
#include "user/kmod.h"

void vmb_check_aslr(const struct vmb_check_ctx *ctx, struct vmb_finding *out)
{
	double level = vmb_env_get_number(ctx->env, "kernel.aslr", -1);

	if (vmb_env_get_number(ctx->env, "kernel.aslr_off_here", 0) > 0) {
		vmb_found(out, VMB_CHECK_BAD, "off for this process and what it starts");
		snprintf(out->mend, sizeof(out->mend),
			 "start vmbench without setarch -R or a debugger");
	} else if (level < 0) {
		vmb_found(out, VMB_CHECK_UNKNOWN,
			  "/proc/sys/kernel/randomize_va_space cannot be read");
	} else if (level < 2) {
		vmb_found(out, level < 1 ? VMB_CHECK_BAD : VMB_CHECK_WARN,
			  "%s (randomize_va_space = %.0f)",
			  level < 1 ? "off" : "the heap is not randomised", level);
	} else {
		vmb_found(out, VMB_CHECK_GOOD, "on, as it must be");
	}
}

void vmb_check_nmi_watchdog(const struct vmb_check_ctx *ctx, struct vmb_finding *out)
{
	const struct vmb_fact *f = vmb_env_find(ctx->env, "kernel.nmi_watchdog");

	if (!f)
		vmb_found(out, VMB_CHECK_GOOD, "this kernel has none");
	else if (f->number > 0)
		vmb_found(out, VMB_CHECK_WARN, "on");
	else
		vmb_found(out, VMB_CHECK_GOOD, "off");
}

void vmb_check_pti(const struct vmb_check_ctx *ctx, struct vmb_finding *out)
{
	const char *text = vmb_env_get_text(ctx->env, "mitigations.meltdown");

	if (!text)
		vmb_found(out, VMB_CHECK_UNKNOWN, "this kernel does not tell");
	else
		vmb_found(out, strncmp(text, "Mitigation", 10) ? VMB_CHECK_GOOD : VMB_CHECK_WARN,
			  "meltdown: %.200s", text);
}

void vmb_check_thp(const struct vmb_check_ctx *ctx, struct vmb_finding *out)
{
	const char *mode = vmb_env_get_text(ctx->env, "memory.thp");

	if (!mode)
		vmb_found(out, VMB_CHECK_UNKNOWN, "this kernel has no transparent huge pages");
	else
		vmb_found(out, strcmp(mode, "always") ? VMB_CHECK_GOOD : VMB_CHECK_WARN,
			  "transparent huge pages: %s", mode);
}

void vmb_check_swap(const struct vmb_check_ctx *ctx, struct vmb_finding *out)
{
	double used = vmb_env_get_number(ctx->env, "memory.swap_used_bytes", -1);

	if (used < 0)
		vmb_found(out, VMB_CHECK_UNKNOWN, "/proc/meminfo cannot be read");
	else
		vmb_found(out, used > 0 ? VMB_CHECK_WARN : VMB_CHECK_GOOD, "%.0f MiB in use",
			  used / 1048576);
}

void vmb_check_numa_balancing(const struct vmb_check_ctx *ctx, struct vmb_finding *out)
{
	const struct vmb_fact *f = vmb_env_find(ctx->env, "memory.numa_balancing");

	if (!f)
		vmb_found(out, VMB_CHECK_GOOD, "this kernel has none");
	else if (f->number > 0 && vmb_env_get_number(ctx->env, "memory.nodes", 1) > 1)
		vmb_found(out, VMB_CHECK_WARN, "on");
	else
		vmb_found(out, VMB_CHECK_GOOD, f->number > 0 ? "on, but there is one node" : "off");
}

void vmb_check_kernel_module(const struct vmb_check_ctx *ctx, struct vmb_finding *out)
{
	struct vmb_kmod_info info;
	struct vmb_why why;
	int fd;

	(void)ctx;
	if (!vmb_sys_exists(VMB_KMOD_DEVICE)) {
		vmb_found(out, VMB_CHECK_WARN, "not loaded");
		return;
	}
	fd = vmb_kmod_open(&info, &why);
	if (fd < 0) {
		vmb_found(out, VMB_CHECK_WARN, "%s", why.text);
		return;
	}
	close(fd);
	vmb_found(out, info.selftest > 1 ? VMB_CHECK_BAD : VMB_CHECK_GOOD, "version %.31s, ABI %u, %u levels%s%.*s",
		  info.version, info.abi, info.levels, info.selftest > 1 ? ", self-test failed: " : "",
		  VMB_KMOD_REASON_BYTES - 1, info.selftest > 1 ? info.selftest_text : "");
}

void vmb_check_build(const struct vmb_check_ctx *ctx, struct vmb_finding *out)
{
	const char *sanitizer = vmb_env_get_text(ctx->env, "build.sanitizer");
	const char *flags = vmb_env_get_text(ctx->env, "build.flags");

	if (sanitizer)
		vmb_found(out, VMB_CHECK_BAD, "built with -fsanitize=%s", sanitizer);
	else if (!flags || !strstr(flags, "-O") || strstr(flags, "-O0"))
		vmb_found(out, VMB_CHECK_BAD, "built without optimisation");
	else
		vmb_found(out, VMB_CHECK_GOOD, "%.200s", flags);
}
