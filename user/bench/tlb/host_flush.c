// SPDX-License-Identifier: MIT
/*
 * The machine's TLB, flushed by scope. The kernel module picks the best instruction that the CPU
 * has for the scope (docs/KMOD.md). The refill is not part of it: see tlb/host_refill.
 */
#include "kmod/uapi/vmbench.h"
#include "user/bench/tlb/probe.h"
#include "user/bench/tlb/tlb.h"

static const struct vmb_value scopes[] = {
	{ "page", VMB_PROBE_TLB_FLUSH_PAGE },
	{ "range", VMB_PROBE_TLB_FLUSH_RANGE },
	{ "address_space", VMB_PROBE_TLB_FLUSH_SPACE },
	{ "global", VMB_PROBE_TLB_FLUSH_ALL },
	{ "all_cpus", VMB_PROBE_TLB_SHOOT_SPACE },
};

static const struct vmb_axis axes[] = { VMB_AXIS("scope", scopes) };

static int setup(struct vmb_state *st)
{
	st->probe.id = (uint32_t)st->arg[0].num;
	return bench_probe_setup(st);
}

/* The same, and then a load of every page: what the flush really costs the code that goes on. */
static int setup_refill(struct vmb_state *st)
{
	st->probe.flags = VMB_KMOD_RUN_TOUCH;
	return setup(st);
}

const struct vmb_bench bench_tlb_host_flush = {
	.name = "host_flush",
	.what = "flush of the machine's TLB: one page, 16 pages, the address space, everything, the "
		"address space on all CPUs",
	.unit = "flush",
	.axes = axes,
	.nr_axes = VMB_ARRAY_SIZE(axes),
	.engine = VMB_ENGINE_KMOD,
	.setup = setup,
	.check = bench_probe_check,
	.teardown = bench_probe_teardown,
};

static const struct vmb_value refills[] = {
	{ "none", VMB_PROBE_TLB_TOUCH },
	{ "page", VMB_PROBE_TLB_FLUSH_PAGE },
	{ "address_space", VMB_PROBE_TLB_FLUSH_SPACE },
	{ "global", VMB_PROBE_TLB_FLUSH_ALL },
};

static const struct vmb_axis refill_axes[] = { VMB_AXIS("scope", refills) };

static int setup_touch(struct vmb_state *st)
{
	if (st->arg[0].num != VMB_PROBE_TLB_TOUCH)
		return setup_refill(st);
	return setup(st);
}

const struct vmb_bench bench_tlb_host_refill = {
	.name = "host_refill",
	.what = "flush of the machine's TLB, then a load from each of 16 pages; none: the loads alone",
	.unit = "flush",
	.axes = refill_axes,
	.nr_axes = VMB_ARRAY_SIZE(refill_axes),
	.engine = VMB_ENGINE_KMOD,
	.setup = setup_touch,
	.check = bench_probe_check,
	.teardown = bench_probe_teardown,
};
