// SPDX-License-Identifier: MIT
/*
 * Checks of event counters.
 */
#include <stdio.h>
#include <unistd.h>

#include "user/counter/counter.h"
#include "user/counter/sim.h"
#include "user/env/checks.h"
#include "user/env/collect.h"

void vmb_check_paranoid(const struct vmb_check_ctx *ctx, struct vmb_finding *out)
{
	double level = vmb_env_get_number(ctx->env, "kernel.perf_event_paranoid", -9);

	if (level < -1)
		vmb_found(out, VMB_CHECK_UNKNOWN, "this kernel has no perf events");
	else if (geteuid() == 0)
		vmb_found(out, VMB_CHECK_GOOD, "%.0f, which does not bind root", level);
	else if (level <= 1)
		vmb_found(out, VMB_CHECK_GOOD, "%.0f", level);
	else
		vmb_found(out, VMB_CHECK_WARN, "%.0f: %s", level,
			  level <= 2 ? "user space is counted, the kernel's part is not" :
			  "no counting at all");
}

void vmb_check_pmu(const struct vmb_check_ctx *ctx, struct vmb_finding *out)
{
	struct vmb_counter_plan plan;
	struct vmb_why why = { 0 };

	(void)ctx;
	if (vmb_counter_plan_make(NULL, &plan, &why))
		vmb_found(out, VMB_CHECK_WARN, "%s", why.text);
	else if (plan.note[0] || !plan.nr_sets)
		vmb_found(out, VMB_CHECK_WARN, "%s",
			  plan.note[0] ? plan.note : "nothing can be counted");
	else
		vmb_found(out, VMB_CHECK_GOOD, "the default counters fit in %zu set%s",
			  plan.nr_sets, plan.nr_sets > 1 ? "s, one per round" : "");
}

void vmb_check_rdpmc(const struct vmb_check_ctx *ctx, struct vmb_finding *out)
{
	const struct vmb_fact *x86 = vmb_env_find(ctx->env, "kernel.rdpmc");
	const struct vmb_fact *arm = vmb_env_find(ctx->env, "kernel.perf_user_access");
	const struct vmb_fact *f = x86 ? x86 : arm;

	if (!f)
		vmb_found(out, VMB_CHECK_UNKNOWN, "there is no PMU to read");
	else
		vmb_found(out, f->number > 0 ? VMB_CHECK_GOOD : VMB_CHECK_WARN, "%s",
			  f->number > 0 ? "allowed from user space" : "forbidden from user space");
	if (f && f->number < 1)
		snprintf(out->mend, sizeof(out->mend), "%s",
			 x86 ? "echo 1 | sudo tee /sys/bus/event_source/devices/cpu*/rdpmc"
			       "    # back: echo 0"
			     : "sudo sysctl kernel.perf_user_access=1    # back: =0");
}

void vmb_check_valgrind(const struct vmb_check_ctx *ctx, struct vmb_finding *out)
{
	struct vmb_why why = { 0 };

	(void)ctx;
	if (vmb_sim_supported(&why))
		vmb_found(out, VMB_CHECK_WARN, "%s", why.text);
	else
		vmb_found(out, VMB_CHECK_GOOD, "installed, for --counters=sim");
}
