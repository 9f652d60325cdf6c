// SPDX-License-Identifier: MIT
/*
 * Checks of what happens on the CPUs during a short interval, and of who may run there.
 */
#include <stdio.h>
#include <string.h>

#include "user/env/checks.h"
#include "user/env/collect.h"
#include "user/env/cpulist.h"
#include "user/env/sys.h"
#include "user/env/topology.h"

/* Of 200 ms, of which a tick of 10 ms is 5 %: one tick may be chance, more are work. */
#define BUSY_WARN	0.06
#define BUSY_BAD	0.20

/* Shares of the interval on one CPU, or on several taken together. */
struct shares { double total, busy, steal; };

static bool add_shares(const struct vmb_check_ctx *ctx, unsigned int cpu, struct shares *s)
{
	double busy, idle, steal;

	if (cpu >= VMB_CPUTIME_CPUS || !ctx->before->cpu[cpu].known || !ctx->after->cpu[cpu].known)
		return false;
	busy = (uint32_t)(ctx->after->cpu[cpu].busy - ctx->before->cpu[cpu].busy);
	idle = (uint32_t)(ctx->after->cpu[cpu].idle - ctx->before->cpu[cpu].idle);
	steal = (uint32_t)(ctx->after->cpu[cpu].steal - ctx->before->cpu[cpu].steal);
	s->busy += busy;
	s->steal += steal;
	s->total += busy + idle + steal;
	return true;
}

static void pinned_set(const struct vmb_pin *pin, struct vmb_cpuset *set)
{
	memset(set, 0, sizeof(*set));
	for (size_t i = 0; i < pin->nr; i++)
		vmb_cpuset_add(set, pin->cpu[i].os);
}

/* Of every CPU in the set; false if nothing is known of one. */
static bool shares_of(const struct vmb_check_ctx *ctx, const struct vmb_cpuset *set,
		      struct shares *s)
{
	bool all = true;

	*s = (struct shares){ 0 };
	for (unsigned int i = vmb_cpuset_next(set, 0); i < VMB_CPUSET_MAX;
	     i = vmb_cpuset_next(set, i + 1))
		all &= add_shares(ctx, i, s);
	return all && s->total > 0;
}

static bool not_pinned(const struct vmb_check_ctx *ctx, struct vmb_finding *out)
{
	if (ctx->pin->nr)
		return false;
	vmb_found(out, VMB_CHECK_UNKNOWN, "no CPU chosen; try: vmbench doctor --pin N");
	return true;
}

static void judge_busy(struct vmb_finding *out, const char *what, double share)
{
	vmb_found(out, share > BUSY_BAD ? VMB_CHECK_BAD : share > BUSY_WARN ? VMB_CHECK_WARN :
		  VMB_CHECK_GOOD, "%s %.0f %% busy", what, share * 100);
}

void vmb_check_cpu_busy(const struct vmb_check_ctx *ctx, struct vmb_finding *out)
{
	struct vmb_cpuset set;
	char what[96], list[64];
	struct shares s;

	if (not_pinned(ctx, out))
		return;
	pinned_set(ctx->pin, &set);
	snprintf(what, sizeof(what), "CPU %s was", vmb_cpulist_format(&set, list, sizeof(list)));
	if (shares_of(ctx, &set, &s))
		judge_busy(out, what, s.busy / s.total);
	else
		vmb_found(out, VMB_CHECK_UNKNOWN, "/proc/stat does not tell");
}

/* Siblings that are not pinned themselves; *both: two pinned CPUs are siblings. */
static void siblings_of(const struct vmb_pin *pin, struct vmb_cpuset *siblings, bool *both)
{
	struct vmb_cpuset pinned, core;

	pinned_set(pin, &pinned);
	memset(siblings, 0, sizeof(*siblings));
	*both = false;
	for (size_t i = 0; i < pin->nr; i++) {
		if (vmb_topology_core(pin->cpu[i].core, &core))
			continue;
		for (unsigned int c = vmb_cpuset_next(&core, 0); c < VMB_CPUSET_MAX;
		     c = vmb_cpuset_next(&core, c + 1))
			if (!vmb_cpuset_has(&pinned, c))
				vmb_cpuset_add(siblings, c);
			else if (c != pin->cpu[i].os)
				*both = true;
	}
}

void vmb_check_smt_sibling(const struct vmb_check_ctx *ctx, struct vmb_finding *out)
{
	struct vmb_cpuset siblings;
	char what[96], list[64];
	struct shares s;
	bool both;

	if (not_pinned(ctx, out))
		return;
	siblings_of(ctx->pin, &siblings, &both);
	vmb_cpulist_format(&siblings, list, sizeof(list));
	snprintf(what, sizeof(what), "sibling CPU %s was", list);
	if (both)
		vmb_found(out, VMB_CHECK_WARN, "two of the chosen CPUs are siblings of one core");
	else if (!vmb_cpuset_count(&siblings))
		vmb_found(out, VMB_CHECK_GOOD, "the core runs one thread");
	else if (shares_of(ctx, &siblings, &s))
		judge_busy(out, what, s.busy / s.total);
	else
		vmb_found(out, VMB_CHECK_UNKNOWN, "sibling CPU %s: /proc/stat does not tell", list);
}

void vmb_check_steal(const struct vmb_check_ctx *ctx, struct vmb_finding *out)
{
	struct vmb_cpuset set;
	struct shares s = { 0 };

	pinned_set(ctx->pin, &set);
	for (unsigned int i = 0; !ctx->pin->nr && i < VMB_CPUTIME_CPUS; i++)
		if (ctx->before->cpu[i].known)
			vmb_cpuset_add(&set, i);
	if (!shares_of(ctx, &set, &s))
		vmb_found(out, VMB_CHECK_UNKNOWN, "/proc/stat does not tell");
	else if (s.steal > 0)
		vmb_found(out, s.steal / s.total >= 0.01 ? VMB_CHECK_BAD : VMB_CHECK_WARN,
			  "%.1f %% of the time was stolen", s.steal / s.total * 100);
	else
		vmb_found(out, VMB_CHECK_GOOD, "none in 200 ms");
}

void vmb_check_load(const struct vmb_check_ctx *ctx, struct vmb_finding *out)
{
	double load = vmb_env_get_number(ctx->env, "noise.load_1m", -1);
	double threads = vmb_env_get_number(ctx->env, "cpu.threads", 1);
	double share = load / threads;

	if (load < 0)
		vmb_found(out, VMB_CHECK_UNKNOWN, "/proc/loadavg cannot be read");
	else
		vmb_found(out, share >= 0.8 ? VMB_CHECK_BAD : share >= 0.2 ? VMB_CHECK_WARN :
			  VMB_CHECK_GOOD, "%.2f over the last minute, %.0f CPUs", load, threads);
}

void vmb_check_cpu_quota(const struct vmb_check_ctx *ctx, struct vmb_finding *out)
{
	double cpus = vmb_env_get_number(ctx->env, "noise.cpu_quota", -1);

	if (cpus < 0)
		vmb_found(out, VMB_CHECK_GOOD, "none in sight");
	else
		vmb_found(out, cpus < 1 ? VMB_CHECK_BAD : VMB_CHECK_WARN,
			  "%.2f CPUs' time per period", cpus);
}

/* Is every pinned CPU in the list that the fact holds? */
static void judge_set(const struct vmb_check_ctx *ctx, const char *key, const char *word,
		      struct vmb_finding *out)
{
	const char *text = vmb_env_get_text(ctx->env, key);
	struct vmb_cpuset set = { 0 }, pinned;

	if (!text || (strcmp(text, "none") && vmb_cpulist_parse(text, &set))) {
		vmb_found(out, VMB_CHECK_UNKNOWN, "this kernel does not tell");
		return;
	}
	pinned_set(ctx->pin, &pinned);
	vmb_cpuset_and(&pinned, &set);
	if (ctx->pin->nr && vmb_cpuset_count(&pinned) == ctx->pin->nr)
		vmb_found(out, VMB_CHECK_GOOD, "%s CPUs: %s", word, text);
	else
		vmb_found(out, VMB_CHECK_WARN, "%s CPUs: %s%s", word, text,
			  vmb_cpuset_count(&set) ? "; use them with --pin" : "");
}

void vmb_check_isolated(const struct vmb_check_ctx *ctx, struct vmb_finding *out)
{
	judge_set(ctx, "noise.isolated", "isolated", out);
}

void vmb_check_nohz_full(const struct vmb_check_ctx *ctx, struct vmb_finding *out)
{
	if (vmb_env_find(ctx->env, "noise.nohz_full")) {
		judge_set(ctx, "noise.nohz_full", "tickless", out);
		return;
	}
	vmb_found(out, VMB_CHECK_WARN, "this kernel was built without it");
	snprintf(out->mend, sizeof(out->mend), "use a kernel with CONFIG_NO_HZ_FULL=y");
}

/* Where interrupts may go instead. */
static unsigned int other_cpu(const struct vmb_pin *pin)
{
	struct vmb_cpuset pinned, online;
	unsigned int cpu;

	pinned_set(pin, &pinned);
	if (vmb_cpulist_read("/sys/devices/system/cpu/online", &online))
		return 0;
	cpu = vmb_cpuset_next(&online, 0);
	while (cpu < VMB_CPUSET_MAX && vmb_cpuset_has(&pinned, cpu))
		cpu = vmb_cpuset_next(&online, cpu + 1);
	return cpu < VMB_CPUSET_MAX ? cpu : 0;
}

/* How many interrupts are routed to a pinned CPU; -1 if that cannot be seen. */
static int routed_interrupts(const struct vmb_pin *pin, char *first, size_t size)
{
	struct vmb_cpuset pinned, target;
	struct vmb_sys_names names;
	char path[128];
	int n = 0, seen = 0;

	pinned_set(pin, &pinned);
	if (!vmb_sys_list(&names, "/proc/irq"))
		for (size_t i = 0; i < names.nr; i++) {
			snprintf(path, sizeof(path), "/proc/irq/%.32s/effective_affinity_list",
				 names.name[i]);
			if (vmb_cpulist_read(path, &target))
				continue;
			seen++;
			vmb_cpuset_and(&target, &pinned);
			if (vmb_cpuset_count(&target) && !n++)
				snprintf(first, size, "%s", names.name[i]);
		}
	vmb_sys_names_fini(&names);
	return seen ? n : -1;
}

void vmb_check_irq_affinity(const struct vmb_check_ctx *ctx, struct vmb_finding *out)
{
	bool balanced = vmb_env_get_number(ctx->env, "noise.irqbalance", 0) > 0;
	char first[33] = "";
	int n;

	if (not_pinned(ctx, out))
		return;
	n = routed_interrupts(ctx->pin, first, sizeof(first));
	if (n < 0) {
		vmb_found(out, VMB_CHECK_UNKNOWN, "/proc/irq cannot be read");
		return;
	}
	vmb_found(out, n || balanced ? VMB_CHECK_WARN : VMB_CHECK_GOOD,
		  "%d interrupts go to the chosen CPUs%s", n,
		  balanced ? "; irqbalance runs and may move them" : "");
	if (n)
		snprintf(out->mend, sizeof(out->mend),
			 "%secho %u | sudo tee /proc/irq/%s/smp_affinity_list"
			 "    # and so on; managed ones cannot be moved",
			 balanced ? "sudo systemctl stop irqbalance; " : "", other_cpu(ctx->pin),
			 first);
	else if (balanced)
		snprintf(out->mend, sizeof(out->mend),
			 "sudo systemctl stop irqbalance    # back: start");
}
