// SPDX-License-Identifier: MIT
/*
 * Checks of the clock: who governs it, what it is counted by, who hides it.
 */
#include <stdio.h>
#include <string.h>

#include "user/env/checks.h"
#include "user/env/collect.h"

static bool virtual(const struct vmb_env *env)
{
	const char *hv = vmb_env_get_text(env, "virt.hypervisor");

	return hv && strcmp(hv, "none");
}

static const char *who_hides_it(const struct vmb_env *env)
{
	return virtual(env) ? "the hypervisor governs the clock" : "the firmware governs the clock";
}

/* intel_pstate and amd-pstate in active mode choose by load within "powersave", too. */
static bool fixed_at_lowest(const char *governor, const char *driver)
{
	return strstr(governor, "powersave") &&
	       !(driver && (strstr(driver, "intel_pstate") || strstr(driver, "amd-pstate-epp")));
}

void vmb_check_governor(const struct vmb_check_ctx *ctx, struct vmb_finding *out)
{
	const char *governor = vmb_env_get_text(ctx->env, "power.governor");
	const char *driver = vmb_env_get_text(ctx->env, "power.driver");

	if (!governor)
		vmb_found(out, VMB_CHECK_UNKNOWN, "no cpufreq here: %s", who_hides_it(ctx->env));
	else if (!strcmp(governor, "performance"))
		vmb_found(out, VMB_CHECK_GOOD, "performance (%s)",
			  driver ? driver : "unknown driver");
	else if (fixed_at_lowest(governor, driver))
		vmb_found(out, VMB_CHECK_BAD, "%s: the lowest clock (%s)", governor,
			  driver ? driver : "unknown driver");
	else
		vmb_found(out, VMB_CHECK_WARN, "%s (%s)", governor,
			  driver ? driver : "unknown driver");
}

void vmb_check_turbo(const struct vmb_check_ctx *ctx, struct vmb_finding *out)
{
	const struct vmb_fact *f = vmb_env_find(ctx->env, "power.turbo");
	bool intel = f && !strcmp(f->source, "intel_pstate");

	if (!f)
		vmb_found(out, VMB_CHECK_UNKNOWN, "no switch here: %s", who_hides_it(ctx->env));
	else if (f->number > 0)
		vmb_found(out, VMB_CHECK_WARN, "on");
	else
		vmb_found(out, VMB_CHECK_GOOD, "off");
	snprintf(out->mend, sizeof(out->mend),
		 "echo %d | sudo tee /sys/devices/system/cpu/%s    # back: echo %d", intel,
		 intel ? "intel_pstate/no_turbo" : "cpufreq/boost", !intel);
}

void vmb_check_throttle(const struct vmb_check_ctx *ctx, struct vmb_finding *out)
{
	if (vmb_env_get_number(ctx->env, "power.throttles_readable", 0) > 0)
		vmb_found(out, VMB_CHECK_GOOD, "throttling is counted; such rounds are discarded");
	else
		vmb_found(out, VMB_CHECK_UNKNOWN, "this machine does not count thermal throttling");
}

/* The kernel gives up on a time stamp counter that is not stable, and takes one of these. */
static bool is_slow_clock(const char *clocksource)
{
	static const char *const slow[] = {
		"hpet", "acpi_pm", "pit", "jiffies", "refined-jiffies",
	};

	for (size_t i = 0; i < VMB_ARRAY_SIZE(slow); i++)
		if (!strcmp(clocksource, slow[i]))
			return true;
	return false;
}

void vmb_check_timestamp(const struct vmb_check_ctx *ctx, struct vmb_finding *out)
{
	const struct vmb_fact *tsc = vmb_env_find(ctx->env, "cpu.invariant_tsc");
	const char *clock = vmb_env_get_text(ctx->env, "kernel.clocksource");

	if (!tsc && !clock)
		vmb_found(out, VMB_CHECK_UNKNOWN, "neither CPU nor kernel tell");
	else if (tsc && tsc->number < 1)
		vmb_found(out, VMB_CHECK_BAD,
			  "the TSC is not invariant: it follows the clock or stops");
	else if (clock && is_slow_clock(clock))
		vmb_found(out, VMB_CHECK_BAD,
			  "the kernel found the time stamp counter unstable: its "
			  "clocksource is %s (see: sudo dmesg | grep -i tsc)",
			  clock);
	else
		vmb_found(out, VMB_CHECK_GOOD, "%s, clocksource %s",
			  tsc ? "invariant TSC" : "stable", clock ? clock : "unknown");
}

void vmb_check_virtual(const struct vmb_check_ctx *ctx, struct vmb_finding *out)
{
	const char *hv = vmb_env_get_text(ctx->env, "virt.hypervisor");
	const char *container = vmb_env_get_text(ctx->env, "virt.container");

	if (!hv)
		vmb_found(out, VMB_CHECK_UNKNOWN, "no sign of a hypervisor, which proves nothing");
	else
		vmb_found(out, virtual(ctx->env) ? VMB_CHECK_WARN : VMB_CHECK_GOOD,
			  "hypervisor: %s%s%s", hv, container ? "; container: " : "",
			  container ? container : "");
}
